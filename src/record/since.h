/* since.h - how a record differs from what somebody read of it: which fields others have changed, who and when.
 *
 * Each change row tells the version that it made. Whoever began with version 3 of a record that is at 5 has not
 * seen what the rows of 4 and 5 changed; going back over them gives the values of 3.
 */
#pragma once
#include "record/record.h"

struct since {
    bool is_known;                      /* the rows tell all of it; else nothing below is said */
    uint64_t changed;                   /* bit per field: holds another value now than then */
    struct val *then;                   /* the values of that version, of the fields told */
    struct change *last;                /* a field: who changed it last, and when; at 0: nobody */
};

/* From `version` of the record until `now`, which is read on the same connection. */
__attribute__((warn_unused_result))
bool record_since(struct ctx *c, const struct record *now, int64_t version, struct since *out, struct err *e);

/* A write made from an older version, beside what is stored. A field that only the writer changed takes theirs, one
 * that only others changed stays as stored; one that both changed, to different values, is `both`. */
struct stale {
    const struct record *stored;
    struct since since;
    uint64_t both, others;              /* fields asked for that both changed; those that others alone did */
    struct record *merged;              /* all of it put together, `both` as the writer has it; has: what to write */
};
__attribute__((warn_unused_result))
bool record_stale(struct ctx *c, const struct record *mine, const struct record *stored, int64_t version,
                  struct stale **out, struct err *e);
