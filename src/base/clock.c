/* clock.c - wall and monotonic time, and the frozen clock of tests. */
#include "base/clock.h"
#include <stdatomic.h>
#include <time.h>

static _Atomic int64_t frozen;

static int64_t read_clock(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * SECOND_US + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    int64_t at = atomic_load_explicit(&frozen, memory_order_relaxed);
    return at ? at : read_clock(CLOCK_REALTIME);
}

int64_t clock_mono(void) { return read_clock(CLOCK_MONOTONIC); }

void clock_set(int64_t now_us) { atomic_store(&frozen, now_us); }
