/* feed.h - the ordered feed: everything that was written or happened, in the order of its commits,
 * and those who follow it.
 *
 * Rows of `change` and `event` share one number line (db_seq). A consumer stands somewhere on it;
 * its effects and its step forward are one write, so that after any crash each row has had its
 * effects exactly once. A consumer that fails waits longer and longer and holds nobody else up; the
 * one row it cannot take is found by halving and set aside, to be tried again by hand.
 *
 * Declared in a feature's table (web/feature.h):
 *
 *   static const struct consumer consumers[] = {
 *       { .name = "segments", .reads = FEED_CHANGES | FEED_EVENTS, .wants = concerns, .batch = follow },
 *   };
 */
#pragma once
#include "record/record.h"

enum { FEED_CHANGES = 1, FEED_EVENTS = 2,
       FEED_VOIDS = 4 };                        /* events too that were undone, or valid again: told anew */

struct feed_row {                               /* one change of a field (or record), or one event */
    int64_t seq, id, at, write_id, actor_id, record_id, person_id;
    bool is_event;
    const struct entity *en;                    /* NULL: an event about no record */
    enum change_action action; const struct field *field; str old_text, new_text;     /* a change */
    str kind, channel, source, data; int64_t campaign_id, deal_id, company_id; bool is_robot, is_void;  /* an event */
};

struct live_news;
struct live_news feed_news(const struct feed_row *r);  /* as queries that are kept true hear of it (record/live.h) */

struct consumer {
    const char *name;                           /* of the durable cursor; never rename */
    msg_id label;                               /* for people; 0: its name */
    unsigned reads;
    /* NULL: every row. Else asked outside the write, of the row alone; a round without a wanted row writes nothing. */
    bool (*wants)(const struct feed_row *r);
    /* Or instead of `wants`, when that needs a look at the data: keep[i] of the rows that are wanted. */
    bool (*sift)(struct ctx *c, const struct feed_row *rows, size_t n, bool *keep, struct err *e);
    /* Wanted rows in order, inside ONE write: its effects and the cursor move together. Some tens of
     * milliseconds at most: what is long is remembered here and done by `tick` or a job. */
    bool (*batch)(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *e);
    /* NULL, or a write of its own: after each batch, and at least once a minute (time passing).
     * *more: there is more to do; called again at once, after others had their turn. */
    bool (*tick)(struct ctx *tx, bool *more, struct err *e);
    /* Or instead of `tick`, in two: what can be looked at while nobody waits, on a snapshot, and the write that goes by it
     * (*seen lives in c->a). Others may write between the two. */
    bool (*look)(struct ctx *c, void **seen, struct err *e);
    bool (*act)(struct ctx *tx, void *seen, bool *more, struct err *e);
    size_t at_once;                             /* rows in a batch; 0: 200 */
    bool from_now;                              /* a new consumer starts at the end, not at the beginning */
};

void feed_register(const struct consumer *list, size_t n);     /* at start, before any data is opened */
size_t feed_consumers(void);
const struct consumer *feed_consumer_at(size_t i);
/* After the data is opened: cursors of new consumers, and commits ring. */
__attribute__((warn_unused_result))
bool feed_open(struct workspace *ws, struct err *e);

/* ── where one stands ────────────────────────────────────────────────────── */

__attribute__((warn_unused_result))
bool feed_cursor(struct ctx *c, const char *name, int64_t *seq, struct err *e);
/* Everything after from_seq once more, for this consumer. Inside a write. */
__attribute__((warn_unused_result))
bool feed_replay(struct ctx *tx, const char *name, int64_t from_seq, struct err *e);
/* All consumers stand at the end: what was written so far was history. Inside a write. */
__attribute__((warn_unused_result))
bool feed_skip(struct ctx *tx, struct err *e);
/* Runs every consumer until it is at the end: tests, commands. A row that fails ends it, and stays. */
__attribute__((warn_unused_result))
bool feed_drain(struct workspace *ws, struct err *e);

struct feed_standing {                          /* of a consumer, for people */
    const char *name;
    int64_t seq, lag, moved_at, tries, retry_at, stuck;
    str error;
};
/* *out: feed_consumers() of them. */
__attribute__((warn_unused_result))
bool feed_standings(struct ctx *c, struct feed_standing **out, struct err *e);

struct feed_stuck { str consumer; int64_t seq, at, tries; str error; };
enum { FEED_STUCK_SHOWN = 100 };
__attribute__((warn_unused_result))
bool feed_stuck(struct ctx *c, struct feed_stuck **out, size_t *n, struct err *e);
/* Tries a row that was set aside once more, alone. Inside a write. ERR_NOT_FOUND: it is not set aside. */
__attribute__((warn_unused_result))
bool feed_retry(struct ctx *tx, str consumer, int64_t seq, struct err *e);

/* ── the thread that runs them ───────────────────────────────────────────── */

struct feed_runner;
struct feed_runner *feed_start(struct workspace *ws);   /* wakes on each commit; dies when there is no thread */
void feed_stop(struct feed_runner *f);                  /* ends after the write under way; accepts NULL */
struct buf;
void feed_metrics(struct feed_runner *f, struct buf *out);      /* lines without their head: several may follow */
