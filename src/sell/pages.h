/* pages.h - the handlers of this room and what they share. */
#pragma once
#include "record/query.h"
#include "web/ui.h"
#include "web/web.h"

void board_page(struct request *rq);            /* board.c: /deals */
void move_page(struct request *rq);             /* move_page.c: /deals/:id/move */
void move_post(struct request *rq);
void move_card(struct request *rq);             /* /deals/move: what the board's script sends */

/* What is to be done next, as a card and the deal's page say it. */
struct next_step { str text; const char *icon; enum tone tone; };
struct next_step deal_next_step(struct ctx *c, const struct record *r);
int deal_quiet_days(const struct ctx *c, const struct record *r);       /* 0: not quiet */

/* ── parts of record pages: deal_page.c, order_page.c ────────────────────── */

void deal_panel(struct request *rq, const struct record *deal, struct html *middle, struct html *side);
void order_panel(struct request *rq, const struct record *order, struct html *middle);

void line_add(struct request *rq);              /* part_write.c */
void line_change(struct request *rq);
void line_remove(struct request *rq);
void payment_add(struct request *rq);

/* Shared by both pages: deal_page.c. */
struct line_part;
str field_shown(struct ctx *c, const struct record *r, const char *name);
struct html_safe form_rows(struct request *rq, const struct record *r, bool is_new, const char *names);
struct list lines_of_parent(struct request *rq, const struct entity *en, const char *parent, int64_t id, const char *sort);
struct line_part line_part_of(struct request *rq, const struct record *l);
