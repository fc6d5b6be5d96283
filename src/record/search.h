/* search.h - one box over everything: folded words, beginning of the last, each kind with its share, rights applied. */
#pragma once
#include "record/record.h"

struct hit { const struct entity *en; int64_t id; str title, subtitle; };
/* en NULL: every entity with pages that the reader may see. limit <= 50. */
__attribute__((warn_unused_result))
bool search_run(struct ctx *c, str words, const struct entity *en, int limit,
                struct hit **out, size_t *n, struct err *e);
/* Do hits show or words find anything of these fields? */
bool search_shows(const struct entity *en, uint64_t mask);
/* Called by the store on each write that changes what search_shows. */
bool search_put(struct ctx *tx, const struct record *r, struct err *e);
bool search_drop(struct ctx *tx, const struct record *r, struct err *e);
/* Anew for each record that has further values (further.h). */
bool search_further(struct ctx *tx, struct err *e);
/* Rebuilds the whole index (import, change of folding). */
bool search_rebuild(struct ctx *tx, const struct entity *en, struct err *e);
/* Makes the index if it is not there, and fills it. Inside db_schema(); `a` is left as it was. */
bool search_schema(struct db_conn *tx, const struct arena *a, struct err *e);
/* For the queries of record/: "alias.id IN (...)", the live records of `en` with these folded words. */
struct sql;
void search_condition(struct sql *q, const struct ctx *c, const struct entity *en, str folded, const char *alias);
