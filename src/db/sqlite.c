/* sqlite.c - statements on SQLite: prepare, bind by name, step, report.
 *
 * Statements are kept per connection, found by their text, the least used of
 * more than CACHE_MAX finalized. One that is open while the same text is asked
 * for again (a query inside its own loop) gets a copy that lives until
 * db_done(). Values are bound by the N of "$N": SQLite numbers parameters by
 * appearance, PostgreSQL by N, and one text must mean the same on both.
 *
 * On the writer an I/O error or a damaged page ends the process here: what was
 * acknowledged is in the log on disk, what was not is nobody's. On a reader the
 * same is an error of that request, which has changed nothing.
 */
#include "db/sqlite.h"
#include "base/clock.h"
#include "base/log.h"
#include "msg/db.h"

/* ── errors ──────────────────────────────────────────────────────────────── */

static bool fail_constraint(int rc, const char *why, const char *sql, struct err *e)
{
    switch (rc) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return fail(e, ERR_CONFLICT, MSG_db_exists, "%s", why);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
    case SQLITE_CONSTRAINT_TRIGGER:             /* ON DELETE RESTRICT reports itself so */
        return fail(e, ERR_CONFLICT, MSG_db_in_use, "%s: %s", why, sql);
    default:
        return fail(e, ERR_INTERNAL, 0, "%s: %s", why, sql);
    }
}

/* Out of memory may come dressed as an I/O error; a wal-index that cannot grow is a full disk. */
int plain_code(int rc)
{
    if (rc == SQLITE_IOERR_NOMEM)
        return SQLITE_NOMEM;
    if (rc == SQLITE_IOERR_SHMSIZE)
        return SQLITE_FULL;
    return rc & 0xff;
}

bool conn_fail(struct file_conn *c, int rc, const char *sql, struct err *e)
{
    const char *why = sqlite3_errmsg(c->h);
    int code = plain_code(rc);

    if (c->base.is_writer && (code == SQLITE_IOERR || code == SQLITE_CORRUPT || code == SQLITE_NOTADB))
        writer_die(c->file, rc, sql);
    switch (code) {
    case SQLITE_CONSTRAINT:
        return fail_constraint(rc, why, sql, e);
    case SQLITE_FULL:
        return fail(e, ERR_FULL, MSG_db_full, "%s: %s", why, sql);
    case SQLITE_NOMEM:
        return fail(e, ERR_BUSY, MSG_db_busy, "out of memory: %s", sql);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail(e, ERR_BUSY, MSG_db_busy, "%s: %s", why, sql);
    case SQLITE_INTERRUPT:
        return fail(e, ERR_BUSY, MSG_db_too_slow, "past the deadline: %s", sql);
    case SQLITE_TOOBIG:
        return fail(e, ERR_TOO_LARGE, MSG_db_too_large, "%s: %s", why, sql);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        fail(e, ERR_INTERNAL, MSG_db_damaged, "%s (%d): %s", why, rc, sql);
        return err_arg(e, "folder", str_of(c->base.db->place));
    default:
        return fail(e, ERR_INTERNAL, 0, "%s (%d): %s", why, rc, sql);
    }
}

/* ── the cache ───────────────────────────────────────────────────────────── */

static void stmt_free(struct stmt *s)
{
    sqlite3_finalize(s->st);
    sqlite3_free(s);
}

static void cache_drop(struct file_conn *c, struct stmt *s)
{
    struct stmt **at = &c->bucket[s->hash % CACHE_MAX];

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    TAILQ_REMOVE(&c->lru, s, by_use);
    c->ncached--;
    stmt_free(s);
}

static void cache_put(struct file_conn *c, struct stmt *s)
{
    if (c->ncached >= CACHE_MAX) {
        struct stmt *old = TAILQ_LAST(&c->lru, stmts);
        while (old && old->is_open)
            old = TAILQ_PREV(old, stmts, by_use);
        if (!old)
            return;                             /* every one is at work: not kept */
        cache_drop(c, old);
    }
    s->is_cached = true;
    s->next = c->bucket[s->hash % CACHE_MAX];
    c->bucket[s->hash % CACHE_MAX] = s;
    TAILQ_INSERT_HEAD(&c->lru, s, by_use);
    c->ncached++;
}

static int rights(const struct file_conn *c) { return c->is_trusted | c->base.may_schema << 1; }

/* *twin: the text is known but at work, so a second one must not be kept. */
static struct stmt *cache_find(struct file_conn *c, uint64_t hash, const char *sql, bool *twin)
{
    *twin = false;
    for (struct stmt *s = c->bucket[hash % CACHE_MAX]; s; s = s->next) {
        if (s->hash != hash || s->rights != rights(c) || strcmp(sqlite3_sql(s->st), sql) != 0)
            continue;
        if (!s->is_open) {
            TAILQ_REMOVE(&c->lru, s, by_use);
            TAILQ_INSERT_HEAD(&c->lru, s, by_use);
            return s;
        }
        *twin = true;
    }
    return NULL;
}

/* Texts are long and asked for often: eight bytes at a step. */
static uint64_t hash_of(const char *sql)
{
    size_t n = strlen(sql);
    uint64_t h = n, w;
    for (; n >= sizeof w; sql += sizeof w, n -= sizeof w) {
        memcpy(&w, sql, sizeof w);
        h = (h ^ w) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    for (w = 0; n > 0; n--)
        w = w << 8 | (unsigned char)sql[n - 1];
    h = (h ^ w) * 0x9E3779B97F4A7C15u;
    return h ^ h >> 32;
}

/* Reads the N of each "$N"; false when a parameter is named otherwise. */
static bool read_names(struct stmt *s)
{
    for (int i = 0; i < s->nargs; i++) {
        const char *name = sqlite3_bind_parameter_name(s->st, i + 1);
        int64_t n;
        if (!name || *name != '$' || !str_to_int(str_of(name + 1), &n) || n < 1 || n > s->nargs)
            return false;
        s->arg[i] = (uint16_t)n;
    }
    return true;
}

/* A key is the rows' own place here only when told so; else it is a second b-tree beside them. Of one column by the very word
 * INTEGER instead of BIGINT, of several without a rowid, where all are numbers: long rows would lie badly in the key's
 * tree. NULL: `sql` makes no such table. */
static char *own_key(const char *sql)
{
    if (strncmp(sql, "CREATE TABLE", 12))
        return NULL;
    const char *at = strstr(sql, " BIGINT PRIMARY KEY");
    if (at)
        return sqlite3_mprintf("%.*s INTEGER%s", (int)(at - sql), sql, at + strlen(" BIGINT"));
    bool is_narrow = !strstr(sql, " TEXT") && !strstr(sql, " BLOB") && !strstr(sql, " DOUBLE");
    return is_narrow && strstr(sql, ", PRIMARY KEY (") ? sqlite3_mprintf("%s WITHOUT ROWID", sql) : NULL;
}

static bool stmt_prepare(struct file_conn *c, const char *sql, uint64_t hash, bool keep,
                         struct stmt **out, struct err *e)
{
    sqlite3_stmt *st = NULL;
    const char *rest;
    char *own = own_key(sql);
    int rc = sqlite3_prepare_v3(c->h, own ? own : sql, -1, keep ? SQLITE_PREPARE_PERSISTENT : 0, &st, &rest);
    bool is_one = rc == SQLITE_OK && st && !rest[strspn(rest, " \n\t;")];
    sqlite3_free(own);
    if (rc != SQLITE_OK)
        return conn_fail(c, rc, sql, e);
    if (!is_one) {
        sqlite3_finalize(st);
        return fail(e, ERR_INTERNAL, 0, "not exactly one statement: %s", sql);
    }
    int n = sqlite3_bind_parameter_count(st);
    struct stmt *s = sqlite3_malloc64(sizeof *s + (size_t)n * sizeof *s->arg);
    if (!s) {
        sqlite3_finalize(st);
        return conn_fail(c, SQLITE_NOMEM, sql, e);
    }
    *s = (struct stmt){ .st = st, .hash = hash, .rights = rights(c), .nargs = n };
    if (!read_names(s)) {
        stmt_free(s);
        return fail(e, ERR_INTERNAL, 0, "parameters are not $1 to $%d: %s", n, sql);
    }
    if (keep)
        cache_put(c, s);
    *out = s;
    return true;
}

static bool stmt_get(struct file_conn *c, const char *sql, struct stmt **out, struct err *e)
{
    bool twin;
    uint64_t hash = hash_of(sql);
    struct stmt *s = cache_find(c, hash, sql, &twin);

    if (!s && !stmt_prepare(c, sql, hash, !twin, &s, e))
        return false;
    s->is_open = true;
    TAILQ_INSERT_TAIL(&c->open, s, open);
    *out = s;
    return true;
}

static int stmt_close(struct file_conn *c, struct stmt *s)
{
    int rc = sqlite3_reset(s->st);

    sqlite3_clear_bindings(s->st);              /* never keep a pointer into the caller's memory */
    TAILQ_REMOVE(&c->open, s, open);
    s->is_open = false;
    if (!s->is_cached)
        stmt_free(s);
    return rc;
}

void conn_reset_to(struct file_conn *c, const struct stmt *last)
{
    while (TAILQ_LAST(&c->open, stmts) != last)
        stmt_close(c, TAILQ_LAST(&c->open, stmts));
}

void conn_forget_all(struct file_conn *c)
{
    conn_reset_to(c, NULL);
    while (!TAILQ_EMPTY(&c->lru))
        cache_drop(c, TAILQ_FIRST(&c->lru));
}

/* ── binding ─────────────────────────────────────────────────────────────── */

static int bind_one(sqlite3_stmt *st, int at, const struct db_val *v, bool copy)
{
    sqlite3_destructor_type life = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;

    switch (v->kind) {
    case DB_NULL: return sqlite3_bind_null(st, at);
    case DB_INT:  return sqlite3_bind_int64(st, at, v->i);
    case DB_NUM:  return sqlite3_bind_double(st, at, v->d);
    case DB_TEXT: return sqlite3_bind_text64(st, at, v->s.n ? v->s.p : "", v->s.n, life,
                                             SQLITE_UTF8);
    case DB_BLOB: return sqlite3_bind_blob64(st, at, v->s.n ? v->s.p : "", v->s.n, life);
    }
    return SQLITE_MISUSE;
}

static bool stmt_bind(struct file_conn *c, struct stmt *s, const struct db_val *v, size_t n,
                      bool copy, struct err *e)
{
    const char *sql = sqlite3_sql(s->st);

    if ((size_t)s->nargs != n)
        return fail(e, ERR_INTERNAL, 0, "%zu values for %d parameters: %s", n, s->nargs, sql);
    for (int i = 0; i < s->nargs; i++) {
        const struct db_val *x = &v[s->arg[i] - 1];
        if (!is_storable(x, e))
            return false;
        int rc = bind_one(s->st, i + 1, x, copy);
        if (rc != SQLITE_OK)
            return conn_fail(c, rc, sql, e);
    }
    return true;
}

/* ── running ─────────────────────────────────────────────────────────────── */

static bool open_bound(struct file_conn *c, struct stmt **s, const char *sql,
                       const struct db_val *v, size_t n, bool copy, struct err *e)
{
    if (c->deadline && clock_mono() > c->deadline)
        return conn_fail(c, SQLITE_INTERRUPT, sql, e);
    if (c->base.in_group && sqlite3_get_autocommit(c->h))
        return fail(e, ERR_BUSY, MSG_db_busy, "the transaction is lost, not run: %s", sql);
    if (!stmt_get(c, sql, s, e))
        return false;
    if (!stmt_bind(c, *s, v, n, copy, e)) {
        stmt_close(c, *s);
        return false;
    }
    return true;
}

bool file_query(struct db_conn *c, struct db_rows *q, const char *sql,
                const struct db_val *v, size_t n, struct err *e)
{
    struct stmt *s;

    *q = (struct db_rows){ .c = c, .rc = SQLITE_MISUSE };
    if (!open_bound(file_conn(c), &s, sql, v, n, true, e))
        return false;
    *q = (struct db_rows){ .c = c, .stmt = s, .rc = SQLITE_OK, .is_busy = true };
    return true;
}

bool file_next(struct db_rows *q)
{
    if (!q->is_busy)
        return false;
    q->rc = sqlite3_step(((struct stmt *)q->stmt)->st);
    q->is_busy = q->rc == SQLITE_ROW;
    return q->is_busy;
}

bool file_done(struct db_rows *q, struct err *e)
{
    struct stmt *s = q->stmt;
    struct file_conn *c = file_conn(q->c);

    if (!s)
        return q->rc == SQLITE_DONE || fail(e, ERR_INTERNAL, 0, "db_done without a query");
    int rc = sqlite3_reset(s->st);              /* brings its message back as the latest; tells of a text that found no memory, too */
    bool went = q->rc == SQLITE_ROW || q->rc == SQLITE_DONE || q->rc == SQLITE_OK;
    bool ok = went && rc == SQLITE_OK;
    if (!ok)
        conn_fail(c, went ? rc : q->rc, sqlite3_sql(s->st), e);
    stmt_close(c, s);
    *q = (struct db_rows){ .c = &c->base, .rc = ok ? SQLITE_DONE : SQLITE_MISUSE };
    return ok;
}

bool file_exec(struct db_conn *conn, const char *sql, const struct db_val *v, size_t n,
               int64_t *changed, struct err *e)
{
    struct file_conn *c = file_conn(conn);
    struct stmt *s;
    int rc;

    if (!open_bound(c, &s, sql, v, n, false, e))
        return false;
    int64_t before = sqlite3_total_changes64(c->h);
    while ((rc = sqlite3_step(s->st)) == SQLITE_ROW)
        ;
    bool ok = rc == SQLITE_DONE || conn_fail(c, rc, sql, e);
    stmt_close(c, s);
    if (ok && changed)
        *changed = sqlite3_total_changes64(c->h) == before ? 0 : sqlite3_changes64(c->h);
    return ok;
}

bool file_get_int(struct db_conn *conn, const char *sql, const struct db_val *v, size_t n,
                  bool *found, int64_t *out, struct err *e)
{
    struct file_conn *c = file_conn(conn);
    struct stmt *s;

    if (!open_bound(c, &s, sql, v, n, false, e))
        return false;
    int rc = sqlite3_step(s->st);
    bool ok = rc == SQLITE_ROW || rc == SQLITE_DONE || conn_fail(c, rc, sql, e);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(s->st, 0);
    if (ok && found)
        *found = rc == SQLITE_ROW;
    stmt_close(c, s);
    return ok;
}

int conn_run(struct file_conn *c, const char *sql)
{
    struct stmt *s;
    struct err e = { 0 };
    bool was = c->is_trusted;
    int rc = SQLITE_NOMEM;

    c->is_trusted = true;                       /* also while stepping: it may prepare again */
    if (stmt_get(c, sql, &s, &e)) {
        rc = sqlite3_step(s->st);
        stmt_close(c, s);
        rc = rc == SQLITE_DONE || rc == SQLITE_ROW ? SQLITE_OK : rc;
    }
    c->is_trusted = was;
    return rc;
}

void conn_roll_back(struct file_conn *c)
{
    bool was = c->is_trusted;
    c->is_trusted = true;
    if (!sqlite3_get_autocommit(c->h))
        sqlite3_exec(c->h, "ROLLBACK", NULL, NULL, NULL);
    c->is_trusted = was;
}

int conn_begin(struct file_conn *c, const char *sql)
{
    conn_roll_back(c);
    int rc = conn_run(c, sql);
    if (rc != SQLITE_OK)
        conn_roll_back(c);
    return rc;
}

/* ── columns ─────────────────────────────────────────────────────────────── */

static sqlite3_stmt *row(const struct db_rows *q) { return ((struct stmt *)q->stmt)->st; }

int file_columns(const struct db_rows *q) { return sqlite3_column_count(row(q)); }
int64_t file_int(const struct db_rows *q, int col) { return sqlite3_column_int64(row(q), col); }
double file_num(const struct db_rows *q, int col) { return sqlite3_column_double(row(q), col); }

enum db_kind file_kind(const struct db_rows *q, int col)
{
    switch (sqlite3_column_type(row(q), col)) {
    case SQLITE_INTEGER: return DB_INT;
    case SQLITE_FLOAT:   return DB_NUM;
    case SQLITE_TEXT:    return DB_TEXT;
    case SQLITE_BLOB:    return DB_BLOB;
    default:             return DB_NULL;
    }
}

str file_text(const struct db_rows *q, int col)
{
    const char *p = sqlite3_column_blob(row(q), col);       /* text stays text: no copy, no NUL */
    return (str){ p, p ? (size_t)sqlite3_column_bytes(row(q), col) : 0 };
}
