/* deal_life.c - a deal from its lines to the last payment.
 *
 * Stages are passed in order, each in its own time; what a stage asks for is filled in before.
 * Orders come from the win itself (sell_order_from_deal); here they are confirmed, delivered
 * and paid. Some deals stop moving: those are the quiet ones a good list finds.
 */
#include "demo/inside.h"

static bool move_on(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
static bool deliver(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
static bool pay(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
static bool renew(struct demo *d, struct ctx *tx, struct human *h, struct err *e);

static bool deal_now(struct ctx *tx, const struct human *h, struct record **out, struct err *e)
{
    return record_get(tx, &deal_entity, h->deal, out, e);
}

/* ── beginning ───────────────────────────────────────────────────────────── */

static bool put_line(struct demo *d, struct ctx *tx, struct human *h, int product, int64_t quantity, int64_t position, struct err *e)
{
    struct record *p, *r = record_new(tx->a, &deal_line_entity);
    if (!record_get(tx, &product_entity, d->product[product], &p, e))
        return false;
    record_set(r, "deal", val_ref(h->deal));
    record_set(r, "product", val_ref(d->product[product]));
    record_set(r, "quantity", val_int(quantity * SELL_QUANTITY_ONE));
    record_set(r, "price", local_price(d, h->office, record_int(p, "price")));
    record_set(r, "discount", val_int(chance(d, 35) ? between(d, 2, 10) * 100 : 0));
    record_set(r, "position", val_int(position));
    return store(tx, r, NULL, e);
}

enum { FIRST_SERVICE = 12, SPARES = 14 };

/* service 0: a machine, else the contract that is renewed. */
static bool put_lines(struct demo *d, struct ctx *tx, struct human *h, int service, struct err *e)
{
    if (service)
        return put_line(d, tx, h, service, between(d, 1, 3), 1, e)
            && (!chance(d, 40) || put_line(d, tx, h, SPARES, between(d, 1, 4), 2, e));
    return put_line(d, tx, h, h->product, chance(d, 75) ? 1 : between(d, 2, 4), 1, e)
        && (!chance(d, 45) || put_line(d, tx, h, 12 + (int)below(d, 2), 1, 2, e))
        && (!chance(d, 25) || put_line(d, tx, h, SPARES, between(d, 1, 3), 3, e));
}

static bool put_group(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    static const char *const stances[] = { "supporter", "supporter", "neutral", "unknown" };
    static const char *const roles[] = { "decision_maker", "champion", "influencer", "user" };
    struct record *r = record_new(tx->a, &deal_person_entity);
    record_set(r, "deal", val_ref(h->deal));
    record_set(r, "person", val_ref(h->id));
    record_set(r, "buying_role", text(h->is_head ? roles[0] : roles[between(d, 1, 3)]));
    record_set(r, "stance", text(stances[below(d, 4)]));
    return store(tx, r, NULL, e);
}

static str project_of(struct demo *d, struct ctx *tx, const struct human *h)
{
    return pick(d, tx->a, demo_words(offices[h->office].lang)->projects, h->product);
}

static struct record *plan_of(struct demo *d, struct ctx *tx, struct human *h, struct record *r)
{
    const struct demo_words *w = demo_words(user_rows[h->owner].lang);
    record_set(r, "close_date", val_int(zone_days(offices[h->office].zone, tx->now) + between(d, 35, 110)));
    record_set(r, "next_step", val_text(pick(d, tx->a, w->steps, h->product)));
    record_set(r, "next_step_at", val_int(work_later(d, h->office, tx->now, 16)));
    return r;
}

/* A seller of the office takes it over from who qualified it. */
bool deal_begins(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = plan_of(d, tx, h, record_new(tx->a, &deal_entity));
    if (!strcmp(user_rows[h->owner].roles, "sdr"))
        h->owner = seller_of(d, h->office, "ae");
    r->id = h->deal;
    record_set(r, "name", val_text(project_of(d, tx, h)));
    record_set(r, "owner", val_ref(d->user[h->owner]));
    h->stage = 0;
    h->ndeals++;
    act_at(d, work_later(d, h->office, tx->now, 45), move_on, h);
    return record_update(&sys, r, 0, NULL, e) && put_lines(d, &sys, h, 0, e) && put_group(d, &sys, h, e);
}

static bool open_deal(struct demo *d, struct ctx *tx, struct human *h, int pipeline, struct err *e)
{
    struct ctx me = as_user(d, tx, h->owner);
    struct record *r = plan_of(d, &me, h, record_new(tx->a, &deal_entity));
    int service = pipeline ? FIRST_SERVICE + (int)below(d, 2) : 0;
    if (!d->nstages[pipeline])
        return true;
    int year = ymd_from_days(CALENDAR_GREGORIAN, tx->now / DAY_US).y;
    record_set(r, "name", val_text(pipeline ? arena_fmt(tx->a, "%s %d", demo_product_names[service], year) : project_of(d, tx, h)));
    record_set(r, "company", val_ref(h->firm ? h->firm->id : 0));
    record_set(r, "person", val_ref(h->id));
    record_set(r, "pipeline", val_ref(d->pipeline[pipeline]));
    record_set(r, "stage", val_ref(d->stage[pipeline][0]));
    record_set(r, "product", val_ref(d->product[h->product]));
    record_set(r, "source", text(h->way == BY_IMPORT ? "cold_call" : "referral"));
    h->stage = 0;
    h->ndeals++;
    if (!store(&me, r, &h->deal, e))
        return false;
    act_at(d, work_later(d, h->office, tx->now, 40), move_on, h);
    return put_lines(d, &me, h, service, e) && put_group(d, &me, h, e);
}

bool deal_opens(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    h->lead = 0;
    h->owner = h->firm ? h->firm->owner : h->owner;
    return open_deal(d, tx, h, 0, e);
}

static bool renew(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    h->lead = 0;
    return open_deal(d, tx, h, 1, e);
}

/* ── moving ──────────────────────────────────────────────────────────────── */

static int line_of(struct demo *d, const struct record *deal) { return record_int(deal, "pipeline") == d->pipeline[1]; }

static bool lose(struct demo *d, struct ctx *me, struct human *h, int line, struct err *e)
{
    static const char *const reasons[] = {
    "price", "price", "competitor", "no_budget", "no_decision", "timing", "no_need", "no_response",
    "missing_feature",
};
    const struct demo_words *w = demo_words(user_rows[h->owner].lang);
    struct record *r = record_new(me->a, &deal_entity);
    r->id = h->deal;
    record_set(r, "stage", val_ref(d->stage[line][d->nstages[line] - 1]));
    record_set(r, "lost_reason", text(reasons[below(d, countof(reasons))]));
    record_set(r, "close_note", val_text(pick(d, me->a, w->lost, h->product)));
    if (chance(d, 30))
        record_set(r, "competitor", text("Kormangal Machines"));
    return record_update(me, r, 0, NULL, e);
}

static bool win(struct demo *d, struct ctx *me, struct human *h, int line, struct err *e)
{
    static const char *const reasons[] = {
    "product", "product", "service", "service", "price", "relationship", "speed", "brand",
};
    const struct demo_words *w = demo_words(user_rows[h->owner].lang);
    struct record *r = record_new(me->a, &deal_entity);
    r->id = h->deal;
    record_set(r, "stage", val_ref(d->stage[line][d->nstages[line] - 2]));
    record_set(r, "won_reason", text(reasons[below(d, countof(reasons))]));
    record_set(r, "close_note", val_text(pick(d, me->a, w->won, h->product)));
    act_at(d, work_later(d, h->office, me->now, 60), deliver, h);
    act_at(d, work_later(d, h->office, me->now, 90), pay, h);
    return record_update(me, r, 0, NULL, e);
}

static bool step(struct demo *d, struct ctx *me, struct human *h, int line, struct err *e)
{
    struct record *r = plan_of(d, me, h, record_new(me->a, &deal_entity));
    r->id = h->deal;
    record_set(r, "stage", val_ref(d->stage[line][h->stage]));
    if (h->stage > 1)
        r->has &= ~((uint64_t)1 << field_index(&deal_entity, entity_field(&deal_entity, S("close_date"))));
    return record_update(me, r, 0, NULL, e);
}

/* What goes on around a move: a call, a meeting, a note, something to do. */
static bool around(struct demo *d, struct ctx *me, struct human *h, struct err *e)
{
    return (!chance(d, 55) || call_put(d, me, h, true, e)) && (!chance(d, 40) || meeting_put(d, me, h, e))
        && (!chance(d, 35) || note_put(d, me, h, e)) && (!chance(d, 40) || task_put(d, me, h, e));
}

static bool move_on(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    enum { QUIET = 5 };
    struct ctx me = as_user(d, tx, h->owner);
    struct record *deal;
    if (!deal_now(&me, h, &deal, e))
        return false;
    if (!str_eq(record_text(deal, "status"), S("open")))
        return true;
    int line = line_of(d, deal), working = d->nstages[line] - 2;    /* the last two end it */
    if (!around(d, &me, h, e))
        return false;
    if (chance(d, line ? 6 : 13))
        return lose(d, &me, h, line, e);
    if (++h->stage >= working)
        return win(d, &me, h, line, e);
    if (!chance(d, QUIET))
        act_at(d, work_later(d, h->office, tx->now, line ? 70 : 75), move_on, h);
    return step(d, &me, h, line, e);
}

/* Somebody looks after an open deal: the next step is set anew, dates that passed are moved. */
bool deal_tended(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    enum { NEGLECTED = 14 };
    struct record *deal, *r = record_new(tx->a, &deal_entity);
    int64_t today = zone_days(offices[h->office].zone, tx->now);
    if (!h->deal || chance(d, NEGLECTED))
        return true;
    struct ctx me = as_user(d, tx, h->owner);
    if (!deal_now(&me, h, &deal, e))
        return false;
    if (!str_eq(record_text(deal, "status"), S("open")))
        return true;
    plan_of(d, &me, h, r);
    r->id = h->deal;
    record_set(r, "next_step_at", val_int(work_later(d, h->office, d->now - (chance(d, 18) ? 2 : 0) * DAY_US, 26)));
    bool is_past = record_int(deal, "close_date") <= today;
    record_set(r, "close_date", is_past ? val_int(today + between(d, 3, 70)) : record_val(deal, "close_date"));
    return record_update(&me, r, 0, NULL, e) && (!chance(d, 50) || call_put(d, &me, h, true, e));
}

/* ── after the win ───────────────────────────────────────────────────────── */

static bool order_of(struct ctx *tx, const struct human *h, struct record **out, struct err *e)
{
    int64_t id;
    bool found;
    *out = NULL;
    if (!db_get_int(tx->c, "SELECT id FROM sales_order WHERE deal = $1 AND deleted_at IS NULL", DB_ARGS(V(h->deal)), &found, &id, e))
        return false;
    return !found || record_get(tx, &sales_order_entity, id, out, e);
}

static bool deliver(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx me = as_user(d, tx, h->owner);
    struct record *order, *r = record_new(tx->a, &sales_order_entity);
    if (!order_of(&me, h, &order, e))
        return false;
    if (!order || str_eq(record_text(order, "status"), S("paid")))
        return true;
    r->id = order->id;
    record_set(r, "status", text("fulfilled"));
    record_set(r, "due_date", val_int(zone_days(offices[h->office].zone, tx->now) + 30));
    return record_update(&me, r, 0, NULL, e);
}

/* Half, then the rest; one in eight waits with the rest for long. */
static bool pay(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    static const char *const methods[] = { "bank", "bank", "bank", "cheque", "mobile_wallet" };
    struct ctx me = as_user(d, tx, h->owner);
    struct record *order, *r = record_new(tx->a, &payment_entity);
    if (!order_of(&me, h, &order, e))
        return false;
    if (!order)
        return true;
    int64_t total = record_int(order, "total"), owed = total - record_int(order, "paid"), part = owed == total ? total / 2 : owed;
    if (owed <= 0 || part <= 0)
        return true;
    record_set(r, "sales_order", val_ref(order->id));
    record_set(r, "amount", val_money(part, record_val(order, "total").s));
    record_set(r, "paid_at", val_int(zone_days(offices[h->office].zone, tx->now)));
    record_set(r, "method", text(methods[below(d, countof(methods))]));
    record_set(r, "reference", val_text(arena_fmt(tx->a, "TR-%06lld", (long long)below(d, 1000000))));
    if (part < owed)
        act_at(d, tx->now + between(d, 18, chance(d, 12) ? 200 : 50) * DAY_US, pay, h);
    else if (chance(d, 60))
        act_at(d, work_later(d, h->office, tx->now + between(d, 150, 420) * DAY_US, 4), renew, h);
    return store(&me, r, NULL, e);
}
