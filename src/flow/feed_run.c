/* feed_run.c - the thread of one opened workspace that runs all consumers in turn.
 *
 * First a slice of the hits that wait (hit.h), then one batch each, round and round, until all are at the end; then it
 * sleeps until a commit rings, a wait of a failing one is over or a minute's tick is due. Everything is written through the one
 * writer in any case, so more threads would only wait for each other. Of several servers the leading
 * one does it: two would do the same work, and one of them throw it away. Memory of a turn is given
 * back after it; a turn that fills it fails like any other, and is halved.
 */
#include "flow/hit_inside.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include <stdatomic.h>

enum { MEMORY = 64 << 20, DRAIN_ROUNDS = 100000,
       BREATH_NS = 10 * 1000 * 1000 };          /* between rounds while hits pour in: each of their commits rings */
#define POLL_US (5 * (int64_t)SECOND_US)        /* a word of another server may be lost with its connection */

struct feed_runner {
    struct workspace *ws;
    struct bell bell;
    pthread_t thread;
    _Atomic bool is_stopping;
    _Atomic int64_t end_change, end_event;
    int64_t looked_at;
    struct arena a;
    struct db_conn *c;
    struct feed_place *place; size_t n;
};

/* ── a turn in bounds ────────────────────────────────────────────────────── */

struct turn { struct ctx *c; struct feed_place *place; bool may_set_aside, is_draining, more; };
typedef enum feed_did turn_fn(struct turn *t, struct err *e);

static enum feed_did take_batch(struct turn *t, struct err *e) { return feed_turn(t->c, t->place, t->may_set_aside, e); }
static enum feed_did take_tick(struct turn *t, struct err *e) { return feed_tick(t->c, t->place, &t->more, e); }
static enum feed_did take_hits(struct turn *t, struct err *e) { return hits_turn(t->c, t->is_draining, e); }

/* One that fills its memory is tried again in a minute. */
static enum feed_did bounded(turn_fn *run, struct turn *t, int64_t *retry_at, struct err *e)
{
    sigjmp_buf full, *outer = arena_boundary;
    enum feed_did did = FEED_FAILED;
    arena_boundary = &full;
    if (sigsetjmp(full, 0) == 0) {
        did = run(t, e);
    } else {
        db_read_end(t->c->c);
        fail(e, ERR_TOO_LARGE, 0, "a round of %s does not fit into memory", t->place ? t->place->of->name : "hits");
        *retry_at = clock_mono() + MINUTE_US;
    }
    arena_boundary = outer;
    return did;
}

/* ── rounds ──────────────────────────────────────────────────────────────── */

static bool read_places(struct feed_runner *f, struct err *e)
{
    struct flow_ctx own;
    struct feed_end end = { 0 };
    flow_ctx(&own, f->ws, &f->a, f->c);
    int64_t waiting = hits_standing(f->ws).waiting;
    bool ok = db_read_begin(f->c, 0, e) && hits_look(&own.c, waiting, e) && feed_places_read(&own.c, f->place, f->n, e)
           && feed_read_end(&own.c, &end, e);
    db_read_end(f->c);
    arena_reset(&f->a);
    if (ok) {
        f->end_change = end.change;
        f->end_event = end.event;
    }
    return ok;
}

static bool is_behind(struct feed_runner *f, const struct feed_place *p)
{
    return p->seen < feed_end_of(p->of, (struct feed_end){ f->end_change, f->end_event })
        || (p->store_at && clock_mono() >= p->store_at);
}

/* A batch and, after it or when due, the tick. */
static enum feed_did step(struct feed_runner *f, struct feed_place *p, bool may_set_aside, struct err *e)
{
    struct flow_ctx own;
    enum feed_did did = FEED_NOTHING;
    int64_t now = clock_mono(), durable = p->durable;
    struct turn t = { .c = &own.c, .place = p, .may_set_aside = may_set_aside };
    flow_ctx(&own, f->ws, &f->a, f->c);
    if (is_behind(f, p) && now >= p->retry_at)
        did = bounded(take_batch, &t, &p->retry_at, e);
    if (p->durable != durable)
        p->next_tick = 0;                       /* it has done something: what follows from it is done now */
    if (did != FEED_FAILED && feed_ticks(p->of) && now >= p->next_tick && now >= p->tick_retry_at) {
        enum feed_did ticked = bounded(take_tick, &t, &p->tick_retry_at, e);
        if (t.more)
            p->next_tick = 0;
        did = ticked == FEED_FAILED || t.more ? ticked : did;
    }
    arena_reset(&f->a);
    return did;
}

static enum feed_did move_hits(struct feed_runner *f, bool is_draining, struct err *e)
{
    struct flow_ctx own;
    struct hits *h = hits_of(f->ws);
    struct turn t = { .c = &own.c, .is_draining = is_draining };
    if (!h)
        return FEED_NOTHING;
    flow_ctx(&own, f->ws, &f->a, f->c);
    enum feed_did did = bounded(take_hits, &t, &h->rest_until, e);
    arena_reset(&f->a);
    return did;
}

/* Several slices while no hits come: followers have more to do at once. */
static bool move_some_hits(struct feed_runner *f, struct err *e)
{
    enum { SLICES = 5 };
    int n = 0;
    while (n < SLICES && !f->is_stopping && move_hits(f, false, e) == FEED_WORKED) {
        n++;
        if (hits_pour(f->ws))
            break;
    }
    return n > 0;
}

static bool round_of_all(struct feed_runner *f)
{
    struct err e = { 0 };
    if (!read_places(f, &e)) {
        log_event(LOG_WARN, "feed", LOG_S("why", str_of(e.detail)));
        return false;
    }
    bool is_busy = move_some_hits(f, &e);
    for (size_t i = 0; i < f->n && !f->is_stopping; i++)
        is_busy |= step(f, &f->place[i], true, &e) == FEED_WORKED;
    return is_busy;
}

static int64_t next_due(const struct feed_runner *f)
{
    int64_t at = clock_mono() + POLL_US;
    for (size_t i = 0; i < f->n; i++) {
        const struct feed_place *p = &f->place[i];
        int64_t tick = p->next_tick > p->tick_retry_at ? p->next_tick : p->tick_retry_at;
        if (p->retry_at && p->retry_at < at)
            at = p->retry_at;
        if (feed_ticks(p->of) && tick < at)
            at = tick;
        if (p->store_at && p->store_at < at)
            at = p->store_at;
    }
    int64_t hits = hits_due(f->ws);
    return hits < at ? hits : at;
}

/* One that does not lead puts hits into the same table: once a second it asks whether some wait there. */
static void look_at_hits(struct feed_runner *f)
{
    struct flow_ctx own;
    struct err e = { 0 };
    int64_t waiting = hits_standing(f->ws).waiting, now = clock_mono();
    if (now - f->looked_at < SECOND_US)
        return;
    f->looked_at = now;
    flow_ctx(&own, f->ws, &f->a, f->c);
    if (!db_read_begin(f->c, 0, &e) || !hits_look(&own.c, waiting, &e))
        log_event(LOG_WARN, "feed", LOG_S("why", str_of(e.detail)));
    db_read_end(f->c);
}

static void *run(void *arg)
{
    struct feed_runner *f = arg;
    while (!f->is_stopping) {
        bool leads = db_leads(f->ws->db);
        if (!leads)
            look_at_hits(f);
        if (!leads || !round_of_all(f))
            bell_wait(&f->bell, leads ? next_due(f) : clock_mono() + POLL_US);
        if (hits_pour(f->ws))
            nanosleep(&(struct timespec){ 0, BREATH_NS }, NULL);
    }
    return NULL;
}

/* ── starting and stopping ───────────────────────────────────────────────── */

static bool open_runner(struct feed_runner *f, struct workspace *ws, struct err *e)
{
    *f = (struct feed_runner){ .ws = ws, .n = feed_consumers() };
    if (!db_reader(ws->db, &f->c, e))
        return false;
    f->a = arena_open(MEMORY);
    f->place = calloc(f->n + 1, sizeof *f->place);
    if (!f->place)
        die("out of memory at start");
    for (size_t i = 0; i < f->n; i++)
        feed_place_open(&f->place[i], feed_consumer_at(i));
    bell_open(&f->bell, ws->db);
    return true;
}

static void close_runner(struct feed_runner *f)
{
    bell_close(&f->bell);
    db_conn_close(f->c);
    arena_close(&f->a);
    free(f->place);
}

struct feed_runner *feed_start(struct workspace *ws)
{
    struct feed_runner *f = calloc(1, sizeof *f);
    struct err e = { 0 };
    if (!f || !open_runner(f, ws, &e))
        die("feed: %s", e.detail);
    if (pthread_create(&f->thread, NULL, run, f) != 0)
        die("feed: no thread");
    return f;
}

void feed_stop(struct feed_runner *f)
{
    if (!f)
        return;
    f->is_stopping = true;
    bell_ring(&f->bell);
    pthread_join(f->thread, NULL);
    close_runner(f);
    free(f);
}

bool feed_drain(struct workspace *ws, struct err *e)
{
    struct feed_runner f;
    bool ok = true, is_busy = true;
    if (!open_runner(&f, ws, e))
        return false;
    for (size_t i = 0; i < f.n; i++)
        f.place[i].lazy_us = 0;
    for (int round = 0; ok && is_busy; round++) {
        is_busy = false;
        ok = round < DRAIN_ROUNDS ? read_places(&f, e) : fail(e, ERR_INTERNAL, 0, "the feed has no end");
        enum feed_did moved = ok ? move_hits(&f, true, e) : FEED_NOTHING;
        ok = ok && moved != FEED_FAILED;
        is_busy |= moved == FEED_WORKED;
        for (size_t i = 0; ok && i < f.n; i++) {
            enum feed_did did = step(&f, &f.place[i], false, e);
            ok = did != FEED_FAILED;
            is_busy |= did == FEED_WORKED;
        }
    }
    close_runner(&f);
    return ok;
}

void feed_metrics(struct feed_runner *f, struct buf *out)
{
    for (size_t i = 0; i < f->n; i++) {
        int64_t lag = feed_end_of(f->place[i].of, (struct feed_end){ f->end_change, f->end_event }) - f->place[i].seen;
        buf_fmt(out, "setu_feed_lag{workspace=\"%s\",consumer=\"%s\"} %lld\n", f->ws->name, f->place[i].of->name,
                (long long)(lag > 0 ? lag : 0));
    }
}
