/* notify.h - telling one user something, until they have seen it.
 *
 * The title is in the reader's language: whoever calls knows for whom it writes.
 * Nobody is told what they did themselves. A title that is too long loses its end.
 */
#pragma once
#include "record/access.h"

__attribute__((warn_unused_result))
bool notify(struct ctx *tx, int64_t user, const char *kind, str title, str path, struct err *e);
/* Inside a write: what the notice that leads to `path` asked for is done, so it is read. */
__attribute__((warn_unused_result))
bool notify_settled(struct ctx *tx, int64_t user, str path, struct err *e);
/* Seen by `user`: one (id) or all of them (0). Read marks are no business data: no history, no undo. */
__attribute__((warn_unused_result))
bool notify_read(struct ctx *c, int64_t user, int64_t id, struct err *e);
