/* target.c - taking a URL apart; see target.h.
 *
 * Strict where browsers are lenient: what two readers could read differently (a backslash, a tab,
 * an encoded byte in the host, a second colon) is refused, never mended.
 */
#include "egress/target.h"
#include "base/utf8.h"
#include <unicode/uidna.h>

static struct egress_policy policy;

const struct egress_policy *egress_policy(void) { return &policy; }
void egress_policy_set(const struct egress_policy *p) { policy = *p; }

static bool port_of(str s, int *out)
{
    int64_t n;
    if (s.n > 5 || !str_to_int(s, &n) || n < 1 || n > 65535)
        return false;
    *out = (int)n;
    return true;
}

bool policy_add_local(struct egress_policy *p, str list)
{
    while (list.n) {
        str one = str_cut(&list, ',');
        ptrdiff_t colon = -1;
        for (size_t i = 0; i < one.n; i++)
            if (one.p[i] == ':')
                colon = (ptrdiff_t)i;
        struct policy_local *l = &p->local[p->nlocal];
        if (p->nlocal == POLICY_LOCAL_MAX || colon < 1 || colon >= TARGET_HOST_MAX || !port_of(str_from(one, (size_t)colon + 1), &l->port))
            return false;
        memcpy(l->host, one.p, (size_t)colon);
        l->host[colon] = '\0';
        p->nlocal++;
    }
    return true;
}

static bool is_named(const struct egress_policy *p, const struct target *t)
{
    for (int i = 0; i < p->nlocal; i++)
        if (p->local[i].port == t->port && str_eq_ascii_nocase(str_of(p->local[i].host), str_of(t->host)))
            return true;
    return false;
}

/* ── the host ──────────────────────────────────────────────────────────────── */

/* Unicode's own processing of names: full-width digits, other dots and letters become ASCII. */
static bool to_ascii(str host, char out[TARGET_HOST_MAX])
{
    UErrorCode code = U_ZERO_ERROR;
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UIDNA *idna = uidna_openUTS46(UIDNA_USE_STD3_RULES | UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII, &code);
    int32_t n = U_FAILURE(code) ? 0 : uidna_nameToASCII_UTF8(idna, host.p, (int32_t)host.n, out, TARGET_HOST_MAX, &info, &code);
    uidna_close(idna);
    if (U_FAILURE(code) || info.errors || n <= 0 || n >= TARGET_HOST_MAX)
        return false;
    n -= out[n - 1] == '.';
    out[n] = '\0';
    return n > 0 && out[n - 1] != '.' && out[0] != '.';
}

/* Names that resolvers answer from the inside, whatever the address they give. */
static bool is_inside_name(str host)
{
    static const char *const ends[] = { ".localhost", ".local", ".internal", ".lan", ".home", ".corp", ".intranet", ".arpa", ".onion" };
    for (size_t i = 0; i < countof(ends); i++)
        if (str_ends(host, str_of(ends[i])))
            return true;
    return str_find_char(host, '.') < 0;
}

static enum target_fault read_name(str host, struct target *t)
{
    if (!host.n || host.n >= TARGET_HOST_MAX || str_find_char(host, '%') >= 0 || !to_ascii(host, t->host))
        return TARGET_HOST;
    enum ip_form form = ip_v4_parse(str_of(t->host), &t->ip);
    t->is_ip = form == IP_GOOD;
    return form == IP_BAD ? TARGET_HOST : TARGET_GOOD;
}

static enum target_fault read_brackets(str inside, struct target *t)
{
    char text[IP_TEXT_MAX];
    if (!ip_v6_parse(inside, &t->ip))
        return TARGET_HOST;
    t->is_ip = true;
    ip_write(&t->ip, text);
    snprintf(t->host, sizeof t->host, "[%s]", text);
    return TARGET_GOOD;
}

static enum target_fault read_host(str authority, struct target *t, str *port)
{
    ptrdiff_t end = str_find_char(authority, authority.n && authority.p[0] == '[' ? ']' : ':');
    bool is_bracket = authority.n && authority.p[0] == '[';
    if (is_bracket && end < 0)
        return TARGET_HOST;
    str host = end < 0 ? authority : str_head(authority, (size_t)end), rest = end < 0 ? (str){ 0 } : str_from(authority, (size_t)end);
    if (is_bracket)
        rest = str_from(rest, 1);
    if (rest.n && rest.p[0] != ':')
        return TARGET_HOST;
    *port = rest;
    enum target_fault f = is_bracket ? read_brackets(str_from(host, 1), t) : read_name(host, t);
    if (f == TARGET_GOOD && t->is_ip && !t->ip.is_v6)
        ip_write(&t->ip, t->host);
    return f;
}

/* ── the rest ──────────────────────────────────────────────────────────────── */

static bool is_clean(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F || strchr("\\\"<>^`{|}", s.p[i]))
            return false;
    return s.n > 0 && utf8_valid(s);
}

static str path_of(struct arena *a, str s)
{
    struct buf b = buf_new(a, 3 * TARGET_URL_MAX + 2);
    if (!s.n || s.p[0] != '/')
        buf_char(&b, '/');
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x80)
            buf_char(&b, s.p[i]);
        else
            buf_fmt(&b, "%%%02X", (unsigned char)s.p[i]);
    return buf_str(&b);
}

static bool is_port_allowed(const struct target *t)
{
    return t->port == 443 || t->port == 8443 || (!t->is_tls && t->port == 80);
}

static enum target_fault judge(const struct egress_policy *p, struct target *t)
{
    t->is_local = is_named(p, t);
    if (t->is_local)
        return TARGET_GOOD;
    if (!t->is_tls && !p->allow_http)
        return TARGET_NO_TLS;
    if (!is_port_allowed(t))
        return TARGET_PORT;
    if (t->is_ip ? !ip_is_public(&t->ip) : is_inside_name(str_of(t->host)))
        return TARGET_INSIDE;
    return TARGET_GOOD;
}

enum target_fault target_parse(struct arena *a, str url, const struct egress_policy *p, struct target *out)
{
    struct target t = { 0 };
    str port;
    if (url.n > TARGET_URL_MAX)
        return TARGET_LONG;
    if (!is_clean(url))
        return TARGET_CHARACTER;
    t.is_tls = str_eq_ascii_nocase(str_head(url, 8), S("https://"));
    if (!t.is_tls && !str_eq_ascii_nocase(str_head(url, 7), S("http://")))
        return TARGET_SCHEME;
    str rest = str_from(url, t.is_tls ? 8 : 7);
    rest = str_cut(&rest, '#');
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?')
        end++;
    str authority = str_head(rest, end);
    if (str_find_char(authority, '@') >= 0)
        return TARGET_USERINFO;
    enum target_fault f = read_host(authority, &t, &port);
    if (f != TARGET_GOOD)
        return f;
    t.port = t.is_tls ? 443 : 80;
    if (port.n && !port_of(str_from(port, 1), &t.port))
        return TARGET_PORT;
    f = judge(p, &t);
    if (f == TARGET_GOOD) {
        t.path = path_of(a, str_from(rest, end));
        *out = t;
    }
    return f;
}

str target_url(struct arena *a, const struct target *t)
{
    bool is_usual = t->port == (t->is_tls ? 443 : 80);
    str port = is_usual ? (str){ 0 } : arena_fmt(a, ":%d", t->port);
    return arena_fmt(a, "%s://%s%.*s%.*s", t->is_tls ? "https" : "http", t->host, STR_ARG(port), STR_ARG(t->path));
}
