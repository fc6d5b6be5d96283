/* job.c - jobs end exactly once, whatever dies when; clocks ring when they should.
 *
 * The simulation lives ten years with a clock of its own: servers die between any two steps, come
 * back with old leases in their hands, the machine's clock jumps. SEEDS in the environment sets how
 * many worlds are tried.
 */
#include "house.h"
#include "base/buf.h"
#include "base/random.h"
#include "flow/job_inside.h"
#include "flow/keep.h"
#include "flow/schedule.h"
#include "msg/core.h"

/* ── kinds of the test ───────────────────────────────────────────────────── */

static int runs, fail_times;
static bool is_refused;

static bool put_row(struct ctx *tx, void *j, struct err *err)
{
    return job_save(tx, j, S("half"), 1, 2, err)
        && db_exec(tx->c, "INSERT INTO effect (job, step) VALUES ($1, 1)", DB_ARGS(V(((struct job_run *)j)->id)), NULL, err);
}

static bool plain(struct job_run *j, struct err *err)
{
    runs++;
    if (j->saved.n == 0 && !record_write_bulk(j->c, put_row, j, err))
        return false;
    if (fail_times-- > 0)
        return fail(err, ERR_INTERNAL, 0, "not today");
    return true;
}

static bool wait_for_it(struct job_run *j, struct err *err)
{
    for (int i = 0; i < 2000; i++, usleep(5000)) {
        j->told_at = 0;
        if (!job_progress(j, i, 2000, err)) {
            is_refused = err->code == ERR_CONFLICT;
            return false;
        }
    }
    return true;
}

static const struct job_kind kinds[] = {
    { .name = "plain", .label = MSG_core_word_name, .run = plain, .is_offered = true },
    { .name = "long", .label = MSG_core_word_name, .run = wait_for_it },
    { .name = "other", .label = MSG_core_word_name, .run = plain, .tries_max = 2 },
};
static const struct schedule schedules[] = {
    { "each night", &kinds[0], "daily 02:30", CATCH_UP_ONCE },
    { "each skipped", &kinds[2], "daily 02:30", CATCH_UP_SKIP },
    { "each one", &kinds[1], "daily 02:30", CATCH_UP_ALL },
};

static bool make_schema(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_exec(tx, "CREATE TABLE IF NOT EXISTS effect (job BIGINT NOT NULL, step BIGINT NOT NULL)", DB_NONE, NULL, err);
}

static void setup(void)
{
    static const struct entity *const own[] = { &schedule_entity };
    job_register(kinds, countof(kinds));
    catalogue_add(own, 1);
    house_open();
    ok(db_schema(house_ws.db, make_schema, NULL, &e));
    bell_of_commits(house_ws.db);
    fail_times = runs = 0;
}

static int64_t number(const char *sql)
{
    bool any;
    int64_t n = 0;
    db_read_end(ctx.c);
    ok(db_read_begin(ctx.c, 0, &e));
    ok(db_get_int(ctx.c, sql, DB_NONE, &any, &n, &e));
    db_read_end(ctx.c);
    return n;
}

static bool run_add(struct ctx *tx, void *spec, struct err *err) { return job_add(tx, spec, NULL, err); }
static void add(const struct job_kind *k, const char *key)
{
    struct ctx c = ctx;
    c.now = clock_now();
    struct job_spec s = { .kind = k, .key = str_of(key) };
    ok(record_write(&c, run_add, &s, &e));
}

static void pass(int64_t us)
{
    clock_set(clock_now() + us);
    ctx.now = clock_now();
}

static int64_t in_state(const char *state)
{
    return number(arena_fmt(&house_arena, "SELECT COUNT(*) FROM job WHERE state = '%s'", state).p);
}

/* The steps of a server, one write each. */
static bool found;
static size_t reaped;
static bool take(struct ctx *tx, void *j, struct err *err) { return job_reap(tx, &reaped, err) && job_claim(tx, S("me"), j, &found, err); }
static bool fence(struct ctx *tx, void *j, struct err *err) { return job_fence(tx, j, err); }
static bool end(struct ctx *tx, void *j, struct err *err) { return job_end(tx, j, NULL, err); }
static bool reap(struct ctx *tx, void *arg, struct err *err) { (void)arg; return job_reap(tx, &reaped, err); }
static bool due(struct ctx *tx, void *arg, struct err *err) { (void)arg; return schedule_run_due(tx, err); }

/* ── a job's life ────────────────────────────────────────────────────────── */

START_TEST(a_job_is_done_once)
{
    add(&kinds[0], "a");
    add(&kinds[0], "a");                                /* the same wish */
    add(&kinds[0], "b");
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(in_state("done"), 2);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM effect"), 2);
    add(&kinds[0], "a");                                /* done is done: a new wish */
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(runs, 3);
}
END_TEST

START_TEST(what_fails_waits_longer_each_time_and_goes_on_from_where_it_was)
{
    add(&kinds[0], "a");
    fail_times = 2;
    ck_assert(!job_drain(&house_ws, &e));
    ck_assert_int_eq(in_state("failed"), 1);
    ok(job_drain(&house_ws, &e));                       /* not due yet */
    ck_assert_int_eq(runs, 1);
    int64_t first = number("SELECT at FROM job") - clock_now();
    pass(first);
    ck_assert(!job_drain(&house_ws, &e));
    int64_t second = number("SELECT at FROM job") - clock_now();
    ck_assert_int_gt(first, 7 * (int64_t)SECOND_US);
    ck_assert_int_lt(first, 13 * (int64_t)SECOND_US);
    ck_assert_int_gt(second, first);
    pass(second);
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(in_state("done"), 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM effect"), 1);
}
END_TEST

static bool run_retry(struct ctx *tx, void *id, struct err *err) { return job_retry(tx, *(int64_t *)id, err); }
static bool run_cancel(struct ctx *tx, void *id, struct err *err) { return job_cancel(tx, *(int64_t *)id, err); }

START_TEST(after_its_last_try_it_is_given_up_and_may_be_tried_again)
{
    add(&kinds[2], "a");
    fail_times = 2;
    for (int i = 0; i < 4; i++, pass(HOUR_US))
        (void)!job_drain(&house_ws, &e);
    ck_assert_int_eq(in_state("dead"), 1);
    ck_assert_int_eq(runs, 2);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM job WHERE error = 'not today'"), 1);
    int64_t id = number("SELECT id FROM job");
    ok(record_write(&ctx, run_retry, &id, &e));
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(in_state("done"), 1);
    ck_assert(!record_write(&ctx, run_retry, &id, &e));
    ck_assert_int_eq(e.code, ERR_CONFLICT);
    ck_assert(!record_write(&ctx, run_cancel, &id, &e));
}
END_TEST

START_TEST(a_wish_that_comes_while_it_runs_is_not_lost)
{
    struct job_run j;
    add(&kinds[0], "a");
    ok(record_write(&ctx, take, &j, &e));
    ck_assert(found);
    add(&kinds[0], "a");
    ck_assert_int_eq(number("SELECT COUNT(*) FROM job"), 1);
    ok(record_write(&ctx, end, &j, &e));
    ck_assert_int_eq(in_state("queued"), 1);
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(in_state("done"), 1);
    ck_assert_int_eq(runs, 1);
}
END_TEST

START_TEST(a_lease_that_ran_out_is_anothers)
{
    struct job_run old, new;
    add(&kinds[0], "a");
    ok(record_write(&ctx, take, &old, &e));
    pass(59 * (int64_t)SECOND_US);
    ok(record_write(&ctx, take, &new, &e));
    ck_assert(!found);                                  /* a second too early */
    ok(record_write(&ctx, fence, &old, &e));           /* renewed */
    pass(61 * (int64_t)SECOND_US);
    ok(record_write(&ctx, take, &new, &e));
    ck_assert(!found);                                  /* it waits for its second try */
    ck_assert_uint_eq(reaped, 1);
    pass(15 * (int64_t)SECOND_US);
    ok(record_write(&ctx, take, &new, &e));
    ck_assert(found);
    ck_assert(!record_write(&ctx, fence, &old, &e));
    ck_assert_int_eq(e.code, ERR_CONFLICT);
    ok(record_write(&ctx, fence, &new, &e));
    ok(record_write(&ctx, end, &old, &e));          /* says nothing, does nothing */
    ck_assert_int_eq(in_state("leased"), 1);
}
END_TEST

START_TEST(a_clock_set_back_makes_no_lease_eternal)
{
    struct job_run j;
    add(&kinds[0], "a");
    ok(record_write(&ctx, take, &j, &e));
    pass(-DAY_US);
    ok(record_write(&ctx, reap, NULL, &e));
    ck_assert_uint_eq(reaped, 1);
    pass(-DAY_US);                                      /* and its wait is not a day */
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(in_state("done"), 1);
}
END_TEST

START_TEST(one_kind_does_not_keep_the_others_waiting)
{
    struct job_run j;
    for (int i = 0; i < 5; i++)
        add(&kinds[0], arena_fmt(&house_arena, "%d", i).p);
    pass(SECOND_US);
    add(&kinds[2], "late");
    ok(record_write(&ctx, take, &j, &e));
    ck_assert_ptr_eq(j.kind, &kinds[0]);
    ok(record_write(&ctx, take, &j, &e));
    ck_assert_ptr_eq(j.kind, &kinds[2]);
    ok(record_write(&ctx, take, &j, &e));
    ck_assert_ptr_eq(j.kind, &kinds[0]);
}
END_TEST

/* ── workers ─────────────────────────────────────────────────────────────── */

static void until(const char *state, int64_t n)
{
    for (int i = 0; i < 2000 && in_state(state) != n; i++)
        usleep(5000);
    ck_assert_int_eq(in_state(state), n);
}

START_TEST(workers_do_what_is_added_and_stop_what_is_cancelled)
{
    clock_set(0);
    struct job_pool *p = job_start(&house_ws);
    add(&kinds[1], "a");
    until("leased", 1);
    add(&kinds[0], "b");                                /* the other worker */
    until("done", 1);
    int64_t id = number("SELECT id FROM job WHERE kind = 'long'");
    ok(record_write(&ctx, run_cancel, &id, &e));
    until("cancelled", 1);
    ck_assert(is_refused);
    add(&kinds[1], "a");
    until("leased", 1);
    job_stop(p);                                        /* it stops, and stands in line again, untried */
    ck_assert_int_eq(in_state("queued"), 1);
    ck_assert_int_eq(number("SELECT tries FROM job WHERE state = 'queued'"), 0);
}
END_TEST

/* ── clocks ──────────────────────────────────────────────────────────────── */

static int64_t at(const char *zone, enum calendar cal, int y, int m, int d, int minute)
{
    return zone_instant(zone, days_from_ymd(cal, (struct ymd){ y, m, d }), minute * MINUTE_US);
}

START_TEST(rules_are_read_and_written)
{
    static const char *const good[] = { "every 15 minutes", "every 6 hours", "daily 02:30", "weekly sun,mon,sat 09:00", "monthly 1 09:00",
                                        "monthly last 23:59", "every 1 minutes" };
    static const char *const bad[] = { "", "daily", "daily 24:00", "daily 9:5", "daily 09:00 x", "weekly 09:00", "weekly mon,mon 09:00",
        "weekly monday 09:00", "monthly 0 09:00", "monthly 32 09:00", "every 0 minutes", "every 25 hours", "every 1441 minutes",
        "every x minutes", "every -1 hours", "Daily 09:00", "daily 09:60", "daily +9:00" };
    struct schedule_rule r;
    for (size_t i = 0; i < countof(good); i++) {
        ok(schedule_parse(str_of(good[i]), &r, &e));
        ck_assert_str_eq(arena_cstr(&house_arena, schedule_text(&house_arena, &r)), good[i]);
    }
    for (size_t i = 0; i < countof(bad); i++)
        ck_assert_msg(!schedule_parse(str_of(bad[i]), &r, &e), "%s", bad[i]);
    ok(schedule_parse(S("  daily   9:05 "), &r, &e));
    ck_assert_str_eq(arena_cstr(&house_arena, schedule_text(&house_arena, &r)), "daily 09:05");
}
END_TEST

START_TEST(the_next_moment_is_of_the_zone_and_the_calendar)
{
    static const struct { const char *rule, *zone; enum calendar cal; int from[4], want[4]; } v[] = {
        { "daily 09:00", "Asia/Dhaka", CALENDAR_GREGORIAN, { 2026, 11, 24, 480 }, { 2026, 11, 24, 540 } },
        { "daily 09:00", "Asia/Dhaka", CALENDAR_GREGORIAN, { 2026, 11, 24, 540 }, { 2026, 11, 25, 540 } },
        { "weekly thu 18:00", "Asia/Tehran", CALENDAR_JALALI, { 1405, 9, 3, 0 }, { 1405, 9, 5, 1080 } },
        { "monthly 1 09:00", "Asia/Tehran", CALENDAR_JALALI, { 1405, 12, 15, 0 }, { 1406, 1, 1, 540 } },
        { "monthly 31 09:00", "Asia/Tehran", CALENDAR_JALALI, { 1405, 7, 1, 0 }, { 1405, 7, 30, 540 } },
        { "monthly last 09:00", "Asia/Tehran", CALENDAR_JALALI, { 1405, 12, 1, 0 }, { 1405, 12, 29, 540 } },
        { "monthly 31 09:00", "Asia/Kolkata", CALENDAR_GREGORIAN, { 2028, 2, 1, 0 }, { 2028, 2, 29, 540 } },
        /* 02:30 does not exist on 29 March 2026 in Berlin: the end of the gap, 03:00 */
        { "daily 02:30", "Europe/Berlin", CALENDAR_GREGORIAN, { 2026, 3, 28, 600 }, { 2026, 3, 29, 180 } },
        { "daily 02:30", "Europe/Berlin", CALENDAR_GREGORIAN, { 2026, 3, 29, 240 }, { 2026, 3, 30, 150 } },
    };
    struct schedule_rule r;
    for (size_t i = 0; i < countof(v); i++) {
        ok(schedule_parse(str_of(v[i].rule), &r, &e));
        int64_t from = at(v[i].zone, v[i].cal, v[i].from[0], v[i].from[1], v[i].from[2], v[i].from[3]);
        int64_t want = at(v[i].zone, v[i].cal, v[i].want[0], v[i].want[1], v[i].want[2], v[i].want[3]);
        ck_assert_msg(schedule_next(&r, v[i].zone, v[i].cal, from) == want, "line %zu: %lld, not %lld", i,
                      (long long)schedule_next(&r, v[i].zone, v[i].cal, from), (long long)want);
    }
    /* 02:30 comes twice on 25 October 2026: once. */
    ok(schedule_parse(S("daily 02:30"), &r, &e));
    int64_t first = schedule_next(&r, "Europe/Berlin", CALENDAR_GREGORIAN, at("Europe/Berlin", CALENDAR_GREGORIAN, 2026, 10, 24, 600));
    int64_t second = schedule_next(&r, "Europe/Berlin", CALENDAR_GREGORIAN, first);
    ck_assert_int_eq(second - first, 25 * HOUR_US);
}
END_TEST

START_TEST(a_year_of_days_has_each_day_once)
{
    static const char *const zones[] = { "Europe/London", "Asia/Tehran", "America/Sao_Paulo", "Pacific/Apia", "Asia/Dhaka" };
    struct schedule_rule r;
    ok(schedule_parse(S("daily 00:30"), &r, &e));
    for (size_t z = 0; z < countof(zones); z++) {
        int64_t t = at(zones[z], CALENDAR_GREGORIAN, 2011, 1, 1, 0), last = 0;
        for (int i = 0; i < 800; i++) {
            t = schedule_next(&r, zones[z], CALENDAR_GREGORIAN, t);
            ck_assert_int_gt(t, last);
            ck_assert(last == 0 || zone_days(zones[z], t) > zone_days(zones[z], last));
            last = t;
        }
    }
}
END_TEST

START_TEST(a_declared_clock_begins_its_job_and_says_what_missed_means)
{
    schedule_register(schedules, countof(schedules));
    ok(schedule_open(&house_ws, &e));
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM job"), 0);
    int64_t next = number("SELECT MIN(next_at) FROM schedule_clock");
    ck_assert_int_eq(next, at("Asia/Dhaka", CALENDAR_GREGORIAN, 2026, 11, 25, 150));
    pass(next - clock_now() + 3 * DAY_US);              /* four moments, the last of them just now */
    struct ctx c = ctx;
    for (int i = 0; i < 6; i++)
        ok(record_write(&c, due, NULL, &e));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM job WHERE kind = 'plain'"), 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM job WHERE kind = 'other'"), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM job WHERE kind = 'long'"), 4);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM schedule_clock WHERE next_at <= 0"), 0);
    ck_assert_int_gt(number("SELECT MIN(next_at) FROM schedule_clock"), clock_now());
}
END_TEST

static bool make_schedule(struct ctx *tx, void *arg, struct err *err)
{
    const char *const *p = arg;
    struct record *r = record_new(tx->a, &schedule_entity);
    record_set(r, "name", val_text(S("Nightly")));
    record_set(r, "job", val_text(S("plain")));
    for (; p[0]; p += 2)
        record_set(r, p[0], !strcmp(p[0], "month_day") ? val_int(p[1][0] - '0') : val_text(str_of(p[1])));
    return record_create(tx, r, err);
}
#define schedule(...) record_write(&ctx, make_schedule, (const char *[]){ __VA_ARGS__, NULL }, &e)

START_TEST(people_make_clocks_too)
{
    ok(schedule("repeat", "monthly", "month_day", "1", "time", "۹:۳۰", "zone", "Asia/Tehran", "calendar", "jalali"));
    int64_t next = number("SELECT next_at FROM schedule");
    ck_assert_int_eq(next, at("Asia/Tehran", CALENDAR_JALALI, 1405, 10, 1, 570));
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(runs, 0);
    pass(next - clock_now());
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(runs, 1);
    ck_assert_int_eq(number("SELECT next_at FROM schedule"), at("Asia/Tehran", CALENDAR_JALALI, 1405, 11, 1, 570));
    ck_assert(!schedule("repeat", "daily", "time", "25:00"));
    ck_assert_str_eq(e.field, "time");
    ck_assert(!schedule("repeat", "weekly", "time", "09:00"));
    ck_assert_str_eq(e.field, "weekdays");
    ck_assert(!schedule("repeat", "daily", "zone", "Mars/Base"));
    ck_assert_str_eq(e.field, "zone");
    ok(schedule("repeat", "weekly", "weekdays", "sat,wed", "time", "9:00"));
}
END_TEST

/* ── keeping ─────────────────────────────────────────────────────────────── */

START_TEST(what_is_past_its_time_goes_and_its_sum_stays)
{
    struct buf b = buf_new(&house_arena, 400);
    static const int ages[] = { 10, 759, 761, 800, 1000 };
    job_register(&keep_job, 1);
    for (int i = 0; i < 2000; i++) {
        int64_t when = clock_now() - ages[i % 5] * DAY_US;
        b = buf_new(&house_arena, 400);
        buf_fmt(&b, "INSERT INTO event (id, person_id, at, kind, seq, is_void, is_robot) VALUES (%d, 1, %lld, '%s', %d, %d, %d)", i + 1,
                (long long)when, i % 2 ? "page.viewed" : "call.held", 100000 + i, i % 20 == 3, i % 20 == 13);
        house_sql(arena_cstr(&house_arena, buf_str(&b)));
    }
    add(&keep_job, "k");
    ok(job_drain(&house_ws, &e));
    ck_assert_int_eq(in_state("done"), 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE kind = 'call.held'"), 1000);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE kind = 'page.viewed'"), 400);
    ck_assert_int_eq(number("SELECT SUM(n) FROM event_month"), 500);        /* 600 went, of which 100 were void */
    ck_assert_int_eq(number("SELECT SUM(n) FROM event_month WHERE is_robot = 1"), 100);
}
END_TEST

/* ── the simulation ──────────────────────────────────────────────────────── */

enum { SERVERS = 3, JOBS = 60, STEPS = 3, YEARS = 10, ROUNDS_MAX = 50000 };
struct world {
    struct seeded rnd;
    int64_t now;
    struct hand { struct job_run j; bool has, is_slow; int step; } hand[SERVERS];
    bool is_fenced;
    int added, wrongs;
};

static int64_t below(struct world *w, int64_t n) { return seeded_below(&w->rnd, n); }

struct effect { struct job_run *j; int step; bool is_fenced; };

/* The effect of one step, and where to go on from. Without a fence it is what a careless program would do. */
static bool do_step(struct ctx *tx, void *arg, struct err *err)
{
    struct effect *x = arg;
    str saved = arena_fmt(tx->a, "%d", x->step + 1);
    bool may = x->is_fenced ? job_save(tx, x->j, saved, x->step + 1, STEPS, err)
                            : db_exec(tx->c, "UPDATE job SET saved = $1 WHERE id = $2", DB_ARGS(V(saved), V(x->j->id)), NULL, err);
    return may && db_exec(tx->c, "INSERT INTO effect (job, step) VALUES ($1, $2)", DB_ARGS(V(x->j->id), V(x->step)), NULL, err);
}

static bool claim(struct ctx *tx, void *arg, struct err *err)
{
    struct hand *h = arg;
    size_t n;
    return job_reap(tx, &n, err) && job_claim(tx, S("server"), &h->j, &h->has, err);
}

static bool done(struct ctx *tx, void *arg, struct err *err) { return job_end(tx, &((struct hand *)arg)->j, NULL, err); }

static bool broke(struct ctx *tx, void *arg, struct err *err)
{
    struct err why = { .code = ERR_INTERNAL, .detail = "broke" };
    return job_end(tx, &((struct hand *)arg)->j, &why, err);
}

/* One act of one server; the server may die before, or after it, with or without the act kept. */
static void act(struct ctx *tx, struct world *w, struct hand *h)
{
    struct err err = { 0 };
    struct effect x = { &h->j, h->step, w->is_fenced };
    if (below(w, 40) == 0) {                            /* it dies; or is cut off, and wakes with its old lease */
        h->is_slow = below(w, 2);
        h->has = h->has && h->is_slow;
        return;
    }
    if (!h->has) {
        (void)!record_try(tx, claim, h, &err);
        int64_t step = 0;
        (void)!str_to_int(h->j.saved, &step);
        h->step = h->has ? (int)step : 0;
    } else if (h->step < STEPS) {
        if (record_try(tx, do_step, &x, &err))
            h->step++;
        else
            h->has = false;                             /* the lease is lost: it lets go */
        if (below(w, 30) == 0 && h->has) {
            (void)!record_try(tx, broke, h, &err);
            h->has = false;
        }
    } else {
        if (below(w, 20))
            (void)!record_try(tx, done, h, &err);       /* else: dies between the last effect and its end */
        h->has = false;
    }
}

static bool ask_for_some(struct ctx *tx, struct world *w, struct err *err)
{
    for (int n = 1 + (int)below(w, 4); n > 0 && w->added < JOBS; n--, w->added++) {
        struct job_spec s = { .kind = &kinds[below(w, 3)], .key = below(w, 2) ? arena_fmt(tx->a, "%d", w->added) : (str){ 0 },
                              .at = w->now + (below(w, 2) ? below(w, 5 * DAY_US) : 0) };
        if (!job_add(tx, &s, NULL, err))
            return false;
    }
    return true;
}

/* Quiet weeks, then work in steps of seconds; now and then somebody sets the clock. */
static bool pass_time(struct ctx *tx, struct world *w, struct err *err)
{
    bool idle = true;
    for (int i = 0; i < SERVERS; i++)
        idle &= !w->hand[i].has;
    w->now += below(w, idle ? 2 * MINUTE_US : 50 * (int64_t)SECOND_US);
    if (below(w, 300) == 0)
        w->now += below(w, 2) ? -below(w, 2 * DAY_US) : below(w, 30 * DAY_US);
    if (w->added < JOBS && below(w, 25) == 0) {
        w->now += below(w, 2 * YEARS * 365 * DAY_US / (JOBS / 3));
        tx->now = w->now;
        return ask_for_some(tx, w, err);
    }
    if (idle && below(w, 10) == 0)
        w->now += below(w, DAY_US);
    tx->now = w->now;
    return true;
}

static bool live(struct ctx *given, void *arg, struct err *err)
{
    struct world *w = arg;
    bool open = true;
    int64_t one;
    for (int round = 0; round < ROUNDS_MAX && open; round++) {
        struct arena scratch = *given->a;
        struct ctx tx = *given;
        tx.a = &scratch;
        if (!pass_time(&tx, w, err))
            return false;
        struct hand *h = &w->hand[below(w, SERVERS)];
        if (h->is_slow && below(w, 6))
            continue;
        h->is_slow = false;
        act(&tx, w, h);
        h->j.args = h->j.saved = (str){ 0 };            /* of the scratch memory */
        if (round % 20 == 0 && w->added == JOBS && !db_get_int(tx.c, "SELECT 1 FROM job WHERE state IN ('queued', 'failed', 'leased') LIMIT 1", DB_NONE,
                                           &open, &one, err))
            return false;
    }
    return true;
}

static bool count_into(struct ctx *c, const char *sql, int64_t *n, struct err *err)
{
    bool any;
    return db_get_int(c->c, sql, DB_NONE, &any, n, err);
}

struct verdict { int64_t open, doubled, missing, jobs, done, years; };

static bool one_world(struct ctx *tx, void *arg, struct err *err)
{
    struct { struct world *w; struct verdict *v; } *x = arg;
    struct verdict *v = x->v;
    return db_exec(tx->c, "DELETE FROM job", DB_NONE, NULL, err) && db_exec(tx->c, "DELETE FROM effect", DB_NONE, NULL, err)
        && live(tx, x->w, err)
        && count_into(tx, "SELECT COUNT(*) FROM job", &v->jobs, err)
        && count_into(tx, "SELECT COUNT(*) FROM job WHERE state = 'done'", &v->done, err)
        && count_into(tx, "SELECT COUNT(*) FROM job WHERE state NOT IN ('done', 'dead', 'cancelled')", &v->open, err)
        && count_into(tx, "SELECT COUNT(*) FROM (SELECT job, step FROM effect GROUP BY job, step HAVING COUNT(*) > 1) twice", &v->doubled, err)
        && count_into(tx, "SELECT COUNT(*) FROM job WHERE state = 'done' AND (SELECT COUNT(DISTINCT step) FROM effect WHERE job = job.id) <> 3",
                      &v->missing, err);
}

static struct verdict try_world(uint64_t seed, bool is_fenced)
{
    struct world w = { .rnd = seeded_from(seed), .now = HOUSE_NOW, .is_fenced = is_fenced };
    struct verdict v = { 0 };
    struct { struct world *w; struct verdict *v; } x = { &w, &v };
    ok(record_write(&ctx, one_world, &x, &e));
    v.years = (w.now - HOUSE_NOW) / (365 * DAY_US);
    return v;
}

START_TEST(ten_years_of_crashes_end_each_job_once)
{
    const char *env = getenv("SEEDS");
    int64_t start = clock_mono(), seeds = INT64_MAX, done_jobs = 0, jobs = 0, years = 0, n = 0;
    ck_assert(!env || str_to_int(str_of(env), &seeds));
    for (; n < seeds && (env || clock_mono() - start < 10 * (int64_t)SECOND_US); n++) {
        struct verdict v = try_world((uint64_t)n + 1, true);
        ck_assert_msg(v.open == 0 && v.doubled == 0 && v.missing == 0, "seed %lld: %lld open, %lld doubled, %lld incomplete",
                      (long long)n + 1, (long long)v.open, (long long)v.doubled, (long long)v.missing);
        jobs += v.jobs;
        done_jobs += v.done;
        years += v.years;
    }
    printf("job: %lld worlds, %lld years, %lld jobs, %lld of them done\n", (long long)n, (long long)years, (long long)jobs, (long long)done_jobs);
    ck_assert_int_gt(done_jobs, jobs / 2);
    ck_assert_int_gt(years, n * YEARS / 2);
}
END_TEST

START_TEST(without_a_fence_the_simulation_sees_doubled_effects)
{
    int64_t doubled = 0;
    for (uint64_t seed = 1; seed <= 40 && !doubled; seed++)
        doubled += try_world(seed, false).doubled;
    ck_assert_int_gt(doubled, 0);
}
END_TEST

SUITE("job", 300, setup, house_close,
      a_job_is_done_once,
      what_fails_waits_longer_each_time_and_goes_on_from_where_it_was,
      after_its_last_try_it_is_given_up_and_may_be_tried_again,
      a_wish_that_comes_while_it_runs_is_not_lost,
      a_lease_that_ran_out_is_anothers,
      a_clock_set_back_makes_no_lease_eternal,
      one_kind_does_not_keep_the_others_waiting,
      workers_do_what_is_added_and_stop_what_is_cancelled,
      rules_are_read_and_written,
      the_next_moment_is_of_the_zone_and_the_calendar,
      a_year_of_days_has_each_day_once,
      a_declared_clock_begins_its_job_and_says_what_missed_means,
      people_make_clocks_too,
      what_is_past_its_time_goes_and_its_sum_stays,
      ten_years_of_crashes_end_each_job_once,
      without_a_fence_the_simulation_sees_doubled_effects)
