/* budget_line.c - money planned for, or spent on, a campaign.
 *
 * Append-only: a mistake is mended by a line with the opposite sign.
 */
#include "reach/inside.h"

static const struct choice kind_choices[] = {
    { "budget", MSG_reach_budget_line_kind_budget, "blue" },
    { "spend",  MSG_reach_budget_line_kind_spend,  "amber" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "campaign" },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE,
      .choices = kind_choices, .init = "spend" },
    { .name = "amount", .label = MSG_core_word_amount,
      .type = FIELD_MONEY, .flags = F_REQUIRED | F_LIST | F_QUICK | F_IMMUTABLE },
    { .name = "day", .label = MSG_core_word_day,
      .type = FIELD_DATE, .flags = F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE, .init = "today" },
    { .name = "supplier", .label = MSG_reach_budget_line_supplier,
      .type = FIELD_TEXT, .flags = F_QUICK | F_INDEX | F_IMMUTABLE, .max = 160 },
    { .name = "note", .label = MSG_core_word_note,
      .type = FIELD_TEXT, .flags = F_LIST | F_QUICK | F_IMMUTABLE, .max = 500 },
};

const struct entity budget_line_entity = {
    .name = "budget_line",
    .path = "budget-lines",
    .label = MSG_reach_budget_line,
    .plural = MSG_reach_budget_line_plural,
    .icon = "wallet",
    .fields = fields,
    .nfields = countof(fields),
    .title = "note",
    .subtitle = "kind",
    .order = "-day",
    .flags = E_NO_PAGE,
    .before = budget_line_before,
    .after = budget_line_after,
};
