/* form.h - application/x-www-form-urlencoded and query strings. */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "http/http.h"

/* Pairs in order; names and values decoded into `a`. ERR_INVALID for a broken
 * escape, NUL or text that is not UTF-8; ERR_TOO_LARGE past PAIRS_MAX. */
__attribute__((warn_unused_result))
bool form_parse(struct arena *a, str body, struct pair **out, size_t *n, struct err *e);
