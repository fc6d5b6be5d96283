/* segment_fill.c - many members at once: a segment is filled from columns in memory.
 *
 * One after the other asked of the tables, a hundred segments of a million people are an hour. So what
 * can be asked of columns is: before the write, on the reader, in parts. The part is laid beside the
 * members and the instants that are kept, and what differs goes to the write, a few thousand rows of
 * it, so that people's writes come between.
 *
 * The part is of the instant when the feed stood at `seq`. Who changes after that is asked again by the
 * segments' own consumer, so the part is right as long as the consumer has not been there already:
 * looked at in the write. A segment that says something else meanwhile, or that was begun anew, has
 * another version or place, and the part is dropped.
 */
#include "flow/segment_round.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "record/bulk.h"
#include "record/scan.h"

/* COST: rows a write takes; one who enters or leaves and is told of costs LOUD. MANY wait: worth reading columns for. */
enum { COST = 8000, LOUD = 25, MANY = 4, SAMPLE = 32 };
#define LOOK_US (60 * (int64_t)1000)

struct waiting { int64_t segment, walked, version; bool is_first; };      /* version: of what it was begun to be filled for */
struct pair { int64_t record, at; };
struct kept { struct pair *v; size_t n; };
struct segment_fill {
    int64_t segment, version, from, to, seq;
    bool is_last, is_quiet;
    int64_t cost, most;
    struct kept in, out, due, other, undue;     /* rows to write: members that come and go, instants to ask at: new, another, none */
};

static bool is_tested(void) { return fault_is_on("small_fills"); }       /* of few records too, and in small parts */
static int64_t most(void) { return is_tested() ? 3 : COST; }

/* ── what is kept ────────────────────────────────────────────────────────── */

static bool take_kept(struct ctx *c, struct db_rows *q, int64_t *to, struct kept *out, struct err *e)
{
    out->v = arena_raw(c->a, sizeof *out->v, alignof(struct pair), SCAN_PART);
    for (out->n = 0; out->n < SCAN_PART && db_next(q); out->n++)
        out->v[out->n] = (struct pair){ db_int(q, 0), db_int(q, 1) };
    if (out->n == SCAN_PART)
        *to = out->v[out->n - 1].record;
    return db_done(q, e);
}

/* After `from` up to *to, which comes nearer when there are very many. */
static bool read_kept(struct ctx *c, int64_t segment, int64_t from, int64_t *to, struct kept *in, struct kept *due, struct err *e)
{
    struct db_rows q;
    return db_query(c->c, &q, "SELECT record, since FROM segment_member WHERE segment = $1 AND record > $2 AND record <= $3"
                              " ORDER BY record LIMIT 65536", DB_ARGS(V(segment), V(from), V(*to)), e)
        && take_kept(c, &q, to, in, e)
        && db_query(c->c, &q, "SELECT record, at FROM segment_due WHERE segment = $1 AND record > $2 AND record <= $3"
                              " ORDER BY record LIMIT 65536", DB_ARGS(V(segment), V(from), V(*to)), e)
        && take_kept(c, &q, to, due, e);
}

_Static_assert(SCAN_PART == 65536, "as many are read");

/* ── what differs ────────────────────────────────────────────────────────── */

static void put(struct kept *k, int64_t record, int64_t at) { k->v[k->n++] = (struct pair){ record, at }; }

static void differ(struct segment_fill *f, int64_t record, const struct live_answer *now, const struct pair *in, const struct pair *due)
{
    bool is_in = now && now->is_in;
    int64_t at = now ? now->due : 0;
    if (is_in != (in != NULL)) {
        put(is_in ? &f->in : &f->out, record, 0);
        f->cost += f->is_quiet ? 1 : LOUD;
    }
    if (at != (due ? due->at : 0)) {
        put(!at ? &f->undue : due ? &f->other : &f->due, record, at);
        f->cost++;
    }
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* Three lists in order of the record, up to `to`; less when it costs enough. */
static void compare(struct segment_fill *f, const struct scan_part *p, const struct kept *in, const struct kept *due, int64_t to)
{
    size_t a = 0, m = 0, d = 0;
    for (;;) {
        int64_t record = INT64_MAX;
        record = a < p->n ? least(record, p->v[a].id) : record;
        record = m < in->n ? least(record, in->v[m].record) : record;
        record = d < due->n ? least(record, due->v[d].record) : record;
        if (record == INT64_MAX || record > to) {
            f->to = to;
            return;
        }
        bool has_a = a < p->n && p->v[a].id == record, has_m = m < in->n && in->v[m].record == record,
             has_d = d < due->n && due->v[d].record == record;
        differ(f, record, has_a ? &p->v[a] : NULL, has_m ? &in->v[m] : NULL, has_d ? &due->v[d] : NULL);
        a += has_a, m += has_m, d += has_d;
        if (f->cost >= f->most) {
            f->to = record;
            return;
        }
    }
}

static struct segment_fill *fill_new(struct ctx *c, const struct waiting *w, bool is_quiet, int64_t most)
{
    struct segment_fill *f = arena_new(c->a, struct segment_fill, 1);
    struct kept *list[] = { &f->in, &f->out, &f->due, &f->other, &f->undue };
    *f = (struct segment_fill){ .segment = w->segment, .version = w->version, .from = w->walked, .to = w->walked,
                                 .is_quiet = is_quiet, .most = most };
    for (size_t i = 0; i < countof(list); i++)
        list[i]->v = arena_raw(c->a, sizeof(struct pair), alignof(struct pair), COST + 1);
    return f;
}

struct looking { struct ctx *c; bool may_read, is_asked; int64_t until, cost; struct segment_look *out; };

/* In parts, until enough is to be written; SCAN_KNOWN or why not. */
static bool reckon(struct looking *l, struct segment_rule *s, struct segment_fill *f, struct scan_part *p, enum scan_known *known,
                   struct err *e)
{
    struct arena mark = *l->c->a;
    bool is_begun = false;
    *known = SCAN_KNOWN;
    while (!f->is_last && f->cost < f->most && (!is_begun || clock_mono() < l->until)) {
        struct kept in, due;
        p->after = f->to;
        *known = scan_ask_part(&s->reader.ctx, s->en, s->q, l->may_read, p);
        if (*known != SCAN_KNOWN)
            return true;
        int64_t to = p->to;
        if (!read_kept(l->c, s->id, f->to, &to, &in, &due, e))
            return false;
        compare(f, p, &in, &due, to);
        f->seq = p->seq;
        f->is_last = p->is_last && f->to == INT64_MAX;
        is_begun = true;
        *l->c->a = mark;
    }
    return true;
}

/* ── before the write ────────────────────────────────────────────────────── */

static bool read_waiting(struct ctx *c, struct waiting *v, size_t max, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT t.segment, t.walked, t.version, t.is_first FROM segment_state t JOIN segment s ON s.id = t.segment"
                            " WHERE t.walked IS NOT NULL AND t.problem IS NULL AND s.kind = 'live' AND s.deleted_at IS NULL"
                            " ORDER BY t.segment LIMIT 16", DB_NONE, e))
        return false;
    while (*n < max && db_next(&q))
        v[(*n)++] = (struct waiting){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), db_int(&q, 3) != 0 };
    return db_done(&q, e);
}

/* Nobody hears of who is found in a segment that is new, but segments that ask it. */
static bool is_asked(struct ctx *c, bool *out, struct err *e)
{
    int64_t one;
    return db_get_int(c->c, "SELECT 1 FROM segment WHERE kind = 'live' AND deleted_at IS NULL AND lower(criteria) LIKE '%segment%' LIMIT 1",
                      DB_NONE, out, &one, e);
}

/* False: it cannot be asked, which the round tells. */
static bool read_rule(struct ctx *c, const struct waiting *w, struct segment_rule *out)
{
    struct ctx sys = ctx_as_system(c);
    struct record *r;
    struct err why = { 0 };
    return record_get(&sys, &segment_entity, w->segment, &r, &why) && segment_read(c, r, out, &why) && out->is_live;
}

/* The tables are the judge: asked of everybody who would be told, and of some of those who are found in a new segment. */
static bool prove_moves(struct segment_rule *s, const struct kept *k, bool is_in, size_t step, bool *is_right, struct err *e)
{
    for (size_t from = 0; from < k->n && *is_right;) {
        int64_t ids[LIVE_ASK_MAX];
        struct live_answer a[LIVE_ASK_MAX];
        size_t n = 0, got, nin = 0;
        for (; from < k->n && n < LIVE_ASK_MAX; from += step)
            ids[n++] = k->v[from].record;
        if (!live_ask(&s->reader.ctx, s->en, s->q, ids, n, a, &got, e))
            return false;
        for (size_t i = 0; i < got; i++)
            nin += a[i].is_in;
        *is_right = nin == (is_in ? n : 0);
    }
    return true;
}

static bool prove(struct segment_rule *s, const struct segment_fill *f, bool *is_right, struct err *e)
{
    size_t few = f->is_quiet ? SAMPLE : INT32_MAX;
    *is_right = true;
    if (!prove_moves(s, &f->in, true, f->in.n / few + 1, is_right, e) || !prove_moves(s, &f->out, false, f->out.n / few + 1, is_right, e))
        return false;
    if (!*is_right)
        log_event(LOG_WARN, "columns_differ", LOG_N("segment", s->id), LOG_S("criteria", s->criteria));
    return true;
}

static bool look_at(struct looking *l, const struct waiting *w, struct scan_part *p, struct err *e)
{
    struct segment_rule *s = arena_new(l->c->a, struct segment_rule, 1);
    enum scan_known known;
    if (!read_rule(l->c, w, s))
        return true;
    struct segment_fill *f = fill_new(l->c, w, w->is_first && !l->is_asked, most() - l->cost);
    bool is_right = true;
    if (!reckon(l, s, f, p, &known, e) || (known == SCAN_KNOWN && !prove(s, f, &is_right, e)))
        return false;
    l->cost += f->cost;
    l->out->is_later = known == SCAN_LATER;
    if (known == SCAN_KNOWN && is_right)
        l->out->v[l->out->n++] = f;
    return true;
}

bool segment_look(struct ctx *c, void **seen, struct err *e)
{
    struct waiting wait[FILLS];
    struct looking l = { .c = c, .out = arena_new(c->a, struct segment_look, 1), .until = clock_mono() + LOOK_US };
    size_t n;
    *seen = l.out;
    if (!read_waiting(c, wait, FILLS, &n, e) || (n && !is_asked(c, &l.is_asked, e)))
        return false;
    struct scan_part p = { .v = n ? arena_raw(c->a, sizeof *p.v, alignof(struct live_answer), SCAN_PART) : NULL };
    l.may_read = n >= MANY || is_tested();
    for (size_t i = 0; i < n && !l.out->is_later && l.cost < most() && clock_mono() < l.until; i++)
        if (!look_at(&l, &wait[i], &p, e))
            return false;
    return true;
}

/* ── the write ───────────────────────────────────────────────────────────── */

static bool is_right(struct ctx *tx, const struct segment_fill *f, bool *is_first, bool *out, struct err *e)
{
    bool asked = false;
    int64_t first;
    if (!db_get_int(tx->c, "SELECT s.is_first FROM segment_state s JOIN feed_cursor f ON f.name = 'segments' AND f.seq <= $4"
                           " WHERE s.segment = $1 AND s.walked = $2 AND s.version = $3",
                    DB_ARGS(V(f->segment), V(f->from), V(f->version), V(f->seq)), out, &first, e)
        || (*out && f->is_quiet && !is_asked(tx, &asked, e)))
        return false;
    *is_first = *out && first;
    *out = *out && !(f->is_quiet && (asked || !first));
    return true;
}

/* By the key: there is a row. */
typedef bool write_one(struct ctx *tx, int64_t segment, struct pair p, struct err *e);

static bool each(struct ctx *tx, const struct segment_fill *f, const struct kept *k, write_one *one, struct err *e)
{
    for (size_t i = 0; i < k->n; i++)
        if (!one(tx, f->segment, k->v[i], e))
            return false;
    return true;
}

static bool drop_member(struct ctx *tx, int64_t segment, struct pair p, struct err *e)
{
    return db_exec(tx->c, "DELETE FROM segment_member WHERE segment = $1 AND record = $2", DB_ARGS(V(segment), V(p.record)), NULL, e);
}

static bool drop_due(struct ctx *tx, int64_t segment, struct pair p, struct err *e)
{
    return db_exec(tx->c, "DELETE FROM segment_due WHERE segment = $1 AND record = $2", DB_ARGS(V(segment), V(p.record)), NULL, e);
}

static bool move_due(struct ctx *tx, int64_t segment, struct pair p, struct err *e)
{
    return db_exec(tx->c, "UPDATE segment_due SET at = $3 WHERE segment = $1 AND record = $2", DB_ARGS(V(segment), V(p.record), V(p.at)),
                   NULL, e);
}

/* New rows, many a statement. */
static bool put_all(struct ctx *tx, const struct segment_fill *f, const struct kept *k, const char *into, bool is_now, struct err *e)
{
    int64_t *v = arena_raw(tx->a, sizeof *v, alignof(int64_t), 3 * k->n + 1);
    for (size_t i = 0; i < k->n; i++) {
        v[3 * i] = f->segment;
        v[3 * i + 1] = k->v[i].record;
        v[3 * i + 2] = is_now ? tx->now : k->v[i].at;
    }
    return bulk_insert(tx, into, 3, v, k->n, e);
}

static bool write_dues(struct ctx *tx, const struct segment_fill *f, struct err *e)
{
    return each(tx, f, &f->undue, drop_due, e) && each(tx, f, &f->other, move_due, e)
        && put_all(tx, f, &f->due, "INSERT INTO segment_due (segment, record, at)", false, e);
}

static bool write_members(struct ctx *tx, const struct segment_fill *f, struct err *e)
{
    return each(tx, f, &f->out, drop_member, e)
        && put_all(tx, f, &f->in, "INSERT INTO segment_member (segment, record, since)", true, e);
}

static bool fill_quietly(struct ctx *tx, const struct segment_fill *f, struct err *e)
{
    return write_members(tx, f, e) && segment_count(tx, f->segment, (int64_t)f->in.n - (int64_t)f->out.n, e);
}

/* Everybody is told, in a round of all segments. *is_done false: it is none of them any more. */
static bool fill_aloud(struct ctx *tx, const struct segment_fill *f, bool is_first, bool *is_done, struct err *e)
{
    struct round all;
    struct segment_rule *s;
    int64_t delta = 0;
    if (!round_open(tx, &all, e))
        return false;
    *is_done = (s = round_find(&all, f->segment)) != NULL;
    if (!s)
        return true;
    for (size_t i = 0; i < f->out.n + f->in.n; i++) {
        bool is_in = i >= f->out.n;
        int64_t record = is_in ? f->in.v[i - f->out.n].record : f->out.v[i].record;
        if (!round_move(&all, s, (struct live_answer){ .id = record, .is_in = is_in }, is_first, &delta, e))
            return false;
    }
    return segment_count(tx, f->segment, delta, e) && round_settle(&all, e);
}

static bool fill_one(struct ctx *tx, const struct segment_fill *f, bool *is_done, struct err *e)
{
    bool is_first, moves = f->in.n + f->out.n > 0;
    if (!is_right(tx, f, &is_first, is_done, e))
        return false;
    if (!*is_done)
        return true;
    if (f->is_quiet ? !fill_quietly(tx, f, e) : moves && !fill_aloud(tx, f, is_first, is_done, e))
        return false;
    return !*is_done || (write_dues(tx, f, e) && segment_walked(tx, f->segment, f->to, f->is_last, e));
}

bool segment_fill(struct ctx *tx, const struct segment_look *look, bool *is_done, struct err *e)
{
    *is_done = false;
    for (size_t i = 0; i < look->n; i++) {
        bool one;
        if (!fill_one(tx, look->v[i], &one, e))
            return false;
        *is_done |= one;
    }
    return true;
}
