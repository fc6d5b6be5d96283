/* id.h - names of records: 63-bit, time-ordered, minted by the program.
 *
 * 41 bits of milliseconds since 2020-01-01 UTC, then 22 random bits, made
 * strictly increasing within the process. Shown in base 32 (Crockford's
 * alphabet, lower case, 13 characters at most), read without regard to case.
 */
#pragma once
#include "base/arena.h"

enum { ID_TEXT_MAX = 13 };
int64_t id_mint(void);                          /* > 0, greater than every earlier one */
int64_t id_mint_at(int64_t instant_us);         /* as if minted then: demo data, imports */
/* From here on ids follow the clock that clock_set() moves and a seeded sequence: the same acts
 * give the same ids (demo). Nothing else may mint meanwhile. 0: as ever again. */
void id_replay(uint64_t seed);
str id_text(struct arena *a, int64_t id);       /* "1h2k3m" */
__attribute__((warn_unused_result)) bool id_parse(str s, int64_t *out);
