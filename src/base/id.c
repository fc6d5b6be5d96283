/* id.c - time-ordered identifiers. */
#include "base/id.h"
#include "base/clock.h"
#include "base/random.h"
#include <stdatomic.h>

enum { RANDOM_BITS = 22 };
static const int64_t epoch_us = 1577836800 * (int64_t)SECOND_US;       /* 2020-01-01 */
static const char alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";
static _Atomic int64_t last;
static struct seeded replay;
static bool is_replayed;

void id_replay(uint64_t seed)
{
    is_replayed = seed != 0;
    replay = seeded_from(seed);
    atomic_store(&last, 0);
}

static int64_t at_instant(int64_t us)
{
    uint32_t r;
    if (is_replayed)
        r = (uint32_t)seeded_next(&replay);
    else
        random_bytes(&r, sizeof r);
    int64_t ms = us > epoch_us ? (us - epoch_us) / 1000 : 0;
    return (ms << RANDOM_BITS | (r & ((1u << RANDOM_BITS) - 1))) + 1;
}

int64_t id_mint_at(int64_t instant_us) { return at_instant(instant_us); }

int64_t id_mint(void)
{
    int64_t id = at_instant(clock_now()), seen = atomic_load(&last);
    do {
        if (id <= seen)
            id = seen + 1;
    } while (!atomic_compare_exchange_weak(&last, &seen, id));
    return id;
}

str id_text(struct arena *a, int64_t id)
{
    char b[ID_TEXT_MAX];
    size_t at = sizeof b;
    uint64_t v = (uint64_t)id;

    do {
        b[--at] = alphabet[v & 31];
        v >>= 5;
    } while (v);
    return arena_str(a, (str){ b + at, sizeof b - at });
}

static int digit_of(char c)
{
    c = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    c = c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c;       /* as people misread them */
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

bool id_parse(str s, int64_t *out)
{
    uint64_t v = 0;
    if (s.n == 0 || s.n > ID_TEXT_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        int d = digit_of(s.p[i]);
        if (d < 0 || v >> 58)
            return false;
        v = v << 5 | (unsigned)d;
    }
    if (v == 0 || v > INT64_MAX)
        return false;
    *out = (int64_t)v;
    return true;
}
