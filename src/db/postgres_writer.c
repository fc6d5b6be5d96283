/* postgres_writer.c - the writer's transactions on PostgreSQL.
 *
 * Several servers may write one workspace. Each group takes the workspace's
 * advisory lock with its BEGIN, so groups stand one behind the other and the
 * feed's numbers are in the order of the commits. Savepoints travel with the
 * statements around them.
 *
 * When the connection is lost before the COMMIT was sent, nothing was kept and
 * the group runs anew. When it is lost after, nobody knows: so each group writes
 * its number beside its opener's name (setu_commit) in its own transaction, and
 * after reconnecting the row is read behind the same lock, which the old
 * transaction holds until it has ended one way or the other.
 */
#include "db/postgres.h"
#include <unistd.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "msg/db.h"

enum {
    RECONNECT_MS = 5000,                        /* a group waits so long for the server to come back */
    UNKNOWN_MS = 60 * 1000,                     /* and so long to learn what became of its COMMIT */
    CLOSING_MS = 5000,
    PAUSE_US = 100 * 1000,
    NOTICE_MAX = 7900,
};

/* ── savepoints ──────────────────────────────────────────────────────────── */

static const struct { const char *save, *undo, *release; } point[] = {
    [POINT_WRITE] = { "SAVEPOINT w", "ROLLBACK TO w", "RELEASE w" },
    [POINT_TRY]   = { "SAVEPOINT t", "ROLLBACK TO t", "RELEASE t" },
};

/* What was sent ahead is answered for before a db_try begins: in it every statement is waited for. */
bool pg_save(struct db_conn *conn, enum point at, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);

    if (c->lost != FATE_KEPT)
        return fail(e, ERR_BUSY, MSG_db_busy, "the transaction is lost");
    if (c->is_aborted)
        return fail(e, ERR_INTERNAL, 0, "a savepoint after a statement that failed");
    if (c->nahead && !pg_flush(c, true, e))
        return false;
    pg_quiet(c, point[at].save);
    return true;
}

void *pg_mark(struct db_conn *c) { return TAILQ_LAST(&pg_conn(c)->open, pg_open); }

/* A write without a statement: its savepoint was never sent. */
static bool was_empty(struct pg_conn *c, enum point at)
{
    if (c->nquiet == 0 || strcmp(c->quiet[c->nquiet - 1], point[at].save))
        return false;
    free(c->quiet[--c->nquiet]);
    return true;
}

/* A constraint deferred to the commit would sink the whole group: it is asked for here. */
static bool no_dangling(struct pg_conn *c, struct err *e)
{
    if (!c->pg->has_deferred)
        return true;
    pg_quiet(c, "SET CONSTRAINTS ALL IMMEDIATE");
    pg_quiet(c, "SET CONSTRAINTS ALL DEFERRED");
    return pg_flush(c, true, e);
}

static bool look_for_deferred(struct pg_conn *c, struct err *e)
{
    int64_t n = 0;

    if (!pg_get_int(&c->base, "SELECT count(*) FROM pg_constraint WHERE condeferrable AND connamespace ="
                              " (SELECT oid FROM pg_namespace WHERE nspname = current_setting('search_path'))",
                    DB_NONE, NULL, &n, e))
        return false;
    c->pg->has_deferred = n > 0;
    return true;
}

/* Without a savepoint there is nothing to go back to: the group is run again when a statement has failed. */
static bool leave_bold(struct pg_conn *c, bool keep, struct err *e)
{
    if (keep && c->is_aborted)
        keep = fail(e, ERR_INTERNAL, 0, "a statement failed and the write went on: %s", c->aborted_by.detail);
    c->base.is_vague |= c->is_aborted;
    return keep;
}

bool pg_leave(struct db_conn *conn, enum point at, void *mark, bool keep, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);

    pg_reset_to(c, mark);
    if (c->lost != FATE_KEPT)
        return !keep ? false : fail(e, ERR_BUSY, MSG_db_busy, "the transaction is lost");
    if (at == POINT_NONE)
        return leave_bold(c, keep, e);
    if (keep && conn->may_schema)
        keep = pg_flush(c, true, e);
    if (keep && c->is_aborted)
        keep = fail(e, ERR_INTERNAL, 0, "a statement failed and the write went on (db_try keeps it going): %s",
                    c->aborted_by.detail);
    pg_catalog_forget(c);
    if (was_empty(c, at))
        return keep;
    keep = keep && no_dangling(c, e) && (!conn->may_schema || look_for_deferred(c, e));
    if (c->lost != FATE_KEPT)
        return false;
    if (!keep) {
        pg_quiet(c, point[at].undo);
        c->is_aborted = false;
    }
    pg_quiet(c, point[at].release);
    return keep;
}

/* ── groups ──────────────────────────────────────────────────────────────── */

bool pg_is_lost(const struct db_conn *c) { return ((const struct pg_conn *)c)->lost != FATE_KEPT; }

static int patience_ms(const struct pg_conn *c, int ms)
{
    return c->pg->base.queue.is_closed && ms > CLOSING_MS ? CLOSING_MS : ms;
}

static bool reconnect(struct pg_conn *c, int64_t until, struct err *e)
{
    while (!c->h && !pg_connect(c, e)) {
        if (clock_mono() > until)
            return false;
        usleep(PAUSE_US);
    }
    return true;
}

static void quiet_begin(struct pg_conn *c)
{
    pg_quiet(c, "BEGIN");
    pg_quietf(c, "SELECT pg_advisory_xact_lock(%lld)", (long long)c->pg->lock);
}

bool pg_begin(struct db_conn *conn, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);

    c->lost = FATE_KEPT;
    c->is_aborted = false;
    conn->db->is_seq_read = false;              /* another server may have counted on */
    if (!reconnect(c, clock_mono() + patience_ms(c, RECONNECT_MS) * (int64_t)1000, e))
        return false;
    quiet_begin(c);
    return true;
}

bool pg_keep_seq(struct db_conn *c, int64_t last, struct err *e)
{
    (void)e;
    pg_quietf(pg_conn(c), "UPDATE setu_seq SET last = %lld", (long long)last);
    return true;
}

/* Behind a statement that fails in the same round a ROLLBACK would not be heard. */
static void roll_back(struct pg_conn *c)
{
    struct err ignored;
    if (c->h && c->nahead)
        (void)pg_flush(c, true, &ignored);
    if (c->h)
        (void)pg_end(c, "ROLLBACK", &ignored);
    c->is_aborted = false;
}

/* ── a COMMIT nobody answered ────────────────────────────────────────────── */

/* The old server process may still sit there, holding the lock on a line that is cut. */
static void end_old(struct pg_conn *c, int pid, int64_t start)
{
    struct err ignored;
    pg_quietf(c, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %d AND"
                 " CAST(extract(epoch FROM backend_start) * 1000000 AS BIGINT) = %lld", pid, (long long)start);
    (void)pg_flush(c, true, &ignored);
}

static bool read_row(struct pg_conn *c, bool *is_kept, struct err *e)
{
    int64_t serial = 0;
    bool found = false;

    quiet_begin(c);
    bool ok = pg_get_int(&c->base, "SELECT serial FROM setu_commit WHERE opener = $1",
                         DB_ARGS(V(str_of(c->pg->opener))), &found, &serial, e);
    roll_back(c);
    *is_kept = found && serial == c->pg->commit;
    return ok;
}

static enum fate find_out(struct pg_conn *c, struct err *e)
{
    int pid = c->pid;
    int64_t start = c->backend_start, until = clock_mono() + patience_ms(c, UNKNOWN_MS) * (int64_t)1000;
    bool is_kept = false;

    while (reconnect(c, until, e)) {
        if (fault_is_on("no_commit_key"))
            return FATE_AGAIN;
        end_old(c, pid, start);
        c->lost = FATE_KEPT;                    /* that was the old transaction: this one only reads */
        if (read_row(c, &is_kept, e)) {
            log_event(LOG_WARN, "commit_found_out", LOG_N("is_kept", is_kept));
            return is_kept ? FATE_KEPT : FATE_AGAIN;
        }
        if (clock_mono() > until)
            break;
        usleep(PAUSE_US);
    }
    fail(e, ERR_BUSY, MSG_db_unknown, "the connection was lost during COMMIT, and the server did not come back");
    return FATE_LOST;
}

static enum fate commit(struct pg_conn *c, struct err *e)
{
    c->pg->commit++;
    pg_quietf(c, "INSERT INTO setu_commit (opener, serial, at) VALUES ('%s', %lld, %lld) ON CONFLICT (opener)"
                 " DO UPDATE SET serial = excluded.serial, at = excluded.at",
              c->pg->opener, (long long)c->pg->commit, (long long)clock_now());
    if (c->pg->has_others)
        pg_quietf(c, "SELECT pg_notify('setu_%s', '.commit')", c->pg->schema);
    if (pg_end(c, "COMMIT", e))
        return FATE_KEPT;
    if (!c->h)
        return find_out(c, e);
    c->base.is_vague = true;                    /* of which write, only a careful run can tell */
    roll_back(c);
    return c->lost == FATE_AGAIN ? FATE_AGAIN : FATE_LOST;
}

enum fate pg_commit(struct db_conn *conn, bool is_any, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);
    enum fate fate = c->lost;

    pg_reset_to(c, NULL);
    conn->in_group = true;                      /* its errors are still the group's */
    if (fate != FATE_KEPT) {
        roll_back(c);
        fail(e, ERR_BUSY, MSG_db_away, "the transaction was lost");
    } else if (is_any) {
        fate = commit(c, e);
    } else {
        roll_back(c);
    }
    conn->in_group = false;
    c->lost = FATE_KEPT;
    return fate;
}

void pg_after(struct db *db, bool is_idle) { (void)db, (void)is_idle; }

/* ── telling the other servers ───────────────────────────────────────────── */

bool pg_notify(struct db_conn *tx, str channel, str text, struct err *e)
{
    struct pg_conn *c = pg_conn(tx);
    char payload[NOTICE_MAX];

    if (!c->pg->has_others)
        return true;
    if (c->lost != FATE_KEPT || !c->h)
        return pg_away(c->pg, "not connected", e);
    int n = snprintf(payload, sizeof payload, "%.*s\n%.*s", STR_ARG(channel), STR_ARG(text));
    if (n < 0 || (size_t)n >= sizeof payload)
        return fail(e, ERR_TOO_LARGE, MSG_db_too_large, "a notice of %zu bytes", text.n);
    char *quoted = PQescapeLiteral(c->h, payload, (size_t)n), *sql = NULL;
    if (!quoted || asprintf(&sql, "SELECT pg_notify('setu_%s', %s)", c->pg->schema, quoted) < 0)
        die("out of memory");
    pg_quiet(c, sql);
    PQfreemem(quoted);
    free(sql);
    return true;
}
