/* payment_rules.c - money that comes in never exceeds what is owed, and is in the order's currency. */
#include "msg/sell.h"
#include "record/access.h"
#include "sell/inside.h"

static bool refuse(struct err *e, int msg, const char *detail)
{
    fail(e, ERR_INVALID, msg, "%s", detail);
    return err_field(e, "amount");
}

static bool paid_by_others(struct ctx *tx, const struct record *p, int64_t *out, struct err *e)
{
    bool found;
    *out = 0;
    return db_get_int(tx->c, "SELECT COALESCE(SUM(amount), 0) FROM payment WHERE sales_order = $1 AND id <> $2"
                             " AND deleted_at IS NULL", DB_ARGS(V(record_int(p, "sales_order")), V(p->id)), &found, out, e);
}

bool payment_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct record *order;
    struct ctx sys = ctx_as_system(tx);
    struct val amount = record_val(now, "amount");
    int64_t others;
    (void)old;
    if (!amount.is_set || !record_int(now, "sales_order"))
        return true;                            /* told as missing by what checks every record */
    if (amount.i <= 0)
        return refuse(e, MSG_sell_payment_positive, "not positive");
    if (!record_get(&sys, &sales_order_entity, record_int(now, "sales_order"), &order, e)
        || !paid_by_others(tx, now, &others, e))
        return false;
    struct val total = record_val(order, "total");
    if (!total.is_set)
        return refuse(e, MSG_sell_payment_no_total, "order has no lines");
    const char *currency = arena_cstr(tx->a, total.s);
    if (!str_eq(total.s, amount.s)) {
        refuse(e, MSG_sell_other_currency, currency);
        return err_arg(e, "currency", total.s);
    }
    if (amount.i <= total.i - others)
        return true;
    refuse(e, MSG_sell_overpaid, "more than is owed");
    int64_t owed = total.i > others ? total.i - others : 0;
    return err_arg(e, "amount", loc_money(tx->a, tx->loc, owed, currency));
}

bool payment_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    int64_t was = old ? record_int(old, "sales_order") : 0, is = now ? record_int(now, "sales_order") : 0;
    return (!is || order_count_again(tx, is, e)) && (!was || was == is || order_count_again(tx, was, e));
}
