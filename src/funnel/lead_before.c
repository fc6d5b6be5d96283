/* lead_before.c - the door each change of a lead's state passes: which moves there are, and what
 * each of them asks for.
 *
 * It stands in the entity's own hook, so that a page, the API, an import and a flow are refused
 * in the same words, which name what is missing. What a move leads to stands in lead_after.c.
 */
#include "funnel/inside.h"
#include "base/clock.h"

enum state { NEW, OFFERED, ACCEPTED, RETURNED, QUALIFIED, CONVERTED, RECYCLED, DISQUALIFIED, STATES };
#define BIT(s) (1u << (s))

struct move { struct ctx *tx; const struct record *old; struct record *now; enum state from; };

static bool may_offer(struct move *m, struct err *e);
static bool may_accept(struct move *m, struct err *e);
static bool may_return(struct move *m, struct err *e);
static bool may_qualify(struct move *m, struct err *e);
static bool may_convert(struct move *m, struct err *e);
static bool may_recycle(struct move *m, struct err *e);
static bool may_disqualify(struct move *m, struct err *e);
static bool may_reopen(struct move *m, struct err *e);

static const struct { const char *name; unsigned to; bool (*may_enter)(struct move *, struct err *); } states[STATES] = {
    [NEW]          = { "new",          BIT(OFFERED) | BIT(RECYCLED) | BIT(DISQUALIFIED), may_reopen },
    [OFFERED]      = { "offered",      BIT(ACCEPTED) | BIT(RETURNED), may_offer },
    [ACCEPTED]     = { "accepted",     BIT(QUALIFIED) | BIT(RECYCLED) | BIT(DISQUALIFIED), may_accept },
    [RETURNED]     = { "returned",     BIT(NEW) | BIT(OFFERED) | BIT(RECYCLED) | BIT(DISQUALIFIED), may_return },
    [QUALIFIED]    = { "qualified",    BIT(CONVERTED) | BIT(RECYCLED) | BIT(DISQUALIFIED), may_qualify },
    [CONVERTED]    = { "converted",    0, may_convert },
    [RECYCLED]     = { "recycled",     BIT(NEW) | BIT(OFFERED) | BIT(DISQUALIFIED), may_recycle },
    [DISQUALIFIED] = { "disqualified", BIT(NEW), may_disqualify },
};

static enum state state_of(const struct record *r)
{
    str status = record_text(r, "status");
    for (int s = 0; s < STATES; s++)
        if (str_eq(status, str_of(states[s].name)))
            return (enum state)s;
    return NEW;
}

static str label_of(struct ctx *tx, enum state s)
{
    const struct choice *c = entity_field(&lead_entity, S("status"))->choices;
    while (!str_eq(str_of(c->value), str_of(states[s].name)))
        c++;
    return msg_text(tx->a, tx->loc, c->label, NULL);
}

static bool needs(struct ctx *tx, const char *field, struct err *e)
{
    fail(e, ERR_INVALID, MSG_funnel_needs, "%s is empty", field);
    err_arg(e, "field", msg_text(tx->a, tx->loc, entity_field(&lead_entity, str_of(field))->label, NULL));
    return err_field(e, field);
}

static bool refuse_missing(const char *field, str missing, int msg, struct err *e)
{
    fail(e, ERR_INVALID, msg, "missing: %.*s", STR_ARG(missing));
    err_arg(e, "fields", missing);
    return err_field(e, field);
}

static void clear(struct record *r, const char *const *fields)
{
    for (; *fields; fields++)
        record_set(r, *fields, val_none());
}

/* ── offered ─────────────────────────────────────────────────────────────── */

/* What the hand-off point and the definition of MQL want to be known. */
static bool payload_complete(struct move *m, struct err *e)
{
    struct ctx *tx = m->tx;
    struct db_rows q;
    struct record *def;
    str at_point = { 0 }, missing;
    int64_t person = record_int(m->now, "person");

    if (!db_query(tx->c, &q, "SELECT required_fields FROM handoff_point WHERE kind = 'lead_to_sales' AND is_active = 1"
                             " AND deleted_at IS NULL ORDER BY position, id LIMIT 1", DB_NONE, e))
        return false;
    if (db_next(&q))
        at_point = db_text(&q, 0, tx->a);
    if (!db_done(&q, e) || !fits_missing(tx, at_point, m->now, person, &missing, e))
        return false;
    if (missing.n)
        return refuse_missing("status", missing, MSG_funnel_offer_missing, e);
    if (!funnel_definition(tx, "mql", &def, e))
        return false;
    if (def && !fits_missing(tx, record_text(def, "evidence"), m->now, person, &missing, e))
        return false;
    return !missing.n || refuse_missing("status", missing, MSG_funnel_offer_missing, e);
}

/* Below the definition a lead stays in marketing, unless a head of marketing decides otherwise. */
static bool meets_definition(struct move *m, struct err *e)
{
    bool met;
    if (!funnel_meets(m->tx, "mql", record_int(m->now, "person"), &met, e))
        return false;
    if (met || has_role(m->tx, MARKETING_HEADS))
        return true;
    fail(e, ERR_INVALID, MSG_funnel_offer_below, "the definition of mql is not met");
    return err_field(e, "status");
}

static bool snapshot_score(struct move *m, struct err *e)
{
    struct ctx sys = ctx_as_system(m->tx);
    struct record *p;
    if (!record_get(&sys, &person_entity, record_int(m->now, "person"), &p, e))
        return false;
    int64_t score = record_int(p, "fit") + record_int(p, "engagement");
    record_set(m->now, "score", val_int(score > SCORE_MAX ? SCORE_MAX : score));
    record_set(m->now, "grade", record_val(p, "grade"));
    return true;
}

/* A receiver named in the same act is kept; so is one named on a lead never offered. */
static bool choose_receiver(struct move *m, struct err *e)
{
    struct route_to to;
    if (record_changed(m->old, m->now, "route"))        /* found already: passed on by a rule */
        return true;
    bool is_named = record_changed(m->old, m->now, "owner") || m->from == NEW;
    if (is_named && record_int(m->now, "owner")) {
        struct locale loc = locale_default(m->tx->ws->lang, m->tx->ws->country);
        record_set(m->now, "route", val_text(msg_text(m->tx->a, &loc, MSG_funnel_route_by_hand, NULL)));
        return true;
    }
    if (!route_find(m->tx, m->now, false, &to, e))
        return false;
    record_set(m->now, "owner", val_ref(to.owner));
    record_set(m->now, "pool", val_ref(to.pool));
    record_set(m->now, "route", val_text(to.path));
    return true;
}

static bool start_clock(struct move *m, struct err *e)
{
    static const char *const past[] = {
        "accepted_at", "first_touch_at", "breached_at", "return_reason", "return_note", "recycle_reason",
        "recycle_at", "disqualify_reason", NULL
    };
    struct deadline d;
    clear(m->now, past);
    record_set(m->now, "attempts", val_int(0));
    record_set(m->now, "offered_at", val_int(m->tx->now));
    record_set(m->now, "offered_by", val_ref(m->tx->by ? m->tx->by : m->tx->who->user_id));
    if (!deadline_find(m->tx, m->now, &d, e))
        return false;
    record_set(m->now, "due_at", d.due_at ? val_int(d.due_at) : val_none());
    return true;
}

static bool may_offer(struct move *m, struct err *e)
{
    struct ctx sys = ctx_as_system(m->tx);      /* counted now, so that the definition sees the newest */
    return payload_complete(m, e) && score_person(&sys, record_int(m->now, "person"), e)
        && meets_definition(m, e) && snapshot_score(m, e)
        && choose_receiver(m, e) && start_clock(m, e);
}

/* Passed on to another seller while the answer is out: a new hand-off with a clock of its own. */
static bool may_pass_on(struct move *m, struct err *e)
{
    return (record_int(m->now, "owner") || needs(m->tx, "owner", e)) && choose_receiver(m, e) && start_clock(m, e);
}

/* ── the answer ──────────────────────────────────────────────────────────── */

static bool is_receiver(struct move *m, struct err *e)
{
    if (has_role(m->tx, SALES_HEADS) || m->tx->who->user_id == record_int(m->old, "owner"))
        return true;
    return fail(e, ERR_FORBIDDEN, MSG_funnel_not_receiver, "user %lld", (long long)m->tx->who->user_id);
}

static bool may_accept(struct move *m, struct err *e)
{
    if (!is_receiver(m, e))
        return false;
    record_set(m->now, "accepted_at", val_int(m->tx->now));
    return true;
}

static bool may_return(struct move *m, struct err *e)
{
    if (!is_receiver(m, e))
        return false;
    return record_text(m->now, "return_reason").n || needs(m->tx, "return_reason", e);
}

/* ── after the conversation ──────────────────────────────────────────────── */

static bool may_qualify(struct move *m, struct err *e)
{
    struct record *def;
    str missing;
    if (!funnel_definition(m->tx, "sql", &def, e))
        return false;
    str evidence = def ? record_text(def, "evidence") : (str){ 0 };
    if (!fits_missing(m->tx, evidence, m->now, record_int(m->now, "person"), &missing, e))
        return false;
    return !missing.n || refuse_missing("need", missing, MSG_funnel_qualify_missing, e);
}

static bool may_convert(struct move *m, struct err *e)
{
    return record_int(m->now, "deal") || needs(m->tx, "deal", e);
}

static bool may_recycle(struct move *m, struct err *e)
{
    enum { NURTURE_DAYS = 30 };
    int64_t today = zone_days(m->tx->ws->zone, m->tx->now);
    if (!record_text(m->now, "recycle_reason").n)
        return needs(m->tx, "recycle_reason", e);
    if (!record_val(m->now, "recycle_at").is_set)
        record_set(m->now, "recycle_at", val_int(today + NURTURE_DAYS));
    if (record_int(m->now, "recycle_at") > today)
        return true;
    fail(e, ERR_INVALID, MSG_funnel_recycle_past, "recycle_at is not in the future");
    return err_field(e, "recycle_at");
}

static bool may_disqualify(struct move *m, struct err *e)
{
    return record_text(m->now, "disqualify_reason").n || needs(m->tx, "disqualify_reason", e);
}

static bool may_reopen(struct move *m, struct err *e)
{
    static const char *const past[] = { "owner", "pool", "due_at", "breached_at", "recycle_at", NULL };
    (void)e;
    clear(m->now, past);
    return true;
}

/* ── the door ────────────────────────────────────────────────────────────── */

static bool refuse_move(struct ctx *tx, enum state from, enum state to, struct err *e)
{
    struct buf can = buf_new(tx->a, 400);
    for (int s = 0; s < STATES; s++)
        if (states[from].to & BIT(s)) {
            buf_put(&can, can.n ? S(", ") : S(""));
            buf_put(&can, label_of(tx, (enum state)s));
        }
    fail(e, ERR_CONFLICT, can.n ? MSG_funnel_no_move : MSG_funnel_no_move_at_all, "%s -> %s", states[from].name, states[to].name);
    err_arg(e, "from", label_of(tx, from));
    err_arg(e, "to", label_of(tx, to));
    err_arg(e, "can", buf_str(&can));
    return err_field(e, "status");
}

static bool changed(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct move m = { tx, old, now, state_of(old) };
    enum state to = state_of(now);
    if (m.from == to && to == OFFERED && record_changed(old, now, "owner")) {
        record_set(now, "last_activity_at", val_int(tx->now));
        return may_pass_on(&m, e);
    }
    if (m.from == to)
        return true;
    if (!(states[m.from].to & BIT(to)))
        return refuse_move(tx, m.from, to, e);
    record_set(now, "last_activity_at", val_int(tx->now));
    return states[to].may_enter(&m, e);
}

/* A lead begins as new; only the program brings older ones in at another state. */
static bool created(struct ctx *tx, struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *p;
    if (state_of(now) != NEW && !tx->who->is_system)
        return refuse_move(tx, NEW, state_of(now), e);
    if (!record_int(now, "person"))
        return true;                            /* the validation says it better */
    if (!record_get(&sys, &person_entity, record_int(now, "person"), &p, e))
        return false;
    if (!record_int(now, "company"))
        record_set(now, "company", val_ref(record_int(p, "company")));
    if (!record_text(now, "title").n)
        record_set(now, "title", val_text(record_title(p)));
    record_set(now, "last_activity_at", val_int(tx->now));
    return true;
}

bool lead_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    return old ? changed(tx, old, now, e) : created(tx, now, e);
}
