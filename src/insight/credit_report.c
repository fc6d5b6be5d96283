/* credit_report.c - what the thanks came to: by campaign, source, channel, side, under three models side
 * by side; and what each campaign returned for its money.
 */
#include "base/id.h"
#include "core/core.h"
#include "insight/credit.h"
#include "msg/core.h"
#include "msg/insight.h"
#include "msg/reach.h"
#include "reach/reach.h"

#define _t(id) msg_text(k->c->a, k->c->loc, MSG_##id, NULL)

static str campaign_name(const struct ask *k, int64_t id)
{
    struct record *r;
    struct err e = { 0 };
    return record_get(k->c, &campaign_entity, id, &r, &e) ? record_title(r) : _t(insight_not_visible);
}

static str label_of(const struct ask *k, enum credit_by by, int64_t key)
{
    static const msg_id side[] = { MSG_reach_touch_side_marketing, MSG_reach_touch_side_sales };
    if (key == CREDIT_NONE)
        return _t(insight_not_told);
    switch (by) {
    case CREDIT_CAMPAIGN: return campaign_name(k, key);
    case CREDIT_SOURCE:   return msg_text(k->c->a, k->c->loc, choices_source[key].label, NULL);
    case CREDIT_CHANNEL:  return msg_text(k->c->a, k->c->loc, choices_channel[key].label, NULL);
    default:              return msg_text(k->c->a, k->c->loc, side[key], NULL);
    }
}

/* The touches behind a row are shown by the deals they touched. */
static struct url behind(const struct ask *k, enum credit_by by, int64_t key)
{
    static const char *const what[] = { "campaign", "source", "channel", "side" };
    str id = key == CREDIT_NONE ? S("none") : by == CREDIT_CAMPAIGN ? id_text(k->c->a, key) : arena_fmt(k->c->a, "%lld", (long long)key);
    struct url here = ask_url(k, "/insights/behind");
    return url_fmt(k->c->a, "%.*s&by=%s&key=%.*s", STR_ARG(here.s), what[by], STR_ARG(id));
}

static struct credit_row *by_linear(struct arena *a, const struct credit *x, enum credit_by by)
{
    struct credit_row *v = arena_new(a, struct credit_row, x->n[by] + 1);
    for (size_t i = 0; i < x->n[by]; i++) {
        size_t at = i;
        for (; at > 0 && v[at - 1].by[ATTRIBUTE_LINEAR] < x->row[by][i].by[ATTRIBUTE_LINEAR]; at--)
            v[at] = v[at - 1];
        v[at] = x->row[by][i];
    }
    return v;
}

struct report *credit_report(const struct ask *k, const struct credit *x, int by)
{
    static const char *const id[] = { "credit_campaign", "credit_source", "credit_channel", "credit_side" };
    const str title[] = { _t(insight_by_campaign), _t(insight_by_source), _t(insight_by_channel), _t(insight_by_side) };
    struct report *r = report_new(k->c, id[by], title[by], k->title);
    struct credit_row *v = by_linear(k->c->a, x, (enum credit_by)by);
    report_column(r, title[by], FIGURE_TEXT);
    report_column(r, _t(insight_deals), FIGURE_COUNT);
    report_column(r, _t(insight_model_first), FIGURE_MONEY);
    report_column(r, _t(insight_model_last), FIGURE_MONEY);
    report_column(r, _t(insight_model_linear), FIGURE_MONEY);
    report_column(r, _t(insight_share), FIGURE_PERCENT);
    for (size_t i = 0; i < x->n[by]; i++) {
        struct url to = behind(k, (enum credit_by)by, v[i].key);
        struct cell *c = report_row(r);
        c[0] = cell_text(label_of(k, (enum credit_by)by, v[i].key), to);
        c[1] = cell_of(v[i].deals, to);
        for (int m = 0; m < ATTRIBUTE_SHOWN; m++)
            c[2 + m] = cell_of(v[i].by[m], to);
        c[5] = cell_share(v[i].by[ATTRIBUTE_LINEAR], x->won, to);
    }
    struct url to = ask_list(k, "deals", ask_won(k));
    struct cell *c = report_row(r);
    c[0] = cell_text(_t(insight_total), NOWHERE), c[1] = cell_of(x->deals, to);
    c[2] = c[3] = c[4] = cell_of(x->won, to);
    c[5] = cell_share(x->won, x->won, to);
    r->has_total = true;
    return r;
}

/* ── what it cost ────────────────────────────────────────────────────────── */

/* (revenue - spend) / spend, in 1/100 %. */
static struct cell roi_of(int64_t revenue, int64_t spend, struct url to)
{
    return spend > 0 ? cell_share(revenue - spend, spend, to) : (struct cell){ 0 };
}

static int64_t thanked(const struct credit *x, int64_t campaign)
{
    for (size_t i = 0; i < x->n[CREDIT_CAMPAIGN]; i++)
        if (x->row[CREDIT_CAMPAIGN][i].key == campaign)
            return x->row[CREDIT_CAMPAIGN][i].by[ATTRIBUTE_LINEAR];
    return 0;
}

static void roi_row(struct report *r, str name, int64_t spend, int64_t revenue, struct url campaign, struct url deals)
{
    struct cell *c = report_row(r);
    c[0] = cell_text(name, campaign), c[1] = cell_of(spend, campaign), c[2] = cell_of(revenue, deals);
    c[3] = cell_of(revenue - spend, deals);
    c[4] = roi_of(revenue, spend, deals);
}

bool roi_report(const struct ask *k, const struct credit *x, struct report **out, struct err *e)
{
    struct ctx *c = k->c;
    struct list_spec s = { .en = &budget_line_entity, .filter = arena_fmt(c->a, "kind = spend and day >= %.*s and day < %.*s",
                                STR_ARG(iso_date(c->a, k->from)), STR_ARG(iso_date(c->a, k->to))) };
    struct summary_row *spend;
    size_t n;
    int64_t cost = 0, back = 0;
    if (!record_summary(c, &s, S("campaign"), S("amount"), &spend, &n, e))
        return false;
    struct report *r = report_new(c, "roi", _t(insight_roi), k->title);
    report_column(r, _t(core_word_campaign), FIGURE_TEXT);
    report_column(r, _t(insight_spend), FIGURE_MONEY);
    report_column(r, _t(insight_model_linear), FIGURE_MONEY);
    report_column(r, _t(insight_return), FIGURE_MONEY);
    report_column(r, _t(insight_roi_percent), FIGURE_PERCENT);
    for (size_t i = 0; i < n; i++) {
        int64_t id, revenue = 0;
        if (!id_parse(spend[i].key, &id))
            continue;
        revenue = thanked(x, id);
        roi_row(r, spend[i].label, spend[i].sum, revenue, url_fmt(c->a, "/campaigns/%.*s", STR_ARG(spend[i].key)),
                behind(k, CREDIT_CAMPAIGN, id));
        cost += spend[i].sum, back += revenue;
    }
    roi_row(r, _t(insight_total), cost, back, NOWHERE, NOWHERE);
    r->has_total = true;
    *out = r;
    return true;
}

/* One campaign: money of its own lines and of those below it is not added up twice, so only its own. */
bool roi_of_campaign(const struct ask *k, const struct credit *x, int64_t campaign, struct report **out, struct err *e)
{
    struct ctx *c = k->c;
    struct list_spec s = { .en = &budget_line_entity, .filter = arena_fmt(c->a, "kind = spend and campaign = %.*s", STR_ARG(id_text(c->a, campaign))) };
    struct summary_row *spend;
    size_t n;
    struct url to = behind(k, CREDIT_CAMPAIGN, campaign);
    if (!record_summary(c, &s, (str){ 0 }, S("amount"), &spend, &n, e))
        return false;
    int64_t cost = n ? spend[0].sum : 0, back = thanked(x, campaign);
    struct report *r = report_new(c, "roi", _t(insight_roi), (str){ 0 });
    report_column(r, _t(insight_roi), FIGURE_TEXT);
    report_column(r, _t(insight_revenue), FIGURE_MONEY);
    struct cell *v = report_row(r);
    v[0] = cell_text(_t(insight_spend), NOWHERE), v[1] = cell_plain(cost);
    v = report_row(r);
    v[0] = cell_text(_t(insight_revenue), NOWHERE), v[1] = cell_of(back, to);
    v = report_row(r);
    struct cell rate = roi_of(back, cost, to);
    v[0] = cell_text(arena_fmt(c->a, "%.*s · %.*s", STR_ARG(_t(insight_return)), STR_ARG(report_show(c, FIGURE_PERCENT, &rate))), NOWHERE);
    v[1] = cell_of(back - cost, to);
    *out = r;
    return true;
}
