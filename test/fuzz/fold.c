/* fold.c - any bytes folded and ordered: the answer is UTF-8 of words and single spaces. */
#include "lang.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = fuzz_arena();
    str s = { (const char *)data, n }, f = fold(a, s);

    if (!utf8_valid(f) || str_find(f, S("  ")) >= 0 || str_starts(f, S(" ")) || str_ends(f, S(" ")))
        abort();
    if (utf8_valid(s))
        fold_first(a, s);
    for (int l = 0; l < LANG_COUNT; l++)
        collate_key(a, (enum lang)l, s);
    return 0;
}
