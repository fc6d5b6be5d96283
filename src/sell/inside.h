/* inside.h - what the files of this room share and nobody else may use. */
#pragma once
#include "flow/rule_plan.h"
#include "base/arena.h"
#include "record/record.h"
#include "sell/sell.h"

/* ── deal_rules.c ────────────────────────────────────────────────────────── */

bool deal_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool deal_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);

/* ── stages.c ────────────────────────────────────────────────────────────── */

struct stage { int64_t id, pipeline, position, probability, max_age_days; bool is_won, is_lost; str name, forecast, required, exit; };
/* *out NULL: no such stage. The name is the reader's. */
bool stage_load(struct ctx *c, int64_t id, struct stage **out, struct err *e);
/* Those of a pipeline in their order. */
bool stages_of(struct ctx *c, int64_t pipeline, struct stage **out, size_t *n, struct err *e);
/* The pipeline new deals go to; 0: there is none. */
bool pipeline_default(struct ctx *c, int64_t *out, struct err *e);
bool pipeline_first_stage(struct ctx *c, int64_t pipeline, int64_t *out, struct err *e);
/* Everything that `into`, and what stands before it, asks for is filled in. */
bool stage_is_ready(struct ctx *tx, const struct stage *into, const struct record *deal, struct err *e);
bool stage_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);

/* ── lines.c ─────────────────────────────────────────────────────────────── */

bool deal_line_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool deal_line_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool order_line_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool order_line_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
/* Sum of a deal's lines; *n 0: it has none that count. */
bool deal_lines_sum(struct ctx *c, int64_t deal, int64_t *n, struct val *sum, struct err *e);

/* ── order.c, payment_rules.c ────────────────────────────────────────────── */

bool sales_order_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool order_count_again(struct ctx *tx, int64_t order, struct err *e);
bool payment_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool payment_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);

/* ── rank.c ──────────────────────────────────────────────────────────────── */

enum { RANK_MAX = 40 };
str rank_top(struct arena *a);                                  /* smaller than every earlier one */
str rank_between(struct arena *a, str above, str below);        /* empty: no neighbour there */
bool rank_place(struct ctx *tx, const struct record *deal, int64_t after, int64_t before, str *out, struct err *e);

/* ── seed.c ──────────────────────────────────────────────────────────────── */

bool sell_seed(struct ctx *tx, struct err *e);

/* ── deal_member.c, rule_steps.c ─────────────────────────────────────────── */

extern const struct choice deal_duties[];
extern const struct rule_step sell_steps[];
extern const size_t sell_nsteps;
