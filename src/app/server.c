/* server.c - puts the routes of every room behind the HTTP server.
 *
 * One workspace today; the site of a request is found by its host name, so that
 * several stand beside each other without a further change. After each write the
 * pages that look at what changed are told.
 */
#include "app/server.h"
#include "api/api.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/log.h"
#include "flow/outbox.h"
#include "web/feature.h"
#include "web/import_page.h"
#include "web/records.h"
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TABLES_MAX = 64 };
struct server {
    struct workspace *ws;
    struct http_server *http;
    const char *const *hosts;
    struct http_app app;
    pthread_t ticker;
    int stop;                           /* eventfd: ends the ticker */
    struct feed_runner *feed;
    struct egress *egress;              /* the process that speaks to the outside */
    struct outbox *outbox;              /* what waits for it */
    struct job_pool *jobs;
};

/* ── the minute's round ────────────────────────────────────────────────────── */

static void tick_feature(struct server *s, const struct feature *f, struct arena *a, struct db_conn *c)
{
    struct locale loc = locale_default(s->ws->lang, s->ws->country);
    struct ctx ctx = workspace_ctx(s->ws, a, c, &loc);
    struct err e = { 0 };
    sigjmp_buf full, *outer = arena_boundary;

    loc.zone = s->ws->zone;
    arena_boundary = &full;
    bool ok = sigsetjmp(full, 0) == 0 && db_read_begin(c, 0, &e) && f->tick(&ctx, &e);
    arena_boundary = outer;
    db_read_end(c);
    if (!ok)
        log_event(LOG_ERROR, "tick", LOG_S("feature", str_of(f->name)), LOG_S("why", str_of(e.detail)));
    arena_reset(a);
}

static void *tick_loop(void *arg)
{
    enum { MINUTE_MS = 60 * 1000 };
    struct server *s = arg;
    struct arena a = arena_open(64 << 20);
    struct db_conn *c;
    struct err e = { 0 };
    struct pollfd p = { s->stop, POLLIN, 0 };

    if (!db_reader(s->ws->db, &c, &e))
        die("tick: %s", e.detail);
    do {
        for (const struct feature *const *f = features; *f; f++)
            if ((*f)->tick && !fault_is_on("no_tick"))
                tick_feature(s, *f, &a, c);
    } while (poll(&p, 1, MINUTE_MS) == 0);
    db_conn_close(c);
    arena_close(&a);
    return NULL;
}

/* ── the server ────────────────────────────────────────────────────────────── */

static void *site_of(void *app, str host)
{
    struct server *s = app;
    if (!s->hosts || !s->hosts[0])
        return s->ws;
    for (const char *const *h = s->hosts; *h; h++)
        if (str_eq_ascii_nocase(host, str_of(*h)))
            return s->ws;
    return NULL;
}

static struct db *db_of(void *site) { return ((struct workspace *)site)->db; }

/* "deal 1h2k3m": a page that shows the record or its list fetches it anew. */
static void tell_pages(const struct ctx *c, const struct touched *list)
{
    enum { TOLD_MAX = 50 };
    int n = 0;
    for (const struct touched *t = list; t && n < TOLD_MAX; t = t->next, n++) {
        struct arena a = *c->a;                 /* scratch: nothing is kept */
        str data = arena_fmt(&a, "%s %.*s", t->en->name, STR_ARG(id_text(&a, t->id)));
        events_send((void *)(uintptr_t)c->ws, S("records"), S("changed"), data);
    }
}

/* The page of background work looks again. */
static void tell_job(const struct workspace *ws, int64_t id)
{
    (void)id;
    events_send((void *)(uintptr_t)ws, S("records"), S("changed"), S("job all"));
}

static void tell_metrics(void *app, struct buf *out)
{
    struct server *s = app;
    if (s->feed)
        feed_metrics(s->feed, out);
}

const struct route *const *server_routes(void)
{
    static const struct route *tables[TABLES_MAX] = { web_routes, import_routes, record_routes, api_routes };
    size_t n = 4;
    for (const struct feature *const *f = features; *f && n < TABLES_MAX - 1; f++)
        if ((*f)->routes)
            tables[n++] = (*f)->routes;
    tables[n] = NULL;
    return tables;
}

/* The process first: it is small while nothing else is there. */
static bool start_outbox(struct server *s, const struct server_options *o, struct err *e)
{
    if (!o->has_egress)
        return true;
    return egress_open(&(struct egress_options){ .policy = egress_policy() }, &s->egress, e) && outbox_start(s->ws, s->egress, &s->outbox, e);
}

static void stop_outbox(struct server *s)
{
    outbox_stop(s->outbox);
    egress_close(s->egress);
    outbox_close(s->outbox);
}

bool server_start(struct workspace *ws, const struct server_options *o, struct server **out, struct err *e)
{
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        die("out of memory at start");
    s->ws = ws;
    s->hosts = o->hosts;
    s->app = (struct http_app){ .routes = server_routes(), .site = site_of, .site_db = db_of, .enter = web_enter,
                                .error = web_fail, .metrics = tell_metrics, .app = s };
    record_on_write(tell_pages);
    job_told = tell_job;
    struct http_options h = { .listen = o->listen, .trusted_proxies = o->proxies, .spool = ws->folder };
    if (!start_outbox(s, o, e) || !http_start(&h, &s->app, &s->http, e)) {
        stop_outbox(s);
        free(s);
        return false;
    }
    s->stop = eventfd(0, EFD_CLOEXEC);
    if (s->stop < 0 || pthread_create(&s->ticker, NULL, tick_loop, s) != 0)
        die("server: no thread for the minute's round");
    if (!fault_is_on("no_tick")) {
        s->feed = feed_start(ws);
        s->jobs = job_start(ws);
    }
    *out = s;
    return true;
}

int server_port(const struct server *s) { return http_port(s->http); }

void server_stop(struct server *s)
{
    if (!s)
        return;
    uint64_t one = 1;
    if (write(s->stop, &one, sizeof one) == sizeof one)
        pthread_join(s->ticker, NULL);
    close(s->stop);
    http_stop(s->http);
    job_stop(s->jobs);
    feed_stop(s->feed);
    stop_outbox(s);
    free(s);
}
