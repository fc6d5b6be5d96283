/* http_path.c - a decoded path is clean, and decoding it again changes nothing. */
#include "base/utf8.h"
#include "http/path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    char *out = malloc(n + 1), *again = malloc(n + 1);
    str path;
    if (path_decode((str){ (const char *)data, n }, out, &path)) {
        size_t m = 0;
        if (!utf8_valid(path) || memchr(path.p, '\0', path.n) || memchr(path.p, '\\', path.n))
            abort();
        if (path_percent_decode(path, false, again, &m) && (m != path.n || memcmp(again, path.p, m)))
            abort();
    }
    free(out);
    free(again);
    return 0;
}
