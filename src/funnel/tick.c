/* tick.c - the minute's round: reminders before a deadline, breaches after it, recycled leads
 * whose day has come.
 *
 * Each is done once: the condition is asked again inside the write that ends it. A breach keeps
 * the moment of the deadline, however late the round came by.
 */
#include "funnel/inside.h"
#include "flow/clock_row.h"

enum { AT_ONCE = 200 };
struct due { int64_t v[AT_ONCE]; size_t n; };
struct act { int64_t id; };

static bool take_ids(struct db_rows *q, struct due *d, struct err *e)
{
    d->n = 0;
    while (d->n < AT_ONCE && db_next(q))
        d->v[d->n++] = db_int(q, 0);
    return db_done(q, e);
}

/* Each in a write of its own: one bad row does not hold the others. */
static bool each(struct ctx *c, const struct due *d, record_write_fn *fn, struct err *e)
{
    for (size_t i = 0; i < d->n; i++) {
        struct arena scratch = *c->a;
        struct ctx own = *c;
        struct act act = { d->v[i] };
        if (!c->write)
            own.a = &scratch;                   /* inside a write its list of what was touched stays */
        if (!record_write_bulk(&own, fn, &act, e))
            return false;
    }
    return true;
}

/* ── the clock of a hand-off ─────────────────────────────────────────────── */

/* *lead NULL: its clock is of no use any more. */
static bool handoff_and_lead(struct ctx *sys, const struct record *clock, struct record **h, struct record **lead, struct err *e)
{
    int64_t id, of = record_int(clock, "record");
    bool found;
    *lead = *h = NULL;
    if (!db_get_int(sys->c, "SELECT id FROM lead WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(of)), &found, &id, e))
        return false;
    if (!found)
        return true;
    return handoff_last(sys, of, &id, e) && id && record_get(sys, &handoff_entity, id, h, e)
        && record_get(sys, &lead_entity, of, lead, e);
}

static bool tell_reminder(struct ctx *tx, const struct record *h, const struct record *lead, struct err *e)
{
    struct addressee to;
    struct arena *a = tx->a;
    if (!addressee_of(tx, record_int(h, "receiver"), &to, e))
        return false;
    str when = loc_relative(a, &to.loc, record_int(h, "due_at"), tx->now);
    struct notice n = { .to = to.id, .kind = "lead.reminder", .level = "warning", .lead = lead->id,
                        .title = SAY(a, &to.loc, funnel_tell_reminder, .name = A(record_val(lead, "person").s), .when = A(when)) };
    return tell(tx, &n, e);
}

static bool remind(struct ctx *tx, const struct record *clock, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *h, *lead;
    return handoff_and_lead(&sys, clock, &h, &lead, e) && (!lead || tell_reminder(tx, h, lead, e));
}

static bool tell_breach(struct ctx *tx, const struct record *lead, int64_t to_user, const struct addressee *seller, struct err *e)
{
    struct addressee to;
    struct arena *a = tx->a;
    if (!to_user)
        return true;
    if (!addressee_of(tx, to_user, &to, e))
        return false;
    str name = record_val(lead, "person").s;
    str title = to_user == seller->id ? SAY(a, &to.loc, funnel_tell_breach, .name = A(name))
                                      : SAY(a, &to.loc, funnel_tell_breach_manager, .seller = A(seller->name), .name = A(name));
    struct notice n = { .to = to_user, .kind = "lead.breached", .level = "urgent", .title = title, .lead = lead->id };
    return tell(tx, &n, e);
}

/* Whom the policy names, else the seller's manager. */
static bool superior_of(struct ctx *sys, const struct record *h, const struct addressee *seller, int64_t *out, struct err *e)
{
    struct record *policy;
    if (!record_get(sys, &sla_policy_entity, record_int(h, "policy"), &policy, e))
        return false;
    *out = record_int(policy, "escalate_to");
    *out = *out ? *out : seller->manager;
    return true;
}

static bool log_breach(struct ctx *sys, const struct record *lead, struct err *e)
{
    struct event ev = { .person_id = record_int(lead, "person"), .kind = "lead.breached", .en = &lead_entity,
                        .record_id = lead->id, .campaign_id = record_int(lead, "campaign") };
    return event_add(sys, &ev, e);
}

static bool breach(struct ctx *tx, const struct record *clock, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *h, *lead, *now;
    struct addressee seller;
    int64_t superior;
    if (!handoff_and_lead(&sys, clock, &h, &lead, e))
        return false;
    if (!lead)
        return clock_end(tx, clock->id, tx->now, CLOCK_DROPPED, e);
    return record_get(&sys, &clock_entity, clock->id, &now, e) && handoff_follow(tx, lead->id, now, e)
        && log_breach(&sys, lead, e) && addressee_of(tx, record_int(h, "receiver"), &seller, e)
        && superior_of(&sys, h, &seller, &superior, e) && tell_breach(tx, lead, seller.id, &seller, e)
        && (superior == seller.id || tell_breach(tx, lead, superior, &seller, e));
}

static const struct clock_care care = { handoff_clock, remind, breach };

/* ── recycled leads ──────────────────────────────────────────────────────── */

static bool reopen(struct ctx *tx, void *arg, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *lead, *r = record_new(tx->a, &lead_entity);
    if (!record_get(&sys, &lead_entity, ((struct act *)arg)->id, &lead, e))
        return false;
    if (!str_eq(record_text(lead, "status"), S("recycled")))
        return true;
    r->id = lead->id;
    record_set(r, "status", val_text(S("new")));
    return record_update(&sys, r, 0, NULL, e) && lead_consider(&sys, record_int(lead, "person"), e);
}

static bool recycles(struct ctx *c, struct err *e)
{
    struct db_rows q;
    struct due d;
    return db_query(c->c, &q, "SELECT id FROM lead WHERE status = 'recycled' AND recycle_at <= $1 AND deleted_at IS NULL"
                              " ORDER BY recycle_at, id LIMIT 200", DB_ARGS(V(zone_days(c->ws->zone, c->now))), e)
        && take_ids(&q, &d, e) && each(c, &d, reopen, e);
}

bool funnel_clocks(struct ctx *c, struct err *e)
{
    return clock_round(c, &care, e) && clock_policies_round(c, e) && recycles(c, e);
}
