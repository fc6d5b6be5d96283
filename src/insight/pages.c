/* pages.c - the pages of figures. Each asks its reports, draws what a picture says better, and ends. */
#include "base/id.h"
#include "core/core.h"
#include "insight/credit.h"
#include "insight/desk.h"
#include "msg/insight.h"
#include "sell/sell.h"

#define _d(id) msg_text(d->c->a, d->c->loc, MSG_##id, NULL)
#define BARE ((struct html_safe){ { 0 } })

/* ── overview ────────────────────────────────────────────────────────────── */

/* The plus stands where a minus would: before the number also from right to left (U+200E). */
static str signed_of(struct ctx *c, str n, int64_t delta)
{
    const char *plus = delta <= 0 ? "" : lang_is_rtl(c->loc->lang) ? "\u200E+" : "+";
    return arena_fmt(c->a, "%s%.*s", plus, STR_ARG(n));
}

static void put_kpi(struct desk *d, str label, str value, str delta, int64_t way, struct url to, str versus)
{
    view_insight_kpi(&d->boxes, &(struct insight_kpi_view){ .label = label, .value = value, .delta = delta, .versus = versus,
        .is_good = way > 0, .is_bad = way < 0, .url = to });
}

static void put_closed(struct desk *d, const struct closed *now, const struct closed *old)
{
    struct ctx *c = d->c;
    struct html *h = &d->boxes;
    struct url won = ask_list(&d->ask, "deals", ask_won(&d->ask));
    str versus = d->ask.before_is_part ? _(insight_versus_part, .period = A(d->ask.before_title)) : _(insight_versus, .period = A(d->ask.before_title));
    struct cell change = cell_share(now->won_sum - old->won_sum, old->won_sum, won);
    put_kpi(d, _d(insight_won), loc_money_compact(c->a, c->loc, now->won_sum, c->ws->currency),
            change.is_known ? signed_of(c, report_show(c, FIGURE_PERCENT, &change), change.n) : (str){ 0 }, change.n, won, versus);
    struct cell rate = cell_share(now->won, now->won + now->lost, won), before = cell_share(old->won, old->won + old->lost, won);
    int64_t points = rate.n - before.n;
    bool has_both = rate.is_known && before.is_known;
    put_kpi(d, _d(insight_win_rate), report_show(c, FIGURE_PERCENT, &rate),
            has_both ? signed_of(c, _(insight_points, .n = A(loc_num(c->a, c->loc, (double)points / 100, 1))), points) : (str){ 0 },
            has_both ? points : 0, ask_list(&d->ask, "deals", ask_decided(&d->ask)), versus);
    struct cell days = { now->won > 0, (now->mean_won + 50) / 100, { 0 }, won };
    struct cell middle = { now->won > 0, now->median_won / 100, { 0 }, won };
    int64_t less = old->mean_won - now->mean_won;
    bool has_days = now->won && old->won;
    put_kpi(d, _d(insight_sales_cycle), report_show(c, FIGURE_DAYS, &days),
            has_days ? signed_of(c, _(insight_days, .n = A(loc_num(c->a, c->loc, (double)-less / 1000, 1))), -less) : (str){ 0 }, has_days ? less : 0, won,
            _(insight_median_is, .n = A(report_show(c, FIGURE_DAYS, &middle))));
}

static bool put_kpis(struct desk *d, struct err *e)
{
    struct closed now, old;
    struct report *r;
    struct ctx *c = d->c;
    struct html *h = &d->boxes;
    int64_t weighted;
    if (!closed_read(c, ask_won(&d->ask), ask_lost(&d->ask), &now, e)
        || !closed_read(c, ask_won_before(&d->ask), ask_lost_before(&d->ask), &old, e) || !pipeline_report(&d->ask, &r, &weighted, e))
        return false;
    put_closed(d, &now, &old);
    const struct cell *total = &r->cell[(r->n - 1) * (size_t)r->ncols];
    put_kpi(d, _d(insight_open_weighted), loc_money_compact(c->a, c->loc, weighted, c->ws->currency), (str){ 0 }, 0, total[2].url,
            _(insight_of_open, .sum = A(loc_money_compact(c->a, c->loc, total[2].n, c->ws->currency))));
    return true;
}

/* Twelve months to the end of the period, so that a quarter is seen in its year. */
static bool put_months(struct desk *d, struct err *e)
{
    enum { MONTHS = 12 };
    struct ctx *c = d->c;
    struct html part = html_part(&d->boxes);
    struct chart_point p[MONTHS] = { 0 };
    struct ask year = d->ask;
    struct list_spec s = { .en = &deal_entity };
    struct summary_row *v;
    size_t n;
    int64_t from[MONTHS], to[MONTHS], today = zone_days(c->loc->zone, c->now), last = d->ask.to - 1 < today ? d->ask.to - 1 : today;
    for (int i = 0; i < MONTHS; i++)
        period_range(c->loc, PERIOD_MONTH, last, i - MONTHS + 1, &from[i], &to[i]);
    year.from = from[0], year.to = to[MONTHS - 1];
    s.filter = ask_won(&year);
    if (!record_summary(c, &s, S("close_date:month"), S("amount"), &v, &n, e))
        return false;
    for (int i = 0; i < MONTHS; i++) {
        struct ask month = d->ask;
        month.from = from[i], month.to = to[i];
        p[i].label = loc_month_short(c->a, c->loc, ymd_from_days(c->loc->calendar, from[i]).m);
        p[i].url = ask_list(&month, "deals", ask_won(&month));
        for (size_t k = 0; k < n; k++)
            if (str_eq(v[k].key, iso_date(c->a, from[i])))
                p[i].v[0] = v[k].sum;
    }
    chart_put(&part, &(struct chart){ .kind = CHART_COLUMNS, .unit = CHART_MONEY, .currency = c->ws->currency, .points = p, .n = MONTHS,
                                      .title = _d(insight_won_by_month), .nseries = 1, .width = CHART_WIDE });
    desk_chart(d, "w8", _d(insight_won_by_month), (str){ 0 }, html_done(&part));
    return true;
}

static bool put_won(struct desk *d, const char *width, const char *id, str title, const char *group, struct err *e)
{
    struct report *r;
    if (!won_report(&d->ask, id, title, group, &r, e))
        return false;
    desk_put(d, width, r, BARE);
    return true;
}

static bool fill_overview(struct desk *d, struct err *e)
{
    struct credit x;
    struct cohort_figures f;
    struct report *funnel;
    if (!put_kpis(d, e) || !put_months(d, e) || !credit_read(d->c, ask_won(&d->ask), &x, e) || !funnel_read(&d->ask, &f, e)
        || !funnel_report(&d->ask, &f, false, &funnel, e))
        return false;
    struct report *side = credit_report(&d->ask, &x, CREDIT_SIDE), *source = credit_report(&d->ask, &x, CREDIT_SOURCE);
    desk_chart(d, "w4", _d(insight_sides), _d(insight_model_linear), desk_picture(d, side, CHART_BARS, 4, CHART_THIRD));
    desk_chart(d, "w6", _d(insight_funnel), _d(insight_funnel_sub), desk_picture(d, funnel, CHART_FUNNEL, 1, CHART_HALF));
    desk_chart(d, "w6", _d(insight_came_from), _d(insight_linear_by_source), desk_picture(d, source, CHART_BARS, 4, CHART_HALF));
    return put_won(d, "w6", "team", _d(insight_team), "owner.team", e) && put_won(d, "w6", "product", _d(insight_product), "product", e);
}

/* ── the others ──────────────────────────────────────────────────────────── */

static bool fill_pipeline(struct desk *d, struct err *e)
{
    struct report *open, *cycle;
    int64_t weighted;
    if (!pipeline_report(&d->ask, &open, &weighted, e) || !cycle_report(&d->ask, &cycle, e))
        return false;
    desk_put(d, "w6", open, desk_picture(d, open, CHART_BARS, 2, CHART_HALF));
    desk_put(d, "w6", cycle, BARE);
    return put_won(d, "w6", "quarter", _d(insight_quarter), "close_date:quarter", e) && put_won(d, "w6", "team", _d(insight_team), "owner.team", e)
        && put_won(d, "w6", "seller", _d(insight_seller), "owner", e) && put_won(d, "w6", "manager", _d(insight_manager), "owner.manager", e)
        && put_won(d, "w6", "product", _d(insight_product), "product", e);
}

static void put_notes(struct desk *d, const struct credit *x)
{
    struct html *h = &d->boxes;
    str text = _(insight_note_touches, .touched = A(x->touched), .deals = A(x->deals));
    if (x->cut)
        text = arena_fmt(d->c->a, "%.*s %.*s", STR_ARG(text), STR_ARG(_(insight_note_cut, .n = A(x->cut))));
    view_insight_box(h, &(struct insight_box_view){ .width = "w12 note", .title = _d(insight_attribution), .sub = text });
}

static bool fill_attribution(struct desk *d, struct err *e)
{
    struct credit x;
    struct report *roi;
    if (!credit_read(d->c, ask_won(&d->ask), &x, e) || !roi_report(&d->ask, &x, &roi, e))
        return false;
    put_notes(d, &x);
    struct report *source = credit_report(&d->ask, &x, CREDIT_SOURCE);
    desk_put(d, "w12", credit_report(&d->ask, &x, CREDIT_CAMPAIGN), BARE);
    desk_put(d, "w12", source, BARE);
    desk_put(d, "w12", credit_report(&d->ask, &x, CREDIT_CHANNEL), BARE);
    desk_put(d, "w12", credit_report(&d->ask, &x, CREDIT_SIDE), BARE);
    roi->sub = _d(insight_roi_basis);
    desk_put(d, "w12", roi, BARE);
    return true;
}

static bool fill_funnel(struct desk *d, struct err *e)
{
    enum { MQL = 2 };
    bool is_buyer = str_eq(request_query(d->rq, "view"), S("buyer"));
    struct url here = ask_url(&d->ask, d->path);
    struct ui_item *views = arena_new(d->c->a, struct ui_item, 2);
    struct cohort_figures f;
    struct report *r, *cohorts;
    if (!funnel_read(&d->ask, &f, e) || !funnel_report(&d->ask, &f, is_buyer, &r, e) || !cohort_report(&d->ask, MQL, &cohorts, e))
        return false;
    views[0] = (struct ui_item){ .label = _d(insight_seller_view), .url = here, .is_current = !is_buyer };
    views[1] = (struct ui_item){ .label = _d(insight_buyer_view), .url = url_fmt(d->c->a, "%.*s&view=buyer", STR_ARG(here.s)), .is_current = is_buyer };
    d->views = views;
    d->nviews = 2;
    desk_put(d, "w12", r, desk_picture(d, r, CHART_FUNNEL, 1, CHART_FULL));
    desk_put(d, "w12", cohorts, BARE);
    return true;
}

static bool fill_handoff(struct desk *d, struct err *e)
{
    struct handoff_figures f;
    struct report *people, *reasons;
    struct ctx *c = d->c;
    if (!handoff_read(&d->ask, &f, e) || !handoff_reports(&d->ask, &people, &reasons, e))
        return false;
    struct cell rate = cell_share(f.accepted, f.delivered, (struct url){ { 0 } }), time = { f.touched > 0, f.median_touch, { 0 }, { { 0 } } };
    struct cell on_time = cell_share(f.on_time, f.due, (struct url){ { 0 } });
    const struct cell *total = &people->cell[(people->n - 1) * (size_t)people->ncols];
    put_kpi(d, _d(insight_offered), loc_int(c->a, c->loc, f.delivered), (str){ 0 }, 0, total[1].url, d->ask.title);
    put_kpi(d, _d(insight_acceptance), report_show(c, FIGURE_PERCENT, &rate), (str){ 0 }, 0, total[5].url, d->ask.title);
    put_kpi(d, _d(insight_first_touch), report_show(c, FIGURE_TIME, &time), (str){ 0 }, 0, total[6].url, _d(insight_first_touch_sub));
    put_kpi(d, _d(insight_on_time), report_show(c, FIGURE_PERCENT, &on_time), (str){ 0 }, 0, total[7].url, d->ask.title);
    desk_put(d, "w8", people, BARE);
    desk_put(d, "w4", reasons, desk_picture(d, reasons, CHART_BARS, 1, CHART_THIRD));
    return true;
}

static void page(struct request *rq, const char *path, bool (*fill)(struct desk *d, struct err *e), msg_id title)
{
    struct desk d;
    struct err e = { 0 };
    if (!desk_begin(rq, path, &d))
        return;
    if (fill(&d, &e))
        desk_end(&d, msg_text(&rq->a, d.c->loc, title, NULL));
    else
        desk_fail(&d, &e);
}

void insight_overview(struct request *rq) { page(rq, "/insights", fill_overview, MSG_insight_title); }
void insight_pipeline_page(struct request *rq) { page(rq, "/insights/pipeline", fill_pipeline, MSG_insight_pipeline); }
void insight_attribution_page(struct request *rq) { page(rq, "/insights/attribution", fill_attribution, MSG_insight_attribution); }
void insight_funnel_page(struct request *rq) { page(rq, "/insights/funnel", fill_funnel, MSG_insight_funnel); }
void insight_handoff_page(struct request *rq) { page(rq, "/insights/handoff", fill_handoff, MSG_insight_handoff); }
