/* handoff_target.c - what both sides promise for a period: marketing a number of leads, sales
 * a speed and a number of attempts.
 *
 * Counted back from the revenue goal: customers, opportunities, qualified leads, leads.
 */
#include "funnel/funnel.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 120 },
    { .name = "starts", .label = MSG_core_word_starts,
      .type = FIELD_DATE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX },
    { .name = "ends", .label = MSG_core_word_ends,
      .type = FIELD_DATE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX },
    { .name = "team", .label = MSG_core_word_team,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "team" },
    { .name = "revenue", .label = MSG_funnel_handoff_target_revenue,
      .type = FIELD_MONEY, .flags = F_LIST | F_QUICK },
    { .name = "average_deal", .label = MSG_funnel_handoff_target_average_deal,
      .type = FIELD_MONEY, .flags = F_QUICK },
    { .name = "win_rate", .label = MSG_funnel_handoff_target_win_rate,
      .type = FIELD_PERCENT, .flags = F_QUICK },
    { .name = "sql_rate", .label = MSG_funnel_handoff_target_sql_rate,
      .type = FIELD_PERCENT, .flags = F_QUICK },
    { .name = "sal_rate", .label = MSG_funnel_handoff_target_sal_rate,
      .type = FIELD_PERCENT, .flags = F_QUICK },
    { .name = "accept_rate", .label = MSG_funnel_handoff_target_accept_rate,
      .type = FIELD_PERCENT, .flags = F_QUICK },
    { .name = "leads", .label = MSG_funnel_handoff_target_leads,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK },
    { .name = "touch_minutes", .label = MSG_funnel_handoff_target_touch_minutes,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK },
    { .name = "attempts", .label = MSG_funnel_handoff_target_attempts,
      .type = FIELD_INT, .flags = F_QUICK },
    { .name = "signed_sales_by", .label = MSG_funnel_handoff_target_signed_sales_by,
      .type = FIELD_REF, .flags = F_READONLY, .ref = "user" },
    { .name = "signed_sales_at", .label = MSG_funnel_handoff_target_signed_sales_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "signed_marketing_by", .label = MSG_funnel_handoff_target_signed_marketing_by,
      .type = FIELD_REF, .flags = F_READONLY, .ref = "user" },
    { .name = "signed_marketing_at", .label = MSG_funnel_handoff_target_signed_marketing_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
};

const struct entity handoff_target_entity = {
    .name = "handoff_target",
    .path = "handoff-targets",
    .label = MSG_funnel_handoff_target,
    .plural = MSG_funnel_handoff_target_plural,
    .icon = "target",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "starts",
    .order = "-starts",
    .flags = E_SETTINGS,
};
