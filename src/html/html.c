/* html.c - the sink: escaping of text, attributes and parts of URLs.
 *
 * One table of bytes serves text and quoted attributes alike; nearly all text needs
 * nothing, so it is looked at sixteen bytes at a time and copied as it is. Control characters
 * are dropped except tab and newline: browsers strip them inside URLs and
 * attribute names, and nobody can see them.
 */
#include "html/html.h"

struct html html_new(struct arena *a, const struct locale *loc, size_t max)
{
    return (struct html){ .out = buf_new(a, max), .a = a, .loc = loc };
}

struct html html_part(const struct html *h)
{
    struct html part = *h;
    part.out = buf_new(h->a, h->out.max);
    return part;
}

void html_raw(struct html *h, str s) { buf_put(&h->out, s); }

/* What a byte becomes; NULL: itself; "": nothing. */
static const char *const entity[256] = {
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;",
    [0x00 ... 0x08] = "", [0x0B ... 0x1F] = "", [0x7F] = "",
};

/* Sixteen bytes at once: do all of them stand for themselves? Says no to tab and newline too, which the table then lets pass. */
enum { WIDE = 16 };
typedef unsigned char wide __attribute__((vector_size(WIDE)));
typedef uint64_t halves __attribute__((vector_size(WIDE)));

static inline bool is_plain(const char *p)
{
    wide w;
    memcpy(&w, p, WIDE);
    halves no = (halves)(w < 0x20) | (halves)(w == 0x7F) | (halves)(w == '&') | (halves)(w == '<') | (halves)(w == '>') |
                (halves)(w == '"') | (halves)(w == '\'');
    return (no[0] | no[1]) == 0;
}

/* How many bytes at the head of `s` stand for themselves. */
static size_t plain_head(str s)
{
    size_t i = 0;
    while (i < s.n) {
        size_t rest = s.n - i, step = rest < WIDE ? rest : WIDE;
        bool is_sure = rest >= WIDE ? is_plain(s.p + i) : s.n >= WIDE && is_plain(s.p + s.n - WIDE);
        size_t end = i + step;
        if (is_sure)
            i = end;
        for (; i < end; i++)
            if (entity[(unsigned char)s.p[i]])
                return i;
    }
    return i;
}

void html_text(struct html *h, str s)
{
    for (size_t n = plain_head(s);; n = plain_head(s)) {
        buf_put(&h->out, (str){ s.p, n });
        if (n == s.n)
            return;
        buf_put(&h->out, str_of(entity[(unsigned char)s.p[n]]));
        s = str_from(s, n + 1);
    }
}

void html_int(struct html *h, int64_t i) { buf_int(&h->out, i); }

void html_url(struct html *h, struct url u) { html_text(h, u.s); }

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '.' || c == '~';
}

/* "." and ".." as a whole path segment would walk up, even percent-encoded. */
static bool is_dots_segment(const struct html *h, str s)
{
    return (str_eq(s, S(".")) || str_eq(s, S(".."))) && h->out.n && h->out.p[h->out.n - 1] == '/';
}

void html_url_part(struct html *h, str s)
{
    static const char hex[] = "0123456789ABCDEF";
    if (is_dots_segment(h, s)) {
        html_lit(h, "-");
        return;
    }
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (is_unreserved(s.p[i]))
            continue;
        html_raw(h, (str){ s.p + from, i - from });
        html_raw(h, (str){ (char[]){ '%', hex[c >> 4], hex[c & 15] }, 3 });
        from = i + 1;
    }
    html_raw(h, str_from(s, from));
}
