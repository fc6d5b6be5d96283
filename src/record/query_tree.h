/* query_tree.h - private to query_*.c: what the tree's names and values mean.
 *
 * query_check.c finds names and refuses what cannot be compared, query_value.c
 * reads values, query_sql.c writes the condition. Checking and compiling read
 * values by the same function, so what passed the check compiles.
 */
#pragma once
#include "record/query.h"

enum leaf { LEAF_TEXT, LEAF_NUMBER, LEAF_DATE, LEAF_INSTANT, LEAF_BOOL, LEAF_CHOICE, LEAF_SET, LEAF_REF, LEAF_ID };

/* created_at, created_by ...; NULL: no such. deleted_at is none: the engine's own. */
const struct field *query_system(str name);
const struct field *query_step(const struct query *q, int i);           /* field or system column */
static inline const struct field *query_leaf(const struct query *q) { return query_step(q, q->npath - 1); }
enum leaf query_leaf_kind(const struct field *f);       /* lists of references are LEAF_REF too */
/* A field the reader may name, or NULL; *system tells which kind of name it was. */
const struct field *query_find(const struct ctx *c, const struct entity *en, str name);
const struct entity *query_target(const struct field *f);               /* of a reference, or NULL */
/* Does the column NAME_fold stand beside it? */
static inline bool query_is_folded(const struct field *f)
{
    bool is_short = f->type == FIELD_TEXT || f->type == FIELD_EMAIL || f->type == FIELD_PHONE || f->type == FIELD_URL;
    return is_short && (f->flags & (F_SEARCH | F_SORT));
}

/* ── events and related records: query_kind.c, query_many.c ──────────────── */

/* The shape of an event that is about `about` (may be NULL): its fields are columns of `event`. */
const struct entity *query_events(struct arena *a, const char *about);
bool query_is_events(const struct entity *en);
const struct field *query_event_field(const struct entity *en, str name);
const char *query_event_column(const struct entity *en);                /* that leads to its records; NULL: none does */
bool query_is_prefix(str name, str *prefix);            /* "mail.*" and "*"; the prefix may be empty */
bool query_check_many(struct ctx *c, const struct entity *en, struct query *q, struct err *e);
bool query_check_segment(struct ctx *c, const struct entity *en, struct query *q, struct err *e);
/* What the window of a source is about: `at` where there is one, else when it was made. */
const struct field *query_when(const struct entity *en);
/* The window of a source as a condition of its own. */
struct query query_window(const struct query_source *s);
/* Does the reader see all events of a source, whatever they are about? */
bool query_sees_events(const struct ctx *c, const struct entity *en, const struct query_source *s);
/* Does time alone turn it? (live_ask.c) */
bool query_mentions_time(const struct query *q);
/* Shared by the checks. */
bool query_check_test(struct ctx *c, struct query *q, struct err *e);   /* COMPARE, IN, EMPTY, PERIOD of a known leaf */
bool query_may_name(const struct ctx *c, const struct entity *en, const struct field *f);

/* A value ready to be bound. Dates and instants are [from, to): a day holds many instants. */
struct bound {
    int64_t from, to;                           /* DATE, INSTANT; NUMBER, ID, reference: from */
    str text;                                   /* TEXT, CHOICE, SET; title of a reference */
    bool is_title, is_my_team;
};
bool query_bound(struct ctx *c, const struct query *q, const struct query_value *v, struct bound *out, struct err *e);
bool query_is_true(const struct query_value *v);        /* true, yes, 1 */
bool query_period_range(struct ctx *c, const struct query *q, int64_t *from, int64_t *to, struct err *e);

/* The condition of words typed into the search box, over alias t0. */
void query_words(struct ctx *c, const struct entity *en, str words, struct sql *out);

/* The nearest of the names offered, for "did you mean"; feed names, then ask. */
struct nearest { str to, best; int distance; };
struct nearest nearest_to(str name);
void nearest_offer(struct nearest *n, str name);
