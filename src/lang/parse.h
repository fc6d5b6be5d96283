/* parse.h - what the readers of numbers, dates and times share.
 *
 * Typed text becomes tokens once: numbers (any of the digit sets), words (folded,
 * so that spelling does not matter) and signs. No reader looks at bytes again.
 */
#pragma once
#include "base/err.h"
#include "lang/lang.h"

enum { TOKENS_MAX = 24, WORD_MAX = 40, INPUT_MAX = 200 };
struct token {
    enum { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_SIGN } kind;
    int64_t n;                      /* TOKEN_NUMBER: its value, saturated; TOKEN_SIGN: the ASCII sign */
    int digits;
    bool persian, big;              /* TOKEN_NUMBER: typed in Persian digits; past 63 bits */
    char word[WORD_MAX];            /* TOKEN_WORD: folded */
};
struct tokens { struct token v[TOKENS_MAX + 1]; int n; };   /* closed by TOKEN_END */

/* False when the text is longer or has more parts than anything that could be meant. */
bool tokens_of(str s, struct tokens *out);

/* A word of a table; tables hold folded words and a test checks that they are. */
struct word { const char *word; int value; };
bool word_find(const struct word *table, size_t n, const char *word, int *value);
#define word_in(table, w, value) word_find((table), countof(table), (w), (value))

/* The thread's small scratch memory: good until the next call; words and examples fit. */
struct arena parse_scratch(void);

bool parse_clock(const struct tokens *t, int *at, int64_t *us_of_day);
bool month_from_word(const char *word, enum calendar *c, int *month);      /* any of the languages */
bool date_from_tokens(const struct locale *loc, str typed, const struct tokens *t, int *at, int64_t today,
                      int64_t *days, struct err *e);
