/* match.c - the whole pass: blocks, pairs, each once.
 *
 * An item belongs to a handful of blocks (same phone, same birthday, same
 * skeletons of the name, ...); only items of one block are compared. A block of
 * BLOCK_FULL or fewer is compared pair by pair. A bigger one (ten thousand
 * "Md. Rahman") is sorted by name and each item compared with its WINDOW
 * neighbours, so the work stays proportional to the items, whatever they are.
 *
 * Memory: about 460 bytes an item, block entries included, in the caller's arena.
 */
#include "record/match.h"
#include <math.h>
#include <stdlib.h>
#include "record/match_prep.h"

enum { BLOCK_FULL = 40, WINDOW = 12, SCRATCH = 64 * 1024 };

/* ── blocks ──────────────────────────────────────────────────────────────── */

struct blocks { uint32_t *out; size_t n; };

static void add(struct blocks *b, uint32_t kind, uint32_t x, uint32_t y)
{
    uint32_t h = kind * 2654435761u;

    h = (h ^ x) * 2246822519u;
    h = (h ^ h >> 15 ^ y) * 3266489917u;
    h ^= h >> 16;
    for (size_t i = 0; i < b->n; i++)
        if (b->out[i] == h)
            return;
    if (b->n < PREP_BLOCKS)
        b->out[b->n++] = h;
}

static uint32_t hash_bytes(const void *p, size_t n) { return prep_hash((str){ p, n }); }

/* The (at most two) words that tell most: not common, long before short. */
static size_t best_words(const struct prep_word *w, size_t n, const struct prep_word *out[2])
{
    size_t k = 0;

    for (int common = 0; common < 2 && k < 2; common++)
        for (size_t i = 0; i < n && k < 2; i++)
            if (w[i].is_common == common && (w[i].n > 1 || n == 1))
                out[k++] = &w[i];
    return k;
}

static void person_blocks(struct blocks *b, const struct prep *p)
{
    const struct prep_word *w[2];
    size_t n = best_words(p->name, p->nname, w);
    uint32_t postcode = hash_bytes(p->postcode, p->npostcode), year = (uint32_t)(p->birth_digits / 10000);
    uint32_t city = p->ncity ? hash_bytes(p->city, p->ncity * sizeof *p->city) : 0;

    if (p->birth_days)
        add(b, 'b', (uint32_t)p->birth_digits, 0);
    if (n == 2) {
        uint32_t x = w[0]->skeleton, y = w[1]->skeleton;
        add(b, 'n', x < y ? x : y, x < y ? y : x);
    }
    if (year && (postcode || city))
        add(b, 'Y', year, postcode ? postcode : city);
    if (p->name_all)
        add(b, 'a', p->name_all, 0);            /* also when written together */
    for (size_t i = 0; i < n; i++) {
        if (postcode)
            add(b, 'z', w[i]->skeleton, postcode);
        else if (city)
            add(b, 'c', w[i]->skeleton, city);
        if (year)
            add(b, 'y', w[i]->skeleton, year);
        if (p->company_all)
            add(b, 'w', w[i]->skeleton, p->company_all);
    }
}

static void company_blocks(struct blocks *b, const struct prep *p)
{
    const struct prep_word *w[2];
    size_t n = best_words(p->company, p->ncompany, w);

    if (p->company_all)
        add(b, 'A', p->company_all, 0);
    if (n == 2) {
        uint32_t x = w[0]->skeleton, y = w[1]->skeleton;
        add(b, 'N', x < y ? x : y, x < y ? y : x);
    }
    for (size_t i = 0; i < n; i++)
        add(b, 'W', w[i]->skeleton, 0);
    if (p->domain)
        add(b, 'd', p->domain, 0);
}

static void shared_blocks(struct blocks *b, const struct prep *p)
{
    uint32_t postcode = hash_bytes(p->postcode, p->npostcode);

    if (p->email)
        add(b, 'e', p->email, 0);
    if (p->phone)
        add(b, 'p', p->phone, 0);
    if (p->nnumber && p->ngram > 3) {           /* one door */
        if (postcode)
            add(b, 'h', p->number[0], postcode);
        else if (p->ncity)
            add(b, 'H', p->number[0], hash_bytes(p->city, p->ncity * sizeof *p->city));
    }
}

size_t prep_blocks(const struct prep *p, bool is_company, uint32_t out[PREP_BLOCKS])
{
    struct blocks b = { .out = out };

    shared_blocks(&b, p);
    (is_company ? company_blocks : person_blocks)(&b, p);
    return b.n;
}

/* ── two items ───────────────────────────────────────────────────────────── */

/* Cuts a scratch arena of its own from `a`. */
static struct arena part_of(struct arena *a)
{
    char *p = arena_new(a, char, SCRATCH);
    return (struct arena){ .at = p, .end = p + SCRATCH, .base = p };
}

static double likeness(const struct match_item *x, const struct match_item *y, bool is_company, struct arena a)
{
    struct arena scratch = part_of(&a);
    struct prep px, py;

    prep_item(&a, scratch, x, is_company, &px);
    prep_item(&a, scratch, y, is_company, &py);
    return prep_likeness(prep_odds_of(&px, &py, is_company, -INFINITY));
}

double match_person(const struct match_item *x, const struct match_item *y, struct arena scratch)
{
    return likeness(x, y, false, scratch);
}

double match_company(const struct match_item *x, const struct match_item *y, struct arena scratch)
{
    return likeness(x, y, true, scratch);
}

size_t match_blocks(struct arena *a, const struct match_item *it, str *out, size_t max)
{
    struct arena scratch = arena_open(1 << 20), inner = part_of(&scratch);
    bool is_person = it->given.n || it->family.n || it->birth_days || (it->name.n && it->company.n);
    uint32_t hash[PREP_BLOCKS];
    struct prep p;

    prep_item(&scratch, inner, it, !is_person, &p);
    size_t n = prep_blocks(&p, !is_person, hash);
    for (size_t i = 0; i < n && i < max; i++)
        out[i] = arena_fmt(a, "%08x", hash[i]);
    arena_close(&scratch);
    return n < max ? n : max;
}

/* ── all of them ─────────────────────────────────────────────────────────── */

struct pass {
    const struct match_item *item;
    const struct prep *prep;
    bool is_company;
    double enough;
    struct match_pair *pair; size_t npairs, cap;
};

static bool keep(struct pass *p, uint32_t i, uint32_t j, double odds)
{
    if (p->npairs == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 1024;
        struct match_pair *more = realloc(p->pair, cap * sizeof *more);
        if (!more)
            return false;
        p->pair = more;
        p->cap = cap;
    }
    int64_t a = p->item[i].id, b = p->item[j].id;
    p->pair[p->npairs++] = (struct match_pair){ a < b ? a : b, a < b ? b : a, prep_likeness(odds) };
    return true;
}

static bool compare(struct pass *p, uint32_t i, uint32_t j)
{
    const struct prep *x = &p->prep[i], *y = &p->prep[j];
    double odds = prep_odds_of(x, y, p->is_company, p->enough);
    return odds < p->enough || keep(p, i, j, odds);
}

/* qsort hands no context: the pass sorts under this thread's pointer. */
static _Thread_local const struct pass *sorting;

static int by_name(const void *x, const void *y)
{
    const struct prep *a = &sorting->prep[*(const uint64_t *)x & 0xFFFFFFFF], *b = &sorting->prep[*(const uint64_t *)y & 0xFFFFFFFF];
    const struct prep_word *wa = sorting->is_company ? a->company : a->name, *wb = sorting->is_company ? b->company : b->name;
    size_t na = sorting->is_company ? a->ncompany : a->nname, nb = sorting->is_company ? b->ncompany : b->nname;

    for (size_t i = 0; i < na && i < nb; i++)
        for (size_t k = 0; k < wa[i].n || k < wb[i].n; k++) {
            int ca = k < wa[i].n ? wa[i].letter[k] : 0, cb = k < wb[i].n ? wb[i].letter[k] : 0;
            if (ca != cb)
                return ca - cb;
        }
    return na != nb ? (na > nb) - (na < nb) : (a->phone > b->phone) - (a->phone < b->phone);
}

static bool compare_block(struct pass *p, uint64_t *entry, size_t n)
{
    size_t reach = n;

    if (n > BLOCK_FULL) {
        sorting = p;
        qsort(entry, n, sizeof *entry, by_name);
        reach = WINDOW;
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n && j - i <= reach; j++)
            if (!compare(p, (uint32_t)entry[i], (uint32_t)entry[j]))
                return false;
    return true;
}

static int by_number(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return (a > b) - (a < b);
}

static int by_ids(const void *x, const void *y)
{
    const struct match_pair *a = x, *b = y;
    return a->a != b->a ? (a->a > b->a) - (a->a < b->a) : (a->b > b->b) - (a->b < b->b);
}

static void take_pairs(struct arena *a, struct pass *p, struct match_pair **out, size_t *nout)
{
    struct match_pair *v = arena_new(a, struct match_pair, p->npairs);
    size_t n = 0;

    if (p->npairs)
        qsort(p->pair, p->npairs, sizeof *p->pair, by_ids);
    for (size_t i = 0; i < p->npairs; i++)
        if (n == 0 || by_ids(&v[n - 1], &p->pair[i]))
            v[n++] = p->pair[i];
    *out = v;
    *nout = n;
}

bool match_all(struct arena *a, const struct match_item *v, size_t n, bool is_company, double least,
               struct match_pair **out, size_t *nout, struct err *e)
{
    if (n > UINT32_MAX / PREP_BLOCKS)
        return fail(e, ERR_TOO_LARGE, 0, "%zu items", n);
    struct arena scratch = part_of(a);
    struct prep *prep = arena_new(a, struct prep, n);
    uint64_t *entry = arena_new(a, uint64_t, n * PREP_BLOCKS);
    size_t entries = 0;
    for (size_t i = 0; i < n; i++) {
        uint32_t hash[PREP_BLOCKS];
        prep_item(a, scratch, &v[i], is_company, &prep[i]);
        for (size_t k = 0, m = prep_blocks(&prep[i], is_company, hash); k < m; k++)
            entry[entries++] = (uint64_t)hash[k] << 32 | i;
    }
    if (entries)
        qsort(entry, entries, sizeof *entry, by_number);
    struct pass p = { .item = v, .prep = prep, .is_company = is_company, .enough = prep_odds(least) };
    bool ok = true;
    for (size_t from = 0, to; from < entries && ok; from = to) {
        for (to = from; to < entries && entry[to] >> 32 == entry[from] >> 32; to++)
            continue;
        ok = compare_block(&p, entry + from, to - from);
    }
    take_pairs(a, &p, out, nout);
    free(p.pair);
    return ok || fail(e, ERR_FULL, 0, "no memory for %zu pairs", p.npairs);
}
