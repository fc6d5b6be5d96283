/* buf.c - growing text with a ceiling. */
#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>

static bool reserve(struct buf *b, size_t more)
{
    if (b->full || more > b->max - b->n) {
        b->full = true;
        return false;
    }
    if (more > b->cap - b->n) {
        size_t cap = b->cap ? b->cap * 2 : 256;
        while (cap < b->n + more)
            cap *= 2;
        char *p = arena_alloc(b->a, 1, 1, cap);
        if (b->n)
            memcpy(p, b->p, b->n);
        b->p = p;
        b->cap = cap;
    }
    return true;
}

void buf_put(struct buf *b, str s)
{
    if (s.n && reserve(b, s.n)) {
        memcpy(b->p + b->n, s.p, s.n);
        b->n += s.n;
    }
}

void buf_char(struct buf *b, char c) { buf_put(b, (str){ &c, 1 }); }

void buf_int(struct buf *b, int64_t i) { buf_fmt(b, "%lld", (long long)i); }

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n > 0 && reserve(b, (size_t)n + 1)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        b->n += (size_t)n;
    }
    va_end(again);
}
