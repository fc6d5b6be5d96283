/* respond.c - the answer leaves: the headers answers carry, 304, and the body's kind.
 *
 * The body is copied out of the arena, so the worker is free as soon as this
 * returns; files and assets are sent from where they are.
 */
#include "http/server.h"
#include "lang/msg_table.h"
#include "msg/http.h"

static const char strict_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

struct fixed { const char *name, *value; };
static const struct fixed always[] = {
    { "X-Content-Type-Options", "nosniff" },
    { "Referrer-Policy", "same-origin" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Permissions-Policy", "camera=(), microphone=(), geolocation=()" },
};
static const struct fixed tls_only = { "Strict-Transport-Security", "max-age=31536000" };

static bool has_header(const struct request *rq, const char *name)
{
    for (size_t i = 0; i < rq->nheaders; i++)
        if (str_eq_ascii_nocase(rq->header[i].name, str_of(name)))
            return true;
    return false;
}

typedef void put_header(void *to, const char *name, const char *value);

/* How a page and what it loads may behave. */
static void put_manners(const struct request *rq, put_header *put, void *to)
{
    put(to, "Content-Security-Policy", rq->csp ? rq->csp : strict_csp);
    for (size_t i = 0; i < countof(always); i++)
        if (!has_header(rq, always[i].name))    /* a script for other hosts says so itself */
            put(to, always[i].name, always[i].value);
}

static void put_standard(const struct request *rq, bool has_etag, put_header *put, void *to)
{
    if (rq->status != 204)                      /* which shows nothing and loads nothing */
        put_manners(rq, put, to);
    if (rq->is_tls)
        put(to, tls_only.name, tls_only.value);
    if (!has_header(rq, "Cache-Control"))
        put(to, "Cache-Control", has_etag ? "private, no-cache" : "no-store");
    if (rq->status != 204 && !has_header(rq, "Vary"))
        put(to, "Vary", "HX-Request, Cookie");
}

static void put_mhd(void *to, const char *name, const char *value) { MHD_add_response_header(to, name, value); }

static void put_line(void *to, const char *name, const char *value) { buf_fmt(to, "%s: %s\r\n", name, value); }

str respond_headers(const struct request *rq, struct arena *a)
{
    struct buf b = buf_new(a, 16384);
    put_standard(rq, false, put_line, &b);
    for (size_t i = 0; i < rq->nheaders; i++)
        buf_fmt(&b, "%.*s: %.*s\r\n", STR_ARG(rq->header[i].name), STR_ARG(rq->header[i].value));
    return buf_str(&b);
}

static bool etag_matches(str list, str etag)
{
    if (str_eq(str_trim(list), S("*")))
        return true;
    while (list.n > 0) {
        str one = str_trim(str_cut(&list, ','));
        if (str_starts(one, S("W/")))
            one = str_from(one, 2);
        if (str_eq(one, etag))
            return true;
    }
    return false;
}

static bool is_unchanged(const struct request *rq)
{
    str tag = rq->out ? rq->out->etag : (str){ 0 };
    return tag.n && rq->method == GET && (rq->status == 200 || rq->status == 206) &&
           etag_matches(request_header(rq, "If-None-Match"), tag);
}

static struct MHD_Response *buffer(str body, enum MHD_ResponseMemoryMode mode)
{
    return MHD_create_response_from_buffer(body.n, (void *)(uintptr_t)body.p, mode);
}

static struct MHD_Response *make(struct request *rq, struct exchange *x, struct stream **stream)
{
    struct out *o = rq->out;
    x->bytes_out = (int64_t)rq->answer.n;
    switch (o ? o->kind : OUT_BODY) {
    case OUT_STATIC:
        return buffer(rq->answer, MHD_RESPMEM_PERSISTENT);
    case OUT_FILE: {
        x->bytes_out = o->size;
        struct MHD_Response *r = MHD_create_response_from_fd_at_offset64((uint64_t)o->size, o->fd, (uint64_t)o->from);
        if (r)
            o->fd = -1;
        return r;
    }
    case OUT_STREAM:
        *stream = stream_open(x);
        return *stream ? stream_response(*stream) : NULL;
    case OUT_BODY: case OUT_EVENTS:
        break;
    }
    return buffer(rq->answer, MHD_RESPMEM_MUST_COPY);
}

void respond(struct request *rq, struct exchange *x, struct stream **stream)
{
    struct MHD_Response *r;
    bool unchanged = is_unchanged(rq), has_etag = rq->out && rq->out->etag.n;
    if (unchanged)
        rq->status = 304;
    r = unchanged ? buffer((str){ 0 }, MHD_RESPMEM_PERSISTENT) : make(rq, x, stream);
    if (!r) {
        x->refusal = (struct refusal){ 503, ERR_BUSY, MSG_http_busy, "no response", true };
        respond_plain(x);
        return;
    }
    if (!unchanged && rq->content_type && rq->status != 204)
        MHD_add_response_header(r, "Content-Type", rq->content_type);
    for (size_t i = 0; i < rq->nheaders; i++)
        MHD_add_response_header(r, rq->header[i].name.p, rq->header[i].value.p);
    if (has_etag)
        MHD_add_response_header(r, "ETag", rq->out->etag.p);
    put_standard(rq, has_etag, put_mhd, r);
    MHD_add_response_header(r, "X-Request-Id", x->id);
    if (rq->status == 503 && !has_header(rq, "Retry-After"))
        MHD_add_response_header(r, "Retry-After", "1");
    x->status = rq->status;
    x->user_id = rq->user_id;
    x->response = r;
}

void respond_text(struct exchange *x, int status, const char *content_type, str body)
{
    struct request rq = { .is_tls = x->is_tls };
    x->response = buffer(body, MHD_RESPMEM_MUST_COPY);
    if (!x->response)
        return;
    x->status = status;
    x->bytes_out = (int64_t)body.n;
    MHD_add_response_header(x->response, "Content-Type", content_type);
    put_standard(&rq, false, put_mhd, x->response);
    MHD_add_response_header(x->response, "X-Request-Id", x->id);
}

/* Our own plain messages have no slots: their compiled form is the text itself. */
static str message(msg_id id, enum lang l)
{
    return msg_rows[msg_room_first[id / MSG_ROOM_STEP - 1] + id % MSG_ROOM_STEP].text[l];
}

/* Too early for a site, a reader or an arena: the four languages one after the other would be
 * longer than the request, so the one the client asks for first. */
void respond_plain(struct exchange *x)
{
    char text[1024];
    enum lang l = LANG_EN;
    for (size_t i = 0; i < x->nheaders; i++)
        if (str_eq_ascii_nocase(x->header[i].name, S("accept-language")))
            l = lang_from_accept(x->header[i].value, LANG_EN);
    int n = snprintf(text, sizeof text, "%.*s\n%s\n", STR_ARG(message(x->refusal.msg, l)), x->id);
    respond_text(x, x->refusal.status, "text/plain; charset=utf-8", (str){ text, n < 0 ? 0 : (size_t)n });
    if (x->response && (x->refusal.status == 503 || x->refusal.status == 429))
        MHD_add_response_header(x->response, "Retry-After", "1");
}
