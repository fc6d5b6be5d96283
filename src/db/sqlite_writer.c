/* sqlite_writer.c - the writer's transactions on SQLite, and the log behind them.
 *
 * COMMIT returns after the log is fsynced (synchronous=FULL). A commit that
 * fails other than by a full disk leaves it unknown what the disk holds: the
 * process ends, and what was not acknowledged may or may not be there after
 * recovery. Never retried (an fsync that failed once may succeed the second time
 * with the data gone).
 *
 * Checkpoints run on the writer's thread only and on its connection only: SQLite
 * 3.40 can damage a file when two connections write and checkpoint at once.
 */
#include "db/sqlite.h"
#include "base/clock.h"
#include "base/log.h"
#include "msg/db.h"
#include <malloc.h>

enum {
    PAGES_KEPT = 4 << 20,                       /* bytes that an idle writer keeps */
    CHECKPOINT_PAGES = 1000,                    /* due when nobody waits: about 4 MB of log */
    CHECKPOINT_FORCED = 4000,                   /* due at once: everybody waits for it, so it is never much */
    CHECKPOINT_WAIT = 64000,                    /* and waiting for old readers to leave; for who stays, again after as much */
    WAIT_MS = 250,
};

#ifdef SETU_FAULTS
void (*db_fault_died)(void);
int db_fault_checkpoint_pages;
#endif

void writer_die(struct file_db *db, int rc, const char *what)
{
#ifdef SETU_FAULTS
    if (db_fault_died) {
        db->is_dead = true;
        db_fault_died();
        return;
    }
#endif
    die("storage error %d (%s) in %s, folder %s", rc, sqlite3_errstr(rc), what, db->base.place);
}

/* ── savepoints ──────────────────────────────────────────────────────────── */

static const struct { const char *save, *undo, *release; } point[] = {
    [POINT_WRITE] = { "SAVEPOINT w", "ROLLBACK TO w", "RELEASE w" },
    [POINT_TRY]   = { "SAVEPOINT t", "ROLLBACK TO t", "RELEASE t" },
};

bool file_save(struct db_conn *conn, enum point at, struct err *e)
{
    struct file_conn *c = file_conn(conn);
    int rc = conn_run(c, point[at].save);
    return rc == SQLITE_OK || conn_fail(c, rc, point[at].save, e);
}

void *file_mark(struct db_conn *c)
{
    return TAILQ_LAST(&file_conn(c)->open, stmts);
}

/* A constraint deferred to the commit would sink the whole group: it is asked for here. */
static bool no_dangling(struct file_conn *c, struct err *e)
{
    int now = 0, high = 0;

    sqlite3_db_status(c->h, SQLITE_DBSTATUS_DEFERRED_FKS, &now, &high, 0);
    return now == 0 || fail(e, ERR_CONFLICT, MSG_db_in_use, "a reference leads nowhere");
}

static int undo_and_release(struct file_conn *c, bool ok, enum point at)
{
    int rc = SQLITE_OK;

    if (sqlite3_get_autocommit(c->h))
        return SQLITE_ABORT;                    /* SQLite gave up all of it */
    if (at == POINT_NONE)
        return rc;
    if (!ok)
        rc = conn_run(c, point[at].undo);
    return rc == SQLITE_OK ? conn_run(c, point[at].release) : rc;
}

bool file_leave(struct db_conn *conn, enum point at, void *mark, bool keep, struct err *e)
{
    struct file_conn *c = file_conn(conn);

    conn_reset_to(c, mark);
    bool ok = keep && no_dangling(c, e);
    int rc = undo_and_release(c, ok, at);
    if (rc != SQLITE_OK && !c->lost) {
        c->lost = rc;
        if (ok)
            conn_fail(c, rc, "the end of a write", e);
    }
    return ok && rc == SQLITE_OK;
}

/* ── groups ──────────────────────────────────────────────────────────────── */

bool file_is_lost(const struct db_conn *c) { return ((const struct file_conn *)c)->lost != 0; }

bool file_begin(struct db_conn *conn, struct err *e)
{
    struct file_conn *c = file_conn(conn);
    int rc = conn_begin(c, "BEGIN IMMEDIATE");

    c->lost = 0;
    return rc == SQLITE_OK || conn_fail(c, rc, "BEGIN", e);
}

bool file_keep_seq(struct db_conn *c, int64_t last, struct err *e)
{
    return db_exec(c, "UPDATE setu_seq SET last = $1", DB_ARGS(V(last)), NULL, e);
}

static enum fate lost(struct file_conn *c, int rc, struct err *e)
{
    conn_roll_back(c);
    if (plain_code(rc) == SQLITE_FULL)
        fail(e, ERR_FULL, MSG_db_full, "disk full");
    else
        fail(e, ERR_BUSY, MSG_db_busy, "%s", sqlite3_errstr(rc));
    return FATE_LOST;
}

/* A full disk fails the group and the server lives on; anything else is unknown. */
enum fate file_commit(struct db_conn *conn, bool is_any, struct err *e)
{
    struct file_conn *c = file_conn(conn);

    conn_reset_to(c, NULL);
    if (!c->lost && sqlite3_get_autocommit(c->h))
        c->lost = SQLITE_ABORT;                 /* SQLite gave it up at the last statement: nothing is kept, and that is known */
    int rc = c->lost ? c->lost : conn_run(c, is_any ? "COMMIT" : "ROLLBACK");
    if (rc != SQLITE_OK && !c->lost && (rc & 0xff) != SQLITE_FULL)
        writer_die(c->file, rc, "COMMIT");
    return rc != SQLITE_OK || c->file->is_dead ? lost(c, rc, e) : FATE_KEPT;
}

/* ── checkpoints ─────────────────────────────────────────────────────────── */

static void checkpoint(struct file_db *db, int mode)
{
    int64_t start = clock_mono();

    if (mode == SQLITE_CHECKPOINT_RESTART)
        sqlite3_busy_timeout(file_conn(db->base.w)->h, WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(file_conn(db->base.w)->h, NULL, mode, NULL, NULL);
    sqlite3_busy_timeout(file_conn(db->base.w)->h, 0);
    db->base.checkpoint_us += clock_mono() - start;
    bool was_full = db->is_full;
    db->is_full = plain_code(rc) == SQLITE_FULL;
    if (db->is_full && !was_full)
        log_event(LOG_WARN, "disk_full", LOG_S("folder", str_of(db->base.place)),
                  LOG_N("log_pages", db->base.wal_pages));
    if (rc != SQLITE_OK && rc != SQLITE_BUSY && !db->is_full && plain_code(rc) != SQLITE_NOMEM)
        writer_die(db, rc, "checkpoint");
    if (rc == SQLITE_OK && mode == SQLITE_CHECKPOINT_TRUNCATE)
        db->base.wal_pages = 0;
    if (!db->is_full)
        db->checked = db->base.wal_pages;
    if (mode == SQLITE_CHECKPOINT_RESTART)
        db->waited = db->base.wal_pages;
}

static void checkpoint_if_due(struct file_db *db)
{
    int64_t log = db->base.wal_pages;

    if (log < db->checked)
        db->checked = db->waited = 0;           /* the log began anew */
    int64_t due = log - db->checked;
#ifdef SETU_FAULTS
    if (db_fault_checkpoint_pages && due >= db_fault_checkpoint_pages) {
        checkpoint(db, SQLITE_CHECKPOINT_PASSIVE);
        return;
    }
#endif
    if (log - db->waited >= CHECKPOINT_WAIT)
        checkpoint(db, SQLITE_CHECKPOINT_RESTART);
    else if (due >= CHECKPOINT_FORCED
             || (due >= CHECKPOINT_PAGES && queue_length(&db->base.queue) == 0))
        checkpoint(db, SQLITE_CHECKPOINT_PASSIVE);
}

static int on_wal(void *arg, sqlite3 *h, const char *name, int pages)
{
    struct file_db *db = arg;

    (void)h, (void)name;
    db->base.wal_pages = pages;
    return SQLITE_OK;
}

void writer_watch(struct file_db *db)
{
    sqlite3_wal_hook(file_conn(db->base.w)->h, on_wal, db);
}

/* Freed alone, they would stay with the allocator of this thread. */
static void give_back_pages(sqlite3 *h)
{
    int used = 0, most;
    if (sqlite3_db_status(h, SQLITE_DBSTATUS_CACHE_USED, &used, &most, 0) != SQLITE_OK || used < PAGES_KEPT)
        return;
    sqlite3_db_release_memory(h);
    malloc_trim(0);
}

/* While nobody writes, a little each time; not again before something has been written. A commit that fails ends as any other. */
static void tidy_words(struct file_db *db)
{
    struct file_conn *c = file_conn(db->base.w);
    struct err e = { 0 };
    if (sqlite3_total_changes64(c->h) == db->tidied || !file_begin(&c->base, &e))
        return;
    bool is_done = file_fts_merge(c->h);
    if (file_commit(&c->base, !is_done, &e) != FATE_KEPT || is_done)
        db->tidied = sqlite3_total_changes64(c->h);
}

void file_after(struct db *base, bool is_idle)
{
    struct file_db *db = file_db(base);

    if (!is_idle) {
        checkpoint_if_due(db);
        return;
    }
    tidy_words(db);
    if (base->wal_pages > 0)
        checkpoint(db, SQLITE_CHECKPOINT_TRUNCATE);
    give_back_pages(file_conn(base->w)->h);
}
