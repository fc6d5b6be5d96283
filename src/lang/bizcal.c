/* bizcal.c - adding and measuring business time.
 *
 * Every instant has a place on the line of working time; between() is the
 * distance of two places, add() walks along the line, so the two are inverse,
 * monotone and additive by construction. Working time is real elapsed time: an
 * hour that the clock skips is not worked, an hour that comes twice counts twice.
 * Where a result falls on a pause, add() gives the end of the work before it.
 * Weeks without holidays, rules or a change of the clock are taken as one step.
 */
#include "lang/bizcal.h"
#include "base/clock.h"
#include "msg/lang.h"

enum { DAYS_MAX = 3653 };                           /* without any working time: ten years */

struct span { int64_t from, to; };
struct spans { struct span v[BIZ_INTERVALS_MAX]; int n; int64_t total; };

static bool is_holiday(const struct bizcal *c, int64_t day, int64_t until)
{
    int low = 0, high = c->nholidays;
    while (low < high) {
        int mid = (low + high) / 2;
        if (c->holiday[mid] < day)
            low = mid + 1;
        else
            high = mid;
    }
    return low < c->nholidays && c->holiday[low] < until;
}

static bool nth_matches(const struct biz_nth *r, int64_t day, int weekday)
{
    if (r->weekday != weekday)
        return false;
    struct ymd v = ymd_from_days(CALENDAR_GREGORIAN, day);
    if (r->nth < 0)
        return v.d + 7 > month_days(CALENDAR_GREGORIAN, v.y, v.m);
    return (v.d - 1) / 7 + 1 == r->nth;
}

static const struct biz_day *hours_of(const struct bizcal *c, int64_t day)
{
    static const struct biz_day closed = { .n = 0 };
    int weekday = weekday_of(day);

    if (is_holiday(c, day, day + 1))
        return &closed;
    for (int i = 0; i < c->nnth; i++)
        if (nth_matches(&c->nth[i], day, weekday))
            return &c->nth[i].hours;
    return &c->week[weekday];
}

static struct spans spans_of(const struct bizcal *c, int64_t day)
{
    const struct biz_day *h = hours_of(c, day);
    struct spans s = { .n = h->n };

    for (int i = 0; i < h->n; i++) {
        const struct biz_interval v = h->v[i];
        s.v[i].from = zone_instant(c->zone, day, v.from * MINUTE_US);
        s.v[i].to = v.to == 1440 ? zone_instant(c->zone, day + 1, 0) : zone_instant(c->zone, day, v.to * MINUTE_US);
        s.total += s.v[i].to - s.v[i].from;
    }
    return s;
}

/* Working time of the seven days from `day` when they are plain; -1: they must be walked. */
static int64_t plain_week(const struct bizcal *c, int64_t day)
{
    int64_t minutes = 0;

    if (c->nnth || is_holiday(c, day, day + 7)
        || zone_instant(c->zone, day + 7, 0) - zone_instant(c->zone, day, 0) != 7 * DAY_US)
        return -1;
    for (int w = 0; w < 7; w++)
        for (int i = 0; i < c->week[w].n; i++)
            minutes += c->week[w].v[i].to - c->week[w].v[i].from;
    return minutes * MINUTE_US;
}

/* The part of a day's work that lies in [from, to). */
static int64_t overlap(const struct spans *s, int64_t from, int64_t to)
{
    int64_t sum = 0;
    for (int i = 0; i < s->n; i++) {
        int64_t a = s->v[i].from > from ? s->v[i].from : from, b = s->v[i].to < to ? s->v[i].to : to;
        sum += b > a ? b - a : 0;
    }
    return sum;
}

int64_t bizcal_between(const struct bizcal *c, int64_t from, int64_t to)
{
    if (to < from)
        return -bizcal_between(c, to, from);
    int64_t day = zone_days(c->zone, from), last = zone_days(c->zone, to), sum = 0;

    while (day <= last) {
        int64_t week = day > zone_days(c->zone, from) && day + 7 <= last ? plain_week(c, day) : -1;
        if (week >= 0) {
            sum += week;
            day += 7;
            continue;
        }
        struct spans s = spans_of(c, day++);
        sum += overlap(&s, from, to);
    }
    return sum;
}

static bool no_time(struct err *e)
{
    return fail(e, ERR_INVALID, MSG_lang_bizcal_empty, "no working time in %d days", DAYS_MAX);
}

/* The first instant with `left` > 0 of work between it and `from`. */
static bool forward(const struct bizcal *c, int64_t from, int64_t left, int64_t *out, struct err *e)
{
    int64_t first = zone_days(c->zone, from), day = first;

    for (int idle = 0; idle < DAYS_MAX;) {
        int64_t week = day > first ? plain_week(c, day) : -1;
        if (week > 0 && week < left) {
            left -= week;
            day += 7;
            idle = 0;
            continue;
        }
        struct spans s = spans_of(c, day++);
        for (int i = 0; i < s.n; i++) {
            int64_t a = s.v[i].from > from ? s.v[i].from : from, n = s.v[i].to - a;
            if (n >= left) {
                *out = a + left;
                return true;
            }
            left -= n > 0 ? n : 0;
        }
        idle = s.total ? 0 : idle + 1;
    }
    return no_time(e);
}

/* The same, looking back. */
static bool backward(const struct bizcal *c, int64_t from, int64_t left, int64_t *out, struct err *e)
{
    int64_t first = zone_days(c->zone, from), day = first;

    for (int idle = 0; idle < DAYS_MAX;) {
        int64_t week = day < first ? plain_week(c, day - 6) : -1;
        if (week > 0 && week < left) {
            left -= week;
            day -= 7;
            idle = 0;
            continue;
        }
        struct spans s = spans_of(c, day--);
        for (int i = s.n - 1; i >= 0; i--) {
            int64_t b = s.v[i].to < from ? s.v[i].to : from, n = b - s.v[i].from;
            if (n >= left) {
                *out = b - left;
                return true;
            }
            left -= n > 0 ? n : 0;
        }
        idle = s.total ? 0 : idle + 1;
    }
    return no_time(e);
}

bool bizcal_add(const struct bizcal *c, int64_t from, int64_t us, int64_t *out, struct err *e)
{
    const int64_t limit = 36525 * DAY_US;               /* a century: keeps the walk short */

    if (us > limit || us < -limit)
        return fail(e, ERR_INVALID, 0, "business time of %lld us", (long long)us);
    if (us == 0) {
        *out = from;
        return true;
    }
    return us > 0 ? forward(c, from, us, out, e) : backward(c, from, -us, out, e);
}

bool bizcal_open_at(const struct bizcal *c, int64_t instant)
{
    struct spans s = spans_of(c, zone_days(c->zone, instant));
    return overlap(&s, instant, instant + 1) > 0;
}
