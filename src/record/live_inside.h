/* live_inside.h - private to live_ask.c, live_time.c, scan_live.c: the conditions of a query that time turns. */
#pragma once
#include "record/live.h"
#include "record/query_write.h"

struct way { const struct entity *en; const struct query_source *s; };  /* into a source, from `en` */
struct atom {
    struct way way[QUERY_DEPTH_MAX]; int nway;
    struct query q;                             /* COMPARE or PERIOD over its leaf */
    const struct entity *en; const struct query_source *aggregate;      /* first( ), last( ): of all rows together */
    bool is_window;
    int64_t from, to;                           /* now */
    int64_t value[2], flip[2]; bool is_known[2];        /* the last answer of each end */
    int64_t *ends[2];                           /* where each end stands on each of the next days; NULL: not asked yet */
};
struct atoms { struct atom *v; int n; struct ctx *c; struct err *e; struct way way[QUERY_DEPTH_MAX]; int nway;
               int64_t today, *midnight; };               /* the next days, and when each begins */

/* ERR_INVALID: there are more than LIVE_ATOMS_MAX. Lives in c->a. */
bool live_atoms(struct ctx *c, const struct entity *en, const struct query *q, struct atoms *out, struct err *e);
/* When does this end (0: from, 1: to) pass v, which it has not yet? What turns much later is asked once on the way. */
int64_t live_flip(const struct atoms *l, struct atom *t, int end, int64_t v);
