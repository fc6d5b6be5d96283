/* feature.h - a feature is a struct: what a room brings into the program.
 *
 * app/features.c lists them; adding a room is one line there.
 */
#pragma once
#include "flow/feed.h"
#include "flow/hit.h"
#include "flow/schedule.h"
#include "flow/rule_plan.h"
#include "http/http.h"
#include "record/record.h"
#include "web/parts.h"

/* A line of the navigation; shown to those who may see `entity` (NULL: everybody). */
struct nav_line {
    const char *section;            /* "sell", "market", "insights", "settings"; NULL: on top */
    msg_id label;
    const char *icon, *path;        /* lucide name; "/deals" */
    const char *entity;
    int order;                      /* within its section */
    const char *go;                 /* second key after G, or NULL */
    const char *also[2];            /* pages elsewhere that stand under this line too */
};

/* A field that people fill in by a better form than its type's: how its row looks, and the field's text out of what was posted.
 * `sent`: what was posted under the field's own name. */
struct record_form;
struct field_form {
    const struct entity *entity; const char *field;
    void (*row)(struct html *h, struct request *rq, const struct record_form *form, const struct field *f);
    bool (*read)(struct request *rq, str sent, str *text, struct err *e);
};

struct feature {
    const char *name;
    const struct entity *const *entities; const size_t *nentities;
    const struct route *routes;                 /* ends with {0}; NULL: none */
    const struct nav_line *nav; size_t nnav;
    /* What a new workspace has of this room: stages, rules, calendars. Idempotent. */
    bool (*seed)(struct ctx *tx, struct err *e);
    /* Blocks of a record's page: into its middle (timeline, lines) or its side (score, next step). */
    void (*panel)(struct request *rq, const struct record *r, struct html *middle, struct html *side);
    /* What belongs to records and has no page of its own, ends with {0}: web/parts.h. */
    const struct part *parts;
    /* What its maker should see before a record is made: those that look the same. Saved again, it is made. */
    void (*warn)(struct request *rq, const struct record *r, struct html *out);
    /* Once a minute while a server runs, on a thread of its own: clocks that ran out, reminders.
     * c reads; writes go through record_write. */
    bool (*tick)(struct ctx *c, struct err *e);
    /* What follows the feed of this room's and others' writes: flow/feed.h. */
    const struct consumer *consumers; size_t nconsumers;
    /* Work on the server's own time, and when it begins by itself: flow/job.h, flow/schedule.h. */
    const struct job_kind *jobs; size_t njobs;
    const struct schedule *schedules; size_t nschedules;
    /* Records of `watched` were written, here or at another server: what memory holds of them is no more true. */
    const char *watched; void (*rewritten)(const struct workspace *ws);
    /* What may wait before it becomes a record, ends with {0}: flow/hit.h. */
    const struct hit_kind *hits;
    /* What rules may do with what this room has: flow/rule.h. */
    const struct rule_step *steps; size_t nsteps;
    /* Forms of fields that are not their type's. */
    const struct field_form *const *forms; size_t nforms;
    /* Start of a server: hooks into writes, timers. NULL: none. */
    void (*start)(struct workspace *ws);
};
/* Every feature, NULL-ended; filled by app/features.c at start. */
extern const struct feature *const *features;
