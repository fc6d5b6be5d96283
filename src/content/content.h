/* content.h - material that sells: made in marketing, released only when somebody who sells has
 * looked at it.
 */
#pragma once
#include "record/record.h"

extern const struct entity material_entity;
extern const struct entity *const content_entities[];
extern const size_t content_nentities;
struct feature;
extern const struct feature content_feature;

/* A seller's verdict on what waits for review; not on what they wrote themselves. */
__attribute__((warn_unused_result))
bool material_review(struct ctx *tx, int64_t material, bool is_good, str note, struct err *e);

/* ── pain points: pains.c ────────────────────────────────────────────────── */

enum { PAINS_MAX = 3, PAIN_PIECES = 2 };
struct pain {
    str name;
    int looks;                                  /* its weight: pieces by days, robots and what was undone left out */
    int64_t last_at;
    struct record *seen[PAIN_PIECES]; int nseen;        /* the newest of those that tell of it */
    struct record *offer[PAIN_PIECES]; int noffers;     /* released, and not seen by them yet */
};
/* What the person is likely worried about, weightiest first; none for who may not see all visits. */
__attribute__((warn_unused_result))
bool material_pains(struct ctx *c, int64_t person, struct pain out[PAINS_MAX], size_t *n, struct err *e);
