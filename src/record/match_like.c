/* match_like.c - how alike two items are: evidence, weighed and added up.
 *
 * Each field that both items have yields one piece of evidence; its weight is the
 * logarithm of how much more often that evidence is found between two records of
 * one person than between records of two people of one block (Fellegi and
 * Sunter's model). A field that one of them lacks says nothing. The sum over the
 * prior is a log-odds, the likeness its probability. docs/rooms/match.md tells
 * where the weights come from.
 */
#include "record/match_prep.h"
#include <math.h>
#include <string.h>

struct weights {
    double prior, of[EV_COUNT];
    double place_max;                           /* street, number, postcode, city together: a family shares them all */
};

/* clang-format off */
static const struct weights person = { .prior = -7.0, .place_max = 7.5, .of = {
    [EV_NAME_EXACT] = 3.6, [EV_NAME_CLOSE] = 3.0, [EV_NAME_SIMILAR] = 1.8, [EV_NAME_INITIAL] = 1.0,
    [EV_NAME_COMMON] = 0.4, [EV_NAME_DIFFERENT] = -2.8, [EV_FAMILY_DIFFERENT] = -1.6, [EV_NAME_ALONE] = -0.3,
    [EV_BIRTH_SAME] = 6.5, [EV_BIRTH_NEAR] = 3.5, [EV_BIRTH_DIFFERENT] = -2.8,
    [EV_ADDRESS_SAME] = 4.0, [EV_ADDRESS_CLOSE] = 3.5, [EV_ADDRESS_SIMILAR] = 2.0, [EV_ADDRESS_SOME] = 0.0, [EV_ADDRESS_DIFFERENT] = -1.5,
    [EV_NUMBER_SAME] = 1.5, [EV_NUMBER_DIFFERENT] = -1.0,
    [EV_POSTCODE_SAME] = 2.5, [EV_POSTCODE_NEAR] = 2.0, [EV_POSTCODE_DIFFERENT] = -1.5,
    [EV_CITY_SAME] = 1.2, [EV_CITY_SIMILAR] = 1.0, [EV_CITY_DIFFERENT] = -1.2,
    [EV_REGION_SAME] = 0.4, [EV_REGION_DIFFERENT] = -0.8,
    [EV_PHONE_SAME] = 5.5, [EV_PHONE_DIFFERENT] = -0.6,
    [EV_EMAIL_SAME] = 7.0, [EV_EMAIL_LOCAL] = 2.0, [EV_EMAIL_DIFFERENT] = -0.5,
    [EV_COMPANY_SAME] = 2.2, [EV_COMPANY_SIMILAR] = 0.8, [EV_COMPANY_DIFFERENT] = -1.0,
    [EV_DOMAIN_SAME] = 1.5, [EV_DOMAIN_DIFFERENT] = -0.3,
} };
static const struct weights company = { .prior = -6.0, .place_max = 6.0, .of = {
    [EV_NAME_EXACT] = 3.0, [EV_NAME_CLOSE] = 2.6, [EV_NAME_SIMILAR] = 1.2, [EV_NAME_INITIAL] = 0.4,
    [EV_NAME_COMMON] = 0.5, [EV_NAME_DIFFERENT] = -2.8, [EV_FAMILY_DIFFERENT] = -2.8, [EV_NAME_ALONE] = -0.8,
    [EV_ADDRESS_SAME] = 2.5, [EV_ADDRESS_CLOSE] = 2.0, [EV_ADDRESS_SIMILAR] = 1.0, [EV_ADDRESS_SOME] = 0.0, [EV_ADDRESS_DIFFERENT] = -1.0,
    [EV_NUMBER_SAME] = 1.5, [EV_NUMBER_DIFFERENT] = -1.0,
    [EV_POSTCODE_SAME] = 1.0, [EV_POSTCODE_NEAR] = 0.3, [EV_POSTCODE_DIFFERENT] = -0.8,
    [EV_CITY_SAME] = 0.7, [EV_CITY_SIMILAR] = 0.5, [EV_CITY_DIFFERENT] = -0.3,
    [EV_REGION_SAME] = 0.3, [EV_REGION_DIFFERENT] = -0.5,
    [EV_PHONE_SAME] = 5.5, [EV_PHONE_DIFFERENT] = -1.2,
    [EV_EMAIL_SAME] = 4.0, [EV_EMAIL_LOCAL] = 0.0, [EV_EMAIL_DIFFERENT] = -0.2,
    [EV_COMPANY_SAME] = 4.5,                    /* the whole name, legal forms aside */
    [EV_DOMAIN_SAME] = 4.0, [EV_DOMAIN_DIFFERENT] = -1.0,
} };
/* clang-format on */

struct tally { const double *of; double odds, place_max; int *found; };

static void note(struct tally *t, enum evidence ev)
{
    t->odds += t->of[ev];
    if (t->found)
        t->found[ev]++;
}

/* ── letters ─────────────────────────────────────────────────────────────── */

/* Jaro's likeness of two words, with Winkler's bonus for a common start. */
static double jaro_winkler(const uint16_t *x, size_t nx, const uint16_t *y, size_t ny)
{
    size_t longer = nx > ny ? nx : ny, reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
    size_t same = 0, swaps = 0, prefix = 0;
    uint32_t used_x = 0, used_y = 0;

    if (nx == 0 || ny == 0)
        return nx == ny;
    for (size_t i = 0; i < nx; i++) {
        size_t from = i > reach ? i - reach : 0, to = i + reach + 1 < ny ? i + reach + 1 : ny;
        for (size_t j = from; j < to; j++)
            if (!(used_y >> j & 1) && x[i] == y[j]) {
                used_x |= 1u << i;
                used_y |= 1u << j;
                same++;
                break;
            }
    }
    if (same == 0)
        return 0;
    for (size_t i = 0, j = 0; i < nx; i++)
        if (used_x >> i & 1) {
            while (!(used_y >> j & 1))
                j++;
            swaps += x[i] != y[j++];
        }
    while (prefix < 4 && prefix < nx && prefix < ny && x[prefix] == y[prefix])
        prefix++;
    double m = (double)same;
    double jaro = (m / (double)nx + m / (double)ny + (m - (double)(swaps / 2)) / m) / 3;
    return jaro + (double)prefix * 0.1 * (1 - jaro);
}

/* The most jaro_winkler can give, from the letters that only one of them has. */
static double most_alike(const struct prep_word *x, const struct prep_word *y)
{
    int mx = x->n - __builtin_popcount(x->kinds & ~y->kinds), my = y->n - __builtin_popcount(y->kinds & ~x->kinds);
    double m = mx < my ? mx : my;
    double jaro = (m / x->n + m / y->n + 1) / 3;
    return m <= 0 ? 0 : x->letter[0] == y->letter[0] ? jaro + 0.4 * (1 - jaro) : jaro;
}

/* 1 the same; 0.95 the same but for spelling; else as the letters say. */
static double word_likeness(const struct prep_word *x, const struct prep_word *y)
{
    if (x->hash == y->hash)
        return 1;
    if (x->has_digit || y->has_digit)
        return 0;                               /* "Unit 3" is not "Unit 4" */
    if (most_alike(x, y) < 0.8)
        return 0;                               /* most pairs end here */
    double jw = jaro_winkler(x->letter, x->n, y->letter, y->n);
    if (x->skeleton == y->skeleton && x->n > 2 && y->n > 2 && jw >= 0.8 && jw < 0.95)
        return 0.95;
    return jw < 0.999 ? jw : 0.999;
}

/* ── names ───────────────────────────────────────────────────────────────── */

enum { NAMES_MAX = 3 };                         /* words of a name that count; more would count the same thing twice */

static void note_word(struct tally *t, const struct prep_word *x, const struct prep_word *y, double like)
{
    bool is_initial = (x->n == 1 || y->n == 1) && like < 1;
    /* People marry; a family under one roof differs in the given name. */
    enum evidence different = x->is_family && y->is_family ? EV_FAMILY_DIFFERENT : EV_NAME_DIFFERENT;

    if (is_initial)
        note(t, x->letter[0] == y->letter[0] ? EV_NAME_INITIAL : different);
    else
        note(t, like >= 1 ? EV_NAME_EXACT : like >= 0.93 ? EV_NAME_CLOSE : like >= 0.85 ? EV_NAME_SIMILAR : different);
}

static size_t telling(const struct prep_word *w, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += !w[i].is_common;
    return k;
}

static void note_common(struct tally *t, const struct prep_word *x, size_t nx, const struct prep_word *y, size_t ny)
{
    for (size_t i = 0; i < nx; i++)
        for (size_t j = 0; j < ny; j++)
            if (x[i].is_common && x[i].hash == y[j].hash) {
                note(t, EV_NAME_COMMON);
                return;
            }
}

/* Pairs the most alike words first, wherever they stand: family names change place. */
static void note_names(struct tally *t, const struct prep_word *x, size_t nx, const struct prep_word *y, size_t ny)
{
    size_t tx = telling(x, nx), ty = telling(y, ny);
    bool all_count = tx == 0 || ty == 0;        /* a name of common words alone has to do with them */
    size_t left_x = all_count ? nx : tx, left_y = all_count ? ny : ty, noted = 0;
    double like[PREP_WORDS][PREP_WORDS];
    bool used_x[PREP_WORDS] = { 0 }, used_y[PREP_WORDS] = { 0 };

    for (size_t i = 0; i < nx; i++)
        for (size_t j = 0; j < ny; j++)
            like[i][j] = all_count || (!x[i].is_common && !y[j].is_common) ? word_likeness(&x[i], &y[j]) : -1;
    for (; left_x && left_y; left_x--, left_y--) {
        size_t bi = 0, bj = 0;
        double best = -2;
        for (size_t i = 0; i < nx; i++)
            for (size_t j = 0; j < ny; j++)
                if (!used_x[i] && !used_y[j] && like[i][j] > best) {
                    best = like[i][j];
                    bi = i;
                    bj = j;
                }
        used_x[bi] = used_y[bj] = true;
        if (noted++ < NAMES_MAX)
            note_word(t, &x[bi], &y[bj], best);
    }
    if (left_x + left_y && noted < NAMES_MAX)
        note(t, EV_NAME_ALONE);
    if (!all_count)
        note_common(t, x, nx, y, ny);
}

/* Latin, Arabic, Devanagari, Bengali: blocks of 256 or 128 letters tell them apart. */
static int script_of(const struct prep_word *w)
{
    uint16_t c = w->n ? w->letter[0] : 0;
    return c < 0x250 ? 0 : c < 0x600 ? 1 : c < 0x800 ? 2 : c >> 7;
}

static void compare_names(struct tally *t, const struct prep_word *x, size_t nx, uint32_t all_x,
                          const struct prep_word *y, size_t ny, uint32_t all_y)
{
    if (!nx || !ny || script_of(&x[0]) != script_of(&y[0]))
        return;                                 /* Rahim and রহিম may be one: the letters cannot say */
    if (all_x == all_y && nx != ny) {           /* written together here, apart there */
        note(t, EV_NAME_EXACT);
        note(t, EV_NAME_EXACT);
        return;
    }
    note_names(t, x, nx, y, ny);
}

/* ── the other fields ────────────────────────────────────────────────────── */

static int digits_apart(int32_t x, int32_t y)
{
    int n = 0;
    for (; x || y; x /= 10, y /= 10)
        n += x % 10 != y % 10;
    return n;
}

/* One digit wrong, two exchanged, or day and month in the other order. */
static bool birth_is_near(int32_t x, int32_t y)
{
    int apart = digits_apart(x, y);
    if (apart <= 1)
        return true;
    int32_t swapped = x / 10000 * 10000 + x % 100 * 100 + x / 100 % 100;
    if (swapped == y)
        return true;
    for (int32_t place = 1; apart == 2 && place < 10000000; place *= 10) {
        int32_t low = x / place % 10, high = x / place / 10 % 10;
        if (x - low * place - high * place * 10 + high * place + low * place * 10 == y)
            return true;
    }
    return false;
}

/* Shares of common letter pairs, 0..1. */
static double dice(const uint16_t *x, size_t nx, const uint16_t *y, size_t ny)
{
    size_t same = 0;

    for (size_t i = 0, j = 0; i < nx && j < ny;) {
        if (x[i] == y[j]) {
            same++;
            i++;
            j++;
        } else if (x[i] < y[j]) {
            i++;
        } else {
            j++;
        }
    }
    return 2 * (double)same / (double)(nx + ny);
}

static void compare_address(struct tally *t, const struct prep *x, const struct prep *y)
{
    if (x->ngram > 3 && y->ngram > 3) {
        double d = dice(x->gram, x->ngram, y->gram, y->ngram);
        note(t, d >= 0.95 ? EV_ADDRESS_SAME : d >= 0.75 ? EV_ADDRESS_CLOSE : d >= 0.5 ? EV_ADDRESS_SIMILAR
                : d >= 0.3 ? EV_ADDRESS_SOME : EV_ADDRESS_DIFFERENT);
    }
    if (x->nnumber && y->nnumber) {
        bool same = false;
        for (size_t i = 0; i < x->nnumber; i++)
            for (size_t j = 0; j < y->nnumber; j++)
                same |= x->number[i] == y->number[j];
        note(t, same ? EV_NUMBER_SAME : EV_NUMBER_DIFFERENT);
    }
}

static bool postcode_is_near(const struct prep *x, const struct prep *y)
{
    int apart = 0;
    if (x->npostcode != y->npostcode)
        return false;
    size_t first = 0, last = 0;
    for (size_t i = 0; i < x->npostcode; i++)
        if (x->postcode[i] != y->postcode[i]) {
            first = apart++ ? first : i;
            last = i;
        }
    return apart == 1 || (apart == 2 && last == first + 1 && x->postcode[first] == y->postcode[last]
                          && x->postcode[last] == y->postcode[first]);
}

static void compare_region(struct tally *t, const struct prep *x, const struct prep *y)
{
    if (x->npostcode && y->npostcode) {
        bool same = x->npostcode == y->npostcode && !memcmp(x->postcode, y->postcode, x->npostcode);
        note(t, same ? EV_POSTCODE_SAME : postcode_is_near(x, y) ? EV_POSTCODE_NEAR : EV_POSTCODE_DIFFERENT);
    }
    if (x->region && y->region)
        note(t, x->region == y->region ? EV_REGION_SAME : EV_REGION_DIFFERENT);
    if (x->ncity && y->ncity) {
        bool same = x->ncity == y->ncity && !memcmp(x->city, y->city, x->ncity * sizeof *x->city);
        double like = same ? 1 : jaro_winkler(x->city, x->ncity, y->city, y->ncity);
        note(t, same ? EV_CITY_SAME : like >= 0.85 ? EV_CITY_SIMILAR : EV_CITY_DIFFERENT);
    }
}

/* All of the place; its parts depend on each other, so the sum has a ceiling. */
static void compare_place(struct tally *t, const struct prep *x, const struct prep *y)
{
    double before = t->odds;

    compare_region(t, x, y);
    compare_address(t, x, y);
    bool is_birthday = x->birth_days && x->birth_days == y->birth_days;         /* which a family does not share */
    if (!is_birthday && t->odds > before + t->place_max)
        t->odds = before + t->place_max;
}

static void compare_keys(struct tally *t, const struct prep *x, const struct prep *y)
{
    if (x->birth_days && y->birth_days)
        note(t, x->birth_days == y->birth_days ? EV_BIRTH_SAME
                : birth_is_near(x->birth_digits, y->birth_digits) ? EV_BIRTH_NEAR : EV_BIRTH_DIFFERENT);
    if (x->phone && y->phone)
        note(t, x->phone == y->phone ? EV_PHONE_SAME : EV_PHONE_DIFFERENT);
    if (x->email && y->email)
        note(t, x->email == y->email ? EV_EMAIL_SAME
                : x->email_local == y->email_local ? EV_EMAIL_LOCAL : EV_EMAIL_DIFFERENT);
    if (x->domain && y->domain)
        note(t, x->domain == y->domain ? EV_DOMAIN_SAME : EV_DOMAIN_DIFFERENT);
}

static void compare_employer(struct tally *t, const struct prep *x, const struct prep *y)
{
    if (!x->ncompany || !y->ncompany)
        return;
    bool shares = false;
    for (size_t i = 0; i < x->ncompany; i++)
        for (size_t j = 0; j < y->ncompany; j++)
            shares |= !x->company[i].is_common && x->company[i].skeleton == y->company[j].skeleton;
    note(t, x->company_all == y->company_all ? EV_COMPANY_SAME : shares ? EV_COMPANY_SIMILAR : EV_COMPANY_DIFFERENT);
}

/* ── the sum ─────────────────────────────────────────────────────────────── */

enum { PLACE_MOST = 12 };                       /* more than the place can ever weigh */

/* The most the names can still add. */
static double names_most(const struct tally *t, size_t nx, size_t ny)
{
    size_t n = nx < ny ? nx : ny;
    n = nx != ny && n < 2 ? 2 : n < NAMES_MAX ? n : NAMES_MAX;
    return (double)n * t->of[EV_NAME_EXACT] + t->of[EV_NAME_COMMON];
}

static double weigh_person(struct tally *t, const struct prep *x, const struct prep *y, double enough)
{
    double names = names_most(t, x->nname, y->nname);

    compare_keys(t, x, y);
    compare_employer(t, x, y);
    if (t->odds + PLACE_MOST + names < enough)
        return t->odds;
    compare_place(t, x, y);
    if (t->odds + names >= enough)
        compare_names(t, x->name, x->nname, x->name_all, y->name, y->nname, y->name_all);
    return t->odds;
}

static double weigh_company(struct tally *t, const struct prep *x, const struct prep *y, double enough)
{
    double names = names_most(t, x->ncompany, y->ncompany);

    compare_keys(t, x, y);
    if (x->company_all && x->company_all == y->company_all)
        note(t, EV_COMPANY_SAME);
    if (t->odds + PLACE_MOST + names < enough)
        return t->odds;
    compare_place(t, x, y);
    if (t->odds + names >= enough)
        compare_names(t, x->company, x->ncompany, x->company_all, y->company, y->ncompany, y->company_all);
    return t->odds;
}

/* The cheap fields first; the dear ones only while they can still decide. */
static double weigh(struct tally *t, const struct prep *x, const struct prep *y, bool is_company, double enough)
{
    return (is_company ? weigh_company : weigh_person)(t, x, y, enough);
}

double prep_odds_of(const struct prep *x, const struct prep *y, bool is_company, double enough)
{
    const struct weights *w = is_company ? &company : &person;
    struct tally t = { .of = w->of, .odds = w->prior, .place_max = w->place_max };
    return weigh(&t, x, y, is_company, enough);
}

void prep_evidence(const struct prep *x, const struct prep *y, bool is_company, int found[EV_COUNT])
{
    const struct weights *w = is_company ? &company : &person;
    struct tally t = { .of = w->of, .place_max = w->place_max, .found = found };
    memset(found, 0, EV_COUNT * sizeof *found);
    weigh(&t, x, y, is_company, -INFINITY);
}

double prep_likeness(double odds) { return 1 / (1 + exp(-odds)); }
double prep_odds(double likeness) { return log(likeness / (1 - likeness)); }
