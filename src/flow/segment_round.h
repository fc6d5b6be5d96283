/* segment_round.h - private to segment_*.c: one round of asking, in one write. */
#pragma once
#include "flow/segment_inside.h"

enum { ROUND_MAX = 500, ROUND_DEPTH = 16 };
struct round { struct ctx *tx; struct segment_rule *v[ROUND_MAX]; int depth[ROUND_MAX]; size_t n; bool is_whole; };

bool round_open(struct ctx *tx, struct round *out, struct err *e);      /* all live segments that can be asked */
bool round_look(struct ctx *c, struct round *out, struct err *e);       /* the same outside a write; is_whole: all of them can be */
bool round_tell(struct round *r, const struct live_news *news, struct err *e);
bool round_settle(struct round *r, struct err *e);                      /* asks, moves, tells the segments that ask these */
struct segment_rule *round_find(struct round *r, int64_t segment);      /* NULL: it is none of these */
/* Moves it, if it is not where it should be, and tells the segments that ask this one. */
bool round_move(struct round *r, struct segment_rule *s, struct live_answer a, bool is_silent, int64_t *delta, struct err *e);
/* It is filled up to there. */
bool segment_walked(struct ctx *tx, int64_t segment, int64_t to, bool is_last, struct err *e);
/* Due records, and slices of what is being filled, but when `is_filling` by other means. *more: there is more to do. */
bool segment_pass_time(struct ctx *tx, bool is_filling, bool *more, struct err *e);

/* Before the write, on a reader: what the next parts of fills write, by columns; later: those are being read (segment_fill.c). */
enum { FILLS = 16 };
struct segment_fill;
struct segment_look { struct segment_fill *v[FILLS]; size_t n; bool is_later; };
bool segment_look(struct ctx *c, void **seen, struct err *e);
/* *is_done: some of it is written. */
bool segment_fill(struct ctx *tx, const struct segment_look *look, bool *is_done, struct err *e);
