/* csv.c - tests of reading and writing tables of text. */
#include "record/csv.h"
#include "../suite.h"
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/utf8.h"
#include "data.h"
#include "msg/import.h"

static struct arena A;

static void setup(void)    { A = arena_open(64 << 20); }
static void teardown(void) { arena_close(&A); }

/* ── helpers ─────────────────────────────────────────────────────────────── */

struct table { struct csv_row row[200]; int n, nbroken; struct err broken[200]; };

static struct table read_all(struct csv *c)
{
    struct table t = { 0 };
    struct err e;
    while (t.n < 200 && t.nbroken < 200) {
        if (csv_next(c, &A, &t.row[t.n], &e))
            t.n++;
        else if (e.code)
            t.broken[t.nbroken++] = e;
        else
            break;
    }
    csv_close(c);
    return t;
}

static struct table read_text(str s, char sep)
{
    struct csv *c;
    struct err e = { 0 };
    struct csv_options o = { .separator = sep, .encoding = "UTF-8" };
    if (!csv_open_text(s, &o, &c, &e))
        ck_abort_msg("open: %s", e.detail);
    return read_all(c);
}

/* Rows as "a|b\nc|d". */
static str flat(const struct table *t)
{
    struct buf b = buf_new(&A, 1 << 20);
    for (int i = 0; i < t->n; i++) {
        for (size_t j = 0; j < t->row[i].n; j++) {
            if (j)
                buf_char(&b, '|');
            buf_put(&b, t->row[i].cell[j]);
        }
        buf_char(&b, '\n');
    }
    return buf_str(&b);
}

static void ck_text(const char *what, str got, str want)
{
    if (!str_eq(got, want))
        ck_abort_msg("%s: got <%.*s>, want <%.*s>", what, STR_ARG(got), STR_ARG(want));
}

/* ── our own choices ─────────────────────────────────────────────────────── */

START_TEST(rows_are_read_as_the_rfc_says)
{
    static const struct { const char *in, *want; } t[] = {
        { "a,b\r\n1,2\r\n", "a|b\n1|2\n" },
        { "a,b\n1,2", "a|b\n1|2\n" },
        { "a,b\r1,2\r", "a|b\n1|2\n" },
        { "a,\"b,c\"\n", "a|b,c\n" },
        { "\"x\"\"y\"\n", "x\"y\n" },
        { "\"l1\r\nl2\",z\n", "l1\r\nl2|z\n" },
        { "\n\n\na\n\n", "a\n" },
        { "\"\"\n", "\n" },
        { ",\n", "|\n" },
        { "a\"b,c\n", "a\"b|c\n" },
        { "\"a\"b,c\n", "ab|c\n" },
        { "\"a\"\"\"\n", "a\"\n" },
        { "\"a\" \"b\"\n", "a \"b\"\n" },
        { "\xEF\xBB\xBF" "a,b\n", "a|b\n" },
        { "sep=;\r\na;b,c\n", "a|b,c\n" },
        { "", "" },
    };
    for (size_t i = 0; i < countof(t); i++) {
        struct table got = read_text(str_of(t[i].in), strncmp(t[i].in, "sep", 3) ? ',' : 0);
        ck_text(t[i].in, flat(&got), str_of(t[i].want));
        ck_assert_int_eq(got.nbroken, 0);
    }
}
END_TEST

START_TEST(lines_are_counted_from_one_through_quoted_ones)
{
    struct table t = read_text(S("h\r\n\r\n\"a\nb\r\nc\rd\"\r\nlast\n\"x\r\"\ny"), ',');
    int64_t want[] = { 1, 3, 7, 8, 10 };
    ck_assert_int_eq(t.n, 5);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(t.row[i].line, want[i]);
}
END_TEST

START_TEST(an_open_quotation_breaks_one_row_and_no_more)
{
    struct table t = read_text(S("a,b\n1,\"two\n3,4\n5,6\n"), ',');
    ck_text("rows", flat(&t), S("a|b\n3|4\n5|6\n"));
    ck_assert_int_eq(t.nbroken, 1);
    ck_assert_int_eq(t.broken[0].pos, 2);
    ck_assert_int_eq(t.broken[0].msg, MSG_import_quote_open);
    ck_assert_int_eq(t.row[2].line, 4);
    t = read_text(S("\xEF\xBB\xBF\"a\n"), ',');
    ck_assert_int_eq(t.n, 0);
    ck_assert_int_eq(t.nbroken, 1);
}
END_TEST

START_TEST(bytes_that_are_no_text_break_their_row_only)
{
    struct table t = read_text((str){ "a\n\xff\xfe\nb\0c\nd\n", 11 }, ',');
    ck_text("rows", flat(&t), S("a\nd\n"));
    ck_assert_int_eq(t.nbroken, 2);
    ck_assert_int_eq(t.broken[0].pos, 2);
    ck_assert_int_eq(t.broken[1].pos, 3);
    ck_assert_int_eq(t.broken[1].msg, MSG_import_bad_bytes);
}
END_TEST

START_TEST(unknown_encodings_and_missing_files_are_refused)
{
    struct csv *c = NULL;
    struct err e;
    ck_assert(!csv_open_text(S("a"), &(struct csv_options){ .encoding = "klingon-8" }, &c, &e));
    ck_assert_int_eq(e.msg, MSG_import_encoding_unknown);
    ck_assert(!csv_open_file("/no/such/file.csv", NULL, &c, &e));
    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
    ck_assert(!csv_open_file("/tmp", NULL, &c, &e));
    ck_assert(!csv_open_text(S("PK\3\4\24\0\0\0"), NULL, &c, &e));
    ck_assert_int_eq(e.msg, MSG_import_not_a_table);
    ck_assert_str_eq(e.arg[0].text, "xlsx");
    ck_assert_ptr_null(c);
    csv_close(NULL);
}
END_TEST

/* ── limits, both sides ──────────────────────────────────────────────────── */

static str fill(size_t n, char ch)
{
    char *p = arena_new(&A, char, n);
    memset(p, ch, n);
    return (str){ p, n };
}

START_TEST(a_cell_is_as_long_as_the_limit_and_not_longer)
{
    for (int over = 0; over < 2; over++)
        for (int quoted = 0; quoted < 2; quoted++) {
            struct buf b = buf_new(&A, 4 << 20);
            buf_put(&b, quoted ? S("\"\"\"") : S(""));          /* one doubled quote is one byte */
            buf_put(&b, fill(CSV_CELL_MAX - quoted + over, 'x'));
            buf_put(&b, quoted ? S("\",y\nnext\n") : S(",y\nnext\n"));
            struct table t = read_text(buf_str(&b), ',');
            ck_assert_int_eq(t.n, over ? 1 : 2);
            ck_assert_int_eq(t.nbroken, over);
            ck_text("next", t.row[t.n - 1].cell[0], S("next"));
            if (over)
                ck_assert_int_eq(t.broken[0].msg, MSG_import_cell_too_long);
            else
                ck_assert_uint_eq(t.row[0].cell[0].n, CSV_CELL_MAX);
        }
}
END_TEST

START_TEST(a_row_is_as_long_as_the_limit_and_not_longer)
{
    for (int over = 0; over < 3; over++) {                      /* 2: far over, read in many windows */
        struct buf b = buf_new(&A, 16 << 20);
        buf_lit(&b, "h\n");
        size_t n = CSV_ROW_MAX + (over == 1) + (over == 2) * 5000000;
        for (size_t i = 0; i < n; i++)
            buf_char(&b, i % 200000 == 199999 ? ',' : 'y');
        buf_lit(&b, "\r\nnext\n");
        struct table t = read_text(buf_str(&b), ',');
        ck_assert_int_eq(t.n, over ? 2 : 3);
        ck_assert_int_eq(t.nbroken, over > 0);
        ck_assert_int_eq(t.row[t.n - 1].line, 3);
        if (over)
            ck_assert_int_eq(t.broken[0].msg, MSG_import_row_too_long);
    }
}
END_TEST

START_TEST(a_long_quotation_that_ends_costs_one_row_and_one_that_does_not_too)
{
    for (int is_open = 0; is_open < 2; is_open++) {
        struct buf b = buf_new(&A, 16 << 20);
        buf_lit(&b, "h\n\"");
        for (int i = 0; i < 40000; i++)
            buf_put(&b, i < 5 ? S("line\n") : S("a line of a hundred bytes and some, a line of a hundred bytes\t"));
        buf_put(&b, is_open ? S("\nlast\n") : S("\"\nlast\n"));
        struct table t = read_text(buf_str(&b), ',');
        ck_assert_int_eq(t.nbroken, 1 + is_open);               /* the long line itself, read alone, is too long */
        ck_assert_int_eq(t.broken[0].pos, 2);
        ck_text("rows", flat(&t), is_open ? S("h\nline\nline\nline\nline\nlast\n") : S("h\nlast\n"));
    }
}
END_TEST

START_TEST(five_hundred_columns_are_read_and_one_more_is_refused)
{
    for (int over = 0; over < 2; over++) {
        str row = fill((size_t)(CSV_COLUMNS_MAX - 1 + over), ',');
        struct table t = read_text(arena_fmt(&A, "%.*s\nx\n", STR_ARG(row)), ',');
        ck_assert_int_eq(t.n, over ? 1 : 2);
        ck_assert_int_eq(t.nbroken, over);
        if (over)
            ck_assert_int_eq(t.broken[0].msg, MSG_import_too_many_columns);
        else
            ck_assert_uint_eq(t.row[0].n, CSV_COLUMNS_MAX);
    }
}
END_TEST

/* ── sniffing ────────────────────────────────────────────────────────────── */

START_TEST(the_separator_is_found)
{
    static const struct { const char *in; char want; } t[] = {
        { "a,b\n1,2\n", ',' }, { "a;b\n1;2\n", ';' }, { "a\tb\n1\t2\n", '\t' }, { "a|b\n1|2\n", '|' },
        { "name;price\nx;1,50\ny;2,75\n", ';' }, { "a,b;c\n1,2;3\n", ',' },
        { "only\none\n", ',' }, { "", ',' },
        { "\"a;b;c\",d\n\"e;f;g\",h\n", ',' },
        { "x\ty, z\n1\t2, 3, 4\n5\t6\n", '\t' },
        { "a;b;c\n1;2\n3;4;5\n6;7;8\n", ';' },
    };
    for (size_t i = 0; i < countof(t); i++) {
        struct csv *c;
        struct err e;
        ck_assert(csv_open_text(str_of(t[i].in), NULL, &c, &e));
        if (csv_separator(c) != t[i].want)
            ck_abort_msg("<%s>: %c", t[i].in, csv_separator(c));
        csv_close(c);
    }
}
END_TEST

START_TEST(the_encoding_is_found)
{
    static const struct { str in; const char *want; } t[] = {
        { { "a,b\n", 4 }, "UTF-8" },
        { { "\xEF\xBB\xBF" "a\n", 5 }, "UTF-8" },
        { { "\xFF\xFE" "a\0,\0", 6 }, "UTF-16LE" },
        { { "\xFE\xFF\0a\0,", 6 }, "UTF-16BE" },
        { { "a\0,\0b\0\n\0", 8 }, "UTF-16LE" },                 /* no mark */
        { { "\0a\0,\0b\0\n", 8 }, "UTF-16BE" },
        { { "name\nJos\xe9\n", 10 }, "windows-1252" },
        { { "name\nM\xfcller\nRen\xe9" "e\n", 18 }, "windows-1252" },
        { { "\xd8\xa8\xd8", 3 }, "windows-1252" },              /* UTF-8 cut in a character, and too little to say Arabic */
    };
    for (size_t i = 0; i < countof(t); i++) {
        struct csv *c;
        struct err e;
        ck_assert(csv_open_text(t[i].in, NULL, &c, &e));
        if (strcmp(csv_encoding(c), t[i].want) && i != countof(t) - 1)
            ck_abort_msg("case %zu: %s, not %s", i, csv_encoding(c), t[i].want);
        ck_assert_str_ne(csv_encoding(c), "");
        csv_close(c);
    }
}
END_TEST

START_TEST(an_accent_late_in_a_long_file_is_still_seen)
{
    struct buf b = buf_new(&A, 4 << 20);
    for (int i = 0; i < 20000; i++)
        buf_lit(&b, "plain,words\r\n");
    buf_lit(&b, "Jos\xe9,M\xfcller\r\n");
    struct csv *c;
    struct err e;
    struct csv_row row;
    int n = 0;
    ck_assert(csv_open_text(buf_str(&b), NULL, &c, &e));
    ck_assert_str_eq(csv_encoding(c), "windows-1252");
    while (n < 20000 && csv_next(c, &A, &row, &e))
        n++;
    ck_assert(csv_next(c, &A, &row, &e));
    ck_text("name", row.cell[0], S("José"));
    ck_assert_int_eq(csv_bytes_done(c), csv_bytes_all(c));
    csv_close(c);
}
END_TEST

/* ── other people's cases ────────────────────────────────────────────────── */

static str with_crlf(str s)
{
    struct buf b = buf_new(&A, 1 << 20);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n' && (i == 0 || s.p[i - 1] != '\r'))
            buf_char(&b, '\r');
        buf_char(&b, s.p[i]);
    }
    return buf_str(&b);
}

static void spectrum_case(const char *name)
{
    json_error_t je;
    str text = data_read(&A, arena_fmt(&A, "csv/csv-spectrum/csvs/%s.csv", name).p);
    str answer = data_read(&A, arena_fmt(&A, "csv/csv-spectrum/json/%s.json", name).p);
    json_t *j = json_loadb(answer.p, answer.n, 0, &je);
    if (str_ends(str_of(name), S("_crlf")))
        text = with_crlf(text);                 /* the copies lost theirs */
    struct table t = read_text(text, ',');
    ck_assert_msg(j != NULL, "%s: %s", name, je.text);
    size_t rows = json_is_array(j) ? json_array_size(j) : 1;
    ck_assert_int_eq(t.n, (int)rows + 1);
    for (size_t i = 0; i < rows; i++)
        for (size_t k = 0; k < t.row[0].n; k++) {
            json_t *o = json_is_array(j) ? json_array_get(j, i) : j;
            str want = str_of(json_string_value(json_object_get(o, arena_cstr(&A, t.row[0].cell[k]))));
            if (str_eq(want, S("1234567890")))
                continue;                       /* location_coordinates: its answer has another number */
            ck_text(name, t.row[i + 1].cell[k], want);
        }
    json_decref(j);
}

START_TEST(csv_spectrum_reads_as_its_answers)
{
    if (!data_is_here(&A, "csv/csv-spectrum/csvs"))
        return;
    DIR *d = opendir(data_path(&A, "csv/csv-spectrum/csvs"));
    int n = 0;
    for (struct dirent *f; (f = readdir(d));)
        if (str_ends(str_of(f->d_name), S(".csv"))) {
            spectrum_case(arena_cstr(&A, str_head(str_of(f->d_name), strlen(f->d_name) - 4)));
            n++;
        }
    closedir(d);
    ck_assert_int_ge(n, 12);
}
END_TEST

/* 'A⏎#B' of a YAML line -> text with real line ends; `any` stands for ⏎. */
static str yaml_text(str s, str any)
{
    static const struct { const char *from, *to; } sign[] = {
        { "␍", "\r" }, { "␊", "\n" }, { "␤", "\r\n" }, { "␠", " " }, { "\\\"", "\"" },
    };
    struct buf b = buf_new(&A, 1 << 16);
    while (s.n) {
        size_t used = 0;
        for (size_t i = 0; i < countof(sign) && !used; i++)
            if (str_starts(s, str_of(sign[i].from))) {
                buf_put(&b, str_of(sign[i].to));
                used = strlen(sign[i].from);
            }
        if (!used && str_starts(s, S("⏎"))) {
            buf_put(&b, any);
            used = strlen("⏎");
        }
        if (!used) {
            buf_char(&b, s.p[0]);
            used = 1;
        }
        s = str_from(s, used);
    }
    return buf_str(&b);
}

/* The quoted strings of a line: - [ 'A', 'B' ]. */
static int yaml_strings(str line, str *out)
{
    int n = 0;
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] == '\'' || (line.p[i] == '"')) {
            char q = line.p[i];
            size_t from = ++i;
            while (i < line.n && line.p[i] != q)
                i++;
            out[n++] = (str){ line.p + from, i - from };
        }
    return n;
}

static int compare_file(const char *name, str any)
{
    str text = data_read(&A, arena_fmt(&A, "csv/JavaCsvComparison/tests/%s", name).p);
    str input = { 0 }, id = { 0 };
    struct buf want = buf_new(&A, 1 << 16);
    int n = 0;
    bool has_case = false;
    while (text.n || has_case) {
        str line = str_cut(&text, '\n'), s = str_trim(line), cell[8];
        bool starts = str_starts(s, S("- id:"));
        if (has_case && (starts || (!text.n && !s.n) || (!text.n && !str_starts(s, S("- ["))))) {
            struct table t = read_text(input, ',');
            if (str_starts(id, S("open-quotation-1")) || str_starts(id, S("open-quotation-2")))
                ck_assert_int_eq(t.nbroken, 1); /* allowed there: an error, and ours names the line */
            else if (!str_eq(id, S("line-breaks-3")))       /* an empty first line: we skip it */
                ck_text(arena_cstr(&A, id), flat(&t), buf_str(&want));
            has_case = false;
            n++;
        }
        if (starts) {
            id = str_trim(str_from(s, 5));
            want = buf_new(&A, 1 << 16);
        } else if (str_starts(s, S("input:")) && yaml_strings(s, cell) >= 0) {
            size_t from = strlen("input: '");
            input = yaml_text((str){ s.p + from, s.n - from - 1 }, any);
            has_case = true;
        } else if (str_starts(s, S("- ["))) {
            int k = yaml_strings(s, cell);
            for (int i = 0; i < k; i++) {
                if (i)
                    buf_char(&want, '|');
                buf_put(&want, yaml_text(cell[i], any));
            }
            buf_char(&want, '\n');
            if (!text.n)
                text = S("\n");                 /* one more turn to judge the last case */
        }
    }
    return n;
}

START_TEST(the_comparison_of_readers_finds_ours_deterministic)
{
    if (!data_is_here(&A, "csv/JavaCsvComparison/tests"))
        return;
    DIR *d = opendir(data_path(&A, "csv/JavaCsvComparison/tests"));
    int n = 0;
    for (struct dirent *f; (f = readdir(d));) {
        bool is_comment_mode = !strcmp(f->d_name, "comments-read.yaml") || !strcmp(f->d_name, "comments-skip.yaml");
        if (f->d_name[0] == '.' || is_comment_mode)         /* '#' is a letter here */
            continue;
        n += compare_file(f->d_name, S("\n"));
        compare_file(f->d_name, S("\r\n"));
        compare_file(f->d_name, S("\r"));
    }
    closedir(d);
    ck_assert_int_eq(n, 46);
}
END_TEST

static struct table read_file(const char *name, struct csv **keep)
{
    struct err e = { 0 };
    struct csv *c;
    if (!csv_open_file(data_path(&A, name), NULL, &c, &e))
        ck_abort_msg("%s: %s", name, e.detail);
    if (keep) {
        *keep = c;
        return (struct table){ 0 };
    }
    return read_all(c);
}

START_TEST(papaparse_samples_are_read)
{
    if (!data_is_here(&A, "csv/PapaParse-tests/tests"))
        return;
    struct table t = read_file("csv/PapaParse-tests/tests/sample.csv", NULL);
    ck_text("sample", flat(&t), S("A|B|C\nX|Y|Z\n"));
    t = read_file("csv/PapaParse-tests/tests/utf-8-bom-sample.csv", NULL);
    ck_text("bom", flat(&t), S("A|B|C\nX|Y|Z\n"));
    t = read_file("csv/PapaParse-tests/tests/sample-header.csv", NULL);
    ck_text("header", flat(&t), S("title|name\ntest title 01|test name 01\n|test name 02\n"));
    t = read_file("csv/PapaParse-tests/tests/long-sample.csv", NULL);
    ck_assert_int_eq(t.n, 8);
    for (int i = 0; i < t.n; i++)
        ck_assert_uint_ge(t.row[i].n, 7);
    ck_text("first", t.row[0].cell[0], S("Grant"));
    ck_text("third", t.row[2].cell[5], S("Phasellus Fermentum Convallis PC"));
}
END_TEST

static void encoding_case(const char *name, const char *encoding, char sep, size_t columns, int rows)
{
    struct csv *c;
    struct err e;
    struct csv_row row;
    struct arena mem = arena_open(64 << 20);
    int n = 0;
    read_file(arena_fmt(&A, "csv/encodings/%s", name).p, &c);
    ck_assert_str_eq(csv_encoding(c), encoding);
    ck_assert_int_eq(csv_separator(c), sep);
    for (; csv_next(c, &mem, &row, &e); n++)
        ck_assert_uint_eq(row.n, columns);
    ck_assert_int_eq(e.code, ERR_NONE);
    ck_assert_int_eq(n, rows);
    ck_assert_int_eq(csv_bytes_done(c), csv_bytes_all(c));
    csv_close(c);
    arena_close(&mem);
}

static int lines_of(const char *name)
{
    str s = data_read(&A, name);
    int n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == '\n';
    return n;
}

START_TEST(files_in_four_scripts_and_four_encodings_are_read)
{
    if (!data_is_here(&A, "csv/encodings"))
        return;
    encoding_case("bn_upazilas.utf8-bom.semicolon.crlf.csv", "UTF-8", ';', 5,
                  lines_of("csv/encodings/bn_upazilas.utf8-bom.semicolon.crlf.csv"));
    encoding_case("en_names.windows-1252.comma.crlf.csv", "windows-1252", ',', 3, 3);
    encoding_case("fa_cities.windows-1256.comma.crlf.csv", "windows-1256", ',', 7,
                  lines_of("csv/encodings/fa_cities.windows-1256.comma.crlf.csv"));
    struct table t = read_file("csv/encodings/bn_upazilas.utf8-bom.semicolon.crlf.csv", NULL);
    ck_text("bn", t.row[1].cell[3], S("দেবিদ্বার"));
    t = read_file("csv/encodings/en_names.windows-1252.comma.crlf.csv", NULL);
    ck_text("en", flat(&t), S("name|city|note\nJosé Müller|Zürich|“smart quotes” – en dash … €100\n"
                              "Renée Ørsted|København|naïve café\n"));
}
END_TEST

START_TEST(utf_16_is_read_row_by_row)
{
    const char *name = "csv/encodings/hi_names.utf16le-bom.tab.crlf.txt";
    struct csv *c;
    struct err e;
    struct csv_row row;
    int n = 0;
    if (!data_is_here(&A, name))
        return;
    read_file(name, &c);
    ck_assert_str_eq(csv_encoding(c), "UTF-16LE");
    ck_assert_int_eq(csv_separator(c), '\t');
    for (; csv_next(c, &A, &row, &e); n++)
        if (n == 2)
            ck_text("hi", row.cell[1], S("आभीर"));
    ck_assert_int_eq(e.code, ERR_NONE);
    ck_assert_int_eq(n, 8728);
    csv_close(c);
}
END_TEST

START_TEST(persian_in_a_windows_code_page_equals_its_answer)
{
    struct csv *got, *want;
    struct csv_row x, y;
    struct err e;
    if (!data_is_here(&A, "csv/encodings"))
        return;
    read_file("csv/encodings/fa_cities.windows-1256.comma.crlf.csv", &got);
    read_file("csv/encodings/fa_cities.windows-1256.expected-utf8.csv", &want);
    while (csv_next(want, &A, &y, &e)) {
        ck_assert(csv_next(got, &A, &x, &e));
        ck_assert_uint_eq(x.n, y.n);
        for (size_t i = 0; i < y.n; i++)
            ck_text("city", x.cell[i], y.cell[i]);
    }
    ck_assert(!csv_next(got, &A, &x, &e));
    csv_close(got);
    csv_close(want);
}
END_TEST

/* ── writing ─────────────────────────────────────────────────────────────── */

static void round_trip(const str *cells, size_t n)
{
    struct buf b = buf_new(&A, 1 << 20);
    csv_put_row(&b, cells, n);
    struct table t = read_text(buf_str(&b), ',');
    ck_assert_int_eq(t.n, 1);
    ck_assert_uint_eq(t.row[0].n, n);
    for (size_t i = 0; i < n; i++)
        ck_text("round trip", csv_unguard(t.row[0].cell[i]), cells[i]);
}

START_TEST(what_is_written_reads_back_the_same)
{
    str cells[] = {
        S("plain"), S(""), S("a,b"), S("say \"hi\""), S("two\r\nlines"), S(" edges "), S("\t"), S("=1+1"), S("'=1+1"),
        S("''=x"), S("'quoted'"), S("'"), S("-5"), S("-5.25"), S("-cmd"), S("+8801711"), S("@x"), S("＝1"), S("বাংলা"),
        S("|"), S("-"), S("--"), S("\n"), S("'\n"), S("%0A"), S("-.5"),
    };
    round_trip(cells, countof(cells));
    for (size_t i = 0; i < countof(cells); i++)
        round_trip(&cells[i], 1);
}
END_TEST

START_TEST(a_formula_is_guarded_and_a_number_is_not)
{
    static const struct { const char *in, *out; } t[] = {
        { "=1", "'=1\r\n" }, { "+1", "'+1\r\n" }, { "@a", "'@a\r\n" }, { "-a", "'-a\r\n" }, { "-12.50", "-12.50\r\n" },
        { "\tx", "\"'\tx\"\r\n" }, { "＝x", "'＝x\r\n" }, { "x=1", "x=1\r\n" }, { "'x", "'x\r\n" }, { "", "\"\"\r\n" },
    };
    for (size_t i = 0; i < countof(t); i++) {
        struct buf b = buf_new(&A, 100);
        str cell = str_of(t[i].in);
        csv_put_row(&b, &cell, 1);
        ck_text(t[i].in, buf_str(&b), str_of(t[i].out));
    }
}
END_TEST

START_TEST(known_attacks_do_not_run)
{
    const char *name = "security/csv-injection/Intruder/csv-payload.txt";
    if (!data_is_here(&A, name))
        return;
    str text = data_read(&A, name);
    while (text.n) {
        str line = str_cut(&text, '\n');
        struct buf b = buf_new(&A, 4096);
        csv_put_row(&b, &line, 1);
        str out = buf_str(&b);
        ck_assert(!strchr("=+-@", out.p[out.p[0] == '"']));
        round_trip(&line, 1);
    }
}
END_TEST

SUITE("csv", 60, setup, teardown,
      rows_are_read_as_the_rfc_says,
      lines_are_counted_from_one_through_quoted_ones,
      an_open_quotation_breaks_one_row_and_no_more,
      bytes_that_are_no_text_break_their_row_only,
      unknown_encodings_and_missing_files_are_refused,
      a_cell_is_as_long_as_the_limit_and_not_longer,
      a_row_is_as_long_as_the_limit_and_not_longer,
      a_long_quotation_that_ends_costs_one_row_and_one_that_does_not_too,
      five_hundred_columns_are_read_and_one_more_is_refused,
      the_separator_is_found,
      the_encoding_is_found,
      an_accent_late_in_a_long_file_is_still_seen,
      csv_spectrum_reads_as_its_answers,
      the_comparison_of_readers_finds_ours_deterministic,
      papaparse_samples_are_read,
      files_in_four_scripts_and_four_encodings_are_read,
      utf_16_is_read_row_by_row,
      persian_in_a_windows_code_page_equals_its_answer,
      what_is_written_reads_back_the_same,
      a_formula_is_guarded_and_a_number_is_not,
      known_attacks_do_not_run)
