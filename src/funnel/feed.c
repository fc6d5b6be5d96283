/* feed.c - the room follows what was written anywhere: scores follow, new leads are offered,
 * sellers' calls stop the clock.
 *
 * Of the feed it remembers only whom to count (funnel_fade: person, when); counting itself is the
 * tick's, a slice in a write, so that an import of thousands holds nobody up. Counting twice does
 * no harm; attempts are counted with the step of the cursor, once. When a rule has changed a walk
 * over all persons begins (funnel_feed).
 */
#include "funnel/inside.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "flow/feed.h"
#include "record/live.h"
#include "msg/job.h"

/* ── whom it concerns ────────────────────────────────────────────────────── */

static bool mark(struct ctx *tx, int64_t person, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO funnel_fade (person, at) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET at = excluded.at",
                   DB_ARGS(V(person), V(tx->now)), NULL, e);
}

static bool mark_members(struct ctx *tx, int64_t company, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO funnel_fade (person, at) SELECT id, $2 FROM person WHERE company = $1 AND deleted_at IS NULL"
                          " ON CONFLICT (person) DO UPDATE SET at = excluded.at", DB_ARGS(V(company), V(tx->now)), NULL, e);
}

/* ── a seller's touch ────────────────────────────────────────────────────── */

struct touch_row { int64_t person, lead, at; };

static bool touch_of(struct ctx *tx, const struct feed_row *r, struct touch_row *out, bool *found, struct err *e)
{
    struct db_rows q;
    bool ok = r->en == &call_entity
        ? db_query(tx->c, &q, "SELECT person, lead, at FROM \"call\" WHERE id = $1 AND deleted_at IS NULL AND direction = 'outbound'",
                   DB_ARGS(V(r->record_id)), e)
        : db_query(tx->c, &q, "SELECT person, lead, created_at FROM meeting WHERE id = $1 AND deleted_at IS NULL",
                   DB_ARGS(V(r->record_id)), e);
    if (!ok)
        return false;
    *found = db_next(&q);
    if (*found)
        *out = (struct touch_row){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2) };
    return db_done(&q, e);
}

/* A call or meeting of a person with an open lead is a touch of it, unless it came from them. */
static bool touch(struct ctx *tx, const struct feed_row *r, struct err *e)
{
    struct touch_row t = { 0 };
    bool found;
    if (!touch_of(tx, r, &t, &found, e) || !found)
        return !found && e->code == ERR_NONE;
    if (!t.lead && !db_get_int(tx->c, "SELECT id FROM lead WHERE person = $1 AND deleted_at IS NULL AND status IN"
                                      " ('offered', 'accepted') ORDER BY id DESC LIMIT 1", DB_ARGS(V(t.person)), &found, &t.lead, e))
        return false;
    return !t.lead || funnel_touched(tx, t.lead, t.at, e);
}

/* Who changes companies takes their score along; the new company is counted with them. */
static bool leave(struct ctx *tx, const struct feed_row *r, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    int64_t company;
    if (r->is_event || !r->field || strcmp(r->field->name, "company") || !id_parse(r->old_text, &company))
        return true;
    return score_company(&sys, company, e);
}

static bool mark_touched(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *e)
{
    struct live_ids people = { 0 };
    if (!funnel_touches(tx, rows, n, &people, e))
        return false;
    if (people.is_full)
        return rescore_all(tx, e);
    for (size_t i = 0; i < people.n; i++)
        if (!mark(tx, people.v[i], e))
            return false;
    return true;
}

static bool follow(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        const struct feed_row *r = &rows[i];
        bool ok = true;
        if (r->is_event || r->en == &person_entity)
            ok = mark(tx, r->person_id, e) && leave(tx, r, e);
        else if (r->en == &company_entity)
            ok = mark_members(tx, r->record_id, e);
        else if (r->action == CHANGE_CREATE && (r->en == &call_entity || r->en == &meeting_entity))
            ok = touch(tx, r, e);
        if (!ok)
            return false;
    }
    return mark_touched(tx, rows, n, e);
}

/* ── counting, a slice in a write ────────────────────────────────────────── */

struct slice { int64_t id[SLICE]; size_t n; };

static bool take(struct db_rows *q, struct slice *s, struct err *e)
{
    s->n = 0;
    while (s->n < SLICE && db_next(q))
        s->id[s->n++] = db_int(q, 0);
    return db_done(q, e);
}

static bool count(struct ctx *tx, void *arg, struct err *e)
{
    const struct slice *s = arg;
    if (!score_slice(tx, s->id, s->n, e))
        return false;
    for (size_t i = 0; i < s->n; i++)
        if (!lead_consider(tx, s->id[i], e))
            return false;
    return true;
}

/* Whoever cannot be counted is put off and told of; the others of the slice are counted. */
static bool put_off(struct ctx *tx, int64_t person, const struct err *why, struct err *e)
{
    log_event(LOG_ERROR, "score", LOG_N("person", person), LOG_S("why", str_of(why->detail)));
    return db_exec(tx->c, "INSERT INTO funnel_fade (person, at) VALUES ($1, $2) ON CONFLICT (person) DO UPDATE SET at = excluded.at",
                   DB_ARGS(V(person), V(tx->now + HOUR_US)), NULL, e);
}

static bool count_slice(struct ctx *tx, struct slice *s, struct err *e)
{
    struct err why = { 0 };
    if (s->n == 0 || record_try(tx, count, s, &why))
        return true;
    for (size_t i = 0; i < s->n; i++) {
        struct slice one = { .id = { s->id[i] }, .n = 1 };
        if (!record_try(tx, count, &one, &why) && !put_off(tx, s->id[i], &why, e))
            return false;
    }
    return true;
}

static bool count_due(struct ctx *tx, bool *more, struct err *e)
{
    struct slice s;
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT person FROM funnel_fade WHERE at <= $1 ORDER BY at, person LIMIT 50", DB_ARGS(V(tx->now)), e)
        || !take(&q, &s, e))
        return false;
    *more = s.n == SLICE;
    return count_slice(tx, &s, e);
}

/* ── all persons, when a rule has changed ────────────────────────────────── */

static bool walk_to(struct ctx *tx, int64_t at, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO funnel_feed (name, at) VALUES ('rescore', $1) ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                   DB_ARGS(V(at)), NULL, e);
}

bool rescore_all(struct ctx *tx, struct err *e) { return walk_to(tx, 0, e); }

static bool count_walk(struct ctx *tx, bool *more, struct err *e)
{
    struct slice s;
    struct db_rows q;
    bool found;
    int64_t at;
    if (!db_get_int(tx->c, "SELECT at FROM funnel_feed WHERE name = 'rescore'", DB_NONE, &found, &at, e))
        return false;
    if (!found || at == INT64_MAX)
        return true;
    if (!db_query(tx->c, &q, "SELECT id FROM person WHERE id > $1 AND deleted_at IS NULL ORDER BY id LIMIT 50", DB_ARGS(V(at)), e)
        || !take(&q, &s, e))
        return false;
    *more = s.n == SLICE;
    return count_slice(tx, &s, e) && walk_to(tx, *more ? s.id[s.n - 1] : INT64_MAX, e);
}

static bool catch_up(struct ctx *tx, bool *more, struct err *e)
{
    return count_due(tx, more, e) && (*more || count_walk(tx, more, e));
}

const struct consumer funnel_consumers[] = {
    { .name = "funnel", .label = MSG_job_follows_funnel, .reads = FEED_CHANGES | FEED_EVENTS | FEED_VOIDS, .sift = funnel_wants,
      .batch = follow, .tick = catch_up, .from_now = true },
    { .name = "clocks", .label = MSG_job_follows_clocks, .reads = FEED_CHANGES, .wants = clock_wants, .batch = clock_batch, .from_now = true },
};
const size_t funnel_nconsumers = countof(funnel_consumers);
