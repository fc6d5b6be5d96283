/* order_line.c - one line of an order; total is counted by the program. */
#include "sell/inside.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct field fields[] = {
    { .name = "sales_order", .label = MSG_core_word_order,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX, .ref = "sales_order" },
    { .name = "product", .label = MSG_core_word_product,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "product" },
    { .name = "description", .label = MSG_core_word_description,
      .type = FIELD_TEXT, .flags = F_LIST | F_QUICK, .max = 300 },
    { .name = "quantity", .label = MSG_sell_order_line_quantity,
      .type = FIELD_DECIMAL, .flags = F_LIST | F_QUICK, .scale = 3, .init = "1" },
    { .name = "price", .label = MSG_sell_order_line_price,
      .type = FIELD_MONEY, .flags = F_LIST | F_QUICK },
    { .name = "discount", .label = MSG_sell_order_line_discount,
      .type = FIELD_PERCENT, .flags = F_QUICK, .init = "0" },
    { .name = "tax", .label = MSG_sell_order_line_tax, .type = FIELD_PERCENT },
    { .name = "total", .label = MSG_core_word_total,
      .type = FIELD_MONEY, .flags = F_LIST | F_READONLY },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .init = "0" },
};

const struct entity order_line_entity = {
    .name = "order_line",
    .path = "order-lines",
    .label = MSG_sell_order_line,
    .plural = MSG_sell_order_line_plural,
    .icon = "list",
    .fields = fields,
    .nfields = countof(fields),
    .title = "description",
    .subtitle = "product",
    .order = "position",
    .flags = E_NO_PAGE,
    .before = order_line_before,
    .after = order_line_after,
};
