/* clock_row.h - by when something must be done to a record: any number of clocks a record, each
 * in the working time of whoever holds it.
 *
 * A clock is started by a policy, may be paused and extended, reminds once, breaches once and
 * goes on being measured until it ends, so that the real time to action is known. It never says
 * what is to be done: that is its policy. Everything that writes runs inside record_write().
 */
#pragma once
#include "record/record.h"

extern const struct entity clock_entity;
extern const struct entity clock_pause_entity;

struct clock_start {
    const struct entity *en; int64_t record;    /* of what */
    const char *kind;                           /* "handoff", "policy": who looks after it */
    int64_t policy, holder;                     /* holder 0: the workspace's hours */
    int64_t minutes, remind_minutes;            /* promised; before it, 0: no reminder */
};
__attribute__((warn_unused_result))
bool clock_begin(struct ctx *tx, const struct clock_start *s, int64_t *id, struct err *e);
/* Stands still; what is left is kept in working time. A clock that stands or has ended is left alone. */
__attribute__((warn_unused_result))
bool clock_hold(struct ctx *tx, int64_t id, str why, struct err *e);
__attribute__((warn_unused_result))
bool clock_resume(struct ctx *tx, int64_t id, struct err *e);
/* More working time. One that has breached stays breached. */
__attribute__((warn_unused_result))
bool clock_extend(struct ctx *tx, int64_t id, int64_t minutes, struct err *e);
enum clock_outcome { CLOCK_MET, CLOCK_DROPPED, CLOCK_MOVED };   /* done; no longer asked; begun anew elsewhere */
__attribute__((warn_unused_result))
bool clock_end(struct ctx *tx, int64_t id, int64_t at, enum clock_outcome how, struct err *e);

/* The clock of this kind that runs (policy 0: any); *out NULL: none. */
__attribute__((warn_unused_result))
bool clock_running(struct ctx *c, const struct entity *en, int64_t record, const char *kind, int64_t policy,
                   struct record **out, struct err *e);

/* In working time until `now`, pauses left out: spent since the start, left until due (negative:
 * late), and what went by after the breach. */
struct clock_times { int64_t spent, left, over; bool is_paused; };
__attribute__((warn_unused_result))
bool clock_measure(struct ctx *c, const struct record *clock, struct clock_times *out, struct err *e);

/* A minute's round over the clocks of one kind: told once before, once after the deadline, each in
 * a write of its own. `breached_at` is the deadline itself, however late the round comes by. */
struct clock_care {
    const char *kind;
    bool (*remind)(struct ctx *tx, const struct record *clock, struct err *e);
    bool (*breach)(struct ctx *tx, const struct record *clock, struct err *e);
};
__attribute__((warn_unused_result))
bool clock_round(struct ctx *c, const struct clock_care *care, struct err *e);
