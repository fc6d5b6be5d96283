/* chance_page.c - the page of scores: the rules both teams agreed on, and beside them what was
 * learnt from the past, with how far it can be trusted.
 */
#include "funnel/chance.h"
#include "funnel/chance_views.h"
#include <math.h>
#include <stdlib.h>
#include "msg/score.h"
#include "web/chart.h"
#include "web/web.h"

enum { RULES_MAX = 200, WEIGHTS_SHOWN = 14, REASONS_SHOWN = 5 };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

/* ── rules ───────────────────────────────────────────────────────────────── */

static str fades_of(struct ctx *c, const struct record *rule, const struct record *group)
{
    bool is_own = record_int(rule, "decay_days") || record_int(rule, "window_days");
    const struct record *from = is_own || !group ? rule : group;
    int64_t window = record_int(from, "window_days"), decay = record_int(from, "decay_days");
    if (!record_text(rule, "event").n || (!window && !decay))
        return say(c, MSG_score_fades_never);
    if (window)
        return SAY(c->a, c->loc, score_fades_window, .n = A(window));
    str percent = loc_percent(c->a, c->loc, (double)record_int(from, "decay_percent") / 100, 0);
    return SAY(c->a, c->loc, score_fades_decay, .n = A(decay), .percent = A(percent));
}

static str signed_points(struct ctx *c, int64_t points)
{
    return arena_fmt(c->a, "%s%.*s", points < 0 ? "−" : "+", STR_ARG(loc_int(c->a, c->loc, points < 0 ? -points : points)));
}

static const struct record *found_in(const struct list *l, int64_t id)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->rows[i]->id == id)
            return l->rows[i];
    return NULL;
}

static bool fill_rules(struct ctx *c, struct score_rules_view *v, struct err *e)
{
    struct list_spec rules = { .en = &score_rule_entity, .filter = S("is_active = true"), .sort = S("position"), .limit = RULES_MAX },
                     groups = { .en = &score_group_entity, .sort = S("name"), .limit = RULES_MAX };
    struct list r, g;
    if (!record_list(c, &rules, &r, e) || !record_list(c, &groups, &g, e))
        return false;
    struct score_rule_row *rows = arena_new(c->a, struct score_rule_row, r.n);
    for (size_t i = 0; i < r.n; i++) {
        const struct record *rule = r.rows[i];
        bool is_fit = str_eq(record_text(rule, "axis"), S("fit"));
        rows[i] = (struct score_rule_row){
            .name = record_title(rule), .axis = say(c, is_fit ? MSG_core_axis_fit : MSG_core_axis_engagement),
            .group = record_val(rule, "score_group").s, .points = signed_points(c, record_int(rule, "points")),
            .fades = fades_of(c, rule, found_in(&g, record_int(rule, "score_group"))),
            .url = record_url(c->a, &score_rule_entity, rule->id) };
    }
    *v = (struct score_rules_view){ .rows = rows, .n = r.n };
    if (access_scope(c->who, &score_rule_entity, ACTION_CREATE) != SCOPE_NONE)
        v->add = url_path(S("/score-rules/new"));
    return true;
}

/* ── weights ─────────────────────────────────────────────────────────────── */

static struct chance_weight weight_of(struct ctx *c, const struct chance_reason *r, bool is_rate)
{
    str text = chance_reason_text(c, r);
    if (is_rate)
        text = SAY(c->a, c->loc, score_per_step, .what = A(chance_column_text(c, r->column)));
    return (struct chance_weight){ .text = text, .is_against = r->part < 0,
                                   .times = arena_fmt(c->a, "×%.*s", STR_ARG(loc_num(c->a, c->loc, exp(r->part), 2))) };
}

static int by_size(const void *x, const void *y)
{
    double a = fabs(((const struct chance_reason *)x)->part), b = fabs(((const struct chance_reason *)y)->part);
    return (a < b) - (a > b);
}

/* A word against its absence; a number by one deviation. */
static void fill_weights(struct ctx *c, const struct chance_model *m, struct chance_model_view *v)
{
    struct chance_reason *all = arena_new(c->a, struct chance_reason, m->logit.nw);
    struct chance_weight *shown = arena_new(c->a, struct chance_weight, WEIGHTS_SHOWN);
    for (size_t i = 0; i < m->logit.nw; i++)
        all[i] = (struct chance_reason){ m->logit.w[i].column, m->logit.w[i].word, NAN, m->logit.w[i].weight };
    if (m->logit.nw)
        qsort(all, m->logit.nw, sizeof *all, by_size);
    for (; v->nweights < WEIGHTS_SHOWN && v->nweights < m->logit.nw; v->nweights++)
        shown[v->nweights] = weight_of(c, &all[v->nweights], chance_columns[all[v->nweights].column].is_number);
    v->weights = shown;
}

/* ── figures ─────────────────────────────────────────────────────────────── */

static double share(const struct logit_bin *b) { return b->n ? (double)b->outcomes / (double)b->n : 0; }

static struct html_safe calibration(struct request *rq, const struct chance_model *m)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct chart_point *p = arena_new(c->a, struct chart_point, LOGIT_BINS);
    const str series[] = { say(c, MSG_score_calibration_told), say(c, MSG_score_calibration_happened) };
    for (int i = 0; i < LOGIT_BINS; i++) {
        const struct logit_bin *b = &m->judged.bin[i];
        p[i] = (struct chart_point){ .label = loc_int(c->a, c->loc, i + 1),
                                     .v = { llround(b->told * 10000), llround(share(b) * 10000) } };
    }
    chart_put(&h, &(struct chart){ .kind = CHART_LINE, .unit = CHART_PERCENT, .title = say(c, MSG_score_calibration), .points = p,
                                   .n = LOGIT_BINS, .series = series, .nseries = 2, .width = CHART_HALF });
    return html_done(&h);
}

static struct html_safe stats(struct request *rq, const struct chance_model *m)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    ui_stat(&h, .label = say(c, MSG_score_model_auc), .value = loc_num(c->a, c->loc, m->judged.auc, 3));
    ui_stat(&h, .label = say(c, MSG_score_model_lift), .value = loc_num(c->a, c->loc, logit_lift(&m->judged, 0), 2));
    ui_stat(&h, .label = say(c, MSG_score_model_brier), .value = loc_num(c->a, c->loc, m->judged.brier, 3));
    ui_stat(&h, .label = say(c, MSG_score_model_deals), .value = loc_percent(c->a, c->loc, m->fitted ? (double)m->converted / (double)m->fitted : 0, 1));
    return html_done(&h);
}

static void fill_bins(struct ctx *c, const struct chance_model *m, struct chance_model_view *v)
{
    struct chance_bin *bins = arena_new(c->a, struct chance_bin, LOGIT_BINS);
    for (int i = 0; i < LOGIT_BINS; i++) {
        const struct logit_bin *b = &m->judged.bin[i];
        bins[i] = (struct chance_bin){ .name = loc_int(c->a, c->loc, i + 1), .n = loc_int(c->a, c->loc, b->n),
                                       .told = loc_percent(c->a, c->loc, b->told, 1), .happened = loc_percent(c->a, c->loc, share(b), 1),
                                       .lift = loc_num(c->a, c->loc, logit_lift(&m->judged, i), 2) };
    }
    v->bins = bins;
    v->nbins = LOGIT_BINS;
}

static bool may_fit(const struct ctx *c) { return has_role(c, SALES_HEADS | MARKETING_HEADS); }

/* Is one being learnt now, or did the last try end without? */
static bool fill_learning(struct ctx *c, int64_t since, struct chance_model_view *v, struct err *e)
{
    struct job_row j;
    bool found;
    if (!job_of_key(c, &chance_job, S("chance"), since, &j, &found, e) || !found)
        return !found && e->code == ERR_NONE;
    v->is_learning = !str_eq(j.state, S("dead"));
    if (!v->is_learning)
        v->failed = SAY(c->a, c->loc, score_fit_failed, .why = A(j.error));
    else
        v->far = j.all ? SAY(c->a, c->loc, score_learning_far, .done = A(loc_int(c->a, c->loc, j.done)), .all = A(loc_int(c->a, c->loc, j.all)))
                       : say(c, MSG_score_learning);
    return true;
}

static bool fill_model(struct request *rq, struct chance_model_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct chance_model *m;
    if (!chance_load(c, &m, e))
        return false;
    *v = (struct chance_model_view){ .is_empty = !m, .fit = may_fit(c) ? url_path(S("/scores/fit")) : (struct url){ { 0 } } };
    if (!fill_learning(c, m ? m->fitted_at : 0, v, e) || !m)
        return e->code == ERR_NONE;
    v->sub = SAY(c->a, c->loc, score_learnt_sub, .leads = A(loc_int(c->a, c->loc, m->fitted - m->judged.n)),
                 .judged = A(loc_int(c->a, c->loc, m->judged.n)), .when = A(loc_instant(c->a, c->loc, m->fitted_at, DATE_MEDIUM)));
    if (!chance_is_useful(m))
        v->told = say(c, MSG_score_weak);
    v->stats = stats(rq, m);
    v->calibration = calibration(rq, m);
    fill_bins(c, m, v);
    fill_weights(c, m, v);
    return true;
}

void scores_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct score_rules_view rules;
    struct chance_model_view model;
    struct err e = { 0 };
    if (access_scope(c->who, &score_rule_entity, ACTION_SEE) == SCOPE_NONE) {
        fail(&e, ERR_FORBIDDEN, 0, "scores");       /* the model tells how all leads fared */
        web_fail(rq, &e);
        return;
    }
    if (!fill_rules(c, &rules, &e) || !fill_model(rq, &model, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct html h = web_html(rq);
    if (str_eq(request_query(rq, "part"), S("model"))) {
        view_chance_model(&h, &model);
        answer_html(rq, 200, &h);
        return;
    }
    struct page p = web_page(rq, say(c, MSG_score_page));
    page_begin(&h, &p);
    view_scores_page(&h, &(struct scores_page_view){ &rules, &model });
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── on a lead ───────────────────────────────────────────────────────────── */

void chance_put(struct html *h, struct ctx *c, int64_t lead)
{
    struct chance_model *m;
    struct chance_view x;
    struct err e = { 0 };
    if (!chance_load(c, &m, &e) || !m || !chance_is_useful(m) || !chance_of(c, m, lead, &x, &e))
        return;
    size_t n = x.n < REASONS_SHOWN ? x.n : REASONS_SHOWN;
    struct chance_weight *w = arena_new(c->a, struct chance_weight, n);
    for (size_t i = 0; i < n; i++)
        w[i] = weight_of(c, &x.reason[i], false);
    double times = x.average > 0 ? x.chance / x.average : 0;
    struct chance_part_view v = { .chance = loc_percent(c->a, c->loc, x.chance, 0),
                                  .tone = times >= 2 ? TONE_GREEN : times >= 1 ? TONE_BLUE : TONE_NONE,
                                  .times = SAY(c->a, c->loc, score_chance_times, .times = A(loc_num(c->a, c->loc, times, 1))),
                                  .horizon = SAY(c->a, c->loc, score_chance_horizon, .n = A(loc_int(c->a, c->loc, CHANCE_DAYS))),
                                  .weights = w, .n = n };
    view_chance_part(h, &v);
}

/* ── learning anew ───────────────────────────────────────────────────────── */

static bool ask(struct ctx *tx, void *arg, struct err *e)
{
    (void)arg;
    return job_add(tx, &(struct job_spec){ .kind = &chance_job, .key = S("chance"), .args = S(CHANCE_ASKED) }, NULL, e);
}

void scores_fit(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!may_fit(c)) {
        fail(&e, ERR_FORBIDDEN, 0, "fit by %lld", (long long)c->who->user_id);
        web_fail(rq, &e);
    } else if (!record_write(c, ask, NULL, &e)) {
        web_fail(rq, &e);
    } else {
        web_done(rq, S("/scores"), say(c, MSG_score_fit_begun), 0);
    }
}
