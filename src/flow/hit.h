/* hit.h - hits: what browsers and mail programs send by themselves, and nobody waits to see.
 *
 * A quiet house writes each as its record at once. When more come than that allows, a hit is first one narrow row of
 * the table `hit`, on disk before the answer, and the feed's thread makes the record of it later, by the same
 * function, with the instant of the hit, in the order in which they came; the row goes in the same write
 * (docs/adr/flow-hits-wait.md).
 *
 * Declared in a feature's table (web/feature.h):
 *
 *   static const struct hit_kind hits[] = { { "pages", make_pages }, { 0 } };
 */
#pragma once
#include "record/record.h"

enum { HITS_LINE = 8,                           /* writes in line with which the house is busy */
       HITS_WAITING_MAX = 500 * 1000,           /* rows; what comes then is refused: 503 */
       HIT_BODY_MAX = 256 << 10 };
struct hit_kind {
    const char *name;                           /* kept in rows; never rename */
    /* `body` is what hit_keep() was given, tx->now the instant of then, tx->who the program. */
    bool (*make)(struct ctx *tx, str body, struct err *e);
};
void hit_register(const struct hit_kind *list); /* at start, before any data is opened; ends with {0} */

/* With the workspace: how many wait from before. Close accepts one that was not opened. */
__attribute__((warn_unused_result))
bool hits_open(struct workspace *ws, struct err *e);
void hits_close(const struct workspace *ws);

enum hit_way { HIT_AT_ONCE, HIT_WAITS, HIT_REFUSED };
enum hit_way hit_way(const struct workspace *ws);
void hit_refuse(const struct workspace *ws);    /* counts one that was */
struct request;
/* The answer that was made is sent once the hit is on disk; where it could not be kept a 503 in its place, or, with
 * HIT_ANYHOW, the answer all the same. Text that the border checked. */
enum hit_need { HIT_MUST, HIT_ANYHOW };
void hit_keep(struct request *rq, const struct workspace *ws, const char *kind, str body, enum hit_need need);
/* Inside a write: it waits, whoever else does. The feed finds it at its next round. */
__attribute__((warn_unused_result))
bool hit_put(struct ctx *tx, const char *kind, str body, struct err *e);
/* Inside a write: if hits wait, this is made after them (once more; the caller has made it now). */
__attribute__((warn_unused_result))
bool hit_follow(struct ctx *tx, const char *kind, str body, struct err *e);

struct hits_standing { int64_t waiting, oldest_us, refused, stuck; };
struct hits_standing hits_standing(const struct workspace *ws);
