/* writer.c - groups of writes, on a folder and on PostgreSQL: a bold group in which something fails is run again
 * with care, and then each write is told what is its own, as if it had been alone.
 */
#include "../suite.h"
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>
#include "base/clock.h"
#include "db/alone.h"
#include "db/later.h"
#include "place.h"

enum { MANY = 12 };

static char dir[] = "/tmp/setu-writer-XXXXXX";
static struct db *db;
static struct db_conn *reader;
static struct err e;

#define ok(call) ck_assert_msg((call), "%s: %s (%s:%d)", #call, e.detail, e.file, e.line)

static bool make(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_exec(tx, "CREATE TABLE t (id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE)", DB_NONE, NULL, err)
        && db_exec(tx, "CREATE TABLE child (id BIGINT PRIMARY KEY, t_id BIGINT NOT NULL REFERENCES t(id),"
                       " later BIGINT REFERENCES t(id) DEFERRABLE INITIALLY DEFERRED)", DB_NONE, NULL, err);
}

/* The next test finds its schema without them. */
static bool unmake(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_exec(tx, "DROP TABLE child", DB_NONE, NULL, err) && db_exec(tx, "DROP TABLE t", DB_NONE, NULL, err);
}

static int64_t ask(const char *sql)
{
    int64_t n = -1;
    ok(db_read_begin(reader, 0, &e) && db_get_int(reader, sql, DB_NONE, NULL, &n, &e));
    db_read_end(reader);
    return n;
}

static void set_up(void)
{
    static const struct db_migration none[] = { { 0 } };
    ck_assert(mkdtemp(dir));
    ok(db_open(&(struct db_options){ .path = place_for(dir), .create = true }, &db, &e));
    ok(db_migrate(db, none, &e) && db_schema(db, make, NULL, &e) && db_reader(db, &reader, &e));
}

static void tear_down(void)
{
    static const char *const left[] = { "setu.db", "setu.db-wal", "setu.db-shm", "lock" };
    char path[128];
    ok(db_schema(db, unmake, NULL, &e));
    db_conn_close(reader);
    db_close(db);
    for (size_t i = 0; i < countof(left); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, left[i]);
        unlink(path);
    }
    ck_assert_int_eq(rmdir(dir), 0);
    memcpy(dir + strlen(dir) - 6, "XXXXXX", 6);
}

/* ── a group ─────────────────────────────────────────────────────────────── */

struct one { db_write_fn *run; int64_t id; int runs; bool ok, is_alone; struct err e; pthread_t thread; };

static bool insert(struct db_conn *tx, int64_t id, struct err *err)
{
    char name[24];
    snprintf(name, sizeof name, "n%lld", (long long)id);
    return db_exec(tx, "INSERT INTO t (id, name) VALUES ($1, $2)", DB_ARGS(V(id), V(str_of(name))), NULL, err);
}

static bool put(struct db_conn *tx, void *arg, struct err *err)
{
    struct one *o = arg;
    o->runs++;
    return insert(tx, o->id, err);
}

/* Goes on for long after its first statement failed, and asks in between. */
static bool put_and_ask(struct db_conn *tx, void *arg, struct err *err)
{
    struct one *o = arg;
    int64_t n;
    return put(tx, arg, err) && insert(tx, o->id + 1000, err)
        && db_get_int(tx, "SELECT count(*) FROM t", DB_NONE, NULL, &n, err) && insert(tx, o->id + 2000, err);
}

static bool put_child(struct db_conn *tx, void *arg, struct err *err)
{
    struct one *o = arg;
    o->runs++;
    return db_exec(tx, "INSERT INTO child (id, t_id) VALUES ($1, $2)", DB_ARGS(V(o->id), V(o->id)), NULL, err);
}

static bool put_dangling(struct db_conn *tx, void *arg, struct err *err)
{
    struct one *o = arg;
    o->runs++;
    return db_exec(tx, "INSERT INTO child (id, t_id, later) VALUES ($1, 1, $2)", DB_ARGS(V(o->id), V(o->id)), NULL, err);
}

static bool refuse(struct db_conn *tx, void *arg, struct err *err)
{
    return put(tx, arg, err) && fail(err, ERR_FORBIDDEN, 0, "on purpose");
}

static bool bad_row(struct db_conn *tx, void *arg, struct err *err)
{
    return insert(tx, ((struct one *)arg)->id + 5000, err) && insert(tx, 1, err);
}

/* A bad row of its own is passed over; the others stay. */
static bool put_around_bad_row(struct db_conn *tx, void *arg, struct err *err)
{
    struct one *o = arg;
    struct err inner;
    if (!put(tx, arg, err))
        return false;
    if (db_try(tx, bad_row, arg, &inner))
        return fail(err, ERR_INTERNAL, 0, "a bad row went through");
    return inner.code == ERR_CONFLICT ? insert(tx, o->id + 3000, err) : fail(err, ERR_INTERNAL, 0, "told as %d", inner.code);
}

static sem_t gate, inside;
static bool hold(struct db_conn *tx, void *arg, struct err *err)
{
    (void)tx, (void)arg, (void)err;
    sem_post(&inside);
    while (sem_wait(&gate))
        ;
    return true;
}

static void *write_one(void *arg)
{
    struct one *o = arg;
    db_alone = o->is_alone;
    o->ok = db_write(db, o->run, o, &o->e);
    return NULL;
}

/* All of them in one group: they gather while the one before them is held. */
static void together(struct one *v, int n)
{
    struct one first = { .run = hold };
    sem_init(&gate, 0, 0);
    sem_init(&inside, 0, 0);
    pthread_create(&first.thread, NULL, write_one, &first);
    while (sem_wait(&inside))
        ;
    for (int i = 0; i < n; i++) {
        pthread_create(&v[i].thread, NULL, write_one, &v[i]);
        while (db_stats(db).queue != i + 1)
            usleep(200);
    }
    sem_post(&gate);
    pthread_join(first.thread, NULL);
    for (int i = 0; i < n; i++)
        pthread_join(v[i].thread, NULL);
}

/* MANY good writes from `id` on, with `run` at `at`; tells how the group went. */
static struct one with_bad_one(int64_t id, int at, db_write_fn *run, int64_t bad_id)
{
    struct one v[MANY] = { 0 };
    for (int i = 0; i < MANY; i++)
        v[i] = (struct one){ .run = put, .id = id + i };
    v[at].run = run;
    v[at].id = bad_id;
    together(v, MANY);
    for (int i = 0; i < MANY; i++)
        ck_assert_msg(i == at || v[i].ok, "write %d of a group whose write %d is bad: %s", i, at, v[i].e.detail);
    v[at].runs = v[MANY - 1].runs;
    return v[at];
}

static void put_some(int64_t id, int n)
{
    for (struct one o = { .run = put, .id = id }; o.id < id + n; o.id++)
        ok(db_write(db, put, &o, &e));
}

/* What is sent ahead is what was prepared before: after this the writer's connection knows each statement, and has
 * forgotten that one failed. */
static void settle(void)
{
    struct one dangling = { .run = put_dangling, .id = 7777 };
    put_some(1, 1);
    ck_assert(!db_write(db, put_dangling, &dangling, &e));
    put_some(2, 19);
    for (struct one o = { .run = put_child, .id = 1 }; o.id <= 20; o.id++)
        ok(db_write(db, put_child, &o, &e));
}

/* ── what must hold ──────────────────────────────────────────────────────── */

struct bad { db_write_fn *run; int64_t id; enum err_code code; };
static const struct bad bad[] = {
    { put,                1,    ERR_CONFLICT },         /* the key is taken */
    { put_and_ask,        1,    ERR_CONFLICT },
    { put_child,          9999, ERR_CONFLICT },         /* a reference that leads nowhere */
    { put_dangling,       9999, ERR_CONFLICT },         /* and one looked at when the write ends */
    { refuse,             500,  ERR_FORBIDDEN },        /* no statement failed: the write says no */
};

START_TEST(in_a_bold_group_the_bad_write_is_told_its_own_error_and_the_others_are_kept)
{
    const struct bad *b = &bad[_i % (int)countof(bad)];
    static const int places[] = { 0, MANY / 2, MANY - 1 };
    settle();
    struct one o = with_bad_one(100, places[_i / (int)countof(bad)], b->run, b->id);
    ck_assert_msg(!o.ok, "it went through");
    ck_assert_msg(o.e.code == b->code, "told as %d: %s", o.e.code, o.e.detail);
    ck_assert_int_eq(ask("SELECT count(*) FROM t WHERE id BETWEEN 100 AND 111"), MANY - 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 20 + MANY - 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM child"), 20);
    ck_assert_int_eq(ask("SELECT count(*) FROM child WHERE later IS NOT NULL"), 0);
}
END_TEST

START_TEST(a_write_alone_is_told_its_own_error_too)
{
    settle();
    for (size_t i = 0; i < countof(bad); i++) {
        struct one o = { .run = bad[i].run, .id = bad[i].id };
        ck_assert(!db_write(db, o.run, &o, &e));
        ck_assert_msg(e.code == bad[i].code, "%zu told as %d: %s", i, e.code, e.detail);
        ck_assert_int_eq(ask("SELECT count(*) FROM t"), 20);
        ck_assert_int_eq(ask("SELECT count(*) FROM child"), 20);
    }
}
END_TEST

START_TEST(a_row_tried_within_a_bold_group_goes_alone)
{
    settle();
    struct one o = with_bad_one(100, 3, put_around_bad_row, 700);
    ck_assert_msg(o.ok, "%s", o.e.detail);
    ck_assert_int_eq(ask("SELECT count(*) FROM t WHERE id IN (700, 3700)"), 2);
    ck_assert_int_eq(ask("SELECT count(*) FROM t WHERE id = 5700"), 0);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 20 + MANY - 1 + 2);
    ck_assert_int_eq(o.runs, 1);
}
END_TEST

/* One good write and one that says no, in one group: how often was the good one run? */
static int runs_with_a_refusal(int64_t id)
{
    struct one v[2] = { { .run = put, .id = id }, { .run = refuse, .id = id + 1 } };
    together(v, 2);
    ck_assert(v[0].ok && !v[1].ok && v[1].e.code == ERR_FORBIDDEN);
    ck_assert_int_eq(v[0].runs, v[1].runs);
    return v[0].runs;
}

START_TEST(after_a_failure_groups_are_careful_for_a_while_and_then_bold_again)
{
    settle();
    ck_assert_int_eq(runs_with_a_refusal(100), 2);
    ck_assert_int_eq(runs_with_a_refusal(200), 1);
    put_some(300, 40);
    ck_assert_int_eq(runs_with_a_refusal(400), 2);
    ck_assert_int_eq(ask("SELECT count(*) FROM t"), 20 + 40 + 3);
}
END_TEST

START_TEST(a_write_that_stands_alone_is_run_once_whatever_becomes_of_the_others)
{
    struct one v[5] = { { .run = put, .id = 100 }, { .run = put, .id = 101, .is_alone = true }, { .run = put, .id = 102 },
                        { .run = put, .id = 103 }, { .run = refuse, .id = 104 } };
    settle();
    together(v, 5);
    ck_assert(v[0].ok && v[1].ok && v[2].ok && v[3].ok && !v[4].ok);
    ck_assert_int_eq(v[0].runs, 1);             /* the group before it */
    ck_assert_int_eq(v[1].runs, 1);
    ck_assert_int_eq(v[2].runs, 2);             /* and that after it */
    ck_assert_int_eq(ask("SELECT count(*) FROM t WHERE id BETWEEN 100 AND 104"), 4);
}
END_TEST

/* ── writes nobody waits for ─────────────────────────────────────────────── */

struct later { struct one one; _Atomic int ntold; bool is_kept; enum err_code why; };

static bool run_later(struct db_conn *tx, void *arg, struct err *err) { return ((struct later *)arg)->one.run(tx, arg, err); }

static void hear(void *arg, const struct err *why)
{
    struct later *l = arg;
    l->is_kept = !why;
    l->why = why ? why->code : ERR_NONE;
    l->ntold++;
}

static bool is_told(struct later *l, int ms)
{
    for (; l->ntold == 0 && ms > 0; ms--)
        usleep(1000);
    return l->ntold == 1;
}

START_TEST(who_asked_for_a_write_is_told_that_it_is_kept_or_is_not)
{
    struct later good = { .one = { .run = put, .id = 300 } }, bad_one = { .one = { .run = refuse, .id = 301 } };
    ok(db_write_later(db, run_later, &good, hear, 0, &e) && db_write_later(db, run_later, &bad_one, hear, 0, &e));
    ck_assert(is_told(&good, 20000) && is_told(&bad_one, 20000));
    ck_assert(good.is_kept && !bad_one.is_kept && bad_one.why != ERR_NONE);
    ck_assert_int_eq(ask("SELECT count(*) FROM t WHERE id IN (300, 301)"), 1);
}
END_TEST

START_TEST(one_that_ripens_begins_no_group_but_shares_the_next)
{
    struct later slow = { .one = { .run = put, .id = 310 } };
    struct one other = { .run = put, .id = 311 };
    ok(db_write_later(db, run_later, &slow, hear, 20 * SECOND_US, &e));
    ck_assert(!is_told(&slow, 100));
    ok(db_write_bulk(db, put, &other, &e));
    ck_assert(is_told(&slow, 1000) && slow.is_kept);
    slow.ntold = 0;
    slow.one.id = 312;
    ok(db_write_later(db, run_later, &slow, hear, 50 * 1000, &e));
    ck_assert(is_told(&slow, 20000) && slow.is_kept);           /* ripe by itself */
    ck_assert_int_eq(ask("SELECT count(*) FROM t WHERE id BETWEEN 310 AND 312"), 3);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("writer");
    TCase *each = tcase_create("bold"), *rest = tcase_create("care");
    tcase_add_checked_fixture(each, set_up, tear_down);
    tcase_add_loop_test(each, in_a_bold_group_the_bad_write_is_told_its_own_error_and_the_others_are_kept, 0, 3 * (int)countof(bad));
    tcase_add_checked_fixture(rest, set_up, tear_down);
    tcase_add_test(rest, a_write_alone_is_told_its_own_error_too);
    tcase_add_test(rest, a_row_tried_within_a_bold_group_goes_alone);
    tcase_add_test(rest, after_a_failure_groups_are_careful_for_a_while_and_then_bold_again);
    tcase_add_test(rest, a_write_that_stands_alone_is_run_once_whatever_becomes_of_the_others);
    tcase_add_test(rest, who_asked_for_a_write_is_told_that_it_is_kept_or_is_not);
    tcase_add_test(rest, one_that_ripens_begins_no_group_but_shares_the_next);
    tcase_set_timeout(each, 60);
    tcase_set_timeout(rest, 60);
    suite_add_tcase(s, each);
    suite_add_tcase(s, rest);
    return suite_end(s) != 0;
}
