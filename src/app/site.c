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

static void *round_loop(void *arg)
{
    enum { MINUTE_MS = 60 * 1000, FOLLOWING_MS = 2000 };
    struct site *s = arg;
    struct workspace *ws = s->ws;
    struct arena a = arena_open(64 << 20);
    struct db_conn *c;
    struct err e = { 0 };
    struct pollfd p = { s->stop, POLLIN, 0 };

    log_workspace(ws->name);
    if (!db_reader(ws->db, &c, &e))
        die("tick: %s", e.detail);
    do {
        for (const struct feature *const *f = features; *f && db_leads(ws->db); f++)
            if ((*f)->tick && !fault_is_on("no_tick"))
                tick_feature(ws, *f, &a, c);
    } while (poll(&p, 1, db_leads(ws->db) ? MINUTE_MS : FOLLOWING_MS) == 0);
    db_conn_close(c);
    arena_close(&a);
    return NULL;
}

/* ── its life ──────────────────────────────────────────────────────────────── */

bool site_start(struct site *s, struct err *e)
{
    struct workspace *ws = s->ws;
    if (!ws && !workspace_open(s->folder, &ws, e))
        return false;
    if ((s->guest && !s->guest->enter(ws, &s->kept, e)) || (s->egress && !fault_is_on("no_tick") && !outbox_start(ws, s->egress, &s->outbox, e))) {
        if (s->guest)
            s->guest->leave(s->kept);
        s->kept = NULL;
        if (!s->ws)
            workspace_close(ws);
        return false;
    }
    s->is_own = !s->ws;
    live_listen(ws);
    if (!fault_is_on("no_tick")) {
        s->feed = feed_start(ws);
        s->jobs = job_start(ws);
    }
    atomic_store(&s->ws, ws);
    s->stop = eventfd(0, EFD_CLOEXEC);
    if (s->stop < 0 || pthread_create(&s->round, NULL, round_loop, s) != 0)
        die("server: no thread for the minute's round");
    return true;
}

void site_stop(struct site *s)
{
    uint64_t one = 1;
    if (!s->ws)
        return;
    if (write(s->stop, &one, sizeof one) == sizeof one)
        pthread_join(s->round, NULL);
    close(s->stop);
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
        workspace_close(s->ws);
}
