/* queue.h - writes waiting for their turn: bounded, two classes.
 *
 * Interactive writes go first; bulk ones (imports, roll-ups) get a turn when
 * nobody waits, or after BULK_PATIENCE groups so that they cannot starve. Knows
 * nothing of a database: the writer of any backend takes from it.
 */
#pragma once
#include <pthread.h>
#include <semaphore.h>
#include "db/later.h"

enum { GROUP_MAX = 128, BULK_PATIENCE = 8 };

/* Lives on the stack of the caller, who sleeps until `done` is posted; or by itself, until `told` was called. */
struct write {
    db_write_fn *run;
    void *arg;
    struct err *e;
    const char *file;
    int line;
    bool is_bulk, is_schema, ok;
    bool is_alone;                      /* shares a group with none (db/alone.h) */
    bool is_early;                      /* told before it is on disk: a fault, for a test */
    sem_t done;
    db_told_fn *told;                   /* in place of `done`: nobody sleeps (db/later.h) ... */
    int64_t ripe_at;                    /* ... and no group is begun for it alone before, clock_mono(); 0: it is ripe */
    struct write *next;
};

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    struct write_list { struct write *head, **tail; int n; } list[2];   /* by is_bulk */
    int max, patience, group_max;
    int nripening; int64_t ripe_at;     /* those of list[1] that ripen, and when the first does */
    bool is_closed;
};

void queue_open(struct queue *q, int max);
void queue_close(struct queue *q);              /* frees what queue_open made; it must be empty */
void queue_stop(struct queue *q);               /* no more enter; those inside are still served */
/* Waits in line and then for w->done. False when the queue is full or closed. */
bool queue_wait(struct queue *q, struct write *w, struct err *e);
/* Waits for nothing. False likewise. */
bool queue_enter(struct queue *q, struct write *w, struct err *e);
/* Starts a group: waits up to `idle_ms` for something. Returns the number of
 * writes it may hold (0: idle), -1: stopped and empty; *is_bulk its class, *is_alone: it is one that stands alone. */
int queue_begin_group(struct queue *q, int idle_ms, bool *is_bulk, bool *is_alone);
/* The next of the group; NULL when a bulk group, after its first, must make way. */
struct write *queue_take(struct queue *q, bool is_bulk, bool is_first);
int queue_length(struct queue *q);
