/* bell.c - see bell.h.
 *
 * Commits ring through one list of all bells: the writer calls by the address of its data, so a
 * bell may come and go while the data stays open.
 */
#include "flow/bell.h"
#include "base/clock.h"

static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static LIST_HEAD(, bell) all = LIST_HEAD_INITIALIZER(all);

void bell_open(struct bell *b, struct db *db)
{
    pthread_condattr_t attr;
    *b = (struct bell){ .db = db };
    pthread_mutex_init(&b->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&b->rung, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_lock(&all_lock);
    LIST_INSERT_HEAD(&all, b, next);
    pthread_mutex_unlock(&all_lock);
}

void bell_close(struct bell *b)
{
    pthread_mutex_lock(&all_lock);
    LIST_REMOVE(b, next);
    pthread_mutex_unlock(&all_lock);
    pthread_mutex_destroy(&b->lock);
    pthread_cond_destroy(&b->rung);
}

void bell_ring(struct bell *b)
{
    pthread_mutex_lock(&b->lock);
    b->is_rung = true;
    pthread_cond_broadcast(&b->rung);
    pthread_mutex_unlock(&b->lock);
}

void bell_wait(struct bell *b, int64_t until)
{
    struct timespec t = { until / SECOND_US, until % SECOND_US * 1000 };
    pthread_mutex_lock(&b->lock);
    while (!b->is_rung && pthread_cond_timedwait(&b->rung, &b->lock, &t) == 0)
        ;
    b->is_rung = false;
    pthread_mutex_unlock(&b->lock);
}

static void committed(void *db)
{
    struct bell *b;
    pthread_mutex_lock(&all_lock);
    LIST_FOREACH(b, &all, next)
        if (b->db == db)
            bell_ring(b);
    pthread_mutex_unlock(&all_lock);
}

void bell_of_commits(struct db *db) { db_on_commit(db, committed, db); }
