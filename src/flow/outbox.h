/* outbox.h - what is to leave the house: written with its cause, sent after its commit.
 *
 *   queued -> sending -> sent
 *                     -> deferred -> sending ...     failed: given up
 *                     -> unknown                     cancelled: nobody wants it any more
 *
 * A row is written inside the write that causes it, so neither is ever there without the other.
 * `sending` is committed before a byte leaves, with the server that has it and until when. After a
 * crash nobody knows what came of such a row: a channel that may send twice sends it again, one
 * that must not leaves it `unknown` and shows it.
 *
 * Rows with the same target and order_key leave one after the other: the next when the one before
 * is finished or given up. Targets do not wait for each other.
 */
#pragma once
#include "egress/egress.h"
#include "record/record.h"

enum outbox_state {
    OUTBOX_QUEUED, OUTBOX_DEFERRED, OUTBOX_SENDING,                         /* open: below OUTBOX_SENT, as SQL says too */
    OUTBOX_SENT, OUTBOX_FAILED, OUTBOX_UNKNOWN, OUTBOX_CANCELLED, OUTBOX_STATE_COUNT
};
enum { OUTBOX_BODY_MAX = 1 << 20, OUTBOX_KEEP_DAYS = 30, OUTBOX_HOURS = 72, OUTBOX_TRIES_MAX = 11 };

struct outgoing {
    const char *channel;            /* "webhook" */
    int64_t target;                 /* whose queue: the webhook, later the relay */
    str order_key;                  /* "deal:1h2k3m"; empty: waits for nothing */
    str kind;                       /* what it tells: "deal.updated" */
    str body, headers;              /* headers: of the channel, may be empty */
};
/* Inside a write. */
__attribute__((warn_unused_result))
bool outbox_add(struct ctx *tx, const struct outgoing *o, int64_t *id, struct err *e);
/* Inside a write: once more, by hand, behind what waits; with the same id. ERR_CONFLICT while it is open. */
__attribute__((warn_unused_result))
bool outbox_again(struct ctx *tx, int64_t id, struct err *e);
/* Inside a write: what waits for the target is cancelled. */
__attribute__((warn_unused_result))
bool outbox_cancel(struct ctx *tx, const char *channel, int64_t target, struct err *e);

struct outbox_row { int64_t id, seq, target, created_at, expires_at; int attempts; str order_key, kind, headers, body; };

/* ── channels: how rows of a kind are sent ─────────────────────────────────── */

enum verdict { VERDICT_SENT, VERDICT_AGAIN, VERDICT_GIVE_UP, VERDICT_TARGET_GONE };
struct channel {
    const char *name;
    bool at_most_once;              /* a lost one becomes unknown, not sent again */
    /* In the write that makes it `sending`: the request, made in tx->a. *wanted false: it is cancelled. */
    bool (*prepare)(struct ctx *tx, const struct outbox_row *row, struct wire_request *out, bool *wanted, struct err *e);
    enum verdict (*judge)(const struct egress_result *r);
    /* In the write that learns it: the target answered that it is gone (410), or nothing for OUTBOX_HOURS. */
    bool (*give_up_target)(struct ctx *tx, int64_t target, bool is_gone, struct err *e);
};

/* ── sending ───────────────────────────────────────────────────────────────── */

struct outbox;                      /* the sender of one workspace: one thread */
bool outbox_start(const struct workspace *ws, struct egress *g, struct outbox **out, struct err *e);
/* Ending: outbox_stop() of all, then egress_close(), which still answers them, then outbox_close().
 * What was under way is left to the next start. Both accept NULL. */
void outbox_stop(struct outbox *o);
void outbox_close(struct outbox *o);
