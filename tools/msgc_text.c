/* msgc_text.c - compiles one text, and says what is wrong with it.
 *
 * The syntax is the small part of ICU's that people need: {name},
 * {n, plural, =0 {..} one {..} other {..}} with # for the number, and
 * {x, select, a {..} other {..}}. A brace that is meant is quoted: '{'.
 * The code it makes is described in src/lang/msg_table.h.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "msgc.h"

enum { OP_SLOT = 1, OP_COUNT = 2, OP_PLURAL = 3, OP_SELECT = 4, OP_SMALL = 5, DEPTH_MAX = 6 };

struct parse {
    struct msg *m;
    struct text *t;
    int lang, depth;
    const char *p;
    unsigned char *out;
    size_t n;
    bool slot_seen[SLOTS_MAX], bad;
};

static void wrong(struct parse *s, const char *what, const char *arg)
{
    if (!s->bad)                                    /* the first mistake explains the others */
        complain(s->t->at, "\"%s\" in %s: %s%s", s->m->key, lang_code[s->lang], what, arg);
    s->bad = true;
}

static void put(struct parse *s, unsigned c)
{
    if (s->n == TEXT_MAX)
        wrong(s, "the text is too long", "");
    else
        s->out[s->n++] = (unsigned char)c;
}

static void spaces(struct parse *s) { while (isspace((unsigned char)*s->p)) s->p++; }

static bool take(struct parse *s, char c)
{
    spaces(s);
    if (*s->p != c)
        return false;
    s->p++;
    return true;
}

/* A name of a slot or case: a-z, 0-9, _ and, for a case, a leading '='. */
static size_t word(struct parse *s, char out[64])
{
    size_t n = 0;
    spaces(s);
    if (*s->p == '=')
        out[n++] = *s->p++;
    while (n < 63 && (islower((unsigned char)*s->p) || isdigit((unsigned char)*s->p) || *s->p == '_'))
        out[n++] = *s->p++;
    out[n] = '\0';
    return n;
}

static int slot_index(struct parse *s, const char *name)
{
    struct msg *m = s->m;
    int i = 0;

    while (i < m->nslots && strcmp(m->slot[i], name))
        i++;
    if (i == m->nslots) {
        if (s->lang != 0)
            return wrong(s, "English has no slot ", name), 0;
        if (i == SLOTS_MAX)
            return wrong(s, "more slots than the limit allows: ", name), 0;
        m->slot[m->nslots++] = need(strdup(name));
    }
    s->slot_seen[i] = true;
    return i;
}

static void sequence(struct parse *s, bool in_plural);

/* One case: its key, its length, its code. */
static void one_case(struct parse *s, const char *key, bool in_plural)
{
    put(s, (unsigned)strlen(key));
    for (const char *k = key; *k; k++)
        put(s, (unsigned char)*k);
    size_t length_at = s->n;
    put(s, 0), put(s, 0);
    if (!take(s, '{'))
        wrong(s, "a { is missing after ", key);
    sequence(s, in_plural);
    if (*s->p != '}')
        wrong(s, "a } is missing in the case ", key);
    else
        s->p++;
    size_t n = s->n - length_at - 2;
    s->out[length_at] = (unsigned char)(n & 255);
    s->out[length_at + 1] = (unsigned char)(n >> 8);
}

static bool plural_key_known(const char *key)
{
    return !strcmp(key, "one") || !strcmp(key, "other")
        || (key[0] == '=' && key[1] && !key[1 + strspn(key + 1, "0123456789")]);
}

static void cases(struct parse *s, int slot, bool plural)
{
    bool has_one = false, has_other = false;
    char key[64];
    int n = 0;

    put(s, plural ? OP_PLURAL : OP_SELECT);
    put(s, (unsigned)slot + 1);
    size_t count_at = s->n;
    put(s, 0);
    if (++s->depth > DEPTH_MAX)
        wrong(s, "too many cases inside cases", "");
    while (!s->bad && word(s, key)) {
        if (plural && !plural_key_known(key))
            wrong(s, "a plural knows =NUMBER, one and other, not ", key);
        has_one |= !strcmp(key, "one");
        has_other |= !strcmp(key, "other");
        one_case(s, key, plural);
        n++;
    }
    s->depth--;
    if (!has_other)
        wrong(s, "the case `other` is missing for ", s->m->slot[slot]);
    if (plural && !has_one)                         /* all four languages tell one from many */
        wrong(s, "the case `one` is missing for ", s->m->slot[slot]);
    if (s->n > count_at)
        s->out[count_at] = (unsigned char)n;
}

static void slot(struct parse *s)
{
    char name[64], kind[64];

    if (!word(s, name) || name[0] == '=') {
        wrong(s, "a { is not followed by a slot's name (a literal brace is written '{')", "");
        return;
    }
    int i = slot_index(s, name);
    if (s->bad)
        return;
    if (take(s, '}')) {
        put(s, OP_SLOT);
        put(s, (unsigned)i + 1);
        return;
    }
    bool has_kind = take(s, ',') && word(s, kind);
    if (has_kind && !strcmp(kind, "small") && take(s, '}')) {
        put(s, OP_SMALL);
        put(s, (unsigned)i + 1);
        return;
    }
    if (!has_kind || !take(s, ',')) {
        wrong(s, "expected }, or \", small}\", \", plural,\" or \", select,\" after {", name);
        return;
    }
    if (strcmp(kind, "plural") && strcmp(kind, "select"))
        wrong(s, "neither plural nor select: ", kind);
    cases(s, i, !strcmp(kind, "plural"));
    if (!take(s, '}'))
        wrong(s, "a } is missing after the cases of ", name);
}

/* '{' and '}' in quotes are meant literally; any other apostrophe is one. */
static void quoted(struct parse *s)
{
    if (s->p[1] != '{' && s->p[1] != '}') {
        put(s, (unsigned char)*s->p++);
        return;
    }
    for (s->p++; *s->p && *s->p != '\''; s->p++)
        put(s, (unsigned char)*s->p);
    if (*s->p)
        s->p++;
    else
        wrong(s, "an apostrophe that quotes a brace is not closed", "");
}

static void sequence(struct parse *s, bool in_plural)
{
    while (!s->bad && *s->p && *s->p != '}') {
        if (*s->p == '\'')
            quoted(s);
        else if (*s->p == '{')
            s->p++, slot(s);
        else if (*s->p == '#' && in_plural)
            s->p++, put(s, OP_COUNT);
        else if ((unsigned char)*s->p < ' ' && *s->p != '\n')
            wrong(s, "a control character", "");
        else
            put(s, (unsigned char)*s->p++);
    }
}

/* ── what a native reader would stumble over ─────────────────────────────── */

/* A number in the middle of a native sentence; one beside Latin words is a sample of syntax. */
static bool digit_in_sentence(const char *from, const char *p)
{
    if (!isdigit((unsigned char)*p) || (p > from && isdigit((unsigned char)p[-1])))
        return false;
    const char *before = p, *after = p;
    while (before > from && before[-1] == ' ')
        before--;
    while (isdigit((unsigned char)*after) || *after == ' ')
        after++;
    return before > from && (unsigned char)before[-1] >= 0x80 && (unsigned char)*after >= 0x80;
}

static void lint(struct parse *s)
{
    const char *t = s->t->source;
    size_t n = strlen(t);
    static const struct { const char *bad, *why; } persian[] = {
        { "\xD9\x8A", "Arabic yeh: write \xDB\x8C (U+06CC)" },
        { "\xD9\x83", "Arabic kaf: write \xDA\xA9 (U+06A9)" },
        { "\xD9\xA0", "Arabic-Indic digit: use a slot or Persian digits" },
        { "\xD9\xA4", "Arabic-Indic digit: use a slot or Persian digits" },
        { "\xD9\xA5", "Arabic-Indic digit: use a slot or Persian digits" },
        { "\xD9\xA6", "Arabic-Indic digit: use a slot or Persian digits" },
        { "? ", "ASCII question mark: write \xD8\x9F" },
    };

    if (n && (isspace((unsigned char)t[0]) || isspace((unsigned char)t[n - 1])))
        wrong(s, "a space at its beginning or end", "");
    if (strstr(t, "  "))
        wrong(s, "two spaces together", "");
    for (size_t i = 0; s->lang == 3 && i < sizeof persian / sizeof *persian; i++)
        if (strstr(t, persian[i].bad))
            wrong(s, persian[i].why, "");
    if (s->lang == 3 && n && t[n - 1] == '?')
        wrong(s, "ASCII question mark: write \xD8\x9F", "");
    for (const char *p = t; (s->lang == 1 || s->lang == 3) && *p; p++)
        if (digit_in_sentence(t, p))
            wrong(s, "an ASCII digit: use a slot, or the language's own digits", "");
}

void text_compile(struct msg *m, int lang)
{
    static unsigned char out[TEXT_MAX];
    struct parse s = { .m = m, .t = &m->text[lang], .lang = lang, .out = out };

    s.p = s.t->source;
    sequence(&s, false);
    if (*s.p == '}')
        wrong(&s, "a } without its {", "");
    for (int i = 0; i < m->nslots; i++)
        if (!s.slot_seen[i])
            wrong(&s, "lacks the slot ", m->slot[i]);
    lint(&s);
    s.t->code = need(malloc(s.n + 1));
    memcpy(s.t->code, out, s.n);
    s.t->ncode = s.n;
}
