/* log.c - JSON lines, each written with one write() so that lines never mix.
 *
 * A line is JSON whatever it is told: a text past its ceiling is cut between two
 * characters, a pair for which no room is left is not there at all, and bytes that
 * are no UTF-8 (a target as it came) are shown one by one. No printf: each request
 * writes a line of twenty parts.
 */
#include "base/log.h"
#include "base/clock.h"
#include "base/utf8.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 8192, TEXT_MAX_BYTES = 2048, END_BYTES = 2, ESCAPED_MAX = 6 };
struct line { char p[LINE_MAX_BYTES]; size_t n; bool is_full; };

static _Thread_local const char *workspace;
void log_workspace(const char *name) { workspace = name; }

static void put(struct line *l, str s)
{
    if (s.n > sizeof l->p - END_BYTES - l->n) {
        l->is_full = true;
    } else if (s.n) {
        memcpy(l->p + l->n, s.p, s.n);
        l->n += s.n;
    }
}

static void put_int(struct line *l, int64_t n)
{
    char b[20], *p = b + sizeof b;
    uint64_t rest = n < 0 ? -(uint64_t)n : (uint64_t)n;
    do
        *--p = (char)('0' + rest % 10);
    while (rest /= 10);
    if (n < 0)
        *--p = '-';
    put(l, (str){ p, (size_t)(b + sizeof b - p) });
}

static void put_escape(struct line *l, unsigned char c)
{
    char escape[ESCAPED_MAX] = { '\\', 'u', '0', '0', "0123456789abcdef"[c >> 4], "0123456789abcdef"[c & 15] };
    if (c == '"' || c == '\\')
        escape[1] = (char)c;
    put(l, (str){ escape, c == '"' || c == '\\' ? 2 : sizeof escape });
}

static bool is_plain(unsigned char c, bool is_utf8)
{
    return c >= 0x20 && c != 0x7f && c != '"' && c != '\\' && (c < 0x80 || is_utf8);
}
static bool is_inside(char c) { return ((unsigned char)c & 0xc0) == 0x80; }

/* What escaping makes of it takes TEXT_MAX_BYTES at most: three long ones leave room for all that is short. */
static void put_text(struct line *l, str s)
{
    bool is_utf8 = utf8_valid(s);
    size_t left = sizeof l->p - END_BYTES - l->n, room = left < TEXT_MAX_BYTES ? left : TEXT_MAX_BYTES, end = l->n + room;
    for (size_t i = 0, from; i < s.n && end - l->n > ESCAPED_MAX; i++) {
        size_t most = end - l->n - ESCAPED_MAX;
        for (from = i; i < s.n && i - from < most && is_plain((unsigned char)s.p[i], is_utf8);)
            i++;
        bool is_cut = i < s.n && i - from == most;
        while (is_utf8 && is_cut && i > from && is_inside(s.p[i]))
            i--;
        put(l, (str){ s.p + from, i - from });
        if (i == s.n || is_cut)
            return;
        put_escape(l, (unsigned char)s.p[i]);
    }
}

static void put_pair(struct line *l, const struct log_pair *p)
{
    size_t before = l->n;
    put(l, S(",\"")), put(l, str_of(p->name)), put(l, S("\":"));
    if (p->is_num)
        put_int(l, p->num);
    else
        put(l, S("\"")), put_text(l, p->text), put(l, S("\""));
    if (l->is_full)
        l->n = before;
    l->is_full = false;
}

void log_line(enum log_level level, const char *event, const struct log_pair *pairs, size_t n)
{
    static const char *const name[] = { "info", "warn", "error" };
    struct line l __attribute__((uninitialized));       /* else the compiler puts eight kilobytes of zeros into each */

    l.n = 0, l.is_full = false;
    put(&l, S("{\"at\":")), put_int(&l, clock_now());
    put(&l, S(",\"level\":\"")), put(&l, str_of(name[level]));
    put(&l, S("\",\"event\":\"")), put(&l, str_of(event)), put(&l, S("\""));
    if (workspace)
        put_pair(&l, &LOG_S("workspace", str_head(str_of(workspace), 100)));
    for (size_t i = 0; i < n; i++)
        put_pair(&l, &pairs[i]);
    memcpy(l.p + l.n, "}\n", END_BYTES);
    if (write(STDERR_FILENO, l.p, l.n + END_BYTES) < 0)
        return;                                 /* nowhere left to say it */
}

void die(const char *fmt, ...)
{
    char b[512];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(b, sizeof b, fmt, ap);
    va_end(ap);
    log_event(LOG_ERROR, "fatal", LOG_S("why", str_of(b)));
    abort();
}
