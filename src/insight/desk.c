/* desk.c - the frame of a page of figures: the question on top, boxes below, or one table as CSV. */
#include "insight/desk.h"
#include "base/id.h"
#include "core/core.h"
#include "msg/insight.h"
#include "sell/sell.h"

#define _r(rq, id) msg_text(&(rq)->a, web_ctx(rq)->loc, MSG_##id, NULL)

static const struct { const char *path; msg_id label; } pages[] = {
    { "/insights", MSG_insight_nav }, { "/insights/pipeline", MSG_insight_pipeline },
    { "/insights/attribution", MSG_insight_attribution }, { "/insights/funnel", MSG_insight_conversion },
    { "/insights/handoff", MSG_insight_handoff },
};
static const msg_id span_label[SPAN_COUNT] = {
    [SPAN_MONTH] = MSG_insight_month_this, [SPAN_LAST_MONTH] = MSG_insight_month_last, [SPAN_QUARTER] = MSG_insight_quarter_this,
    [SPAN_LAST_QUARTER] = MSG_insight_quarter_last, [SPAN_YEAR] = MSG_insight_year_this, [SPAN_LAST_YEAR] = MSG_insight_year_last,
    [SPAN_90] = MSG_insight_days_90, [SPAN_CUSTOM] = MSG_insight_custom,
};

/* ── the question ────────────────────────────────────────────────────────── */

static bool read_days(struct desk *d, struct ask *k)
{
    struct ctx *c = d->c;
    struct err e = { 0 };
    int64_t today = zone_days(c->loc->zone, c->now), from, to;
    bool ok = parse_date(c->loc, request_query(d->rq, "from"), today, &from, &e)
           && parse_date(c->loc, request_query(d->rq, "to"), today, &to, &e);
    if (!ok)
        d->error = _r(d->rq, insight_bad_date);
    else if (!ask_custom(k, from, to, &e))
        d->error = err_text(c->a, c->loc, &e);
    return d->error.n == 0;
}

static int64_t asked_id(const struct request *rq, const char *name)
{
    int64_t id;
    return id_parse(request_query(rq, name), &id) ? id : 0;
}

static void read_ask(struct desk *d)
{
    str want = request_query(d->rq, "period");
    enum span s = SPAN_QUARTER;
    for (int i = 0; i < SPAN_COUNT; i++)
        if (str_eq(want, str_of(span_name((enum span)i))))
            s = (enum span)i;
    d->ask = ask_new(d->c, s);
    if (s == SPAN_CUSTOM)
        (void)read_days(d, &d->ask);
    ask_whose(&d->ask, asked_id(d->rq, "team"), asked_id(d->rq, "owner"));
}

bool desk_begin(struct request *rq, const char *path, struct desk *d)
{
    struct err e = { 0 };
    *d = (struct desk){ .rq = rq, .c = web_ctx(rq), .path = path, .h = web_html(rq), .boxes = web_html(rq) };
    if (access_scope(d->c->who, &deal_entity, ACTION_SEE) < SCOPE_ALL) {
        fail(&e, ERR_FORBIDDEN, MSG_insight_no_right, "figures of everybody");
        web_fail(rq, &e);
        return false;
    }
    read_ask(d);
    return true;
}

void desk_fail(struct desk *d, const struct err *e) { web_fail(d->rq, e); }

/* ── boxes ───────────────────────────────────────────────────────────────── */

void desk_put(struct desk *d, const char *width, const struct report *r, struct html_safe chart)
{
    struct url here = ask_url(&d->ask, d->path);
    if (d->n < DESK_REPORTS)
        d->report[d->n++] = r;
    struct insight_box_view v = {
        .width = width, .title = r->title, .sub = r->sub, .chart = chart,
        .csv = url_fmt(d->c->a, "%.*s&table=%s&format=csv", STR_ARG(here.s), r->id),
    };
    if (r->n > (size_t)r->has_total) {
        v.table = report_table(&d->boxes, r);
    } else {
        struct html part = html_part(&d->boxes);
        ui_empty(&part, .kind = UI_EMPTY_NONE_FOUND, .title = _r(d->rq, insight_none), .text = _r(d->rq, insight_none_text));
        v.table = html_done(&part);
        v.chart = (struct html_safe){ { 0 } };
    }
    view_insight_box(&d->boxes, &v);
}

void desk_chart(struct desk *d, const char *width, str title, str sub, struct html_safe chart)
{
    view_insight_box(&d->boxes, &(struct insight_box_view){ .width = width, .title = title, .sub = sub, .chart = chart });
}

struct html_safe desk_picture(struct desk *d, const struct report *r, enum chart_kind kind, int col, int width)
{
    enum { SHOWN = 12 };
    struct chart_point *p = arena_new(d->c->a, struct chart_point, CHART_POINTS_MAX);
    struct html part = html_part(&d->boxes);
    size_t n = r->n - r->has_total, max = kind == CHART_BARS ? SHOWN : CHART_POINTS_MAX;
    n = n > max ? max : n;
    for (size_t i = 0; i < n; i++) {
        const struct cell *x = &r->cell[i * (size_t)r->ncols];
        p[i] = (struct chart_point){ .label = x[0].text, .url = x[col].url, .v = { x[col].is_known && x[col].n > 0 ? x[col].n : 0 } };
        if (kind == CHART_FUNNEL)                /* how many of them moved on */
            p[i].note = x[3].is_known ? report_show(d->c, FIGURE_PERCENT, &x[3]) : (str){ 0 };
    }
    chart_put(&part, &(struct chart){ .kind = kind, .title = r->title, .points = p, .n = n, .width = width, .nseries = 1,
        .unit = r->col[col].kind == FIGURE_MONEY ? CHART_MONEY : CHART_COUNT, .currency = d->c->ws->currency });
    return html_done(&part);
}

/* ── the page ────────────────────────────────────────────────────────────── */

static struct ui_option *options_of(struct desk *d, const struct entity *en, str all, int64_t chosen, str filter, size_t *n)
{
    struct err e = { 0 };
    struct list list = { 0 };
    struct list_spec s = { .en = en, .sort = S("name"), .limit = LIST_LIMIT_MAX, .filter = filter };
    (void)!record_list(d->c, &s, &list, &e);
    struct ui_option *o = arena_new(d->c->a, struct ui_option, list.n + 1);
    o[0] = (struct ui_option){ { 0 }, all, !chosen };
    for (size_t i = 0; i < list.n; i++)
        o[i + 1] = (struct ui_option){ id_text(d->c->a, list.rows[i]->id), record_title(list.rows[i]), list.rows[i]->id == chosen };
    *n = list.n + 1;
    return o;
}

static void show_ask(struct desk *d, struct html *h)
{
    struct ui_option spans[SPAN_COUNT];
    struct ui_item tabs[countof(pages)];
    for (int i = 0; i < SPAN_COUNT; i++)
        spans[i] = (struct ui_option){ str_of(span_name((enum span)i)), msg_text(d->c->a, d->c->loc, span_label[i], NULL),
                                       d->ask.span == (enum span)i };
    for (size_t i = 0; i < countof(pages); i++)
        tabs[i] = (struct ui_item){ .label = msg_text(d->c->a, d->c->loc, pages[i].label, NULL), .url = ask_url(&d->ask, pages[i].path),
                                    .is_current = !strcmp(pages[i].path, d->path) };
    struct insight_ask_view v = {
        .here = url_path(str_of(d->path)), .spans = spans, .nspans = SPAN_COUNT, .error = d->error,
        .from = loc_date(d->c->a, d->c->loc, d->ask.from, DATE_MEDIUM), .to = loc_date(d->c->a, d->c->loc, d->ask.to - 1, DATE_MEDIUM),
        .pages = tabs, .npages = countof(tabs), .views = d->views, .nviews = d->nviews,
    };
    v.teams = options_of(d, &team_entity, _r(d->rq, insight_all_teams), d->ask.team, (str){ 0 }, &v.nteams);
    v.owners = options_of(d, &user_entity, _r(d->rq, insight_everybody), d->ask.owner, S("is_active = true"), &v.nowners);
    view_insight_ask(h, &v);
}

static bool answer_csv(struct desk *d)
{
    enum { CSV_MAX = 4 << 20 };
    str table = request_query(d->rq, "table");
    if (!str_eq(request_query(d->rq, "format"), S("csv")) || d->n == 0)
        return false;
    const struct report *r = d->report[0];
    for (int i = 0; i < d->n; i++)
        if (str_eq(table, str_of(d->report[i]->id)))
            r = d->report[i];
    struct buf out = buf_new(d->c->a, CSV_MAX);
    buf_lit(&out, "\xEF\xBB\xBF");               /* spreadsheets read UTF-8 by this mark */
    report_csv(r, &out);
    answer_header(d->rq, "Content-Disposition", arena_fmt(d->c->a, "attachment; filename=\"%s.csv\"", r->id));
    answer_text(d->rq, 200, "text/csv; charset=utf-8", buf_str(&out));
    return true;
}

void desk_end(struct desk *d, str title)
{
    struct html ask = html_part(&d->h);
    if (answer_csv(d))
        return;
    show_ask(d, &ask);
    struct page p = web_page(d->rq, title);
    page_begin(&d->h, &p);
    view_insight_page(&d->h, &(struct insight_page_view){ html_done(&ask), html_done(&d->boxes) });
    page_end(&d->h, &p);
    answer_html(d->rq, 200, &d->h);
}
