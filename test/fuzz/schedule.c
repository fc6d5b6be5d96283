/* schedule.c - fuzz target: any text is read without harm; what reads as a rule writes back to a text that reads the
 * same, and its next moment is always later, in every zone and both calendars. */
#include <stdlib.h>
#include "base/clock.h"
#include "flow/schedule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct arena all;
    static const char *const zones[] = { "Asia/Dhaka", "Asia/Tehran", "America/St_Johns", "Pacific/Apia" };
    struct schedule_rule r, again;
    struct err e = { 0 };
    if (!all.base)
        all = arena_open(1 << 20);
    arena_reset(&all);
    if (!schedule_parse((str){ (const char *)data, n }, &r, &e))
        return 0;
    str text = schedule_text(&all, &r);
    if (!schedule_parse(text, &again, &e) || !str_eq(schedule_text(&all, &again), text))
        abort();
    int64_t now = INT64_C(1795500000000000) + (int64_t)(n * 977 % 40000) * HOUR_US;
    for (size_t i = 0; i < countof(zones); i++)
        for (int cal = 0; cal < 2; cal++) {
            int64_t next = schedule_next(&r, zones[i], cal ? CALENDAR_JALALI : CALENDAR_GREGORIAN, now);
            if (next <= now || next > now + 800 * DAY_US || schedule_next(&r, zones[i], cal ? CALENDAR_JALALI : CALENDAR_GREGORIAN, next) <= next)
                abort();
        }
    return 0;
}
