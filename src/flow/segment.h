/* segment.h - who belongs together by a rule that is kept true, or by a list that was frozen.
 *
 * A live segment is a query with its members beside it. Members are kept within one commit of what
 * changed them, and at the instant when time alone does ("within 7 days"). The query means what it
 * means to the segment's owner: their rights, their calendar. Who sees the members sees only those
 * they may see.
 *
 * Entering and leaving are events, segment.entered and segment.left, of the same write, with
 * {"segment":"<id>"}; the first filling of a segment is none: those were found there.
 */
#pragma once
#include "record/live.h"

extern const struct entity segment_entity;
struct consumer;
extern const struct consumer segment_consumer;

/* Is the record a member? Rights are not asked. */
__attribute__((warn_unused_result))
bool segment_has(struct ctx *c, int64_t segment, int64_t record, bool *out, struct err *e);
/* The entity of its members. */
const struct entity *segment_of(const struct record *segment);
bool segment_is_live(const struct record *segment);

/* A frozen list by hand, inside record_write(): who may change the segment adds those they may see.
 * *changed: how many were not there (or were). */
__attribute__((warn_unused_result))
bool segment_put(struct ctx *tx, int64_t segment, const int64_t *ids, size_t n, bool is_in, int64_t *changed, struct err *e);
/* A live one stays as it is now. */
__attribute__((warn_unused_result))
bool segment_freeze(struct ctx *tx, int64_t segment, struct err *e);

/* What a page tells of it. */
struct segment_state { int64_t members, built_at; bool is_building; str problem; };
__attribute__((warn_unused_result))
bool segment_state(struct ctx *c, int64_t segment, struct segment_state *out, struct err *e);

/* How many members each of these has, as kept; one statement. */
__attribute__((warn_unused_result))
bool segment_sizes(struct ctx *c, const int64_t *segments, size_t n, int64_t *out, struct err *e);
/* Since when each of these records is a member; 0: it is none. */
__attribute__((warn_unused_result))
bool segment_since(struct ctx *c, int64_t segment, const int64_t *records, size_t n, int64_t *out, struct err *e);

/* Entering and leaving, newest first; before 0: from now. */
struct segment_move { int64_t id, record, at; bool is_in; };
__attribute__((warn_unused_result))
bool segment_moves(struct ctx *c, int64_t segment, int64_t before, int limit, struct segment_move *out, size_t *n, struct err *e);

/* Who uses it: records that name it, by a reference or in a query. */
struct segment_user { const struct entity *en; int64_t id; str title; };
enum { SEGMENT_USERS_MAX = 50 };
__attribute__((warn_unused_result))
bool segment_used_by(struct ctx *c, const struct record *segment, struct segment_user *out, size_t *n, struct err *e);

/* ── the engine: segment_live.c ──────────────────────────────────────────── */

/* All members anew from nothing, beside what is kept: ids in order. For tests and `setu check`. */
__attribute__((warn_unused_result))
bool segment_reckon(struct ctx *c, int64_t segment, struct live_ids *out, struct err *e);
