/* cursor.h - a place in a list, as an opaque text; private to record/.
 *
 * It holds the sort value and the id of a row, so the next page begins after that
 * place whatever was added or deleted meanwhile. Nothing secret stands in it but
 * values the reader was shown. A changed or foreign one is refused, never guessed at.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

struct cursor {
    bool is_back;                               /* towards the list's beginning */
    bool in_empty;                              /* among the rows without a sort value: they come last */
    struct db_val key;                          /* int, text or blob; null in_empty */
    int64_t id;
};

/* `mark` names what is listed and how it is sorted: a cursor fits no other list. */
str cursor_text(struct arena *a, const struct cursor *c, uint64_t mark);
bool cursor_read(struct arena *a, str text, uint64_t mark, enum db_kind kind, struct cursor *out, struct err *e);
