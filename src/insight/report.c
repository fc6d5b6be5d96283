/* report.c - a table of figures: shown to a reader, written as CSV. */
#include "insight/report.h"
#include <math.h>
#include <stdlib.h>
#include "base/clock.h"
#include "insight/insight_views.h"
#include "msg/insight.h"
#include "record/csv.h"

struct report *report_new(struct ctx *c, const char *id, str title, str sub)
{
    struct report *r = arena_new(c->a, struct report, 1);
    *r = (struct report){ .c = c, .id = id, .title = title, .sub = sub };
    return r;
}

void report_column(struct report *r, str label, enum figure kind) { r->col[r->ncols++] = (struct column){ label, kind }; }

struct cell *report_row(struct report *r)
{
    if (r->n == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 32, w = (size_t)r->ncols;
        struct cell *more = arena_new(r->c->a, struct cell, cap * w);
        if (r->n)
            memcpy(more, r->cell, r->n * w * sizeof *more);
        r->cell = more;
        r->cap = cap;
    }
    return &r->cell[r->n++ * (size_t)r->ncols];
}

struct cell cell_share(int64_t part, int64_t whole, struct url u)
{
    if (whole == 0)
        return (struct cell){ 0 };
    __int128 x = (__int128)part * 10000, half = whole / 2;
    return (struct cell){ true, (int64_t)((x >= 0 ? x + half : x - half) / whole), { 0 }, u };
}

/* ── for the reader ──────────────────────────────────────────────────────── */

str report_show(struct ctx *c, enum figure kind, const struct cell *x)
{
    struct html part = html_new(c->a, c->loc, 256), *h = &part;
    if (!x->is_known)
        return S("–");
    switch (kind) {
    case FIGURE_TEXT:    return x->text;
    case FIGURE_COUNT:   return loc_int(c->a, c->loc, x->n);
    case FIGURE_MONEY:   return loc_money(c->a, c->loc, x->n, c->ws->currency);
    case FIGURE_PERCENT: return loc_percent(c->a, c->loc, (double)x->n / 10000, 1);
    case FIGURE_DAYS:    return _(insight_days, .n = A(loc_num(c->a, c->loc, (double)x->n / 10, 1)));
    case FIGURE_TIME:    return loc_duration(c->a, c->loc, x->n);
    }
    return (str){ 0 };
}

struct html_safe report_table(struct html *h, const struct report *r)
{
    struct shown *v = arena_new(h->a, struct shown, r->n * (size_t)r->ncols + 1);
    struct shown_row *rows = arena_new(h->a, struct shown_row, r->n + 1);
    struct html part = html_part(h);
    for (size_t i = 0; i < r->n * (size_t)r->ncols; i++) {
        enum figure kind = r->col[i % (size_t)r->ncols].kind;
        bool is_nothing = kind == FIGURE_COUNT && r->cell[i].n == 0;    /* no record stands behind it */
        v[i] = (struct shown){ report_show(r->c, kind, &r->cell[i]), is_nothing ? NOWHERE : r->cell[i].url, kind != FIGURE_TEXT };
    }
    for (size_t i = 0; i < r->n; i++)
        rows[i] = (struct shown_row){ v + i * (size_t)r->ncols, (size_t)r->ncols };
    struct insight_table_view view = { .title = r->title, .col = r->col, .ncols = (size_t)r->ncols, .rows = rows,
                                       .nrows = r->n - r->has_total, .total = r->has_total ? &rows[r->n - 1] : NULL };
    view_insight_table(&part, &view);
    return html_done(&part);
}

/* ── for a spreadsheet ───────────────────────────────────────────────────── */

static str scaled(struct arena *a, int64_t n, int scale)
{
    uint64_t ten = 1, u = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    for (int i = 0; i < scale; i++)
        ten *= 10;
    if (scale == 0)
        return arena_fmt(a, "%lld", (long long)n);
    return arena_fmt(a, "%s%llu.%0*llu", n < 0 ? "-" : "", (unsigned long long)(u / ten), scale, (unsigned long long)(u % ten));
}

static str plain(struct ctx *c, enum figure kind, const struct cell *x)
{
    int digits = currency_digits(c->ws->currency);
    if (!x->is_known)
        return (str){ 0 };
    switch (kind) {
    case FIGURE_TEXT:    return x->text;
    case FIGURE_COUNT:   return scaled(c->a, x->n, 0);
    case FIGURE_MONEY:   return scaled(c->a, x->n, digits < 0 ? 0 : digits);
    case FIGURE_PERCENT: return scaled(c->a, x->n, 2);
    case FIGURE_DAYS:    return scaled(c->a, x->n, 1);
    case FIGURE_TIME:    return scaled(c->a, x->n / SECOND_US, 0);
    }
    return (str){ 0 };
}

void report_csv(const struct report *r, struct buf *out)
{
    str line[COLUMNS_MAX];
    for (int i = 0; i < r->ncols; i++)
        line[i] = r->col[i].label;
    csv_put_row(out, line, (size_t)r->ncols);
    for (size_t k = 0; k < r->n; k++) {
        for (int i = 0; i < r->ncols; i++)
            line[i] = plain(r->c, r->col[i].kind, &r->cell[k * (size_t)r->ncols + (size_t)i]);
        csv_put_row(out, line, (size_t)r->ncols);
    }
}

/* ── middles ─────────────────────────────────────────────────────────────── */

void numbers_put(struct numbers *x, int64_t n)
{
    if (x->n == x->cap) {
        size_t cap = x->cap ? x->cap * 2 : 256;
        int64_t *more = arena_new(x->a, int64_t, cap);
        if (x->n)
            memcpy(more, x->v, x->n * sizeof *more);
        x->v = more;
        x->cap = cap;
    }
    x->v[x->n++] = n;
    x->sum += n;
}

static int upwards(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

int64_t median_of(int64_t *v, size_t n)
{
    if (n == 0)
        return 0;
    qsort(v, n, sizeof *v, upwards);
    return n % 2 ? v[n / 2] : v[n / 2 - 1] + (v[n / 2] - v[n / 2 - 1]) / 2;
}
