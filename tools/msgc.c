/* msgc.c - compiles lang/ROOM.LANG.po into C.      usage: msgc OUTDIR LANGDIR
 *
 * Writes OUTDIR/msg/ROOM.h (ids and argument structs of one room) and
 * OUTDIR/msg_table.c (the compiled texts of every language). Every mistake of
 * every catalogue is told with its file and line, then the build fails: a page
 * in production never lacks a word. `msgc - LANGDIR` only checks.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "msgc.h"

const char *const lang_code[LANGS] = { "en", "bn", "hi", "fa" };
int complaints;
static struct msg msg[MSGS_MAX];
static int nmsgs, nrooms;
static char *room[ROOMS_MAX];

enum { ID_ROOM_STEP = 4096 };       /* as in src/lang/msg_table.h */

void complain(struct place at, const char *fmt, ...)
{
    va_list ap;
    fprintf(stderr, "%s:%d: ", at.file, at.line);
    va_start(ap, fmt);
    vfprintf(stderr, fmt, ap);
    va_end(ap);
    fputc('\n', stderr);
    complaints++;
}

void *need(void *p)
{
    if (!p) {
        fputs("msgc: out of memory\n", stderr);
        exit(1);
    }
    return p;
}

struct msg *msg_for(int r, const char *key)
{
    for (int i = nmsgs - 1; i >= 0 && msg[i].room == r; i--)
        if (!strcmp(msg[i].key, key))
            return &msg[i];
    if (nmsgs == MSGS_MAX) {
        fputs("msgc: too many messages\n", stderr);
        exit(1);
    }
    msg[nmsgs] = (struct msg){ .key = need(strdup(key)), .room = r };
    return &msg[nmsgs++];
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int by_key(const void *a, const void *b)
{
    const struct msg *x = a, *y = b;
    return x->room != y->room ? x->room - y->room : strcmp(x->key, y->key);
}

static void find_rooms(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) {
        complain((struct place){ dir, 0 }, "cannot be opened");
        return;
    }
    for (struct dirent *e; (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (n > 6 && !strcmp(e->d_name + n - 6, ".en.po") && nrooms < ROOMS_MAX)
            room[nrooms++] = need(strndup(e->d_name, n - 6));
    }
    closedir(d);
    qsort(room, (size_t)nrooms, sizeof *room, by_name);
}

static void read_all(const char *dir)
{
    char path[4096];
    for (int r = 0; r < nrooms; r++)
        for (int l = 0; l < LANGS; l++) {
            snprintf(path, sizeof path, "%s/%s.%s.po", dir, room[r], lang_code[l]);
            po_read(path, r, room[r], l);
        }
    qsort(msg, (size_t)nmsgs, sizeof *msg, by_key);
}

static void compile_all(void)
{
    for (int i = 0; i < nmsgs; i++) {
        struct place known = { 0 };
        for (int l = 0; l < LANGS && !known.file; l++)
            known = msg[i].text[l].at;
        for (int l = 0; l < LANGS; l++)
            if (msg[i].text[l].source)
                text_compile(&msg[i], l);
            else
                complain(known, "\"%s\" is missing in %s", msg[i].key, lang_code[l]);
    }
}

/* ── writing ─────────────────────────────────────────────────────────────── */

static FILE *create(const char *dir, const char *name, const char *ext)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s%s", dir, name, ext);
    FILE *f = fopen(path, "w");
    if (!f) {
        perror(path);
        exit(1);
    }
    return f;
}

static void finish(FILE *f)
{
    if (ferror(f) | fclose(f)) {
        perror("msgc");
        exit(1);
    }
}

static void put_c_name(FILE *f, const char *key)
{
    for (; *key; key++)
        fputc(*key == '.' ? '_' : *key, f);
}

static void write_room(const char *out, int r)
{
    char dir[4096];
    int at = 0;

    snprintf(dir, sizeof dir, "%s/msg", out);
    FILE *f = create(dir, room[r], ".h");
    fprintf(f, "/* made by msgc from lang/%s.*.po - do not edit */\n"
               "#pragma once\n#include \"lang/lang.h\"\nenum {\n", room[r]);
    for (int i = 0; i < nmsgs; i++)
        if (msg[i].room == r) {
            fputs("    MSG_", f);
            put_c_name(f, msg[i].key);
            fprintf(f, " = %d,\n", (r + 1) * ID_ROOM_STEP + at++);
        }
    fputs("};\n", f);
    for (int i = 0; i < nmsgs; i++) {
        if (msg[i].room != r)
            continue;
        fputs("struct msg_", f);
        put_c_name(f, msg[i].key);
        fputs("_args { struct msg_arg ", f);
        for (int k = 0; k < msg[i].nslots; k++)
            fprintf(f, "%s%s", k ? ", " : "", msg[i].slot[k]);
        fprintf(f, "%s; };\n", msg[i].nslots ? "" : "none_");
    }
    finish(f);
}

/* Octal escapes are always three digits, so the next character cannot join them. */
static void put_code(FILE *f, const struct text *t)
{
    fputs("{ \"", f);
    for (size_t i = 0; i < t->ncode; i++)
        if (t->code[i] == '"' || t->code[i] == '\\')
            fprintf(f, "\\%c", t->code[i]);
        else if (t->code[i] < ' ' || t->code[i] == 0x7F || t->code[i] == '?')
            fprintf(f, "\\%03o", t->code[i]);
        else
            fputc(t->code[i], f);
    fprintf(f, "\", %zu }, ", t->ncode);
}

static void write_table(const char *out)
{
    FILE *f = create(out, "msg_table", ".c");
    fputs("/* made by msgc - do not edit */\n#include \"lang/msg_table.h\"\n"
          "const struct msg_row msg_rows[] = {\n", f);
    for (int i = 0; i < nmsgs; i++) {
        fprintf(f, "    { \"%s\", %d, { ", msg[i].key, msg[i].nslots);
        for (int l = 0; l < LANGS; l++)
            put_code(f, &msg[i].text[l]);
        fputs("}, { ", f);
        for (int k = 0; k < msg[i].nslots; k++)
            fprintf(f, "\"%s\", ", msg[i].slot[k]);
        fputs("NULL } },\n", f);
    }
    fprintf(f, "};\nconst int msg_nrows = %d, msg_nrooms = %d;\nconst int msg_room_first[] = { ",
            nmsgs, nrooms);
    for (int r = 0, i = 0; r <= nrooms; r++) {
        while (i < nmsgs && msg[i].room < r)
            i++;
        fprintf(f, "%d, ", i);
    }
    fputs("};\n", f);
    finish(f);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fputs("usage: msgc OUTDIR LANGDIR    (OUTDIR - only checks)\n", stderr);
        return 2;
    }
    find_rooms(argv[2]);
    read_all(argv[2]);
    compile_all();
    if (complaints) {
        fprintf(stderr, "msgc: %d mistake%s in the catalogues\n", complaints, complaints > 1 ? "s" : "");
        return 1;
    }
    if (!strcmp(argv[1], "-"))
        return 0;
    char path[4096];
    snprintf(path, sizeof path, "%s/msg", argv[1]);
    mkdir(path, 0777);
    for (int r = 0; r < nrooms; r++)
        write_room(argv[1], r);
    write_table(argv[1]);
    return 0;
}
