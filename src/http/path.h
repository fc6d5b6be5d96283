/* path.h - a request's path is decoded once, and only then looked at.
 *
 * What a proxy, a router and a file system may read differently is refused
 * instead of mended: encoded slashes and NULs, dot segments, double encoding,
 * empty segments, control characters, text that is not UTF-8. The decoded path
 * is the only one that routing, rights and logs ever see.
 */
#pragma once
#include "base/str.h"

enum { PATH_MAX_BYTES = 2048 };

/* `out` has room for raw.n bytes; *path points into it. False: refuse with 400. */
__attribute__((warn_unused_result)) bool path_decode(str raw, char *out, str *path);
/* Decodes %XX in place semantics, '+' as space when asked; false on a half or broken escape. */
__attribute__((warn_unused_result)) bool path_percent_decode(str raw, bool is_plus_space, char *out, size_t *n);
