/* fold.c - one form for comparing and searching.
 *
 * NFKC with case folding, then decomposed, then what these do not do: Arabic
 * ي ك to Persian ی ک, vowel marks and accents dropped, joiners dropped, every
 * digit to ASCII, and the spellings people mix up in Bengali and Hindi. ASCII
 * text, the most of it, never reaches ICU. A folded text is never shown.
 */
#include "lang/fold.h"
#include "lang/lang.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "lang/uchars.h"
#include <unicode/uchar.h>
#include <unicode/unorm2.h>

enum { SKIP = 0, BREAK = 1 };       /* a letter is any other value */

static bool ascii_alnum(unsigned c) { return (c | 32) - 'a' < 26 || c - '0' < 10; }

static str fold_ascii(struct arena *a, str s)
{
    char *out = arena_alloc(a, 1, 1, s.n + 1);
    size_t n = 0;
    bool gap = false;

    for (size_t i = 0; i < s.n; i++) {
        unsigned c = (unsigned char)s.p[i];
        if (!ascii_alnum(c)) {
            gap |= c != '\'';
            continue;
        }
        if (gap && n)
            out[n++] = ' ';
        gap = false;
        out[n++] = (char)(c - 'A' < 26 ? c + 32 : c);
    }
    return (str){ out, n };
}

static uint32_t fold_arabic(uint32_t c)
{
    switch (c) {
    case 0x064A: case 0x0649: case 0x06D2:              return 0x06CC;      /* ی */
    case 0x0643: case 0x06AA:                           return 0x06A9;      /* ک */
    case 0x0629: case 0x06C1: case 0x06D5: case 0x06BE: return 0x0647;      /* ه */
    case 0x0671:                                        return 0x0627;      /* ا */
    case 0x0640:                                        return SKIP;        /* tatweel */
    }
    bool mark = (c >= 0x064B && c <= 0x065F) || c == 0x0670 || (c >= 0x06D6 && c <= 0x06ED);
    return mark ? (uint32_t)SKIP : c;
}

/* Latin letters that have no decomposition. */
static uint32_t fold_latin(uint32_t c)
{
    switch (c) {
    case 0xF8: return 'o';      case 0x142: return 'l';     case 0x111: case 0xF0: return 'd';
    case 0x131: return 'i';     case 0x127: return 'h';     case 0x2BC: case 0x2019: return SKIP;
    }
    return c >= 0x300 && c <= 0x36F ? (uint32_t)SKIP : c;
}

static uint32_t fold_one(uint32_t c)
{
    if (c < 0x80)
        return ascii_alnum(c) ? c : c == '\'' ? SKIP : BREAK;
    if (u_charType((UChar32)c) == U_DECIMAL_DIGIT_NUMBER)
        return '0' + (uint32_t)u_charDigitValue((UChar32)c);
    c = c < 0x2100 && (c < 0x600 || c > 0x6FF) ? fold_latin(c) : fold_arabic(c);
    if (c == SKIP)
        return SKIP;
    uint32_t kind = U_GET_GC_MASK((UChar32)c);
    if (kind & U_GC_CF_MASK)
        return SKIP;
    return kind & (U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK) ? c : (uint32_t)BREAK;
}

/* NFKC case folded, then fully decomposed. */
static struct uchars decompose(struct arena *a, str s)
{
    UErrorCode rc = U_ZERO_ERROR;
    struct uchars u = uchars_of(a, s);
    const UNormalizer2 *nfkc = unorm2_getNFKCCasefoldInstance(&rc), *nfd = unorm2_getNFDInstance(&rc);

    for (int pass = 0; pass < 2; pass++) {
        const UNormalizer2 *by = pass ? nfd : nfkc;
        struct uchars out = { arena_new(a, UChar, (size_t)u.n * 2 + 16), 0 };
        out.n = unorm2_normalize(by, u.p, u.n, out.p, u.n * 2 + 16, &rc);
        if (rc == U_BUFFER_OVERFLOW_ERROR) {            /* ligatures may grow eighteenfold */
            rc = U_ZERO_ERROR;
            out.p = arena_new(a, UChar, (size_t)out.n + 1);
            out.n = unorm2_normalize(by, u.p, u.n, out.p, out.n + 1, &rc);
        }
        if (U_FAILURE(rc))
            return (struct uchars){ 0 };
        u = out;
    }
    return u;
}

/* `spare` has room for the word too. */
static void put_word(struct buf *b, uint32_t *w, size_t n, uint32_t *spare)
{
    char utf8[4];
    bool bengali = false, hindi = false;

    for (size_t i = 0; i < n; i++) {
        bengali |= w[i] >= 0x980 && w[i] <= 0x9FF;
        hindi |= w[i] >= 0x900 && w[i] <= 0x97F;
    }
    if (bengali || hindi) {
        n = bengali ? fold_bengali(w, n, spare) : fold_hindi(w, n, spare);
        w = spare;
    }
    if (n && b->n)
        buf_char(b, ' ');
    for (size_t i = 0; i < n; i++)
        buf_put(b, (str){ utf8, utf8_put(utf8, w[i]) });
}

static str fold_unicode(struct arena *a, str s)
{
    struct uchars u = decompose(a, s);
    uint32_t *word = arena_new(a, uint32_t, (size_t)u.n + 1), *spare = arena_new(a, uint32_t, (size_t)u.n + 1);
    struct buf b = buf_new(a, SIZE_MAX / 4);
    size_t n = 0;

    for (int32_t i = 0; i < u.n;) {
        UChar32 c;
        U16_NEXT(u.p, i, u.n, c);
        uint32_t f = U_IS_SURROGATE(c) ? (uint32_t)BREAK : fold_one((uint32_t)c);
        if (f > BREAK)
            word[n++] = f;
        if (f == BREAK) {
            put_word(&b, word, n, spare);
            n = 0;
        }
    }
    put_word(&b, word, n, spare);
    return buf_str(&b);
}

str fold(struct arena *a, str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return fold_unicode(a, s);
    return fold_ascii(a, s);
}

/* Extended grapheme cluster, the rules that matter to names: base, marks, joiners. */
str fold_first(struct arena *a, str s)
{
    str rest = s;
    uint32_t c, last = utf8_next(&rest);
    size_t used = s.n - rest.n;

    while (rest.n && last) {
        c = utf8_next(&rest);
        int kind = u_getIntPropertyValue((UChar32)c, UCHAR_GRAPHEME_CLUSTER_BREAK);
        if (kind != U_GCB_EXTEND && kind != U_GCB_SPACING_MARK && kind != U_GCB_ZWJ
            && !(last == 0x200D && u_hasBinaryProperty((UChar32)c, UCHAR_EXTENDED_PICTOGRAPHIC)))
            break;
        used = s.n - rest.n;
        last = c;
    }
    return arena_str(a, str_head(s, used));
}
