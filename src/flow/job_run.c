/* job_run.c - the workers of one opened workspace.
 *
 * Before a worker writes anything it looks whether something is due, for every commit wakes it. One
 * worker stands guard; the next looks, and opens its connection, only while those before it are at
 * work. One claim is one write. The run has a connection, a snapshot and an arena of its own, all given back
 * after it; a run that fills its memory has failed like any other.
 */
#include "flow/job_inside.h"
#include "flow/schedule.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "msg/job.h"
#include <stdatomic.h>
#include <unistd.h>

enum { WORKERS = 2, MEMORY = 128 << 20, OWNER_LEN = 16 };
#define POLL_US (10 * (int64_t)SECOND_US)
#define TELL_US (SECOND_US / 4)
#define FIGURES_US (5 * (int64_t)SECOND_US)

/* Of all servers of the workspace, as a worker saw them last; read by whoever asks for /metrics. */
struct job_figures { _Atomic int64_t state[4], oldest, next_at; };
struct worker {
    struct job_pool *pool;
    int place;                                  /* in the pool: looks while so many others are at work */
    struct bell bell;
    struct arena a;
    struct db_conn *c;                          /* NULL: it was never needed */
    pthread_t thread;
};
struct job_pool {
    struct workspace *ws;
    _Atomic bool is_stopping;
    _Atomic int at_work;
    char owner[OWNER_LEN * 2 + 1];
    struct worker worker[WORKERS]; int nworkers;
    struct job_figures figures;
};

/* ── figures ─────────────────────────────────────────────────────────────── */

static const char *const counted[] = { "queued", "leased", "failed", "dead" };

static bool count_states(struct ctx *c, struct job_figures *f, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT state, COUNT(*) FROM job WHERE state IN ('queued', 'leased', 'failed', 'dead') GROUP BY state", DB_NONE, e))
        return false;
    int64_t n[countof(counted)] = { 0 };
    while (db_next(&q))
        for (size_t i = 0; i < countof(counted); i++)
            if (str_eq(db_text_view(&q, 0), str_of(counted[i])))
                n[i] = db_int(&q, 1);
    for (size_t i = 0; i < countof(counted); i++)
        atomic_store(&f->state[i], n[i]);
    return db_done(&q, e);
}

/* What is due and not begun, the longest. */
static bool look_figures(struct ctx *c, struct job_figures *f, struct err *e)
{
    bool found;
    int64_t at = 0;
    if (clock_mono() < atomic_load(&f->next_at))
        return true;
    atomic_store(&f->next_at, clock_mono() + FIGURES_US);
    if (!count_states(c, f, e)
        || !db_get_int(c->c, "SELECT at FROM job WHERE state IN ('queued', 'failed') AND at <= $1 ORDER BY at LIMIT 1", DB_ARGS(V(c->now)), &found, &at, e))
        return false;
    atomic_store(&f->oldest, found ? at : 0);
    return true;
}

/* ── one job ─────────────────────────────────────────────────────────────── */

static void tell(const struct workspace *ws, int64_t id)
{
    if (job_told)
        job_told(ws, id);
}

/* The same word in a write, for pages at other servers. */
static bool tell_others(struct ctx *tx, struct err *e) { return db_notify(tx->c, S("records"), S("job all"), e); }

struct told { struct job_run *j; int64_t done, all; };

static bool put_progress(struct ctx *tx, void *arg, struct err *e)
{
    struct told *t = arg;
    return job_fence(tx, t->j, e) && tell_others(tx, e)
        && db_exec(tx->c, "UPDATE job SET done = $1, total = $2 WHERE id = $3",
                   DB_ARGS(V(t->done), V(t->all), V(t->j->id)), NULL, e);
}

bool job_progress(struct job_run *j, int64_t done, int64_t all, struct err *e)
{
    struct told t = { j, done, all };
    if (j->is_stopping && atomic_load(j->is_stopping))
        return fail(e, ERR_BUSY, MSG_job_stopping, "the server stops");
    if (j->told_at && clock_mono() - j->told_at < TELL_US && done < all)
        return true;
    j->told_at = clock_mono();
    j->c->now = clock_now();
    bool ok = record_write_bulk(j->c, put_progress, &t, e);
    struct err again = { 0 };
    j->done = done;
    j->all = all;
    if (j->figures)
        (void)!look_figures(j->c, j->figures, &again);      /* workers that are all busy still count who waits */
    tell(j->c->ws, j->id);
    return ok;
}

static bool run_bounded(struct job_run *j, struct err *e)
{
    sigjmp_buf full, *outer = arena_boundary;
    volatile bool ok = false;
    if (!j->kind)
        return fail(e, ERR_INTERNAL, 0, "this program knows no job of this kind");
    while (fault_is_on("stuck_job"))
        pause();
    arena_boundary = &full;
    if (sigsetjmp(full, 0) == 0)
        ok = db_read_begin(j->c->c, 0, e) && j->kind->run(j, e);
    else
        fail(e, ERR_TOO_LARGE, 0, "the job does not fit into its memory");
    arena_boundary = outer;
    db_read_end(j->c->c);
    if (!ok && e->code == ERR_NONE)
        fail(e, ERR_INTERNAL, 0, "the job failed without saying why");
    return ok;
}

struct ending { struct job_run *j; const struct err *why; bool is_release; };

static bool put_ending(struct ctx *tx, void *arg, struct err *e)
{
    struct ending *x = arg;
    return (x->is_release ? job_release(tx, x->j, e) : job_end(tx, x->j, x->why, e)) && tell_others(tx, e);
}

/* False: it failed; *why tells. */
static bool run_job(struct worker *w, struct job_run *j, struct err *why)
{
    struct flow_ctx own;
    struct err e = { 0 };
    flow_ctx(&own, w->pool->ws, &w->a, w->c);
    j->c = &own.c;
    j->is_stopping = &w->pool->is_stopping;
    j->figures = &w->pool->figures;
    bool ok = run_bounded(j, why);
    own.c.now = clock_now();
    struct ending x = { j, ok ? NULL : why, !ok && why->code == ERR_BUSY && w->pool->is_stopping };
    if (!ok)
        log_event(LOG_WARN, "job_failed", LOG_S("kind", str_of(j->kind ? j->kind->name : "?")), LOG_N("id", j->id),
                  LOG_N("tries", j->tries), LOG_S("why", str_of(why->detail)));
    if (!record_write_bulk(&own.c, put_ending, &x, &e))
        log_event(LOG_ERROR, "job_end", LOG_N("id", j->id), LOG_S("why", str_of(e.detail)));    /* its lease runs out */
    tell(w->pool->ws, j->id);
    return ok;
}

/* ── the next one ────────────────────────────────────────────────────────── */

struct looked { bool is_due, is_lost, is_scheduled; int64_t next; };

static bool look(struct worker *w, struct looked *out, struct err *e)
{
    struct flow_ctx own;
    flow_ctx(&own, w->pool->ws, &w->a, w->c);
    int64_t clock = INT64_MAX;
    bool ok = db_read_begin(w->c, 0, e) && job_is_due(&own.c, &out->is_due, &out->is_lost, &out->next, e)
           && schedule_is_due(&own.c, &out->is_scheduled, &clock, e) && look_figures(&own.c, &w->pool->figures, e);
    db_read_end(w->c);
    out->next = clock < out->next ? clock : out->next;
    return ok;
}

struct taking { struct worker *w; struct job_run j; bool found; };

static bool take(struct ctx *tx, void *arg, struct err *e)
{
    struct taking *t = arg;
    size_t n;
    return job_reap(tx, &n, e) && schedule_run_due(tx, e) && job_claim(tx, str_of(t->w->pool->owner), &t->j, &t->found, e)
        && tell_others(tx, e);
}

enum did { NOTHING, WORKED, FAILED };

static void ring_all(struct job_pool *p)
{
    for (int i = 0; i < p->nworkers; i++)
        bell_ring(&p->worker[i].bell);
}

/* *until: when to look again (clock_mono). */
static enum did work_once(struct worker *w, int64_t *until, struct err *e)
{
    struct flow_ctx own;
    struct looked l = { 0 };
    struct taking t = { .w = w };
    *until = clock_mono() + POLL_US;
    if (w->place > w->pool->at_work)
        return NOTHING;
    if (!w->c && !db_reader(w->pool->ws->db, &w->c, e))
        return FAILED;
    flow_ctx(&own, w->pool->ws, &w->a, w->c);
    if (!look(w, &l, e))
        return FAILED;
    if (!l.is_due && !l.is_lost && !l.is_scheduled) {
        int64_t wait = l.next - own.c.now;
        *until = l.next != INT64_MAX && wait < POLL_US ? clock_mono() + wait : *until;
        return NOTHING;
    }
    if (!record_write_bulk(&own.c, take, &t, e))
        return FAILED;
    if (!t.found)
        return NOTHING;
    tell(w->pool->ws, t.j.id);
    w->pool->at_work++;
    ring_all(w->pool);
    bool ok = run_job(w, &t.j, e);
    w->pool->at_work--;
    return ok ? WORKED : FAILED;
}

static struct worker *open_worker(struct job_pool *p)
{
    struct worker *w = &p->worker[p->nworkers];
    *w = (struct worker){ .pool = p, .place = p->nworkers++, .a = arena_open(MEMORY) };
    bell_open(&w->bell, p->ws->db);
    return w;
}

static void close_worker(struct worker *w)
{
    bell_close(&w->bell);
    db_conn_close(w->c);
    arena_close(&w->a);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    while (!w->pool->is_stopping) {
        struct err e = { 0 };
        int64_t until;
        enum did did = work_once(w, &until, &e);
        arena_reset(&w->a);
        if (did == NOTHING || (did == FAILED && (e.code == ERR_BUSY || !w->c)))
            bell_wait(&w->bell, until);
    }
    return NULL;
}

/* ── starting and stopping ───────────────────────────────────────────────── */

static void open_pool(struct job_pool *p, struct workspace *ws)
{
    unsigned char raw[OWNER_LEN];
    static const char hex[] = "0123456789abcdef";
    *p = (struct job_pool){ .ws = ws };
    random_bytes(raw, sizeof raw);
    for (size_t i = 0; i < sizeof raw; i++) {
        p->owner[2 * i] = hex[raw[i] >> 4];
        p->owner[2 * i + 1] = hex[raw[i] & 15];
    }
}

struct job_pool *job_start(struct workspace *ws)
{
    struct job_pool *p = calloc(1, sizeof *p);
    if (!p)
        die("out of memory at start");
    open_pool(p, ws);
    for (int i = 0; i < WORKERS; i++)
        open_worker(p);
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&p->worker[i].thread, NULL, work, &p->worker[i]) != 0)
            die("jobs: no thread");
    return p;
}

void job_stop(struct job_pool *p)
{
    if (!p)
        return;
    p->is_stopping = true;
    ring_all(p);
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(p->worker[i].thread, NULL);
        close_worker(&p->worker[i]);
    }
    free(p);
}

bool job_drain(struct workspace *ws, struct err *e)
{
    struct job_pool p;
    enum did did;
    int64_t until;
    open_pool(&p, ws);
    struct worker *w = open_worker(&p);
    do {
        did = work_once(w, &until, e);
        arena_reset(&w->a);
    } while (did == WORKED);
    close_worker(w);
    return did != FAILED;
}

void job_states_metrics(struct job_pool *p, struct buf *out)
{
    for (size_t i = 0; i < countof(counted); i++)
        buf_fmt(out, "setu_jobs{workspace=\"%s\",state=\"%s\"} %lld\n", p->ws->name, counted[i],
                (long long)atomic_load(&p->figures.state[i]));
}

void job_age_metrics(struct job_pool *p, struct buf *out)
{
    int64_t oldest = atomic_load(&p->figures.oldest), now = clock_now();
    buf_fmt(out, "setu_jobs_oldest_seconds{workspace=\"%s\"} %.1f\n", p->ws->name,
            oldest && oldest < now ? (double)(now - oldest) / SECOND_US : 0.0);
}
