/* values.c - values that an older program kept in another form.
 *
 * A field whose type has changed reads what is stored anew, once: countries were free text, and are codes with a key
 * to sort by. A field that says more than the one it takes the place of begins with what that said. History keeps what was
 * written then, and no version moves: nobody changed the record.
 */
#include "base/clock.h"
#include "lang/country_name.h"
#include "record/order.h"
#include "record/search.h"
#include "record/sql.h"
#include "record/store.h"

enum { VALUES = 3 };                            /* grows with every form that is brought to another */

struct kept { struct kept *next; str text; };

/* The different texts of a column; without a sort key, where there is one to be. */
static bool texts_of(struct db_conn *tx, struct arena *a, const struct entity *en, const struct field *f, struct kept **out, struct err *e)
{
    struct sql *q = sql_new(a);
    struct db_rows rows;
    *out = NULL;
    sql_lit(q, "SELECT DISTINCT ");
    sql_column(q, "t0", f->name, NULL);
    sql_lit(q, " FROM ");
    sql_name(q, en->name);
    sql_lit(q, " t0 WHERE ");
    sql_column(q, "t0", f->name, NULL);
    sql_lit(q, " IS NOT NULL");
    if (field_keeps_key(f)) {
        sql_lit(q, " AND ");
        sql_column(q, "t0", f->name, "_key");
        sql_lit(q, " IS NULL");
    }
    if (!sql_query(tx, q, &rows, e))
        return false;
    while (db_next(&rows)) {
        struct kept *k = arena_new(a, struct kept, 1);
        *k = (struct kept){ *out, db_text(&rows, 0, a) };
        *out = k;
    }
    return db_done(&rows, e);
}

static bool rewrite(struct db_conn *tx, struct arena *a, enum lang l, const struct entity *en, const struct field *f, str text, struct err *e)
{
    char code[3];
    str now = country_read(a, text, code) ? arena_str(a, str_of(code)) : text;
    struct sql *q = sql_new(a);
    if (str_eq(now, text) && !field_keeps_key(f))
        return true;
    sql_lit(q, "UPDATE ");
    sql_name(q, en->name);
    sql_lit(q, " SET ");
    sql_name(q, f->name);
    sql_lit(q, " = ");
    sql_bind(q, V(now));
    if (field_keeps_key(f)) {
        sql_lit(q, ", ");
        sql_name(q, arena_fmt(a, "%s_key", f->name).p);
        sql_lit(q, " = ");
        const struct val v = val_text(now);
        sql_bind(q, store_sort_key(a, l, f, &v));
    }
    sql_lit(q, " WHERE ");
    sql_name(q, f->name);
    sql_lit(q, " = ");
    sql_bind(q, V(text));
    return sql_exec(tx, q, NULL, e);
}

static bool countries(struct db_conn *tx, struct arena scratch, enum lang l, const struct entity *en, const struct field *f, struct err *e)
{
    struct kept *k;
    if (!texts_of(tx, &scratch, en, f, &k, e))
        return false;
    for (; k; k = k->next) {
        struct arena each = scratch;
        if (!rewrite(tx, &each, l, en, f, k->text, e))
            return false;
    }
    return true;
}

/* A yes/no of an older program, and the choice that stands for it now. */
static const struct { const char *entity, *was, *now, *yes, *no; } replaced[] = {
    { "saved_view", "is_shared", "visibility", "everybody", "private" },
};

static bool has_column(const struct db_column *v, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].name, str_of(name)))
            return true;
    return false;
}

static bool replace(struct db_conn *tx, struct arena a, size_t i, struct err *e)
{
    struct db_column *have;
    size_t n;
    struct sql *q = sql_new(&a);
    if (!db_table_columns(tx, &a, replaced[i].entity, &have, &n, e))
        return false;
    if (!has_column(have, n, replaced[i].was))
        return true;
    sql_lit(q, "UPDATE ");
    sql_name(q, replaced[i].entity);
    sql_lit(q, " SET ");
    sql_name(q, replaced[i].now);
    sql_lit(q, " = CASE ");
    sql_name(q, replaced[i].was);
    sql_lit(q, " WHEN 1 THEN ");
    sql_bind(q, V(str_of(replaced[i].yes)));
    sql_lit(q, " ELSE ");
    sql_bind(q, V(str_of(replaced[i].no)));
    sql_lit(q, " END WHERE ");
    sql_name(q, replaced[i].now);
    sql_lit(q, " IS NULL");
    return sql_exec(tx, q, NULL, e);
}

/* Who has several addresses is found by each of them. */
static bool found_by_all(struct db_conn *tx, struct arena scratch, enum lang l, struct err *e)
{
    struct locale loc = locale_default(l, "BD");
    struct ctx c = { .a = &scratch, .c = tx, .loc = &loc, .who = &actor_system, .now = clock_now() };
    return search_further(&c, e);
}

bool record_values(struct db_conn *tx, enum lang l, struct err *e)
{
    bool is_done = false, ok = schema_is_marked(tx, MARK_VALUES, VALUES, &is_done, e);
    if (!ok || is_done)
        return ok;
    struct arena a = arena_open(64 << 20);
    for (size_t i = 0; ok && i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        for (size_t k = 0; ok && k < en->nfields; k++)
            ok = en->fields[k].type != FIELD_COUNTRY || countries(tx, a, l, en, &en->fields[k], e);
    }
    for (size_t i = 0; ok && i < countof(replaced); i++)
        ok = !entity_find(str_of(replaced[i].entity)) || replace(tx, a, i, e);

    ok = ok && found_by_all(tx, a, l, e);
    arena_close(&a);
    return ok && schema_mark(tx, MARK_VALUES, VALUES, e) && order_mark(tx, l, e);
}
