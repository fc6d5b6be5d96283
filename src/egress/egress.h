/* egress.h - the process that speaks to the outside, seen from the core.
 *
 *   struct egress *g;
 *   if (!egress_open(&(struct egress_options){ .policy = egress_policy() }, &g, e)) ...
 *   egress_post(g, &request, done, arg);        done is called once, on a thread of egress
 *
 * It is started anew when it dies; what it had in hand is answered EGRESS_LOST. It has no
 * database, no data folder and no key: a request is all it ever knows.
 */
#pragma once
#include "base/err.h"
#include "egress/target.h"
#include "egress/wire.h"

enum { EGRESS_SLOTS = 128 };            /* requests under way at once, of all workspaces */

struct egress;
struct egress_options {
    const struct egress_policy *policy;
    const char *program;                /* NULL: this program itself, anew */
};
bool egress_open(const struct egress_options *o, struct egress **out, struct err *e);
void egress_close(struct egress *g);    /* what is under way is answered EGRESS_LOST; accepts NULL */

typedef void egress_done(void *arg, const struct egress_result *r);     /* short; keeps nothing of *r */
/* False: no slot is free, or the request is too large; nothing was sent and `done` is not called. */
bool egress_post(struct egress *g, const struct wire_request *r, egress_done *done, void *arg);
int egress_pid(struct egress *g);       /* of the process now; 0: none */

/* The process itself: reads frames from `fd` until it is closed. Never returns. */
_Noreturn void egress_run(int fd, const struct egress_policy *p);
