/* feed.c - who follows the feed, where each stands, and what was set aside. See feed.h. */
#include "flow/inside.h"
#include "base/clock.h"
#include "base/log.h"
#include "msg/feed.h"

enum { CONSUMERS_MAX = 64 };
static const struct consumer *known[CONSUMERS_MAX];
static size_t nknown;

void feed_register(const struct consumer *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < nknown; k++)
            if (!strcmp(known[k]->name, list[i].name))
                die("two consumers of the feed are called %s", list[i].name);
        if (nknown == CONSUMERS_MAX)
            die("more than %d consumers of the feed", CONSUMERS_MAX);
        known[nknown++] = &list[i];
    }
}

size_t feed_consumers(void) { return nknown; }
const struct consumer *feed_consumer_at(size_t i) { return known[i]; }

static const struct consumer *find(str name)
{
    for (size_t i = 0; i < nknown; i++)
        if (str_eq(str_of(known[i]->name), name))
            return known[i];
    return NULL;
}

void flow_ctx(struct flow_ctx *f, struct workspace *ws, struct arena *a, struct db_conn *c)
{
    f->loc = locale_default(ws->lang, ws->country);
    f->loc.zone = ws->zone;
    f->c = (struct ctx){ .a = a, .c = c, .ws = ws, .loc = &f->loc, .who = &actor_system, .now = clock_now() };
}

/* ── cursors ─────────────────────────────────────────────────────────────── */

bool feed_cursor(struct ctx *c, const char *name, int64_t *seq, struct err *e)
{
    bool found;
    if (!db_get_int(c->c, "SELECT seq FROM feed_cursor WHERE name = $1", DB_ARGS(V(str_of(name))), &found, seq, e))
        return false;
    return found || fail(e, ERR_NOT_FOUND, 0, "no consumer %s", name);
}

bool feed_replay(struct ctx *tx, const char *name, int64_t from_seq, struct err *e)
{
    int64_t moved;
    if (!db_exec(tx->c, "UPDATE feed_cursor SET seq = $1, moved_at = $2 WHERE name = $3",
                 DB_ARGS(V(from_seq), V(tx->now), V(str_of(name))), &moved, e))
        return false;
    return moved || fail(e, ERR_NOT_FOUND, 0, "no consumer %s", name);
}

bool feed_skip(struct ctx *tx, struct err *e)
{
    struct feed_end end;
    if (!feed_read_end(tx, &end, e))
        return false;
    for (size_t i = 0; i < nknown; i++)
        if (!feed_replay(tx, known[i]->name, feed_end_of(known[i], end), e))
            return false;
    return true;
}

static bool put_cursors(struct ctx *tx, void *arg, struct err *e)
{
    struct feed_end end;
    (void)arg;
    if (!feed_read_end(tx, &end, e))
        return false;
    for (size_t i = 0; i < nknown; i++)
        if (!db_exec(tx->c, "INSERT INTO feed_cursor (name, seq, moved_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
                     DB_ARGS(V(str_of(known[i]->name)), V(known[i]->from_now ? feed_end_of(known[i], end) : 0), V(tx->now)),
                     NULL, e))
            return false;
    return true;
}

bool feed_open(struct workspace *ws, struct err *e)
{
    struct arena a = arena_open(1 << 20);
    struct flow_ctx f;
    flow_ctx(&f, ws, &a, NULL);
    bool ok = record_write(&f.c, put_cursors, NULL, e);
    arena_close(&a);
    if (ok)
        bell_of_commits(ws->db);
    return ok;
}

/* ── for people ──────────────────────────────────────────────────────────── */

static bool count_stuck(struct ctx *c, struct feed_standing *v, struct err *e)
{
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT consumer, COUNT(*) FROM feed_stuck GROUP BY consumer", DB_NONE, e))
        return false;
    while (db_next(&q))
        for (size_t i = 0; i < nknown; i++)
            if (str_eq(db_text_view(&q, 0), str_of(v[i].name)))
                v[i].stuck = db_int(&q, 1);
    return db_done(&q, e);
}

bool feed_standings(struct ctx *c, struct feed_standing **out, struct err *e)
{
    struct feed_standing *v = arena_new(c->a, struct feed_standing, nknown + 1);
    struct feed_end end;
    struct db_rows q;
    for (size_t i = 0; i < nknown; i++)
        v[i].name = known[i]->name;
    if (!feed_read_end(c, &end, e)
        || !db_query(c->c, &q, "SELECT name, seq, moved_at, tries, retry_at, error FROM feed_cursor", DB_NONE, e))
        return false;
    while (db_next(&q))
        for (size_t i = 0; i < nknown; i++)
            if (str_eq(db_text_view(&q, 0), str_of(v[i].name))) {
                int64_t seq = db_int(&q, 1), last = feed_end_of(known[i], end);
                v[i] = (struct feed_standing){ .name = v[i].name, .seq = seq, .lag = last > seq ? last - seq : 0,
                    .moved_at = db_int(&q, 2), .tries = db_int(&q, 3), .retry_at = db_int(&q, 4), .error = db_text(&q, 5, c->a) };
            }
    *out = v;
    return db_done(&q, e) && count_stuck(c, v, e);
}

bool feed_stuck(struct ctx *c, struct feed_stuck **out, size_t *n, struct err *e)
{
    struct feed_stuck *v = arena_new(c->a, struct feed_stuck, FEED_STUCK_SHOWN);
    struct db_rows q;
    size_t got = 0;
    if (!db_query(c->c, &q, "SELECT consumer, seq, at, tries, error FROM feed_stuck ORDER BY at DESC, seq DESC LIMIT 100", DB_NONE, e))
        return false;
    while (got < FEED_STUCK_SHOWN && db_next(&q))
        v[got++] = (struct feed_stuck){ db_text(&q, 0, c->a), db_int(&q, 1), db_int(&q, 2), db_int(&q, 3), db_text(&q, 4, c->a) };
    *out = v;
    *n = got;
    return db_done(&q, e);
}

bool feed_retry(struct ctx *tx, str consumer, int64_t seq, struct err *e)
{
    const struct consumer *k = find(consumer);
    struct ctx sys = ctx_as_system(tx);
    struct feed_row *r;
    int64_t gone = 0;
    if (!db_exec(tx->c, "DELETE FROM feed_stuck WHERE consumer = $1 AND seq = $2", DB_ARGS(V(consumer), V(seq)), &gone, e))
        return false;
    if (!k || gone == 0)
        return fail(e, ERR_NOT_FOUND, MSG_feed_not_stuck, "%.*s %lld is not set aside", STR_ARG(consumer), (long long)seq);
    return feed_read_one(tx, seq, &r, e) && (!r || k->batch(&sys, r, 1, e));
}
