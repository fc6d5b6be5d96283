/* match_prep.h - private to match*.c: an item made ready for comparing.
 *
 * Folding costs more than comparing, so it is done once an item: words as
 * 16-bit letters (a Bengali letter is three bytes of UTF-8, which would make
 * everything look alike), their hashes and skeletons, the letter pairs of the address.
 */
#pragma once
#include "record/match.h"

enum { PREP_WORDS = 8, PREP_LETTERS = 24, PREP_GRAMS = 60, PREP_NUMBERS = 4, PREP_BLOCKS = 16 };

struct prep_word {
    uint32_t hash, skeleton, kinds;             /* skeleton: letters that survive spelling; kinds: a bit per letter */
    uint8_t n; bool is_common, is_family, has_digit;
    const uint16_t *letter;
};
struct prep {
    struct prep_word *name, *company;
    uint16_t *gram;                             /* sorted pairs of letters of the address */
    uint8_t nname, ncompany, ngram, nnumber, ncity;
    uint16_t number[PREP_NUMBERS];              /* house, flat: hashes */
    uint32_t name_all, company_all, email, email_local, phone, domain, region;
    const uint16_t *city;
    uint8_t npostcode; char postcode[11];
    int64_t birth_days; int32_t birth_digits;   /* yyyymmdd */
};

void prep_item(struct arena *a, struct arena scratch, const struct match_item *it, bool is_company, struct prep *out);
uint32_t prep_hash(str s);                      /* 0 only for the empty text */
str prep_skeleton(struct arena *a, str folded_word);
/* Log of how much likelier these two are one than two; `enough`: stop once it cannot be reached. */
double prep_odds_of(const struct prep *x, const struct prep *y, bool is_company, double enough);
/* Hashes of the blocks an item belongs to. */
size_t prep_blocks(const struct prep *p, bool is_company, uint32_t out[PREP_BLOCKS]);

/* Levels found when comparing two items: what the weights are given to. */
enum evidence {
    EV_NAME_EXACT, EV_NAME_CLOSE, EV_NAME_SIMILAR, EV_NAME_INITIAL, EV_NAME_COMMON, EV_NAME_DIFFERENT, EV_FAMILY_DIFFERENT, EV_NAME_ALONE,
    EV_BIRTH_SAME, EV_BIRTH_NEAR, EV_BIRTH_DIFFERENT,
    EV_ADDRESS_SAME, EV_ADDRESS_CLOSE, EV_ADDRESS_SIMILAR, EV_ADDRESS_SOME, EV_ADDRESS_DIFFERENT,
    EV_NUMBER_SAME, EV_NUMBER_DIFFERENT,
    EV_POSTCODE_SAME, EV_POSTCODE_NEAR, EV_POSTCODE_DIFFERENT,
    EV_CITY_SAME, EV_CITY_SIMILAR, EV_CITY_DIFFERENT,
    EV_REGION_SAME, EV_REGION_DIFFERENT,
    EV_PHONE_SAME, EV_PHONE_DIFFERENT,
    EV_EMAIL_SAME, EV_EMAIL_LOCAL, EV_EMAIL_DIFFERENT,
    EV_COMPANY_SAME, EV_COMPANY_SIMILAR, EV_COMPANY_DIFFERENT,
    EV_DOMAIN_SAME, EV_DOMAIN_DIFFERENT,
    EV_COUNT
};
/* How often each was found; for fitting the weights and for telling a person why. */
void prep_evidence(const struct prep *x, const struct prep *y, bool is_company, int found[EV_COUNT]);
double prep_likeness(double odds);             /* 0..1 */
double prep_odds(double likeness);
