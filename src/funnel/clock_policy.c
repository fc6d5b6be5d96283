/* clock_policy.c - deadlines that follow conditions: any entity, any number on a record.
 *
 * A clock of a policy begins when its record meets `starts_when` and not yet `ends_when`, stands
 * still while `pauses_when` holds, is extended once by `extends_when`, and ends when `ends_when`
 * is met or the start no longer holds. What holds is asked of the record as it is now, so that
 * looking twice does no harm. The hand-off's clock is begun by its offer (handoff_row.c) and only
 * paused and extended here.
 */
#include "funnel/inside.h"
#include "core/notify.h"
#include "flow/feed.h"
#include "flow/clock_row.h"
#include "base/id.h"

static const char own_clock[] = "policy";

/* ── conditions of some records ──────────────────────────────────────────── */

struct follow {
    struct ctx *tx; const struct entity *en;
    const int64_t *ids; size_t n;                /* n <= SLICE */
    bool starts[SLICE], ends[SLICE], pauses[SLICE], extends[SLICE];
};

/* An empty condition is never met. */
static bool holds(struct follow *f, const struct record *policy, const char *field, bool *out, struct err *e)
{
    str criteria = str_trim(record_text(policy, field));
    memset(out, 0, SLICE * sizeof *out);
    return !criteria.n || fits_many(f->tx, f->en, criteria, f->ids, f->n, out, e);
}

static bool ask(struct follow *f, const struct record *policy, struct err *e)
{
    return holds(f, policy, "starts_when", f->starts, e) && holds(f, policy, "ends_when", f->ends, e)
        && holds(f, policy, "pauses_when", f->pauses, e) && holds(f, policy, "extends_when", f->extends, e);
}

/* ── one record ──────────────────────────────────────────────────────────── */

static bool begin(struct follow *f, const struct record *policy, int64_t id, struct err *e)
{
    struct ctx sys = ctx_as_system(f->tx);
    struct record *r;
    int64_t clock;
    if (!record_get(&sys, f->en, id, &r, e))
        return false;
    struct clock_start s = { .en = f->en, .record = id, .kind = own_clock, .policy = policy->id,
                             .holder = f->en->owner ? record_int(r, f->en->owner) : 0,
                             .minutes = record_int(policy, "minutes"), .remind_minutes = record_int(policy, "reminder_minutes") };
    return clock_begin(f->tx, &s, &clock, e);
}

static bool adjust(struct follow *f, const struct record *policy, const struct record *clock, size_t i, struct err *e)
{
    bool is_held = record_val(clock, "paused_at").is_set;
    int64_t more = record_int(policy, "extend_minutes");
    if (f->pauses[i] != is_held
        && !(is_held ? clock_resume(f->tx, clock->id, e) : clock_hold(f->tx, clock->id, record_title(policy), e)))
        return false;
    return !f->extends[i] || !more || record_val(clock, "extended").is_set || clock_extend(f->tx, clock->id, more, e);
}

static bool follow_own(struct follow *f, const struct record *policy, size_t i, struct err *e)
{
    struct record *clock;
    if (!clock_running(f->tx, f->en, f->ids[i], own_clock, policy->id, &clock, e))
        return false;
    bool is_wanted = f->starts[i] && !f->ends[i];
    if (!clock)
        return !is_wanted || begin(f, policy, f->ids[i], e);
    if (!is_wanted)
        return clock_end(f->tx, clock->id, f->tx->now, f->ends[i] ? CLOCK_MET : CLOCK_DROPPED, e);
    return adjust(f, policy, clock, i, e);
}

static bool follow_handoff(struct follow *f, const struct record *policy, size_t i, struct err *e)
{
    struct ctx sys = ctx_as_system(f->tx);
    struct record *clock, *now;
    if (!clock_running(f->tx, f->en, f->ids[i], handoff_clock, policy->id, &clock, e))
        return false;
    if (!clock)
        return true;
    return adjust(f, policy, clock, i, e) && record_get(&sys, &clock_entity, clock->id, &now, e)
        && (now->version == clock->version || handoff_follow(f->tx, f->ids[i], now, e));
}

bool clock_follow(struct ctx *tx, const struct entity *en, const int64_t *ids, size_t n, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct follow *f = arena_new(tx->a, struct follow, 1);
    str filter = arena_fmt(tx->a, "is_active = true and about = %s", en->name);
    struct list_spec spec = { .en = &sla_policy_entity, .filter = filter, .sort = S("position"), .limit = 50 };
    struct list policies;
    *f = (struct follow){ .tx = tx, .en = en, .ids = ids, .n = n };
    if (!record_list(&sys, &spec, &policies, e))
        return false;
    for (size_t p = 0; p < policies.n; p++) {
        bool is_own = str_eq(record_text(policies.rows[p], "target"), S("criteria"));
        if (!is_own && !record_text(policies.rows[p], "pauses_when").n && !record_text(policies.rows[p], "extends_when").n)
            continue;
        if (!ask(f, policies.rows[p], e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (!(is_own ? follow_own(f, policies.rows[p], i, e) : follow_handoff(f, policies.rows[p], i, e)))
                return false;
    }
    return true;
}

/* ── the feed ────────────────────────────────────────────────────────────── */

static const struct entity *const followed[] = { &lead_entity, NULL, &person_entity, &company_entity };

static const struct entity *followed_at(size_t i) { return followed[i] ? followed[i] : entity_find(S("deal")); }

bool clock_wants(const struct feed_row *r)
{
    for (size_t i = 0; i < countof(followed); i++)
        if (r->en == followed_at(i))
            return true;
    return false;
}

struct slice { int64_t id[SLICE]; size_t n; };

static bool follow_slice(struct ctx *tx, const struct entity *en, struct slice *s, struct err *e)
{
    bool ok = s->n == 0 || clock_follow(tx, en, s->id, s->n, e);
    s->n = 0;
    return ok;
}

static bool add(struct ctx *tx, const struct entity *en, struct slice *s, int64_t id, struct err *e)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->id[i] == id)
            return true;
    if (s->n == SLICE && !follow_slice(tx, en, s, e))
        return false;
    s->id[s->n++] = id;
    return true;
}

bool clock_batch(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *e)
{
    for (size_t k = 0; k < countof(followed); k++) {
        const struct entity *en = followed_at(k);
        struct slice s = { .n = 0 };
        for (size_t i = 0; i < n; i++)
            if (rows[i].en == en && !add(tx, en, &s, rows[i].record_id, e))
                return false;
        if (!follow_slice(tx, en, &s, e))
            return false;
    }
    return true;
}

/* ── the round ───────────────────────────────────────────────────────────── */

struct told { struct record *about, *policy; str path; };

/* about NULL: the record is gone, and its clock with it. */
static bool told_of(struct ctx *tx, const struct record *clock, struct told *out, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    const struct entity *en = entity_find(record_text(clock, "entity"));
    int64_t id = record_int(clock, "record");
    struct record **found;
    size_t n;
    *out = (struct told){ 0 };
    if (!record_get_many(&sys, en, &id, 1, &found, &n, e))
        return false;
    if (!n)
        return clock_end(tx, clock->id, tx->now, CLOCK_DROPPED, e);
    out->about = found[0];
    out->path = arena_fmt(tx->a, "/%s/%.*s", en->path, STR_ARG(id_text(tx->a, id)));
    return record_get(&sys, &sla_policy_entity, record_int(clock, "policy"), &out->policy, e);
}

static bool tell_holder(struct ctx *tx, const struct record *clock, const struct told *t, int64_t user, bool is_late, struct err *e)
{
    struct addressee to;
    struct arena *a = tx->a;
    if (!user)
        return true;
    if (!addressee_of(tx, user, &to, e))
        return false;
    str name = record_title(t->about), policy = record_title(t->policy);
    str when = loc_relative(a, &to.loc, record_int(clock, "due_at"), tx->now);
    str title = is_late ? SAY(a, &to.loc, funnel_tell_clock_breach, .name = A(name), .policy = A(policy))
                        : SAY(a, &to.loc, funnel_tell_clock_reminder, .name = A(name), .policy = A(policy), .when = A(when));
    return notify(tx, user, is_late ? "clock.breached" : "clock.reminder", title, t->path, e);
}

static bool remind_own(struct ctx *tx, const struct record *clock, struct err *e)
{
    struct told t;
    return told_of(tx, clock, &t, e) && (!t.about || tell_holder(tx, clock, &t, record_int(clock, "holder"), false, e));
}

static bool breach_own(struct ctx *tx, const struct record *clock, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct told t;
    struct addressee holder;
    if (!told_of(tx, clock, &t, e))
        return false;
    if (!t.about)
        return true;
    if (!addressee_of(tx, record_int(clock, "holder"), &holder, e))
        return false;
    int64_t superior = record_int(t.policy, "escalate_to") ? record_int(t.policy, "escalate_to") : holder.manager;
    struct event ev = { .kind = "clock.breached", .en = t.about->en, .record_id = t.about->id };
    return event_add(&sys, &ev, e) && tell_holder(tx, clock, &t, holder.id, true, e)
        && (superior == holder.id || tell_holder(tx, clock, &t, superior, true, e));
}

bool clock_policies_round(struct ctx *c, struct err *e)
{
    static const struct clock_care care = { own_clock, remind_own, breach_own };
    return clock_round(c, &care, e);
}
