/* parse_tokens.c - typed text to numbers, words and signs. */
#include "lang/parse.h"
#include "base/log.h"
#include "base/utf8.h"
#include <pthread.h>
#include <stdlib.h>
#include <unicode/uchar.h>

/* Of each thread that ever reads a typed text. Not on the stack: the sanitizer's marks of an arena would outlive the
 * function. Nor _Thread_local: every thread would pay for it, whatever it does. */
static pthread_key_t room_of;
static void make_key(void)
{
    if (pthread_key_create(&room_of, free) != 0)
        die("parse: no key");
}

struct arena parse_scratch(void)
{
    enum { ROOM = 1 << 15 };
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_key);
    char *room = pthread_getspecific(room_of);
    if (!room && (!(room = malloc(ROOM)) || pthread_setspecific(room_of, room) != 0))
        die("parse: out of memory");
    return (struct arena){ room, room + ROOM, room };
}

static bool is_space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0xA0 || c == 0x2009 || c == 0x202F;
}

/* The ASCII form of a sign, 0: invisible, -1: part of a word. */
static int sign_of(uint32_t c)
{
    switch (c) {
    case 0x066C: case 0x060C: return ',';               /* ٬ ، */
    case 0x066B: return '.';                            /* ٫ */
    case 0x2212: case 0x2013: return '-';
    case 0x200E: case 0x200F: case 0x2068: case 0x2069: case 0x061C: case 0x202A: case 0x202C: return 0;
    case '\'': case 0x2019: return -1;
    }
    return c < 0x80 && !((c | 32) - 'a' < 26) && !(c - '0' < 10) ? (int)c : -1;
}

static int digit_of(uint32_t c)
{
    if (c < 0x80)
        return c - '0' < 10 ? (int)(c - '0') : -1;
    return u_charType((UChar32)c) == U_DECIMAL_DIGIT_NUMBER ? (int)u_charDigitValue((UChar32)c) : -1;
}

static void number_token(struct token *t, str *s, uint32_t first)
{
    t->kind = TOKEN_NUMBER;
    t->persian = first >= 0x660 && first <= 0x6F9;
    t->n = digit_of(first);
    t->digits = 1;
    for (str ahead = *s; ahead.n; *s = ahead) {
        int d = digit_of(utf8_next(&ahead));
        if (d < 0)
            return;
        t->digits++;
        t->big |= __builtin_mul_overflow(t->n, 10, &t->n) || __builtin_add_overflow(t->n, d, &t->n);
        if (t->big)
            t->n = INT64_MAX;
    }
}

/* Takes the letters off *s that follow `from`; false: longer than any word we know. */
static bool word_token(struct token *t, str *s, const char *from)
{
    struct arena a = parse_scratch();

    for (str ahead = *s; ahead.n; *s = ahead) {
        uint32_t c = utf8_next(&ahead);
        if (is_space(c) || sign_of(c) > 0 || digit_of(c) >= 0)
            break;
    }
    str raw = { from, (size_t)(s->p - from) };
    if (raw.n > 120)
        return false;
    str w = fold(&a, raw);
    t->kind = TOKEN_WORD;
    if (w.n >= sizeof t->word)
        return false;
    if (w.n)
        memcpy(t->word, w.p, w.n);
    t->word[w.n] = '\0';
    return true;
}

bool tokens_of(str s, struct tokens *out)
{
    *out = (struct tokens){ 0 };
    if (s.n > INPUT_MAX || !utf8_valid(s))
        return false;
    while (s.n) {
        const char *from = s.p;
        struct token *t = &out->v[out->n];
        uint32_t c = utf8_next(&s);
        int sign = sign_of(c);

        if (is_space(c) || sign == 0)
            continue;
        if (out->n == TOKENS_MAX)
            return false;
        out->n++;
        if (digit_of(c) >= 0) {
            number_token(t, &s, c);
        } else if (sign > 0) {
            t->kind = TOKEN_SIGN;
            t->n = sign;
        } else if (!word_token(t, &s, from)) {
            return false;
        } else if (!t->word[0]) {                       /* a symbol such as ৳ stays itself */
            size_t n = (size_t)(s.p - from);
            n = n < sizeof t->word ? n : sizeof t->word - 1;
            memcpy(t->word, from, n);
            t->word[n] = '\0';
        }
    }
    return true;
}

bool word_find(const struct word *table, size_t n, const char *word, int *value)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(table[i].word, word)) {
            *value = table[i].value;
            return true;
        }
    return false;
}
