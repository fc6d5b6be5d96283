/* lines.c - lines of deals and of orders: the same arithmetic, two parents.
 *
 * A line takes name, price and tax of its product unless told otherwise; its total is counted
 * here and nowhere else. What it belongs to is summed again after every change.
 */
#include "msg/core.h"
#include "msg/sell.h"
#include "record/access.h"
#include "sell/inside.h"

static void put(struct record *r, const char *field, struct val v)
{
    r->v[field_index(r->en, entity_field(r->en, str_of(field)))] = v;
}

static bool is_set(const struct record *r, const char *field) { return record_val(r, field).is_set; }

/* ── what the product gives ────────────────────────────────────────────────── */

static bool take_product(struct ctx *tx, const struct record *old, struct record *now, str currency, struct err *e)
{
    struct record *p;
    int64_t id = record_int(now, "product");
    if (!id || (old && !record_changed(old, now, "product")))
        return true;
    if (!record_get(tx, &product_entity, id, &p, e))
        return err_field(e, "product");
    bool is_other = old && record_int(old, "product") != 0;     /* its price was the other product's */
    struct val price = record_val(p, "price");
    bool is_usable = price.is_set && (!currency.n || str_eq(price.s, currency));
    if (is_usable && (!is_set(now, "price") || (is_other && !record_changed(old, now, "price"))))
        put(now, "price", price);
    if (!is_set(now, "description") || (is_other && !record_changed(old, now, "description")))
        put(now, "description", val_text(record_title(p)));
    if (now->en == &order_line_entity && (!is_set(now, "tax") || is_other))
        put(now, "tax", record_val(p, "tax"));
    return true;
}

/* ── checks and the total ──────────────────────────────────────────────────── */

static bool in_range(const struct record *r, const char *field, int64_t least, int64_t most, int msg, struct err *e)
{
    struct val v = record_val(r, field);
    if (!v.is_set || (v.i >= least && v.i <= most))
        return true;
    fail(e, ERR_INVALID, msg, "%s.%s is %lld", r->en->name, field, (long long)v.i);
    return err_field(e, field);
}

static bool same_currency(const struct record *now, str currency, struct err *e)
{
    struct val price = record_val(now, "price");
    if (!price.is_set || !currency.n || str_eq(price.s, currency))
        return true;
    fail(e, ERR_INVALID, MSG_sell_other_currency, "price in %.*s, lines in %.*s", STR_ARG(price.s), STR_ARG(currency));
    err_arg(e, "currency", currency);
    return err_field(e, "price");
}

static bool count_total(struct record *now, struct err *e)
{
    static const int64_t amount_max = 1000000000000000;         /* sums of many lines still fit */
    struct val price = record_val(now, "price");
    int64_t total, quantity = is_set(now, "quantity") ? record_int(now, "quantity") : SELL_QUANTITY_ONE;
    if (!price.is_set) {
        put(now, "total", (struct val){ 0 });
        return true;
    }
    if (!sell_line_amount(price.i, quantity, record_int(now, "discount"), &total) || total > amount_max) {
        fail(e, ERR_INVALID, MSG_sell_line_too_large, "%lld x %lld", (long long)price.i, (long long)quantity);
        return err_field(e, "price");
    }
    put(now, "total", val_money(total, price.s));
    return true;
}

static bool line_before(struct ctx *tx, const struct record *old, struct record *now, str currency, struct err *e)
{
    if (!take_product(tx, old, now, currency, e))
        return false;
    if (!is_set(now, "description") && !is_set(now, "product")) {
        fail(e, ERR_INVALID, MSG_sell_line_is_empty, "neither product nor description");
        return err_field(e, "description");
    }
    return in_range(now, "quantity", 1, INT64_MAX, MSG_sell_line_quantity_positive, e)
        && in_range(now, "price", 0, INT64_MAX, MSG_sell_negative, e)
        && in_range(now, "discount", 0, SELL_WHOLE, MSG_sell_discount_range, e)
        && same_currency(now, currency, e) && count_total(now, e);
}

/* ── of deals ──────────────────────────────────────────────────────────────── */

/* The currency the other lines are in, else that of the amount typed by hand; empty: any. */
static bool deal_currency(struct ctx *tx, const struct record *line, str *out, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT total_currency FROM deal_line WHERE deal = $1 AND id <> $2 AND total IS NOT NULL"
                             " AND deleted_at IS NULL UNION ALL SELECT amount_currency FROM deal WHERE id = $1"
                             " AND amount IS NOT NULL LIMIT 1",
                  DB_ARGS(V(record_int(line, "deal")), V(line->id)), e))
        return false;
    *out = (str){ 0 };
    if (db_next(&q))
        *out = db_text(&q, 0, tx->a);
    return db_done(&q, e);
}

/* A deal whose only line changes its currency follows it. */
static bool is_only_line(struct ctx *tx, const struct record *line, bool *out, struct err *e)
{
    int64_t n = 0;
    bool found;
    if (!db_get_int(tx->c, "SELECT COUNT(*) FROM deal_line WHERE deal = $1 AND id <> $2 AND deleted_at IS NULL",
                    DB_ARGS(V(record_int(line, "deal")), V(line->id)), &found, &n, e))
        return false;
    *out = n == 0;
    return true;
}

bool deal_line_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    str currency;
    bool is_only;
    if (!deal_currency(tx, now, &currency, e) || !is_only_line(tx, now, &is_only, e))
        return false;
    return line_before(tx, old, now, old && is_only ? (str){ 0 } : currency, e);
}

bool deal_lines_sum(struct ctx *c, int64_t deal, int64_t *n, struct val *sum, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT COUNT(*), SUM(total), MAX(total_currency) FROM deal_line"
                            " WHERE deal = $1 AND total IS NOT NULL AND deleted_at IS NULL", DB_ARGS(V(deal)), e))
        return false;
    *n = 0;
    if (db_next(&q) && (*n = db_int(&q, 0)) > 0)
        *sum = val_money(db_int(&q, 1), db_text(&q, 2, c->a));
    return db_done(&q, e);
}

static bool sum_deal(struct ctx *tx, int64_t deal, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &deal_entity);
    struct val sum;
    int64_t n;
    if (!deal_lines_sum(tx, deal, &n, &sum, e))
        return false;
    if (n == 0)
        return true;                            /* without lines the amount is the person's again */
    r->id = deal;
    record_set(r, "amount", sum);
    return record_update(&sys, r, 0, NULL, e);
}

static bool sum_parents(struct ctx *tx, const char *parent, const struct record *old, const struct record *now,
                        bool (*sum)(struct ctx *tx, int64_t id, struct err *e), struct err *e)
{
    int64_t was = old ? record_int(old, parent) : 0, is = now ? record_int(now, parent) : 0;
    return (!is || sum(tx, is, e)) && (!was || was == is || sum(tx, was, e));
}

bool deal_line_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    return sum_parents(tx, "deal", old, now, sum_deal, e);
}

/* ── of orders ─────────────────────────────────────────────────────────────── */

static bool order_currency(struct ctx *tx, const struct record *line, str *out, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT total_currency FROM order_line WHERE sales_order = $1 AND id <> $2"
                             " AND total IS NOT NULL AND deleted_at IS NULL UNION ALL SELECT amount_currency"
                             " FROM payment WHERE sales_order = $1 AND deleted_at IS NULL LIMIT 1",
                  DB_ARGS(V(record_int(line, "sales_order")), V(line->id)), e))
        return false;
    *out = (str){ 0 };
    if (db_next(&q))
        *out = db_text(&q, 0, tx->a);
    return db_done(&q, e);
}

bool order_line_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    str currency;
    return order_currency(tx, now, &currency, e) && line_before(tx, old, now, currency, e)
        && in_range(now, "tax", 0, SELL_WHOLE, MSG_sell_tax_range, e);
}

bool order_line_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    return sum_parents(tx, "sales_order", old, now, order_count_again, e);
}
