/* credit.h - private to insight/: won revenue shared among campaigns, sources, channels and sides. */
#pragma once
#include "insight/attribution.h"
#include "insight/report.h"

enum credit_by { CREDIT_CAMPAIGN, CREDIT_SOURCE, CREDIT_CHANNEL, CREDIT_SIDE, CREDIT_BY };

/* key: id of the campaign, place of the choice; CREDIT_NONE: not told. Each dimension sums to `won`. */
#define CREDIT_NONE (-1)
struct credit_row { int64_t key, deals, seen, by[ATTRIBUTE_SHOWN]; };   /* seen: the last deal counted */
struct credit {
    struct credit_row *row[CREDIT_BY]; size_t n[CREDIT_BY], cap[CREDIT_BY];
    int64_t won, deals, touched, cut;           /* touched: deals with a touch; cut: with more than TOUCHES_MAX */
};
/* Of the won deals that the filter (query language) finds. */
__attribute__((warn_unused_result))
bool credit_read(struct ctx *c, str filter, struct credit *out, struct err *e);
