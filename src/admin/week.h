/* week.h - the form of a week's working hours: a row a day, in the reader's language and digits.
 *
 * It stands for the text of work_calendar.hours (lang/bizcal.h) and makes it; what a row cannot say (a last
 * Friday with its own hours, single dates) goes through it untouched.
 */
#pragma once
#include "web/feature.h"
#include "web/records.h"
#include "web/ui.h"

enum { WEEK_SPANS = 2, WEEK_NTH = 5 };
struct week_span { str from, to, from_name, to_name; };
struct week_off { str value, label; bool is_checked; };
struct week_day {
    str name, label;                                /* "hours_0", "Sunday" */
    bool is_open, has_off, is_bad;
    struct week_span spans[4]; size_t nspans;
    struct week_off off[WEEK_NTH];
};
struct week_view { str label, hint, error, rest, broken; struct week_day days[7]; bool is_required; };
void view_week(struct html *h, const struct week_view *v);

extern const struct field_form week_form;
