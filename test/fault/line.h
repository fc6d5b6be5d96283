/* line.h - a proxy before PostgreSQL that cuts the line after the N-th message, of either direction. */
#pragma once
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/log.h"

enum { PIECE = 1 << 16 };

/* Where one direction of a line stands in its messages: type (1), length (4), the rest. */
struct reader { int64_t skip; unsigned char head[5]; int nhead; bool has_started; };

static struct {
    int listener, port, server_port;
    _Atomic int64_t seen, cut_at;               /* messages until now; cut after so many, 0: never */
    _Atomic int ncuts;
    _Atomic bool is_stopped;
    pthread_t thread;
} proxy;

/* Messages that end in these bytes; the first one of a client has no type. */
static size_t up_to_cut(struct reader *r, bool from_client, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (r->skip > 0) {
            size_t take = r->skip < (int64_t)(n - i) ? (size_t)r->skip : n - i;
            r->skip -= (int64_t)take;
            i += take - 1;
        } else {
            r->head[r->nhead++] = p[i];
            int untyped = from_client && !r->has_started;
            if (r->nhead == (untyped ? 4 : 5)) {
                const unsigned char *l = r->head + (untyped ? 0 : 1);
                r->skip = ((int64_t)l[0] << 24 | l[1] << 16 | l[2] << 8 | l[3]) - 4;
                r->has_started = true;
                r->nhead = 0;
            }
        }
        bool is_end = r->skip == 0 && r->nhead == 0;
        if (is_end && ++proxy.seen == proxy.cut_at)
            return i + 1;
    }
    return n + 1;
}

static int dial_server(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)proxy.server_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool send_all(int fd, const unsigned char *p, size_t n)
{
    for (ssize_t k; n > 0; p += k, n -= (size_t)k)
        if ((k = send(fd, p, n, MSG_NOSIGNAL)) <= 0)
            return false;
    return true;
}

static void *line_main(void *arg)
{
    int client = (int)(intptr_t)arg, server = dial_server();
    struct reader r[2] = { { 0 }, { 0 } };
    unsigned char *piece = malloc(PIECE);
    struct pollfd p[2] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };

    r[1].has_started = true;
    while (server >= 0 && !proxy.is_stopped && poll(p, 2, 200) >= 0) {
        bool ok = true;
        for (int i = 0; i < 2 && ok; i++) {
            if (!p[i].revents)
                continue;
            ssize_t n = read(p[i].fd, piece, PIECE);
            size_t go = n > 0 ? up_to_cut(&r[i], i == 0, piece, (size_t)n) : 0;
            bool is_cut = n > 0 && go <= (size_t)n;
            ok = n > 0 && send_all(p[1 - i].fd, piece, is_cut ? go : (size_t)n) && !is_cut;
            proxy.ncuts += is_cut;
        }
        if (!ok)
            break;
    }
    close(client);
    if (server >= 0)
        close(server);
    free(piece);
    return NULL;
}

static void *proxy_main(void *arg)
{
    (void)arg;
    while (!proxy.is_stopped) {
        struct pollfd p = { proxy.listener, POLLIN, 0 };
        if (poll(&p, 1, 200) <= 0)
            continue;
        int fd = accept4(proxy.listener, NULL, NULL, SOCK_CLOEXEC), on = 1;
        pthread_t t;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (fd >= 0 && pthread_create(&t, NULL, line_main, (void *)(intptr_t)fd) == 0)
            pthread_detach(t);
    }
    return NULL;
}

static void proxy_start(int server_port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    proxy.server_port = server_port;
    proxy.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(proxy.listener, (struct sockaddr *)&at, n) || listen(proxy.listener, 32)
        || getsockname(proxy.listener, (struct sockaddr *)&at, &n) || pthread_create(&proxy.thread, NULL, proxy_main, NULL))
        die("no proxy");
    proxy.port = ntohs(at.sin_port);
}
