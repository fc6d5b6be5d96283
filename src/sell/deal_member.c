/* deal_member.c - a colleague who works on a deal besides its owner, added by hand or by a
 * rule.
 */
#include "sell/inside.h"
#include "msg/core.h"
#include "msg/sell.h"

const struct choice deal_duties[] = {
    { "seller",          MSG_sell_deal_member_duty_seller,          "blue" },
    { "brand_manager",   MSG_sell_deal_member_duty_brand_manager,   "teal" },
    { "product_manager", MSG_sell_deal_member_duty_product_manager, "teal" },
    { "marketer",        MSG_sell_deal_member_duty_marketer,        "teal" },
    { "specialist",      MSG_sell_deal_member_duty_specialist },
    { "success",         MSG_sell_deal_member_duty_success,         "green" },
    { "manager",         MSG_sell_deal_member_duty_manager },
    { 0 },
};

static const struct field fields[] = {
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX, .ref = "deal" },
    { .name = "member", .label = MSG_sell_deal_member_member,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "user" },
    { .name = "duty", .label = MSG_sell_deal_member_duty,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = deal_duties },
    { .name = "reason", .label = MSG_core_word_reason,
      .help = MSG_sell_deal_member_reason_help, .type = FIELD_TEXT, .flags = F_LIST | F_READONLY,
      .max = 200 },
};

const struct entity deal_member_entity = {
    .name = "deal_member",
    .path = "deal-members",
    .label = MSG_sell_deal_member,
    .plural = MSG_sell_deal_member_plural,
    .icon = "users-round",
    .fields = fields,
    .nfields = countof(fields),
    .title = "member",
    .subtitle = "duty",
    .owner = "member",
    .order = "created_at",
    .flags = E_NO_PAGE,
};
