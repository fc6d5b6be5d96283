/* keep.c - retention: rows past their time go, in slices; of those that are counted a monthly sum stays.
 *
 * A page that was seen or a mail that was opened says little after two years, but makes most of the
 * rows. Calls, meetings, forms and moves of deals stay: they are the history of a person. Counting
 * and dropping a slice are one write under the job's lease, so nothing is counted twice. What was
 * undone goes without being counted.
 */
#include "flow/keep.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "msg/job.h"
#include "record/query.h"

enum { SLICE = 500, MONTHS_25 = 760 };

/* Each picks at most 500 rows older than $1 with ids after $2: id, at and, when they are counted, kind,
 * campaign, channel, is_robot, is_void. */
typedef bool pick_fn(struct ctx *c, struct db_rows *q, int64_t old, int64_t after, struct err *e);
typedef bool drop_fn(struct ctx *tx, int64_t id, int64_t *was, struct err *e);

/* The n-th kind that is so marked; empty past the last. */
static str reading(size_t n)
{
    for (const struct event_kind *k = event_kinds; k->name; k++)
        if (k->flags & KIND_READING && n-- == 0)
            return str_of(k->name);
    return S("");
}

static bool pick_events(struct ctx *c, struct db_rows *q, int64_t old, int64_t after, struct err *e)
{
    return db_query(c->c, q, "SELECT seq, at, kind, campaign_id, channel, is_robot, is_void FROM event WHERE at < $1 AND seq > $2"
                             " AND kind IN ($3, $4, $5, $6, $7, $8, $9, $10) ORDER BY seq LIMIT 500",
                    DB_ARGS(V(old), V(after), V(reading(0)), V(reading(1)), V(reading(2)), V(reading(3)), V(reading(4)), V(reading(5)),
                            V(reading(6)), V(reading(7))), e);
}

/* Kept long enough to look into a campaign that went strangely. */
static bool pick_robots(struct ctx *c, struct db_rows *q, int64_t old, int64_t after, struct err *e)
{
    return db_query(c->c, q, "SELECT seq, at, kind, campaign_id, channel, is_robot, is_void FROM event WHERE at < $1 AND seq > $2"
                             " AND is_robot = 1 ORDER BY seq LIMIT 500", DB_ARGS(V(old), V(after)), e);
}

static bool pick_visits(struct ctx *c, struct db_rows *q, int64_t old, int64_t after, struct err *e)
{
    return db_query(c->c, q, "SELECT id, at, 'visit', campaign, utm_source, COALESCE(is_robot, 0), 0 FROM visit"
                             " WHERE at < $1 AND id > $2 ORDER BY id LIMIT 500",
                    DB_ARGS(V(old), V(after)), e);
}

static bool pick_ended_jobs(struct ctx *c, struct db_rows *q, int64_t old, int64_t after, struct err *e)
{
    return db_query(c->c, q, "SELECT id, ended_at FROM job WHERE state IN ('done', 'cancelled') AND ended_at < $1 AND id > $2 ORDER BY id LIMIT 500",
                    DB_ARGS(V(old), V(after)), e);
}

static bool pick_dead_jobs(struct ctx *c, struct db_rows *q, int64_t old, int64_t after, struct err *e)
{
    return db_query(c->c, q, "SELECT id, ended_at FROM job WHERE state = 'dead' AND ended_at < $1 AND id > $2 ORDER BY id LIMIT 500",
                    DB_ARGS(V(old), V(after)), e);
}

static bool pick_keys(struct ctx *c, struct db_rows *q, int64_t old, int64_t after, struct err *e)
{
    return db_query(c->c, q, "SELECT event_id, at FROM event_key WHERE at < $1 AND event_id > $2 ORDER BY event_id LIMIT 500",
                    DB_ARGS(V(old), V(after)), e);
}

static bool pick_stuck(struct ctx *c, struct db_rows *q, int64_t old, int64_t after, struct err *e)
{
    return db_query(c->c, q, "SELECT seq, at FROM feed_stuck WHERE at < $1 AND seq > $2 ORDER BY seq LIMIT 500",
                    DB_ARGS(V(old), V(after)), e);
}

static bool drop_event(struct ctx *tx, int64_t id, int64_t *was, struct err *e)
{
    return db_exec(tx->c, "DELETE FROM event WHERE seq = $1", DB_ARGS(V(id)), was, e);
}

static bool drop_visit(struct ctx *tx, int64_t id, int64_t *was, struct err *e)
{
    return db_exec(tx->c, "DELETE FROM visit WHERE id = $1", DB_ARGS(V(id)), was, e);
}

static bool drop_job(struct ctx *tx, int64_t id, int64_t *was, struct err *e)
{
    return db_exec(tx->c, "DELETE FROM job WHERE id = $1", DB_ARGS(V(id)), was, e);
}

static bool drop_key(struct ctx *tx, int64_t id, int64_t *was, struct err *e)
{
    return db_exec(tx->c, "DELETE FROM event_key WHERE event_id = $1", DB_ARGS(V(id)), was, e);
}

static bool drop_stuck(struct ctx *tx, int64_t id, int64_t *was, struct err *e)
{
    return db_exec(tx->c, "DELETE FROM feed_stuck WHERE seq = $1", DB_ARGS(V(id)), was, e);
}

static const struct keeping { const char *name; int days; bool is_counted; pick_fn *pick; drop_fn *drop; } keepings[] = {
    { "events of reading", MONTHS_25, true,  pick_events,     drop_event },
    { "events of robots",  90,        true,  pick_robots,     drop_event },
    { "visits",            MONTHS_25, true,  pick_visits,     drop_visit },
    { "ended jobs",        30,        false, pick_ended_jobs, drop_job },
    { "dead jobs",         180,       false, pick_dead_jobs,  drop_job },
    { "keys of events",    30,        false, pick_keys,       drop_key },
    { "rows set aside",    180,       false, pick_stuck,      drop_stuck },
};

struct old { int64_t id, at, campaign; str kind, channel; bool is_robot, is_void; };
struct slice { struct job_run *j; const struct keeping *k; struct old v[SLICE]; size_t n; int64_t gone; };

static bool pick(struct ctx *c, struct slice *s, int64_t after, struct err *e)
{
    struct db_rows q;
    if (!s->k->pick(c, &q, c->now - s->k->days * DAY_US, after, e))
        return false;
    for (s->n = 0; s->n < SLICE && db_next(&q); s->n++) {
        struct old o = { .id = db_int(&q, 0), .at = db_int(&q, 1) };
        if (s->k->is_counted) {
            o.kind = db_text(&q, 2, c->a);
            o.campaign = db_int(&q, 3);
            o.channel = db_text(&q, 4, c->a);
            o.is_robot = db_int(&q, 5) != 0;
            o.is_void = db_int(&q, 6) != 0;
        }
        s->v[s->n] = o;
    }
    return db_done(&q, e);
}

static bool count_month(struct ctx *tx, const struct old *o, struct err *e)
{
    struct ymd d = ymd_from_days(CALENDAR_GREGORIAN, zone_days(tx->ws->zone, o->at));
    return db_exec(tx->c, "INSERT INTO event_month (month, kind, campaign_id, channel, is_robot, n) VALUES ($1, $2, $3, $4, $5, 1)"
                          " ON CONFLICT (month, kind, campaign_id, channel, is_robot) DO UPDATE SET n = event_month.n + 1",
                   DB_ARGS(V(arena_fmt(tx->a, "%04d-%02d", d.y, d.m)), V(o->kind), V(o->campaign), V(o->channel), V(o->is_robot)), NULL, e);
}

static bool drop_slice(struct ctx *tx, void *arg, struct err *e)
{
    struct slice *s = arg;
    if (!job_save(tx, s->j, (str){ 0 }, s->gone + (int64_t)s->n, 0, e))
        return false;
    for (size_t i = 0; i < s->n; i++) {
        const struct old *o = &s->v[i];
        int64_t was;
        if (!s->k->drop(tx, o->id, &was, e)
            || (was && s->k->is_counted && !o->is_void && !count_month(tx, o, e)))
            return false;
    }
    return true;
}

static bool keep(struct job_run *j, const struct keeping *k, int64_t *gone, struct err *e)
{
    int64_t after = 0;
    size_t n = SLICE;
    while (n == SLICE) {
        struct arena scratch = *j->c->a;
        struct ctx own = *j->c;
        own.a = &scratch;
        struct slice *s = arena_new(own.a, struct slice, 1);
        s->j = j;
        s->k = k;
        s->gone = *gone;
        if (!job_progress(j, *gone, 0, e))
            return false;
        own.now = j->c->now;
        if (!pick(&own, s, after, e) || (s->n && !record_write_bulk(&own, drop_slice, s, e)))
            return false;
        n = s->n;
        after = n ? s->v[n - 1].id : after;
        *gone += (int64_t)n;
    }
    return true;
}

static bool keep_run(struct job_run *j, struct err *e)
{
    int64_t gone = 0;
    for (size_t i = 0; i < countof(keepings); i++)
        if (!keep(j, &keepings[i], &gone, e))
            return false;
    if (gone)
        log_event(LOG_INFO, "kept", LOG_N("rows_gone", gone));
    return true;
}

const struct job_kind keep_job = { .name = "keep", .label = MSG_job_kind_keep, .run = keep_run, .is_offered = true };
const struct schedule keep_schedule = { .name = "keep", .kind = &keep_job, .rule = "daily 03:10" };
