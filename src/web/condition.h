/* condition.h - building a query without knowing its words: a field, what happened, a segment.
 *
 * Each is a few inputs and a button of a form; what is chosen becomes one more condition of the text,
 * which stays what is edited. Works as plain form posts, in a list's filter and a segment's form.
 */
#pragma once
#include "record/query.h"
#include "web/ui.h"
#include "web/web.h"

/* How a field is compared, and with what: values to choose from, else a text. */
struct condition_rest_view {
    const struct ui_option *ops; size_t nops;
    const struct ui_option *values; size_t nvalues;
    const char *inputmode; str placeholder;
};
struct condition_view {
    str rest;                                   /* where ui/js/condition.js asks for the rest when a field is chosen */
    struct condition_rest_view any;             /* what fits every field: without scripts */
    const struct ui_option *fields; size_t nfields;
    const struct ui_option *sources; size_t nsources;           /* kinds of events, then records that lead here */
    const struct ui_option *segments; size_t nsegments;
};
void view_condition(struct html *h, const struct condition_view *v);
void view_condition_rest(struct html *h, const struct condition_rest_view *v);
struct condition_view condition_choices(struct request *rq, const struct entity *en);
/* The same where the segments have been read, for who shows them elsewhere too. */
struct list condition_segments(struct ctx *c, const struct entity *en);
struct condition_view condition_choices_of(struct request *rq, const struct entity *en, const struct list *segments);
/* Of one field; NULL: what fits all. */
struct condition_rest_view condition_rest(struct ctx *c, const struct field *f);
/* May this field be asked for by who reads? */
bool condition_has(const struct ctx *c, const struct entity *en, const struct field *f);
void records_condition(struct request *rq);     /* GET /:entity/condition?f= */
/* `q` with what the button `step` adds; get: request_query or request_form. */
str condition_added(struct request *rq, const struct entity *en, str q, str (*get)(const struct request *rq, const char *name));
