/* clock.c - the rows of clocks and of the times they stood still. */
#include "flow/clock_row.h"
#include "msg/clock.h"
#include "msg/core.h"

static const struct choice outcome_choices[] = {
    { "met",     MSG_clock_outcome_met,     "green" },
    { "dropped", MSG_clock_outcome_dropped },
    { "moved",   MSG_clock_outcome_moved },
    { 0 },
};

static const struct field fields[] = {
    { .name = "policy", .label = MSG_clock_policy,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "sla_policy" },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_TEXT, .flags = F_HIDDEN | F_IMMUTABLE, .max = 40 },
    { .name = "entity", .label = MSG_clock_about,
      .type = FIELD_ENTITY, .flags = F_LIST | F_IMMUTABLE },
    { .name = "record", .label = MSG_clock_record, .type = FIELD_INT, .flags = F_HIDDEN | F_IMMUTABLE },
    { .name = "holder", .label = MSG_clock_holder,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "user" },
    { .name = "minutes", .label = MSG_clock_minutes, .type = FIELD_INT, .flags = F_IMMUTABLE },
    { .name = "remind_minutes", .label = MSG_clock_remind_minutes, .type = FIELD_INT, .flags = F_HIDDEN | F_IMMUTABLE },
    { .name = "started_at", .label = MSG_clock_started_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "due_at", .label = MSG_clock_due_at, .type = FIELD_INSTANT, .flags = F_READONLY | F_LIST | F_INDEX },
    { .name = "remind_at", .label = MSG_clock_remind_at, .type = FIELD_INSTANT, .flags = F_READONLY | F_HIDDEN },
    { .name = "paused_at", .label = MSG_clock_paused_at, .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "left_time", .label = MSG_clock_left, .type = FIELD_DURATION, .flags = F_READONLY | F_HIDDEN },
    { .name = "extended", .label = MSG_clock_extended, .type = FIELD_INT, .flags = F_READONLY },
    { .name = "breached_at", .label = MSG_clock_breached_at, .type = FIELD_INSTANT, .flags = F_READONLY | F_INDEX },
    { .name = "ended_at", .label = MSG_clock_ended_at, .type = FIELD_INSTANT, .flags = F_READONLY | F_INDEX },
    { .name = "outcome", .label = MSG_core_word_outcome, .type = FIELD_CHOICE, .flags = F_READONLY | F_LIST, .choices = outcome_choices },
    { .name = "work_time", .label = MSG_clock_work_time, .type = FIELD_DURATION, .flags = F_READONLY },
    { .name = "over_time", .label = MSG_clock_over_time, .type = FIELD_DURATION, .flags = F_READONLY | F_LIST },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS clock_record ON clock (record, id)",
    "CREATE INDEX IF NOT EXISTS clock_due ON clock (kind, due_at)"
    " WHERE ended_at IS NULL AND breached_at IS NULL AND paused_at IS NULL",
    "CREATE INDEX IF NOT EXISTS clock_reminder ON clock (kind, remind_at) WHERE remind_at IS NOT NULL",
    NULL,
};

const struct entity clock_entity = {
    .name = "clock",
    .path = "clocks",
    .label = MSG_clock_clock,
    .plural = MSG_clock_plural,
    .icon = "timer",
    .fields = fields,
    .nfields = countof(fields),
    .title = "policy",
    .subtitle = "outcome",
    .owner = "holder",
    .order = "-started_at",
    .flags = E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
    .schema = schema,
};

static const struct field pause_fields[] = {
    { .name = "clock", .label = MSG_clock_clock,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "clock" },
    { .name = "from_at", .label = MSG_clock_pause_from,
      .type = FIELD_INSTANT, .flags = F_REQUIRED | F_LIST | F_IMMUTABLE },
    { .name = "until_at", .label = MSG_clock_pause_until, .type = FIELD_INSTANT, .flags = F_READONLY | F_LIST },
    { .name = "reason", .label = MSG_core_word_reason, .type = FIELD_TEXT, .flags = F_LIST | F_IMMUTABLE, .max = 200 },
};

const struct entity clock_pause_entity = {
    .name = "clock_pause",
    .path = "clock-pauses",
    .label = MSG_clock_pause,
    .plural = MSG_clock_pause_plural,
    .icon = "circle-pause",
    .fields = pause_fields,
    .nfields = countof(pause_fields),
    .title = "reason",
    .order = "from_at",
    .flags = E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
};
