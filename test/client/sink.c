/* sink.c - see sink.h. A thread a connection, for many of them are meant to hang. */
#include "client/sink.h"
#include "base/clock.h"
#include "base/log.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_MAX = 32768, FLAKY = 3 };
struct call { struct sink *s; int fd; };

static bool say(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t k = send(fd, p, n, MSG_NOSIGNAL);
        if (k <= 0)
            return false;
        p += k;
        n -= (size_t)k;
    }
    return true;
}

static void header(const char *head, const char *name, char *out, size_t size)
{
    const char *at = strcasestr(head, name);
    out[0] = '\0';
    if (!at)
        return;
    at += strlen(name);
    size_t n = strcspn(at, "\r\n");
    n = n < size - 1 ? n : size - 1;
    memcpy(out, at, n);
    out[n] = '\0';
}

/* Head and body of the one request; the body is malloc'd. */
static bool hear(int fd, struct sunk *r)
{
    char *b = malloc(2 << 20), length[20];
    size_t n = 0, want = 0;
    char *end = NULL;
    while (n < (2 << 20) - 1) {
        ssize_t k = recv(fd, b + n, (2 << 20) - 1 - n, 0);
        if (k <= 0)
            break;
        n += (size_t)k;
        b[n] = '\0';
        if (!end && (end = strstr(b, "\r\n\r\n"))) {
            header(b, "content-length: ", length, sizeof length);
            want = (size_t)(end + 4 - b) + strtoul(length, NULL, 10);
        }
        if (end && n >= want)
            break;
    }
    bool ok = end && n >= want && sscanf(b, "POST %63s", r->path) == 1;
    if (ok) {
        header(b, "webhook-id: ", r->id, sizeof r->id);
        header(b, "webhook-timestamp: ", r->timestamp, sizeof r->timestamp);
        header(b, "webhook-signature: ", r->signature, sizeof r->signature);
        r->n = want - (size_t)(end + 4 - b);
        r->body = malloc(r->n + 1);
        memcpy(r->body, end + 4, r->n);
        r->body[r->n] = '\0';
    }
    free(b);
    return ok;
}

static void keep(struct sink *s, struct sunk *r, int status)
{
    r->at = clock_now();
    r->status = status;
    pthread_mutex_lock(&s->lock);
    if (s->n == s->cap)
        s->v = realloc(s->v, (size_t)(s->cap = s->cap ? 2 * s->cap : 256) * sizeof *s->v);
    if (s->keeps_no_body) {
        free(r->body);
        r->body = NULL;
    }
    s->v[s->n++] = *r;
    pthread_mutex_unlock(&s->lock);
}

static int seen_before(struct sink *s, const struct sunk *r)
{
    int n = 0;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->n; i++)
        n += !strcmp(s->v[i].path, r->path) && !strcmp(s->v[i].id, r->id);
    pthread_mutex_unlock(&s->lock);
    return n;
}

static void hold(struct sink *s, int fd, bool drips)
{
    struct pollfd p = { fd, 0, 0 };
    for (int i = 0; i < 60 && !s->is_over && poll(&p, 1, 1000) == 0; i++)
        if (drips && !say(fd, &"HTTP/1.1 200 OK and so on and so on and so on and so on and so on"[i], 1))
            return;
}

static void flood(int fd, const char *head, const char *block, size_t size, size_t all)
{
    say(fd, head, strlen(head));
    for (size_t n = 0; n < all && say(fd, block, size); n += size)
        ;
}

static bool is(const struct sunk *r, const char *path) { return !strncmp(r->path, path, strlen(path)); }

/* Kept before it is answered: an answer that is not received is still one that arrived. */
static void answer(struct sink *s, int fd, struct sunk *r)
{
    static const char block[65536] = "setu";
    char line[200];
    int status = is(r, "/500") ? 500 : is(r, "/gone") ? 410 : is(r, "/wait") ? 429 : is(r, "/away") ? 302 : 200;
    if (is(r, "/flaky"))
        status = seen_before(s, r) < FLAKY ? 500 : 200;
    if (is(r, "/late"))
        usleep(3000000);
    if (is(r, "/silent") || is(r, "/drip") || is(r, "/cut"))
        status = 0;
    keep(s, r, status);
    if (is(r, "/silent") || is(r, "/drip")) {
        hold(s, fd, is(r, "/drip"));
    } else if (is(r, "/cut")) {
        say(fd, "HTTP/1.1 200 OK\r\nContent-Ty", 27);
    } else if (is(r, "/big")) {
        flood(fd, "HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n", block, sizeof block, 10 << 20);
    } else if (is(r, "/bomb")) {
        flood(fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: identity\r\n\r\n\x1f\x8b\x08", block, sizeof block, 10 << 20);
    } else {
        int n = snprintf(line, sizeof line, "HTTP/1.1 %d Said\r\n%s%sContent-Length: 13\r\nConnection: close\r\n\r\n<b>না</b>", status,
                         is(r, "/away") ? "Location: http://169.254.169.254/latest/meta-data/\r\n" : "", is(r, "/wait") ? "Retry-After: 30\r\n" : "");
        say(fd, line, (size_t)n);
    }
}

static bool is_one_of_four(const char *id)
{
    unsigned h = 5381;
    for (; *id; id++)
        h = h * 33 + (unsigned char)*id;
    return (h >> 4) % 4 == 0;
}

/* One that is not listened to; its second call is. */
static bool is_missed(struct sink *s, const struct sunk *r)
{
    bool found = !s->is_deaf || !is(r, "/deaf") || !is_one_of_four(r->id);
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->ndeaf && !found; i++)
        found = !strcmp(s->deaf[i], r->id);
    if (!found && s->ndeaf < SINK_DEAF_MAX)
        snprintf(s->deaf[s->ndeaf++], sizeof s->deaf[0], "%s", r->id);
    pthread_mutex_unlock(&s->lock);
    return !found;
}

static void *serve(void *arg)
{
    struct call c = *(struct call *)arg;
    struct sunk r = { 0 };
    free(arg);
    bool is_heard = hear(c.fd, &r);
    if (is_heard && is_missed(c.s, &r)) {
        c.s->nmissing++;
        usleep(500000);
        c.s->nmissing--;
        free(r.body);
    } else if (is_heard) {
        answer(c.s, c.fd, &r);
    }
    shutdown(c.fd, SHUT_WR);
    close(c.fd);
    c.s->nbusy--;
    return NULL;
}

static void *listen_on(void *arg)
{
    struct sink *s = arg;
    struct pollfd p = { s->fd, POLLIN, 0 };
    pthread_attr_t how;
    pthread_attr_init(&how);
    pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&how, 256 << 10);
    while (!s->is_over) {
        pthread_t t;
        if (poll(&p, 1, 100) <= 0)
            continue;
        struct call *c = malloc(sizeof *c);
        *c = (struct call){ s, accept4(s->fd, NULL, NULL, SOCK_CLOEXEC) };
        s->nbusy++;
        if (c->fd < 0 || pthread_create(&t, &how, serve, c) != 0) {
            s->nbusy--;
            close(c->fd);
            free(c);
        }
    }
    pthread_attr_destroy(&how);
    return NULL;
}

void sink_start(struct sink *s)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)s->port) };
    socklen_t n = sizeof at;
    int one = 1;
    pthread_mutex_init(&s->lock, NULL);
    s->is_over = false;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s->fd, (struct sockaddr *)&at, n) || listen(s->fd, 1000) || getsockname(s->fd, (struct sockaddr *)&at, &n))
        die("sink: no port");
    s->port = ntohs(at.sin_port);
    pthread_create(&s->thread, NULL, listen_on, s);
}

void sink_stop(struct sink *s)
{
    s->is_over = true;
    pthread_join(s->thread, NULL);
    close(s->fd);
    for (int i = 0; i < 500 && s->nbusy; i++)
        usleep(10000);
    for (int i = 0; i < s->n; i++)
        free(s->v[i].body);
    free(s->v);
    s->v = NULL;
    s->n = s->cap = 0;
}

int sink_count(struct sink *s, const char *path, int status)
{
    int n = 0;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->n; i++)
        n += !strcmp(s->v[i].path, path) && (!status || s->v[i].status == status);
    pthread_mutex_unlock(&s->lock);
    return n;
}

bool sink_at(struct sink *s, const char *path, int n, struct sunk *out)
{
    bool found = false;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < s->n && !found; i++)
        if (!strcmp(s->v[i].path, path) && n-- == 0) {
            *out = s->v[i];
            found = true;
        }
    pthread_mutex_unlock(&s->lock);
    return found;
}

bool sink_wait(struct sink *s, const char *path, int status, int n, int ms)
{
    for (int i = 0; i < ms / 10 && sink_count(s, path, status) < n; i++)
        usleep(10000);
    return sink_count(s, path, status) >= n;
}
