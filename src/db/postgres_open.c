/* postgres_open.c - the address, connections, the schema that is a workspace.
 *
 *   postgresql://user:password@host:port/database?schema=acme
 *
 * One workspace is one schema, and a connection is bound to it for its life by
 * its search_path. What libpq reads in an address may stand in ours; `schema` is
 * this room's, `key` and `spool` are for app/. Nothing of the password is ever
 * shown: what people see is the address without it.
 *
 * A schema is ours when setu_commit stands in it; one with other tables is
 * refused before anything is written to it.
 */
#include "db/postgres.h"
#include <sodium.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "msg/db.h"

enum { PARAMS_MAX = 64, VERSION_MIN = 140000, RETRY_MS = 250, KEPT_DAYS = 30 };

/* ── the address ─────────────────────────────────────────────────────────── */

static bool is_ours(str name)
{
    return str_eq(name, S("schema")) || str_eq(name, S("key")) || str_eq(name, S("spool"));
}

/* The address without the parameters that `drop` names; the schema copied out of them. */
static void strip(const char *address, bool drop_ours, bool drop_password, char *schema, char *out, size_t size)
{
    const char *query = strchr(address, '?');
    size_t n = query ? (size_t)(query - address) : strlen(address);
    str rest = query ? str_of(query + 1) : (str){ 0 };
    char mark = '?';

    n = (size_t)snprintf(out, size, "%.*s", (int)n, address);
    while (rest.n > 0) {
        str one = str_cut(&rest, '&'), value = one, name = str_cut(&value, '=');
        if (str_eq(name, S("schema")) && schema)
            snprintf(schema, SQL_NAME_MAX, "%.*s", STR_ARG(value));
        if ((drop_ours && is_ours(name)) || (drop_password && str_eq(name, S("password"))) || n >= size)
            continue;
        n += (size_t)snprintf(out + n, size - n, "%c%.*s", mark, STR_ARG(one));
        mark = '&';
    }
}

/* user:password@ becomes user@. */
static void hide_password(char *address)
{
    char *from = strstr(address, "://"), *at = from ? strpbrk(from + 3, "@/?") : NULL;
    char *colon = at && *at == '@' ? memchr(from + 3, ':', (size_t)(at - from - 3)) : NULL;
    if (colon)
        memmove(colon, at, strlen(at) + 1);
}

static bool add(struct pg_db *db, size_t *n, const char *key, const char *value)
{
    for (size_t i = 0; i < *n; i++)
        if (!strcmp(db->keys[i], key))
            return false;                       /* the address has said it itself */
    if (*n == PARAMS_MAX)
        die("too many parameters in an address");
    db->keys[*n] = strdup(key);
    db->values[*n] = strdup(value);
    if (!db->keys[*n] || !db->values[*n])
        die("out of memory");
    ++*n;
    return true;
}

/* Both ends notice a line that went dead; "primary": a standby would answer with the past. */
static void add_defaults(struct pg_db *db, size_t *n)
{
    static const char *const pair[][2] = {
        { "application_name", "setu" }, { "connect_timeout", "5" }, { "keepalives_idle", "10" },
        { "keepalives_interval", "5" }, { "keepalives_count", "3" }, { "tcp_user_timeout", "20000" },
        { "target_session_attrs", "primary" }, { "client_encoding", "UTF8" },
    };
    for (size_t i = 0; i < countof(pair); i++)
        add(db, n, pair[i][0], pair[i][1]);
}

static bool fail_address(const char *place, const char *why, struct err *e)
{
    fail(e, ERR_INVALID, MSG_db_bad_address, "%s", why);
    return err_arg(e, "place", str_of(place));
}

static bool read_address(struct pg_db *db, const char *address, struct err *e)
{
    char plain[ADDRESS_MAX * 2];
    char *why = NULL;
    size_t n = 0;

    snprintf(db->schema, sizeof db->schema, "setu");
    strip(address, true, false, db->schema, plain, sizeof plain);
    if (strlen(address) > ADDRESS_MAX || !is_sql_name(db->schema) || !strncmp(db->schema, "pg_", 3)
        || strlen(db->schema) > 57)
        return fail_address(db->base.place, "the schema's name, or the address is too long", e);
    PQconninfoOption *all = PQconninfoParse(plain, &why);
    if (!all) {
        fail_address(db->base.place, why ? why : "no memory", e);
        PQfreemem(why);
        return false;
    }
    for (PQconninfoOption *o = all; o->keyword; o++)
        if (o->val)
            add(db, &n, o->keyword, o->val);
    PQconninfoFree(all);
    add_defaults(db, &n);
    return true;
}

/* ── connections ─────────────────────────────────────────────────────────── */

bool pg_away(struct pg_db *db, const char *why, struct err *e)
{
    (void)db;
    return fail(e, ERR_BUSY, MSG_db_away, "%s", why);
}

void pg_disconnect(struct pg_conn *c)
{
    PQfinish(c->h);
    c->h = NULL;
    for (int i = 0; i < c->nquiet; i++)
        free(c->quiet[i]);
    c->nquiet = c->nahead = c->nowed = c->timeout_ms = 0;
    c->is_begun = c->is_aborted = false;
    pg_catalog_forget(c);
    pg_forget(c);
}

static void say_nothing(void *arg, const PGresult *notice) { (void)arg, (void)notice; }

/* A reader's whole session is read only; an idle hand never holds the workspace's lock for long. */
static PGconn *dial(struct pg_conn *c)
{
    struct pg_db *db = c->pg;
    const char *keys[PARAMS_MAX + 2], *values[PARAMS_MAX + 2];
    char options[ADDRESS_MAX * 2];
    const char *own = "";
    size_t n = 0, k = 0;

    for (; db->keys[n]; n++) {
        if (!strcmp(db->keys[n], "options")) {
            own = db->values[n];
            continue;
        }
        keys[k] = db->keys[n];
        values[k++] = db->values[n];
    }
    /* A server that is stopped in the midst of a write holds up the others': for twenty seconds. */
    snprintf(options, sizeof options, "%s -c search_path=%s -c TimeZone=UTC -c jit=off -c bytea_output=hex"
             " -c plan_cache_mode=force_generic_plan"       /* statements live long: planned once, not for each value */
             " -c client_min_messages=warning -c statement_timeout=0 -c tcp_keepalives_idle=10"
             " -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c idle_in_transaction_session_timeout=%d"
             " -c default_transaction_read_only=%s", own, db->schema, c->base.is_writer ? 20000 : 0,
             c->base.is_writer ? "off" : "on");
    keys[k] = "options", values[k++] = options;
    keys[k] = NULL, values[k] = NULL;
    return PQconnectdbParams(keys, values, 0);
}

static bool refuse(PGconn *h, const char *why, struct err *e)
{
    fail(e, ERR_BUSY, MSG_db_away, "%s", why);
    PQfinish(h);
    return false;
}

/* An acknowledged write is on disk, whatever the server's own setting. */
static bool settle_writer(struct pg_conn *c, struct err *e)
{
    PGresult *r = PQexec(c->h, "SELECT current_setting('synchronous_commit'),"
                               " CAST(extract(epoch FROM backend_start) * 1000000 AS BIGINT)"
                               " FROM pg_stat_activity WHERE pid = pg_backend_pid()");
    bool ok = PQresultStatus(r) == PGRES_TUPLES_OK && PQntuples(r) == 1;
    if (ok) {
        const char *how = PQgetvalue(r, 0, 0);
        c->backend_start = strtoll(PQgetvalue(r, 0, 1), NULL, 10);
        if (!strcmp(how, "off") || !strcmp(how, "local")) {
            log_event(LOG_WARN, "synchronous_commit", LOG_S("was", str_of(how)), LOG_S("is", S("on")));
            PGresult *set = PQexec(c->h, "SET synchronous_commit = on");
            ok = PQresultStatus(set) == PGRES_COMMAND_OK;
            PQclear(set);
        }
    }
    PQclear(r);
    return ok || fail(e, ERR_BUSY, MSG_db_away, "%s", PQerrorMessage(c->h));
}

static bool settle_reader(struct pg_conn *c, struct err *e)
{
    static const char *const known[][2] = { { "snapshot", PG_SNAPSHOT }, { "end", PG_END } };
    bool ok = true;

    for (size_t i = 0; ok && i < countof(known); i++) {
        PGresult *r = PQprepare(c->h, known[i][0], known[i][1], 0, NULL);
        ok = PQresultStatus(r) == PGRES_COMMAND_OK;
        PQclear(r);
    }
    return ok || fail(e, ERR_BUSY, MSG_db_away, "%s", PQerrorMessage(c->h));
}

bool pg_connect(struct pg_conn *c, struct err *e)
{
    PGconn *h = dial(c);
    char why[200];

    if (PQstatus(h) != CONNECTION_OK) {
        snprintf(why, sizeof why, "%s", PQerrorMessage(h));
        why[strcspn(why, "\n")] = '\0';
        c->pg->next_try = clock_mono() + RETRY_MS * 1000;
        return refuse(h, why, e);
    }
    const char *encoding = PQparameterStatus(h, "server_encoding");
    if (PQserverVersion(h) < VERSION_MIN)
        return refuse(h, "the server is older than PostgreSQL 14", e);
    if (!encoding || strcmp(encoding, "UTF8"))
        return refuse(h, "the database's encoding is not UTF8", e);
    PQsetNoticeReceiver(h, say_nothing, NULL);
    c->h = h;
    c->pid = PQbackendPID(h);
    c->pg->version = PQserverVersion(h);
    if (c->base.is_writer)
        c->pg->writer_pid = c->pid;
    if (!(c->base.is_writer ? settle_writer(c, e) : settle_reader(c, e))) {
        pg_disconnect(c);
        return false;
    }
    if (PQsetnonblocking(h, 1) != 0 || !PQenterPipelineMode(h))
        die("libpq has no pipeline");
    return true;
}

bool pg_connection(struct pg_db *db, bool is_writer, struct pg_conn **out, struct err *e)
{
    struct pg_conn *c = calloc(1, sizeof *c);

    if (!c)
        return fail(e, ERR_BUSY, MSG_db_busy, "no memory for a connection");
    c->base = (struct db_conn){ .b = &postgres_backend, .db = &db->base, .is_writer = is_writer };
    c->pg = db;
    TAILQ_INIT(&c->lru);
    TAILQ_INIT(&c->open);
    if (!pg_connect(c, e)) {
        free(c->bound);
        free(c);
        return false;
    }
    *out = c;
    return true;
}

bool pg_reader(struct db *db, struct db_conn **out, struct err *e)
{
    struct pg_conn *c;

    if (!pg_connection(pg_db(db), false, &c, e))
        return false;
    *out = &c->base;
    return true;
}

void pg_conn_close(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);

    if (!c)
        return;
    pg_reset_to(c, NULL);
    pg_disconnect(c);
    free(c->bound);
    free(c);
}

static void forget_snapshot(struct pg_conn *c)
{
    pg_reset_to(c, NULL);
    c->deadline = 0;
    c->deadline_ms = 0;
    if (c->is_begun && c->h)
        pg_quiet(c, c->is_aborted ? "ROLLBACK" : PG_END);
    c->in_snapshot = c->is_begun = c->is_aborted = false;
}

/* Nothing is sent: the transaction begins with the first statement, when there is one; with it goes the end of the one
 * that is renewed. */
static bool read_begin(struct db_conn *conn, int deadline_ms, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);

    (void)e;
    forget_snapshot(c);
    c->in_snapshot = c->is_fresh = true;
    c->deadline_ms = deadline_ms > 0 ? deadline_ms : 0;
    c->deadline = deadline_ms > 0 ? clock_mono() + (int64_t)deadline_ms * 1000 : 0;
    return true;
}

/* The server is told at once, so that it keeps no old state; its answer is read next time. */
static void read_end(struct db_conn *conn)
{
    struct pg_conn *c = pg_conn(conn);
    struct err e;

    forget_snapshot(c);
    if (c->nquiet > 0 && c->h)
        (void)pg_flush(c, false, &e);           /* a lost connection is noticed by the next request */
}

/* ── the schema ──────────────────────────────────────────────────────────── */

static bool ask(struct pg_conn *c, const char *sql, int64_t *out, struct err *e)
{
    bool found;
    *out = 0;
    return pg_get_int(&c->base, sql, DB_NONE, &found, out, e);
}

static bool fail_place(struct pg_db *db, enum err_code code, int msg, struct err *e)
{
    fail(e, code, msg, "schema %s", db->schema);
    err_arg(e, "schema", str_of(db->schema));
    return err_arg(e, "place", str_of(db->base.place));
}

/* Made by several servers at once it is made once: the workspace's lock is held. */
static bool make(struct pg_conn *c, struct err *e)
{
    pg_quiet(c, "BEGIN");
    pg_quietf(c, "SELECT pg_advisory_xact_lock(%lld)", (long long)c->pg->lock);
    pg_quietf(c, "CREATE SCHEMA IF NOT EXISTS \"%s\"", c->pg->schema);
    pg_quiet(c, "CREATE TABLE IF NOT EXISTS setu_commit (opener TEXT COLLATE \"C\" PRIMARY KEY,"
                " serial BIGINT NOT NULL, at BIGINT NOT NULL)");
    if (pg_end(c, "COMMIT", e))
        return true;
    struct err ignored;
    if (c->h)
        (void)pg_end(c, "ROLLBACK", &ignored);
    return false;
}

static bool look_at(struct pg_conn *c, bool create, struct err *e)
{
    int64_t ntables = 0, is_ours = 0;

    if (!ask(c, "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace ="
                " (SELECT oid FROM pg_namespace WHERE nspname = current_setting('search_path'))", &ntables, e)
        || !ask(c, "SELECT count(*) FROM pg_class WHERE relname = 'setu_commit' AND relnamespace ="
                   " (SELECT oid FROM pg_namespace WHERE nspname = current_setting('search_path'))", &is_ours, e))
        return false;
    if (ntables > 0 && !is_ours)
        return fail_place(c->pg, ERR_INTERNAL, MSG_db_foreign_schema, e);
    if (!is_ours && !create)
        return fail_place(c->pg, ERR_NOT_FOUND, MSG_db_absent_schema, e);
    return is_ours || make(c, e);
}

static bool first_touch(struct pg_conn *c, bool create, struct err *e)
{
    c->is_trusted = true;
    bool ok = look_at(c, create, e);
    c->is_trusted = false;
    if (!ok)
        return false;
    pg_quietf(c, "DELETE FROM setu_commit WHERE at < %lld", (long long)(clock_now() - KEPT_DAYS * DAY_US));
    return pg_flush(c, true, e);
}

/* ── opening ─────────────────────────────────────────────────────────────── */

static void pg_free(struct pg_db *db)
{
    if (db->base.w)
        pg_conn_close(db->base.w);
    for (size_t i = 0; db->keys && db->keys[i]; i++) {
        free(db->keys[i]);
        if (db->values[i])
            explicit_bzero(db->values[i], strlen(db->values[i]));       /* a password is among them */
        free(db->values[i]);
    }
    free(db->keys);
    free(db->values);
    queue_close(&db->base.queue);
    free(db->base.place);
    free(db);
}

static struct pg_db *pg_new(const struct db_options *o)
{
    struct pg_db *db = calloc(1, sizeof *db);
    char place[ADDRESS_MAX];
    unsigned char id[16];

    if (!db || !(db->keys = calloc(PARAMS_MAX + 1, sizeof *db->keys))
        || !(db->values = calloc(PARAMS_MAX + 1, sizeof *db->values)))
        die("out of memory");
    strip(o->path, false, true, NULL, place, sizeof place);
    hide_password(place);
    db->base.b = &postgres_backend;
    db->base.place = strdup(place);
    readers_open(&db->base);
    queue_open(&db->base.queue, o->queue_max > 0 ? o->queue_max : QUEUE_DEFAULT);
    db->has_others = true;                      /* for all who do not listen */
    random_bytes(id, sizeof id);
    sodium_bin2hex(db->opener, sizeof db->opener, id, sizeof id);
    return db;
}

/* Whoever opens is told what is wrong, the server's own words with it. */
static bool fail_open(struct pg_db *db, struct err *e)
{
    struct err why = *e;

    if (e->msg != MSG_db_away)
        return false;
    fail(e, ERR_INTERNAL, MSG_db_unreachable, "%s", why.detail);
    return err_arg(e, "place", str_of(db->base.place));
}

static bool open_schema(struct pg_db *db, const struct db_options *o, struct err *e)
{
    struct pg_conn *c;

    if (!read_address(db, o->path, e))
        return false;
    db->lock = (int64_t)(str_hash(str_of(db->schema)) ^ 0x53657475);
    if (!pg_connection(db, true, &c, e))
        return fail_open(db, e);
    db->base.w = &c->base;
    return first_touch(c, o->create, e) && writer_start(&db->base, e);
}

static bool pg_open(const struct db_options *o, struct db **out, struct err *e)
{
    struct pg_db *db = pg_new(o);

    if (!open_schema(db, o, e)) {
        pg_free(db);
        return false;
    }
    *out = &db->base;
    return true;
}

static void pg_close(struct db *db)
{
    pg_listen_stop(pg_db(db));
    pg_free(pg_db(db));
}

const struct backend postgres_backend = {
    .name = "postgres", .open = pg_open, .close = pg_close, .reader = pg_reader, .conn_close = pg_conn_close,
    .read_begin = read_begin, .read_end = read_end, .listen = pg_listen, .leads = pg_leads, .notify = pg_notify,
    .begin = pg_begin, .save = pg_save, .mark = pg_mark, .leave = pg_leave, .is_lost = pg_is_lost,
    .keep_seq = pg_keep_seq, .commit = pg_commit, .after = pg_after,
    .query = pg_query, .next = pg_next, .done = pg_done, .columns = pg_columns, .kind = pg_kind,
    .integer = pg_int, .number = pg_num, .text = pg_text, .exec = pg_exec, .get_int = pg_get_int,
    .table_exists = pg_table_exists, .index_exists = pg_index_exists, .table_columns = pg_table_columns,
    .analyze = pg_analyze, .can_spread = pg_can_spread, .spread_sql = pg_spread_sql, .spread = pg_spread,
    .fts_create = pg_fts_create, .fts_put = pg_fts_put, .fts_drop = pg_fts_drop,
    .fts_where = pg_fts_where, .fts_words = pg_fts_words,
    .backup = pg_backup, .check = pg_check, .explain = pg_explain, .engine = pg_engine,
};
