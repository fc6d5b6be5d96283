/* explain.h - why a record is in a list, or out: each condition, whether it holds, and the rows behind it.
 *
 * Every condition is asked alone by the same SQL that lists are made with, so what is
 * explained is what happened. Nothing is told that the reader may not see: a condition
 * about a hidden field stands as hidden, rows come through the gate.
 */
#pragma once
#include "record/query.h"

enum { EXPLAINED_ROWS = 8 };
struct explained_row { int64_t at, id; const struct entity *en; str kind, title; };   /* en NULL: an event about no record */
struct explained {
    const struct query *q;
    bool holds, is_hidden;                      /* hidden: the reader may not ask this; holds says nothing then */
    str text;                                   /* the condition in words; empty where others are joined or hidden */
    str value;                                  /* of the field it is about, as the reader reads it */
    int64_t n, since;                           /* rows behind it, at most EXPLAINED_ROWS + 1 counted; member since */
    struct explained_row *rows; size_t nrows;
    struct explained *left, *right;             /* of and, or; not: left */
};
/* q as parsed. lenient: conditions the reader may not ask are hidden, else they are an error.
 * ERR_NOT_FOUND: there is no such record for the reader. */
__attribute__((warn_unused_result))
bool query_explain(struct ctx *c, const struct entity *en, struct query *q, int64_t id, bool is_lenient,
                   struct explained **out, struct err *e);
