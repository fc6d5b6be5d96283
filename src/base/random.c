/* random.c - getrandom, and xoshiro256** (Blackman, Vigna 2018) seeded by splitmix64. */
#include "base/random.h"
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *out, size_t n)
{
    for (char *p = out; n > 0;) {
        ssize_t got = getrandom(p, n, 0);
        if (got <= 0)
            abort();
        p += got;
        n -= (size_t)got;
    }
}

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct seeded seeded_from(uint64_t seed)
{
    struct seeded r;
    for (int i = 0; i < 4; i++)
        r.s[i] = splitmix(&seed);
    return r;
}

static uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

uint64_t seeded_next(struct seeded *r)
{
    uint64_t *s = r->s, out = rotl(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotl(s[3], 45);
    return out;
}

int64_t seeded_below(struct seeded *r, int64_t n) { return (int64_t)(seeded_next(r) % (uint64_t)n); }

double seeded_unit(struct seeded *r) { return (double)(seeded_next(r) >> 11) * 0x1p-53; }
