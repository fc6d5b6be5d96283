/* bell.h - what a thread that waits for work sleeps on: rung by each commit of its data. */
#pragma once
#include <pthread.h>
#include <sys/queue.h>
#include "db/db.h"

struct bell {
    struct db *db;
    pthread_mutex_t lock;
    pthread_cond_t rung;
    bool is_rung;
    LIST_ENTRY(bell) next;
};

void bell_open(struct bell *b, struct db *db);
void bell_close(struct bell *b);
void bell_ring(struct bell *b);
/* Returns when it was rung since the last wait, or at `until` (clock_mono). */
void bell_wait(struct bell *b, int64_t until);
/* Once for each opened data: from now on its commits ring. */
void bell_of_commits(struct db *db);
