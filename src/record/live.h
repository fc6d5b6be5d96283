/* live.h - a query kept true: whose answer a change may turn, what the answer is now, and when time
 * alone will turn it.
 *
 *   live_deps(c, en, q, &deps, &e)             once: what the query looks at
 *   live_touched(c, deps, &news, &ids, &e)     for each change or event: records of `en` to ask again
 *   live_ask(c, en, q, ids, n, &answers, &e)   member or not, and the next instant to ask
 *
 * Too many is always allowed, too few never: asking again is right at any time.
 */
#pragma once
#include "record/query.h"

enum { LIVE_STEPS_MAX = 10, LIVE_DEPS_MAX = 96, LIVE_IDS_MAX = 4000, LIVE_ATOMS_MAX = 16 };

/* One step away from the record: `from` --f--> `to`, or is_back: `to` has the field f that leads to `from`. */
struct live_step { const struct entity *from, *to; const struct field *f; bool is_back; };
enum live_kind { LIVE_RECORD, LIVE_EVENT, LIVE_ABOUT, LIVE_ANY, LIVE_SEGMENT };
struct live_dep {
    enum live_kind kind;
    struct live_step step[LIVE_STEPS_MAX]; int nsteps;
    const struct entity *en;                    /* where the steps end: whose record, event or membership */
    uint64_t fields;                            /* RECORD: those of en that are looked at, by place; rights look too */
    str events; bool is_prefix;                 /* EVENT: the kind; empty prefix: all */
    const struct entity *about;                 /* ABOUT: changes of what such an event is about */
    const struct field *field;                  /* ANY: a change of it anywhere asks all; there is no way back */
    int64_t segment;                            /* SEGMENT */
};
struct live_deps { const struct entity *en; struct live_dep *v; int n, cap; bool has_time; };     /* most have two or three */

/* What was written or happened. */
struct live_news {
    bool is_event;
    const struct entity *en; int64_t id; const struct field *field; str old_text; bool is_new;     /* a change */
    str kind; int64_t person, company, deal;                                        /* an event */
    int64_t segment;                            /* else a change of membership of the record `id` of `en` */
};
struct live_ids { int64_t *v; size_t n, cap; bool is_full; };      /* full: more than LIVE_IDS_MAX; ask all */

/* q is checked. ERR_INVALID: it looks at more than can be followed. */
__attribute__((warn_unused_result))
bool live_deps(struct ctx *c, const struct entity *en, const struct query *q, struct live_deps *out, struct err *e);
/* Could it turn any answer? By itself, without a look at the data: false spares the question. */
bool live_looks_at(const struct live_deps *d, const struct live_news *news);
/* Adds to `ids`, each once. */
__attribute__((warn_unused_result))
bool live_touched(struct ctx *c, const struct live_deps *d, const struct live_news *news, struct live_ids *ids, struct err *e);
void live_add(struct arena *a, struct live_ids *ids, int64_t id);

struct live_answer { int64_t id, due; bool is_in; };    /* due 0: never by time alone */
enum { LIVE_ASK_MAX = 64 };
/* Answers for those of ids (at most LIVE_ASK_MAX) that are there and may be seen; in no order. */
__attribute__((warn_unused_result))
bool live_ask(struct ctx *c, const struct entity *en, const struct query *q, const int64_t *ids, size_t n,
              struct live_answer *out, size_t *nout, struct err *e);
/* The next `limit` records after the id `after`, in order of id. */
__attribute__((warn_unused_result))
bool live_walk(struct ctx *c, const struct entity *en, const struct query *q, int64_t after, int limit,
               struct live_answer *out, size_t *nout, struct err *e);
