/* order.h - sort keys follow the workspace's language: whether they do, and a slice of making them anew.
 *
 *     order_is_current(c, &is, e)     else, for each entity that order_is_kept():
 *     order_slice(tx, en, &after, &n, e)   until n < ORDER_SLICE, each in a write of its own; then
 *     order_mark(tx->c, lang, e)      the language that the workspace had when the first slice began
 */
#pragma once
#include "record/record.h"

enum { ORDER_SLICE = 500 };
bool order_is_kept(const struct entity *en);
__attribute__((warn_unused_result))
bool order_is_current(struct ctx *c, bool *out, struct err *e);
/* The records after *after, which becomes the last of them; *n: how many were looked at, deleted ones too. Versions stay. */
__attribute__((warn_unused_result))
bool order_slice(struct ctx *tx, const struct entity *en, int64_t *after, size_t *n, struct err *e);
__attribute__((warn_unused_result))
bool order_mark(struct db_conn *tx, enum lang l, struct err *e);
