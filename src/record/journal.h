/* journal.h - rows in which the program keeps account of its own doing: where a run of a rule stands, what each
 * of its steps did.
 *
 * Such rows are an account already. They have no second one in the history and no place in the feed, nothing of
 * them is searched, and nobody undoes them (docs/adr/record-journal.md). Pages that look at them hear of it as
 * of every write. Only of entities that nobody makes by hand (E_NO_CREATE), and
 * only as the program itself; anything else ends it. What a person does to them goes through record.h. */
#pragma once
#include "record/record.h"

/* Inside record_write. Every stored field; *out NULL: it is gone. */
__attribute__((warn_unused_result))
bool journal_get(struct ctx *tx, const struct entity *en, int64_t id, struct record **out, struct err *e);
/* Nothing is asked of the values: they are the program's own. Mints r->id. */
__attribute__((warn_unused_result))
bool journal_add(struct ctx *tx, struct record *r, struct err *e);
/* The fields marked in now->has that are not as in `old`. */
__attribute__((warn_unused_result))
bool journal_set(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
