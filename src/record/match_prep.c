/* match_prep.c - making an item ready: folding, words, skeletons, letter pairs, blocks.
 *
 * A skeleton is what is left of a word when vowels go and letters that writers
 * mix up become one: s and z, শ ষ স, श ष स, ث س ص. Words of one skeleton
 * fall into one block; whether they are one name is decided by the letters.
 */
#include "record/match_prep.h"
#include <string.h>
#include "base/utf8.h"
#include "record/match_words.h"

uint32_t prep_hash(str s)
{
    uint64_t h = str_hash(s);
    uint32_t x = (uint32_t)(h ^ h >> 32);
    return s.n == 0 ? 0 : x ? x : 1;
}

/* ── skeletons ───────────────────────────────────────────────────────────── */

/* Pairs: letters that count as the second one; 0: dropped. */
static const struct { uint32_t from[10]; uint32_t to; } confused[] = {
    { { 'a', 'e', 'i', 'o', 'u', 'y', 'h' }, 0 }, { { 'c', 'q', 'g' }, 'k' }, { { 'z', 'x' }, 's' }, { { 'w', 'b' }, 'v' }, { { 'f' }, 'p' },
    { { 'd' }, 't' }, { { 'j' }, 's' }, { { 'm' }, 'n' },
    { { 0x9B6, 0x9B7 }, 0x9B8 },                /* শ ষ -> স */
    { { 0x9A3 }, 0x9A8 }, { { 0x99C }, 0x9AF }, { { 0x9DF }, 0x9AF },           /* ণ -> ন, জ য় -> য */
    { { 0x9DC, 0x9DD, 0x9A1, 0x9A2 }, 0x9B0 },  /* ড় ঢ় ড ঢ -> র */
    { { 0x982, 0x99E, 0x981, 0x983, 0x9CD, 0x9BC }, 0 },    /* ং ঞ ঁ ঃ, virama, nukta */
    { { 0x936, 0x937 }, 0x938 }, { { 0x923 }, 0x928 }, { { 0x92F }, 0x91C },
    { { 0x902, 0x901, 0x903, 0x94D, 0x93C, 0x919, 0x91E }, 0 },
    { { 0x62B, 0x635 }, 0x633 }, { { 0x630, 0x636, 0x638 }, 0x632 }, { { 0x637 }, 0x62A }, { { 0x62D }, 0x647 }, { { 0x63A }, 0x642 },
    { { 0x627, 0x648, 0x6CC, 0x64A, 0x639, 0x621, 0x626, 0x623, 0x624, 0x622 }, 0 },
};

static bool is_indic_vowel(uint32_t c)
{
    uint32_t in_block = c & 0x7F;
    bool is_indic = (c >= 0x900 && c < 0xA00);
    return is_indic && ((in_block >= 0x05 && in_block <= 0x14) || (in_block >= 0x3E && in_block <= 0x4C));
}

static uint32_t skeleton_letter(uint32_t c)
{
    if (is_indic_vowel(c))
        return 0;
    for (size_t i = 0; i < countof(confused); i++)
        for (size_t j = 0; j < countof(confused[i].from) && confused[i].from[j]; j++)
            if (confused[i].from[j] == c)
                return confused[i].to;
    return c;
}

/* The first letter stays, whatever it is: Ali and Oli are two. */
str prep_skeleton(struct arena *a, str word)
{
    char *p = arena_new(a, char, word.n + 4);
    size_t n = 0;
    uint32_t before = 0;
    bool is_first = true;

    for (str rest = word; rest.n; is_first = false) {
        uint32_t c = utf8_next(&rest), s = skeleton_letter(c);
        if (is_first && s == 0)
            s = 'a';
        if (s && s != before)
            n += utf8_put(p + n, s);
        if (s)
            before = s;
    }
    return (str){ p, n };
}

/* ── words ───────────────────────────────────────────────────────────────── */

static const uint16_t *letters(struct arena *a, str word, size_t max, uint8_t *n)
{
    uint16_t *p = arena_new(a, uint16_t, word.n < max ? word.n : max);

    for (*n = 0; word.n && *n < max; (*n)++) {
        uint32_t c = utf8_next(&word);
        p[*n] = (uint16_t)(c > 0xFFFF ? 0xE000 + (c & 0xFFF) : c);
    }
    return p;
}

static bool has_digit(str word)
{
    for (size_t i = 0; i < word.n; i++)
        if (word.p[i] >= '0' && word.p[i] <= '9')
            return true;
    return false;
}

static struct prep_word make_word(struct arena *a, struct arena scratch, str word, bool is_common)
{
    struct prep_word w = { .hash = prep_hash(word), .is_common = is_common, .has_digit = has_digit(word) };

    w.skeleton = prep_hash(prep_skeleton(&scratch, word));
    w.letter = letters(a, word, PREP_LETTERS, &w.n);
    for (size_t i = 0; i < w.n; i++)
        w.kinds |= 1u << (w.letter[i] & 31);
    return w;
}

static struct prep_word *keep_words(struct arena *a, const struct prep_word *found, size_t n, uint8_t *out)
{
    struct prep_word *v = arena_new(a, struct prep_word, n);

    if (n)
        memcpy(v, found, n * sizeof *v);
    *out = (uint8_t)n;
    return v;
}

/* The family's name stands last where the parts are not told apart. */
static struct prep_word *name_words(struct arena *a, struct arena scratch, str folded, uint8_t *n)
{
    struct prep_word found[PREP_WORDS];
    size_t k = 0;

    for (int keep_titles = 0; keep_titles < 2 && k == 0; keep_titles++)
        for (str rest = folded; rest.n && k < PREP_WORDS;) {
            str word = str_cut(&rest, ' ');
            if (word.n && (keep_titles || !word_is(WORD_TITLE, word))) {
                word = word_person(word);
                found[k++] = make_word(a, scratch, word, word_is(WORD_COMMON_NAME, word));
            }
        }
    if (k > 1)
        found[k - 1].is_family = true;
    return keep_words(a, found, k, n);
}

static bool has_word(str words, str word)
{
    while (words.n)
        if (str_eq(str_cut(&words, ' '), word))
            return true;
    return false;
}

/* The company's own city in its name says no more than its address does. */
static struct prep_word *company_words(struct arena *a, struct arena scratch, str key, str city, uint8_t *n)
{
    struct prep_word found[PREP_WORDS];
    size_t k = 0;

    for (str rest = key; rest.n && k < PREP_WORDS;) {
        str word = str_cut(&rest, ' ');
        bool is_letter = word.n == 1 && !has_digit(word);
        if (word.n)
            found[k++] = make_word(a, scratch, word, is_letter || word_is(WORD_COMMON_COMPANY, word) || has_word(city, word));
    }
    return keep_words(a, found, k, n);
}

/* Hash of the letters without the spaces: "abdul rahman" is "abdulrahman". */
static uint32_t hash_joined(const struct prep_word *w, size_t n)
{
    uint32_t h = 2166136261u;

    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < w[i].n; j++)
            h = (h ^ w[i].letter[j]) * 16777619u;
    return n ? (h ? h : 1) : 0;
}

/* ── address ─────────────────────────────────────────────────────────────── */

static void sort_grams(uint16_t *g, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && g[j] < g[j - 1]; j--) {
            uint16_t t = g[j];
            g[j] = g[j - 1];
            g[j - 1] = t;
        }
}

/* Pairs of neighbouring letters across the words, so that a lost or a stray space costs little. */
static void prep_address(struct arena *a, str folded, struct prep *out)
{
    uint16_t gram[PREP_GRAMS];
    uint32_t before = 0;
    size_t n = 0;

    for (str rest = folded; rest.n;) {
        str word = str_cut(&rest, ' ');
        str same = word_address(word);
        if (same.p == word.p && has_digit(word)) {
            if (out->nnumber < PREP_NUMBERS)
                out->number[out->nnumber++] = (uint16_t)prep_hash(word);
            continue;
        }
        while (same.n && n < PREP_GRAMS) {
            uint32_t c = utf8_next(&same);
            if (before)
                gram[n++] = (uint16_t)((before * 40503u ^ c * 2654435761u) >> 15);
            before = c;
        }
    }
    sort_grams(gram, n);
    out->gram = arena_new(a, uint16_t, n);
    if (n)
        memcpy(out->gram, gram, n * sizeof *gram);
    out->ngram = (uint8_t)n;
}

/* ── the item ────────────────────────────────────────────────────────────── */

enum { LONGEST = 300 };                         /* bytes of a text that are looked at */

static str cut(str s)
{
    size_t n = s.n;
    if (n > LONGEST)
        for (n = LONGEST; n && ((unsigned char)s.p[n] & 0xC0) == 0x80; n--)
            continue;
    return str_head(s, n);
}

static str full_name(struct arena *a, const struct match_item *it)
{
    if (it->given.n || it->family.n)
        return arena_fmt(a, "%.*s %.*s", STR_ARG(cut(it->given)), STR_ARG(cut(it->family)));
    return cut(it->name);
}

/* The last nine digits stand for the number: they are the same with and without the country. */
static str phone_tail(struct arena *a, str phone)
{
    str ascii = ascii_digits(a, cut(phone));
    char *p = arena_new(a, char, ascii.n + 1);
    size_t n = 0;

    for (size_t i = 0; i < ascii.n; i++)
        if (ascii.p[i] >= '0' && ascii.p[i] <= '9')
            p[n++] = ascii.p[i];
    return n < 6 ? (str){ 0 } : (str){ p + (n > 9 ? n - 9 : 0), n > 9 ? 9 : n };
}

static void prep_postcode(struct arena scratch, str postcode, struct prep *out)
{
    str folded = fold(&scratch, cut(postcode));

    for (size_t i = 0; i < folded.n && out->npostcode < sizeof out->postcode; i++)
        if (folded.p[i] != ' ')
            out->postcode[out->npostcode++] = folded.p[i];
}

static void prep_keys(struct arena scratch, const struct match_item *it, struct prep *out)
{
    str email = match_email_key(&scratch, cut(it->email)), local = email;

    out->email = prep_hash(email);
    out->email_local = prep_hash(str_cut(&local, '@'));
    out->phone = prep_hash(phone_tail(&scratch, it->phone));
    out->domain = prep_hash(match_domain_key(&scratch, it->domain.n ? cut(it->domain) : cut(it->email)));
    out->region = prep_hash(fold(&scratch, cut(it->region)));
    if (it->birth_days) {
        struct ymd d = ymd_from_days(CALENDAR_GREGORIAN, it->birth_days);
        out->birth_days = it->birth_days;
        out->birth_digits = d.y * 10000 + d.m * 100 + d.d;
    }
}

static str without_spaces(struct arena *a, str s)
{
    char *p = arena_new(a, char, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ')
            p[n++] = s.p[i];
    return (str){ p, n };
}

void prep_item(struct arena *a, struct arena scratch, const struct match_item *it, bool is_company, struct prep *out)
{
    *out = (struct prep){ 0 };
    prep_keys(scratch, it, out);
    prep_postcode(scratch, it->postcode, out);
    str company = is_company && !it->company.n ? it->name : it->company;
    struct arena s = scratch;
    str key = match_company_key(&s, cut(company)), city = fold(&s, cut(it->city));
    out->company = company_words(a, s, key, city, &out->ncompany);
    out->company_all = hash_joined(out->company, out->ncompany);
    if (!is_company) {
        s = scratch;
        str folded = fold(&s, full_name(&s, it));
        out->name = name_words(a, s, folded, &out->nname);
        out->name_all = hash_joined(out->name, out->nname);
    }
    s = scratch;
    prep_address(a, fold(&s, cut(it->address)), out);
    s = scratch;
    out->city = letters(a, without_spaces(&s, fold(&s, cut(it->city))), PREP_LETTERS, &out->ncity);
}
