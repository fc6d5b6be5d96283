/* bench_flow.c - setu bench enrol: people put into a flow. setu bench flow: all that are due go on, as the server's
 * consumer takes them on, and how long that took.
 *
 * One step of the flow is what a journey does most: who is due is asked something with the rights of the flow's owner,
 * and waits for another day. Both commands read people that `setu bench fill` made.
 */
#include "base/clock.h"
#include "cmd/cmds.h"
#include "core/core.h"
#include "flow/rule.h"
#include "flow/feed.h"
#include "people/people.h"
#include "record/access.h"
#include <sys/resource.h>

enum { SLICE = 500, MEMORY = 64 << 20 };

static const char plan[] = "when hand\nabout person\n"
                           "do if\ncriteria country = India\ndo wait\ncount 2\nunit days\ndo else\ndo wait\ncount 3\nunit days\ndo end\n";

/* ── enrol ───────────────────────────────────────────────────────────────── */

struct enrol { int64_t rule, after, done, most; };

static bool put_rule(struct ctx *tx, void *arg, struct err *e)
{
    struct enrol *x = arg;
    struct record *r = record_new(tx->a, &rule_entity);
    record_set(r, "name", val_text(arena_fmt(tx->a, "Measured %lld", (long long)tx->now)));
    record_set(r, "says", val_text(str_of(plan)));
    record_set(r, "hourly", val_int(10000));
    record_set(r, "is_on", val_int(1));
    if (!record_create(tx, r, e))
        return false;
    x->rule = r->id;
    return true;
}

static bool put_slice(struct ctx *tx, void *arg, struct err *e)
{
    struct enrol *x = arg;
    int64_t v[SLICE], run;
    size_t n = 0;
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT id FROM person WHERE deleted_at IS NULL AND id > $1 ORDER BY id LIMIT $2",
                  DB_ARGS(V(x->after), V(x->most < SLICE ? x->most : SLICE)), e))
        return false;
    while (n < SLICE && db_next(&q))
        v[n++] = db_int(&q, 0);
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!rule_start(tx, x->rule, &person_entity, v[i], 0, 0, &run, e))
            return false;
    x->done = (int64_t)n;
    x->after = n ? v[n - 1] : x->after;
    return true;
}

/* In memory of its own, slice by slice; as the first user, whose rights the flow then has. */
int bench_enrol(struct cmd *c, int64_t people)
{
    struct enrol x = { .most = people };
    struct arena a = arena_open(MEMORY);
    struct actor owner;
    struct err e = { 0 };
    bool found;
    int64_t user, all = 0;
    bool ok = db_get_int(c->db, "SELECT id FROM \"user\" WHERE deleted_at IS NULL ORDER BY id LIMIT 1", DB_NONE, &found, &user, &e)
           && actor_load(&c->a, c->db, user, &owner, &e);
    db_read_end(c->db);
    struct ctx as_owner = c->ctx;
    as_owner.who = &owner;
    ok = ok && record_write(&as_owner, put_rule, &x, &e);
    do {
        struct ctx slice = c->ctx;
        slice.a = &a;
        arena_reset(&a);
        ok = ok && record_write_bulk(&slice, put_slice, &x, &e);
        x.most -= x.done;
        all += x.done;
    } while (ok && x.done == SLICE && x.most > 0);
    arena_close(&a);
    fprintf(c->out, "%lld\n", (long long)all);
    return ok ? EXIT_DONE : cmd_refuse(c, &e);
}

/* ── flow ────────────────────────────────────────────────────────────────── */

/* Nothing was looked for: no hour brings anybody in. */
static bool one_tick(struct ctx *tx, void *arg, struct err *e) { return rule_consumer.act(tx, NULL, arg, e); }

static int64_t cpu_us(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * (int64_t)SECOND_US + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

static bool count_due(struct cmd *c, int64_t *n, struct err *e)
{
    bool found;
    bool ok = db_read_begin(c->db, 0, e)
           && db_get_int(c->db, "SELECT COUNT(*) FROM rule_run WHERE state = 'waiting' AND due_at <= $1", DB_ARGS(V(c->ctx.now)), &found, n, e);
    db_read_end(c->db);
    return ok;
}

/* Runs, seconds, CPU seconds, commits. */
int bench_flow(struct cmd *c, int64_t people)
{
    struct arena a = arena_open(MEMORY);
    struct err e = { 0 };
    int64_t due = 0, left = 0, ticks = 0;
    bool more = true;
    (void)people;
    db_read_end(c->db);
    bool ok = count_due(c, &due, &e);
    int64_t start = clock_mono(), used = cpu_us();
    while (ok && more) {
        struct ctx tick = c->ctx;
        tick.a = &a;
        arena_reset(&a);
        ok = record_write_bulk(&tick, one_tick, &more, &e);
        ticks++;
    }
    used = cpu_us() - used;
    int64_t took = clock_mono() - start;
    ok = ok && count_due(c, &left, &e) && (left == 0 || fail(&e, ERR_INTERNAL, 0, "%lld are still due", (long long)left));
    arena_close(&a);
    fprintf(c->out, "%lld %.3f %.3f %lld\n", (long long)due, (double)took / SECOND_US, (double)used / SECOND_US, (long long)ticks);
    return ok ? EXIT_DONE : cmd_refuse(c, &e);
}
