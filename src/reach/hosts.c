/* hosts.c - a list of hosts ends up in a header, so nothing but host names may pass. */
#include "reach/hosts.h"
#include "base/ascii.h"
#include "msg/reach.h"

static bool wrong(struct err *e, str host)
{
    fail(e, ERR_INVALID, MSG_reach_host_wrong, "host '%.*s'", STR_ARG(str_head(host, 80)));
    err_arg(e, "host", host);
    return err_field(e, "allowed_hosts");
}

static bool is_port(str s)
{
    int64_t n;
    return str_to_int(s, &n) && n > 0 && n < 65536;
}

static bool is_label(str s)
{
    if (!s.n || s.n > 63 || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-'))
            return false;
    return true;
}

static bool is_host(str s)
{
    str name = str_starts(s, S("*.")) ? str_from(s, 2) : s;
    ptrdiff_t colon = str_find_char(name, ':');
    if (colon >= 0 && !is_port(str_from(name, (size_t)colon + 1)))
        return false;
    if (colon >= 0)
        name.n = (size_t)colon;
    if (!name.n || name.n > 253 || str_ends(name, S(".")) || (name.n < s.n && str_find_char(name, '.') < 0 && colon < 0))
        return false;
    while (name.n)
        if (!is_label(str_cut(&name, '.')))
            return false;
    return true;
}

/* What people paste is an address; its host is meant. */
static str bare(struct arena *a, str s)
{
    ptrdiff_t at = str_find(s, S("://"));
    s = at < 0 ? s : str_from(s, (size_t)at + 3);
    ptrdiff_t slash = str_find_char(s, '/');
    return ascii_lower(a, slash < 0 ? s : str_head(s, (size_t)slash));
}

bool hosts_parse(struct arena *a, str text, str out[HOSTS_MAX], size_t *n, struct err *e)
{
    size_t count = 0;
    for (str word; (word = str_word(&text, ";")).n;) {
        str host = bare(a, word);
        if (!is_host(host) || count == HOSTS_MAX)
            return wrong(e, word);
        out[count++] = host;
    }
    *n = count;
    return true;
}

static bool fits(str pattern, str host)
{
    if (!str_starts(pattern, S("*.")))
        return str_eq_ascii_nocase(pattern, host);
    str end = str_from(pattern, 1);
    return host.n > end.n && str_eq_ascii_nocase(str_from(host, host.n - end.n), end);
}

bool hosts_have(struct arena *a, str text, str host)
{
    str list[HOSTS_MAX];
    struct err e = { 0 };
    size_t n;
    if (!host.n || !hosts_parse(a, text, list, &n, &e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (fits(list[i], host))
            return true;
    return false;
}

str hosts_csp(struct arena *a, str text)
{
    str list[HOSTS_MAX];
    struct err e = { 0 };
    struct buf b = buf_new(a, 8000);
    size_t n = 0;
    if (!hosts_parse(a, text, list, &n, &e))
        return (str){ 0 };
    for (size_t i = 0; i < n; i++) {
        buf_lit(&b, " ");
        buf_put(&b, list[i]);
    }
    return buf_str(&b);
}
