/* not_same.h - pairs that look alike and are two: left out wherever duplicates are shown. */
#pragma once
#include "people/people.h"

enum { NOT_SAME_MAX = 20000 };
struct apart { int64_t id, one, other; };       /* one < other */

/* All of them, sorted for not_same_has(); the newest NOT_SAME_MAX. */
__attribute__((warn_unused_result))
bool not_same_all(struct ctx *c, const struct entity *en, struct apart **out, size_t *n, struct err *e);
bool not_same_has(const struct apart *v, size_t n, int64_t a, int64_t b);
/* Those who are said not to be this one. */
__attribute__((warn_unused_result))
bool not_same_of(struct ctx *c, const struct entity *en, int64_t id, int64_t **out, size_t *n, struct err *e);

/* Inside a write; said twice it is said once. */
__attribute__((warn_unused_result))
bool not_same_put(struct ctx *tx, const struct entity *en, int64_t a, int64_t b, struct err *e);
__attribute__((warn_unused_result))
bool not_same_drop(struct ctx *tx, const struct entity *en, int64_t a, int64_t b, struct err *e);
