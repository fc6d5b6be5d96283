/* handoff_row.c - the row that each offer leaves: from whom to whom, how fast, with what answer.
 *
 * It is what acceptance and speed are counted from, so it is written by the lead's own moves
 * and by nothing else.
 */
#include "funnel/inside.h"
#include "flow/clock_row.h"

const char handoff_clock[] = "handoff";

static bool point_of(struct ctx *c, int64_t *id, struct err *e)
{
    bool found;
    *id = 0;
    return db_get_int(c->c, "SELECT id FROM handoff_point WHERE kind = 'lead_to_sales' AND is_active = 1"
                            " AND deleted_at IS NULL ORDER BY position, id LIMIT 1", DB_NONE, &found, id, e);
}

/* A lead offered anew has a new clock; the one before was ended with its hand-off. */
static bool start_clock(struct ctx *tx, const struct record *lead, const struct deadline *d, struct err *e)
{
    int64_t id;
    struct clock_start s = { .en = &lead_entity, .record = lead->id, .kind = handoff_clock, .policy = d->policy,
                             .holder = record_int(lead, "owner"), .minutes = d->minutes, .remind_minutes = d->reminder };
    return !d->policy || clock_begin(tx, &s, &id, e);
}

static bool end_clock(struct ctx *tx, int64_t lead, int64_t at, enum clock_outcome how, struct err *e)
{
    struct record *clock;
    return clock_running(tx, &lead_entity, lead, handoff_clock, 0, &clock, e)
        && (!clock || clock_end(tx, clock->id, at, how, e));
}

/* An acceptance ends the clock of an answer only: the other one waits for the first touch. */
static bool answer_clock(struct ctx *sys, const struct record *h, const char *status, struct err *e)
{
    struct record *policy;
    int64_t lead = record_int(h, "lead");
    if (!strcmp(status, "moved"))
        return end_clock(sys, lead, sys->now, CLOCK_MOVED, e);
    if (strcmp(status, "accepted") != 0 || !record_int(h, "policy"))
        return end_clock(sys, lead, sys->now, CLOCK_MET, e);
    if (!record_get(sys, &sla_policy_entity, record_int(h, "policy"), &policy, e))
        return false;
    return !str_eq(record_text(policy, "target"), S("accept")) || end_clock(sys, lead, sys->now, CLOCK_MET, e);
}

bool handoff_stop(struct ctx *tx, int64_t lead, struct err *e)
{
    return end_clock(tx, lead, tx->now, CLOCK_DROPPED, e);
}

bool handoff_follow(struct ctx *tx, int64_t lead, const struct record *clock, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *l = record_new(tx->a, &lead_entity), *h = record_new(tx->a, &handoff_entity);
    static const char *const same[] = { "due_at", "breached_at" };
    if (!handoff_last(&sys, lead, &h->id, e))
        return false;
    l->id = lead;
    for (size_t i = 0; i < countof(same); i++) {
        record_set(l, same[i], record_val(clock, same[i]));
        record_set(h, same[i], record_val(clock, same[i]));
    }
    record_set(l, "paused_at", record_val(clock, "paused_at"));
    return record_update(&sys, l, 0, NULL, e) && (!h->id || record_update(&sys, h, 0, NULL, e));
}

bool handoff_open(struct ctx *tx, const struct record *lead, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &handoff_entity);
    struct deadline d;
    int64_t point;
    if (!point_of(tx, &point, e) || !deadline_find(tx, lead, &d, e))
        return false;
    record_set(r, "handoff_point", val_ref(point));
    record_set(r, "person", record_val(lead, "person"));
    record_set(r, "lead", val_ref(lead->id));
    record_set(r, "giver", record_val(lead, "offered_by"));
    record_set(r, "receiver", record_val(lead, "owner"));
    record_set(r, "offered_at", val_int(tx->now));
    record_set(r, "policy", val_ref(d.policy));
    record_set(r, "due_at", d.due_at ? val_int(d.due_at) : val_none());
    record_set(r, "grade", record_val(lead, "grade"));
    record_set(r, "score", record_val(lead, "score"));
    record_set(r, "campaign", record_val(lead, "campaign"));
    record_set(r, "source", record_val(lead, "source"));
    record_set(r, "route", record_val(lead, "route"));
    return record_create(&sys, r, e) && start_clock(tx, lead, &d, e);
}

bool handoff_last(struct ctx *c, int64_t lead, int64_t *id, struct err *e)
{
    bool found;
    *id = 0;
    return db_get_int(c->c, "SELECT id FROM handoff WHERE lead = $1 AND deleted_at IS NULL ORDER BY id DESC LIMIT 1",
                      DB_ARGS(V(lead)), &found, id, e);
}

static bool load_last(struct ctx *sys, int64_t lead, struct record **out, struct err *e)
{
    int64_t id;
    *out = NULL;
    return handoff_last(sys, lead, &id, e) && (!id || record_get(sys, &handoff_entity, id, out, e));
}

static bool worked(struct ctx *sys, const struct record *h, int64_t until, int64_t *us, struct err *e)
{
    struct bizcal cal;
    if (!calendar_of(sys, record_int(h, "receiver"), &cal, e))
        return false;
    *us = bizcal_between(&cal, record_int(h, "offered_at"), until);
    return true;
}

bool handoff_close(struct ctx *tx, const struct record *lead, const char *status, str reason, str note, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *h, *r = record_new(tx->a, &handoff_entity);
    int64_t us;
    if (!load_last(&sys, lead->id, &h, e))
        return false;
    if (!h || !str_eq(record_text(h, "status"), S("offered")))
        return true;
    if (!worked(&sys, h, tx->now, &us, e))
        return false;
    r->id = h->id;
    record_set(r, "status", val_text(str_of(status)));
    record_set(r, "answered_at", val_int(tx->now));
    record_set(r, "work_time", val_int(us));
    record_set(r, "reason", val_text(reason));
    record_set(r, "note", val_text(note));
    return answer_clock(&sys, h, status, e) && record_update(&sys, r, 0, NULL, e);
}

bool handoff_touch(struct ctx *tx, const struct record *lead, int64_t at, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *h, *r = record_new(tx->a, &handoff_entity);
    int64_t us;
    if (!load_last(&sys, lead->id, &h, e))
        return false;
    if (!h || record_val(h, "first_touch_at").is_set || at < record_int(h, "offered_at"))
        return true;
    if (!worked(&sys, h, at, &us, e))
        return false;
    r->id = h->id;
    record_set(r, "first_touch_at", val_int(at));
    record_set(r, "touch_time", val_int(us));
    return end_clock(&sys, lead->id, at, CLOCK_MET, e) && record_update(&sys, r, 0, NULL, e);
}
