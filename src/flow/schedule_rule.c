/* schedule_rule.c - a rule of time: read, written, and its next moment. See schedule.h. */
#include "flow/schedule.h"
#include "base/buf.h"
#include "base/clock.h"
#include "msg/job.h"

enum { DAY_MINUTES = 24 * 60, WORDS_MAX = 4, TRIES = 800 };
static const char *const weekdays[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat" };

/* ── reading ─────────────────────────────────────────────────────────────── */

static bool wrong(str text, struct err *e)
{
    fail(e, ERR_INVALID, MSG_job_rule_wrong, "rule '%.*s'", STR_ARG(str_head(text, 60)));
    return err_arg(e, "rule", str_head(text, 60));
}

static size_t split(str text, str *word)
{
    size_t n = 0;
    text = str_trim(text);
    while (text.n && n < WORDS_MAX + 1) {
        word[n < WORDS_MAX ? n : WORDS_MAX - 1] = str_cut(&text, ' ');
        text = str_trim(text);
        n++;
    }
    return n;
}

static bool number(str s, int64_t min, int64_t max, int *out)
{
    int64_t n;
    if (s.n == 0 || s.n > 4 || s.p[0] == '-' || s.p[0] == '+' || !str_to_int(s, &n) || n < min || n > max)
        return false;
    *out = (int)n;
    return true;
}

static bool clock_of(str s, int *at)
{
    str hour = str_cut(&s, ':');
    int h, m;
    if (hour.n == 0 || hour.n > 2 || s.n != 2 || !number(hour, 0, 23, &h) || !number(s, 0, 59, &m))
        return false;
    *at = h * 60 + m;
    return true;
}

static bool days_of(str s, unsigned *out)
{
    *out = 0;
    while (s.n) {
        str day = str_cut(&s, ',');
        size_t i = 0;
        while (i < countof(weekdays) && !str_eq(day, str_of(weekdays[i])))
            i++;
        if (i == countof(weekdays) || *out >> i & 1)
            return false;
        *out |= 1u << i;
    }
    return *out != 0;
}

static bool every_of(str count, str unit, int *minutes)
{
    if (str_eq(unit, S("minutes")))
        return number(count, 1, DAY_MINUTES, minutes);
    if (!str_eq(unit, S("hours")) || !number(count, 1, 24, minutes))
        return false;
    *minutes *= 60;
    return true;
}

bool schedule_parse(str text, struct schedule_rule *out, struct err *e)
{
    struct schedule_rule r = { 0 };
    str w[WORDS_MAX];
    size_t n = split(text, w);
    bool ok = false;
    if (n == 3 && str_eq(w[0], S("every"))) {
        r.every = EVERY_MINUTES;
        ok = every_of(w[1], w[2], &r.minutes);
    } else if (n == 2 && str_eq(w[0], S("daily"))) {
        r.every = EVERY_DAY;
        ok = clock_of(w[1], &r.at);
    } else if (n == 3 && str_eq(w[0], S("weekly"))) {
        r.every = EVERY_WEEK;
        ok = days_of(w[1], &r.weekdays) && clock_of(w[2], &r.at);
    } else if (n == 3 && str_eq(w[0], S("monthly"))) {
        r.every = EVERY_MONTH;
        ok = (str_eq(w[1], S("last")) || number(w[1], 1, 31, &r.month_day)) && clock_of(w[2], &r.at);
    }
    if (!ok)
        return wrong(text, e);
    *out = r;
    return true;
}

/* ── writing ─────────────────────────────────────────────────────────────── */

str schedule_text(struct arena *a, const struct schedule_rule *r)
{
    struct buf b = buf_new(a, 80);
    if (r->every == EVERY_MINUTES)
        return r->minutes % 60 ? arena_fmt(a, "every %d minutes", r->minutes) : arena_fmt(a, "every %d hours", r->minutes / 60);
    buf_put(&b, r->every == EVERY_DAY ? S("daily") : r->every == EVERY_WEEK ? S("weekly ") : S("monthly "));
    const char *between = "";
    for (size_t i = 0; r->every == EVERY_WEEK && i < countof(weekdays); i++)
        if (r->weekdays >> i & 1) {
            buf_fmt(&b, "%s%s", between, weekdays[i]);
            between = ",";
        }
    if (r->every == EVERY_MONTH && r->month_day)
        buf_fmt(&b, "%d", r->month_day);
    else if (r->every == EVERY_MONTH)
        buf_lit(&b, "last");
    buf_fmt(&b, " %02d:%02d", r->at / 60, r->at % 60);
    return buf_str(&b);
}

/* ── the next moment ─────────────────────────────────────────────────────── */

static bool is_day(const struct schedule_rule *r, enum calendar cal, int64_t day)
{
    if (r->every == EVERY_WEEK)
        return r->weekdays >> weekday_of(day) & 1;
    if (r->every != EVERY_MONTH)
        return true;
    struct ymd v = ymd_from_days(cal, day);
    int last = month_days(cal, v.y, v.m);
    return v.d == (r->month_day && r->month_day < last ? r->month_day : last);
}

int64_t schedule_next(const struct schedule_rule *r, const char *zone, enum calendar cal, int64_t after)
{
    if (r->every == EVERY_MINUTES) {
        int64_t step = r->minutes * MINUTE_US, at = after - after % step;
        return at > after ? at : at + step;     /* before 1970 the rest is negative */
    }
    int64_t day = zone_days(zone, after) - 1;
    for (int i = 0; i < TRIES; i++, day++) {
        int64_t at = is_day(r, cal, day) ? zone_instant(zone, day, r->at * MINUTE_US) : after;
        if (at > after && zone_days(zone, at) == day)   /* Samoa left out a whole day once */
            return at;
    }
    return after + 366 * DAY_US;                /* no rule is so rare */
}
