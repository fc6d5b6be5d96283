/* log.c - JSON lines, each written with one write() so that lines never mix. */
#include "base/log.h"
#include "base/clock.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 8192 };
struct line { char p[LINE_MAX_BYTES]; size_t n; };

static _Thread_local const char *workspace;
void log_workspace(const char *name) { workspace = name; }

static void put(struct line *l, const char *p, size_t n)
{
    size_t room = sizeof l->p - 3 - l->n;       /* the end "\"}\n" always fits */
    n = n < room ? n : room;
    memcpy(l->p + l->n, p, n);
    l->n += n;
}

static void put_escaped(struct line *l, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char b[8];
        unsigned char c = (unsigned char)s.p[i];
        if (sizeof l->p - 3 - l->n < 8)
            return;                             /* never half an escape */
        if (c == '"' || c == '\\')
            put(l, (char[]){ '\\', (char)c }, 2);
        else if (c < 0x20 || c == 0x7f)
            put(l, b, (size_t)snprintf(b, sizeof b, "\\u%04x", c));
        else
            put(l, (const char *)&s.p[i], 1);
    }
}

void log_line(enum log_level level, const char *event, const struct log_pair *pairs, size_t n)
{
    static const char *const name[] = { "info", "warn", "error" };
    struct line l = { .n = 0 };
    char b[160];

    put(&l, b, (size_t)snprintf(b, sizeof b, "{\"at\":%lld,\"level\":\"%s\",\"event\":\"%s\"",
                                (long long)clock_now(), name[level], event));
    if (workspace)
        put(&l, b, (size_t)snprintf(b, sizeof b, ",\"workspace\":\"%.100s\"", workspace));
    for (const struct log_pair *p = pairs; p < pairs + n; p++) {
        put(&l, b, (size_t)snprintf(b, sizeof b, ",\"%s\":", p->name));
        if (p->is_num) {
            put(&l, b, (size_t)snprintf(b, sizeof b, "%lld", (long long)p->num));
            continue;
        }
        put(&l, "\"", 1);
        put_escaped(&l, p->text);
        l.p[l.n++] = '"';
    }
    memcpy(l.p + l.n, "}\n", 2);
    if (write(STDERR_FILENO, l.p, l.n + 2) < 0)
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
