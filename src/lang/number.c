/* number.c - whole numbers, decimals, percents and short forms for one reader.
 *
 * A number is made of ASCII digits by integer arithmetic and only then dressed:
 * grouped 3 or 3-2-2, in the reader's digits, with the separators of these
 * digits (Persian ones have their own). Nothing exact passes through a double.
 */
#include "lang/number.h"
#include "msg/lang.h"
#include <math.h>

static const uint32_t zero_of[] = {
    [DIGITS_LATIN] = '0', [DIGITS_BENGALI] = 0x9E6, [DIGITS_DEVANAGARI] = 0x966, [DIGITS_PERSIAN] = 0x6F0,
};

struct marks { const char *group, *point, *minus, *percent; };

/* LRM before the Persian minus keeps it on the number's left. */
static struct marks marks_of(enum digits d)
{
    return d == DIGITS_PERSIAN ? (struct marks){ "\u066C", "\u066B", "\u200E\u2212", "\u066A" }
                               : (struct marks){ ",", ".", "-", "%" };
}

static void put_digit(struct buf *b, enum digits d, char ascii)
{
    uint32_t c = zero_of[d] + (uint32_t)(ascii - '0');
    if (c < 0x80)
        buf_char(b, (char)c);
    else if (c < 0x800)
        buf_put(b, (str){ (char[]){ (char)(0xC0 | c >> 6), (char)(0x80 | (c & 63)) }, 2 });
    else
        buf_put(b, (str){ (char[]){ (char)(0xE0 | c >> 12), (char)(0x80 | (c >> 6 & 63)), (char)(0x80 | (c & 63)) }, 3 });
}

static bool group_here(enum grouping g, size_t left)
{
    return g == GROUPING_3 ? left % 3 == 0 : left == 3 || (left > 3 && left % 2 == 1);
}

/* "-", "1234567", "50" -> -12,34,567.50 */
static str dress(struct arena *a, const struct locale *loc, bool negative, str whole, str fraction)
{
    struct marks m = marks_of(loc->digits);
    struct buf b = buf_new(a, 512);

    if (negative)
        buf_put(&b, str_of(m.minus));
    for (size_t i = 0; i < whole.n; i++) {
        if (i && group_here(loc->grouping, whole.n - i))
            buf_put(&b, str_of(m.group));
        put_digit(&b, loc->digits, whole.p[i]);
    }
    if (fraction.n)
        buf_put(&b, str_of(m.point));
    for (size_t i = 0; i < fraction.n; i++)
        put_digit(&b, loc->digits, fraction.p[i]);
    return buf_str(&b);
}

uint64_t number_magnitude(int64_t n) { return n < 0 ? 0 - (uint64_t)n : (uint64_t)n; }

str number_scaled(struct arena *a, const struct locale *loc, bool negative, uint64_t n, int scale)
{
    char text[48];
    int len = snprintf(text, sizeof text, "%0*llu", scale + 1, (unsigned long long)n);
    return dress(a, loc, negative, (str){ text, (size_t)(len - scale) }, (str){ text + len - scale, (size_t)scale });
}

str loc_int(struct arena *a, const struct locale *loc, int64_t n)
{
    return number_scaled(a, loc, n < 0, number_magnitude(n), 0);
}

str loc_decimal(struct arena *a, const struct locale *loc, int64_t scaled, int scale)
{
    return number_scaled(a, loc, scaled < 0, number_magnitude(scaled), scale < 0 ? 0 : scale > 18 ? 18 : scale);
}

str loc_num(struct arena *a, const struct locale *loc, double d, int max_fraction)
{
    char text[400];

    if (!isfinite(d))
        return S("–");
    int decimals = max_fraction < 0 ? 0 : max_fraction > 15 ? 15 : max_fraction;
    int len = snprintf(text, sizeof text, "%.*f", decimals, fabs(d));
    str whole = { text, (size_t)len }, fraction = { 0 };
    if (decimals) {
        whole.n = (size_t)(len - decimals - 1);
        fraction = (str){ text + whole.n + 1, (size_t)decimals };
        while (fraction.n && fraction.p[fraction.n - 1] == '0')
            fraction.n--;
    }
    bool zero = whole.n == 1 && whole.p[0] == '0' && !fraction.n;
    return dress(a, loc, d < 0 && !zero, whole, fraction);
}

str loc_percent(struct arena *a, const struct locale *loc, double ratio, int max_fraction)
{
    str n = loc_num(a, loc, ratio * 100, max_fraction);
    return arena_fmt(a, "%.*s%s", STR_ARG(n), marks_of(loc->digits).percent);
}

str loc_digits(struct arena *a, const struct locale *loc, str ascii)
{
    struct buf b = buf_new(a, ascii.n * 3 + 1);

    if (loc->digits == DIGITS_LATIN)
        return ascii;
    for (size_t i = 0; i < ascii.n; i++)
        if (ascii.p[i] >= '0' && ascii.p[i] <= '9')
            put_digit(&b, loc->digits, ascii.p[i]);
        else
            buf_char(&b, ascii.p[i]);
    return buf_str(&b);
}

/* ── short forms: 1.25 crore ─────────────────────────────────────────────── */

struct step { int zeros; msg_id word; };
static const struct step indic[] = {
    { 3, MSG_lang_compact_thousand }, { 5, MSG_lang_compact_lakh },
    { 7, MSG_lang_compact_crore },    { 12, MSG_lang_compact_lakh_crore },
};
static const struct step western[] = {
    { 3, MSG_lang_compact_thousand }, { 6, MSG_lang_compact_million },
    { 9, MSG_lang_compact_billion },  { 12, MSG_lang_compact_trillion },
};

static unsigned __int128 power10(int n)
{
    unsigned __int128 p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

/* n / unit in hundredths, rounded half up to two decimals below 10, one below 100, none above. */
static uint64_t three_figures(uint64_t n, unsigned __int128 unit)
{
    unsigned __int128 h = (unsigned __int128)n * 100, coarse = h / unit < 1000 ? 1 : h / unit < 10000 ? 10 : 100;
    unsigned __int128 q = (h + unit * coarse / 2) / (unit * coarse);
    return (uint64_t)(q * coarse);
}

static str hundredths(struct arena *a, const struct locale *loc, bool negative, uint64_t h)
{
    if (h % 100 == 0)
        return number_scaled(a, loc, negative, h / 100, 0);
    return h % 10 ? number_scaled(a, loc, negative, h, 2) : number_scaled(a, loc, negative, h / 10, 1);
}

/* scaled / 10^scale. */
str number_compact(struct arena *a, const struct locale *loc, bool negative, uint64_t n, int scale)
{
    const struct step *steps = loc->grouping == GROUPING_INDIC ? indic : western;
    int at = -1;

    for (int i = 0; i < 4; i++) {
        /* The next word begins where this one would round up to it: 99.96 lakh is 1 crore. */
        unsigned __int128 unit = power10(steps[i].zeros + scale);
        uint64_t in_last = at < 0 ? 0 : three_figures(n, power10(steps[at].zeros + scale));
        bool rounds_up = at >= 0 && (unsigned __int128)in_last * power10(steps[at].zeros) >= 100 * power10(steps[i].zeros);
        if (n >= unit || rounds_up)
            at = i;
    }
    if (at < 0)
        return hundredths(a, loc, negative, three_figures(n, power10(scale)));
    str value = hundredths(a, loc, negative, three_figures(n, power10(steps[at].zeros + scale)));
    return msg_text(a, loc, steps[at].word, (struct msg_arg[]){ A(value) });
}

str loc_compact(struct arena *a, const struct locale *loc, int64_t n)
{
    return number_compact(a, loc, n < 0, number_magnitude(n), 0);
}
