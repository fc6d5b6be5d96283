/* attribution.h - who is to be thanked for a won deal: revenue shared among touches.
 *
 * A model says how much the first touch, the one that made the lead, the one that
 * made the deal and the last one get; the rest is shared by the others. Weights
 * are whole numbers and shares minor units by largest remainder, so the parts of
 * a deal always sum to its amount, to the last minor unit, under every model.
 */
#pragma once
#include "record/record.h"

enum { TOUCHES_MAX = 100000, ATTRIBUTION_WHOLE = 10000 };

/* Shares in hundredths of a percent; `rest` is divided among the touches without a name. */
struct attribution_model {
    const char *name;
    int first, lead, deal, last, rest;
    int half_life_days;                         /* > 0: by age before the last touch instead */
};
enum attribution { ATTRIBUTE_FIRST, ATTRIBUTE_LAST, ATTRIBUTE_LINEAR, ATTRIBUTE_SHOWN,
                   ATTRIBUTE_U = ATTRIBUTE_SHOWN, ATTRIBUTE_POSITION, ATTRIBUTE_W, ATTRIBUTE_FULL,
                   ATTRIBUTE_DECAY, ATTRIBUTE_J, ATTRIBUTE_INVERSE_J, ATTRIBUTE_COUNT };
extern const struct attribution_model attribution_models[ATTRIBUTE_COUNT];

/* Touches of one deal in order of time; lead, deal: index of the touch that made it, or -1. */
struct attribution_path { const int64_t *at; size_t n; int lead, deal; };

/* Weights of the touches, n >= 1: none negative, at least one above zero. */
void attribution_weigh(const struct attribution_model *m, const struct attribution_path *p, int64_t *weight);
/* amount >= 0 in shares by weight: the sum is the amount; equal remainders go to the earlier. */
void attribution_share(struct arena scratch, int64_t amount, const int64_t *weight, size_t n, int64_t *share);
