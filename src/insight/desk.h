/* desk.h - private to insight/: a page of figures while it is filled. */
#pragma once
#include "insight/insight_views.h"
#include "insight/report.h"
#include "web/chart.h"
#include "web/web.h"

enum { DESK_REPORTS = 12 };
struct desk {
    struct request *rq;
    struct ctx *c;
    const char *path;
    struct ask ask;
    struct html h, boxes;
    const struct report *report[DESK_REPORTS]; int n;
    const struct ui_item *views; size_t nviews;
    str error;
};
/* Reads the question; false: answered (no right). */
bool desk_begin(struct request *rq, const char *path, struct desk *d);
/* A box with the report's table and CSV; chart may be empty. Remembered for ?format=csv&table=id. */
void desk_put(struct desk *d, const char *width, const struct report *r, struct html_safe chart);
void desk_chart(struct desk *d, const char *width, str title, str sub, struct html_safe chart);
/* The report's first column against column `col`, without its total. */
struct html_safe desk_picture(struct desk *d, const struct report *r, enum chart_kind kind, int col, int width);
void desk_end(struct desk *d, str title);
void desk_fail(struct desk *d, const struct err *e);

void insight_overview(struct request *rq);
void insight_pipeline_page(struct request *rq);
void insight_attribution_page(struct request *rq);
void insight_funnel_page(struct request *rq);
void insight_handoff_page(struct request *rq);
void insight_behind(struct request *rq);
void insight_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side);
