/* bin.h - what was deleted in the last UNDO_DAYS days, for those who could see it.
 *
 * Deletion is soft, and undoing the write that did it brings everything back that went with it. Reading
 * still answers a deleted record as one that never was; who asks for the bin asks here.
 */
#pragma once
#include "record/record.h"

struct deleted {
    const struct entity *en;
    int64_t id, at, by, write_id;
    str title, who;                     /* who: empty when the program did it */
    int64_t with;                       /* records deleted by the same write besides */
    bool may_restore;                   /* may the reader undo that write? */
};

/* Has the entity a bin that the reader may look into? */
bool bin_is_of(const struct ctx *c, const struct entity *en);
/* *out NULL: not deleted, longer ago, or nothing the reader could see. */
__attribute__((warn_unused_result))
bool bin_find(struct ctx *c, const struct entity *en, int64_t id, struct deleted **out, struct err *e);
enum { BIN_PAGE = 50 };
/* Newest first, those before (at, id); at 0: from now. *more: there are others behind the last. */
__attribute__((warn_unused_result))
bool bin_list(struct ctx *c, const struct entity *en, int64_t at, int64_t id, struct deleted **out, size_t *n, bool *more, struct err *e);
/* Is there anything in it? */
__attribute__((warn_unused_result))
bool bin_has(struct ctx *c, const struct entity *en, bool *out, struct err *e);
