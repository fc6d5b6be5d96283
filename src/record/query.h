/* query.h - the query language: one tree for lists, views, rights, reports, the API.
 *
 *   stage in (proposal, negotiation) and amount >= 2000000 and company.industry = pharma
 *   owner = me or owner.team = my team
 *   count(mail.opened within 30 days) >= 2 and not happened(page.viewed where path ~ "/pricing" within 7 days)
 *   in segment "Dhaka hospitals" and sum(deals.amount where status = won) >= 1000000
 *
 * Parsed by lemon and re2c to a tree, checked against the catalogue and the
 * reader's rights, compiled to SQL with bound values. Errors carry the byte
 * position of the word (err.pos, counted from 1) and name it.
 */
#pragma once
#include "record/access.h"
#include "record/sql.h"

enum query_kind { QUERY_AND, QUERY_OR, QUERY_NOT, QUERY_COMPARE, QUERY_IN, QUERY_EMPTY, QUERY_PERIOD, QUERY_TEXT,
                  QUERY_MANY, QUERY_SEGMENT };
enum query_op { OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_MATCH, OP_NOT_MATCH };
enum { QUERY_PATH_MAX = 4, QUERY_DEPTH_MAX = 32, QUERY_NODES_MAX = 200, QUERY_TEXT_MAX = 4000,
       QUERY_STEPS_MAX = 10000 };               /* nodes: with the values of lists; steps: "last 10000 days" */

enum query_word {                               /* a value that is looked up when the query runs */
    WORD_NONE, WORD_ME, WORD_MY_TEAM, WORD_NOW, WORD_TODAY, WORD_YESTERDAY, WORD_TOMORROW, WORD_TRUE, WORD_FALSE
};
enum query_unit {                               /* enum period, and the clock's own */
    UNIT_DAY = PERIOD_DAY, UNIT_WEEK = PERIOD_WEEK, UNIT_MONTH = PERIOD_MONTH,
    UNIT_QUARTER = PERIOD_QUARTER, UNIT_YEAR = PERIOD_YEAR, UNIT_HOUR, UNIT_MINUTE, UNIT_COUNT
};
struct query_value {
    str text; bool is_quoted; int pos;          /* text: as written, without its quotes */
    enum query_word word;
    bool has_offset; int offset; enum query_unit unit;  /* "now - 7 days"; without a word: "2 hours" */
};
/* IN_PERIOD: the period `offset` steps from now; else `count` of them, today being one. */
struct query_period { enum { IN_PERIOD, WITHIN_PAST, WITHIN_NEXT } kind; enum query_unit unit; int offset, count; };

/* What is counted: the events of a record, or the records that lead to it. */
enum query_many { MANY_HAPPENED, MANY_COUNT, MANY_SUM, MANY_FIRST, MANY_LAST };
struct query_source {
    enum query_many many;
    str name, via; bool is_quoted; int pos, via_pos;    /* "mail.opened", "mail.*", "deals", "deals.amount"; via: a field */
    struct query *where;
    bool has_window; struct query_period window;
    const struct entity *entity;                /* filled by query_check: of the related records, or of events */
    const struct field *link, *field;           /* the reference that leads here, NULL: events; summed, or when */
};

struct query {
    enum query_kind kind;
    int pos;                                    /* byte of its first word, from 1 */
    struct query *left, *right;                 /* AND, OR; NOT: left */
    const char *path[QUERY_PATH_MAX + 1]; int npath;    /* field names, from the entity on; of MANY: count, sum, first, last */
    const struct field *field[QUERY_PATH_MAX + 1];      /* filled by query_check; NULL for system columns */
    const struct entity *entity[QUERY_PATH_MAX + 1];
    enum query_op op;
    struct query_value value;                   /* COMPARE, TEXT */
    struct query_value *list; int nlist; bool is_negated;   /* IN; is_negated also for EMPTY, PERIOD */
    struct query_period period;
    struct query_source *source; enum query_kind test;  /* MANY: how it is compared: COMPARE, EMPTY, PERIOD; MANY: not at all */
    int64_t segment;                            /* SEGMENT, named by value: filled by query_check */
};

/* The empty text gives NULL: everything. */
__attribute__((warn_unused_result))
bool query_parse(struct arena *a, str text, struct query **out, struct err *e);
__attribute__((warn_unused_result))
bool query_check(struct ctx *c, const struct entity *en, struct query *q, struct err *e);
/* Appends the condition over alias t0; call after query_check. */
bool query_sql(struct ctx *c, const struct entity *en, const struct query *q, struct sql *out, struct err *e);
str query_text(struct arena *a, const struct query *q);         /* back to words: builder and saved views */

/* ── kinds of events (query_kind.c) ──────────────────────────────────────── */

enum { EVENT_KIND_MAX = 40 };
enum { KIND_TOLD = 1,                           /* other programs may tell it (flow/intake.h) */
       KIND_ROBOTS = 2,                         /* machines cause it too: each one is looked at (flow/robot.h) */
       KIND_READING = 4,                        /* says little after two years: goes, a monthly sum stays */
       KIND_CLICK = 8,                          /* may turn out a machine's within seconds */
       KIND_OPEN = 16 };                        /* no sign that anybody looked */
/* `entity`: what such an event is about, or NULL; its fields may be asked for in `where`. */
struct event_kind { const char *name, *entity; msg_id label; unsigned flags; };
extern const struct event_kind event_kinds[];   /* ends with {0} */
const struct event_kind *event_kind_find(str name);
/* One of the table that is so marked, or a word of others ("webinar.joined") that takes no thing of ours. */
bool event_kind_may_be_told(str kind);

/* ── lists ───────────────────────────────────────────────────────────────── */

enum { LIST_LIMIT = 50, LIST_LIMIT_MAX = 200, LIST_COLUMNS_MAX = 40, COUNT_CAP = 10000 };
struct list_spec {
    const struct entity *en;
    str filter;                                 /* query language, may be empty */
    str sort;                                   /* "-amount", "name"; empty: the entity's order */
    str cursor;                                 /* opaque, from list.next or list.prev */
    str search;                                 /* words for the text index, may be empty */
    int limit;                                  /* 0: LIST_LIMIT */
    bool is_served;                             /* an index of the entity's schema is for this filter in this order: no need to guess */
    const struct field *cols[LIST_COLUMNS_MAX]; int ncols;      /* 0: all readable */
};
struct list { struct record **rows; size_t n; str next, prev; };
__attribute__((warn_unused_result))
bool record_list(struct ctx *c, const struct list_spec *s, struct list *out, struct err *e);
/* Would this list be read by the reader? Filter and sort; an error names "q" or "sort". */
__attribute__((warn_unused_result))
bool record_list_check(struct ctx *c, const struct list_spec *s, struct err *e);
/* May a list show this field to the reader as a column? */
bool record_may_show(const struct ctx *c, const struct entity *en, const struct field *f);
/* "name,amount": columns of s->en in this order, each once; what is none the reader may see is left out and *wrong names the first. */
void record_columns(const struct ctx *c, str names, struct list_spec *s, str *wrong);
/* Counts up to `cap`; *is_capped when there are more. Only when asked for. From COUNT_CAP on, a reader of all
 * records gets the whole number where columns in memory tell it (record/scan.h). */
__attribute__((warn_unused_result))
bool record_count(struct ctx *c, const struct list_spec *s, int64_t cap, int64_t *n, bool *is_capped, struct err *e);

/* Totals of a field by a field: /api/v1/deal/summary, boards, reports.
 * group: a field or path, or "" for one row; dates take ":month", ":quarter", ":year"
 * in the reader's calendar. sum: a number or money field (in base currency), or "". */
struct summary_row { str key, label; int64_t n, sum; };
__attribute__((warn_unused_result))
bool record_summary(struct ctx *c, const struct list_spec *s, str group, str sum,
                    struct summary_row **out, size_t *n, struct err *e);

/* The plain numbers of every record of a list, for reports that reckon with them (medians, shares):
 * v[0] the id, then a value per named field; references by id, choices by their place in the
 * declaration, money in base currency. FACT_NONE where unset. Rights and filter as in a list; no order. */
enum { FACTS_MAX = 12 };
#define FACT_NONE INT64_MIN
typedef bool record_fact_fn(void *arg, const int64_t *v, struct err *e);
__attribute__((warn_unused_result))
bool record_each(struct ctx *c, const struct list_spec *s, const char *const *fields, int nfields,
                 record_fact_fn *fn, void *arg, struct err *e);
