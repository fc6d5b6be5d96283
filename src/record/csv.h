/* csv.h - reading and writing tables of text: RFC 4180 with what real files do.
 *
 * The reader streams: it holds one row. Encoding (UTF-8 with or without BOM,
 * UTF-16, windows-1256, windows-1252, by ICU) and separator (comma, semicolon,
 * tab, pipe) are sniffed from the head and may be given.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum { CSV_ROW_MAX = 1 << 20, CSV_COLUMNS_MAX = 500, CSV_CELL_MAX = 256 * 1024 };
struct csv_options { char separator; const char *encoding; };       /* zero: sniff */
struct csv;                                                         /* an open reader */
bool csv_open_file(const char *path, const struct csv_options *o, struct csv **out, struct err *e);
bool csv_open_text(str text, const struct csv_options *o, struct csv **out, struct err *e);
void csv_close(struct csv *c);                                      /* accepts NULL */
struct csv_row { str *cell; size_t n; int64_t line; };              /* line of its first character, from 1 */
/* false: the end, or a broken row (e->code set; the reader goes on with the next row). Cells live in `a`. */
bool csv_next(struct csv *c, struct arena *a, struct csv_row *out, struct err *e);
int64_t csv_bytes_done(const struct csv *c);
int64_t csv_bytes_all(const struct csv *c);
char csv_separator(const struct csv *c);
const char *csv_encoding(const struct csv *c);

struct buf;
/* Quotes as needed; a cell a spreadsheet would run gets a leading apostrophe, which csv_unguard takes off. */
void csv_put_row(struct buf *b, const str *cell, size_t n);
str csv_unguard(str cell);
