/* rule_pages.h - what the pages of rules show and share. */
#pragma once
#include "flow/rule.h"
#include "web/condition.h"
#include "web/records.h"
#include "web/signature.h"
#include "web/ui.h"

#define SAID(a, loc, key, ...) msg_text((a), (loc), MSG_##key, \
        (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

/* ── a rule as a sentence: rule_sentence.c ───────────────────────────────── */

/* One slot as a control of the form. */
struct rule_slot_view {
    str name, label, value, hint; const struct ui_option *options; size_t n;
    enum { SLOT_SELECT, SLOT_TEXT, SLOT_NUMBER, SLOT_AREA, SLOT_TIME } input;
    bool is_bad;                                /* nothing stands in it, and something must */
    struct url redraw;                          /* a choice that changes what the sentence asks, or says, posts the form there */
};
void view_rule_slot(struct html *h, const struct rule_slot_view *v);
struct rule_name_view { str value; };
void view_rule_name(struct html *h, const struct rule_name_view *v);

/* What a form offers; read once a page. */
struct rule_offers {
    const struct ui_option *users, *segments, *rules, *webhooks; size_t nusers, nsegments, nrules, nwebhooks;
    struct url action; bool shows_gaps; };      /* after a refusal: the slots that are empty stand out */
bool rule_offers(struct ctx *c, struct rule_offers *out, struct err *e);

/* Read: the names stand out. Edited: each slot is a control named PREFIX_slot. */
struct html_safe rule_when_read(struct html *h, struct ctx *c, const struct rule_plan *p, const struct rule_offers *o);
struct html_safe rule_line_read(struct html *h, struct ctx *c, const struct rule_plan *p, size_t line, const struct rule_offers *o);
struct html_safe rule_when_edit(struct html *h, struct ctx *c, const struct rule_plan *p, const struct rule_offers *o);
struct html_safe rule_line_edit(struct html *h, struct ctx *c, const struct rule_plan *p, size_t line, const struct rule_offers *o);
/* A whole rule as one line of text, for lists. */
str rule_brief(struct ctx *c, const struct rule_plan *p, const struct rule_offers *o);

/* ── pages ───────────────────────────────────────────────────────────────── */

struct rule_row {
    str name, brief, owner, state, runs, joint;
    enum tone joint_tone; struct url url, turn, runs_url; enum tone tone; int64_t owner_id; bool is_on, may, has_failed;
};
struct rule_tabs { const struct ui_item *items; size_t n; };
struct rule_list_view { struct rule_tabs tabs; const struct rule_row *rows; size_t n; struct html_safe empty; };
void view_rule_list(struct html *h, const struct rule_list_view *v);

struct rule_step_view { struct html_safe sentence; str number, key; int depth; bool is_first, is_last, is_bad; const struct ui_option *kinds; size_t nkinds; };
struct rule_would_view { str title, when; struct url url; };
/* What both teams have agreed on: the newest version with its signatures, and all of them. */
struct rule_version_row { str number, day, owner, brief, signed_by; bool holds; };
struct rule_agreed_view { bool is_joint; str text; struct signature_view sign[SIDE_COUNT];
                          const struct rule_version_row *rows; size_t n; };
bool rule_agreement(struct ctx *c, const struct record *rule, const struct rule_offers *o, struct rule_agreed_view *out, struct err *e);
void view_rule_agreed(struct html *h, const struct rule_agreed_view *v);

struct rule_edit_view {
    struct url action, turn, runs; str id, name, version, error, criteria, limit, hourly, note, state, owner; enum tone tone;
    struct html_safe when, then; const struct ui_option *kinds, *onces, *steps; size_t nkinds, nonces, nsteps;
    const struct rule_step_view *lines; size_t n;
    struct url why;                             /* ask of a record whether the condition holds */
    str dry, count, settles; const struct rule_would_view *would; size_t nwould; bool is_new, is_on, may, has_dry, bad_criteria, is_joint;
    struct rule_agreed_view agreed; struct condition_view choices;
};
void view_rule_edit(struct html *h, const struct rule_edit_view *v);

struct rule_run_row { str rule, about, state, when, problem, due; struct url url, record, stop; enum tone tone; };
struct rule_runs_view {
    struct rule_tabs tabs; const struct ui_item *states; size_t nstates;
    const struct rule_run_row *rows; size_t n; struct html_safe empty; struct url previous, next;
};
void view_rule_runs(struct html *h, const struct rule_runs_view *v);
struct rule_log_view { str step, result, said; enum tone tone; struct url url; };
struct rule_run_view { struct rule_run_row run; str version; const struct rule_log_view *log; size_t n; bool may_stop; };
void view_rule_run(struct html *h, const struct rule_run_view *v);

struct approval_row { str id, title, about, from, until, status, note; enum tone tone; struct url record, action; bool may; };
struct approvals_view { struct rule_tabs tabs; const struct approval_row *rows; size_t n; struct html_safe empty; };
void view_approvals(struct html *h, const struct approvals_view *v);

struct rule_part_view { const struct rule_run_row *runs; size_t n; const struct ui_option *rules; size_t nrules; struct url start; str entity, record, back; };
void view_rule_part(struct html *h, const struct rule_part_view *v);

struct rule_tabs rule_tabs(struct ctx *c, const char *now);
enum tone rule_tone(str state);
str rule_state_label(struct ctx *c, str state);

void rule_list_page(struct request *rq);
void rule_edit_page(struct request *rq);
void rule_save(struct request *rq);
void rule_sign_act(struct request *rq);
void rule_turn(struct request *rq);
void rule_runs_page(struct request *rq);
void rule_run_page(struct request *rq);
void rule_run_stop(struct request *rq);
void rule_begin_by_hand(struct request *rq);
void approvals_page(struct request *rq);
void approval_act(struct request *rq);
void rule_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side);
bool rule_seed(struct ctx *tx, struct err *e);
