/* each.c - the plain numbers of a list's records, one after the other.
 *
 * What a report reckons itself (medians, shares of revenue) it reads here, so the
 * reader's rights stand in its statement as in every list. Nothing is kept: a
 * report over 300,000 deals needs no memory for them. A field whose value is no
 * number is a mistake of the program and ends it.
 */
#include "base/log.h"
#include "record/list.h"
#include "record/row.h"

static bool is_number(const struct field *f)
{
    switch (f->type) {
    case FIELD_INT: case FIELD_DECIMAL: case FIELD_MONEY: case FIELD_PERCENT: case FIELD_DATE: case FIELD_INSTANT:
    case FIELD_DURATION: case FIELD_BOOL: case FIELD_CHOICE: case FIELD_REF:
        return true;
    default:
        return false;
    }
}

static void put_columns(struct sql *q, const struct list_spec *s, const struct field **f, int n)
{
    sql_lit(q, "SELECT t0.id");
    for (int i = 0; i < n; i++) {
        sql_lit(q, ", ");
        sql_column(q, "t0", f[i]->name, f[i]->type == FIELD_MONEY ? "_base" : NULL);
    }
    sql_lit(q, " FROM ");
    sql_name(q, s->en->name);
    sql_lit(q, " AS t0");
}

static int64_t place_of(const struct choice *choices, str value)
{
    for (int i = 0; choices[i].value; i++)
        if (str_eq(value, str_of(choices[i].value)))
            return i;
    return FACT_NONE;
}

static int64_t fact(const struct db_rows *rows, int col, const struct field *f)
{
    if (db_is_null(rows, col))
        return FACT_NONE;
    return f->type == FIELD_CHOICE ? place_of(f->choices, db_text_view(rows, col)) : db_int(rows, col);
}

bool record_each(struct ctx *c, const struct list_spec *s, const char *const *fields, int nfields,
                 record_fact_fn *fn, void *arg, struct err *e)
{
    const struct field *f[FACTS_MAX];
    int64_t v[FACTS_MAX + 1];
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    if (nfields > FACTS_MAX)
        die("each: %d fields", nfields);
    for (int i = 0; i < nfields; i++) {
        f[i] = entity_field(s->en, str_of(fields[i]));
        if (!f[i] || !is_number(f[i]))
            die("each: %s.%s is no number", s->en->name, fields[i]);
    }
    put_columns(q, s, f, nfields);
    if (!list_where(c, s, q, e) || !sql_query(c->c, q, &rows, e))
        return false;
    while (db_next(&rows)) {
        v[0] = db_int(&rows, 0);
        for (int i = 0; i < nfields; i++)
            v[i + 1] = fact(&rows, i + 1, f[i]);
        if (!fn(arg, v, e)) {
            struct err ignored;
            (void)!db_done(&rows, &ignored);
            return false;
        }
    }
    return db_done(&rows, e);
}
