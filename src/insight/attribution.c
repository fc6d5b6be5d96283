/* attribution.c - the arithmetic of thanks: weights of touches, shares without a rest.
 *
 * All weights of one deal are brought over a common denominator instead of being
 * divided, so "a third" stays exact until the one division that makes minor units.
 * Of a named touch that is missing, and of a middle that is empty, the weight goes
 * to the named ones that are there, in proportion; one touch with two names has both.
 */
#include "insight/attribution.h"
#include <math.h>
#include <stdlib.h>
#include "base/clock.h"

const struct attribution_model attribution_models[ATTRIBUTE_COUNT] = {
    [ATTRIBUTE_FIRST]     = { .name = "first", .first = 10000 },
    [ATTRIBUTE_LAST]      = { .name = "last", .last = 10000 },
    [ATTRIBUTE_LINEAR]    = { .name = "linear", .rest = 10000 },
    [ATTRIBUTE_U]         = { .name = "u", .first = 4000, .lead = 4000, .rest = 2000 },
    [ATTRIBUTE_POSITION]  = { .name = "position", .first = 4000, .last = 4000, .rest = 2000 },
    [ATTRIBUTE_W]         = { .name = "w", .first = 3000, .lead = 3000, .deal = 3000, .rest = 1000 },
    [ATTRIBUTE_FULL]      = { .name = "full", .first = 2250, .lead = 2250, .deal = 2250, .last = 2250, .rest = 1000 },
    [ATTRIBUTE_DECAY]     = { .name = "decay", .half_life_days = 7 },
    [ATTRIBUTE_J]         = { .name = "j", .first = 2000, .last = 6000, .rest = 2000 },
    [ATTRIBUTE_INVERSE_J] = { .name = "inverse_j", .first = 6000, .last = 2000, .rest = 2000 },
};

/* Half of it for every half-life before the last touch; what is older than 32 of them counts as 32. */
static void decay(const struct attribution_path *p, int half_life_days, int64_t *weight)
{
    enum { BITS = 40, OLDEST = 32 };
    for (size_t i = 0; i < p->n; i++) {
        double lives = (double)(p->at[p->n - 1] - p->at[i]) / ((double)half_life_days * (double)DAY_US);
        lives = lives < 0 ? 0 : lives > OLDEST ? OLDEST : lives;
        weight[i] = llround(ldexp(exp2(-lives), BITS));
    }
}

static int64_t put_named(const struct attribution_path *p, int index, int share, int64_t *weight)
{
    if (share == 0 || index < 0 || (size_t)index >= p->n)
        return 0;
    weight[index] += share;
    return share;
}

void attribution_weigh(const struct attribution_model *m, const struct attribution_path *p, int64_t *weight)
{
    memset(weight, 0, p->n * sizeof *weight);
    if (m->half_life_days > 0) {
        decay(p, m->half_life_days, weight);
        return;
    }
    int64_t named = put_named(p, 0, m->first, weight) + put_named(p, p->lead, m->lead, weight)
                  + put_named(p, p->deal, m->deal, weight) + put_named(p, (int)p->n - 1, m->last, weight);
    int64_t others = 0;
    for (size_t i = 0; i < p->n; i++)
        others += weight[i] == 0;
    int64_t rest = others || !named ? m->rest : 0, spread = ATTRIBUTION_WHOLE - rest;
    if (!named) {                               /* linear, or nothing that the model names is there */
        for (size_t i = 0; i < p->n; i++)
            weight[i] = 1;
        return;
    }
    for (size_t i = 0; i < p->n; i++)           /* over named * others */
        weight[i] = weight[i] ? weight[i] * spread * (others ? others : 1) : rest * named;
}

/* ── shares ──────────────────────────────────────────────────────────────── */

struct remainder { __int128 rest; size_t index; };

static int larger_first(const void *x, const void *y)
{
    const struct remainder *a = x, *b = y;
    if (a->rest != b->rest)
        return a->rest > b->rest ? -1 : 1;
    return a->index < b->index ? -1 : 1;
}

void attribution_share(struct arena scratch, int64_t amount, const int64_t *weight, size_t n, int64_t *share)
{
    struct remainder *r = arena_new(&scratch, struct remainder, n);
    __int128 whole = 0;
    int64_t given = 0;
    for (size_t i = 0; i < n; i++)
        whole += weight[i];
    for (size_t i = 0; i < n; i++) {
        __int128 part = (__int128)amount * weight[i];
        share[i] = (int64_t)(part / whole);
        r[i] = (struct remainder){ part % whole, i };
        given += share[i];
    }
    qsort(r, n, sizeof *r, larger_first);
    for (size_t i = 0; given < amount; i++, given++)
        share[r[i].index]++;
}
