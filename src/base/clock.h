/* clock.h - the one source of time. Instants are microseconds since 1970 UTC.
 *
 * Tests and `setu demo` move the clock with clock_set(); nothing else calls
 * time() or clock_gettime() for the date.
 */
#pragma once
#include <stdint.h>

enum { SECOND_US = 1000000 };
#define MINUTE_US (60 * (int64_t)SECOND_US)
#define HOUR_US   (60 * MINUTE_US)
#define DAY_US    (24 * HOUR_US)

int64_t clock_now(void);            /* wall clock, microseconds since 1970 UTC */
int64_t clock_mono(void);           /* monotonic microseconds: durations, deadlines */
void clock_set(int64_t now_us);     /* freezes the wall clock; 0 lets it run again */
