/* chart_inside.h - private to chart*.c: shapes that wait for the view, and the scale they share. */
#pragma once
#include "web/chart.h"

struct rect { int x, y, w, h; str title; struct url url; const char *colour; };
struct line { int x1, y1, x2, y2; };
struct words { int x, y; const char *anchor, *kind; str text; };
struct label { int x, y, w, h, text_x; const char *anchor; str text; };
struct shape { str d, title; const char *colour, *kind; };

struct canvas {
    struct html *h;
    const struct chart *c;
    int w, high;
    bool is_rtl, is_phone;
    int64_t div, top;                           /* values of one unit; the highest tick, in values */
    struct rect *rects; size_t nrects;
    struct line *lines; size_t nlines;
    struct words *words; size_t nwords;
    struct label *labels; size_t nlabels;
    struct shape *shapes; size_t nshapes;
};
enum { CHART_SHAPES_MAX = CHART_POINTS_MAX * (CHART_SERIES_MAX + 2) + 16 };

int64_t chart_sum(const struct chart *c, size_t i);
str chart_number(const struct canvas *k, int64_t v);            /* bare, in the unit of the subtitle */
str chart_full(struct html *h, const struct chart *c, int64_t v);       /* whole, for tables and titles */
const char *chart_colour(int series);
bool chart_has_links(const struct canvas *k);                   /* then it is a group of links, else one picture */
int chart_flip(const struct canvas *k, int x, int w);           /* mirrors in right-to-left pages */
void chart_say(struct canvas *k, int x, int y, enum chart_side side, const char *kind, str text);

void chart_draw_columns(struct canvas *k);
void chart_draw_bars(struct canvas *k);
void chart_draw_line(struct canvas *k);
void chart_draw_round(struct canvas *k);

struct chart_svg_view { const struct canvas *k; str title, desc; bool is_phone, is_spark; };
void view_chart_svg(struct html *h, const struct chart_svg_view *v);
struct chart_line { str label; struct url url; str v[CHART_SERIES_MAX]; };
struct chart_series { str name; const char *colour; };
struct chart_frame_view {
    str title, unit; struct html_safe wide, phone;
    const struct chart_series *series; int nseries;
    const struct chart_line *lines; size_t nlines;
    bool has_legend;
};
void view_chart_frame(struct html *h, const struct chart_frame_view *v);
