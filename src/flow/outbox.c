/* outbox.c - rows in, and the states they go through.
 *
 * Times of retries: 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 20 h, each a tenth up or
 * down; three days in all. A target that fails three times on end is asked by one row at a time,
 * in growing pauses of at most five minutes: so a dead one costs little, and one that came back is
 * noticed soon.
 */
#include "flow/outbox_inside.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/random.h"
#include "base/utf8.h"
#include "msg/webhook.h"

enum { LEASE_S = 60, PAUSE_FROM = 3, PAUSE_S = 5, PAUSE_MAX_S = 300, LOST_QUICK = 5, FORGET_MAX = 500 };

static const int plan_s[] = { 5, 60, 300, 1800, 2 * 3600, 5 * 3600, 10 * 3600, 14 * 3600, 20 * 3600, 20 * 3600 };

const struct channel *const channels[] = { &webhook_channel, NULL };
static _Atomic int64_t nadded;

const struct channel *channel_find(str name)
{
    for (const struct channel *const *c = channels; *c; c++)
        if (str_eq(name, str_of((*c)->name)))
            return *c;
    return NULL;
}

int64_t outbox_added(void) { return nadded; }

/* ── in ────────────────────────────────────────────────────────────────────── */

bool outbox_add(struct ctx *tx, const struct outgoing *o, int64_t *id, struct err *e)
{
    int64_t seq, now = clock_now();
    if (o->body.n > OUTBOX_BODY_MAX) {
        fail(e, ERR_TOO_LARGE, MSG_webhook_body_max, "a body of %zu bytes", o->body.n);
        return err_arg_int(e, "max", OUTBOX_BODY_MAX);
    }
    *id = id_mint();
    nadded++;
    str key = o->order_key.n ? o->order_key : id_text(tx->a, *id);
    return db_seq(tx->c, &seq, e)
        && db_exec(tx->c, "INSERT INTO outbox (id, seq, channel, target, order_key, kind, headers, body, state, attempts,"
                          " created_at, next_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $9, $10)",
                   DB_ARGS(V(*id), V(seq), V(str_of(o->channel)), V(o->target), V(key), V(o->kind), V(o->headers), V(o->body),
                           V(now), V(now + OUTBOX_HOURS * HOUR_US)), NULL, e);
}

bool outbox_again(struct ctx *tx, int64_t id, struct err *e)
{
    int64_t seq, n, now = clock_now();
    nadded++;
    if (!db_seq(tx->c, &seq, e)
        || !db_exec(tx->c, "UPDATE outbox SET state = 0, seq = $2, tries = 0, next_at = $3, expires_at = $4, done_at = NULL,"
                           " lease_owner = NULL, lease_until = NULL WHERE id = $1 AND state >= 3",
                    DB_ARGS(V(id), V(seq), V(now), V(now + OUTBOX_HOURS * HOUR_US)), &n, e))
        return false;
    return n == 1 || fail(e, ERR_CONFLICT, MSG_webhook_still_open, "outbox %lld is open or gone", (long long)id);
}

bool outbox_cancel(struct ctx *tx, const char *channel, int64_t target, struct err *e)
{
    return db_exec(tx->c, "UPDATE outbox SET state = 6, done_at = $3 WHERE channel = $1 AND target = $2 AND state < 3 AND state <> 2",
                   DB_ARGS(V(str_of(channel)), V(target), V(clock_now())), NULL, e);
}

/* ── out ───────────────────────────────────────────────────────────────────── */

/* Over open rows alone: without `seq` in the order SQLite would walk the finished ones of a month. */
bool outbox_next_target(struct ctx *c, const struct channel *ch, int64_t target, int64_t *next, struct err *e)
{
    bool found;
    *next = 0;
    return db_get_int(c->c, "SELECT target FROM outbox WHERE channel = $1 AND target > $2 AND state < 3 ORDER BY target, seq LIMIT 1",
                      DB_ARGS(V(str_of(ch->name)), V(target)), &found, next, e);
}

bool outbox_target_state(struct ctx *c, const struct channel *ch, int64_t target, int64_t *paused_until, int64_t *failures, struct err *e)
{
    struct db_rows q;
    *paused_until = *failures = 0;
    if (!db_query(c->c, &q, "SELECT paused_until, failures FROM outbox_target WHERE channel = $1 AND target = $2",
                  DB_ARGS(V(str_of(ch->name)), V(target)), e))
        return false;
    if (db_next(&q)) {
        *paused_until = db_int(&q, 0);
        *failures = db_int(&q, 1);
    }
    return db_done(&q, e);
}

bool outbox_next_due(struct ctx *c, const struct channel *ch, int64_t target, int64_t *at, struct err *e)
{
    bool found;
    *at = INT64_MAX;
    return db_get_int(c->c, "SELECT o.next_at FROM outbox o WHERE o.channel = $1 AND o.target = $2 AND o.state < 3 AND o.state <> 2"
                            " AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.target = o.target AND p.order_key = o.order_key"
                            " AND p.state < 3 AND p.seq < o.seq) ORDER BY o.next_at LIMIT 1",
                      DB_ARGS(V(str_of(ch->name)), V(target)), &found, at, e);
}

/* The plus keeps SQLite from sorting all that is due for the few that are first. */
static bool read_rows(struct ctx *tx, const struct channel *ch, int64_t target, int max, struct outbox_claim *out, int *n, struct err *e)
{
    struct db_rows q;
    bool is_free = fault_is_on("no_order");     /* a later one need not wait: the tests of order must notice */
    *n = 0;
    if (!db_query(tx->c, &q, "SELECT o.id, o.seq, o.created_at, o.expires_at, o.attempts, o.order_key, o.kind, o.headers, o.body, o.tries"
                             " FROM outbox o WHERE o.channel = $1 AND o.target = $2 AND o.state < 3 AND o.state <> 2 AND +o.next_at <= $3"
                             " AND ($5 = 1 OR NOT EXISTS (SELECT 1 FROM outbox p WHERE p.target = o.target AND p.order_key = o.order_key"
                             " AND p.state < 3 AND p.seq < o.seq)) ORDER BY o.seq LIMIT $4",
                  DB_ARGS(V(str_of(ch->name)), V(target), V(clock_now()), V(max), V(is_free)), e))
        return false;
    while (db_next(&q))
        out[(*n)++] = (struct outbox_claim){ .channel = ch, .attempt = (int)db_int(&q, 4) + 1, .tries = (int)db_int(&q, 9), .row = {
            .id = db_int(&q, 0), .seq = db_int(&q, 1), .target = target, .created_at = db_int(&q, 2), .expires_at = db_int(&q, 3),
            .attempts = (int)db_int(&q, 4), .order_key = db_text(&q, 5, tx->a), .kind = db_text(&q, 6, tx->a),
            .headers = db_text(&q, 7, tx->a), .body = db_text(&q, 8, tx->a) } };
    return db_done(&q, e);
}

static bool close_row(struct ctx *tx, int64_t id, enum outbox_state state, struct err *e)
{
    return db_exec(tx->c, "UPDATE outbox SET state = $2, done_at = $3, lease_owner = NULL, lease_until = NULL WHERE id = $1",
                   DB_ARGS(V(id), V((int)state), V(clock_now())), NULL, e);
}

/* *is_taken false: it was closed instead, nobody wants it or its time is over. */
static bool take(struct ctx *tx, struct outbox_claim *c, int64_t owner, bool *is_taken, struct err *e)
{
    int64_t now = clock_now();
    *is_taken = false;
    if (c->row.expires_at <= now)
        return close_row(tx, c->row.id, OUTBOX_FAILED, e);
    if (!c->channel->prepare(tx, &c->row, &c->request, is_taken, e))
        return false;
    if (!*is_taken)
        return close_row(tx, c->row.id, OUTBOX_CANCELLED, e);
    return db_exec(tx->c, "UPDATE outbox SET state = 2, attempts = $2, lease_owner = $3, lease_until = $4 WHERE id = $1",
                   DB_ARGS(V(c->row.id), V(c->attempt), V(owner), V(now + LEASE_S * (int64_t)SECOND_US)), NULL, e);
}

bool outbox_claim(struct ctx *tx, const struct channel *ch, int64_t target, int64_t owner, int max,
                  struct outbox_claim *out, int *n, struct err *e)
{
    int found, kept = 0;
    if (!read_rows(tx, ch, target, max, out, &found, e))
        return false;
    for (int i = 0; i < found; i++) {
        bool is_taken;
        if (!take(tx, &out[i], owner, &is_taken, e))
            return false;
        if (is_taken)
            out[kept++] = out[i];
    }
    *n = kept;
    return true;
}

/* ── what came of it ───────────────────────────────────────────────────────── */

static int64_t after(int tries, struct seeded *chance)
{
    int64_t s = plan_s[tries - 1];
    if (fault_is_on("fast_retry"))
        return 200 * 1000;
    return s * SECOND_US + seeded_below(chance, s * SECOND_US / 5) - s * SECOND_US / 10;
}

/* The end of a note is where it was cut: what is left of a letter there says nothing. */
static bool is_cut_here(str s)
{
    size_t want = (unsigned char)s.p[0] >= 0xF0 ? 4 : (unsigned char)s.p[0] >= 0xE0 ? 3 : (unsigned char)s.p[0] >= 0xC2 ? 2 : 1;
    for (size_t i = 1; i < s.n; i++)
        if (((unsigned char)s.p[i] & 0xC0) != 0x80)
            return false;
    return s.n < want;
}

static bool log_attempt(struct ctx *tx, int64_t id, const struct egress_result *r, struct err *e)
{
    struct buf b = buf_new(tx->a, 4 * WIRE_NOTE_MAX);
    for (str left = r->note; left.n;) {         /* whatever came, it is text when it is shown */
        str at = left;
        uint32_t cp = utf8_next(&left);
        size_t n = at.n - left.n;
        if (n > 1 ? cp >= 0xA0 : cp >= ' ' && cp < 0x7F)
            buf_put(&b, str_head(at, n));
        else if (cp != '\r' && !(n == 1 && cp > 0x7F && is_cut_here(at)))
            for (size_t i = 0; i < n; i++)
                buf_fmt(&b, "\\x%02x", (unsigned char)at.p[i]);
    }
    return db_exec(tx->c, "INSERT INTO outbox_attempt (id, outbox_id, at, ms, outcome, status, note) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   DB_ARGS(V(id_mint()), V(id), V(clock_now()), V(r->ms), V((int)r->outcome), V(r->status), V(buf_str(&b))), NULL, e);
}

static bool target_ok(struct ctx *tx, const struct outbox_claim *c, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO outbox_target (channel, target, failures, failing_since, paused_until, ok_at)"
                          " VALUES ($1, $2, 0, 0, 0, $3) ON CONFLICT (channel, target) DO UPDATE SET failures = 0, failing_since = 0,"
                          " paused_until = 0, ok_at = $3",
                   DB_ARGS(V(str_of(c->channel->name)), V(c->row.target), V(clock_now())), NULL, e);
}

/* Counts the failure, and gives the target up when it has failed for as long as we try. */
static bool target_failed(struct ctx *tx, const struct outbox_claim *c, const struct egress_result *r, struct err *e)
{
    int64_t now = clock_now(), paused, failures, since = 0, pause = 0;
    bool found;
    if (!outbox_target_state(tx, c->channel, c->row.target, &paused, &failures, e))
        return false;
    if (++failures >= PAUSE_FROM) {
        int shift = (int)(failures - PAUSE_FROM < 6 ? failures - PAUSE_FROM : 6);
        int64_t s = (int64_t)PAUSE_S << shift;
        pause = (s < PAUSE_MAX_S ? s : PAUSE_MAX_S) * SECOND_US;
    }
    if (fault_is_on("fast_retry") && pause)
        pause = 200 * 1000;
    if (r->retry_after_s > 0 && r->retry_after_s * (int64_t)SECOND_US > pause)
        pause = r->retry_after_s * (int64_t)SECOND_US;
    if (!db_exec(tx->c, "INSERT INTO outbox_target (channel, target, failures, failing_since, paused_until, ok_at)"
                        " VALUES ($1, $2, $3, $4, $5, 0) ON CONFLICT (channel, target) DO UPDATE SET failures = $3, paused_until = $5,"
                        " failing_since = CASE WHEN outbox_target.failing_since = 0 THEN $4 ELSE outbox_target.failing_since END",
                 DB_ARGS(V(str_of(c->channel->name)), V(c->row.target), V(failures), V(now), V(pause ? now + pause : 0)), NULL, e)
        || !db_get_int(tx->c, "SELECT failing_since FROM outbox_target WHERE channel = $1 AND target = $2",
                       DB_ARGS(V(str_of(c->channel->name)), V(c->row.target)), &found, &since, e))
        return false;
    if (since && now - since >= OUTBOX_HOURS * HOUR_US && failures >= OUTBOX_TRIES_MAX - 1)
        return c->channel->give_up_target(tx, c->row.target, false, e);
    return true;
}

static bool defer(struct ctx *tx, const struct outbox_claim *c, int64_t delay, int tries, struct err *e)
{
    return db_exec(tx->c, "UPDATE outbox SET state = 1, next_at = $2, tries = $3, lease_owner = NULL, lease_until = NULL WHERE id = $1",
                   DB_ARGS(V(c->row.id), V(clock_now() + delay), V(tries)), NULL, e);
}

/* What was interrupted here is not the receiver's fault: soon again, and it does not count. */
static bool again(struct ctx *tx, const struct outbox_claim *c, const struct egress_result *r, struct err *e)
{
    struct seeded chance = seeded_from((uint64_t)(c->row.id + c->attempt));
    int tries = c->tries + 1;
    if (r->outcome == EGRESS_LOST)
        return defer(tx, c, c->attempt - c->tries <= LOST_QUICK ? SECOND_US : MINUTE_US, c->tries, e);
    if (tries >= OUTBOX_TRIES_MAX)
        return close_row(tx, c->row.id, OUTBOX_FAILED, e);
    int64_t delay = after(tries, &chance), asked = r->retry_after_s * (int64_t)SECOND_US;
    delay = delay > asked ? delay : asked;
    if (clock_now() + delay >= c->row.expires_at)
        return close_row(tx, c->row.id, OUTBOX_FAILED, e);
    return defer(tx, c, delay, tries, e);
}

static bool settle_by(struct ctx *tx, const struct outbox_claim *c, const struct egress_result *r, struct err *e)
{
    if (r->outcome == EGRESS_LOST)
        return c->channel->at_most_once ? close_row(tx, c->row.id, OUTBOX_UNKNOWN, e) : again(tx, c, r, e);
    switch (c->channel->judge(r)) {
    case VERDICT_SENT:
        return close_row(tx, c->row.id, OUTBOX_SENT, e) && target_ok(tx, c, e);
    case VERDICT_AGAIN:
        return again(tx, c, r, e) && target_failed(tx, c, r, e);
    case VERDICT_GIVE_UP:
        return close_row(tx, c->row.id, OUTBOX_FAILED, e);
    case VERDICT_TARGET_GONE:
        return close_row(tx, c->row.id, OUTBOX_FAILED, e) && c->channel->give_up_target(tx, c->row.target, true, e);
    }
    return true;
}

bool outbox_settle(struct ctx *tx, const struct outbox_claim *c, int64_t owner, const struct egress_result *r, struct err *e)
{
    int64_t mine;
    if (!db_exec(tx->c, "UPDATE outbox SET outcome = $4, status = $5 WHERE id = $1 AND state = 2 AND lease_owner = $2 AND attempts = $3",
                 DB_ARGS(V(c->row.id), V(owner), V(c->attempt), V((int)r->outcome), V(r->status)), &mine, e))
        return false;
    if (!mine)
        return true;                            /* its lease ran out and another has it: what it says counts */
    return log_attempt(tx, c->row.id, r, e) && settle_by(tx, c, r, e);
}

bool outbox_reclaim(struct ctx *tx, bool all, int64_t *n, struct err *e)
{
    struct db_rows q;
    struct outbox_claim *v = arena_new(tx->a, struct outbox_claim, 1000);
    *n = 0;
    if (!db_query(tx->c, &q, "SELECT id, target, attempts, expires_at, channel, tries FROM outbox WHERE state = 2 AND (lease_until < $1 OR $2 = 1)"
                             " ORDER BY lease_until LIMIT 1000", DB_ARGS(V(clock_now()), V(all)), e))
        return false;
    while (db_next(&q))
        v[(*n)++] = (struct outbox_claim){ .channel = channel_find(db_text_view(&q, 4)), .attempt = (int)db_int(&q, 2), .tries = (int)db_int(&q, 5),
                                           .row = { .id = db_int(&q, 0), .target = db_int(&q, 1), .expires_at = db_int(&q, 3) } };
    if (!db_done(&q, e))
        return false;
    for (int64_t i = 0; i < *n; i++) {
        struct egress_result lost = { .outcome = EGRESS_LOST, .retry_after_s = -1 };
        if (fault_is_on("forget_sending")) {    /* as if all had arrived: the tests of loss must notice */
            if (!close_row(tx, v[i].row.id, OUTBOX_SENT, e))
                return false;
        } else if (v[i].channel && (!log_attempt(tx, v[i].row.id, &lost, e) || !settle_by(tx, &v[i], &lost, e)))
            return false;
    }
    return true;
}

bool outbox_forget(struct ctx *tx, int64_t *n, struct err *e)
{
    int64_t before = clock_now() - OUTBOX_KEEP_DAYS * DAY_US;
    return db_exec(tx->c, "DELETE FROM outbox_attempt WHERE outbox_id IN (SELECT id FROM outbox WHERE done_at < $1 ORDER BY done_at, id LIMIT $2)",
                   DB_ARGS(V(before), V((int)FORGET_MAX)), NULL, e)
        && db_exec(tx->c, "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE done_at < $1 ORDER BY done_at, id LIMIT $2)",
                   DB_ARGS(V(before), V((int)FORGET_MAX)), n, e);
}
