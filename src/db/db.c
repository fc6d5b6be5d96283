/* db.c - the public calls, handed to the backend that the data has.
 *
 * Which one is told by the place: an address postgresql://… or a folder. What
 * both must refuse alike is refused here, once.
 */
#include "db/backend.h"
#include <math.h>
#include <sqlite3.h>
#include "base/log.h"
#include "msg/db.h"

bool db_is_address(const char *place)
{
    return strncmp(place, "postgresql://", 13) == 0 || strncmp(place, "postgres://", 11) == 0;
}

bool db_open(const struct db_options *o, struct db **out, struct err *e)
{
    const struct backend *b = db_is_address(o->path) ? &postgres_backend : &sqlite_backend;
    return b->open(o, out, e);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    writer_stop(db);
    readers_close(db);
    if (db->nreaders > 0)
        log_event(LOG_ERROR, "readers_left_open", LOG_N("n", db->nreaders));
    db->b->close(db);
}

const char *db_place(const struct db *db) { return db->place; }

void db_listen(struct db *db, db_listen_fn *fn, void *arg) { db->b->listen(db, fn, arg); }
bool db_leads(const struct db *db) { return !db->b->leads || db->b->leads(db); }
bool db_is_writer(const struct db_conn *c) { return c->is_writer; }

/* ── statements ──────────────────────────────────────────────────────────── */

bool db_query(struct db_conn *c, struct db_rows *q, const char *sql, const struct db_val *v, size_t n, struct err *e)
{
    struct db_conn *at = conn_of(c, e);
    *q = (struct db_rows){ .c = c };
    return at && at->b->query(at, q, sql, v, n, e);
}

bool db_next(struct db_rows *q) { return q->c->b && q->c->b->next(q); }

bool db_done(struct db_rows *q, struct err *e)
{
    return q->c->b ? q->c->b->done(q, e) : fail(e, ERR_INTERNAL, 0, "db_done without a query");
}

int db_columns(const struct db_rows *q) { return q->c->b->columns(q); }
enum db_kind db_kind(const struct db_rows *q, int col) { return q->c->b->kind(q, col); }
bool db_is_null(const struct db_rows *q, int col) { return db_kind(q, col) == DB_NULL; }
int64_t db_int(const struct db_rows *q, int col) { return q->c->b->integer(q, col); }
double db_num(const struct db_rows *q, int col) { return q->c->b->number(q, col); }
str db_text_view(const struct db_rows *q, int col) { return q->c->b->text(q, col); }
str db_text(const struct db_rows *q, int col, struct arena *a) { return arena_str(a, db_text_view(q, col)); }

bool db_exec(struct db_conn *c, const char *sql, const struct db_val *v, size_t n, int64_t *changed, struct err *e)
{
    struct db_conn *at = conn_of(c, e);
    return at && at->b->exec(at, sql, v, n, changed, e);
}

bool db_get_int(struct db_conn *c, const char *sql, const struct db_val *v, size_t n, bool *found, int64_t *out,
                struct err *e)
{
    struct db_conn *at = conn_of(c, e);
    return at && at->b->get_int(at, sql, v, n, found, out, e);
}

bool is_storable(const struct db_val *v, struct err *e)
{
    if (v->kind == DB_NUM && !isfinite(v->d))
        return fail(e, ERR_INVALID, MSG_db_bad_number, "a number that is not finite");
    if (v->kind == DB_TEXT && v->s.n && memchr(v->s.p, 0, v->s.n))
        return fail(e, ERR_INVALID, MSG_db_bad_text, "text with a NUL");
    return true;
}

/* ── schema and full text ────────────────────────────────────────────────── */

bool is_sql_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && n < SQL_NAME_MAX && !s[n] && (*s < '0' || *s > '9');
}

bool db_table_exists(struct db_conn *c, const char *table, bool *out, struct err *e)
{
    struct db_conn *at = conn_of(c, e);
    return at && at->b->table_exists(at, table, out, e);
}

static bool analyze(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;
    return tx->b->analyze(tx, e);
}

void db_analyze(struct db *db)
{
    struct err e = { 0 };
    if (db->b->analyze && !db_schema(db, analyze, NULL, &e))
        log_event(LOG_WARN, "analyze", LOG_S("why", str_of(e.detail)));
}

bool db_can_spread(struct db_conn *tx, bool *out, struct err *e)
{
    *out = false;
    return !tx->b->can_spread || tx->b->can_spread(tx, out, e);
}

void db_spread_sql(struct db_conn *tx, const struct db_spread *t, char out[DB_SPREAD_MAX])
{
    out[0] = '\0';
    if (tx->b->spread_sql)
        tx->b->spread_sql(tx, t, out);
}

bool db_spread(struct db_conn *tx, const struct db_spread *t, struct err *e)
{
    return tx->b->spread && tx->b->spread(tx, t, e);
}

bool db_index_exists(struct db_conn *c, const char *index, bool *out, struct err *e)
{
    struct db_conn *at = conn_of(c, e);
    return at && at->b->index_exists(at, index, out, e);
}

bool db_table_columns(struct db_conn *c, struct arena *a, const char *table, struct db_column **out, size_t *n,
                      struct err *e)
{
    struct db_conn *at = conn_of(c, e);
    return at && at->b->table_columns(at, a, table, out, n, e);
}

static bool is_index_name(const char *name, struct err *e)
{
    return is_sql_name(name) || fail(e, ERR_INTERNAL, 0, "not a name for an index: %s", name);
}

bool db_fts_create(struct db_conn *tx, const char *name, struct err *e)
{
    return is_index_name(name, e) && tx->b->fts_create(tx, name, e);
}

bool db_fts_put(struct db_conn *tx, const char *name, int64_t id, str folded, struct err *e)
{
    return is_index_name(name, e) && tx->b->fts_put(tx, name, id, folded, e);
}

bool db_fts_drop(struct db_conn *tx, const char *name, int64_t id, str old_folded, struct err *e)
{
    return is_index_name(name, e) && tx->b->fts_drop(tx, name, id, old_folded, e);
}

str db_fts_where(const struct db *db, struct arena *a, const char *name, int param)
{
    return db->b->fts_where(a, name, param);
}

str db_fts_words(const struct db *db, struct arena *a, const struct db_words *w)
{
    return db->b->fts_words(a, w);
}

/* ── care ────────────────────────────────────────────────────────────────── */

bool db_backup(struct db *db, const char *to_file, void (*progress)(int done, int all, void *arg), void *arg,
               struct err *e)
{
    return db->b->backup(db, to_file, progress, arg, e);
}

bool db_check(struct db_conn *c, struct arena *a, str *report, struct err *e)
{
    struct db_conn *at = conn_of(c, e);
    return at && at->b->check(at, a, report, e);
}


bool db_explain(struct db_conn *c, struct arena *a, const char *sql, str *plan, struct err *e)
{
    struct db_conn *at = conn_of(c, e);
    return at && at->b->explain(at, a, sql, plan, e);
}

struct db_stats db_stats(const struct db *db)
{
    struct queue *q = &((struct db *)(uintptr_t)db)->queue;

    return (struct db_stats){ .writes = db->writes, .commits = db->commits,
                              .queue = queue_length(q), .checkpoint_us = db->checkpoint_us,
                              .wal_pages = db->wal_pages };
}

str db_engine(const struct db *db, struct arena *a)
{
    char text[64];
    db->b->engine(db, text, sizeof text);
    return arena_str(a, str_of(text));
}

const char *db_library(void)
{
    return "SQLite " SQLITE_VERSION;
}
