/* clock_row.c - several clocks on a record, held, extended and measured after they passed, always
 * in working time: nights and feasts cost nobody anything.
 */
#include "../house.h"
#include "flow/clock_row.h"
#include "base/clock.h"
#include "core/core.h"
#include "core/work_time.h"

/* Dhaka works Sunday to Thursday, 9 to 18 (bizcal_default); the house's clock stands on a Tuesday noon. */
static int64_t lead_id;

static void open_all(void)
{
    house_open();
    lead_id = 4711;
}

/* A calendar saved before hours were checked: the usual ones of the country count, and the owner is told. */
static bool run_broken(struct ctx *tx, void *arg, struct err *err)
{
    struct record *r = record_new(tx->a, &work_calendar_entity);
    int64_t *id = arg;
    record_set(r, "name", val_text(S("Broken")));
    record_set(r, "zone", val_text(S("Asia/Dhaka")));
    record_set(r, "hours", val_text(S("Mon 10:00-11:00")));
    record_set(r, "is_default", val_int(1));
    if (!record_create(tx, r, err))
        return false;
    *id = r->id;
    return db_exec(tx->c, "UPDATE work_calendar SET hours = 'mon 9-25' WHERE id = $1", DB_ARGS(V(r->id)), NULL, err);
}

static bool run_mend(struct ctx *tx, void *arg, struct err *err)
{
    struct record *r = record_new(tx->a, &work_calendar_entity), *h = record_new(tx->a, &holiday_entity);
    r->id = *(int64_t *)arg;
    record_set(r, "hours", val_text(S("Sun-Sat 10:00-11:00")));
    record_set(h, "work_calendar", val_ref(r->id));
    record_set(h, "day", val_int(zone_days("Asia/Dhaka", tx->now) + 1));
    record_set(h, "name", val_text(S("Feast")));
    return record_update(tx, r, 0, NULL, err) && record_create(tx, h, err);
}

START_TEST(a_broken_calendar_stops_no_clock)
{
    struct bizcal cal;
    struct calendar_fault *faults;
    int64_t id = 0;
    size_t n;
    ok(record_write(&ctx, run_broken, &id, &e));
    ok(calendar_of(&ctx, 0, &cal, &e));
    ck_assert_int_eq(cal.week[0].v[0].from, 540);       /* Sunday 9 in Dhaka, as usual there */
    ok(calendar_faults(&ctx, &faults, &n, &e));
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(faults[0].id, id);
    ok(record_write(&ctx, run_mend, &id, &e));
    ok(calendar_of(&ctx, 0, &cal, &e));
    ck_assert_int_eq(cal.week[0].v[0].from, 600);
    ck_assert_int_eq(cal.nholidays, 1);
    int64_t noon = zone_instant("Asia/Dhaka", zone_days("Asia/Dhaka", ctx.now) + 1, 10 * HOUR_US);
    ck_assert(!bizcal_open_at(&cal, noon) && bizcal_open_at(&cal, noon + 24 * HOUR_US));
    ok(calendar_faults(&ctx, &faults, &n, &e));
    ck_assert_uint_eq(n, 0);
}
END_TEST

enum what { BEGIN, HOLD, RESUME, EXTEND, END_MET, END_DROPPED };
struct job { enum what what; int64_t id, minutes, remind, at; };

static bool run_job(struct ctx *tx, void *arg, struct err *err)
{
    struct job *j = arg;
    struct clock_start s = { .en = &lead_entity, .record = lead_id, .kind = "test", .policy = 0, .minutes = j->minutes, .remind_minutes = j->remind };
    switch (j->what) {
    case BEGIN:       return clock_begin(tx, &s, &j->id, err);
    case HOLD:        return clock_hold(tx, j->id, S("the buyer asked for time"), err);
    case RESUME:      return clock_resume(tx, j->id, err);
    case EXTEND:      return clock_extend(tx, j->id, j->minutes, err);
    case END_MET:     return clock_end(tx, j->id, j->at ? j->at : tx->now, CLOCK_MET, err);
    case END_DROPPED: return clock_end(tx, j->id, tx->now, CLOCK_DROPPED, err);
    }
    return false;
}

static void at(int64_t now)
{
    clock_set(now);
    ctx.now = now;
}

static int64_t act(struct job j)
{
    ok(record_write(&ctx, run_job, &j, &e));
    return j.id;
}

#define begin(m, r) act((struct job){ .what = BEGIN, .minutes = (m), .remind = (r) })
#define hold(c) act((struct job){ .what = HOLD, .id = (c) })
#define resume(c) act((struct job){ .what = RESUME, .id = (c) })

static struct record *seen(int64_t clock)
{
    struct record *r;
    ok(record_get(&ctx, &clock_entity, clock, &r, &e));
    return r;
}

static struct clock_times measured(int64_t clock)
{
    struct clock_times t;
    ok(clock_measure(&ctx, seen(clock), &t, &e));
    return t;
}

static int reminded, breached;
static bool on_remind(struct ctx *tx, const struct record *c, struct err *err) { (void)tx; (void)c; (void)err; reminded++; return true; }
static bool on_breach(struct ctx *tx, const struct record *c, struct err *err) { (void)tx; (void)c; (void)err; breached++; return true; }

static void round_at(int64_t now)
{
    static const struct clock_care care = { "test", on_remind, on_breach };
    at(now);
    ok(clock_round(&ctx, &care, &e));
}

/* ── tests ───────────────────────────────────────────────────────────────── */

START_TEST(a_clock_that_stood_still_overnight_has_as_much_left_as_before)
{
    int64_t c = begin(4 * 60, 0);               /* Tuesday 12:00, four hours: 16:00 */
    ck_assert_int_eq(record_int(seen(c), "due_at"), HOUSE_NOW + 4 * HOUR_US);
    at(HOUSE_NOW + HOUR_US);
    hold(c);
    hold(c);                                    /* twice is once */
    at(HOUSE_NOW + 30 * HOUR_US);               /* Wednesday 18:00: the day is over */
    ck_assert_int_eq(measured(c).left, 3 * HOUR_US);
    ck_assert(measured(c).is_paused);
    ck_assert_int_eq(measured(c).spent, HOUR_US);
    resume(c);
    ck_assert_int_eq(record_int(seen(c), "due_at"), HOUSE_NOW + 48 * HOUR_US);      /* Thursday 12:00 */
    ck_assert_int_eq(measured(c).left, 3 * HOUR_US);
    at(HOUSE_NOW + 47 * HOUR_US);
    act((struct job){ .what = END_MET, .id = c });
    ck_assert_int_eq(record_int(seen(c), "work_time"), 3 * HOUR_US);
    ck_assert(!record_val(seen(c), "over_time").is_set);
    ck_assert_str_eq(arena_cstr(&house_arena, record_text(seen(c), "outcome")), "met");
}
END_TEST

START_TEST(a_clock_goes_on_being_measured_after_its_breach)
{
    int64_t c = begin(60, 15), due = HOUSE_NOW + HOUR_US;
    reminded = breached = 0;
    round_at(HOUSE_NOW + 44 * MINUTE_US);
    ck_assert_int_eq(reminded, 0);
    round_at(HOUSE_NOW + 46 * MINUTE_US);
    round_at(HOUSE_NOW + 47 * MINUTE_US);
    ck_assert_int_eq(reminded, 1);
    round_at(due + 20 * MINUTE_US);
    round_at(due + 21 * MINUTE_US);
    ck_assert_int_eq(breached, 1);
    ck_assert_int_eq(record_int(seen(c), "breached_at"), due);
    at(due + 24 * HOUR_US);                     /* Wednesday 13:00: five hours of Tuesday, four of Wednesday */
    ck_assert_int_eq(measured(c).over, 9 * HOUR_US);
    act((struct job){ .what = EXTEND, .id = c, .minutes = 600 });
    ck_assert_int_eq(record_int(seen(c), "breached_at"), due);
    act((struct job){ .what = END_MET, .id = c });
    ck_assert_int_eq(record_int(seen(c), "over_time"), 9 * HOUR_US);
    round_at(due + 48 * HOUR_US);
    ck_assert_int_eq(breached, 1);
}
END_TEST

START_TEST(a_touch_noticed_late_counts_from_when_it_happened)
{
    int64_t on_time = begin(60, 0), late = begin(30, 0);
    at(HOUSE_NOW + 2 * HOUR_US);                /* no round came by */
    act((struct job){ .what = END_MET, .id = on_time, .at = HOUSE_NOW + 40 * MINUTE_US });
    act((struct job){ .what = END_MET, .id = late, .at = HOUSE_NOW + 40 * MINUTE_US });
    ck_assert(!record_val(seen(on_time), "breached_at").is_set);
    ck_assert_int_eq(record_int(seen(late), "breached_at"), HOUSE_NOW + 30 * MINUTE_US);
    ck_assert_int_eq(record_int(seen(late), "over_time"), 10 * MINUTE_US);
}
END_TEST

START_TEST(an_extension_moves_the_deadline_and_the_reminder)
{
    int64_t c = begin(60, 15);
    act((struct job){ .what = EXTEND, .id = c, .minutes = 120 });
    ck_assert_int_eq(record_int(seen(c), "due_at"), HOUSE_NOW + 3 * HOUR_US);
    ck_assert_int_eq(record_int(seen(c), "remind_at"), HOUSE_NOW + 3 * HOUR_US - 15 * MINUTE_US);
    ck_assert_int_eq(record_int(seen(c), "extended"), 120);
    hold(c);
    act((struct job){ .what = EXTEND, .id = c, .minutes = 30 });
    ck_assert_int_eq(measured(c).left, 3 * HOUR_US + 30 * MINUTE_US);
    reminded = breached = 0;
    round_at(HOUSE_NOW + 8 * DAY_US);           /* who stands still is neither reminded nor late */
    ck_assert_int_eq(reminded + breached, 0);
}
END_TEST

START_TEST(a_record_may_have_several_and_ending_one_leaves_the_others)
{
    struct record *r;
    int64_t first = begin(60, 0), second = begin(120, 0);
    act((struct job){ .what = END_DROPPED, .id = second });
    ok(clock_running(&ctx, &lead_entity, lead_id, "test", 0, &r, &e));
    ck_assert(r && r->id == first);
    act((struct job){ .what = END_MET, .id = first });
    ok(clock_running(&ctx, &lead_entity, lead_id, "test", 0, &r, &e));
    ck_assert(r == NULL);
    int64_t ended = record_int(seen(first), "ended_at");
    at(HOUSE_NOW + HOUR_US);
    act((struct job){ .what = END_MET, .id = first });      /* what is over stays as it ended */
    resume(first);
    ck_assert_int_eq(record_int(seen(first), "ended_at"), ended);
}
END_TEST

/* However the pauses fall: spent and left always make what was promised and added. */
START_TEST(nothing_is_lost_or_won_by_any_order_of_pauses_and_extensions)
{
    unsigned seed = 7;
    for (int turn = 0; turn < 20; turn++) {
        int64_t now = HOUSE_NOW + turn * DAY_US, promised = 600;
        at(now);
        int64_t c = begin(600, 0);
        for (int step = 0; step < 12; step++) {
            seed = seed * 1103515245u + 12345u;
            at(now += (int64_t)(seed >> 16 & 0x3ff) * MINUTE_US);
            switch (seed >> 28 & 3) {
            case 0: hold(c); break;
            case 1: resume(c); break;
            case 2: act((struct job){ .what = EXTEND, .id = c, .minutes = 45 }); promised += 45; break;
            default: break;
            }
            struct clock_times t = measured(c);
            ck_assert_int_eq(t.spent + t.left, promised * MINUTE_US);
        }
    }
}
END_TEST

SUITE("clock_row", 120, open_all, house_close,
      a_broken_calendar_stops_no_clock,
      a_clock_that_stood_still_overnight_has_as_much_left_as_before,
      a_clock_goes_on_being_measured_after_its_breach,
      a_touch_noticed_late_counts_from_when_it_happened,
      an_extension_moves_the_deadline_and_the_reminder,
      a_record_may_have_several_and_ending_one_leaves_the_others,
      nothing_is_lost_or_won_by_any_order_of_pauses_and_extensions)
