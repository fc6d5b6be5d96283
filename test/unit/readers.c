/* readers.c - connections are lent to who reads, on both backends. */
#include "../suite.h"
#include <stdlib.h>
#include <unistd.h>
#include "db/backend.h"
#include "../place.h"

static char dir[64];
static struct db *db;
static struct db_conn *reader;
static struct err e;

#define ok(call) ck_assert_msg((call), "%s: %s (%s:%d)", #call, e.detail, e.file, e.line)

static bool run_sql(struct db_conn *tx, void *sql, struct err *err) { return db_exec(tx, sql, DB_NONE, NULL, err); }
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
    snprintf(dir, sizeof dir, "/tmp/setu-readers-XXXXXX");
    ck_assert(mkdtemp(dir));
    ok(db_open(&(struct db_options){ .path = place_for(dir), .create = true }, &db, &e));
    ok(db_reader(db, &reader, &e));
    ok(db_schema(db, run_sql, (void *)(uintptr_t)"CREATE TABLE IF NOT EXISTS t (id BIGINT PRIMARY KEY)", &e));
}

static void tear_down(void)
{
    db_conn_close(reader);
    db_close(db);
    static const char *const left[] = { "setu.db", "lock" };
    char path[96];
    for (size_t i = 0; i < countof(left); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, left[i]);
        unlink(path);
    }
    ck_assert_int_eq(rmdir(dir), 0);
}

static struct db_conn *lent_to(struct db_conn *c) { return ((struct reader *)c)->lent; }

/* The last one back is the next one lent; who reads at the same time gets another. */
START_TEST(a_connection_is_lent_to_one_reader_at_a_time)
{
    struct db_conn *two;
    ok(db_reader(db, &two, &e));
    ck_assert(!lent_to(two));
    ok(db_read_begin(reader, 0, &e));
    ok(db_read_begin(two, 0, &e));
    struct db_conn *first = lent_to(reader);
    ck_assert(first && lent_to(two) && first != lent_to(two));
    db_read_end(two);
    db_read_end(reader);
    ck_assert(!lent_to(reader));
    ok(db_read_begin(two, 0, &e));
    ck_assert_ptr_eq(lent_to(two), first);
    db_conn_close(two);
    ck_assert_int_eq(db->readers.n, 2);
}
END_TEST

struct asked { struct db_conn *c; bool was_lent; };

/* Another thread than that of the reader, which waits. */
static bool ask_within(struct db_conn *tx, void *arg, struct err *err)
{
    struct asked *x = arg;
    struct db_conn *two = NULL;
    int64_t n;
    struct err own = { 0 };
    x->was_lent = lent_to(x->c) != NULL;
    ck_assert(x->was_lent || !db_get_int(x->c, "SELECT 1", DB_NONE, NULL, &n, &own));
    ck_assert(x->was_lent || own.code == ERR_INTERNAL);
    return db_exec(tx, "INSERT INTO t (id) SELECT COUNT(*) FROM t", DB_NONE, NULL, err)
        && db_reader(tx->db, &two, err) && (db_conn_close(two), true);
}

START_TEST(a_write_ends_the_snapshot_of_who_waits_for_it)
{
    struct asked x = { .c = reader };
    ok(db_read_begin(reader, 60000, &e));
    ck_assert_int_eq(ask("SELECT COUNT(*) FROM t"), 0);
    ok(db_write(db, ask_within, &x, &e));
    ck_assert(!x.was_lent && !lent_to(reader));
    ck_assert_int_eq(ask("SELECT COUNT(*) FROM t"), 1);
    ck_assert(((struct reader *)reader)->is_reading);   /* a snapshot again, not a question by itself */
    ok(db_write(db, ask_within, &x, &e));
    db_read_end(reader);
}
END_TEST

START_TEST(rows_that_are_being_read_keep_their_snapshot_through_a_write)
{
    struct asked x = { .c = reader };
    struct db_rows q;
    ok(write_sql("INSERT INTO t (id) VALUES (10), (20)"));
    ok(db_read_begin(reader, 0, &e));
    ok(db_query(reader, &q, "SELECT id FROM t ORDER BY id", DB_NONE, &e));
    ck_assert(db_next(&q));
    ok(db_write(db, ask_within, &x, &e));               /* id 2 */
    ck_assert(x.was_lent);
    ck_assert_int_eq(ask("SELECT COUNT(*) FROM t"), 2);
    ck_assert(db_next(&q));
    ck_assert_int_eq(db_int(&q, 0), 20);
    ck_assert(!db_next(&q));
    ok(db_done(&q, &e));
    ok(db_write(db, ask_within, &x, &e));
    ck_assert_int_eq(ask("SELECT COUNT(*) FROM t"), 4);
}
END_TEST

static void read_at_once(int n)
{
    struct db_conn *c[SPARE_MAX + 3];
    for (int i = 0; i < n; i++)
        ok(db_reader(db, &c[i], &e) && db_read_begin(c[i], 0, &e));
    for (int i = 0; i < n; i++)
        db_conn_close(c[i]);
}

/* Within a write: the writer, which looks at them when it is idle, is not. */
static bool read_and_trim(struct db_conn *tx, void *arg, struct err *err)
{
    int many = place_is_postgres() ? 8 : SPARE_MAX;
    (void)arg, (void)err;
    read_at_once(many == SPARE_MAX ? many + 3 : many);
    ck_assert_int_eq(tx->db->readers.n, many);          /* the rest had no room */
    readers_trim(tx->db);
    ck_assert_int_eq(tx->db->readers.n, many);          /* all had been taken */
    read_at_once(2);
    readers_trim(tx->db);
    ck_assert_int_eq(tx->db->readers.n, 2);
    readers_trim(tx->db);
    readers_trim(tx->db);
    ck_assert_int_eq(tx->db->readers.n, 1);             /* one stays */
    return true;
}

START_TEST(connections_that_nobody_needed_for_a_while_are_closed)
{
    ok(db_write(db, read_and_trim, NULL, &e));
}
END_TEST

SUITE("readers", 60, set_up, tear_down,
      a_connection_is_lent_to_one_reader_at_a_time,
      a_write_ends_the_snapshot_of_who_waits_for_it,
      rows_that_are_being_read_keep_their_snapshot_through_a_write,
      connections_that_nobody_needed_for_a_while_are_closed)
