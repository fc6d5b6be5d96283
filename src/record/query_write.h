/* query_write.h - private to query_sql.c, query_source.c, query_due.c, explain.c: writing conditions of SQL. */
#pragma once
#include "record/query_tree.h"

enum { WRITE_ALIAS = 24 };

/* aggregate: the leaf is no column but what count( ) ... gives, over the alias it was made with.
 * record: the one asked about where a source has no `from`.
 * hides_time: conditions that time turns are unknown, so that the whole is unknown when it hangs on them. */
struct writer {
    struct ctx *c; struct sql *out; struct err *e;
    int naliases; const struct query_source *aggregate; int64_t record; bool hides_time;
};

const char *write_alias(struct writer *w, char out[WRITE_ALIAS]);       /* the next: q1, q2 ... */
str write_like(struct arena *a, const char *before, str text, const char *after);
void write_visible(struct writer *w, const struct entity *en, const char *alias);  /* seen by the reader, not deleted */
bool write_tree(struct writer *w, const char *alias, const struct entity *en, const struct query *q, bool deny);
bool write_along(struct writer *w, const char *alias, const struct query *q, int step, bool deny);
bool write_test(struct writer *w, const char *alias, const struct query *q);      /* a leaf in its positive form */
bool write_is_denied(const struct query *q);    /* is the positive form the opposite of what was asked? */
bool write_period(struct writer *w, const char *alias, const struct query *q);
void write_aggregate(struct writer *w, const char *alias);
void write_in_segment(struct writer *w, const struct query *q);

bool write_many(struct writer *w, const char *alias, const struct entity *en, const struct query *q, bool deny);
bool write_segment(struct writer *w, const char *alias, const struct query *q, bool deny);
/* FROM ... WHERE of what is counted, over `alias`, of the record `from`; NULL: of w->record. */
bool write_source(struct writer *w, const struct entity *en, const char *from, const char *alias, const struct query_source *s);
