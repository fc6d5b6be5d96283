/* country_name.h - what countries are called: ISO 3166-1's two letters are kept, people read and type names.
 *
 * The names of the four languages are ICU's (CLDR's). Made once, when they are first asked for; every thread may ask.
 */
#pragma once
#include "lang/lang.h"

/* Two capital letters that a country has. */
bool country_is_code(str s);
/* What people who read `l` call it. `code` itself when no country has it. The text stays for good. */
str country_name(enum lang l, str code);
/* The country that a text means: its code ("BD", "bgd"), its name in any of the four languages, whoever writes, or
 * one that people use for it ("UK", "Holland", "অ্যামেরিকা"). In any case, spelling of letters and punctuation (fold()). */
bool country_read(struct arena *scratch, str text, char code[3]);
/* What is offered to choose from: the reader's own country, then all by name; `chosen` last when it is none. */
str *country_offers(struct arena *a, const struct locale *loc, str chosen, size_t *n);
