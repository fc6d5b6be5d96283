/* outbox_inside.h - what the files of the outbox share. */
#pragma once
#include "flow/outbox.h"

extern const struct channel webhook_channel;
const struct channel *channel_find(str name);           /* NULL: none of that name */
extern const struct channel *const channels[];          /* NULL-ended */

/* Grows with every row put in: the sender looks when it has grown. */
int64_t outbox_added(void);

/* ── the state machine: all inside a write; `owner` names this sender ──────── */

struct outbox_claim {
    struct outbox_row row;
    const struct channel *channel;
    struct wire_request request;
    int attempt, tries;                 /* attempt: the fence; tries: those before that count */
};
/* At most `max` rows of one target that may leave now, made `sending`. */
bool outbox_claim(struct ctx *tx, const struct channel *ch, int64_t target, int64_t owner, int max,
                  struct outbox_claim *out, int *n, struct err *e);
/* What came of one; nothing when the row is no longer ours. */
bool outbox_settle(struct ctx *tx, const struct outbox_claim *c, int64_t owner, const struct egress_result *r, struct err *e);
/* Rows whose sender is gone; `all`: every row that is sending (nobody else has this data open). */
bool outbox_reclaim(struct ctx *tx, bool all, int64_t *n, struct err *e);
/* The next target with open rows after `target`; 0: none. */
bool outbox_next_target(struct ctx *c, const struct channel *ch, int64_t target, int64_t *next, struct err *e);
/* 0 when the target may be sent to now, and how its last ones went. */
bool outbox_target_state(struct ctx *c, const struct channel *ch, int64_t target, int64_t *paused_until, int64_t *failures, struct err *e);
/* When the first row of the target that waits for no other may leave; INT64_MAX: never. */
bool outbox_next_due(struct ctx *c, const struct channel *ch, int64_t target, int64_t *at, struct err *e);
/* Finished rows older than OUTBOX_KEEP_DAYS, some of them. */
bool outbox_forget(struct ctx *tx, int64_t *n, struct err *e);
