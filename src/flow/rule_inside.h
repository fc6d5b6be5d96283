/* rule_inside.h - what the files of rules share; nobody outside flow/ includes it. */
#pragma once
#include "base/clock.h"
#include "base/id.h"
#include "core/notify.h"
#include "core/addressee.h"
#include "flow/rule.h"
#include "record/access.h"

#define RULE_SAY(a, loc, key, ...) msg_text((a), (loc), MSG_##key, \
        (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

/* ── a rule in memory ────────────────────────────────────────────────────── */

struct rule {
    int64_t id, owner, limit, hourly; int number;   /* limit: in the base currency */
    int64_t version;                            /* the row of its present version */
    enum rule_once { ONCE_EACH, ONCE_RECORD, ONCE_IDLE } once;
    str name;
    struct rule_plan plan;
    int64_t begun;                              /* in the last hour; -1: not counted yet */
    bool is_halted;                             /* went past its hourly limit in this batch */
};
/* One rule as its version `version` says it (0: as it stands); *out NULL: gone. */
bool rule_load(struct ctx *c, int64_t id, int64_t version, struct rule **out, struct err *e);
/* Those that are on and begin by one of these kinds (bits). What cannot be read is left out. */
bool rules_on(struct ctx *c, unsigned kinds, struct rule ***out, size_t *n, struct err *e);

/* ── rule_check.c ────────────────────────────────────────────────────────── */

bool rule_may_be_about(const struct entity *en);
bool rule_may_set(const struct field *f);
bool rule_is_role(str word);
bool rule_clock_of(str s, int64_t *us);
/* May its owner still see what begins it: the field, the segment? */
bool rule_may_watch(struct ctx *own, const struct rule_plan *p, struct err *e);
/* What a rule's text means as a value of the field: its canonical text, or "today", "now", "me". */
bool rule_value(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e);

/* ── rule_steps.c: what every house has ──────────────────────────────────── */

bool rule_do_set(struct rule_act *a, struct err *e);
bool rule_do_task(struct rule_act *a, struct err *e);
bool rule_do_create(struct rule_act *a, struct err *e);
bool rule_do_notify(struct rule_act *a, struct err *e);
bool rule_do_start(struct rule_act *a, struct err *e);
bool rule_do_stop(struct rule_act *a, struct err *e);
bool rule_do_webhook(struct rule_act *a, struct err *e);

/* ── rule_batch.c: what the runs of one write share ──────────────────────── */

struct rule_owner { int64_t id; struct actor who; struct addressee reads; };
struct rule_batch {
    struct ctx *tx;                             /* the consumer's write */
    struct rule_kept_owner *owners; struct rule_kept_rule *rules; struct rule_kept_question *questions;
};
struct rule_batch rule_batch(struct ctx *tx);
/* *out: tx with the owner's rights and language. ERR_FORBIDDEN: the owner has left. */
bool rule_owner_ctx(struct rule_batch *b, struct ctx *tx, int64_t owner, struct ctx *out, struct err *e);
/* As its version says it, with the run's owner; *out NULL: gone. */
bool rule_of_run(struct rule_batch *b, struct ctx *sys, const struct record *run, struct rule **out, struct err *e);
/* Does the record fit, as this owner sees it? No criteria: do they see it? */
bool rule_fits(struct rule_batch *b, struct ctx *own, const struct entity *en, str criteria, int64_t record, bool *out, struct err *e);

/* ── rule_run.c: runs ────────────────────────────────────────────────────── */

/* cause: of this rule and version, once: "c12" a feed row, "w9" a write, "t..." a time. */
struct rule_cause { str key; int64_t write, record; };
bool rule_begin(struct rule_batch *b, struct rule *r, const struct rule_cause *why, struct err *e);
/* A waiting run goes on. answer: "yes", "no" of what it waited for, or empty: time passed. */
bool rule_carry_on(struct rule_batch *b, int64_t run, str answer, struct err *e);
/* An undone write has no consequences, nor has the undoing. */
bool rule_is_undone(struct ctx *c, int64_t write, bool *out, struct err *e);

/* ── rule_held.c: clicks that may turn out a program's ───────────────────── */

struct feed_row;
enum { RULE_LET_GO = 20 };
/* How long rules wait before an event of this kind is a cause; 0: not at all. */
int64_t rule_settles_us(str kind);
/* Is it held first? A click; who enters a segment just after one. */
bool rule_waits(struct ctx *tx, const struct feed_row *r, bool *out, struct err *e);
/* Leaves a segment that it entered by what was held: neither begins a rule. */
bool rule_is_flicker(struct ctx *tx, const struct feed_row *r, bool *out, struct err *e);
bool rule_hold(struct ctx *tx, const struct feed_row *r, struct err *e);
/* Those that were held long enough and still are a person's, at most RULE_LET_GO of all; no longer held. */
bool rule_let_go(struct ctx *tx, struct feed_row **out, size_t *n, bool *more, struct err *e);

/* ── rule_match.c: causes ────────────────────────────────────────────────── */

/* The record of the plan's entity that the row tells of; 0: it is no cause. */
int64_t rule_match(const struct rule_plan *p, const struct feed_row *row);
int64_t rule_span(str count, str unit);         /* microseconds */
/* When the `count` and `unit` of a step are over, from now; working hours are those of `holder`. */
bool rule_until(struct rule_act *a, int64_t holder, int64_t *out, struct err *e);
bool rule_owner_of(struct rule_act *a, int64_t *out, struct err *e);   /* of the record */
/* The `date` of the plan falls so that it is due in (from, to]: the condition in the query language. */
str rule_time_filter(struct ctx *c, const struct rule_plan *p, int64_t from, int64_t to);
/* When the plan's hour comes next after `after`. */
int64_t rule_next_every(struct ctx *c, const struct rule_plan *p, int64_t after);
