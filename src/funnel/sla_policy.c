/* sla_policy.c - how fast something must be done, in minutes of business time.
 *
 * Of those about a hand-off the first that fits holds. One that follows conditions has a clock of
 * its own on every record that meets them, beside all others.
 */
#include "funnel/inside.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct choice target_choices[] = {
    { "accept",      MSG_funnel_sla_policy_target_accept },
    { "first_touch", MSG_funnel_sla_policy_target_first_touch },
    { "criteria",    MSG_funnel_sla_policy_target_criteria },
    { 0 },
};

static const struct choice about_choices[] = {
    { "lead",    MSG_core_word_lead },
    { "deal",    MSG_core_word_deal },
    { "person",  MSG_core_word_person },
    { "company", MSG_core_word_company },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK,
      .max = 120 },
    { .name = "grade", .label = MSG_core_word_grade,
      .help = MSG_funnel_sla_policy_grade_help, .type = FIELD_TEXT, .flags = F_LIST | F_QUICK,
      .max = 40 },
    { .name = "criteria", .label = MSG_core_word_criteria,
      .help = MSG_funnel_sla_policy_criteria_help, .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = 4000 },
    { .name = "target", .label = MSG_funnel_sla_policy_target,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK, .choices = target_choices,
      .init = "first_touch" },
    { .name = "about", .label = MSG_funnel_sla_policy_about,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = about_choices, .init = "lead" },
    { .name = "starts_when", .label = MSG_funnel_sla_policy_starts_when,
      .help = MSG_funnel_sla_policy_condition_help, .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = 4000 },
    { .name = "ends_when", .label = MSG_funnel_sla_policy_ends_when,
      .help = MSG_funnel_sla_policy_condition_help, .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = 4000 },
    { .name = "pauses_when", .label = MSG_funnel_sla_policy_pauses_when,
      .help = MSG_funnel_sla_policy_condition_help, .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = 4000 },
    { .name = "extends_when", .label = MSG_funnel_sla_policy_extends_when,
      .help = MSG_funnel_sla_policy_condition_help, .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = 4000 },
    { .name = "extend_minutes", .label = MSG_funnel_sla_policy_extend_minutes, .type = FIELD_INT },
    { .name = "minutes", .label = MSG_funnel_sla_policy_minutes,
      .type = FIELD_INT, .flags = F_REQUIRED | F_LIST | F_QUICK },
    { .name = "reminder_minutes", .label = MSG_funnel_sla_policy_reminder_minutes,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK },
    { .name = "escalate_to", .label = MSG_funnel_sla_policy_escalate_to,
      .type = FIELD_REF, .ref = "user" },
    { .name = "attempts", .label = MSG_funnel_sla_policy_attempts, .type = FIELD_INT },
    { .name = "attempt_days", .label = MSG_funnel_sla_policy_attempt_days,
      .type = FIELD_INT },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .init = "0" },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "true" },
};

const struct entity sla_policy_entity = {
    .name = "sla_policy",
    .path = "deadlines",
    .label = MSG_funnel_sla_policy,
    .plural = MSG_funnel_sla_policy_plural,
    .icon = "timer",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "grade",
    .order = "position",
    .flags = E_SETTINGS,
    .before = sla_policy_before,
};
