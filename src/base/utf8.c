/* utf8.c - checking and walking UTF-8. */
#include "base/utf8.h"

/* Length of the sequence at p with `left` bytes to go, or 0 if it is malformed. */
static size_t sequence(const unsigned char *p, size_t left)
{
    if (p[0] < 0x80)
        return 1;
    size_t n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || left < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)
        || (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F))
        return 0;
    return n;
}

bool utf8_valid(str s)
{
    for (size_t i = 0; i < s.n;) {
        size_t n = sequence((const unsigned char *)s.p + i, s.n - i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t utf8_count(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
    return n;
}

uint32_t utf8_next(str *s)
{
    if (s->n == 0)
        return 0;
    const unsigned char *p = (const unsigned char *)s->p;
    size_t n = sequence(p, s->n);
    uint32_t cp = n <= 1 ? p[0] : p[0] & (0xFFu >> (n + 1));
    for (size_t i = 1; i < n; i++)
        cp = cp << 6 | (p[i] & 0x3Fu);
    if (n == 0)
        n = 1, cp = 0xFFFD;
    *s = (str){ s->p + n, s->n - n };
    return cp;
}

size_t utf8_put(char out[4], uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        out[i] = (char)(0x80 | (cp & 0x3F));
    out[0] = (char)((0xF00u >> n & 0xF0) | cp);
    return n;
}

str utf8_head(str s, size_t code_points)
{
    str rest = s;
    while (code_points-- && rest.n)
        utf8_next(&rest);
    return (str){ s.p, s.n - rest.n };
}
