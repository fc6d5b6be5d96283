/* ledger.h - workloads written against db.h, and what must hold after any crash.
 *
 * A key k is raised from version v to v + 1 by one write that changes its row,
 * its text in three sizes, an audit row and the full-text index. After a crash,
 * for every key: acknowledged <= version <= tried, exactly one audit row for each
 * version, the text is that version's; and the file is sound. */
#pragma once
#include <pthread.h>
#include <unistd.h>
#include "base/clock.h"
#include "db/sqlite.h"
#include "late.h"

enum { KEYS = 12 };
static struct {
    _Atomic int64_t acked[KEYS], tried[KEYS];
    _Atomic bool schema_acked;
    int64_t refused;
} ledger;
static char ledger_dir[64];
static struct arena ledger_mem;

struct verdict { int64_t states, lost, torn, corrupt, shut; };

static inline void ledger_forget(void)
{
    memset(&ledger, 0, sizeof ledger);
}

static bool ledger_schema(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;
    return db_exec(tx, "CREATE TABLE IF NOT EXISTS k (id BIGINT PRIMARY KEY, v BIGINT NOT NULL, name TEXT UNIQUE,"
                       " body TEXT)", DB_NONE, NULL, e)
           && db_exec(tx, "CREATE TABLE IF NOT EXISTS audit (id BIGINT, v BIGINT, PRIMARY KEY (id, v))", DB_NONE, NULL, e)
           && db_fts_create(tx, "words", e);
}

struct raise { int64_t k, v; };                 /* v: the version it came to */

static bool ledger_raise(struct db_conn *tx, void *arg, struct err *e)
{
    struct raise *r = arg;
    int64_t k = r->k, v = 0;
    bool found;
    bool ok = db_get_int(tx, "SELECT v FROM k WHERE id = $1", DB_ARGS(V(k)), &found, &v, e)
           && db_exec(tx, "INSERT INTO k (id, v, name) VALUES ($1, 1, 'key ' || $1)"
                          " ON CONFLICT (id) DO UPDATE SET v = v + 1", DB_ARGS(V(k)), NULL, e)
           && db_exec(tx, "UPDATE k SET body = hex(zeroblob((id * 7 + v * 131) % 1400)) WHERE id = $1", DB_ARGS(V(k)),
                      NULL, e)
           && db_exec(tx, "INSERT INTO audit (id, v) VALUES ($1, $2)", DB_ARGS(V(k), V(v + 1)), NULL, e)
           && db_fts_put(tx, "words", k * 100000 + v, S("one two three"), e);
    r->v = v + 1;
    return ok;
}

static bool ledger_write(struct db *db, int64_t k, bool is_bulk)
{
    struct err e = { 0 };
    ledger.tried[k]++;
    struct raise r = { .k = k };
    bool ok = is_bulk ? db_write_bulk(db, ledger_raise, &r, &e) : db_write(db, ledger_raise, &r, &e);
    if (ok)
        ledger.acked[k] = r.v;
    if (!ok && e.code == ERR_FULL)
        ledger.refused++, ledger.tried[k]--;    /* told that nothing was kept: nothing may be */
    return ok;
}

/* ── workloads ───────────────────────────────────────────────────────────── */

static void work_single(struct db *db)
{
    for (int i = 0; i < 10; i++)
        if (!ledger_write(db, i % 3, false))
            return;
}

static void *work_thread(void *arg)
{
    struct { struct db *db; int64_t k; } *w = arg;
    for (int i = 0; i < 4; i++)
        if (!ledger_write(w->db, w->k, w->k % 3 == 2))
            break;
    return NULL;
}

static void work_group(struct db *db)
{
    struct { struct db *db; int64_t k; } w[6];
    pthread_t t[6];
    for (int i = 0; i < 6; i++) {
        w[i].db = db, w[i].k = i;
        pthread_create(&t[i], NULL, work_thread, &w[i]);
    }
    for (int i = 0; i < 6; i++)
        pthread_join(t[i], NULL);
}

static bool bad_row(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;
    return db_exec(tx, "UPDATE k SET v = v + 1000", DB_NONE, NULL, e) && fail(e, ERR_INVALID, 0, "a bad row");
}

static bool slice(struct db_conn *tx, void *arg, struct err *e)
{
    struct err inner;
    struct raise *r = arg;
    for (int64_t k = 0; k < KEYS; k++) {
        r[k].k = k;
        if (!ledger_raise(tx, &r[k], e) || (k % 4 == 1 && db_try(tx, bad_row, NULL, &inner)))
            return false;
    }
    return true;
}

static void work_import(struct db *db)
{
    for (int i = 0; i < 3; i++) {
        struct err e = { 0 };
        for (int k = 0; k < KEYS; k++)
            ledger.tried[k]++;
        struct raise r[KEYS];
        bool ok = db_write_bulk(db, slice, r, &e);
        for (int k = 0; k < KEYS; k++)
            if (ok)
                ledger.acked[k] = r[k].v;
            else if (e.code == ERR_FULL)
                ledger.tried[k]--;
        if (!ok)
            return;
    }
}

static void work_migrate(struct db *db)
{
    static const char *const one[] = { "CREATE TABLE m (a BIGINT)", "INSERT INTO m SELECT v FROM k", NULL };
    static const char *const two[] = { "CREATE INDEX m_a ON m (a)", "ALTER TABLE m ADD COLUMN b TEXT", NULL };
    static const char *const three[] = { "DROP TABLE m", "CREATE TABLE m2 (a BIGINT)", NULL };
    static const struct db_migration list[] = { { 1, "one", one }, { 2, "two", two }, { 3, "three", three }, { 0 } };
    struct err e = { 0 };
    if (ledger_write(db, 0, false) && db_migrate(db, list, &e))
        ledger_write(db, 1, false);
}

struct workload { const char *name; void (*run)(struct db *db); int checkpoint_pages; int rounds; };
static const struct workload workload[] = {
    { "single writes",        work_single,  0, 1 },
    { "groups of threads",    work_group,   0, 1 },
    { "import slices",        work_import,  0, 1 },
    { "migrations",           work_migrate, 0, 1 },
    { "checkpoints, single",  work_single,  6, 1 },
    { "checkpoints, groups",  work_group,   9, 1 },
    { "checkpoints, import",  work_import, 12, 1 },
    { "close and reopen",     work_single,  8, 3 },
};

/* Opens, makes the tables, works, closes; whatever fails on the way ends it. */
static inline void ledger_work(const struct workload *w)
{
    db_fault_checkpoint_pages = w->checkpoint_pages;
    for (int i = 0; i < w->rounds; i++) {
        struct db *db = NULL;
        struct err e = { 0 };
        if (!db_open(&(struct db_options){ .path = ledger_dir, .create = true }, &db, &e))
            return;
        if (db_schema(db, ledger_schema, NULL, &e)) {
            ledger.schema_acked = true;
            w->run(db);
        }
        db_close(db);
    }
}

/* ── what must hold ──────────────────────────────────────────────────────── */

static int64_t ledger_ask(struct db_conn *c, const char *sql, int64_t k)
{
    struct err e = { 0 };
    bool found = false;
    int64_t n = 0;
    if (!db_get_int(c, sql, DB_ARGS(V(k)), &found, &n, &e))
        return -1;
    return found ? n : 0;
}

static void ledger_judge(struct db_conn *c, struct verdict *v)
{
    str report;
    struct err e = { 0 };

    arena_reset(&ledger_mem);
    if (!db_check(c, &ledger_mem, &report, &e) || report.n > 0) {
        v->corrupt++;
        return;
    }
    if (!ledger_ask(c, "SELECT count(*) FROM sqlite_schema WHERE name = 'audit' AND $1 = $1", 0)) {
        v->lost += ledger.schema_acked;
        return;
    }
    bool is_lost = false, is_torn = false;
    for (int64_t k = 0; k < KEYS; k++) {
        int64_t now = ledger_ask(c, "SELECT v FROM k WHERE id = $1", k);
        int64_t whole = ledger_ask(c, "SELECT count(*) FROM audit WHERE id = $1", k);
        int64_t last = ledger_ask(c, "SELECT coalesce(max(v), 0) FROM audit WHERE id = $1", k);
        int64_t text = ledger_ask(c, "SELECT count(*) FROM k WHERE id = $1 AND body IS NOT"
                                     " hex(zeroblob((id * 7 + v * 131) % 1400))", k);
        is_lost |= now < ledger.acked[k];
        is_torn |= now != whole || now != last || text != 0 || now > ledger.tried[k];
        ledger.acked[k] = ledger.tried[k] = now;        /* from here the next workload counts */
    }
    v->lost += is_lost, v->torn += is_torn;
}

/* Recovers and judges; then writes on, to see that it can. */
static inline void ledger_verify(struct verdict *v)
{
    struct db *db = NULL;
    struct db_conn *c = NULL;
    struct err e = { 0 };

    v->states++;
    if (!db_open(&(struct db_options){ .path = ledger_dir, .create = true }, &db, &e)
        || !db_reader(db, &c, &e)) {
        v->shut++;
        db_close(db);
        return;
    }
    ledger_judge(c, v);
    db_conn_close(c);
    db_close(db);
}

static int64_t ledger_bad(const struct verdict *v) { return v->lost + v->torn + v->corrupt + v->shut; }

static void ledger_open(const char *name)
{
    snprintf(ledger_dir, sizeof ledger_dir, "/tmp/setu-%s-XXXXXX", name);
    if (!mkdtemp(ledger_dir))
        abort();
    ledger_mem = arena_open(4 << 20);
}

static void ledger_close(void)
{
    char path[96];
    static const char *const left[] = { "lock", "setu.db", "setu.db-wal", "setu.db-shm" };
    for (size_t i = 0; i < countof(left); i++) {
        snprintf(path, sizeof path, "%s/%s", ledger_dir, left[i]);
        unlink(path);
    }
    rmdir(ledger_dir);
    arena_close(&ledger_mem);
}
