/* agreed.h - what holds when the heads of both teams have signed it: whose signature counts, and where it stands.
 *
 * An entity of which that is true has the fields signed_sales_by, signed_sales_at, signed_marketing_by and
 * signed_marketing_at, all F_READONLY; whatever changes what was signed calls agreed_clear().
 */
#pragma once
#include "record/record.h"

enum side { SIDE_SALES, SIDE_MARKETING, SIDE_COUNT };
bool agreed_may_sign(const struct ctx *c, enum side side);
/* ERR_FORBIDDEN when the reader may not. */
__attribute__((warn_unused_result))
bool agreed_check(const struct ctx *c, enum side side, struct err *e);
bool agreed_has(const struct record *r, enum side side);
/* The signature of `by` goes on r, which is `now` about to be written. True: with it both have signed. */
bool agreed_put(struct record *r, const struct record *now, enum side side, int64_t by, int64_t at);
void agreed_clear(struct record *r);
/* Who signed, and when; an unset value and 0: nobody yet. */
struct val agreed_by(const struct record *r, enum side side);
int64_t agreed_at(const struct record *r, enum side side);
