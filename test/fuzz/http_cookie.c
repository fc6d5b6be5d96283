/* http_cookie.c - a cookie found is there once and may be sent back unquoted. */
#include "http/cookie.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    str header = { (const char *)data, n }, value;
    if (cookie_find(header, S("sid"), &value) && (!cookie_value_ok(value) || cookie_count(header, S("sid")) != 1))
        abort();
    return 0;
}
