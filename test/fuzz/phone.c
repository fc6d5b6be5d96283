/* phone.c - any bytes as a telephone number; what was read stays the same when read again. */
#include "lang.h"
#include "lang/phone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const home[] = { "", "BD", "IN", "IR" };
    struct arena *a = fuzz_arena();
    struct err e = { 0 };
    str s = { (const char *)data, n }, e164, again;

    if (!phone_parse(a, s, home[n & 3], &e164, &e))
        return 0;
    phone_show(a, e164, home[n & 3]);
    if (!phone_parse(a, e164, "", &again, &e) || !str_eq(again, e164))
        abort();
    return 0;
}
