/* find.h - finding, going, doing: the palette, the search page, the menu of what can be made. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

struct find_row { str title, sub; const char *icon; int64_t id; struct url url; bool is_person, is_company; };
struct find_group { str title; const struct find_row *rows; size_t n; struct url all; str all_text; };
struct palette_view { const struct find_group *groups; size_t n; str none; };
struct search_page_view { const struct find_group *groups; size_t n; str q; };
struct create_menu_view { const struct find_row *rows; size_t n; };

void view_palette(struct html *h, const struct palette_view *v);
void view_search_page(struct html *h, const struct search_page_view *v);
void view_create_menu(struct html *h, const struct create_menu_view *v);

void find_palette(struct request *rq);          /* GET /palette?q= */
void find_page(struct request *rq);             /* GET /search?q= */
void find_create(struct request *rq);           /* GET /create */
