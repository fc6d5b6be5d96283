/* route.h - what the files of routing share: the way as it is found, and the seats of a pool. */
#pragma once
#include "funnel/inside.h"

enum route_what { ROUTE_ASKED, ROUTE_SKIPPED, ROUTE_CHOSEN };
struct route_line { enum route_what what; int depth; str text; };
enum { ROUTE_WAITED_MAX = 50, ROUTE_LINES_MAX = 120, ROUTE_DEPTH_MAX = 8, ROUTE_RULES_MAX = 200 };

struct routing {
    struct ctx *c;
    struct locale loc;                          /* of the workspace: the way is kept; or of who only tries */
    struct buf path;
    int64_t has_it;                             /* who has it now and must not get it again; 0: nobody */
    int64_t let_wait[ROUTE_WAITED_MAX]; size_t nlet_wait;   /* who had it before them, since it was last answered */
    struct route_line *line; size_t nlines;     /* NULL: only the path is kept */
    int depth;
};

#define TOLD(rt, what, key, ...) route_told((rt), ROUTE_##what, SAY((rt)->c->a, &(rt)->loc, key, __VA_ARGS__))
void route_told(struct routing *rt, enum route_what what, str text);

struct seat {                                   /* a member as the pool sees them */
    int64_t id, open, last, capacity, away_until, weight, credit, cap, in_period, in_month;
    bool is_active, is_seller;
    str name;
    struct seat *next;
};
/* The member alone, by user id. *out NULL: nobody of that id works here. */
bool seat_of(struct ctx *c, int64_t user, struct seat **out, struct err *e);
/* Those who have the lead, or had it, and did not answer. */
bool route_without(struct routing *rt, const struct record *lead, struct err *e);
/* True, and told: this one has let it wait. */
bool route_is_out(struct routing *rt, const struct seat *s);
/* Not away, not gone. Away until a day means back on that day. */
bool seat_is_here(struct ctx *c, const struct seat *s);
bool route_pool(struct routing *rt, int64_t pool, struct route_to *out, struct err *e);
bool route_walk(struct routing *rt, const struct record *lead, struct route_to *out, struct err *e);
