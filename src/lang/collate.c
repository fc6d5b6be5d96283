/* collate.c - the order of each language, as keys that memcmp compares.
 *
 * One collator a language, opened once and never changed: making keys from it is
 * safe in every thread.
 */
#include "lang/lang.h"
#include "base/log.h"
#include "lang/uchars.h"
#include <pthread.h>
#include <unicode/ucol.h>

static UCollator *collator[LANG_COUNT];
static pthread_once_t opened = PTHREAD_ONCE_INIT;

static void open_all(void)
{
    for (int l = 0; l < LANG_COUNT; l++) {
        UErrorCode rc = U_ZERO_ERROR;
        collator[l] = ucol_open(lang_code((enum lang)l), &rc);
        if (U_FAILURE(rc))
            die("the order of %s cannot be opened: %s", lang_code((enum lang)l), u_errorName(rc));
    }
}

str collate_key(struct arena *a, enum lang l, str s)
{
    pthread_once(&opened, open_all);
    struct uchars u = uchars_of(a, s);
    int32_t cap = u.n < INT32_MAX / 8 ? u.n * 4 + 32 : INT32_MAX;
    uint8_t *key = arena_new(a, uint8_t, cap);
    int32_t n = ucol_getSortKey(collator[l], u.p, u.n, key, cap);

    if (n > cap) {
        key = arena_new(a, uint8_t, n);
        n = ucol_getSortKey(collator[l], u.p, u.n, key, n);
    }
    return (str){ (const char *)key, n > 0 ? (size_t)n - 1 : 0 };   /* without its final 0 */
}
