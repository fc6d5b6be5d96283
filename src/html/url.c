/* url.c - which addresses may stand in a page.
 *
 * An allow-list: own paths, places in this very page (only from our own hand)
 * and four schemes. Browsers drop tabs and newlines inside a URL and read '\' as '/', so an address with a control character, a
 * space or a leading "/\" is refused as a whole rather than mended.
 */
#include "html/html.h"
#include <stdarg.h>
#include <stdio.h>

enum { URL_MAX = 8192 };

static const struct url nowhere = { { "#", 1 } };

static bool is_clean(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7F || s.p[i] == '\\')
            return false;
    return s.n > 0;
}

static bool starts_nocase(str s, str head) { return str_eq_ascii_nocase(str_head(s, head.n), head); }

static bool is_own_path(str s) { return s.p[0] == '/' && (s.n == 1 || s.p[1] != '/'); }

static bool has_host(str s, str scheme)
{
    str rest = str_from(s, scheme.n);
    return starts_nocase(s, scheme) && rest.n && rest.p[0] != '/' && rest.p[0] != '?' && rest.p[0] != '#';
}

struct url url_checked(str s)
{
    s = str_trim(s);
    bool ok = is_clean(s) && (is_own_path(s) || has_host(s, S("https://")) || has_host(s, S("http://")) ||
                              starts_nocase(s, S("mailto:")) || starts_nocase(s, S("tel:")));
    return ok ? (struct url){ s } : nowhere;
}

struct url url_path(str own_path)
{
    return is_clean(own_path) && (is_own_path(own_path) || own_path.p[0] == '#') ? (struct url){ own_path } : nowhere;
}

struct url url_fmt(struct arena *a, const char *fmt, ...)
{
    char text[256];                             /* nearly all of them; a longer one is written twice */
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(text, sizeof text, fmt, ap);
    str s = { text, n > 0 ? (size_t)n : 0 };
    if (s.n >= sizeof text && s.n < URL_MAX) {
        char *p = arena_new(a, char, s.n + 1);
        vsnprintf(p, s.n + 1, fmt, again);
        s.p = p;
    } else {
        s = s.n < sizeof text ? arena_str(a, s) : (str){ 0 };
    }
    va_end(again);
    va_end(ap);
    return url_path(s);
}
