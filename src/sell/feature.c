/* feature.c - what this room brings into the program. */
#include "msg/sell.h"
#include "sell/inside.h"
#include "web/feature.h"

static const struct nav_line nav[] = {
    { .section = "sell", .label = MSG_sell_nav_pipeline, .icon = "square-kanban", .path = "/deals", .entity = "deal",
      .order = 10, .go = "p" },
    { .section = "sell", .label = MSG_sell_sales_order_plural, .icon = "shopping-cart", .path = "/orders",
      .entity = "sales_order", .order = 60, .go = "o" },
    { .section = "sell", .label = MSG_sell_product_plural, .icon = "package", .path = "/products",
      .entity = "product", .order = 70 },
};

const struct feature sell_feature = {
    .name = "sell",
    .entities = sell_entities, .nentities = &sell_nentities,
    .nav = nav, .nnav = countof(nav),
    .seed = sell_seed,
};
