/* match_words.h - private to match*.c: words that names share without being alike.
 *
 * Titles, legal forms, the many spellings of Muhammad, words half of all
 * companies bear. The lists are written as people write them and folded once.
 */
#pragma once
#include "base/arena.h"

enum word_kind {
    WORD_TITLE,         /* before a person's name: says nothing */
    WORD_LEGAL_END,     /* legal form after a company's name */
    WORD_LEGAL_START,   /* before it: "M/s", "شرکت" */
    WORD_COMMON_NAME,   /* borne by so many that it tells nobody apart */
    WORD_COMMON_COMPANY,
    WORD_FREE_MAIL,     /* not folded: hosts */
    WORD_KIND_COUNT
};
/* Is `folded` (one word or several) in the list? */
bool word_is(enum word_kind kind, str folded);
/* The one spelling for a word with several: "md" -> "muhammad", "st" -> "street"; else itself. */
str word_person(str folded);
str word_address(str folded);
