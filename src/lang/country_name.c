/* country_name.c - the names of countries, from ICU and from what people write.
 *
 * ICU's long and short names are read ("United Kingdom", "UK"), and of a name with an explanation ("Myanmar (Burma)")
 * the name alone. What neither has and people write all the same stands below.
 */
#include "lang/country_name.h"
#include <pthread.h>
#include <stdlib.h>
#include <unicode/uldnames.h>
#include <unicode/uloc.h>
#include <unicode/ustring.h>
#include "base/log.h"

static const struct { const char *code, *name; } also[] = {
    { "AE", "Emirates" }, { "AE", "U.A.E." }, { "BD", "Bangla Desh" }, { "BN", "Brunei Darussalam" },
    { "BO", "Bolivia, Plurinational State of" }, { "CD", "DR Congo" }, { "CD", "Democratic Republic of the Congo" },
    { "CG", "Republic of the Congo" }, { "CI", "Ivory Coast" }, { "CN", "People's Republic of China" }, { "CV", "Cabo Verde" },
    { "CZ", "Czech Republic" }, { "FM", "Micronesia, Federated States of" }, { "GB", "Great Britain" }, { "GB", "Britain" },
    { "GB", "England" }, { "GB", "Scotland" }, { "GB", "Wales" }, { "GB", "Northern Ireland" }, { "GB", "U.K." },
    { "IN", "Bharat" }, { "IN", "Republic of India" }, { "IR", "Iran, Islamic Republic of" }, { "IR", "Islamic Republic of Iran" },
    { "KP", "Korea, Democratic People's Republic of" }, { "KR", "Korea" }, { "KR", "Korea, Republic of" }, { "KR", "Republic of Korea" },
    { "LA", "Lao People's Democratic Republic" }, { "MD", "Moldova, Republic of" }, { "MK", "Macedonia" }, { "MM", "Burma" },
    { "NL", "Holland" }, { "NL", "The Netherlands" }, { "PS", "Palestine, State of" }, { "PS", "State of Palestine" },
    { "RU", "Russian Federation" }, { "SY", "Syrian Arab Republic" }, { "SZ", "Swaziland" }, { "TR", "Turkey" }, { "TR", "Türkiye" },
    { "TW", "Taiwan, Province of China" }, { "TZ", "Tanzania, United Republic of" }, { "TZ", "United Republic of Tanzania" },
    { "US", "USA" }, { "US", "U.S.A." }, { "US", "U.S." }, { "US", "America" }, { "US", "United States of America" },
    { "VE", "Venezuela, Bolivarian Republic of" }, { "VN", "Viet Nam" },
    { "GB", "ব্রিটেন" }, { "GB", "বৃটেন" }, { "GB", "ইংল্যান্ড" }, { "US", "আমেরিকা" }, { "US", "যুক্তরাষ্ট্র" }, { "AE", "আমিরাত" },
    { "AE", "সংযুক্ত আরব আমিরাত" }, { "AE", "ইউএই" }, { "MM", "মায়ানমার" }, { "MM", "মিয়ানমার" }, { "MM", "বার্মা" },
    { "GB", "ब्रिटेन" }, { "GB", "इंग्लैंड" }, { "GB", "यूके" }, { "US", "अमेरिका" }, { "US", "अमरीका" }, { "US", "यूएसए" },
    { "AE", "यूएई" }, { "IN", "हिंदुस्तान" }, { "IN", "भारतवर्ष" }, { "MM", "बर्मा" },
    { "GB", "انگلستان" }, { "GB", "انگلیس" }, { "US", "آمریکا" }, { "US", "امریکا" }, { "US", "ایالات متحده آمریکا" },
    { "AE", "امارات" }, { "AE", "امارات متحده عربی" }, { "KR", "کره جنوبی" }, { "KR", "کره" }, { "MM", "برمه" }, { "IN", "هندوستان" },
};

enum { COUNTRIES_MAX = 300, LETTERS = 26, NAMES_MAX = 4096, NAME_BYTES = 400, MEMORY = 1 << 19, SCRATCH = 1 << 20 };
struct place { str folded, code; };

static struct arena memory;
static str codes[LANG_COUNT][COUNTRIES_MAX], names[LANG_COUNT][LETTERS * LETTERS];
static size_t ncodes;
static struct place place[NAMES_MAX];           /* by folded name */
static size_t nplaces;
static pthread_once_t named = PTHREAD_ONCE_INIT, placed = PTHREAD_ONCE_INIT;

/* Parts of countries, for which ISO keeps letters back. */
static bool is_part(str code) { return str_eq(code, S("DG")) || str_eq(code, S("EA")) || str_eq(code, S("IC")); }

static int cell_of(str code)
{
    bool is_two = code.n == 2 && code.p[0] >= 'A' && code.p[0] <= 'Z' && code.p[1] >= 'A' && code.p[1] <= 'Z';
    return is_two ? (code.p[0] - 'A') * LETTERS + code.p[1] - 'A' : -1;
}

/* ── names ───────────────────────────────────────────────────────────────── */

static ULocaleDisplayNames *names_open(enum lang l, UDisplayContext length)
{
    UErrorCode rc = U_ZERO_ERROR;
    ULocaleDisplayNames *from = uldn_openForContext(lang_code(l), &length, 1, &rc);
    if (U_FAILURE(rc))
        die("the countries' names in %s cannot be opened: %s", lang_code(l), u_errorName(rc));
    return from;
}

/* Empty when ICU has no more than the code. */
static str name_in(const ULocaleDisplayNames *from, str code)
{
    UChar wide[NAME_BYTES / 3];
    char text[NAME_BYTES];
    int32_t n = 0;
    UErrorCode rc = U_ZERO_ERROR;
    int32_t wn = uldn_regionDisplayName(from, arena_cstr(&memory, code), wide, (int32_t)countof(wide), &rc);
    u_strToUTF8(text, sizeof text, &n, wide, wn, &rc);
    str name = { text, (size_t)n };
    return U_FAILURE(rc) || str_eq(name, code) ? (str){ 0 } : arena_str(&memory, name);
}

struct keyed { str key, code; };

static int by_key(const void *x, const void *y)
{
    const struct keyed *p = x, *q = y;
    return str_cmp(p->key, q->key);
}

static void sort_codes(enum lang l, struct arena scratch)
{
    struct keyed k[COUNTRIES_MAX];
    for (size_t i = 0; i < ncodes; i++)
        k[i] = (struct keyed){ collate_key(&scratch, l, names[l][cell_of(codes[LANG_EN][i])]), codes[LANG_EN][i] };
    qsort(k, ncodes, sizeof *k, by_key);
    for (size_t i = 0; i < ncodes; i++)
        codes[l][i] = k[i].code;
}

static void name_all(void)
{
    const char *const *iso = uloc_getISOCountries();
    memory = arena_open(MEMORY);
    for (int l = 0; l < LANG_COUNT; l++) {
        ULocaleDisplayNames *from = names_open((enum lang)l, UDISPCTX_LENGTH_FULL);
        for (size_t i = 0; iso[i]; i++) {
            int cell = is_part(str_of(iso[i])) ? -1 : cell_of(str_of(iso[i]));
            str name = cell < 0 ? (str){ 0 } : name_in(from, str_of(iso[i]));
            if (cell < 0 || (l && !names[LANG_EN][cell].n))
                continue;                       /* a country is what has a name in English */
            names[l][cell] = name.n ? name : str_of(iso[i]);
            if (!l && name.n && ncodes < COUNTRIES_MAX)
                codes[LANG_EN][ncodes++] = str_of(iso[i]);
        }
        uldn_close(from);
    }
    struct arena scratch = arena_open(SCRATCH);
    for (int l = LANG_COUNT; l-- > 0;)          /* English last: the others are sorted from it */
        sort_codes((enum lang)l, scratch);
    arena_close(&scratch);
}

bool country_is_code(str s)
{
    pthread_once(&named, name_all);
    int cell = cell_of(s);
    return cell >= 0 && names[LANG_EN][cell].n;
}

str country_name(enum lang l, str code)
{
    return country_is_code(code) ? names[l][cell_of(code)] : code;
}

str *country_offers(struct arena *a, const struct locale *loc, str chosen, size_t *n)
{
    str home = str_of(loc->country), *offer = arena_new(a, str, COUNTRIES_MAX + 2);
    size_t k = 0;
    pthread_once(&named, name_all);
    if (country_is_code(home))
        offer[k++] = home;
    for (size_t i = 0; i < ncodes; i++)
        if (!str_eq(codes[loc->lang][i], home))
            offer[k++] = codes[loc->lang][i];
    if (chosen.n && !country_is_code(chosen))
        offer[k++] = chosen;
    *n = k;
    return offer;
}

/* ── what people write ───────────────────────────────────────────────────── */

static void put(struct arena scratch, str name, str code)
{
    str folded = fold(&scratch, name);
    if (folded.n && nplaces < NAMES_MAX)
        place[nplaces++] = (struct place){ arena_str(&memory, folded), code };
}

static void put_names(struct arena scratch, enum lang l, UDisplayContext length)
{
    ULocaleDisplayNames *from = names_open(l, length);
    for (size_t i = 0; i < ncodes; i++) {
        str name = name_in(from, codes[LANG_EN][i]);
        ptrdiff_t aside = str_find(name, S(" ("));
        put(scratch, name, codes[LANG_EN][i]);
        if (aside > 0)
            put(scratch, str_head(name, (size_t)aside), codes[LANG_EN][i]);
    }
    uldn_close(from);
}

static int by_name(const void *x, const void *y)
{
    const struct place *p = x, *q = y;
    int order = str_cmp(p->folded, q->folded);
    return order ? order : str_cmp(p->code, q->code);
}

/* Each name once; one that two countries have ("Congo") means neither. */
static void leave_clear(void)
{
    size_t kept = 0;
    for (size_t i = 0, end; i < nplaces; i = end) {
        for (end = i + 1; end < nplaces && str_eq(place[end].folded, place[i].folded);)
            end++;
        if (str_eq(place[i].code, place[end - 1].code))
            place[kept++] = place[i];
    }
    nplaces = kept;
}

static void place_all(void)
{
    struct arena scratch = arena_open(SCRATCH);
    pthread_once(&named, name_all);
    for (size_t i = 0; i < ncodes; i++) {
        const char *id = arena_fmt(&memory, "und_%.*s", STR_ARG(codes[LANG_EN][i])).p;
        put(scratch, codes[LANG_EN][i], codes[LANG_EN][i]);
        put(scratch, str_of(uloc_getISO3Country(id)), codes[LANG_EN][i]);
    }
    for (int l = 0; l < LANG_COUNT; l++) {
        put_names(scratch, (enum lang)l, UDISPCTX_LENGTH_FULL);
        put_names(scratch, (enum lang)l, UDISPCTX_LENGTH_SHORT);
    }
    for (size_t i = 0; i < countof(also); i++)
        put(scratch, str_of(also[i].name), str_of(also[i].code));
    arena_close(&scratch);
    qsort(place, nplaces, sizeof *place, by_name);
    leave_clear();
}

static int name_to_place(const void *name, const void *at)
{
    const struct place *p = at;
    return str_cmp(*(const str *)name, p->folded);
}

bool country_read(struct arena *scratch, str text, char code[3])
{
    pthread_once(&placed, place_all);
    str folded = text.n < NAME_BYTES ? fold(scratch, text) : (str){ 0 };
    const struct place *p = folded.n ? bsearch(&folded, place, nplaces, sizeof *place, name_to_place) : NULL;
    if (p)
        snprintf(code, 3, "%.2s", p->code.p);
    return p != NULL;
}
