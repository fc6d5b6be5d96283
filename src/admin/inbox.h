/* inbox.h - what the page of notices shows. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

struct inbox_line { str title, body, time, iso; struct url open, read; const char *icon; enum tone tone; bool is_new; };
struct inbox_view { const struct inbox_line *lines; size_t n; struct ui_item tabs[2]; struct url older; bool has_new; };
void view_inbox(struct html *h, const struct inbox_view *v);

void inbox_page(struct request *rq);
void inbox_open(struct request *rq);
void inbox_read(struct request *rq);
void inbox_read_all(struct request *rq);
