/* rule_plan.h - what a rule says: its text, one word and a value a line, and what is made of it.
 *
 *     when saved
 *     about deal
 *     field amount
 *     if amount > {limit}
 *     do involve
 *     who head_marketing
 *     duty brand_manager
 *     do notify
 *     who owner
 *     text {record} is large: marketing was asked to join
 *
 * The text is what is stored, versioned and compared; it names no row but users, segments and
 * rules by id. What may stand in it is told by two tables: the kinds of `when`, and the steps
 * that rooms add (rule_steps_add). A step is a row there; nothing else knows its name.
 */
#pragma once
#include "record/record.h"

enum rule_arg_kind {
    ARG_ABOUT = 1, ARG_A_FIELD, ARG_A_DATE, ARG_VALUE, ARG_KIND, ARG_SEGMENT, ARG_WHO, ARG_WORDS, ARG_COUNT,
    ARG_UNIT, ARG_SHARE, ARG_CRITERIA, ARG_RULE, ARG_WEBHOOK, ARG_CHOICE, ARG_CLOCK, ARG_DAY
};
struct rule_arg { const char *name; enum rule_arg_kind kind; const struct choice *choices; const char *init; bool is_optional; };
enum { RULE_ARGS_MAX = 5, RULE_LINES_MAX = 40, RULE_PLAN_MAX = 20000, RULE_VALUE_MAX = 2000, RULE_DEPTH_MAX = 6 };

enum rule_when { WHEN_CREATED, WHEN_SAVED, WHEN_CHANGED, WHEN_EVENT, WHEN_ENTERED, WHEN_LEFT, WHEN_TIME, WHEN_EVERY, WHEN_HAND, WHEN_COUNT };
/* The sentence's slots are the arguments' names: "When {about} is created". */
struct rule_when_kind { const char *name; msg_id sentence, label; struct rule_arg arg[RULE_ARGS_MAX]; };
const struct rule_when_kind *rule_when_kind(enum rule_when w);

enum rule_flow { FLOW_STEP, FLOW_IF, FLOW_YES, FLOW_SPLIT, FLOW_ELSE, FLOW_END, FLOW_WAIT, FLOW_WAIT_EVENT, FLOW_ASK, FLOW_HALT };
struct rule_act;
struct rule_step {
    const char *name;                           /* stored; never rename */
    msg_id sentence, label;
    struct rule_arg arg[RULE_ARGS_MAX];
    enum rule_flow flow;                        /* FLOW_STEP: run does it */
    bool (*run)(struct rule_act *a, struct err *e);
    const char *about;                          /* NULL: of any record; else only of this entity */
};
/* At start, before any data is opened. */
void rule_steps_add(const struct rule_step *list, size_t n);
size_t rule_steps(void);
const struct rule_step *rule_step_at(size_t i);
const struct rule_step *rule_step_find(str name);
extern const struct rule_step rule_own_steps[]; extern const size_t rule_nown_steps;

struct rule_line {
    const struct rule_step *step;
    str arg[RULE_ARGS_MAX];                     /* in the order of step->arg; empty: not told */
    int depth;                                  /* within how many blocks */
    int jump;                                   /* IF, YES, SPLIT, ELSE: where to go on when it is not taken */
};
struct rule_plan {
    enum rule_when when; str arg[RULE_ARGS_MAX];
    const struct entity *en;                    /* what it is about */
    str criteria;                               /* may hold {limit} */
    struct rule_line line[RULE_LINES_MAX]; size_t n;
};
str rule_arg(const struct rule_line *l, const char *name);      /* dies on an unknown name */
str rule_when_arg(const struct rule_plan *p, const char *name);

/* The first thing wrong: ERR_INVALID with the line in err.pos. Names are looked up, rights are not. */
__attribute__((warn_unused_result))
bool rule_plan_read(struct arena *a, str text, struct rule_plan *out, struct err *e);
str rule_plan_text(struct arena *a, const struct rule_plan *p);
/* Fields, criteria, events, numbers: does all of it hold for this entity? As `c`'s reader sees it. */
__attribute__((warn_unused_result))
bool rule_plan_check(struct ctx *c, const struct rule_plan *p, struct err *e);
/* {limit} of the criteria as a plain number of the base currency. */
str rule_criteria(struct ctx *c, const struct rule_plan *p, str criteria, int64_t limit);
/* Rules, at most `max`, whose plan names the row in an argument of this kind, or in a condition for which `names` is true
 * (NULL: conditions are not looked at); of those that `c` may see. */
enum { RULE_USERS_MAX = 50 };
typedef bool (*rule_names)(struct ctx *c, str criteria, const struct record *row);
__attribute__((warn_unused_result))
bool rule_users(struct ctx *c, enum rule_arg_kind kind, const struct record *row, rule_names names,
                struct record **out, size_t max, size_t *n, struct err *e);
/* ERR_CONFLICT naming the first, when any rule names the row that is about to go. */
__attribute__((warn_unused_result))
bool rule_refuse_used(struct ctx *tx, enum rule_arg_kind kind, const struct record *row, struct err *e);
