/* csv_sniff.c - guessing the encoding and the separator of a table.
 *
 * UTF-8 proves itself: text of another encoding is hardly ever valid UTF-8 by
 * chance. A byte order mark or the NULs of UTF-16 decide likewise. What is left
 * is a code page of Windows, and there a statistical detector errs on lists of
 * names, so its word is checked against the shape of the words: in Latin text
 * high bytes stand among ASCII letters, in Persian and Arabic text whole words
 * are made of them. Other code pages are read when the caller names them.
 */
#include "record/csv_in.h"
#include <string.h>
#include <unicode/ucsdet.h>

/* ── UTF-8, piece by piece ───────────────────────────────────────────────── */

static void utf8_lead(struct csv_look *l, unsigned char b)
{
    l->utf8_min = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : 0x80;
    l->utf8_max = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : 0xBF;
    l->utf8_more = b >= 0xF0 ? 3 : b >= 0xE0 ? 2 : 1;
    if (b < 0xC2 || b > 0xF4)
        l->is_utf8 = false;
}

static void utf8_step(struct csv_look *l, unsigned char b)
{
    if (l->utf8_more) {
        if (b < l->utf8_min || b > l->utf8_max)
            l->is_utf8 = false;
        l->utf8_more--;
        l->utf8_min = 0x80;
        l->utf8_max = 0xBF;
    } else if (b >= 0x80) {
        utf8_lead(l, b);
    }
}

/* Keeps the surroundings of a high byte for the detector. */
static void keep_sample(struct csv_look *l, str piece, size_t at)
{
    size_t from = at > 8 ? at - 8 : 0, to = at + 8 < piece.n ? at + 8 : piece.n;
    if (!l->sample || l->sample_max - l->nsample < to - from)
        return;
    memcpy(l->sample + l->nsample, piece.p + from, to - from);
    l->nsample += to - from;
}

void csv_look_at(struct csv_look *l, str piece)
{
    size_t kept = 0;

    if (l->all == 0)
        l->is_utf8 = true;
    for (size_t i = 0; i < piece.n; i++) {
        unsigned char b = (unsigned char)piece.p[i];
        if (l->nhead < sizeof l->head)
            l->head[l->nhead++] = b;
        if (b == 0)
            (l->all + (int64_t)i) & 1 ? l->odd_nul++ : l->even_nul++;
        if (b < 0x80 && !l->utf8_more)
            continue;
        if (l->is_utf8)
            utf8_step(l, b);
        if (i >= kept && b >= 0x80) {
            keep_sample(l, piece, i);
            kept = i + 8;
        }
    }
    l->all += (int64_t)piece.n;
}

/* ── code pages ──────────────────────────────────────────────────────────── */

/* More words made of high bytes alone than words that mix them with a-z? */
static bool words_are_high(const char *p, size_t n)
{
    size_t high_words = 0, mixed_words = 0;

    for (size_t i = 0; i < n;) {
        size_t high = 0, low = 0;
        for (; i < n; i++) {
            unsigned char b = (unsigned char)p[i];
            if (b >= 0x80)
                high++;
            else if ((b | 32) >= 'a' && (b | 32) <= 'z')
                low++;
            else
                break;
        }
        if (high >= 2 && low == 0)
            high_words++;
        else if (high && low)
            mixed_words++;
        i += high + low == 0;
    }
    return high_words > mixed_words;
}

static bool detector_says_arabic(const char *p, size_t n)
{
    UErrorCode ec = U_ZERO_ERROR;
    UCharsetDetector *d = ucsdet_open(&ec);
    bool is_arabic = false;

    ucsdet_setText(d, p, (int32_t)n, &ec);
    const UCharsetMatch *m = ucsdet_detect(d, &ec);
    if (U_SUCCESS(ec) && m) {
        const char *name = ucsdet_getName(m, &ec);
        is_arabic = name && (strstr(name, "1256") || strstr(name, "8859-6"));
    }
    ucsdet_close(d);
    return is_arabic;
}

static const char *code_page(const struct csv_look *l)
{
    if (l->nsample == 0)
        return "windows-1252";
    bool high = words_are_high(l->sample, l->nsample);
    /* A handful of words proves little by its shape: both must agree. */
    if (high && l->nsample < 64)
        high = detector_says_arabic(l->sample, l->nsample);
    return high ? "windows-1256" : "windows-1252";
}

const char *csv_look_encoding(const struct csv_look *l, const char **what)
{
    const unsigned char *h = l->head;
    int64_t nuls = l->even_nul + l->odd_nul;

    *what = "";
    if (l->nhead >= 3 && h[0] == 0xEF && h[1] == 0xBB && h[2] == 0xBF)
        return "UTF-8";
    if (l->nhead >= 2 && h[0] == 0xFF && h[1] == 0xFE)
        return "UTF-16LE";
    if (l->nhead >= 2 && h[0] == 0xFE && h[1] == 0xFF)
        return "UTF-16BE";
    if (l->nhead >= 4 && !memcmp(h, "PK\3\4", 4))
        return *what = "xlsx", NULL;
    if (l->nhead >= 4 && !memcmp(h, "\xD0\xCF\x11\xE0", 4))
        return *what = "xls", NULL;
    if (l->nhead >= 4 && !memcmp(h, "%PDF", 4))
        return *what = "pdf", NULL;
    if (nuls * 20 >= l->all && nuls > 0) {      /* every separator and line end has one */
        if (l->odd_nul > 8 * l->even_nul)
            return "UTF-16LE";
        if (l->even_nul > 8 * l->odd_nul)
            return "UTF-16BE";
        return *what = "binary", NULL;
    }
    return l->is_utf8 && !l->utf8_more ? "UTF-8" : code_page(l);
}

/* ── separator ───────────────────────────────────────────────────────────── */

enum { SNIFF_ROWS = 60 };

/* Fields per row when cut at `sep`; returns the rows seen. */
static size_t count_fields(str s, char sep, bool is_whole, int *fields)
{
    size_t rows = 0;
    int n = 1;
    bool in_quotes = false, at_start = true, is_blank = true;

    for (size_t i = 0; i < s.n && rows < SNIFF_ROWS; i++) {
        char ch = s.p[i];
        if (in_quotes) {
            in_quotes = ch != '"';
        } else if (ch == '"' && (at_start || (i && s.p[i - 1] == '"'))) {
            in_quotes = true;
            is_blank = false;
        } else if (ch == '\n' || ch == '\r') {
            if (!is_blank)
                fields[rows++] = n;
            n = 1;
            at_start = is_blank = true;
            continue;
        } else if (ch == sep) {
            n++;
            at_start = true;
            is_blank = false;
            continue;
        } else {
            is_blank = false;
        }
        at_start = false;
    }
    if (!is_blank && rows < SNIFF_ROWS && (is_whole || rows == 0))
        fields[rows++] = n;
    return rows;
}

/* How evenly: the share of rows as wide as the most common width, 0 when nothing is cut. */
static double evenness(const int *fields, size_t rows, int *width)
{
    size_t best = 0;

    for (size_t i = 0; i < rows; i++) {
        size_t same = 0;
        for (size_t j = 0; j < rows; j++)
            same += fields[j] == fields[i];
        if (same > best || (same == best && fields[i] > *width)) {
            best = same;
            *width = fields[i];
        }
    }
    if (rows == 0 || *width < 2)
        return 0;
    /* The header is never ragged by accident: a cut that misses it is a poor one. */
    return (double)best / (double)rows * (fields[0] == *width ? 1 : 0.5);
}

char csv_look_separator(str head, bool is_whole)
{
    static const char candidates[] = { ',', ';', '\t', '|' };
    double best = 0;
    int best_width = 0;
    char sep = ',';

    for (size_t i = 0; i < sizeof candidates; i++) {
        int fields[SNIFF_ROWS], width = 0;
        size_t rows = count_fields(head, candidates[i], is_whole, fields);
        double even = evenness(fields, rows, &width);
        if (even > best + 0.1 || (even > best - 0.1 && even > 0 && width > best_width)) {
            best = even;
            best_width = width;
            sep = candidates[i];
        }
    }
    return sep;
}
