/* order.c - orders: made from a won deal once, numbered, summed from lines and payments.
 *
 * subtotal is the sum of the lines, tax the sum of each line's tax rounded by itself, total their
 * sum; paid the sum of the payments. An order is never made twice for one deal, so a deal that
 * is won, reopened and won again keeps the order it has.
 */
#include "msg/core.h"
#include "msg/sell.h"
#include "record/access.h"
#include "sell/inside.h"

static void put(struct record *r, const char *field, struct val v)
{
    r->v[field_index(r->en, entity_field(r->en, str_of(field)))] = v;
}

/* ── the number ────────────────────────────────────────────────────────────── */

/* The year the fiscal year of `day` begins in, by the company's calendar. */
static int fiscal_year(const struct workspace *ws, int64_t day)
{
    struct ymd d = ymd_from_days(ws->calendar, day);
    return d.m < ws->fiscal_month ? d.y - 1 : d.y;
}

/* Numbers of deleted orders stay used: a number never names two orders. */
static bool next_number(struct ctx *tx, int64_t day, str *out, struct err *e)
{
    struct db_rows q;
    str head = arena_fmt(tx->a, "SO-%d-", fiscal_year(tx->ws, day)), last = { 0 };
    int64_t n = 0;
    if (!db_query(tx->c, &q, "SELECT number FROM sales_order WHERE number >= $1 AND number < $2"
                             " ORDER BY LENGTH(number) DESC, number DESC LIMIT 1",
                  DB_ARGS(V(head), V(arena_fmt(tx->a, "%.*s:", STR_ARG(head)))), e))
        return false;
    if (db_next(&q))
        last = db_text(&q, 0, tx->a);
    if (!db_done(&q, e))
        return false;
    if (!str_to_int(str_from(last, head.n), &n))
        n = 0;
    *out = arena_fmt(tx->a, "%.*s%04lld", STR_ARG(head), (long long)n + 1);
    return true;
}

/* ── the record ────────────────────────────────────────────────────────────── */

static bool is_status(const struct record *r, const char *status) { return str_eq(record_text(r, "status"), str_of(status)); }

static int64_t owed(const struct record *r) { return record_int(r, "total") - record_int(r, "paid"); }

static bool status_holds(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    bool is_new_status = !old || record_changed(old, now, "status");
    if (is_new_status && is_status(now, "paid") && (owed(now) > 0 || !record_int(now, "total"))) {
        fail(e, ERR_INVALID, MSG_sell_order_not_paid, "%lld is owed", (long long)owed(now));
        err_arg(e, "amount", loc_money(tx->a, tx->loc, owed(now), arena_cstr(tx->a, record_val(now, "total").s)));
        return err_field(e, "status");
    }
    if (is_new_status && is_status(now, "fulfilled") && !record_int(now, "fulfilled_at"))
        put(now, "fulfilled_at", val_int(tx->now));
    return true;
}

bool sales_order_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    str number;
    if (!record_text(now, "number").n) {
        int64_t day = record_val(now, "ordered_at").is_set ? record_int(now, "ordered_at")
                                                           : zone_days(tx->ws->zone, tx->now);
        if (!next_number(tx, day, &number, e))
            return false;
        put(now, "number", val_text(number));
    }
    return status_holds(tx, old, now, e);
}

/* ── totals ────────────────────────────────────────────────────────────────── */

struct totals { int64_t subtotal, tax; str currency; };

static bool sum_lines(struct ctx *tx, int64_t order, struct totals *out, struct err *e)
{
    struct db_rows q;
    struct totals t = { 0 };
    bool fits = true;
    if (!db_query(tx->c, &q, "SELECT total, total_currency, tax FROM order_line WHERE sales_order = $1"
                             " AND total IS NOT NULL AND deleted_at IS NULL", DB_ARGS(V(order)), e))
        return false;
    while (db_next(&q)) {
        int64_t tax = 0;
        fits = fits && sell_share_of(db_int(&q, 0), db_int(&q, 2), &tax)
            && !__builtin_add_overflow(t.subtotal, db_int(&q, 0), &t.subtotal)
            && !__builtin_add_overflow(t.tax, tax, &t.tax);
        t.currency = db_text(&q, 1, tx->a);
    }
    if (!db_done(&q, e))
        return false;
    if (!fits)
        return fail(e, ERR_INVALID, MSG_sell_line_too_large, "order %lld overflows", (long long)order);
    *out = t;
    return true;
}

static bool sum_payments(struct ctx *tx, int64_t order, int64_t *out, str *currency, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT SUM(amount), MAX(amount_currency) FROM payment WHERE sales_order = $1"
                             " AND deleted_at IS NULL", DB_ARGS(V(order)), e))
        return false;
    *out = 0;
    if (db_next(&q)) {
        *out = db_int(&q, 0);
        *currency = currency->n ? *currency : db_text(&q, 1, tx->a);
    }
    return db_done(&q, e);
}

/* Paid when nothing is owed any more; no longer so when a payment or a line changes. */
static str status_of(const struct record *r, int64_t total, int64_t paid)
{
    bool is_paid = total > 0 && paid >= total;
    if (is_status(r, "cancelled") || is_paid == is_status(r, "paid"))
        return record_text(r, "status");
    return is_paid ? S("paid") : record_int(r, "fulfilled_at") ? S("fulfilled") : S("confirmed");
}

/* The order whose lines are being copied: its totals are counted once, at the end. Ids are never
 * used twice, so one that is left behind by a refused write names nothing. */
static _Thread_local int64_t being_copied;

bool order_count_again(struct ctx *tx, int64_t order, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *was, *r = record_new(tx->a, &sales_order_entity);
    struct totals t = { 0 };
    int64_t paid;
    if (order == being_copied)
        return true;
    if (!record_get(&sys, &sales_order_entity, order, &was, e) || !sum_lines(tx, order, &t, e)
        || !sum_payments(tx, order, &paid, &t.currency, e))
        return false;
    if (!t.currency.n)
        t.currency = record_val(was, "total").is_set ? record_val(was, "total").s : str_of(tx->ws->currency);
    r->id = order;
    record_set(r, "subtotal", val_money(t.subtotal, t.currency));
    record_set(r, "tax", val_money(t.tax, t.currency));
    record_set(r, "total", val_money(t.subtotal + t.tax, t.currency));
    record_set(r, "paid", val_money(paid, t.currency));
    record_set(r, "status", val_text(status_of(was, t.subtotal + t.tax, paid)));
    return record_update(&sys, r, 0, NULL, e);
}

/* ── from a won deal ───────────────────────────────────────────────────────── */

static bool find_order(struct ctx *tx, int64_t deal, int64_t *out, struct err *e)
{
    bool found;
    *out = 0;
    return db_get_int(tx->c, "SELECT id FROM sales_order WHERE deal = $1 AND status <> 'cancelled'"
                             " AND deleted_at IS NULL ORDER BY id LIMIT 1", DB_ARGS(V(deal)), &found, out, e);
}

struct line { int64_t product, quantity, price, discount, tax, position; str description, currency; struct line *next; };

static bool lines_of(struct ctx *tx, int64_t deal, struct line **out, struct err *e)
{
    struct db_rows q;
    struct line *head = NULL, **tail = &head;
    if (!db_query(tx->c, &q, "SELECT l.product, l.quantity, l.price, l.price_currency, l.discount, l.description,"
                             " l.position, p.tax FROM deal_line l LEFT JOIN product p ON p.id = l.product"
                             " WHERE l.deal = $1 AND l.total IS NOT NULL AND l.deleted_at IS NULL"
                             " ORDER BY l.position, l.id", DB_ARGS(V(deal)), e))
        return false;
    while (db_next(&q)) {
        struct line *l = arena_new(tx->a, struct line, 1);
        *l = (struct line){
            .product = db_int(&q, 0), .quantity = db_is_null(&q, 1) ? SELL_QUANTITY_ONE : db_int(&q, 1),
            .price = db_int(&q, 2), .currency = db_text(&q, 3, tx->a), .discount = db_int(&q, 4),
            .description = db_text(&q, 5, tx->a), .position = db_int(&q, 6), .tax = db_int(&q, 7),
        };
        *tail = l;
        tail = &l->next;
    }
    *out = head;
    return db_done(&q, e);
}

/* The one line of a deal that has none: what it is called, for what it is worth. */
static struct line *line_of_amount(struct ctx *tx, const struct record *deal)
{
    struct val amount = record_val(deal, "amount");
    struct line *l = arena_new(tx->a, struct line, 1);
    if (!amount.is_set)
        return NULL;
    *l = (struct line){ .product = record_int(deal, "product"), .quantity = SELL_QUANTITY_ONE, .price = amount.i,
                        .currency = amount.s, .description = record_title(deal) };
    return l;
}

static bool copy_line(struct ctx *tx, int64_t order, const struct line *l, struct err *e)
{
    struct record *r = record_new(tx->a, &order_line_entity);
    record_set(r, "sales_order", val_ref(order));
    record_set(r, "product", val_ref(l->product));
    record_set(r, "description", val_text(l->description));
    record_set(r, "quantity", val_int(l->quantity));
    record_set(r, "price", val_money(l->price, l->currency));
    record_set(r, "discount", val_int(l->discount));
    record_set(r, "tax", val_int(l->tax));
    record_set(r, "position", val_int(l->position));
    return record_create(tx, r, e);
}

static bool make_order(struct ctx *tx, const struct record *deal, const struct line *lines, int64_t *out, struct err *e)
{
    struct record *r = record_new(tx->a, &sales_order_entity);
    record_set(r, "deal", val_ref(deal->id));
    record_set(r, "company", val_ref(record_int(deal, "company")));
    record_set(r, "person", val_ref(record_int(deal, "person")));
    record_set(r, "owner", val_ref(record_int(deal, "owner")));
    if (!record_create(tx, r, e))
        return false;
    being_copied = r->id;
    bool ok = true;
    for (const struct line *l = lines; ok && l; l = l->next)
        ok = copy_line(tx, r->id, l, e);
    being_copied = 0;
    *out = r->id;
    return ok && order_count_again(tx, r->id, e);
}

bool sell_order_from_deal(struct ctx *tx, int64_t deal_id, int64_t *order, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *deal;
    struct line *lines;
    if (!record_get(tx, &deal_entity, deal_id, &deal, e) || !find_order(tx, deal_id, order, e))
        return false;
    if (*order)
        return true;
    if (!str_eq(record_text(deal, "status"), S("won")))
        return fail(e, ERR_INVALID, MSG_sell_order_needs_won, "deal %lld is not won", (long long)deal_id);
    if (!lines_of(tx, deal_id, &lines, e))
        return false;
    lines = lines ? lines : line_of_amount(tx, deal);
    return !lines || make_order(&sys, deal, lines, order, e);
}
