/* chance.c - the dice of the story, its hours and its prices. */
#include "base/buf.h"
#include "demo/inside.h"

int64_t below(struct demo *d, int64_t n) { return seeded_below(&d->r, n); }
int64_t between(struct demo *d, int64_t from, int64_t to) { return from + below(d, to - from + 1); }
bool chance(struct demo *d, int percent) { return below(d, 100) < percent; }

const struct demo_words *demo_words(enum lang l)
{
    static const struct demo_words *const all[LANG_COUNT] = {
        [LANG_EN] = &demo_words_en, [LANG_BN] = &demo_words_bn, [LANG_HI] = &demo_words_hi, [LANG_FA] = &demo_words_fa,
    };
    return all[l];
}

static str product_name(int row) { return str_of(demo_product_names[row]); }

/* ── texts ───────────────────────────────────────────────────────────────── */

/* The number wears the digits of the text around it, told by the script of its first letter. */
static str number_in(struct arena *a, str around, int64_t n)
{
    struct locale loc = locale_default(LANG_EN, "GB");
    const unsigned char *p = (const unsigned char *)around.p;
    for (size_t i = 0; i + 1 < around.n; i++) {
        if (p[i] == 0xE0 && p[i + 1] >= 0xA6 && p[i + 1] <= 0xA7)
            loc.digits = DIGITS_BENGALI;
        else if (p[i] >= 0xD8 && p[i] <= 0xDB)
            loc.digits = DIGITS_PERSIAN;
    }
    return loc_digits(a, &loc, arena_fmt(a, "%lld", (long long)n));
}

str pick(struct demo *d, struct arena *a, struct demo_texts t, int product)
{
    str s = str_of(t.v[below(d, (int64_t)t.n)]);
    struct buf b = buf_new(a, 2000);
    int64_t n = between(d, 2, 9);
    for (size_t i = 0; i < s.n; i++) {
        bool is_slot = s.p[i] == '{' && i + 2 < s.n && s.p[i + 2] == '}';
        if (!is_slot)
            buf_char(&b, s.p[i]);
        else
            buf_put(&b, s.p[i + 1] == 'p' ? product_name(product) : number_in(a, s, n));
        i += is_slot ? 2 : 0;
    }
    return buf_str(&b);
}

/* ── hours ───────────────────────────────────────────────────────────────── */

int64_t work_later(struct demo *d, enum office o, int64_t from, double hours)
{
    int64_t us = (int64_t)(hours * (0.5 + seeded_unit(&d->r)) * (double)HOUR_US), at;
    struct err e = { 0 };
    if (!bizcal_add(&d->cal[o], from, us, &at, &e))
        die("demo: %s", e.detail);
    return at;
}

int64_t awake_moment(struct demo *d, enum office o, int64_t day)
{
    int64_t hour = chance(d, 75) ? between(d, 9, 18) : between(d, 19, 23);
    return zone_instant(offices[o].zone, day, hour * HOUR_US + below(d, HOUR_US));
}

/* ── prices ──────────────────────────────────────────────────────────────── */

static int64_t power(int n) { return n <= 0 ? 1 : 10 * power(n - 1); }

struct val local_price(struct demo *d, enum office o, int64_t base)
{
    const char *currency = offices[o].currency;
    int64_t one = power(currency_digits(currency)), unit = 1;
    double whole = (double)base / 100 / ((double)d->rate[o] / 1e9);
    while (unit * 200 < (int64_t)whole)
        unit *= 10;
    return val_money(((int64_t)(whole / (double)unit) * unit) * one, str_of(currency));
}

/* ── the queue of acts: a heap by time, then by order of entry ───────────── */

static bool is_before(const struct act *x, const struct act *y)
{
    return x->at != y->at ? x->at < y->at : x->seq < y->seq;
}

void act_at(struct demo *d, int64_t at, act_fn *run, struct human *h)
{
    if (at > d->now)
        return;
    if (d->nacts == d->room)
        die("demo: more acts than planned for");
    size_t i = d->nacts++;
    struct act a = { at, d->seq++, run, h };
    for (; i && is_before(&a, &d->heap[(i - 1) / 2]); i = (i - 1) / 2)
        d->heap[i] = d->heap[(i - 1) / 2];
    d->heap[i] = a;
}
