/* inside.h - what the files of this room share; nobody outside includes it. */
#pragma once
#include "flow/bell.h"
#include "flow/feed.h"
#include "record/access.h"

/* The program's own context. c: a reader's connection, or NULL when only writes are asked. */
struct flow_ctx { struct ctx c; struct locale loc; };
void flow_ctx(struct flow_ctx *f, struct workspace *ws, struct arena *a, struct db_conn *c);

/* ── feed_read.c ─────────────────────────────────────────────────────────── */

enum { FEED_READ = 500 };
/* Rows after `from` in order, at most FEED_READ; *to: the number of the last one looked at. */
bool feed_read(struct ctx *c, unsigned reads, int64_t from, struct feed_row **out, size_t *n, int64_t *to, struct err *e);
/* The one row of this number; *out NULL: it is gone. */
bool feed_read_one(struct ctx *c, int64_t seq, struct feed_row **out, struct err *e);
/* The last numbers of changes and events. */
struct feed_end { int64_t change, event; };
bool feed_read_end(struct ctx *c, struct feed_end *out, struct err *e);
static inline int64_t feed_end_of(const struct consumer *k, struct feed_end end)
{
    int64_t of_changes = k->reads & FEED_CHANGES ? end.change : 0, of_events = k->reads & FEED_EVENTS ? end.event : 0;
    return of_changes > of_events ? of_changes : of_events;
}

/* ── feed_turn.c: one consumer, one step ─────────────────────────────────── */

struct feed_place {
    const struct consumer *of;
    _Atomic int64_t durable, seen;              /* the stored cursor; how far was looked since without effects */
    size_t take;                                /* rows of the next batch: halved by failures */
    int64_t tries, retry_at, tick_tries, tick_retry_at, next_tick;     /* clock_mono() */
    int64_t lazy_us, store_at;                  /* rows passed over: the cursor is stored so much later; 0: nothing to store */
    bool is_noted;                              /* its failure stands in the table */
};
enum feed_did { FEED_NOTHING, FEED_WORKED, FEED_FAILED };
/* c reads, between two snapshots; writes are its own. e tells why it failed. */
enum feed_did feed_turn(struct ctx *c, struct feed_place *p, bool may_set_aside, struct err *e);
enum feed_did feed_tick(struct ctx *c, struct feed_place *p, bool *more, struct err *e);
static inline bool feed_ticks(const struct consumer *k) { return k->tick || k->act; }
void feed_place_open(struct feed_place *p, const struct consumer *k);
#ifdef SETU_FAULTS
extern void (*feed_fault_between)(const char *consumer);        /* called between the two writes of early_cursor and late_cursor */
#endif
/* What other servers did meanwhile, replays included. */
bool feed_places_read(struct ctx *c, struct feed_place *v, size_t n, struct err *e);
