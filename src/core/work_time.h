/* work_time.h - whose hours count: the calendar by which one user's deadlines run. */
#pragma once
#include "lang/bizcal.h"
#include "record/record.h"

/* Their own calendar, else the workspace's default one, else what is usual in the country. */
__attribute__((warn_unused_result))
bool calendar_of(struct ctx *c, int64_t user, struct bizcal *out, struct err *e);
