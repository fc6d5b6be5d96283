/* db.c - the database room against a real folder: statements, the writer, the lock,
 * migrations, limits, care. What a crash leaves is in test/fault/. */
#include <check.h>
#undef fail                                      /* libcheck has one too; ours fills an err */
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/clock.h"
#include "db/db.h"
#include "msg/db.h"

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
__attribute__((unused)) static bool write_sql(const char *sql) { return db_write(db, run_sql, (void *)(uintptr_t)sql, &e); }

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

START_TEST(a_write_is_seen_by_the_next_snapshot_only)
{
    int64_t id = 1;
    ok(db_read_begin(reader, 0, &e));
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 0);
    ok(db_write(db, insert, &id, &e));
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 0);
    db_read_end(reader);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("db");
    TCase *t = tcase_create("db");
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, values_are_bound_by_name_not_by_appearance);
    tcase_add_test(t, empty_text_is_not_null);
    tcase_add_test(t, a_write_is_seen_by_the_next_snapshot_only);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
