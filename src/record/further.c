/* further.c - second addresses and numbers, read from the tables they stand in. */
#include "record/further.h"
#include "base/buf.h"
#include "record/sql.h"

enum { WORDS_MAX = 32, SLICE = 200 };

const struct entity *further_subject(const struct entity *en)
{
    return en->more_of ? entity_find(str_of(entity_field(en, str_of(en->subject))->ref)) : NULL;
}

/* "FROM email_address t0 WHERE t0.deleted_at IS NULL AND " */
static void from_living(struct sql *q, const struct entity *more)
{
    sql_lit(q, " FROM ");
    sql_name(q, more->name);
    sql_lit(q, " t0 WHERE t0.deleted_at IS NULL AND ");
}

static bool find_in(struct ctx *c, const struct entity *more, str value, int64_t *out, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    sql_lit(q, "SELECT p.id FROM ");
    sql_name(q, further_subject(more)->name);
    sql_lit(q, " p WHERE p.deleted_at IS NULL AND p.id IN (SELECT ");
    sql_column(q, "t0", more->subject, NULL);
    from_living(q, more);
    sql_column(q, "t0", more->title, NULL);
    sql_lit(q, " = ");
    sql_bind(q, V(value));
    sql_lit(q, ") ORDER BY p.id LIMIT 1");
    if (!sql_query(c->c, q, &rows, e))
        return false;
    if (db_next(&rows))
        *out = db_int(&rows, 0);
    return db_done(&rows, e);
}

bool further_find(struct ctx *c, const struct entity *en, const char *field, str value, int64_t *out, struct err *e)
{
    *out = 0;
    for (size_t i = 0; value.n && !*out && i < catalogue_count(); i++) {
        const struct entity *more = catalogue_at(i);
        if (further_subject(more) == en && !strcmp(more->more_of, field) && !find_in(c, more, value, out, e))
            return false;
    }
    return true;
}

static bool words_in(struct ctx *c, const struct entity *more, int64_t id, struct buf *out, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    sql_lit(q, "SELECT ");
    sql_column(q, "t0", more->title, NULL);
    from_living(q, more);
    sql_column(q, "t0", more->subject, NULL);
    sql_lit(q, " = ");
    sql_bind(q, V(id));
    sql_lit(q, " ORDER BY t0.id LIMIT ");
    sql_bind(q, V((int64_t)WORDS_MAX));
    if (!sql_query(c->c, q, &rows, e))
        return false;
    while (db_next(&rows)) {
        buf_char(out, ' ');
        buf_put(out, fold(c->a, db_text_view(&rows, 0)));
    }
    return db_done(&rows, e);
}

bool further_words(struct ctx *c, const struct record *r, struct buf *out, struct err *e)
{
    for (size_t i = 0; i < catalogue_count(); i++)
        if (further_subject(catalogue_at(i)) == r->en && !words_in(c, catalogue_at(i), r->id, out, e))
            return false;
    return true;
}

static bool slice_of(struct ctx *c, const struct entity *more, int64_t *after, int64_t *ids, size_t *n, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    sql_lit(q, "SELECT DISTINCT ");
    sql_column(q, "t0", more->subject, NULL);
    from_living(q, more);
    sql_column(q, "t0", more->subject, NULL);
    sql_lit(q, " > ");
    sql_bind(q, V(*after));
    sql_lit(q, " ORDER BY 1 LIMIT ");
    sql_bind(q, V((int64_t)SLICE));
    if (!sql_query(c->c, q, &rows, e))
        return false;
    for (*n = 0; *n < SLICE && db_next(&rows); (*n)++)
        ids[*n] = *after = db_int(&rows, 0);
    return db_done(&rows, e);
}

bool further_each(struct ctx *c, bool (*fn)(struct ctx *, const struct entity *, int64_t, struct err *), struct err *e)
{
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *more = catalogue_at(i), *en = further_subject(more);
        int64_t ids[SLICE], after = 0;
        for (size_t n = en ? SLICE : 0; n == SLICE;) {
            struct arena scratch = *c->a;
            struct ctx each = *c;
            each.a = &scratch;
            if (!slice_of(&each, more, &after, ids, &n, e))
                return false;
            for (size_t k = 0; k < n; k++)
                if (!fn(&each, en, ids[k], e))
                    return false;
        }
    }
    return true;
}
