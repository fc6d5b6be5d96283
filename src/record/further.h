/* further.h - second addresses and numbers: values of a field that stand in records of their own.
 *
 * An entity with `more_of` ("email") holds one value a record, its title, of that field of its subject. The subject
 * is found by it as by the value it carries itself: in the search box, by imports, as a duplicate.
 */
#pragma once
#include "record/record.h"

/* The subject's entity of one with more_of; NULL: it has none. */
const struct entity *further_subject(const struct entity *en);
/* The oldest living record of `en` that has `value` as a further one of `field`; 0: none. No rights are asked. */
__attribute__((warn_unused_result))
bool further_find(struct ctx *c, const struct entity *en, const char *field, str value, int64_t *out, struct err *e);
/* The further values of a record, of all its fields: a few, folded, a space before each. */
struct buf;
__attribute__((warn_unused_result))
bool further_words(struct ctx *c, const struct record *r, struct buf *out, struct err *e);
/* Every record that has such values: into `fn`, one after the other. */
__attribute__((warn_unused_result))
bool further_each(struct ctx *c, bool (*fn)(struct ctx *c, const struct entity *en, int64_t id, struct err *e), struct err *e);
