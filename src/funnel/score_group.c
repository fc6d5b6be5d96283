/* score_group.c - a share of the score that a kind of signal can fill at most, and how its
 * points pass: all at once when their time is over, or by steps, never both.
 */
#include "funnel/inside.h"
#include "msg/core.h"
#include "msg/funnel.h"
#include "msg/score.h"

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK,
      .max = 80 },
    { .name = "axis", .label = MSG_funnel_score_group_axis,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX,
      .choices = choices_axis, .init = "engagement" },
    { .name = "cap", .label = MSG_funnel_score_group_cap,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK, .init = "100" },
    { .name = "window_days", .label = MSG_funnel_score_rule_window_days,
      .help = MSG_score_group_fades_help, .type = FIELD_INT },
    { .name = "decay_days", .label = MSG_funnel_score_rule_decay_days,
      .help = MSG_score_group_fades_help, .type = FIELD_INT },
    { .name = "decay_percent", .label = MSG_funnel_score_rule_decay_percent,
      .type = FIELD_INT, .init = "50" },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_TEXT, .max = 500 },
};

const struct entity score_group_entity = {
    .name = "score_group",
    .path = "score-groups",
    .label = MSG_funnel_score_group,
    .plural = MSG_funnel_score_group_plural,
    .icon = "layers",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "axis",
    .order = "name",
    .flags = E_SETTINGS,
    .before = score_group_before,
    .after = score_rule_after,
};
