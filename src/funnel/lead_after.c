/* lead_after.c - what follows from a move of a lead: the hand-off's row, the person's stage, the
 * events that everything else reads, and a word to whom it concerns.
 *
 * All of it belongs to the same write, so that undoing the move undoes all of it.
 */
#include "funnel/inside.h"
#include "base/json.h"

/* A step back is for those on the way to a deal: a customer stays a customer. */
static bool is_between(str stage)
{
    int rank = lifecycle_rank(stage);
    return rank >= lifecycle_rank(S("mql")) && rank <= lifecycle_rank(S("sql"));
}

struct effect { struct ctx *tx; const struct record *old, *now; struct record *person; struct ctx sys; };

/* ── events ──────────────────────────────────────────────────────────────── */

static str data_of(struct effect *f, str reason)
{
    struct buf b = buf_new(f->tx->a, 2000);
    struct json j = { .b = &b };
    json_open(&j, '{');
    json_key(&j, S("title"));
    json_str(&j, record_text(f->now, "title"));
    if (reason.n) {
        json_key(&j, S("reason"));
        json_str(&j, reason);
    }
    if (record_int(f->now, "owner")) {
        json_key(&j, S("owner"));
        json_int(&j, record_int(f->now, "owner"));
    }
    json_close(&j, '}');
    return buf_str(&b);
}

static bool log_kind(struct effect *f, const char *kind, str reason, struct err *e)
{
    struct event ev = {
        .person_id = record_int(f->now, "person"), .kind = kind, .en = &lead_entity, .record_id = f->now->id,
        .campaign_id = record_int(f->now, "campaign"), .deal_id = record_int(f->now, "deal"),
        .company_id = record_int(f->now, "company"), .source = record_text(f->now, "source"),
        .data = data_of(f, reason),
    };
    return event_add(&f->sys, &ev, e);
}

/* ── the person ──────────────────────────────────────────────────────────── */

static bool forward(struct effect *f, const char *stage, str reason, struct err *e)
{
    struct advance m = { .person = f->person->id, .stage = stage, .reason = reason, .lead = f->now->id,
                         .campaign = record_int(f->now, "campaign") };
    return lifecycle_advance(f->tx, &m, e);
}

static bool back_to_nurture(struct effect *f, str reason, struct err *e)
{
    struct advance m = { .person = f->person->id, .stage = "lead", .reason = reason, .may_go_back = true,
                         .lead = f->now->id, .campaign = record_int(f->now, "campaign") };
    return !is_between(record_text(f->person, "lifecycle")) || lifecycle_advance(f->tx, &m, e);
}

static bool set_person(struct effect *f, const char *lead_status, int64_t owner, struct err *e)
{
    struct record *r = record_new(f->tx->a, &person_entity);
    r->id = f->person->id;
    if (lead_status)
        record_set(r, "lead_status", val_text(str_of(lead_status)));
    if (owner)
        record_set(r, "owner", val_ref(owner));
    return record_update(&f->sys, r, 0, NULL, e);
}

/* ── words ───────────────────────────────────────────────────────────────── */

static str reason_label(struct ctx *c, const struct locale *loc, const struct record *lead, const char *field)
{
    const struct choice *o = entity_field(&lead_entity, str_of(field))->choices;
    str value = record_text(lead, field);
    for (; o && o->value; o++)
        if (str_eq(value, str_of(o->value)))
            return msg_text(c->a, loc, o->label, NULL);
    return value;
}

static bool tell_receiver(struct effect *f, struct err *e)
{
    struct addressee to;
    struct arena *a = f->tx->a;
    int64_t due = record_int(f->now, "due_at");
    if (!addressee_of(f->tx, record_int(f->now, "owner"), &to, e))
        return false;
    str grade = record_text(f->now, "grade");
    str title = SAY(a, &to.loc, funnel_tell_offered, .name = A(record_title(f->person)), .grade = A(grade));
    str body = due ? SAY(a, &to.loc, funnel_tell_due, .when = A(loc_instant(a, &to.loc, due, DATE_MEDIUM))) : (str){ 0 };
    struct notice n = { to.id, "lead.offered", str_eq(grade, S("A1")) ? "urgent" : "info", title, body, f->now->id };
    return tell(f->tx, &n, e);
}

static bool tell_giver(struct effect *f, bool is_accepted, struct err *e)
{
    struct addressee to, by;
    struct arena *a = f->tx->a;
    int64_t giver = record_int(f->now, "offered_by");
    if (!giver)
        return true;
    if (!addressee_of(f->tx, giver, &to, e) || !addressee_of(f->tx, record_int(f->now, "owner"), &by, e))
        return false;
    str name = record_title(f->person), why = reason_label(f->tx, &to.loc, f->now, "return_reason");
    str title = is_accepted ? SAY(a, &to.loc, funnel_tell_accepted, .seller = A(by.name), .name = A(name))
                            : SAY(a, &to.loc, funnel_tell_returned, .seller = A(by.name), .name = A(name), .reason = A(why));
    struct notice n = { to.id, is_accepted ? "lead.accepted" : "lead.returned", is_accepted ? "success" : "warning",
                        title, record_text(f->now, "return_note"), f->now->id };
    return tell(f->tx, &n, e);
}

/* ── one function a state ────────────────────────────────────────────────── */

static bool offered(struct effect *f, struct err *e)
{
    return handoff_close(f->tx, f->now, "moved", (str){ 0 }, (str){ 0 }, e) && handoff_open(f->tx, f->now, e)
        && log_kind(f, "lead.offered", (str){ 0 }, e) && forward(f, "mql", S("lead.offered"), e)
        && set_person(f, "new", 0, e) && tell_receiver(f, e);
}

static bool accepted(struct effect *f, struct err *e)
{
    return handoff_close(f->tx, f->now, "accepted", (str){ 0 }, (str){ 0 }, e)
        && log_kind(f, "lead.accepted", (str){ 0 }, e) && forward(f, "sal", S("lead.accepted"), e)
        && set_person(f, "attempting", record_int(f->now, "owner"), e) && tell_giver(f, true, e);
}

static bool returned(struct effect *f, struct err *e)
{
    str why = record_text(f->now, "return_reason");
    return handoff_close(f->tx, f->now, "returned", why, record_text(f->now, "return_note"), e)
        && log_kind(f, "lead.returned", why, e) && back_to_nurture(f, why, e) && tell_giver(f, false, e);
}

static bool qualified(struct effect *f, struct err *e)
{
    return handoff_stop(f->tx, f->now->id, e) && log_kind(f, "lead.qualified", (str){ 0 }, e) && forward(f, "sql", S("lead.qualified"), e)
        && set_person(f, "in_conversation", 0, e);
}

static bool converted(struct effect *f, struct err *e)
{
    return log_kind(f, "lead.converted", (str){ 0 }, e) && forward(f, "opportunity", S("lead.converted"), e);
}

static bool recycled(struct effect *f, struct err *e)
{
    str why = record_text(f->now, "recycle_reason");
    return handoff_stop(f->tx, f->now->id, e) && log_kind(f, "lead.recycled", why, e) && back_to_nurture(f, why, e) && set_person(f, "bad_timing", 0, e);
}

static bool disqualified(struct effect *f, struct err *e)
{
    str why = record_text(f->now, "disqualify_reason");
    return handoff_stop(f->tx, f->now->id, e) && log_kind(f, "lead.disqualified", why, e) && back_to_nurture(f, why, e) && set_person(f, "unqualified", 0, e);
}

static bool reopened(struct effect *f, struct err *e)
{
    return log_kind(f, "lead.reopened", (str){ 0 }, e);
}

static const struct { const char *status; bool (*run)(struct effect *, struct err *); } effects[] = {
    { "new", reopened }, { "offered", offered }, { "accepted", accepted }, { "returned", returned },
    { "qualified", qualified }, { "converted", converted }, { "recycled", recycled }, { "disqualified", disqualified },
};

/* A new interest: somebody who had only subscribed is a lead now. */
static bool captured(struct effect *f, struct err *e)
{
    return log_kind(f, "lead.captured", (str){ 0 }, e) && forward(f, "lead", S("lead.captured"), e);
}

bool lead_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    struct effect f = { .tx = tx, .old = old, .now = now, .sys = ctx_as_system(tx) };
    if (!now)
        return handoff_stop(tx, old->id, e);
    bool is_moved = old && (record_changed(old, now, "status")
                            || (str_eq(record_text(now, "status"), S("offered")) && record_changed(old, now, "owner")));
    if (old && !is_moved)
        return true;
    if (!record_get(&f.sys, &person_entity, record_int(now, "person"), &f.person, e))
        return false;
    if (!old)
        return captured(&f, e);
    for (size_t i = 0; i < countof(effects); i++)
        if (str_eq(record_text(now, "status"), str_of(effects[i].status)))
            return effects[i].run(&f, e);
    return true;
}
