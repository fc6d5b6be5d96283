/* http_form.c - what the reader of forms accepts is valid UTF-8 without NUL, in bounds. */
#include "base/utf8.h"
#include "http/form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct arena a;
    struct pair *v;
    size_t count = 0;
    struct err e;
    if (!a.base)
        a = arena_open(64u << 20);
    struct arena used = a;
    if (form_parse(&used, (str){ (const char *)data, n }, &v, &count, &e)) {
        if (count > PAIRS_MAX)
            abort();
        for (size_t i = 0; i < count; i++)
            if (!utf8_valid(v[i].name) || !utf8_valid(v[i].value) || v[i].value.p[v[i].value.n] != '\0')
                abort();
    }
    arena_reset(&used);
    return 0;
}
