/* random.h - bytes from the kernel, and a seeded sequence for demos and tests. */
#pragma once
#include <stddef.h>
#include <stdint.h>

void random_bytes(void *out, size_t n);         /* getrandom; aborts if the kernel has none */

struct seeded { uint64_t s[4]; };               /* xoshiro256**: never for secrets */
struct seeded seeded_from(uint64_t seed);
uint64_t seeded_next(struct seeded *r);
int64_t seeded_below(struct seeded *r, int64_t n);      /* 0 .. n-1, n > 0 */
double seeded_unit(struct seeded *r);                   /* 0 <= x < 1 */
