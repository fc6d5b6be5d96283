/* utf8.h - checking and walking UTF-8 (RFC 3629: no surrogates, no overlongs). */
#pragma once
#include "base/str.h"

bool utf8_valid(str s);
size_t utf8_count(str s);                       /* code points of valid text */
/* Takes one code point off the front of valid text; 0 at the end. */
uint32_t utf8_next(str *s);
size_t utf8_put(char out[4], uint32_t cp);      /* bytes written */
str utf8_head(str s, size_t code_points);       /* the first so many */
