/* match.h - duplicates: finding records that are the same person or company.
 *
 * Exact keys first (normalised e-mail, E.164 phone, domain, folded name without
 * legal forms), then fuzzy likeness of name, company, address within blocks.
 */
#pragma once
#include "lang/lang.h"

/* What is compared. Unknown parts are empty; dates 0. */
struct match_item {
    int64_t id;
    str name, given, family, company, email, phone, address, city, postcode, region, domain;
    int64_t birth_days;
};
struct match_pair { int64_t a, b; double likeness; };       /* 0..1 */

str match_email_key(struct arena *a, str email);            /* lower case, no plus part, gmail dots */
str match_phone_key(struct arena *a, str phone, const char *country);   /* E.164 or empty */
str match_company_key(struct arena *a, str name);           /* folded, without legal forms in four languages */
str match_domain_key(struct arena *a, str url_or_email);    /* registrable host; empty for free mail */
/* Blocking keys of an item: two items are compared when they share one. */
size_t match_blocks(struct arena *a, const struct match_item *it, str *out, size_t max);
double match_person(const struct match_item *x, const struct match_item *y, struct arena scratch);
double match_company(const struct match_item *x, const struct match_item *y, struct arena scratch);
enum { MATCH_SURE = 92, MATCH_LIKELY = 80 };                /* percent */
/* Whole pass over items: pairs at or above `least`, each once, memory bounded. */
bool match_all(struct arena *a, const struct match_item *v, size_t n, bool is_company, double least,
               struct match_pair **out, size_t *nout, struct err *e);
