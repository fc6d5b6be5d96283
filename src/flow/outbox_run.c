/* outbox_run.c - the sender: one thread that claims, hands over and settles.
 *
 * Each round is one write: what came back is settled and what may leave is made `sending`; after
 * its commit the requests go to the egress process. A healthy target has up to PARALLEL requests
 * under way, a failing one a single one, and no target may take the places of the others. So a
 * dead endpoint delays nobody.
 */
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/random.h"
#include "flow/outbox_inside.h"
#include "record/access.h"
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { PARALLEL = 4, PLACES = 120, REST_MS = 1000, LEASES_S = 10, ARENA_BYTES = 256 << 20, WATCHED_MAX = 64, TARGETS_MAX = 4096 };

/* A request under way. Its claim is copied: the round's arena is gone when the answer comes. */
struct flight {
    bool is_used, is_back;
    struct outbox *o;
    struct outbox_claim claim;
    struct egress_result result;
    char note[WIRE_NOTE_MAX];
};

struct outbox {
    const struct workspace *ws;
    struct egress *egress;
    pthread_t thread;
    pthread_mutex_t lock;
    int wake;                           /* eventfd */
    int64_t last;                       /* the target that was asked last: the next round begins behind it */
    _Atomic bool is_ending;
    int64_t owner;
    struct flight flight[PLACES];
};

/* Senders to be woken after a commit that put something in. Commits come until the end of the data,
 * so their listener knows no sender, only these. */
static struct { pthread_mutex_t lock; int fd[WATCHED_MAX]; int n; } watched = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void poke(int fd)
{
    uint64_t one = 1;
    if (write(fd, &one, sizeof one) < 0)
        return;                         /* full: it is awake */
}

static void on_commit(void *arg)
{
    static _Atomic int64_t seen;
    int64_t now = outbox_added();
    (void)arg;
    if (atomic_exchange(&seen, now) == now)
        return;
    pthread_mutex_lock(&watched.lock);
    for (int i = 0; i < watched.n; i++)
        poke(watched.fd[i]);
    pthread_mutex_unlock(&watched.lock);
}

static bool watch(int fd)
{
    pthread_mutex_lock(&watched.lock);
    bool ok = watched.n < WATCHED_MAX;
    if (ok)
        watched.fd[watched.n++] = fd;
    pthread_mutex_unlock(&watched.lock);
    return ok;
}

static void unwatch(int fd)
{
    pthread_mutex_lock(&watched.lock);
    for (int i = 0; i < watched.n; i++)
        if (watched.fd[i] == fd)
            watched.fd[i--] = watched.fd[--watched.n];
    pthread_mutex_unlock(&watched.lock);
}

/* ── a round ───────────────────────────────────────────────────────────────── */

struct round {
    struct outbox *o;
    bool is_first, settled[PLACES];
    struct outbox_claim out[PLACES]; int n;
    int64_t last, due;                  /* due: when the first row may leave */
};

static bool settle_all(struct ctx *tx, struct round *r, struct err *e)
{
    struct outbox *o = r->o;
    for (int i = 0; i < PLACES; i++) {
        struct flight *f = &o->flight[i];
        pthread_mutex_lock(&o->lock);
        r->settled[i] = f->is_used && f->is_back;
        pthread_mutex_unlock(&o->lock);
        if (r->settled[i] && !outbox_settle(tx, &f->claim, o->owner, &f->result, e))
            return false;
    }
    return true;
}

static int places_of(const struct round *r, int64_t target, int64_t failures)
{
    int mine = failures ? 1 : PARALLEL, left = PLACES - r->n, busy = 0;
    for (int i = 0; i < PLACES; i++) {
        const struct flight *f = &r->o->flight[i];
        bool is_busy = f->is_used && !r->settled[i];
        left -= is_busy;
        busy += is_busy && f->claim.row.target == target;
    }
    mine -= busy;
    return mine < left ? mine : left;
}

/* Asks each target with open rows once, beginning behind the one that was asked last. */
typedef bool each_target(struct ctx *c, struct round *r, const struct channel *ch, int64_t target, int places, int64_t paused, struct err *e);
static bool for_targets(struct ctx *c, struct round *r, const struct channel *ch, each_target *fn, struct err *e)
{
    int64_t *v = arena_new(c->a, int64_t, TARGETS_MAX), paused, failures, at = 0;
    int n = 0, first = 0;
    do {
        if (!outbox_next_target(c, ch, at, &at, e))
            return false;
        if (at)
            v[n++] = at;
        if (at && at <= r->o->last)
            first = n;
    } while (at && n < TARGETS_MAX);
    for (int i = 0; i < n; i++) {
        int64_t target = v[(first + i) % n];
        if (!outbox_target_state(c, ch, target, &paused, &failures, e)
            || !fn(c, r, ch, target, places_of(r, target, failures), paused, e))
            return false;
    }
    return true;
}

static bool claim_of(struct ctx *tx, struct round *r, const struct channel *ch, int64_t target, int places, int64_t paused, struct err *e)
{
    int n = 0;
    if (paused > clock_now() || places <= 0)
        return true;
    if (!outbox_claim(tx, ch, target, r->o->owner, places, r->out + r->n, &n, e))
        return false;
    r->n += n;
    r->last = n ? target : r->last;
    return true;
}

static bool claim_all(struct ctx *tx, struct round *r, struct err *e)
{
    for (const struct channel *const *ch = channels; *ch; ch++)
        if (!for_targets(tx, r, *ch, claim_of, e))
            return false;
    return true;
}

/* SQLite's data has one opener: what was being sent before is nobody's now. */
static bool is_alone(struct ctx *tx) { return str_starts(db_engine(tx->ws->db, tx->a), S("SQLite")); }

/* May run twice: a group of writes may be tried again. */
static bool run_round(struct ctx *tx, void *arg, struct err *e)
{
    struct round *r = arg;
    int64_t lost;
    r->n = 0;
    r->last = r->o->last;
    return settle_all(tx, r, e) && outbox_reclaim(tx, r->is_first && is_alone(tx), &lost, e) && claim_all(tx, r, e);
}

/* ── handing over ──────────────────────────────────────────────────────────── */

/* On a thread of egress. */
static void back(void *arg, const struct egress_result *r)
{
    struct flight *f = arg;
    struct outbox *o = f->o;
    pthread_mutex_lock(&o->lock);
    f->result = *r;
    f->result.note.n = r->note.n < sizeof f->note ? r->note.n : sizeof f->note;
    if (f->result.note.n)
        memcpy(f->note, r->note.p, f->result.note.n);
    f->result.note.p = f->note;
    f->is_back = true;
    pthread_mutex_unlock(&o->lock);
    poke(o->wake);
}

static struct flight *free_flight(struct outbox *o)
{
    for (int i = 0; i < PLACES; i++)
        if (!o->flight[i].is_used)
            return &o->flight[i];
    return NULL;
}

static void hand_over(struct outbox *o, const struct outbox_claim *c)
{
    struct flight *f = free_flight(o);
    if (!f)
        die("outbox: more claimed than places");
    *f = (struct flight){ .is_used = true, .o = o, .claim = *c };
    f->claim.request = (struct wire_request){ 0 };
    f->claim.row = (struct outbox_row){ .id = c->row.id, .seq = c->row.seq, .target = c->row.target, .created_at = c->row.created_at,
                                        .expires_at = c->row.expires_at, .attempts = c->row.attempts };
    if (!egress_post(o->egress, &c->request, back, f))
        back(f, &(struct egress_result){ .outcome = EGRESS_LOST, .retry_after_s = -1 });
}

static bool go_round(struct outbox *o, struct ctx *c, bool is_first, struct err *e)
{
    struct round *r = arena_new(c->a, struct round, 1);
    *r = (struct round){ .o = o, .is_first = is_first };
    if (!record_write(c, run_round, r, e))
        return false;
    for (int i = 0; i < PLACES; i++)
        if (r->settled[i])
            o->flight[i].is_used = false;
    o->last = r->last;
    for (int i = 0; i < r->n; i++)
        hand_over(o, &r->out[i]);
    return true;
}

/* ── the thread ────────────────────────────────────────────────────────────── */

static bool has_back(struct outbox *o)
{
    bool has = false;
    pthread_mutex_lock(&o->lock);
    for (int i = 0; i < PLACES && !has; i++)
        has = o->flight[i].is_used && o->flight[i].is_back;
    pthread_mutex_unlock(&o->lock);
    return has;
}

static bool due_of(struct ctx *c, struct round *r, const struct channel *ch, int64_t target, int places, int64_t paused, struct err *e)
{
    int64_t at = INT64_MAX;
    if (places > 0 && !outbox_next_due(c, ch, target, &at, e))
        return false;
    at = at < paused ? paused : at;
    r->due = at < r->due ? at : r->due;
    return true;
}

/* Is there something to do now, and else how long to rest? */
static bool look(struct outbox *o, struct ctx *c, bool *is_due, int *rest_ms, struct err *e)
{
    struct round *r = arena_new(c->a, struct round, 1);
    *r = (struct round){ .o = o, .due = INT64_MAX };
    *is_due = has_back(o);
    if (*is_due)
        return true;
    if (!db_read_begin(c->c, 0, e))
        return false;
    for (const struct channel *const *ch = channels; *ch; ch++)
        if (!for_targets(c, r, *ch, due_of, e))
            return false;
    int64_t wait = r->due - clock_now();
    *is_due = wait <= 0;
    if (wait < REST_MS * (int64_t)1000)
        *rest_ms = (int)(wait / 1000) + 1;
    return true;
}

static bool run_forget(struct ctx *tx, void *arg, struct err *e) { return outbox_forget(tx, arg, e); }

static bool one_turn(struct outbox *o, struct ctx *c, bool is_first, int *rest_ms, struct err *e)
{
    static _Thread_local int64_t forgot_at, leases_at;
    int64_t gone, mono = clock_mono();
    bool is_due, is_time = mono - leases_at > LEASES_S * (int64_t)SECOND_US;
    if (mono - forgot_at > HOUR_US) {
        forgot_at = mono;
        if (!record_write_bulk(c, run_forget, &gone, e))
            return false;
    }
    if (!look(o, c, &is_due, rest_ms, e))
        return false;
    db_read_end(c->c);
    if (!is_due && !is_first && !is_time)
        return true;
    leases_at = mono;
    *rest_ms = is_due ? 0 : *rest_ms;
    return go_round(o, c, is_first, e);
}

static void rest(struct outbox *o, int ms)
{
    struct pollfd p = { o->wake, POLLIN, 0 };
    uint64_t n;
    if (poll(&p, 1, ms) > 0 && read(o->wake, &n, sizeof n) < 0)
        return;
}

static void *send_on(void *arg)
{
    struct outbox *o = arg;
    struct arena a = arena_open(ARENA_BYTES);
    struct locale loc = locale_default(o->ws->lang, o->ws->country);
    struct db_conn *db;
    struct err e = { 0 };
    bool is_first = true;
    if (!db_reader(o->ws->db, &db, &e))
        die("outbox: %s", e.detail);
    while (!o->is_ending) {
        sigjmp_buf full, *outer = arena_boundary;
        struct ctx c = { .a = &a, .c = db, .ws = o->ws, .loc = &loc, .who = &actor_system, .now = clock_now() };
        int rest_ms = REST_MS;
        arena_boundary = &full;
        bool ok = sigsetjmp(full, 0) == 0 && one_turn(o, &c, is_first, &rest_ms, &e);
        arena_boundary = outer;
        db_read_end(db);
        if (!ok)
            log_event(LOG_ERROR, "outbox", LOG_S("why", str_of(e.detail)));
        is_first &= !ok;
        arena_reset(&a);
        e = (struct err){ 0 };
        rest(o, rest_ms);
    }
    db_conn_close(db);
    arena_close(&a);
    return NULL;
}

bool outbox_start(const struct workspace *ws, struct egress *g, struct outbox **out, struct err *e)
{
    struct outbox *o = calloc(1, sizeof *o);
    if (!o)
        die("out of memory at start");
    *o = (struct outbox){ .ws = ws, .egress = g, .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
    pthread_mutex_init(&o->lock, NULL);
    random_bytes(&o->owner, sizeof o->owner);
    o->owner &= INT64_MAX;
    if (o->wake < 0 || !watch(o->wake)) {
        outbox_close(o);
        return fail(e, ERR_INTERNAL, 0, "outbox: no place for another workspace");
    }
    db_on_commit(ws->db, on_commit, NULL);
    if (pthread_create(&o->thread, NULL, send_on, o) != 0)
        die("outbox: no thread");
    *out = o;
    return true;
}

void outbox_stop(struct outbox *o)
{
    if (!o)
        return;
    unwatch(o->wake);
    o->is_ending = true;
    poke(o->wake);
    pthread_join(o->thread, NULL);
}

void outbox_close(struct outbox *o)
{
    if (!o)
        return;
    if (o->wake >= 0)
        close(o->wake);
    pthread_mutex_destroy(&o->lock);
    free(o);
}
