/* csv_in.c - reading the bytes of a table and turning them into UTF-8.
 *
 * UTF-8 passes through untouched (the reader checks each row, so that one bad
 * byte costs one row). Everything else goes through ICU; what an encoding cannot
 * name becomes U+FFFD.
 */
#include "record/csv_in.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unicode/ucnv.h>
#include "msg/import.h"

enum { PIVOT = 8192, SAMPLE = 32 * 1024 };

/* ── bytes ───────────────────────────────────────────────────────────────── */

static bool read_raw(struct csv_in *in, char *out, size_t room, size_t *n, struct err *e)
{
    if (in->fd < 0) {
        str rest = str_head(str_from(in->text, (size_t)in->done), room);
        if (rest.n)
            memcpy(out, rest.p, rest.n);
        *n = rest.n;
    } else {
        ssize_t got;
        do
            got = read(in->fd, out, room);
        while (got < 0 && errno == EINTR);
        if (got < 0)
            return fail(e, ERR_INTERNAL, MSG_import_file_unreadable, "read: %s", strerror(errno));
        *n = (size_t)got;
    }
    in->done += (int64_t)*n;
    return true;
}

static bool seek_start(struct csv_in *in, struct err *e)
{
    if (in->fd >= 0 && lseek(in->fd, 0, SEEK_SET) < 0)
        return fail(e, ERR_INTERNAL, MSG_import_file_unreadable, "lseek: %s", strerror(errno));
    in->done = 0;
    in->at = in->n = 0;
    in->is_flushed = false;
    return true;
}

/* ── encoding ────────────────────────────────────────────────────────────── */

static bool sniff(struct csv_in *in, struct err *e)
{
    struct csv_look look = { .sample_max = SAMPLE };
    const char *what;
    size_t n = 1;
    bool ok = true;

    look.sample = malloc(SAMPLE);
    while (n && (ok = read_raw(in, in->raw, CSV_RAW, &n, e))) {
        csv_look_at(&look, (str){ in->raw, n });
        if (look.all >= CSV_RAW && !look.is_utf8 && look.nsample + 64 > SAMPLE)
            break;                              /* no UTF-8, and enough seen to name the page */
    }
    const char *name = ok ? csv_look_encoding(&look, &what) : NULL;
    free(look.sample);
    if (!ok)
        return false;
    if (!name) {
        fail(e, ERR_INVALID, MSG_import_not_a_table, "looks like %s", what);
        return err_arg(e, "kind", str_of(what));
    }
    snprintf(in->encoding, sizeof in->encoding, "%s", name);
    return seek_start(in, e);
}

/* ICU knows many names of one encoding; people see the common one. */
static void name_encoding(struct csv_in *in, const char *asked)
{
    static const char *const common[] = { "UTF-8", "UTF-16LE", "UTF-16BE", "windows-1256", "windows-1252" };

    snprintf(in->encoding, sizeof in->encoding, "%s", asked);
    for (size_t i = 0; i < countof(common); i++)
        if (!ucnv_compareNames(asked, common[i]))
            snprintf(in->encoding, sizeof in->encoding, "%s", common[i]);
    if (!ucnv_compareNames(asked, "UTF8"))
        snprintf(in->encoding, sizeof in->encoding, "UTF-8");
}

static bool open_converter(struct csv_in *in, struct err *e)
{
    UErrorCode ec = U_ZERO_ERROR;

    if (!strcmp(in->encoding, "UTF-8"))
        return true;
    in->from = ucnv_open(in->encoding, &ec);
    in->to = ucnv_open("UTF-8", &ec);
    if (U_FAILURE(ec)) {
        fail(e, ERR_INVALID, MSG_import_encoding_unknown, "ucnv_open: %s", u_errorName(ec));
        return err_arg(e, "name", str_of(in->encoding));
    }
    in->pivot = malloc(PIVOT * sizeof *in->pivot);
    in->pivot_from = in->pivot_to = in->pivot;
    return true;
}

bool csv_in_open(struct csv_in *in, int fd, str text, const char *encoding, struct err *e)
{
    *in = (struct csv_in){ .fd = fd, .text = text, .all = (int64_t)text.n };
    in->raw = malloc(CSV_RAW);
    if (fd >= 0) {
        off_t end = lseek(fd, 0, SEEK_END);
        in->all = end > 0 ? end : 0;
        if (end < 0 || !seek_start(in, e)) {
            csv_in_close(in);
            return fail(e, ERR_INVALID, MSG_import_file_unreadable, "not a plain file");
        }
    }
    if (encoding)
        name_encoding(in, encoding);
    if ((!encoding && !sniff(in, e)) || !open_converter(in, e)) {
        csv_in_close(in);
        return false;
    }
    return true;
}

void csv_in_close(struct csv_in *in)
{
    if (in->from)
        ucnv_close(in->from);
    if (in->to)
        ucnv_close(in->to);
    free(in->pivot);
    free(in->raw);
    if (in->fd >= 0)
        close(in->fd);
    *in = (struct csv_in){ .fd = -1 };
}

bool csv_in_rewind(struct csv_in *in, struct err *e)
{
    if (in->from) {
        ucnv_reset(in->from);
        ucnv_reset(in->to);
        in->pivot_from = in->pivot_to = in->pivot;
    }
    return seek_start(in, e);
}

static bool convert(struct csv_in *in, char *out, size_t room, size_t *n, struct err *e)
{
    UErrorCode ec = U_ZERO_ERROR;
    char *to = out;
    const char *from = in->raw + in->at;
    bool is_last = in->done >= in->all;

    ucnv_convertEx(in->to, in->from, &to, out + room, &from, in->raw + in->n, in->pivot,
                   &in->pivot_from, &in->pivot_to, in->pivot + PIVOT, false, is_last, &ec);
    in->at = (size_t)(from - in->raw);
    *n = (size_t)(to - out);
    if (U_FAILURE(ec) && ec != U_BUFFER_OVERFLOW_ERROR)
        return fail(e, ERR_INVALID, MSG_import_file_unreadable, "convert: %s", u_errorName(ec));
    in->is_flushed = is_last && ec != U_BUFFER_OVERFLOW_ERROR;
    return true;
}

bool csv_in_read(struct csv_in *in, char *out, size_t room, size_t *n, struct err *e)
{
    if (!in->from)
        return read_raw(in, out, room, n, e);
    *n = 0;
    while (*n == 0 && !in->is_flushed) {
        if (in->at == in->n && in->done < in->all) {
            in->at = 0;
            if (!read_raw(in, in->raw, CSV_RAW, &in->n, e))
                return false;
            if (in->n == 0)
                in->all = in->done;             /* the file became shorter meanwhile */
        }
        if (!convert(in, out, room, n, e))
            return false;
    }
    return true;
}
