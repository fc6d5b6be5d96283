/* period.c - weeks, months, quarters and years of the reader's calendar.
 *
 * A quarter is three months from the first month of the fiscal year on, so for a
 * Jalali reader it is a season. Gregorian and Jalali quarters never coincide:
 * whoever compares periods must use one calendar for both.
 */
#include "lang/date.h"
#include "msg/lang.h"

/* Months since year 0: months of any calendar become one line of numbers. */
static int64_t month_line(enum calendar c, int64_t day)
{
    struct ymd v = ymd_from_days(c, day);
    return (int64_t)v.y * 12 + v.m - 1;
}

static int64_t floor_mod(int64_t a, int64_t b) { return (a % b + b) % b; }

static int64_t month_start(enum calendar c, int64_t line)
{
    int64_t m = floor_mod(line, 12);
    return days_from_ymd(c, (struct ymd){ (int)((line - m) / 12), (int)m + 1, 1 });
}

static int fiscal_start(const struct locale *loc)
{
    return loc->fiscal_month >= 1 && loc->fiscal_month <= 12 ? loc->fiscal_month - 1 : 0;
}

void period_range(const struct locale *loc, enum period p, int64_t day, int offset, int64_t *from, int64_t *to)
{
    int64_t months = p == PERIOD_MONTH ? 1 : p == PERIOD_QUARTER ? 3 : 12, start;

    if (p == PERIOD_DAY || p == PERIOD_WEEK) {
        int64_t days = p == PERIOD_DAY ? 1 : 7;
        start = day - (p == PERIOD_WEEK ? floor_mod(weekday_of(day) - loc->week_start, 7) : 0) + offset * days;
        *from = start;
        *to = start + days;
        return;
    }
    start = month_line(loc->calendar, day);
    start -= floor_mod(start - fiscal_start(loc), months);
    start += offset * months;
    *from = month_start(loc->calendar, start);
    *to = month_start(loc->calendar, start + months);
}

/* The name of the fiscal year that begins with month `line`: 2026, or 2026–27. */
static str year_name(struct arena *a, const struct locale *loc, int64_t line)
{
    int y = (int)((line - floor_mod(line, 12)) / 12);
    if (line % 12 == 0)
        return date_number(a, loc, y);
    const struct msg_lang_fiscal_years_args args = {
        .from = A(date_number(a, loc, y)), .to = A(loc_digits(a, loc, arena_fmt(a, "%02d", (y + 1) % 100))),
    };
    return msg_text(a, loc, MSG_lang_fiscal_years, &args.from);
}

static str quarter_name(struct arena *a, const struct locale *loc, int64_t line)
{
    int64_t year_line = line - floor_mod(line - fiscal_start(loc), 12);
    int64_t n = (line - year_line) / 3;
    struct msg_arg y = A(year_name(a, loc, year_line));

    if (loc->calendar == CALENDAR_JALALI && fiscal_start(loc) % 3 == 0) {
        const struct msg_lang_season_year_args args = {
            .season = A(msg_text(a, loc, MSG_lang_season_1 + (int)(floor_mod(line, 12) / 3), NULL)),
            .y = A(date_number(a, loc, (int)((line - floor_mod(line, 12)) / 12))),
        };
        return msg_text(a, loc, MSG_lang_season_year, &args.season);
    }
    const struct msg_lang_quarter_args args = { .n = A(n + 1), .y = y };
    return msg_text(a, loc, MSG_lang_quarter, &args.n);
}

str loc_period(struct arena *a, const struct locale *loc, enum period p, int64_t day)
{
    int64_t from, to;
    period_range(loc, p, day, 0, &from, &to);

    switch (p) {
    case PERIOD_DAY:        return loc_date(a, loc, from, DATE_MEDIUM);
    case PERIOD_MONTH:      return loc_date(a, loc, from, DATE_MONTH);
    case PERIOD_QUARTER:    return quarter_name(a, loc, month_line(loc->calendar, from));
    case PERIOD_YEAR:       return year_name(a, loc, month_line(loc->calendar, from));
    case PERIOD_WEEK:       break;
    }
    const struct msg_lang_date_range_args range = {
        .from = A(loc_date(a, loc, from, DATE_DAY_MONTH)), .to = A(loc_date(a, loc, to - 1, DATE_MEDIUM)),
    };
    return msg_text(a, loc, MSG_lang_date_range, &range.from);
}
