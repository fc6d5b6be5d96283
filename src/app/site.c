/* site.c - one workspace being served: opening it, its minute's round, letting it go.
 *
 * The round has a thread of its own for each workspace: one that is slow or stuck
 * holds up no other's clocks. Of several servers the leading one makes it.
 */
#include "app/site.h"
#include "app/live.h"
#include "base/fault.h"
#include "base/log.h"
#include "web/feature.h"
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* ── the minute's round ────────────────────────────────────────────────────── */

static void tick_feature(struct workspace *ws, const struct feature *f, struct arena *a, struct db_conn *c)
{
    struct locale loc = locale_default(ws->lang, ws->country);
    struct ctx ctx = workspace_ctx(ws, a, c, &loc);
    struct err e = { 0 };
    sigjmp_buf full, *outer = arena_boundary;

    loc.zone = ws->zone;
    arena_boundary = &full;
    bool ok = sigsetjmp(full, 0) == 0 && db_read_begin(c, 0, &e) && f->tick(&ctx, &e);
    arena_boundary = outer;
    db_read_end(c);
    if (!ok)
        log_event(LOG_ERROR, "tick", LOG_S("feature", str_of(f->name)), LOG_S("why", str_of(e.detail)));
    arena_reset(a);
}

/* The connection is of this round alone: for the rest of the minute it is memory that nobody needs. */
static void one_round(struct workspace *ws, struct arena *a)
{
    struct db_conn *c;
    struct err e = { 0 };
    if (!db_reader(ws->db, &c, &e)) {
        log_event(LOG_ERROR, "tick", LOG_S("why", str_of(e.detail)));
        return;
    }
    for (const struct feature *const *f = features; *f && db_leads(ws->db); f++)
        if ((*f)->tick)
            tick_feature(ws, *f, a, c);
    db_conn_close(c);
}

static void *round_loop(void *arg)
{
    enum { MINUTE_MS = 60 * 1000, FOLLOWING_MS = 2000 };
    struct site *s = arg;
    struct workspace *ws = s->opened;
    struct arena a = arena_open(64 << 20);
    struct pollfd p = { s->stop, POLLIN, 0 };

    log_workspace(ws->name);
    do {
        if (db_leads(ws->db) && !fault_is_on("no_tick"))
            one_round(ws, &a);
    } while (poll(&p, 1, db_leads(ws->db) ? MINUTE_MS : FOLLOWING_MS) == 0);
    arena_close(&a);
    return NULL;
}

/* ── its life ──────────────────────────────────────────────────────────────── */

bool site_open(struct site *s, struct err *e)
{
    if (!s->opened) {
        if (!workspace_open(s->folder, &s->opened, e))
            return false;
        s->is_own = true;
    }
    if (s->guest && !s->guest->enter(s->opened, &s->kept, e)) {
        s->kept = NULL;
        site_close(s);
        return false;
    }
    live_listen(s->opened);
    return true;
}

void site_serve(struct site *s) { atomic_store(&s->ws, s->opened); }

bool site_follow(struct site *s, struct egress *egress, struct err *e)
{
    struct workspace *ws = s->opened;
    if (!fault_is_on("no_tick")) {
        if (egress && !outbox_start(ws, egress, &s->outbox, e))
            return false;
        s->feed = feed_start(ws);
        s->jobs = job_start(ws);
    }
    s->stop = eventfd(0, EFD_CLOEXEC);
    if (s->stop < 0 || pthread_create(&s->round, NULL, round_loop, s) != 0)
        die("server: no thread for the minute's round");
    s->has_round = true;
    return true;
}

static void stop_round(struct site *s)
{
    uint64_t one = 1;
    if (!s->has_round)
        return;
    if (write(s->stop, &one, sizeof one) == sizeof one)
        pthread_join(s->round, NULL);
    close(s->stop);
    s->has_round = false;
}

void site_stop(struct site *s)
{
    if (!s->opened)
        return;
    stop_round(s);
    if (s->guest)
        s->guest->leave(s->kept);
}

void site_settle(struct site *s)
{
    job_stop(s->jobs);
    feed_stop(s->feed);
    outbox_stop(s->outbox);
    s->feed = NULL;
    s->jobs = NULL;
}

void site_close(struct site *s)
{
    outbox_close(s->outbox);
    if (s->is_own)
        workspace_close(s->opened);
    s->opened = NULL;
    s->outbox = NULL;
}
