/* locale.c - languages, and what people of a country expect.
 *
 * The country table is our own: CLDR gives Bangladesh a weekend on Saturday and
 * Sunday, and no lakh grouping to its English. What a company or a person sets
 * stands above it. Language, digits and calendar remain three settings.
 */
#include "lang/country.h"
#include "base/log.h"

static const struct { const char *code, *name; } lang_row[LANG_COUNT] = {
    [LANG_EN] = { "en", "English" },
    [LANG_BN] = { "bn", "বাংলা" },
    [LANG_HI] = { "hi", "हिन्दी" },
    [LANG_FA] = { "fa", "فارسی" },
};

enum { SUN, MON, TUE, WED, THU, FRI, SAT };
#define DAY(d) (1u << (d))

/* Ordered by code. The first row serves countries that are not listed. */
static const struct country countries[] = {
    { "",   "USD", "UTC",                 MON, DAY(SAT) | DAY(SUN), 1, GROUPING_3,     false, true },
    { "AE", "AED", "Asia/Dubai",          MON, DAY(SAT) | DAY(SUN), 1, GROUPING_3,     false, false },
    { "AF", "AFN", "Asia/Kabul",          SAT, DAY(THU) | DAY(FRI), 1, GROUPING_3,     true,  false },
    { "AU", "AUD", "Australia/Sydney",    MON, DAY(SAT) | DAY(SUN), 7, GROUPING_3,     false, false },
    { "BD", "BDT", "Asia/Dhaka",          SUN, DAY(FRI) | DAY(SAT), 7, GROUPING_INDIC, false, false },
    { "CA", "CAD", "America/Toronto",     SUN, DAY(SAT) | DAY(SUN), 1, GROUPING_3,     false, true },
    { "DE", "EUR", "Europe/Berlin",       MON, DAY(SAT) | DAY(SUN), 1, GROUPING_3,     true,  false },
    { "FR", "EUR", "Europe/Paris",        MON, DAY(SAT) | DAY(SUN), 1, GROUPING_3,     true,  false },
    { "GB", "GBP", "Europe/London",       MON, DAY(SAT) | DAY(SUN), 4, GROUPING_3,     true,  false },
    { "IN", "INR", "Asia/Kolkata",        SUN, DAY(SUN),            4, GROUPING_INDIC, false, false },
    { "IR", "IRR", "Asia/Tehran",         SAT, DAY(FRI),            1, GROUPING_3,     true,  false },
    { "LK", "LKR", "Asia/Colombo",        MON, DAY(SAT) | DAY(SUN), 4, GROUPING_3,     false, false },
    { "MY", "MYR", "Asia/Kuala_Lumpur",   MON, DAY(SAT) | DAY(SUN), 1, GROUPING_3,     false, false },
    { "NP", "NPR", "Asia/Kathmandu",      SUN, DAY(SAT),            7, GROUPING_INDIC, false, false },
    { "PK", "PKR", "Asia/Karachi",        MON, DAY(SAT) | DAY(SUN), 7, GROUPING_INDIC, false, false },
    { "SG", "SGD", "Asia/Singapore",      MON, DAY(SAT) | DAY(SUN), 4, GROUPING_3,     false, false },
    { "US", "USD", "America/New_York",    SUN, DAY(SAT) | DAY(SUN), 1, GROUPING_3,     false, true },
};

const struct country *country_find(const char *code)
{
    for (size_t i = 1; code && i < countof(countries); i++)
        if (!strcmp(countries[i].code, code))
            return &countries[i];
    return &countries[0];
}

const char *lang_code(enum lang l) { return lang_row[l].code; }
const char *lang_name(enum lang l) { return lang_row[l].name; }
bool lang_is_rtl(enum lang l) { return l == LANG_FA; }

/* "bn" and "bn-BD" alike. */
bool lang_from_code(str code, enum lang *out)
{
    str primary = str_cut(&code, '-');
    for (int l = 0; l < LANG_COUNT; l++)
        if (str_eq_ascii_nocase(primary, str_of(lang_row[l].code))) {
            *out = (enum lang)l;
            return true;
        }
    return false;
}

/* Thousandths of a quality value; what is not one counts as 1. */
static int quality(str params)
{
    while (params.n) {
        str p = str_trim(str_cut(&params, ';'));
        if (!str_starts(p, S("q=")) && !str_starts(p, S("Q=")))
            continue;
        int q = 0, scale = 1000;
        for (size_t i = 2; i < p.n && scale; i++) {
            if (p.p[i] == '.')
                continue;
            if (p.p[i] < '0' || p.p[i] > '9')
                return 1000;
            q += (p.p[i] - '0') * scale;
            scale /= 10;
        }
        return q;
    }
    return 1000;
}

enum lang lang_from_accept(str accept, enum lang otherwise)
{
    enum lang best = otherwise, l;
    int best_q = 0;

    while (accept.n) {
        str item = str_cut(&accept, ',');
        str tag = str_trim(str_cut(&item, ';'));
        int q = quality(item);
        if (q <= best_q)
            continue;
        if (lang_from_code(tag, &l) || str_eq(tag, S("*"))) {
            best = str_eq(tag, S("*")) ? otherwise : l;
            best_q = q;
        }
    }
    return best;
}

struct locale locale_default(enum lang l, const char *country)
{
    static const char *const home[] = { [LANG_EN] = "", [LANG_BN] = "BD", [LANG_HI] = "IN", [LANG_FA] = "IR" };
    const char *code = country && *country ? country : home[l];
    const struct country *c = country_find(code);
    struct locale loc = {
        .lang = l, .zone = c->zone, .week_start = c->week_start, .fiscal_month = c->fiscal_month,
        .grouping = c->grouping, .toman = !strcmp(c->code, "IR"),
        .digits = l == LANG_BN ? DIGITS_BENGALI : l == LANG_FA ? DIGITS_PERSIAN : DIGITS_LATIN,
        .calendar = !strcmp(c->code, "IR") || l == LANG_FA ? CALENDAR_JALALI : CALENDAR_GREGORIAN,
    };

    if (loc.calendar == CALENDAR_JALALI)
        loc.fiscal_month = 1;                       /* Farvardin */
    if (!*c->code && (l == LANG_BN || l == LANG_HI))
        loc.grouping = GROUPING_INDIC;
    if (l == LANG_FA)
        loc.grouping = GROUPING_3;                  /* of whatever country: a Persian crore is half a million */
    snprintf(loc.country, sizeof loc.country, "%.2s", code);
    snprintf(loc.currency, sizeof loc.currency, "%s", c->currency);
    return loc;
}
