/* lint.c - what the compiler cannot see: who may know whom, and where unsafe things may stand.
 *
 *     usage: lint ROOMS SRC        ROOMS: tools/lint/rooms; SRC: the folder of the rooms
 *
 * Each file is cut into tokens (comments and preprocessor lines apart, strings whole), so a
 * name in a comment or a string never alarms and no spelling with odd spaces slips through.
 * Prints "file:line: what is wrong [rule]" for each finding; exits 1 when there was one.
 * Every rule has a sample in test/lint/bad that must be found.
 */
#include <ctype.h>
#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { ROOMS_MAX = 64, COLUMNS_END = 160, PATH_LEN = 512 };
enum kind { IDENT, STRING, OTHER, END };

struct room { char name[32], forbids[32]; int floor; bool is_feature; };
struct token { enum kind kind; const char *p; int n, line; };
struct file {
    const char *path, *name;            /* src/sell/deal.c, deal.c */
    const struct room *room;
    struct token *t;                    /* ends with END */
    size_t ntokens;
};

static struct room rooms[ROOMS_MAX];
static int nrooms, nfindings;

__attribute__((format(printf, 4, 5)))
static void found(const struct file *f, int line, const char *rule, const char *what, ...)
{
    va_list ap;
    printf("%s:%d: ", f->path, line);
    va_start(ap, what);
    vprintf(what, ap);
    va_end(ap);
    printf(" [%s]\n", rule);
    nfindings++;
}

static _Noreturn void die(const char *what, const char *arg)
{
    fprintf(stderr, "lint: %s%s\n", what, arg);
    exit(2);
}

static char *read_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t n = 0, cap = 1 << 16;
    char *text = malloc(cap);
    if (!f || !text)
        die("cannot read ", path);
    for (size_t got; (got = fread(text + n, 1, cap - n - 1, f)) > 0; n += got)
        if (cap - n - got < 4096 && !(text = realloc(text, cap *= 2)))
            die("no memory for ", path);
    fclose(f);
    text[n] = '\0';
    return text;
}

/* ── rooms ─────────────────────────────────────────────────────────────────── */

static void rooms_read(const char *path)
{
    char *text = read_whole(path), *rest = text;
    for (char *line; (line = strsep(&rest, "\n"));) {
        struct room r = { 0 };
        char kind[32] = "";
        if (line[0] == '#' || sscanf(line, "%d %31s %31s %31s", &r.floor, r.name, kind, r.forbids) < 2)
            continue;
        r.is_feature = !strcmp(kind, "feature");
        if (nrooms == ROOMS_MAX)
            die("too many rooms in ", path);
        rooms[nrooms++] = r;
    }
    free(text);
    if (!nrooms)
        die("no rooms in ", path);
}

static const struct room *room_find(const char *name, size_t n)
{
    for (int i = 0; i < nrooms; i++)
        if (strlen(rooms[i].name) == n && !memcmp(rooms[i].name, name, n))
            return &rooms[i];
    return NULL;
}

static bool in_room(const struct file *f, const char *const *names)
{
    for (; *names; names++)
        if (!strcmp(f->room->name, *names))
            return true;
    return false;
}

/* ── tokens ────────────────────────────────────────────────────────────────── */

static void push(struct file *f, enum kind kind, const char *p, const char *end, int line)
{
    if ((f->ntokens & (f->ntokens + 1)) == 0 &&
        !(f->t = realloc(f->t, sizeof *f->t * (f->ntokens + 1) * 2)))
        die("no memory for ", f->path);
    f->t[f->ntokens++] = (struct token){ kind, p, (int)(end - p), line };
}

static const char *quoted_end(const char *p)
{
    for (char quote = *p++; *p && *p != quote && *p != '\n'; p++)
        if (*p == '\\' && p[1])
            p++;
    return *p ? p + 1 : p;
}

static const char *word_end(const char *p)
{
    while (isalnum((unsigned char)*p) || *p == '_')
        p++;
    return p;
}

static void check_remark(const struct file *f, const char *p, const char *end, int line)
{
    static const char *const bare[] = { "TODO", "FIXME", "XXX" };
    for (; p < end; p++) {
        line += *p == '\n';
        if (!isupper((unsigned char)*p) || isalnum((unsigned char)p[-1]))
            continue;
        for (size_t i = 0; i < sizeof bare / sizeof *bare; i++)
            if (!strncmp(p, bare[i], strlen(bare[i])) && word_end(p) == p + strlen(bare[i]))
                found(f, line, "open-question",
                      "%s: write NEEDSWORK: and the decision to be made", bare[i]);
    }
}

static int lines_in(const char *p, const char *end)
{
    int n = 0;
    for (; p < end; p++)
        n += *p == '\n';
    return n;
}

static void check_include(const struct file *f, const char *p, int line);

/* One directive with its continued lines; what a #define stands for is checked like code. */
static const char *directive(const struct file *f, const char *p, int line)
{
    const char *word = p + 1;
    while (*word == ' ' || *word == '\t')
        word++;
    if (!strncmp(word, "include", 7))
        check_include(f, word + 7, line);
    if (!strncmp(word, "define", 6))
        return word + 6;
    while (*p && *p != '\n') {
        if (p[0] == '\\' && p[1] == '\n')
            p++;
        p++;
    }
    return p;
}

static void cut(struct file *f, const char *p)
{
    int line = 1;
    bool at_start = true;
    while (*p) {
        const char *end = p + 1;
        if (p[0] == '/' && p[1] == '*') {
            end = strstr(p + 2, "*/");
            end = end ? end + 2 : p + strlen(p);
            check_remark(f, p + 2, end, line);
        } else if (p[0] == '/' && p[1] == '/') {
            end = p + strcspn(p, "\n");
            check_remark(f, p + 2, end, line);
        } else if (*p == '#' && at_start) {
            end = directive(f, p, line);
        } else if (*p == '"') {
            push(f, STRING, p, end = quoted_end(p), line);
        } else if (*p == '\'') {
            push(f, OTHER, p, end = quoted_end(p), line);
        } else if (isalpha((unsigned char)*p) || *p == '_') {
            push(f, IDENT, p, end = word_end(p), line);
        } else if (isdigit((unsigned char)*p)) {
            push(f, OTHER, p, end = word_end(p), line);
        } else if (!isspace((unsigned char)*p) && *p != '\\') {
            push(f, OTHER, p, end, line);
        }
        at_start = *p == '\n' || (at_start && isspace((unsigned char)*p));
        line += lines_in(p, end);
        p = end;
    }
    push(f, END, p, p, line);
}

static bool is(const struct token *t, const char *text)
{
    return t->kind != END && strlen(text) == (size_t)t->n && !memcmp(t->p, text, (size_t)t->n);
}

static bool begins(const struct token *t, const char *prefix)
{
    return t->kind == IDENT && (size_t)t->n >= strlen(prefix) && !memcmp(t->p, prefix, strlen(prefix));
}

static const char *const *is_one_of(const struct token *t, const char *const *names)
{
    for (; t->kind == IDENT && *names; names++)
        if (is(t, *names))
            return names;
    return NULL;
}

/* ── rules ─────────────────────────────────────────────────────────────────── */

/* #include "room/file.h": downwards, or within the room. */
static void check_include(const struct file *f, const char *p, int line)
{
    static const struct { const char *header, *room; } owned[] = {
        { "sqlite3.h", "db" }, { "libpq-fe.h", "db" }, { "microhttpd.h", "http" },
    };
    p += strspn(p, " \t");
    size_t n = strcspn(p + 1, "\">\n");
    const char *slash = memchr(p + 1, '/', n);
    if (*p == '<') {
        for (size_t i = 0; i < sizeof owned / sizeof *owned; i++)
            if (strlen(owned[i].header) == n && !memcmp(owned[i].header, p + 1, n) &&
                strcmp(f->room->name, owned[i].room))
                found(f, line, "library", "<%s> belongs to %s/ alone", owned[i].header, owned[i].room);
        return;
    }
    if (*p != '"')
        return;
    if (!slash) {                                   /* a header that is made (a grammar's) lies in no room */
        char path[PATH_LEN];
        struct stat st;
        snprintf(path, sizeof path, "%.*s%.*s", (int)(f->name - f->path), f->path, (int)n, p + 1);
        if (!stat(path, &st))
            found(f, line, "include", "\"%.*s\": write the room too, \"room/file.h\"", (int)n, p + 1);
        return;
    }
    size_t len = (size_t)(slash - p - 1);
    if ((len == 3 && !memcmp(p + 1, "msg", 3)) || (len == 5 && !memcmp(p + 1, "views", 5)))
        return;
    const struct room *to = room_find(p + 1, len);
    if (!to) {
        found(f, line, "include", "no room \"%.*s\" in tools/lint/rooms", (int)len, p + 1);
        return;
    }
    if (to == f->room)
        return;
    if (to->floor >= f->room->floor)
        found(f, line, "include-up", "%s/ (floor %d) may not know %s/ (floor %d)",
              f->room->name, f->room->floor, to->name, to->floor);
    else if (!strcmp(f->room->forbids, to->name))
        found(f, line, "include-up", "%s/ may not know %s/", f->room->name, to->name);
    else if (to->is_feature && f->room->is_feature) {
        char only[80];
        snprintf(only, sizeof only, "%s/%s.h", to->name, to->name);
        if (strlen(only) != n || memcmp(only, p + 1, n))
            found(f, line, "include-inside", "a feature includes \"%s\" of another, not \"%.*s\"",
                  only, (int)n, p + 1);
    }
}

/* The first token of argument `index` of the call whose '(' is at `t`; *end: the ',' or ')' after it. */
static const struct token *argument(const struct token *t, int index, const struct token **end)
{
    const struct token *begin = ++t;
    for (int depth = 0; t->kind != END; t++) {
        if (is(t, "(") || is(t, "[") || is(t, "{"))
            depth++;
        else if (depth > 0 && (is(t, ")") || is(t, "]") || is(t, "}")))
            depth--;
        else if (depth == 0 && (is(t, ",") || is(t, ")"))) {
            if (index-- == 0)
                return *end = t, begin;
            if (is(t, ")"))
                return NULL;
            begin = t + 1;
        }
    }
    return NULL;
}

/* Only db/ and record/ (which writes SQL from catalogue names) hand over anything but a literal. */
static void check_sql(const struct file *f, const struct token *t)
{
    static const char *const free_rooms[] = { "db", "record", NULL };
    static const struct { const char *name; int sql; } calls[] = {
        { "db_query", 2 }, { "db_exec", 1 }, { "db_get_int", 1 }, { "db_explain", 2 },
    };
    if (in_room(f, free_rooms))
        return;
    if (begins(t, "sqlite3_"))
        found(f, t->line, "sql", "%.*s: only db/ speaks to the database library", t->n, t->p);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const struct token *end = NULL, *a;
        if (!is(t, calls[i].name))
            continue;
        a = is(t + 1, "(") ? argument(t + 1, calls[i].sql, &end) : NULL;
        bool literal = a && a < end;
        for (; literal && a < end; a++)
            literal = a->kind == STRING;
        if (!literal)
            found(f, t->line, "sql", "the SQL of %s is a string literal, nothing else", calls[i].name);
    }
}

/* Markup is written by views; by hand only where the tools for views and components live. */
static void check_html(const struct file *f, const struct token *t)
{
    static const char *const raw[] = { "html_raw", "html_lit", NULL };
    static const char *const free_rooms[] = { "html", "record", "web", NULL };
    if (is_one_of(t, raw) && !in_room(f, free_rooms))
        found(f, t->line, "html", "%.*s: a feature's markup is written in a view", t->n, t->p);
}

static void check_banned(const struct file *f, const struct token *t)
{
    static const char *const never[] = {
        "strcpy", "strcat", "sprintf", "vsprintf", "strncpy", "strncat", "strtok", "gets", "atoi",
        "atol", "atoll", "gmtime", "localtime", "asctime", "ctime", "system", "popen", "alloca",
        "mktemp", "tmpnam", "rand", "srand", "setlocale", NULL
    };
    static const char *const in_features[] = {
        "malloc", "calloc", "realloc", "free", "strdup", "strndup", "asprintf", NULL
    };
    if (!is(t + 1, "("))
        return;
    if (is_one_of(t, never))
        found(f, t->line, "banned", "%.*s is banned", t->n, t->p);
    if (f->room->is_feature && is_one_of(t, in_features))
        found(f, t->line, "memory", "%.*s: memory of a feature comes from the arena", t->n, t->p);
}

/* `struct route NAME[] = { { ... }, ... }`: each row names an access, but for the closing {0}. */
static void check_routes(const struct file *f, const struct token *t)
{
    if (!is(t, "struct") || !is(t + 1, "route") || t[2].kind != IDENT || !is(t + 3, "["))
        return;
    while (t->kind != END && !is(t, "{") && !is(t, ";"))
        t++;
    if (!is(t, "{"))
        return;
    int depth = 0, line = 0, words = 0;
    bool has_access = false;
    do {
        if (is(t, "{") && ++depth == 2)
            line = t->line, words = 0, has_access = false;
        else if (depth == 2 && is(t, "}") && words > 0 && !has_access)
            found(f, line, "route", "a route without .access");
        if (is(t, "}"))
            depth--;
        words += t->kind == IDENT || t->kind == STRING;
        if (begins(t, "ACCESS_") && !is(t, "ACCESS_UNSET"))
            has_access = true;
        t++;
    } while (depth > 0 && t->kind != END);
}

static void check_lines(const struct file *f, const char *text)
{
    for (int line = 1; *text; line++) {
        size_t n = strcspn(text, "\n"), columns = 0;
        for (size_t i = 0; i < n; i++)
            columns += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (memchr(text, '\t', n))
            found(f, line, "width", "a tab: four spaces");
        if (columns > COLUMNS_END)
            found(f, line, "width", "%zu columns: 100 are the rule, %d the end", columns, COLUMNS_END);
        text += n + (text[n] == '\n');
    }
}

/* A file begins by saying what it is: "/" "* name - ...". */
static void check_head(const struct file *f, const char *text)
{
    size_t n = strlen(f->name);
    if (strncmp(text, "/* ", 3) || strncmp(text + 3, f->name, n) || strncmp(text + 3 + n, " - ", 3))
        found(f, 1, "head", "the first line says what the file is: /* %s - ...", f->name);
    if (n > 2 && !strcmp(f->name + n - 2, ".h") && !strstr(text, "\n#pragma once\n"))
        found(f, 1, "head", "a header has #pragma once");
}

static void check_file(const char *path, const struct room *room)
{
    struct file f = { .path = path, .name = strrchr(path, '/') + 1, .room = room };
    char *text = read_whole(path);
    check_head(&f, text);
    check_lines(&f, text);
    cut(&f, text);
    for (const struct token *t = f.t; t->kind != END; t++) {
        check_sql(&f, t);
        check_html(&f, t);
        check_banned(&f, t);
        check_routes(&f, t);
    }
    free(f.t);
    free(text);
}

/* ── the tree ──────────────────────────────────────────────────────────────── */

static bool ends_in(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n >= m && !strcmp(s + n - m, end);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* `room` is NULL at the top, where a folder's name is its room's and main.c is a room itself. */
static void walk(const char *dir, const struct room *room)
{
    struct dirent **entry;
    int n = scandir(dir, &entry, NULL, by_name);
    if (n < 0)
        die("cannot open ", dir);
    for (int i = 0; i < n; i++) {
        const char *name = entry[i]->d_name;
        char path[PATH_LEN];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", dir, name);
        if (name[0] == '.' || stat(path, &st))
            continue;
        const struct room *in = room ? room : room_find(name, strcspn(name, "."));
        struct file nowhere = { .path = path };
        if (!in && (S_ISDIR(st.st_mode) || ends_in(name, ".c") || ends_in(name, ".h")))
            found(&nowhere, 0, "room", "no such room in tools/lint/rooms");
        else if (S_ISDIR(st.st_mode))
            walk(path, in);
        else if (ends_in(name, ".c") || ends_in(name, ".h"))
            check_file(path, in);
        free(entry[i]);
    }
    free(entry);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return fprintf(stderr, "usage: lint ROOMS SRC\n"), 2;
    rooms_read(argv[1]);
    walk(argv[2], NULL);
    return nfindings > 0;
}
