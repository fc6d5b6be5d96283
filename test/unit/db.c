/* db.c - the database room against a real folder: statements, the writer, the lock,
 * migrations, limits, care. What a crash leaves is in test/fault/. */
#include "../suite.h"
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "db/db.h"
#include "db/sqlite.h"
#include "msg/db.h"
#include "../memory.h"

static char dir[64];
static struct db *db;
static struct db_conn *reader;
static struct err e;
static struct arena a;

#define ok(call) ck_assert_msg((call), "%s: %s (%s:%d)", #call, e.detail, e.file, e.line)
#define fails(call, want) do { \
        e = (struct err){ 0 }; \
        ck_assert_msg(!(call), "%s succeeded", #call); \
        ck_assert_msg(e.code == (want), "%s: code %d, %s", #call, e.code, e.detail); \
    } while (0)

static void open_db(bool create, int queue_max)
{
    ok(db_open(&(struct db_options){ .path = dir, .create = create, .queue_max = queue_max }, &db, &e));
    ok(db_reader(db, &reader, &e));
}

static void close_db(void)
{
    db_conn_close(reader);
    db_close(db);
    db = NULL, reader = NULL;
}

static bool run_sql(struct db_conn *tx, void *sql, struct err *err)
{
    return db_exec(tx, sql, DB_NONE, NULL, err);
}
static bool schema(const char *sql) { return db_schema(db, run_sql, (void *)(uintptr_t)sql, &e); }
static bool write_sql(const char *sql) { return db_write(db, run_sql, (void *)(uintptr_t)sql, &e); }

static int64_t ask(const char *sql)
{
    int64_t n = -1;
    bool found;
    ok(db_get_int(reader, sql, DB_NONE, &found, &n, &e));
    return n;
}

static void set_up(void)
{
    snprintf(dir, sizeof dir, "/tmp/setu-db-XXXXXX");
    ck_assert(mkdtemp(dir));
    a = arena_open(8 << 20);
    open_db(true, 0);
    ok(schema("CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, x DOUBLE, b BLOB)"));
    ok(schema("CREATE TABLE child (id BIGINT PRIMARY KEY, t_id BIGINT NOT NULL REFERENCES t(id),"
              " later BIGINT REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)"));
}

static void tear_down(void)
{
    close_db();
    arena_close(&a);
    static const char *const left[] = { "setu.db", "setu.db-wal", "setu.db-shm", "lock", "copy.db" };
    char path[128];
    for (size_t i = 0; i < countof(left); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, left[i]);
        unlink(path);
    }
    ck_assert_msg(rmdir(dir) == 0, "something else was left in %s", dir);
}

START_TEST(values_are_bound_by_name_not_by_appearance)
{
    struct db_rows q;
    ok(db_query(reader, &q, "SELECT $2, $1, $3, $4, $5, $2", DB_ARGS(V(1), V(S("two")), V(3.5), DB_NULL_VAL,
                                                                 db_val_blob(S("\0x"))), &e));
    ck_assert(db_next(&q));
    ck_assert_int_eq(db_columns(&q), 6);
    ck_assert(str_eq(db_text(&q, 0, &a), S("two")));
    ck_assert_int_eq(db_int(&q, 1), 1);
    ck_assert_double_eq(db_num(&q, 2), 3.5);
    ck_assert(db_is_null(&q, 3));
    ck_assert(db_kind(&q, 4) == DB_BLOB);
    ck_assert(str_eq(db_text_view(&q, 4), S("\0x")));
    ck_assert(str_eq(db_text_view(&q, 5), S("two")));
    ck_assert(!db_next(&q));
    ck_assert(!db_next(&q));
    ok(db_done(&q, &e));
}
END_TEST

START_TEST(empty_text_is_not_null)
{
    struct db_rows q;
    ok(db_query(reader, &q, "SELECT $1 IS NULL, $2 IS NULL", DB_ARGS(V((str){ 0 }), db_val_blob((str){ 0 })), &e));
    ck_assert(db_next(&q));
    ck_assert_int_eq(db_int(&q, 0) + db_int(&q, 1), 0);
    ok(db_done(&q, &e));
}
END_TEST

static bool insert(struct db_conn *tx, void *id, struct err *err)
{
    char name[24];
    int n = snprintf(name, sizeof name, "n%lld", (long long)*(int64_t *)id);
    return db_exec(tx, "INSERT INTO t (id, name) VALUES ($1, $2)",
                   DB_ARGS(V(*(int64_t *)id), V(((str){ name, (size_t)n }))), NULL, err);
}

static void *insert_elsewhere(void *id)
{
    struct err own = { 0 };
    return db_write(db, insert, id, &own) ? id : NULL;
}

START_TEST(a_write_of_another_is_seen_by_the_next_snapshot_only)
{
    int64_t id = 1;
    pthread_t other;
    void *done;
    ok(db_read_begin(reader, 0, &e));
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 0);
    ck_assert(!pthread_create(&other, NULL, insert_elsewhere, &id) && !pthread_join(other, &done) && done);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 0);
    db_read_end(reader);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 1);
}
END_TEST

/* ── statements ──────────────────────────────────────────────────────────── */

START_TEST(a_wrong_number_of_values_is_refused)
{
    fails(db_exec(reader, "SELECT $1, $2", DB_ARGS(V(1)), NULL, &e), ERR_INTERNAL);
    fails(db_exec(reader, "SELECT $1", DB_ARGS(V(1), V(2)), NULL, &e), ERR_INTERNAL);
    fails(db_exec(reader, "SELECT $1, $3", DB_ARGS(V(1), V(2)), NULL, &e), ERR_INTERNAL);
    fails(db_exec(reader, "SELECT ?", DB_ARGS(V(1)), NULL, &e), ERR_INTERNAL);
    fails(db_exec(reader, "SELECT 1; SELECT 2", DB_NONE, NULL, &e), ERR_INTERNAL);
    fails(db_exec(reader, "", DB_NONE, NULL, &e), ERR_INTERNAL);
}
END_TEST

START_TEST(what_a_backend_would_change_quietly_is_refused)
{
    fails(db_exec(reader, "SELECT $1", DB_ARGS(V(S("a\0b"))), NULL, &e), ERR_INVALID);
    fails(db_exec(reader, "SELECT $1", DB_ARGS(V(0.0 / 0.0)), NULL, &e), ERR_INVALID);
    fails(db_exec(reader, "SELECT $1", DB_ARGS(V(1.0 / 0.0)), NULL, &e), ERR_INVALID);
}
END_TEST

START_TEST(a_double_quoted_text_is_not_a_string)
{
    fails(db_exec(reader, "SELECT \"no such column\"", DB_NONE, NULL, &e), ERR_INTERNAL);
}
END_TEST

START_TEST(the_same_text_may_be_open_in_its_own_loop)
{
    static const char sql[] = "SELECT value FROM json_each('[1,2,3]') WHERE value >= $1";
    struct db_rows outer, inner;
    int64_t sum = 0;
    for (int round = 0; round < 3; round++) {
        ok(db_query(reader, &outer, sql, DB_ARGS(V(1)), &e));
        while (db_next(&outer)) {
            ok(db_query(reader, &inner, sql, DB_ARGS(V(db_int(&outer, 0))), &e));
            while (db_next(&inner))
                sum += db_int(&inner, 0);
            ok(db_done(&inner, &e));
        }
        ok(db_done(&outer, &e));
    }
    ck_assert_int_eq(sum, 3 * ((1 + 2 + 3) + (2 + 3) + 3));
}
END_TEST

START_TEST(more_statements_than_the_cache_holds_all_work)
{
    char sql[64];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 600; i++) {
            int64_t n = -1;
            snprintf(sql, sizeof sql, "SELECT %d + $1", i);
            ok(db_get_int(reader, sql, DB_ARGS(V(1)), NULL, &n, &e));
            ck_assert_int_eq(n, i + 1);
        }
}
END_TEST

START_TEST(statements_left_open_are_closed_with_the_snapshot)
{
    struct db_rows q;
    for (int i = 0; i < 1000; i++) {
        ok(db_read_begin(reader, 0, &e));
        ok(db_query(reader, &q, "SELECT value FROM json_each('[1,2]')", DB_NONE, &e));
        ck_assert(db_next(&q));
        db_read_end(reader);
    }
    db_read_end(reader);                        /* always safe */
}
END_TEST

START_TEST(a_reader_cannot_write)
{
    fails(db_exec(reader, "INSERT INTO t (id, name) VALUES (1, 'x')", DB_NONE, NULL, &e), ERR_INTERNAL);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 0);
}
END_TEST

static const char endless[] = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                              " SELECT count(*) FROM n";

/* The one before left a snapshot, a deadline and an open statement; the table is newer than what it knew. */
START_TEST(a_reader_that_comes_back_is_as_a_new_one)
{
    struct db_rows q;
    ok(write_sql("INSERT INTO t (id, name) VALUES (1, 'one')"));
    ok(db_read_begin(reader, 1, &e));
    ok(db_query(reader, &q, "SELECT id FROM t", DB_NONE, &e));
    ck_assert(db_next(&q));
    db_conn_close(reader);
    ok(write_sql("INSERT INTO t (id, name) VALUES (2, 'two')"));
    ok(schema("CREATE TABLE later (x BIGINT)"));
    usleep(5000);
    ok(db_reader(db, &reader, &e));
    ck_assert_int_eq(ask("SELECT COUNT(*) FROM t"), 2);
    ck_assert_int_eq(ask("SELECT COUNT(*) FROM later"), 0);
    fails(db_exec(reader, "INSERT INTO later VALUES (1)", DB_NONE, NULL, &e), ERR_INTERNAL);
}
END_TEST

/* A BEGIN that failed may have begun: the next one stood in its way for good. */
START_TEST(a_reader_that_memory_failed_reads_again_when_there_is_some)
{
    int64_t most = 400, n;
    bool found;
    ok(write_sql("INSERT INTO t (id, name, x) VALUES (77, 'five', 5)"));
    for (int64_t at = 1; at <= most; at++) {
        struct db_conn *c = NULL;
        struct err why = { 0 };
        ok(db_reader(db, &c, &e));
        nallocs = 0;
        fail_at = at;
        bool was_read = db_read_begin(c, 0, &why) && db_get_int(c, "SELECT CAST(x AS BIGINT) FROM t WHERE id = 77", DB_NONE, &found, &n, &why);
        db_read_end(c);
        fail_at = 0;
        ck_assert_msg(db_read_begin(c, 0, &e) && db_get_int(c, "SELECT CAST(x AS BIGINT) FROM t WHERE id = 77", DB_NONE, &found, &n, &e), "after the %lldth: %s",
                      (long long)at, e.detail);
        ck_assert_int_eq(n, 5);
        db_read_end(c);
        sqlite3_db_release_memory(file_conn(conn_of(c, &e))->h);
        db_conn_close(c);
        most = was_read && nallocs < at ? at : most;
    }
}
END_TEST

START_TEST(a_query_past_its_deadline_is_stopped_and_the_next_request_works)
{
    int64_t start = clock_mono(), n;
    ok(db_read_begin(reader, 50, &e));
    fails(db_get_int(reader, endless, DB_NONE, NULL, &n, &e), ERR_BUSY);
    ck_assert_int_eq(e.msg, MSG_db_too_slow);
    ck_assert_int_ge(clock_mono() - start, 50 * 1000);
    ck_assert_int_lt(clock_mono() - start, 5000 * 1000);
    fails(db_get_int(reader, "SELECT 1", DB_NONE, NULL, &n, &e), ERR_BUSY);
    db_read_end(reader);
    ck_assert_int_eq(ask("SELECT 1"), 1);
}
END_TEST

/* ── the guard ───────────────────────────────────────────────────────────── */

START_TEST(what_could_harm_the_file_is_refused_even_to_the_writer)
{
    static const char *const bad[] = {
        "ATTACH 'other.db' AS other", "DETACH main", "PRAGMA journal_mode=DELETE", "PRAGMA user_version=9",
        "SELECT load_extension('x')", "CREATE TABLE u (a)", "DROP TABLE t", "ALTER TABLE t ADD y TEXT",
        "CREATE INDEX i ON t (x)", "CREATE TEMP TABLE u (a)", "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1; END",
        "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT w", "RELEASE w", "VACUUM", "VACUUM INTO 'x'",
        "SELECT * FROM pragma_database_list", "UPDATE sqlite_schema SET sql = ''", "DELETE FROM sqlite_schema",
    };
    for (size_t i = 0; i < countof(bad); i++) {
        e = (struct err){ 0 };
        ck_assert_msg(!write_sql(bad[i]), "%s was run", bad[i]);
        ck_assert_msg(e.code == ERR_INTERNAL, "%s: %s", bad[i], e.detail);
    }
    ck_assert_int_eq(ask("SELECT count(*) FROM sqlite_schema WHERE name IN ('t', 'child')"), 2);
    ok(schema("CREATE TABLE once (a BIGINT)"));
    ok(schema("DROP TABLE once"));
    fails(write_sql("CREATE TABLE once (a BIGINT)"), ERR_INTERNAL);     /* though it is kept ready */
}
END_TEST

START_TEST(schema_statements_work_inside_db_schema_and_are_introspected)
{
    bool is_there;
    struct db_column *col;
    size_t n;
    ok(schema("CREATE INDEX t_x ON t (x)"));
    ok(db_index_exists(reader, "t_x", &is_there, &e));
    ck_assert(is_there);
    ok(db_table_exists(reader, "nothing", &is_there, &e));
    ck_assert(!is_there);
    ok(db_table_columns(reader, &a, "t", &col, &n, &e));
    ck_assert_int_eq(n, 4);
    ck_assert(str_eq(col[1].name, S("name")) && str_eq(col[1].type, S("TEXT")) && col[1].not_null);
    ck_assert(!col[2].not_null);
    str plan;
    ok(db_explain(reader, &a, "SELECT id FROM t WHERE x = $1", &plan, &e));
    ck_assert_int_ge(str_find(plan, S("t_x")), 0);
}
END_TEST

/* SQLite may look at the value that is bound, to see whether a partial index fits it, and then plans anew for the next: half a
 * page's work, each time. */
START_TEST(a_statement_is_planned_once_whatever_is_bound)
{
    const char *asks = "SELECT id FROM t WHERE x = $1";
    int nseen = 0;
    bool found;
    int64_t id;
    ok(schema("CREATE INDEX t_some ON t (id) WHERE x = 7"));
    for (int i = 0; i < 6; i++)
        ok(db_get_int(reader, asks, DB_ARGS(V(i % 2 ? 7 : 8)), &found, &id, &e));
    for (sqlite3_stmt *s = NULL; (s = sqlite3_next_stmt(file_conn(conn_of(reader, &e))->h, s)) != NULL;) {
        bool is_it = !strcmp(sqlite3_sql(s), asks);
        nseen += is_it;
        ck_assert(!is_it || sqlite3_stmt_status(s, SQLITE_STMTSTATUS_REPREPARE, 0) == 0);
    }
    ck_assert_int_eq(nseen, 1);
}
END_TEST

/* ── writes ──────────────────────────────────────────────────────────────── */

START_TEST(constraints_are_told_apart)
{
    int64_t id = 1;
    ok(db_write(db, insert, &id, &e));
    fails(db_write(db, insert, &id, &e), ERR_CONFLICT);
    ck_assert_int_eq(e.msg, MSG_db_exists);
    fails(write_sql("INSERT INTO t (id, name) VALUES (2, 'n1')"), ERR_CONFLICT);
    fails(write_sql("INSERT INTO child (id, t_id) VALUES (1, 99)"), ERR_CONFLICT);
    ck_assert_int_eq(e.msg, MSG_db_in_use);
    fails(write_sql("INSERT INTO child (id, t_id, later) VALUES (1, 1, 99)"), ERR_CONFLICT);
    ck_assert_int_eq(e.msg, MSG_db_in_use);
    fails(write_sql("INSERT INTO t (id) VALUES (3)"), ERR_INTERNAL);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 1);
}
END_TEST

static bool half_and_fail(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    struct db_rows q;
    if (!db_exec(tx, "INSERT INTO t (id, name) VALUES (500, 'half')", DB_NONE, NULL, err)
        || !db_query(tx, &q, "SELECT id FROM t", DB_NONE, err) || !db_next(&q))
        return false;
    return fail(err, ERR_INVALID, 0, "no");     /* and the query left open */
}

static bool fill_arena(struct db_conn *tx, void *arena, struct err *err)
{
    if (!db_exec(tx, "INSERT INTO t (id, name) VALUES (501, 'half')", DB_NONE, NULL, err))
        return false;
    for (;;)
        (void)arena_new(arena, char, 1 << 20);
}

static bool row_bad(struct db_conn *tx, void *arg, struct err *err)
{
    int64_t good = *(int64_t *)arg, bad = -1;
    struct err inner;
    if (!insert(tx, &good, err))
        return false;
    if (db_try(tx, half_and_fail, NULL, &inner) || db_try(tx, insert, &good, &inner))
        return fail(err, ERR_INTERNAL, 0, "a bad row went through");
    (void)bad;
    good++;
    return db_try(tx, insert, &good, err);
}

START_TEST(a_bad_write_is_rolled_back_alone_and_a_bad_row_within_a_write_too)
{
    int64_t id = 10;
    ok(db_write(db, insert, &id, &e));
    fails(db_write(db, half_and_fail, NULL, &e), ERR_INVALID);
    struct arena small = arena_open(4 << 20);
    fails(db_write(db, fill_arena, &small, &e), ERR_TOO_LARGE);
    arena_close(&small);
    id = 20;
    ok(db_write(db, row_bad, &id, &e));
    ck_assert_int_eq(ask("SELECT count(*) FROM t WHERE id IN (10, 20, 21)"), 3);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 3);
}
END_TEST

static bool write_in_write(struct db_conn *tx, void *arg, struct err *err)
{
    (void)tx, (void)arg;
    int64_t id = 1;
    return db_write(db, insert, &id, err);
}

START_TEST(a_write_inside_a_write_is_an_error_not_a_deadlock)
{
    fails(db_write(db, write_in_write, NULL, &e), ERR_INTERNAL);
}
END_TEST

enum { THREADS = 32, EACH = 50 };
static _Atomic int ncommits_seen;
static void count_commit(void *arg) { (void)arg; ncommits_seen++; }

static void *many(void *arg)
{
    struct err err;
    int64_t first = (int64_t)(intptr_t)arg * EACH, good = 0;
    for (int64_t id = first; id < first + EACH; id++) {
        good += db_write(db, insert, &id, &err);
        good -= db_write(db, half_and_fail, NULL, &err) * 1000;
    }
    return (void *)(intptr_t)good;
}

START_TEST(writes_of_many_threads_share_commits_and_bad_ones_harm_none)
{
    pthread_t t[THREADS];
    void *n;
    struct db_stats before = db_stats(db);
    db_on_commit(db, count_commit, NULL);
    for (intptr_t i = 0; i < THREADS; i++)
        pthread_create(&t[i], NULL, many, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(t[i], &n);
        ck_assert_int_eq((intptr_t)n, EACH);
    }
    struct db_stats now = db_stats(db);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), THREADS * EACH);
    ck_assert_int_eq(now.writes - before.writes, THREADS * EACH);
    ck_assert_int_lt((now.commits - before.commits) * 2, THREADS * EACH);
    /* The listener may still hear of the commit before: counted at once, told after. */
    ck_assert_int_le(ncommits_seen, now.commits - before.commits + 1);
    ck_assert_int_gt(ncommits_seen, 0);
    ck_assert_int_eq(now.queue, 0);
}
END_TEST

/* ── the line ────────────────────────────────────────────────────────────── */

static sem_t gate, inside;
static char order[8];
static size_t norder;

static bool hold(struct db_conn *tx, void *arg, struct err *err)
{
    (void)tx, (void)arg, (void)err;
    sem_post(&inside);
    while (sem_wait(&gate))
        ;
    return true;
}
static bool note(struct db_conn *tx, void *arg, struct err *err)
{
    (void)tx, (void)err;
    order[norder++] = *(char *)arg;
    return true;
}
static void *do_hold(void *arg) { struct err err; (void)arg; return (void *)(intptr_t)db_write(db, hold, NULL, &err); }
static void *do_note(void *arg) { struct err err; return (void *)(intptr_t)db_write(db, note, arg, &err); }
static void *do_bulk(void *arg) { struct err err; return (void *)(intptr_t)db_write_bulk(db, note, arg, &err); }
static void wait_queue(int64_t n) { while (db_stats(db).queue != n) usleep(1000); }

static void start_held(pthread_t *t)
{
    sem_init(&gate, 0, 0);
    sem_init(&inside, 0, 0);
    pthread_create(t, NULL, do_hold, NULL);
    while (sem_wait(&inside))
        ;
}

START_TEST(the_queue_takes_its_limit_and_refuses_one_more)
{
    pthread_t t[3];
    void *good;
    close_db();
    open_db(true, 2);
    start_held(&t[0]);
    pthread_create(&t[1], NULL, do_note, (char[]){ 'a' });
    wait_queue(1);
    pthread_create(&t[2], NULL, do_bulk, (char[]){ 'b' });
    wait_queue(2);
    int64_t id = 1;
    fails(db_write(db, insert, &id, &e), ERR_BUSY);
    ck_assert_int_eq(e.msg, MSG_db_busy);
    sem_post(&gate);
    for (int i = 0; i < 3; i++) {
        pthread_join(t[i], &good);
        ck_assert(good);
    }
    ok(db_write(db, insert, &id, &e));
}
END_TEST

START_TEST(bulk_writes_make_way_for_interactive_ones)
{
    pthread_t t[5];
    start_held(&t[0]);
    pthread_create(&t[1], NULL, do_bulk, (char[]){ 'x' });
    wait_queue(1);
    pthread_create(&t[2], NULL, do_bulk, (char[]){ 'y' });
    wait_queue(2);
    pthread_create(&t[3], NULL, do_note, (char[]){ 'a' });
    wait_queue(3);
    pthread_create(&t[4], NULL, do_note, (char[]){ 'b' });
    wait_queue(4);
    sem_post(&gate);
    for (int i = 0; i < 5; i++)
        pthread_join(t[i], NULL);
    ck_assert_str_eq(order, "abxy");
}
END_TEST

START_TEST(closing_serves_those_who_wait)
{
    pthread_t t[2];
    void *good;
    start_held(&t[0]);
    pthread_create(&t[1], NULL, do_note, (char[]){ 'a' });
    wait_queue(1);
    sem_post(&gate);
    close_db();
    for (int i = 0; i < 2; i++) {
        pthread_join(t[i], &good);
        ck_assert(good);
    }
    open_db(false, 0);
}
END_TEST

/* ── opening ─────────────────────────────────────────────────────────────── */

static enum err_code try_open(const char *path, bool create)
{
    struct db *other = NULL;
    e = (struct err){ 0 };
    if (db_open(&(struct db_options){ .path = path, .create = create }, &other, &e))
        db_close(other);
    return e.code;
}

START_TEST(a_second_opener_is_refused_at_once_also_from_another_process)
{
    ck_assert_int_eq(try_open(dir, true), ERR_CONFLICT);
    ck_assert_int_eq(e.msg, MSG_db_second_server);
    ck_assert_str_eq(e.arg[0].text, dir);
    char opener[] = "/proc/self/exe", arg[] = "--open";
    pid_t pid = fork();
    if (pid == 0)
        execl(opener, opener, arg, dir, (char *)NULL);
    int status;
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(WEXITSTATUS(status), ERR_CONFLICT);
    close_db();
    pid = fork();
    if (pid == 0)
        execl(opener, opener, arg, dir, (char *)NULL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(WEXITSTATUS(status), 0);
    open_db(false, 0);
}
END_TEST

static void put_file(const char *name, off_t at, const char *text, size_t n)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    ck_assert(fd >= 0 && pwrite(fd, text, n, at) == (ssize_t)n);
    close(fd);
}

START_TEST(nothing_is_made_unless_asked_and_a_file_in_the_way_is_told)
{
    char path[128];
    snprintf(path, sizeof path, "%s/none", dir);
    ck_assert_int_eq(try_open(path, false), ERR_NOT_FOUND);
    ck_assert_int_eq(access(path, F_OK), -1);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(try_open(path, false), ERR_NOT_FOUND);
    ck_assert_int_eq(rmdir(path), 0);           /* still empty */
    snprintf(path, sizeof path, "%s/lock", dir);
    ck_assert_int_eq(try_open(path, true), ERR_INVALID);
}
END_TEST

START_TEST(a_damaged_file_is_told_and_left_as_it_is)
{
    char path[128], before[512], after[512];
    close_db();
    snprintf(path, sizeof path, "%s/setu.db", dir);
    put_file("setu.db", 0, "not the header of a database....................................", 64);
    int fd = open(path, O_RDONLY);
    ck_assert_int_eq(pread(fd, before, sizeof before, 0), sizeof before);
    ck_assert_int_eq(try_open(dir, true), ERR_INTERNAL);
    ck_assert_int_eq(e.msg, MSG_db_damaged);
    ck_assert_int_eq(pread(fd, after, sizeof after, 0), sizeof after);
    close(fd);
    ck_assert_mem_eq(before, after, sizeof before);
    unlink(path);
    open_db(true, 0);
}
END_TEST

START_TEST(the_database_of_another_program_is_refused)
{
    close_db();
    put_file("setu.db", 68, "\0\0\0\1", 4);     /* its application id */
    ck_assert_int_eq(try_open(dir, true), ERR_INTERNAL);
    ck_assert_int_eq(e.msg, MSG_db_foreign);
    put_file("setu.db", 68, "Setu", 4);
    open_db(false, 0);
}
END_TEST

/* ── migrations ──────────────────────────────────────────────────────────── */

static const char *const one[] = { "CREATE TABLE m1 (a BIGINT)", "INSERT INTO m1 VALUES (1)", NULL };
static const char *const two[] = { "ALTER TABLE m1 ADD COLUMN b TEXT", NULL };
static const char *const bad[] = { "INSERT INTO m1 (a) VALUES (2)", "INSERT INTO nowhere VALUES (1)", NULL };
static const char *const one_edited[] = { "CREATE TABLE m1 (a TEXT)", NULL };

START_TEST(migrations_are_applied_once_in_order_each_whole)
{
    const struct db_migration list[] = { { 1, "one", one }, { 5, "two", two }, { 0 } };
    const struct db_migration broken[] = { { 1, "one", one }, { 5, "two", two }, { 6, "bad", bad }, { 0 } };
    ok(db_migrate(db, list, &e));
    ok(db_migrate(db, list, &e));
    fails(db_migrate(db, broken, &e), ERR_INTERNAL);
    ck_assert_int_eq(ask("SELECT count(*) FROM m1 WHERE b IS NULL"), 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM setu_migration"), 2);
}
END_TEST

START_TEST(changed_newer_or_unordered_migrations_are_refused)
{
    const struct db_migration full[] = { { 1, "one", one }, { 5, "two", two }, { 0 } };
    const struct db_migration older[] = { { 1, "one", one }, { 0 } };
    const struct db_migration edited[] = { { 1, "one", one_edited }, { 5, "two", two }, { 0 } };
    const struct db_migration gone[] = { { 5, "two", two }, { 0 } };
    const struct db_migration mixed[] = { { 5, "two", two }, { 1, "one", one }, { 0 } };
    ok(db_migrate(db, full, &e));
    fails(db_migrate(db, older, &e), ERR_CONFLICT);
    ck_assert_int_eq(e.msg, MSG_db_newer);
    ck_assert_str_eq(e.arg[0].text, "5");
    ck_assert_str_eq(e.arg[1].text, "1");
    fails(db_migrate(db, edited, &e), ERR_CONFLICT);
    ck_assert_int_eq(e.msg, MSG_db_changed);
    fails(db_migrate(db, gone, &e), ERR_CONFLICT);
    fails(db_migrate(db, mixed, &e), ERR_INTERNAL);
    ok(db_migrate(db, full, &e));
}
END_TEST

/* ── full text, backup, check ────────────────────────────────────────────── */

static bool fts_make(struct db_conn *tx, void *arg, struct err *err) { (void)arg; return db_fts_create(tx, "words", err); }
static bool fts_fill(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_fts_put(tx, "words", 1, S("রহিম উদ্দিন ঢাকা"), err) && db_fts_put(tx, "words", 2, S("rahim dhaka"), err)
           && db_fts_put(tx, "words", 3, S("علی رضایی تهران"), err) && db_fts_put(tx, "words", 4, S("रहीम दिल्ली"), err);
}
static bool fts_remove(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_fts_drop(tx, "words", 1, S("রহিম উদ্দিন ঢাকা"), err);
}

static int64_t matches_words(struct db_words words)
{
    int64_t n = -1;
    str sql = arena_fmt(&a, "SELECT coalesce(sum(column1), 0) FROM (VALUES (1), (2), (3), (4)) WHERE column1 IN (%s)",
                        db_fts_where(db, &a, "words", 1).p);
    ok(db_get_int(reader, sql.p, DB_ARGS(V(db_fts_words(db, &a, &words))), NULL, &n, &e));
    return n;
}

static int64_t matches_any(str any, str all, bool prefix) { return matches_words((struct db_words){ .any = any, .all = all, .is_beginning = prefix }); }
static int64_t matches(str words, bool prefix) { return matches_any((str){ 0 }, words, prefix); }
static int64_t matches_or(str any, str all, str begins)
{
    return matches_words((struct db_words){ .any = any, .all = all, .begins = begins, .is_beginning = true });
}

START_TEST(full_text_finds_words_and_beginnings_in_each_script)
{
    ok(db_schema(db, fts_make, NULL, &e));
    ok(db_write(db, fts_fill, NULL, &e));
    ck_assert_int_eq(matches(S("ঢাকা"), false), 1);
    ck_assert_int_eq(matches(S("ঢা"), false), 0);
    ck_assert_int_eq(matches(S("ঢা"), true), 1);
    ck_assert_int_eq(matches(S("dhaka rah"), true), 2);
    ck_assert_int_eq(matches(S("تهران ر"), true), 3);
    ck_assert_int_eq(matches(S("दिल्ली"), false), 4);
    ck_assert_int_eq(matches(S("दिल"), false), 0);
    ck_assert_int_eq(matches(S("OR NOT \" NEAR( *"), true), 0);
    ck_assert_int_eq(matches_any(S("dhaka ঢাকা"), S("র"), true), 1);
    ck_assert_int_eq(matches_any(S("dhaka ঢাকা"), S("r"), true), 2);
    ck_assert_int_eq(matches_any(S("dhaka"), S("দিল"), true), 0);
    ck_assert_int_eq(matches_any(S("dhaka"), S("-"), true), 0);
    ck_assert_int_eq(matches_any(S("dhaka তেহরান"), S("rahim dh"), true), 2);
    ck_assert_int_eq(matches_or((str){ 0 }, S("rahim delhi"), S("दिल تهر")), 3 + 4);
    ck_assert_int_eq(matches_or(S("dhaka"), S("nobody here"), S("rah दिल")), 2);
    ck_assert_int_eq(matches_or((str){ 0 }, S("nobody"), S("ahim")), 0);
    ok(db_write(db, fts_remove, NULL, &e));
    ck_assert_int_eq(matches(S("ঢা"), true), 0);
    fails(db_fts_put(reader, "w; DROP TABLE t", 1, S("x"), &e), ERR_INTERNAL);
}
END_TEST

static bool fts_add(struct db_conn *tx, void *arg, struct err *err)
{
    int64_t id = *(int64_t *)arg;
    return db_fts_put(tx, "words", id, arena_fmt(&a, "dhaka r%d %s", (int)id, id == 3 ? "mina" : "karim"), err);
}

static int64_t parts(void)
{
    int64_t n = 0;
    ok(db_get_int(reader, "SELECT count(DISTINCT segid) FROM words_idx", DB_NONE, NULL, &n, &e));
    return n;
}

/* An idle writer makes one part of several, a little each time, and leaves what is found as it was. */
START_TEST(an_idle_writer_merges_the_parts_of_full_text)
{
    ok(db_schema(db, fts_make, NULL, &e));
    for (int64_t id = 1; id <= 7; id++)
        ok(db_write(db, fts_add, &id, &e));
    int64_t before = parts();
    ck_assert_int_gt(before, 2);
    for (int i = 0; i < 90 && parts() == before; i++)
        usleep(100000);
    ck_assert_int_le(parts(), 2);
    ck_assert_int_eq(matches(S("dhaka mi"), true), 3);
    ck_assert_int_eq(matches(S("dhaka"), false), 10);
}
END_TEST

static _Atomic bool is_stopped;
static void *keep_writing(void *arg)
{
    struct err err;
    (void)arg;
    for (int64_t id = 100000; !is_stopped; id++)
        if (!db_write(db, insert, &id, &err))
            return NULL;
    return &e;
}
static int npages;
static void on_page(int done, int all, void *arg) { (void)arg; ck_assert(done <= all); npages = done; }

START_TEST(a_backup_taken_while_serving_is_whole_and_sound)
{
    char path[128], moved[128], copy_dir[96];
    pthread_t t;
    void *good;
    str report;
    ok(write_sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                 " INSERT INTO t (id, name) SELECT i, 'row ' || i FROM n"));
    pthread_create(&t, NULL, keep_writing, NULL);
    snprintf(path, sizeof path, "%s/copy.db", dir);
    ok(db_backup(db, path, on_page, NULL, &e));
    is_stopped = true;
    pthread_join(t, &good);
    ck_assert(good && npages > 0);
    fails(db_backup(db, "/nowhere/at/all.db", NULL, NULL, &e), ERR_INTERNAL);
    snprintf(moved, sizeof moved, "%s/setu.db", dir);
    fails(db_backup(db, moved, NULL, NULL, &e), ERR_INTERNAL);
    ok(db_check(reader, &a, &report, &e));
    ck_assert_int_eq(report.n, 0);
    close_db();
    snprintf(copy_dir, sizeof copy_dir, "%s/setu.db-wal", dir);
    ck_assert_int_eq(access(copy_dir, F_OK), -1);   /* closing emptied the log */
    ck_assert_int_eq(rename(path, moved), 0);
    open_db(false, 0);
    ck_assert_int_ge(ask("SELECT count(*) FROM t"), 20000);
    ok(db_check(reader, &a, &report, &e));
    ck_assert_int_eq(report.n, 0);
}
END_TEST

START_TEST(a_check_names_what_is_broken)
{
    str report;
    ok(write_sql("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                 " INSERT INTO t (id, name) SELECT i, 'row ' || i FROM n"));
    close_db();
    put_file("setu.db", 20 * 4096 + 8, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    open_db(false, 0);
    e = (struct err){ 0 };
    bool is_checked = db_check(reader, &a, &report, &e);
    ck_assert(!is_checked ? e.msg == MSG_db_damaged : report.n > 0);
}
END_TEST

/* ── the sequence ────────────────────────────────────────────────────────── */

static bool take_two(struct db_conn *tx, void *arg, struct err *err)
{
    int64_t *out = arg;
    return db_seq(tx, &out[0], err) && db_seq(tx, &out[1], err);
}

static bool take_and_fail(struct db_conn *tx, void *arg, struct err *err)
{
    return db_seq(tx, arg, err) && fail(err, ERR_INVALID, 0, "on purpose");
}

START_TEST(numbers_grow_over_failures_and_restarts_and_none_comes_twice)
{
    static const struct db_migration none[] = { { 0 } };
    int64_t first[2], second[2], lost, after[2], never;
    ok(db_migrate(db, none, &e));
    fails(db_seq(reader, &never, &e), ERR_INTERNAL);
    ok(db_write(db, take_two, first, &e));
    ok(db_write(db, take_two, second, &e));
    fails(db_write(db, take_and_fail, &lost, &e), ERR_INVALID);
    ck_assert_int_gt(first[0], 0);
    ck_assert_int_gt(first[1], first[0]);
    ck_assert_int_gt(second[0], first[1]);
    close_db();
    open_db(false, 0);
    ok(db_migrate(db, none, &e));
    ok(db_write(db, take_two, after, &e));
    ck_assert_int_gt(after[0], second[1]);
    ok(db_write(db, take_two, first, &e));
    ck_assert_int_gt(first[0], after[1]);
}
END_TEST

/* ── a full disk ─────────────────────────────────────────────────────────── */

static bool insert_big(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_exec(tx, "INSERT INTO t (id, name, b) SELECT coalesce(max(id), 0) + 1,"
                       " coalesce(max(id), 0) + 1, randomblob(20000) FROM t", DB_NONE, NULL, err);
}

START_TEST(a_full_disk_refuses_writes_goes_on_reading_and_recovers)
{
    char path[128];
    close_db();
    if (mount("tmpfs", dir, "tmpfs", 0, "size=2m")) {
        puts("skipped: no right to mount a small disk");
        open_db(true, 0);
        return;
    }
    open_db(true, 0);
    ok(schema("CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT, b BLOB)"));
    int64_t n = 0;
    while (db_write(db, insert_big, NULL, &e))
        n++;
    ck_assert_msg(e.code == ERR_FULL, "%d %s", e.code, e.detail);
    ck_assert_int_gt(n, 10);
    for (int i = 0; i < 20; i++)
        fails(db_write(db, insert_big, NULL, &e), ERR_FULL);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), n);
    ok(mount("tmpfs", dir, "tmpfs", MS_REMOUNT, "size=16m") == 0);
    ok(db_write(db, insert_big, NULL, &e));
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), n + 1);
    str report;
    ok(db_check(reader, &a, &report, &e));
    ck_assert_int_eq(report.n, 0);
    close_db();
    snprintf(path, sizeof path, "%s", dir);
    ck_assert_int_eq(umount(path), 0);
    open_db(false, 0);
}
END_TEST

int main(int argc, char **argv)
{
    const TTest *const test[] = {
        values_are_bound_by_name_not_by_appearance,
        empty_text_is_not_null,
        a_write_of_another_is_seen_by_the_next_snapshot_only,
        a_wrong_number_of_values_is_refused,
        what_a_backend_would_change_quietly_is_refused,
        a_double_quoted_text_is_not_a_string,
        the_same_text_may_be_open_in_its_own_loop,
        more_statements_than_the_cache_holds_all_work,
        statements_left_open_are_closed_with_the_snapshot,
        a_reader_cannot_write,
        a_reader_that_comes_back_is_as_a_new_one,
        a_reader_that_memory_failed_reads_again_when_there_is_some,
        a_query_past_its_deadline_is_stopped_and_the_next_request_works,
        what_could_harm_the_file_is_refused_even_to_the_writer,
        schema_statements_work_inside_db_schema_and_are_introspected,
        a_statement_is_planned_once_whatever_is_bound,
        constraints_are_told_apart,
        a_bad_write_is_rolled_back_alone_and_a_bad_row_within_a_write_too,
        a_write_inside_a_write_is_an_error_not_a_deadlock,
        writes_of_many_threads_share_commits_and_bad_ones_harm_none,
        the_queue_takes_its_limit_and_refuses_one_more,
        bulk_writes_make_way_for_interactive_ones,
        closing_serves_those_who_wait,
        a_second_opener_is_refused_at_once_also_from_another_process,
        nothing_is_made_unless_asked_and_a_file_in_the_way_is_told,
        a_damaged_file_is_told_and_left_as_it_is,
        the_database_of_another_program_is_refused,
        migrations_are_applied_once_in_order_each_whole,
        changed_newer_or_unordered_migrations_are_refused,
        full_text_finds_words_and_beginnings_in_each_script,
        an_idle_writer_merges_the_parts_of_full_text,
        a_backup_taken_while_serving_is_whole_and_sound,
        a_check_names_what_is_broken,
        numbers_grow_over_failures_and_restarts_and_none_comes_twice,
        a_full_disk_refuses_writes_goes_on_reading_and_recovers,
    };
    if (argc == 3 && !strcmp(argv[1], "--open"))
        return try_open(argv[2], true);         /* the second process of a test above */
    memory_install();
    return suite_run("db", 60, set_up, tear_down, test, countof(test)) != 0;
}
