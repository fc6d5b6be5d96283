/* workspace.h - the company's workspace, opened: database, settings, master key.
 *
 *   DIR/setu.db   the data        DIR/key    32 bytes, 0600, never in a backup
 *   DIR/lock      one opener      DIR/spool  uploads on their way
 *
 * With an address of PostgreSQL for DIR, key and spool stand elsewhere: place.h.
 */
#pragma once
#include "record/record.h"

struct workspace_init {
    const char *company, *country, *admin_email, *admin_name;
    enum lang lang;
    const char *currency;           /* NULL: the country's */
    const char *zone;               /* NULL: the country's */
    str password;                   /* empty: the administrator gets none yet */
};

void app_catalogue(void);           /* hands every room's entities over and checks them; once per process */
bool workspace_open(const char *data, struct workspace **out, struct err *e);
/* Makes folder or schema, tables, settings, defaults of every room and the first administrator. */
bool workspace_create(const char *data, const struct workspace_init *in, struct workspace **out, struct err *e);
/* For a move (record/move.h). Bare: as it stands, also when it is of an older program. Blank: tables
 * without a row, and the key of the workspace that comes; or half of a move. */
bool workspace_bare(const char *data, struct workspace **out, struct err *e);
bool workspace_blank(const char *data, const unsigned char key[32], struct workspace **out, struct err *e);
bool workspace_is_there(const char *folder);    /* it holds one; whether that opens is another question */
void workspace_close(struct workspace *ws);     /* accepts NULL */
bool workspace_reload(struct workspace *ws, struct db_conn *c, struct err *e);  /* settings changed */

/* A context of the program's own on a reader of its own: commands, timers. */
struct ctx workspace_ctx(struct workspace *ws, struct arena *a, struct db_conn *c, const struct locale *loc);
