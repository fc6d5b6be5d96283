/* inside.h - what the files of this room share; nobody outside includes it. */
#pragma once
#include "base/buf.h"
#include "core/core.h"
#include "core/addressee.h"
#include "core/work_time.h"
#include "flow/rule_plan.h"
#include "funnel/funnel.h"
#include "lang/bizcal.h"
#include "msg/core.h"
#include "msg/funnel.h"
#include "people/people.h"
#include "record/access.h"
#include "record/query.h"

/* A message for one reader: SAY(a, loc, funnel_tell_offered, .name = A(x)). */
#define SAY(a, loc, key, ...) msg_text((a), (loc), MSG_##key, \
        (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

#define ROLE_BIT(x) (1u << ROLE_##x)
enum {
    SELLERS   = ROLE_BIT(AE) | ROLE_BIT(SDR) | ROLE_BIT(SALES_MANAGER),
    SALES_HEADS     = ROLE_BIT(SALES_MANAGER) | ROLE_BIT(CRO) | ROLE_BIT(OWNER),
    MARKETING_HEADS = ROLE_BIT(MARKETING_MANAGER) | ROLE_BIT(CRO) | ROLE_BIT(OWNER),
};
static inline bool has_role(const struct ctx *c, unsigned roles) { return c->who->is_system || c->who->roles & roles; }

/* ── fits.c: criteria and required fields ────────────────────────────────── */

enum { CRITERIA_MAX = 3000, SLICE = 50 };      /* a slice's ids and the criteria are one query */
/* At save: does the text parse, and are its names known? Names the field. */
bool fits_check(struct ctx *c, const struct entity *en, const struct record *r, const char *field, struct err *e);
bool fits(struct ctx *c, const struct entity *en, str criteria, int64_t id, bool *out, struct err *e);
/* out[i] for each of n <= SLICE ids. */
bool fits_many(struct ctx *c, const struct entity *en, str criteria, const int64_t *ids, size_t n, bool *out, struct err *e);
/* Labels of what is missing in "need, person.email|person.phone"; empty: nothing. A bare name is
 * a field of the lead, else of its person. `lead` may be NULL: names of the person then. */
bool fits_missing(struct ctx *c, str names, const struct record *lead, int64_t person, str *out, struct err *e);
/* At save: every name of such a list exists. */
bool fits_names_check(struct ctx *c, str names, const char *field, struct err *e);

/* ── lifecycle.c ─────────────────────────────────────────────────────────── */

struct advance { int64_t person; const char *stage; str reason; bool may_go_back; int64_t lead, campaign; };
bool lifecycle_advance(struct ctx *tx, const struct advance *m, struct err *e);
bool lifecycle_company(struct ctx *tx, int64_t company, struct err *e);
int lifecycle_rank(str stage);              /* -1: no such */

/* ── deadline.c: the business clock ──────────────────────────────────────── */

struct deadline { int64_t policy, due_at, minutes, reminder; };     /* policy 0: none */
bool deadline_find(struct ctx *c, const struct record *lead, struct deadline *out, struct err *e);

/* ── rule_steps.c: what rules can do here ────────────────────────────────── */

extern const struct rule_step funnel_steps[];
extern const size_t funnel_nsteps;

/* ── clock_policy.c: deadlines that follow conditions ────────────────────── */

/* Clocks of these records (n <= SLICE) as the policies want them now. */
bool clock_follow(struct ctx *tx, const struct entity *en, const int64_t *ids, size_t n, struct err *e);
bool clock_policies_round(struct ctx *c, struct err *e);
struct feed_row;
bool clock_wants(const struct feed_row *r);
bool clock_batch(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *e);

/* ── route.c ─────────────────────────────────────────────────────────────── */

struct route_to { int64_t owner, pool; str path; };
/* is_waiting: it is offered already, and those who let it wait do not get it again. */
bool route_find(struct ctx *c, const struct record *lead, bool is_waiting, struct route_to *out, struct err *e);

/* ── tell.c: words for one user, in their language ───────────────────────── */

struct notice { int64_t to; const char *kind, *level; str title, body; int64_t lead; };
bool tell(struct ctx *tx, const struct notice *n, struct err *e);

/* ── handoff_row.c: one row an offer ─────────────────────────────────────── */

struct handoff_view { int64_t id, lead, person, receiver, giver, policy, offered_at, due_at; bool is_accept_clock; };
bool handoff_open(struct ctx *tx, const struct record *lead, struct err *e);
bool handoff_close(struct ctx *tx, const struct record *lead, const char *status, str reason, str note, struct err *e);
bool handoff_touch(struct ctx *tx, const struct record *lead, int64_t at, struct err *e);
/* The lead went another way: nobody waits for its hand-off any more. */
bool handoff_stop(struct ctx *tx, int64_t lead, struct err *e);
/* What its clock says now, told on the hand-off and on the lead. */
bool handoff_follow(struct ctx *tx, int64_t lead, const struct record *clock, struct err *e);
extern const char handoff_clock[];          /* the kind of its clock */
/* The hand-off whose clock still runs, or the newest; *id 0: none. */
bool handoff_last(struct ctx *c, int64_t lead, int64_t *id, struct err *e);

/* ── score_company.c ─────────────────────────────────────────────────────── */

bool score_company(struct ctx *sys, int64_t company, struct err *e);
bool score_companies_of(struct ctx *sys, const int64_t *persons, size_t n, struct err *e);      /* n <= SLICE */

/* ── hooks of the entities ───────────────────────────────────────────────── */

bool lead_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool lead_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool definition_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool score_group_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool score_rule_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool score_rule_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool assignment_rule_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool sla_policy_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool pool_seat_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool pool_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);

/* ── score.c, feed.c, feed_wants.c, tick.c, seed.c ───────────────────────── */

bool score_slice(struct ctx *tx, const int64_t *persons, size_t n, struct err *e);  /* n <= SLICE */
bool rescore_all(struct ctx *tx, struct err *e);                /* everybody is counted anew, from now on */
struct consumer;
struct feed_row;
/* keep[i]: the row may move a score, or a lead that waits; on a snapshot (feed_wants.c). */
bool funnel_wants(struct ctx *c, const struct feed_row *rows, size_t n, bool *keep, struct err *e);
struct live_ids;
/* People whom criteria lead to from other records that were written (tasks, deals); is_full: anybody. */
bool funnel_touches(struct ctx *tx, const struct feed_row *rows, size_t n, struct live_ids *people, struct err *e);
extern const struct consumer funnel_consumers[];
extern const size_t funnel_nconsumers;
bool funnel_seed(struct ctx *tx, struct err *e);
str seed_rule_name(const struct ctx *c, str name);  /* a rule's name as we gave it, in the reader's language; another as it is */
/* Offers the person's new lead when the definition of MQL is met and nothing is missing. */
bool lead_consider(struct ctx *tx, int64_t person, struct err *e);

static inline struct val val_none(void) { return (struct val){ 0 }; }
