/* intake.h - events that other programs tell us, many at once: POST /api/v1/events.
 *
 * Each stands for itself: what is wrong with one is told beside it and keeps none of the others out. All that are
 * kept are in one write, which is on disk before the sender hears of it. A sender that heard nothing sends the
 * whole list again: an event whose key it used before is not kept twice (docs/adr/intake-each-for-itself.md).
 */
#pragma once
#include <jansson.h>
#include "record/record.h"

enum { INTAKE_MAX = 500, INTAKE_KEY_MAX = 200, INTAKE_URL_MAX = 2000, INTAKE_TITLE_MAX = 300, INTAKE_IP_MAX = 45,
       INTAKE_DATA_MAX = 20,                    /* members of "data" */
       INTAKE_VALUE_MAX = 500,                  /* bytes of one of them */
       INTAKE_AHEAD_S = 300 };                  /* how far the sender's clock may be before ours */
enum intake_state { INTAKE_REFUSED, INTAKE_KEPT, INTAKE_KNOWN };
struct intake_item {
    str kind, key, person, campaign, channel, source, url, title, user_agent, ip, data;    /* data: JSON, with url and title */
    int64_t at;                                 /* 0: now */
    bool is_robot;
    struct err wrong;                           /* what was wrong with it as it came; code 0: nothing */
    /* intake_put() fills: */
    enum intake_state state;
    struct err refused;
    int64_t id;                                 /* of the event: kept now, or known before */
    bool is_told_robot;                         /* kept as a program's doing */
};
struct intake { struct intake_item *item; size_t n, kept, known; };

/* From JSON to items; touches no data. `now` bounds the times. False only when the whole cannot be read. */
__attribute__((warn_unused_result))
bool intake_read(struct arena *a, const json_t *body, int64_t now, struct intake *out, struct err *e);
/* May this reader tell events at all? */
bool intake_may(const struct actor *who);
/* Inside a write. False: none is kept (storage busy or full); what was wrong with an item stands in it. */
__attribute__((warn_unused_result))
bool intake_put(struct ctx *tx, struct intake *in, struct err *e);
