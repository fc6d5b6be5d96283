/* feed_turn.c - one step of one consumer: read, keep what it wants, write effects and cursor at once.
 *
 * The step begins by moving the cursor from where we believe it stands: when another server has
 * moved it, nothing matches and nothing is done. A batch that fails is tried again with half of
 * its rows until one row is left; that one is tried TRIES_MAX times, each wait twice as long, and
 * then set aside with its reason. A storage that is busy or full says nothing about a row: it is
 * only waited for. When STUCK_MAX rows lie aside the consumer itself is broken: it stands still
 * and is shown, rather than set the whole world aside.
 */
#include "flow/inside.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

enum { TAKE = 200, TRIES_MAX = 5, STUCK_MAX = 100, WAIT_MAX_S = 300 };
#define LAZY_US (5 * (int64_t)SECOND_US)

void feed_place_open(struct feed_place *p, const struct consumer *k)
{
    *p = (struct feed_place){ .of = k, .take = k->at_once ? k->at_once : TAKE, .lazy_us = LAZY_US };
}

static int64_t wait_after(int64_t tries)
{
    int64_t s = tries < 9 ? (int64_t)1 << tries : WAIT_MAX_S;
    return (s < WAIT_MAX_S ? s : WAIT_MAX_S) * SECOND_US;
}

/* ── the cursor ──────────────────────────────────────────────────────────── */

bool feed_places_read(struct ctx *c, struct feed_place *v, size_t n, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT name, seq, tries FROM feed_cursor", DB_NONE, e))
        return false;
    while (db_next(&q))
        for (size_t i = 0; i < n; i++)
            if (str_eq(db_text_view(&q, 0), str_of(v[i].of->name))) {
                int64_t at = db_int(&q, 1);
                if (at != v[i].durable)
                    v[i].seen = at;             /* ours from before, another server's step, or a replay */
                v[i].durable = at;
                v[i].is_noted = db_int(&q, 2) > 0;
            }
    return db_done(&q, e);
}

struct step { struct feed_place *p; const struct feed_row *rows; size_t n; int64_t from, to; bool is_gone; };

static bool move(struct ctx *tx, struct step *s, struct err *e)
{
    int64_t moved;
    if (!db_exec(tx->c, "UPDATE feed_cursor SET seq = $1, moved_at = $2, tries = 0, retry_at = NULL, error = NULL"
                        " WHERE name = $3 AND seq = $4",
                 DB_ARGS(V(s->to), V(tx->now), V(str_of(s->p->of->name)), V(s->from)), &moved, e))
        return false;
    s->is_gone = moved == 0;
    return true;
}

static bool run_effects(struct ctx *tx, void *arg, struct err *e)
{
    const struct step *s = arg;
    return s->n == 0 || s->p->of->batch(tx, s->rows, s->n, e);
}

static bool run_step(struct ctx *tx, void *arg, struct err *e)
{
    struct step *s = arg;
    if (!move(tx, s, e) || s->is_gone)
        return s->is_gone;
    return run_effects(tx, arg, e);
}

#ifdef SETU_FAULTS
void (*feed_fault_between)(const char *consumer);

static bool run_move(struct ctx *tx, void *arg, struct err *e) { return move(tx, arg, e); }

/* In two writes, the cursor's too early or too late: the tests of loss and of doubles must notice. */
static bool take_in_two(struct ctx *c, struct step *s, record_write_fn *first, record_write_fn *second, struct err *e)
{
    if (!record_write_bulk(c, first, s, e))
        return false;
    if (feed_fault_between)
        feed_fault_between(s->p->of->name);
    return record_write_bulk(c, second, s, e);
}

static bool take_step(struct ctx *c, struct step *s, struct err *e)
{
    return s->n && fault_is_on("early_cursor") ? take_in_two(c, s, run_move, run_effects, e)
         : s->n && fault_is_on("late_cursor") ? take_in_two(c, s, run_effects, run_move, e) : record_write_bulk(c, run_step, s, e);
}
#else
static bool take_step(struct ctx *c, struct step *s, struct err *e) { return record_write_bulk(c, run_step, s, e); }
#endif

/* ── failing ─────────────────────────────────────────────────────────────── */

struct failing { struct step *s; int64_t tries, retry_at; const struct err *why; };

static bool note_failing(struct ctx *tx, void *arg, struct err *e)
{
    const struct failing *f = arg;
    return db_exec(tx->c, "UPDATE feed_cursor SET tries = $1, retry_at = $2, error = $3 WHERE name = $4",
                   DB_ARGS(V(f->tries), V(f->retry_at), V(str_of(f->why->detail)), V(str_of(f->s->p->of->name))), NULL, e);
}

static bool run_set_aside(struct ctx *tx, void *arg, struct err *e)
{
    struct failing *f = arg;
    bool found;
    int64_t n = 0;
    if (!db_get_int(tx->c, "SELECT COUNT(*) FROM (SELECT 1 FROM feed_stuck WHERE consumer = $1 LIMIT 100) aside",
                    DB_ARGS(V(str_of(f->s->p->of->name))), &found, &n, e))
        return false;
    if (n >= STUCK_MAX)
        return fail(e, ERR_CONFLICT, 0, "%d rows lie aside already", STUCK_MAX);
    return move(tx, f->s, e)
        && (f->s->is_gone || db_exec(tx->c, "INSERT INTO feed_stuck (consumer, seq, at, tries, error) VALUES ($1, $2, $3, $4, $5)"
                                            " ON CONFLICT (consumer, seq) DO UPDATE SET at = excluded.at, error = excluded.error",
                                     DB_ARGS(V(str_of(f->s->p->of->name)), V(f->s->to), V(tx->now), V(f->tries),
                                             V(str_of(f->why->detail))), NULL, e));
}

static void arrived(struct feed_place *p, const struct step *s)
{
    size_t most = p->of->at_once ? p->of->at_once : TAKE;
    p->durable = p->seen = s->to;
    p->tries = p->retry_at = p->store_at = 0;
    p->is_noted = false;
    p->take = p->take * 2 < most ? p->take * 2 : most;
}

static enum feed_did failed(struct ctx *c, struct step *s, bool may_set_aside, struct err *why)
{
    struct feed_place *p = s->p;
    struct failing f = { .s = s, .why = why };
    struct err e = { 0 };
    if (!err_is_storage(why) && s->n > 1) {
        p->take = s->n / 2;
        return FEED_WORKED;                     /* at once, with half of it */
    }
    f.tries = ++p->tries;
    if (!err_is_storage(why) && may_set_aside && p->tries >= TRIES_MAX && record_write_bulk(c, run_set_aside, &f, &e)) {
        log_event(LOG_ERROR, "feed_set_aside", LOG_S("consumer", str_of(p->of->name)), LOG_N("seq", s->to),
                  LOG_S("why", str_of(why->detail)));
        arrived(p, s);
        return FEED_WORKED;
    }
    int64_t wait = wait_after(p->tries);
    p->retry_at = clock_mono() + wait;
    f.retry_at = c->now + wait;
    log_event(LOG_WARN, "feed_failed", LOG_S("consumer", str_of(p->of->name)), LOG_N("seq", s->to), LOG_N("tries", p->tries),
              LOG_S("why", str_of(why->detail)));
    p->is_noted = record_write_bulk(c, note_failing, &f, &e);
    return FEED_FAILED;
}

/* ── the step ────────────────────────────────────────────────────────────── */

static bool mark_wanted(struct ctx *c, const struct consumer *of, const struct feed_row *v, size_t n, bool *keep, struct err *e)
{
    if (of->sift)
        return of->sift(c, v, n, keep, e);
    for (size_t i = 0; i < n; i++)
        keep[i] = !of->wants || of->wants(&v[i]);
    return true;
}

/* Wanted rows, at most p->take; s->to: the last row looked at, or the last one taken. */
static bool sift(struct ctx *c, struct feed_place *p, struct feed_row *v, size_t n, struct step *s, struct err *e)
{
    bool *keep = arena_new(c->a, bool, n + 1);
    if (!mark_wanted(c, p->of, v, n, keep, e))
        return false;
    s->rows = v;
    s->n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!keep[i])
            continue;
        if (s->n == p->take) {
            s->to = v[s->n - 1].seq;
            break;
        }
        v[s->n++] = v[i];
    }
    return true;
}

static bool look(struct ctx *c, struct feed_place *p, struct step *s, struct err *e)
{
    struct feed_row *v;
    size_t n;
    bool ok = db_read_begin(c->c, 0, e) && feed_read(c, p->of->reads, p->seen, &v, &n, &s->to, e) && sift(c, p, v, n, s, e);
    db_read_end(c->c);
    return ok;
}

/* Nothing in it for this consumer: the cursor is stored later, so that a commit of others costs no commit here. */
static bool may_wait(struct feed_place *p, int64_t to)
{
    int64_t now = clock_mono();
    if (p->is_noted || p->lazy_us == 0)
        return false;
    if (to > p->seen && p->store_at == 0)
        p->store_at = now + p->lazy_us;
    return now < p->store_at;
}

enum feed_did feed_turn(struct ctx *c, struct feed_place *p, bool may_set_aside, struct err *e)
{
    struct step s = { .p = p, .from = p->durable };
    if (!look(c, p, &s, e))
        return failed(c, &s, false, e);
    if (s.to == p->durable)
        return FEED_NOTHING;
    if (s.n == 0 && may_wait(p, s.to)) {
        bool is_new = s.to > p->seen;
        p->seen = s.to;
        return is_new ? FEED_WORKED : FEED_NOTHING;
    }
    if (!take_step(c, &s, e)) {
        p->seen = p->durable;
        return failed(c, &s, may_set_aside, e);
    }
    if (s.is_gone)
        p->seen = p->durable;                   /* another server's; the next round reads where it stands */
    else
        arrived(p, &s);
    return FEED_WORKED;
}

/* ── the tick ────────────────────────────────────────────────────────────── */

struct beat { const struct consumer *of; void *seen; bool more; };

/* Touching the cursor's row makes servers that share the data take turns. */
static bool run_tick(struct ctx *tx, void *arg, struct err *e)
{
    struct beat *b = arg;
    return db_exec(tx->c, "UPDATE feed_cursor SET ticked_at = $1 WHERE name = $2", DB_ARGS(V(tx->now), V(str_of(b->of->name))), NULL, e)
        && (b->of->tick ? b->of->tick(tx, &b->more, e) : b->of->act(tx, b->seen, &b->more, e));
}

static bool see(struct ctx *c, struct beat *b, struct err *e)
{
    if (b->of->tick)
        return true;
    bool ok = db_read_begin(c->c, 0, e) && b->of->look(c, &b->seen, e);
    db_read_end(c->c);
    return ok;
}

enum feed_did feed_tick(struct ctx *c, struct feed_place *p, bool *more, struct err *e)
{
    struct beat b = { .of = p->of };
    if (!see(c, &b, e) || !record_write_bulk(c, run_tick, &b, e)) {
        p->tick_retry_at = clock_mono() + wait_after(++p->tick_tries);
        log_event(LOG_WARN, "feed_tick_failed", LOG_S("consumer", str_of(p->of->name)), LOG_N("tries", p->tick_tries),
                  LOG_S("why", str_of(e->detail)));
        return FEED_FAILED;
    }
    p->tick_tries = p->tick_retry_at = 0;
    p->next_tick = clock_mono() + MINUTE_US;
    *more = b.more;
    return FEED_WORKED;
}
