/* arena.c - the parts of the allocator that are not worth inlining.
 *
 * Memory is mapped with MAP_NORESERVE: a request that needs little costs
 * little. arena_reset() returns what lies past the first pages to the system,
 * so one heavy request does not leave a fat worker behind.
 */
#include "base/arena.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { KEEP = 256 * 1024 };                     /* bytes kept warm between requests */

_Thread_local sigjmp_buf *arena_boundary;

void arena_full(void)
{
    if (!arena_boundary) {
        fputs("setu: out of request memory outside a request\n", stderr);
        abort();
    }
    siglongjmp(*arena_boundary, 1);
}

struct arena arena_open(size_t bytes)
{
    char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        fputs("setu: cannot reserve memory\n", stderr);
        abort();
    }
    ASAN_POISON_MEMORY_REGION(p, bytes);
    return (struct arena){ .at = p, .end = p + bytes, .base = p };
}

void arena_close(struct arena *a)
{
    if (a->base) {
        ASAN_UNPOISON_MEMORY_REGION(a->base, (size_t)(a->end - a->base));
        munmap(a->base, (size_t)(a->end - a->base));
    }
    *a = (struct arena){ 0 };
}

void arena_reset(struct arena *a)
{
    if (a->at - a->base > 2 * KEEP)
        madvise(a->base + KEEP, (size_t)(a->at - a->base) - KEEP, MADV_DONTNEED);
    ASAN_POISON_MEMORY_REGION(a->base, (size_t)(a->at - a->base));      /* the rest is so since it was opened */
    a->at = a->base;
}

const char *arena_cstr(struct arena *a, str s)
{
    char *p = arena_raw(a, 1, 1, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = 0;
    return p;
}

str arena_str(struct arena *a, str s)
{
    return (str){ arena_cstr(a, s), s.n };
}

str arena_fmt(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    char text[256];                             /* nearly all of them; a longer one is written twice */
    int n = vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    char *p = arena_raw(a, 1, 1, (size_t)n + 1);
    if ((size_t)n < sizeof text)
        memcpy(p, text, (size_t)n + 1);
    else
        vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (str){ p, (size_t)n };
}
