/* parse_number.c - numbers and amounts as people type them.
 *
 * Any digits, any of our separators, never a double on the way. A comma must
 * group rightly (2 or 3 digits, 3 at the end): "1,5" is refused, not read as 15.
 * Persian typists use / for the decimal mark; that is read in Persian digits only.
 */
#include "lang/currency.h"
#include "lang/parse.h"
#include "base/utf8.h"
#include "msg/lang.h"
#include <unicode/uchar.h>

/* A number without its unit: digits / 10^scale, exactly. */
struct decimal { bool negative; unsigned __int128 digits; int scale; };

static bool refuse(struct err *e, msg_id msg, str typed)
{
    fail(e, ERR_INVALID, msg, "number '%.*s'", STR_ARG(str_head(typed, 60)));
    return err_arg(e, "text", str_trim(typed));
}

static bool bad(struct err *e, str typed)
{
    refuse(e, MSG_lang_number_bad, typed);
    return err_arg(e, "example", S("1250"));
}

static bool sign_at(const struct tokens *t, int at, int sign)
{
    return t->v[at].kind == TOKEN_SIGN && t->v[at].n == sign;
}

static bool add_digits(struct decimal *d, const struct token *t)
{
    if (t->big)
        return false;
    for (int i = 0; i < t->digits; i++)
        if (d->digits > (unsigned __int128)-1 / 100)
            return false;
        else
            d->digits *= 10;
    d->digits += (unsigned __int128)t->n;
    return true;
}

/* 1,234,567 and 12,34,567 and 1 234 567. */
static bool whole_part(const struct tokens *t, int *at, struct decimal *d, str typed, struct err *e)
{
    int groups = 0;

    if (t->v[*at].kind != TOKEN_NUMBER)
        return sign_at(t, *at, '.') || bad(e, typed);
    for (;; groups++) {
        const struct token *n = &t->v[*at];
        if (groups && n->digits != 2 && n->digits != 3)
            return refuse(e, MSG_lang_number_groups, typed);
        if (!add_digits(d, n))
            return refuse(e, MSG_lang_number_big, typed);
        ++*at;
        bool comma = sign_at(t, *at, ',');
        bool more = t->v[*at + comma].kind == TOKEN_NUMBER;
        if (!more || t->v[*at - 1].digits > 3)
            break;
        *at += comma;
    }
    if (groups && t->v[*at - 1].digits != 3)
        return refuse(e, MSG_lang_number_groups, typed);
    if (sign_at(t, *at, ',') || t->v[*at].kind == TOKEN_NUMBER)
        return refuse(e, MSG_lang_number_groups, typed);
    return true;
}

static bool number_at(const struct tokens *t, int *at, struct decimal *out, str typed, struct err *e)
{
    struct decimal d = { 0 };

    if (sign_at(t, *at, '-') || sign_at(t, *at, '+'))
        d.negative = t->v[(*at)++].n == '-';
    if (!whole_part(t, at, &d, typed, e))
        return false;
    bool slash = sign_at(t, *at, '/') && *at > 0 && t->v[*at - 1].persian;
    if (sign_at(t, *at, '.') || slash) {
        ++*at;
        if (t->v[*at].kind != TOKEN_NUMBER)
            return bad(e, typed);
        d.scale = t->v[*at].digits;
        if (d.scale > 18 || !add_digits(&d, &t->v[*at]))
            return refuse(e, MSG_lang_number_big, typed);
        ++*at;
    }
    *out = d;
    return true;
}

/* d * times / 10^... as a whole number of 10^-scale; more decimals than that are an error. */
static bool to_scaled(struct decimal d, unsigned __int128 times, int scale, int64_t *out, str typed, struct err *e)
{
    if (d.digits && times > (unsigned __int128)-1 / d.digits)
        return refuse(e, MSG_lang_number_big, typed);
    unsigned __int128 n = d.digits * times;
    for (; d.scale > scale; d.scale--, n /= 10)
        if (n % 10) {
            refuse(e, scale ? MSG_lang_number_fraction : MSG_lang_number_whole, typed);
            return err_arg_int(e, "max", scale);
        }
    for (; d.scale < scale; d.scale++, n *= 10)
        if (n > (unsigned __int128)INT64_MAX)
            break;
    if (n > (unsigned __int128)INT64_MAX)
        return refuse(e, MSG_lang_number_big, typed);
    *out = d.negative ? -(int64_t)n : (int64_t)n;
    return true;
}

bool parse_decimal(str s, int scale, int64_t *scaled, struct err *e)
{
    struct tokens t;
    struct decimal d;
    int at = 0;

    if (!str_trim(s).n)
        return fail(e, ERR_INVALID, MSG_lang_number_empty, "no number");
    if (!tokens_of(s, &t))
        return bad(e, s);
    if (!number_at(&t, &at, &d, s, e))
        return false;
    return t.v[at].kind == TOKEN_END ? to_scaled(d, 1, scale, scaled, s, e) : bad(e, s);
}

bool parse_int(str s, int64_t *out, struct err *e) { return parse_decimal(s, 0, out, e); }

/* ── amounts ─────────────────────────────────────────────────────────────── */

/* Folded; the value is the power of ten. */
static const struct word multiples[] = {
    { "k", 3 }, { "thousand", 3 }, { "হাজার", 3 }, { "हजार", 3 }, { "هزار", 3 },
    { "lakh", 5 }, { "lakhs", 5 }, { "lac", 5 }, { "lacs", 5 }, { "লাখ", 5 }, { "লকখ", 5 }, { "लाख", 5 }, { "لک", 5 },
    { "crore", 7 }, { "crores", 7 }, { "cr", 7 }, { "কোটি", 7 }, { "करोड", 7 }, { "کرور", 7 },
    { "m", 6 }, { "mn", 6 }, { "million", 6 }, { "মিলিয়ন", 6 }, { "मिलियन", 6 }, { "میلیون", 6 },
    { "b", 9 }, { "bn", 9 }, { "billion", 9 }, { "বিলিয়ন", 9 }, { "बिलियन", 9 }, { "अरब", 9 }, { "میلیارد", 9 },
    { "t", 12 }, { "trillion", 12 }, { "ট্রিলিয়ন", 12 }, { "टरिलियन", 12 }, { "تریلیون", 12 },
};

enum { RIAL = 100, TOMAN };
static const struct { const char *word, *code; int unit; } units[] = {
    { "টাকা", "BDT", 0 }, { "taka", "BDT", 0 }, { "tk", "BDT", 0 },
    { "تاکا", "BDT", 0 }, { "درهم", "AED", 0 }, { "rs", "INR", 0 }, { "rupee", "INR", 0 }, { "rupees", "INR", 0 }, { "रुपये", "INR", 0 },
    { "रुपए", "INR", 0 }, { "रु", "INR", 0 }, { "রুপি", "INR", 0 }, { "روپیه", "INR", 0 },
    { "dollar", "USD", 0 }, { "dollars", "USD", 0 }, { "ডলার", "USD", 0 },
    { "डोलर", "USD", 0 }, { "دلار", "USD", 0 }, { "euro", "EUR", 0 }, { "یورو", "EUR", 0 },
    { "pounds", "GBP", 0 }, { "پوند", "GBP", 0 },
    { "ریال", "IRR", RIAL }, { "rial", "IRR", RIAL }, { "rials", "IRR", RIAL }, { "রিয়াল", "IRR", RIAL }, { "रियाल", "IRR", RIAL },
    { "تومان", "IRR", TOMAN }, { "تومن", "IRR", TOMAN }, { "toman", "IRR", TOMAN }, { "tomans", "IRR", TOMAN },
    { "তোমান", "IRR", TOMAN }, { "तोमान", "IRR", TOMAN },
};

/* Is the token the currency's own sign, word or code? *unit becomes rial or toman when said. */
static bool is_unit(const struct token *t, const char *currency, int *unit)
{
    char sign[2] = { (char)t->n, 0 };
    const char *w = t->kind == TOKEN_SIGN ? sign : t->word;

    if (t->kind == TOKEN_WORD && str_eq_ascii_nocase(str_of(w), str_of(currency))) {
        if (!strcmp(currency, "IRR"))
            *unit = RIAL;
        return true;
    }
    for (size_t i = 0; i < countof(units); i++)
        if (!strcmp(units[i].word, w) && !strcmp(units[i].code, currency)) {
            *unit = units[i].unit ? units[i].unit : *unit;
            return true;
        }
    return false;
}

static bool bad_word(struct err *e, const struct token *t, const char *currency, str typed)
{
    char sign[2] = { (char)t->n, 0 };
    refuse(e, MSG_lang_money_word_bad, typed);
    err_arg(e, "currency", str_of(currency));
    return err_arg(e, "word", str_of(t->kind == TOKEN_SIGN ? sign : t->word));
}

static void skip_units(const struct tokens *t, int *at, const char *currency, int *unit)
{
    while (t->v[*at].kind != TOKEN_END && is_unit(&t->v[*at], currency, unit))
        ++*at;
    while (sign_at(t, *at, '.') && *at && t->v[*at - 1].kind == TOKEN_WORD)
        ++*at;                                          /* "Rs." */
}

/* The words after a number, multiplied: "thousand billion". */
static unsigned __int128 multiple_at(const struct tokens *t, int *at)
{
    unsigned __int128 m = 1;
    int zeros, all = 0;
    while (t->v[*at].kind == TOKEN_WORD && word_in(multiples, t->v[*at].word, &zeros) && (all += zeros) <= 18) {
        for (int i = 0; i < zeros; i++)
            m *= 10;
        ++*at;
    }
    return m;
}

/* One part after another: 2 crore 50 lakh. All parts carry the sign of the first. */
static bool sum_parts(const struct tokens *t, int *at, const char *currency, int *unit, int scale,
                      int64_t *sum, str typed, struct err *e)
{
    bool negative = sign_at(t, *at, '-');
    *at += negative;
    skip_units(t, at, currency, unit);
    *sum = 0;
    do {
        struct decimal d;
        int64_t part;
        if (!number_at(t, at, &d, typed, e))
            return false;
        negative |= d.negative;
        d.negative = false;
        if (!to_scaled(d, multiple_at(t, at), scale, &part, typed, e))
            return false;
        if (__builtin_add_overflow(*sum, part, sum))
            return refuse(e, MSG_lang_number_big, typed);
        skip_units(t, at, currency, unit);
    } while (t->v[*at].kind == TOKEN_NUMBER);
    *sum = negative ? -*sum : *sum;
    return true;
}

/* What the person says beside the number, else what is shown to them. */
static bool means_toman(const struct locale *loc, const struct tokens *t)
{
    bool toman = loc->toman;
    for (int i = 0, unit = 0; i < t->n; i++)
        if (is_unit(&t->v[i], "IRR", &unit) && unit)
            toman = unit == TOMAN;
    return toman;
}

/* The tokens of an amount without the currency's symbol, which may be letters too: CA$. */
static bool amount_tokens(str s, const char *currency, struct tokens *t)
{
    char text[INPUT_MAX];
    str symbol = str_of(currency_symbol(currency));
    ptrdiff_t at = symbol.n ? str_find(s, symbol) : -1;

    if (s.n > sizeof text)
        return false;
    if (at < 0)
        return tokens_of(s, t);
    memcpy(text, s.p, s.n);
    memset(text + at, ' ', symbol.n);
    return tokens_of((str){ text, s.n }, t);
}

bool parse_money(const struct locale *loc, str s, const char *currency, int64_t *minor, struct err *e)
{
    int scale = currency_digits(currency), at = 0, unit = 0;
    int64_t sum;
    struct tokens t;

    if (!str_trim(s).n)
        return fail(e, ERR_INVALID, MSG_lang_number_empty, "no amount");
    if (!amount_tokens(s, currency, &t))
        return bad(e, s);
    if (scale < 0)
        scale = 2;
    if (!strcmp(currency, "IRR") && means_toman(loc, &t))
        scale++;                                        /* a tenth of a toman is a rial */
    skip_units(&t, &at, currency, &unit);
    if (!sum_parts(&t, &at, currency, &unit, scale, &sum, s, e))
        return false;
    if (t.v[at].kind != TOKEN_END)
        return bad_word(e, &t.v[at], currency, s);
    *minor = sum;
    return true;
}

str ascii_digits(struct arena *a, str s)
{
    char *out = arena_alloc(a, 1, 1, s.n + 1);
    size_t n = 0;

    while (s.n) {
        str before = s;
        uint32_t c = utf8_next(&s);
        size_t used = before.n - s.n;           /* s.p is NULL at the end */
        if (c >= 0x80 && u_charType((UChar32)c) == U_DECIMAL_DIGIT_NUMBER) {
            out[n++] = (char)('0' + u_charDigitValue((UChar32)c));
            continue;
        }
        memcpy(out + n, before.p, used);
        n += used;
    }
    return (str){ out, n };
}
