/* market.c - who there is to be met: firms and people, planned before the story begins.
 *
 * When they arrive follows the campaigns and the seasons: more before the feast of their
 * country, fewer on closed days, and a company that grows.
 */
#include "demo/inside.h"

static const int firms_of[OFFICES] = { 45, 30, 25, 20 };
static const int people_of[OFFICES] = { 350, 240, 170, 140 };

/* ── firms ───────────────────────────────────────────────────────────────── */

static struct firm make_firm(struct demo *d, enum office o, int i)
{
    const struct demo_words *w = demo_words(offices[o].lang);
    const struct demo_name *n = &w->firm[i % (int)w->nfirm];
    const struct demo_trade *t = &w->trade[(i * 5 + i / (int)w->nfirm) % (int)w->ntrade];
    static const int sizes[] = { 8, 14, 25, 40, 60, 90, 150, 240, 420, 900 };
    return (struct firm){
        .name = arena_fmt(d->keep, "%s %s", n->text, t->text), .domain = arena_fmt(d->keep, "%s-%s.example", n->latin, t->latin),
        .office = o, .industry = t->industry, .city = w->cities.v[below(d, (int64_t)w->cities.n)],
        .employees = sizes[below(d, countof(sizes))] + (int)below(d, 8), .is_key = chance(d, 12),
    };
}

static void plan_firms(struct demo *d)
{
    d->firm = arena_new(d->keep, struct firm, 200);
    for (int o = 0; o < OFFICES; o++)
        for (int i = 0; i < (firms_of[o] + d->size - 1) / d->size; i++)
            d->firm[d->nfirms++] = make_firm(d, (enum office)o, i);
}

static struct firm *firm_of_office(struct demo *d, enum office o)
{
    for (;;) {
        struct firm *f = &d->firm[below(d, (int64_t)d->nfirms)];
        if (f->office == o)
            return f;
    }
}

/* ── people ──────────────────────────────────────────────────────────────── */

/* Numbers of the shape each country dials; those of London are kept for drama. */
static str phone_of(struct demo *d, enum office o)
{
    static const int bd[] = { 13, 14, 15, 16, 17, 18, 19 }, in[] = { 98, 97, 94, 90, 83, 70 }, ir[] = { 912, 913, 914, 915, 919, 935 };
    long long n = (long long)below(d, 100000000);
    switch (o) {
    case DHAKA:   return arena_fmt(d->keep, "+880%d%08lld", bd[below(d, countof(bd))], n);
    case KOLKATA: return arena_fmt(d->keep, "+91%d%08lld", in[below(d, countof(in))], n);
    case TEHRAN:  return arena_fmt(d->keep, "+98%d%07lld", ir[below(d, countof(ir))], n % 10000000);
    default:      return arena_fmt(d->keep, "+447700900%03lld", n % 1000);
    }
}

static void name_human(struct demo *d, struct human *h, int i)
{
    const struct demo_words *w = demo_words(offices[h->office].lang);
    const struct demo_name *first = &w->first[below(d, (int64_t)w->nfirst)], *last = &w->last[below(d, (int64_t)w->nlast)];
    struct demo_texts titles = h->is_head ? w->heads : w->staff;
    h->name = arena_fmt(d->keep, "%s %s", first->text, last->text);
    h->job_title = str_of(titles.v[below(d, (int64_t)titles.n)]);
    h->city = h->firm ? h->firm->city : w->cities.v[below(d, (int64_t)w->cities.n)];
    if (h->firm)
        h->email = arena_fmt(d->keep, "%s.%s@%.*s", first->latin, last->latin, STR_ARG(h->firm->domain));
    else
        h->email = arena_fmt(d->keep, "%s.%s%d@post.example", first->latin, last->latin, i);
    if (h->way != BY_NEWSLETTER && chance(d, 82))
        h->phone = phone_of(d, h->office);
    if (h->phone.n && h->way != BY_WEBINAR && chance(d, 12))
        h->email = (str){ 0 };
}

/* Two of one name in one firm would be the same person to the product: the later one is told apart. */
static void tell_apart(struct demo *d, struct human *h)
{
    for (struct human *x = d->human; x < h; x++)
        if ((h->email.n && str_eq(x->email, h->email)) || (h->phone.n && str_eq(x->phone, h->phone))) {
            ptrdiff_t at = str_find_char(h->email, '@');
            if (h->email.n)
                h->email = arena_fmt(d->keep, "%.*s%d%.*s", (int)at, h->email.p, (int)(h - d->human), STR_ARG(str_from(h->email, (size_t)at)));
            h->phone = (str){ 0 };
        }
}

/* ── when ────────────────────────────────────────────────────────────────── */

/* In a hundred: how many of the days' chances the day keeps. */
static int64_t likely(struct demo *d, enum office o, int64_t day)
{
    static const int month[OFFICES][12] = {
        [DHAKA]   = { 70, 80, 95, 60, 60, 65, 65, 65, 75, 80, 90, 85 },
        [KOLKATA] = { 70, 70, 75, 60, 60, 60, 65, 75, 95, 90, 50, 70 },
        [TEHRAN]  = { 85, 95, 60, 30, 65, 65, 60, 65, 70, 75, 75, 80 },
        [LONDON]  = { 75, 75, 80, 70, 70, 65, 55, 45, 90, 95, 90, 40 },
    };
    int64_t first = zone_days(offices[o].zone, d->start), all = zone_days(offices[o].zone, d->now) - first;
    int64_t grown = 30 + 70 * (day - first) / (all ? all : 1), noon = zone_instant(offices[o].zone, day, 12 * HOUR_US);
    int64_t p = month[o][ymd_from_days(CALENDAR_GREGORIAN, day).m - 1] * grown / 100;
    return bizcal_open_at(&d->cal[o], noon) ? p : p / 4;
}

static int64_t some_day(struct demo *d, enum office o, int64_t from, int64_t to)
{
    for (int i = 0; i < 200; i++) {
        int64_t day = between(d, from, to);
        if (below(d, 100) < likely(d, o, day))
            return day;
    }
    return from;
}

static int some_campaign(struct demo *d, enum office o)
{
    int64_t today = zone_days(offices[o].zone, d->now);
    for (int i = 0; i < 60; i++) {
        int k = (int)below(d, d->ncampaigns);
        const struct campaign *c = &d->campaign[k];
        if (c->is_leaf && c->starts <= today && (c->office == o || c->way == BY_WEBINAR || chance(d, 4)))
            return k;
    }
    return -1;
}

static void set_way(struct demo *d, struct human *h)
{
    static const enum way alone[] = { BY_FORM, BY_FORM, BY_FORM, BY_CALL, BY_CALL, BY_REFERRAL, BY_REFERRAL, BY_IMPORT };
    h->campaign = chance(d, 64) ? some_campaign(d, h->office) : -1;
    h->way = h->campaign >= 0 ? d->campaign[h->campaign].way : alone[below(d, countof(alone))];
}

static void set_time(struct demo *d, struct human *h)
{
    int64_t from = zone_days(offices[h->office].zone, d->start) + 3, to = zone_days(offices[h->office].zone, d->now);
    if (h->campaign >= 0) {
        const struct campaign *k = &d->campaign[h->campaign];
        from = k->starts > from ? k->starts : from;
        to = k->ends + 10 < to ? k->ends + 10 : to;
    } else if (h->way == BY_IMPORT)
        to = from + 40;
    h->arrives = awake_moment(d, h->office, some_day(d, h->office, from, to > from ? to : from));
    if (h->way == BY_CALL || h->way == BY_REFERRAL || h->way == BY_IMPORT)
        h->arrives = work_later(d, h->office, h->arrives, 0.5);
}

/* The last ones come while somebody looks: within the last hours before now. */
static void hurry(struct demo *d, int i)
{
    static const enum office offices_of[] = { KOLKATA, DHAKA, KOLKATA, TEHRAN, KOLKATA, LONDON, DHAKA };
    struct human *h;
    do
        h = &d->human[below(d, (int64_t)d->nhumans)];
    while (h->office != offices_of[i % (int)countof(offices_of)] || h->way == BY_IMPORT);
    static const int minutes[] = { 4, 11, 19, 26, 38, 47, 65, 88, 120, 150, 170, 200, 240, 270, 330, 600, 900, 1300, 1500, 1900, 2400 };
    h->way = BY_FORM;
    h->campaign = some_campaign(d, h->office);
    h->arrives = d->now - minutes[i % (int)countof(minutes)] * MINUTE_US - below(d, 3 * MINUTE_US);
}

void market_plan(struct demo *d)
{
    enum { HURRIED = 26 };
    int total = 0;
    plan_firms(d);
    d->human = arena_new(d->keep, struct human, 1000);
    for (int o = 0; o < OFFICES; o++)
        for (int i = 0; i < people_of[o] / d->size; i++, total++) {
            struct human *h = &d->human[d->nhumans];
            *h = (struct human){ .office = (enum office)o, .is_head = chance(d, 45), .campaign = -1, .owner = -1 };
            h->product = (int)below(d, 12);
            h->firm = chance(d, 90) ? firm_of_office(d, h->office) : NULL;
            set_way(d, h);
            set_time(d, h);
            name_human(d, h, i);
            tell_apart(d, h);
            d->nhumans++;
        }
    for (int i = 0; i < HURRIED; i++)
        hurry(d, i);
    for (size_t i = 0; i < d->nhumans; i++) {
        act_at(d, d->human[i].arrives, arrive, &d->human[i]);
        act_at(d, d->now - between(d, 60, 6 * 24 * 60) * MINUTE_US, deal_tended, &d->human[i]);
    }
}
