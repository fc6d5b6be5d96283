/* timeline.h - what happened with a person, a company or a deal, newest first. */
#pragma once
#include "web/ui.h"
#include "web/web.h"

struct timeline_line { str day; const char *icon; enum tone tone; str what, time, iso; struct html_safe body; };
struct timeline_view {
    struct ui_item tabs[7]; size_t ntabs;
    const struct timeline_line *lines; size_t n;
    struct url older;
    str ref, id, back;                          /* of the record, for the composer: "person", its id, its path */
    struct url call, meeting, task;
    bool may_write;
};
void view_timeline(struct html *h, const struct timeline_view *v);

/* What else an event from outside brought: a word of ours, or the sender's own name for it. */
struct told_fact { str label, value; };
struct timeline_body_view { str title, text; struct url url; const struct ui_chip_view *chips; size_t nchips; struct html_safe rich;
                            const struct told_fact *fact; size_t nfacts; };
void view_timeline_body(struct html *h, const struct timeline_body_view *v);

/* told.c. `data`: its JSON. A campaign that may not be seen is left out; so is the title, and the address where it has none. */
struct told { str data, channel, source; int64_t campaign; };
const struct told_fact *told_facts(struct html *h, struct ctx *c, const struct told *x, bool has_title, size_t *n);
