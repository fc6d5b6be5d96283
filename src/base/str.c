/* str.c - the few text helpers that are too long for the header. */
#include "base/str.h"

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c; }

/* Bytes of what stands between two words at its beginning; 0: nothing does. */
static size_t gap(str s, const char *also)
{
    if (is_space(*s.p) || *s.p == ',' || (*s.p && strchr(also, *s.p)))
        return 1;
    return s.n > 1 && !memcmp(s.p, "\u060C", 2) ? 2 : 0;
}

str str_word(str *list, const char *also)
{
    str s = *list;
    size_t n = 0;
    for (size_t g; s.n && (g = gap(s, also));)
        s = (str){ s.p + g, s.n - g };
    while (n < s.n && !gap((str){ s.p + n, s.n - n }, also))
        n++;
    *list = (str){ s.p ? s.p + n : NULL, s.n - n };
    return (str){ s.p, n };
}

str str_trim(str s)
{
    while (s.n && is_space(s.p[0]))
        s = (str){ s.p + 1, s.n - 1 };
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

ptrdiff_t str_find(str s, str what)
{
    if (what.n == 0)
        return 0;
    const char *at = s.n >= what.n ? memmem(s.p, s.n, what.p, what.n) : NULL;
    return at ? at - s.p : -1;
}

bool str_eq_ascii_nocase(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? c : (a.n > b.n) - (a.n < b.n);
}

uint64_t str_hash(str s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    return h;
}

bool str_to_int(str s, int64_t *out)
{
    bool minus = s.n && s.p[0] == '-';
    int64_t v = 0;

    if (s.n == (size_t)minus)
        return false;
    for (size_t i = minus; i < s.n; i++) {
        int d = s.p[i] - '0';
        if (d < 0 || d > 9 || __builtin_mul_overflow(v, 10, &v)
            || __builtin_sub_overflow(v, d, &v))        /* negative range is the wider one */
            return false;
    }
    if (!minus && v == INT64_MIN)
        return false;
    *out = minus ? v : -v;
    return true;
}
