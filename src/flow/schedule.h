/* schedule.h - work that begins by the clock: rules of time, declared in the program or made by people.
 *
 * A rule is read in a time zone and a calendar, so "the 1st at 09:00" stays there over changes of
 * summer time and is the 1st of Farvardin where people count so. A local time that a change of the
 * clock leaves out comes at its end; one that comes twice counts once.
 *
 *   every 15 minutes     every 6 hours     daily 02:30     weekly mon,thu 09:00
 *   monthly 1 09:00      monthly last 18:00
 */
#pragma once
#include "flow/job.h"

enum schedule_every { EVERY_MINUTES, EVERY_DAY, EVERY_WEEK, EVERY_MONTH };
struct schedule_rule {
    enum schedule_every every;
    int minutes;                                /* EVERY_MINUTES: 1 .. 1440 */
    unsigned weekdays;                          /* EVERY_WEEK: bit 0 Sunday */
    int month_day;                              /* EVERY_MONTH: 1 .. 31, in a shorter month its last day; 0: the last */
    int at;                                     /* minute of the day */
};
__attribute__((warn_unused_result))
bool schedule_parse(str text, struct schedule_rule *out, struct err *e);
str schedule_text(struct arena *a, const struct schedule_rule *r);
/* The first moment after `after`; always later than it. */
int64_t schedule_next(const struct schedule_rule *r, const char *zone, enum calendar cal, int64_t after);

/* What is done about moments at which no server ran. */
enum catch_up { CATCH_UP_ONCE, CATCH_UP_SKIP, CATCH_UP_ALL };

/* Declared by a feature, in the workspace's zone and calendar. */
struct schedule { const char *name; const struct job_kind *kind; const char *rule; enum catch_up catch_up; };
void schedule_register(const struct schedule *list, size_t n);         /* at start */
/* After the data is opened: clocks of declared schedules, at the end what a changed rule says. */
__attribute__((warn_unused_result))
bool schedule_open(struct workspace *ws, struct err *e);

extern const struct entity schedule_entity;     /* those that people make */

/* On a reading connection: is one due? *next: when else; INT64_MAX: none. */
__attribute__((warn_unused_result))
bool schedule_is_due(struct ctx *c, bool *due, int64_t *next, struct err *e);
/* Inside a write: adds the jobs of what is due and sets each clock to its next moment. */
__attribute__((warn_unused_result))
bool schedule_run_due(struct ctx *tx, struct err *e);
