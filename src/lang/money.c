/* money.c - amounts: minor units and a currency become what a reader expects.
 *
 * CLDR puts the rial's word in front, writes "BDT" in English and shortens crores
 * to one letter; people do not, so symbols and places are our own table. A whole
 * amount is shown without decimals. Rial may be shown as toman (a tenth): the
 * unit is then always told, since the two are ten times apart.
 */
#include "lang/currency.h"
#include "lang/number.h"
#include "msg/lang.h"


/* Minor digits as ISO 4217, but 0 for the rial, whose hundredth exists only on paper. */
static const struct { char code[4]; int digits; const char *symbol; } currencies[] = {
    { "AED", 2, NULL }, { "AFN", 2, NULL }, { "AUD", 2, "A$" }, { "BDT", 2, "৳" }, { "BHD", 3, NULL },
    { "BRL", 2, "R$" }, { "CAD", 2, "CA$" }, { "CHF", 2, NULL }, { "CLP", 0, NULL }, { "CNY", 2, "CN¥" },
    { "CZK", 2, NULL }, { "DKK", 2, NULL }, { "EGP", 2, NULL }, { "EUR", 2, "€" }, { "GBP", 2, "£" },
    { "HKD", 2, "HK$" }, { "HUF", 2, NULL }, { "IDR", 2, NULL }, { "ILS", 2, "₪" }, { "INR", 2, "₹" },
    { "IQD", 3, NULL }, { "IRR", 0, NULL }, { "ISK", 0, NULL }, { "JOD", 3, NULL }, { "JPY", 0, "¥" },
    { "KES", 2, NULL }, { "KRW", 0, "₩" }, { "KWD", 3, NULL }, { "LKR", 2, NULL }, { "LYD", 3, NULL },
    { "MAD", 2, NULL }, { "MMK", 2, NULL }, { "MVR", 2, NULL }, { "MXN", 2, "MX$" }, { "MYR", 2, NULL },
    { "NGN", 2, "₦" }, { "NOK", 2, NULL }, { "NPR", 2, NULL }, { "NZD", 2, "NZ$" }, { "OMR", 3, NULL },
    { "PHP", 2, "₱" }, { "PKR", 2, NULL }, { "PLN", 2, NULL }, { "QAR", 2, NULL }, { "RON", 2, NULL },
    { "RUB", 2, "₽" }, { "SAR", 2, NULL }, { "SEK", 2, NULL }, { "SGD", 2, "S$" }, { "THB", 2, "฿" },
    { "TND", 3, NULL }, { "TRY", 2, "₺" }, { "UAH", 2, "₴" }, { "USD", 2, "$" }, { "VND", 0, "₫" },
    { "XAF", 0, NULL }, { "XOF", 0, NULL }, { "ZAR", 2, NULL },
};

static int row_of(const char *code)
{
    for (size_t i = 0; code && i < countof(currencies); i++)
        if (!strcmp(currencies[i].code, code))
            return (int)i;
    return -1;
}

int currency_digits(const char *code)
{
    int i = row_of(code);
    return i < 0 ? -1 : currencies[i].digits;
}

const char *currency_symbol(const char *code)
{
    int i = row_of(code);
    return i < 0 ? NULL : currencies[i].symbol;
}

static msg_id word_of(const struct locale *loc, const char *code)
{
    static const struct { char code[4]; msg_id word; } words[] = {
        { "BDT", MSG_lang_currency_bdt }, { "INR", MSG_lang_currency_inr }, { "USD", MSG_lang_currency_usd },
        { "EUR", MSG_lang_currency_eur }, { "GBP", MSG_lang_currency_gbp }, { "AED", MSG_lang_currency_aed },
    };
    if (!strcmp(code, "IRR"))
        return loc->toman ? MSG_lang_toman : MSG_lang_rial;
    for (size_t i = 0; loc->lang == LANG_FA && i < countof(words); i++)
        if (!strcmp(words[i].code, code))
            return words[i].word;
    return 0;
}

/* Puts the currency at its place; the sign stands before a symbol: -৳500. */
static str with_unit(struct arena *a, const struct locale *loc, bool negative, str number, const char *code)
{
    const char *symbol = currency_symbol(code);
    msg_id word = word_of(loc, code);

    if (word)
        return msg_text(a, loc, MSG_lang_money_word,
                        (struct msg_arg[]){ A(number), A(msg_text(a, loc, word, NULL)) });
    if (!symbol)
        return msg_text(a, loc, MSG_lang_money_code, (struct msg_arg[]){ A(str_of(code)), A(number) });
    size_t sign = !negative ? 0 : loc->digits == DIGITS_PERSIAN ? strlen("\u200E\u2212") : 1;
    return arena_fmt(a, "%.*s%s%.*s", (int)sign, number.p, symbol, STR_ARG(str_from(number, sign)));
}

/* The number of decimals of what is shown: one more when rial become toman. */
static int shown_scale(const struct locale *loc, const char *code)
{
    int digits = currency_digits(code);
    return (digits < 0 ? 2 : digits) + (loc->toman && !strcmp(code, "IRR"));
}

str loc_money(struct arena *a, const struct locale *loc, int64_t minor, const char *currency)
{
    int scale = shown_scale(loc, currency);
    uint64_t n = number_magnitude(minor), whole = 1;

    for (int i = 0; i < scale; i++)
        whole *= 10;
    if (n % whole == 0) {
        n /= whole;
        scale = 0;
    }
    return with_unit(a, loc, minor < 0, number_scaled(a, loc, minor < 0, n, scale), currency);
}

str loc_money_compact(struct arena *a, const struct locale *loc, int64_t minor, const char *currency)
{
    str n = number_compact(a, loc, minor < 0, number_magnitude(minor), shown_scale(loc, currency));
    return with_unit(a, loc, minor < 0, n, currency);
}
