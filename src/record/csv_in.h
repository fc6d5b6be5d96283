/* csv_in.h - private to csv*.c: the bytes of a table, handed on as UTF-8.
 *
 * The encoding is decided over the whole file before the first row is read: the
 * first accent of a list of names may stand in row 90,000. Nothing here knows rows.
 *
 * Owns: a file descriptor and one converter, from csv_in_open to csv_in_close.
 */
#pragma once
#include "record/csv.h"

enum { CSV_RAW = 64 * 1024, CSV_NAME_MAX = 40 };

struct UConverter;
struct csv_in {
    int fd;                                     /* -1: `text` */
    str text;
    int64_t done, all;                          /* bytes of the source */
    char encoding[CSV_NAME_MAX];                /* "UTF-8", "windows-1256" ... */
    struct UConverter *from, *to;               /* NULL: it is UTF-8 already */
    char *raw; size_t at, n;                    /* read and not yet decoded */
    uint16_t *pivot, *pivot_from, *pivot_to;
    bool is_flushed;
};

/* Takes `fd` over, also on failure. `encoding` NULL: sniff. */
bool csv_in_open(struct csv_in *in, int fd, str text, const char *encoding, struct err *e);
void csv_in_close(struct csv_in *in);
bool csv_in_rewind(struct csv_in *in, struct err *e);
/* Up to `room` decoded bytes; *n 0: the end. */
bool csv_in_read(struct csv_in *in, char *out, size_t room, size_t *n, struct err *e);

/* csv_sniff.c: what the bytes look like. */
struct csv_look {                               /* fed piece by piece, then asked */
    unsigned char head[4]; size_t nhead;
    int64_t all, even_nul, odd_nul;
    int utf8_more; bool is_utf8; unsigned char utf8_min, utf8_max;
    char *sample; size_t nsample, sample_max;   /* pieces of lines that are not ASCII */
};
void csv_look_at(struct csv_look *l, str piece);
/* NULL: bytes of something that is no table of text; *what says which. */
const char *csv_look_encoding(const struct csv_look *l, const char **what);
/* The separator that cuts the rows of `head` most evenly. is_whole: no row is cut off. */
char csv_look_separator(str head, bool is_whole);
