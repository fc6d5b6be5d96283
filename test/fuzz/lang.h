/* lang.h - what the fuzz targets of lang/ share: an arena a run, a reader by the first byte. */
#pragma once
#include "base/utf8.h"
#include "lang/lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static inline struct arena *fuzz_arena(void)
{
    static struct arena a;
    if (!a.base)
        a = arena_open(64 << 20);
    arena_reset(&a);
    return &a;
}

static inline struct locale fuzz_reader(uint8_t byte)
{
    static const char *const countries[] = { "US", "BD", "IN", "IR" };
    struct locale loc = locale_default((enum lang)(byte & 3), countries[byte >> 2 & 3]);
    loc.digits = (enum digits)(byte >> 4 & 3);
    loc.calendar = (enum calendar)(byte >> 6 & 1);
    return loc;
}
