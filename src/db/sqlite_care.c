/* sqlite_care.c - backup, check, explain.
 *
 * A backup reads from one snapshot on a connection of its own, so writers go on
 * meanwhile and the copy never starts over; it appears under its name only
 * when all of it is on disk. The live file itself is never opened by other
 * means than SQLite's: closing such a descriptor would drop SQLite's locks.
 */
#include "db/sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/buf.h"
#include "msg/db.h"

enum { BACKUP_STEP = 512, REPORT_LINES = 100, REPORT_MAX = 64 * 1024, PLAN_MAX = 64 * 1024 };

struct backup {
    struct file_db *db;
    const char *to;
    char *part;                                 /* written here, renamed to `to` */
    void (*progress)(int done, int all, void *arg);
    void *arg;
};

static bool fail_backup(const struct backup *b, int rc, const char *why, struct err *e)
{
    if (plain_code(rc) == SQLITE_FULL || errno == ENOSPC)
        return fail(e, ERR_FULL, MSG_db_full, "backup to %s: %s", b->to, why);
    fail(e, ERR_INTERNAL, MSG_db_backup_failed, "backup to %s: %s (%d)", b->to, why, rc);
    return err_arg(e, "file", str_of(b->to));
}

static int copy_pages(const struct backup *b, struct file_conn *from, sqlite3 *to)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", from->h, "main");
    int rc = copy ? SQLITE_OK : sqlite3_errcode(to);

    while (copy && rc == SQLITE_OK) {
        rc = sqlite3_backup_step(copy, BACKUP_STEP);
        int all = sqlite3_backup_pagecount(copy);
        if (b->progress && (rc == SQLITE_OK || rc == SQLITE_DONE))
            b->progress(all - sqlite3_backup_remaining(copy), all, b->arg);
    }
    if (copy)
        sqlite3_backup_finish(copy);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* Pins the snapshot before the first page is copied. */
static bool begin_snapshot(struct db_conn *c, struct err *e)
{
    bool found;
    int64_t n;
    return c->b->read_begin(c, 0, e)
           && db_get_int(c, "SELECT count(*) FROM sqlite_schema", DB_NONE, &found, &n, e);
}

static bool copy_to_part(const struct backup *b, struct db_conn *from, struct err *e)
{
    sqlite3 *to = NULL;

    if (!begin_snapshot(from, e))
        return false;
    int rc = sqlite3_open_v2(b->part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)                        /* a copy that fails is thrown away whole */
        rc = sqlite3_exec(to, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF", NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = copy_pages(b, file_conn(from), to);
    bool ok = rc == SQLITE_OK || fail_backup(b, rc, sqlite3_errstr(rc), e);
    sqlite3_close(to);
    from->b->read_end(from);
    return ok;
}

static bool part_create(const struct backup *b, struct err *e)
{
    struct stat live, old;

    if (stat(b->to, &old) == 0 && stat(b->db->file, &live) == 0 && old.st_ino == live.st_ino
        && old.st_dev == live.st_dev)
        return fail_backup(b, 0, "this is the live file", e);
    unlink(b->part);                            /* left by a backup that was cut off */
    int fd = open(b->part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return fail_backup(b, 0, strerror(errno), e);
    close(fd);
    return true;
}

static bool parent_sync(const char *file)
{
    const char *slash = strrchr(file, '/');
    if (!slash)
        return dir_sync(".");
    char *dir = strndup(file, slash == file ? 1 : (size_t)(slash - file));
    bool ok = dir && dir_sync(dir);
    free(dir);
    return ok;
}

static bool part_keep(const struct backup *b, struct err *e)
{
    int fd = open(b->part, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    int no = errno;

    if (fd >= 0)
        close(fd);
    if (ok) {
        ok = rename(b->part, b->to) == 0 && parent_sync(b->to);
        no = errno;
    }
    return ok || fail_backup(b, 0, strerror(no), e);
}

static bool backup_run(const struct backup *b, struct err *e)
{
    struct db_conn *from;

    errno = 0;
    if (!part_create(b, e))
        return false;
    bool ok = file_reader(&b->db->base, &from, e);
    if (ok) {
        ok = copy_to_part(b, from, e);
        file_conn_close(from);
    }
    ok = ok && part_keep(b, e);
    if (!ok)
        unlink(b->part);
    return ok;
}

bool file_backup(struct db *db, const char *to_file, void (*progress)(int done, int all, void *arg),
               void *arg, struct err *e)
{
    struct backup b = { .db = file_db(db), .to = to_file, .progress = progress, .arg = arg };

    if (asprintf(&b.part, "%s.part", to_file) < 0)
        return fail(e, ERR_BUSY, MSG_db_busy, "no memory for a backup");
    bool ok = backup_run(&b, e);
    free(b.part);
    return ok;
}

/* ── check ───────────────────────────────────────────────────────────────── */

static bool integrity(struct db_conn *c, struct buf *b, struct err *e)
{
    struct db_rows q;

    if (!db_query(c, &q, "PRAGMA integrity_check(100)", DB_NONE, e))
        return false;
    while (db_next(&q)) {
        str line = db_text_view(&q, 0);
        if (!str_eq(line, S("ok")))
            buf_put(b, line), buf_lit(b, "\n");
    }
    return db_done(&q, e);
}

static bool references(struct db_conn *c, struct buf *b, struct err *e)
{
    struct db_rows q;

    if (!db_query(c, &q, "PRAGMA foreign_key_check", DB_NONE, e))
        return false;
    for (int i = 0; i < REPORT_LINES && db_next(&q); i++) {
        str from = db_text_view(&q, 0), to = db_text_view(&q, 2);
        buf_fmt(b, "%.*s row %lld: its reference to %.*s leads nowhere\n", STR_ARG(from),
                (long long)db_int(&q, 1), STR_ARG(to));
    }
    return db_done(&q, e);
}

bool file_check(struct db_conn *c, struct arena *a, str *report, struct err *e)
{
    struct buf b = buf_new(a, REPORT_MAX);
    struct file_conn *own = file_conn(c);
    bool was = own->is_trusted;

    own->is_trusted = true;
    bool ok = integrity(c, &b, e) && references(c, &b, e);
    own->is_trusted = was;
    if (ok)
        *report = buf_str(&b);
    return ok;
}

bool file_explain(struct db_conn *c, struct arena *a, const char *sql, str *plan, struct err *e)
{
    struct buf b = buf_new(a, PLAN_MAX);
    str text = arena_fmt(a, "EXPLAIN QUERY PLAN %s", sql);
    sqlite3_stmt *st = NULL;                    /* unbound: the plan does not depend on values */
    int rc = sqlite3_prepare_v2(file_conn(c)->h, text.p, (int)text.n, &st, NULL);

    while (rc == SQLITE_OK && sqlite3_step(st) == SQLITE_ROW) {
        const char *line = (const char *)sqlite3_column_text(st, 3);
        buf_put(&b, str_of(line)), buf_lit(&b, "\n");
    }
    sqlite3_finalize(st);
    if (rc != SQLITE_OK)
        return conn_fail(file_conn(c), rc, sql, e);
    *plan = buf_str(&b);
    return true;
}

void file_engine(const struct db *db, char *out, size_t size)
{
    (void)db;
    snprintf(out, size, "SQLite %s", sqlite3_libversion());
}
