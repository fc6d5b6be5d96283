/* inbound.h - signed calls of other programs: POST /in/SLUG.
 *
 * A message is kept before it is acknowledged, once for its id, and its effect is written with it: an
 * event of a person found by e-mail address, or an answer to a form. What cannot be understood is
 * kept too, told as failed, and taken in again by hand when the map has been mended.
 */
#pragma once
#include "web/web.h"

extern const struct entity inbound_entity;
enum { INBOUND_BODY_MAX = 256 << 10, INBOUND_MAX = 50, INBOUND_LINES_MAX = 40, INBOUND_DEPTH_MAX = 8, INBOUND_KEEP_DAYS = 90 };
enum inbound_state { INBOUND_DONE, INBOUND_FAILED };

/* "email = data.customer.email" a line; '#' begins a remark. */
struct inbound_map { struct { str field, path; } line[INBOUND_LINES_MAX]; int n; };
bool inbound_map_parse(str text, struct inbound_map *out, struct err *e);

/* Inside a write: a message that is kept already, taken in anew. */
__attribute__((warn_unused_result))
bool inbound_replay(struct ctx *tx, int64_t message, struct err *e);
/* Messages older than INBOUND_KEEP_DAYS, some of them; once a minute. */
bool inbound_forget(struct ctx *c, struct err *e);
void inbound_take(struct request *rq);
