/* buf.c - growing text with a ceiling. */
#include "base/buf.h"
#include <stdarg.h>
#include <stdio.h>

enum { FIRST = 256 };

/* The block is the arena's last: it becomes longer where it stands. */
static bool stretch(struct buf *b, size_t cap)
{
    struct arena *a = b->a;
    if (!b->p || b->p + b->cap + ARENA_GAP != a->at || (size_t)(a->end - a->at) < cap - b->cap)
        return false;
    a->at += cap - b->cap;
    ASAN_UNPOISON_MEMORY_REGION(b->p, cap);
    ASAN_POISON_MEMORY_REGION(b->p + cap, ARENA_GAP);
    return true;
}

bool buf_reserve(struct buf *b, size_t more)
{
    if (b->full || more > b->max - b->n) {
        b->full = true;
        b->cap = b->n;                          /* so that no shorter piece slips in behind */
        return false;
    }
    if (more <= b->cap - b->n)
        return true;
    size_t cap = b->cap ? b->cap * 2 : FIRST;
    while (cap < b->n + more)
        cap *= 2;
    cap = cap < b->max ? cap : b->max;
    if (!stretch(b, cap)) {
        char *p = arena_raw(b->a, 1, 1, cap);
        if (b->n)
            memcpy(p, b->p, b->n);
        b->p = p;
    }
    b->cap = cap;
    return true;
}

void buf_int(struct buf *b, int64_t i)
{
    char digits[20], *end = digits + sizeof digits, *at = end;
    uint64_t rest = i < 0 ? -(uint64_t)i : (uint64_t)i;
    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (i < 0)
        buf_char(b, '-');
    buf_put(b, (str){ at, (size_t)(end - at) });
}

void buf_fmt(struct buf *b, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    size_t room = b->cap - b->n;                /* most fit where they stand; else they are written twice */
    int n = vsnprintf(room ? b->p + b->n : NULL, room, fmt, ap);
    va_end(ap);
    bool fits = n > 0 && (size_t)n < room;
    if (n > 0 && !fits && buf_reserve(b, (size_t)n + 1)) {
        vsnprintf(b->p + b->n, (size_t)n + 1, fmt, again);
        fits = true;
    }
    b->n += fits ? (size_t)n : 0;
    va_end(again);
}
