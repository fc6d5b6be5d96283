/* parse_time.c - times of day, instants and durations as people type them. */
#include "lang/parse.h"
#include "base/clock.h"
#include "msg/lang.h"

/* Folded parts of the day. AM and PM keep the twelve hours apart; the others do the same,
 * only that a small hour of the night is after midnight. */
enum { PART_AM, PART_PM, PART_NIGHT };
static const struct word parts[] = {
    { "am", PART_AM }, { "pm", PART_PM }, { "a", PART_AM }, { "p", PART_PM },
    { "ভোর", PART_AM }, { "সকাল", PART_AM }, { "দুপুর", PART_PM }, { "বিকাল", PART_PM }, { "বিকেল", PART_PM },
    { "সনধা", PART_PM }, { "সন্ধা", PART_PM }, { "রাত", PART_NIGHT },
    { "सुबह", PART_AM }, { "दोपहर", PART_PM }, { "शाम", PART_PM }, { "रात", PART_NIGHT },
    { "بامداد", PART_AM }, { "صبح", PART_AM }, { "ظهر", PART_PM }, { "بعدازظهر", PART_PM }, { "عصر", PART_PM },
    { "شب", PART_NIGHT },
};
static const struct word fillers[] = {
    { "at", 0 }, { "টা", 0 }, { "টায়", 0 }, { "টার", 0 }, { "সময", 0 }, { "बजे", 0 }, { "को", 0 }, { "ساعت", 0 }, { "در", 0 },
    { "oclock", 0 }, { "t", 0 },
};

static bool part_at(const struct tokens *t, int *at, int *part)
{
    int p;

    if (t->v[*at].kind != TOKEN_WORD || !word_in(parts, t->v[*at].word, &p))
        return false;
    ++*at;
    if (p <= PART_PM && !t->v[*at - 1].word[1] && t->v[*at].kind == TOKEN_SIGN && t->v[*at].n == '.') {
        ++*at;                                          /* a.m. */
        *at += t->v[*at].kind == TOKEN_WORD && !strcmp(t->v[*at].word, "m");
        *at += t->v[*at].kind == TOKEN_SIGN && t->v[*at].n == '.';
    }
    *part = p;
    return true;
}

static void skip_fillers(const struct tokens *t, int *at)
{
    int unused;
    while ((t->v[*at].kind == TOKEN_WORD && word_in(fillers, t->v[*at].word, &unused))
           || (t->v[*at].kind == TOKEN_SIGN && t->v[*at].n == ','))
        ++*at;
}

static bool colon_number(const struct tokens *t, int *at, int64_t *n)
{
    if (t->v[*at].kind != TOKEN_SIGN || t->v[*at].n != ':' || t->v[*at + 1].kind != TOKEN_NUMBER)
        return false;
    *n = t->v[*at + 1].n;
    *at += 2;
    return true;
}

static int64_t in_part(int64_t hour, int part)
{
    if (part == PART_AM)
        return hour == 12 ? 0 : hour;
    if (part == PART_NIGHT)
        return hour == 12 ? 0 : hour < 5 ? hour : hour + 12;
    return hour == 12 ? 12 : hour + 12;
}

/* 10:42, 3 pm, সকাল ১০টা, ساعت ۱۴:۳۰. A bare number is no time. */
bool parse_clock(const struct tokens *t, int *at, int64_t *us_of_day)
{
    int i = *at, part = -1;
    int64_t h, m = 0, s = 0;

    skip_fillers(t, &i);
    part_at(t, &i, &part);
    skip_fillers(t, &i);
    if (t->v[i].kind != TOKEN_NUMBER)
        return false;
    h = t->v[i++].n;
    bool colon = colon_number(t, &i, &m);
    if (colon)
        colon_number(t, &i, &s);
    int after = i;
    skip_fillers(t, &after);
    if (part < 0)
        part_at(t, &after, &part);
    if (part >= 0 || after > i)
        i = after;
    skip_fillers(t, &i);
    bool marked = colon || part >= 0 || i > *at + 1;
    if (!marked || h > 23 || m > 59 || s > 59 || (part >= 0 && h < 1))
        return false;                                   /* "14:00 PM" says 14 twice: harmless */
    if (part >= 0 && h <= 12)
        h = in_part(h, part);
    *us_of_day = h * HOUR_US + m * MINUTE_US + s * (int64_t)SECOND_US;
    *at = i;
    return true;
}

static bool bad_time(const struct locale *loc, str typed, int64_t now, struct err *e)
{
    struct arena a = parse_scratch();
    fail(e, ERR_INVALID, MSG_lang_time_bad, "time '%.*s'", STR_ARG(str_head(typed, 60)));
    err_arg(e, "text", str_trim(typed));
    return err_arg(e, "example", loc_instant(&a, loc, now, DATE_SHORT));
}

static bool is_now(const struct tokens *t)
{
    static const struct word nows[] = { { "now", 0 }, { "এখন", 0 }, { "এখনই", 0 }, { "अभि", 0 }, { "اکنون", 0 }, { "الان", 0 } };
    int unused;
    return t->n == 1 && t->v[0].kind == TOKEN_WORD && word_in(nows, t->v[0].word, &unused);
}

/* A time alone is today's; a date alone is its first moment. */
bool parse_instant(const struct locale *loc, str s, int64_t now, int64_t *instant, struct err *e)
{
    int64_t today = zone_days(loc->zone, now), days = today, us = 0;
    struct tokens t;
    int at = 0;

    if (parse_iso_instant(str_trim(s), instant))
        return true;
    if (!str_trim(s).n)
        return fail(e, ERR_INVALID, MSG_lang_date_empty, "no time");
    if (!tokens_of(s, &t))
        return bad_time(loc, s, now, e);
    if (is_now(&t)) {
        *instant = now;
        return true;
    }
    bool clock = parse_clock(&t, &at, &us);
    if (clock && t.v[at].kind == TOKEN_END) {
        *instant = zone_instant(loc->zone, today, us);
        return true;
    }
    at = clock ? at : 0;                                /* "3 pm tomorrow" or "tomorrow 3 pm" */
    if (!date_from_tokens(loc, s, &t, &at, today, &days, e))
        return false;
    skip_fillers(&t, &at);
    if (t.v[at].kind != TOKEN_END && (clock || !parse_clock(&t, &at, &us)))
        return bad_time(loc, s, now, e);
    if (t.v[at].kind != TOKEN_END)
        return bad_time(loc, s, now, e);
    *instant = zone_instant(loc->zone, days, us);
    return true;
}

/* ── durations ───────────────────────────────────────────────────────────── */

static const struct word units[] = {            /* seconds */
    { "s", 1 }, { "sec", 1 }, { "secs", 1 }, { "second", 1 }, { "seconds", 1 }, { "সেকেন্ড", 1 }, { "सेकंड", 1 }, { "से", 1 }, { "ثانیه", 1 },
    { "m", 60 }, { "min", 60 }, { "mins", 60 }, { "minute", 60 }, { "minutes", 60 }, { "মিনিট", 60 }, { "मिनट", 60 }, { "मि", 60 },
    { "دقیقه", 60 },
    { "h", 3600 }, { "hr", 3600 }, { "hrs", 3600 }, { "hour", 3600 }, { "hours", 3600 }, { "ঘন্টা", 3600 }, { "घंटा", 3600 },
    { "घंटे", 3600 }, { "घं", 3600 }, { "ساعت", 3600 },
    { "d", 86400 }, { "day", 86400 }, { "days", 86400 }, { "দিন", 86400 }, { "दिन", 86400 }, { "روز", 86400 },
    { "w", 604800 }, { "week", 604800 }, { "weeks", 604800 }, { "সপ্তাহ", 604800 }, { "हफते", 604800 }, { "सपताह", 604800 },
    { "هفته", 604800 },
};

static bool bad_duration(const struct locale *loc, str typed, struct err *e)
{
    struct arena a = parse_scratch();
    fail(e, ERR_INVALID, MSG_lang_duration_bad, "duration '%.*s'", STR_ARG(str_head(typed, 60)));
    err_arg(e, "text", str_trim(typed));
    return err_arg(e, "example", msg_text(&a, loc, MSG_lang_duration_example, NULL));
}

/* One "2.5 h" or "20 min"; a number alone is minutes. Not longer than a century. */
static bool one_part(const struct tokens *t, int *at, int64_t *us)
{
    const int64_t limit = 36525 * DAY_US;
    int64_t tenths = 0, n = t->v[*at].n;
    int seconds = 60;

    if (t->v[*at].kind != TOKEN_NUMBER || n > limit)
        return false;
    ++*at;
    if (t->v[*at].kind == TOKEN_SIGN && t->v[*at].n == '.' && t->v[*at + 1].kind == TOKEN_NUMBER
        && t->v[*at + 1].digits <= 3) {
        tenths = t->v[*at + 1].n;
        for (int d = t->v[*at + 1].digits; d < 3; d++)
            tenths *= 10;
        *at += 2;
    }
    if (t->v[*at].kind == TOKEN_WORD && !word_in(units, t->v[(*at)++].word, &seconds))
        return false;
    if (n > limit / SECOND_US / seconds)
        return false;
    *us += n * seconds * SECOND_US + tenths * seconds * (SECOND_US / 1000);
    return *us <= limit;
}

bool parse_duration(const struct locale *loc, str s, int64_t *us, struct err *e)
{
    static const struct word ands[] = { { "and", 0 }, { "و", 0 }, { "ও", 0 }, { "ओर", 0 } };
    struct tokens t;
    int64_t sum = 0, minutes = 0;
    int at = 1, unused;

    if (!tokens_of(s, &t) || !t.n)
        return bad_duration(loc, s, e);
    if (t.v[0].kind == TOKEN_NUMBER && colon_number(&t, &at, &minutes)) {       /* 1:30 */
        if (t.v[at].kind != TOKEN_END || minutes > 59 || t.v[0].n > 876600)
            return bad_duration(loc, s, e);
        *us = t.v[0].n * HOUR_US + minutes * MINUTE_US;
        return true;
    }
    for (at = 0; t.v[at].kind != TOKEN_END;) {
        if (!one_part(&t, &at, &sum))
            return bad_duration(loc, s, e);
        while ((t.v[at].kind == TOKEN_SIGN && (t.v[at].n == ',' || t.v[at].n == '.'))
               || (t.v[at].kind == TOKEN_WORD && word_in(ands, t.v[at].word, &unused)))
            at++;
    }
    *us = sum;
    return true;
}
