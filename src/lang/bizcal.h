/* bizcal.h - business time: when a team is at work.
 *
 * Weekly hours per weekday (half days, several intervals), rules for the nth
 * weekday of a month (2nd and 4th Saturday off), holidays in either calendar,
 * a zone. bizcal_add() and bizcal_between() are the only two primitives;
 * between(a, add(a, d)) == d, both are monotone and additive (property test).
 */
#pragma once
#include "lang/lang.h"

enum { BIZ_INTERVALS_MAX = 4, BIZ_NTH_MAX = 16, BIZ_HOLIDAYS_MAX = 512 };

struct biz_interval { int from, to; };          /* minutes of the local day, from < to <= 1440 */
struct biz_day { struct biz_interval v[BIZ_INTERVALS_MAX]; int n; };
struct biz_nth { int weekday, nth; struct biz_day hours; };     /* nth 1..5, -1 the last; hours.n 0: closed */
struct bizcal {
    const char *zone;
    struct biz_day week[7];                     /* 0 Sunday */
    struct biz_nth nth[BIZ_NTH_MAX]; int nnth;
    int32_t holiday[BIZ_HOLIDAYS_MAX]; int nholidays;   /* days since 1970, ascending */
};

struct bizcal bizcal_default(const char *country, const char *zone);    /* BD, IN, IR, GB, ... with its holidays' fixed dates */
/* The instant `us` of business time after (before, when negative) `from`.
 * ERR_INVALID when the calendar has no working time within ten years. */
bool bizcal_add(const struct bizcal *c, int64_t from, int64_t us, int64_t *out, struct err *e);
int64_t bizcal_between(const struct bizcal *c, int64_t from, int64_t to);      /* negative when to < from */
bool bizcal_open_at(const struct bizcal *c, int64_t instant);
/* Text form kept in settings: "Sun-Thu 09:00-18:00; Fri,Sat closed; nth Sat 2,4 closed; holiday 2026-12-16".
 * e->pos: the line of what cannot be read. */
bool bizcal_parse(str s, const char *zone, struct bizcal *out, struct err *e);
bool bizcal_minutes(str s, int *minutes);       /* "9:30", ASCII digits, up to 24:00 */
bool bizcal_holiday(struct bizcal *c, int64_t day);     /* kept in order, once; false: no room */
str bizcal_text(struct arena *a, const struct bizcal *c);
