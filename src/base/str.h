/* str.h - text is a pointer and a length, passed by value.
 *
 * A zeroed str is the empty text. A slice points into its source and lives as
 * long as it. Text is UTF-8, checked once at the border; `char *` with a NUL
 * stands only at the edges (libc, SQLite, argv).
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct { const char *p; size_t n; } str;

#define S(lit)     ((str){ "" lit, sizeof(lit) - 1 })
#define STR_ARG(s) (int)(s).n, (s).p            /* for "%.*s" */
#define countof(a) (sizeof(a) / sizeof *(a))

static inline str str_of(const char *z) { return (str){ z, z ? strlen(z) : 0 }; }

static inline bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || !memcmp(a.p, b.p, a.n));
}

static inline bool str_starts(str s, str head)
{
    return s.n >= head.n && (head.n == 0 || !memcmp(s.p, head.p, head.n));
}

static inline bool str_ends(str s, str tail)
{
    return s.n >= tail.n && (tail.n == 0 || !memcmp(s.p + s.n - tail.n, tail.p, tail.n));
}

/* The part from byte `from` on; empty past the end. */
static inline str str_from(str s, size_t from)
{
    return from >= s.n ? (str){ 0 } : (str){ s.p + from, s.n - from };
}

static inline str str_head(str s, size_t n) { return (str){ s.p, n < s.n ? n : s.n }; }

/* Index of the first `c`, or -1. */
static inline ptrdiff_t str_find_char(str s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;
    return at ? at - s.p : -1;
}

/* Removes the part before the first `sep` from *s and returns it. */
static inline str str_cut(str *s, char sep)
{
    const char *at = s->n ? memchr(s->p, sep, s->n) : NULL;
    str head = { s->p, at ? (size_t)(at - s->p) : s->n };
    size_t used = head.n + (at != NULL);
    *s = (str){ s->p ? s->p + used : NULL, s->n - used };
    return head;
}

/* Removes the first word of a list as people write one and returns it: between blanks, commas, the Arabic one too, and
 * the characters of `also`. Empty: there was no more. */
str str_word(str *list, const char *also);
str str_trim(str s);                            /* without ASCII space at both ends */
ptrdiff_t str_find(str s, str what);            /* byte index of the first `what`, or -1 */
bool str_eq_ascii_nocase(str a, str b);
int str_cmp(str a, str b);                      /* bytewise, as memcmp */
uint64_t str_hash(str s);                       /* FNV-1a: tables in memory, never for security */

/* Strict decimal, ASCII digits only, whole text, no overflow. */
__attribute__((warn_unused_result)) bool str_to_int(str s, int64_t *out);
