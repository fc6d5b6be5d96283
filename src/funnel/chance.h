/* chance.h - how likely a lead becomes a deal, learnt from the leads of the past.
 *
 * It stands beside the score, not in its place: the rules say what we agreed on, the model what
 * came of it. A lead is told by what was known when it came in; its outcome is whether a deal
 * was opened within CHANCE_DAYS. Leads younger than that have no outcome yet and teach nothing.
 * What was written or happened later is taken back (the ledger of changes knows), so a model
 * is never judged by what it could not have known.
 *
 * The earlier seven tenths are fitted, the later three judge (flow/logit.h). A model is a record
 * of `chance_model`, the newest is in force.
 */
#pragma once
#include "flow/logit.h"
#include "flow/schedule.h"
#include "record/record.h"

enum { CHANCE_DAYS = 90, CHANCE_LEADS_MAX = 20000, CHANCE_FITTED_TENTHS = 7 };
enum chance_column {
    CHANCE_SOURCE, CHANCE_CAMPAIGN, CHANCE_FORM, CHANCE_PRODUCT, CHANCE_COUNTRY, CHANCE_INDUSTRY, CHANCE_EMPLOYEES, CHANCE_TITLE,
    CHANCE_PHONE, CHANCE_EVENTS, CHANCE_PAGES, CHANCE_KNOWN_DAYS, CHANCE_EARLIER, CHANCE_COLUMNS
};
extern const struct logit_column chance_columns[CHANCE_COLUMNS];
extern const struct entity chance_model_entity;

/* ── chance_facts.c ──────────────────────────────────────────────────────── */

struct chance_facts { int64_t lead, at; bool has_deal; struct logit_value v[CHANCE_COLUMNS]; };
/* Of one lead; false with ERR_NOT_FOUND when there is none. */
bool chance_facts_of(struct ctx *sys, int64_t lead, struct chance_facts *out, struct err *e);
/* Of all leads old enough, the newest CHANCE_LEADS_MAX; `told` after each slice (may be NULL). */
bool chance_history(struct ctx *sys, struct logit_rows **out, bool (*told)(void *arg, int64_t done, struct err *e), void *arg,
                    struct err *e);

/* ── chance.c ────────────────────────────────────────────────────────────── */

struct chance_model {
    int64_t id, fitted_at, fitted, converted;
    struct logit_model logit;
    struct logit_judgement judged;
};
/* Fits to history; writes nothing. ERR_INVALID: too little history. */
bool chance_learn(struct ctx *c, bool (*told)(void *arg, int64_t done, struct err *e), void *arg, struct chance_model *out, struct err *e);
/* Inside a write: the model is in force. */
bool chance_keep(struct ctx *tx, const struct chance_model *m, struct err *e);
/* The one in force; *out NULL: none yet. */
bool chance_load(struct ctx *c, struct chance_model **out, struct err *e);
/* Ranks better than guessing would (AUC of 0.6 and more); else no lead shows its chance. */
bool chance_is_useful(const struct chance_model *m);
/* The chance of one lead now, and what speaks for and against it, strongest first. */
struct chance_reason { int column; str word; double number, part; };
struct chance_view { double chance, average; struct chance_reason reason[CHANCE_COLUMNS]; size_t n; };
bool chance_of(struct ctx *c, const struct chance_model *m, int64_t lead, struct chance_view *out, struct err *e);
str chance_column_text(struct ctx *c, int column);
/* "Source: Referral", in the reader's language. */
str chance_reason_text(struct ctx *c, const struct chance_reason *r);

/* ── chance_job.c ────────────────────────────────────────────────────────── */

extern const struct job_kind chance_job;
extern const struct schedule chance_schedule;
#define CHANCE_ASKED "{\"asked\":true}"         /* args of a job that a person waits for */
