/* lifecycle.c - how far the relationship with a person has come, and the receipts of its moves.
 *
 * Only these functions write person.lifecycle. A forward event never takes anyone back: an
 * existing customer who fills a form stays a customer. A step back is an act of its own, with
 * its reason. The receipt of the stage left says how long it lasted.
 */
#include "funnel/inside.h"
#include "base/json.h"

int lifecycle_rank(str stage)
{
    for (int i = 0; choices_lifecycle[i].value; i++)
        if (str_eq(stage, str_of(choices_lifecycle[i].value)))
            return i;
    return -1;
}

/* ── receipts ────────────────────────────────────────────────────────────── */

static bool receipt(struct ctx *sys, const struct advance *m, str stage, int64_t from, int64_t to,
                    bool is_backward, str reason, struct err *e)
{
    struct record *r = record_new(sys->a, &lifecycle_change_entity), *def = NULL;
    if (!funnel_definition(sys, arena_cstr(sys->a, stage), &def, e))
        return false;
    record_set(r, "person", val_ref(m->person));
    record_set(r, "stage", val_text(stage));
    record_set(r, "entered_at", val_int(from));
    if (to) {
        record_set(r, "exited_at", val_int(to));
        record_set(r, "time_spent", val_int(to > from ? to - from : 0));
    }
    record_set(r, "reason", val_text(reason));
    record_set(r, "is_backward", val_int(is_backward));
    record_set(r, "definition", val_ref(def ? def->id : 0));
    record_set(r, "campaign", val_ref(m->campaign));
    record_set(r, "lead", val_ref(m->lead));
    return record_create(sys, r, e);
}

/* The receipt of the stage being left; a person who came without one gets it now. */
static bool leave(struct ctx *sys, const struct advance *m, const struct record *person, str stage, struct err *e)
{
    struct db_rows q;
    int64_t id = 0, entered = 0;
    if (!db_query(sys->c, &q, "SELECT id, entered_at FROM lifecycle_change WHERE person = $1 AND exited_at IS NULL"
                              " AND deleted_at IS NULL ORDER BY entered_at DESC, id DESC LIMIT 1",
                  DB_ARGS(V(m->person)), e))
        return false;
    if (db_next(&q)) {
        id = db_int(&q, 0);
        entered = db_int(&q, 1);
    }
    if (!db_done(&q, e))
        return false;
    if (!id)
        return receipt(sys, m, stage, person->created_at, sys->now, false, (str){ 0 }, e);
    struct record *r = record_new(sys->a, &lifecycle_change_entity);
    r->id = id;
    record_set(r, "exited_at", val_int(sys->now));
    record_set(r, "time_spent", val_int(sys->now > entered ? sys->now - entered : 0));
    return record_update(sys, r, 0, NULL, e);
}

static str change_data(struct arena *a, str from, str to, bool is_backward, str reason)
{
    struct buf b = buf_new(a, 2000);
    struct json j = { .b = &b };
    json_open(&j, '{');
    json_key(&j, S("from"));
    json_str(&j, from);
    json_key(&j, S("to"));
    json_str(&j, to);
    json_key(&j, S("is_backward"));
    json_bool(&j, is_backward);
    json_key(&j, S("reason"));
    json_str(&j, reason);
    json_close(&j, '}');
    return buf_str(&b);
}

/* ── the company ─────────────────────────────────────────────────────────── */

bool lifecycle_company(struct ctx *tx, int64_t company, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct db_rows q;
    int best = -1;
    if (!company)
        return true;
    if (!db_query(sys.c, &q, "SELECT DISTINCT lifecycle FROM person WHERE company = $1 AND deleted_at IS NULL",
                  DB_ARGS(V(company)), e))
        return false;
    while (db_next(&q)) {
        int rank = lifecycle_rank(db_text_view(&q, 0));
        best = rank > best ? rank : best;
    }
    if (!db_done(&q, e))
        return false;
    if (best < 0)
        return true;
    struct record *r = record_new(sys.a, &company_entity);
    r->id = company;
    record_set(r, "lifecycle", val_text(str_of(choices_lifecycle[best].value)));
    return record_update(&sys, r, 0, NULL, e);
}

/* ── the move ────────────────────────────────────────────────────────────── */

static bool move(struct ctx *sys, const struct advance *m, const struct record *person, str from, int from_rank, struct err *e)
{
    str to = str_of(m->stage);
    bool is_backward = lifecycle_rank(to) < from_rank;
    struct record *r = record_new(sys->a, &person_entity);
    struct event ev = { .person_id = m->person, .kind = "stage.changed", .en = &person_entity, .record_id = m->person,
                        .campaign_id = m->campaign, .company_id = record_int(person, "company"),
                        .data = change_data(sys->a, from, to, is_backward, m->reason) };
    r->id = m->person;
    record_set(r, "lifecycle", val_text(to));
    return (from_rank < 0 || leave(sys, m, person, from, e))
        && receipt(sys, m, to, sys->now, 0, is_backward, m->reason, e)
        && record_update(sys, r, 0, NULL, e) && event_add(sys, &ev, e)
        && lifecycle_company(sys, record_int(person, "company"), e);
}

bool lifecycle_advance(struct ctx *tx, const struct advance *m, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *person;
    int to = lifecycle_rank(str_of(m->stage));

    if (to < 0)
        return fail(e, ERR_INVALID, MSG_funnel_no_stage, "%s", m->stage);
    if (!record_get(&sys, &person_entity, m->person, &person, e))
        return false;
    str from = record_text(person, "lifecycle");
    int rank = lifecycle_rank(from);
    if (to == rank || (to < rank && !m->may_go_back))
        return true;
    if (to < rank && !m->reason.n) {
        fail(e, ERR_INVALID, MSG_funnel_back_needs_reason, "%.*s -> %s", STR_ARG(from), m->stage);
        return err_field(e, "lifecycle");
    }
    return move(&sys, m, person, from, rank, e);
}

bool funnel_advance(struct ctx *tx, int64_t person, const char *stage, const char *reason,
                    bool may_go_back, struct err *e)
{
    struct advance m = { .person = person, .stage = stage, .reason = str_of(reason), .may_go_back = may_go_back };
    return lifecycle_advance(tx, &m, e);
}
