/* chance_views.h - what the page of scores and the box on a lead show. */
#pragma once
#include "funnel/views.h"

struct score_rules_view {
    struct url add;                         /* empty: the reader may not add one */
    const struct score_rule_row { str name, axis, group, points, fades; struct url url; } *rows; size_t n;
};
void view_score_rules(struct html *h, const struct score_rules_view *v);

struct chance_weight { str text, times; bool is_against; };    /* times: "×2.1" on the odds */
struct chance_model_view {
    bool is_empty, is_learning; str told, sub, far, failed; struct url fit; struct html_safe stats, calibration;
    const struct chance_bin { str name, n, told, happened, lift; } *bins; size_t nbins;
    const struct chance_weight *weights; size_t nweights;
};
void view_chance_model(struct html *h, const struct chance_model_view *v);

struct scores_page_view { const struct score_rules_view *rules; const struct chance_model_view *model; };
void view_scores_page(struct html *h, const struct scores_page_view *v);

struct chance_part_view { str chance, times, horizon; enum tone tone; const struct chance_weight *weights; size_t n; };
void view_chance_part(struct html *h, const struct chance_part_view *v);

/* The box of one lead; nothing while nothing has been learnt. */
void chance_put(struct html *h, struct ctx *c, int64_t lead);
void scores_page(struct request *rq);       /* GET /scores */
void scores_fit(struct request *rq);        /* POST /scores/fit */
