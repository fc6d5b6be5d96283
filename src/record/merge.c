/* merge.c - two records become one: every reference moves, the other is deleted.
 *
 * The kept record says so in its history, first of all rows: whose right undo asks, and where the address of the other
 * leads from now on. It takes the chosen values. Each moved reference is a change row
 * of the same write, so that undo brings both back with all that led to them.
 */
#include "msg/record.h"
#include "record/search.h"
#include "record/sql.h"
#include "record/store.h"
#include "record/type.h"

enum { MOVES_MAX = 20000 };

static bool ids_with(struct ctx *tx, const struct entity *en, const struct field *f, int64_t target,
                     int64_t **out, size_t *n, struct err *e)
{
    struct sql *q = sql_new(tx->a);
    struct db_rows rows;
    bool is_many = f->type == FIELD_REFS;

    sql_lit(q, is_many ? "SELECT owner_id FROM " : "SELECT id FROM ");
    sql_name(q, is_many ? field_link_table(tx->a, en, f) : en->name);
    sql_lit(q, " WHERE ");
    sql_name(q, is_many ? "target_id" : f->name);
    sql_lit(q, " = ");
    sql_bind(q, V(target));
    if (!is_many)
        sql_lit(q, " AND deleted_at IS NULL");
    sql_lit(q, " LIMIT ");
    sql_bind(q, V((int64_t)MOVES_MAX + 1));
    if (!sql_query(tx->c, q, &rows, e))
        return false;
    size_t cap = 64, got = 0;
    int64_t *v = arena_new(tx->a, int64_t, cap);
    while (db_next(&rows)) {
        if (got == cap) {
            int64_t *more = arena_new(tx->a, int64_t, cap * 2);
            memcpy(more, v, cap * sizeof *v);
            v = more;
            cap *= 2;
        }
        v[got++] = db_int(&rows, 0);
    }
    *out = v;
    *n = got;
    return db_done(&rows, e);
}

static struct val moved(struct arena *a, const struct field *f, struct val v, int64_t keep, int64_t drop)
{
    if (f->type == FIELD_REF)
        return val_ref(keep);
    int64_t *ids = arena_new(a, int64_t, v.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < v.n; i++) {
        int64_t id = v.ids[i] == drop ? keep : v.ids[i];
        bool is_new = true;
        for (size_t k = 0; k < n; k++)
            is_new &= ids[k] != id;
        if (is_new)
            ids[n++] = id;
    }
    return (struct val){ .is_set = n > 0, .ids = ids, .n = n };
}

/* The rows of one referring record: only the reference changes, no hook runs. */
static bool move_one(struct ctx *tx, const struct entity *en, const struct field *f, int64_t id,
                     int64_t keep, int64_t drop, struct err *e)
{
    struct record *old, *now = record_new(tx->a, en);
    size_t i = (size_t)field_index(en, f);

    if (!store_load(tx, en, id, false, &old, e) || !old)
        return old == NULL && e->code == ERR_NONE;
    struct val *v = now->v;
    *now = *old;
    now->v = v;
    memcpy(now->v, old->v, en->nfields * sizeof *v);
    now->v[i] = moved(tx->a, f, old->v[i], keep, drop);
    now->version++;
    now->updated_at = tx->now;
    uint64_t mask = (uint64_t)1 << i;
    return store_change(tx, now, mask, e) && change_log_fields(tx, old, now, mask, e);
}

static bool move_all(struct ctx *tx, const struct entity *target, int64_t keep, int64_t drop, struct err *e)
{
    for (size_t k = 0; k < catalogue_count(); k++) {
        const struct entity *en = catalogue_at(k);
        for (const struct field *f = en->fields; f < en->fields + en->nfields; f++) {
            int64_t *ids;
            size_t n;
            if ((f->type != FIELD_REF && f->type != FIELD_REFS) || strcmp(f->ref, target->name))
                continue;
            if (!ids_with(tx, en, f, drop, &ids, &n, e))
                return false;
            if (n > MOVES_MAX) {
                fail(e, ERR_TOO_LARGE, MSG_record_merge_too_large, "%s.%s: %zu", en->name, f->name, n);
                return err_arg_int(e, "max", MOVES_MAX);
            }
            for (size_t i = 0; i < n; i++)
                if (!move_one(tx, en, f, ids[i], keep, drop, e))
                    return false;
        }
    }
    return true;
}

bool record_merge(struct ctx *tx, const struct entity *en, int64_t keep, int64_t drop,
                  const struct record *chosen, struct err *e)
{
    struct record *both[2];
    const int64_t id[2] = { keep, drop };

    if (keep == drop)
        return fail(e, ERR_INVALID, MSG_record_merge_itself, "%s %lld", en->name, (long long)keep);
    for (int i = 0; i < 2; i++) {
        if (!record_get(tx, en, id[i], &both[i], e))
            return false;
        if (!access_record(tx, both[i], ACTION_CHANGE))
            return access_denied(tx, en, e);
    }
    struct ctx sys = ctx_as_system(tx);
    if (!change_log(tx, both[0], CHANGE_UPDATE, NULL, record_title(both[1]), record_title(both[0]), e)
        || !move_all(&sys, en, keep, drop, e) || !record_delete(&sys, en, drop, 0, e))
        return false;
    both[0]->version++;                         /* it is there already: its further values are looked for */
    if (!search_put(&sys, both[0], e))
        return false;
    if (!strcmp(en->name, "person")
        && !event_move(tx, drop, keep, e))
        return false;
    struct event merged = { .kind = "person.merged", .en = en, .record_id = drop, .person_id = keep };
    if (!strcmp(en->name, "person") && !event_add(tx, &merged, e))      /* who follows events learns where these went */
        return false;
    if (!chosen)
        return true;
    struct record *r = record_new(tx->a, en);
    struct val *v = r->v;
    *r = *chosen;
    r->v = v;
    memcpy(v, chosen->v, en->nfields * sizeof *v);
    r->id = keep;
    return record_update(tx, r, 0, NULL, e);
}

bool record_merged_into(struct ctx *c, const struct entity *en, int64_t id, int64_t *into, struct err *e)
{
    bool found;
    *into = 0;
    return db_get_int(c->c, "SELECT k.record_id FROM change d JOIN change k ON k.write_id = d.write_id"
                            " WHERE d.record_id = $1 AND d.action = $3 AND k.entity = $2 AND k.action = $4 AND k.field IS NULL"
                            " ORDER BY d.id DESC LIMIT 1",
                      DB_ARGS(V(id), V(str_of(en->name)), V((int)CHANGE_DELETE), V((int)CHANGE_UPDATE)), &found, into, e);
}
