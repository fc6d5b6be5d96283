/* calendar.c - days to years, months and days of either calendar, and back.
 *
 * The Jalali calendar uses the 33-year rule: leap when (25 y + 11) mod 33 < 8.
 * It agrees with the astronomical one over the years anybody's records name
 * (1206 to 1501); the 2820-year rule does not (it is wrong about 1404).
 */
#include "lang/lang.h"

enum { JALALI_EPOCH = -492268 };                    /* 1 Farvardin 1 in days since 1970 */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

static int64_t gregorian_days(struct ymd v)
{
    int64_t y = v.m <= 2 ? (int64_t)v.y - 1 : v.y, era = floor_div(y, 400), yoe = y - era * 400;
    int64_t doy = (153 * (v.m + (v.m > 2 ? -3 : 9)) + 2) / 5 + v.d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

static struct ymd gregorian_ymd(int64_t days)
{
    int64_t z = days + 719468, era = floor_div(z, 146097), doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int m = (int)(mp < 10 ? mp + 3 : mp - 9);
    return (struct ymd){ (int)(yoe + era * 400 + (m <= 2)), m, (int)(doy - (153 * mp + 2) / 5 + 1) };
}

static int64_t jalali_year_start(int64_t y) { return JALALI_EPOCH + 365 * (y - 1) + floor_div(8 * y + 21, 33); }

static int days_before_jalali_month(int m) { return m <= 7 ? (m - 1) * 31 : (m - 1) * 30 + 6; }

static int64_t jalali_days(struct ymd v)
{
    return jalali_year_start(v.y) + days_before_jalali_month(v.m) + v.d - 1;
}

static struct ymd jalali_ymd(int64_t days)
{
    int64_t y = floor_div(33 * (days - JALALI_EPOCH) + 3, 12053) + 1;
    while (jalali_year_start(y) > days)
        y--;
    while (jalali_year_start(y + 1) <= days)
        y++;
    int doy = (int)(days - jalali_year_start(y));
    int m = doy < 186 ? doy / 31 + 1 : (doy - 6) / 30 + 1;
    return (struct ymd){ (int)y, m, doy - days_before_jalali_month(m) + 1 };
}

int64_t days_from_ymd(enum calendar c, struct ymd v)
{
    return c == CALENDAR_JALALI ? jalali_days(v) : gregorian_days(v);
}

struct ymd ymd_from_days(enum calendar c, int64_t days)
{
    return c == CALENDAR_JALALI ? jalali_ymd(days) : gregorian_ymd(days);
}

int month_days(enum calendar c, int y, int m)
{
    if (c == CALENDAR_JALALI)
        return m <= 6 ? 31 : m <= 11 ? 30 : (int)(jalali_year_start((int64_t)y + 1) - jalali_year_start(y)) - 336;
    if (m == 2)
        return y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) ? 29 : 28;
    return m == 4 || m == 6 || m == 9 || m == 11 ? 30 : 31;
}

bool ymd_valid(enum calendar c, struct ymd v)
{
    return v.y >= 1 && v.y <= 9999 && v.m >= 1 && v.m <= 12 && v.d >= 1 && v.d <= month_days(c, v.y, v.m);
}

int weekday_of(int64_t days)
{
    int64_t w = (days + 4) % 7;                     /* 1970-01-01 was a Thursday */
    return (int)(w < 0 ? w + 7 : w);
}
