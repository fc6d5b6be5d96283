/* client.c - see client.h. */
#include "client/client.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN_MAX = 64 << 20 };

struct client client_new(int port)
{
    return (struct client){ .a = arena_open(256u << 20), .port = port, .fd = -1, .host = "localhost",
                            .timeout_ms = 5000 };
}

void client_close(struct client *c)
{
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

void client_free(struct client *c)
{
    client_close(c);
    arena_close(&c->a);
}

bool client_connect(struct client *c)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)c->port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int one = 1;
    client_close(c);
    c->in = buf_new(&c->a, IN_MAX);
    c->used = 0;
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return c->fd >= 0 && connect(c->fd, (struct sockaddr *)&at, sizeof at) == 0;
}

bool client_raw(struct client *c, str bytes)
{
    if (c->fd < 0 && !client_connect(c))
        return false;
    while (bytes.n > 0) {
        ssize_t n = send(c->fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        bytes = str_from(bytes, (size_t)n);
    }
    return true;
}

/* Receives some more; false at the end, on an error or after the timeout. */
static bool more(struct client *c)
{
    char b[65536];
    struct pollfd p = { c->fd, POLLIN, 0 };
    if (c->fd < 0 || poll(&p, 1, c->timeout_ms) <= 0)
        return false;
    ssize_t n = recv(c->fd, b, sizeof b, 0);
    if (n <= 0)
        return false;
    buf_put(&c->in, (str){ b, (size_t)n });
    return !c->in.full;
}

static str unread(const struct client *c) { return str_from(buf_str(&c->in), c->used); }

static bool take_line(struct client *c, str *line)
{
    ptrdiff_t at;
    while ((at = str_find(unread(c), S("\r\n"))) < 0)
        if (!more(c))
            return false;
    *line = arena_str(&c->a, str_head(unread(c), (size_t)at));
    c->used += (size_t)at + 2;
    return true;
}

static bool take_bytes(struct client *c, size_t n, struct buf *to)
{
    while (unread(c).n < n)
        if (!more(c))
            return false;
    buf_put(to, str_head(unread(c), n));
    c->used += n;
    return true;
}

static bool take_chunks(struct client *c, struct buf *to)
{
    str line;
    while (take_line(c, &line)) {
        size_t n = strtoul(arena_cstr(&c->a, line), NULL, 16);
        if (n > 0 && !take_bytes(c, n, to))
            return false;
        if (!take_line(c, &line))
            return false;
        if (n == 0)
            return true;
    }
    return false;
}

static void keep_cookie(struct client *c, str set)
{
    str value = str_cut(&set, ';'), name = str_cut(&value, '=');
    size_t i = 0;
    while (i < c->ncookies && !str_eq(c->cookie[i].name, name))
        i++;
    if (i == CLIENT_COOKIES_MAX)
        return;
    c->cookie[i] = (struct client_pair){ name, value };
    if (i == c->ncookies)
        c->ncookies++;
}

static bool take_body(struct client *c, struct reply *r, struct buf *to)
{
    str length = reply_header(r, "Content-Length");
    int64_t n = 0;
    if (str_eq(reply_header(r, "Transfer-Encoding"), S("chunked")))
        return take_chunks(c, to);
    if (length.n)
        return str_to_int(length, &n) && take_bytes(c, (size_t)n, to);
    while (more(c))
        ;
    buf_put(to, unread(c));
    c->used = c->in.n;
    return true;
}

struct reply client_read(struct client *c, bool is_head)
{
    struct reply r = { 0 };
    struct buf body = buf_new(&c->a, IN_MAX);
    str line;
    int64_t status = 0;
    if (!take_line(c, &line) || line.n < 12 || !str_to_int((str){ line.p + 9, 3 }, &status))
        return r;
    while (take_line(c, &line) && line.n > 0) {
        str name = str_cut(&line, ':'), value = str_trim(line);
        if (r.nheaders < CLIENT_HEADERS_MAX)
            r.header[r.nheaders++] = (struct client_pair){ name, value };
        if (str_eq_ascii_nocase(name, S("Set-Cookie")))
            keep_cookie(c, value);
    }
    r.status = (int)status;
    bool has_body = !is_head && status != 304 && status != 204 && status >= 200;
    r.is_whole = !has_body || take_body(c, &r, &body);
    r.body = buf_str(&body);
    if (str_eq_ascii_nocase(reply_header(&r, "Connection"), S("close")))
        client_close(c);
    return r;
}

struct reply client_send(struct client *c, const char *method, const char *path, const char *headers,
                         const char *type, str body)
{
    struct buf b = buf_new(&c->a, 1 << 20);
    buf_fmt(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n%s", method, path, c->host, headers ? headers : "");
    for (size_t i = 0; i < c->ncookies; i++)
        buf_fmt(&b, "%s%.*s=%.*s%s", i ? "; " : "Cookie: ", STR_ARG(c->cookie[i].name), STR_ARG(c->cookie[i].value),
                i + 1 == c->ncookies ? "\r\n" : "");
    if (type)
        buf_fmt(&b, "Content-Type: %s\r\n", type);
    if (body.p || type)
        buf_fmt(&b, "Content-Length: %zu\r\n", body.n);
    buf_lit(&b, "\r\n");
    bool is_head = !strcmp(method, "HEAD");
    if (client_raw(c, buf_str(&b)))
        client_raw(c, body);                    /* a refusal may come before all of it is sent */
    struct reply r = client_read(c, is_head);
    if (r.status == 0)
        client_close(c);
    return r;
}

struct reply client_get(struct client *c, const char *path)
{
    return client_send(c, "GET", path, NULL, NULL, (str){ 0 });
}

struct reply client_post(struct client *c, const char *path, const char *urlencoded)
{
    return client_send(c, "POST", path, NULL, "application/x-www-form-urlencoded", str_of(urlencoded));
}

struct reply client_follow(struct client *c, struct reply r)
{
    str to = reply_header(&r, "Location");
    return to.n ? client_get(c, arena_cstr(&c->a, to)) : r;
}

str reply_header(const struct reply *r, const char *name)
{
    for (size_t i = 0; i < r->nheaders; i++)
        if (str_eq_ascii_nocase(r->header[i].name, str_of(name)))
            return r->header[i].value;
    return (str){ 0 };
}

bool reply_has(const struct reply *r, const char *text) { return str_find(r->body, str_of(text)) >= 0; }

bool client_is_closed(struct client *c, int within_ms)
{
    char b;
    struct pollfd p = { c->fd, POLLIN, 0 };
    if (c->fd < 0)
        return true;
    if (poll(&p, 1, within_ms) <= 0)
        return false;
    return recv(c->fd, &b, 1, MSG_PEEK) <= 0;
}
