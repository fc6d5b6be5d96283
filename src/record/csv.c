/* csv.c - the reader: a state machine over a window of decoded bytes.
 *
 * A row is scanned in place, then copied into the caller's arena once; cells are
 * slices of that copy, and only a cell with quotes is touched again. Choices where
 * files differ from the RFC: empty lines are skipped (a line of `""` is a row); a
 * quote counts only at the start of a cell, elsewhere it is a letter; what follows
 * a closing quote belongs to the cell; spaces stay; no comments.
 *
 * A quotation that is never closed would swallow the rest of the file. It breaks
 * one row: the reader goes back and continues on the line after it.
 */
#include "record/csv.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/utf8.h"
#include "msg/import.h"
#include "record/csv_in.h"

enum { WINDOW = 2 * CSV_RAW, READ_MIN = CSV_RAW };

enum state { CELL_START, CELL_PLAIN, CELL_QUOTED, CELL_QUOTE_SEEN };

struct cell { size_t from, to; bool has_quotes; };

struct csv {
    struct csv_in in;
    char *buf; size_t at, end, cap;             /* decoded bytes [at, end) are still to be read */
    int64_t decoded;                            /* bytes ever decoded */
    bool is_end;                                /* the source gave all it has */
    char separator;
    int64_t line;                               /* line that buf[at] stands in */
    bool after_cr;                              /* the byte before buf[at] ended a line as CR */
    struct cell cell[CSV_COLUMNS_MAX];
};

/* One row while it is scanned; positions count from its first byte. */
struct scan {
    enum state state;
    size_t i, from, ncells;
    bool has_quotes, is_too_long, is_cell_too_long, any_quotes;
    size_t dropped;                             /* bytes of a too long row already passed */
};

/* ── the window ──────────────────────────────────────────────────────────── */

static bool refill(struct csv *c, struct err *e)
{
    size_t n = 0;

    if (c->at) {
        memmove(c->buf, c->buf + c->at, c->end - c->at);
        c->end -= c->at;
        c->at = 0;
    }
    if (c->cap - c->end < READ_MIN) {
        char *bigger = realloc(c->buf, c->cap * 2);
        if (!bigger)
            return fail(e, ERR_FULL, 0, "no memory for a row");
        c->buf = bigger;
        c->cap *= 2;
    }
    if (!csv_in_read(&c->in, c->buf + c->end, c->cap - c->end, &n, e)) {
        c->is_end = true;
        c->at = c->end;
        return false;
    }
    c->is_end = n == 0;
    c->end += n;
    c->decoded += (int64_t)n;
    return true;
}

/* Passes n bytes, counting the lines that end in them: CR, LF or CRLF. */
static void pass(struct csv *c, size_t n)
{
    for (const char *p = c->buf + c->at, *to = p + n; p < to; p++) {
        if (*p == '\r' || (*p == '\n' && !c->after_cr))
            c->line++;
        c->after_cr = *p == '\r';
    }
    c->at += n;
}

static bool start(struct csv *c, struct err *e)
{
    c->at = c->end = 0;
    c->line = 1;
    c->after_cr = c->is_end = false;
    while (!c->is_end && c->end < CSV_RAW)
        if (!refill(c, e))
            return false;
    if (c->end >= 3 && !memcmp(c->buf, "\xEF\xBB\xBF", 3))
        c->at = 3;
    return true;
}

/* Back to the beginning and forward again, to the line after `line`. */
static bool go_to_line_after(struct csv *c, int64_t line, struct err *e)
{
    if (!csv_in_rewind(&c->in, e) || !start(c, e))
        return false;
    for (;;) {
        while (c->at < c->end && c->line <= line)
            pass(c, 1);
        if (c->at < c->end || c->is_end)
            return true;
        if (!refill(c, e))
            return false;
    }
}

/* ── opening ─────────────────────────────────────────────────────────────── */

/* Excel's own hint: a first line "sep=;". */
static bool take_hint(struct csv *c)
{
    const char *p = c->buf + c->at;

    if (c->end - c->at < 5 || memcmp(p, "sep=", 4) || strchr("\r\n\"", p[4])
        || (c->end - c->at > 5 && p[5] != '\r' && p[5] != '\n'))
        return false;
    c->separator = p[4];
    pass(c, 5);
    return true;
}

static bool open_in(int fd, str text, const struct csv_options *o, struct csv **out, struct err *e)
{
    struct csv *c = calloc(1, sizeof *c);
    struct csv_options none = { 0 };

    o = o ? o : &none;
    c->cap = WINDOW;
    c->buf = malloc(c->cap);
    if (!csv_in_open(&c->in, fd, text, o->encoding, e) || !start(c, e)) {
        csv_close(c);
        return false;
    }
    str head = { c->buf + c->at, c->end - c->at };
    if (o->separator)
        c->separator = o->separator;
    else if (!take_hint(c))
        c->separator = csv_look_separator(head, c->is_end);
    *out = c;
    return true;
}

bool csv_open_file(const char *path, const struct csv_options *o, struct csv **out, struct err *e)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);     /* a named pipe must not hang us */

    if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode)) {
        fail(e, ERR_NOT_FOUND, MSG_import_file_missing, "open: %s", fd < 0 ? strerror(errno) : "no file");
        err_arg(e, "path", str_of(path));
        if (fd >= 0)
            close(fd);
        return false;
    }
    return open_in(fd, (str){ 0 }, o, out, e);
}

bool csv_open_text(str text, const struct csv_options *o, struct csv **out, struct err *e)
{
    return open_in(-1, text, o, out, e);
}

void csv_close(struct csv *c)
{
    if (!c)
        return;
    if (c->in.raw)
        csv_in_close(&c->in);
    free(c->buf);
    free(c);
}

/* ── scanning ────────────────────────────────────────────────────────────── */

static void end_cell(struct csv *c, struct scan *s, size_t to)
{
    if (s->ncells < CSV_COLUMNS_MAX)
        c->cell[s->ncells] = (struct cell){ s->from, to, s->has_quotes };
    s->ncells++;
    s->from = to + 1;
    s->has_quotes = false;
    s->state = CELL_START;
}

/* Steps on until the row ends (true) or the window does (false). */
static bool scan_window(struct csv *c, struct scan *s)
{
    const char *p = c->buf + c->at;
    size_t n = c->end - c->at, i = s->i;
    char sep = c->separator;

    for (; i < n; i++) {
        char ch = p[i];
        if (s->state == CELL_QUOTED) {
            const char *q = memchr(p + i, '"', n - i);
            i = q ? (size_t)(q - p) : n - 1;
            if (q)
                s->state = CELL_QUOTE_SEEN;
        } else if (ch == sep) {
            end_cell(c, s, i);
        } else if (ch == '\n' || ch == '\r') {
            end_cell(c, s, i);
            s->i = i;
            return true;
        } else if (ch == '"' && s->state == CELL_START) {
            s->state = CELL_QUOTED;
            s->has_quotes = s->any_quotes = true;
        } else if (ch == '"' && s->state == CELL_QUOTE_SEEN) {
            s->state = CELL_QUOTED;             /* "" is a quote within */
        } else {
            s->state = CELL_PLAIN;
        }
    }
    s->i = n;
    return false;
}

/* A row past the limit is not kept; its end is still looked for. */
static void drop_scanned(struct csv *c, struct scan *s)
{
    s->is_too_long = true;
    s->dropped += s->i;
    pass(c, s->i);
    s->i = s->from = 0;
    s->ncells = 0;
}

/* The whole row: true with s->i at its end, or at the end of everything. */
static bool scan_row(struct csv *c, struct scan *s, struct err *e)
{
    while (!scan_window(c, s)) {
        if (c->is_end) {
            if (s->state != CELL_QUOTED)
                end_cell(c, s, s->i);
            return true;
        }
        if (s->i > CSV_ROW_MAX)
            drop_scanned(c, s);
        if (!refill(c, e))
            return false;
    }
    s->is_too_long |= s->i > CSV_ROW_MAX;
    return true;
}

/* ── cells ───────────────────────────────────────────────────────────────── */

/* `"ha ""ha"""x` in place: the quotes around go, doubled ones become one, x stays. */
static str unquote(char *p, size_t n)
{
    char *to = p, *from = p + 1, *end = p + n;

    while (from < end) {
        char *q = memchr(from, '"', (size_t)(end - from));
        size_t part = (size_t)((q ? q : end) - from);
        memmove(to, from, part);
        to += part;
        from += part;
        if (!q)
            break;
        if (from + 1 < end && from[1] == '"') {
            *to++ = '"';
            from += 2;
            continue;
        }
        from++;                                 /* the closing quote */
        memmove(to, from, (size_t)(end - from));
        to += end - from;
        break;
    }
    return (str){ p, (size_t)(to - p) };
}

static bool broken(struct err *e, enum err_code code, int msg, int64_t line, int64_t max)
{
    fail(e, code, msg, "line %lld", (long long)line);
    e->pos = line;
    err_arg_int(e, "line", line);
    return max ? err_arg_int(e, "max", max) : false;
}

static bool check_row(const struct csv *c, const struct scan *s, int64_t line, struct err *e)
{
    str row = { c->buf + c->at, s->i };

    if (s->is_too_long)
        return broken(e, ERR_TOO_LARGE, MSG_import_row_too_long, line, CSV_ROW_MAX);
    if (s->ncells > CSV_COLUMNS_MAX)
        return broken(e, ERR_TOO_LARGE, MSG_import_too_many_columns, line, CSV_COLUMNS_MAX);
    if ((row.n && memchr(row.p, 0, row.n)) || !utf8_valid(row)) {
        broken(e, ERR_INVALID, MSG_import_bad_bytes, line, 0);
        return err_arg(e, "encoding", str_of(c->in.encoding));
    }
    return true;
}

static bool take_row(struct csv *c, const struct scan *s, struct arena *a, struct csv_row *out, struct err *e)
{
    char *copy = arena_new(a, char, s->i + 1);
    str *cells = arena_new(a, str, s->ncells);

    memcpy(copy, c->buf + c->at, s->i);
    for (size_t i = 0; i < s->ncells; i++) {
        const struct cell *k = &c->cell[i];
        size_t n = k->to - k->from;
        cells[i] = k->has_quotes ? unquote(copy + k->from, n) : (str){ copy + k->from, n };
        if (cells[i].n > CSV_CELL_MAX) {
            broken(e, ERR_TOO_LARGE, MSG_import_cell_too_long, out->line, CSV_CELL_MAX);
            return err_arg_int(e, "column", (int64_t)i + 1);
        }
    }
    out->cell = cells;
    out->n = s->ncells;
    return true;
}

/* The row and its line end; an LF after a CR may wait in the next window. */
static void pass_row(struct csv *c, const struct scan *s)
{
    if (s->any_quotes || s->dropped) {
        pass(c, s->i);
    } else {
        c->at += s->i;
        c->after_cr = false;
    }
    if (c->at < c->end)
        pass(c, 1);
    if (c->after_cr && c->at < c->end && c->buf[c->at] == '\n')
        pass(c, 1);
}

static bool skip_empty_lines(struct csv *c, struct err *e)
{
    for (;;) {
        while (c->at < c->end && (c->buf[c->at] == '\n' || c->buf[c->at] == '\r'))
            pass(c, 1);
        if (c->at < c->end || c->is_end)
            return c->at < c->end;
        if (!refill(c, e))
            return false;
    }
}

bool csv_next(struct csv *c, struct arena *a, struct csv_row *out, struct err *e)
{
    struct scan s = { 0 };

    *e = (struct err){ 0 };
    if (!skip_empty_lines(c, e))
        return false;
    struct csv_row row = { .line = c->line };
    if (!scan_row(c, &s, e))
        return false;
    if (s.state == CELL_QUOTED) {               /* only at the end of everything */
        struct err again = { 0 };
        if (!go_to_line_after(c, row.line, &again))
            return *e = again, false;
        return broken(e, ERR_INVALID, MSG_import_quote_open, row.line, 0);
    }
    bool ok = check_row(c, &s, row.line, e) && take_row(c, &s, a, &row, e);
    pass_row(c, &s);
    if (ok)
        *out = row;
    return ok;
}

/* ── what was found ──────────────────────────────────────────────────────── */

int64_t csv_bytes_done(const struct csv *c)
{
    size_t left = c->end - c->at;

    if (!left || !c->decoded)
        return c->in.done;
    return c->in.done - (int64_t)((double)left * (double)c->in.done / (double)c->decoded);
}

int64_t csv_bytes_all(const struct csv *c) { return c->in.all; }
char csv_separator(const struct csv *c) { return c->separator; }
const char *csv_encoding(const struct csv *c) { return c->in.encoding; }
