/* flow.c - the power fails, the disk errs and is full while events are followed and a job works.
 *
 * The workload: events are put, a consumer counts them, a job makes its steps. Whatever struck, after the restart:
 * an event that was acknowledged is there; the count is that of the events before the cursor, for both moved in one
 * write; a job has made as many steps as it has saved. Then it goes on, and at the end everything was counted once and
 * each job made each step once. Syncs that do nothing must be caught, and so must a job that saves where it is in
 * another write than its step. */
#include "disk.h"
#include "flow/feed.h"
#include "flow/inside.h"
#include "flow/schedule.h"
#include "late.h"
#include "msg/core.h"
#include <unistd.h>

enum { EVENTS = 6, STEPS = 4, STATES = 36, CONTROL_STATES = 400 };

static char dir[64];
static struct workspace ws;
static bool is_careless, job_acked;
static int acked;
static struct { int64_t states, lost, twice, unopened; } v;

/* ── who follows, and who works ──────────────────────────────────────────── */

static bool count(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *e)
{
    (void)rows;
    return db_exec(tx->c, "UPDATE tally SET n = n + $1 WHERE what = 'seen'", DB_ARGS(V((int64_t)n)), NULL, e);
}

static const struct consumer consumers[] = { { .name = "count", .reads = FEED_EVENTS, .batch = count, .at_once = 2 } };

struct step { struct job_run *j; int64_t n; };

static bool put_step(struct ctx *tx, void *arg, struct err *e)
{
    struct step *s = arg;
    return (is_careless ? job_fence(tx, s->j, e) : job_save(tx, s->j, arena_fmt(tx->a, "%lld", (long long)s->n), s->n, STEPS, e))
        && db_exec(tx->c, "UPDATE tally SET n = n + 1 WHERE what = 'steps'", DB_NONE, NULL, e);
}

static bool put_saved(struct ctx *tx, void *arg, struct err *e)
{
    struct step *s = arg;
    return job_save(tx, s->j, arena_fmt(tx->a, "%lld", (long long)s->n), s->n, STEPS, e);
}

static bool run(struct job_run *j, struct err *e)
{
    int64_t from = 0;
    if (j->saved.n && !str_to_int(j->saved, &from))
        return fail(e, ERR_INTERNAL, 0, "saved %.*s", STR_ARG(j->saved));
    for (struct step s = { j, from + 1 }; s.n <= STEPS; s.n++)
        if (!record_write_bulk(j->c, put_step, &s, e) || (is_careless && !record_write_bulk(j->c, put_saved, &s, e)))
            return false;
    return true;
}

static const struct job_kind kinds[] = { { .name = "steps", .label = MSG_core_word_name, .run = run, .tries_max = 50 } };

/* ── the workload ────────────────────────────────────────────────────────── */

static bool make_tally(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;
    return db_exec(tx, "CREATE TABLE IF NOT EXISTS tally (what TEXT PRIMARY KEY, n BIGINT NOT NULL)", DB_NONE, NULL, e)
        && db_exec(tx, "INSERT INTO tally (what, n) VALUES ('seen', 0), ('steps', 0) ON CONFLICT (what) DO NOTHING", DB_NONE, NULL, e);
}

static bool put_event(struct ctx *tx, void *arg, struct err *e)
{
    return event_add(tx, &(struct event){ .person_id = 1 + *(int *)arg, .kind = "mail.opened" }, e);
}

static bool put_job(struct ctx *tx, void *arg, struct err *e)
{
    (void)arg;
    return job_add(tx, &(struct job_spec){ .kind = kinds, .key = S("one") }, NULL, e);
}

static bool open_house(void)
{
    struct err e = { 0 };
    ws = (struct workspace){ .company = S("T"), .country = "BD", .currency = "BDT", .zone = "Asia/Dhaka", .folder = dir, .name = "t" };
    if (db_open(&(struct db_options){ .path = dir, .create = true }, &ws.db, &e)
        && record_schema(ws.db, &e) && db_schema(ws.db, make_tally, NULL, &e) && feed_open(&ws, &e))
        return true;
    db_close(ws.db);
    ws.db = NULL;
    return false;
}

static bool asks(record_write_fn *fn, void *arg)
{
    struct arena a = arena_open(1 << 20);
    struct flow_ctx f;
    struct err e = { 0 };
    flow_ctx(&f, &ws, &a, NULL);
    bool ok = record_write(&f.c, fn, arg, &e);
    arena_close(&a);
    return ok;
}

/* Whatever fails on the way ends it. */
static void work(void)
{
    struct err e = { 0 };
    if (!open_house())
        return;
    job_acked = asks(put_job, NULL);
    for (int i = 0; i < EVENTS && job_acked; i++) {
        if (!asks(put_event, &i))
            break;
        acked++;
        if (i % 2 == 1 && !feed_drain(&ws, &e))
            break;
    }
    (void)!job_drain(&ws, &e);
    db_close(ws.db);
}

/* ── what must hold ──────────────────────────────────────────────────────── */

static int64_t number(struct db_conn *c, const char *sql)
{
    struct err e = { 0 };
    bool found = false;
    int64_t n = 0;
    return db_get_int(c, sql, DB_NONE, &found, &n, &e) && found ? n : -1;
}

static void judge(bool is_end)
{
    struct db_conn *c = NULL;
    struct err e = { 0 };
    if (!db_reader(ws.db, &c, &e) || !db_read_begin(c, 0, &e)) {
        v.unopened++;
        return;
    }
    int64_t events = number(c, "SELECT count(*) FROM event"), seen = number(c, "SELECT n FROM tally WHERE what = 'seen'");
    int64_t before = number(c, "SELECT count(*) FROM event WHERE seq <= (SELECT seq FROM feed_cursor WHERE name = 'count')");
    int64_t steps = number(c, "SELECT n FROM tally WHERE what = 'steps'"), jobs = number(c, "SELECT count(*) FROM job");
    int64_t saved = number(c, "SELECT COALESCE(SUM(done), 0) FROM job");
    v.lost += events < acked || jobs < job_acked;
    v.twice += seen != before || steps != saved || events > acked + 1;
    if (is_end)
        v.twice += seen != events || steps != jobs * STEPS || number(c, "SELECT count(*) FROM job WHERE state <> 'done'") != 0;
    db_read_end(c);
    db_conn_close(c);
}

static bool end_waits(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;                                  /* leases of the dead and waits are over */
    return db_exec(tx, "UPDATE job SET at = 1, lease_until = 1 WHERE state IN ('leased', 'failed')", DB_NONE, NULL, e);
}

static void verify(void)
{
    struct err e = { 0 };
    v.states++;
    if (!open_house()) {
        v.unopened++;
        return;
    }
    judge(false);
    for (int i = 0; i < 3; i++)                 /* whether all is done judge() asks */
        (void)!(db_write(ws.db, end_waits, NULL, &e) && feed_drain(&ws, &e) && job_drain(&ws, &e));
    judge(true);
    db_close(ws.db);
}

static int64_t bad(void) { return v.lost + v.twice + v.unopened; }

static void forget(enum disk_fault fault, int64_t at, bool is_sticky)
{
    disk_clean();
    acked = 0;
    job_acked = false;
    disk_set_fault(fault, at, is_sticky);
}

/* `states` places among the operations of the workload, after those that make the tables. */
static bool run_all(const char *what, enum disk_fault fault, bool is_sticky, int states, bool until_bad)
{
    int64_t n, made, from = clock_mono();
    memset(&v, 0, sizeof v);
    forget(FAULT_NONE, 0, false);
    if (!open_house())
        return false;
    made = disk.nops;
    db_close(ws.db);
    forget(FAULT_NONE, 0, false);
    work();
    n = disk.nops;
    for (int i = 0; i < states && !fault_is_late() && !(until_bad && bad()); i++) {
        forget(fault, made + 1 + chance(n - made), is_sticky);
        work();
        disk_restart(fault == FAULT_POWER || chance(2) == 0);
        verify();
    }
    printf("%-30s %4lld states of %lld operations, %lld ms  lost %lld  twice %lld  unopened %lld\n", what, (long long)v.states,
           (long long)(n - made), (long long)((clock_mono() - from) / 1000), (long long)v.lost, (long long)v.twice, (long long)v.unopened);
    return bad() == 0;
}

int main(void)
{
    static const struct entity *const own[] = { &schedule_entity };
    int states = STATES * (int)fault_size();
    snprintf(dir, sizeof dir, "/tmp/setu-flow-XXXXXX");
    if (!mkdtemp(dir))
        abort();
    disk.rnd = seeded_from(20261126);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    disk_install();
    catalogue_add(own, 1);
    feed_register(consumers, 1);
    job_register(kinds, 1);
    bool ok = run_all("power cut", FAULT_POWER, false, states, false);
    ok &= run_all("EIO once", FAULT_EIO, false, states / 2, false);
    ok &= run_all("EIO for good", FAULT_EIO, true, states / 2, false);
    ok &= run_all("full once", FAULT_FULL, false, states / 2, false);
    is_careless = true;
    bool caught = !run_all("control: saves beside its step", FAULT_POWER, false, CONTROL_STATES, true);
    is_careless = false;
    disk.drops_syncs = true;
    caught &= !run_all("control: syncs do nothing", FAULT_POWER, false, CONTROL_STATES, true);
    disk_clean();
    rmdir(dir);
    return fault_end("flow", ok && (caught || fault_is_late()), fault_is_late());
}
