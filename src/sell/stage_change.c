/* stage_change.c - a deal that moved, written by the program in the same transaction as the
 * move.
 */
#include "sell/sell.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct field fields[] = {
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "deal" },
    { .name = "from_stage", .label = MSG_sell_stage_change_from_stage,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "stage" },
    { .name = "to_stage", .label = MSG_sell_stage_change_to_stage,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "stage" },
    { .name = "at", .label = MSG_core_word_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "moved_by", .label = MSG_sell_stage_change_moved_by,
      .type = FIELD_REF, .flags = F_LIST | F_IMMUTABLE, .ref = "user" },
    { .name = "time_spent", .label = MSG_sell_stage_change_time_spent,
      .type = FIELD_DURATION, .flags = F_IMMUTABLE },
    { .name = "is_backward", .label = MSG_sell_stage_change_is_backward,
      .type = FIELD_BOOL, .flags = F_INDEX | F_IMMUTABLE, .init = "false" },
    { .name = "amount", .label = MSG_sell_stage_change_amount,
      .type = FIELD_MONEY, .flags = F_IMMUTABLE },
    { .name = "reason", .label = MSG_core_word_reason,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 300 },
};

const struct entity stage_change_entity = {
    .name = "stage_change",
    .path = "stage-changes",
    .label = MSG_sell_stage_change,
    .plural = MSG_sell_stage_change_plural,
    .icon = "arrow-right-left",
    .fields = fields,
    .nfields = countof(fields),
    .title = "deal",
    .subtitle = "to_stage",
    .owner = "moved_by",
    .order = "-at",
    .flags = E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
};
