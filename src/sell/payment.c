/* payment.c - money that came in for an order. */
#include "sell/inside.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct choice method_choices[] = {
    { "bank",          MSG_sell_payment_method_bank },
    { "cash",          MSG_sell_payment_method_cash },
    { "card",          MSG_sell_payment_method_card },
    { "mobile_wallet", MSG_sell_payment_method_mobile_wallet },
    { "cheque",        MSG_sell_payment_method_cheque },
    { 0 },
};

static const struct field fields[] = {
    { .name = "sales_order", .label = MSG_core_word_order,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "sales_order" },
    { .name = "amount", .label = MSG_core_word_amount,
      .type = FIELD_MONEY, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX },
    { .name = "paid_at", .label = MSG_sell_payment_paid_at,
      .type = FIELD_DATE, .flags = F_LIST | F_QUICK | F_INDEX, .init = "today" },
    { .name = "method", .label = MSG_sell_payment_method,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = method_choices,
      .init = "bank" },
    { .name = "reference", .label = MSG_sell_payment_reference,
      .type = FIELD_TEXT, .flags = F_LIST | F_SEARCH | F_QUICK, .max = 80 },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "user", .init = "me" },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_TEXT, .max = 500 },
};

const struct entity payment_entity = {
    .name = "payment",
    .path = "payments",
    .label = MSG_sell_payment,
    .plural = MSG_sell_payment_plural,
    .icon = "banknote",
    .fields = fields,
    .nfields = countof(fields),
    .title = "sales_order",
    .subtitle = "amount",
    .owner = "owner",
    .order = "-paid_at",
    .before = payment_before,
    .after = payment_after,
};
