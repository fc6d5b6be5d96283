/* msgc_po.c - reads one gettext catalogue, the part of the format we allow.
 *
 * Entries are msgid, msgstr and their continuation lines. A fuzzy entry is a
 * text nobody has approved, so it is refused; plural forms belong into the text
 * ({n, plural, ...}), so msgid_plural is refused too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "msgc.h"

struct reader {
    FILE *f;
    struct place at;
    int room, lang;
    const char *room_name;
    char *line;
    size_t cap;
    bool fuzzy;
};

/* Appends the quoted part of `line` to `to`, its escapes resolved. */
static void unquote(struct reader *r, const char *line, char *to)
{
    const char *p = strchr(line, '"');
    size_t n = strlen(to);

    if (!p++) {
        complain(r->at, "a text in quotes is missing");
        return;
    }
    for (; *p && *p != '"' && n + 1 < TEXT_MAX; p++) {
        char c = *p;
        if (c == '\\' && p[1])
            c = *++p == 'n' ? '\n' : *p == 't' ? '\t' : *p;
        to[n++] = c;
    }
    to[n] = '\0';
    if (*p != '"')
        complain(r->at, n + 1 < TEXT_MAX ? "the quotes are not closed" : "the text is too long");
}

static bool next_line(struct reader *r)
{
    r->at.line++;
    return getline(&r->line, &r->cap, r->f) > 0;
}

/* Reads a text and the lines that continue it; leaves the line after it in r->line. */
static bool read_text(struct reader *r, char *out)
{
    out[0] = '\0';
    unquote(r, r->line, out);
    bool more;
    while ((more = next_line(r)) && r->line[0] == '"')
        unquote(r, r->line, out);
    return more;
}

static void keep(struct reader *r, struct place at, const char *key, const char *source)
{
    size_t n = strlen(r->room_name);

    if (!key[0])
        return;                                     /* the header */
    if (strncmp(key, r->room_name, n) || key[n] != '.' || !key[n + 1])
        complain(at, "key \"%s\" does not begin with \"%s.\"", key, r->room_name);
    else if (key[n + 1 + strspn(key + n + 1, "abcdefghijklmnopqrstuvwxyz0123456789_")])
        complain(at, "key \"%s\" has more than a-z, 0-9 and _", key);
    else if (r->fuzzy)
        complain(at, "\"%s\" is fuzzy: approve the text and remove the mark", key);
    else if (!source[0])
        complain(at, "\"%s\" is missing in %s", key, lang_code[r->lang]);
    else {
        struct text *t = &msg_for(r->room, key)->text[r->lang];
        if (t->source)
            complain(at, "\"%s\" is given twice (first in line %d)", key, t->at.line);
        else
            *t = (struct text){ .at = at, .source = need(strdup(source)) };
    }
}

void po_read(const char *path, int room, const char *room_name, int lang)
{
    static char key[TEXT_MAX], source[TEXT_MAX];
    struct reader r = { .f = fopen(path, "r"), .at = { need(strdup(path)), 0 },
                        .room = room, .room_name = room_name, .lang = lang };
    if (!r.f) {
        complain(r.at, "the catalogue of %s is missing", lang_code[lang]);
        return;
    }
    struct place at = r.at;
    for (bool more = next_line(&r); more;) {
        if (!strncmp(r.line, "#,", 2) && strstr(r.line, "fuzzy"))
            r.fuzzy = true;
        if (!strncmp(r.line, "msgid_plural", 12) || !strncmp(r.line, "msgctxt", 7))
            complain(r.at, "msgid_plural and msgctxt are not used here");
        if (!strncmp(r.line, "msgid ", 6)) {
            at = r.at;
            more = read_text(&r, key);
        } else if (!strncmp(r.line, "msgstr ", 7)) {
            more = read_text(&r, source);
            keep(&r, at, key, source);
            r.fuzzy = false;
        } else {
            more = next_line(&r);
        }
    }
    free(r.line);
    fclose(r.f);
}
