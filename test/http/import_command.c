/* import_command.c - `setu import` as people type it: by itself and through a running server,
 * tried first, reported, taken out again, and refused with the right exit code.
 */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "client/served.h"

enum { DONE = 0, REFUSED = 1, USAGE = 2, PARTLY = 3, WORDS = 16 };

static struct arena a;
static struct served house;
static str said;

static void open_all(void)
{
    a = arena_open(64 << 20);
    served_new(&house, "en");
}
static void close_all(void)
{
    ck_assert(served_stop(&house));
    served_remove(&house);
    arena_close(&a);
}

static const char *path(const char *name) { return arena_fmt(&a, "%s/%s", house.dir, name).p; }

static const char *file(const char *name, const char *bytes, size_t n)
{
    FILE *f = fopen(path(name), "wb");
    ck_assert(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0);
    return path(name);
}
#define TABLE(name, text) file(name, text, sizeof(text) - 1)

static str read_back(const char *name)
{
    char *p = arena_new(&a, char, 1 << 16);
    FILE *f = fopen(path(name), "rb");
    ck_assert_msg(f != NULL, "no %s", name);
    size_t n = fread(p, 1, 1 << 16, f);
    fclose(f);
    return (str){ p, n };
}

/* setu import --data DIR with these words. */
static int import(const char *const *more)
{
    const char *words[WORDS + 4] = { "import", "--data", house.data };
    for (int i = 0; more[i] && i < WORDS; i++)
        words[3 + i] = more[i];
    return served_run(&a, words, (str){ 0 }, &said);
}
#define IMPORT(...) import((const char *const[WORDS]){ __VA_ARGS__ })
#define ENDS(code, ...) do { int c_ = IMPORT(__VA_ARGS__); \
    ck_assert_msg(c_ == (code), "%d: %.*s", c_, STR_ARG(said)); } while (0)

static bool is_told(const char *text) { return str_find(said, str_of(text)) >= 0; }
#define TELLS(text) ck_assert_msg(is_told(text), "%s: %.*s", text, STR_ARG(said))

static const char *run_id(void)
{
    ptrdiff_t at = str_find(said, S("--undo "));
    ck_assert_msg(at > 0, "%.*s", STR_ARG(said));
    str id = str_trim(str_from(said, (size_t)at + 7));
    return arena_cstr(&a, id);
}

/* ── the whole way ───────────────────────────────────────────────────────── */

#define PEOPLE "Name,E-mail,Website\nSalma Akter,salma@padma.example,https://padma.example\n" \
               "রফিকুল ইসলাম,rafiq@padma.example,\nनेहा शर्मा,not an address,\nمریم رضایی,maryam@padma.example,\n"

static void the_whole_way(void)
{
    const char *people = TABLE("people.csv", PEOPLE);
    ENDS(PARTLY, "person", people, "--dry-run");
    TELLS("Would be: 4 rows: 3 created");
    TELLS("4: ");
    ck_assert(!is_told("--undo"));
    ENDS(PARTLY, "person", people, "--report", path("report.csv"));
    TELLS("4 rows: 3 created, 0 updated, 0 unchanged, 0 skipped, 1 refused");   /* the dry run wrote nothing */
    str report = read_back("report.csv");
    ck_assert(str_starts(report, S("\xEF\xBB\xBFline,kind,column,value,rows,reason")));
    ck_assert_msg(str_find(report, S("4,refused,email,not an address,1,")) > 0, "%.*s", STR_ARG(report));
    const char *id = run_id();

    ENDS(PARTLY, "person", people);
    TELLS("0 created, 0 updated, 3 unchanged");
    ENDS(PARTLY, "person", people, "--duplicates", "skip");
    TELLS("0 created, 0 updated, 0 unchanged, 3 skipped");
    ENDS(DONE, "--undo", id);
    TELLS("1 writes undone, 0 kept");
    ENDS(PARTLY, "person", people);
    TELLS("3 created");
    ENDS(DONE, "--undo", run_id());
}

START_TEST(an_import_is_tried_reported_and_taken_out_by_command)
{
    the_whole_way();
}
END_TEST

START_TEST(a_running_server_does_the_same_for_the_command)
{
    ck_assert(served_start(&house));
    the_whole_way();
    ck_assert(served_stop(&house));
    ENDS(PARTLY, "person", path("people.csv"));  /* and the folder is free again */
}
END_TEST

/* ── what is refused ─────────────────────────────────────────────────────── */

static void what_is_refused(void)
{
    const char *people = TABLE("people.csv", PEOPLE);
    mkdir(path("folder.csv"), 0700);

    ENDS(USAGE, "person");
    ENDS(USAGE, people);
    ENDS(USAGE, "ghost", people);
    ENDS(USAGE, "person", people, "--colour", "red");
    ENDS(USAGE, "person", people, "--map");
    ENDS(USAGE, "person", people, "--dry-run=yes");
    ENDS(USAGE, "person", people, "--duplicates", "perhaps");
    ENDS(USAGE, "--undo", "not an id");
    ENDS(USAGE, "company", people, "--map", TABLE("person.json", "{\"entity\":\"person\",\"columns\":{\"Name\":\"name\"}}"));
    TELLS("the map is for person");

    ENDS(REFUSED, "person", path("absent.csv"));
    TELLS("absent.csv");
    ENDS(REFUSED, "person", path("folder.csv"));
    ENDS(REFUSED, "person", TABLE("empty.csv", ""));
    ENDS(REFUSED, "person", TABLE("mark.csv", "\xEF\xBB\xBF"));
    ENDS(REFUSED, "person", people, "--encoding", "klingon-8");
    TELLS("klingon-8");
    ENDS(REFUSED, "person", people, "--key", "nofield");
    ENDS(REFUSED, "person", people, "--map", path("absent.json"));
    ENDS(REFUSED, "person", people, "--map", TABLE("broken.json", "{"));
    ENDS(REFUSED, "person", people, "--map", path("folder.csv"));
    ENDS(REFUSED, "person", people, "--map", TABLE("other.json", "{\"entity\":\"person\",\"columns\":{\"Nome\":\"name\"}}"));
    TELLS("Nome");
    ENDS(REFUSED, "person", people, "--report", path("nowhere/report.csv"));
    ENDS(REFUSED, "person", TABLE("binary.csv", "PK\3\4\0\0\0\0\10\0\0\0!\0"));
    ENDS(REFUSED, "--undo", "2222222222222");

    ENDS(PARTLY, "person", people);              /* nothing of all that left a trace */
    TELLS("3 created");
}

START_TEST(what_cannot_be_done_is_refused_with_the_right_exit_code)
{
    what_is_refused();
}
END_TEST

START_TEST(a_running_server_refuses_with_the_same_exit_codes)
{
    ck_assert(served_start(&house));
    what_is_refused();
}
END_TEST

START_TEST(a_header_alone_brings_nothing_and_says_so)
{
    ENDS(DONE, "person", TABLE("head.csv", "Name,E-mail\n"));
    TELLS("0 rows: 0 created");
}
END_TEST

START_TEST(encodings_and_separators_are_found_or_told)
{
    ENDS(DONE, "person", TABLE("utf16.csv", "\xFF\xFEN\0a\0m\0e\0\n\0\x28\x06\x27\x06\n\0"));
    TELLS("1 rows: 1 created");
    ENDS(DONE, "person", TABLE("semi.csv", "Name;E-mail\nAnna;anna@padma.example\n"));
    TELLS("1 created");
    ENDS(DONE, "person", TABLE("tab.csv", "Name\tE-mail\nOle\tole@padma.example\n"), "--separator", "tab");
    TELLS("1 created");
    ENDS(DONE, "person", TABLE("win.csv", "Name,E-mail\nJos\xE9,jose@padma.example\n"), "--encoding", "windows-1252");
    TELLS("1 created");
}
END_TEST

SUITE("import command", 250, open_all, close_all,
      an_import_is_tried_reported_and_taken_out_by_command,
      a_running_server_does_the_same_for_the_command,
      what_cannot_be_done_is_refused_with_the_right_exit_code,
      a_running_server_refuses_with_the_same_exit_codes,
      a_header_alone_brings_nothing_and_says_so,
      encodings_and_separators_are_found_or_told)
