/* order_page.c - the blocks of an order's page: lines, totals, payments. */
#include "base/id.h"
#include "msg/core.h"
#include "msg/sell.h"
#include "sell/inside.h"
#include "sell/pages.h"
#include "sell/views.h"

static str money(struct ctx *c, int64_t minor, str currency)
{
    return loc_money(c->a, c->loc, minor, currency.n ? arena_cstr(c->a, currency) : c->ws->currency);
}

static struct payment_part *payments_of(struct request *rq, const struct record *order, size_t *n)
{
    struct ctx *c = web_ctx(rq);
    struct list list = lines_of_parent(rq, &payment_entity, "sales_order", order->id, "paid_at");
    struct payment_part *v = arena_new(c->a, struct payment_part, list.n);
    for (size_t i = 0; i < list.n; i++) {
        const struct record *p = list.rows[i];
        v[i] = (struct payment_part){
            .date = field_shown(c, p, "paid_at"), .method = field_shown(c, p, "method"), .reference = record_text(p, "reference"),
            .amount = field_shown(c, p, "amount"), .url = url_fmt(c->a, "/payments/%.*s", STR_ARG(id_text(c->a, p->id))),
        };
    }
    *n = list.n;
    return v;
}

/* The form offers what is owed: most payments are whole. */
static struct html_safe payment_rows(struct request *rq, int64_t owed, str currency)
{
    struct ctx *c = web_ctx(rq);
    struct record *p = record_new(c->a, &payment_entity);
    record_set(p, "amount", val_money(owed, currency));
    record_set(p, "paid_at", val_int(zone_days(c->loc->zone, c->now)));
    record_set(p, "method", val_text(S("bank")));
    return form_rows(rq, p, true, "amount paid_at method reference");
}

void order_panel(struct request *rq, const struct record *order, struct html *middle)
{
    struct ctx *c = web_ctx(rq);
    struct list list = lines_of_parent(rq, &order_line_entity, "sales_order", order->id, "position");
    struct line_part *lines = arena_new(c->a, struct line_part, list.n);
    struct val total = record_val(order, "total");
    int64_t owed = total.i - record_int(order, "paid");
    for (size_t i = 0; i < list.n; i++) {
        lines[i] = line_part_of(rq, list.rows[i]);
        lines[i].tax = record_int(list.rows[i], "tax") ? field_shown(c, list.rows[i], "tax") : (str){ 0 };
    }
    bool may_pay = owed > 0 && access_scope(c->who, &payment_entity, ACTION_CREATE) != SCOPE_NONE
                && !str_eq(record_text(order, "status"), S("cancelled"));
    struct order_money_view v = {
        .lines = lines, .nlines = list.n, .may_pay = may_pay,
        .subtotal = money(c, record_int(order, "subtotal"), total.s), .tax = money(c, record_int(order, "tax"), total.s),
        .total = money(c, total.i, total.s), .paid = money(c, record_int(order, "paid"), total.s),
        .owed = money(c, owed > 0 ? owed : 0, total.s),
        .action = url_fmt(c->a, "/orders/%.*s/payments", STR_ARG(id_text(c->a, order->id))),
        .add = may_pay ? payment_rows(rq, owed, total.s) : (struct html_safe){ { 0 } },
    };
    v.payments = payments_of(rq, order, &v.npayments);
    view_order_money(middle, &v);
}
