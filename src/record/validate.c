/* validate.c - what every record must pass before it is written.
 *
 * Texts are within their limits, choices are declared ones, references lead to
 * live records that the writer may see, unique values are free, money has a
 * rate to the workspace's currency, and what a field asks besides (its own check) holds. The first failure is told, naming its field;
 * the others are noted beside it (faults.h).
 */
#include "msg/lang.h"
#include "msg/record.h"
#include "record/sql.h"
#include "record/store.h"
#include "record/type.h"

static bool check_required(const struct field *f, const struct val *v, struct err *e)
{
    if (!(f->flags & F_REQUIRED) || v->is_set)
        return true;
    return fail(e, ERR_INVALID, MSG_record_required, "%s is empty", f->name);
}

/* Values set by code pass the same reader as typed ones: limits, UTF-8, choices. */
static bool check_text(struct ctx *tx, const struct field *f, struct val *v, struct err *e)
{
    if (!v->is_set || !type_of(f)->is_text)
        return true;
    return type_of(f)->from_canon(tx, f, v->s, v, e);
}

bool check_zone(struct ctx *c, const struct record *r, const struct val *v, struct err *e)
{
    (void)r;
    if (zone_valid(arena_cstr(c->a, v->s)))
        return true;
    fail(e, ERR_INVALID, MSG_lang_zone_bad, "zone '%.*s'", STR_ARG(str_head(v->s, 60)));
    return err_arg(e, "text", v->s);
}

static bool target_is_live(struct ctx *tx, const struct field *f, int64_t id, struct err *e)
{
    struct sql *q = sql_new(tx->a);
    struct db_rows rows;
    const struct entity *en = entity_find(str_of(f->ref));

    sql_lit(q, "SELECT 1 FROM ");
    sql_name(q, f->ref);
    sql_lit(q, " t0 WHERE t0.deleted_at IS NULL AND t0.id = ");
    sql_bind(q, V(id));
    sql_lit(q, " AND ");
    access_predicate(q, tx, en, ACTION_SEE, "t0");
    if (!sql_query(tx->c, q, &rows, e))
        return false;
    bool found = db_next(&rows);
    if (!db_done(&rows, e))
        return false;
    if (found)
        return true;
    fail(e, ERR_INVALID, MSG_record_ref_gone, "%s: no %s %lld", f->name, f->ref, (long long)id);
    return err_arg(e, "entity", msg_text(tx->a, tx->loc, en->label, NULL));
}

static bool check_refs(struct ctx *tx, const struct field *f, const struct val *v, struct err *e)
{
    if (!v->is_set)
        return true;
    if (f->type == FIELD_REF)
        return target_is_live(tx, f, v->i, e);
    for (size_t i = 0; f->type == FIELD_REFS && i < v->n; i++)
        if (!target_is_live(tx, f, v->ids[i], e))
            return false;
    return true;
}

static bool check_unique(struct ctx *tx, const struct record *r, const struct field *f,
                         const struct val *v, struct err *e)
{
    struct db_rows rows;
    if (!(f->flags & F_UNIQUE) || !v->is_set)
        return true;
    struct sql *q = sql_new(tx->a);
    sql_lit(q, "SELECT id FROM ");
    sql_name(q, r->en->name);
    sql_lit(q, " WHERE deleted_at IS NULL AND ");
    sql_name(q, f->name);
    sql_lit(q, " = ");
    sql_bind(q, type_of(f)->is_text ? V(v->s) : V(v->i));
    sql_lit(q, " AND id <> ");
    sql_bind(q, V(r->id));
    if (!sql_query(tx->c, q, &rows, e))
        return false;
    bool is_taken = db_next(&rows);
    if (!db_done(&rows, e))
        return false;
    if (!is_taken)
        return true;
    fail(e, ERR_INVALID, MSG_record_taken, "%s.%s is taken", r->en->name, f->name);
    return err_arg(e, "value", type_show(tx->a, tx->loc, f, v));
}

/* base = amount in the workspace's currency, by the newest rate of the day or before; half up. */
static int64_t pow10_of(int n) { return n <= 0 ? 1 : 10 * pow10_of(n - 1); }

static bool rate_of(struct ctx *tx, str currency, int64_t *rate, struct err *e)
{
    bool found;
    int64_t today = zone_days(tx->ws->zone, tx->now);
    if (!db_get_int(tx->c, "SELECT rate FROM rate WHERE currency = $1 AND day <= $2 AND deleted_at IS NULL"
                           " ORDER BY day DESC LIMIT 1", DB_ARGS(V(currency), V(today)), &found, rate, e))
        return false;
    if (found)
        return true;
    fail(e, ERR_INVALID, MSG_record_no_rate, "no rate for %.*s", STR_ARG(currency));
    return err_arg(e, "value", currency);
}

bool money_to_base(struct ctx *tx, struct val *v, struct err *e)
{
    enum { RATE_SCALE = 9 };
    int64_t rate;
    str own = str_of(tx->ws->currency);

    if (str_eq(v->s, own)) {
        v->base = v->i;
        return true;
    }
    if (!rate_of(tx, v->s, &rate, e))
        return false;
    int from = currency_digits(arena_cstr(tx->a, v->s)), into = currency_digits(tx->ws->currency);
    __int128 top = (__int128)v->i * rate * pow10_of(into), below = (__int128)pow10_of(RATE_SCALE) * pow10_of(from);
    __int128 half = top < 0 ? -below / 2 : below / 2, base = (top + half) / below;
    if (base > INT64_MAX || base < INT64_MIN)
        return fail(e, ERR_INVALID, MSG_record_out_of_range, "amount overflows in %s", tx->ws->currency);
    v->base = (int64_t)base;
    return true;
}

static bool check_field(struct ctx *tx, struct record *r, const struct field *f, bool is_changed, struct err *e)
{
    struct val *v = &r->v[field_index(r->en, f)];
    if (f->type == FIELD_COMPUTED)
        return true;
    if (!check_required(f, v, e))
        return false;
    if (!is_changed)
        return true;
    return check_text(tx, f, v, e) && (!f->check || !v->is_set || f->check(tx, r, v, e))
        && check_refs(tx, f, v, e) && check_unique(tx, r, f, v, e)
        && (f->type != FIELD_MONEY || !v->is_set || money_to_base(tx, v, e));
}

/* All of `looked`, the first failure told in *e; those of the record that was asked for are noted as well. */
static bool check_fields(struct ctx *tx, struct record *now, uint64_t looked, uint64_t changed, struct err *e)
{
    bool is_asked = tx->depth == 1, ok = true;
    struct err more;                            /* filled by the failure itself: most records have none */

    if (is_asked)
        tx->write->faults = (struct faults){ 0 };
    for (size_t i = 0; i < now->en->nfields; i++) {
        const struct field *f = &now->en->fields[i];
        struct err *why = ok ? e : &more;
        if (!(looked >> i & 1) || check_field(tx, now, f, changed >> i & 1, why))
            continue;
        ok = false;
        err_arg(why, "field", msg_text(tx->a, tx->loc, f->label, NULL));
        err_field(why, f->name);
        if (!is_asked || why->code != ERR_INVALID)
            break;
        faults_add(tx->a, &tx->write->faults, why);
    }
    return ok;
}

bool validate(struct ctx *tx, struct record *now, uint64_t mask, struct err *e)
{
    if (!check_fields(tx, now, ~(uint64_t)0, mask, e))
        return false;
    return !tx->write->is_look || tx->depth > 1 || fail(e, ERR_INVALID, 0, "only looked at");
}

void validate_besides(struct ctx *tx, struct record *now, uint64_t mask)
{
    struct err first = { 0 };
    (void)check_fields(tx, now, mask, mask, &first);
}
