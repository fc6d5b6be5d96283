/* query_build.h - private to the reader of queries: scanner, grammar, tree.
 *
 * The scanner (query_scan.re) cuts words, the grammar (query_grammar.y) says what
 * may follow what, query_parse.c makes the tree and keeps its limits. The first
 * error stays and ends the reading.
 */
#pragma once
#include "record/query.h"

struct query_token { str text; int pos, end; bool is_quoted; enum query_word word; enum query_unit unit; enum query_many many; };

struct query_build {
    struct arena *a;
    struct err *e;
    const char *start, *at, *end;               /* *end is NUL */
    bool is_failed;
    int nodes;
    int level, depth, nots[QUERY_DEPTH_MAX + 1];        /* open parentheses; with the nots before them */
    bool is_many[QUERY_DEPTH_MAX + 1];          /* the parenthesis of count( ), happened( ) ... */
    struct query_token last;                    /* the word before the end, for messages */
    struct query *root;
};

struct query_list { struct query_value v; struct query_list *before; int n; };

/* Next token's kind (TOKEN_ of the grammar), 0 at the end, -1 when it failed. */
int query_scan(struct query_build *b, struct query_token *out);
/* Reads all of b->start into b->root (query_grammar.y). */
void query_grammar(struct query_build *b);

bool build_step(struct query_build *b, int token, const struct query_token *t);     /* depth; false: failed */
struct query *build_pair(struct query_build *b, enum query_kind kind, struct query *l, struct query *r);
struct query *build_not(struct query_build *b, const struct query_token *t, struct query *q);
struct query *build_compare(struct query_build *b, const struct query_token *path, enum query_op op,
                            const struct query_value *v);
struct query *build_in(struct query_build *b, const struct query_token *path, const struct query_list *l,
                       bool is_negated);
struct query *build_empty(struct query_build *b, const struct query_token *path, bool is_negated);
struct query *build_period(struct query_build *b, const struct query_token *path, struct query_period p,
                           const struct query_token *count, bool is_negated);
/* What stands in the parentheses; `via`, `where`, `count` may be NULL. */
struct query_source *build_source(struct query_build *b, const struct query_token *name, const struct query_token *via);
void build_window(struct query_build *b, struct query_source *s, struct query_period p, const struct query_token *count);
struct query *build_many(struct query_build *b, const struct query_token *t, struct query_source *s);
struct query *build_many_compare(struct query_build *b, const struct query_token *t, struct query_source *s,
                                 enum query_op op, const struct query_value *v);
struct query *build_many_empty(struct query_build *b, const struct query_token *t, struct query_source *s, bool is_negated);
struct query *build_many_period(struct query_build *b, const struct query_token *t, struct query_source *s,
                                struct query_period p, const struct query_token *count, bool is_negated);
/* `path` may be NULL: the record itself. */
struct query *build_segment(struct query_build *b, const struct query_token *path, const struct query_token *t,
                            const struct query_token *name, bool is_negated);
struct query *build_text(struct query_build *b, const struct query_token *words);
struct query_token build_words(struct query_build *b, const struct query_token *x, const struct query_token *y);
struct query_value build_value(const struct query_token *t);
/* `sign` may be NULL; `n` may carry its own. */
struct query_value build_offset(struct query_build *b, const struct query_token *base,
                                const struct query_token *sign, const struct query_token *n,
                                const struct query_token *unit);
struct query_list *build_list(struct query_build *b, struct query_list *before, const struct query_value *v);

void build_unexpected(struct query_build *b, const struct query_token *t);      /* an empty text: the end */
void build_too_deep(struct query_build *b);
