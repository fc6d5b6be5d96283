/* phone.c - the C side of telephone numbers. */
#include "lang/phone.h"
#include "lang/phone_shim.h"
#include "msg/lang.h"

static bool bad(struct arena *a, str typed, const char *country, struct err *e)
{
    char example[PHONE_TEXT_MAX];
    fail(e, ERR_INVALID, MSG_lang_phone_bad, "phone '%.*s'", STR_ARG(str_head(typed, 40)));
    err_arg(e, "text", str_trim(typed));
    size_t n = phone_shim_example(country ? country : "", example);
    return err_arg(e, "example", n ? arena_str(a, (str){ example, n }) : S("+880 1711-000000"));
}

/* What was parsed last is parsed again when it is stored: by then it is E.164 and reads as itself. */
static _Thread_local char last[PHONE_TEXT_MAX];
static _Thread_local size_t last_n;

bool phone_parse(struct arena *a, str s, const char *country, str *e164, struct err *e)
{
    char out[PHONE_TEXT_MAX];
    if (last_n && str_eq(s, (str){ last, last_n })) {
        *e164 = arena_str(a, s);
        return true;
    }
    str ascii = ascii_digits(a, str_trim(s));
    size_t n = ascii.n && ascii.n <= 60 ? phone_shim_parse(ascii.p, ascii.n, country ? country : "", out) : 0;

    if (!n)
        return bad(a, s, country, e);
    memcpy(last, out, n);
    last_n = n;
    *e164 = arena_str(a, (str){ out, n });
    return true;
}

str phone_show(struct arena *a, str e164, const char *home)
{
    char out[PHONE_TEXT_MAX];
    size_t n = e164.n && e164.n <= 60 ? phone_shim_show(e164.p, e164.n, home ? home : "", out) : 0;
    return n ? arena_str(a, (str){ out, n }) : e164;
}
