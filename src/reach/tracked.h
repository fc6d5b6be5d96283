/* tracked.h - links that tell when they were opened: who was given what, and the way there.
 *
 *     /c/<delivery>/<idx>/<mac>       one link of what was handed to one person
 *     /o/<delivery>/<mac>             its pixel
 *
 * A delivery is what one person was handed at one time: today a personal link a seller copies, later a message
 * with many. Where a link leads is looked up, it never stands in the address; the mac says that we made it. What
 * comes in is kept as events of the person, a program's doing with its reason (flow/robot.h).
 */
#pragma once
#include "flow/robot.h"

extern const struct entity link_entity;

/* ── where it leads, and the way there: link_address.c ───────────────────── */

enum { LINK_URL_MAX = 2000, LINK_MAC_LEN = 22 };
/* http or https, a host, no name or password in it, nothing that a browser reads differently than it looks. */
bool link_url_ok(str url);
str link_location(struct arena *a, str url);            /* as a header carries it: ASCII */
str link_path(struct arena *a, const struct workspace *ws, int64_t delivery, int64_t idx);
str link_pixel_path(struct arena *a, const struct workspace *ws, int64_t delivery);
/* The parts of a path as they came. False: not one of ours. */
bool link_read(struct arena *a, const struct workspace *ws, str delivery, str idx, str mac, int64_t *d, int64_t *i);
bool link_pixel_read(struct arena *a, const struct workspace *ws, str delivery, str mac, int64_t *d);

/* ── making: links.c ─────────────────────────────────────────────────────── */

enum { LINKS_MAX = 100 };                               /* of a delivery */
struct link_to { int64_t material; str url; bool is_trap; };    /* one of the two; a trap is where no person can see it */
struct delivery {
    int64_t id, person, deal;                           /* id 0: minted; deal 0: none */
    const char *channel;                                /* "link": handed over by a person; "email" */
    const struct link_to *links; size_t n;              /* idx 1, 2, ... in this order */
};
/* Inside a write, with the rights of who makes it. What is wrong is told in the field "url" or "material". */
__attribute__((warn_unused_result))
bool delivery_make(struct ctx *tx, struct delivery *d, struct err *e);

/* ── coming in ───────────────────────────────────────────────────────────── */

struct link_open { int64_t id, delivery, idx, person, deal, sent_at; str channel, title, url; bool is_trap; };
/* Asks no rights: anyone may follow it. idx 0: the delivery itself, wherever its links
 * lead. ERR_NOT_FOUND: none, withdrawn, or it leads nowhere any more. */
__attribute__((warn_unused_result))
bool link_find(struct ctx *c, int64_t delivery, int64_t idx, struct link_open **out, struct err *e);
/* Inside a write: what happened becomes an event, unless the person withdrew from tracking. */
struct link_hit {
    const struct link_open *at;
    struct robot_signs by;
    bool is_judged; enum robot judged;          /* what `by` told is known already, and `by` may be empty */
};
__attribute__((warn_unused_result))
bool link_clicked(struct ctx *tx, const struct link_hit *hit, struct err *e);
__attribute__((warn_unused_result))
bool delivery_opened(struct ctx *tx, const struct link_hit *hit, struct err *e);
/* The same later (flow/hit.h): the text of one that is judged, and what is made of it. */
#define LINK_CLICKED "link.click"
#define DELIVERY_OPENED "link.open"
str link_hit_text(struct arena *a, const struct link_hit *hit);
__attribute__((warn_unused_result))
bool link_clicked_then(struct ctx *tx, str text, struct err *e);
__attribute__((warn_unused_result))
bool delivery_opened_then(struct ctx *tx, str text, struct err *e);

/* ── both numbers ────────────────────────────────────────────────────────── */

struct link_count { int64_t people, programs, last_at; };      /* last_at: of a person; 0: none */
enum { LINKS_COUNTED = 20 };
/* Clicks of each of these links, without opens. */
__attribute__((warn_unused_result))
bool links_count(struct ctx *c, struct record *const *links, size_t n, struct link_count *out, struct err *e);
