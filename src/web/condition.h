/* condition.h - building a query without knowing its words: a field, what happened, a segment.
 *
 * Each is a few inputs and a button of a form; what is chosen becomes one more condition of the text,
 * which stays what is edited. Works as plain form posts, in a list's filter and a segment's form.
 */
#pragma once
#include "record/query.h"
#include "web/ui.h"
#include "web/web.h"

struct condition_view {
    const struct ui_option *fields; size_t nfields;
    const struct ui_option *sources; size_t nsources;           /* kinds of events, then records that lead here */
    const struct ui_option *segments; size_t nsegments;
};
void view_condition(struct html *h, const struct condition_view *v);
struct condition_view condition_choices(struct request *rq, const struct entity *en);
/* The same where the segments have been read, for who shows them elsewhere too. */
struct list condition_segments(struct ctx *c, const struct entity *en);
struct condition_view condition_choices_of(struct request *rq, const struct entity *en, const struct list *segments);
/* `q` with what the button `step` adds; get: request_query or request_form. */
str condition_added(struct request *rq, const struct entity *en, str q, str (*get)(const struct request *rq, const char *name));
