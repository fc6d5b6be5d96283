/* search_inside.h - what the index of the search box and its answers share. */
#pragma once
#include "record/search.h"
#include "record/sql.h"

bool search_has(const struct entity *en);                               /* are its records in the index? */
str search_word(struct arena *a, const struct entity *en);              /* names the entity in each of its documents */
str search_document(struct arena *a, const struct record *r);           /* the words of it, folded */
str search_subtitle(struct arena *a, const struct locale *loc, const struct record *r);
/* Digits as people write a telephone number are one word in the index, which begins with its country: the beginnings that
 * may be meant, a space between; empty: no number. */
str search_numbers(const struct ctx *c, str folded);
/* "SELECT id ..." of the documents with all words, or such a number, and one of `kinds` (search_word, a space between). */
void search_matches(struct sql *q, const struct ctx *c, str kinds, str folded);
