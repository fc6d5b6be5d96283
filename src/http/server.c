/* server.c - libmicrohttpd's callbacks: a request line, a head, a body, an answer.
 *
 * Everything here runs on a connection's epoll thread and must be short: check,
 * match, collect the body, hand to a worker, queue what the worker made. Only
 * what is sure to be short is answered at once (ROUTE_QUICK). What
 * libmicrohttpd 0.9.75 tolerates and we do not is refused before dispatch, by
 * head_check() and, for line ends, by where its pointers stand (lines_ok).
 */
#include "http/server.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "base/utf8.h"
#include "http/form.h"
#include "http/path.h"
#include "msg/base.h"
#include "msg/http.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MEMORY_PER_CONNECTION = 16 * 1024, FORM_MAX = 64 * 1024, JSON_MAX = 1024 * 1024,
       SWALLOW_MAX = 1024 * 1024, METRICS_MAX = 4 << 20 };
#define BODIES_MAX (256LL << 20)                /* of all connections together */

/* ── the request line: an exchange begins ────────────────────────────────── */

static void *on_line(void *server, const char *uri, struct MHD_Connection *c)
{
    struct http_server *s = server;
    size_t n = strlen(uri);
    struct exchange *x = malloc(sizeof *x + 2 * n + 2);
    const union MHD_ConnectionInfo *context = MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    if (!x || !context || !context->socket_context)
        abort();
    memset(x, 0, offsetof(struct exchange, header));
    char *copy = (char *)(x + 1);
    memcpy(copy, uri, n);
    x->s = s;
    x->c = c;
    x->conn = context->socket_context;
    x->uri = uri;
    x->target = (str){ copy, n };
    x->path = (str){ copy + n, 0 };             /* room for the decoded path */
    x->ip = x->conn->ip;
    x->started = clock_mono();
    snprintf(x->id, sizeof x->id, "%08x%08llx", s->id_base,
             (unsigned long long)(atomic_fetch_add(&s->next_id, 1) & 0xffffffff));
    conn_phase(x->conn, PHASE_HEAD);
    return x;
}

static size_t keep_raw(void *unused, struct MHD_Connection *c, char *text)
{
    (void)unused, (void)c;
    return strlen(text);                        /* we decode, once, ourselves */
}

/* ── the head ────────────────────────────────────────────────────────────── */

static enum MHD_Result take_header(void *exchange, enum MHD_ValueKind kind, const char *name, size_t nname,
                                   const char *value, size_t nvalue)
{
    struct exchange *x = exchange;
    (void)kind;
    if (x->nheaders <= HEADERS_IN_MAX)
        x->header[x->nheaders++] = (struct pair){ { name, nname }, { value ? value : "", value ? nvalue : 0 } };
    return MHD_YES;
}

/* libmicrohttpd 0.9 reads lines in place and puts NULs over their ends: two for CR LF, one for a
 * bare LF. So each field must begin two bytes after the one before; a folded line is moved
 * elsewhere, a NUL inside ends the text early. How long the head was tells how it ended: what
 * stands behind it may be NULs by chance. Later versions refuse all three themselves. */
static bool lines_ok(const struct exchange *x, const char *method, const char *version)
{
#if MHD_VERSION < 0x00097600
    const char *end = version + strlen(version);
    if (method + strlen(method) + 1 != x->uri || x->uri + x->target.n + 1 != version)
        return false;
    for (size_t i = 0; i < x->nheaders; i++) {
        if (x->header[i].name.p != end + 2)
            return false;
        end = x->header[i].value.p + x->header[i].value.n;
    }
    const union MHD_ConnectionInfo *head = MHD_get_connection_info(x->c, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    return !end[0] && !end[1] && !end[2] && !end[3] && head && method + head->header_size == end + 4;
#else
    return x && method && version;
#endif
}

static void refuse(struct exchange *x, int status, const char *why)
{
    static const struct { int status; enum err_code code; int msg; bool is_plain; } known[] = {
        { 404, ERR_NOT_FOUND, MSG_http_not_found, false },
        { 405, ERR_INVALID, MSG_http_method_not_allowed, false },
        { 413, ERR_TOO_LARGE, MSG_http_body_too_large, false },
        { 415, ERR_INVALID, MSG_http_wrong_type, false },
        { 421, ERR_NOT_FOUND, MSG_http_wrong_host, true },
        { 429, ERR_TOO_MANY, MSG_http_too_many_requests, true },
        { 503, ERR_BUSY, MSG_http_busy, true },
    };
    x->refusal = (struct refusal){ status, ERR_INVALID, MSG_http_malformed_request, why, true };
    for (size_t i = 0; i < countof(known); i++)
        if (known[i].status == status)
            x->refusal = (struct refusal){ status, known[i].code, known[i].msg, why, known[i].is_plain };
}

static str header(const struct exchange *x, const char *name)
{
    for (size_t i = 0; i < x->nheaders; i++)
        if (str_eq_ascii_nocase(x->header[i].name, str_of(name)))
            return str_trim(x->header[i].value);
    return (str){ 0 };
}

static bool is_trusted(const struct http_server *s, const char *ip)
{
    for (int i = 0; i < s->ntrusted; i++)
        if (!strcmp(ip, s->trusted[i]))
            return true;
    return false;
}

/* The rightmost hop that is not one of our proxies is the client. */
static void read_forwarded(struct exchange *x)
{
    if (!is_trusted(x->s, x->conn->ip))
        return;
    x->is_tls = str_eq_ascii_nocase(header(x, "X-Forwarded-Proto"), S("https"));
    str list = header(x, "X-Forwarded-For");
    while (list.n > 0) {
        size_t at = list.n;
        while (at > 0 && list.p[at - 1] != ',')
            at--;
        str hop = str_trim(str_from(list, at));
        char text[IP_TEXT_MAX];
        unsigned char raw[16];
        if (hop.n == 0 || hop.n >= sizeof text)
            return;
        memcpy(text, hop.p, hop.n);
        text[hop.n] = '\0';
        bool is_v6 = strchr(text, ':') != NULL;
        if (inet_pton(is_v6 ? AF_INET6 : AF_INET, text, raw) != 1)
            return;
        if (is_v6)
            inet_ntop(AF_INET6, raw, x->forwarded, sizeof x->forwarded);
        else
            memcpy(x->forwarded, text, hop.n + 1);      /* of these only one spelling is read */
        x->ip = x->forwarded;
        if (!is_trusted(x->s, x->forwarded))
            return;
        list = at ? str_head(list, at - 1) : (str){ 0 };
    }
}

static size_t body_max(const struct route *r)
{
    return r->body_max ? r->body_max : r->body == BODY_FORM ? FORM_MAX : JSON_MAX;
}

static bool is_own(const struct exchange *x, str path)
{
    return x->head.method == GET && x->head.is_known && str_eq(x->path, path);
}

/* Health and metrics need no site: whoever watches asks by address. */
static bool answer_own(struct exchange *x)
{
    if (is_own(x, S("/healthz"))) {
        bool stopping = atomic_load(&x->s->is_stopping);
        respond_text(x, stopping ? 503 : 200, "text/plain; charset=utf-8", stopping ? S("stopping\n") : S("ok\n"));
        return true;
    }
    if (is_own(x, S("/metrics")) && ip_is_loopback(x->ip)) {
        struct arena a = arena_open(METRICS_MAX * 2 + 65536);
        struct buf b = buf_new(&a, METRICS_MAX);
        metrics_write(x->s, &b);
        respond_text(x, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&b));
        arena_close(&a);
        return true;
    }
    return false;
}

static void find_site(struct exchange *x, bool *is_down)
{
    str host = x->head.host;
    if (host.n > 1 && host.p[host.n - 1] == '.')
        host.n--;
    for (size_t i = 0; i < host.n && i < sizeof x->host - 1; i++)
        x->host[i] = host.p[i] >= 'A' && host.p[i] <= 'Z' ? (char)(host.p[i] | 0x20) : host.p[i];
    x->site = x->s->app.site(x->s->app.app, str_of(x->host), is_down);
}

const char *exchange_spool(const struct exchange *x)
{
    const struct http_app *app = &x->s->app;
    return app->site_spool && x->site ? app->site_spool(x->site) : x->s->o.spool;
}

static void check(struct exchange *x, const char *method, const char *version)
{
    struct head h = { str_of(method), x->target, str_of(version), x->header, x->nheaders };
    const char *why;
    bool is_down = false;
    int status = head_check(&h, &x->head, &why);
    if (!status && !lines_ok(x, method, version))
        status = 400, why = "line ends";
    if (!status && !path_decode(x->head.path, (char *)(uintptr_t)x->path.p, &x->path))
        status = 400, why = "path";
    if (status) {
        refuse(x, status, why);
        return;
    }
    read_forwarded(x);
    if (answer_own(x)) {
        if (!x->response)
            refuse(x, 503, "no response");
        return;
    }
    find_site(x, &is_down);
    if (!x->site)
        refuse(x, is_down ? 503 : 421, "host");
    else if (atomic_load(&x->s->is_stopping))
        refuse(x, 503, "stopping");
    else if (!x->head.is_known || !router_find(x->s->router, x->head.method, x->path, &x->match))
        refuse(x, x->match.allowed ? 405 : 404, "route");
    else if ((status = body_check(&x->head, x->match.route->body, body_max(x->match.route), &why)))
        refuse(x, status, why);
}

/* ── the body ────────────────────────────────────────────────────────────── */

static void body_failed(struct exchange *x, const struct err *e)
{
    if (!x->body_error && !(x->body_error = malloc(sizeof *e)))
        abort();
    *x->body_error = *e;
    x->is_swallowing = true;
}

static bool grow(struct exchange *x, size_t need)
{
    size_t cap = x->cap ? x->cap : 2048;
    while (cap < need)
        cap *= 2;
    int64_t more = (int64_t)(cap - x->cap);
    if (atomic_fetch_add(&x->s->body_bytes, more) + more > BODIES_MAX) {
        atomic_fetch_sub(&x->s->body_bytes, more);
        return false;
    }
    char *grown = realloc(x->body, cap);
    if (!grown)
        abort();
    x->body = grown;
    x->cap = cap;
    return true;
}

static void keep_body(struct exchange *x, str piece)
{
    struct err e = { 0 };
    size_t max = body_max(x->match.route);
    if (x->parts) {
        if (!multipart_feed(x->parts, piece, &e))
            body_failed(x, &e);
    } else if (piece.n > max - x->nbody) {
        fail(&e, ERR_TOO_LARGE, MSG_http_body_too_large, "more than %zu bytes", max);
        body_failed(x, &e);
    } else if (x->nbody + piece.n > x->cap && !grow(x, x->nbody + piece.n)) {
        fail(&e, ERR_BUSY, MSG_http_busy, "bodies hold %lld bytes", (long long)atomic_load(&x->s->body_bytes));
        body_failed(x, &e);
    } else {
        memcpy(x->body + x->nbody, piece.p, piece.n);
        x->nbody += piece.n;
    }
}

/* False: more came than is worth reading for politeness; the connection is cut. */
static bool take_body(struct exchange *x, str piece)
{
    int64_t seen = atomic_fetch_add_explicit(&x->conn->bytes, (int64_t)piece.n, memory_order_relaxed) + (int64_t)piece.n;
    size_t max = x->match.route ? body_max(x->match.route) : 0;
    if (!x->is_swallowing)
        keep_body(x, piece);
    return !x->is_swallowing || seen <= (int64_t)max + SWALLOW_MAX;
}

/* ── libmicrohttpd's callback ────────────────────────────────────────────── */

static enum MHD_Result send_answer(struct exchange *x)
{
    if (x->is_handed_over || !x->response)
        return MHD_NO;                          /* the socket lives on in events.c, or nothing can be said */
    bool is_last = x->refusal.is_plain || atomic_load(&x->s->is_stopping);
    if (is_last)
        MHD_add_response_header(x->response, "Connection", "close");
    x->step = STEP_ANSWER;
    conn_phase(x->conn, PHASE_SEND);
    return MHD_queue_response(x->c, (unsigned)x->status, x->response);
}

/* Two changes of thread cost more than such a page. */
static bool is_quick(const struct exchange *x)
{
    unsigned flags = x->match.route ? x->match.route->flags : 0;
    if (flags & ROUTE_TRY)
        return !x->refusal.status && !x->body_error && !x->parts;
    return !x->refusal.status && !x->head.has_body &&
           (flags & ROUTE_ALIKE || (flags & ROUTE_QUICK && !header(x, "Cookie").n && !header(x, "Authorization").n));
}

static enum MHD_Result to_worker(struct exchange *x)
{
    x->step = STEP_WORK;
    conn_phase(x->conn, PHASE_WORK);
    MHD_suspend_connection(x->c);
    if (workers_push(x->s->pool, x))
        return MHD_YES;
    refuse(x, 503, "queue full");
    respond_plain(x);
    MHD_resume_connection(x->c);
    return MHD_YES;
}

/* Not sooner: who is answered before the end of the request is cut off. */
static enum MHD_Result answer_here(struct exchange *x)
{
    conn_phase(x->conn, PHASE_WORK);
    workers_answer_here(x->s->pool, x);
    if (!x->status)
        return to_worker(x);
    if (!x->go)
        return send_answer(x);
    x->step = STEP_WORK;
    MHD_suspend_connection(x->c);
    exchange_go(x);
    return MHD_YES;
}

/* ── answers that wait ───────────────────────────────────────────────────── */

void exchange_go(struct exchange *x)
{
    atomic_fetch_add(&x->s->nlater, 1);
    x->go((struct later *)x, x->what);
}

/* The server outlives the count; the exchange does not outlive being resumed. */
void later_send(struct later *l)
{
    struct exchange *x = (struct exchange *)l;
    struct http_server *s = x->s;
    MHD_resume_connection(x->c);
    atomic_fetch_sub(&s->nlater, 1);
}

void later_refuse(struct later *l)
{
    struct exchange *x = (struct exchange *)l;
    if (x->response)
        MHD_destroy_response(x->response);
    x->response = NULL;
    refuse(x, 503, "not kept");
    respond_plain(x);
    later_send(l);
}

static enum MHD_Result on_head(struct exchange *x, const char *method, const char *version)
{
    MHD_get_connection_values_n(x->c, MHD_HEADER_KIND, take_header, x);
    check(x, method, version);
    if (x->refusal.is_plain) {
        respond_plain(x);
        return send_answer(x);
    }
    if (x->response) {
        x->is_swallowing = true;                /* health and metrics: whatever else is sent */
    } else if (x->refusal.status && x->head.has_body) {
        if (x->head.expects_continue || x->head.length < 0 || x->head.length > SWALLOW_MAX)
            return to_worker(x);                /* answered before the body, then closed */
        x->is_swallowing = true;
    } else if (x->head.has_body && x->head.content == CONTENT_MULTIPART && x->match.route->body == BODY_MULTIPART) {
        x->parts = multipart_open(x->head.boundary, exchange_spool(x), (int64_t)body_max(x->match.route));
    }
    x->step = STEP_BODY;
    conn_phase(x->conn, x->head.has_body ? PHASE_BODY : PHASE_WORK);
    return MHD_YES;
}

static enum MHD_Result on_request(void *server, struct MHD_Connection *c, const char *url, const char *method,
                                  const char *version, const char *data, size_t *ndata, void **exchange)
{
    struct exchange *x = *exchange;
    (void)server, (void)c, (void)url;
    switch (x->step) {
    case STEP_LINE:
        return on_head(x, method, version);
    case STEP_BODY:
        if (*ndata == 0)
            return x->response ? send_answer(x) : is_quick(x) ? answer_here(x) : to_worker(x);
        if (!take_body(x, (str){ data, *ndata }))
            return MHD_NO;
        *ndata = 0;
        return MHD_YES;
    case STEP_WORK:
        return send_answer(x);
    case STEP_ANSWER:
        *ndata = 0;                             /* what follows a refusal is not read */
        return MHD_YES;
    }
    return MHD_NO;
}

bool request_is_head(const struct request *rq) { return ((const struct exchange *)rq->mhd)->head.is_head; }

static str logged_path(const struct exchange *x)
{
    str path = x->path.n ? x->path : str_head(x->target, 200);
    bool is_key = x->match.route ? (x->match.route->flags & ROUTE_KEY) != 0 : router_is_key(x->s->router, path);
    return is_key ? (str){ 0 } : path;
}

static void log_request(const struct exchange *x, int64_t us, enum MHD_RequestTerminationCode how)
{
    bool was_cut = how != MHD_REQUEST_TERMINATED_COMPLETED_OK && !x->is_handed_over;
    struct log_pair p[] = {
        LOG_S("id", str_of(x->id)), LOG_S("ip", str_of(x->ip)), LOG_S("method", x->head.is_head ? S("HEAD") :
            x->head.method == GET ? S("GET") : x->head.method == POST ? S("POST") : x->head.method == PUT ? S("PUT") :
            x->head.method == PATCH ? S("PATCH") : x->head.method == DELETE ? S("DELETE") : S("?")),
        LOG_S("route", str_of(x->match.route ? x->match.route->path : "")),
        LOG_S("path", logged_path(x)), LOG_N("status", x->status), LOG_N("us", us),
        LOG_N("bytes", x->bytes_out), LOG_N("user", x->user_id),
        LOG_S("note", str_of(was_cut ? "cut" : x->refusal.why ? x->refusal.why :
                             x->match.route && x->match.route->audit ? x->match.route->audit : "")),
    };
    log_line(LOG_INFO, "request", p, countof(p));
}

static void on_completed(void *server, struct MHD_Connection *c, void **exchange, enum MHD_RequestTerminationCode how)
{
    struct http_server *s = server;
    struct exchange *x = *exchange;
    (void)c;
    if (!x)
        return;
    int64_t us = clock_mono() - x->started;
    metrics_count(s->metrics, &x->match, x->site, x->status, us);
    log_workspace(x->site && s->app.site_name ? s->app.site_name(x->site) : NULL);
    log_request(x, us, how);
    log_workspace(NULL);
    conn_phase(x->conn, PHASE_IDLE);
    if (x->response)
        MHD_destroy_response(x->response);
    multipart_close(x->parts);
    atomic_fetch_sub(&s->body_bytes, (int64_t)x->cap);
    free(x->body);
    free(x->body_error);
    free(x);
    *exchange = NULL;
}

/* ── start and stop ──────────────────────────────────────────────────────── */

static int or(int value, int otherwise) { return value > 0 ? value : otherwise; }

static void set_defaults(struct http_options *o)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    o->threads = or(o->threads, cores > 0 ? (int)cores : 1);
    o->workers = or(o->workers, 64);
    o->at_once = or(o->at_once, 4 * o->threads);
    o->connections_max = or(o->connections_max, 12000);
    o->per_ip_max = or(o->per_ip_max, 200);
    o->queue_max = or(o->queue_max, 1024);
    o->events_per_ip_max = or(o->events_per_ip_max, 100);
    o->read_deadline_ms = or(o->read_deadline_ms, 10000);
    o->head_ms = or(o->head_ms, 10000);
    o->idle_ms = or(o->idle_ms, 15000);
    o->body_grace_ms = or(o->body_grace_ms, 5000);
    o->stall_ms = or(o->stall_ms, 30000);
    o->events_beat_ms = or(o->events_beat_ms, 15000);
    o->drain_ms = or(o->drain_ms, 10000);
}

static bool listen_on(const char *listen_at, int *out, int *port, struct err *e)
{
    char host[128];
    const char *colon = listen_at ? strrchr(listen_at, ':') : NULL;
    struct addrinfo want = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found = NULL;
    int fd = -1, one = 1;
    if (colon && (size_t)(colon - listen_at) < sizeof host) {
        bool in_brackets = listen_at[0] == '[' && colon > listen_at + 1 && colon[-1] == ']';
        snprintf(host, sizeof host, "%.*s", (int)(colon - listen_at) - 2 * in_brackets, listen_at + in_brackets);
        if (getaddrinfo(host, colon + 1, &want, &found) == 0)
            fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    }
    if (fd >= 0)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    struct sockaddr_storage at;
    socklen_t n = sizeof at;
    bool ok = fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 4096) == 0 &&
              getsockname(fd, (struct sockaddr *)&at, &n) == 0;
    int why = errno;
    if (found)
        freeaddrinfo(found);
    if (!ok) {
        if (fd >= 0)
            close(fd);
        fail(e, ERR_INVALID, MSG_http_bad_listen, "listen on %s: errno %d", listen_at ? listen_at : "", fd < 0 ? 0 : why);
        return err_arg(e, "address", str_of(listen_at));
    }
    *port = ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&at)->sin6_port
                                           : ((struct sockaddr_in *)(void *)&at)->sin_port);
    *out = fd;
    return true;
}

static void take_trusted(struct http_server *s)
{
    unsigned char raw[16];
    for (const char *const *p = s->o.trusted_proxies; p && *p && s->ntrusted < TRUSTED_MAX; p++) {
        int family = strchr(*p, ':') ? AF_INET6 : AF_INET;
        if (inet_pton(family, *p, raw) == 1)
            inet_ntop(family, raw, s->trusted[s->ntrusted++], IP_TEXT_MAX);
    }
}

static void raise_descriptors(int want)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < (rlim_t)want) {
        r.rlim_cur = r.rlim_max == RLIM_INFINITY || r.rlim_max > (rlim_t)want ? (rlim_t)want : r.rlim_max;
        setrlimit(RLIMIT_NOFILE, &r);
    }
}

static struct MHD_Daemon *start_daemon(struct http_server *s, int fd)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO | MHD_USE_ITC, 0,
        conns_accept, s, on_request, s,
        MHD_OPTION_LISTEN_SOCKET, fd,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)s->o.threads,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)s->o.connections_max,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_URI_LOG_CALLBACK, on_line, s,
        MHD_OPTION_UNESCAPE_CALLBACK, keep_raw, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, s,
        MHD_OPTION_NOTIFY_CONNECTION, conns_notify, s,
        MHD_OPTION_END);
}

static void free_server(struct http_server *s)
{
    metrics_close(s->metrics);
    router_close(s->router);
    pthread_mutex_destroy(&s->conns_lock);
    free(s);
}

bool http_start(const struct http_options *o, const struct http_app *app, struct http_server **out, struct err *e)
{
    struct http_server *s = calloc(1, sizeof *s);
    sigset_t all, before;
    int fd = -1;
    if (!s)
        abort();
    s->o = *o;
    s->app = *app;
    set_defaults(&s->o);
    take_trusted(s);
    pthread_mutex_init(&s->conns_lock, NULL);
    random_bytes(&s->id_base, sizeof s->id_base);
    if (!router_open(app->routes, &s->router, e) || !listen_on(o->listen, &fd, &s->port, e)) {
        free_server(s);
        return false;
    }
    raise_descriptors(2 * s->o.connections_max + 256);
    s->metrics = metrics_open(s->router);
    s->pool = workers_start(s);
    sigfillset(&all);                           /* signals are main's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool ok = reaper_start(s) && (s->daemon = start_daemon(s, fd)) != NULL;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!ok) {
        fail(e, ERR_INTERNAL, MSG_base_internal, "libmicrohttpd did not start");
        reaper_stop(s);
        workers_stop(s->pool);
        close(fd);
        free_server(s);
        return false;
    }
    *out = s;
    return true;
}

int http_port(const struct http_server *s) { return s->port; }

/* Running requests finish; a handler past the drain is left to the end of the process, for freeing
 * what it still uses would be worse. */
void http_stop(struct http_server *s)
{
    if (!s)
        return;
    int fd = MHD_quiesce_daemon(s->daemon);
    atomic_store(&s->is_stopping, true);
    events_drop_server(s);
    int64_t until = clock_mono() + s->o.drain_ms * 1000LL;
    /* A worker is done a little after its answer has left: its reader must be closed before the data is. */
    while ((conns_busy(s) > 0 || workers_stats(s->pool).busy > 0 || s->nlater > 0) && clock_mono() < until)
        nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
    workers_close(s->pool);                     /* a late upload is answered 503, not queued */
    struct worker_stats w = workers_stats(s->pool);
    if (w.busy + w.queued + s->nlater > 0) {
        log_event(LOG_ERROR, "stop.unfinished", LOG_N("busy", w.busy), LOG_N("queued", w.queued), LOG_N("later", s->nlater));
        return;
    }
    MHD_stop_daemon(s->daemon);
    workers_stop(s->pool);
    events_drop_server(s);
    reaper_stop(s);
    if (fd >= 0)
        close(fd);
    free_server(s);
}

const char *http_library(void)
{
    static char name[40];
    snprintf(name, sizeof name, "libmicrohttpd %s", MHD_get_version());
    return name;
}
