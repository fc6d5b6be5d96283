/* csv.c - fuzz target: any bytes are read without harm, whatever is read writes
 * back to the same rows, and nothing endless comes of it. The first byte chooses
 * the separator and the encoding, or leaves them to the sniffer. */
#include "record/csv.h"
#include <stdlib.h>
#include "base/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_back(struct arena a, const struct csv_row *row)
{
    struct buf b = buf_new(&a, 64 << 20);
    struct csv *c;
    struct csv_row again;
    struct err e;

    csv_put_row(&b, row->cell, row->n);
    if (!csv_open_text(buf_str(&b), &(struct csv_options){ ',', "UTF-8" }, &c, &e) || !csv_next(c, &a, &again, &e)
        || again.n != row->n)
        abort();
    for (size_t i = 0; i < row->n; i++)
        if (!str_eq(csv_unguard(again.cell[i]), row->cell[i]))
            abort();
    csv_close(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char sep[] = { 0, ',', ';', '\t' };
    static const char *const enc[] = { NULL, "UTF-8", "UTF-16LE", "windows-1256" };
    static struct arena all;
    struct csv_options o = { 0 };
    struct csv *c;
    struct err e;
    int64_t line = 0;

    if (!all.base)
        all = arena_open(256 << 20);
    if (n) {
        o = (struct csv_options){ sep[data[0] & 3], enc[data[0] >> 2 & 3] };
        data++, n--;
    }
    if (!csv_open_text((str){ (const char *)data, n }, &o, &c, &e))
        return 0;
    for (size_t rows = 0; ; rows++) {
        struct arena a = all;
        struct csv_row row;
        if (csv_next(c, &a, &row, &e)) {
            if (row.line <= line || row.n == 0)
                abort();
            line = row.line;
            /* A BOM at the head of the row's first cell is read as a BOM, so it is no round trip. */
            if (!str_starts(row.cell[0], S("\xEF\xBB\xBF")) && !str_starts(row.cell[0], S("sep=")))
                read_back(a, &row);
        } else if (!e.code) {
            break;
        }
        if (rows > 4 * n + 4)
            abort();
    }
    csv_close(c);
    return 0;
}
