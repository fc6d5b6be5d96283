/* child.c - the egress process: frames in, requests out, results back.
 *
 * A thread a request, started when needed and kept; names are looked up by libc, which blocks, so
 * a slow name costs its own thread and nobody else's time. It ends with its socket.
 */
#include "egress/egress.h"
#include "egress/fence.h"
#include "egress/fetch.h"
#include "egress/trust.h"
#include "base/log.h"
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

enum { STACK_BYTES = 512 << 10, ARENA_BYTES = 16 << 20 };

struct job { struct job *next; char *frame; size_t n; };

static struct {
    pthread_mutex_t lock, out;
    pthread_cond_t wake;
    struct job *first, **last;
    int nthreads, nidle, nqueued, fd;
    const struct egress_policy *policy;
} me = { .lock = PTHREAD_MUTEX_INITIALIZER, .out = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static void answer(struct arena *a, const struct egress_result *r)
{
    str framed = wire_put_result(a, r);
    pthread_mutex_lock(&me.out);
    bool ok = wire_send(me.fd, framed);
    pthread_mutex_unlock(&me.out);
    if (!ok)
        _exit(0);
}

static struct job *take(void)
{
    pthread_mutex_lock(&me.lock);
    me.nidle++;
    while (!me.first)
        pthread_cond_wait(&me.wake, &me.lock);
    me.nidle--;
    me.nqueued--;
    struct job *j = me.first;
    me.first = j->next;
    if (!me.first)
        me.last = &me.first;
    pthread_mutex_unlock(&me.lock);
    return j;
}

static void *work(void *arg)
{
    struct arena a = arena_open(ARENA_BYTES);
    (void)arg;
    for (;;) {
        struct job *j = take();
        struct wire_request r;
        struct egress_result out;
        if (!wire_read_request((str){ j->frame, j->n }, &r))
            _exit(1);
        fetch_post(&a, me.policy, &r, &out);
        answer(&a, &out);
        arena_reset(&a);
        free(j->frame);
        free(j);
    }
    return NULL;
}

static void start_thread(void)
{
    pthread_attr_t how;
    pthread_t t;
    pthread_attr_init(&how);
    pthread_attr_setstacksize(&how, STACK_BYTES);
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    if (pthread_create(&t, &how, work, NULL) == 0)
        me.nthreads++;
    pthread_attr_destroy(&how);
    if (me.nthreads == 0)
        _exit(1);
}

static void put(char *frame, size_t n)
{
    struct job *j = malloc(sizeof *j);
    if (!j)
        _exit(1);
    *j = (struct job){ NULL, frame, n };
    pthread_mutex_lock(&me.lock);
    *me.last = j;
    me.last = &j->next;
    if (++me.nqueued > me.nidle && me.nthreads < EGRESS_SLOTS)
        start_thread();
    pthread_cond_signal(&me.wake);
    pthread_mutex_unlock(&me.lock);
}

void egress_run(int fd, const struct egress_policy *p)
{
    char *frame;
    size_t n;
    str trusted = { 0 };
    signal(SIGPIPE, SIG_IGN);
    if (p->ca_file && !trust_read(p->ca_file, &trusted))
        log_event(LOG_WARN, "egress.trust", LOG_S("file", str_of(p->ca_file)));     /* the system's alone */
    fetch_open(trusted);
    fence_close(fd > 2 ? fd : 2);
    me.fd = fd;
    me.policy = p;
    me.last = &me.first;
    while (wire_receive(fd, &frame, &n))
        put(frame, n);
    _exit(0);
}
