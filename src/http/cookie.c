/* cookie.c - see cookie.h.
 *
 * A name given twice is a sign of a cookie planted from a sibling host: neither
 * value is taken.
 */
#include "http/cookie.h"

bool cookie_value_ok(str value)
{
    for (size_t i = 0; i < value.n; i++) {
        unsigned char c = (unsigned char)value.p[i];
        if (c <= ' ' || c >= 0x7f || c == '"' || c == ',' || c == ';' || c == '\\')
            return false;
    }
    return true;
}

/* The next "name=value" of the header; false at its end or past COOKIES_MAX. */
static bool next(str *rest, int *seen, str *name, str *value)
{
    while (rest->n > 0 && (*seen)++ < COOKIES_MAX) {
        str pair = str_trim(str_cut(rest, ';'));
        if (str_find_char(pair, '=') <= 0)
            continue;
        *name = str_trim(str_cut(&pair, '='));
        *value = str_trim(pair);
        return true;
    }
    return false;
}

int cookie_count(str header, str wanted)
{
    str name, value;
    int seen = 0, n = 0;
    while (next(&header, &seen, &name, &value))
        n += str_eq(name, wanted);
    return n;
}

bool cookie_find(str header, str wanted, str *out)
{
    str name, value, found = { 0 };
    int seen = 0, n = 0;
    while (next(&header, &seen, &name, &value))
        if (str_eq(name, wanted))
            found = value, n++;
    if (n != 1 || !cookie_value_ok(found))
        return false;
    *out = found;
    return true;
}
