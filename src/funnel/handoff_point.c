/* handoff_point.c - where work passes from one team to another: what must be known, who
 * receives it, by when.
 */
#include "funnel/funnel.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct choice kind_choices[] = {
    { "lead_to_sales",       MSG_funnel_handoff_point_kind_lead_to_sales },
    { "launch_to_sales",     MSG_funnel_handoff_point_kind_launch_to_sales },
    { "customer_to_success", MSG_funnel_handoff_point_kind_customer_to_success },
    { "deal_to_marketing",   MSG_funnel_handoff_point_kind_deal_to_marketing },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK,
      .max = 120 },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX,
      .choices = kind_choices, .init = "lead_to_sales" },
    { .name = "giver", .label = MSG_funnel_handoff_point_giver,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK, .ref = "team" },
    { .name = "receiver", .label = MSG_funnel_handoff_point_receiver,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK, .ref = "team" },
    { .name = "criteria", .label = MSG_core_word_criteria,
      .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = 4000 },
    { .name = "required_fields", .label = MSG_funnel_handoff_point_required_fields,
      .type = FIELD_TEXT, .max = 500 },
    { .name = "minutes", .label = MSG_funnel_handoff_point_minutes,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .init = "0" },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "true" },
};

const struct entity handoff_point_entity = {
    .name = "handoff_point",
    .path = "handoff-points",
    .label = MSG_funnel_handoff_point,
    .plural = MSG_funnel_handoff_point_plural,
    .icon = "arrow-left-right",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "kind",
    .order = "position",
    .flags = E_SETTINGS,
};
