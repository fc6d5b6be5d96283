/* funnel.h - the one funnel of both teams: shared definitions, scores, leads and the hand-off
 * with its clock.
 *
 * A lead is one interest of one person at one time. Marketing offers it, a seller accepts or
 * returns it with a reason; nothing is ever lost: what is returned or recycled goes back to
 * nurture. The state of a lead is guarded by the entity itself, so a page, the API and an
 * import pass the same door; the functions here fill in what the act needs.
 *
 * Everything that writes is called inside record_write(), with the context of who acts.
 */
#pragma once
#include "core/agreed.h"
#include "record/record.h"

extern const struct entity stage_definition_entity;
extern const struct entity lead_entity;
extern const struct entity pool_entity;
extern const struct entity pool_seat_entity;
extern const struct entity assignment_rule_entity;
extern const struct entity score_group_entity;
extern const struct entity score_rule_entity;
extern const struct entity score_point_entity;
extern const struct entity lifecycle_change_entity;
extern const struct entity sla_policy_entity;
extern const struct entity handoff_point_entity;
extern const struct entity handoff_entity;
extern const struct entity handoff_target_entity;

extern const struct entity *const funnel_entities[];
extern const size_t funnel_nentities;

struct feature;
extern const struct feature funnel_feature;

/* ── the relationship: lifecycle.c ───────────────────────────────────────── */

/* Moves a person to `stage` with a receipt and an event. A lower stage is left alone unless
 * may_go_back, which needs a reason. The company follows its most advanced person. */
__attribute__((warn_unused_result))
bool funnel_advance(struct ctx *tx, int64_t person, const char *stage, const char *reason,
                    bool may_go_back, struct err *e);

/* ── shared definitions: definition.c ────────────────────────────────────── */

/* Both signed: it is in force, and the one before is retired. */
__attribute__((warn_unused_result))
bool funnel_sign(struct ctx *tx, int64_t definition, enum side side, struct err *e);
/* The one in force: signed, or while none ever was the newest draft; *out NULL: none. */
__attribute__((warn_unused_result))
bool funnel_definition(struct ctx *c, const char *stage, struct record **out, struct err *e);
/* Does the person meet the definition in force? Without one or without criteria: yes. */
__attribute__((warn_unused_result))
bool funnel_meets(struct ctx *c, const char *stage, int64_t person, bool *out, struct err *e);

/* ── scores: score.c ─────────────────────────────────────────────────────── */

enum { SCORE_MAX = 100, SCORE_GROUPLESS = 100 };
/* Counts anew; writes only what differs. person.fit, person.engagement, person.grade follow. */
__attribute__((warn_unused_result))
bool score_person(struct ctx *tx, int64_t person, struct err *e);
/* Why: each live point with what it is worth now; `counted` is what the caps leave of it. */
struct score_line { str reason, group; bool is_fit; int64_t points, worth, at, expires_at; };
struct score_view {
    int64_t fit, engagement, score; str grade;
    const struct score_line *line; size_t n;
    bool is_capped;                         /* a cap keeps the sum below its lines */
};
__attribute__((warn_unused_result))
bool score_explain(struct ctx *c, int64_t person, struct score_view *out, struct err *e);
/* "A1" ... "C3" of the two axes. */
str score_grade(int64_t fit, int64_t engagement);

/* ── leads: lead_acts.c, capture.c ───────────────────────────────────────── */

__attribute__((warn_unused_result)) bool funnel_offer(struct ctx *tx, int64_t lead, struct err *e);
__attribute__((warn_unused_result)) bool funnel_accept(struct ctx *tx, int64_t lead, struct err *e);
__attribute__((warn_unused_result)) bool funnel_return(struct ctx *tx, int64_t lead, str reason, str note, struct err *e);
/* Offers it, or passes an offer that waits on to the next seller. */
__attribute__((warn_unused_result)) bool funnel_reroute(struct ctx *tx, int64_t lead, struct err *e);
struct funnel_answers { str need, budget, authority, timing; };     /* empty: leave what is there */
__attribute__((warn_unused_result))
bool funnel_qualify(struct ctx *tx, int64_t lead, const struct funnel_answers *in, struct err *e);
__attribute__((warn_unused_result))
bool funnel_recycle(struct ctx *tx, int64_t lead, str reason, int64_t on_day, struct err *e);   /* 0: in 30 days */
__attribute__((warn_unused_result)) bool funnel_disqualify(struct ctx *tx, int64_t lead, str reason, struct err *e);
/* Makes the deal from the lead with all it knows, or takes the one given. */
__attribute__((warn_unused_result))
bool funnel_convert(struct ctx *tx, int64_t lead, int64_t *deal, struct err *e);
/* A seller reached out: stops the clock of the first touch, counts the attempt. */
__attribute__((warn_unused_result)) bool funnel_touched(struct ctx *tx, int64_t lead, int64_t at, struct err *e);

/* An interest that came in: a form, a fair, a call, the API. Texts may be empty; the person is
 * found by id, e-mail or phone, or made. */
struct capture {
    int64_t person, campaign, form, product, pool;
    str name, email, phone, job_title, company, language, country, city;
    str source;                             /* a choice of choices_source; empty: "web" */
    str title, content, note;               /* the interest in a few words; what was seen; more */
};
/* *lead: the new lead, or the open one that was captured again. Scored, and offered when the
 * definition of MQL is met. */
__attribute__((warn_unused_result))
bool funnel_capture(struct ctx *tx, const struct capture *in, int64_t *lead, struct err *e);
/* What falls due by c->now: reminders, deadlines that passed, recycled leads whose day has come. */
__attribute__((warn_unused_result)) bool funnel_clocks(struct ctx *c, struct err *e);

/* ── what both sides promise: target.c ───────────────────────────────────── */

/* Rates in hundredths of a percent, as FIELD_PERCENT keeps them. */
struct funnel_rates { int64_t revenue, average_deal, win, sql_to_opportunity, sal_to_sql, mql_accepted; };
struct funnel_need { int64_t customers, opportunities, sqls, sals, mqls; };
__attribute__((warn_unused_result))
bool funnel_need(const struct funnel_rates *r, struct funnel_need *out, struct err *e);

/* Hand-offs offered in [from, to); team 0: all. Times are working time; -1: nothing to measure. */
struct funnel_figures {
    int64_t offered, accepted, returned, waiting;
    int64_t clocks, on_time;                /* clocks that have run out or been answered */
    int64_t median_answer, median_touch;
    int64_t median_over;                    /* of those that ended late: time after the deadline */
};
__attribute__((warn_unused_result))
bool funnel_figures(struct ctx *c, int64_t from, int64_t to, int64_t team, struct funnel_figures *out, struct err *e);
struct funnel_reason { str reason; int64_t n; };
__attribute__((warn_unused_result))
bool funnel_returns(struct ctx *c, int64_t from, int64_t to, struct funnel_reason **out, size_t *n, struct err *e);

/* ── pages: parts for those of others ────────────────────────────────────── */

struct html;
struct html_safe funnel_score_part(struct html *h, struct ctx *c, int64_t person);     /* empty when unknown */
