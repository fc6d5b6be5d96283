/* pool.c - sellers who take leads in turn.
 *
 * A member who is away, full, or (when hours are respected) not at work is passed over; nobody
 * left means the fallback. Whose turn it is stands nowhere: it is the member whose last offer
 * from this pool is the oldest, so that undone offers and new members need no repair.
 */
#include "funnel/inside.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct choice method_choices[] = {
    { "turn",   MSG_funnel_pool_method_turn },
    { "fewest", MSG_funnel_pool_method_fewest },
    { "weight", MSG_funnel_pool_method_weight },
    { 0 },
};

static const struct choice period_choices[] = {
    { "day",   MSG_funnel_pool_cap_day },
    { "week",  MSG_funnel_pool_cap_week },
    { "month", MSG_funnel_pool_cap_month },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK,
      .max = 120 },
    { .name = "method", .label = MSG_funnel_pool_method,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK, .choices = method_choices, .init = "turn" },
    { .name = "members", .label = MSG_funnel_pool_members,
      .type = FIELD_REFS, .flags = F_LIST | F_QUICK, .ref = "user" },
    { .name = "respects_hours", .label = MSG_funnel_pool_respects_hours,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "true" },
    { .name = "cap", .label = MSG_funnel_pool_cap,
      .help = MSG_funnel_pool_cap_help, .type = FIELD_INT },
    { .name = "period_cap", .label = MSG_funnel_pool_period_cap,
      .help = MSG_funnel_pool_period_cap_help, .type = FIELD_INT },
    { .name = "cap_period", .label = MSG_funnel_pool_cap_period,
      .type = FIELD_CHOICE, .choices = period_choices, .init = "day" },
    { .name = "fallback", .label = MSG_funnel_pool_fallback,
      .type = FIELD_REF, .flags = F_LIST, .ref = "user" },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "true" },
};

const struct entity pool_entity = {
    .name = "pool",
    .path = "pools",
    .label = MSG_funnel_pool,
    .plural = MSG_funnel_pool_plural,
    .icon = "rotate-cw",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "method",
    .order = "name",
    .flags = E_SETTINGS,
    .before = pool_before,
};
