/* date.c - any text as a date, an instant, a duration: no crash, and a result is a day that can be shown. */
#include "lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = fuzz_arena();
    if (n < 1)
        return 0;
    struct locale loc = fuzz_reader(data[0]);
    str s = { (const char *)data + 1, n - 1 };
    struct err e = { 0 };
    int64_t day = 0, t = 0;

    if (parse_date(&loc, s, 20000, &day, &e)) {
        if (!ymd_valid(CALENDAR_GREGORIAN, ymd_from_days(CALENDAR_GREGORIAN, day)))
            abort();
        if (!loc_date(a, &loc, day, DATE_FULL).n)
            abort();
    } else if (!err_text(a, &loc, &e).n) {
        abort();
    }
    if (parse_instant(&loc, s, 20000 * 86400000000LL, &t, &e))
        loc_instant(a, &loc, t, DATE_FULL);
    if (parse_duration(&loc, s, &t, &e) && t < 0)
        abort();
    parse_iso_instant(s, &t);
    return 0;
}
