/* lang_bizcal.c - tests of business time. */
#include "lang_case.h"
#include "lang/bizcal.h"
#include "lang/holiday.h"
#include "msg/lang.h"

static struct bizcal calendar(const char *text, const char *zone)
{
    struct bizcal c;
    struct err e = { 0 };
    ck_assert_msg(bizcal_parse(str_of(text), zone, &c, &e), "%s: %.*s", text, STR_ARG(said(&e)));
    return c;
}

static int64_t local(const struct bizcal *c, const char *date, int hour, int minute)
{
    return zone_instant(c->zone, day(date), hour * HOUR_US + minute * MINUTE_US);
}

static int64_t add(const struct bizcal *c, int64_t from, int64_t us)
{
    struct err e = { 0 };
    int64_t t = 0;
    ck_assert(bizcal_add(c, from, us, &t, &e));
    return t;
}

START_TEST(the_three_vectors_hold)
{
    struct bizcal ir = bizcal_default("IR", "Asia/Tehran"), bd = bizcal_default("BD", "Asia/Dhaka"),
                  in = bizcal_default("IN", "Asia/Kolkata");
    ck_assert_int_eq(add(&ir, local(&ir, "2026-11-26", 12, 30), 4 * HOUR_US), local(&ir, "2026-11-28", 11, 30));
    ck_assert_int_eq(add(&bd, local(&bd, "2026-11-26", 17, 0), 4 * HOUR_US), local(&bd, "2026-11-29", 12, 0));
    ck_assert_int_eq(add(&in, local(&in, "2026-11-28", 18, 0), 4 * HOUR_US), local(&in, "2026-11-30", 13, 0));
    ck_assert_int_eq(bizcal_between(&ir, local(&ir, "2026-11-26", 12, 30), local(&ir, "2026-11-28", 11, 30)), 4 * HOUR_US);
}
END_TEST

/* What cannot be read is told by its line, and what is wrong with it. */
START_TEST(a_typo_is_told_with_its_line)
{
    static const struct { const char *text; int64_t line; int msg; const char *what; } cases[] = {
        { "mon 9-25\nxyz", 1, MSG_lang_bizcal_time, "9-25" }, { "mon 9:00-17:00\nxyz", 2, MSG_lang_bizcal_day, "xyz" },
        { "Mon 18:00-09:00", 1, MSG_lang_bizcal_order, "18:00-09:00" }, { "18:00-09:00", 1, MSG_lang_bizcal_day, "18:00-09:00" },
        { "Mon 09:00-24:01", 1, MSG_lang_bizcal_time, "09:00-24:01" }, { "\n\nholiday 2026-13-01", 3, MSG_lang_bizcal_date, "2026-13-01" },
        { "nth Sat 6 closed", 1, MSG_lang_bizcal_bad, "nth Sat 6 closed" }, { "Mon", 1, MSG_lang_bizcal_bad, "Mon" },
        { "Mon 09:00-12:00,11:00-13:00", 1, MSG_lang_bizcal_order, "11:00-13:00" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct bizcal c;
        struct err e = { 0 };
        ck_assert(!bizcal_parse(str_of(cases[i].text), "UTC", &c, &e));
        ck_assert_msg(e.msg == cases[i].msg && e.pos == cases[i].line, "%s: %.*s", cases[i].text, STR_ARG(said(&e)));
        ck_assert(str_find(said(&e), str_of(cases[i].what)) >= 0);
    }
    struct bizcal two = calendar("Mon-Thu 09:00-17:00\nFri 09:00-12:00\n", "UTC");
    ck_assert_int_eq(two.week[5].v[0].to, 720);
}
END_TEST

static bool is_holiday_in(const char *country, const char *date, int name, bool *is_expected)
{
    struct holiday v[HOLIDAYS_YEAR_MAX];
    int64_t at = day(date);
    size_t n = holidays_of_year(country, ymd_from_days(CALENDAR_GREGORIAN, at).y, v);
    bool found = false;
    for (size_t i = 0; i < n; i++) {
        ck_assert(!i || v[i - 1].day <= v[i].day);
        if (v[i].day != at || v[i].name != name)
            continue;
        found = true;
        *is_expected = v[i].is_expected;
    }
    return found;
}

START_TEST(the_table_knows_fixed_and_moving_holidays)
{
    static const struct { const char *country, *date; int name; bool is_expected; } cases[] = {
        { "BD", "2026-12-16", MSG_lang_holiday_victory_day, false }, { "BD", "2026-03-21", MSG_lang_holiday_eid_al_fitr, false },
        { "BD", "2027-03-10", MSG_lang_holiday_eid_al_fitr, true }, { "BD", "2040-02-21", MSG_lang_holiday_martyrs_day, false },
        { "IN", "2026-11-08", MSG_lang_holiday_diwali, false }, { "IN", "2028-10-17", MSG_lang_holiday_diwali, true },
        { "IN", "2027-03-26", MSG_lang_holiday_good_friday, false }, { "IR", "2026-03-21", MSG_lang_holiday_nowruz, false },
        { "IR", "2028-03-20", MSG_lang_holiday_nowruz, false }, { "IR", "2028-03-23", MSG_lang_holiday_nowruz, false },
        { "IR", "2027-03-20", MSG_lang_holiday_oil_day, false }, { "IR", "2027-06-16", MSG_lang_holiday_ashura, true },
        { "GB", "2026-04-06", MSG_lang_holiday_easter_monday, false }, { "GB", "2026-05-25", MSG_lang_holiday_spring_bank, false },
        { "GB", "2026-12-28", MSG_lang_holiday_substitute, false }, { "GB", "2027-12-27", MSG_lang_holiday_substitute, false },
        { "GB", "2027-12-28", MSG_lang_holiday_substitute, false }, { "GB", "2028-01-03", MSG_lang_holiday_substitute, false },
        { "GB", "2028-08-28", MSG_lang_holiday_summer_bank, false }, { "GB", "2028-05-01", MSG_lang_holiday_early_may, false },
    };
    struct holiday v[HOLIDAYS_YEAR_MAX];
    for (size_t i = 0; i < countof(cases); i++) {
        bool is_expected;
        ck_assert_msg(is_holiday_in(cases[i].country, cases[i].date, cases[i].name, &is_expected), "%s %s", cases[i].country, cases[i].date);
        ck_assert_msg(is_expected == cases[i].is_expected, "%s %s", cases[i].country, cases[i].date);
    }
    ck_assert_uint_eq(holidays_of_year("DE", 2026, v), 0);
    ck_assert(!holidays_known("DE") && holidays_known("IR"));
    ck_assert_uint_eq(holidays_of_year("GB", 2026, v), 9);
}
END_TEST

START_TEST(holidays_and_nth_weekdays_are_not_worked)
{
    struct bizcal bd = bizcal_default("BD", "Asia/Dhaka"), ir = bizcal_default("IR", "Asia/Tehran");
    struct bizcal in = calendar("Mon-Sat 10:00-19:00; nth Sat 2,4 closed; nth Fri last 10:00-12:00", "Asia/Kolkata");
    ck_assert(!bizcal_open_at(&bd, local(&bd, "2026-12-16", 11, 0)));      /* Victory Day, a Wednesday */
    ck_assert(bizcal_open_at(&bd, local(&bd, "2026-12-17", 11, 0)));
    ck_assert(!bizcal_open_at(&ir, local(&ir, "2026-03-23", 11, 0)));      /* 3 Farvardin, a Monday */
    ck_assert(bizcal_open_at(&ir, local(&ir, "2026-03-25", 11, 0)));
    ck_assert(bizcal_open_at(&in, local(&in, "2026-11-07", 11, 0)));       /* 1st Saturday */
    ck_assert(!bizcal_open_at(&in, local(&in, "2026-11-14", 11, 0)));      /* 2nd */
    ck_assert(!bizcal_open_at(&in, local(&in, "2026-11-28", 11, 0)));      /* 4th */
    ck_assert(bizcal_open_at(&in, local(&in, "2026-11-27", 11, 59)));
    ck_assert(!bizcal_open_at(&in, local(&in, "2026-11-27", 12, 0)));      /* the last Friday ends at noon */
    ck_assert(!bizcal_open_at(&bd, local(&bd, "2026-11-26", 18, 0)));
    ck_assert(bizcal_open_at(&bd, local(&bd, "2026-11-26", 9, 0)));
}
END_TEST

START_TEST(an_hour_skipped_is_not_worked_and_one_repeated_counts_twice)
{
    struct bizcal ny = calendar("Sun-Sat 00:00-24:00", "America/New_York");
    ck_assert_int_eq(bizcal_between(&ny, local(&ny, "2026-03-08", 0, 0), local(&ny, "2026-03-09", 0, 0)), 23 * HOUR_US);
    ck_assert_int_eq(bizcal_between(&ny, local(&ny, "2026-11-01", 0, 0), local(&ny, "2026-11-02", 0, 0)), 25 * HOUR_US);
}
END_TEST

/* The property: inverse, monotone, additive, over years, calendars and changes of the clock. */
START_TEST(add_and_between_are_inverse_monotone_and_additive)
{
    static const struct { const char *text, *zone; } cals[] = {
        { "Mon-Fri 09:00-17:00", "Europe/London" }, { "Sun-Sat 00:00-24:00", "America/New_York" },
        { "Sat-Wed 08:00-12:00,13:00-17:00; Thu 08:00-13:00; holiday 2022-03-21, 2022-03-22", "Asia/Tehran" },
        { "Mon-Sat 10:00-19:00; nth Sat 2,4 closed; nth Wed last 10:00-12:30", "Asia/Kolkata" },
        { "Sun 01:00-04:00; Wed 22:00-24:00", "Europe/London" }, { "Sat-Mon 00:30-02:15,02:45-03:00", "America/New_York" },
    };
    struct seeded { uint64_t x; } r = { 0x9E3779B97F4A7C15u };
    for (size_t k = 0; k < countof(cals); k++) {
        struct bizcal c = calendar(cals[k].text, cals[k].zone);
        int64_t base = at("2020-06-01T00:00:00Z");
        for (int i = 0; i < 1500; i++) {
            int64_t v[3];
            for (int j = 0; j < 3; j++) {
                r.x ^= r.x << 13, r.x ^= r.x >> 7, r.x ^= r.x << 17;
                v[j] = (int64_t)(r.x % (uint64_t)(j ? 1500 * HOUR_US : 20000 * HOUR_US));
            }
            int64_t a = base + v[0], d = v[1] / 4, d2 = d + v[2] / 8;
            int64_t b = add(&c, a, d), b2 = add(&c, a, d2), back = add(&c, a, -d);
            ck_assert_int_eq(bizcal_between(&c, a, b), d);
            ck_assert_int_eq(bizcal_between(&c, a, back), -d);
            ck_assert(b <= b2 && back <= a && a <= b);
            ck_assert_int_eq(add(&c, b, d2 - d), b2);
            int64_t m = a + v[2], z = m + v[1];
            ck_assert_int_eq(bizcal_between(&c, a, m) + bizcal_between(&c, m, z), bizcal_between(&c, a, z));
        }
    }
}
END_TEST

START_TEST(whole_weeks_give_the_same_as_day_by_day)
{
    struct bizcal c = calendar("Mon-Fri 09:00-17:00; Sat 09:00-12:00; holiday 2021-12-27", "Europe/London");
    int64_t from = at("2021-01-06T11:11:11Z"), to = at("2023-05-05T15:15:15Z"), sum = 0;
    for (int64_t t = from; t < to; t += DAY_US)
        sum += bizcal_between(&c, t, t + DAY_US < to ? t + DAY_US : to);
    ck_assert_int_eq(bizcal_between(&c, from, to), sum);
}
END_TEST

START_TEST(a_calendar_without_work_is_an_error)
{
    struct bizcal c = calendar("Sun-Sat closed", "UTC");
    struct err e = { 0 };
    int64_t t = 9;
    ck_assert(!bizcal_add(&c, 0, HOUR_US, &t, &e));
    ck_assert(!bizcal_add(&c, 0, -HOUR_US, &t, &e));
    ck_assert_int_eq(t, 9);
    ck_assert(e.code == ERR_INVALID);
    ck_assert(bizcal_add(&c, 5, 0, &t, &e) && t == 5);
    ck_assert_int_eq(bizcal_between(&c, 0, 100 * DAY_US), 0);
}
END_TEST

START_TEST(the_text_form_goes_round)
{
    static const char *const texts[] = {
        "Sun-Thu 09:00-18:00; Fri,Sat closed; nth Sat 2,4 closed; holiday 2026-12-16",
        "Sat-Wed 08:00-12:00,13:00-24:00; Thu 08:00-13:00; nth Fri last 09:00-12:00", "", "Mon 00:00-00:01",
    };
    for (size_t i = 0; i < countof(texts); i++) {
        struct bizcal c = calendar(texts[i], "Asia/Dhaka");
        str once = bizcal_text(&mem, &c);
        struct bizcal again = calendar(arena_cstr(&mem, once), "Asia/Dhaka");
        SAYS(bizcal_text(&mem, &again), arena_cstr(&mem, once));
        ck_assert_int_eq(again.nholidays, c.nholidays);
    }
    struct bizcal c = calendar(texts[0], "Asia/Dhaka");
    SAYS(bizcal_text(&mem, &c), "Sun-Thu 09:00-18:00; Fri-Sat closed; nth Sat 2 closed; nth Sat 4 closed; holiday 2026-12-16");
}
END_TEST

START_TEST(bad_texts_are_refused)
{
    static const char *const bad[] = {
        "Mon", "Mon 9-17", "Mon 09:00-25:00", "Mon 17:00-09:00", "Mon 09:00-12:00,11:00-13:00", "Mon 24:30-24:40", "nth Sat 6 closed",
        "nth Sat closed", "holiday 2026-02-30", "holiday", "Day 09:00-10:00", "Mon 01:00-02:00,03:00-04:00,05:00-06:00,07:00-08:00,09:00-10:00",
        "Mon 09:00-09:00",
    };
    struct bizcal c;
    struct err e = { 0 };
    for (size_t i = 0; i < countof(bad); i++)
        ck_assert_msg(!bizcal_parse(str_of(bad[i]), "UTC", &c, &e), "%s", bad[i]);
    ck_assert(!bizcal_parse(S("Mon 09:00-10:00"), "Mars/Base", &c, &e));
    SAYS(said(&e), "“Mars/Base” is not a time zone. Choose one from the list, such as Asia/Dhaka.");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lang_bizcal");
    TCase *t = tcase_create("business time");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, the_three_vectors_hold);
    tcase_add_test(t, a_typo_is_told_with_its_line);
    tcase_add_test(t, the_table_knows_fixed_and_moving_holidays);
    tcase_add_test(t, holidays_and_nth_weekdays_are_not_worked);
    tcase_add_test(t, an_hour_skipped_is_not_worked_and_one_repeated_counts_twice);
    tcase_add_test(t, add_and_between_are_inverse_monotone_and_additive);
    tcase_add_test(t, whole_weeks_give_the_same_as_day_by_day);
    tcase_add_test(t, a_calendar_without_work_is_an_error);
    tcase_add_test(t, the_text_form_goes_round);
    tcase_add_test(t, bad_texts_are_refused);
    suite_add_tcase(s, t);
    return run_suite(s);
}
