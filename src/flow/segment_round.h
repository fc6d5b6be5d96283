/* segment_round.h - private to segment_*.c: one round of asking, in one write. */
#pragma once
#include "flow/segment_inside.h"

enum { ROUND_MAX = 500, ROUND_DEPTH = 16 };
struct round { struct ctx *tx; struct segment_rule *v[ROUND_MAX]; int depth[ROUND_MAX]; size_t n; };

bool round_open(struct ctx *tx, struct round *out, struct err *e);      /* all live segments that can be asked */
bool round_tell(struct round *r, const struct live_news *news, struct err *e);
bool round_settle(struct round *r, struct err *e);                      /* asks, moves, tells the segments that ask these */
/* Due records, and slices of what is being filled. *more: there is more to do. */
bool segment_pass_time(struct ctx *tx, bool *more, struct err *e);
