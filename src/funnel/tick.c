/* tick.c - the minute's round: reminders before a deadline, breaches after it, recycled leads
 * whose day has come.
 *
 * Each is done once: the condition is asked again inside the write that ends it. A breach keeps
 * the moment of the deadline, however late the round came by.
 */
#include "funnel/inside.h"

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

static bool handoff_and_lead(struct ctx *sys, int64_t id, struct record **h, struct record **lead, struct err *e)
{
    return record_get(sys, &handoff_entity, id, h, e) && record_get(sys, &lead_entity, record_int(*h, "lead"), lead, e);
}

/* An answer ends the clock of an answer, a touch that of a touch; a lead that went on ends both. */
static bool is_running(struct ctx *sys, const struct record *h, const struct record *lead, bool *out, struct err *e)
{
    struct record *policy;
    str status = record_text(h, "status"), at = record_text(lead, "status");
    bool is_offered = str_eq(status, S("offered")) && str_eq(at, S("offered"));
    bool is_accepted = str_eq(status, S("accepted")) && str_eq(at, S("accepted"));
    *out = false;
    if (!record_int(h, "policy"))
        return true;
    if (!record_get(sys, &sla_policy_entity, record_int(h, "policy"), &policy, e))
        return false;
    if (str_eq(record_text(policy, "target"), S("accept")))
        *out = is_offered;
    else
        *out = (is_offered || is_accepted) && !record_val(h, "first_touch_at").is_set;
    return true;
}

static bool tell_reminder(struct ctx *tx, const struct record *h, const struct record *lead, struct err *e)
{
    struct reader to;
    struct arena *a = tx->a;
    if (!reader_of(tx, record_int(h, "receiver"), &to, e))
        return false;
    str when = loc_relative(a, &to.loc, record_int(h, "due_at"), tx->now);
    struct notice n = { .to = to.id, .kind = "lead.reminder", .level = "warning", .lead = lead->id,
                        .title = SAY(a, &to.loc, funnel_tell_reminder, .name = A(record_val(lead, "person").s), .when = A(when)) };
    return tell(tx, &n, e);
}

static bool remind(struct ctx *tx, void *arg, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *h, *lead, *r = record_new(tx->a, &handoff_entity);
    bool runs;
    if (!handoff_and_lead(&sys, ((struct act *)arg)->id, &h, &lead, e) || !is_running(&sys, h, lead, &runs, e))
        return false;
    r->id = h->id;
    record_set(r, "remind_at", val_none());
    return record_update(&sys, r, 0, NULL, e)
        && (!runs || record_val(h, "breached_at").is_set || tell_reminder(tx, h, lead, e));
}

static bool tell_breach(struct ctx *tx, const struct record *lead, int64_t to_user, const struct reader *seller, struct err *e)
{
    struct reader to;
    struct arena *a = tx->a;
    if (!to_user)
        return true;
    if (!reader_of(tx, to_user, &to, e))
        return false;
    str name = record_val(lead, "person").s;
    str title = to_user == seller->id ? SAY(a, &to.loc, funnel_tell_breach, .name = A(name))
                                      : SAY(a, &to.loc, funnel_tell_breach_manager, .seller = A(seller->name), .name = A(name));
    struct notice n = { .to = to_user, .kind = "lead.breached", .level = "urgent", .title = title, .lead = lead->id };
    return tell(tx, &n, e);
}

/* Whom the policy names, else the seller's manager. */
static bool superior_of(struct ctx *sys, const struct record *h, const struct reader *seller, int64_t *out, struct err *e)
{
    struct record *policy;
    if (!record_get(sys, &sla_policy_entity, record_int(h, "policy"), &policy, e))
        return false;
    *out = record_int(policy, "escalate_to");
    *out = *out ? *out : seller->manager;
    return true;
}

static bool mark_breached(struct ctx *sys, const struct record *h, const struct record *lead, struct err *e)
{
    struct val at = val_int(record_int(h, "due_at"));
    struct record *r = record_new(sys->a, &handoff_entity), *l = record_new(sys->a, &lead_entity);
    struct event ev = { .person_id = record_int(lead, "person"), .kind = "lead.breached", .en = &lead_entity,
                        .record_id = lead->id, .campaign_id = record_int(lead, "campaign") };
    r->id = h->id;
    l->id = lead->id;
    record_set(r, "breached_at", at);
    record_set(r, "remind_at", val_none());
    record_set(l, "breached_at", at);
    return record_update(sys, r, 0, NULL, e) && record_update(sys, l, 0, NULL, e) && event_add(sys, &ev, e);
}

static bool breach(struct ctx *tx, void *arg, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *h, *lead;
    struct reader seller;
    int64_t superior;
    bool runs;
    if (!handoff_and_lead(&sys, ((struct act *)arg)->id, &h, &lead, e) || !is_running(&sys, h, lead, &runs, e))
        return false;
    if (!runs || record_val(h, "breached_at").is_set)
        return true;
    return mark_breached(&sys, h, lead, e) && reader_of(tx, record_int(h, "receiver"), &seller, e)
        && superior_of(&sys, h, &seller, &superior, e) && tell_breach(tx, lead, seller.id, &seller, e)
        && (superior == seller.id || tell_breach(tx, lead, superior, &seller, e));
}

static bool reminders(struct ctx *c, struct err *e)
{
    struct db_rows q;
    struct due d;
    return db_query(c->c, &q, "SELECT h.id FROM handoff h JOIN lead l ON l.id = h.lead AND l.deleted_at IS NULL"
                              " WHERE h.remind_at <= $1 AND h.deleted_at IS NULL ORDER BY h.remind_at LIMIT 200",
                    DB_ARGS(V(c->now)), e)
        && take_ids(&q, &d, e) && each(c, &d, remind, e);
}

static bool breaches(struct ctx *c, struct err *e)
{
    struct db_rows q;
    struct due d;
    return db_query(c->c, &q, "SELECT h.id FROM handoff h JOIN lead l ON l.id = h.lead AND l.deleted_at IS NULL"
                              " JOIN sla_policy p ON p.id = h.policy AND p.deleted_at IS NULL"
                              " WHERE h.due_at <= $1 AND h.breached_at IS NULL AND h.deleted_at IS NULL"
                              " AND l.status IN ('offered', 'accepted') AND h.status = l.status"
                              " AND (CASE p.target WHEN 'accept' THEN h.status = 'offered' ELSE h.first_touch_at IS NULL END)"
                              " ORDER BY h.due_at LIMIT 200", DB_ARGS(V(c->now)), e)
        && take_ids(&q, &d, e) && each(c, &d, breach, e);
}

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
                              " ORDER BY recycle_at LIMIT 200", DB_ARGS(V(zone_days(c->ws->zone, c->now))), e)
        && take_ids(&q, &d, e) && each(c, &d, reopen, e);
}

bool funnel_clocks(struct ctx *c, struct err *e)
{
    return reminders(c, e) && breaches(c, e) && recycles(c, e);
}
