/* hit_move.c - hits that wait become what they stand for, a slice at a time, on the feed's thread.
 *
 * Records made and rows gone are one write, so that after any crash each hit is there once: as a row or as what it
 * became. Of several servers the leading one does it; two that both think they lead take turns at the writer, and
 * the second finds other rows.
 *
 * A slice is short, for others' writes stand behind it. While hits still pour in it is shorter and rests between, and
 * the longer the first has waited the less: a burst of seconds is taken in at full speed, one that lasts gets its
 * records made beside it.
 *
 * What a hit tells may be refused (a control character in an address), as it would have been at once: it is dropped.
 * So a slice that fails is run again with care, each hit for itself, and so are the next few. One that fails by our
 * own mistake is set aside (`why`) until the next start. A storage that is busy or full says nothing about a hit: it
 * is waited for.
 */
#include "flow/hit_inside.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

enum { TAKE = 200, TAKE_BYTES = 4 << 20, CARE_SLICES = 32, WAIT_MAX_S = 60,
       SLICE_US = 5 * 1000, SLICE_CALM_US = 20 * 1000,
       CALM_US = 100 * 1000,                    /* no hit for so long: nobody is held up */
       SHARE_MIN = 3 };                         /* percent of the time, when the first has just come; all of it after a minute */

struct row { int64_t seq, at; str kind, body; };
struct slice {
    struct hits *of;
    bool is_careful;
    size_t n, done, refused, aside;             /* rows read; of which so many were looked at, dropped, set aside */
    int64_t first_at, last;
    struct row row[TAKE];
};

bool hits_pour(const struct workspace *ws)
{
    const struct hits *h = hits_of(ws);
    return h && clock_mono() - h->last_at < CALM_US;
}

static bool read_rows(struct ctx *tx, struct slice *s, struct err *e)
{
    struct db_rows q;
    size_t bytes = 0;
    s->n = s->done = s->refused = s->aside = 0;
    if (!db_query(tx->c, &q, "SELECT seq, at, kind, body FROM hit WHERE why IS NULL ORDER BY seq LIMIT 200", DB_NONE, e))
        return false;
    while (s->n < TAKE && bytes < TAKE_BYTES && db_next(&q)) {
        s->row[s->n] = (struct row){ db_int(&q, 0), db_int(&q, 1), db_text(&q, 2, tx->a), db_text(&q, 3, tx->a) };
        bytes += s->row[s->n++].body.n;
    }
    s->first_at = s->n ? s->row[0].at : 0;
    return db_done(&q, e);
}

static bool make(struct ctx *given, void *arg, struct err *e)
{
    const struct row *r = arg;
    const struct hit_kind *k = hit_kind_find(r->kind);
    struct ctx tx = *given;
    tx.now = r->at;
    return k ? k->make(&tx, r->body, e) : fail(e, ERR_INTERNAL, 0, "no hits of kind %.*s", STR_ARG(r->kind));
}

/* An act of its own, as it would have been. */
static bool make_one(struct ctx *tx, void *row, struct err *e) { return record_act(tx, make, row, e); }

static bool set_aside(struct ctx *tx, const struct row *r, const struct err *why, struct err *e)
{
    log_event(LOG_ERROR, "hit_set_aside", LOG_N("seq", r->seq), LOG_S("why", str_of(why->detail)));
    return db_exec(tx->c, "UPDATE hit SET why = $1 WHERE seq = $2", DB_ARGS(V(str_of(why->detail)), V(r->seq)), NULL, e);
}

static bool make_carefully(struct ctx *tx, struct slice *s, struct row *r, struct err *e)
{
    struct err why = { 0 };
    if (record_try(tx, make_one, r, &why))
        return true;
    if (err_is_storage(&why)) {
        *e = why;
        return false;
    }
    bool is_ours = why.code == ERR_INTERNAL;
    s->aside += is_ours;
    s->refused += !is_ours;
    return !is_ours || set_aside(tx, r, &why, e);
}

/* As many as the time allows, and one at least. */
static bool make_rows(struct ctx *tx, struct slice *s, struct err *e)
{
    int64_t end = clock_mono() + (hits_pour(s->of->ws) ? SLICE_US : SLICE_CALM_US);
    for (; s->done < s->n && (s->done == 0 || clock_mono() < end); s->done++)
        if (!(s->is_careful ? make_carefully(tx, s, &s->row[s->done], e) : make_one(tx, &s->row[s->done], e)))
            return false;
    s->last = s->row[s->done - 1].seq;
    return true;
}

static bool drop_rows(struct ctx *tx, void *arg, struct err *e)
{
    const struct slice *s = arg;
    return db_exec(tx->c, "DELETE FROM hit WHERE seq <= $1 AND why IS NULL", DB_ARGS(V(s->last)), NULL, e);
}

static bool run_slice(struct ctx *tx, void *arg, struct err *e)
{
    struct slice *s = arg;
    if (!read_rows(tx, s, e) || s->n == 0)
        return e->code == ERR_NONE;
    return make_rows(tx, s, e) && (fault_is_on("hits_apart") || drop_rows(tx, s, e));
}

/* The fault: long enough between the two to be struck. */
static bool drop_apart(struct ctx *c, struct slice *s, struct err *e)
{
    nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
    return record_write_bulk(c, drop_rows, s, e);
}

/* Boldly; when something fails, again with care. */
static bool move_slice(struct ctx *c, struct slice *s, struct err *e)
{
    s->is_careful = s->of->care > 0;
    s->of->care -= s->is_careful;
    bool ok = record_write_bulk(c, run_slice, s, e);
    if (!ok && !s->is_careful && !err_is_storage(e)) {
        *e = (struct err){ 0 };
        s->is_careful = true;
        s->of->care = CARE_SLICES;
        ok = record_write_bulk(c, run_slice, s, e);
    }
    return ok && (!fault_is_on("hits_apart") || s->n == 0 || drop_apart(c, s, e));
}

/* ── a turn ──────────────────────────────────────────────────────────────── */

/* After a slice that took so long, while hits pour in. */
static int64_t rest_after(const struct hits *h, int64_t took, int64_t waited)
{
    int64_t share = SHARE_MIN + (100 - SHARE_MIN) * (waited < MINUTE_US ? waited : MINUTE_US) / MINUTE_US;
    return hits_pour(h->ws) ? took * (100 - share) / share : 0;
}

static enum feed_did failed(struct hits *h, const struct err *why)
{
    int64_t wait = ++h->tries < 6 ? (int64_t)1 << h->tries : WAIT_MAX_S;
    h->rest_until = clock_mono() + wait * SECOND_US;
    log_event(LOG_WARN, "hits_failed", LOG_N("tries", h->tries), LOG_S("why", str_of(why->detail)));
    return FEED_FAILED;
}

/* `was`: counted before the slice. Where it found nothing, those are gone: another server's work. */
static void arrived(struct hits *h, const struct slice *s, int64_t was, int64_t took)
{
    int64_t done = (int64_t)s->done;
    h->waiting -= s->n && done < was ? done : was;
    h->stuck += (int64_t)s->aside;
    h->oldest_at = s->first_at;
    h->tries = 0;
    h->rest_until = clock_mono() + rest_after(h, took, s->n ? clock_now() - s->first_at : 0);
    if (s->refused)
        log_event(LOG_WARN, "hits_dropped", LOG_N("hits", (int64_t)s->refused));
}

enum feed_did hits_turn(struct ctx *c, bool is_draining, struct err *e)
{
    struct hits *h = hits_of(c->ws);
    int64_t from = clock_mono(), was = h ? h->waiting : 0;
    if (was == 0 || (!is_draining && from < h->rest_until))
        return FEED_NOTHING;
    struct slice *s = arena_new(c->a, struct slice, 1);
    s->of = h;
    if (!move_slice(c, s, e))
        return failed(h, e);
    arrived(h, s, was, clock_mono() - from);
    return s->n ? FEED_WORKED : FEED_NOTHING;
}

int64_t hits_due(const struct workspace *ws)
{
    const struct hits *h = hits_of(ws);
    return h && h->waiting > 0 ? h->rest_until : INT64_MAX;
}

/* Nothing there: what was counted before the snapshot has been taken by another server. */
bool hits_look(struct ctx *c, int64_t was, struct err *e)
{
    struct hits *h = hits_of(c->ws);
    bool found;
    int64_t one;
    if (!h)
        return true;
    if (!db_get_int(c->c, "SELECT 1 FROM hit WHERE why IS NULL LIMIT 1", DB_NONE, &found, &one, e))
        return false;
    h->waiting += found && was == 0 ? 1 : found ? 0 : -was;
    return true;
}
