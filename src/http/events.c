/* events.c - live connections (server-sent events).
 *
 * A connection that only listens leaves libmicrohttpd: its socket is duplicated,
 * our head is written to it, and libmicrohttpd forgets it (with MHD_USE_TURBO it
 * closes without shutdown). So ten thousand listeners cost a small struct and a
 * socket each, and do not lengthen the list libmicrohttpd walks whenever a
 * suspended request goes on. A few threads, hubs, share the listeners, and each
 * owns its own: events_send() only queues, so the writer may call it after each
 * commit. Telling ten thousand costs a hundred milliseconds of the kernel's time,
 * so it is done on more than one core, and what was queued meanwhile for the same
 * channel goes out in one piece. A listener that does not read until its backlog
 * is full is dropped; the page connects again and reloads.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "http/server.h"
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <fcntl.h>
#include <unistd.h>

enum { CHANNELS = 8192, BACKLOG_MAX = 64 * 1024, PIECE_MAX = 16 * 1024, EPOLL_BATCH = 256, QUEUE_BYTES_MAX = 64 << 20,
       HUBS_MAX = 4, RETRY_MS = 1000, RETRY_SPREAD_MS = 4000 };      /* after a restart not all come back at once */

struct listener {
    struct listener *prev, *next;               /* in the channel */
    struct listener *age_prev, *age_next;       /* by time of the last byte: oldest first */
    struct hub *hub;
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

static struct hub {
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
} hubs[HUBS_MAX] = { [0 ... HUBS_MAX - 1] = { .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER } };
static _Atomic unsigned next_hub;

/* ── the thread's side ───────────────────────────────────────────────────── */

static struct channel **place_of(struct hub *h, void *site, str name)
{
    uint64_t hash = str_hash(name) ^ (uint64_t)(uintptr_t)site * 0x9E3779B97F4A7C15ULL;
    struct channel **at = &h->channel[(hash ^ hash >> 29) % CHANNELS];
    while (*at && ((*at)->site != site || !str_eq(str_of((*at)->name), name)))
        at = &(*at)->next;
    return at;
}

static void age_unlink(struct listener *l)
{
    *(l->age_prev ? &l->age_prev->age_next : &l->hub->oldest) = l->age_next;
    *(l->age_next ? &l->age_next->age_prev : &l->hub->newest) = l->age_prev;
}

static void age_append(struct listener *l, int64_t now)
{
    struct hub *h = l->hub;
    l->heard = now;
    l->age_next = NULL;
    l->age_prev = h->newest;
    *(h->newest ? &h->newest->age_next : &h->oldest) = l;
    h->newest = l;
}

static void has_heard(struct listener *l, int64_t now)
{
    age_unlink(l);
    age_append(l, now);
}

static void drop(struct listener *l)
{
    struct channel *ch = l->channel;
    struct hub *h = l->hub;
    age_unlink(l);
    *(l->prev ? &l->prev->next : &ch->first) = l->next;
    if (l->next)
        l->next->prev = l->prev;
    if (--ch->n == 0) {
        struct channel **at = place_of(h, ch->site, str_of(ch->name));
        *at = ch->next;
        free(ch);
    }
    conns_events_leave(l->server, l->ip_key, l->is_counted);
    epoll_ctl(h->epoll, EPOLL_CTL_DEL, l->fd, NULL);   /* libmicrohttpd's own descriptor may keep the socket open yet */
    close(l->fd);
    free(l->backlog);
    free(l);
    atomic_fetch_sub(&h->count, 1);
}

static void want_writable(struct listener *l, bool want)
{
    struct epoll_event ev = { EPOLLIN | EPOLLRDHUP | (want ? EPOLLOUT : 0), { .ptr = l } };
    epoll_ctl(l->hub->epoll, EPOLL_CTL_MOD, l->fd, &ev);
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

static bool tell(struct listener *l, str bytes, int64_t now)
{
    if (l->nbacklog)
        return keep_for_later(l, bytes);
    ssize_t n = send(l->fd, bytes.p, bytes.n, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return false;
    if (n > 0)
        has_heard(l, now);
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
    has_heard(l, clock_mono());
    if (l->nbacklog == 0) {
        free(l->backlog);
        l->backlog = NULL;
        want_writable(l, false);
    }
    return true;
}

static void add(struct listener *l, void *site, str name)
{
    struct channel **at = place_of(l->hub, site, name), *ch = *at;
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
    age_append(l, clock_mono());
    if (epoll_ctl(l->hub->epoll, EPOLL_CTL_ADD, l->fd, &ev) < 0)
        drop(l);
}

static void broadcast(struct hub *h, void *site, str name, str frames)
{
    struct channel *ch = *place_of(h, site, name);
    int64_t now = clock_mono();
    for (struct listener *l = ch ? ch->first : NULL, *next; l; l = next) {
        next = l->next;                         /* the last drop frees the channel: look ahead */
        if (!tell(l, frames, now))
            drop(l);
    }
}

static void drop_server(struct hub *h, const struct http_server *s)
{
    for (struct listener *l = h->oldest, *next; l; l = next) {
        next = l->age_next;
        if (l->server == s)
            drop(l);
    }
    pthread_mutex_lock(&h->lock);
    h->dropped++;
    pthread_cond_broadcast(&h->done);
    pthread_mutex_unlock(&h->lock);
}

static str name_of(const struct job *j) { return (str){ j->text, j->nname }; }

static bool goes_with(const struct job *j, const struct job *next)
{
    return next && next->kind == JOB_SEND && next->what == j->what && str_eq(name_of(next), name_of(j));
}

/* Sends what this job and those after it say to one channel; returns the last of them. */
static struct job *send_some(struct hub *h, struct job *j)
{
    char piece[PIECE_MAX];
    str frames = { j->text + j->nname, j->n };
    for (; goes_with(j, j->next) && frames.n + j->next->n <= sizeof piece; frames.p = piece) {
        struct job *next = j->next;
        if (frames.p != piece)
            memcpy(piece, frames.p, frames.n);
        memcpy(piece + frames.n, next->text + next->nname, next->n);
        frames.n += next->n;
        free(j);
        j = next;
    }
    broadcast(h, j->what, name_of(j), frames);
    return j;
}

static void do_jobs(struct hub *h)
{
    pthread_mutex_lock(&h->lock);
    struct job *j = h->first;
    h->first = NULL;
    h->last = &h->first;
    h->bytes = 0;
    pthread_mutex_unlock(&h->lock);
    for (struct job *next; j; j = next) {
        if (j->kind == JOB_ADD)
            add(j->l, j->what, name_of(j));
        else if (j->kind == JOB_SEND)
            j = send_some(h, j);
        else
            drop_server(h, j->what);
        next = j->next;
        free(j);
    }
}

/* Whoever has heard nothing for a beat hears a comment; proxies keep the line open for it. Returns how long
 * nobody needs one, in milliseconds. */
static int beat(struct hub *h)
{
    int64_t now = clock_mono();
    for (struct listener *l; (l = h->oldest);) {
        int64_t left = l->heard + l->server->o.events_beat_ms * 1000LL - now;
        if (left > 0)
            return (int)(left / 1000) + 1;
        if (l->nbacklog || !tell(l, S(":\n\n"), now))
            drop(l);                            /* a whole beat without taking a byte */
    }
    return -1;
}

static bool hear(struct listener *l, unsigned events)
{
    char waste[512];
    if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
        return false;
    if (events & EPOLLIN && recv(l->fd, waste, sizeof waste, MSG_DONTWAIT) == 0)
        return false;
    return !(events & EPOLLOUT && l->nbacklog) || flush(l);
}

static void *hub_run(void *hub)
{
    struct hub *h = hub;
    struct epoll_event ev[EPOLL_BATCH];
    pthread_setname_np(pthread_self(), "live");
    for (;;) {
        int n = epoll_wait(h->epoll, ev, EPOLL_BATCH, beat(h));
        bool has_jobs = false;
        for (int i = 0; i < n; i++) {
            struct listener *l = ev[i].data.ptr;
            uint64_t count;
            if (!l)
                has_jobs = read(h->wake, &count, sizeof count) > 0;
            else if (!hear(l, ev[i].events))
                drop(l);
        }
        if (has_jobs)
            do_jobs(h);                         /* after the batch: it may drop whom the batch names */
    }
    return NULL;
}

/* ── every other thread's side ───────────────────────────────────────────── */

static void hub_start(struct hub *h)
{
    pthread_t t;
    sigset_t all, before;
    struct epoll_event ev = { EPOLLIN, { .ptr = NULL } };
    h->last = &h->first;
    h->epoll = epoll_create1(EPOLL_CLOEXEC);
    h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (h->epoll < 0 || h->wake < 0 || epoll_ctl(h->epoll, EPOLL_CTL_ADD, h->wake, &ev) < 0 ||
        pthread_create(&t, NULL, hub_run, h) != 0)
        die("live updates: cannot start");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_detach(t);
    h->is_running = true;
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

/* False, and the job is freed: too much waits already. */
static bool push(struct hub *h, struct job *j)
{
    uint64_t one = 1;
    pthread_mutex_lock(&h->lock);
    bool ok = h->bytes + j->n <= QUEUE_BYTES_MAX || j->kind != JOB_SEND, was_empty = !h->first;
    if (ok) {
        if (!h->is_running)
            hub_start(h);
        h->asked += j->kind == JOB_DROP;
        *h->last = j;
        h->last = &j->next;
        h->bytes += j->n;
    }
    pthread_mutex_unlock(&h->lock);
    if (!ok)
        free(j);
    else if (was_empty && write(h->wake, &one, sizeof one) < 0)
        return true;                            /* full: it is awake already */
    return ok;
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
    for (size_t i = 0; i < data.n; i++)
        lines += data.p[i] == '\n';
    for (struct hub *h = hubs; h < hubs + HUBS_MAX; h++) {
        if (atomic_load(&h->count) == 0)
            continue;
        struct job *j = job_new(JOB_SEND, site, channel_name, 16 + name.n + data.n + 6 * lines);
        j->n = write_frame(j->text + j->nname, name, data);
        push(h, j);
    }
}

/* By turns. More hubs than cores are on purpose: with one a core, whose core is shared ends long after the others. */
static struct hub *turn(void)
{
    return &hubs[atomic_fetch_add(&next_hub, 1) % HUBS_MAX];
}

bool events_take(struct request *rq, struct exchange *x)
{
    struct http_server *s = x->s;
    unsigned char chance;
    random_bytes(&chance, 1);
    str head = arena_fmt(&rq->a, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
                         "Connection: close\r\nX-Accel-Buffering: no\r\nX-Request-Id: %s\r\n%.*s\r\nretry: %d\n\n",
                         x->id, STR_ARG(respond_headers(rq, &rq->a)), RETRY_MS + chance * RETRY_SPREAD_MS / 255);
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
    l->hub = turn();
    l->server = s;
    l->ip_key = key;
    l->is_counted = is_counted;
    x->bytes_out = (int64_t)head.n;
    x->status = 200;
    atomic_fetch_add(&l->hub->count, 1);
    struct job *j = job_new(JOB_ADD, rq->site, rq->out->channel, 0);
    j->l = l;
    push(l->hub, j);
    return true;
}

int64_t events_count(void)
{
    int64_t n = 0;
    for (struct hub *h = hubs; h < hubs + HUBS_MAX; h++)
        n += atomic_load(&h->count);
    return n;
}

void events_drop_server(struct http_server *s)
{
    for (struct hub *h = hubs; h < hubs + HUBS_MAX; h++) {
        pthread_mutex_lock(&h->lock);
        bool is_running = h->is_running;
        pthread_mutex_unlock(&h->lock);
        if (!is_running)
            continue;
        push(h, job_new(JOB_DROP, s, (str){ 0 }, 0));
        pthread_mutex_lock(&h->lock);
        for (uint64_t ticket = h->asked; h->dropped < ticket;)
            pthread_cond_wait(&h->done, &h->lock);
        pthread_mutex_unlock(&h->lock);
    }
}
