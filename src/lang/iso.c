/* iso.c - dates and instants for machines: ISO 8601, ASCII, UTC. */
#include "lang/lang.h"
#include "base/clock.h"

static char *put(char *to, int n, int width)
{
    for (int i = width; i-- > 0; n /= 10)
        to[i] = (char)('0' + n % 10);
    return to + width;
}

static char *put_date(char *to, int64_t days)
{
    struct ymd v = ymd_from_days(CALENDAR_GREGORIAN, days);
    int year = v.y < 0 ? -v.y : v.y;
    if (v.y < 0)
        *to++ = '-';
    to = put(to, year, year > 9999 ? 6 : 4);
    *to++ = '-';
    to = put(to, v.m, 2);
    *to++ = '-';
    return put(to, v.d, 2);
}

str iso_date(struct arena *a, int64_t days)
{
    char b[16];
    return arena_str(a, (str){ b, (size_t)(put_date(b, days) - b) });
}

/* By hand: a page of fifty records as JSON has a hundred and fifty of them. */
str iso_instant(struct arena *a, int64_t instant)
{
    int64_t days = instant / DAY_US - (instant % DAY_US < 0), us = instant - days * DAY_US;
    int s = (int)(us / SECOND_US), fraction = (int)(us % SECOND_US);
    char b[32], *to = put_date(b, days);
    *to++ = 'T';
    to = put(to, s / 3600, 2);
    *to++ = ':';
    to = put(to, s / 60 % 60, 2);
    *to++ = ':';
    to = put(to, s % 60, 2);
    if (fraction) {
        *to++ = '.';
        to = put(to, fraction, 6);
    }
    *to++ = 'Z';
    return arena_str(a, (str){ b, (size_t)(to - b) });
}

/* Exactly `n` digits off the front of *s. */
static bool take(str *s, size_t n, int *out)
{
    int v = 0;
    if (s->n < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s->p[i] < '0' || s->p[i] > '9')
            return false;
        v = v * 10 + (s->p[i] - '0');
    }
    *s = str_from(*s, n);
    *out = v;
    return true;
}

static bool skip(str *s, const char *one_of)
{
    if (!s->n || !s->p[0] || !strchr(one_of, s->p[0]))
        return false;
    *s = str_from(*s, 1);
    return true;
}

static bool take_date(str *s, int64_t *days)
{
    struct ymd v;
    if (!take(s, 4, &v.y) || !skip(s, "-") || !take(s, 2, &v.m) || !skip(s, "-") || !take(s, 2, &v.d)
        || !ymd_valid(CALENDAR_GREGORIAN, v))
        return false;
    *days = days_from_ymd(CALENDAR_GREGORIAN, v);
    return true;
}

bool parse_iso_date(str s, int64_t *days)
{
    int64_t d;
    if (!take_date(&s, &d) || s.n)
        return false;
    *days = d;
    return true;
}

/* "Z", "+03:30", "+0330", "+03" in microseconds east. */
static bool take_offset(str *s, int64_t *us)
{
    int h, m = 0;
    bool west = s->n && s->p[0] == '-';

    *us = 0;
    if (skip(s, "Zz"))
        return true;
    if (!skip(s, "+-") || !take(s, 2, &h))
        return false;
    skip(s, ":");
    if (s->n && !take(s, 2, &m))
        return false;
    if (h > 18 || m > 59)
        return false;
    *us = (west ? -1 : 1) * (h * HOUR_US + m * MINUTE_US);
    return true;
}

/* Digits after the point beyond microseconds are cut. */
static bool take_fraction(str *s, int64_t *us)
{
    int64_t unit = 100000;
    size_t n = 0;

    *us = 0;
    if (!skip(s, ".,"))
        return true;
    for (; n < s->n && s->p[n] >= '0' && s->p[n] <= '9'; n++, unit /= 10)
        *us += unit * (s->p[n] - '0');
    *s = str_from(*s, n);
    return n > 0;
}

bool parse_iso_instant(str s, int64_t *instant)
{
    int64_t days, fraction = 0, offset;
    int h, m, sec = 0;

    if (!take_date(&s, &days) || !skip(&s, "Tt ") || !take(&s, 2, &h) || !skip(&s, ":") || !take(&s, 2, &m))
        return false;
    if (skip(&s, ":") && (!take(&s, 2, &sec) || !take_fraction(&s, &fraction)))
        return false;
    if (!take_offset(&s, &offset) || s.n || h > 23 || m > 59 || sec > 59)
        return false;
    *instant = days * DAY_US + h * HOUR_US + m * MINUTE_US + sec * (int64_t)SECOND_US + fraction - offset;
    return true;
}
