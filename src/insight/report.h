/* report.h - private to insight/: what is asked, and a table of figures that answers.
 *
 * A figure is kept as a whole number with its kind, so that the page, the chart and
 * the CSV show the same one; each may carry the list of the records it counts.
 */
#pragma once
#include "html/html.h"
#include "record/access.h"
#include "record/query.h"

/* ── what is asked: ask.c ────────────────────────────────────────────────── */

enum span { SPAN_MONTH, SPAN_LAST_MONTH, SPAN_QUARTER, SPAN_LAST_QUARTER, SPAN_YEAR, SPAN_LAST_YEAR, SPAN_90, SPAN_CUSTOM, SPAN_COUNT };
struct ask {
    struct ctx *c;
    enum span span;
    int64_t from, to, before_from, before_to;   /* days [from, to), and the period to compare with */
    str title, before_title;                    /* "Q4 2026" */
    bool before_is_part;                        /* only as many days of it as have gone by of this one */
    int64_t team, owner;                        /* 0: everybody */
    str whose;                                  /* " and owner = ..." of a query over deals, or empty */
};
const char *span_name(enum span s);             /* "last_quarter": in addresses */
struct ask ask_new(struct ctx *c, enum span s);
/* Days of the reader's; false: no period, e->field tells. */
bool ask_custom(struct ask *k, int64_t from, int64_t to, struct err *e);
void ask_whose(struct ask *k, int64_t team, int64_t owner);
str ask_won(const struct ask *k);               /* "status = won and close_date >= ..." */
str ask_lost(const struct ask *k);
str ask_decided(const struct ask *k);           /* won or lost */
str ask_won_before(const struct ask *k);        /* the same in the period before */
str ask_lost_before(const struct ask *k);
str ask_open(const struct ask *k);
struct url ask_list(const struct ask *k, const char *path, str filter);     /* "/deals?q=..." */
struct url ask_url(const struct ask *k, const char *path);      /* the same question on another page */

/* ── the table ───────────────────────────────────────────────────────────── */

enum figure { FIGURE_TEXT, FIGURE_COUNT, FIGURE_MONEY, FIGURE_PERCENT, FIGURE_DAYS, FIGURE_TIME };   /* percent in 1/100 %, days in 1/10 */
struct cell { bool is_known; int64_t n; str text; struct url url; };
#define NOWHERE ((struct url){ { 0 } })          /* a figure that opens nothing */
struct column { str label; enum figure kind; };
enum { COLUMNS_MAX = 10, ROWS_MAX = 1000 };
struct report {
    struct ctx *c;
    const char *id;                             /* in addresses: ?table=id */
    str title, sub;
    struct column col[COLUMNS_MAX]; int ncols;
    struct cell *cell; size_t n, cap;           /* n rows of ncols */
    bool has_total;                             /* the last row is the sum */
};
struct report *report_new(struct ctx *c, const char *id, str title, str sub);
void report_column(struct report *r, str label, enum figure kind);
struct cell *report_row(struct report *r);      /* its cells, not known yet */
static inline struct cell cell_text(str s, struct url u) { return (struct cell){ true, 0, s, u }; }
static inline struct cell cell_of(int64_t n, struct url u) { return (struct cell){ true, n, { 0 }, u }; }
static inline struct cell cell_plain(int64_t n) { return (struct cell){ true, n, { 0 }, { { 0 } } }; }
/* part / whole in 1/100 %, rounded half up; unknown when there is no whole. */
struct cell cell_share(int64_t part, int64_t whole, struct url u);
str report_show(struct ctx *c, enum figure kind, const struct cell *x);     /* for the reader; "–" when unknown */
void report_csv(const struct report *r, struct buf *out);       /* plain numbers, ISO, header in the reader's words */
struct html_safe report_table(struct html *h, const struct report *r);

/* Middle and mean of n whole numbers (sorted in place); 0 of none. */
int64_t median_of(int64_t *v, size_t n);
struct numbers { struct arena *a; int64_t *v; size_t n, cap; int64_t sum; };
void numbers_put(struct numbers *x, int64_t n);

/* ── the figures ─────────────────────────────────────────────────────────── */

struct closed { int64_t won, lost, won_sum, lost_sum, mean_won, mean_lost, median_won, median_lost; };   /* days in 1/1000 */
bool closed_read(struct ctx *c, str won, str lost, struct closed *out, struct err *e);
bool pipeline_report(const struct ask *k, struct report **out, int64_t *weighted, struct err *e);
bool won_report(const struct ask *k, const char *id, str title, const char *group, struct report **out, struct err *e);
bool cycle_report(const struct ask *k, struct report **out, struct err *e);

struct credit;
struct report *credit_report(const struct ask *k, const struct credit *x, int by);
bool roi_of_campaign(const struct ask *k, const struct credit *x, int64_t campaign, struct report **out, struct err *e);
bool roi_report(const struct ask *k, const struct credit *x, struct report **out, struct err *e);

enum { LIFECYCLES = 8 };
struct funnel_stage { int64_t entered, moved, median_days; };   /* days in 1/10 */
struct cohort_figures { struct funnel_stage stage[LIFECYCLES]; };
bool funnel_read(const struct ask *k, struct cohort_figures *out, struct err *e);
bool funnel_report(const struct ask *k, const struct cohort_figures *f, bool is_buyer, struct report **out, struct err *e);
bool cohort_report(const struct ask *k, int stage, struct report **out, struct err *e);
struct handoff_figures { int64_t delivered, accepted, returned, waiting, due, on_time, touched, median_touch; };
bool handoff_read(const struct ask *k, struct handoff_figures *out, struct err *e);
bool handoff_reports(const struct ask *k, struct report **people, struct report **reasons, struct err *e);

/* ── the records behind a figure that no query says: behind.c ────────────── */

enum { BEHIND_MAX = 180 };                      /* as many ids as a query takes; the first ones found */
struct behind { int64_t id[BEHIND_MAX]; size_t n; bool is_cut; };
void behind_put(struct behind *b, int64_t id);  /* once each */
bool funnel_people(const struct ask *k, str stage, bool has_moved, struct behind *out, struct err *e);
/* `what`: which of the hand-offs are meant, a word of handoff_parts; empty: all that were offered. */
bool handoff_leads(const struct ask *k, const char *by, str key, str what, struct behind *out, struct err *e);
bool credit_deals(const struct ask *k, int by, int64_t key, struct behind *out, struct err *e);
