/* control.c - commands for a running server, over a socket in its data folder.
 *
 * The client sends one message: its words (each ended by a NUL: command, cwd,
 * the rest) with its standard input, output and error as file descriptors. The
 * server runs the command on its own open workspace, writing straight into the
 * caller's files, and answers with one byte: the exit code. Only the owner of
 * the folder can open the socket (0600), so no further question is asked.
 */
#include "base/log.h"
#include "cmd/cmd.h"
#include "msg/cmd.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { MESSAGE_MAX = 64 * 1024, WORDS_MAX = 256, FDS = 3 };

struct control { struct workspace *ws; int fd, stop; pthread_t thread; char path[108]; };
struct call { struct control *k; int fd; };

static bool address(const char *folder, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){ .sun_family = AF_UNIX };
    int n = snprintf(out->sun_path, sizeof out->sun_path, "%s/control", folder);
    return n > 0 && (size_t)n < sizeof out->sun_path;
}

/* ── server ────────────────────────────────────────────────────────────────── */

static ssize_t receive(int fd, char *text, int fds[FDS])
{
    union { char space[CMSG_SPACE(FDS * sizeof(int))]; struct cmsghdr align; } ctl;
    struct iovec v = { text, MESSAGE_MAX - 1 };
    struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl.space, .msg_controllen = sizeof ctl.space };
    ssize_t n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
    struct cmsghdr *h = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;

    if (!h || h->cmsg_type != SCM_RIGHTS || h->cmsg_len != CMSG_LEN(FDS * sizeof(int)))
        return -1;
    memcpy(fds, CMSG_DATA(h), FDS * sizeof(int));
    text[n] = '\0';
    return n;
}

static int run_call(struct control *k, const char *text, size_t n, int fds[FDS])
{
    const char *word[WORDS_MAX];
    int nwords = 0, code = EXIT_USAGE;
    FILE *f[FDS] = { fdopen(fds[0], "r"), fdopen(fds[1], "w"), fdopen(fds[2], "w") };

    for (size_t i = 0; i < n && nwords < WORDS_MAX; i += strlen(text + i) + 1)
        word[nwords++] = text + i;
    for (const struct command *const *c = commands; nwords >= 2 && *c; c++)
        if (!strcmp((*c)->name, word[0]))
            code = cmd_run_on(k->ws, *c, nwords - 2, word + 2, word[1], f[0], f[1], f[2]);
    for (int i = 0; i < FDS; i++)
        if (f[i])
            fclose(f[i]);
    return code;
}

static void *serve_call(void *arg)
{
    struct call *call = arg;
    char *text = malloc(MESSAGE_MAX);
    int fds[FDS];
    ssize_t n = text ? receive(call->fd, text, fds) : -1;

    if (n > 0) {
        unsigned char code = (unsigned char)run_call(call->k, text, (size_t)n, fds);
        if (write(call->fd, &code, 1) != 1)
            log_event(LOG_WARN, "control", LOG_S("why", S("the caller has gone")));
    }
    close(call->fd);
    free(text);
    free(call);
    return NULL;
}

static void *listen_loop(void *arg)
{
    struct control *k = arg;
    struct pollfd p[2] = { { k->fd, POLLIN, 0 }, { k->stop, POLLIN, 0 } };

    while (poll(p, 2, -1) >= 0 || errno == EINTR) {
        if (p[1].revents)
            break;
        int fd = p[0].revents ? accept4(k->fd, NULL, NULL, SOCK_CLOEXEC) : -1;
        struct call *call = fd >= 0 ? malloc(sizeof *call) : NULL;
        pthread_t t;
        if (!call)
            continue;
        *call = (struct call){ k, fd };
        if (pthread_create(&t, NULL, serve_call, call) == 0)
            pthread_detach(t);
    }
    return NULL;
}

bool control_start(struct workspace *ws, struct control **out, struct err *e)
{
    struct sockaddr_un at;
    if (control_is_there(ws->folder)) {         /* another server of this workspace hears the commands */
        *out = NULL;
        return true;
    }
    struct control *k = calloc(1, sizeof *k);
    if (!k)
        die("out of memory at start");
    k->ws = ws;
    k->stop = eventfd(0, EFD_CLOEXEC);
    k->fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    mode_t old = umask(0177);
    bool ok = k->fd >= 0 && address(ws->folder, &at) && (unlink(at.sun_path) == 0 || errno == ENOENT)
           && bind(k->fd, (struct sockaddr *)&at, sizeof at) == 0 && listen(k->fd, 16) == 0
           && pthread_create(&k->thread, NULL, listen_loop, k) == 0;
    umask(old);
    if (!ok) {
        fail(e, ERR_INTERNAL, MSG_cmd_control, "control socket: %s", strerror(errno));
        close(k->fd);
        free(k);
        return false;
    }
    memcpy(k->path, at.sun_path, sizeof k->path);
    *out = k;
    return true;
}

void control_stop(struct control *k)
{
    uint64_t one = 1;
    if (!k)
        return;
    if (write(k->stop, &one, sizeof one) == sizeof one)
        pthread_join(k->thread, NULL);
    unlink(k->path);
    close(k->fd);
    close(k->stop);
    free(k);
}

/* ── client ────────────────────────────────────────────────────────────────── */

static size_t pack(char *text, const struct command *k, int argc, const char *const *argv, const char *cwd)
{
    size_t n = 0;
    for (int i = -2; i < argc; i++) {
        const char *w = i == -2 ? k->name : i == -1 ? cwd : argv[i];
        size_t len = strlen(w) + 1;
        if (n + len > MESSAGE_MAX - 1)
            return 0;
        memcpy(text + n, w, len);
        n += len;
    }
    return n;
}

static bool send_call(int fd, char *text, size_t n)
{
    union { char space[CMSG_SPACE(FDS * sizeof(int))]; struct cmsghdr align; } ctl = { { 0 } };
    struct iovec v = { text, n };
    struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1, .msg_control = ctl.space, .msg_controllen = sizeof ctl.space };
    struct cmsghdr *h = CMSG_FIRSTHDR(&m);

    h->cmsg_level = SOL_SOCKET;
    h->cmsg_type = SCM_RIGHTS;
    h->cmsg_len = CMSG_LEN(FDS * sizeof(int));
    memcpy(CMSG_DATA(h), (int[]){ 0, 1, 2 }, FDS * sizeof(int));
    return sendmsg(fd, &m, MSG_NOSIGNAL) == (ssize_t)n;
}

bool control_ask(const char *folder, const struct command *k, int argc, const char *const *argv,
                 const char *cwd, int *code)
{
    struct sockaddr_un at;
    char *text = malloc(MESSAGE_MAX);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    size_t n = text ? pack(text, k, argc, argv, cwd) : 0;
    unsigned char byte;
    bool asked = fd >= 0 && n && address(folder, &at) && connect(fd, (struct sockaddr *)&at, sizeof at) == 0
              && send_call(fd, text, n);

    if (asked)
        *code = read(fd, &byte, 1) == 1 ? byte : EXIT_REFUSED;
    if (fd >= 0)
        close(fd);
    free(text);
    return asked;
}

bool control_is_there(const char *folder)
{
    struct sockaddr_un at;
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    bool is_there = fd >= 0 && address(folder, &at) && connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
    if (fd >= 0)
        close(fd);
    return is_there;
}
