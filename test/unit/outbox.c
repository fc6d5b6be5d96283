/* outbox.c - the states of a delivery, with a clock we hold: order, retries, giving up, what a crash leaves. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "core/core.h"
#include "flow/outbox_inside.h"
#include "flow/webhook.h"
#include "tables.h"

static struct workspace *ws;
static struct arena a;
static struct locale loc;
static struct err e;
static char folder[64];
static int64_t hook, now;
enum { ME = 77, OTHER = 78 };

static bool make_hook(struct ctx *tx, void *arg, struct err *err)
{
    struct record *u, *r = record_new(tx->a, &webhook_entity);
    (void)arg;
    if (!record_find(tx, &user_entity, "email", val_text(S("owner@padma.example")), &u, err))
        return false;
    record_set(r, "name", val_text(S("Shop")));
    record_set(r, "url", val_text(S("https://shop.example/hook")));
    record_set(r, "topics", val_text(S("deal")));
    record_set(r, "owner", val_ref(u->id));
    record_set(r, "is_active", val_int(1));
    bool ok = record_create(tx, r, err);
    hook = r->id;
    return ok;
}

static struct ctx ctx_now(void)
{
    struct ctx c = workspace_ctx(ws, &a, NULL, &loc);
    return c;
}

static void open_all(void)
{
    snprintf(folder, sizeof folder, "/tmp/setu-outbox-%d", (int)getpid());
    const struct workspace_init in = { .company = "Padma Foods", .country = "BD", .lang = LANG_EN,
                                       .admin_email = "owner@padma.example", .admin_name = "Owner" };
    now = 1795000000 * (int64_t)SECOND_US;
    clock_set(now);
    app_catalogue();
    tables_copy(folder);
    ck_assert_msg(workspace_create(place_for(folder), &in, &ws, &e), "%s", e.detail);
    a = arena_open(64 << 20);
    loc = locale_default(LANG_EN, "BD");
    struct ctx c = ctx_now();
    ck_assert_msg(record_write(&c, make_hook, NULL, &e), "%s", e.detail);
}

static void close_all(void)
{
    workspace_close(ws);
    arena_close(&a);
    clock_set(0);
    place_remove(folder);
}

static void pass(int64_t us) { clock_set(now += us); }

/* ── one write ─────────────────────────────────────────────────────────────── */

struct step {
    enum { ADD, CLAIM, SETTLE, RECLAIM, AGAIN } what;
    const char *key;
    int64_t id, owner;
    struct egress_result result;
    struct outbox_claim claim[10];
    int n;
    bool all;
};

static bool run_step(struct ctx *tx, void *arg, struct err *err)
{
    struct step *s = arg;
    int64_t lost;
    switch (s->what) {
    case ADD: return outbox_add(tx, &(struct outgoing){ .channel = "webhook", .target = hook, .order_key = str_of(s->key), .kind = S("deal.updated"),
                                                        .body = S("{}") }, &s->id, err);
    case CLAIM: return outbox_claim(tx, &webhook_channel, hook, s->owner ? s->owner : ME, 10, s->claim, &s->n, err);
    case SETTLE: return outbox_settle(tx, &s->claim[0], s->owner ? s->owner : ME, &s->result, err);
    case RECLAIM: return outbox_reclaim(tx, s->all, &lost, err);
    case AGAIN: return outbox_again(tx, s->id, err);
    }
    return false;
}

static bool act(struct step *s)
{
    struct ctx c = ctx_now();
    e = (struct err){ 0 };
    return record_write(&c, run_step, s, &e);
}

static int64_t add(const char *key)
{
    struct step s = { .what = ADD, .key = key };
    ck_assert_msg(act(&s), "%s", e.detail);
    return s.id;
}

static struct step claim(void)
{
    struct step s = { .what = CLAIM };
    ck_assert_msg(act(&s), "%s", e.detail);
    return s;
}

static void settle(const struct outbox_claim *c, struct egress_result r)
{
    struct step s = { .what = SETTLE, .result = r, .claim = { *c } };
    ck_assert_msg(act(&s), "%s", e.detail);
}

static int64_t number(const char *sql, int64_t id)
{
    struct db_conn *c;
    bool found;
    int64_t n = -1;
    ck_assert(db_reader(ws->db, &c, &e) && db_read_begin(c, 0, &e));
    ck_assert_msg(db_get_int(c, sql, DB_ARGS(V(id)), &found, &n, &e), "%s", e.detail);
    db_read_end(c);
    db_conn_close(c);
    return n;
}

static int64_t state(int64_t id) { return number("SELECT state FROM outbox WHERE id = $1", id); }

static const struct egress_result good = { .outcome = EGRESS_ANSWERED, .status = 200, .retry_after_s = -1 },
                                  bad = { .outcome = EGRESS_ANSWERED, .status = 500, .retry_after_s = -1 },
                                  lost = { .outcome = EGRESS_LOST, .retry_after_s = -1 };

/* ── tests ─────────────────────────────────────────────────────────────────── */

START_TEST(test_one_key_waits_another_does_not)
{
    int64_t x1 = add("x"), x2 = add("x"), y = add("y"), free1 = add(""), free2 = add("");
    struct step s = claim();
    ck_assert_int_eq(s.n, 4);
    ck_assert(s.claim[0].row.id == x1 && s.claim[1].row.id == y && s.claim[2].row.id == free1 && s.claim[3].row.id == free2);
    ck_assert_int_eq(claim().n, 0);
    settle(&s.claim[0], good);
    ck_assert_int_eq(state(x1), OUTBOX_SENT);
    s = claim();
    ck_assert(s.n == 1 && s.claim[0].row.id == x2);
    settle(&s.claim[0], bad);                   /* deferred: whatever follows on x waits */
    int64_t x3 = add("x");
    ck_assert_int_eq(claim().n, 0);
    pass(6 * SECOND_US);
    s = claim();
    ck_assert(s.n == 1 && s.claim[0].row.id == x2);
    settle(&s.claim[0], good);
    s = claim();
    ck_assert(s.n == 1 && s.claim[0].row.id == x3);
}
END_TEST

START_TEST(test_it_is_tried_by_the_plan_and_given_up_in_three_days)
{
    static const int64_t plan_s[] = { 5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 72000 };
    int64_t id = add("x"), from = now;
    size_t tries = 0;
    for (; state(id) != OUTBOX_FAILED; tries++) {
        struct step s = claim();
        ck_assert_msg(s.n == 1, "try %zu", tries);
        settle(&s.claim[0], bad);
        if (state(id) == OUTBOX_FAILED)
            continue;
        ck_assert_uint_lt(tries, countof(plan_s));
        int64_t wait = number("SELECT next_at FROM outbox WHERE id = $1", id) - now, s_ = plan_s[tries] * SECOND_US;
        ck_assert_msg(wait >= s_ * 9 / 10 && wait <= s_ * 11 / 10, "try %zu: %lld s", tries, (long long)(wait / SECOND_US));
        pass(wait - 1);
        ck_assert_int_eq(claim().n, 0);
        pass(1);
    }
    ck_assert_uint_ge(tries, 10);
    ck_assert_int_le(now - from, 72 * HOUR_US);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox_attempt WHERE outbox_id = $1", id), (int)tries);
}
END_TEST

START_TEST(test_what_waits_longer_than_three_days_is_not_sent)
{
    int64_t id = add("x");
    pass(72 * HOUR_US);
    ck_assert_int_eq(claim().n, 0);
    ck_assert_int_eq(state(id), OUTBOX_FAILED);
}
END_TEST

START_TEST(test_a_receiver_that_is_gone_is_turned_off)
{
    int64_t id = add("x"), waits = add("x");
    struct step s = claim();
    struct egress_result gone = good;
    gone.status = 410;
    settle(&s.claim[0], gone);
    ck_assert_int_eq(state(id), OUTBOX_FAILED);
    ck_assert_int_eq(state(waits), OUTBOX_CANCELLED);
    ck_assert_int_eq(number("SELECT is_active FROM webhook WHERE id = $1", hook), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM notification WHERE kind = 'webhook.stopped' AND id <> $1", 0), 1);
}
END_TEST

START_TEST(test_three_days_without_success_turn_it_off)
{
    int tries = 0;
    for (int hour = 0; hour <= 73 && number("SELECT is_active FROM webhook WHERE id = $1", hook) == 1; hour++) {
        add("");
        struct step s = claim();
        for (int i = 0; i < s.n; i++, tries++)
            settle(&s.claim[i], (struct egress_result){ .outcome = EGRESS_TIMEOUT, .retry_after_s = -1 });
        ck_assert_int_eq(number("SELECT is_active FROM webhook WHERE id = $1", hook), hour < 72);
        pass(HOUR_US);
    }
    ck_assert_int_gt(tries, 10);
    pass(24 * HOUR_US);
    ck_assert_int_eq(claim().n, 0);             /* what was under way when it was turned off is dropped now */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM notification WHERE kind = 'webhook.stopped' AND id <> $1", 0), 1);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE state < 3 AND id <> $1", 0), 0);
}
END_TEST

START_TEST(test_a_failing_target_rests_as_long_as_it_asked)
{
    int64_t paused = number("SELECT COUNT(*) FROM outbox_target WHERE target = $1", hook);
    ck_assert_int_eq(paused, 0);
    add("");
    struct step s = claim();
    settle(&s.claim[0], (struct egress_result){ .outcome = EGRESS_ANSWERED, .status = 429, .retry_after_s = 90 });
    ck_assert_int_eq(number("SELECT paused_until FROM outbox_target WHERE target = $1", hook), now + 90 * (int64_t)SECOND_US);
    pass(89 * (int64_t)SECOND_US);
    ck_assert_int_eq(claim().n, 0);
    pass(2 * SECOND_US);
    s = claim();
    ck_assert_int_eq(s.n, 1);
    settle(&s.claim[0], good);
    ck_assert_int_eq(number("SELECT paused_until + failures FROM outbox_target WHERE target = $1", hook), 0);
}
END_TEST

START_TEST(test_what_a_crash_leaves_is_sent_again_and_does_not_count)
{
    int64_t id = add("x");
    for (int i = 0; i < 20; i++) {
        struct step s = claim();
        ck_assert_int_eq(s.n, 1);
        ck_assert(s.claim[0].row.id == id);
        struct step r = { .what = RECLAIM, .all = i % 2 };
        ck_assert(act(&r));
        ck_assert_int_eq(state(id), i % 2 ? OUTBOX_DEFERRED : OUTBOX_SENDING);          /* a lease of others is kept to */
        pass(61 * (int64_t)SECOND_US);
        if (i % 2 == 0)
            ck_assert(act(&r));
        ck_assert_int_eq(state(id), OUTBOX_DEFERRED);
        pass(61 * (int64_t)SECOND_US);
    }
    struct step s = claim();
    settle(&s.claim[0], bad);
    ck_assert_int_eq(number("SELECT tries FROM outbox WHERE id = $1", id), 1);
}
END_TEST

START_TEST(test_only_who_has_the_lease_settles)
{
    int64_t id = add("x");
    struct step old = claim();
    pass(61 * (int64_t)SECOND_US);
    struct step r = { .what = RECLAIM };
    ck_assert(act(&r));
    pass(2 * SECOND_US);
    struct step s = { .what = CLAIM, .owner = OTHER };
    ck_assert(act(&s) && s.n == 1);
    settle(&old.claim[0], good);                /* a zombie's word */
    ck_assert_int_eq(state(id), OUTBOX_SENDING);
    struct step end = { .what = SETTLE, .owner = OTHER, .result = good, .claim = { s.claim[0] } };
    ck_assert(act(&end));
    ck_assert_int_eq(state(id), OUTBOX_SENT);
}
END_TEST

START_TEST(test_a_channel_that_may_not_send_twice_leaves_it_unknown)
{
    struct channel once = webhook_channel;
    once.at_most_once = true;
    int64_t id = add("x");
    struct step s = claim();
    s.claim[0].channel = &once;
    settle(&s.claim[0], lost);
    ck_assert_int_eq(state(id), OUTBOX_UNKNOWN);
    ck_assert_int_eq(claim().n, 0);
}
END_TEST

START_TEST(test_by_hand_it_goes_again_with_its_id_when_it_is_over)
{
    int64_t id = add("x");
    struct step again = { .what = AGAIN, .id = id };
    ck_assert(!act(&again) && e.code == ERR_CONFLICT);
    struct step s = claim();
    settle(&s.claim[0], good);
    int64_t later = add("x");
    ck_assert(act(&again));
    s = claim();                                /* behind what waited already */
    ck_assert(s.n == 1 && s.claim[0].row.id == later);
    settle(&s.claim[0], good);
    s = claim();
    ck_assert(s.n == 1 && s.claim[0].row.id == id);
}
END_TEST

START_TEST(test_every_attempt_is_signed_anew_with_one_id)
{
    str id[2] = { { 0 } }, stamp[2];
    add("x");
    for (int i = 0; i < 2; i++) {
        struct step s = claim();
        str rest = s.claim[0].request.headers;
        str_cut(&rest, '\n');
        id[i] = str_cut(&rest, '\n');
        stamp[i] = str_cut(&rest, '\n');
        ck_assert_msg(str_starts(id[i], S("webhook-id: msg_")) && str_starts(rest, S("webhook-signature: v1,")), "%.*s", STR_ARG(s.claim[0].request.headers));
        settle(&s.claim[0], bad);
        pass(6 * SECOND_US);
    }
    ck_assert(str_eq(id[0], id[1]) && !str_eq(stamp[0], stamp[1]));
}
END_TEST

static bool run_rotate(struct ctx *tx, void *arg, struct err *err)
{
    str *secret = arg;
    *secret = webhook_secret_new(&a);
    return secret_set(tx, &webhook_entity, hook, *secret, err);
}

static int signatures(void)
{
    add("x");
    struct step s = claim();
    str rest = s.claim[0].request.headers;
    int n = 0;
    for (ptrdiff_t at; (at = str_find(rest, S(" v1,"))) >= 0; n++)
        rest = str_from(rest, (size_t)at + 4);
    settle(&s.claim[0], good);
    return n;
}

START_TEST(test_a_new_secret_and_the_one_before_sign_for_a_day)
{
    str secret[2];
    struct ctx c = ctx_now();
    ck_assert_int_eq(signatures(), 1);
    ck_assert_msg(record_write(&c, run_rotate, &secret[0], &e), "%s", e.detail);
    ck_assert_int_eq(signatures(), 2);
    pass((WEBHOOK_OLD_SECRET_HOURS * 60 - 1) * MINUTE_US);
    ck_assert_int_eq(signatures(), 2);
    pass(2 * MINUTE_US);
    ck_assert_int_eq(signatures(), 1);
    /* twice in a day: the oldest is gone at once, who leaked it is out */
    c = ctx_now();
    ck_assert(record_write(&c, run_rotate, &secret[0], &e));
    c = ctx_now();
    ck_assert(record_write(&c, run_rotate, &secret[1], &e));
    ck_assert_int_eq(signatures(), 2);
    str held[SECRETS_MAX];
    int n;
    struct db_conn *conn;
    ck_assert(db_reader(ws->db, &conn, &e) && db_read_begin(conn, 0, &e));
    c.c = conn;
    ck_assert(secrets_of(&c, &webhook_entity, hook, held, &n, &e) && n == 2);
    ck_assert(str_eq(held[0], secret[1]) && str_eq(held[1], secret[0]));
    db_conn_close(conn);
}
END_TEST

SUITE("outbox", 120, open_all, close_all,
      test_one_key_waits_another_does_not,
      test_it_is_tried_by_the_plan_and_given_up_in_three_days,
      test_what_waits_longer_than_three_days_is_not_sent,
      test_a_receiver_that_is_gone_is_turned_off,
      test_three_days_without_success_turn_it_off,
      test_a_failing_target_rests_as_long_as_it_asked,
      test_what_a_crash_leaves_is_sent_again_and_does_not_count,
      test_only_who_has_the_lease_settles,
      test_a_channel_that_may_not_send_twice_leaves_it_unknown,
      test_by_hand_it_goes_again_with_its_id_when_it_is_over,
      test_every_attempt_is_signed_anew_with_one_id,
      test_a_new_secret_and_the_one_before_sign_for_a_day)
