/* validate.c - see validate.h.
 *
 * libmicrohttpd in strict mode still lets through a Content-Length beside a
 * Transfer-Encoding, doubled lengths and hosts, spaces before the colon and
 * foreign absolute targets; each has a line here and a row in the tests.
 */
#include "http/validate.h"
#include "base/utf8.h"
#include "http/cookie.h"

/* Headers that must not be given twice, and the one place where each is kept. */
enum { H_HOST, H_LENGTH, H_ENCODING, H_TYPE, H_AUTHORIZATION, H_COOKIE, H_ORIGIN, H_EXPECT, H_ONCE };
static const char *const once_name[H_ONCE] = {
    [H_HOST] = "host", [H_LENGTH] = "content-length", [H_ENCODING] = "transfer-encoding",
    [H_TYPE] = "content-type", [H_AUTHORIZATION] = "authorization", [H_COOKIE] = "cookie",
    [H_ORIGIN] = "origin", [H_EXPECT] = "expect",
};
static const struct { str name; enum method method; } methods[] = {
    { { "GET", 3 }, GET }, { { "HEAD", 4 }, GET }, { { "POST", 4 }, POST },
    { { "PATCH", 5 }, PATCH }, { { "PUT", 3 }, PUT }, { { "DELETE", 6 }, DELETE },
};

static int refuse(int status, const char *text, const char **why)
{
    *why = text;
    return status;
}

static bool is_token(str s)
{
    static const char extra[] = "!#$%&'*+-.^_`|~";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
        if (!alnum && (c == '\0' || !memchr(extra, c, sizeof extra - 1)))
            return false;
    }
    return s.n > 0;
}

static bool has_control(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
            return true;
    return false;
}

bool host_check(str authority, str *host)
{
    str name = authority, port = { 0 };
    if (name.n && name.p[0] == '[') {
        ptrdiff_t end = str_find_char(name, ']');
        if (end < 3)
            return false;
        port = str_from(name, (size_t)end + 1);
        name.n = (size_t)end + 1;
    } else if (str_find_char(name, ':') >= 0) {
        size_t at = (size_t)str_find_char(name, ':');
        port = str_from(name, at);
        name.n = at;
    }
    if (name.n == 0 || name.n > 253 || port.n == 1 || port.n > 6)
        return false;
    for (size_t i = 0; i < port.n; i++)
        if (i ? port.p[i] < '0' || port.p[i] > '9' : port.p[i] != ':')
            return false;
    bool is_literal = name.p[0] == '[';
    for (size_t i = is_literal; i < name.n - is_literal; i++) {
        char c = name.p[i], low = (char)(c | 0x20);
        bool ok = (c >= '0' && c <= '9') || (low >= 'a' && low <= (is_literal ? 'f' : 'z')) || c == '.' ||
                  (is_literal ? c == ':' : c == '-' || c == '_');
        if (!ok)
            return false;
    }
    *host = name;
    return true;
}

static int check_fields(const struct head *h, str once[H_ONCE], const char **why)
{
    if (h->nheaders > HEADERS_IN_MAX)
        return refuse(431, "too many headers", why);
    for (size_t i = 0; i < h->nheaders; i++) {
        const struct pair *f = &h->header[i];
        if (!is_token(f->name) || f->name.n > HEADER_NAME_MAX)
            return refuse(400, "header name", why);
        if (f->value.n > HEADER_VALUE_MAX)
            return refuse(431, "header too long", why);
        if (has_control(f->value))
            return refuse(400, "control character in a header", why);
        for (int k = 0; k < H_ONCE; k++) {
            if (!str_eq_ascii_nocase(f->name, str_of(once_name[k])))
                continue;
            if (once[k].p)
                return refuse(400, "header given twice", why);
            once[k] = str_trim(f->value);
            if (!once[k].p)
                once[k] = S("");
        }
    }
    return 0;
}

static int check_method(str m, struct head_ok *out, const char **why)
{
    if (!is_token(m) || m.n > 16 || str_eq(m, S("TRACE")) || str_eq(m, S("CONNECT")))
        return refuse(400, "method", why);
    for (size_t i = 0; i < countof(methods); i++)
        if (str_eq(m, methods[i].name)) {
            out->method = methods[i].method;
            out->is_head = m.p[0] == 'H';
            out->is_known = true;
        }
    return 0;
}

/* Own path, or an absolute target that names the same host as the Host header. */
static int check_target(str target, struct head_ok *out, const char **why)
{
    if (target.n == 0 || target.n > TARGET_MAX)
        return refuse(target.n ? 414 : 400, "target length", why);
    for (size_t i = 0; i < target.n; i++)
        if ((unsigned char)target.p[i] <= ' ' || target.p[i] == 0x7f || target.p[i] == '#')
            return refuse(400, "control character in the target", why);
    str rest = target;
    if (target.p[0] != '/') {
        size_t scheme = str_starts(target, S("http://")) ? 7 : str_starts(target, S("https://")) ? 8 : 0;
        if (!scheme)
            return refuse(400, "target is no path", why);
        rest = str_from(target, scheme);
        ptrdiff_t slash = str_find_char(rest, '/');
        if (slash < 0 || !str_eq_ascii_nocase(str_head(rest, (size_t)slash), out->authority))
            return refuse(400, "target of another host", why);
        rest = str_from(rest, (size_t)slash);
    }
    out->path = str_cut(&rest, '?');
    out->query = rest;
    return 0;
}

static int check_length(const str once[H_ONCE], struct head_ok *out, const char **why)
{
    str length = once[H_LENGTH], encoding = once[H_ENCODING];
    out->length = -1;
    if (length.p && encoding.p)
        return refuse(400, "length and encoding together", why);
    if (encoding.p && !str_eq_ascii_nocase(encoding, S("chunked")))
        return refuse(400, "transfer encoding", why);
    if (length.p && (length.n > 12 || !length.n || !str_to_int(length, &out->length) ||
                     length.p[0] == '-' || length.p[0] == '+'))
        return refuse(400, "content length", why);
    out->is_chunked = encoding.p != NULL;
    out->has_body = out->is_chunked || out->length > 0;
    return 0;
}

/* "boundary" or "charset" among the parameters after the media type. */
static bool parameter(str type, str wanted, str *value)
{
    str_cut(&type, ';');
    while (type.n > 0) {
        str v = str_trim(str_cut(&type, ';'));
        str name = str_cut(&v, '=');
        if (!str_eq_ascii_nocase(name, wanted))
            continue;
        if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
            v = (str){ v.p + 1, v.n - 2 };
        *value = v;
        return true;
    }
    return false;
}

static bool boundary_ok(str s)
{
    static const char extra[] = "'()+_,-./:=? ";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i], low = (char)(c | 0x20);
        if (!((c >= '0' && c <= '9') || (low >= 'a' && low <= 'z') ||
              (c && memchr(extra, c, sizeof extra - 1))))
            return false;
    }
    return s.n > 0 && s.n <= 70 && s.p[s.n - 1] != ' ';
}

static int check_type(str type, struct head_ok *out, const char **why)
{
    static const struct { str name; enum content content; } known[] = {
        { { "application/x-www-form-urlencoded", 33 }, CONTENT_FORM },
        { { "multipart/form-data", 19 }, CONTENT_MULTIPART },
        { { "application/json", 16 }, CONTENT_JSON },
    };
    str rest = type, charset = { 0 };
    str media = str_trim(str_cut(&rest, ';'));
    if (!type.p)
        return 0;
    out->content = CONTENT_OTHER;
    for (size_t i = 0; i < countof(known); i++)
        if (str_eq_ascii_nocase(media, known[i].name))
            out->content = known[i].content;
    if (parameter(type, S("charset"), &charset) && !str_eq_ascii_nocase(charset, S("utf-8")))
        return refuse(415, "charset", why);
    if (out->content == CONTENT_MULTIPART &&
        (!parameter(type, S("boundary"), &out->boundary) || !boundary_ok(out->boundary)))
        return refuse(400, "boundary", why);
    return 0;
}

int head_check(const struct head *h, struct head_ok *out, const char **why)
{
    str once[H_ONCE] = { 0 };
    int status;
    *out = (struct head_ok){ .length = -1 };
    *why = "";
    if (!str_eq(h->version, S("HTTP/1.1")) && !str_eq(h->version, S("HTTP/1.0")))
        return refuse(505, "version", why);
    if ((status = check_method(h->method, out, why)) || (status = check_fields(h, once, why)))
        return status;
    if (!once[H_HOST].p || !host_check(once[H_HOST], &out->host))
        return refuse(400, "host", why);
    out->authority = once[H_HOST];
    if (once[H_COOKIE].p && (cookie_count(once[H_COOKIE], S("sid")) > 1 ||
                             cookie_count(once[H_COOKIE], S("__Host-sid")) > 1))
        return refuse(400, "session cookie given twice", why);
    if (once[H_EXPECT].p && !str_eq_ascii_nocase(once[H_EXPECT], S("100-continue")))
        return refuse(400, "expect", why);
    out->expects_continue = once[H_EXPECT].p != NULL;
    if ((status = check_target(h->target, out, why)) || (status = check_length(once, out, why)))
        return status;
    if (out->is_chunked && str_eq(h->version, S("HTTP/1.0")))
        return refuse(400, "chunked in HTTP/1.0", why);
    return check_type(once[H_TYPE], out, why);
}

int body_check(const struct head_ok *h, enum body_class class, size_t max, const char **why)
{
    static const unsigned takes[] = {
        [BODY_NONE] = 0, [BODY_FORM] = 1u << CONTENT_FORM,
        [BODY_MULTIPART] = 1u << CONTENT_MULTIPART | 1u << CONTENT_FORM,
        [BODY_JSON] = 1u << CONTENT_JSON, [BODY_RAW] = ~0u,
    };
    *why = "";
    if (!h->has_body)
        return 0;
    if (class == BODY_NONE)
        return refuse(400, "a body where none is taken", why);
    if (!(takes[class] & 1u << h->content))
        return refuse(415, "content type", why);
    if (h->length > 0 && (uint64_t)h->length > max)
        return refuse(413, "body too large", why);
    return 0;
}
