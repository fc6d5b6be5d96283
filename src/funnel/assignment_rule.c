/* assignment_rule.c - who gets a lead: rules are read in order, the first that fits decides. */
#include "funnel/inside.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct choice send_to_choices[] = {
    { "person_owner",  MSG_funnel_assignment_rule_send_to_person_owner },
    { "company_owner", MSG_funnel_assignment_rule_send_to_company_owner },
    { "deal_owner",    MSG_funnel_assignment_rule_send_to_deal_owner },
    { "last_owner",    MSG_funnel_assignment_rule_send_to_last_owner },
    { "campaign_owner", MSG_funnel_assignment_rule_send_to_campaign_owner },
    { "pool",          MSG_funnel_assignment_rule_send_to_pool },
    { "member",        MSG_funnel_assignment_rule_send_to_member },
    { "branch",        MSG_funnel_assignment_rule_send_to_branch },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK,
      .max = 120 },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK, .init = "0" },
    { .name = "criteria", .label = MSG_core_word_criteria,
      .help = MSG_funnel_assignment_rule_criteria_help, .type = FIELD_LONGTEXT, .flags = F_QUERY | F_QUICK,
      .max = 4000 },
    { .name = "send_to", .label = MSG_funnel_assignment_rule_send_to,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK, .choices = send_to_choices,
      .init = "pool" },
    { .name = "pool", .label = MSG_core_word_pool,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK, .ref = "pool" },
    { .name = "member", .label = MSG_funnel_assignment_rule_member,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK, .ref = "user" },
    { .name = "under", .label = MSG_funnel_assignment_rule_under, .help = MSG_funnel_assignment_rule_under_help,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "assignment_rule" },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "true" },
};

const struct entity assignment_rule_entity = {
    .name = "assignment_rule",
    .path = "assignment-rules",
    .label = MSG_funnel_assignment_rule,
    .plural = MSG_funnel_assignment_rule_plural,
    .icon = "route",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "send_to",
    .order = "position",
    .flags = E_SETTINGS,
    .before = assignment_rule_before,
};
