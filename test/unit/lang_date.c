/* lang_date.c - tests of calendars, zones, dates and times, shown and read. */
#include "lang_case.h"
#include <unicode/ucal.h>

START_TEST(jalali_vectors_hold_both_ways)
{
    char line[256];
    FILE *f = shared_file("calendar/jalali.tsv");
    int n = 0;
    if (!f)
        return;
    while (fgets(line, sizeof line, f)) {
        struct ymd g, j;
        if (sscanf(line, "%d-%d-%d\t%d-%d-%d", &g.y, &g.m, &g.d, &j.y, &j.m, &j.d) != 6)
            continue;
        int64_t d = days_from_ymd(CALENDAR_GREGORIAN, g);
        ck_assert_int_eq(days_from_ymd(CALENDAR_JALALI, j), d);
        struct ymd back = ymd_from_days(CALENDAR_JALALI, d);
        ck_assert(back.y == j.y && back.m == j.m && back.d == j.d);
        n++;
    }
    fclose(f);
    ck_assert_int_ge(n, 12);
}
END_TEST

START_TEST(the_jalali_calendar_agrees_with_icu_day_by_day)
{
    UErrorCode rc = U_ZERO_ERROR;
    UCalendar *cal = ucal_open(u"UTC", -1, "en@calendar=persian", UCAL_DEFAULT, &rc);
    for (int64_t d = day("1922-01-01"); d < day("2121-01-01"); d++) {
        struct ymd v = ymd_from_days(CALENDAR_JALALI, d);
        ucal_setMillis(cal, (double)d * 86400000.0, &rc);
        ck_assert_int_eq(v.y, ucal_get(cal, UCAL_EXTENDED_YEAR, &rc));
        ck_assert_int_eq(v.m, ucal_get(cal, UCAL_MONTH, &rc) + 1);
        ck_assert_int_eq(v.d, ucal_get(cal, UCAL_DATE, &rc));
        ck_assert_int_eq(days_from_ymd(CALENDAR_JALALI, v), d);
        ck_assert(ymd_valid(CALENDAR_JALALI, v));
    }
    ucal_close(cal);
}
END_TEST

START_TEST(days_run_without_gaps_in_both_calendars)
{
    for (int c = 0; c < 2; c++)
        for (int64_t d = -800000; d < 800000; d += 37) {
            struct ymd v = ymd_from_days((enum calendar)c, d);
            ck_assert_int_eq(days_from_ymd((enum calendar)c, v), d);
        }
    ck_assert(!ymd_valid(CALENDAR_GREGORIAN, (struct ymd){ 2025, 2, 29 }));
    ck_assert(ymd_valid(CALENDAR_GREGORIAN, (struct ymd){ 2024, 2, 29 }));
    ck_assert(ymd_valid(CALENDAR_JALALI, (struct ymd){ 1403, 12, 30 }));
    ck_assert(!ymd_valid(CALENDAR_JALALI, (struct ymd){ 1404, 12, 30 }));
    ck_assert(!ymd_valid(CALENDAR_JALALI, (struct ymd){ 1405, 7, 31 }));
}
END_TEST

START_TEST(dates_stand_as_each_language_writes_them)
{
    struct locale us = reader(LANG_EN, "US"), gb = reader(LANG_EN, "GB"), bn = reader(LANG_BN, "BD"),
                  hi = reader(LANG_HI, "IN"), fa = reader(LANG_FA, "IR");
    int64_t d = day("2026-12-04");
    SAYS(loc_date(&mem, &us, d, DATE_MEDIUM), "Dec 4, 2026");
    SAYS(loc_date(&mem, &gb, d, DATE_MEDIUM), "4 Dec 2026");
    SAYS(loc_date(&mem, &bn, d, DATE_MEDIUM), "৪ ডিসেম্বর, ২০২৬");
    SAYS(loc_date(&mem, &hi, d, DATE_MEDIUM), "4 दिसंबर 2026");
    SAYS(loc_date(&mem, &fa, d, DATE_MEDIUM), "۱۳ آذر ۱۴۰۵");
    SAYS(loc_date(&mem, &fa, day("2026-11-22"), DATE_FULL), "یکشنبه ۱ آذر ۱۴۰۵");
    SAYS(loc_date(&mem, &fa, d, DATE_SHORT), "۱۴۰۵/۰۹/۱۳");
    bn.calendar = hi.calendar = us.calendar = CALENDAR_JALALI;
    SAYS(loc_date(&mem, &bn, d, DATE_MEDIUM), "১৩ আজার, ১৪০৫");
    SAYS(loc_date(&mem, &hi, d, DATE_MEDIUM), "13 आज़र 1405");
    SAYS(loc_date(&mem, &us, d, DATE_MEDIUM), "13 Azar 1405");
    fa.calendar = CALENDAR_GREGORIAN, fa.digits = DIGITS_LATIN;
    SAYS(loc_date(&mem, &fa, d, DATE_MEDIUM), "4 دسامبر 2026");
}
END_TEST

START_TEST(clocks_follow_the_country_and_day_periods_the_language)
{
    struct locale us = reader(LANG_EN, "US"), bn = reader(LANG_BN, "BD"), hi = reader(LANG_HI, "IN"), fa = reader(LANG_FA, "IR");
    us.zone = "UTC";
    SAYS(loc_time(&mem, &us, at("2026-12-04T10:42:00Z")), "10:42 AM");
    SAYS(loc_time(&mem, &us, at("2026-12-04T00:05:00Z")), "12:05 AM");
    SAYS(loc_time(&mem, &us, at("2026-12-04T12:00:00Z")), "12:00 PM");
    SAYS(loc_time(&mem, &bn, at("2026-12-04T04:42:00Z")), "সকাল ১০:৪২");
    SAYS(loc_time(&mem, &bn, at("2026-12-04T10:42:00Z")), "বিকাল ৪:৪২");
    SAYS(loc_time(&mem, &hi, at("2026-12-04T05:12:00Z")), "सुबह 10:42");
    SAYS(loc_time(&mem, &hi, at("2026-12-04T12:12:00Z")), "शाम 5:42");
    SAYS(loc_time(&mem, &fa, at("2026-12-04T11:00:00Z")), "۱۴:۳۰");
}
END_TEST

START_TEST(zones_are_right_at_gaps_and_overlaps)
{
    ck_assert_int_eq(zone_us_of_day("Asia/Tehran", at("2026-07-01T00:00:00Z")), 3 * HOUR_US + 30 * MINUTE_US);
    ck_assert_int_eq(zone_us_of_day("Asia/Tehran", at("2022-07-01T00:00:00Z")), 4 * HOUR_US + 30 * MINUTE_US);
    ck_assert_int_eq(zone_us_of_day("Asia/Dhaka", at("2026-07-01T00:00:00Z")), 6 * HOUR_US);
    ck_assert_int_eq(zone_us_of_day("Asia/Kolkata", at("2026-07-01T00:00:00Z")), 5 * HOUR_US + 30 * MINUTE_US);
    /* New York skips 02:00-03:00 on 2026-03-08 and repeats 01:00-02:00 on 2026-11-01. */
    ck_assert_int_eq(zone_instant("America/New_York", day("2026-03-08"), 2 * HOUR_US + 30 * MINUTE_US), at("2026-03-08T07:00:00Z"));
    ck_assert_int_eq(zone_instant("America/New_York", day("2026-03-08"), 3 * HOUR_US), at("2026-03-08T07:00:00Z"));
    ck_assert_int_eq(zone_instant("America/New_York", day("2026-11-01"), HOUR_US + 30 * MINUTE_US), at("2026-11-01T05:30:00Z"));
    ck_assert_int_eq(zone_instant("America/New_York", day("2026-11-01"), 2 * HOUR_US), at("2026-11-01T07:00:00Z"));
    ck_assert_int_eq(zone_instant("Asia/Tehran", day("2022-03-22"), 0), at("2022-03-21T20:30:00Z"));    /* midnight skipped */
    ck_assert(zone_valid("Asia/Dhaka") && zone_valid("UTC"));
    ck_assert(!zone_valid("Asia/Nowhere") && !zone_valid("") && !zone_valid(NULL) && !zone_valid("GMT+3x"));
    ck_assert_int_eq(zone_days("Asia/Nowhere", at("2026-07-01T23:00:00Z")), day("2026-07-01"));
}
END_TEST

START_TEST(zones_agree_with_icu_hour_by_hour)
{
    static const struct { const char *name; const UChar *id; } zones[] = {
        { "Europe/London", u"Europe/London" }, { "America/New_York", u"America/New_York" }, { "Asia/Tehran", u"Asia/Tehran" },
        { "Australia/Lord_Howe", u"Australia/Lord_Howe" },
    };
    for (size_t z = 0; z < countof(zones); z++) {
        UErrorCode rc = U_ZERO_ERROR;
        UCalendar *cal = ucal_open(zones[z].id, -1, "en", UCAL_GREGORIAN, &rc);
        int64_t end = at("2024-01-01T00:00:00Z"), last = 0;
        for (int64_t t = at("2021-01-01T00:00:00Z"); t < end; t += HOUR_US / 2) {
            ucal_setMillis(cal, (double)t / 1000, &rc);
            int64_t want = 1000 * (int64_t)(ucal_get(cal, UCAL_ZONE_OFFSET, &rc) + ucal_get(cal, UCAL_DST_OFFSET, &rc));
            int64_t d = zone_days(zones[z].name, t), us = zone_us_of_day(zones[z].name, t);
            ck_assert_int_eq(d * DAY_US + us - t, want);
            int64_t back = zone_instant(zones[z].name, d, us);
            ck_assert(back <= t && back >= t - HOUR_US);    /* the first of two */
            int64_t naive = zone_instant(zones[z].name, t / DAY_US, t % DAY_US);
            ck_assert(naive >= last);                       /* never goes back */
            last = naive;
        }
        ucal_close(cal);
    }
}
END_TEST

START_TEST(dates_are_read_as_people_type_them)
{
    struct locale us = reader(LANG_EN, "US"), gb = reader(LANG_EN, "GB"), bn = reader(LANG_BN, "BD"),
                  hi = reader(LANG_HI, "IN"), fa = reader(LANG_FA, "IR");
    const struct { const struct locale *loc; const char *typed, *want; } cases[] = {
        { &us, "today", "2026-11-24" }, { &us, "Tomorrow", "2026-11-25" }, { &us, "yesterday", "2026-11-23" },
        { &fa, "فردا", "2026-11-25" }, { &fa, "امروز", "2026-11-24" }, { &fa, "دیروز", "2026-11-23" },
        { &fa, "پس‌فردا", "2026-11-26" }, { &bn, "আগামীকাল", "2026-11-25" }, { &bn, "গতকাল", "2026-11-23" },
        { &bn, "আজ", "2026-11-24" }, { &hi, "कल", "2026-11-25" }, { &hi, "आज", "2026-11-24" },
        { &us, "2026-11-24", "2026-11-24" }, { &bn, "২০২৬-১১-২৪", "2026-11-24" }, { &fa, "1405/9/1", "2026-11-22" },
        { &us, "1405/9/1", "2026-11-22" }, { &fa, "۱۴۰۵/۰۹/۰۱", "2026-11-22" }, { &fa, "2026-11-24", "2026-11-24" },
        { &fa, "۱ آذر", "2026-11-22" }, { &fa, "۱ آذر ۱۴۰۵", "2026-11-22" }, { &fa, "۰۵/۹/۱", "2026-11-22" },
        { &fa, "9/1", "2026-11-22" }, { &us, "24 Nov", "2026-11-24" }, { &us, "Nov 24, 2026", "2026-11-24" },
        { &us, "November 24th 2026", "2026-11-24" }, { &gb, "24/11/2026", "2026-11-24" }, { &us, "11/24/2026", "2026-11-24" },
        { &gb, "11/24/2026", "2026-11-24" }, { &us, "24/11/2026", "2026-11-24" }, { &gb, "4/12/26", "2026-12-04" },
        { &us, "4/12/26", "2026-04-12" }, { &gb, "24.11.2026", "2026-11-24" }, { &us, "20261124", "2026-11-24" },
        { &bn, "২৪ নভেম্বর", "2026-11-24" }, { &bn, "৪ ডিসেম্বর, ২০২৬", "2026-12-04" }, { &hi, "4 दिसम्बर 2026", "2026-12-04" },
        { &us, "Friday", "2026-11-27" }, { &us, "Tuesday", "2026-12-01" }, { &fa, "جمعه", "2026-11-27" },
        { &us, "Friday, December 4, 2026", "2026-12-04" }, { &fa, "یکشنبه ۱ آذر ۱۴۰۵", "2026-11-22" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct err e = { 0 };
        int64_t d = -1;
        ck_assert_msg(parse_date(cases[i].loc, str_of(cases[i].typed), day("2026-11-24"), &d, &e), "%s: %.*s",
                      cases[i].typed, STR_ARG(said(&e)));
        ck_assert_msg(d == day(cases[i].want), "%s gave %.*s", cases[i].typed, STR_ARG(iso_date(&mem, d)));
    }
}
END_TEST

START_TEST(every_shown_date_can_be_read_again)
{
    static const char *const countries[] = { "US", "BD", "IN", "IR", "GB" };
    for (int l = 0; l < LANG_COUNT; l++)
        for (size_t c = 0; c < countof(countries); c++)
            for (int cal = 0; cal < 2; cal++)
                for (int64_t d = day("2025-01-01"); d < day("2027-01-01"); d += 5)
                    for (int style = DATE_SHORT; style <= DATE_FULL; style++) {
                        struct locale loc = reader((enum lang)l, countries[c]);
                        struct err e = { 0 };
                        int64_t got = 0;
                        loc.calendar = (enum calendar)cal;
                        str shown = loc_date(&mem, &loc, d, (enum date_style)style);
                        ck_assert_msg(parse_date(&loc, shown, d, &got, &e), "%.*s: %.*s", STR_ARG(shown), STR_ARG(said(&e)));
                        ck_assert_msg(got == d, "%.*s", STR_ARG(shown));
                        arena_reset(&mem);
                    }
}
END_TEST

START_TEST(what_names_no_day_is_refused_with_its_reason)
{
    static const struct { const char *typed, *want; } cases[] = {
        { "", "Enter a date." }, { "soon", "“soon” is not a date. Write it like 11/24/2026." },
        { "2026-02-30", "February has no day 30: it has 28 days." },
        { "1404/12/30", "Esfand has no day 30: it has 29 days." },
        { "2026-13-01", "There is no month 13 in “2026-13-01”: a year has 12 months." },
        { "31/31/2026", "There is no month 31 in “31/31/2026”: a year has 12 months." },
        { "24 Nov 9999", "The year 9999 is out of range." },
        { "12", "“12” is not a date. Write it like 11/24/2026." },
        { "2026-11-24 x", "“2026-11-24 x” is not a date. Write it like 11/24/2026." },
    };
    struct locale us = reader(LANG_EN, "US");
    for (size_t i = 0; i < countof(cases); i++) {
        struct err e = { 0 };
        int64_t d = 5;
        ck_assert_msg(!parse_date(&us, str_of(cases[i].typed), day("2026-11-24"), &d, &e), "%s", cases[i].typed);
        ck_assert_int_eq(d, 5);
        SAYS(said(&e), cases[i].want);
    }
}
END_TEST

START_TEST(times_are_read_as_people_type_them)
{
    struct locale us = reader(LANG_EN, "US"), bn = reader(LANG_BN, "BD"), hi = reader(LANG_HI, "IN"), fa = reader(LANG_FA, "IR");
    us.zone = "UTC";
    const struct { const struct locale *loc; const char *typed, *want; } cases[] = {
        { &us, "2026-11-24T10:42:00Z", "2026-11-24T10:42:00Z" }, { &us, "10:42", "2026-11-24T10:42:00Z" },
        { &us, "tomorrow 3 pm", "2026-11-25T15:00:00Z" }, { &us, "tomorrow at 3:30 p.m.", "2026-11-25T15:30:00Z" },
        { &us, "12:05 AM", "2026-11-24T00:05:00Z" }, { &us, "3 pm tomorrow", "2026-11-25T15:00:00Z" },
        { &us, "Nov 25, 2026, 9:15", "2026-11-25T09:15:00Z" }, { &us, "25 Nov 14:00", "2026-11-25T14:00:00Z" },
        { &us, "now", "2026-11-24T08:00:00Z" }, { &us, "2026-11-25", "2026-11-25T00:00:00Z" },
        { &bn, "আগামীকাল সকাল ১০টা", "2026-11-25T04:00:00Z" }, { &bn, "বিকাল ৪:৪২", "2026-11-24T10:42:00Z" },
        { &hi, "कल शाम 5:42", "2026-11-25T12:12:00Z" }, { &fa, "فردا ساعت ۱۴:۳۰", "2026-11-25T11:00:00Z" },
        { &fa, "۱۴۰۵/۹/۴ ۱۴:۳۰", "2026-11-25T11:00:00Z" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct err e = { 0 };
        int64_t t = 0;
        ck_assert_msg(parse_instant(cases[i].loc, str_of(cases[i].typed), at("2026-11-24T08:00:00Z"), &t, &e), "%s: %.*s",
                      cases[i].typed, STR_ARG(said(&e)));
        ck_assert_msg(t == at(cases[i].want), "%s gave %.*s", cases[i].typed, STR_ARG(iso_instant(&mem, t)));
    }
    struct err e = { 0 };
    int64_t t;
    ck_assert(!parse_instant(&us, S("25:00"), at("2026-11-24T08:00:00Z"), &t, &e));
    ck_assert(!parse_instant(&us, S("10:60"), at("2026-11-24T08:00:00Z"), &t, &e));
    ck_assert(!parse_instant(&us, S("tomorrow bananas"), at("2026-11-24T08:00:00Z"), &t, &e));
}
END_TEST

START_TEST(durations_are_shown_and_read)
{
    struct locale us = reader(LANG_EN, "US"), fa = reader(LANG_FA, "IR");
    static const struct { const char *typed; int64_t minutes; } cases[] = {
        { "90", 90 }, { "1:30", 90 }, { "1 h 20 min", 80 }, { "1.5 hours", 90 }, { "২ ঘণ্টা", 120 }, { "۲ ساعت و ۵ دقیقه", 125 },
        { "2 घंटे", 120 }, { "3d", 4320 }, { "1 week", 10080 }, { "1 घं॰ 20 मि॰", 80 },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct err e = { 0 };
        int64_t us_of = 0;
        ck_assert_msg(parse_duration(&us, str_of(cases[i].typed), &us_of, &e), "%s", cases[i].typed);
        ck_assert_int_eq(us_of, cases[i].minutes * MINUTE_US);
    }
    struct err e = { 0 };
    int64_t x;
    ck_assert(!parse_duration(&us, S("long"), &x, &e));
    SAYS(said(&e), "“long” is not a length of time. Write it like 1 h 20 min.");
    ck_assert(!parse_duration(&us, S("99999999999 days"), &x, &e));
    SAYS(loc_duration(&mem, &us, 80 * MINUTE_US), "1 h 20 min");
    SAYS(loc_duration(&mem, &us, 0), "0 s");
    SAYS(loc_duration(&mem, &fa, 80 * MINUTE_US), "۱ ساعت و ۲۰ دقیقه");
    SAYS(loc_relative(&mem, &us, 0, 2 * DAY_US), "2 days ago");
    SAYS(loc_relative(&mem, &us, 3 * HOUR_US, 0), "in 3 hours");
    SAYS(loc_relative(&mem, &us, 0, 30 * (int64_t)SECOND_US), "just now");
    SAYS(loc_relative(&mem, &us, 30 * (int64_t)SECOND_US, 0), "in a moment");
    SAYS(loc_relative(&mem, &us, SECOND_US, 0), "just now");
    SAYS(loc_relative(&mem, &us, 2 * DAY_US - MINUTE_US, 0), "in 2 days");
    SAYS(loc_relative(&mem, &us, 2 * DAY_US - HOUR_US, 0), "in 1 day");
    SAYS(loc_relative(&mem, &us, INT64_MIN, INT64_MAX), "292,471 years ago");
}
END_TEST

START_TEST(periods_follow_calendar_and_fiscal_year)
{
    struct locale us = reader(LANG_EN, "US"), bn = reader(LANG_BN, "BD"), in = reader(LANG_EN, "IN"), fa = reader(LANG_FA, "IR");
    int64_t d = day("2026-11-24"), from, to;
    SAYS(loc_period(&mem, &us, PERIOD_QUARTER, d), "Q4 2026");
    SAYS(loc_period(&mem, &fa, PERIOD_QUARTER, d), "پاییز ۱۴۰۵");
    SAYS(loc_period(&mem, &in, PERIOD_YEAR, d), "2026–27");
    SAYS(loc_period(&mem, &in, PERIOD_QUARTER, d), "Q3 2026–27");
    SAYS(loc_period(&mem, &bn, PERIOD_YEAR, d), "২০২৬–২৭");
    period_range(&fa, PERIOD_QUARTER, d, 0, &from, &to);
    ck_assert_int_eq(from, day("2026-09-23"));
    ck_assert_int_eq(to, day("2026-12-22"));
    period_range(&fa, PERIOD_YEAR, d, -1, &from, &to);
    ck_assert_int_eq(from, day("2025-03-21"));
    ck_assert_int_eq(to, day("2026-03-21"));
    period_range(&in, PERIOD_YEAR, day("2027-02-01"), 0, &from, &to);
    ck_assert_int_eq(from, day("2026-04-01"));
    period_range(&fa, PERIOD_WEEK, d, 0, &from, &to);
    ck_assert_int_eq(from, day("2026-11-21"));      /* a Saturday */
    period_range(&bn, PERIOD_WEEK, d, 1, &from, &to);
    ck_assert_int_eq(from, day("2026-11-29"));      /* a Sunday */
    for (int p = PERIOD_DAY; p <= PERIOD_YEAR; p++)
        for (int64_t x = d - 800; x < d + 800; x++) {
            int64_t next, end;
            period_range(&in, (enum period)p, x, 0, &from, &to);
            ck_assert(from <= x && x < to);
            period_range(&in, (enum period)p, x, 1, &next, &end);
            ck_assert_int_eq(next, to);
        }
}
END_TEST

START_TEST(iso_forms_are_strict)
{
    int64_t t, d;
    ck_assert(parse_iso_instant(S("2026-11-24T10:42:00.5+03:30"), &t));
    SAYS(iso_instant(&mem, t), "2026-11-24T07:12:00.500000Z");
    SAYS(iso_instant(&mem, 0), "1970-01-01T00:00:00Z");
    SAYS(iso_instant(&mem, -1), "1969-12-31T23:59:59.999999Z");
    SAYS(iso_instant(&mem, INT64_MAX), "294247-01-10T04:00:54.775807Z");
    SAYS(iso_date(&mem, days_from_ymd(CALENDAR_GREGORIAN, (struct ymd){ 33, 4, 5 })), "0033-04-05");
    ck_assert(!parse_iso_instant(S("2026-11-24T10:42:00"), &t));
    ck_assert(!parse_iso_instant(S("2026-11-24T24:00:00Z"), &t));
    ck_assert(!parse_iso_date(S("2026-11-31"), &d));
    ck_assert(!parse_iso_date(S("2026-11-3"), &d));
    ck_assert(!parse_iso_date(S("2026-11-30 "), &d));
    SAYS(iso_instant(&mem, -1), "1969-12-31T23:59:59.999999Z");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lang_date");
    TCase *t = tcase_create("dates");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, jalali_vectors_hold_both_ways);
    tcase_add_test(t, the_jalali_calendar_agrees_with_icu_day_by_day);
    tcase_add_test(t, days_run_without_gaps_in_both_calendars);
    tcase_add_test(t, dates_stand_as_each_language_writes_them);
    tcase_add_test(t, clocks_follow_the_country_and_day_periods_the_language);
    tcase_add_test(t, zones_are_right_at_gaps_and_overlaps);
    tcase_add_test(t, zones_agree_with_icu_hour_by_hour);
    tcase_add_test(t, dates_are_read_as_people_type_them);
    tcase_add_test(t, every_shown_date_can_be_read_again);
    tcase_add_test(t, what_names_no_day_is_refused_with_its_reason);
    tcase_add_test(t, times_are_read_as_people_type_them);
    tcase_add_test(t, durations_are_shown_and_read);
    tcase_add_test(t, periods_follow_calendar_and_fiscal_year);
    tcase_add_test(t, iso_forms_are_strict);
    suite_add_tcase(s, t);
    return run_suite(s);
}
