/* product.c - something that is sold: a thing, a service, a subscription. */
#include "sell/sell.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 160 },
    { .name = "code", .label = MSG_sell_product_code,
      .type = FIELD_TEXT, .flags = F_UNIQUE | F_LIST | F_SEARCH | F_QUICK, .max = 60 },
    { .name = "series", .label = MSG_sell_product_series,
      .type = FIELD_TEXT, .flags = F_LIST | F_QUICK | F_INDEX, .max = 80 },
    { .name = "price", .label = MSG_sell_product_price,
      .type = FIELD_MONEY, .flags = F_LIST | F_QUICK | F_INDEX },
    { .name = "cost", .label = MSG_sell_product_cost, .type = FIELD_MONEY },
    { .name = "unit", .label = MSG_sell_product_unit,
      .type = FIELD_TEXT, .flags = F_LIST | F_QUICK, .max = 30 },
    { .name = "tax", .label = MSG_sell_product_tax, .type = FIELD_PERCENT },
    { .name = "goods_code", .label = MSG_sell_product_goods_code,
      .help = MSG_sell_product_goods_code_help, .type = FIELD_TEXT, .flags = F_INDEX, .max = 40 },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "true" },
    { .name = "description", .label = MSG_core_word_description,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH, .max = 20000 },
};

const struct entity product_entity = {
    .name = "product",
    .path = "products",
    .label = MSG_sell_product,
    .plural = MSG_sell_product_plural,
    .icon = "package",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "series",
    .order = "name",
};
