/* postgres.c - statements on PostgreSQL: prepare, bind, run, report.
 *
 * Statements are prepared once per connection and kind of values, found by
 * their text. A parameter has the type of the value it gets (BIGINT, DOUBLE
 * PRECISION, TEXT, BYTEA); of a NULL the server says which it wants.
 *
 * An answer is read whole, so that a query may run within the rows of another.
 * A statement that fails costs the server its transaction: on the writer nothing
 * more runs until the savepoint is undone (db_try), a reader begins a new one.
 */
#include "db/postgres.h"
#include <endian.h>
#include <math.h>
#include "base/clock.h"
#include "base/log.h"
#include "msg/db.h"

enum { OID_BOOL = 16, OID_BYTEA = 17, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_TEXT = 25, OID_FLOAT4 = 700,
       OID_FLOAT8 = 701, OID_NUMERIC = 1700 };

/* ── the cache ───────────────────────────────────────────────────────────── */

static void stmt_free(struct pg_stmt *s)
{
    free(s->sql);
    free(s->type);
    free(s);
}

static void cache_drop(struct pg_conn *c, struct pg_stmt *s)
{
    struct pg_stmt **at = &c->bucket[s->hash % CACHE_MAX];

    while (*at != s)
        at = &(*at)->next;
    *at = s->next;
    TAILQ_REMOVE(&c->lru, s, by_use);
    c->ncached--;
    stmt_free(s);
}

void pg_forget(struct pg_conn *c)
{
    while (!TAILQ_EMPTY(&c->lru))
        cache_drop(c, TAILQ_FIRST(&c->lru));
}

static Oid type_of(const struct db_val *v)
{
    switch (v->kind) {
    case DB_INT:  return OID_INT8;
    case DB_NUM:  return OID_FLOAT8;
    case DB_TEXT: return OID_TEXT;
    case DB_BLOB: return OID_BYTEA;
    default:      return 0;
    }
}

static bool fits(const struct pg_stmt *s, const struct db_val *v, size_t n)
{
    if ((size_t)s->nargs != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (v[i].kind != DB_NULL && s->type[i] != type_of(&v[i]))
            return false;
    return true;
}

static struct pg_stmt *cache_find(struct pg_conn *c, uint64_t hash, const char *sql, const struct db_val *v, size_t n)
{
    for (struct pg_stmt *s = c->bucket[hash % CACHE_MAX]; s; s = s->next)
        if (s->hash == hash && fits(s, v, n) && strcmp(s->sql, sql) == 0) {
            TAILQ_REMOVE(&c->lru, s, by_use);
            TAILQ_INSERT_HEAD(&c->lru, s, by_use);
            return s;
        }
    return NULL;
}

/* The server's own of an old one ends with the next round. */
static void cache_put(struct pg_conn *c, struct pg_stmt *s)
{
    if (c->ncached >= CACHE_MAX) {
        struct pg_stmt *old = TAILQ_LAST(&c->lru, pg_stmts);
        pg_quietf(c, "DEALLOCATE %s", old->name);
        cache_drop(c, old);
    }
    s->next = c->bucket[s->hash % CACHE_MAX];
    c->bucket[s->hash % CACHE_MAX] = s;
    TAILQ_INSERT_HEAD(&c->lru, s, by_use);
    c->ncached++;
}

/* The values are $1 to $n, each used: what SQLite refuses is refused here too. */
static bool names_all(const char *sql, size_t n)
{
    bool used[ARGS_MAX + 1] = { false };
    size_t nused = 0;

    for (const char *p = sql; *p; p++) {
        if (*p == '\'' || *p == '"') {
            p = strchr(p + 1, *p);
            if (!p)
                return false;
            continue;
        }
        if (*p != '$')
            continue;
        char *end;
        unsigned long i = strtoul(p + 1, &end, 10);
        if (end == p + 1 || i < 1 || i > n || i > ARGS_MAX)
            return false;
        nused += !used[i];
        used[i] = true;
        p = end - 1;
    }
    return nused == n;
}

static bool stmt_new(struct pg_conn *c, const char *sql, uint64_t hash, const struct db_val *v, size_t n,
                     struct pg_stmt **out, struct err *e)
{
    if (!names_all(sql, n))
        return fail(e, ERR_INTERNAL, 0, "parameters are not $1 to $%zu: %s", n, sql);
    struct pg_stmt *s = calloc(1, sizeof *s);
    if (!s || !(s->type = calloc(n + 1, sizeof *s->type)) || !(s->sql = c->base.may_schema ? pg_ddl(sql) : strdup(sql)))
        die("out of memory");
    s->hash = hash;
    s->nargs = (int)n;
    if (!c->base.may_schema)                    /* those are run once: the server's unnamed one */
        snprintf(s->name, sizeof s->name, "s%llu", (unsigned long long)++c->serial);
    for (size_t i = 0; i < n; i++)
        s->type[i] = type_of(&v[i]);
    *out = s;
    return true;
}

/* ── binding ─────────────────────────────────────────────────────────────── */

struct bound { const char *value[ARGS_MAX]; int length[ARGS_MAX], format[ARGS_MAX]; uint64_t word[ARGS_MAX]; };

/* 48 KB: too much for a stack that each statement would clear, and for the memory of every thread. */
static struct bound *bound_of(struct pg_conn *c)
{
    if (!c->bound && !(c->bound = malloc(sizeof *c->bound)))
        die("out of memory");
    return c->bound;
}

static bool bind(struct bound *b, const struct db_val *v, size_t n, struct err *e)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_storable(&v[i], e))
            return false;
        bool is_word = v[i].kind == DB_INT || v[i].kind == DB_NUM;
        uint64_t bits = 0;
        if (v[i].kind == DB_NUM)
            memcpy(&bits, &v[i].d, sizeof bits);
        else if (is_word)
            bits = (uint64_t)v[i].i;
        b->word[i] = htobe64(bits);
        b->format[i] = 1;
        b->length[i] = is_word ? 8 : (int)v[i].s.n;
        b->value[i] = v[i].kind == DB_NULL ? NULL : is_word ? (const char *)&b->word[i] : v[i].s.n ? v[i].s.p : "";
    }
    return true;
}

/* ── running ─────────────────────────────────────────────────────────────── */

static bool begins(const char *sql, const char *word)
{
    size_t n = strlen(word);
    return strncmp(sql, word, n) == 0 && (sql[n] == ' ' || sql[n] == '\n' || sql[n] == '(' || !sql[n]);
}

static bool is_one_of(const char *sql, const char *const *words)
{
    for (; *words; words++)
        if (begins(sql, *words))
            return true;
    return false;
}

static bool is_schema(const struct pg_conn *c, const char *sql)
{
    static const char *const words[] = { "CREATE", "ALTER", "DROP", NULL };
    return c->base.may_schema && is_one_of(sql, words);
}

/* What SQLite's authorizer refuses. Writing on a reader the server itself refuses. */
static bool is_allowed(const struct pg_conn *c, const char *sql)
{
    static const char *const words[] = { "SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "VALUES", NULL };
    return c->is_trusted || is_one_of(sql, words) || is_schema(c, sql);
}

/* It is nearly always the same: so it is the session's, and told before BEGIN, where no rollback undoes it. */
static void tell_deadline(struct pg_conn *c)
{
    if (c->timeout_ms != c->deadline_ms)
        pg_quietf(c, "SET statement_timeout = %d", c->deadline_ms);
    c->timeout_ms = c->deadline_ms;
}

/* The reader's transaction is begun with its first statement, and anew after a failed one. */
static bool ready_reader(struct pg_conn *c, struct err *e)
{
    if (!c->h) {
        if (c->is_session || clock_mono() < c->pg->next_try)
            return pg_away(c->pg, "not yet tried again", e);
        if (!pg_connect(c, e))
            return false;
    }
    if (c->is_aborted) {
        pg_quiet(c, "ROLLBACK");
        c->is_begun = c->is_aborted = false;
    }
    if (!c->is_begun)
        tell_deadline(c);
    if (c->in_snapshot && !c->is_begun) {
        pg_quiet(c, PG_SNAPSHOT);
        c->is_begun = true;
    }
    return true;
}

static bool ready_writer(const struct pg_conn *c, const char *sql, struct err *e)
{
    if (c->base.in_group && c->lost != FATE_KEPT)
        return fail(e, ERR_BUSY, MSG_db_busy, "the transaction is lost, not run: %s", sql);
    if (!c->is_aborted)
        return true;
    if (c->base.may_schema) {                   /* schema statements travel together: it may be one of before */
        *e = c->aborted_by;
        return false;
    }
    return fail(e, ERR_INTERNAL, 0, "after a statement that failed (db_try keeps a write going): %s", sql);
}

static PGresult *run_bound(struct pg_conn *c, const char *sql, const struct db_val *v, size_t n, const struct bound *b,
                           struct err *e)
{
    uint64_t hash = str_hash(str_of(sql));
    struct pg_stmt *s = cache_find(c, hash, sql, v, n);
    bool is_new = !s;

    if (is_new && !stmt_new(c, sql, hash, v, n, &s, e))
        return NULL;
    PGresult *r = pg_round(c, s, is_new, b->value, b->length, b->format, e);
    if (is_new && r && !c->base.may_schema)
        cache_put(c, s);
    else if (is_new)
        stmt_free(s);
    return r;
}

/* A connection that was lost before this request read anything is made anew: it never notices. */
static PGresult *run(struct pg_conn *c, const char *sql, const struct db_val *v, size_t n, struct err *e)
{
    struct bound *b = bound_of(c);
    bool may_retry = !c->base.is_writer && !c->is_session && (c->is_fresh || !c->in_snapshot);

    if (c->deadline && clock_mono() > c->deadline) {
        fail(e, ERR_BUSY, MSG_db_too_slow, "past the deadline: %s", sql);
        return NULL;
    }
    if (n > ARGS_MAX || !is_allowed(c, sql)) {
        fail(e, ERR_INTERNAL, 0, n > ARGS_MAX ? "too many values: %s" : "not allowed here: %s", sql);
        return NULL;
    }
    if (!bind(b, v, n, e))
        return NULL;
    for (int i = 0; i < 2; i++) {
        if (c->base.is_writer ? !ready_writer(c, sql, e) : !ready_reader(c, e))
            return NULL;
        PGresult *r = run_bound(c, sql, v, n, b, e);
        c->is_fresh = c->is_fresh && !r;
        if (r || c->h || !may_retry)
            return r;
    }
    return NULL;
}

/* Hundreds make a workspace: they travel together, and the end of the write tells of a failure. */
static bool run_schema(struct pg_conn *c, const char *sql, struct err *e)
{
    if (!ready_writer(c, sql, e))
        return false;
    char *theirs = pg_ddl(sql);
    pg_quiet(c, theirs);
    free(theirs);
    pg_catalog_note(c, sql);
    return true;
}

/* In a bold group an answer of which only "done" would be heard is not waited for. False: it is to be run as ever. */
static bool may_run_ahead(struct pg_conn *c, const char *sql, const struct db_val *v, size_t n, struct pg_stmt **out)
{
    if (!c->base.is_bold || c->base.ntries || c->base.may_schema || !c->h || c->lost != FATE_KEPT || c->is_aborted)
        return false;
    *out = cache_find(c, str_hash(str_of(sql)), sql, v, n);
    return *out != NULL;
}

bool pg_exec(struct db_conn *conn, const char *sql, const struct db_val *v, size_t n, int64_t *changed, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);
    struct bound *b = bound_of(c);
    struct pg_stmt *known;

    if (is_schema(c, sql) && n == 0 && !changed)
        return run_schema(c, sql, e);
    if (!changed && may_run_ahead(c, sql, v, n, &known))
        return bind(b, v, n, e) && pg_ahead(c, known, b->value, b->length, b->format, e);
    PGresult *r = run(c, sql, v, n, e);
    if (!r)
        return false;
    if (changed)
        *changed = begins(PQcmdStatus(r), "SELECT") ? 0 : strtoll(PQcmdTuples(r), NULL, 10);
    PQclear(r);
    return true;
}

/* ── rows ────────────────────────────────────────────────────────────────── */

/* Bytes come as \x and two digits each: read in place, half as long. */
static void read_bytes(PGresult *r)
{
    static const signed char digit[256] = {
        ['1'] = 1, ['2'] = 2, ['3'] = 3, ['4'] = 4, ['5'] = 5, ['6'] = 6, ['7'] = 7, ['8'] = 8, ['9'] = 9,
        ['a'] = 10, ['b'] = 11, ['c'] = 12, ['d'] = 13, ['e'] = 14, ['f'] = 15,
    };
    for (int col = 0; col < PQnfields(r); col++)
        for (int i = 0; PQftype(r, col) == OID_BYTEA && i < PQntuples(r); i++) {
            unsigned char *p = (unsigned char *)PQgetvalue(r, i, col);
            int n = PQgetlength(r, i, col) / 2 - 1;
            for (int k = 0; k < n; k++)
                p[k] = (unsigned char)(digit[p[2 + 2 * k]] << 4 | digit[p[3 + 2 * k]]);
        }
}

bool pg_query(struct db_conn *conn, struct db_rows *q, const char *sql, const struct db_val *v, size_t n, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);

    *q = (struct db_rows){ .c = conn, .rc = -1 };
    PGresult *r = run(c, sql, v, n, e);
    if (!r)
        return false;
    struct pg_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        die("out of memory");
    read_bytes(r);
    *rows = (struct pg_rows){ .result = r, .at = -1 };
    TAILQ_INSERT_TAIL(&c->open, rows, open);
    *q = (struct db_rows){ .c = conn, .stmt = rows, .is_busy = true };
    return true;
}

bool pg_next(struct db_rows *q)
{
    struct pg_rows *rows = q->stmt;

    if (!q->is_busy)
        return false;
    q->is_busy = ++rows->at < PQntuples(rows->result);
    return q->is_busy;
}

static void rows_close(struct pg_conn *c, struct pg_rows *rows)
{
    TAILQ_REMOVE(&c->open, rows, open);
    PQclear(rows->result);
    free(rows);
}

void pg_reset_to(struct pg_conn *c, const struct pg_rows *last)
{
    while (TAILQ_LAST(&c->open, pg_open) != last)
        rows_close(c, TAILQ_LAST(&c->open, pg_open));
}

bool pg_done(struct db_rows *q, struct err *e)
{
    struct pg_rows *rows = q->stmt;

    if (!rows)
        return q->rc == 0 || fail(e, ERR_INTERNAL, 0, "db_done without a query");
    rows_close(pg_conn(q->c), rows);
    *q = (struct db_rows){ .c = q->c };
    return true;
}

bool pg_get_int(struct db_conn *conn, const char *sql, const struct db_val *v, size_t n, bool *found, int64_t *out,
                struct err *e)
{
    struct db_rows q;

    if (!pg_query(conn, &q, sql, v, n, e))
        return false;
    bool is_there = pg_next(&q);
    if (is_there)
        *out = pg_int(&q, 0);
    if (found)
        *found = is_there;
    return pg_done(&q, e);
}

/* ── columns ─────────────────────────────────────────────────────────────── */

static const struct pg_rows *rows_of(const struct db_rows *q) { return q->stmt; }

static const char *value(const struct db_rows *q, int col)
{
    const struct pg_rows *r = rows_of(q);
    return PQgetisnull(r->result, r->at, col) ? NULL : PQgetvalue(r->result, r->at, col);
}

int pg_columns(const struct db_rows *q) { return PQnfields(rows_of(q)->result); }

/* A sum of BIGINTs comes as a NUMERIC: it is a whole number as long as it reads like one. */
enum db_kind pg_kind(const struct db_rows *q, int col)
{
    const char *v = value(q, col);

    if (!v)
        return DB_NULL;
    switch (PQftype(rows_of(q)->result, col)) {
    case OID_INT8: case OID_INT4: case OID_INT2: case OID_BOOL: return DB_INT;
    case OID_NUMERIC: return strchr(v, '.') ? DB_NUM : DB_INT;
    case OID_FLOAT8: case OID_FLOAT4: return DB_NUM;
    case OID_BYTEA: return DB_BLOB;
    default:        return DB_TEXT;
    }
}

int64_t pg_int(const struct db_rows *q, int col)
{
    const char *v = value(q, col);

    if (!v)
        return 0;
    switch (PQftype(rows_of(q)->result, col)) {
    case OID_BOOL:   return *v == 't';
    case OID_FLOAT8: return (int64_t)strtod(v, NULL);
    default:         return strtoll(v, NULL, 10);
    }
}

double pg_num(const struct db_rows *q, int col)
{
    const char *v = value(q, col);
    if (v && PQftype(rows_of(q)->result, col) == OID_BOOL)
        return *v == 't';
    return v ? strtod(v, NULL) : 0;
}

str pg_text(const struct db_rows *q, int col)
{
    const struct pg_rows *r = rows_of(q);
    const char *v = value(q, col);

    if (!v)
        return (str){ 0 };
    int n = PQgetlength(r->result, r->at, col);
    return (str){ v, (size_t)(PQftype(r->result, col) == OID_BYTEA ? n / 2 - 1 : n) };
}
