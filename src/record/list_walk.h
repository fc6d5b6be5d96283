/* list_walk.h - private to list*.c: the order of a list, and one walk along it. */
#pragma once
#include "record/cursor.h"
#include "record/list.h"

enum { SORT_ALIAS = 24 };
struct sort {
    const struct field *f;                      /* NULL: by id alone */
    const char *alias, *column, *suffix;        /* what is compared */
    const struct choice *choices;               /* sorted as they are declared */
    const struct entity *target; const struct field *title;     /* a reference: sorted by its title */
    bool is_desc, is_required, is_lowered, is_owner;
    bool is_unheld;                             /* a time of which the entity keeps no index (E_ACCOUNT) */
    bool is_far;                                /* nothing is near along it: what is found is sorted, and the index left alone */
    enum db_kind kind;
};
__attribute__((warn_unused_result))
bool sort_read(const struct ctx *c, const struct list_spec *s, struct sort *out, struct err *e);
/* Do indexes hold the records in this order? */
bool sort_is_walkable(const struct sort *o);
/* Of an order by titles: do indexes hold the titles in it, and the records under each? */
bool sort_is_led(const struct sort *o);
void sort_key(struct sql *q, const struct sort *o);

struct walk {
    const struct list_spec *s;
    struct sort sort;
    const struct query *filter;
    bool is_bounded;                            /* by the filter: the order's own index serves both */
    bool may_hide;                              /* the filter, from the indexes: the order's is walked */
    uint64_t want;                              /* fields shown */
    int limit;                                  /* rows still looked for */
    struct record **rows; struct db_val *keys; size_t n;
};

/* A stretch of the order: with a value or without, of one choice, towards the end or the beginning, after a place. */
struct stretch { bool in_empty, is_back; const struct choice *only; const struct cursor *at; };

static inline bool walk_goes_down(const struct sort *o, const struct stretch *p) { return o->is_desc != p->is_back; }
/* " WHERE ..." over t0, a condition that has been checked. is_hidden: it is the same, and no index is taken for it. */
__attribute__((warn_unused_result))
bool walk_where(struct ctx *c, const struct list_spec *s, const struct query *filter, bool is_hidden, struct sql *q, struct err *e);
/* One row more than shown tells whether the walk goes on. */
static inline int walk_page_of(const struct list_spec *s) { return (s->limit ? s->limit : LIST_LIMIT) + 1; }
/* The page's statement. is_hidden: the condition is the same, and no index is taken for it. */
__attribute__((warn_unused_result))
bool walk_sql(struct ctx *c, const struct walk *w, const struct stretch *p, bool is_hidden, struct sql *q, struct err *e);
/* Do enough lie near where the stretch begins, or is it short? (list_near.c) */
__attribute__((warn_unused_result))
bool walk_is_near(struct ctx *c, const struct walk *w, const struct stretch *p, bool *out, struct err *e);
bool walk_is_bounded(const struct query *filter, const struct field *by);
/* " FROM ... WHERE ... ORDER BY ..." of a stretch; filter NULL: all of them. */
__attribute__((warn_unused_result))
bool walk_from(struct ctx *c, const struct walk *w, const struct stretch *p, uint64_t joins, const struct query *filter, bool is_hidden,
               struct sql *q, struct err *e);
