/* check_refs.c - do all references lead somewhere? What FOREIGN KEYs would promise, asked on demand. */
#include "record/record.h"
#include "record/sql.h"

static bool loose_of(struct ctx *c, const struct entity *en, const struct field *f, int64_t *n, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    sql_lit(q, "SELECT COUNT(*) FROM ");
    sql_name(q, en->name);
    sql_lit(q, " t0 WHERE t0.deleted_at IS NULL AND t0.");
    sql_name(q, f->name);
    sql_lit(q, " IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ");
    sql_name(q, f->ref);
    sql_lit(q, " t1 WHERE t1.id = t0.");
    sql_name(q, f->name);
    sql_lit(q, ")");
    if (!sql_query(c->c, q, &rows, e))
        return false;
    if (db_next(&rows))
        *n = db_int(&rows, 0);
    return db_done(&rows, e);
}

bool record_check_refs(struct ctx *c, str *report, struct err *e)
{
    struct buf b = buf_new(c->a, 1 << 16);
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        for (const struct field *f = en->fields; f < en->fields + en->nfields; f++) {
            int64_t n = 0;
            if (f->type != FIELD_REF)
                continue;
            if (!loose_of(c, en, f, &n, e))
                return false;
            if (n)
                buf_fmt(&b, "%s.%s: %lld references lead nowhere\n", en->name, f->name, (long long)n);
        }
    }
    *report = buf_str(&b);
    return true;
}
