/* pages.h - the handlers of this room and what they share. */
#pragma once
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
