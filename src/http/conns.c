/* conns.c - every accepted socket, and the reaper that ends the slow ones.
 *
 * libmicrohttpd's own timeout is renewed by every byte, so a client that sends
 * one byte a second is never cut. The reaper knows what each socket is doing
 * since when and calls shutdown() on it; libmicrohttpd then cleans up. A socket
 * leaves the table before its descriptor is closed, under the same lock, so the
 * reaper never touches a descriptor that has become somebody else's.
 */
#include "base/clock.h"
#include "http/server.h"
#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <sys/socket.h>

enum { BODY_RATE = 1024, STALL_BYTES = 4096, PERIOD_MS = 250 };

void ip_text(const struct sockaddr *a, char out[IP_TEXT_MAX])
{
    const void *from = NULL;
    int family = a ? a->sa_family : 0;
    out[0] = '\0';
    if (family == AF_INET)
        from = &((const struct sockaddr_in *)(const void *)a)->sin_addr;
    if (family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr;
        from = six;
        if (IN6_IS_ADDR_V4MAPPED(six)) {
            from = six->s6_addr + 12;
            family = AF_INET;
        }
    }
    if (from)
        inet_ntop(family, from, out, IP_TEXT_MAX);
}

bool ip_is_loopback(const char *ip) { return !strncmp(ip, "127.", 4) || !strcmp(ip, "::1"); }

uint64_t ip_key(const char *ip)
{
    struct in6_addr six;
    return inet_pton(AF_INET6, ip, &six) == 1 ? str_hash((str){ (const char *)six.s6_addr, 8 })
                                              : str_hash(str_of(ip));
}

static bool is_limited(const struct http_server *s, const char *ip)
{
    for (int i = 0; i < s->ntrusted; i++)
        if (!strcmp(ip, s->trusted[i]))
            return false;                       /* a proxy speaks for many */
    return !ip_is_loopback(ip);
}

static struct ip_count *count_of(struct http_server *s, uint64_t key, bool make)
{
    struct ip_count **at = &s->ips[key % IP_BUCKETS];
    while (*at && (*at)->key != key)
        at = &(*at)->next;
    if (!*at && make && (*at = calloc(1, sizeof **at)))
        (*at)->key = key;
    return *at;
}

static void forget_if_empty(struct http_server *s, uint64_t key)
{
    struct ip_count **at = &s->ips[key % IP_BUCKETS];
    while (*at && (*at)->key != key)
        at = &(*at)->next;
    struct ip_count *old = *at;
    if (old && old->conns == 0 && old->events == 0) {
        *at = old->next;
        free(old);
    }
}

enum MHD_Result conns_accept(void *server, const struct sockaddr *a, socklen_t n)
{
    struct http_server *s = server;
    char ip[IP_TEXT_MAX];
    (void)n;
    ip_text(a, ip);
    if (!is_limited(s, ip))
        return MHD_YES;
    pthread_mutex_lock(&s->conns_lock);
    const struct ip_count *c = count_of(s, ip_key(ip), false);
    bool ok = !c || c->conns < s->o.per_ip_max;
    pthread_mutex_unlock(&s->conns_lock);
    return ok ? MHD_YES : MHD_NO;
}

static void conn_enter(struct http_server *s, struct MHD_Connection *mhd, void **context)
{
    const union MHD_ConnectionInfo *fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    const union MHD_ConnectionInfo *peer = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    struct conn *c = calloc(1, sizeof *c);
    if (!c || !fd)
        abort();
    c->fd = fd->connect_fd;
    ip_text(peer ? peer->client_addr : NULL, c->ip);
    c->ip_key = ip_key(c->ip);
    c->is_counted = is_limited(s, c->ip);
    conn_phase(c, PHASE_HEAD);
    pthread_mutex_lock(&s->conns_lock);
    struct ip_count *count = c->is_counted ? count_of(s, c->ip_key, true) : NULL;
    c->is_counted = count != NULL;
    if (count)
        count->conns++;
    c->next = s->conns;
    if (c->next)
        c->next->prev = c;
    else
        pthread_cond_signal(&s->reaper_wake);
    s->conns = c;
    s->nconns++;
    pthread_mutex_unlock(&s->conns_lock);
    *context = c;
}

static void conn_leave(struct http_server *s, struct conn *c)
{
    pthread_mutex_lock(&s->conns_lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        s->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    s->nconns--;
    if (c->is_counted) {
        count_of(s, c->ip_key, true)->conns--;
        forget_if_empty(s, c->ip_key);
    }
    pthread_mutex_unlock(&s->conns_lock);
    free(c);
}

void conns_notify(void *server, struct MHD_Connection *mhd, void **context,
                  enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        conn_enter(server, mhd, context);
    } else if (*context) {
        conn_leave(server, *context);
        *context = NULL;
    }
}

void conn_phase(struct conn *c, enum phase p)
{
    atomic_store_explicit(&c->since, clock_mono(), memory_order_relaxed);
    atomic_store_explicit(&c->bytes, 0, memory_order_relaxed);
    atomic_store_explicit(&c->phase, p, memory_order_release);
}

bool conns_events_enter(struct http_server *s, uint64_t key, bool is_counted)
{
    bool ok = true;
    if (!is_counted)
        return true;
    pthread_mutex_lock(&s->conns_lock);
    struct ip_count *c = count_of(s, key, true);
    ok = c && c->events < s->o.events_per_ip_max;
    if (ok)
        c->events++;
    pthread_mutex_unlock(&s->conns_lock);
    return ok;
}

void conns_events_leave(struct http_server *s, uint64_t key, bool is_counted)
{
    if (!is_counted)
        return;
    pthread_mutex_lock(&s->conns_lock);
    struct ip_count *c = count_of(s, key, false);
    if (c)
        c->events--;
    forget_if_empty(s, key);
    pthread_mutex_unlock(&s->conns_lock);
}

/* What the peer has acknowledged tells a slow reader from one that has stopped. */
static bool has_stalled(const struct http_server *s, struct conn *c, int64_t now)
{
    struct tcp_info info = { 0 };
    socklen_t n = sizeof info;
    int64_t since = atomic_load_explicit(&c->since, memory_order_relaxed);
    if (c->looked < since)
        c->looked = since, c->acked = 0;
    if (now - c->looked < s->o.stall_ms * 1000LL)
        return false;
    if (getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n) < 0)
        return true;
    bool stalled = c->acked && info.tcpi_bytes_acked - c->acked < STALL_BYTES;
    if (!c->acked)
        stalled = info.tcpi_unacked > 0 && info.tcpi_last_ack_recv >= (uint32_t)s->o.stall_ms;
    c->acked = info.tcpi_bytes_acked;
    c->looked = now;
    return stalled;
}

static bool is_overdue(const struct http_server *s, struct conn *c, int64_t now)
{
    enum phase phase = atomic_load_explicit(&c->phase, memory_order_acquire);
    int64_t ms = (now - atomic_load_explicit(&c->since, memory_order_relaxed)) / 1000;
    switch (phase) {
    case PHASE_IDLE:
        return ms > s->o.idle_ms || atomic_load(&s->is_stopping);
    case PHASE_HEAD:
        return ms > s->o.head_ms;
    case PHASE_BODY:
        return ms > s->o.body_grace_ms &&
               atomic_load_explicit(&c->bytes, memory_order_relaxed) < (ms - s->o.body_grace_ms) * BODY_RATE / 1000 + 1;
    case PHASE_SEND:
        return has_stalled(s, c, now);
    case PHASE_WORK:
        break;
    }
    return false;
}

static void *reap(void *server)
{
    struct http_server *s = server;
    pthread_setname_np(pthread_self(), "reaper");
    pthread_mutex_lock(&s->conns_lock);
    while (s->has_reaper) {
        if (!s->conns) {                        /* a server that nobody asks does nothing */
            pthread_cond_wait(&s->reaper_wake, &s->conns_lock);
            continue;
        }
        int64_t now = clock_mono();
        for (struct conn *c = s->conns; c; c = c->next)
            if (is_overdue(s, c, now))
                shutdown(c->fd, SHUT_RDWR);
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += PERIOD_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&s->reaper_wake, &s->conns_lock, &until);
    }
    pthread_mutex_unlock(&s->conns_lock);
    return NULL;
}

bool reaper_start(struct http_server *s)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->reaper_wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    s->has_reaper = true;                       /* before it looks */
    bool ok = pthread_create(&s->reaper, NULL, reap, s) == 0;
    if (!ok)
        s->has_reaper = false;
    return ok;
}

void reaper_stop(struct http_server *s)
{
    if (!s->has_reaper)
        return;
    pthread_mutex_lock(&s->conns_lock);
    s->has_reaper = false;
    pthread_cond_signal(&s->reaper_wake);
    pthread_mutex_unlock(&s->conns_lock);
    pthread_join(s->reaper, NULL);
}

int conns_busy(struct http_server *s)
{
    int n = 0;
    pthread_mutex_lock(&s->conns_lock);
    for (struct conn *c = s->conns; c; c = c->next) {
        enum phase p = atomic_load_explicit(&c->phase, memory_order_acquire);
        n += p == PHASE_BODY || p == PHASE_WORK || p == PHASE_SEND;
    }
    pthread_mutex_unlock(&s->conns_lock);
    return n;
}
