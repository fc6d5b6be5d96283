/* form.c - our own reader: bounded by PAIRS_MAX, one copy, no guessing. */
#include "http/form.h"
#include "base/utf8.h"
#include "http/path.h"
#include "msg/http.h"

static bool decode(struct arena *a, str raw, str *out)
{
    size_t n = 0;
    char *p = arena_new(a, char, raw.n + 1);
    if (!path_percent_decode(raw, true, p, &n))
        return false;
    p[n] = '\0';
    *out = (str){ p, n };
    return !memchr(p, '\0', n) && utf8_valid(*out);
}

static size_t count_pairs(str body)
{
    size_t n = 0;
    while (body.n > 0)
        n += str_cut(&body, '&').n > 0;
    return n;
}

bool form_parse(struct arena *a, str body, struct pair **out, size_t *n, struct err *e)
{
    size_t count = count_pairs(body), at = 0;
    if (count > PAIRS_MAX)
        return fail(e, ERR_TOO_LARGE, MSG_http_too_many_fields, "%zu fields", count);
    struct pair *v = arena_new(a, struct pair, count);
    while (body.n > 0) {
        str value = str_cut(&body, '&');
        if (value.n == 0)
            continue;
        str name = str_cut(&value, '=');
        if (!decode(a, name, &v[at].name) || !decode(a, value, &v[at].value))
            return fail(e, ERR_INVALID, MSG_http_malformed_form, "field %zu", at + 1);
        at++;
    }
    *out = v;
    *n = at;
    return true;
}
