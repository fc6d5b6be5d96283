/* words.h - what the people of the demo are called and what they write, one table a language.
 *
 * All of it is made up. Texts may hold {p}, the product they speak of, and {n}, a small number.
 * `latin` makes addresses and domains: small letters only. Rows are drawn by number: a row added
 * in the middle gives another company for the same seed.
 */
#pragma once
#include "lang/lang.h"

struct demo_name { const char *text, *latin; };
struct demo_trade { const char *text, *latin, *industry; };     /* second half of a company's name */
struct demo_texts { const char *const *v; size_t n; };
#define TEXTS(a) { (a), countof(a) }

struct demo_words {
    const struct demo_name *first, *last, *firm; size_t nfirst, nlast, nfirm;
    const struct demo_trade *trade; size_t ntrade;
    struct demo_texts cities, heads, staff;                     /* job titles that decide, and others */
    struct demo_texts interests, asks;                          /* titles of leads; what the form said */
    struct demo_texts reached, missed;                          /* notes of calls */
    struct demo_texts notes, meetings, minutes, places;
    struct demo_texts tasks;                                    /* begin with the kind: "call:..." */
    struct demo_texts needs, budgets, authorities, timings;
    struct demo_texts returned[7];                              /* in the order of the lead's reasons */
    struct demo_texts lost, won, steps, projects;               /* projects: names of deals */
    struct demo_texts mine, weekly;                             /* tasks and a meeting of who signs in */
};
const struct demo_words *demo_words(enum lang l);
extern const struct demo_words demo_words_bn, demo_words_hi, demo_words_fa, demo_words_en;
