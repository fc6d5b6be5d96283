/* metrics.c - counters in memory, shown as Prometheus text.
 *
 * Counts are relaxed atomics: a scrape may see one counter a request ahead of
 * another, and a request never waits for a scrape.
 */
#include "http/server.h"

static const int bound_ms[] = { 1, 2, 5, 10, 20, 50, 100, 250, 1000, 5000 };
enum { BOUNDS = countof(bound_ms), CLASSES = 6, SITES = 256 };
struct count { _Atomic int64_t status[CLASSES], bucket[BOUNDS + 1], us; };

struct site_count { struct site_count *next; void *site; _Atomic int64_t status[CLASSES]; };

struct metrics {
    const struct router *router;
    struct count *route;                        /* one a route, then one for what met none */
    _Atomic(struct site_count *) site[SITES];   /* chains that only grow */
};

struct metrics *metrics_open(const struct router *r)
{
    struct metrics *m = calloc(1, sizeof *m);
    if (!m || !(m->route = calloc(router_count(r) + 1, sizeof *m->route)))
        abort();
    m->router = r;
    return m;
}

void metrics_close(struct metrics *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < SITES; i++)
        for (struct site_count *c = m->site[i], *next; c; c = next) {
            next = c->next;
            free(c);
        }
    free(m->route);
    free(m);
}

static void bump(_Atomic int64_t *c, int64_t by) { atomic_fetch_add_explicit(c, by, memory_order_relaxed); }
static int64_t get(_Atomic int64_t *c) { return atomic_load_explicit(c, memory_order_relaxed); }

static struct site_count *count_of(struct metrics *m, void *site)
{
    _Atomic(struct site_count *) *head = &m->site[((uintptr_t)site >> 6) % SITES];
    struct site_count *first = atomic_load(head), *fresh = NULL;
    do {
        for (struct site_count *c = first; c; c = c->next)
            if (c->site == site) {
                free(fresh);
                return c;
            }
        if (!fresh && !(fresh = calloc(1, sizeof *fresh)))
            abort();
        fresh->site = site;
        fresh->next = first;
    } while (!atomic_compare_exchange_weak(head, &first, fresh));
    return fresh;
}

void metrics_count(struct metrics *m, const struct match *match, void *site, int status, int64_t us)
{
    int class = status >= 100 && status < 600 ? status / 100 : 0;
    struct count *c = &m->route[match && match->route ? match->index : router_count(m->router)];
    size_t b = 0;
    while (b < BOUNDS && us > bound_ms[b] * 1000LL)
        b++;
    bump(&c->status[class], 1);
    bump(&c->bucket[b], 1);
    bump(&c->us, us);
    if (site)
        bump(&count_of(m, site)->status[class], 1);
}

static const char *method_name(enum method m)
{
    return m == GET ? "GET" : m == POST ? "POST" : m == PATCH ? "PATCH" : m == PUT ? "PUT" : "DELETE";
}

static void write_route(struct count *c, const char *method, const char *path, struct buf *out)
{
    int64_t sum = 0;
    for (int i = 0; i < CLASSES; i++)
        if (get(&c->status[i]))
            buf_fmt(out, "setu_http_requests_total{method=\"%s\",route=\"%s\",status=\"%dxx\"} %lld\n",
                    method, path, i, (long long)get(&c->status[i]));
    for (size_t b = 0; b <= BOUNDS; b++)
        sum += get(&c->bucket[b]);
    if (sum == 0)
        return;
    int64_t up_to = 0;
    for (size_t b = 0; b < BOUNDS; b++)
        buf_fmt(out, "setu_http_request_seconds_bucket{method=\"%s\",route=\"%s\",le=\"%g\"} %lld\n", method, path,
                bound_ms[b] / 1000.0, (long long)(up_to += get(&c->bucket[b])));
    buf_fmt(out, "setu_http_request_seconds_bucket{method=\"%s\",route=\"%s\",le=\"+Inf\"} %lld\n"
            "setu_http_request_seconds_sum{method=\"%s\",route=\"%s\"} %.6f\n"
            "setu_http_request_seconds_count{method=\"%s\",route=\"%s\"} %lld\n",
            method, path, (long long)sum, method, path, (double)get(&c->us) / 1e6, method, path, (long long)sum);
}

static void write_gauge(struct buf *out, const char *name, const char *type, int64_t n)
{
    buf_fmt(out, "# TYPE %s %s\n%s %lld\n", name, type, name, (long long)n);
}

/* By workspace only how many and how they ended: with every route it would be a table of thousands. */
static void write_sites(struct http_server *s, struct buf *out)
{
    struct metrics *m = s->metrics;
    if (!s->app.site_name)
        return;
    buf_lit(out, "# TYPE setu_workspace_requests_total counter\n");
    for (size_t i = 0; i < SITES; i++)
        for (struct site_count *c = atomic_load(&m->site[i]); c; c = c->next)
            for (int k = 0; k < CLASSES; k++)
                if (get(&c->status[k]))
                    buf_fmt(out, "setu_workspace_requests_total{workspace=\"%s\",status=\"%dxx\"} %lld\n",
                            s->app.site_name(c->site), k, (long long)get(&c->status[k]));
}

void metrics_write(struct http_server *s, struct buf *out)
{
    struct metrics *m = s->metrics;
    struct worker_stats w = workers_stats(s->pool);
    size_t n = router_count(m->router);
    buf_lit(out, "# TYPE setu_http_requests_total counter\n# TYPE setu_http_request_seconds histogram\n");
    for (size_t i = 0; i < n; i++) {
        const struct route *r = router_at(m->router, i);
        write_route(&m->route[i], method_name(r->method), r->path, out);
    }
    write_route(&m->route[n], "", "", out);
    pthread_mutex_lock(&s->conns_lock);
    int conns = s->nconns;
    pthread_mutex_unlock(&s->conns_lock);
    write_gauge(out, "setu_http_connections", "gauge", conns);
    write_gauge(out, "setu_http_events_connections", "gauge", events_count());
    write_gauge(out, "setu_http_workers", "gauge", w.running);
    write_gauge(out, "setu_http_workers_busy", "gauge", w.busy);
    write_gauge(out, "setu_http_queue", "gauge", w.queued);
    write_gauge(out, "setu_http_body_bytes", "gauge", atomic_load(&s->body_bytes));
    write_sites(s, out);
    if (s->app.metrics)
        s->app.metrics(s->app.app, out);
}
