/* rule.h - when something happens, if it fits, then do this: rules, and the flows they start.
 *
 * A rule acts with the rights of its owner, asked when it runs. It follows the feed: for each cause
 * a run, once, whatever crashes. A run does its steps until one waits; waiting runs are rows with a
 * due time. A run keeps the version of the rule it began with.
 *
 *   flow/rule_plan.h    what a rule says, as text and as a struct
 *   flow/rule_run.c     runs: begun, carried on, ended
 *   flow/rule_feed.c    the consumer: causes, waiting runs, the hour
 *   features' `steps`   what a run can do: a table that rooms add rows to
 */
#pragma once
#include "core/agreed.h"
#include "flow/rule_plan.h"

extern const struct entity rule_entity;
extern const struct entity rule_version_entity;
extern const struct entity rule_run_entity;
extern const struct entity rule_log_entity;
extern const struct entity approval_entity;

struct consumer;
extern const struct consumer rule_consumer;     /* a feature lists it */

/* ── one step at work ────────────────────────────────────────────────────── */

struct rule_act {
    struct ctx *tx;                             /* the owner's rights, name and language; the write of this run */
    const struct rule_line *line;               /* its arguments */
    int64_t run, rule, owner;
    const struct entity *en; int64_t record;    /* what the run is about */
    /* What the step leaves behind: told in the log. */
    str said;
    const struct entity *did_en; int64_t did;
};
/* A user by the word of an argument: an id, "owner", "manager", "rule_owner", "head_sales",
 * "head_marketing". 0: nobody is that. */
__attribute__((warn_unused_result))
bool rule_who(struct rule_act *a, str word, int64_t *user, struct err *e);
/* A text of a rule with {record} and {owner} filled in. */
__attribute__((warn_unused_result))
bool rule_text(struct rule_act *a, str text, str *out, struct err *e);

/* ── starting and ending ─────────────────────────────────────────────────── */

enum { RULES_MAX = 300, RULE_HOURLY = 200, RULE_CHAIN_MAX = 8, RULE_LATE_DAYS = 7 };
/* By hand, or by a step: the rule must be one that is started so. The run begins within the minute. */
__attribute__((warn_unused_result))
bool rule_start(struct ctx *tx, int64_t rule, const struct entity *en, int64_t record, int64_t chain, int64_t depth,
                int64_t *run, struct err *e);
__attribute__((warn_unused_result))
bool rule_stop(struct ctx *tx, int64_t run, struct err *e);
/* Yes or no, with a note; the waiting run goes on. Only who decides may. */
__attribute__((warn_unused_result))
bool approval_answer(struct ctx *tx, int64_t approval, bool is_yes, str note, struct err *e);

/* ── agreed by both teams: rule_sign.c ───────────────────────────────────── */

/* *out NULL: there is none. */
__attribute__((warn_unused_result))
bool rule_version_of(struct ctx *c, int64_t rule, int64_t number, struct record **out, struct err *e);
/* A head signs the newest version of a common rule: what they have read, by its number. With both it is
 * in force. ERR_CONFLICT: meanwhile it says something else. */
__attribute__((warn_unused_result))
bool rule_sign(struct ctx *tx, int64_t rule, int64_t number, enum side side, struct err *e);

/* ── would have ──────────────────────────────────────────────────────────── */

/* What a plan would have done in the last days, for the reader's eyes: nothing is written. */
struct rule_would { int64_t at; const struct entity *en; int64_t record; str title; };
enum { RULE_DRY_SHOWN = 50, RULE_DRY_READ = 20000 };
struct rule_dry { struct rule_would v[RULE_DRY_SHOWN]; size_t n; int64_t fired, causes; bool is_cut; };
__attribute__((warn_unused_result))
bool rule_dry(struct ctx *c, const struct rule_plan *p, int64_t limit, int days, bool per_record, struct rule_dry *out, struct err *e);
