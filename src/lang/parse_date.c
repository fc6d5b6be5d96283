/* parse_date.c - dates as people type them, in the reader's calendar.
 *
 * The year tells the calendar when it can: 1300 to 1500 is Jalali, 1600 and on is
 * Gregorian, whatever the reader's setting. Without a year, and for 9/1, the
 * reader's calendar and order decide. What can only be meant one way (24/11 in
 * a month-first country) is read that way; what names no day is refused with its reason.
 */
#include "lang/country.h"
#include "lang/date.h"
#include "lang/parse.h"
#include "msg/lang.h"

enum { JALALI_FROM = 1300, JALALI_TO = 1500, GREGORIAN_FROM = 1600, GREGORIAN_TO = 2400 };

/* Folded. Hindi कल is yesterday and tomorrow; people who type a date mean the future. */
static const struct word day_words[] = {
    { "today", 0 }, { "tomorrow", 1 }, { "yesterday", -1 }, { "tmr", 1 }, { "now", 0 },
    { "আজ", 0 }, { "আজকে", 0 }, { "আগামিকাল", 1 }, { "কাল", 1 }, { "কালকে", 1 }, { "গতকাল", -1 },
    { "পরসু", 2 }, { "গতপরসু", -2 }, { "এখন", 0 }, { "এখনই", 0 },
    { "अज", 0 }, { "कल", 1 }, { "परसों", 2 }, { "अभि", 0 },
    { "امروز", 0 }, { "فردا", 1 }, { "دیروز", -1 }, { "پسفردا", 2 }, { "پریروز", -2 }, { "اکنون", 0 }, { "الان", 0 },
};

static bool fold_equals(msg_id id, enum lang l, const char *word)
{
    struct arena a = parse_scratch();
    const struct locale loc = { .lang = l };
    return str_eq(fold(&a, msg_text(&a, &loc, id, NULL)), str_of(word));
}

static bool english_month(const char *word, int *month)
{
    static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
    if (strlen(word) != 3 && strcmp(word, "sept"))
        return false;
    for (int m = 0; m < 12; m++)
        if (!memcmp(names + 3 * m, word, 3)) {
            *month = m + 1;
            return true;
        }
    return false;
}

/* Other spellings of months, folded; Jalali ones are 100 and more. */
static const struct word month_words[] = {
    { "অগাসট", 8 }, { "অগাস্ট", 8 }, { "আগস্ট", 8 }, { "अकटुबर", 10 }, { "सितमबर", 9 }, { "नवमबर", 11 },
    { "दिसमबर", 12 }, { "جون", 6 }, { "جولای", 7 }, { "می", 5 }, { "اگوست", 8 }, { "امرداد", 105 },
    { "day", 110 }, { "ordibehesht", 102 },
};

bool month_from_word(const char *word, enum calendar *c, int *month)
{
    int found;

    *c = CALENDAR_GREGORIAN;
    if (english_month(word, month))
        return true;
    for (int cal = 0; cal < 2; cal++)
        for (int m = 1; m <= 12; m++)
            for (int l = 0; l < LANG_COUNT; l++)
                if (fold_equals(month_msg((enum calendar)cal, m), (enum lang)l, word)) {
                    *c = (enum calendar)cal;
                    *month = m;
                    return true;
                }
    if (!word_in(month_words, word, &found))
        return false;
    *c = found > 100 ? CALENDAR_JALALI : CALENDAR_GREGORIAN;
    *month = found % 100;
    return true;
}

/* "Monday": the next one, never today. */
static bool weekday_from_word(const char *word, int *weekday)
{
    for (int d = 0; d < 7; d++)
        for (int l = 0; l < LANG_COUNT; l++)
            if (fold_equals(MSG_lang_weekday_0 + d, (enum lang)l, word)) {
                *weekday = d;
                return true;
            }
    return false;
}

/* ── the three numbers ───────────────────────────────────────────────────── */

struct typed { const struct locale *loc; str text; int64_t today; struct err *e; };

static bool bad(const struct typed *in)
{
    struct arena a = parse_scratch();
    fail(in->e, ERR_INVALID, MSG_lang_date_bad, "date '%.*s'", STR_ARG(str_head(in->text, 60)));
    err_arg(in->e, "text", str_trim(in->text));
    return err_arg(in->e, "example", loc_date(&a, in->loc, in->today, DATE_SHORT));
}

static bool named(const struct typed *in, enum calendar c, struct ymd v, int64_t *days)
{
    struct arena a = parse_scratch();

    if (v.y < (c == CALENDAR_JALALI ? 1 : GREGORIAN_FROM) || v.y > GREGORIAN_TO) {
        fail(in->e, ERR_INVALID, MSG_lang_date_year_bad, "year %d", v.y);
        return err_arg_int(in->e, "year", v.y);
    }
    if (v.m < 1 || v.m > 12) {
        fail(in->e, ERR_INVALID, MSG_lang_date_month_bad, "month %d", v.m);
        err_arg(in->e, "text", str_trim(in->text));
        return err_arg_int(in->e, "month", v.m);
    }
    if (!ymd_valid(c, v)) {
        struct locale loc = *in->loc;
        loc.calendar = c;
        fail(in->e, ERR_INVALID, MSG_lang_date_day_bad, "day %d of month %d", v.d, v.m);
        err_arg(in->e, "month", loc_month_name(&a, &loc, v.m));
        err_arg_int(in->e, "day", v.d);
        return err_arg_int(in->e, "last", month_days(c, v.y, v.m));
    }
    *days = days_from_ymd(c, v);
    return true;
}

/* 05 is 1405 or 2005: within fifty years ahead, else the past. */
static int full_year(const struct typed *in, enum calendar c, int two)
{
    int now = ymd_from_days(c, in->today).y, y = now - now % 100 + two;
    return y > now + 50 ? y - 100 : y <= now - 50 ? y + 100 : y;
}

static enum calendar calendar_of_year(const struct locale *loc, int64_t y)
{
    return y >= JALALI_FROM && y <= JALALI_TO ? CALENDAR_JALALI
         : y >= GREGORIAN_FROM ? CALENDAR_GREGORIAN : loc->calendar;
}

static int small(int64_t n) { return n > 99999 ? 99999 : (int)n; }

static bool month_is_first(const struct typed *in, int64_t first, int64_t second)
{
    bool us = in->loc->lang == LANG_EN && country_find(in->loc->country)->month_first;
    return (us && first <= 12) || (second > 12 && first <= 12);
}

static bool three_numbers(const struct typed *in, const struct token *a, const struct token *b,
                          const struct token *c, int64_t *days)
{
    enum calendar cal = in->loc->calendar;

    if (a->digits >= 3)
        return named(in, calendar_of_year(in->loc, a->n), (struct ymd){ small(a->n), small(b->n), small(c->n) }, days);
    if (c->digits >= 3)
        cal = calendar_of_year(in->loc, c->n);
    else if (cal == CALENDAR_JALALI)                    /* ۰۵/۹/۱ */
        return named(in, cal, (struct ymd){ full_year(in, cal, small(a->n)), small(b->n), small(c->n) }, days);
    int y = c->digits >= 3 ? small(c->n) : full_year(in, cal, small(c->n));
    if (cal == CALENDAR_GREGORIAN && month_is_first(in, a->n, b->n))
        return named(in, cal, (struct ymd){ y, small(a->n), small(b->n) }, days);
    return named(in, cal, (struct ymd){ y, small(b->n), small(a->n) }, days);
}

static bool two_numbers(const struct typed *in, int64_t a, int64_t b, int64_t *days)
{
    enum calendar c = in->loc->calendar;
    int y = ymd_from_days(c, in->today).y;
    if (c == CALENDAR_JALALI || month_is_first(in, a, b))
        return named(in, c, (struct ymd){ y, small(a), small(b) }, days);
    return named(in, c, (struct ymd){ y, small(b), small(a) }, days);
}

static bool is_date_sign(const struct token *t)
{
    return t->kind == TOKEN_SIGN && (t->n == '/' || t->n == '-' || t->n == '.');
}

/* 2026-11-24, 24.11.2026, 1405/9/1, 9/1, 20261124 */
static bool numeric(const struct typed *in, const struct token *t, int *at, int64_t *days)
{
    if (t[0].digits == 8) {
        int64_t n = t[0].n;
        *at += 1;
        return named(in, calendar_of_year(in->loc, n / 10000),
                     (struct ymd){ (int)(n / 10000), (int)(n / 100 % 100), (int)(n % 100) }, days);
    }
    if (!is_date_sign(&t[1]) || t[2].kind != TOKEN_NUMBER)
        return bad(in);
    if (!is_date_sign(&t[3]) || t[4].kind != TOKEN_NUMBER || t[3].n != t[1].n) {
        *at += 3;
        return t[1].n == '/' ? two_numbers(in, t[0].n, t[2].n, days) : bad(in);
    }
    *at += 5;
    return three_numbers(in, &t[0], &t[2], &t[4], days);
}

static bool is_ordinal(const struct token *t)
{
    static const struct word marks[] = {
        { "st", 0 }, { "nd", 0 }, { "rd", 0 }, { "th", 0 }, { "of", 0 }, { "ই", 0 }, { "এ", 0 }, { "লা", 0 },
        { "তারিখ", 0 }, { "ام", 0 }, { "م", 0 }, { "तारिख", 0 },
    };
    int unused;
    return t->kind == TOKEN_WORD && word_in(marks, t->word, &unused);
}

static void skip_small(const struct token *t, int *i)
{
    while (is_ordinal(&t[*i]) || (t[*i].kind == TOKEN_SIGN && (t[*i].n == ',' || t[*i].n == '-' || t[*i].n == '.')))
        ++*i;
}

/* 24 Nov 2026, Nov 24, ۱ آذر ۱۴۰۵: the year may be left out. */
static bool with_month(const struct typed *in, const struct token *t, int *at, int64_t *days)
{
    enum calendar c;
    struct ymd v;
    int i = 0;
    int64_t day = 0;
    bool day_first = t[0].kind == TOKEN_NUMBER;

    if (day_first) {
        day = t[i++].n;
        skip_small(t, &i);
    }
    if (t[i].kind != TOKEN_WORD || !month_from_word(t[i].word, &c, &v.m))
        return bad(in);
    i++;
    skip_small(t, &i);
    if (!day_first) {
        if (t[i].kind != TOKEN_NUMBER || t[i].digits > 2)
            return bad(in);
        day = t[i++].n;
        skip_small(t, &i);
    }
    v.y = ymd_from_days(c, in->today).y;
    bool clock = t[i].kind == TOKEN_NUMBER && t[i + 1].kind == TOKEN_SIGN && t[i + 1].n == ':';
    if (t[i].kind == TOKEN_NUMBER && !clock) {
        v.y = t[i].digits <= 2 ? full_year(in, c, small(t[i].n)) : small(t[i].n);
        i++;
    }
    v.d = small(day);
    *at += i;
    return named(in, c, v, days);
}

static bool from_word(const struct typed *in, const struct token *t, int *at, int64_t *days)
{
    int n;

    if (word_in(day_words, t[0].word, &n)) {
        *days = in->today + n;
        *at += 1;
        return true;
    }
    if (!weekday_from_word(t[0].word, &n))
        return with_month(in, t, at, days);
    if (t[1].kind == TOKEN_SIGN && t[1].n == ',')
        t++, ++*at;
    if (t[1].kind == TOKEN_NUMBER && (t[2].kind == TOKEN_WORD || is_date_sign(&t[2]))) {
        ++*at;                                          /* "Friday, 4 December 2026": the date decides */
        return t[2].kind == TOKEN_WORD ? with_month(in, t + 1, at, days) : numeric(in, t + 1, at, days);
    }
    enum calendar c;
    int m;
    if (t[1].kind == TOKEN_WORD && month_from_word(t[1].word, &c, &m)) {
        ++*at;
        return with_month(in, t + 1, at, days);
    }
    *days = in->today + (n - weekday_of(in->today) + 6) % 7 + 1;
    *at += 1;
    return true;
}

bool date_from_tokens(const struct locale *loc, str text, const struct tokens *t, int *at, int64_t today,
                      int64_t *days, struct err *e)
{
    const struct typed in = { loc, text, today, e };
    const struct token *from = &t->v[*at];

    if (from->kind == TOKEN_WORD)
        return from_word(&in, from, at, days);
    if (from->kind != TOKEN_NUMBER)
        return bad(&in);
    int i = 1;
    skip_small(from, &i);
    enum calendar c;
    int m;
    if (from[i].kind == TOKEN_WORD && month_from_word(from[i].word, &c, &m))
        return with_month(&in, from, at, days);
    return numeric(&in, from, at, days);
}

bool parse_date(const struct locale *loc, str s, int64_t today, int64_t *days, struct err *e)
{
    const struct typed in = { loc, s, today, e };
    struct tokens t;
    int64_t d;
    int at = 0;

    if (!str_trim(s).n)
        return fail(e, ERR_INVALID, MSG_lang_date_empty, "no date");
    if (!tokens_of(s, &t))
        return bad(&in);
    if (!date_from_tokens(loc, s, &t, &at, today, &d, e))
        return false;
    if (t.v[at].kind != TOKEN_END)
        return bad(&in);
    *days = d;
    return true;
}
