/* sell.h - deals and what follows from them: pipelines, products, orders, payments.
 *
 * A deal moves through the stages of its pipeline; each move leaves a stage_change, so that times
 * and conversions are read from rows that never change. A won deal becomes one order, whose
 * totals are the exact sums of its lines.
 */
#pragma once
#include "record/record.h"

extern const struct entity pipeline_entity;
extern const struct entity stage_entity;
extern const struct entity product_entity;
extern const struct entity deal_entity;
extern const struct entity deal_person_entity;
extern const struct entity deal_member_entity;
extern const struct entity deal_line_entity;
extern const struct entity sales_order_entity;
extern const struct entity order_line_entity;
extern const struct entity payment_entity;
extern const struct entity stage_change_entity;

extern const struct entity *const sell_entities[];
extern const size_t sell_nentities;

struct feature;
extern const struct feature sell_feature;

/* ── moving a deal: move.c ───────────────────────────────────────────────── */

/* To `stage` (0: stays), below the card `after` or above the card `before`; neither: on top.
 * version 0: not checked. `also`: fields of the deal written in the same step (a reason, what
 * the stage asks for), or NULL. Rights and requirements are checked as by any change. */
struct sell_move {
    int64_t deal, stage, after, before, version;
    const struct record *also;
    int64_t new_version;                        /* out */
};
__attribute__((warn_unused_result))
bool sell_move(struct ctx *tx, struct sell_move *m, struct err *e);

/* ── orders: order.c ─────────────────────────────────────────────────────── */

/* The order of a won deal: made the first time, found ever after. Without lines the deal's
 * amount becomes the one line; *order 0: a deal without either has nothing to order. */
__attribute__((warn_unused_result))
bool sell_order_from_deal(struct ctx *tx, int64_t deal, int64_t *order, struct err *e);

/* ── exact money: amount.c ───────────────────────────────────────────────── */

enum { SELL_QUANTITY_ONE = 1000, SELL_WHOLE = 10000 };  /* quantities carry 3 decimals, shares 2 of a percent */
/* price x quantity less discount, rounded once, half up; false: too large to be counted. */
bool sell_line_amount(int64_t price, int64_t quantity, int64_t discount, int64_t *out);
bool sell_share_of(int64_t amount, int64_t share, int64_t *out);

/* A stage, a pipeline as this reader calls it. */
str sell_stage_name(const struct locale *loc, const struct record *stage);
