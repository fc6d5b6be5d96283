/* segment_inside.h - private to segment*.c. */
#pragma once
#include "core/reader.h"
#include "flow/segment.h"

/* A segment ready to be asked, with the eyes of its owner. */
struct segment_rule {
    int64_t id, version, owner;
    const struct entity *en;
    str name, criteria;
    bool is_live;
    struct reader reader;
    struct query *q;
    struct live_deps deps;
    struct live_ids ask;                        /* records to ask in this batch */
};
/* Loads it and reads its query; false with ERR_INVALID or ERR_NOT_FOUND: it cannot be asked. */
bool segment_read(struct ctx *c, const struct record *r, struct segment_rule *out, struct err *e);
/* Begins to fill it anew; small ones are filled at once. */
bool segment_build(struct ctx *tx, const struct record *r, bool is_first, struct err *e);
/* Writes the member row, the event and the history; *changed when it was otherwise. */
bool segment_move(struct ctx *tx, const struct segment_rule *s, int64_t record, bool is_in, bool is_silent,
                  bool *changed, struct err *e);
bool segment_count(struct ctx *tx, int64_t segment, int64_t delta, struct err *e);
/* Does its query lead, over other segments, to the segment `id`? */
bool segment_reaches(struct ctx *c, const struct query *q, int64_t id, int depth, bool *out, struct err *e);
