/* csv_write.c - writing rows that every spreadsheet reads and none runs.
 *
 * A cell that a spreadsheet would take for a formula gets an apostrophe before
 * it. So does a cell that already looks guarded, or reading back could not tell
 * ours from theirs: csv_unguard(what was put) is always the cell. A plain
 * negative number is harmless and stays a number.
 */
#include "record/csv.h"
#include "base/buf.h"
#include "base/utf8.h"

static bool is_negative_number(str s)
{
    if (s.n < 2 || s.p[0] != '-')
        return false;
    for (size_t i = 1; i < s.n; i++)
        if ((s.p[i] < '0' || s.p[i] > '9') && (s.p[i] != '.' || i == 1))
            return false;
    return true;
}

/* Would it run? Apostrophes before it do not count. */
static bool is_formula(str s)
{
    while (s.n && s.p[0] == '\'')
        s = str_from(s, 1);
    str rest = s;
    switch (utf8_next(&rest)) {
    case '-':
        return !is_negative_number(s);
    case '=': case '+': case '@': case '\t': case '\r': case '\n': case '|': case '%':
    case 0xFF1D: case 0xFF0B: case 0xFF0D: case 0xFF20:         /* full-width = + - @ */
        return true;
    default:
        return false;
    }
}

static bool needs_quotes(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr(",;\t|\"\r\n", s.p[i]) && s.p[i])
            return true;
    return s.n && (s.p[0] == ' ' || s.p[s.n - 1] == ' ');
}

static void put_cell(struct buf *b, str s)
{
    bool guard = is_formula(s), quotes = needs_quotes(s);

    if (quotes)
        buf_char(b, '"');
    if (guard)
        buf_char(b, '\'');
    while (quotes && s.n) {
        ptrdiff_t at = str_find_char(s, '"');
        if (at < 0)
            break;
        buf_put(b, str_head(s, (size_t)at + 1));
        buf_char(b, '"');
        s = str_from(s, (size_t)at + 1);
    }
    buf_put(b, s);
    if (quotes)
        buf_char(b, '"');
}

void csv_put_row(struct buf *b, const str *cell, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_char(b, ',');
        put_cell(b, cell[i]);
    }
    if (n == 1 && cell[0].n == 0)
        buf_lit(b, "\"\"");                     /* an empty line would be no row */
    buf_lit(b, "\r\n");
}

str csv_unguard(str cell)
{
    bool is_ours = cell.n > 1 && cell.p[0] == '\'' && is_formula(str_from(cell, 1));
    return is_ours ? str_from(cell, 1) : cell;
}
