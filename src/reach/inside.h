/* inside.h - what the files of this room share. */
#pragma once
#include "core/core.h"
#include "flow/hit.h"
#include "funnel/funnel.h"
#include "msg/core.h"
#include "msg/reach.h"
#include "people/people.h"
#include "reach/hosts.h"
#include "reach/reach.h"
#include "reach/source.h"
#include "web/web.h"

/* Hooks and panels, each in the file of its entity's work. */
bool form_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
void form_submissions(struct ctx *c, const struct record *r, struct val *out);
bool campaign_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool budget_line_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool budget_line_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool reach_seed(struct ctx *tx, struct err *e);
void campaign_add_line(struct request *rq);       /* POST of the panel */
void campaign_panel(struct request *rq, const struct record *r, struct html *middle);
void form_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side);
void submission_panel(struct request *rq, const struct record *r, struct html *middle);
void link_panel(struct request *rq, const struct record *r, struct html *out);
void link_make(struct request *rq);              /* POSTs of the panel */
void link_withdraw(struct request *rq);
void reach_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side);

/* The campaign a link names, whatever its case; 0: none. */
bool campaign_of_link(struct ctx *c, str utm_campaign, int64_t *out, struct err *e);
/* A touch of marketing. Times and references may be 0. */
struct touch_in { int64_t person, at, campaign, lead, company; const char *kind; struct source from; str note; };
bool touch_put(struct ctx *tx, const struct touch_in *in, int64_t *id, struct err *e);
/* Earlier visits of this visitor become the person's: visits, touches a session, events. */
bool visits_join(struct ctx *tx, str visitor, int64_t person, struct err *e);
#define VISITOR_JOINED "visitor.joined"          /* a kind of hit */
bool visits_join_behind(struct ctx *tx, str body, struct err *e);
/* Cut to what a field keeps, at a character's boundary. */
str kept(str s, size_t max);
