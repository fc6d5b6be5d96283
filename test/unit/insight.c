/* insight.c - figures that add up: revenue shared among touches to the last minor unit, reports that
 * give the totals known of an outside company, and the lists behind them that count the same.
 */
#include <check.h>
#undef fail                             /* ours is the one of err.h */
#include <stdlib.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "core/core.h"
#include "data.h"
#include "insight/credit.h"
#include "people/people.h"
#include "reach/reach.h"
#include "record/csv.h"
#include "record/import.h"
#include "record/type.h"
#include "sell/sell.h"

static struct arena a;

/* ── shares: no workspace needed ─────────────────────────────────────────── */

static void open_mem(void) { a = arena_open(64 << 20); }
static void close_mem(void) { arena_close(&a); }

/* Touches at days 0, 7, 14, 21, 28; the second made the lead, the fourth the deal, the fifth won it. */
START_TEST(every_model_gives_the_shares_of_the_fixture)
{
    static const struct { enum attribution model; int64_t share[5]; } want[] = {     /* of 1,000,000 */
        { ATTRIBUTE_FIRST,    { 1000000, 0, 0, 0, 0 } },
        { ATTRIBUTE_LAST,     { 0, 0, 0, 0, 1000000 } },
        { ATTRIBUTE_LINEAR,   { 200000, 200000, 200000, 200000, 200000 } },
        { ATTRIBUTE_U,        { 400000, 400000, 66667, 66667, 66666 } },
        { ATTRIBUTE_POSITION, { 400000, 66667, 66667, 66666, 400000 } },
        { ATTRIBUTE_W,        { 300000, 300000, 50000, 300000, 50000 } },
        { ATTRIBUTE_FULL,     { 225000, 225000, 100000, 225000, 225000 } },
        { ATTRIBUTE_DECAY,    { 32258, 64516, 129032, 258065, 516129 } },
        { ATTRIBUTE_J,        { 200000, 66667, 66667, 66666, 600000 } },
        { ATTRIBUTE_INVERSE_J,{ 600000, 66667, 66667, 66666, 200000 } },
    };
    int64_t at[5], weight[5], share[5];
    for (int i = 0; i < 5; i++)
        at[i] = i * 7 * DAY_US;
    for (size_t w = 0; w < countof(want); w++) {
        attribution_weigh(&attribution_models[want[w].model], &(struct attribution_path){ at, 5, 1, 3 }, weight);
        attribution_share(a, 1000000, weight, 5, share);
        for (int i = 0; i < 5; i++)
            ck_assert_msg(share[i] == want[w].share[i], "%s, touch %d: %lld", attribution_models[want[w].model].name, i, (long long)share[i]);
    }
}
END_TEST

START_TEST(a_short_path_gives_everything_to_whoever_is_there)
{
    int64_t at[2] = { 0, DAY_US }, weight[2], share[2];
    for (int m = 0; m < ATTRIBUTE_COUNT; m++) {
        attribution_weigh(&attribution_models[m], &(struct attribution_path){ at, 1, 0, 0 }, weight);
        attribution_share(a, 101, weight, 1, share);
        ck_assert_int_eq(share[0], 101);
    }
    attribution_weigh(&attribution_models[ATTRIBUTE_POSITION], &(struct attribution_path){ at, 2, -1, -1 }, weight);
    attribution_share(a, 101, weight, 2, share);        /* the empty middle goes to both ends */
    ck_assert_int_eq(share[0], 51);
    ck_assert_int_eq(share[1], 50);
    attribution_weigh(&attribution_models[ATTRIBUTE_W], &(struct attribution_path){ at, 2, -1, 0 }, weight);
    attribution_share(a, 1000, weight, 2, share);       /* first and deal are one touch: 90 of 100 */
    ck_assert_int_eq(share[0], 900);
    ck_assert_int_eq(share[1], 100);
}
END_TEST

static uint64_t chance = 20261124;
static uint64_t draw(uint64_t below)
{
    chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
    return chance % below;
}

START_TEST(shares_sum_to_the_amount_for_any_touches)
{
    static int64_t at[200], weight[200], share[200];
    for (int round = 0; round < 20000; round++) {
        size_t n = 1 + draw(round % 10 ? 12 : 200);
        int64_t amount = (int64_t)draw(round % 3 ? 1000 : INT64_MAX), sum = 0;
        for (size_t i = 0; i < n; i++)
            at[i] = (i ? at[i - 1] : 0) + (int64_t)draw((uint64_t)(90 * DAY_US));
        struct attribution_path p = { at, n, (int)draw(n + 1) - 1, (int)draw(n + 1) - 1 };
        int m = (int)draw(ATTRIBUTE_COUNT);
        attribution_weigh(&attribution_models[m], &p, weight);
        attribution_share(a, amount, weight, n, share);
        for (size_t i = 0; i < n; i++) {
            ck_assert(share[i] >= 0 && weight[i] >= 0);
            sum += share[i];
        }
        ck_assert_msg(sum == amount, "%s, %zu touches", attribution_models[m].name, n);
    }
}
END_TEST

START_TEST(a_hundred_thousand_touches_are_shared_exactly)
{
    int64_t *at = arena_new(&a, int64_t, TOUCHES_MAX), *weight = arena_new(&a, int64_t, TOUCHES_MAX);
    int64_t *share = arena_new(&a, int64_t, TOUCHES_MAX);
    for (size_t i = 0; i < TOUCHES_MAX; i++)
        at[i] = (int64_t)i * SECOND_US;
    for (int m = 0; m < ATTRIBUTE_COUNT; m++) {
        int64_t sum = 0;
        attribution_weigh(&attribution_models[m], &(struct attribution_path){ at, TOUCHES_MAX, 7, 9 }, weight);
        attribution_share(a, 1000000007, weight, TOUCHES_MAX, share);
        for (size_t i = 0; i < TOUCHES_MAX; i++)
            sum += share[i];
        ck_assert_int_eq(sum, 1000000007);
    }
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("insight");
    TCase *t = tcase_create("shares");
    tcase_add_checked_fixture(t, open_mem, close_mem);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, every_model_gives_the_shares_of_the_fixture);
    tcase_add_test(t, a_short_path_gives_everything_to_whoever_is_there);
    tcase_add_test(t, shares_sum_to_the_amount_for_any_touches);
    tcase_add_test(t, a_hundred_thousand_touches_are_shared_exactly);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
