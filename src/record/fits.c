/* fits.c - the statement of a question, kept with its values; the last value is the record. */
#include "record/fits.h"
#include "record/list.h"

struct fits { struct sql *q; };

bool fits_open(struct ctx *c, const struct entity *en, str filter, struct fits **out, struct err *e)
{
    struct list_spec s = { .en = en, .filter = filter };
    struct fits *f = arena_new(c->a, struct fits, 1);
    f->q = sql_new(c->a);
    sql_lit(f->q, "SELECT 1 FROM ");
    sql_name(f->q, en->name);
    sql_lit(f->q, " AS t0");
    if (!list_where(c, &s, f->q, e))
        return false;
    sql_lit(f->q, " AND t0.id = ");
    sql_bind(f->q, V((int64_t)0));
    *out = f;
    return true;
}

bool fits_ask(struct ctx *c, struct fits *f, int64_t id, bool *out, struct err *e)
{
    struct db_rows rows;
    f->q->v[f->q->n - 1] = V(id);
    if (!sql_query(c->c, f->q, &rows, e))
        return false;
    *out = db_next(&rows);
    return db_done(&rows, e);
}
