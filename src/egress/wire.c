/* wire.c - frames in and out; see wire.h. */
#include "egress/wire.h"
#include <errno.h>
#include <sys/socket.h>

static void put_number(struct buf *b, uint64_t n, size_t bytes)
{
    buf_put(b, (str){ (const char *)&n, bytes });       /* one machine, one byte order */
}

static void put_text(struct buf *b, str s)
{
    put_number(b, s.n, 4);
    buf_put(b, s);
}

static bool take_number(str *s, uint64_t *out, size_t bytes)
{
    *out = 0;
    if (s->n < bytes)
        return false;
    memcpy(out, s->p, bytes);
    *s = str_from(*s, bytes);
    return true;
}

static bool take_text(str *s, str *out)
{
    uint64_t n;
    if (!take_number(s, &n, 4) || n > s->n)
        return false;
    *out = str_head(*s, n);
    *s = str_from(*s, n);
    return true;
}

static str framed(struct buf *b)
{
    uint64_t n = b->n - 4;
    if (b->full)
        return (str){ 0 };
    memcpy(b->p, &n, 4);
    return buf_str(b);
}

str wire_put_request(struct arena *a, const struct wire_request *r)
{
    struct buf b = buf_new(a, WIRE_FRAME_MAX);
    put_number(&b, 0, 4);
    put_number(&b, (uint64_t)r->tag, 8);
    put_text(&b, r->url);
    put_text(&b, r->headers);
    put_text(&b, r->body);
    return framed(&b);
}

bool wire_read_request(str f, struct wire_request *out)
{
    uint64_t tag;
    if (!take_number(&f, &tag, 8) || !take_text(&f, &out->url) || !take_text(&f, &out->headers) || !take_text(&f, &out->body))
        return false;
    out->tag = (int64_t)tag;
    return f.n == 0;
}

str wire_put_result(struct arena *a, const struct egress_result *r)
{
    struct buf b = buf_new(a, WIRE_FRAME_MAX);
    put_number(&b, 0, 4);
    put_number(&b, (uint64_t)r->tag, 8);
    put_number(&b, (uint64_t)r->outcome, 1);
    put_number(&b, (uint64_t)r->status, 2);
    put_number(&b, (uint64_t)(uint32_t)r->retry_after_s, 4);
    put_number(&b, (uint64_t)r->ms, 4);
    put_text(&b, str_head(r->note, WIRE_NOTE_MAX));
    return framed(&b);
}

bool wire_read_result(str f, struct egress_result *out)
{
    uint64_t tag, outcome, status, retry, ms;
    if (!take_number(&f, &tag, 8) || !take_number(&f, &outcome, 1) || !take_number(&f, &status, 2)
        || !take_number(&f, &retry, 4) || !take_number(&f, &ms, 4) || !take_text(&f, &out->note))
        return false;
    if (f.n || outcome >= EGRESS_OUTCOME_COUNT || out->note.n > WIRE_NOTE_MAX)
        return false;
    out->tag = (int64_t)tag;
    out->outcome = (enum egress_outcome)outcome;
    out->status = (int)status;
    out->retry_after_s = (int)(int32_t)(uint32_t)retry;
    out->ms = (int)(uint32_t)ms;
    return true;
}

/* ── over a socket ─────────────────────────────────────────────────────────── */

static bool receive_all(int fd, void *to, size_t n)
{
    char *p = to;
    while (n > 0) {
        ssize_t got = recv(fd, p, n, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        p += got;
        n -= (size_t)got;
    }
    return true;
}

bool wire_receive(int fd, char **frame, size_t *n)
{
    uint32_t len;
    if (!receive_all(fd, &len, sizeof len) || len == 0 || len > WIRE_FRAME_MAX)
        return false;
    char *p = malloc(len);
    if (!p || !receive_all(fd, p, len)) {
        free(p);
        return false;
    }
    *frame = p;
    *n = len;
    return true;
}

bool wire_send(int fd, str s)
{
    while (s.n > 0) {
        ssize_t sent = send(fd, s.p, s.n, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        s = str_from(s, (size_t)sent);
    }
    return true;
}
