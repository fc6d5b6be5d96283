/* msgc.c - compiles lang/ROOM.LANG.po into C.      usage: msgc OUTDIR LANGDIR
 *
 * Writes OUTDIR/msg/ROOM.h (ids and argument structs of one room) and
 * OUTDIR/msg_table.c (texts of every language). A key begins with its room's name.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LANGS = 4, ROOMS_MAX = 64, MSGS_MAX = 8192, SLOTS_MAX = 8 };
static const char *const lang_code[LANGS] = { "en", "bn", "hi", "fa" };
struct msg { char *key, *text[LANGS]; int room; char *slot[SLOTS_MAX]; int nslots; };
static struct msg msg[MSGS_MAX];
static int nmsgs, nrooms;
static char *room[ROOMS_MAX];

static _Noreturn void die(const char *file, int line, const char *what, const char *arg)
{
    fprintf(stderr, "%s:%d: %s%s\n", file, line, what, arg);
    exit(1);
}

static struct msg *find(int r, const char *key)
{
    for (int i = 0; i < nmsgs; i++)
        if (!strcmp(msg[i].key, key))
            return &msg[i];
    msg[nmsgs] = (struct msg){ .key = strdup(key), .room = r };
    return &msg[nmsgs++];
}

static char *unquote(const char *file, int line, char *s)
{
    char *open = strchr(s, '"'), *to = open, *p = open + 1;
    if (!open)
        die(file, line, "a string is missing", "");
    for (; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1])
            p++, *to++ = *p == 'n' ? '\n' : *p == 't' ? '\t' : *p;
        else
            *to++ = *p;
    }
    if (*p != '"')
        die(file, line, "a string is not closed", "");
    *to = '\0';
    return open;
}

static void slots(struct msg *m)
{
    for (char *p = m->text[0]; p && (p = strchr(p, '{')); p++) {
        char *end = p + 1;
        while (islower((unsigned char)*end) || isdigit((unsigned char)*end) || *end == '_')
            end++;
        if (end == p + 1 || (*end != '}' && *end != ','))
            continue;
        char *name = strndup(p + 1, (size_t)(end - p - 1));
        int i = 0;
        while (i < m->nslots && strcmp(m->slot[i], name))
            i++;
        if (i == m->nslots && i < SLOTS_MAX)
            m->slot[m->nslots++] = name;
    }
}

static void read_po(const char *dir, int r, int l)
{
    char path[512], key[256] = "", *line = NULL, *text = NULL;
    size_t cap = 0;
    int n = 0, in_text = 0;
    snprintf(path, sizeof path, "%s/%s.%s.po", dir, room[r], lang_code[l]);
    FILE *f = fopen(path, "r");
    if (!f)
        die(path, 0, "the language file is missing", "");
    for (;;) {
        int more = getline(&line, &cap, f) > 0;
        n++;
        if (more && in_text && line[0] == '"') {
            char *part = unquote(path, n, line), *joined = NULL;
            if (asprintf(&joined, "%s%s", text, part) < 0)
                exit(1);
            free(text);
            text = joined;
            continue;
        }
        if (in_text && key[0]) {
            struct msg *m = find(r, key);
            if (m->text[l])
                die(path, n, "key given twice: ", key);
            m->text[l] = text[0] ? text : NULL;
            text = NULL;
        }
        in_text = 0;
        if (!more)
            break;
        if (!strncmp(line, "msgid ", 6)) {
            snprintf(key, sizeof key, "%s", unquote(path, n, line));
            size_t rn = strlen(room[r]);
            if (key[0] && (strncmp(key, room[r], rn) || key[rn] != '.'))
                die(path, n, "a key begins with its room's name and a dot: ", key);
        } else if (!strncmp(line, "msgstr ", 7)) {
            text = strdup(unquote(path, n, line));
            in_text = 1;
        }
    }
    fclose(f);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }
static int by_key(const void *a, const void *b)
{
    const struct msg *x = a, *y = b;
    return x->room != y->room ? x->room - y->room : strcmp(x->key, y->key);
}

static void put_c_name(FILE *f, const char *key)
{
    for (; *key; key++)
        fputc(isalnum((unsigned char)*key) ? *key : '_', f);
}

static void put_string(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s; s++)
        if (*s == '"' || *s == '\\')
            fprintf(f, "\\%c", *s);
        else if (*s == '\n')
            fputs("\\n", f);
        else
            fputc(*s, f);
    fputc('"', f);
}

static void write_room(const char *out, int r)
{
    char path[512];
    int at = 0;
    snprintf(path, sizeof path, "%s/msg/%s.h", out, room[r]);
    FILE *f = fopen(path, "w");
    if (!f)
        die(path, 0, "cannot write", "");
    fprintf(f, "/* made by msgc from lang/%s.*.po - do not edit */\n#pragma once\n#include \"lang/lang.h\"\nenum {\n", room[r]);
    for (int i = 0; i < nmsgs; i++)
        if (msg[i].room == r)
            fputs("    MSG_", f), put_c_name(f, msg[i].key), fprintf(f, " = %d,\n", (r + 1) * 4096 + at++);
    fputs("};\n", f);
    for (int i = 0; i < nmsgs; i++) {
        if (msg[i].room != r)
            continue;
        fputs("struct msg_", f), put_c_name(f, msg[i].key), fputs("_args { struct msg_arg ", f);
        for (int k = 0; k < msg[i].nslots; k++)
            fprintf(f, "%s%s", k ? ", " : "", msg[i].slot[k]);
        fprintf(f, "%s; };\n", msg[i].nslots ? "" : "none_");
    }
    fclose(f);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return fprintf(stderr, "usage: msgc OUTDIR LANGDIR\n"), 2;
    DIR *d = opendir(argv[2]);
    if (!d)
        die(argv[2], 0, "cannot open", "");
    for (struct dirent *e; (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (n > 6 && !strcmp(e->d_name + n - 6, ".en.po"))
            room[nrooms++] = strndup(e->d_name, n - 6);
    }
    closedir(d);
    qsort(room, (size_t)nrooms, sizeof *room, by_name);
    for (int r = 0; r < nrooms; r++)
        for (int l = 0; l < LANGS; l++)
            read_po(argv[2], r, l);
    qsort(msg, (size_t)nmsgs, sizeof *msg, by_key);
    for (int i = 0; i < nmsgs; i++) {
        for (int l = 0; l < LANGS; l++)
            if (!msg[i].text[l])
                die(msg[i].key, l, "missing in ", lang_code[l]);
        slots(&msg[i]);
    }
    char path[512];
    snprintf(path, sizeof path, "%s/msg", argv[1]);
    mkdir(path, 0777);
    for (int r = 0; r < nrooms; r++)
        write_room(argv[1], r);
    snprintf(path, sizeof path, "%s/msg_table.c", argv[1]);
    FILE *f = fopen(path, "w");
    fputs("/* made by msgc - do not edit */\n#include \"lang/msg_table.h\"\n", f);
    fprintf(f, "const struct msg_row msg_rows[] = {\n");
    for (int i = 0, at = 0; i < nmsgs; i++) {
        at = i && msg[i].room == msg[i - 1].room ? at + 1 : 0;
        fprintf(f, "    { %d, ", (msg[i].room + 1) * 4096 + at);
        put_string(f, msg[i].key);
        fputs(", { ", f);
        for (int l = 0; l < LANGS; l++)
            put_string(f, msg[i].text[l]), fputs(", ", f);
        fputs("}, { ", f);
        for (int k = 0; k < msg[i].nslots; k++)
            fprintf(f, "\"%s\", ", msg[i].slot[k]);
        fputs("NULL } },\n", f);
    }
    fprintf(f, "};\nconst size_t msg_nrows = %d;\n", nmsgs);
    fclose(f);
    return 0;
}
