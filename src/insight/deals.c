/* deals.c - pipeline, won revenue and how long it took: the reports over deals.
 *
 * A deal counts in the period of its close_date; days run from opened_at to
 * close_date. What is weighted is each stage's sum by the stage's chance of today,
 * rounded once a stage.
 */
#include <stdlib.h>
#include "base/id.h"
#include "insight/report.h"
#include "msg/core.h"
#include "msg/insight.h"
#include "msg/sell.h"
#include "sell/sell.h"

#define _t(id) msg_text(k->c->a, k->c->loc, MSG_##id, NULL)

/* ── days to an end ──────────────────────────────────────────────────────── */

struct ends { struct numbers days; int64_t n, sum; };

static bool keep_end(void *arg, const int64_t *v, struct err *e)
{
    struct ends *x = arg;
    (void)e;
    x->n++;
    x->sum += v[1] == FACT_NONE ? 0 : v[1];
    if (v[2] != FACT_NONE && v[3] != FACT_NONE && v[3] >= v[2])
        numbers_put(&x->days, v[3] - v[2]);
    return true;
}

static bool ends_read(struct ctx *c, str filter, struct ends *x, struct err *e)
{
    static const char *const fields[] = { "amount", "opened_at", "close_date" };
    struct list_spec s = { .en = &deal_entity, .filter = filter };
    *x = (struct ends){ .days = { .a = c->a } };
    return record_each(c, &s, fields, countof(fields), keep_end, x, e);
}

static int64_t mean_of(const struct numbers *x) { return x->n ? (x->sum * 1000 + (int64_t)x->n / 2) / (int64_t)x->n : 0; }

bool closed_read(struct ctx *c, str won, str lost, struct closed *out, struct err *e)
{
    struct ends w, l;
    if (!ends_read(c, won, &w, e) || !ends_read(c, lost, &l, e))
        return false;
    *out = (struct closed){
        .won = w.n, .won_sum = w.sum, .mean_won = mean_of(&w.days), .median_won = 1000 * median_of(w.days.v, w.days.n),
        .lost = l.n, .lost_sum = l.sum, .mean_lost = mean_of(&l.days), .median_lost = 1000 * median_of(l.days.v, l.days.n),
    };
    return true;
}

bool cycle_report(const struct ask *k, struct report **out, struct err *e)
{
    struct closed x;
    str won = ask_won(k), lost = ask_lost(k);
    if (!closed_read(k->c, won, lost, &x, e))
        return false;
    struct report *r = report_new(k->c, "cycle", _t(insight_cycle), k->title);
    report_column(r, _t(core_word_status), FIGURE_TEXT);
    report_column(r, _t(insight_deals), FIGURE_COUNT);
    report_column(r, _t(insight_revenue), FIGURE_MONEY);
    report_column(r, _t(insight_share), FIGURE_PERCENT);
    report_column(r, _t(insight_mean_days), FIGURE_DAYS);
    report_column(r, _t(insight_median_days), FIGURE_DAYS);
    struct url to_won = ask_list(k, "deals", won), to_lost = ask_list(k, "deals", lost);
    struct cell *w = report_row(r);
    w[0] = cell_text(_t(sell_deal_status_won), NOWHERE), w[1] = cell_of(x.won, to_won), w[2] = cell_of(x.won_sum, to_won);
    w[3] = cell_share(x.won, x.won + x.lost, to_won);
    w[4] = (struct cell){ x.won > 0, (x.mean_won + 50) / 100, { 0 }, to_won };
    w[5] = (struct cell){ x.won > 0, x.median_won / 100, { 0 }, to_won };
    struct cell *l = report_row(r);
    l[0] = cell_text(_t(sell_deal_status_lost), NOWHERE), l[1] = cell_of(x.lost, to_lost), l[2] = cell_of(x.lost_sum, to_lost);
    l[3] = cell_share(x.lost, x.won + x.lost, to_lost);
    l[4] = (struct cell){ x.lost > 0, (x.mean_lost + 50) / 100, { 0 }, to_lost };
    l[5] = (struct cell){ x.lost > 0, x.median_lost / 100, { 0 }, to_lost };
    *out = r;
    return true;
}

/* ── the pipeline ────────────────────────────────────────────────────────── */

static const struct summary_row *row_of(const struct summary_row *v, size_t n, str key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(v[i].key, key))
            return &v[i];
    return NULL;
}

static int64_t weighted_of(int64_t sum, int64_t probability)
{
    return (int64_t)(((__int128)sum * probability + 5000) / 10000);
}

bool pipeline_report(const struct ask *k, struct report **out, int64_t *weighted, struct err *e)
{
    struct ctx *c = k->c;
    struct list_spec stages = { .en = &stage_entity, .sort = S("position"), .limit = LIST_LIMIT_MAX,
                                .filter = S("is_won = false and is_lost = false") };
    struct list_spec open = { .en = &deal_entity, .filter = ask_open(k) };
    struct summary_row *sum;
    struct list list;
    size_t nsum;
    int64_t n = 0, all = 0, expected = 0;
    if (!record_list(c, &stages, &list, e) || !record_summary(c, &open, S("stage"), S("amount"), &sum, &nsum, e))
        return false;
    struct report *r = report_new(c, "pipeline", _t(insight_pipeline_by_stage), _t(insight_open_now));
    report_column(r, _t(core_word_stage), FIGURE_TEXT);
    report_column(r, _t(insight_deals), FIGURE_COUNT);
    report_column(r, _t(core_word_amount), FIGURE_MONEY);
    report_column(r, _t(insight_chance), FIGURE_PERCENT);
    report_column(r, _t(insight_weighted), FIGURE_MONEY);
    for (size_t i = 0; i < list.n; i++) {
        str id = id_text(c->a, list.rows[i]->id);
        const struct summary_row *s = row_of(sum, nsum, id);
        if (!s)
            continue;
        int64_t chance = record_int(list.rows[i], "probability"), w = weighted_of(s->sum, chance);
        struct url to = ask_list(k, "deals", arena_fmt(c->a, "%.*s and stage = %.*s", STR_ARG(open.filter), STR_ARG(id)));
        struct cell *x = report_row(r);
        x[0] = cell_text(sell_stage_name(c->loc, list.rows[i]), to);
        x[1] = cell_of(s->n, to), x[2] = cell_of(s->sum, to), x[3] = cell_plain(chance), x[4] = cell_of(w, to);
        n += s->n, all += s->sum, expected += w;
    }
    struct url to = ask_list(k, "deals", open.filter);
    struct cell *x = report_row(r);
    x[0] = cell_text(_t(insight_total), NOWHERE), x[1] = cell_of(n, to), x[2] = cell_of(all, to), x[4] = cell_of(expected, to);
    r->has_total = true;
    *weighted = expected;
    *out = r;
    return true;
}

/* ── won by ... ──────────────────────────────────────────────────────────── */

static int by_sum(const void *x, const void *y)
{
    const struct summary_row *a = x, *b = y;
    return a->sum != b->sum ? (a->sum > b->sum ? -1 : 1) : str_cmp(a->key, b->key);
}

/* The deals of one group: a reference by its id, a period by its days. */
static str group_filter(const struct ask *k, const char *group, str filter, str key)
{
    struct arena *a = k->c->a;
    str unit = str_of(group), field = str_cut(&unit, ':');
    int64_t day, from, to;
    if (!unit.n && key.n)
        return arena_fmt(a, "%.*s and %.*s = %.*s", STR_ARG(filter), STR_ARG(field), STR_ARG(key));
    if (!unit.n || !parse_iso_date(key, &day))
        return arena_fmt(a, "%.*s and %.*s is empty", STR_ARG(filter), STR_ARG(field));
    period_range(k->c->loc, str_eq(unit, S("month")) ? PERIOD_MONTH : PERIOD_QUARTER, day, 0, &from, &to);
    return arena_fmt(a, "%.*s and %.*s >= %.*s and %.*s < %.*s", STR_ARG(filter), STR_ARG(field), STR_ARG(iso_date(a, from)),
                     STR_ARG(field), STR_ARG(iso_date(a, to)));
}

static void won_columns(struct report *r, const struct ask *k, str title)
{
    report_column(r, title, FIGURE_TEXT);
    report_column(r, _t(insight_deals), FIGURE_COUNT);
    report_column(r, _t(insight_revenue), FIGURE_MONEY);
    report_column(r, _t(insight_share), FIGURE_PERCENT);
    report_column(r, _t(insight_average), FIGURE_MONEY);
    report_column(r, _t(insight_win_rate), FIGURE_PERCENT);
}

static void won_row(struct report *r, struct url to, struct url decided, str label, const struct summary_row *won, int64_t lost, int64_t all)
{
    struct cell *x = report_row(r);
    x[0] = cell_text(label, to), x[1] = cell_of(won->n, to), x[2] = cell_of(won->sum, to);
    x[3] = cell_share(won->sum, all, to);
    x[4] = (struct cell){ won->n > 0, won->n ? (won->sum + won->n / 2) / won->n : 0, { 0 }, to };
    x[5] = cell_share(won->n, won->n + lost, decided);     /* the lost ones stand behind it too */
}

bool won_report(const struct ask *k, const char *id, str title, const char *group, struct report **out, struct err *e)
{
    struct list_spec won = { .en = &deal_entity, .filter = ask_won(k) }, lost = { .en = &deal_entity, .filter = ask_lost(k) };
    struct summary_row *w, *l, total = { 0 };
    size_t nw, nl;
    int64_t all_lost = 0;
    if (!record_summary(k->c, &won, str_of(group), S("amount"), &w, &nw, e)
        || !record_summary(k->c, &lost, str_of(group), (str){ 0 }, &l, &nl, e))
        return false;
    struct report *r = report_new(k->c, id, title, k->title);
    won_columns(r, k, title);
    bool is_time = strchr(group, ':');
    if (!is_time)
        qsort(w, nw, sizeof *w, by_sum);
    for (size_t i = 0; i < nw; i++)
        total.n += w[i].n, total.sum += w[i].sum;
    for (size_t i = 0; i < nw; i++) {
        const struct summary_row *x = row_of(l, nl, w[i].key);
        won_row(r, ask_list(k, "deals", group_filter(k, group, won.filter, w[i].key)),
                ask_list(k, "deals", group_filter(k, group, ask_decided(k), w[i].key)), w[i].label, &w[i], x ? x->n : 0, total.sum);
    }
    for (size_t i = 0; i < nl; i++)
        all_lost += l[i].n;
    won_row(r, ask_list(k, "deals", won.filter), ask_list(k, "deals", ask_decided(k)), _t(insight_total), &total, all_lost, total.sum);
    r->has_total = true;
    *out = r;
    return true;
}
