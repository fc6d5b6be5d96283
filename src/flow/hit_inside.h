/* hit_inside.h - what hit.c, hit_move.c and the feed's thread share. */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "flow/hit.h"
#include "flow/inside.h"

struct hit_in { struct hit_in *next; const char *kind; int64_t at; void (*told)(void *arg, bool is_kept); void *arg; size_t n; char body[]; };

struct hits {                                   /* of one opened workspace */
    struct hits *next;
    const struct workspace *ws;
    pthread_mutex_t lock;                       /* of the list */
    struct hit_in *first, **last;
    size_t listed;
    bool is_going;                              /* a write is asked for that takes from the list */
    _Atomic int64_t pending, waiting;           /* not yet on disk; rows on disk */
    _Atomic int64_t max, refused, stuck, last_at, oldest_at;
    /* The mover's, all of one thread. */
    int care;                                   /* slices yet to be run with care */
    int64_t tries, rest_until;
};
struct hits *hits_of(const struct workspace *ws);       /* NULL: not opened */
const struct hit_kind *hit_kind_find(str name);

/* A slice of rows becomes what they stand for. is_draining: without rest, and what fails ends it. */
enum feed_did hits_turn(struct ctx *c, bool is_draining, struct err *e);
/* On a snapshot: rows that other servers left, or took. was: how many waited before it. */
__attribute__((warn_unused_result))
bool hits_look(struct ctx *c, int64_t was, struct err *e);
bool hits_pour(const struct workspace *ws);              /* one has just come: others' time is short */
int64_t hits_due(const struct workspace *ws);           /* when the next turn is, clock_mono(); INT64_MAX: nothing waits */
