/* score_rule.c - what earns or costs points, and how they fade.
 *
 * Fit rules hold while the criteria hold and never fade; engagement rules answer an event and
 * lose decay_percent every decay_days, or vanish after window_days. A rule that names neither
 * passes as its group does.
 */
#include "funnel/inside.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK,
      .max = 120 },
    { .name = "axis", .label = MSG_funnel_score_rule_axis,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX,
      .choices = choices_axis, .init = "engagement" },
    { .name = "score_group", .label = MSG_funnel_score_rule_score_group,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "score_group" },
    { .name = "points", .label = MSG_core_word_points,
      .help = MSG_funnel_score_rule_points_help, .type = FIELD_INT,
      .flags = F_REQUIRED | F_LIST | F_QUICK },
    { .name = "event", .label = MSG_funnel_score_rule_event,
      .help = MSG_funnel_score_rule_event_help, .type = FIELD_TEXT, .flags = F_QUICK | F_INDEX,
      .max = 60 },
    { .name = "criteria", .label = MSG_core_word_criteria,
      .help = MSG_funnel_score_rule_criteria_help, .type = FIELD_LONGTEXT, .flags = F_QUERY | F_QUICK,
      .max = 4000 },
    { .name = "decay_days", .label = MSG_funnel_score_rule_decay_days,
      .help = MSG_funnel_score_rule_decay_days_help, .type = FIELD_INT, .flags = F_QUICK },
    { .name = "decay_percent", .label = MSG_funnel_score_rule_decay_percent,
      .type = FIELD_INT, .init = "50" },
    { .name = "window_days", .label = MSG_funnel_score_rule_window_days,
      .help = MSG_funnel_score_rule_window_days_help, .type = FIELD_INT },
    { .name = "cap", .label = MSG_funnel_score_rule_cap, .type = FIELD_INT },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .init = "0" },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "true" },
};

const struct entity score_rule_entity = {
    .name = "score_rule",
    .path = "score-rules",
    .label = MSG_funnel_score_rule,
    .plural = MSG_funnel_score_rule_plural,
    .icon = "gauge",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "axis",
    .order = "position",
    .flags = E_SETTINGS,
    .before = score_rule_before,
    .after = score_rule_after,
};
