/* queue.c - the line in front of the writer. See queue.h.
 *
 * A waiting caller sleeps on a semaphore in its own stack frame: the writer
 * wakes it without touching the queue's mutex, so 64 callers that wake at once
 * do not fight over one lock.
 */
#include "db/queue.h"
#include <errno.h>
#include "base/clock.h"
#include "base/wait.h"
#include "msg/db.h"

void queue_open(struct queue *q, int max)
{
    pthread_condattr_t attr;

    *q = (struct queue){ .max = max, .group_max = GROUP_MAX };
    for (int i = 0; i < 2; i++)
        q->list[i].tail = &q->list[i].head;
    pthread_mutex_init(&q->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&q->filled, &attr);
    pthread_condattr_destroy(&attr);
}

void queue_close(struct queue *q)
{
    pthread_mutex_destroy(&q->mutex);
    pthread_cond_destroy(&q->filled);
}

void queue_stop(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    q->is_closed = true;
    pthread_cond_signal(&q->filled);
    pthread_mutex_unlock(&q->mutex);
}

bool queue_enter(struct queue *q, struct write *w, struct err *e)
{
    struct write_list *l = &q->list[w->is_bulk];

    pthread_mutex_lock(&q->mutex);
    bool is_closed = q->is_closed, is_full = q->list[0].n + q->list[1].n >= q->max;
    if (!is_closed && !is_full) {
        *l->tail = w;
        l->tail = &w->next;
        l->n++;
        if (w->ripe_at && (q->nripening++ == 0 || w->ripe_at < q->ripe_at))
            q->ripe_at = w->ripe_at;
        pthread_cond_signal(&q->filled);
    }
    pthread_mutex_unlock(&q->mutex);
    if (is_closed)
        return fail(e, ERR_BUSY, MSG_db_closing, "write at %s:%d while closing", w->file, w->line);
    if (is_full)
        return fail(e, ERR_BUSY, MSG_db_busy, "write at %s:%d: %d are waiting",
                    w->file, w->line, q->max);
    return true;
}

bool queue_wait(struct queue *q, struct write *w, struct err *e)
{
    sem_init(&w->done, 0, 0);
    bool ok = queue_enter(q, w, e);
    if (ok) {
        wait_begin();
        while (sem_wait(&w->done) && errno == EINTR)
            ;
        wait_end();
        ok = w->ok;
    }
    sem_destroy(&w->done);
    return ok;
}

/* Something that waits no longer to ripen; at the end all does. */
static bool is_ripe(const struct queue *q)
{
    int n = q->list[0].n + q->list[1].n;
    return n > q->nripening || (n > 0 && (q->is_closed || clock_mono() >= q->ripe_at));
}

static bool wait_filled(struct queue *q, int idle_ms)
{
    int64_t idle_at = clock_mono() + idle_ms * INT64_C(1000);

    while (!is_ripe(q) && !q->is_closed) {
        int64_t at = q->nripening > 0 && q->ripe_at < idle_at ? q->ripe_at : idle_at;
        struct timespec until = { at / SECOND_US, at % SECOND_US * 1000 };
        if (pthread_cond_timedwait(&q->filled, &q->mutex, &until) == ETIMEDOUT && at == idle_at)
            break;
    }
    return is_ripe(q);
}

/* How many may share a group: those before the first that stands alone, or that one. */
static int group_of(const struct write *w, int max, bool *is_alone)
{
    int n = 0;

    *is_alone = w && w->is_alone;
    while (w && n < max && !w->is_alone) {
        w = w->next;
        n++;
    }
    return *is_alone ? 1 : n;
}

int queue_begin_group(struct queue *q, int idle_ms, bool *is_bulk, bool *is_alone)
{
    pthread_mutex_lock(&q->mutex);
    int n = 0;
    if (wait_filled(q, idle_ms)) {
        *is_bulk = q->list[0].n == 0 || (q->list[1].n > 0 && q->patience >= BULK_PATIENCE);
        q->patience = *is_bulk || q->list[1].n == 0 ? 0 : q->patience + 1;
        n = group_of(q->list[*is_bulk].head, q->group_max, is_alone);
    } else if (q->is_closed) {
        n = -1;
    }
    pthread_mutex_unlock(&q->mutex);
    return n;
}

struct write *queue_take(struct queue *q, bool is_bulk, bool is_first)
{
    struct write_list *l = &q->list[is_bulk];
    struct write *w = NULL;

    pthread_mutex_lock(&q->mutex);
    if (is_first || !is_bulk || q->list[0].n == 0) {
        w = l->head;
        l->head = w->next;
        if (!l->head)
            l->tail = &l->head;
        l->n--;
        q->nripening -= w->ripe_at != 0;
    }
    pthread_mutex_unlock(&q->mutex);
    return w;
}

int queue_length(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    int n = q->list[0].n + q->list[1].n;
    pthread_mutex_unlock(&q->mutex);
    return n;
}
