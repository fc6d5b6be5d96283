/* writer.c - the one thread that writes, and its groups; for any backend.
 *
 * A group is what stood in line when it began, at most GROUP_MAX: one
 * transaction, each write between a savepoint and its release, one COMMIT that
 * returns when all of it is on disk. While it does, the next group gathers by
 * itself, so there is no artificial delay. Only after COMMIT is anyone woken.
 *
 * Nearly all writes succeed, and savepoints are dear (a page is copied for each
 * that touches it; on PostgreSQL each is a transaction of its own). So a group is
 * bold at first: its writes have none, and PostgreSQL is not waited for where only
 * "done" would be heard. When one fails, the whole group is rolled back and run
 * again with care, each write for itself and each answer awaited; for a while the
 * next groups are careful from the start, so that a flood of bad writes costs the
 * good ones little. What a caller is told is always of the careful run, except
 * where a group was one write and its failure is plain.
 *
 * A backend may say of a group that none of it was kept and that it may be run
 * anew (a lost connection, a transaction that had to yield): then its writes run
 * again from their beginning. A write function must therefore do the same when it
 * is called a second time; SETU_FAULT=rerun calls every one twice to prove it.
 */
#include "db/alone.h"
#include "db/backend.h"
#include <signal.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "msg/db.h"

enum {
    IDLE_MS = 5000,                             /* quiet for so long: the backend may tidy up */
    SLOW_US = 500 * 1000,                       /* a write worth a line in the log */
    EARLY_US = 2000,                            /* the fault: acknowledged, and not yet committed */
    RERUN_MAX = 3,
    CARE_GROUPS = 32,                           /* after a bold one that failed */
};

_Thread_local bool db_alone;
static _Thread_local const struct db *writer_of;        /* this thread is the writer of */

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

static bool run_at(struct db_conn *c, enum point at, db_write_fn *run, void *arg, struct err *e)
{
    if (at != POINT_NONE && !c->b->save(c, at, e))
        return false;
    void *mark = c->b->mark(c);
    bool ok = run_bounded(c, run, arg, e);
    return c->b->leave(c, at, mark, ok, e);
}

bool db_try(struct db_conn *tx, db_write_fn *run, void *arg, struct err *e)
{
    if (!tx->in_group)
        return fail(e, ERR_INTERNAL, 0, "db_try outside a write");
    tx->ntries++;
    bool ok = run_at(tx, POINT_TRY, run, arg, e);
    tx->ntries--;
    return ok;
}

/* The fault: once for nothing, as in a group that is lost. */
static void run_for_nothing(struct db_conn *c, struct write *w)
{
    bool was_bold = c->is_bold;

    if (!c->b->save(c, POINT_WRITE, w->e))
        return;
    void *mark = c->b->mark(c);
    c->is_bold = false;
    run_bounded(c, w->run, w->arg, w->e);
    c->b->leave(c, POINT_WRITE, mark, false, w->e);
    c->is_bold = was_bold;
}

/* Who waited wakes, or is told; then w is gone. */
static void end(struct write *w)
{
    db_told_fn *told = w->told;
    if (!told) {
        sem_post(&w->done);
        return;
    }
    told(w->arg, w->ok ? NULL : w->e);
    if (!w->is_early)
        free(w);
}

static void write_run(struct db_conn *c, struct write *w)
{
    int64_t start = clock_mono();

    c->may_schema = w->is_schema;
    if (fault_is_on("rerun"))
        run_for_nothing(c, w);
    w->ok = run_at(c, c->is_bold && !w->is_schema ? POINT_NONE : POINT_WRITE, w->run, w->arg, w->e);
    c->may_schema = false;
    int64_t took = clock_mono() - start;
    if (took > SLOW_US && !w->is_schema)
        log_event(LOG_WARN, "slow_write", LOG_S("file", str_of(w->file)), LOG_N("line", w->line),
                  LOG_N("us", took));
    if (w->is_early) {
        end(w);
        usleep(EARLY_US);
    }
}

/* ── the sequence ────────────────────────────────────────────────────────── */

/* Read at most once a group, counted here and kept with the group that took numbers. A
 * group that is lost leaves the count where it was: nobody gets its numbers again. */
bool db_seq(struct db_conn *tx, int64_t *out, struct err *e)
{
    struct db *db = tx->db;
    bool found;
    int64_t last;

    if (!tx->in_group)
        return fail(e, ERR_INTERNAL, 0, "db_seq outside a write");
    if (!db->is_seq_read) {
        if (!db_get_int(tx, "SELECT last FROM setu_seq", DB_NONE, &found, &last, e))
            return false;
        if (!found)
            return fail(e, ERR_INTERNAL, MSG_db_damaged, "setu_seq has no row");
        db->seq = last > db->seq ? last : db->seq;
        db->is_seq_read = true;
    }
    *out = ++db->seq;
    return true;
}

bool db_notify(struct db_conn *tx, str channel, str text, struct err *e)
{
    if (!tx->in_group)
        return fail(e, ERR_INTERNAL, 0, "db_notify outside a write");
    return tx->b->notify(tx, channel, text, e);
}

/* ── groups ──────────────────────────────────────────────────────────────── */

struct group { struct write *head, **tail; int n; bool has_failed; };

static void take(struct group *g, struct write *w)
{
    w->next = NULL;
    *g->tail = w;
    g->tail = &w->next;
    g->n++;
}

static void fail_group(struct group *g, const struct err *why)
{
    for (struct write *w = g->head; w; w = w->next) {
        if (!w->ok)
            continue;                           /* has its own reason */
        w->ok = false;
        fail(w->e, why->code, why->msg, "group lost with %s:%d: %s", w->file, w->line, why->detail);
    }
}

void writer_tell(struct db *db)
{
    int n = db->non_commit;
    for (int i = 0; i < n; i++)
        db->on_commit[i].fn(db->on_commit[i].arg);
}

/* Counted before anyone is woken: a caller sees its own write in the figures. */
static void wake(struct db *db, struct group *g)
{
    int64_t kept = 0;

    for (const struct write *w = g->head; w; w = w->next)
        kept += w->ok;
    db->writes += kept;
    db->commits += kept > 0;
    for (struct write *w = g->head, *next; w; w = next) {
        next = w->next;                         /* w is gone once its caller wakes */
        if (!w->is_early)
            end(w);
    }
    if (kept > 0)
        writer_tell(db);
}

/* Those of an earlier attempt first, then what else stands in line. A bold group ends with the first failure. */
static bool run_all(struct db *db, struct group *g, int n, bool is_bulk)
{
    struct db_conn *c = db->w;
    struct write *w = g->head;
    bool is_any = false;

    g->has_failed = false;
    while (!(c->is_bold && g->has_failed)) {
        if (!w && g->n < n && !c->b->is_lost(c) && (w = queue_take(&db->queue, is_bulk, g->n == 0)))
            take(g, w);
        if (!w)
            break;
        write_run(c, w);
        is_any |= w->ok;
        g->has_failed |= !w->ok;
        w = w->next;
    }
    return is_any;
}

/* Nothing could even begin: who stands in line is told so. */
static void refuse_all(struct db *db, struct group *g, int n, bool is_bulk, const struct err *why)
{
    struct write *w;

    while (g->n < n && (w = queue_take(&db->queue, is_bulk, g->n == 0)))
        take(g, w);
    for (w = g->head; w; w = w->next) {
        w->ok = false;
        *w->e = *why;
    }
}

static bool seq_keep(struct db_conn *c, struct err *e)
{
    struct db *db = c->db;
    if (db->seq == db->seq_kept)
        return true;
    if (!c->b->keep_seq(c, db->seq, e))
        return false;
    db->seq_kept = db->seq;
    return true;
}

static enum fate attempt(struct db *db, struct group *g, int n, bool is_bulk, bool is_bold, struct err *why)
{
    struct db_conn *c = db->w;

    if (!c->b->begin(c, why)) {
        refuse_all(db, g, n, is_bulk, why);
        return FATE_KEPT;                       /* there is nothing to lose */
    }
    c->in_group = true;
    c->is_bold = is_bold;
    c->is_vague = false;
    bool is_any = run_all(db, g, n, is_bulk), is_lost = c->b->is_lost(c);
    bool is_spoilt = is_bold && g->has_failed && !is_lost && (g->n > 1 || c->is_vague);
    bool is_counted = !is_any || is_lost || is_spoilt || seq_keep(c, why);
    c->in_group = false;
    enum fate fate = c->b->commit(c, is_any && is_counted && !is_spoilt, why);
    c->is_bold = false;
    if (is_spoilt || (is_bold && c->is_vague && fate == FATE_LOST))
        return FATE_APART;
    return is_counted || fate != FATE_KEPT ? fate : FATE_LOST;
}

static bool may_be_bold(struct db *db, int n, bool is_alone)
{
    bool is_careful = db->care > 0;

    db->care -= is_careful;
    return !is_alone && (!is_careful || n == 1) && !fault_is_on("early_ack");    /* who was told too early is gone when it is run again */
}

static void group_run(struct db *db, int n, bool is_bulk, bool is_alone)
{
    struct group g = { .tail = &g.head };
    struct err why = { 0 };
    enum fate fate = FATE_AGAIN;
    bool is_bold = may_be_bold(db, n, is_alone);

    for (int i = 0; i < RERUN_MAX && fate == FATE_AGAIN; i++) {
        if (i > 0)
            log_event(LOG_WARN, "group_again", LOG_N("writes", g.n), LOG_S("why", str_of(why.detail)));
        fate = attempt(db, &g, n, is_bulk, is_bold, &why);
        if (fate == FATE_APART) {
            db->care = CARE_GROUPS;
            is_bold = false;
            fate = attempt(db, &g, n, is_bulk, is_bold, &why);
        }
    }
    if (fate != FATE_KEPT)
        fail_group(&g, &why);
    wake(db, &g);
}

/* ── the thread ──────────────────────────────────────────────────────────── */

static void *writer_main(void *arg)
{
    struct db *db = arg;
    bool is_bulk = false, is_alone = false;
    int n;

    writer_of = db;
    while ((n = queue_begin_group(&db->queue, IDLE_MS, &is_bulk, &is_alone)) >= 0) {
        if (n > 0)
            group_run(db, n, is_bulk, is_alone);
        else
            readers_trim(db);
        db->b->after(db, n == 0);
    }
    return NULL;
}

bool writer_start(struct db *db, struct err *e)
{
    sigset_t all, before;

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

static bool write_put(struct db *db, struct write *w)
{
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

static bool write_wait(struct db *db, struct write *w)
{
    w->is_alone = db_alone;
    if (writer_of == db)
        return fail(w->e, ERR_INTERNAL, 0, "a write inside a write at %s:%d", w->file, w->line);
    readers_wait(db);
    bool ok = write_put(db, w);
    readers_go_on();
    return ok;
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

/* One piece: the write, and what becomes of it. */
struct later { struct write w; struct err e; };

bool db_write_later_at(struct db *db, db_write_fn *run, void *arg, db_told_fn *told, int64_t ripe_us, struct err *e,
                       const char *file, int line)
{
    struct later *l = calloc(1, sizeof *l);
    if (!l)
        return fail(e, ERR_BUSY, MSG_db_busy, "out of memory");
    l->w = (struct write){ .run = run, .arg = arg, .e = &l->e, .told = told, .file = file, .line = line, .is_bulk = true,
                           .ripe_at = ripe_us ? clock_mono() + ripe_us : 0,
                           .is_early = fault_is_on("early_ack") };
    if (queue_enter(&db->queue, &l->w, e))
        return true;
    free(l);
    return false;
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
