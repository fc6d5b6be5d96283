/* date.c - dates and times as a reader writes them.
 *
 * The order of the parts is a message of each language, the names are messages
 * too: CLDR puts the Persian weekday last and calls the month Azar "market" in
 * Bengali. Clocks show 24 hours where the country does; Bengali and Hindi say
 * the part of the day in words.
 */
#include "lang/date.h"
#include "base/buf.h"
#include "base/clock.h"
#include "lang/country.h"
#include "msg/lang.h"

static const char *order_of(const struct locale *loc)
{
    bool month_first = loc->lang == LANG_EN && loc->calendar == CALENDAR_GREGORIAN
                    && country_find(loc->country)->month_first;
    return month_first ? "month_first" : "other";
}

msg_id month_msg(enum calendar c, int month)
{
    _Static_assert(MSG_lang_month_12 == MSG_lang_month_01 + 11, "months are one run of ids");
    _Static_assert(MSG_lang_jalali_12 == MSG_lang_jalali_01 + 11, "months are one run of ids");
    return (c == CALENDAR_JALALI ? MSG_lang_jalali_01 : MSG_lang_month_01) + month - 1;
}

str loc_month_name(struct arena *a, const struct locale *loc, int month)
{
    return msg_text(a, loc, month_msg(loc->calendar, month < 1 ? 1 : month > 12 ? 12 : month), NULL);
}

str loc_month_short(struct arena *a, const struct locale *loc, int month)
{
    if (loc->calendar == CALENDAR_JALALI || loc->lang != LANG_EN)
        return loc_month_name(a, loc, month);
    return msg_text(a, loc, MSG_lang_month_short_01 + month - 1, NULL);
}

str loc_weekday_name(struct arena *a, const struct locale *loc, int weekday)
{
    return msg_text(a, loc, MSG_lang_weekday_0 + ((weekday % 7) + 7) % 7, NULL);
}

/* A year or a day: digits, never grouped. */
str date_number(struct arena *a, const struct locale *loc, int n)
{
    return loc_digits(a, loc, arena_fmt(a, "%d", n));
}

static str short_date(struct arena *a, const struct locale *loc, struct ymd v)
{
    str s;
    if (loc->calendar == CALENDAR_JALALI)
        s = arena_fmt(a, "%04d/%02d/%02d", v.y, v.m, v.d);
    else if (!strcmp(order_of(loc), "month_first"))
        s = arena_fmt(a, "%d/%d/%04d", v.m, v.d, v.y);
    else
        s = arena_fmt(a, "%02d/%02d/%04d", v.d, v.m, v.y);
    return loc_digits(a, loc, s);
}

str loc_date(struct arena *a, const struct locale *loc, int64_t days, enum date_style style)
{
    struct ymd v = ymd_from_days(loc->calendar, days);
    struct msg_arg order = A(order_of(loc)), d = A(date_number(a, loc, v.d)), y = A(date_number(a, loc, v.y));
    struct msg_arg month = A(style == DATE_MEDIUM || style == DATE_DAY_MONTH ? loc_month_short(a, loc, v.m)
                                                                             : loc_month_name(a, loc, v.m));
    const struct msg_lang_date_medium_args medium = { .order = order, .month = month, .d = d, .y = y };
    const struct msg_lang_date_day_month_args day_month = { .order = order, .month = month, .d = d };
    const struct msg_lang_date_month_args of_month = { .month = month, .y = y };

    switch (style) {
    case DATE_SHORT:        return short_date(a, loc, v);
    case DATE_MONTH:        return msg_text(a, loc, MSG_lang_date_month, &of_month.month);
    case DATE_DAY_MONTH:    return msg_text(a, loc, MSG_lang_date_day_month, &day_month.order);
    case DATE_FULL:         break;
    case DATE_MEDIUM:
    case DATE_LONG:         return msg_text(a, loc, MSG_lang_date_medium, &medium.order);
    }
    struct msg_arg weekday = A(loc_weekday_name(a, loc, weekday_of(days)));
    const struct msg_lang_date_full_args full = { .order = order, .weekday = weekday, .month = month, .d = d, .y = y };
    return msg_text(a, loc, MSG_lang_date_full, &full.order);
}

/* ── the clock ───────────────────────────────────────────────────────────── */

static msg_id part_of_day(int hour)
{
    static const struct { int until; msg_id word; } parts[] = {
        { 4, MSG_lang_day_late },   { 6, MSG_lang_day_dawn },       { 12, MSG_lang_day_morning },
        { 16, MSG_lang_day_noon },  { 18, MSG_lang_day_afternoon }, { 20, MSG_lang_day_evening },
    };
    for (size_t i = 0; i < countof(parts); i++)
        if (hour < parts[i].until)
            return parts[i].word;
    return MSG_lang_day_night;
}

str loc_time(struct arena *a, const struct locale *loc, int64_t instant)
{
    int minute = (int)(zone_us_of_day(loc->zone, instant) / MINUTE_US), hour = minute / 60;

    if (loc->lang == LANG_FA || country_find(loc->country)->hour24)
        return loc_digits(a, loc, arena_fmt(a, "%02d:%02d", hour, minute % 60));
    const struct msg_lang_time_12_args args = {
        .time = A(loc_digits(a, loc, arena_fmt(a, "%d:%02d", (hour + 11) % 12 + 1, minute % 60))),
        .part = A(msg_text(a, loc, part_of_day(hour), NULL)),
    };
    return msg_text(a, loc, MSG_lang_time_12, &args.time);
}

str loc_instant(struct arena *a, const struct locale *loc, int64_t instant, enum date_style style)
{
    const struct msg_lang_date_and_time_args args = {
        .date = A(loc_date(a, loc, zone_days(loc->zone, instant), style)),
        .time = A(loc_time(a, loc, instant)),
    };
    return msg_text(a, loc, MSG_lang_date_and_time, &args.date);
}

/* ── spans ───────────────────────────────────────────────────────────────── */

str loc_relative(struct arena *a, const struct locale *loc, int64_t instant, int64_t now)
{
    static const struct { int64_t below, unit; msg_id ago, ahead; } steps[] = {
        { HOUR_US, MINUTE_US, MSG_lang_minute_ago, MSG_lang_minute_ahead },
        { DAY_US, HOUR_US, MSG_lang_hour_ago, MSG_lang_hour_ahead },
        { 30 * DAY_US, DAY_US, MSG_lang_day_ago, MSG_lang_day_ahead },
        { 365 * DAY_US, 30 * DAY_US, MSG_lang_month_ago, MSG_lang_month_ahead },
        { INT64_MAX, 365 * DAY_US, MSG_lang_year_ago, MSG_lang_year_ahead },
    };
    bool past = instant <= now;
    __int128 wide = past ? (__int128)now - instant : (__int128)instant - now;
    int64_t span = wide > INT64_MAX - 1 ? INT64_MAX - 1 : (int64_t)wide;
    size_t i = 0;

    if (span < MINUTE_US)                       /* what is a second ahead was written while this was asked */
        return msg_text(a, loc, past || span <= SECOND_US ? MSG_lang_now : MSG_lang_soon, NULL);
    if (!past && span < INT64_MAX / 2)          /* a limit of two days is not one of "1 day" a moment after it was set */
        span += span / 60;
    while (span >= steps[i].below)
        i++;
    struct msg_arg n = A(span / steps[i].unit);
    return msg_text(a, loc, past ? steps[i].ago : steps[i].ahead, &n);
}

/* The two largest units that are not zero: 1 h 20 min. */
str loc_duration(struct arena *a, const struct locale *loc, int64_t us)
{
    static const struct { int64_t us; msg_id word; } units[] = {
        { DAY_US, MSG_lang_unit_day },       { HOUR_US, MSG_lang_unit_hour },
        { MINUTE_US, MSG_lang_unit_minute }, { SECOND_US, MSG_lang_unit_second },
    };
    uint64_t left = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    size_t i = 0;

    while (i < 3 && left < (uint64_t)units[i].us)
        i++;
    int64_t first = (int64_t)(left / (uint64_t)units[i].us), sign = us < 0 ? -1 : 1;
    left %= (uint64_t)units[i].us;
    struct msg_arg n = A(first * sign);
    str text = msg_text(a, loc, units[i].word, &n);
    if (i == 3 || left < (uint64_t)units[i + 1].us)
        return text;
    n = A((int64_t)(left / (uint64_t)units[i + 1].us));
    const struct msg_lang_unit_two_args two = { .a = A(text), .b = A(msg_text(a, loc, units[i + 1].word, &n)) };
    return msg_text(a, loc, MSG_lang_unit_two, &two.a);
}
