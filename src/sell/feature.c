/* feature.c - what this room brings into the program. */
#include "msg/sell.h"
#include "sell/inside.h"
#include "sell/pages.h"
#include "web/feature.h"

static const struct nav_line nav[] = {
    { .section = "sell", .label = MSG_sell_nav_pipeline, .icon = "square-kanban", .path = "/deals", .entity = "deal",
      .order = 10, .go = "p" },
    { .section = "sell", .label = MSG_sell_sales_order_plural, .icon = "shopping-cart", .path = "/orders",
      .entity = "sales_order", .order = 60, .go = "o" },
    { .section = "sell", .label = MSG_sell_product_plural, .icon = "package", .path = "/products",
      .entity = "product", .order = 70 },
};

static const struct route routes[] = {
    { GET,  "/deals",          board_page, .access = ACCESS_USER, .audit = "deals.board" },
    { POST, "/deals/move",     move_card,  .access = ACCESS_USER, .body = BODY_FORM, .audit = "deal.move" },
    { GET,  "/deals/:id/move", move_page,  .access = ACCESS_USER, .audit = "deal.move.form" },
    { POST, "/deals/:id/move", move_post,  .access = ACCESS_USER, .body = BODY_FORM, .audit = "deal.move" },
    { POST, "/deals/:id/lines",               line_add,      .access = ACCESS_USER, .body = BODY_FORM, .audit = "deal.line.add" },
    { POST, "/deals/:id/lines/:line",         line_change,   .access = ACCESS_USER, .body = BODY_FORM, .audit = "deal.line.change" },
    { POST, "/deals/:id/lines/:line/delete",  line_remove,   .access = ACCESS_USER, .body = BODY_FORM, .audit = "deal.line.remove" },
    { POST, "/orders/:id/payments",           payment_add,   .access = ACCESS_USER, .body = BODY_FORM, .audit = "order.payment.add" },
    { 0 },
};

static const struct part parts[] = {
    { .whole = "deal", .entity = "deal_person", .field = "deal", .name = "person", .said = "buying_role stance",
      .asked = "person buying_role stance note", .none = MSG_sell_buyers_none },
    { .whole = "deal", .entity = "deal_member", .field = "deal", .name = "member", .said = "duty reason", .asked = "member duty" },
    { .whole = "person", .entity = "deal_person", .field = "person", .name = "deal", .said = "buying_role stance",
      .asked = "deal buying_role stance note", .title = MSG_sell_deal_plural },
    { 0 },
};

/* What is sold stands above what was said about it. */
static void panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    struct html first = html_part(middle);
    if (r->en == &deal_entity)
        deal_panel(rq, r, &first, side);
    else if (r->en == &sales_order_entity)
        order_panel(rq, r, &first);
    html_markup(&first, html_done(middle));
    *middle = first;
}

const struct feature sell_feature = {
    .name = "sell",
    .entities = sell_entities, .nentities = &sell_nentities,
    .nav = nav, .nnav = countof(nav),
    .routes = routes,
    .seed = sell_seed, .panel = panel, .parts = parts,
    .steps = sell_steps, .nsteps = 1,
};
