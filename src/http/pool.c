/* pool.c - who works when: a queue, and threads that take from it in its order.
 *
 * Threads are started when they are needed and called last-in-first-out, one at a
 * time: who arrives and finds more calls the next, who has finished takes the next
 * request himself. So a quiet server keeps few warm stacks, and a burst is not paid
 * with as many wake-ups as it has requests.
 *
 * Only some work at a time, for more would push each other's pages out of the
 * processor's caches and cut each other's work into slices: `at_once`, and of those
 * who began a moment ago no more than there are cores. A page is done within that
 * moment, on a core of its own, and its time is that of its place in the queue; a
 * report that takes longer stops counting among them, so it holds nobody up. While
 * only that keeps the queue waiting one thread stands by for the moment to end.
 * Who waits for a write to reach the disk gives the place away (base/wait.h) and
 * comes back without asking, so what has begun ends first.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "http/worker.h"
#include <sys/queue.h>
#include <time.h>

enum { MOMENT_US = 10 * 1000 };

struct hand {                                   /* a thread of the pool */
    struct worker w;
    struct worker_pool *pool;
    struct hand *idle_next;
    TAILQ_ENTRY(hand) entry;                    /* in `fresh` */
    pthread_t thread;
    pthread_cond_t wake;
    int64_t since;                              /* when it took its request */
    bool is_called, is_busy, is_fresh;
};
struct guest { struct worker w; struct guest *next; };     /* a connection's thread that answers by itself */

struct worker_pool {
    struct http_server *s;
    pthread_mutex_t lock;
    struct exchange *first, **last;
    struct hand *idle, *watch, *all;
    TAILQ_HEAD(fresh, hand) fresh;              /* who began within a moment, the oldest first */
    struct guest *guests;
    int queued, running, busy;
    int places, nfresh, fresh_max;              /* places: busy and not waiting */
    bool is_one_coming;                         /* called, and not yet here */
    bool is_stopping;
};

_Thread_local void (*wait_told)(enum wait what);
static _Thread_local struct hand *hand_here;
static _Thread_local struct guest *guest_here;

/* ── places ──────────────────────────────────────────────────────────────── */

static void age(struct worker_pool *p, struct hand *h)
{
    if (!h->is_fresh)
        return;
    TAILQ_REMOVE(&p->fresh, h, entry);
    h->is_fresh = false;
    p->nfresh--;
}

/* What changes something waits for the disk before long: the more do, the fewer commits there are. */
static bool wants_core(const struct exchange *x) { return x->head.method == GET; }

/* For the first of the queue. */
static bool has_place(struct worker_pool *p)
{
    if (p->places >= p->s->o.at_once)
        return false;
    for (struct hand *h; wants_core(p->first) && p->nfresh >= p->fresh_max; age(p, h))
        if (clock_mono() - (h = TAILQ_FIRST(&p->fresh))->since < MOMENT_US)
            return false;
    return true;
}

static void *work(void *hand);

static struct hand *start_one(struct worker_pool *p)
{
    struct hand *h = &p->all[p->running];
    if (p->running == p->s->o.workers)
        return NULL;
    h->pool = p;
    pthread_cond_init(&h->wake, NULL);
    bool ok = pthread_create(&h->thread, NULL, work, h) == 0;
    p->running += ok;
    return ok ? h : NULL;
}

/* Somebody for what waits: to take it, or to stand by until a moment is over. */
static struct hand *call_one(struct worker_pool *p)
{
    struct hand *h = p->watch ? p->watch : p->idle;
    if (!p->first || p->is_one_coming || p->places >= p->s->o.at_once || (p->watch && !has_place(p)))
        return NULL;
    if (!h && !(h = start_one(p)))
        return NULL;
    if (h == p->watch)
        p->watch = NULL;
    else if (h == p->idle)
        p->idle = h->idle_next;
    p->is_one_coming = h->is_called = true;
    return h;
}

/* Who is woken under the lock would run into it. */
static void unlock_and_wake(struct worker_pool *p, struct hand *h)
{
    pthread_mutex_unlock(&p->lock);
    if (h)
        pthread_cond_signal(&h->wake);
}

static void stand_by(struct worker_pool *p, struct hand *h)
{
    int64_t until = TAILQ_FIRST(&p->fresh)->since + MOMENT_US;
    struct timespec t = { until / SECOND_US, until % SECOND_US * 1000 };
    p->watch = h;
    pthread_cond_clockwait(&h->wake, &p->lock, CLOCK_MONOTONIC, &t);
    if (p->watch == h)
        p->watch = NULL;
}

static void rest(struct worker_pool *p, struct hand *h)
{
    h->idle_next = p->idle;
    p->idle = h;
    while (!h->is_called)
        pthread_cond_wait(&h->wake, &p->lock);
}

static struct exchange *take(struct worker_pool *p, struct hand *h)
{
    struct exchange *x = p->first;
    p->first = x->next;
    if (!p->first)
        p->last = &p->first;
    p->queued--;
    p->busy++;
    p->places++;
    h->is_busy = true;
    if (!wants_core(x))
        return x;
    h->is_fresh = true;
    h->since = clock_mono();
    p->nfresh++;
    TAILQ_INSERT_TAIL(&p->fresh, h, entry);
    return x;
}

static void leave(struct worker_pool *p, struct hand *h)
{
    if (!h->is_busy)
        return;
    h->is_busy = false;
    p->busy--;
    p->places--;
    age(p, h);
}

/* NULL: the end. */
static struct exchange *next_job(struct worker_pool *p, struct hand *h)
{
    struct exchange *x = NULL;
    pthread_mutex_lock(&p->lock);
    leave(p, h);
    for (;;) {
        if (h->is_called)
            h->is_called = p->is_one_coming = false;
        if (p->is_stopping || (p->first && has_place(p)))
            break;
        if (p->first && !p->watch && p->places < p->s->o.at_once)
            stand_by(p, h);
        else
            rest(p, h);
    }
    if (p->first)
        x = take(p, h);
    unlock_and_wake(p, call_one(p));
    return x;
}

static void hear(enum wait what)
{
    struct hand *h = hand_here;
    struct worker_pool *p = h->pool;
    pthread_mutex_lock(&p->lock);
    age(p, h);
    p->places += what == WAIT_END ? 1 : what == WAIT_BEGIN ? -1 : 0;
    unlock_and_wake(p, call_one(p));
}

static void *work(void *hand)
{
    struct hand *h = hand;
    pthread_setname_np(pthread_self(), "worker");
    hand_here = h;
    wait_told = hear;
    worker_open(&h->w, h->pool->s);
    for (struct exchange *x; (x = next_job(h->pool, h));)
        worker_serve(&h->w, x);
    worker_close(&h->w);
    return NULL;
}

/* ── from outside ────────────────────────────────────────────────────────── */

struct worker_pool *workers_start(struct http_server *s)
{
    struct worker_pool *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->s = s;
    p->last = &p->first;
    p->fresh_max = s->o.threads < s->o.at_once ? s->o.threads : s->o.at_once;
    TAILQ_INIT(&p->fresh);
    p->all = calloc((size_t)s->o.workers, sizeof *p->all);
    if (!p->all)
        abort();
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

bool workers_push(struct worker_pool *p, struct exchange *x)
{
    pthread_mutex_lock(&p->lock);
    bool ok = p->queued < p->s->o.queue_max && !p->is_stopping;
    if (ok) {
        x->next = NULL;
        *p->last = x;
        p->last = &x->next;
        p->queued++;
    }
    unlock_and_wake(p, call_one(p));
    return ok;
}

static struct guest *guest_new(struct worker_pool *p)
{
    struct guest *g = calloc(1, sizeof *g);
    if (!g)
        abort();
    worker_open(&g->w, p->s);
    g->w.is_here = true;
    pthread_mutex_lock(&p->lock);
    g->next = p->guests;
    p->guests = g;
    pthread_mutex_unlock(&p->lock);
    return g;
}

void workers_answer_here(struct worker_pool *p, struct exchange *x)
{
    if (!guest_here)
        guest_here = guest_new(p);
    worker_serve(&guest_here->w, x);
    log_workspace(NULL);
}

void workers_close(struct worker_pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->is_stopping = true;
    for (struct hand *h = p->idle; h; h = h->idle_next) {
        h->is_called = true;
        pthread_cond_signal(&h->wake);
    }
    p->idle = NULL;
    if (p->watch)
        pthread_cond_signal(&p->watch->wake);
    pthread_mutex_unlock(&p->lock);
}

void workers_stop(struct worker_pool *p)
{
    if (!p)
        return;
    workers_close(p);
    for (int i = 0; i < p->running; i++) {
        pthread_join(p->all[i].thread, NULL);
        pthread_cond_destroy(&p->all[i].wake);
    }
    for (struct guest *g = p->guests, *next; g; g = next) {
        next = g->next;
        worker_close(&g->w);
        free(g);
    }
    pthread_mutex_destroy(&p->lock);
    free(p->all);
    free(p);
}

struct worker_stats workers_stats(struct worker_pool *p)
{
    pthread_mutex_lock(&p->lock);
    struct worker_stats s = { p->running, p->busy, p->queued };
    pthread_mutex_unlock(&p->lock);
    return s;
}
