/* feed.c - the promises of the feed: one order, effects exactly once, nobody held up by another. */
#include "house.h"
#include "base/buf.h"
#include "flow/inside.h"

/* ── consumers of the test ───────────────────────────────────────────────── */

static int64_t broken_person;                   /* whose rows "picky" cannot take */
static bool all_broken;
static int nticks, npicky, more_left;

static bool note(struct ctx *tx, const char *who, const struct feed_row *rows, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!db_exec(tx->c, "INSERT INTO seen (who, seq) VALUES ($1, $2)", DB_ARGS(V(str_of(who)), V(rows[i].seq)), NULL, err))
            return false;
    return true;
}

static bool plain(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *err) { return note(tx, "plain", rows, n, err); }

static bool picky(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *err)
{
    npicky++;
    for (size_t i = 0; i < n; i++)
        if (all_broken || (broken_person && rows[i].person_id == broken_person))
            return fail(err, ERR_INTERNAL, 0, "no taste for %lld", (long long)rows[i].seq);
    return note(tx, "picky", rows, n, err);
}

static bool only_calls(const struct feed_row *r) { return r->is_event && str_eq(r->kind, S("call.held")); }
static bool calls(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *err) { return note(tx, "calls", rows, n, err); }
static bool voids(struct ctx *tx, const struct feed_row *rows, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        if (rows[i].is_void && !note(tx, "voids", &rows[i], 1, err))
            return false;
    return true;
}

static bool beat(struct ctx *tx, bool *more, struct err *err)
{
    (void)tx, (void)err;
    nticks++;
    *more = more_left > 0;
    more_left -= *more;
    return true;
}

static const struct consumer consumers[] = {
    { .name = "plain", .reads = FEED_CHANGES | FEED_EVENTS, .batch = plain, .tick = beat },
    { .name = "picky", .reads = FEED_CHANGES | FEED_EVENTS, .batch = picky },
    { .name = "calls", .reads = FEED_EVENTS, .wants = only_calls, .batch = calls },
    { .name = "voids", .reads = FEED_EVENTS | FEED_VOIDS, .batch = voids },
    { .name = "late", .reads = FEED_CHANGES, .batch = plain, .from_now = true },
};

/* ── what is written ─────────────────────────────────────────────────────── */

static bool make_schema(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_exec(tx, "CREATE TABLE IF NOT EXISTS seen (who TEXT, seq BIGINT, PRIMARY KEY (who, seq))", DB_NONE, NULL, err);
}

static void setup(void)
{
    feed_register(consumers, 4);
    house_open();
    ok(db_schema(house_ws.db, make_schema, NULL, &e));
    ok(feed_open(&house_ws, &e));
}

struct made { int64_t id, write; };
static bool make_person(struct ctx *tx, void *arg, struct err *err)
{
    struct record *r = record_new(tx->a, &person_entity);
    record_set(r, "name", val_text(S("Rahima")));
    if (!record_create(tx, r, err))
        return false;
    ((struct made *)arg)->id = r->id;
    return true;
}

static int64_t person(void)
{
    struct made m = { 0 };
    ok(record_write(&ctx, make_person, &m, &e));
    return m.id;
}

static bool make_call(struct ctx *tx, void *arg, struct err *err)
{
    return event_add(tx, &(struct event){ .person_id = ((struct made *)arg)->id, .kind = "call.held" }, err)
        && make_person(tx, &(struct made){ 0 }, err);
}

static int64_t call_of(int64_t id)
{
    struct ctx c = ctx;
    ok(record_write(&c, make_call, &(struct made){ .id = id }, &e));
    return c.write_id;
}

static int64_t number(const char *sql)
{
    bool found;
    int64_t n = 0;
    db_read_end(ctx.c);
    ok(db_read_begin(ctx.c, 0, &e));
    ok(db_get_int(ctx.c, sql, DB_NONE, &found, &n, &e));
    db_read_end(ctx.c);
    return n;
}

static int64_t cursor(const char *name)
{
    int64_t at;
    ok(db_read_begin(ctx.c, 0, &e));
    ok(feed_cursor(&ctx, name, &at, &e));
    db_read_end(ctx.c);
    return at;
}

/* ── order ───────────────────────────────────────────────────────────────── */

START_TEST(changes_and_events_share_one_line)
{
    int64_t p = person();
    call_of(p);
    call_of(p);
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM (SELECT seq FROM change UNION SELECT seq FROM event) a"),
                     number("SELECT (SELECT COUNT(*) FROM change) + (SELECT COUNT(*) FROM event)"));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'plain'"),
                     number("SELECT (SELECT COUNT(*) FROM change) + (SELECT COUNT(*) FROM event)"));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'calls'"), 2);
}
END_TEST

static bool give_up(struct ctx *tx, void *arg, struct err *err)
{
    return make_person(tx, arg, err) && fail(err, ERR_INVALID, 0, "given up");
}

START_TEST(a_write_that_failed_leaves_a_gap_and_nothing_else)
{
    person();
    int64_t before = number("SELECT MAX(seq) FROM change");
    struct ctx c = ctx;
    ck_assert(!record_write(&c, give_up, &(struct made){ 0 }, &e));
    person();
    ck_assert_int_gt(number("SELECT MAX(seq) FROM change"), before);
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'plain'"), number("SELECT COUNT(*) FROM change"));
}
END_TEST

/* Data from before there was an order: rows without numbers get that of their ids. */
START_TEST(rows_from_before_are_numbered)
{
    person(), person(), call_of(person());
    house_sql("DELETE FROM setu_migration WHERE version = 4");
    house_sql("UPDATE setu_seq SET last = 0");
    db_conn_close(ctx.c);
    db_close(house_ws.db);
    static const char *const drops[] = {
        "DROP INDEX change_seq", "DROP INDEX event_seq", "ALTER TABLE change DROP COLUMN seq", "ALTER TABLE event DROP COLUMN seq",
        "ALTER TABLE event DROP COLUMN robot_why", "DROP TABLE feed_cursor",
        "DROP TABLE feed_stuck",
    };
    ok(db_open(&(struct db_options){ .path = house_place }, &house_ws.db, &e));
    for (size_t i = 0; i < countof(drops); i++)
        ok(db_schema(house_ws.db, house_run, (void *)(uintptr_t)drops[i], &e));
    ok(record_schema(house_ws.db, &e));
    ok(feed_open(&house_ws, &e));
    ok(db_reader(house_ws.db, &ctx.c, &e));
    int64_t n = number("SELECT (SELECT COUNT(*) FROM change) + (SELECT COUNT(*) FROM event)");
    ck_assert_int_eq(number("SELECT COUNT(*) FROM (SELECT seq FROM change UNION SELECT seq FROM event) a WHERE seq > 0"), n);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM change a JOIN change b ON a.id < b.id AND a.seq > b.seq"), 0);
    person();
    ck_assert_int_eq(number("SELECT MAX(seq) FROM change"), n + 1);
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'plain'"), n + 1);
}
END_TEST

/* ── where one stands ────────────────────────────────────────────────────── */

START_TEST(a_new_consumer_begins_where_it_says)
{
    person();
    feed_register(&consumers[4], 1);
    house_sql("DELETE FROM feed_cursor WHERE name = 'late'");
    ok(feed_open(&house_ws, &e));
    ck_assert_int_eq(cursor("late"), number("SELECT MAX(seq) FROM change"));
    ck_assert_int_eq(cursor("plain"), 0);
}
END_TEST

static bool replay(struct ctx *tx, void *from, struct err *err) { return feed_replay(tx, "plain", *(int64_t *)from, err); }

START_TEST(what_was_followed_can_be_followed_again)
{
    person(), person(), person();
    ok(feed_drain(&house_ws, &e));
    int64_t end = cursor("plain"), from = number("SELECT MIN(seq) FROM change");
    ck_assert_int_eq(end, number("SELECT MAX(seq) FROM change"));
    house_sql("DELETE FROM seen");
    ok(record_write(&ctx, replay, &from, &e));
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'plain'"), number("SELECT COUNT(*) FROM change") - 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'picky'"), 0);
    ck_assert_int_eq(cursor("plain"), end);
}
END_TEST

START_TEST(rows_nobody_wants_cost_no_write)
{
    struct feed_place p;
    ok(feed_drain(&house_ws, &e));
    feed_place_open(&p, &consumers[2]);
    ok(feed_places_read(&ctx, &p, 1, &e));
    house_sql("INSERT INTO event (id, person_id, at, kind, seq) VALUES (1, 1, 1, 'note.added', 1000000)");
    int64_t writes = db_stats(house_ws.db).writes;
    struct ctx c = ctx;
    ck_assert_int_eq(feed_turn(&c, &p, true, &e), FEED_WORKED);
    ck_assert_int_eq(feed_turn(&c, &p, true, &e), FEED_NOTHING);
    ck_assert_int_eq(p.seen, 1000000);
    ck_assert_int_eq(db_stats(house_ws.db).writes, writes);
    p.store_at = 1;                                     /* long enough */
    ck_assert_int_eq(feed_turn(&c, &p, true, &e), FEED_WORKED);
    ck_assert_int_eq(cursor("calls"), 1000000);
}
END_TEST

START_TEST(a_step_that_another_server_took_is_not_taken_twice)
{
    struct feed_place mine, theirs;
    feed_place_open(&mine, &consumers[0]);
    feed_place_open(&theirs, &consumers[0]);
    person();
    struct ctx c = ctx;
    ok(db_read_begin(ctx.c, 0, &e));
    ok(feed_places_read(&ctx, &mine, 1, &e));
    ok(feed_places_read(&ctx, &theirs, 1, &e));
    db_read_end(ctx.c);
    ck_assert_int_eq(feed_turn(&c, &mine, true, &e), FEED_WORKED);
    ck_assert_int_eq(feed_turn(&c, &theirs, true, &e), FEED_WORKED);      /* would fail on the primary key */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'plain'"), 1);
    ck_assert_int_eq(number("SELECT tries FROM feed_cursor WHERE name = 'plain'"), 0);
}
END_TEST

/* ── failing ─────────────────────────────────────────────────────────────── */

static enum feed_did turn(struct feed_place *p)
{
    struct arena a = arena_open(8 << 20);
    struct ctx c = ctx;
    c.a = &a;
    p->retry_at = 0;                                    /* no waiting in a test */
    enum feed_did did = feed_turn(&c, p, true, &e);
    arena_close(&a);
    return did;
}

static bool again(struct ctx *tx, void *seq, struct err *err) { return feed_retry(tx, S("picky"), *(int64_t *)seq, err); }

START_TEST(one_bad_row_is_found_and_set_aside)
{
    struct feed_place p;
    int64_t good = 0;
    for (int i = 0; i < 20; i++) {
        int64_t id = person();
        broken_person = i == 11 ? id : broken_person;
    }
    feed_place_open(&p, &consumers[1]);
    int failures = 0;
    for (int i = 0; i < 60; i++)
        failures += turn(&p) == FEED_FAILED;
    ck_assert_int_eq(failures, 4);                      /* tried five times alone, then set aside */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'picky'"), 19);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM feed_stuck WHERE consumer = 'picky' AND error LIKE 'no taste%'"), 1);
    ck_assert_int_eq(cursor("picky"), number("SELECT MAX(seq) FROM change"));

    struct feed_stuck *v;
    size_t n;
    ok(db_read_begin(ctx.c, 0, &e));
    ok(feed_stuck(&ctx, &v, &n, &e));
    db_read_end(ctx.c);
    ck_assert_uint_eq(n, 1);
    good = v[0].seq;
    struct ctx c = ctx;
    ck_assert(!record_write(&c, again, &good, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM feed_stuck"), 1);
    broken_person = 0;
    ok(record_write(&c, again, &good, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM feed_stuck"), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'picky'"), 20);
    ck_assert(!record_write(&c, again, &good, &e));
    ck_assert_int_eq(e.code, ERR_NOT_FOUND);
}
END_TEST

START_TEST(a_consumer_that_takes_nothing_stops_setting_aside)
{
    struct feed_place p;
    feed_place_open(&p, &consumers[1]);
    for (int i = 0; i < 130; i++)
        person();
    all_broken = true;
    for (int i = 0; i < 900; i++)
        turn(&p);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM feed_stuck"), 100);
    ck_assert_int_gt(number("SELECT tries FROM feed_cursor WHERE name = 'picky'"), 5);
    ck_assert_int_gt(number("SELECT LENGTH(error) FROM feed_cursor WHERE name = 'picky'"), 5);
    all_broken = false;
    for (int i = 0; i < 10; i++)
        turn(&p);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'picky'"), 30);
    ck_assert_int_eq(number("SELECT tries FROM feed_cursor WHERE name = 'picky'"), 0);
}
END_TEST

START_TEST(others_go_on_and_the_lag_is_shown)
{
    struct feed_runner *f = feed_start(&house_ws);
    struct buf b = buf_new(&house_arena, 4000);
    all_broken = true;
    clock_set(0);
    for (int i = 0; i < 30; i++)
        person();
    for (int i = 0; i < 1000 && (number("SELECT COUNT(*) FROM seen WHERE who = 'plain'") < 30
                                 || number("SELECT tries FROM feed_cursor WHERE name = 'picky'") == 0); i++)
        usleep(10000);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'plain'"), 30);
    for (int i = 0; i < 1000; i++) {            /* the runner learns of its step a moment after the commit */
        b.n = 0;
        feed_metrics(f, &b);
        if (str_find(buf_str(&b), S("setu_feed_lag{workspace=\"test\",consumer=\"plain\"} 0\n")) >= 0)
            break;
        usleep(10000);
    }
    ck_assert(str_find(buf_str(&b), S("setu_feed_lag{workspace=\"test\",consumer=\"plain\"} 0\n")) >= 0);
    ck_assert(str_find(buf_str(&b), S("setu_feed_lag{workspace=\"test\",consumer=\"picky\"} 0\n")) < 0);
    feed_stop(f);
    struct feed_standing *v;
    ok(db_read_begin(ctx.c, 0, &e));
    ok(feed_standings(&ctx, &v, &e));
    db_read_end(ctx.c);
    ck_assert_str_eq(v[1].name, "picky");
    ck_assert_int_gt(v[1].lag, 0);
    ck_assert_int_gt(v[1].tries, 0);
    ck_assert(str_starts(v[1].error, S("no taste")));
    ck_assert_int_eq(v[0].lag, 0);
    all_broken = false;
    clock_set(HOUSE_NOW);
}
END_TEST

START_TEST(the_thread_wakes_with_the_commit)
{
    struct feed_runner *f = feed_start(&house_ws);
    int64_t most = 0;
    for (int i = 0; i < 20; i++) {
        int64_t start = clock_mono(), want = number("SELECT COUNT(*) FROM seen WHERE who = 'plain'") + 1;
        person();
        while (number("SELECT COUNT(*) FROM seen WHERE who = 'plain'") < want && clock_mono() - start < 20 * (int64_t)SECOND_US)
            usleep(500);
        int64_t took = clock_mono() - start;
        most = took > most ? took : most;
    }
    feed_stop(f);
    ck_assert_int_lt(most, 4 * (int64_t)SECOND_US);     /* not the five seconds of looking by itself */
}
END_TEST

/* ── undo, ticks ─────────────────────────────────────────────────────────── */

static bool undo(struct ctx *tx, void *arg, struct err *err) { return record_undo(tx, *(int64_t *)arg, err); }

START_TEST(an_undone_event_is_told_to_those_who_ask)
{
    struct ctx c = ctx;
    int64_t write = call_of(person());
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'calls'"), 1);
    ok(record_write(&c, undo, &write, &e));
    int64_t undone = c.write_id;
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'calls'"), 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'voids'"), 1);
    ok(record_write(&c, undo, &undone, &e));
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'calls'"), 2);     /* it holds again */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM seen WHERE who = 'voids'"), 1);
}
END_TEST

START_TEST(a_tick_comes_after_a_batch_and_as_often_as_it_asks)
{
    nticks = 0;
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(nticks, 1);                        /* a runner begins with one */
    person();
    more_left = 3;
    nticks = 0;
    ok(feed_drain(&house_ws, &e));
    ck_assert_int_eq(nticks, 4);
}
END_TEST

SUITE("feed", 120, setup, house_close,
      changes_and_events_share_one_line,
      a_write_that_failed_leaves_a_gap_and_nothing_else,
      rows_from_before_are_numbered,
      a_new_consumer_begins_where_it_says,
      what_was_followed_can_be_followed_again,
      rows_nobody_wants_cost_no_write,
      a_step_that_another_server_took_is_not_taken_twice,
      one_bad_row_is_found_and_set_aside,
      a_consumer_that_takes_nothing_stops_setting_aside,
      others_go_on_and_the_lag_is_shown,
      the_thread_wakes_with_the_commit,
      an_undone_event_is_told_to_those_who_ask,
      a_tick_comes_after_a_batch_and_as_often_as_it_asks)
