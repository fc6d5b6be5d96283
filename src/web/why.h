/* why.h - the page that says why a record is in a list or a segment, or out of it. */
#pragma once
#include "record/explain.h"
#include "web/ui.h"
#include "web/web.h"

struct why_row { str label, title, time, iso; struct url url; };
struct why_line {
    int depth;
    bool is_group, holds, is_hidden;
    str text, value, more;                      /* of a group: all of these, one of these */
    const struct why_row *rows; size_t n;
};
struct why_ask_view {                           /* whom to explain */
    str q, segment, who;
    struct url ask;
    bool is_asked;                              /* the page of its own, with what was found */
    const struct ui_item *found; size_t n;
};
void view_why_ask(struct html *h, const struct why_ask_view *v);

struct why_view {
    str verdict, note;
    bool is_in;
    struct url record, back; str back_label;
    const struct why_line *lines; size_t n;
    struct why_ask_view whom;
};
void view_why(struct html *h, const struct why_view *v);

void records_why(struct request *rq);           /* GET /:entity/:id/why?q= or ?segment= */
void records_why_ask(struct request *rq);       /* GET /:entity/why?q=&who=: whom? */
