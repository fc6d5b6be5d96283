/* server.c - puts the routes of every room behind the HTTP server.
 *
 * The workspace of a request is found by its host name and by nothing else. All that
 * belongs to one hangs on it (record.h), so that several stand beside each other and
 * share threads, memory and the port, but no row, key, counter or live page. After
 * each write the pages that look at what changed are told.
 */
#include "app/server.h"
#include "api/api.h"
#include "app/live.h"
#include "base/clock.h"
#include "base/log.h"
#include "web/feature.h"
#include "web/import_page.h"
#include "web/records.h"
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

enum { TABLES_MAX = 64 };
struct server {
    struct sites *sites;
    struct http_server *http;
    struct egress *egress;              /* the process that speaks to the outside, for all of them */
    const char *folder;                 /* of workspaces, or NULL */
    struct http_app app;
    pthread_t caretaker;
    int stop;                           /* eventfd: ends the caretaker */
};

/* ── what the HTTP server asks ─────────────────────────────────────────────── */

static void *site_of(void *app, str host, bool *is_down) { return sites_find(((struct server *)app)->sites, host, is_down); }
static struct db *db_of(void *site) { return ((struct workspace *)site)->db; }
static const char *name_of(void *site) { return ((struct workspace *)site)->name; }
static const char *spool_of(void *site) { return ((struct workspace *)site)->folder; }

static void write_hits(struct server *s, struct buf *out)
{
    static const char *const name[] = { "setu_hits_waiting", "setu_hits_oldest_seconds", "setu_hits_stuck", "setu_hits_refused_total" };
    for (size_t i = 0; i < countof(name); i++) {
        buf_fmt(out, "# TYPE %s %s\n", name[i], i == countof(name) - 1 ? "counter" : "gauge");
        for (struct site *at = sites_first(s->sites); at; at = at->next) {
            struct workspace *ws = atomic_load(&at->ws);
            struct hits_standing h = ws ? hits_standing(ws) : (struct hits_standing){ 0 };
            const int64_t n[] = { h.waiting, h.oldest_us / SECOND_US, h.stuck, h.refused };
            if (ws)
                buf_fmt(out, "%s{workspace=\"%s\"} %lld\n", name[i], at->name, (long long)n[i]);
        }
    }
}

static void write_figures(void *app, struct buf *out)
{
    static const char *const name[] = { "setu_db_writes_total", "setu_db_commits_total", "setu_db_queue", "setu_db_wal_pages" };
    struct server *s = app;
    buf_lit(out, "# TYPE setu_workspace_up gauge\n");
    for (struct site *at = sites_first(s->sites); at; at = at->next)
        buf_fmt(out, "setu_workspace_up{workspace=\"%s\"} %d\n", at->name, atomic_load(&at->ws) != NULL);
    for (size_t i = 0; i < countof(name); i++) {
        buf_fmt(out, "# TYPE %s %s\n", name[i], i < 2 ? "counter" : "gauge");
        for (struct site *at = sites_first(s->sites); at; at = at->next) {
            struct workspace *ws = atomic_load(&at->ws);
            struct db_stats d = ws ? db_stats(ws->db) : (struct db_stats){ 0 };
            const int64_t n[] = { d.writes, d.commits, d.queue, d.wal_pages };
            if (ws)
                buf_fmt(out, "%s{workspace=\"%s\"} %lld\n", name[i], at->name, (long long)n[i]);
        }
    }
    buf_lit(out, "# TYPE setu_feed_lag gauge\n");
    for (struct site *at = sites_first(s->sites); at; at = at->next)
        if (atomic_load(&at->ws) && at->feed)
            feed_metrics(at->feed, out);
    write_hits(s, out);
    buf_lit(out, "# TYPE setu_jobs gauge\n");
    for (struct site *at = sites_first(s->sites); at; at = at->next)
        if (atomic_load(&at->ws) && at->jobs)
            job_states_metrics(at->jobs, out);
    buf_lit(out, "# TYPE setu_jobs_oldest_seconds gauge\n");
    for (struct site *at = sites_first(s->sites); at; at = at->next)
        if (atomic_load(&at->ws) && at->jobs)
            job_age_metrics(at->jobs, out);
}

const struct route *const *server_routes(void)
{
    static const struct route *tables[TABLES_MAX] = { web_routes, import_routes, record_routes, part_routes, api_routes };
    size_t n = 5;
    for (const struct feature *const *f = features; *f && n < TABLES_MAX - 1; f++)
        if ((*f)->routes)
            tables[n++] = (*f)->routes;
    tables[n] = NULL;
    return tables;
}

/* ── a folder of workspaces ────────────────────────────────────────────────── */

/* Each has a writer, a round, a lock, a socket and the connections of those who read. */
static void raise_descriptors(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < r.rlim_max) {
        r.rlim_cur = r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

/* New folders are served, and those that were down tried again, within a minute. */
static void *care(void *arg)
{
    enum { MINUTE_MS = 60 * 1000 };
    struct server *s = arg;
    struct pollfd p = { s->stop, POLLIN, 0 };
    struct err e = { 0 };
    while (poll(&p, 1, MINUTE_MS) == 0)
        if (!sites_scan(s->sites, s->folder, &e))
            log_event(LOG_ERROR, "sites", LOG_S("why", str_of(e.detail)));
    return NULL;
}

static void start_caretaker(struct server *s)
{
    s->stop = eventfd(0, EFD_CLOEXEC);
    if (s->stop < 0 || pthread_create(&s->caretaker, NULL, care, s) != 0)
        die("server: no thread for the folder of workspaces");
}

static void stop_caretaker(struct server *s)
{
    uint64_t one = 1;
    if (write(s->stop, &one, sizeof one) == sizeof one)
        pthread_join(s->caretaker, NULL);
    close(s->stop);
}

/* ── the server ────────────────────────────────────────────────────────────── */

static bool open_sites(struct server *s, struct workspace *ws, const struct server_options *o, struct err *e)
{
    s->sites = sites_new(o->guest);
    if (ws)
        return sites_add_open(s->sites, ws, o->hosts, e);
    s->folder = o->folder;
    raise_descriptors();
    return sites_scan(s->sites, s->folder, e);
}

/* After the first page can be served: a start is not to be waited for. */
static bool follow(struct server *s, const struct server_options *o, struct err *e)
{
    return (!o->has_egress || egress_open(&(struct egress_options){ .policy = egress_policy() }, &s->egress, e))
        && sites_follow(s->sites, s->egress, e);
}

/* What the process outside has in hand is still answered, to outboxes that take nothing new. */
static void close_sites(struct server *s)
{
    sites_settle(s->sites);
    egress_close(s->egress);
    sites_close(s->sites);
    free(s);
}

bool server_start(struct workspace *ws, const struct server_options *o, struct server **out, struct err *e)
{
    struct server *s = calloc(1, sizeof *s);
    if (!s)
        die("out of memory at start");
    app_catalogue();
    live_open();
    s->app = (struct http_app){ .routes = server_routes(), .site = site_of, .site_db = db_of, .site_name = name_of,
                                .site_spool = spool_of, .enter = web_enter, .error = web_fail, .app = s,
                                .metrics = write_figures };
    struct http_options h = { .listen = o->listen, .trusted_proxies = o->proxies };
    if (!open_sites(s, ws, o, e) || !http_start(&h, &s->app, &s->http, e) || !follow(s, o, e)) {
        sites_stop(s->sites);
        http_stop(s->http);
        close_sites(s);
        return false;
    }
    if (s->folder)
        start_caretaker(s);
    *out = s;
    return true;
}

int server_port(const struct server *s) { return http_port(s->http); }

void server_stop(struct server *s)
{
    if (!s)
        return;
    if (s->folder)
        stop_caretaker(s);
    sites_stop(s->sites);
    http_stop(s->http);
    close_sites(s);
}
