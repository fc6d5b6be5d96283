/* events.c - live connections (server-sent events).
 *
 * A connection that only listens leaves libmicrohttpd: its socket is duplicated,
 * our head is written to it, and libmicrohttpd forgets it (with MHD_USE_TURBO it
 * closes without shutdown). So ten thousand listeners cost a small struct and a
 * socket each, and do not lengthen the list libmicrohttpd walks whenever a
 * suspended request goes on. One thread owns every listener: events_send() only
 * queues, so the writer may call it after each commit. A listener that does not
 * read until its backlog is full is dropped; the page connects again and reloads.
 */
#include "base/clock.h"
#include "base/log.h"
#include "http/server.h"
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>

enum { CHANNELS = 8192, BACKLOG_MAX = 64 * 1024, EPOLL_BATCH = 256, TICK_MS = 250, QUEUE_BYTES_MAX = 64 << 20 };

struct listener {
    struct listener *prev, *next;               /* in the channel */
    struct listener *age_prev, *age_next;       /* by time of the last byte: oldest first */
    struct channel *channel;
    struct http_server *server;
    char *backlog; size_t nbacklog;             /* bytes the socket did not take */
    int64_t heard;                              /* when something was last written */
    uint64_t ip_key;
    int fd;
    bool is_counted, is_deaf;
};
struct channel { struct channel *next; void *site; struct listener *first; size_t n; char name[]; };
struct job { struct job *next; enum { JOB_ADD, JOB_SEND, JOB_DROP } kind; struct listener *l;
             void *what; size_t nname, n; char text[]; };       /* name, then frame */

static struct {
    pthread_mutex_t lock;                       /* of the queue only */
    pthread_cond_t done;
    struct job *first, **last;
    size_t bytes;
    uint64_t asked, dropped;                    /* JOB_DROP: tickets */
    bool is_running;
    int epoll, wake;
    _Atomic int64_t count;
    struct channel *channel[CHANNELS];          /* the thread's own from here on */
    struct listener *oldest, *newest;
} hub = { .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER };

/* ── the thread's side ───────────────────────────────────────────────────── */

static struct channel **place_of(void *site, str name)
{
    uint64_t h = str_hash(name) ^ (uint64_t)(uintptr_t)site * 0x9E3779B97F4A7C15ULL;
    struct channel **at = &hub.channel[(h ^ h >> 29) % CHANNELS];
    while (*at && ((*at)->site != site || !str_eq(str_of((*at)->name), name)))
        at = &(*at)->next;
    return at;
}

static void age_unlink(struct listener *l)
{
    *(l->age_prev ? &l->age_prev->age_next : &hub.oldest) = l->age_next;
    *(l->age_next ? &l->age_next->age_prev : &hub.newest) = l->age_prev;
}

static void age_append(struct listener *l)
{
    l->heard = clock_mono();
    l->age_next = NULL;
    l->age_prev = hub.newest;
    *(hub.newest ? &hub.newest->age_next : &hub.oldest) = l;
    hub.newest = l;
}

static void drop(struct listener *l)
{
    struct channel *ch = l->channel;
    age_unlink(l);
    *(l->prev ? &l->prev->next : &ch->first) = l->next;
    if (l->next)
        l->next->prev = l->prev;
    if (--ch->n == 0) {
        struct channel **at = place_of(ch->site, str_of(ch->name));
        *at = ch->next;
        free(ch);
    }
    conns_events_leave(l->server, l->ip_key, l->is_counted);
    epoll_ctl(hub.epoll, EPOLL_CTL_DEL, l->fd, NULL);   /* libmicrohttpd's own descriptor may keep the socket open yet */
    close(l->fd);
    free(l->backlog);
    free(l);
    atomic_fetch_sub(&hub.count, 1);
}

static void want_writable(struct listener *l, bool want)
{
    struct epoll_event ev = { EPOLLIN | EPOLLRDHUP | (want ? EPOLLOUT : 0), { .ptr = l } };
    epoll_ctl(hub.epoll, EPOLL_CTL_MOD, l->fd, &ev);
}

/* False: the listener is to be dropped. */
static bool keep_for_later(struct listener *l, str rest)
{
    if (l->nbacklog + rest.n > BACKLOG_MAX)
        return false;
    char *grown = realloc(l->backlog, l->nbacklog + rest.n);
    if (!grown)
        return false;
    memcpy(grown + l->nbacklog, rest.p, rest.n);
    l->backlog = grown;
    if (l->nbacklog == 0)
        want_writable(l, true);
    l->nbacklog += rest.n;
    return true;
}

static bool tell(struct listener *l, str bytes)
{
    if (l->nbacklog)
        return keep_for_later(l, bytes);
    ssize_t n = send(l->fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return false;
    if (n > 0) {
        age_unlink(l);
        age_append(l);
    }
    str rest = str_from(bytes, n < 0 ? 0 : (size_t)n);
    return rest.n == 0 || keep_for_later(l, rest);
}

static bool flush(struct listener *l)
{
    ssize_t n = send(l->fd, l->backlog, l->nbacklog, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    memmove(l->backlog, l->backlog + n, l->nbacklog - (size_t)n);
    l->nbacklog -= (size_t)n;
    age_unlink(l);
    age_append(l);
    if (l->nbacklog == 0) {
        free(l->backlog);
        l->backlog = NULL;
        want_writable(l, false);
    }
    return true;
}

static void add(struct listener *l, void *site, str name)
{
    struct channel **at = place_of(site, name), *ch = *at;
    struct epoll_event ev = { EPOLLIN | EPOLLRDHUP, { .ptr = l } };
    if (!ch) {
        ch = calloc(1, sizeof *ch + name.n + 1);
        if (!ch)
            abort();
        ch->site = site;
        memcpy(ch->name, name.p, name.n);
        *at = ch;
    }
    l->channel = ch;
    l->next = ch->first;
    if (l->next)
        l->next->prev = l;
    ch->first = l;
    ch->n++;
    age_append(l);
    if (epoll_ctl(hub.epoll, EPOLL_CTL_ADD, l->fd, &ev) < 0)
        drop(l);
}

static void broadcast(void *site, str name, str frame)
{
    struct channel *ch = *place_of(site, name);
    for (struct listener *l = ch ? ch->first : NULL, *next; l; l = next) {
        next = l->next;                         /* the last drop frees the channel: look ahead */
        if (!tell(l, frame))
            drop(l);
    }
}

static void drop_server(const struct http_server *s)
{
    for (struct listener *l = hub.oldest, *next; l; l = next) {
        next = l->age_next;
        if (l->server == s)
            drop(l);
    }
}

static void do_jobs(void)
{
    pthread_mutex_lock(&hub.lock);
    struct job *j = hub.first;
    hub.first = NULL;
    hub.last = &hub.first;
    hub.bytes = 0;
    pthread_mutex_unlock(&hub.lock);
    for (struct job *next; j; j = next) {
        next = j->next;
        str name = { j->text, j->nname }, frame = { j->text + j->nname, j->n };
        if (j->kind == JOB_ADD) {
            add(j->l, j->what, name);
        } else if (j->kind == JOB_SEND) {
            broadcast(j->what, name, frame);
        } else {
            drop_server(j->what);
            pthread_mutex_lock(&hub.lock);
            hub.dropped++;
            pthread_cond_broadcast(&hub.done);
            pthread_mutex_unlock(&hub.lock);
        }
        free(j);
    }
}

/* Whoever has heard nothing for a beat hears a comment; proxies keep the line open for it. */
static void beat(void)
{
    int64_t now = clock_mono();
    while (hub.oldest) {
        struct listener *l = hub.oldest;
        if (now - l->heard < l->server->o.events_beat_ms * 1000LL)
            return;
        if (l->nbacklog || !tell(l, S(":\n\n")))
            drop(l);                            /* a whole beat without taking a byte */
    }
}

static void *hub_run(void *unused)
{
    struct epoll_event ev[EPOLL_BATCH];
    (void)unused;
    for (;;) {
        int n = epoll_wait(hub.epoll, ev, EPOLL_BATCH, TICK_MS);
        bool has_jobs = false;
        for (int i = 0; i < n; i++) {
            struct listener *l = ev[i].data.ptr;
            uint64_t count;
            if (!l) {
                has_jobs = read(hub.wake, &count, sizeof count) > 0;
                continue;
            }
            char waste[512];
            bool ok = !(ev[i].events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP));
            if (ok && ev[i].events & EPOLLIN)
                ok = recv(l->fd, waste, sizeof waste, MSG_DONTWAIT) != 0;
            if (ok && ev[i].events & EPOLLOUT && l->nbacklog)
                ok = flush(l);
            if (!ok)
                drop(l);
        }
        if (has_jobs)
            do_jobs();                          /* after the batch: it may drop whom the batch names */
        beat();
    }
    return NULL;
}

/* ── every other thread's side ───────────────────────────────────────────── */

static void hub_start(void)
{
    pthread_t t;
    sigset_t all, before;
    struct epoll_event ev = { EPOLLIN, { .ptr = NULL } };
    hub.last = &hub.first;
    hub.epoll = epoll_create1(EPOLL_CLOEXEC);
    hub.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (hub.epoll < 0 || hub.wake < 0 || epoll_ctl(hub.epoll, EPOLL_CTL_ADD, hub.wake, &ev) < 0 ||
        pthread_create(&t, NULL, hub_run, NULL) != 0)
        die("live updates: cannot start");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_detach(t);
    hub.is_running = true;
}

static struct job *job_new(int kind, void *what, str name, size_t frame)
{
    struct job *j = calloc(1, sizeof *j + name.n + frame);
    if (!j)
        abort();
    j->kind = kind;
    j->what = what;
    j->nname = name.n;
    j->n = frame;
    if (name.n)
        memcpy(j->text, name.p, name.n);
    return j;
}

static uint64_t push(struct job *j)
{
    uint64_t one = 1, ticket;
    pthread_mutex_lock(&hub.lock);
    if (!hub.is_running)
        hub_start();
    ticket = j->kind == JOB_DROP ? ++hub.asked : 0;
    *hub.last = j;
    hub.last = &j->next;
    hub.bytes += j->n;
    pthread_mutex_unlock(&hub.lock);
    ssize_t n = write(hub.wake, &one, sizeof one);
    (void)n;                                    /* full: it is awake already */
    return ticket;
}

/* Each line of the data is a "data:" line of its own; a CR would end one too. */
static size_t write_frame(char *to, str name, str data)
{
    size_t n = 0;
    bool fresh = true;
    if (name.n) {
        memcpy(to, "event: ", 7), n = 7;
        for (size_t i = 0; i < name.n; i++)
            to[n++] = name.p[i] == '\n' || name.p[i] == '\r' ? ' ' : name.p[i];
        to[n++] = '\n';
    }
    for (size_t i = 0; i <= data.n; i++) {
        if (fresh)
            memcpy(to + n, "data: ", 6), n += 6;
        fresh = i < data.n && data.p[i] == '\n';
        if (i < data.n && data.p[i] != '\r')
            to[n++] = data.p[i];
    }
    memcpy(to + n, "\n\n", 2);
    return n + 2;
}

void events_send(void *site, str channel_name, str name, str data)
{
    size_t lines = 1;
    if (atomic_load(&hub.count) == 0)
        return;
    for (size_t i = 0; i < data.n; i++)
        lines += data.p[i] == '\n';
    struct job *j = job_new(JOB_SEND, site, channel_name, 16 + name.n + data.n + 6 * lines);
    j->n = write_frame(j->text + j->nname, name, data);
    pthread_mutex_lock(&hub.lock);
    bool is_full = hub.bytes + j->n > QUEUE_BYTES_MAX;
    pthread_mutex_unlock(&hub.lock);
    if (is_full)
        free(j);
    else
        push(j);
}

bool events_take(struct request *rq, struct exchange *x)
{
    struct http_server *s = x->s;
    str head = arena_fmt(&rq->a, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                         "Connection: close\r\nX-Accel-Buffering: no\r\nX-Request-Id: %s\r\n%.*s\r\n:\n\n",
                         x->id, STR_ARG(respond_headers(rq, &rq->a)));
    uint64_t key = ip_key(x->ip);
    bool is_counted = !ip_is_loopback(x->ip);
    if (atomic_load(&s->is_stopping) || !conns_events_enter(s, key, is_counted))
        return false;
    struct listener *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    l->fd = fcntl(x->conn->fd, F_DUPFD_CLOEXEC, 0);
    if (l->fd < 0 || send(l->fd, head.p, head.n, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)head.n) {
        if (l->fd >= 0)
            close(l->fd);
        free(l);
        conns_events_leave(s, key, is_counted);
        return false;
    }
    l->server = s;
    l->ip_key = key;
    l->is_counted = is_counted;
    x->bytes_out = (int64_t)head.n;
    x->status = 200;
    atomic_fetch_add(&hub.count, 1);
    struct job *j = job_new(JOB_ADD, rq->site, rq->out->channel, 0);
    j->l = l;
    push(j);
    return true;
}

int64_t events_count(void) { return atomic_load(&hub.count); }

void events_drop_server(struct http_server *s)
{
    if (!hub.is_running)
        return;
    uint64_t ticket = push(job_new(JOB_DROP, s, (str){ 0 }, 0));
    pthread_mutex_lock(&hub.lock);
    while (hub.dropped < ticket)
        pthread_cond_wait(&hub.done, &hub.lock);
    pthread_mutex_unlock(&hub.lock);
}
