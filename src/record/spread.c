/* spread.c - see spread.h. */
#include "record/spread.h"

static const struct db_spread spread[] = {
    { "event", "person_id" },
    { "change", "record_id" },
    { 0 },
};

const struct db_spread *record_spread(void) { return spread; }

struct spreading { bool *can; void (*said)(void *arg, const char *sql); void *arg; };

static bool spread_all(struct db_conn *tx, void *arg, struct err *e)
{
    const struct spreading *s = arg;
    if (!db_can_spread(tx, s->can, e))
        return false;
    for (const struct db_spread *t = spread; t->table; t++) {
        char sql[DB_SPREAD_MAX];
        db_spread_sql(tx, t, sql);
        s->said(s->arg, sql);
        if (*s->can && !db_spread(tx, t, e))
            return false;
    }
    return true;
}

bool record_spread_out(struct db *db, bool *can, void (*said)(void *arg, const char *sql), void *arg, struct err *e)
{
    struct spreading s = { can, said, arg };
    return db_schema(db, spread_all, &s, e);
}
