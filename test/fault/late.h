/* late.h - how much a fault suite does, and when it must stop.
 *
 * Numbers of states decide, never the clock: it only ends what would be ended from
 * outside, and what was left out by that is told as skipped. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "base/clock.h"
#include "base/str.h"

static inline int64_t fault_size(void)
{
    const char *s = getenv("SETU_FAULT_SIZE");
    int64_t n = 1;
    return s && str_to_int(str_of(s), &n) && n > 0 ? n : 1;
}

/* Three quarters of the time a test is given (tools/test/run) are over. */
static inline bool fault_is_late(void)
{
    static int64_t end;
    const char *s = getenv("TEST_SECONDS");
    int64_t seconds = 300;

    if (!end) {
        if (!s || !str_to_int(str_of(s), &seconds) || seconds < 1)
            seconds = 300;
        end = clock_mono() + seconds * fault_size() * SECOND_US / 4 * 3;
    }
    return clock_mono() > end;
}

static inline int fault_end(const char *name, bool is_ok, bool is_cut_short)
{
    if (is_cut_short)
        printf("skipped: %s: the time was over before all states were seen\n", name);
    printf("%s: %s\n", name, is_ok ? "nothing lost; what must be caught was caught" : "FAILED");
    printf("%d passed, %d failed\n", is_ok, !is_ok);
    return !is_ok;
}
