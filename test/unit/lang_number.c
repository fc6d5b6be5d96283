/* lang_number.c - tests of numbers and money, shown and read. */
#include "lang_case.h"

START_TEST(numbers_group_as_the_country_does)
{
    struct locale us = reader(LANG_EN, "US"), bd = reader(LANG_EN, "BD"), bn = reader(LANG_BN, "BD"),
                  hi = reader(LANG_HI, "IN"), fa = reader(LANG_FA, "IR");
    SAYS(loc_int(&mem, &us, 123456789), "123,456,789");
    SAYS(loc_int(&mem, &bd, 1234567), "12,34,567");
    SAYS(loc_num(&mem, &bn, 123456789.5, 2), "১২,৩৪,৫৬,৭৮৯.৫");
    SAYS(loc_num(&mem, &hi, 123456789.5, 2), "12,34,56,789.5");
    SAYS(loc_num(&mem, &fa, 123456789.5, 2), "۱۲۳٬۴۵۶٬۷۸۹٫۵");
    SAYS(loc_int(&mem, &us, 999), "999");
    SAYS(loc_int(&mem, &us, 1000), "1,000");
    SAYS(loc_int(&mem, &bd, 100000), "1,00,000");
    hi.digits = DIGITS_DEVANAGARI;
    SAYS(loc_num(&mem, &hi, 1234567.5, 2), "१२,३४,५६७.५");
}
END_TEST

START_TEST(the_smallest_and_largest_numbers_are_exact)
{
    struct locale us = reader(LANG_EN, "US"), fa = reader(LANG_FA, "IR");
    SAYS(loc_int(&mem, &us, INT64_MIN), "-9,223,372,036,854,775,808");
    SAYS(loc_int(&mem, &us, INT64_MAX), "9,223,372,036,854,775,807");
    SAYS(loc_decimal(&mem, &us, INT64_MIN, 18), "-9.223372036854775808");
    SAYS(loc_decimal(&mem, &us, -5, 2), "-0.05");
    SAYS(loc_int(&mem, &fa, -5), "\u200E\u2212۵");
    SAYS(loc_money(&mem, &us, INT64_MIN, "USD"), "-$92,233,720,368,547,758.08");
    SAYS(loc_num(&mem, &us, -0.001, 2), "0");
    SAYS(loc_percent(&mem, &fa, 0.315, 1), "۳۱٫۵٪");
}
END_TEST

START_TEST(money_stands_as_people_write_it)
{
    struct locale us = reader(LANG_EN, "US"), bn = reader(LANG_BN, "BD"), hi = reader(LANG_HI, "IN"), fa = reader(LANG_FA, "IR");
    SAYS(loc_money(&mem, &us, 14800000, "USD"), "$148,000");
    SAYS(loc_money(&mem, &us, -1250, "USD"), "-$12.50");
    SAYS(loc_money(&mem, &bn, 1776000000, "BDT"), "৳১,৭৭,৬০,০০০");
    SAYS(loc_money(&mem, &bn, 123456750, "BDT"), "৳১২,৩৪,৫৬৭.৫০");
    SAYS(loc_money(&mem, &hi, 123456750, "INR"), "₹12,34,567.50");
    hi.digits = DIGITS_DEVANAGARI;
    SAYS(loc_money(&mem, &hi, 1243200000, "INR"), "₹१,२४,३२,०००");
    SAYS(loc_money(&mem, &fa, 74000000000, "IRR"), "۷٬۴۰۰٬۰۰۰٬۰۰۰ تومان");
    SAYS(loc_money(&mem, &fa, 15, "IRR"), "۱٫۵ تومان");
    fa.toman = false;
    SAYS(loc_money(&mem, &fa, 1234568, "IRR"), "۱٬۲۳۴٬۵۶۸ ریال");
    SAYS(loc_money(&mem, &fa, -1234568, "IRR"), "\u200E\u2212۱٬۲۳۴٬۵۶۸ ریال");
}
END_TEST

START_TEST(compact_money_uses_the_words_of_the_trade)
{
    struct locale us = reader(LANG_EN, "US"), bn = reader(LANG_BN, "BD"), hi = reader(LANG_HI, "IN"), fa = reader(LANG_FA, "IR");
    SAYS(loc_money_compact(&mem, &bn, 1776000000, "BDT"), "৳১.৭৮ কোটি");
    SAYS(loc_money_compact(&mem, &bn, 1250000000, "BDT"), "৳১.২৫ কোটি");
    hi.digits = DIGITS_DEVANAGARI;
    SAYS(loc_money_compact(&mem, &hi, 125000000, "INR"), "₹१२.५ लाख");
    SAYS(loc_money_compact(&mem, &hi, 1243200000, "INR"), "₹१.२४ करोड़");
    SAYS(loc_money_compact(&mem, &fa, 74000000000, "IRR"), "۷٫۴ میلیارد تومان");
    struct locale dhaka = reader(LANG_FA, "BD");        /* lakh and crore are no Persian numbers, wherever one reads */
    SAYS(loc_money_compact(&mem, &dhaka, 1490000000, "BDT"), "۱۴٫۹ میلیون تاکا");
    SAYS(loc_int(&mem, &dhaka, 16475731), "۱۶٬۴۷۵٬۷۳۱");
    SAYS(loc_compact(&mem, &us, 999), "999");
    SAYS(loc_compact(&mem, &us, 1000), "1K");
    SAYS(loc_compact(&mem, &us, 999499), "999K");
    SAYS(loc_compact(&mem, &us, 999500), "1M");
    SAYS(loc_compact(&mem, &us, -1234567), "-1.23M");
    SAYS(loc_compact(&mem, &bn, 9996000), "১ কোটি");
    SAYS(loc_compact(&mem, &us, INT64_MIN), "-9,223,372T");
}
END_TEST

START_TEST(numbers_are_read_in_any_digits_and_separators)
{
    static const struct { const char *typed; int64_t want; } cases[] = {
        { "0", 0 }, { "-7", -7 }, { "\u22127", -7 }, { "1,234,567", 1234567 }, { "12,34,567", 1234567 },
        { "১২,৩৪,৫৬৭", 1234567 }, { "१२३", 123 }, { "۱۲٬۳۴۵", 12345 }, { "٤٢", 42 }, { "1২३۴", 1234 },
        { " 42 ", 42 }, { "1 000 000", 1000000 }, { "1\u00A0000", 1000 }, { "5.00", 5 },
        { "9223372036854775807", INT64_MAX },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct err e = { 0 };
        int64_t n = -1;
        ck_assert_msg(parse_int(str_of(cases[i].typed), &n, &e), "%s: %.*s", cases[i].typed, STR_ARG(said(&e)));
        ck_assert_msg(n == cases[i].want, "%s gave %lld", cases[i].typed, (long long)n);
    }
}
END_TEST

START_TEST(what_is_no_number_is_refused_with_its_reason)
{
    static const struct { const char *typed, *want; } cases[] = {
        { "", "Enter a number." }, { "abc", "“abc” is not a number. Use digits only, such as 1250." },
        { "1,5", "In “1,5” it is unclear whether the comma groups digits or marks decimals. Use a point for decimals." },
        { "1,2345", "In “1,2345” it is unclear whether the comma groups digits or marks decimals. Use a point for decimals." },
        { "9223372036854775808", "“9223372036854775808” is too large. Enter a smaller number." },
        { "1.5", "“1.5” has a fraction. Enter a whole number." },
        { "1.2.3", "“1.2.3” is not a number. Use digits only, such as 1250." },
        { "--1", "“--1” is not a number. Use digits only, such as 1250." },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct err e = { 0 };
        int64_t n = 77;
        ck_assert_msg(!parse_int(str_of(cases[i].typed), &n, &e), "%s", cases[i].typed);
        ck_assert_int_eq(n, 77);
        SAYS(said(&e), cases[i].want);
    }
}
END_TEST

START_TEST(more_decimals_than_allowed_are_an_error_never_rounded)
{
    struct err e = { 0 };
    int64_t n;
    ck_assert(parse_decimal(S("۱۲٬۳۴۵٫۶"), 2, &n, &e));
    ck_assert_int_eq(n, 1234560);
    ck_assert(parse_decimal(S("12.340"), 2, &n, &e));
    ck_assert_int_eq(n, 1234);
    ck_assert(parse_decimal(S("۱۲/۵"), 2, &n, &e));
    ck_assert_int_eq(n, 1250);
    ck_assert(!parse_decimal(S("1/2"), 2, &n, &e));
    ck_assert(!parse_decimal(S("12.345"), 2, &n, &e));
    SAYS(said(&e), "“12.345” has too many decimals: at most 2 are allowed.");
}
END_TEST

START_TEST(amounts_are_read_with_words_and_units)
{
    struct locale us = reader(LANG_EN, "US"), bn = reader(LANG_BN, "BD"), hi = reader(LANG_HI, "IN"),
                  fa = reader(LANG_FA, "IR"), rial = fa;
    rial.toman = false;
    const struct { const struct locale *loc; const char *typed, *currency; int64_t want; } cases[] = {
        { &us, "$1,250.50", "USD", 125050 }, { &us, "-$5", "USD", -500 }, { &us, "1.5m", "USD", 150000000 },
        { &us, "148K USD", "USD", 14800000 }, { &bn, "২ কোটি", "BDT", 2000000000 }, { &bn, "৳ ১২,৩৪,৫৬৭.৫০", "BDT", 123456750 },
        { &bn, "২ কোটি ৫০ লাখ টাকা", "BDT", 2500000000 }, { &bn, "৩ লক্ষ", "BDT", 30000000 }, { &us, "2 lakh", "BDT", 20000000 },
        { &hi, "₹१२.५ लाख", "INR", 125000000 }, { &hi, "1.24 करोड़", "INR", 1240000000 }, { &hi, "Rs. 500", "INR", 50000 },
        { &fa, "۷٫۴ میلیارد", "IRR", 74000000000 }, { &fa, "۷٫۴ میلیارد تومان", "IRR", 74000000000 },
        { &fa, "۵۰۰ ریال", "IRR", 500 }, { &rial, "۵۰۰", "IRR", 500 }, { &rial, "۵۰ تومان", "IRR", 500 }, { &fa, "۱٫۵", "IRR", 15 },
        { &fa, "۲ هزار میلیارد تومان", "IRR", 20000000000000 }, { &us, "1000 toman", "IRR", 10000 },
        { &fa, "۵ تاکا", "BDT", 500 }, { &us, "CA$5", "CAD", 500 }, { &us, "- $5", "USD", -500 },
        { &bn, "10 হাজার", "BDT", 1000000 },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct err e = { 0 };
        int64_t n = -1;
        ck_assert_msg(parse_money(cases[i].loc, str_of(cases[i].typed), cases[i].currency, &n, &e), "%s: %.*s",
                      cases[i].typed, STR_ARG(said(&e)));
        ck_assert_msg(n == cases[i].want, "%s gave %lld", cases[i].typed, (long long)n);
    }
}
END_TEST

START_TEST(amounts_in_another_currency_are_refused)
{
    struct locale us = reader(LANG_EN, "US");
    struct err e = { 0 };
    int64_t n;
    ck_assert(!parse_money(&us, S("€5"), "USD", &n, &e));
    ck_assert(!parse_money(&us, S("5 bananas"), "USD", &n, &e));
    SAYS(said(&e), "“5 bananas” is not an amount of USD: “bananas” is not understood.");
    ck_assert(!parse_money(&us, S("99999999 trillion"), "USD", &n, &e));
    ck_assert(!parse_money(&us, S("1.234"), "USD", &n, &e));
    ck_assert_int_eq(currency_digits("BHD"), 3);
    ck_assert_int_eq(currency_digits("JPY"), 0);
    ck_assert_int_eq(currency_digits("QQQ"), -1);
}
END_TEST

START_TEST(what_is_shown_can_be_read_again)
{
    static const struct { enum lang l; const char *country, *currency; } readers[] = {
        { LANG_EN, "US", "USD" }, { LANG_BN, "BD", "BDT" }, { LANG_HI, "IN", "INR" }, { LANG_FA, "IR", "IRR" }, { LANG_EN, "IN", "INR" },
    };
    uint64_t x = 88172645463325252;
    for (int i = 0; i < 2000; i++)
        for (size_t r = 0; r < countof(readers); r++) {
            struct locale loc = reader(readers[r].l, readers[r].country);
            struct err e = { 0 };
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            int64_t want = (int64_t)(x >> (x % 40 + 2)) * (x & 1 ? 1 : -1), got = 0;
            str shown = loc_money(&mem, &loc, want, readers[r].currency);
            ck_assert_msg(parse_money(&loc, shown, readers[r].currency, &got, &e), "%.*s", STR_ARG(shown));
            ck_assert_msg(got == want, "%.*s: %lld not %lld", STR_ARG(shown), (long long)got, (long long)want);
            if (i % 100 == 0)
                arena_reset(&mem);
        }
}
END_TEST

START_TEST(digits_become_ascii)
{
    SAYS(ascii_digits(&mem, S("۰۹۱۲ ০১৭ १२ ٣ x")), "0912 017 12 3 x");
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lang_number");
    TCase *t = tcase_create("numbers");
    tcase_add_test(t, numbers_group_as_the_country_does);
    tcase_add_test(t, the_smallest_and_largest_numbers_are_exact);
    tcase_add_test(t, money_stands_as_people_write_it);
    tcase_add_test(t, compact_money_uses_the_words_of_the_trade);
    tcase_add_test(t, numbers_are_read_in_any_digits_and_separators);
    tcase_add_test(t, what_is_no_number_is_refused_with_its_reason);
    tcase_add_test(t, more_decimals_than_allowed_are_an_error_never_rounded);
    tcase_add_test(t, amounts_are_read_with_words_and_units);
    tcase_add_test(t, amounts_in_another_currency_are_refused);
    tcase_add_test(t, what_is_shown_can_be_read_again);
    tcase_add_test(t, digits_become_ascii);
    suite_add_tcase(s, t);
    return run_suite(s);
}
