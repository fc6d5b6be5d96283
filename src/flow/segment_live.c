/* segment_live.c - members kept true: by what happens, by what is written, by time.
 *
 * Every round is one write: the segments in force are read, what is new names records to ask, those are
 * asked in one statement per segment and 64 of them, and differences are moved. Segments that ask other
 * segments come after them, so that one change moves a record once. What would ask too many
 * records at once is walked instead, in slices, like a new segment.
 */
#include "flow/segment_inside.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "flow/segment_round.h"
#include "msg/segment.h"

enum { SLICE = 500, SLICES_INLINE = 8, SLICES_TICK = 40, DUE_AT_ONCE = 500, CROWD = 4 };
#define TICK_US (30 * (int64_t)1000)             /* others write too */

/* ── one segment, ready to be asked ──────────────────────────────────────── */

bool segment_read(struct ctx *c, const struct record *r, struct segment_rule *out, struct err *e)
{
    *out = (struct segment_rule){
        .id = r->id, .version = r->version, .owner = record_int(r, "owner"), .en = segment_of(r), .name = record_title(r),
        .criteria = record_text(r, "criteria"), .is_live = segment_is_live(r),
    };
    if (!out->en)
        return fail(e, ERR_INVALID, MSG_segment_broken, "segment %lld is of nothing", (long long)r->id);
    return reader_load(c, out->owner, &out->reader, e) && query_parse(c->a, out->criteria, &out->q, e)
        && query_check(&out->reader.ctx, out->en, out->q, e) && live_deps(&out->reader.ctx, out->en, out->q, &out->deps, e);
}

/* ── a move ──────────────────────────────────────────────────────────────── */

static bool about(struct ctx *tx, const struct segment_rule *s, int64_t record, struct event *ev, struct err *e)
{
    struct db_rows q;
    ev->person_id = strcmp(s->en->name, "person") ? 0 : record;
    ev->company_id = strcmp(s->en->name, "company") ? 0 : record;
    if (strcmp(s->en->name, "deal"))
        return true;
    ev->deal_id = record;
    if (!db_query(tx->c, &q, "SELECT person, company FROM deal WHERE id = $1", DB_ARGS(V(record)), e))
        return false;
    if (db_next(&q)) {
        ev->person_id = db_int(&q, 0);
        ev->company_id = db_int(&q, 1);
    }
    return db_done(&q, e);
}

static bool tell(struct ctx *tx, const struct segment_rule *s, int64_t record, bool is_in, struct err *e)
{
    struct event ev = { .kind = is_in ? "segment.entered" : "segment.left", .en = s->en, .record_id = record,
                        .data = arena_fmt(tx->a, "{\"segment\":\"%.*s\"}", STR_ARG(id_text(tx->a, s->id))) };
    return about(tx, s, record, &ev, e) && event_add(tx, &ev, e)
        && db_exec(tx->c, "INSERT INTO segment_log (id, segment, record, at, is_in) VALUES ($1, $2, $3, $4, $5)",
                   DB_ARGS(V(id_mint()), V(s->id), V(record), V(tx->now), V((int)is_in)), NULL, e);
}

bool segment_move(struct ctx *tx, const struct segment_rule *s, int64_t record, bool is_in, bool is_silent,
                  bool *changed, struct err *e)
{
    int64_t rows = 0;
    bool ok = is_in ? db_exec(tx->c, "INSERT INTO segment_member (segment, record, since) VALUES ($1, $2, $3)"
                                     " ON CONFLICT (segment, record) DO NOTHING",
                              DB_ARGS(V(s->id), V(record), V(tx->now)), &rows, e)
                    : db_exec(tx->c, "DELETE FROM segment_member WHERE segment = $1 AND record = $2",
                              DB_ARGS(V(s->id), V(record)), &rows, e);
    *changed = rows > 0;
    return ok && (rows == 0 || is_silent || tell(tx, s, record, is_in, e));
}

bool segment_count(struct ctx *tx, int64_t segment, int64_t delta, struct err *e)
{
    return !delta || db_exec(tx->c, "UPDATE segment_state SET members = members + $1 WHERE segment = $2",
                             DB_ARGS(V(delta), V(segment)), NULL, e);
}

static bool set_due(struct ctx *tx, int64_t segment, int64_t record, int64_t at, struct err *e)
{
    if (!at)
        return db_exec(tx->c, "DELETE FROM segment_due WHERE segment = $1 AND record = $2", DB_ARGS(V(segment), V(record)), NULL, e);
    return db_exec(tx->c, "INSERT INTO segment_due (segment, record, at) VALUES ($1, $2, $3)"
                          " ON CONFLICT (segment, record) DO UPDATE SET at = excluded.at",
                   DB_ARGS(V(segment), V(record), V(at)), NULL, e);
}

/* ── the round: segments in force ────────────────────────────────────────── */

static int depth_of(const struct round *r, const struct segment_rule *s, int level)
{
    int deepest = 0;
    for (int i = 0; i < s->deps.n && level < ROUND_DEPTH; i++)
        for (size_t k = 0; s->deps.v[i].kind == LIVE_SEGMENT && k < r->n; k++)
            if (r->v[k]->id == s->deps.v[i].segment) {
                int d = depth_of(r, r->v[k], level + 1);
                deepest = d > deepest ? d : deepest;
            }
    return deepest + 1;
}

/* Those that ask nobody first. */
static void sort_round(struct round *r)
{
    for (size_t i = 0; i < r->n; i++)
        r->depth[i] = depth_of(r, r->v[i], 0);
    for (size_t i = 1; i < r->n; i++)
        for (size_t k = i; k > 0 && r->depth[k] < r->depth[k - 1]; k--) {
            struct segment_rule *s = r->v[k];
            int d = r->depth[k];
            r->v[k] = r->v[k - 1], r->depth[k] = r->depth[k - 1];
            r->v[k - 1] = s, r->depth[k - 1] = d;
        }
}

/* What cannot be asked keeps its members and says why; once it can again, all are asked. */
static bool tell_problem(struct ctx *tx, int64_t segment, const struct err *why, struct err *e)
{
    if (!why)
        return db_exec(tx->c, "UPDATE segment_state SET problem = NULL, walked = 0 WHERE segment = $1 AND problem IS NOT NULL",
                       DB_ARGS(V(segment)), NULL, e);
    str text = err_text(tx->a, tx->loc, why);
    return db_exec(tx->c, "UPDATE segment_state SET problem = $1 WHERE segment = $2 AND COALESCE(problem, '') <> $1",
                   DB_ARGS(V(text), V(segment)), NULL, e);
}

static bool read_round(struct ctx *c, bool tells, struct round *out, struct err *e)
{
    struct list_spec spec = { .en = &segment_entity, .filter = S("kind = live"), .sort = S("id"), .limit = LIST_LIMIT_MAX };
    struct list list = { 0 };
    struct ctx sys = ctx_as_system(c);
    *out = (struct round){ .tx = c, .is_whole = true };
    do {
        spec.cursor = list.next;
        if (!record_list(&sys, &spec, &list, e))
            return false;
        for (size_t i = 0; i < list.n && out->n < ROUND_MAX; i++) {
            struct segment_rule *s = arena_new(c->a, struct segment_rule, 1);
            struct err why = { 0 };
            bool is_sound = segment_read(c, list.rows[i], s, &why);
            if (tells && !tell_problem(c, list.rows[i]->id, is_sound ? NULL : &why, e))
                return false;
            out->is_whole &= is_sound;
            if (is_sound)
                out->v[out->n++] = s;
        }
    } while (list.next.n);
    return true;
}

bool round_look(struct ctx *c, struct round *out, struct err *e) { return read_round(c, false, out, e); }

bool round_open(struct ctx *tx, struct round *out, struct err *e)
{
    if (!read_round(tx, true, out, e))
        return false;
    sort_round(out);
    return true;
}

struct segment_rule *round_find(struct round *r, int64_t segment)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->v[i]->id == segment)
            return r->v[i];
    return NULL;
}

/* ── asking ──────────────────────────────────────────────────────────────── */

static bool tell_others(struct round *r, const struct segment_rule *s, int64_t record, struct err *e)
{
    struct live_news news = { .en = s->en, .id = record, .segment = s->id };
    for (size_t i = 0; i < r->n; i++)
        if (r->v[i] != s && !live_touched(r->tx, &r->v[i]->deps, &news, &r->v[i]->ask, e))
            return false;
    return true;
}

bool round_move(struct round *r, struct segment_rule *s, struct live_answer a, bool is_silent, int64_t *delta, struct err *e)
{
    bool changed;
    if (!segment_move(r->tx, s, a.id, a.is_in, is_silent, &changed, e))
        return false;
    *delta += changed ? a.is_in ? 1 : -1 : 0;
    return !changed || tell_others(r, s, a.id, e);
}

static bool ask_some(struct round *r, struct segment_rule *s, const int64_t *ids, size_t n, int64_t *delta, struct err *e)
{
    struct live_answer a[LIVE_ASK_MAX];
    size_t got;
    if (!live_ask(&s->reader.ctx, s->en, s->q, ids, n, a, &got, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct live_answer one = { .id = ids[i] };      /* gone, or not the owner's to see: no member */
        for (size_t k = 0; k < got; k++)
            one = a[k].id == ids[i] ? a[k] : one;
        if (!round_move(r, s, one, false, delta, e) || !set_due(r->tx, s->id, one.id, one.due, e))
            return false;
    }
    return true;
}

static bool walk_anew(struct ctx *tx, int64_t segment, struct err *e)
{
    return db_exec(tx->c, "UPDATE segment_state SET walked = 0 WHERE segment = $1", DB_ARGS(V(segment)), NULL, e);
}

bool round_settle(struct round *r, struct err *e)
{
    for (size_t i = 0; i < r->n; i++) {
        struct segment_rule *s = r->v[i];
        int64_t delta = 0;
        if (s->ask.is_full && !walk_anew(r->tx, s->id, e))
            return false;
        for (size_t from = 0; from < s->ask.n && !s->ask.is_full; from += LIVE_ASK_MAX) {
            size_t many = s->ask.n - from < LIVE_ASK_MAX ? s->ask.n - from : LIVE_ASK_MAX;
            if (!ask_some(r, s, s->ask.v + from, many, &delta, e))
                return false;
        }
        s->ask = (struct live_ids){ 0 };
        if (!segment_count(r->tx, s->id, delta, e))
            return false;
    }
    return true;
}

bool round_tell(struct round *r, const struct live_news *news, struct err *e)
{
    for (size_t i = 0; i < r->n; i++)
        if (!live_touched(r->tx, &r->v[i]->deps, news, &r->v[i]->ask, e))
            return false;
    return true;
}

/* ── walking all records ─────────────────────────────────────────────────── */

struct slice { int64_t from, to; bool is_first, is_last; struct live_answer *a; size_t n; };

static bool read_members(struct ctx *tx, int64_t segment, const struct slice *w, struct live_ids *out, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT record FROM segment_member WHERE segment = $1 AND record > $2 AND record <= $3 LIMIT 4001",
                  DB_ARGS(V(segment), V(w->from), V(w->to)), e))
        return false;
    while (db_next(&q))
        live_add(tx->a, out, db_int(&q, 0));
    return db_done(&q, e);
}

/* Members of the slice that were not met: deleted, or out of the owner's sight. *members: who was one before. */
static bool drop_absent(struct round *r, struct segment_rule *s, const struct slice *w, struct live_ids *members, int64_t *delta,
                        struct err *e)
{
    do {
        *members = (struct live_ids){ 0 };
        if (!read_members(r->tx, s->id, w, members, e))
            return false;
        for (size_t i = 0; i < members->n; i++) {
            bool is_there = false;
            for (size_t k = 0; k < w->n && !is_there; k++)
                is_there = w->a[k].id == members->v[i];
            if (!is_there && !round_move(r, s, (struct live_answer){ .id = members->v[i] }, w->is_first, delta, e))
                return false;
        }
    } while (members->is_full);
    return true;
}

static bool was_member(const struct live_ids *members, int64_t id)
{
    for (size_t i = 0; i < members->n; i++)
        if (members->v[i] == id)
            return true;
    return false;
}

/* Most are what they were: only the others are moved. */
static bool take_answer(struct round *r, struct segment_rule *s, const struct live_answer *a, bool was, bool is_silent, int64_t *delta,
                        struct err *e)
{
    return (a->is_in == was || round_move(r, s, *a, is_silent, delta, e)) && (!a->due || set_due(r->tx, s->id, a->id, a->due, e));
}

bool segment_walked(struct ctx *tx, int64_t segment, int64_t to, bool is_last, struct err *e)
{
    return db_exec(tx->c, "UPDATE segment_state SET walked = $1, built_at = $2, is_first = CASE WHEN $4 = 1 THEN 0 ELSE is_first END"
                          " WHERE segment = $3", DB_ARGS(is_last ? DB_NULL_VAL : V(to), V(tx->now), V(segment), V((int)is_last)), NULL, e);
}

static bool walk_slice(struct round *r, struct segment_rule *s, int64_t from, bool is_first, bool *is_done, struct err *e)
{
    struct slice w = { .from = from, .is_first = is_first, .a = arena_new(r->tx->a, struct live_answer, SLICE) };
    struct live_ids members;
    int64_t delta = 0;
    if (!live_walk(&s->reader.ctx, s->en, s->q, from, SLICE, w.a, &w.n, e))
        return false;
    w.is_last = w.n < SLICE;
    w.to = w.is_last ? INT64_MAX : w.a[w.n - 1].id;
    if (!drop_absent(r, s, &w, &members, &delta, e)
        || !db_exec(r->tx->c, "DELETE FROM segment_due WHERE segment = $1 AND record > $2 AND record <= $3",
                    DB_ARGS(V(s->id), V(w.from), V(w.to)), NULL, e))
        return false;
    for (size_t i = 0; i < w.n; i++)
        if (!take_answer(r, s, &w.a[i], was_member(&members, w.a[i].id), is_first, &delta, e))
            return false;
    *is_done = w.is_last;
    return segment_count(r->tx, s->id, delta, e) && segment_walked(r->tx, s->id, w.to, w.is_last, e);
}

/* Bounds of one round of walking: so many slices at most, and the next only before `until` (clock_mono). */
struct bounds { int slices, done; int64_t until; };

/* *more: it is not at its end, and the bounds are reached. */
static bool walk_one(struct round *r, struct segment_rule *s, struct bounds *b, bool *more, struct err *e)
{
    bool is_done = false, found;
    int64_t from = 0, is_first = 0;
    while (!is_done) {
        if (!db_get_int(r->tx->c, "SELECT walked FROM segment_state WHERE segment = $1 AND walked IS NOT NULL", DB_ARGS(V(s->id)), &found,
                        &from, e))
            return false;
        if (!found)
            return true;
        *more = b->done == b->slices || (b->done && clock_mono() >= b->until);
        if (*more)
            return true;
        b->done++;
        if (!db_get_int(r->tx->c, "SELECT is_first FROM segment_state WHERE segment = $1", DB_ARGS(V(s->id)), &found, &is_first, e)
            || !walk_slice(r, s, from, is_first != 0, &is_done, e))
            return false;
    }
    return true;
}

/* Those that are being filled; who asks another comes after it. */
static bool walk_some(struct round *r, struct bounds b, bool *more, struct err *e)
{
    *more = false;
    for (size_t i = 0; i < r->n && !*more; i++)
        if (!walk_one(r, r->v[i], &b, more, e))
            return false;
    return true;
}

/* Where others wait it waits with them: they are filled together. */
static bool is_crowded(struct ctx *tx, bool *out, struct err *e)
{
    bool found;
    int64_t n = 0;
    bool ok = db_get_int(tx->c, "SELECT COUNT(*) FROM (SELECT 1 FROM segment_state WHERE walked IS NOT NULL LIMIT 5) AS few",
                         DB_NONE, &found, &n, e);
    *out = n > CROWD || fault_is_on("small_fills");
    return ok;
}

/* A small one at once, and of a large one the beginning; one that asks others, when those are filled. */
static bool walk_first(struct round *r, int64_t segment, struct err *e)
{
    struct bounds b = { .slices = SLICES_INLINE, .until = INT64_MAX };
    struct segment_rule *s = round_find(r, segment);
    bool more, asks = false;
    for (int i = 0; s && i < s->deps.n; i++)
        asks |= s->deps.v[i].kind == LIVE_SEGMENT;
    return !s || (asks ? walk_some(r, b, &more, e) : walk_one(r, s, &b, &more, e));
}

bool segment_build(struct ctx *tx, const struct record *r, bool is_first, struct err *e)
{
    struct round all;
    bool is_live = segment_is_live(r), is_later;
    if (!db_exec(tx->c, "INSERT INTO segment_state (segment, members, built_at, walked, version, is_first) VALUES ($1, 0, 0, $2, $3, $4)"
                        " ON CONFLICT (segment) DO UPDATE SET walked = excluded.walked, version = excluded.version, problem = NULL",
                 DB_ARGS(V(r->id), is_live ? V((int64_t)0) : DB_NULL_VAL, V(r->version), V((int)is_first)), NULL, e))
        return false;
    if (!is_live)
        return db_exec(tx->c, "DELETE FROM segment_due WHERE segment = $1", DB_ARGS(V(r->id)), NULL, e);
    if (!is_crowded(tx, &is_later, e))
        return false;
    return is_later || (round_open(tx, &all, e) && walk_first(&all, r->id, e) && round_settle(&all, e));
}

/* ── time ────────────────────────────────────────────────────────────────── */

static bool ask_due(struct round *r, bool *more, struct err *e)
{
    struct db_rows q;
    int n = 0;
    *more = false;
    if (fault_is_on("stopped_clock"))
        return true;
    if (!db_query(r->tx->c, &q, "SELECT d.segment, d.record FROM segment_due d WHERE d.at <= $1 ORDER BY d.at LIMIT $2",
                  DB_ARGS(V(r->tx->now), V(DUE_AT_ONCE)), e))
        return false;
    for (; db_next(&q); n++)
        for (size_t i = 0; i < r->n; i++)
            if (r->v[i]->id == db_int(&q, 0))
                live_add(r->tx->a, &r->v[i]->ask, db_int(&q, 1));
    *more = n == DUE_AT_ONCE;
    return db_done(&q, e);
}

/* Of segments that are gone or cannot be asked any more. */
static bool forget_due(struct round *r, struct err *e)
{
    return db_exec(r->tx->c, "DELETE FROM segment_due WHERE at <= $1 AND segment NOT IN (SELECT s.id FROM segment s"
                             " JOIN segment_state t ON t.segment = s.id WHERE s.deleted_at IS NULL AND s.kind = 'live'"
                             " AND t.problem IS NULL)", DB_ARGS(V(r->tx->now)), NULL, e);
}

static bool is_any(struct ctx *tx, int64_t *due, int64_t *waiting, struct err *e)
{
    bool found;
    *due = *waiting = 0;
    return db_get_int(tx->c, "SELECT 1 FROM segment_due WHERE at <= $1 LIMIT 1", DB_ARGS(V(tx->now)), &found, due, e)
        && db_get_int(tx->c, "SELECT 1 FROM segment_state WHERE walked IS NOT NULL LIMIT 1", DB_NONE, &found, waiting, e);
}

bool segment_pass_time(struct ctx *tx, bool is_filling, bool *more, struct err *e)
{
    struct round all;
    int64_t until = clock_mono() + TICK_US, due, waiting;
    bool has_due = false, has_slices = false;
    if (!is_any(tx, &due, &waiting, e))
        return false;
    *more = is_filling && waiting;
    if (!due && (is_filling || !waiting))
        return true;
    if (!round_open(tx, &all, e) || !forget_due(&all, e) || !ask_due(&all, &has_due, e) || !round_settle(&all, e))
        return false;
    if (!is_filling && (!walk_some(&all, (struct bounds){ .slices = SLICES_TICK, .until = until }, &has_slices, e) || !round_settle(&all, e)))
        return false;
    *more |= all.n > 0 && (has_due || has_slices);
    return true;
}

bool segment_reckon(struct ctx *c, int64_t segment, struct live_ids *out, struct err *e)
{
    struct segment_rule s;
    struct record *r;
    struct live_answer a[LIVE_ASK_MAX];
    size_t n = LIVE_ASK_MAX;
    if (!record_get(c, &segment_entity, segment, &r, e) || !segment_read(c, r, &s, e))
        return false;
    for (int64_t after = 0; n == LIVE_ASK_MAX; after = n ? a[n - 1].id : after) {
        if (!live_walk(&s.reader.ctx, s.en, s.q, after, LIVE_ASK_MAX, a, &n, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (a[i].is_in)
                live_add(c->a, out, a[i].id);
    }
    return true;
}
