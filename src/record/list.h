/* list.h - private to list.c, summary.c and search: the part of a list that says which records. */
#pragma once
#include "record/query.h"

/* " WHERE ..." over alias t0: not deleted, the reader's rights, filter, words. */
__attribute__((warn_unused_result))
bool list_where(struct ctx *c, const struct list_spec *s, struct sql *q, struct err *e);
/* The statement of a page's first walk: tests look at its plan. */
__attribute__((warn_unused_result))
bool list_statement(struct ctx *c, const struct list_spec *s, struct sql *q, struct err *e);
/* Would no index of the filter lead to few? (list_common.c) The filter has been checked. */
__attribute__((warn_unused_result))
bool list_is_common(struct ctx *c, const struct entity *en, const struct query *filter, bool *out, struct err *e);
/* Does `q`, a count with a limit, come to `enough`? is_kept: as it came lately. */
__attribute__((warn_unused_result))
bool list_reaches(struct ctx *c, struct sql *q, int64_t enough, bool is_kept, bool *out, struct err *e);
