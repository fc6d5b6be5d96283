/* lang_text.c - tests of messages, folding, order, languages and phones. */
#include "lang_case.h"
#include "lang/country.h"
#include "lang/msg_table.h"
#include "base/random.h"
#include "lang/phone.h"
#include "lang/phone_shim.h"
#include "msg/lang.h"
#include "msg/web.h"
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

START_TEST(plurals_choose_by_language)
{
    static const struct { enum lang l; int64_t n; const char *want; } cases[] = {
        { LANG_EN, 0, "0 days ago" }, { LANG_EN, 1, "1 day ago" }, { LANG_EN, 2, "2 days ago" },
        { LANG_BN, 1, "১ দিন আগে" }, { LANG_HI, 2, "2 दिन पहले" }, { LANG_FA, 12000, "۱۲٬۰۰۰ روز پیش" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct locale loc = reader(cases[i].l, "");
        SAYS(msg_text(&mem, &loc, MSG_lang_day_ago, (struct msg_arg[]){ A(cases[i].n) }), cases[i].want);
    }
}
END_TEST

START_TEST(exact_cases_come_before_categories)
{
    struct locale us = reader(LANG_EN, "US"), bn = reader(LANG_BN, "BD");
    const struct msg_lang_number_fraction_args none = { .text = A("1.2"), .max = A(0) }, one = { .text = A("1.2"), .max = A(1) };
    SAYS(msg_text(&mem, &us, MSG_lang_number_fraction, &none.text), "“1.2” has too many decimals: at most none are allowed.");
    SAYS(msg_text(&mem, &us, MSG_lang_number_fraction, &one.text), "“1.2” has too many decimals: at most 1 is allowed.");
    SAYS(msg_text(&mem, &bn, MSG_lang_number_fraction, &one.text), "“1.2”-এ দশমিকের পরে বেশি অঙ্ক আছে: সর্বোচ্চ ১টি।");
}
END_TEST

START_TEST(a_label_inside_a_sentence_begins_small_unless_it_is_an_abbreviation)
{
    static const struct { enum lang l; const char *label, *want; } cases[] = {
        { LANG_EN, "Form answers", "No form answers yet" }, { LANG_EN, "API keys", "No API keys yet" }, { LANG_EN, "E-mails", "No e-mails yet" },
        { LANG_EN, "X", "No X yet" }, { LANG_EN, "", "No  yet" }, { LANG_EN, "লিড", "No লিড yet" },
        { LANG_HI, "API कुंजियाँ", "“API कुंजियाँ” में अभी कुछ नहीं है" }, { LANG_FA, "شرکت‌ها", "فهرست شرکت‌ها هنوز خالی است" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct locale loc = reader(cases[i].l, "");
        SAYS(msg_text(&mem, &loc, MSG_web_empty_title, (struct msg_arg[]){ A(cases[i].label) }), cases[i].want);
    }
}
END_TEST

START_TEST(text_of_the_other_direction_is_isolated)
{
    struct locale us = reader(LANG_EN, "US"), fa = reader(LANG_FA, "IR");
    const struct msg_lang_zone_bad_args latin = { .text = A("Acme Ltd.") }, persian = { .text = A("پارس") };
    str in_fa = msg_text(&mem, &fa, MSG_lang_zone_bad, &latin.text), in_en = msg_text(&mem, &us, MSG_lang_zone_bad, &persian.text);
    ck_assert(str_find(in_fa, S("\u2068Acme Ltd.\u2069")) > 0);
    ck_assert(str_find(in_en, S("\u2068پارس\u2069")) > 0);
    ck_assert(str_find(msg_text(&mem, &us, MSG_lang_zone_bad, &latin.text), S("\u2068")) < 0);
}
END_TEST

START_TEST(every_error_code_has_a_sentence_in_every_language)
{
    for (int l = 0; l < LANG_COUNT; l++)
        for (int code = ERR_INVALID; code <= ERR_INTERNAL; code++) {
            struct locale loc = reader((enum lang)l, "");
            struct err e = { 0 };
            err_set(&e, (enum err_code)code, 0, __FILE__, __LINE__, "secret detail");
            str s = err_text(&mem, &loc, &e);
            ck_assert(s.n > 10 && str_find(s, S("secret")) < 0);
        }
    struct locale fa = reader(LANG_FA, "IR");
    struct err e = { 0 };
    err_set(&e, ERR_INVALID, MSG_lang_bizcal_many, __FILE__, __LINE__, "x");
    err_arg_int(&e, "line", 1);
    err_arg_int(&e, "max", 16);
    ck_assert(str_find(err_text(&mem, &fa, &e), S("۱۶")) > 0);
}
END_TEST

START_TEST(every_message_is_found_by_its_key)
{
    for (int room = 0; room < msg_nrooms; room++)
        for (int i = msg_room_first[room]; i < msg_room_first[room + 1]; i++) {
            msg_id id = 0, want = (room + 1) * MSG_ROOM_STEP + i - msg_room_first[room];
            ck_assert_msg(msg_find(str_of(msg_rows[i].key), &id) && id == want, "%s", msg_rows[i].key);
            ck_assert_str_eq(msg_key(id), msg_rows[i].key);
        }
    msg_id id;
    ck_assert(!msg_find(S("lang.nothing"), &id) && !msg_find(S(""), &id));
    ck_assert_str_eq(msg_key(0), "");
    ck_assert_str_eq(msg_key(-4096), "");
    ck_assert_str_eq(msg_key(INT32_MAX), "");
}
END_TEST

/* Every message runs in every language with every slot filled. */
START_TEST(every_message_can_be_shown)
{
    for (int room = 0; room < msg_nrooms; room++)
        for (int i = msg_room_first[room]; i < msg_room_first[room + 1]; i++)
            for (int l = 0; l < LANG_COUNT; l++) {
                struct locale loc = reader((enum lang)l, "");
                struct msg_arg args[MSG_SLOTS_MAX];
                for (int k = 0; k < MSG_SLOTS_MAX; k++)
                    args[k] = A(k + i);
                str s = msg_text(&mem, &loc, (room + 1) * MSG_ROOM_STEP + i - msg_room_first[room], args);
                ck_assert_msg(s.n, "%s", msg_rows[i].key);
                for (size_t c = 0; c < s.n; c++)
                    ck_assert_msg((unsigned char)s.p[c] > MSG_SMALL, "%s", msg_rows[i].key);
                arena_reset(&mem);
            }
}
END_TEST

static str normal(str s, bool composed)
{
    UErrorCode rc = U_ZERO_ERROR;
    UChar u[512], v[1024];
    char *out = arena_new(&mem, char, 2048);
    int32_t n, m;
    u_strFromUTF8(u, 512, &n, s.p, (int32_t)s.n, &rc);
    m = unorm2_normalize(composed ? unorm2_getNFCInstance(&rc) : unorm2_getNFDInstance(&rc), u, n, v, 1024, &rc);
    u_strToUTF8(out, 2048, &n, v, m, &rc);
    ck_assert(U_SUCCESS(rc));
    return (str){ out, (size_t)n };
}

START_TEST(the_facts_of_lucene_hold_in_both_normal_forms)
{
    static const char *const files[] = { "search/lucene-facts/fa_PersianNormalizationFilter.tsv",
        "search/lucene-facts/bn_BengaliNormalizationFilter.tsv", "search/lucene-facts/hi_HindiNormalizationFilter.tsv" };
    for (size_t f = 0; f < countof(files); f++) {
        char line[256];
        FILE *in = shared_file(files[f]);
        while (in && fgets(line, sizeof line, in)) {
            str want = str_trim(str_of(line)), word = str_cut(&want, '\t');
            if (str_eq(word, S("input")))
                continue;                           /* the head of the table */
            str folded = fold(&mem, word), answer = fold(&mem, want);
            ck_assert_msg(str_eq(folded, answer), "%.*s: %.*s not %.*s", STR_ARG(word), STR_ARG(folded), STR_ARG(answer));
            ck_assert_msg(str_eq(fold(&mem, normal(word, true)), folded), "NFC %.*s", STR_ARG(word));
            ck_assert_msg(str_eq(fold(&mem, normal(word, false)), folded), "NFD %.*s", STR_ARG(word));
        }
        if (in)
            fclose(in);
    }
}
END_TEST

START_TEST(what_readers_take_for_the_same_folds_alike)
{
    static const char *const same[][2] = {
        { "Müller  Straße", "muller STRASSE" }, { "O'Brien", "obrien" }, { "كريمي", "کریمی" }, { "می‌رود", "میرود" },
        { "۰۹۱۲", "0912" }, { "০১৭১১", "٠١٧١١" }, { "বাড়ি", "বাড়ী" }, { "कर्ज़", "क़र्ज" }, { "Łódź", "lodz" }, { "ＡＢＣ", "abc" },
        { "e\u0301te\u0301", "été" }, { "آذر", "اذر" }, { "A-B,  c.", "a b c" }, { "খো", "খো" }, { "Søren", "soren" },
    };
    for (size_t i = 0; i < countof(same); i++) {
        str a = fold(&mem, str_of(same[i][0])), b = fold(&mem, str_of(same[i][1]));
        ck_assert_msg(str_eq(a, b), "\"%.*s\" and \"%.*s\"", STR_ARG(a), STR_ARG(b));
    }
    SAYS(fold(&mem, S("  Hello,   World! 42 ")), "hello world 42");
    SAYS(fold(&mem, S("")), "");
    SAYS(fold(&mem, S("—")), "");
    SAYS(fold_first(&mem, S("ক্ষমা")), "ক্");
    SAYS(fold_first(&mem, S("مریم")), "م");
    SAYS(fold_first(&mem, S("")), "");
}
END_TEST

START_TEST(words_sort_as_a_reader_expects)
{
    static const struct { enum lang l; const char *words[4]; } lists[] = {
        { LANG_FA, { "آرش", "پدرام", "ژاله", "کیان" } }, { LANG_BN, { "কলকাতা", "ক্ষমা", "ঢাকা", "বগুড়া" } },
        { LANG_HI, { "क्षमा", "ज्ञान", "हरि", "हरिद्वार" } }, { LANG_EN, { "apple", "Äpfel", "banana", "Zebra" } },
    };
    for (size_t i = 0; i < countof(lists); i++)
        for (int k = 0; k < 3; k++)
            if (lists[i].l != LANG_EN || k != 0)
                ck_assert_msg(str_cmp(collate_key(&mem, lists[i].l, str_of(lists[i].words[k])),
                                      collate_key(&mem, lists[i].l, str_of(lists[i].words[k + 1]))) < 0, "%s", lists[i].words[k]);
}
END_TEST

START_TEST(languages_are_negotiated)
{
    ck_assert_int_eq(lang_from_accept(S("fr, bn-BD;q=0.8, en;q=0.5"), LANG_EN), LANG_BN);
    ck_assert_int_eq(lang_from_accept(S("en;q=0, fa"), LANG_EN), LANG_FA);
    ck_assert_int_eq(lang_from_accept(S("*"), LANG_HI), LANG_HI);
    ck_assert_int_eq(lang_from_accept(S(""), LANG_FA), LANG_FA);
    ck_assert_int_eq(lang_from_accept(S("hi;q=0.9,en;q=0.95"), LANG_FA), LANG_EN);
    ck_assert(lang_is_rtl(LANG_FA) && !lang_is_rtl(LANG_BN));
}
END_TEST

START_TEST(countries_keep_their_own_habits)
{
    struct locale bd = reader(LANG_EN, "BD"), ir = reader(LANG_FA, "IR"), in = reader(LANG_HI, "IN");
    ck_assert(bd.week_start == 0 && bd.grouping == GROUPING_INDIC && bd.calendar == CALENDAR_GREGORIAN && bd.fiscal_month == 7);
    ck_assert(ir.week_start == 6 && ir.calendar == CALENDAR_JALALI && ir.fiscal_month == 1 && ir.toman);
    ck_assert(in.digits == DIGITS_LATIN && in.fiscal_month == 4);
    ck_assert_uint_eq(country_find("BD")->weekend, 1u << 5 | 1u << 6);
    ck_assert_uint_eq(country_find("IR")->weekend, 1u << 5);
}
END_TEST

START_TEST(phones_of_any_script_become_one_text)
{
    static const struct { const char *typed, *country, *want; } cases[] = {
        { "۰۹۱۲ ۳۴۵ ۶۷۸۹", "IR", "+989123456789" }, { "০১৭১১-০০০০০০", "BD", "+8801711000000" },
        { "+91 98765 43210", "BD", "+919876543210" }, { "020 7946 0018", "GB", "+442079460018" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct err e = { 0 };
        str got;
        ck_assert_msg(phone_parse(&mem, str_of(cases[i].typed), cases[i].country, &got, &e), "%s", cases[i].typed);
        SAYS(got, cases[i].want);
    }
    SAYS(phone_show(&mem, S("+8801711000000"), "BD"), "01711-000000");
    SAYS(phone_show(&mem, S("+8801711000000"), "IN"), "+880 1711-000000");
    SAYS(phone_show(&mem, S("nonsense"), "IN"), "nonsense");
    static const struct { const char *folded, *home, *first, *second; } begins[] = {
        { "01706 557496", "BD", "01706557496", "8801706557496" }, { "98765 4", "IN", "987654", "91987654" },
        { "98 915 961 2121", "BD", "989159612121", "880989159612121" }, { "0044 20 79", "FR", "442079", "" }, { "12345", "", "12345", "" },
    };
    for (size_t i = 0; i < countof(begins); i++) {
        str got[PHONE_BEGINNINGS] = { 0 };
        int n = phone_beginnings(&mem, str_of(begins[i].folded), begins[i].home, got);
        ck_assert_int_eq(n, *begins[i].second ? 2 : 1);
        SAYS(got[0], begins[i].first);
        SAYS(got[1], begins[i].second);
    }
    static const char *const none[] = { "", "2026", "12 34", "12a45", "rahim 01706", "1234567890 12345678" };
    for (size_t i = 0; i < countof(none); i++)
        ck_assert_int_eq(phone_beginnings(&mem, str_of(none[i]), "BD", (str[PHONE_BEGINNINGS]){ 0 }), 0);
    static const char *const bad[] = { "", "12", "hello", "+999 123", "00000000000000000000000000000000", "01711000000", "+880009101000" };
    for (size_t i = 0; i < countof(bad); i++) {
        struct err e = { 0 };
        str got;
        ck_assert_msg(!phone_parse(&mem, str_of(bad[i]), "", &got, &e), "%s", bad[i]);
    }
}
END_TEST

/* Numbers with the code of a country that phone.c reads by itself, of all lengths, written as people write them. */
START_TEST(numbers_with_a_code_are_read_as_libphonenumber_reads_them)
{
    static const char *const codes[] = { "880", "91", "98", "92", "93", "94", "44", "49", "33", "977", "971", "966", "1", "39", "55" };
    struct seeded r = seeded_from(20261126);
    for (int i = 0; i < 2000; i++) {
        const char *code = codes[i % (int)countof(codes)], *gap = i % 3 ? "" : i % 2 ? " " : "-";
        str number = arena_fmt(&mem, "+%s%s", code, gap), got = { 0 };
        for (size_t k = 0, n = 4 + seeded_next(&r) % 10; k < n; k++)
            number = arena_fmt(&mem, "%.*s%d%s", STR_ARG(number), (int)(seeded_next(&r) % 10), k == 3 ? gap : "");
        struct err e = { 0 };
        char want[PHONE_TEXT_MAX];
        size_t n = phone_shim_parse(number.p, number.n, "BD", want);
        bool is_read = phone_parse(&mem, number, "BD", &got, &e);
        ck_assert_msg(is_read == (n > 0) && (!is_read || str_eq(got, (str){ want, n })), "%.*s is read as %.*s, not as %.*s",
                      STR_ARG(number), STR_ARG(got), (int)n, want);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("lang_text");
    TCase *t = tcase_create("texts");
    tcase_set_timeout(t, 60);
    tcase_add_test(t, plurals_choose_by_language);
    tcase_add_test(t, exact_cases_come_before_categories);
    tcase_add_test(t, text_of_the_other_direction_is_isolated);
    tcase_add_test(t, a_label_inside_a_sentence_begins_small_unless_it_is_an_abbreviation);
    tcase_add_test(t, every_error_code_has_a_sentence_in_every_language);
    tcase_add_test(t, every_message_is_found_by_its_key);
    tcase_add_test(t, every_message_can_be_shown);
    tcase_add_test(t, the_facts_of_lucene_hold_in_both_normal_forms);
    tcase_add_test(t, what_readers_take_for_the_same_folds_alike);
    tcase_add_test(t, words_sort_as_a_reader_expects);
    tcase_add_test(t, languages_are_negotiated);
    tcase_add_test(t, countries_keep_their_own_habits);
    tcase_add_test(t, phones_of_any_script_become_one_text);
    tcase_add_test(t, numbers_with_a_code_are_read_as_libphonenumber_reads_them);
    suite_add_tcase(s, t);
    return run_suite(s);
}
