/* views.h - what the pages of this room show. */
#pragma once
#include "html/html.h"

struct material_review_view { struct url action; str reviewer; bool may; };
void view_material_review(struct html *h, const struct material_review_view *v);

struct pain_link { str title; struct url url; };
struct pain_line { str name, looks; const struct pain_link *seen, *offer; size_t nseen, noffers; };
struct pains_view { const struct pain_line *lines; size_t n; };
void view_pains(struct html *h, const struct pains_view *v);
