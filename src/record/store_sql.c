/* store_sql.c - the statements of one record: load, insert, change, delete.
 *
 * No rights here and no checks: store.c has asked before. Derived columns (sort
 * key, folded text, base amount) are computed here and nowhere else.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include "base/id.h"
#include "base/log.h"
#include "record/row.h"
#include "record/sql.h"
#include "record/store.h"
#include "record/type.h"

const char *field_link_table(struct arena *a, const struct entity *en, const struct field *f)
{
    return arena_cstr(a, arena_fmt(a, "%s_%s", en->name, f->name));
}

static bool is_stored(const struct field *f)
{
    return f->type != FIELD_COMPUTED && type_of(f)->column;
}

bool store_load(struct ctx *c, const struct entity *en, int64_t id, bool with_deleted,
                struct record **out, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    struct record *r = NULL;
    int col = 0;

    sql_lit(q, "SELECT ");
    row_columns(q, en, ~(uint64_t)0, c->loc);
    sql_lit(q, " FROM ");
    sql_name(q, en->name);
    sql_lit(q, " t0");
    row_joins(q, c, en, ~(uint64_t)0, "t0");
    sql_lit(q, " WHERE t0.id = ");
    sql_bind(q, V(id));
    if (!with_deleted)
        sql_lit(q, " AND t0.deleted_at IS NULL");
    if (!sql_query(c->c, q, &rows, e))
        return false;
    if (db_next(&rows))
        r = row_read(c->a, &rows, &col, en, ~(uint64_t)0);
    if (!db_done(&rows, e) || (r && !row_finish(c, en, ~(uint64_t)0, &r, 1, e)))
        return false;
    *out = r;
    return true;
}

/* ── columns of a field with their values ──────────────────────────────────── */

struct cell { const char *name; struct db_val v; };
enum { CELLS_MAX = 4 };

static struct db_val main_value(const struct field *f, const struct val *v)
{
    if (!v->is_set)
        return DB_NULL_VAL;
    return type_of(f)->is_text ? V(v->s) : V(v->i);
}

static const char *suffixed(struct arena *a, const struct field *f, const char *suffix)
{
    return arena_cstr(a, arena_fmt(a, "%s%s", f->name, suffix));
}

struct db_val store_sort_key(struct arena *a, enum lang l, const struct field *f, const struct val *v)
{
    const struct locale loc = { .lang = l };
    return v->is_set ? db_val_blob(collate_key(a, l, type_show(a, &loc, f, v))) : DB_NULL_VAL;
}

static int cells_of(struct ctx *tx, const struct field *f, const struct val *v, struct cell out[CELLS_MAX])
{
    int n = 0;
    if (!is_stored(f))
        return 0;
    out[n++] = (struct cell){ f->name, main_value(f, v) };
    if (f->type == FIELD_MONEY) {
        out[n++] = (struct cell){ suffixed(tx->a, f, "_currency"), v->is_set ? V(v->s) : DB_NULL_VAL };
        out[n++] = (struct cell){ suffixed(tx->a, f, "_base"), v->is_set ? V(v->base) : DB_NULL_VAL };
    }
    if (field_keeps_key(f))
        out[n++] = (struct cell){ suffixed(tx->a, f, "_key"), store_sort_key(tx->a, tx->ws->lang, f, v) };
    if (field_keeps_fold(f))
        out[n++] = (struct cell){ suffixed(tx->a, f, "_fold"), v->is_set ? V(fold(tx->a, v->s)) : DB_NULL_VAL };
    return n;
}

/* ── links of FIELD_REFS ───────────────────────────────────────────────────── */

static bool write_links(struct ctx *tx, const struct record *r, const struct field *f, struct err *e)
{
    const struct val *v = &r->v[field_index(r->en, f)];
    const char *table = field_link_table(tx->a, r->en, f);
    struct sql *clear = sql_new(tx->a);

    sql_lit(clear, "DELETE FROM ");
    sql_name(clear, table);
    sql_lit(clear, " WHERE owner_id = ");
    sql_bind(clear, V(r->id));
    if (!sql_exec(tx->c, clear, NULL, e))
        return false;
    for (size_t i = 0; i < v->n; i++) {
        struct sql *q = sql_new(tx->a);
        sql_lit(q, "INSERT INTO ");
        sql_name(q, table);
        sql_lit(q, " (owner_id, target_id, position) VALUES (");
        sql_bind(q, V(r->id));
        sql_lit(q, ", ");
        sql_bind(q, V(v->ids[i]));
        sql_lit(q, ", ");
        sql_bind(q, V((int64_t)i));
        sql_lit(q, ")");
        if (!sql_exec(tx->c, q, NULL, e))
            return false;
    }
    return true;
}

static bool write_all_links(struct ctx *tx, const struct record *r, uint64_t mask, bool is_new, struct err *e)
{
    for (size_t i = 0; i < r->en->nfields; i++) {
        bool is_due = mask >> i & 1 && r->en->fields[i].type == FIELD_REFS && (!is_new || r->v[i].n);
        if (is_due && !write_links(tx, r, &r->en->fields[i], e))
            return false;
    }
    return true;
}

/* ── statements ────────────────────────────────────────────────────────────── */

static void name_list(struct sql *q, const struct cell *v, int n)
{
    for (int i = 0; i < n; i++) {
        sql_lit(q, ", ");
        sql_name(q, v[i].name);
    }
}

static void insert_into(struct sql *q, const struct entity *en, const struct db_val *head, int nhead, const struct cell *cell, int n)
{
    sql_lit(q, "INSERT INTO ");
    sql_name(q, en->name);
    sql_lit(q, " (id, version, created_at, created_by, updated_at, updated_by");
    name_list(q, cell, n);
    sql_lit(q, ") VALUES (");
    for (int i = 0; i < nhead + n; i++) {
        sql_lit(q, i ? ", " : "");
        sql_bind(q, i < nhead ? head[i] : cell[i - nhead].v);
    }
    sql_lit(q, ")");
}

/* The text is the same for each record of an entity, since all columns stand in it: put together once, then only bound. */
static bool insert(struct ctx *tx, const struct entity *en, const struct db_val *head, int nhead, const struct cell *cell, int n,
                   struct err *e)
{
    static _Atomic(char *) kept[256];           /* more than the catalogue takes */
    _Atomic(char *) *at = &kept[entity_index(en)];
    struct sql *q = sql_new(tx->a);
    char *text = *at, *none = NULL;

    if (text) {
        struct db_val *v = arena_raw(tx->a, sizeof *v, alignof(struct db_val), (size_t)(nhead + n));
        memcpy(v, head, (size_t)nhead * sizeof *v);
        for (int i = 0; i < n; i++)
            v[nhead + i] = cell[i].v;
        return db_exec(tx->c, text, v, (size_t)(nhead + n), NULL, e);
    }
    insert_into(q, en, head, nhead, cell, n);
    text = strdup(sql_text(q));
    if (!text || !atomic_compare_exchange_strong(at, &none, text))
        free(text);
    return sql_exec(tx->c, q, NULL, e);
}

bool store_insert(struct ctx *tx, const struct record *r, struct err *e)
{
    struct cell cell[CELLS_MAX * ENTITY_FIELDS_MAX];
    const struct db_val head[] = { V(r->id), V(r->version), V(r->created_at), V(r->created_by),
                                   V(r->updated_at), V(r->updated_by) };
    int n = 0;

    for (size_t i = 0; i < r->en->nfields; i++)
        n += cells_of(tx, &r->en->fields[i], &r->v[i], cell + n);
    return insert(tx, r->en, head, countof(head), cell, n, e) && write_all_links(tx, r, ~(uint64_t)0, true, e);
}

bool store_change(struct ctx *tx, const struct record *r, uint64_t mask, struct err *e)
{
    struct sql *q = sql_new(tx->a);

    sql_lit(q, "UPDATE ");
    sql_name(q, r->en->name);
    sql_lit(q, " SET version = ");
    sql_bind(q, V(r->version));
    sql_lit(q, ", updated_at = ");
    sql_bind(q, V(r->updated_at));
    sql_lit(q, ", updated_by = ");
    sql_bind(q, V(r->updated_by));
    for (size_t i = 0; i < r->en->nfields; i++) {
        struct cell cell[CELLS_MAX];
        int n = mask >> i & 1 ? cells_of(tx, &r->en->fields[i], &r->v[i], cell) : 0;
        for (int k = 0; k < n; k++) {
            sql_lit(q, ", ");
            sql_name(q, cell[k].name);
            sql_lit(q, " = ");
            sql_bind(q, cell[k].v);
        }
    }
    sql_lit(q, " WHERE id = ");
    sql_bind(q, V(r->id));
    return sql_exec(tx->c, q, NULL, e) && write_all_links(tx, r, mask, false, e);
}

bool store_mark_deleted(struct ctx *tx, const struct entity *en, int64_t id, bool is_deleted, struct err *e)
{
    struct sql *q = sql_new(tx->a);
    sql_lit(q, "UPDATE ");
    sql_name(q, en->name);
    sql_lit(q, " SET version = version + 1, deleted_at = ");
    sql_bind(q, is_deleted ? V(tx->now) : DB_NULL_VAL);
    sql_lit(q, " WHERE id = ");
    sql_bind(q, V(id));
    return sql_exec(tx->c, q, NULL, e);
}
