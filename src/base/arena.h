/* arena.h - memory that is freed all at once.
 *
 * One arena per request. Everything arena_new() gives is zeroed and never NULL: when
 * the arena is full, arena_full() jumps to the nearest boundary of this thread
 * (ARENA_TRY), which answers 503; without a boundary it aborts. The jump may
 * cross only our own frames: callbacks from SQLite, qsort or curl must not
 * allocate here. A function that needs scratch space takes a second, DIFFERENT
 * arena by value: what it allocates there vanishes on return.
 */
#pragma once
#include <setjmp.h>
#include <stdalign.h>
#include <stdint.h>
#include "base/str.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { ARENA_GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(p, n)   ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { ARENA_GAP = 0 };
#endif

struct arena { char *at, *end, *base; };

/* The boundary of this thread; NULL: a full arena aborts. Saved and restored by its user. */
extern _Thread_local sigjmp_buf *arena_boundary;
__attribute__((noreturn)) void arena_full(void);

/* Reserves address space (pages are touched as used); aborts if the system refuses. */
struct arena arena_open(size_t bytes);
void arena_close(struct arena *a);              /* accepts a zeroed arena */
void arena_reset(struct arena *a);              /* forgets everything, gives big memory back */

/* As arena_alloc(), but not zeroed: for who writes every byte before it is read. */
static inline void *arena_raw(struct arena *a, size_t size, size_t align, size_t count)
{
    size_t pad = -(uintptr_t)a->at & (align - 1), room = (size_t)(a->end - a->at);
    if (room < pad + ARENA_GAP || (size && count > (room - pad - ARENA_GAP) / size))
        arena_full();
    char *p = a->at + pad;
    ASAN_UNPOISON_MEMORY_REGION(p, size * count);
    a->at = p + size * count + ARENA_GAP;
    ASAN_POISON_MEMORY_REGION(p + size * count, ARENA_GAP);
    return p;
}

static inline void *arena_alloc(struct arena *a, size_t size, size_t align, size_t count)
{
    return memset(arena_raw(a, size, align, count), 0, size * count);
}
#define arena_new(a, T, count) ((T *)arena_alloc((a), sizeof(T), alignof(T), (size_t)(count)))

str arena_str(struct arena *a, str s);                      /* a copy */
const char *arena_cstr(struct arena *a, str s);             /* a copy with a NUL */
__attribute__((format(printf, 2, 3))) str arena_fmt(struct arena *a, const char *fmt, ...);
