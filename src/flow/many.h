/* many.h - one field of many records set to one value.
 *
 * A few are one write of a request; more are a job, a slice a write, with the rights of who asked. What may not be changed, or does
 * not take the value, stays as it is and keeps no other from being changed.
 */
#pragma once
#include "flow/job.h"

enum { MANY_SLICE = 200, MANY_MAX = 10000 };
struct many {
    const struct entity *en; const struct field *f;
    str value, filter;                          /* canonical text; query language */
    str back;                                   /* the list it was asked from, "/deals?view=..." */
    int64_t n;                                  /* records, as counted */
};
/* Inside a write: the records of `ids`, each tried by itself. */
__attribute__((warn_unused_result))
bool many_put(struct ctx *tx, const struct many *m, const int64_t *ids, size_t n, int64_t *changed, int64_t *kept, struct err *e);
/* Inside a write. */
__attribute__((warn_unused_result))
bool many_add(struct ctx *tx, const struct many *m, int64_t *job, struct err *e);

struct many_state { struct many m; struct job_row job; int64_t changed; bool is_over; };       /* changed: once over, and not undone */
/* ERR_NOT_FOUND: none of the reader's. */
__attribute__((warn_unused_result))
bool many_look(struct ctx *c, int64_t job, struct many_state *out, struct err *e);
/* *kept: writes that could not be, since somebody changed their records. */
__attribute__((warn_unused_result))
bool many_undo(struct ctx *c, int64_t job, int64_t *undone, int64_t *kept, struct err *e);

extern const struct job_kind many_job;
