/* views.h - what the pages of this room show. */
#pragma once
#include "html/html.h"

struct material_review_view { struct url action; str reviewer; bool may; };
void view_material_review(struct html *h, const struct material_review_view *v);
