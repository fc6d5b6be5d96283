/* work_calendar.c - the hours in which a team is at work; deadlines run only in these.
 *
 * The text of `hours` is the form that lang/bizcal.h reads; what it cannot read is not saved, nor
 * hours in which nobody ever works: a hand-off must always find a time when it is due.
 */
#include "core/core.h"
#include "base/clock.h"
#include "lang/bizcal.h"
#include "msg/core.h"
#include "record/record.h"

static bool check_hours(struct ctx *c, const struct record *r, const struct val *v, struct err *e)
{
    struct bizcal *cal = arena_new(c->a, struct bizcal, 1);
    int64_t at;
    (void)r;
    return bizcal_parse(v->s, "UTC", cal, e) && bizcal_add(cal, c->now, MINUTE_US, &at, e);
}

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SORT | F_QUICK, .max = 120 },
    { .name = "country", .label = MSG_core_word_country,
      .type = FIELD_COUNTRY, .flags = F_LIST | F_QUICK },
    { .name = "zone", .label = MSG_core_word_time_zone,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_QUICK, .max = 64,
      .check = check_zone },
    { .name = "hours", .label = MSG_core_work_calendar_hours,
      .help = MSG_core_work_calendar_hours_help, .type = FIELD_LONGTEXT,
      .flags = F_REQUIRED | F_QUICK, .max = 20000, .check = check_hours },
    { .name = "is_default", .label = MSG_core_word_is_default,
      .help = MSG_core_work_calendar_is_default_help, .type = FIELD_BOOL, .flags = F_LIST,
      .init = "false" },
};

const struct entity work_calendar_entity = {
    .name = "work_calendar",
    .path = "work-calendars",
    .label = MSG_core_work_calendar,
    .plural = MSG_core_work_calendar_plural,
    .icon = "calendar-clock",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "country",
    .order = "name",
    .flags = E_SETTINGS,
};
