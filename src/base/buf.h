/* buf.h - text that grows, up to a ceiling.
 *
 * Grows by doubling: in its place while nothing was taken from the arena after it,
 * else by moving (the old block is left behind: at most twice the final size is
 * used). Past `max` the sticky flag `full` is set and further bytes are dropped;
 * the writer checks it once, at the end.
 */
#pragma once
#include "base/arena.h"

struct buf { struct arena *a; char *p; size_t n, cap, max; bool full; };

static inline struct buf buf_new(struct arena *a, size_t max) { return (struct buf){ .a = a, .max = max }; }
bool buf_reserve(struct buf *b, size_t more);   /* room for so many bytes behind b->n; false: full */

static inline void buf_put(struct buf *b, str s)
{
    if (s.n && (s.n <= b->cap - b->n || buf_reserve(b, s.n))) {
        memcpy(b->p + b->n, s.p, s.n);
        b->n += s.n;
    }
}

static inline void buf_char(struct buf *b, char c) { buf_put(b, (str){ &c, 1 }); }
void buf_int(struct buf *b, int64_t i);
__attribute__((format(printf, 2, 3))) void buf_fmt(struct buf *b, const char *fmt, ...);
#define buf_lit(b, lit) buf_put((b), S(lit))
static inline str buf_str(const struct buf *b) { return (str){ b->p, b->n }; }
