/* bizcal.c - any text as a business calendar: what is read prints and reads the same, and add meets between. */
#include "lang.h"
#include "lang/bizcal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = fuzz_arena();
    struct bizcal c, again;
    struct err e = { 0 };
    int64_t t;

    if (!bizcal_parse((str){ (const char *)data, n }, "Europe/London", &c, &e))
        return 0;
    str text = bizcal_text(a, &c);
    if (!bizcal_parse(text, "Europe/London", &again, &e) || !str_eq(bizcal_text(a, &again), text))
        abort();
    for (int64_t d = -900000000000; d <= 900000000000; d += 450000000000) {
        int64_t from = 1600000000000000 + (int64_t)n * 3600000000;
        if (bizcal_add(&c, from, d, &t, &e) && bizcal_between(&c, from, t) != d)
            abort();
    }
    return 0;
}
