/* rule_entity.c - a rule as it stands, its versions, its runs and what each step did.
 *
 * Whoever changes what a rule says or does becomes its owner: nobody writes what another's rights
 * carry out. Each change of its text is a version of its own; a run keeps the one it began with. Of a
 * rule that concerns both teams the version in force is the newest that both heads have signed
 * (rule_sign.c); what is written later waits for them.
 */
#include "flow/rule_inside.h"
#include "flow/feed.h"
#include "msg/core.h"
#include "msg/rule.h"
#include "record/access.h"

static const struct choice once_choices[] = {
    { "each",   MSG_rule_once_each },
    { "record", MSG_rule_once_record },
    { "idle",   MSG_rule_once_idle },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 160 },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "is_on", .label = MSG_rule_is_on, .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "false" },
    { .name = "about", .label = MSG_rule_about, .type = FIELD_ENTITY, .flags = F_LIST | F_READONLY },
    { .name = "begins", .label = MSG_rule_begins, .type = FIELD_TEXT, .flags = F_INDEX | F_READONLY, .max = 20 },
    { .name = "says", .label = MSG_rule_plan, .type = FIELD_LONGTEXT, .flags = F_REQUIRED, .max = RULE_PLAN_MAX },
    { .name = "limit_amount", .label = MSG_rule_limit, .help = MSG_rule_limit_help, .type = FIELD_MONEY },
    { .name = "once", .label = MSG_rule_once, .type = FIELD_CHOICE, .choices = once_choices, .init = "each" },
    { .name = "hourly", .label = MSG_rule_hourly, .help = MSG_rule_hourly_help, .type = FIELD_INT, .init = "200" },
    { .name = "number", .label = MSG_rule_number, .type = FIELD_INT, .flags = F_READONLY },
    { .name = "is_joint", .label = MSG_rule_is_joint, .help = MSG_rule_is_joint_help, .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "false" },
    { .name = "in_force", .label = MSG_rule_in_force, .type = FIELD_INT, .flags = F_READONLY },
    { .name = "stopped_at", .label = MSG_rule_stopped_at, .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_LONGTEXT, .max = 4000 },
};

static const char *const schema[] = {
    /* Where clocks of rules stand: the last minute looked at, the next hour of a schedule. */
    "CREATE TABLE IF NOT EXISTS rule_hand (rule BIGINT PRIMARY KEY, at BIGINT NOT NULL)",
    /* Which write a run made: what follows from it belongs to the same chain. */
    "CREATE TABLE IF NOT EXISTS rule_cause (write_id BIGINT PRIMARY KEY, run BIGINT NOT NULL,"
    " chain BIGINT NOT NULL, depth BIGINT NOT NULL)",
    /* Clicks of which it must show first that a person made them: their numbers in the feed (rule_held.c). */
    "CREATE TABLE IF NOT EXISTS rule_held (seq BIGINT PRIMARY KEY, due_at BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS rule_held_due ON rule_held (due_at)",
    NULL,
};

static bool says_other(const struct record *old, const struct record *now)
{
    return !old || record_changed(old, now, "says") || record_changed(old, now, "limit_amount") || record_changed(old, now, "once")
        || record_changed(old, now, "is_joint");
}

/* What both teams have signed stays so: one of them alone may switch it off, not take it over. */
static bool joint_before(const struct record *old, struct record *now, struct err *e)
{
    bool was = old && record_int(old, "is_joint"), is = record_int(now, "is_joint");
    if (was && !is && record_int(old, "in_force")) {
        fail(e, ERR_CONFLICT, MSG_rule_joint_stays, "rule %lld", (long long)old->id);
        return err_field(e, "is_joint");
    }
    if (!is)
        record_set(now, "in_force", record_val(now, "number"));
    return true;
}

static bool owner_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    int64_t me = tx->who->user_id;
    if (tx->who->is_system)
        return true;
    if (says_other(old, now))
        record_set(now, "owner", val_ref(me));
    else if (record_changed(old, now, "owner") && record_int(now, "owner") != me) {
        fail(e, ERR_FORBIDDEN, MSG_rule_owner_is_who_writes, "owner %lld", (long long)record_int(now, "owner"));
        return err_field(e, "owner");
    }
    return true;
}

static bool rule_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    enum { HOURLY_MAX = 10000 };
    struct rule_plan *p = arena_new(tx->a, struct rule_plan, 1);
    int64_t hourly = record_int(now, "hourly");
    if (hourly < 1 || hourly > HOURLY_MAX) {
        fail(e, ERR_INVALID, MSG_rule_hourly_range, "%lld", (long long)hourly);
        err_arg_int(e, "max", HOURLY_MAX);
        return err_field(e, "hourly");
    }
    if (!rule_plan_read(tx->a, record_text(now, "says"), p, e) || !owner_before(tx, old, now, e))
        return false;
    bool is_checked = says_other(old, now) || (record_changed(old, now, "is_on") && record_int(now, "is_on"));
    if (is_checked && !rule_plan_check(tx, p, e))
        return false;
    record_set(now, "about", val_text(str_of(p->en->name)));
    record_set(now, "begins", val_text(str_of(rule_when_kind(p->when)->name)));
    if (says_other(old, now))
        record_set(now, "number", val_int(old ? record_int(old, "number") + 1 : 1));
    if (!joint_before(old, now, e))
        return false;
    if (record_int(now, "is_on"))
        record_set(now, "stopped_at", (struct val){ 0 });
    return true;
}

static bool rule_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &rule_version_entity);
    if (!now)
        return rule_refuse_used(tx, ARG_RULE, old, e);
    if (!says_other(old, now))
        return true;
    /* What it waited for by the clock may be another hour now. */
    if (old && !db_exec(tx->c, "DELETE FROM rule_hand WHERE rule = $1", DB_ARGS(V(now->id)), NULL, e))
        return false;
    record_set(r, "rule", val_ref(now->id));
    record_set(r, "number", record_val(now, "number"));
    record_set(r, "says", record_val(now, "says"));
    record_set(r, "limit_amount", record_val(now, "limit_amount"));
    record_set(r, "owner", record_val(now, "owner"));
    record_set(r, "once", record_val(now, "once"));
    return record_create(&sys, r, e);
}

const struct entity rule_entity = {
    .name = "rule",
    .path = "rules",
    .label = MSG_rule_rule,
    .plural = MSG_rule_plural,
    .icon = "workflow",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "about",
    .owner = "owner",
    .order = "name",
    .schema = schema,
    .before = rule_before,
    .after = rule_after,
};

/* ── versions ────────────────────────────────────────────────────────────── */

static const struct field version_fields[] = {
    { .name = "rule", .label = MSG_rule_rule,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "rule" },
    { .name = "number", .label = MSG_rule_number, .type = FIELD_INT, .flags = F_LIST | F_IMMUTABLE },
    { .name = "owner", .label = MSG_core_word_owner, .type = FIELD_REF, .flags = F_LIST | F_IMMUTABLE, .ref = "user" },
    { .name = "says", .label = MSG_rule_plan, .type = FIELD_LONGTEXT, .flags = F_IMMUTABLE, .max = RULE_PLAN_MAX },
    { .name = "limit_amount", .label = MSG_rule_limit, .type = FIELD_MONEY, .flags = F_IMMUTABLE },
    { .name = "once", .label = MSG_rule_once, .type = FIELD_CHOICE, .flags = F_IMMUTABLE, .choices = once_choices },
    { .name = "signed_sales_by", .label = MSG_core_signed_sales_by, .type = FIELD_REF, .flags = F_READONLY, .ref = "user" },
    { .name = "signed_sales_at", .label = MSG_core_signed_sales_at, .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "signed_marketing_by", .label = MSG_core_signed_marketing_by, .type = FIELD_REF, .flags = F_READONLY, .ref = "user" },
    { .name = "signed_marketing_at", .label = MSG_core_signed_marketing_at, .type = FIELD_INSTANT, .flags = F_READONLY },
};

const struct entity rule_version_entity = {
    .name = "rule_version",
    .path = "rule-versions",
    .label = MSG_rule_version,
    .plural = MSG_rule_version_plural,
    .icon = "history",
    .fields = version_fields,
    .nfields = countof(version_fields),
    .title = "rule",
    .subtitle = "number",
    .order = "-number",
    .flags = E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
};

/* ── runs ────────────────────────────────────────────────────────────────── */

static const struct choice state_choices[] = {
    { "waiting", MSG_rule_state_waiting, "blue" },
    { "done",    MSG_rule_state_done,    "green" },
    { "failed",  MSG_rule_state_failed,  "red" },
    { "stopped", MSG_rule_state_stopped, "amber" },
    { 0 },
};

static const struct field run_fields[] = {
    { .name = "rule", .label = MSG_rule_rule,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "rule" },
    { .name = "edition", .label = MSG_rule_version, .type = FIELD_REF, .flags = F_IMMUTABLE, .ref = "rule_version" },
    { .name = "number", .label = MSG_rule_number, .type = FIELD_INT, .flags = F_IMMUTABLE },
    { .name = "cause", .label = MSG_rule_cause, .type = FIELD_TEXT, .flags = F_HIDDEN | F_IMMUTABLE, .max = 60 },
    { .name = "entity", .label = MSG_rule_about, .type = FIELD_ENTITY, .flags = F_LIST | F_IMMUTABLE },
    { .name = "record", .label = MSG_rule_record, .type = FIELD_INT, .flags = F_HIDDEN | F_IMMUTABLE },
    { .name = "owner", .label = MSG_core_word_owner, .type = FIELD_REF, .flags = F_IMMUTABLE, .ref = "user" },
    { .name = "state", .label = MSG_core_word_status, .type = FIELD_CHOICE, .flags = F_READONLY | F_LIST | F_INDEX, .choices = state_choices },
    { .name = "step", .label = MSG_rule_step, .type = FIELD_INT, .flags = F_READONLY },
    { .name = "due_at", .label = MSG_rule_due_at, .type = FIELD_INSTANT, .flags = F_READONLY | F_LIST },
    { .name = "event", .label = MSG_rule_event, .type = FIELD_TEXT, .flags = F_READONLY, .max = 60 },
    { .name = "answer", .label = MSG_rule_answer, .type = FIELD_TEXT, .flags = F_READONLY | F_HIDDEN, .max = 10 },
    { .name = "chain", .label = MSG_rule_chain, .type = FIELD_INT, .flags = F_HIDDEN | F_IMMUTABLE },
    { .name = "depth", .label = MSG_rule_depth, .type = FIELD_INT, .flags = F_HIDDEN | F_IMMUTABLE },
    { .name = "started_at", .label = MSG_rule_started_at, .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "ended_at", .label = MSG_rule_ended_at, .type = FIELD_INSTANT, .flags = F_READONLY | F_LIST },
    { .name = "problem", .label = MSG_rule_problem, .type = FIELD_TEXT, .flags = F_READONLY, .max = 500 },
};

static const char *const run_schema[] = {
    "CREATE UNIQUE INDEX IF NOT EXISTS rule_run_cause ON rule_run (rule, number, cause, record)",
    /* With the state in it, or the planner walks all that wait, due or not, through the index of states. */
    "CREATE INDEX IF NOT EXISTS rule_run_waits ON rule_run (state, due_at) WHERE state = 'waiting'",
    "DROP INDEX IF EXISTS rule_run_due",
    "CREATE INDEX IF NOT EXISTS rule_run_event ON rule_run (record, event) WHERE state = 'waiting' AND event IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS rule_run_hour ON rule_run (rule, started_at)",
    "CREATE INDEX IF NOT EXISTS rule_run_chain ON rule_run (chain)",
    "CREATE INDEX IF NOT EXISTS rule_run_record ON rule_run (record, id)",
    NULL,
};

const struct entity rule_run_entity = {
    .name = "rule_run",
    .path = "rule-runs",
    .label = MSG_rule_run,
    .plural = MSG_rule_run_plural,
    .icon = "circle-play",
    .fields = run_fields,
    .nfields = countof(run_fields),
    .title = "rule",
    .subtitle = "state",
    .owner = "owner",
    .order = "-started_at",
    .flags = E_NO_CREATE | E_NO_DELETE | E_NO_PAGE | E_ACCOUNT,
    .schema = run_schema,
};

static const struct choice result_choices[] = {
    { "done",    MSG_rule_result_done,    "green" },
    { "passed",  MSG_rule_result_passed },
    { "waits",   MSG_rule_result_waits,   "blue" },
    { "failed",  MSG_rule_result_failed,  "red" },
    { 0 },
};

static const struct field log_fields[] = {
    { .name = "run", .label = MSG_rule_run,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "rule_run" },
    { .name = "step", .label = MSG_rule_step, .type = FIELD_INT, .flags = F_LIST | F_IMMUTABLE },
    { .name = "name", .label = MSG_core_word_name, .type = FIELD_TEXT, .flags = F_LIST | F_IMMUTABLE, .max = 40 },
    { .name = "result", .label = MSG_core_word_outcome, .type = FIELD_CHOICE, .flags = F_LIST | F_IMMUTABLE, .choices = result_choices },
    { .name = "said", .label = MSG_core_word_note, .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 500 },
    { .name = "entity", .label = MSG_rule_about, .type = FIELD_ENTITY, .flags = F_IMMUTABLE },
    { .name = "record", .label = MSG_rule_record, .type = FIELD_INT, .flags = F_HIDDEN | F_IMMUTABLE },
};

const struct entity rule_log_entity = {
    .name = "rule_log",
    .path = "rule-logs",
    .label = MSG_rule_log,
    .plural = MSG_rule_log_plural,
    .icon = "list-checks",
    .fields = log_fields,
    .nfields = countof(log_fields),
    .title = "name",
    .order = "id",
    .flags = E_NO_CREATE | E_NO_DELETE | E_NO_PAGE | E_ACCOUNT,
};
