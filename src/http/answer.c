/* answer.c - what a handler may say. Nothing leaves here: respond.c sends it.
 *
 * A second answer replaces the first, so an error page wins over half a page.
 */
#include "base/log.h"
#include "http/cookie.h"
#include "http/asset.h"
#include "http/server.h"
#include "msg/http.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static bool header_ok(str value)
{
    for (size_t i = 0; i < value.n; i++)
        if ((unsigned char)value.p[i] < ' ' || value.p[i] == 0x7f)
            return false;
    return true;
}

void answer_header(struct request *rq, const char *name, str value)
{
    if (!header_ok(value) || rq->nheaders == HEADERS_OUT_MAX) {
        log_event(LOG_ERROR, "header.refused", LOG_S("name", str_of(name)), LOG_S("id", rq->id));
        return;
    }
    rq->header[rq->nheaders++] = (struct pair){ str_of(name), arena_str(&rq->a, value) };
}

void answer_cookie(struct request *rq, const char *name, str value, int max_age_s)
{
    if (!cookie_value_ok(value)) {
        log_event(LOG_ERROR, "cookie.refused", LOG_S("name", str_of(name)), LOG_S("id", rq->id));
        return;
    }
    answer_header(rq, "Set-Cookie",
                  arena_fmt(&rq->a, "%s%s=%.*s; Path=/; HttpOnly; SameSite=Lax; Max-Age=%d%s",
                            rq->is_tls ? "__Host-" : "", name, STR_ARG(value), max_age_s,
                            rq->is_tls ? "; Secure" : ""));
}

static struct out *begin(struct request *rq, int status, const char *type, enum out_kind kind)
{
    str etag = rq->out ? rq->out->etag : (str){ 0 };
    if (rq->out && rq->out->fd >= 0)
        close(rq->out->fd);
    if (!rq->out)
        rq->out = arena_new(&rq->a, struct out, 1);
    *rq->out = (struct out){ .kind = kind, .fd = -1, .etag = etag };
    rq->status = status;
    rq->content_type = type;
    rq->answer = (str){ 0 };
    return rq->out;
}

void answer_later(struct request *rq, void (*go)(struct later *l, void *what), void *what)
{
    struct exchange *x = rq->mhd;
    x->go = go;
    x->what = what;
}

void answer_text(struct request *rq, int status, const char *content_type, str body)
{
    begin(rq, status, content_type, OUT_BODY);
    rq->answer = body;
}

void answer_html(struct request *rq, int status, const struct html *h)
{
    if (h->out.full) {
        struct err e;
        fail(&e, ERR_BUSY, MSG_http_too_heavy, "page past its ceiling of %zu bytes", h->out.max);
        rq->status = 0;
        answer_text(rq, 503, "text/plain; charset=utf-8", S("page too large\n"));
        log_event(LOG_ERROR, "page.full", LOG_S("id", rq->id), LOG_S("detail", str_of(e.detail)));
        return;
    }
    answer_text(rq, status, "text/html; charset=utf-8", buf_str(&h->out));
}

void answer_csp(struct request *rq, const char *policy) { rq->csp = policy; }

void answer_redirect(struct request *rq, str own_path)
{
    bool is_own = own_path.n && own_path.p[0] == '/' &&
                  (own_path.n == 1 || (own_path.p[1] != '/' && own_path.p[1] != '\\'));
    if (!is_own || !header_ok(own_path)) {
        log_event(LOG_ERROR, "redirect.refused", LOG_S("to", own_path), LOG_S("id", rq->id));
        own_path = S("/");                      /* never off this host */
    }
    bool is_htmx = str_eq(request_header(rq, "HX-Request"), S("true"));
    answer_text(rq, is_htmx ? 200 : 303, "text/plain; charset=utf-8", (str){ 0 });
    answer_header(rq, is_htmx ? "HX-Location" : "Location", own_path);
}

void answer_etag(struct request *rq, str tag)
{
    if (!rq->out)
        rq->out = arena_new(&rq->a, struct out, 1), rq->out->fd = -1;
    if (header_ok(tag) && str_find_char(tag, '"') < 0)
        rq->out->etag = arena_fmt(&rq->a, "\"%.*s\"", STR_ARG(tag));
}

/* ── files ───────────────────────────────────────────────────────────────── */

static void close_file(void *out)
{
    struct out *o = out;
    if (o->fd >= 0)
        close(o->fd);
    o->fd = -1;
}

/* "bytes=a-b", "a-" or "-n", one range. -1 none or not ours to read, 0 unsatisfiable, 1 found. */
static int read_range(str v, int64_t size, int64_t *from, int64_t *n)
{
    int64_t a = 0, b = size - 1;
    if (!str_starts(v, S("bytes=")) || str_find_char(v, ',') >= 0)
        return -1;
    v = str_from(v, 6);
    if (str_find_char(v, '-') < 0)
        return -1;
    str left = str_cut(&v, '-');
    if ((left.n && (!str_to_int(left, &a) || a < 0)) || (v.n && (!str_to_int(v, &b) || b < 0)) || (!left.n && !v.n))
        return -1;
    if (!left.n) {
        a = b < size ? size - b : 0;
        if (b == 0)
            return 0;
        b = size - 1;
    } else if (v.n && b < a) {
        return -1;
    }
    if (a >= size)
        return 0;
    *from = a;
    *n = (b < size - 1 ? b : size - 1) - a + 1;
    return 1;
}

static str disposition(struct request *rq, str filename)
{
    struct buf b = buf_new(&rq->a, 4096);
    buf_lit(&b, "attachment; filename=\"");
    for (size_t i = 0; i < filename.n && i < 120; i++) {
        unsigned char c = (unsigned char)filename.p[i];
        buf_char(&b, c > ' ' && c < 0x7f && !strchr("\"\\/;%", c) ? (char)c : '_');
    }
    buf_lit(&b, "\"; filename*=UTF-8''");
    for (size_t i = 0; i < filename.n && i < 480; i++) {
        unsigned char c = (unsigned char)filename.p[i];
        bool is_plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '.' || c == '-' || c == '_';
        if (is_plain)
            buf_char(&b, (char)c);
        else
            buf_fmt(&b, "%%%02X", c);
    }
    return buf_str(&b);
}

void answer_file(struct request *rq, const char *path, const char *content_type, str filename)
{
    struct out *o = begin(rq, 200, content_type, OUT_FILE);
    struct stat st;
    request_defer(rq, close_file, o);
    o->fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (o->fd < 0 || fstat(o->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        log_event(LOG_ERROR, "file.missing", LOG_S("path", str_of(path)), LOG_S("id", rq->id));
        answer_text(rq, 404, "text/plain; charset=utf-8", (str){ 0 });
        return;
    }
    o->size = st.st_size;
    if (!o->etag.n)
        o->etag = arena_fmt(&rq->a, "\"%llx-%llx\"", (long long)st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec,
                            (long long)st.st_size);
    answer_header(rq, "Accept-Ranges", S("bytes"));
    if (filename.n)
        answer_header(rq, "Content-Disposition", disposition(rq, filename));
    str range = request_header(rq, "Range"), same = request_header(rq, "If-Range");
    int found = range.n && rq->method == GET && (!same.n || str_eq(same, o->etag))
                    ? read_range(range, st.st_size, &o->from, &o->size) : -1;
    if (found == 0) {
        answer_text(rq, 416, "text/plain; charset=utf-8", (str){ 0 });
        answer_header(rq, "Content-Range", arena_fmt(&rq->a, "bytes */%lld", (long long)st.st_size));
    } else if (found > 0) {
        rq->status = 206;
        answer_header(rq, "Content-Range",
                      arena_fmt(&rq->a, "bytes %lld-%lld/%lld", (long long)o->from,
                                (long long)(o->from + o->size - 1), (long long)st.st_size));
    }
}

/* ── assets ──────────────────────────────────────────────────────────────── */

/* True when the header names the coding without q=0. */
static bool takes(str accept, str coding)
{
    while (accept.n > 0) {
        str one = str_cut(&accept, ',');
        str name = str_trim(str_cut(&one, ';'));
        str q = str_trim(one);
        if (str_eq_ascii_nocase(name, coding))
            return !(str_starts(q, S("q=0")) && str_find(q, S("1")) < 0 && strspn(q.p + 3, ".0") >= q.n - 3);
    }
    return false;
}

void answer_asset(struct request *rq, const struct asset *asset)
{
    str accept = request_header(rq, "Accept-Encoding");
    bool br = asset->brotli.n && takes(accept, S("br")), gz = !br && asset->gzip.n && takes(accept, S("gzip"));
    begin(rq, 200, asset->mime, OUT_STATIC);
    rq->answer = br ? asset->brotli : gz ? asset->gzip : asset->plain;
    answer_etag(rq, arena_fmt(&rq->a, "%s%s", asset->etag, br ? "-br" : gz ? "-gz" : ""));
    if (br || gz)
        answer_header(rq, "Content-Encoding", br ? S("br") : S("gzip"));
    answer_header(rq, "Vary", S("Accept-Encoding"));
    answer_header(rq, "Cache-Control", asset->is_immutable ? S("public, max-age=31536000, immutable")
                                                           : S("public, max-age=300"));
}

/* ── what goes on after the handler has returned ─────────────────────────── */

void answer_stream(struct request *rq, const char *content_type,
                   bool (*next)(void *arg, struct arena *a, struct db_conn *db, str *piece), void *arg)
{
    struct out *o = begin(rq, 200, content_type, OUT_STREAM);
    o->next = next;
    o->arg = arg;
}

void request_fail_stream(struct request *rq)
{
    if (rq->out)
        rq->out->has_failed = true;
}

void answer_events(struct request *rq, str channel_name)
{
    begin(rq, 200, "text/event-stream; charset=utf-8", OUT_EVENTS)->channel = arena_str(&rq->a, channel_name);
}
