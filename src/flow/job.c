/* job.c - the steps of a job's life, each one statement that asks for the state it leaves.
 *
 * A claim, a heartbeat and an end name the number of the lease (`token`): a worker whose lease was
 * given to another finds no row and learns it. Times are those of the wall clock; a clock set back
 * must not make a lease eternal, so one that ends later than any lease could is over as well.
 */
#include "flow/job_inside.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/log.h"
#include "core/core.h"
#include "msg/job.h"

enum { KINDS_MAX = 64, LEASE_S = 60, SHORT_LEASE_S = 5, TRIES_MAX = 5, LEASES_MAX = 200, ERROR_MAX = 400 };
#define WAIT_MAX_US (HOUR_US)
#define STEP_US (2 * HOUR_US)                   /* waits longer than any could be: the clock was set back */

/* ── kinds ───────────────────────────────────────────────────────────────── */

static const struct job_kind *known[KINDS_MAX];
static size_t nknown;
struct choice job_offered[KINDS_MAX + 1];
static size_t noffered;
void (*job_told)(const struct workspace *ws, int64_t id);

void job_register(const struct job_kind *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (job_kind_find(str_of(list[i].name)) || nknown == KINDS_MAX)
            die("job %s: named twice, or more than %d kinds", list[i].name, KINDS_MAX);
        known[nknown++] = &list[i];
        if (list[i].is_offered)
            job_offered[noffered++] = (struct choice){ list[i].name, list[i].label, NULL };
    }
}

const struct job_kind *job_kind_find(str name)
{
    for (size_t i = 0; i < nknown; i++)
        if (str_eq(str_of(known[i]->name), name))
            return known[i];
    return NULL;
}

static int64_t lease_of(const struct job_kind *k)
{
    return (fault_is_on("short_lease") ? SHORT_LEASE_S : k && k->lease_s ? k->lease_s : LEASE_S) * (int64_t)SECOND_US;
}

static int64_t tries_of(const struct job_kind *k) { return k && k->tries_max ? k->tries_max : TRIES_MAX; }

int64_t job_wait_after(int64_t id, int64_t tries)
{
    int64_t base = (fault_is_on("short_lease") ? 1 : 10) * (int64_t)SECOND_US;
    for (int64_t i = 1; i < tries && base < WAIT_MAX_US; i++)
        base *= 2;
    base = base < WAIT_MAX_US ? base : WAIT_MAX_US;
    struct { int64_t id, tries; } mix = { id, tries };
    return base - base / 4 + (int64_t)(str_hash((str){ (const char *)&mix, sizeof mix }) % (uint64_t)(base / 2));
}

/* ── adding ──────────────────────────────────────────────────────────────── */

static struct db_val or_null(str s) { return s.n ? V(s) : DB_NULL_VAL; }

/* One of the key is there: waiting it serves this wish too; running it may be past it already. */
static bool add_again(struct ctx *tx, const struct job_spec *s, int64_t *id, struct err *e)
{
    bool found;
    int64_t there = 0;
    if (!db_get_int(tx->c, "UPDATE job SET args = $1, is_again = CASE WHEN state = 'leased' THEN 1 ELSE is_again END,"
                           " at = CASE WHEN state = 'queued' AND at > $2 THEN $2 ELSE at END"
                           " WHERE kind = $3 AND key = $4 AND state IN ('queued', 'leased', 'failed') RETURNING id",
                    DB_ARGS(or_null(s->args), V(s->at ? s->at : tx->now), V(str_of(s->kind->name)), V(s->key)), &found, &there, e))
        return false;
    if (id)
        *id = there;
    return found || fail(e, ERR_INTERNAL, 0, "job %s %.*s is neither there nor not", s->kind->name, STR_ARG(s->key));
}

bool job_add(struct ctx *tx, const struct job_spec *s, int64_t *id, struct err *e)
{
    int64_t made = id_mint(), put, by = tx->by ? tx->by : tx->who->user_id;
    if (!db_exec(tx->c, "INSERT INTO job (id, kind, key, args, state, at, made_at, made_by) VALUES ($1, $2, $3, $4, 'queued', $5, $6, $7)"
                        " ON CONFLICT (kind, key) WHERE key IS NOT NULL AND state IN ('queued', 'leased', 'failed') DO NOTHING",
                 DB_ARGS(V(made), V(str_of(s->kind->name)), or_null(s->key), or_null(s->args), V(s->at ? s->at : tx->now),
                         V(tx->now), V(by)), &put, e))
        return false;
    if (!put)
        return add_again(tx, s, id, e);
    if (id)
        *id = made;
    return true;
}

/* ── claiming ────────────────────────────────────────────────────────────── */

/* Kinds of which nothing runs come first, so that a thousand of one do not keep the others waiting. */
static bool claim_one(struct ctx *tx, bool any, str owner, struct job_run *out, bool *found, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "UPDATE job SET state = 'leased', token = token + 1, tries = tries + 1, owner = $1, started_at = $2,"
                             " lease_until = $2 WHERE id = (SELECT id FROM job WHERE state IN ('queued', 'failed')"
                             " AND (at <= $2 OR (state = 'failed' AND at > $3))"
                             " AND ($4 = 1 OR kind NOT IN (SELECT kind FROM job WHERE state = 'leased')) ORDER BY at, id LIMIT 1)"
                             " AND state IN ('queued', 'failed') RETURNING id, kind, args, token, tries, done, total, saved",
                  DB_ARGS(V(owner), V(tx->now), V(tx->now + STEP_US), V(any)), e))
        return false;
    *found = db_next(&q);
    if (*found)
        *out = (struct job_run){ .id = db_int(&q, 0), .kind = job_kind_find(db_text_view(&q, 1)), .args = db_text(&q, 2, tx->a),
            .token = db_int(&q, 3), .tries = db_int(&q, 4), .done = db_int(&q, 5), .all = db_int(&q, 6), .saved = db_text(&q, 7, tx->a) };
    return db_done(&q, e);
}

static bool lost(struct err *e) { return fail(e, ERR_CONFLICT, MSG_job_lost, "the lease is another's, or the job is cancelled"); }

/* The row of our lease, if it still is ours and nobody cancelled. */
static bool renew(struct ctx *tx, struct job_run *j, struct err *e)
{
    int64_t n;
    if (!db_exec(tx->c, "UPDATE job SET lease_until = $1 WHERE id = $2 AND token = $3 AND state = 'leased' AND is_cancelling = 0",
                 DB_ARGS(V(tx->now + lease_of(j->kind)), V(j->id), V(j->token)), &n, e))
        return false;
    return n == 1 || lost(e);
}

bool job_claim(struct ctx *tx, str owner, struct job_run *out, bool *found, struct err *e)
{
    if (!claim_one(tx, false, owner, out, found, e) || (!*found && !claim_one(tx, true, owner, out, found, e)))
        return false;
    return !*found || renew(tx, out, e);
}

bool job_fence(struct ctx *tx, struct job_run *j, struct err *e) { return renew(tx, j, e); }

bool job_save(struct ctx *tx, struct job_run *j, str saved, int64_t done, int64_t all, struct err *e)
{
    if (!renew(tx, j, e) || !db_exec(tx->c, "UPDATE job SET saved = $1, done = $2, total = $3 WHERE id = $4",
                                     DB_ARGS(or_null(saved), V(done), V(all), V(j->id)), NULL, e))
        return false;
    j->done = done;
    j->all = all;
    return true;
}

/* ── ending ──────────────────────────────────────────────────────────────── */

/* Done; asked for again meanwhile, it stands in line as new. */
bool job_done(struct ctx *tx, struct job_run *j, struct err *e)
{
    return renew(tx, j, e)
        && db_exec(tx->c, "UPDATE job SET state = CASE WHEN is_again = 1 THEN 'queued' ELSE 'done' END, owner = NULL, lease_until = NULL,"
                          " error = NULL, ended_at = $1, done = CASE WHEN is_again = 1 THEN 0 ELSE total END, at = $1, saved = NULL,"
                          " tries = CASE WHEN is_again = 1 THEN 0 ELSE tries END, is_again = 0 WHERE id = $2 AND token = $3",
                   DB_ARGS(V(tx->now), V(j->id), V(j->token)), NULL, e);
}

static bool end_failed(struct ctx *tx, struct job_run *j, str why, struct err *e)
{
    bool is_dead = j->tries >= tries_of(j->kind);
    int64_t at = tx->now + (is_dead ? 0 : job_wait_after(j->id, j->tries));
    return db_exec(tx->c, "UPDATE job SET state = CASE WHEN is_cancelling = 1 THEN 'cancelled' WHEN $1 = 1 THEN 'dead' ELSE 'failed' END,"
                          " owner = NULL, lease_until = NULL, error = $2, at = $3, ended_at = $4"
                          " WHERE id = $5 AND token = $6 AND state = 'leased'",
                   DB_ARGS(V(is_dead), V(str_head(why, ERROR_MAX)), V(at), V(tx->now), V(j->id), V(j->token)), NULL, e);
}

static bool is_ended(struct ctx *tx, struct job_run *j, bool *out, struct err *e)
{
    int64_t one;
    if (!db_get_int(tx->c, "SELECT 1 FROM job WHERE id = $1 AND token = $2 AND state = 'leased'", DB_ARGS(V(j->id), V(j->token)), out, &one, e))
        return false;
    *out = !*out;
    return true;
}

bool job_end(struct ctx *tx, struct job_run *j, const struct err *why, struct err *e)
{
    bool ended = false;
    struct err not_ours = { 0 };
    if (!is_ended(tx, j, &ended, e) || ended)
        return ended && e->code == ERR_NONE;    /* by itself, or for another */
    if (why)
        return end_failed(tx, j, str_of(why->detail), e);
    return job_done(tx, j, &not_ours) || end_failed(tx, j, str_of(not_ours.detail), e);
}

bool job_release(struct ctx *tx, struct job_run *j, struct err *e)
{
    return db_exec(tx->c, "UPDATE job SET state = CASE WHEN is_cancelling = 1 THEN 'cancelled' ELSE 'queued' END, owner = NULL,"
                          " lease_until = NULL, at = $1, tries = tries - 1 WHERE id = $2 AND token = $3 AND state = 'leased'",
                   DB_ARGS(V(tx->now), V(j->id), V(j->token)), NULL, e);
}

/* ── leases that ran out ─────────────────────────────────────────────────── */

static bool is_over(int64_t until, const struct job_kind *k, int64_t now)
{
    return until < now || until > now + lease_of(k) + STEP_US;
}

/* *next: when the first of the others runs out. */
static bool read_over(struct ctx *c, struct job_run *v, size_t *n, int64_t *next, struct err *e)
{
    struct db_rows q;
    *n = 0;
    *next = INT64_MAX;
    if (!db_query(c->c, &q, "SELECT id, token, kind, tries, lease_until FROM job WHERE state = 'leased' ORDER BY id LIMIT 200", DB_NONE, e))
        return false;
    while (*n < LEASES_MAX && db_next(&q)) {
        const struct job_kind *k = job_kind_find(db_text_view(&q, 2));
        int64_t until = db_int(&q, 4);
        if (!is_over(until, k, c->now))
            *next = until < *next ? until + 1 : *next;
        else
            v[(*n)++] = (struct job_run){ .id = db_int(&q, 0), .token = db_int(&q, 1), .kind = k, .tries = db_int(&q, 3) };
    }
    return db_done(&q, e);
}

bool job_reap(struct ctx *tx, size_t *n, struct err *e)
{
    struct job_run *v = arena_new(tx->a, struct job_run, LEASES_MAX);
    int64_t next;
    if (!read_over(tx, v, n, &next, e))
        return false;
    for (size_t i = 0; i < *n; i++)
        if (!end_failed(tx, &v[i], S("the worker was not heard of again"), e))
            return false;
    return true;
}

bool job_is_due(struct ctx *c, bool *due, bool *is_lost, int64_t *next, struct err *e)
{
    struct job_run *v = arena_new(c->a, struct job_run, LEASES_MAX);
    bool found;
    size_t n;
    int64_t over;
    if (!db_get_int(c->c, "SELECT at FROM job WHERE state IN ('queued', 'failed') ORDER BY at LIMIT 1", DB_NONE, &found, next, e)
        || !read_over(c, v, &n, &over, e))
        return false;
    *next = found ? *next : INT64_MAX;
    *due = found && *next <= c->now;
    *is_lost = n > 0;
    bool is_far = !*due && found && *next > c->now + STEP_US;   /* rare: after the clock was set back */
    *next = over < *next ? over : *next;
    return !is_far || db_get_int(c->c, "SELECT 1 FROM job WHERE state = 'failed' AND at > $1 LIMIT 1", DB_ARGS(V(c->now + STEP_US)), due,
                                 &(int64_t){ 0 }, e);
}

/* ── for people ──────────────────────────────────────────────────────────── */

static bool ended_already(int64_t id, struct err *e) { return fail(e, ERR_CONFLICT, MSG_job_ended, "job %lld", (long long)id); }

bool job_cancel(struct ctx *tx, int64_t id, struct err *e)
{
    int64_t n;
    if (!db_exec(tx->c, "UPDATE job SET is_cancelling = 1, is_again = 0, state = CASE WHEN state = 'leased' THEN 'leased' ELSE 'cancelled' END,"
                        " ended_at = $1 WHERE id = $2 AND state IN ('queued', 'failed', 'leased')", DB_ARGS(V(tx->now), V(id)), &n, e))
        return false;
    return n || ended_already(id, e);
}

/* Another of its key may be on its way: then that one serves. */
bool job_retry(struct ctx *tx, int64_t id, struct err *e)
{
    int64_t n;
    if (!db_exec(tx->c, "UPDATE job SET state = 'queued', at = $1, tries = 0, is_cancelling = 0, error = NULL, ended_at = NULL"
                        " WHERE id = $2 AND state IN ('dead', 'cancelled') AND (key IS NULL OR NOT EXISTS (SELECT 1 FROM job o"
                        " WHERE o.kind = job.kind AND o.key = job.key AND o.state IN ('queued', 'leased', 'failed')))",
                 DB_ARGS(V(tx->now), V(id)), &n, e))
        return false;
    return n || ended_already(id, e);
}

static struct job_row job_of(struct arena *a, struct db_rows *q)
{
    return (struct job_row){
        .id = db_int(q, 0), .kind = db_text(q, 1, a), .key = db_text(q, 2, a), .state = db_text(q, 3, a), .at = db_int(q, 4),
        .made_at = db_int(q, 5), .made_by = db_int(q, 6), .started_at = db_int(q, 7), .ended_at = db_int(q, 8),
        .tries = db_int(q, 9), .done = db_int(q, 10), .all = db_int(q, 11), .error = db_text(q, 12, a),
        .is_cancelling = db_int(q, 13) != 0, .by = db_text(q, 14, a),
    };
}

static bool read_jobs(struct ctx *c, str state, int64_t from, int64_t before, struct job_row *v, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT j.id, j.kind, j.key, j.state, j.at, j.made_at, j.made_by, j.started_at, j.ended_at, j.tries, j.done,"
                            " j.total, j.error, j.is_cancelling, u.name FROM job j LEFT JOIN \"user\" u ON u.id = j.made_by"
                            " WHERE ($1 = '' OR j.state = $1) AND j.id >= $2 AND j.id < $3 ORDER BY j.id DESC LIMIT 50",
                  DB_ARGS(V(state.n ? state : S("")), V(from), V(before)), e))
        return false;
    while (*n < JOBS_SHOWN && db_next(&q))
        v[(*n)++] = job_of(c->a, &q);
    return db_done(&q, e);
}

bool job_list(struct ctx *c, str state, int64_t before, struct job_row **out, size_t *n, struct err *e)
{
    *out = arena_new(c->a, struct job_row, JOBS_SHOWN);
    return read_jobs(c, state, 0, before ? before : INT64_MAX, *out, n, e);
}

bool job_get(struct ctx *c, int64_t id, struct job_row *out, struct err *e)
{
    struct job_row *v = arena_new(c->a, struct job_row, JOBS_SHOWN);
    size_t n;
    if (!read_jobs(c, (str){ 0 }, id, id + 1, v, &n, e))
        return false;
    if (n == 0)
        return fail(e, ERR_NOT_FOUND, 0, "no job %lld", (long long)id);
    *out = v[0];
    return true;
}

bool job_of_key(struct ctx *c, const struct job_kind *k, str key, int64_t since, struct job_row *out, bool *found, struct err *e)
{
    int64_t id;
    str kind = str_of(k->name);
    if (!db_get_int(c->c, "SELECT id FROM job WHERE kind = $1 AND key = $2 AND state IN ('queued', 'leased', 'failed')",
                    DB_ARGS(V(kind), V(key)), found, &id, e)
        || (!*found && !db_get_int(c->c, "SELECT id FROM job WHERE state = 'dead' AND kind = $1 AND ended_at > $2 ORDER BY id DESC LIMIT 1",
                                   DB_ARGS(V(kind), V(since)), found, &id, e)))
        return false;
    return !*found || job_get(c, id, out, e);
}
