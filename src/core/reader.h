/* reader.h - to act and to read as a colleague does when they are not there: a segment, a rule, a report
 * by night follow the rights, calendar and zone of their owner. */
#pragma once
#include "record/access.h"

struct reader { struct actor who; struct locale loc; struct ctx ctx; };
/* out->ctx reads as that user would, on c's connection, arena and instant, inside c's write if any;
 * ERR_NOT_FOUND: they may not sign in any more. The struct must stay where it is. */
__attribute__((warn_unused_result))
bool reader_load(struct ctx *c, int64_t user, struct reader *out, struct err *e);
