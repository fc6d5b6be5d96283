/* number.c - any text as a number or an amount; what was read is shown and read again. */
#include "lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const currency[] = { "USD", "BDT", "INR", "IRR" };
    struct arena *a = fuzz_arena();
    if (n < 1)
        return 0;
    struct locale loc = fuzz_reader(data[0]);
    const char *code = currency[data[0] >> 2 & 3];
    str s = { (const char *)data + 1, n - 1 };
    struct err e = { 0 };
    int64_t v, again;

    parse_int(s, &v, &e);
    if (parse_decimal(s, 4, &v, &e))
        loc_decimal(a, &loc, v, 4);
    if (parse_money(&loc, s, code, &v, &e)) {
        loc_money_compact(a, &loc, v, code);
        if (!parse_money(&loc, loc_money(a, &loc, v, code), code, &again, &e) || again != v)
            abort();
    } else if (!err_text(a, &loc, &e).n) {
        abort();
    }
    ascii_digits(a, s);
    return 0;
}
