/* deal.c - SQL that is not a literal, in the ways it comes. */
#include "db/db.h"
#define FIND(c, q, text) db_query(c, q, text, DB_NONE, NULL)
static const char text[] = "DELETE FROM deal";
bool a(struct db_conn *c, const char *name, struct err *e)
{
    struct db_rows q;
    int64_t n;
    bool found;
    if (!db_query(c, &q, arena_fmt(&tmp, "SELECT %s", name).p, DB_NONE, e))
        return false;
    if (!db_get_int (c, "SELECT " NAME " FROM deal", DB_NONE, &found, &n, e))
        return false;
    bool (*run)(struct db_conn *, const char *, const struct db_val *, size_t, int64_t *, struct err *) = db_exec;
    sqlite3_exec(NULL, "DELETE FROM deal", NULL, NULL, NULL);
    return db_exec(c,
                   text, DB_NONE, NULL, e);
}
