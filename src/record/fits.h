/* fits.h - one question asked of many records, one after the other.
 *
 * The filter of a list, read, checked and compiled once for a reader; each record is then a look by its id. It
 * means what it meant when it was opened: the reader's rights and words, the context's instant. */
#pragma once
#include "record/record.h"

struct fits;
/* As record_list() with this filter; the empty one asks whether the reader sees the record. Lives in c->a. */
__attribute__((warn_unused_result))
bool fits_open(struct ctx *c, const struct entity *en, str filter, struct fits **out, struct err *e);
__attribute__((warn_unused_result))
bool fits_ask(struct ctx *c, struct fits *f, int64_t id, bool *out, struct err *e);
