/* insight_views.h - private to insight/: what its views show. */
#pragma once
#include "insight/report.h"
#include "web/ui.h"

struct shown { str text; struct url url; bool is_number; };
#define insight_cell_view shown                 /* a cell is its own view */
void view_insight_cell(struct html *h, const struct insight_cell_view *v);
#define insight_text_view shown
void view_insight_text(struct html *h, const struct insight_text_view *v);
struct shown_row { const struct shown *v; size_t n; };
struct insight_table_view {
    str title;
    const struct column *col; size_t ncols;
    const struct shown_row *rows; size_t nrows;
    const struct shown_row *total;              /* NULL: none */
};
void view_insight_table(struct html *h, const struct insight_table_view *v);

struct insight_kpi_view { str label, value, delta, versus; bool is_good, is_bad; struct url url; struct html_safe spark; };
void view_insight_kpi(struct html *h, const struct insight_kpi_view *v);

struct insight_box_view { const char *width; str title, sub; struct html_safe chart, table; struct url csv; };
void view_insight_box(struct html *h, const struct insight_box_view *v);

struct insight_ask_view {
    struct url here;
    const struct ui_option *spans, *teams, *owners; size_t nspans, nteams, nowners;
    str from, to, error;
    const struct ui_item *pages; size_t npages;
    const struct ui_item *views; size_t nviews;
    bool is_custom;
};
void view_insight_ask(struct html *h, const struct insight_ask_view *v);

struct insight_page_view { struct html_safe ask, boxes; };
void view_insight_page(struct html *h, const struct insight_page_view *v);
struct insight_roi_view { struct html_safe table; struct url more; };
void view_insight_roi(struct html *h, const struct insight_roi_view *v);
