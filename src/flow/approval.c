/* approval.c - a question to one person, with a day by which it is answered; a run waits for it.
 *
 * Who decides is named when it is asked. An answer is given once; a day that passes is a no that
 * says so. The run goes on in the next round, not in the write of whoever answered.
 */
#include "flow/rule_inside.h"
#include "base/id.h"
#include "msg/core.h"
#include "msg/rule.h"

static const struct choice status_choices[] = {
    { "waiting",  MSG_rule_approval_waiting,  "blue" },
    { "approved", MSG_rule_approval_approved, "green" },
    { "declined", MSG_rule_approval_declined, "red" },
    { "expired",  MSG_rule_approval_expired,  "amber" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "title", .label = MSG_rule_approval_title,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_IMMUTABLE, .max = 300 },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_READONLY | F_LIST | F_INDEX, .choices = status_choices, .init = "waiting" },
    { .name = "asked_by", .label = MSG_rule_approval_asked_by,
      .type = FIELD_REF, .flags = F_LIST | F_IMMUTABLE, .ref = "user" },
    { .name = "decider", .label = MSG_rule_approval_decider,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "user" },
    { .name = "until", .label = MSG_rule_approval_until, .type = FIELD_INSTANT, .flags = F_READONLY | F_LIST | F_INDEX },
    { .name = "entity", .label = MSG_rule_about, .type = FIELD_ENTITY, .flags = F_IMMUTABLE },
    { .name = "record", .label = MSG_rule_record, .type = FIELD_INT, .flags = F_HIDDEN | F_IMMUTABLE },
    /* No reference: the run's own row is written after its steps. */
    { .name = "run", .label = MSG_rule_run, .type = FIELD_INT, .flags = F_HIDDEN | F_INDEX | F_IMMUTABLE },
    { .name = "answered_at", .label = MSG_rule_approval_answered_at, .type = FIELD_INSTANT, .flags = F_READONLY | F_LIST },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_TEXT, .flags = F_READONLY, .max = 1000 },
};

static str page_of(struct ctx *tx, const struct record *now)
{
    return arena_fmt(tx->a, "/automation/approvals#a-%.*s", STR_ARG(id_text(tx->a, now->id)));
}

/* The one who decides is told; whoever asked hears the answer. */
static bool tell(struct ctx *tx, const struct record *now, int64_t to, bool is_question, struct err *e)
{
    struct addressee r;
    struct ctx sys = ctx_as_system(tx);
    if (!to || !addressee_of(tx, to, &r, e))
        return to == 0;
    str what = record_text(now, "title"), status = record_text(now, "status");
    msg_id answer = str_eq(status, S("approved")) ? MSG_rule_approval_approved
                  : str_eq(status, S("declined")) ? MSG_rule_approval_declined : MSG_rule_approval_expired;
    str said = msg_text(tx->a, &r.loc, answer, NULL);
    str note = record_text(now, "note");
    str title = is_question ? RULE_SAY(tx->a, &r.loc, rule_tell_asked, .what = A(what))
              : note.n ? RULE_SAY(tx->a, &r.loc, rule_tell_answered_word, .answer = A(said), .what = A(what), .note = A(note))
                       : RULE_SAY(tx->a, &r.loc, rule_tell_answered, .answer = A(said), .what = A(what));
    sys.by = is_question ? 0 : sys.by;
    return notify(&sys, to, is_question ? "approval.asked" : "approval.answered", title, page_of(tx, now), e);
}

static bool wake(struct ctx *tx, const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *run = record_new(tx->a, &rule_run_entity);
    run->id = record_int(now, "run");
    record_set(run, "due_at", val_int(tx->now));
    record_set(run, "answer", val_text(str_eq(record_text(now, "status"), S("approved")) ? S("yes") : S("no")));
    return !run->id || record_update(&sys, run, 0, NULL, e);
}

static bool approval_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct event ev = { .kind = "approval.answered", .en = &approval_entity };
    if (!now)
        return true;
    if (!old)
        return tell(tx, now, record_int(now, "decider"), true, e);
    if (!record_changed(old, now, "status"))
        return true;
    ev.record_id = now->id;
    return event_add(&sys, &ev, e) && wake(tx, now, e) && notify_settled(tx, record_int(now, "decider"), page_of(tx, now), e)
        && tell(tx, now, record_int(now, "asked_by"), false, e);
}

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS approval_waits ON approval (status, until) WHERE status = 'waiting'",
    NULL,
};

const struct entity approval_entity = {
    .name = "approval",
    .path = "approvals",
    .label = MSG_rule_approval,
    .plural = MSG_rule_approval_plural,
    .icon = "stamp",
    .fields = fields,
    .nfields = countof(fields),
    .title = "title",
    .subtitle = "status",
    .owner = "decider",
    .order = "-created_at",
    .flags = E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
    .after = approval_after,
    .schema = schema,
};

bool approval_answer(struct ctx *tx, int64_t id, bool is_yes, str note, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *now, *r = record_new(tx->a, &approval_entity);
    if (!record_get(tx, &approval_entity, id, &now, e))
        return false;
    if (record_int(now, "decider") != tx->who->user_id)
        return fail(e, ERR_FORBIDDEN, MSG_rule_not_yours, "user %lld", (long long)tx->who->user_id);
    if (!str_eq(record_text(now, "status"), S("waiting")))
        return fail(e, ERR_CONFLICT, MSG_rule_answered_already, "approval %lld", (long long)id);
    r->id = id;
    record_set(r, "status", val_text(is_yes ? S("approved") : S("declined")));
    record_set(r, "answered_at", val_int(tx->now));
    record_set(r, "note", val_text(note));
    return record_update(&sys, r, 0, NULL, e);
}
