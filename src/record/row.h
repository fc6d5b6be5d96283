/* row.h - from the columns of a statement to a struct record; private to record/.
 *
 * A statement that reads records is written as
 *   SELECT row_columns(...) FROM entity t0 row_joins(...) WHERE ...
 * and each of its rows becomes a record by row_read(). Lists of references and
 * computed values do not stand in the row: row_finish() adds them to a whole page
 * at once, one statement per field.
 */
#pragma once
#include "record/access.h"
#include "record/sql.h"

/* Bits of the fields the reader may read, secrets never among them. */
uint64_t row_readable(const struct ctx *c, const struct entity *en);
/* What must be read so that `want` can be shown: computed fields need the stored ones. */
uint64_t row_needs(const struct entity *en, uint64_t want);

/* id, version ... deleted_at, then the fields of `want`; references with the title
 * that row_joins() brings (aliases r0, r1 ... by the field's index). */
void row_columns(struct sql *q, const struct entity *en, uint64_t want, const struct locale *loc);
/* LEFT JOINs of the titles; what the reader may not see has none. */
void row_joins(struct sql *q, const struct ctx *c, const struct entity *en, uint64_t want, const char *alias);
/* *col moves past the columns read. */
struct record *row_read(struct arena *a, struct db_rows *rows, int *col, const struct entity *en, uint64_t want);
/* Lists of references and computed values; then leaves in `has` what was wanted. */
__attribute__((warn_unused_result))
bool row_finish(struct ctx *c, const struct entity *en, uint64_t want, struct record **rows, size_t n, struct err *e);

/* The stored column that names records of `en`, or NULL: none that SQL can read. */
const struct field *row_title(const struct entity *en);
/* Is the field a column of the entity's own table? */
bool row_is_stored(const struct field *f);
