/* views.h - what the pages of this room show. */
#pragma once
#include "funnel/inside.h"
#include "web/records.h"
#include "web/signature.h"
#include "web/ui.h"

/* ── a lead and what may be done with it: lead_part.c ────────────────────── */

/* One act that asks for a reason or more, as a panel that opens; works without scripts. */
struct lead_ask_view {
    str label, back; const char *icon, *key; struct url action;
    str reason_label; const struct ui_option *reasons; size_t nreasons;     /* none: no reason is asked */
    str date_label, note_label;                         /* empty: not asked */
    const struct lead_answer { str label, name, value; } *answers; size_t nanswers;
};
void view_lead_ask(struct html *h, const struct lead_ask_view *v);
struct lead_do_view { str label, back; const char *icon, *key; struct url action; bool is_main; };
void view_lead_do(struct html *h, const struct lead_do_view *v);

struct lead_clock { str text; enum tone tone; const char *icon; };          /* empty text: no clock runs */
struct lead_clock lead_clock_of(struct ctx *c, const struct record *lead);
struct html_safe lead_acts_of(struct request *rq, const struct record *lead, str back);
void lead_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side);

struct lead_next_view { str title, sub; struct lead_clock clock; struct html_safe acts; };
void view_lead_next(struct html *h, const struct lead_next_view *v);
struct lead_handoffs_view { const struct lead_handoff { str when, iso, who, status, detail; enum tone tone; } *v; size_t n; };
void view_lead_handoffs(struct html *h, const struct lead_handoffs_view *v);
struct score_part_view {
    str grade, score; int64_t fit, engagement; bool is_capped;
    const struct score_part_line { str reason, points, when, times; bool is_negative; } *line; size_t n;
};
void view_score_part(struct html *h, const struct score_part_view *v);
struct stages_part_view {
    const struct ui_item *items; size_t n;
    const struct stage_line { str stage, when, spent, reason; bool is_back; } *line; size_t nlines;
};
void view_stages_part(struct html *h, const struct stages_part_view *v);

/* ── the queue: queue.c ──────────────────────────────────────────────────── */

struct queue_row {
    str id, title, person, sub, grade, score, source, status; enum tone status_tone;
    const str *reasons; size_t nreasons;
    struct lead_clock clock; struct url url; struct html_safe acts;
};
struct queue_view { const struct queue_row *rows; size_t n; const struct ui_item *tabs; size_t ntabs; struct html_safe empty; struct url previous, next; };
void view_queue(struct html *h, const struct queue_view *v);

/* ── funnel and definitions: funnel_page.c, definition_page.c ────────────── */

struct funnel_stage { str label, owner, count, other; enum tone owner_tone; int64_t n; struct url url; };
struct funnel_page_view {
    const struct ui_item *views; size_t nviews;
    const struct funnel_stage *stages; size_t n; int64_t most; str total, other_label;
    struct html_safe stats;
};
void view_funnel_page(struct html *h, const struct funnel_page_view *v);

struct definition_card {
    str stage, title, revision, status, owner, text, criteria, evidence; enum tone status_tone;
    struct signature_view sign[SIDE_COUNT];
    struct url url, edit;
    const struct ui_item *older; size_t nolder;
};
struct definitions_view { const struct definition_card *card; size_t n; struct url add; };
void view_definitions(struct html *h, const struct definitions_view *v);

/* ── trying the routing: route_page.c ────────────────────────────────────── */

struct route_step_view { str text; bool is_chosen, is_skipped; int depth; };
struct route_share_view { str name, would, did; int64_t id, nwould, ndid; };
struct route_page_view {
    const struct ui_option *leads, *countries, *sources, *industries; size_t nleads, ncountries, nsources, nindustries;
    str receiver, replayed; int64_t receiver_id, most;
    const struct route_step_view *steps; size_t nsteps;
    const struct route_share_view *shares; size_t nshares;
    bool has_tried, has_replayed;
};
void view_route_page(struct html *h, const struct route_page_view *v);

/* ── deadlines of a record: clock_part.c ─────────────────────────────────── */

struct clock_line { str name, state, note; enum tone tone; };
struct clock_part_view { const struct clock_line *line; size_t n; };
void view_clock_part(struct html *h, const struct clock_part_view *v);
struct html_safe clock_part(struct html *h, struct ctx *c, const struct record *r);     /* empty: it has none */

/* Handlers of the routes in feature.c. */
void route_page(struct request *rq);
void queue_page(struct request *rq);
void queue_act(struct request *rq);
void funnel_page(struct request *rq);
void definitions_page(struct request *rq);
void definition_sign(struct request *rq);
