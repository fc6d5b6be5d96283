/* uchars.h - UTF-8 to ICU's UTF-16 in an arena. Invalid bytes become U+FFFD. */
#pragma once
#include "base/arena.h"
#include <unicode/ustring.h>

struct uchars { UChar *p; int32_t n; };

static inline struct uchars uchars_of(struct arena *a, str s)
{
    size_t cap = s.n < INT32_MAX / 2 ? s.n + 1 : INT32_MAX / 2;     /* never more units than bytes */
    struct uchars u = { arena_new(a, UChar, cap), 0 };
    UErrorCode rc = U_ZERO_ERROR;
    u_strFromUTF8WithSub(u.p, (int32_t)cap, &u.n, s.n ? s.p : "", (int32_t)(cap - 1), 0xFFFD, NULL, &rc);
    if (U_FAILURE(rc))
        u.n = 0;
    return u;
}
