/* fold_indic.c - spellings that Bengali and Hindi readers take for one another.
 *
 * Long and short vowels, the three s, the two n, nasal signs, silent joined
 * letters: names are written either way, so a search must find both. The rules
 * are those known from the literature on these languages' search; Lucene's facts
 * are the test.
 */
#include "lang/fold.h"
#include <stdbool.h>

enum {
    BN_CHANDRABINDU = 0x981, BN_ANUSVARA = 0x982, BN_VISARGA = 0x983, BN_KA = 0x995, BN_KHA = 0x996,
    BN_NGA = 0x999, BN_DDA = 0x9A1, BN_DDHA = 0x9A2, BN_NNA = 0x9A3, BN_TA = 0x9A4, BN_NA = 0x9A8,
    BN_BA = 0x9AC, BN_YA = 0x9AF, BN_RA = 0x9B0, BN_SHA = 0x9B6, BN_SSA = 0x9B7, BN_SA = 0x9B8,
    BN_HA = 0x9B9, BN_NUKTA = 0x9BC, BN_AA_SIGN = 0x9BE, BN_E_SIGN = 0x9C7, BN_HASANTA = 0x9CD, BN_YYA = 0x9DF,
};

static uint32_t bengali_letter(uint32_t c)
{
    switch (c) {
    case 0x988: return 0x987;                           /* ঈ ই */
    case 0x98A: return 0x989;                           /* ঊ উ */
    case 0x9C0: return 0x9BF;                           /* ী ি */
    case 0x9C2: return 0x9C1;                           /* ূ ু */
    case BN_NGA: return BN_ANUSVARA;
    case BN_NNA: return BN_NA;
    case BN_SHA: case BN_SSA: return BN_SA;
    case 0x9CE: return BN_TA;                           /* ৎ */
    }
    return c;
}

/* Puts ড়, ঢ়, য়, ো, ৌ together again, whichever way they were typed. */
static size_t bengali_compose(uint32_t *w, size_t n)
{
    size_t o = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t last = o ? w[o - 1] : 0;
        if (w[i] == BN_NUKTA && o)
            w[o - 1] = last == BN_DDA || last == BN_DDHA ? BN_RA : last == BN_YA ? BN_YYA : last;
        else if (last == BN_E_SIGN && (w[i] == BN_AA_SIGN || w[i] == 0x9D7))
            w[o - 1] = w[i] == BN_AA_SIGN ? 0x9CB : 0x9CC;
        else if (w[i] != BN_NUKTA)
            w[o++] = w[i];
    }
    return o;
}

/* A hasanta at w[i] and the letter joined by it; gives how many letters were used. */
static size_t bengali_joined(const uint32_t *w, size_t n, size_t i, uint32_t *out, size_t *o)
{
    uint32_t next = i + 1 < n ? w[i + 1] : 0;

    if (next == BN_YA && i == 1) {                      /* ব্যা is spoken বে */
        out[(*o)++] = BN_E_SIGN;
        return i + 2 < n && w[i + 2] == BN_AA_SIGN ? 3 : 2;
    }
    if (next == BN_YA || (next == BN_BA && (i < 2 || w[i - 2] == BN_HASANTA)))
        return 2;                                       /* silent */
    if (next == BN_BA && *o) {                          /* doubles the letter before */
        out[*o] = out[*o - 1];
        ++*o;
        return 2;
    }
    if (next == BN_SSA && *o && out[*o - 1] == BN_KA) { /* ক্ষ */
        if (i == 1)
            --*o;
        out[(*o)++] = BN_KHA;
        return 2;
    }
    out[(*o)++] = BN_HASANTA;
    return 1;
}

static size_t bengali_visarga(const uint32_t *w, size_t n, size_t i, uint32_t *out, size_t *o)
{
    if (i + 1 < n)
        out[(*o)++] = bengali_letter(w[i + 1]);         /* doubles the letter after */
    else if (n <= 3)
        out[(*o)++] = BN_HA;
    return 1;
}

size_t fold_bengali(uint32_t *w, size_t n, uint32_t *out)
{
    size_t o = 0;

    n = bengali_compose(w, n);
    for (size_t i = 0; i < n;) {
        if (w[i] == BN_HASANTA)
            i += bengali_joined(w, n, i, out, &o);
        else if (w[i] == BN_VISARGA)
            i += bengali_visarga(w, n, i, out, &o);
        else if (w[i] == BN_CHANDRABINDU)
            i++;
        else
            out[o++] = bengali_letter(w[i++]);
    }
    return o;
}

static uint32_t hindi_letter(uint32_t c)
{
    switch (c) {
    case 0x901: return 0x902;                           /* ँ ं */
    case 0x906: return 0x905;                           /* आ अ */
    case 0x908: return 0x907;                           /* ई इ */
    case 0x90A: return 0x909;                           /* ऊ उ */
    case 0x960: return 0x90B;                           /* ॠ ऋ */
    case 0x961: return 0x90C;                           /* ॡ ऌ */
    case 0x90D: case 0x90E: case 0x910: return 0x90F;   /* ए */
    case 0x911: case 0x912: case 0x914: return 0x913;   /* ओ */
    case 0x940: return 0x93F;                           /* ी ि */
    case 0x942: return 0x941;                           /* ू ु */
    case 0x944: return 0x943;                           /* ॄ ृ */
    case 0x963: return 0x962;                           /* ॣ ॢ */
    case 0x945: case 0x946: case 0x948: return 0x947;   /* े */
    case 0x949: case 0x94A: case 0x94C: return 0x94B;   /* ो */
    }
    return c;
}

size_t fold_hindi(const uint32_t *w, size_t n, uint32_t *out)
{
    enum { NA = 0x928, ANUSVARA = 0x902, NUKTA = 0x93C, VIRAMA = 0x94D };
    size_t o = 0;

    for (size_t i = 0; i < n; i++) {
        if (w[i] == NUKTA || w[i] == VIRAMA)
            continue;
        size_t next = i + 1;
        while (next < n && w[next] == NUKTA)
            next++;
        bool nasal = w[i] == NA && next < n && w[next] == VIRAMA;
        out[o++] = nasal ? (uint32_t)ANUSVARA : hindi_letter(w[i]);
    }
    return o;
}
