/* sqlite_writer.c - the one thread that writes, and its groups.
 *
 * A group is what stood in line when it began, at most GROUP_MAX: one BEGIN,
 * each write between a savepoint and its release, one COMMIT, which returns
 * after the log is fsynced (synchronous=FULL). While that fsync runs the next
 * group gathers by itself, so there is no artificial delay. Only after COMMIT
 * is anyone woken. A commit that fails other than by a full disk leaves it
 * unknown what the disk holds: the process ends, and what was not acknowledged
 * may or may not be there after recovery. Never retried (an fsync that failed
 * once may succeed the second time with the data gone).
 *
 * Checkpoints run on this thread only and on this connection only: SQLite
 * 3.40 can damage a file when two connections write and checkpoint at once.
 */
#include "db/sqlite.h"
#include <signal.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "msg/db.h"

enum {
    CHECKPOINT_PAGES = 4000,                    /* due when nobody waits: about 16 MB of log */
    CHECKPOINT_FORCED = 16000,                  /* due at once */
    CHECKPOINT_WAIT = 64000,                    /* and waiting for old readers to leave */
    WAIT_MS = 250,
    IDLE_MS = 5000,                             /* quiet for so long: the log is emptied */
    SLOW_US = 500 * 1000,                       /* a write worth a line in the log */
    EARLY_US = 2000,                            /* the fault: acknowledged, and not yet committed */
};

static _Thread_local const struct db *writer_of;        /* this thread is the writer of */

#ifdef SETU_FAULTS
void (*db_fault_died)(void);
int db_fault_checkpoint_pages;
#endif

void writer_die(struct db *db, int rc, const char *what)
{
#ifdef SETU_FAULTS
    if (db_fault_died) {
        db->is_dead = true;
        db_fault_died();
        return;
    }
#endif
    die("storage error %d (%s) in %s, folder %s", rc, sqlite3_errstr(rc), what, db->dir);
}

/* ── one write ───────────────────────────────────────────────────────────── */

/* The function between a full arena and its consequences. */
static bool run_bounded(struct db_conn *c, db_write_fn *run, void *arg, struct err *e)
{
    sigjmp_buf here, *outer = arena_boundary;
    volatile bool ok = false;

    *e = (struct err){ 0 };
    arena_boundary = &here;
    if (sigsetjmp(here, 0) == 0)
        ok = run(c, arg, e);
    else
        fail(e, ERR_TOO_LARGE, MSG_db_too_large, "request memory is full in a write");
    arena_boundary = outer;
    if (!ok && e->code == ERR_NONE)
        fail(e, ERR_INTERNAL, 0, "a write failed without saying why");
    return ok;
}

/* A constraint deferred to the commit would sink the whole group: it is asked for here. */
static bool no_dangling(struct db_conn *c, struct err *e)
{
    int now = 0, high = 0;

    sqlite3_db_status(c->h, SQLITE_DBSTATUS_DEFERRED_FKS, &now, &high, 0);
    return now == 0 || fail(e, ERR_CONFLICT, MSG_db_in_use, "a reference leads nowhere");
}

static int undo_and_release(struct db_conn *c, bool ok, const char *undo, const char *release)
{
    int rc = SQLITE_OK;

    if (sqlite3_get_autocommit(c->h))
        return SQLITE_ABORT;                    /* SQLite gave up all of it */
    if (!ok)
        rc = conn_run(c, undo);
    return rc == SQLITE_OK ? conn_run(c, release) : rc;
}

static bool in_savepoint(struct db_conn *c, const char *save, const char *undo,
                         const char *release, db_write_fn *run, void *arg, struct err *e)
{
    int rc = conn_run(c, save);
    if (rc != SQLITE_OK)
        return conn_fail(c, rc, save, e);

    struct stmt *outer = TAILQ_LAST(&c->open, stmts);
    bool ok = run_bounded(c, run, arg, e);
    conn_reset_to(c, outer);
    ok = ok && no_dangling(c, e);
    rc = undo_and_release(c, ok, undo, release);
    if (rc != SQLITE_OK && !c->lost) {
        c->lost = rc;
        if (ok)
            conn_fail(c, rc, release, e);
    }
    return ok && rc == SQLITE_OK;
}

bool db_try(struct db_conn *tx, db_write_fn *run, void *arg, struct err *e)
{
    if (!tx->in_group)
        return fail(e, ERR_INTERNAL, 0, "db_try outside a write");
    return in_savepoint(tx, "SAVEPOINT t", "ROLLBACK TO t", "RELEASE t", run, arg, e);
}

static void write_run(struct db_conn *c, struct write *w)
{
    int64_t start = clock_mono();

    c->may_schema = w->is_schema;
    w->ok = in_savepoint(c, "SAVEPOINT w", "ROLLBACK TO w", "RELEASE w", w->run, w->arg, w->e);
    c->may_schema = false;
    int64_t took = clock_mono() - start;
    if (took > SLOW_US && !w->is_schema)
        log_event(LOG_WARN, "slow_write", LOG_S("file", str_of(w->file)), LOG_N("line", w->line),
                  LOG_N("us", took));
    if (w->is_early) {
        sem_post(&w->done);
        usleep(EARLY_US);
    }
}

/* ── the sequence ────────────────────────────────────────────────────────── */

/* Read once, counted here and kept with each group that took numbers. A group that is lost
 * leaves the count where it was: nobody ever gets its numbers again. */
bool db_seq(struct db_conn *tx, int64_t *out, struct err *e)
{
    struct db *db = tx->db;
    bool found = true;

    if (!tx->in_group)
        return fail(e, ERR_INTERNAL, 0, "db_seq outside a write");
    if (db->seq == 0 && !db_get_int(tx, "SELECT last FROM setu_seq", DB_NONE, &found, &db->seq, e))
        return false;
    if (!found)
        return fail(e, ERR_INTERNAL, MSG_db_damaged, "setu_seq has no row");
    *out = ++db->seq;
    return true;
}

static void seq_keep(struct db_conn *c)
{
    struct db *db = c->db;
    struct err e = { 0 };

    if (db->seq == db->seq_kept || c->lost)
        return;
    if (db_exec(c, "UPDATE setu_seq SET last = $1", DB_ARGS(V(db->seq)), NULL, &e))
        db->seq_kept = db->seq;
    else
        c->lost = e.code == ERR_FULL ? SQLITE_FULL : SQLITE_ABORT;
}

bool db_notify(struct db_conn *tx, str channel, str text, struct err *e)
{
    (void)channel, (void)text;
    return tx->in_group || fail(e, ERR_INTERNAL, 0, "db_notify outside a write");
}

void db_listen(struct db *db, db_listen_fn *fn, void *arg)
{
    (void)db, (void)fn, (void)arg;              /* the folder has one opener: there are no others */
}

/* ── groups ──────────────────────────────────────────────────────────────── */

struct group { struct write *head, **tail; int n; };

/* A full disk fails the group and the server lives on; anything else is unknown. */
static int commit(struct db_conn *c)
{
    int rc = c->lost ? c->lost : conn_run(c, "COMMIT");

    if (rc != SQLITE_OK && !c->lost && (rc & 0xff) != SQLITE_FULL)
        writer_die(c->db, rc, "COMMIT");
    if (rc != SQLITE_OK && !sqlite3_get_autocommit(c->h))
        sqlite3_exec(c->h, "ROLLBACK", NULL, NULL, NULL);
    return rc;
}

static void fail_group(struct group *g, int rc)
{
    for (struct write *w = g->head; w; w = w->next) {
        if (!w->ok)
            continue;                           /* has its own reason */
        w->ok = false;
        if (plain_code(rc) == SQLITE_FULL)
            fail(w->e, ERR_FULL, MSG_db_full, "disk full in the group of %s:%d", w->file, w->line);
        else
            fail(w->e, ERR_BUSY, MSG_db_busy, "group lost (%s) with %s:%d", sqlite3_errstr(rc),
                 w->file, w->line);
    }
}

/* Counted before anyone is woken: a caller sees its own write in the figures. */
static void wake(struct db *db, struct group *g)
{
    int64_t kept = 0;
    int nlisteners = db->non_commit;

    for (const struct write *w = g->head; w; w = w->next)
        kept += w->ok;
    db->writes += kept;
    db->commits += kept > 0;
    for (struct write *w = g->head, *next; w; w = next) {
        next = w->next;                         /* w is gone once its caller wakes */
        if (!w->is_early)
            sem_post(&w->done);
    }
    for (int i = 0; kept > 0 && i < nlisteners; i++)
        db->on_commit[i].fn(db->on_commit[i].arg);
}

static void take(struct group *g, struct write *w)
{
    w->next = NULL;
    *g->tail = w;
    g->tail = &w->next;
    g->n++;
}

static void group_run(struct db *db, int n, bool is_bulk)
{
    struct db_conn *c = db->w;
    struct group g = { .tail = &g.head };
    struct write *w;

    int rc = conn_run(c, "BEGIN IMMEDIATE");
    c->lost = rc;
    c->in_group = true;
    while (g.n < n && (w = queue_take(&db->queue, is_bulk, g.n == 0))) {
        take(&g, w);
        if (!rc)
            write_run(c, w);
        else
            w->ok = conn_fail(c, rc, "BEGIN", w->e);
        if (c->lost && !rc)
            break;                              /* the rest stands in the next group */
    }
    seq_keep(c);
    c->in_group = false;
    conn_reset_to(c, NULL);
    rc = commit(c);
    if (rc != SQLITE_OK || db->is_dead)
        fail_group(&g, rc);
    wake(db, &g);
}

/* ── checkpoints ─────────────────────────────────────────────────────────── */

static void checkpoint(struct db *db, int mode)
{
    int all = 0, done = 0;
    int64_t start = clock_mono();

    if (mode == SQLITE_CHECKPOINT_RESTART)
        sqlite3_busy_timeout(db->w->h, WAIT_MS);
    int rc = sqlite3_wal_checkpoint_v2(db->w->h, NULL, mode, &all, &done);
    sqlite3_busy_timeout(db->w->h, 0);
    db->checkpoint_us += clock_mono() - start;
    bool was_full = db->is_full;
    db->is_full = plain_code(rc) == SQLITE_FULL;
    if (db->is_full && !was_full)
        log_event(LOG_WARN, "disk_full", LOG_S("folder", str_of(db->dir)),
                  LOG_N("log_pages", db->wal_pages));
    if (rc != SQLITE_OK && rc != SQLITE_BUSY && !db->is_full && plain_code(rc) != SQLITE_NOMEM)
        writer_die(db, rc, "checkpoint");
    db->backfilled = done > 0 ? done : 0;
    if (rc == SQLITE_OK && mode == SQLITE_CHECKPOINT_TRUNCATE)
        db->wal_pages = 0;
}

static void checkpoint_if_due(struct db *db)
{
    int64_t log = db->wal_pages;

    if (log < db->backfilled)
        db->backfilled = 0;                     /* the log began anew */
    int64_t due = log - db->backfilled;
#ifdef SETU_FAULTS
    if (db_fault_checkpoint_pages && due >= db_fault_checkpoint_pages) {
        checkpoint(db, SQLITE_CHECKPOINT_PASSIVE);
        return;
    }
#endif
    if (log >= CHECKPOINT_WAIT && due >= CHECKPOINT_PAGES)
        checkpoint(db, SQLITE_CHECKPOINT_RESTART);
    else if (due >= CHECKPOINT_FORCED
             || (due >= CHECKPOINT_PAGES && queue_length(&db->queue) == 0))
        checkpoint(db, SQLITE_CHECKPOINT_PASSIVE);
}

static int on_wal(void *arg, sqlite3 *h, const char *name, int pages)
{
    struct db *db = arg;

    (void)h, (void)name;
    db->wal_pages = pages;
    return SQLITE_OK;
}

/* ── the thread ──────────────────────────────────────────────────────────── */

static void *writer_main(void *arg)
{
    struct db *db = arg;
    bool is_bulk = false;
    int n;

    writer_of = db;
    while ((n = queue_begin_group(&db->queue, IDLE_MS, &is_bulk)) >= 0) {
        if (n > 0) {
            group_run(db, n, is_bulk);
            checkpoint_if_due(db);
        } else if (db->wal_pages > 0) {
            checkpoint(db, SQLITE_CHECKPOINT_TRUNCATE);
        }
    }
    return NULL;
}

bool writer_start(struct db *db, struct err *e)
{
    sigset_t all, before;

    sqlite3_wal_hook(db->w->h, on_wal, db);
    sigfillset(&all);                           /* signals are for the other threads */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&db->writer, NULL, writer_main, db);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc == 0 || fail(e, ERR_INTERNAL, 0, "no thread for the writer: %s", strerror(rc));
}

void writer_stop(struct db *db)
{
    queue_stop(&db->queue);
    pthread_join(db->writer, NULL);
}

/* ── for the other rooms ─────────────────────────────────────────────────── */

static bool write_wait(struct db *db, struct write *w)
{
    if (writer_of == db)
        return fail(w->e, ERR_INTERNAL, 0, "a write inside a write at %s:%d", w->file, w->line);
    if (fault_is_on("early_ack") && !w->is_schema) {
        struct write *kept = malloc(sizeof *kept);      /* outlives its caller, so never freed */
        if (!kept)
            return fail(w->e, ERR_BUSY, MSG_db_busy, "out of memory");
        *kept = *w;
        kept->is_early = true;
        return queue_wait(&db->queue, kept, kept->e);
    }
    return queue_wait(&db->queue, w, w->e);
}

bool db_write_at(struct db *db, db_write_fn *run, void *arg, struct err *e,
                 const char *file, int line)
{
    return write_wait(db, &(struct write){ .run = run, .arg = arg, .e = e,
                                           .file = file, .line = line });
}

bool db_write_bulk_at(struct db *db, db_write_fn *run, void *arg, struct err *e,
                      const char *file, int line)
{
    return write_wait(db, &(struct write){ .run = run, .arg = arg, .e = e, .file = file,
                                           .line = line, .is_bulk = true });
}

bool db_schema(struct db *db, db_write_fn *run, void *arg, struct err *e)
{
    return write_wait(db, &(struct write){ .run = run, .arg = arg, .e = e, .file = __FILE__,
                                           .line = __LINE__, .is_schema = true });
}

void db_group_max(struct db *db, int n) { db->queue.group_max = n; }

void db_on_commit(struct db *db, void (*fn)(void *arg), void *arg)
{
    int i = db->non_commit;

    if (i == ON_COMMIT_MAX)
        die("more than %d listeners to commits", ON_COMMIT_MAX);
    db->on_commit[i].fn = fn;
    db->on_commit[i].arg = arg;
    db->non_commit = i + 1;                     /* published last: the writer reads the count first */
}

struct db_stats db_stats(const struct db *db)
{
    struct queue *q = &((struct db *)(uintptr_t)db)->queue;

    return (struct db_stats){ .writes = db->writes, .commits = db->commits,
                              .queue = queue_length(q), .checkpoint_us = db->checkpoint_us,
                              .wal_pages = db->wal_pages };
}
