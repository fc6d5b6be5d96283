/* order.c - the sort keys of a workspace whose language has changed.
 *
 * A key is made when a record is written, in the language that the workspace has then. After another is chosen,
 * what is written sorts by the new one and the rest by the old, until all records were gone through once.
 */
#include "record/order.h"
#include "record/sql.h"
#include "record/store.h"

enum { KEYS_MAX = 8 };

struct keyed { int64_t id; struct val v[KEYS_MAX]; str key[KEYS_MAX]; };

static int fields_of(const struct entity *en, const struct field *out[KEYS_MAX])
{
    int n = 0;
    for (size_t i = 0; i < en->nfields && n < KEYS_MAX; i++)
        if (field_keeps_key(&en->fields[i]))
            out[n++] = &en->fields[i];
    return n;
}

bool order_is_kept(const struct entity *en)
{
    const struct field *f[KEYS_MAX];
    return fields_of(en, f) > 0;
}

static bool read_rows(struct ctx *tx, const struct entity *en, const struct field *const *f, int n, int64_t after, struct keyed *out, size_t *count,
                      struct err *e)
{
    struct sql *q = sql_new(tx->a);
    struct db_rows rows;
    *count = 0;
    sql_lit(q, "SELECT id");
    for (int i = 0; i < n; i++) {
        sql_lit(q, ", ");
        sql_column(q, "t0", f[i]->name, NULL);
        sql_lit(q, ", ");
        sql_column(q, "t0", f[i]->name, "_key");
    }
    sql_lit(q, " FROM ");
    sql_name(q, en->name);
    sql_lit(q, " t0 WHERE id > ");
    sql_bind(q, V(after));
    sql_lit(q, " ORDER BY id LIMIT ");
    sql_int(q, ORDER_SLICE);
    if (!sql_query(tx->c, q, &rows, e))
        return false;
    while (db_next(&rows)) {
        struct keyed *k = &out[(*count)++];
        k->id = db_int(&rows, 0);
        for (int i = 0; i < n; i++) {
            k->v[i] = db_is_null(&rows, 1 + 2 * i) ? (struct val){ 0 } : val_text(db_text(&rows, 1 + 2 * i, tx->a));
            k->key[i] = db_text(&rows, 2 + 2 * i, tx->a);
        }
    }
    return db_done(&rows, e);
}

static bool put_key(struct ctx *tx, const struct entity *en, const struct field *f, int64_t id, struct db_val key, struct err *e)
{
    struct sql *q = sql_new(tx->a);
    sql_lit(q, "UPDATE ");
    sql_name(q, en->name);
    sql_lit(q, " SET ");
    sql_name(q, arena_fmt(tx->a, "%s_key", f->name).p);
    sql_lit(q, " = ");
    sql_bind(q, key);
    sql_lit(q, " WHERE id = ");
    sql_bind(q, V(id));
    return sql_exec(tx->c, q, NULL, e);
}

bool order_slice(struct ctx *tx, const struct entity *en, int64_t *after, size_t *n, struct err *e)
{
    const struct field *f[KEYS_MAX];
    int nf = fields_of(en, f);
    struct keyed *k = arena_new(tx->a, struct keyed, ORDER_SLICE);
    if (!read_rows(tx, en, f, nf, *after, k, n, e))
        return false;
    for (size_t i = 0; i < *n; i++)
        for (int j = 0; j < nf; j++) {
            struct db_val key = store_sort_key(tx->a, tx->ws->lang, f[j], &k[i].v[j]);
            if (k[i].v[j].is_set && !str_eq(key.s, k[i].key[j]) && !put_key(tx, en, f[j], k[i].id, key, e))
                return false;
        }
    *after = *n ? k[*n - 1].id : *after;
    return true;
}

bool order_is_current(struct ctx *c, bool *out, struct err *e) { return schema_is_marked(c->c, MARK_ORDER, c->ws->lang, out, e); }

bool order_mark(struct db_conn *tx, enum lang l, struct err *e) { return schema_mark(tx, MARK_ORDER, l, e); }
