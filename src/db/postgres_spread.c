/* postgres_spread.c - tables that lie on many nodes: the functions of Citus, where they are.
 *
 * Whether they are is asked of the functions themselves, not of a list of extensions: that is
 * what will be called. A table that is cut already is passed by, so the command may be repeated.
 */
#include "db/postgres.h"

bool pg_can_spread(struct db_conn *tx, bool *out, struct err *e)
{
    int64_t one;
    return db_get_int(tx, "SELECT 1 WHERE to_regproc('create_distributed_table') IS NOT NULL", DB_NONE, out, &one, e);
}

void pg_spread_sql(struct db_conn *tx, const struct db_spread *t, char out[DB_SPREAD_MAX])
{
    snprintf(out, DB_SPREAD_MAX, "SELECT create_distributed_table('%s.%s', '%s')", pg_db(tx->db)->schema, t->table, t->by);
}

static bool is_cut(struct db_conn *tx, const struct db_spread *t, bool *out, struct err *e)
{
    char name[DB_SPREAD_MAX];
    int64_t one;
    snprintf(name, sizeof name, "%s.%s", pg_db(tx->db)->schema, t->table);
    return db_get_int(tx, "SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1)",
                      DB_ARGS(V(str_of(name))), out, &one, e);
}

bool pg_spread(struct db_conn *tx, const struct db_spread *t, struct err *e)
{
    char sql[DB_SPREAD_MAX];
    struct db_rows q;
    bool is_done;
    if (!is_cut(tx, t, &is_done, e) || is_done)
        return is_done;
    pg_spread_sql(tx, t, sql);
    if (!db_query(tx, &q, sql, DB_NONE, e))
        return false;
    while (db_next(&q))
        ;
    return db_done(&q, e);
}
