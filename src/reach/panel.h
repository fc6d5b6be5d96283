/* panel.h - what panel.html shows on the pages of campaigns, forms and answers. */
#pragma once
#include "web/ui.h"

struct figure { str label, value, sub; struct url url; };
struct money_line { str kind, amount, day, note; enum tone tone; };
struct campaign_panel_view {
    const struct figure *figures; size_t nfigures;
    const struct money_line *lines; size_t nlines;
    int64_t spend, budget; enum tone tone;
    str money, left, tree;
    struct url add; bool may_add;
};
void view_campaign_panel(struct html *h, const struct campaign_panel_view *v);

struct question_line { str label, kind; bool is_required; };
struct form_panel_view {
    const struct figure *figures; size_t nfigures;
    const struct question_line *questions; size_t nquestions;
    str wrong, embed, track; struct url open; bool is_active;
};
void view_form_panel(struct html *h, const struct form_panel_view *v);

struct answer_line { str label, value; };
struct submission_panel_view { const struct answer_line *lines; size_t n; };
void view_submission_panel(struct html *h, const struct submission_panel_view *v);
