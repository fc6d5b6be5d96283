/* work_time.h - whose hours count: the calendar by which one user's deadlines run, and its holidays. */
#pragma once
#include "lang/bizcal.h"
#include "record/record.h"

/* Their own calendar, else the workspace's default one, else what is usual in the country. One whose hours
 * cannot be read is passed over: a deadline must not fail for a typo in the settings. */
__attribute__((warn_unused_result))
bool calendar_of(struct ctx *c, int64_t user, struct bizcal *out, struct err *e);

/* Calendars passed over, for those who can mend them. */
struct calendar_fault { int64_t id; str name; struct err why; };
__attribute__((warn_unused_result))
bool calendar_faults(struct ctx *c, struct calendar_fault **out, size_t *n, struct err *e);

/* The public holidays of the country that the calendar does not have, of `years` years from `year` on: as records to be made. */
__attribute__((warn_unused_result))
bool holidays_missing(struct ctx *c, int64_t calendar, const char *country, int year, int years, struct record ***out, size_t *n,
                      struct err *e);
/* Inside a write: makes them. */
__attribute__((warn_unused_result))
bool holidays_add(struct ctx *tx, int64_t calendar, const char *country, int year, int years, size_t *added, struct err *e);
/* Inside a write: the workspace's default calendar, with the week and the holidays of its country; none is made when there is one. */
__attribute__((warn_unused_result))
bool work_calendar_begin(struct ctx *tx, str name, int64_t *id, struct err *e);
enum { HOLIDAY_YEARS = 3 };
