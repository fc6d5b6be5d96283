/* egress.c - starting the egress process, keeping it alive, pairing results with requests.
 *
 * One thread reads its results. When the socket ends the process is buried, what it had in hand is
 * answered, and after a pause it is started anew: by exec of this same program, so that nothing of
 * the core's memory goes along. A process that answers nothing for far longer than any request may
 * take is ended.
 */
#include "egress/egress.h"
#include "base/clock.h"
#include "base/log.h"
#include "egress/fetch.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STUCK_MS = 60000, PAUSE_MIN_MS = 50, PAUSE_MAX_MS = 2000, CHILD_FD = 3, WORDS_MAX = 8, ENV_MAX = 8, LIST_BYTES = 8192 };

struct slot { bool is_used; int64_t tag, since; egress_done *done; void *arg; };

struct egress {
    pthread_mutex_t lock;
    pthread_t reader;
    int fd, stop[2];
    pid_t pid;
    bool is_ending;
    int64_t next_tag;
    const char *program;
    char local[LIST_BYTES];
    bool allow_http;
    const char *ca_file;
    struct slot slot[EGRESS_SLOTS];
};

/* ── the process ───────────────────────────────────────────────────────────── */

static void write_local(struct egress *g, const struct egress_policy *p)
{
    size_t n = 0;
    for (int i = 0; i < p->nlocal && n < sizeof g->local; i++)
        n += (size_t)snprintf(g->local + n, sizeof g->local - n, "%s%s:%d", i ? "," : "", p->local[i].host, p->local[i].port);
}

/* Nothing of the environment goes along but what a sanitizer and a test need. */
static void write_env(char *env[ENV_MAX], char text[ENV_MAX][512])
{
    static const char *const kept[] = { "SETU_FAULT", "SETU_TEST_DNS", "ASAN_OPTIONS", "UBSAN_OPTIONS" };
    int n = 0;
    env[n++] = (char *)(uintptr_t)"RES_OPTIONS=timeout:2 attempts:2";
    for (size_t i = 0; i < countof(kept); i++)
        if (getenv(kept[i])) {
            snprintf(text[n], sizeof text[n], "%s=%s", kept[i], getenv(kept[i]));
            env[n] = text[n];
            n++;
        }
    env[n] = NULL;
}

/* Between fork and exec only what may be called there. */
static _Noreturn void become(const char *program, char *const *argv, char *const *env, int fd)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int nothing = open("/dev/null", O_RDWR), high = fcntl(fd, F_DUPFD, 10);     /* it may be CHILD_FD itself */
    if (nothing < 0 || high < 0 || dup2(high, CHILD_FD) < 0)
        _exit(126);
    dup2(nothing, 0);
    dup2(nothing, 1);
    syscall(SYS_close_range, CHILD_FD + 1, ~0u, 0);
    execve(program, argv, env);
    _exit(127);
}

static bool start(struct egress *g)
{
    char text[ENV_MAX][512], *env[ENV_MAX], *argv[WORDS_MAX];
    int pair[2], n = 0;
    const char *words[] = { "setu", "egress", g->allow_http ? "--allow-http" : NULL, g->local[0] ? "--allow-local" : NULL, g->local[0] ? g->local : NULL,
                            g->ca_file ? "--ca" : NULL, g->ca_file };
    for (size_t i = 0; i < countof(words); i++)
        if (words[i])
            argv[n++] = (char *)(uintptr_t)words[i];
    argv[n] = NULL;
    write_env(env, text);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        become(g->program, argv, env, pair[1]);
    close(pair[1]);
    if (pid < 0) {
        close(pair[0]);
        return false;
    }
    pthread_mutex_lock(&g->lock);
    g->pid = pid;
    g->fd = pair[0];
    pthread_mutex_unlock(&g->lock);
    return true;
}

/* ── results ───────────────────────────────────────────────────────────────── */

static void finish(struct egress *g, struct slot *s, const struct egress_result *r)
{
    struct slot was = *s;
    *s = (struct slot){ 0 };
    pthread_mutex_unlock(&g->lock);
    was.done(was.arg, r);
    pthread_mutex_lock(&g->lock);
}

static void give(struct egress *g, const struct egress_result *r)
{
    pthread_mutex_lock(&g->lock);
    for (int i = 0; i < EGRESS_SLOTS; i++)
        if (g->slot[i].is_used && g->slot[i].tag == r->tag) {
            finish(g, &g->slot[i], r);
            break;
        }
    pthread_mutex_unlock(&g->lock);
}

/* The process is gone: nobody knows what came of what it had. */
static void bury(struct egress *g)
{
    int status = 0;
    pthread_mutex_lock(&g->lock);
    kill(g->pid, SIGKILL);
    waitpid(g->pid, &status, 0);
    if (!g->is_ending)
        log_event(LOG_WARN, "egress.died", LOG_N("pid", g->pid), LOG_N("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
                  LOG_N("code", WIFEXITED(status) ? WEXITSTATUS(status) : -1));
    close(g->fd);
    g->fd = -1;
    g->pid = 0;
    for (int i = 0; i < EGRESS_SLOTS; i++)
        if (g->slot[i].is_used)
            finish(g, &g->slot[i], &(struct egress_result){ .tag = g->slot[i].tag, .outcome = EGRESS_LOST, .retry_after_s = -1 });
    pthread_mutex_unlock(&g->lock);
}

static bool is_stuck(struct egress *g)
{
    bool is = false;
    pthread_mutex_lock(&g->lock);
    for (int i = 0; i < EGRESS_SLOTS && !is; i++)
        is = g->slot[i].is_used && clock_mono() - g->slot[i].since > STUCK_MS * (int64_t)1000;
    pthread_mutex_unlock(&g->lock);
    return is;
}

/* Until the process ends, is stuck, or we are. */
static void read_results(struct egress *g)
{
    enum { LOOK_MS = 5000 };
    struct pollfd p[] = { { g->fd, POLLIN, 0 }, { g->stop[0], POLLIN, 0 } };
    for (;;) {
        struct egress_result r;
        char *frame;
        size_t n;
        int ready = poll(p, countof(p), LOOK_MS);
        if (p[1].revents || (ready == 0 && is_stuck(g)))
            return;
        if (ready <= 0)
            continue;
        if (!wire_receive(g->fd, &frame, &n))
            return;
        bool ok = wire_read_result((str){ frame, n }, &r);
        if (ok)
            give(g, &r);
        free(frame);
        if (!ok)
            return;
    }
}

static void *keep_alive(void *arg)
{
    struct egress *g = arg;
    struct pollfd stop = { g->stop[0], POLLIN, 0 };
    int pause = PAUSE_MIN_MS;
    for (;;) {
        int64_t from = clock_mono();
        read_results(g);
        bury(g);
        pause = clock_mono() - from > 10 * (int64_t)SECOND_US ? PAUSE_MIN_MS : pause;
        do {
            if (poll(&stop, 1, pause) > 0)
                return NULL;
            pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
        } while (!start(g));
    }
}

/* ── for the core ──────────────────────────────────────────────────────────── */

bool egress_open(const struct egress_options *o, struct egress **out, struct err *e)
{
    struct egress *g = calloc(1, sizeof *g);
    if (!g)
        die("out of memory at start");
    pthread_mutex_init(&g->lock, NULL);
    g->fd = -1;
    g->program = o->program ? o->program : "/proc/self/exe";
    g->allow_http = o->policy->allow_http;
    g->ca_file = o->policy->ca_file;
    write_local(g, o->policy);
    if (pipe2(g->stop, O_CLOEXEC) != 0 || !start(g)) {
        free(g);
        return fail(e, ERR_INTERNAL, 0, "egress: %s", strerror(errno));
    }
    if (pthread_create(&g->reader, NULL, keep_alive, g) != 0)
        die("egress: no thread");
    *out = g;
    return true;
}

void egress_close(struct egress *g)
{
    if (!g)
        return;
    pthread_mutex_lock(&g->lock);
    g->is_ending = true;
    pthread_mutex_unlock(&g->lock);
    close(g->stop[1]);
    pthread_join(g->reader, NULL);
    close(g->stop[0]);
    pthread_mutex_destroy(&g->lock);
    free(g);
}

static struct slot *free_slot(struct egress *g)
{
    for (int i = 0; i < EGRESS_SLOTS; i++)
        if (!g->slot[i].is_used)
            return &g->slot[i];
    return NULL;
}

/* The frame goes out under the lock: the child always reads, so that it waits for nobody. */
bool egress_post(struct egress *g, const struct wire_request *r, egress_done *done, void *arg)
{
    struct arena a = arena_open(2 * WIRE_FRAME_MAX + (1 << 16));
    struct wire_request tagged = *r;
    pthread_mutex_lock(&g->lock);
    struct slot *s = g->fd < 0 || g->is_ending ? NULL : free_slot(g);
    if (s) {
        tagged.tag = ++g->next_tag;
        str framed = wire_put_request(&a, &tagged);
        if (framed.n) {
            *s = (struct slot){ true, tagged.tag, clock_mono(), done, arg };
            if (!wire_send(g->fd, framed))
                shutdown(g->fd, SHUT_RDWR);             /* the reader buries it, and answers for it */
        } else
            s = NULL;
    }
    pthread_mutex_unlock(&g->lock);
    arena_close(&a);
    return s != NULL;
}

int egress_pid(struct egress *g)
{
    pthread_mutex_lock(&g->lock);
    int pid = g->pid;
    pthread_mutex_unlock(&g->lock);
    return pid;
}
