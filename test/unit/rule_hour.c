/* rule_hour.c - the hour of a rule comes once, also when there is no memory just then: what could not be asked is asked again. */
#include "rules.h"
#include "../memory.h"

static const int64_t start = INT64_C(1795500000000000);        /* Tuesday 24 November 2026, 12:00 in Dhaka */
enum { STATES = 400 };

static void open_all(void)
{
    rules_open("rule_hour", start);
    only_own();
    rule(&owner, "Morning", "when every\nevery day\nat 09:00\nabout deal\nif amount > 5\ndo task\nwho owner\ntext Good morning\ncount 1\nunit hours\n");
    make(&seller, &deal_entity, "name", "Cartons", "company", id_of(make(sys, &company_entity, "name", "Padma")), "owner", id_of(seller.user_id),
         "amount", "10 BDT");
    drain();
}

/* The morning of that day, and a minute. */
static void wake_on(int day) { clock_set(start + 21 * HOUR_US + day * DAY_US + MINUTE_US); }

/* How many allocations a morning takes. */
static int64_t measured(void)
{
    wake_on(0);
    nallocs = 0;
    drain();
    return nallocs;
}

START_TEST(an_hour_that_memory_was_short_in_is_not_missed)
{
    int64_t n = measured(), step = 1 + n / STATES, day = 1;
    ck_assert_int_eq(counted(&task_entity, ""), 1);
    for (int64_t at = 1; at <= n; at += step, day++) {
        wake_on((int)day);
        nallocs = 0;
        fail_at = at;
        struct err why = { 0 };
        (void)!feed_drain(ws, &why);
        fail_at = 0;
        drain();
        ck_assert_msg(counted(&task_entity, "") == day + 1, "the %lldth of %lld failed on day %lld: %d tasks", (long long)at, (long long)n,
                      (long long)day, (int)counted(&task_entity, ""));
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rule_hour");
    TCase *t = tcase_create("hours");
    memory_install();
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, open_all, firm_close);
    tcase_add_test(t, an_hour_that_memory_was_short_in_is_not_missed);
    suite_add_tcase(s, t);
    return suite_end(s) != 0;
}
