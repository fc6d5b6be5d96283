/* chart.h - figures as pictures: SVG drawn by the server, for this reader.
 *
 *     chart_put(h, &(struct chart){ .kind = CHART_COLUMNS, .title = _(x), .unit = CHART_MONEY,
 *                                   .currency = "USD", .points = p, .n = 12, .series = names, .nseries = 2 });
 *
 * Drawn twice, for a desk and for a phone, and the style sheet shows the one that
 * fits its slot: one picture scaled down has letters nobody can read. What runs in
 * time goes from left to right in every language; bars, funnels and gauges follow
 * the page. Ticks are bare numbers, their unit stands in the subtitle; below is the
 * same as a table. Geometry is whole numbers, colours are classes v1..v6.
 */
#pragma once
#include "html/html.h"

enum chart_kind { CHART_COLUMNS, CHART_BARS, CHART_LINE, CHART_FUNNEL, CHART_DONUT, CHART_GAUGE, CHART_SPARK };
enum chart_unit { CHART_COUNT, CHART_MONEY, CHART_PERCENT };   /* money in minor units, percent in 1/100 % */
enum { CHART_SERIES_MAX = 6, CHART_POINTS_MAX = 60 };
enum { CHART_FULL = 980, CHART_WIDE = 720, CHART_HALF = 520, CHART_THIRD = 320, CHART_PHONE = 320 };

struct chart_point { str label, note; struct url url; int64_t v[CHART_SERIES_MAX]; };  /* note: at the far end of a bar */
struct chart {
    enum chart_kind kind;
    enum chart_unit unit;
    str title;                                  /* read out; the heading above is the page's own */
    const char *currency;                       /* CHART_MONEY */
    const struct chart_point *points; size_t n; /* past CHART_POINTS_MAX: left out */
    const str *series; int nseries;             /* names for the legend; one series needs none */
    int width;                                  /* class of the slot; 0: CHART_WIDE */
    int64_t whole;                              /* CHART_GAUGE: what v[0] of the first point is part of */
};
void chart_put(struct html *h, const struct chart *c);
/* A line without axes, beside a figure. */
void chart_spark(struct html *h, const struct chart *c);

/* Where a text begins, as seen: `direction: rtl` swaps start and end, so nobody writes them by hand. */
enum chart_side { CHART_AT_LEFT, CHART_AT_MIDDLE, CHART_AT_RIGHT };
const char *chart_anchor(const struct locale *loc, enum chart_side side);
