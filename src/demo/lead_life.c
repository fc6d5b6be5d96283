/* lead_life.c - what becomes of a lead: answered, called, qualified, sent back or turned into a deal.
 *
 * Nine of ten answers come in time; the others show what a broken promise looks like. Which way
 * a lead goes is thrown once it is answered; the product's own door decides whether it may.
 */
#include "demo/inside.h"

static bool answer(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
static bool call_again(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
static bool qualify(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
static bool convert(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
static bool give_up(struct demo *d, struct ctx *tx, struct human *h, struct err *e);
static bool offer_by_hand(struct demo *d, struct ctx *tx, struct human *h, struct err *e);

static bool lead_now(struct ctx *tx, const struct human *h, struct record **out, struct err *e)
{
    return record_get(tx, &lead_entity, h->lead, out, e);
}

static bool is_at(const struct record *lead, const char *status) { return str_eq(record_text(lead, "status"), str_of(status)); }

bool clocks_run(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx sys = as_program(d, tx, LANG_EN);
    (void)h;
    return funnel_clocks(&sys, e);
}

/* Between offer and deadline, as a share of the working time between them. */
static void plan_answer(struct demo *d, struct human *h, const struct record *lead)
{
    struct bizcal *cal = &d->cal[user_rows[h->owner].office];
    int64_t from = record_int(lead, "offered_at"), due = record_int(lead, "due_at"), all = bizcal_between(cal, from, due), at;
    bool is_late = chance(d, 11);
    struct err e = { 0 };
    if (from > d->now - 5 * HOUR_US && chance(d, 65))
        return;                                 /* still waiting while somebody looks */
    if (due <= from || all <= 0)
        all = 4 * HOUR_US;
    double share = is_late ? 1.2 + 2.5 * seeded_unit(&d->r) : 0.08 + 0.7 * seeded_unit(&d->r);
    if (!bizcal_add(cal, from, (int64_t)(share * (double)all), &at, &e))
        die("demo: %s", e.detail);
    if (is_late)
        act_at(d, due + 40 * SECOND_US, clocks_run, h);
    act_at(d, at, answer, h);
}

bool lead_goes_on(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct record *lead;
    if (!lead_now(tx, h, &lead, e))
        return false;
    int owner = user_row_of(d, record_int(lead, "owner"));
    if (is_at(lead, "offered") && owner >= 0) {
        h->owner = owner;
        plan_answer(d, h, lead);
    } else if (is_at(lead, "new"))
        act_at(d, work_later(d, h->office, tx->now, 20), offer_by_hand, h);
    return true;
}

/* Marketing looks at what the score left behind: some are offered, some are not for us. */
static bool offer_by_hand(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx me = as_user(d, tx, U_MARKETING);
    struct record *lead;
    if (!lead_now(tx, h, &lead, e))
        return false;
    if (!is_at(lead, "new") || chance(d, 45))
        return true;
    if (chance(d, 30))
        return funnel_disqualify(&me, h->lead, chance(d, 50) ? S("not_a_buyer") : S("job_seeker"), e);
    return funnel_offer(&me, h->lead, e) && lead_goes_on(d, &me, h, e);
}

/* ── the answer ──────────────────────────────────────────────────────────── */

static const char *const return_reasons[] = {
    "misrouted", "duplicate", "incomplete", "wrong_data", "outside_target", "not_enough_activity", "wrong_level",
};

static bool give_back(struct demo *d, struct ctx *me, struct human *h, struct err *e)
{
    static const int often[] = { 2, 2, 2, 3, 4, 4, 5, 5, 6, 0, 1 };
    int reason = often[below(d, countof(often))];
    str note = pick(d, me->a, demo_words(user_rows[h->owner].lang)->returned[reason], h->product);
    return funnel_return(me, h->lead, str_of(return_reasons[reason]), note, e);
}

static bool answer(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx me = as_user(d, tx, h->owner);
    struct record *lead;
    if (!lead_now(&me, h, &lead, e))
        return false;
    if (!is_at(lead, "offered") || record_int(lead, "owner") != d->user[h->owner])
        return true;
    if (chance(d, 13))
        return give_back(d, &me, h, e);
    h->attempts = 0;
    act_at(d, tx->now + between(d, 60, 240) * SECOND_US, call_again, h);
    return funnel_accept(&me, h->lead, e);
}

/* ── calls ───────────────────────────────────────────────────────────────── */

static bool call_again(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx me = as_user(d, tx, h->owner);
    struct record *lead;
    bool is_reached = chance(d, 42 + 8 * h->attempts);
    if (!lead_now(&me, h, &lead, e))
        return false;
    if (!is_at(lead, "accepted"))
        return true;
    h->attempts++;
    if (!call_put(d, &me, h, is_reached, e) || !funnel_touched(&me, h->lead, me.now, e))
        return false;
    if (!is_reached)
        act_at(d, work_later(d, h->office, tx->now, 7), h->attempts < 6 ? call_again : give_up, h);
    else if (chance(d, 54))
        act_at(d, work_later(d, h->office, tx->now, 14), qualify, h);
    else
        act_at(d, work_later(d, h->office, tx->now, 20), give_up, h);
    return !chance(d, 25) || task_put(d, &me, h, e);
}

static bool give_up(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    static const char *const later[] = {
    "no_budget", "no_need_now", "no_authority", "timing", "competitor", "unresponsive",
};
    static const char *const never[] = { "not_a_buyer", "wrong_contact", "outside_target", "competitor" };
    struct ctx me = as_user(d, tx, h->owner);
    struct record *lead;
    if (!lead_now(&me, h, &lead, e))
        return false;
    if (!is_at(lead, "accepted"))
        return true;
    if (chance(d, 30))
        return funnel_disqualify(&me, h->lead, str_of(never[below(d, countof(never))]), e);
    int64_t day = zone_days("Asia/Dhaka", tx->now) + between(d, 25, 120);
    int64_t back = zone_instant("Asia/Dhaka", day, 9 * HOUR_US);
    act_at(d, back, clocks_run, h);
    act_at(d, back + HOUR_US, lead_goes_on, h);
    return funnel_recycle(&me, h->lead, str_of(later[h->attempts >= 6 ? 5 : below(d, 5)]), day, e);
}

static bool qualify(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx me = as_user(d, tx, h->owner);
    const struct demo_words *w = demo_words(user_rows[h->owner].lang);
    struct record *lead;
    struct funnel_answers in = {
        .need = pick(d, tx->a, w->needs, h->product), .budget = pick(d, tx->a, w->budgets, h->product),
        .authority = pick(d, tx->a, w->authorities, h->product), .timing = pick(d, tx->a, w->timings, h->product),
    };
    if (!lead_now(&me, h, &lead, e))
        return false;
    if (!is_at(lead, "accepted"))
        return true;
    act_at(d, work_later(d, h->office, tx->now, 18), convert, h);
    return funnel_qualify(&me, h->lead, &in, e) && (!chance(d, 50) || note_put(d, &me, h, e));
}

/* ── the deal ────────────────────────────────────────────────────────────── */

static bool convert(struct demo *d, struct ctx *tx, struct human *h, struct err *e)
{
    struct ctx me = as_user(d, tx, h->owner);
    struct record *lead;
    if (!lead_now(&me, h, &lead, e))
        return false;
    if (!is_at(lead, "qualified") || !d->nstages[0])
        return true;
    h->deal = 0;
    return funnel_convert(&me, h->lead, &h->deal, e) && deal_begins(d, &me, h, e);
}
