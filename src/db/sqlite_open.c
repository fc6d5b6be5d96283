/* sqlite_open.c - the folder's lock, connections, the first start.
 *
 * DIR/lock is held with flock() from before the file is looked at until after
 * it is closed: one process, one struct db. What a crash left in the log is
 * copied first (sqlite_log.c); the first connection recovers from it,
 * switches a new file to WAL and commits to it, and the folder is fsynced
 * before anybody is served: else a lost unlink of the rollback journal could
 * roll the new file back to nothing.
 *
 * A file SQLite cannot read is refused before anything is written to it.
 */
#include "db/sqlite.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "msg/db.h"

enum {
    DEADLINE_STEPS = 2000,                      /* virtual machine steps between looks at the clock */
    READER_BUSY_MS = 2000,
    APPLICATION_ID = 0x53657475,                /* "Setu", in the file's header */
};

#ifdef SETU_FAULTS
bool (*db_fault_dir_sync)(const char *dir);
bool db_fault_sync_normal;
#endif

/* ── configuration ───────────────────────────────────────────────────────── */

/* From SQLite's advice for hostile input, widened where our own statements need it:
 * custom fields are columns, an `in` list and a batch of rows are variables, a LIKE
 * pattern is a query's text whose folding may be eleven times as long (what a reader
 * typed is escaped: no pattern has a % inside), cascades nest. */
static const struct { int id, max; } limit[] = {
    { SQLITE_LIMIT_LENGTH, 64 << 20 },
    { SQLITE_LIMIT_SQL_LENGTH, 256 << 10 },
    { SQLITE_LIMIT_COLUMN, 500 },
    { SQLITE_LIMIT_EXPR_DEPTH, 200 },
    { SQLITE_LIMIT_COMPOUND_SELECT, 30 },
    { SQLITE_LIMIT_VDBE_OP, 100000 },
    { SQLITE_LIMIT_FUNCTION_ARG, 32 },
    { SQLITE_LIMIT_ATTACHED, 0 },
    { SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 128 << 10 },
    { SQLITE_LIMIT_VARIABLE_NUMBER, ARGS_MAX },
    { SQLITE_LIMIT_TRIGGER_DEPTH, 50 },
    { SQLITE_LIMIT_WORKER_THREADS, 0 },
};

/* 96 MB of pages while much is written: the indexes of a large table do not fit in less, and what does not fit is written and
 * read again within one transaction. When nobody writes it is given back (sqlite_writer.c). */
static const char *const pragma_writer[] = {
    "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON", "PRAGMA wal_autocheckpoint=0",
    "PRAGMA trusted_schema=OFF", "PRAGMA cell_size_check=ON", "PRAGMA secure_delete=ON",
    "PRAGMA temp_store=MEMORY", "PRAGMA mmap_size=0", "PRAGMA cache_size=-98304",
    "PRAGMA journal_size_limit=67108864", NULL
};
static const char *const pragma_reader[] = {
    "PRAGMA query_only=ON", "PRAGMA wal_autocheckpoint=0", "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON", "PRAGMA temp_store=MEMORY", "PRAGMA mmap_size=0",
    "PRAGMA cache_size=-2048", "PRAGMA automatic_index=OFF", NULL      /* one is made anew at every asking, of all rows, for a page of them */
};

static int authorize(void *arg, int action, const char *a, const char *b, const char *c,
                     const char *d)
{
    const struct file_conn *conn = arg;

    (void)c, (void)d;
    switch (action) {
    case SQLITE_SELECT: case SQLITE_READ: case SQLITE_RECURSIVE:
    case SQLITE_INSERT: case SQLITE_UPDATE: case SQLITE_DELETE:
        return SQLITE_OK;
    case SQLITE_FUNCTION:
        return strcmp(b, "load_extension") && strcmp(b, "fts3_tokenizer") ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:                         /* full text asks itself for data_version */
        return conn->is_trusted || !strcmp(a, "data_version") ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_TRANSACTION: case SQLITE_SAVEPOINT:
        return conn->is_trusted ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_ATTACH: case SQLITE_DETACH:
        return SQLITE_DENY;
    default:                                    /* CREATE, DROP, ALTER, REINDEX, ANALYZE */
        return conn->base.may_schema ? SQLITE_OK : SQLITE_DENY;
    }
}

static int past_deadline(void *arg)
{
    const struct file_conn *c = arg;
    return c->deadline && clock_mono() > c->deadline;
}

static int configure(struct file_conn *c)
{
    static const int off[] = { SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_DQS_DML,
                               SQLITE_DBCONFIG_DQS_DDL, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER };
    int rc = SQLITE_OK;

    sqlite3_extended_result_codes(c->h, 1);
    sqlite3_db_config(c->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(c->h, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);     /* planned once, not anew for each value */
    for (size_t i = 0; i < countof(off); i++)
        sqlite3_db_config(c->h, off[i], 0, NULL);
    sqlite3_db_config(c->h, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, !c->base.is_writer, NULL);
    for (size_t i = 0; i < countof(limit); i++)
        sqlite3_limit(c->h, limit[i].id, limit[i].max);
    sqlite3_busy_timeout(c->h, c->base.is_writer ? 0 : READER_BUSY_MS);
    const char *const *p = c->base.is_writer ? pragma_writer : pragma_reader;
    for (; *p && rc == SQLITE_OK; p++)
        rc = sqlite3_exec(c->h, *p, NULL, NULL, NULL);
#ifdef SETU_FAULTS
    if (c->base.is_writer && db_fault_sync_normal && rc == SQLITE_OK)
        rc = sqlite3_exec(c->h, "PRAGMA synchronous=NORMAL", NULL, NULL, NULL);
#endif
    if (!c->base.is_writer)
        sqlite3_progress_handler(c->h, DEADLINE_STEPS, past_deadline, c);
    return rc;
}

/* ── connections ─────────────────────────────────────────────────────────── */

static void conn_free(struct file_conn *c)
{
    if (!c)
        return;
    conn_forget_all(c);
    if (sqlite3_close(c->h) != SQLITE_OK)
        die("a statement outlived its connection");
    free(c);
}

static bool fail_open(struct file_db *db, int rc, const char *why, struct err *e)
{
    int code = plain_code(rc);

    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        fail(e, ERR_INTERNAL, MSG_db_damaged, "%s (%d)", why, rc);
    else if (code == SQLITE_FULL)
        fail(e, ERR_FULL, MSG_db_full, "%s (%d)", why, rc);
    else
        fail(e, ERR_INTERNAL, MSG_db_cannot_open, "%s (%d)", why, rc);
    return err_arg(e, "folder", str_of(db->base.place));
}

static bool conn_open(struct file_db *db, bool is_writer, struct db_conn **out, struct err *e)
{
    struct file_conn *c = calloc(1, sizeof *c);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (is_writer ? SQLITE_OPEN_CREATE : 0);

    if (!c)
        return fail(e, ERR_BUSY, MSG_db_busy, "no memory for a connection");
    c->base = (struct db_conn){ .b = &sqlite_backend, .db = &db->base, .is_writer = is_writer };
    c->file = db;
    TAILQ_INIT(&c->lru);
    TAILQ_INIT(&c->open);
    int rc = sqlite3_open_v2(db->file, &c->h, flags, NULL);
    if (rc == SQLITE_OK)
        rc = configure(c);
    if (rc != SQLITE_OK) {
        fail_open(db, rc, c->h ? sqlite3_errmsg(c->h) : "no memory", e);
        conn_free(c);
        return false;
    }
    sqlite3_set_authorizer(c->h, authorize, c);
    *out = &c->base;
    return true;
}

bool file_reader(struct db *db, struct db_conn **out, struct err *e) { return conn_open(file_db(db), false, out, e); }
void file_conn_close(struct db_conn *c) { conn_free(file_conn(c)); }

static void read_end(struct db_conn *conn)
{
    struct file_conn *c = file_conn(conn);

    c->deadline = 0;
    conn_reset_to(c, NULL);
    if (c->in_snapshot && !sqlite3_get_autocommit(c->h) && conn_run(c, "COMMIT") != SQLITE_OK)
        conn_roll_back(c);
    c->in_snapshot = false;
}

static bool read_begin(struct db_conn *conn, int deadline_ms, struct err *e)
{
    struct file_conn *c = file_conn(conn);

    read_end(conn);
    int rc = conn_begin(c, "BEGIN");
    if (rc != SQLITE_OK)
        return conn_fail(c, rc, "BEGIN", e);
    c->in_snapshot = true;
    c->deadline = deadline_ms > 0 ? clock_mono() + (int64_t)deadline_ms * 1000 : 0;
    return true;
}

/* ── the folder ──────────────────────────────────────────────────────────── */

bool dir_sync(const char *dir)
{
#ifdef SETU_FAULTS
    if (db_fault_dir_sync)
        return db_fault_dir_sync(dir);
#endif
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

static bool fail_folder(const char *path, enum err_code code, int msg, int no, struct err *e)
{
    fail(e, code, msg, "%s: %s", path, strerror(no));
    return err_arg(e, "folder", str_of(path));
}

static bool has_file(const char *dir)
{
    char path[4096];
    return snprintf(path, sizeof path, "%s/setu.db", dir) < (int)sizeof path
           && access(path, F_OK) == 0;
}

static bool folder_ready(const struct db_options *o, struct err *e)
{
    struct stat st;

    if (stat(o->path, &st) == 0 && !S_ISDIR(st.st_mode))
        return fail_folder(o->path, ERR_INVALID, MSG_db_cannot_open, ENOTDIR, e);
    if (stat(o->path, &st) == 0 && (o->create || has_file(o->path)))
        return true;
    if (errno != ENOENT)
        return fail_folder(o->path, ERR_INTERNAL, MSG_db_cannot_open, errno, e);
    if (!o->create)
        return fail_folder(o->path, ERR_NOT_FOUND, MSG_db_absent, ENOENT, e);
    if (mkdir(o->path, 0700) && errno != EEXIST)
        return fail_folder(o->path, ERR_INTERNAL, MSG_db_cannot_open, errno, e);
    return true;
}

static bool folder_lock(struct file_db *db, struct err *e)
{
    char path[4096];

    if (snprintf(path, sizeof path, "%s/lock", db->base.place) >= (int)sizeof path)
        return fail_folder(db->base.place, ERR_INVALID, MSG_db_cannot_open, ENAMETOOLONG, e);
    db->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (db->lock_fd < 0)
        return fail_folder(db->base.place, ERR_INTERNAL, MSG_db_cannot_open, errno, e);
    if (flock(db->lock_fd, LOCK_EX | LOCK_NB)) {
        int no = errno;
        return no == EWOULDBLOCK
               ? fail_folder(db->base.place, ERR_CONFLICT, MSG_db_second_server, no, e)
               : fail_folder(db->base.place, ERR_INTERNAL, MSG_db_cannot_open, no, e);
    }
    return true;
}

/* ── first start ─────────────────────────────────────────────────────────── */

static int ask_int(sqlite3 *h, const char *sql, int64_t *out)
{
    sqlite3_stmt *st = NULL;
    int rc = sqlite3_prepare_v2(h, sql, -1, &st, NULL);

    if (rc == SQLITE_OK && (rc = sqlite3_step(st)) == SQLITE_ROW) {
        *out = sqlite3_column_int64(st, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(st);
    return rc;
}

/* The file as it is; the first touch of it, and a read only (after recovery). */
static bool look_at(struct file_db *db, struct file_conn *c, bool create, bool *is_new, struct err *e)
{
    int64_t ntables = 0, id = 0, pages = 0;
    int rc = ask_int(c->h, "SELECT count(*) FROM sqlite_schema", &ntables);

    if (rc == SQLITE_OK)
        rc = ask_int(c->h, "PRAGMA application_id", &id);
    if (rc == SQLITE_OK)
        rc = ask_int(c->h, "PRAGMA page_count", &pages);
    if (rc != SQLITE_OK)
        return fail_open(db, rc, sqlite3_errmsg(c->h), e);
    *is_new = ntables == 0 && id != APPLICATION_ID;
    if (ntables > 0 && id != APPLICATION_ID) {
        fail(e, ERR_INTERNAL, MSG_db_foreign, "application id %lld", (long long)id);
        return err_arg(e, "folder", str_of(db->base.place));
    }
    if (*is_new && !create)
        return fail_folder(db->base.place, ERR_NOT_FOUND, MSG_db_absent, ENOENT, e);
    return true;
}

static int make_new(sqlite3 *h)
{
    char sql[64];
    int rc = sqlite3_exec(h, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);

    snprintf(sql, sizeof sql, "PRAGMA application_id=%d", APPLICATION_ID);
    return rc == SQLITE_OK ? sqlite3_exec(h, sql, NULL, NULL, NULL) : rc;
}

static int is_wal(void *ok, int n, char **value, char **name)
{
    (void)n, (void)name;
    *(bool *)ok = value[0] && !strcmp(value[0], "wal");
    return 0;
}

static bool first_touch(struct file_db *db, struct file_conn *c, bool create, struct err *e)
{
    bool is_new = false, wal = false;

    sqlite3_set_authorizer(c->h, NULL, NULL);
    if (!look_at(db, c, create, &is_new, e))
        return false;
    int rc = is_new ? make_new(c->h) : SQLITE_OK;
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->h, "PRAGMA journal_mode=WAL", is_wal, &wal, NULL);
    if (rc == SQLITE_OK && !wal)
        rc = SQLITE_CANTOPEN;                   /* this file system cannot share memory */
    if (rc != SQLITE_OK)
        return fail_open(db, rc, sqlite3_errmsg(c->h), e);
    if (!dir_sync(db->base.place))
        return fail_folder(db->base.place, ERR_INTERNAL, MSG_db_cannot_open, errno, e);
    sqlite3_set_authorizer(c->h, authorize, c);
    return true;
}

/* ── opening ─────────────────────────────────────────────────────────────── */

static void configure_library(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* a global lock in every allocation otherwise */
    sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    sqlite3_initialize();
}

static void db_free(struct file_db *db)
{
    conn_free(file_conn(db->base.w));
    if (db->lock_fd >= 0)
        close(db->lock_fd);                     /* after the file is closed */
    queue_close(&db->base.queue);
    free(db->base.place);
    free(db->file);
    free(db);
}

static bool log_ready(struct file_db *db, struct err *e)
{
    int rc = log_renew(db);
    return rc == SQLITE_OK || fail_open(db, rc, "the log could not be copied", e);
}

static bool open_locked(struct file_db *db, const struct db_options *o, struct err *e)
{
    if (!folder_lock(db, e) || !log_ready(db, e) || !conn_open(db, true, &db->base.w, e)
        || !first_touch(db, file_conn(db->base.w), o->create, e))
        return false;
    writer_watch(db);
    return writer_start(&db->base, e);
}

static bool file_open(const struct db_options *o, struct db **out, struct err *e)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct file_db *db;

    pthread_once(&once, configure_library);
    if (!folder_ready(o, e))
        return false;
    db = calloc(1, sizeof *db);
    if (!db)
        return fail(e, ERR_BUSY, MSG_db_busy, "no memory for the database");
    db->base.b = &sqlite_backend;
    db->lock_fd = -1;
    db->base.place = realpath(o->path, NULL);
    readers_open(&db->base);
    queue_open(&db->base.queue, o->queue_max > 0 ? o->queue_max : QUEUE_DEFAULT);
    if (!db->base.place || asprintf(&db->file, "%s/setu.db", db->base.place) < 0) {
        db->file = NULL;
        fail_folder(o->path, ERR_INTERNAL, MSG_db_cannot_open, errno, e);
        db_free(db);
        return false;
    }
    if (!open_locked(db, o, e)) {
        db_free(db);
        return false;
    }
    *out = &db->base;
    return true;
}

static void file_close(struct db *db)
{
    db_free(file_db(db));                       /* the last connection checkpoints as it closes */
}

/* The folder has one opener: there is nobody to tell, and nobody tells. */
static void file_listen(struct db *db, db_listen_fn *fn, void *arg) { (void)db, (void)fn, (void)arg; }

static bool file_notify(struct db_conn *tx, str channel, str text, struct err *e)
{
    (void)tx, (void)channel, (void)text, (void)e;
    return true;
}

const struct backend sqlite_backend = {
    .name = "sqlite", .open = file_open, .close = file_close, .reader = file_reader, .conn_close = file_conn_close,
    .read_begin = read_begin, .read_end = read_end, .listen = file_listen, .notify = file_notify,
    .begin = file_begin, .save = file_save, .mark = file_mark, .leave = file_leave, .is_lost = file_is_lost,
    .keep_seq = file_keep_seq, .commit = file_commit, .after = file_after,
    .query = file_query, .next = file_next, .done = file_done, .columns = file_columns, .kind = file_kind,
    .integer = file_int, .number = file_num, .text = file_text, .exec = file_exec, .get_int = file_get_int,
    .table_exists = file_table_exists, .index_exists = file_index_exists, .table_columns = file_table_columns,
    .fts_create = file_fts_create, .fts_put = file_fts_put, .fts_drop = file_fts_drop,
    .fts_where = file_fts_where, .fts_words = file_fts_words,
    .backup = file_backup, .check = file_check, .explain = file_explain, .engine = file_engine,
};
