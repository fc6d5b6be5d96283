/* undo_run.h - taking back what was written in many writes that bear one name, as imports and changes of many records do. */
#pragma once
#include "record/record.h"

/* The writes made since `since` (an id) with this request_id, newest first; each stays whole when somebody has changed its records
 * since. *kept: how many did. The caller has looked whose they are. */
__attribute__((warn_unused_result))
bool record_undo_run(struct ctx *c, str request_id, int64_t since, int64_t *undone, int64_t *kept, struct err *e);
