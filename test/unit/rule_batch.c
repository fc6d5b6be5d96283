/* rule_batch.c - many runs that go on in one write: each as if it were alone, told once, and found without a look at those
 * that still wait.
 */
#include "rules.h"

static const int64_t start = INT64_C(1795500000000000);
#define A_DAY_LATER (start + DAY_US + MINUTE_US)

static void open_all(void)
{
    rules_open("rule_batch", start);
    only_own();
}

static int64_t deal(const struct actor *who)
{
    static int n;
    return make(who, &deal_entity, "name", arena_fmt(&a, "Deal %d", ++n).p, "company",
                id_of(make(sys, &company_entity, "name", arena_fmt(&a, "Company %d", n).p)), "owner", id_of(who->user_id), "amount", "1 BDT");
}

struct enrol { int64_t rule; const int64_t *deals; int n; };
static bool run_enrol(struct ctx *tx, void *arg, struct err *err)
{
    const struct enrol *x = arg;
    int64_t run;
    for (int i = 0; i < x->n; i++)
        if (!rule_start(tx, x->rule, &deal_entity, x->deals[i], 0, 0, &run, err))
            return false;
    return true;
}

/* Each deal into the flow, which waits a day. */
static void enrol(int64_t rule, const int64_t *deals, int n)
{
    struct ctx c = fresh(sys);
    ck_assert_msg(record_write(&c, run_enrol, &(struct enrol){ rule, deals, n }, &e), "%s", e.detail);
}

#define FLOW(steps) "when hand\nabout deal\ndo wait\ncount 1\nunit days\n" steps

static int64_t told(const char *entity, const char *field)
{
    struct ctx c = fresh(sys);
    bool found;
    int64_t n = 0;
    ck_assert(db_get_int(c.c, "SELECT COUNT(*) FROM change WHERE entity = $1 AND action = 1 AND ($2 = '' OR field = $2)",
                         DB_ARGS(V(str_of(entity)), V(str_of(field))), &found, &n, &e));
    return n;
}

START_TEST(more_runs_than_one_write_takes_all_go_on_and_are_told_once)
{
    enum { MANY = 430 };
    int64_t d = deal(&seller), same[MANY];
    int64_t flow = rule(&owner, "Many", FLOW("do wait\ncount 2\nunit days\n"));
    for (int i = 0; i < MANY; i++)
        same[i] = d;
    enrol(flow, same, MANY);
    drain();
    ck_assert_int_eq(counted(&rule_run_entity, "state = waiting and step = 1"), MANY);
    at(A_DAY_LATER);
    ck_assert_int_eq(counted(&rule_run_entity, "state = waiting and step = 2"), MANY);
    ck_assert_int_eq(counted(&rule_log_entity, "result = waits"), 2 * MANY);
    /* the log is the account of it: the history and the feed have no second one */
    ck_assert_int_eq(told("rule_run", ""), 0);
    struct ctx c = fresh(sys);
    struct change *h;
    size_t n;
    struct list logs;
    struct list_spec s = { .en = &rule_log_entity, .limit = 1 };
    ck_assert(record_list(&c, &s, &logs, &e) && logs.n == 1);
    ck_assert(record_history(&c, &rule_log_entity, logs.rows[0]->id, 0, 5, &h, &n, &e) && n == 0);
    at(start + 4 * DAY_US);
    ck_assert_int_eq(counted(&rule_run_entity, "state = done"), MANY);
}
END_TEST

START_TEST(a_run_that_fails_fails_alone)
{
    int64_t d[] = { deal(&seller), deal(&other), deal(&seller) };
    enrol(rule(&seller, "Mine", FLOW("do task\nwho rule_owner\ntext Call\ncount 1\nunit days\ndo set\nfield next_step\nto called\n")), d, 3);
    drain();
    at(A_DAY_LATER);
    ck_assert_str_eq(text(&deal_entity, d[0], "next_step"), "called");
    ck_assert_str_eq(text(&deal_entity, d[1], "next_step"), "");        /* another's: not the seller's to change */
    ck_assert_str_eq(text(&deal_entity, d[2], "next_step"), "called");
    ck_assert_int_eq(counted(&task_entity, ""), 2);
    ck_assert_int_eq(counted(&rule_run_entity, "state = done"), 2);
    ck_assert_int_eq(counted(&rule_run_entity, "state = failed and problem is not empty"), 1);
}
END_TEST

START_TEST(the_same_question_of_two_owners_is_two_questions)
{
    int64_t d = deal(&seller);
    enrol(rule(&seller, "Seller asks", FLOW("do if\ncriteria owner = me\ndo set\nfield next_step\nto mine\ndo else\ndo set\nfield next_step\nto foreign\ndo end\n")), &d, 1);
    enrol(rule(&manager, "Manager asks", FLOW("do if\ncriteria owner = me\ndo set\nfield competitor\nto mine\ndo else\ndo set\nfield competitor\nto foreign\ndo end\n")), &d, 1);
    drain();
    at(A_DAY_LATER);
    ck_assert_str_eq(text(&deal_entity, d, "next_step"), "mine");
    ck_assert_str_eq(text(&deal_entity, d, "competitor"), "foreign");
}
END_TEST

START_TEST(a_question_is_asked_of_the_record_as_the_run_before_left_it)
{
    int64_t d[] = { deal(&seller), deal(&seller) }, twice[] = { d[0], d[0], d[1] };
    enrol(rule(&owner, "Once more", FLOW("do if\ncriteria competitor is empty\ndo set\nfield competitor\nto first\ndo else\ndo set\nfield next_step\nto second\ndo end\n")), twice, 3);
    drain();
    at(A_DAY_LATER);
    ck_assert_str_eq(text(&deal_entity, d[0], "competitor"), "first");
    ck_assert_str_eq(text(&deal_entity, d[0], "next_step"), "second");
    ck_assert_str_eq(text(&deal_entity, d[1], "competitor"), "first");
    ck_assert_str_eq(text(&deal_entity, d[1], "next_step"), "");
}
END_TEST

START_TEST(a_run_stopped_by_one_before_it_in_the_same_write_does_not_go_on)
{
    int64_t d = deal(&seller), same[] = { d, d };
    int64_t slow = rule(&owner, "Slow", FLOW("do set\nfield next_step\nto slow\n"));
    enrol(rule(&owner, "Stop", arena_fmt(&a, FLOW("do stop\nrule %s\n"), id_of(slow)).p), &d, 1);
    enrol(slow, same, 2);
    drain();
    at(A_DAY_LATER);
    ck_assert_str_eq(text(&deal_entity, d, "next_step"), "");
    ck_assert_int_eq(counted(&rule_run_entity, "state = stopped"), 2);
}
END_TEST

static bool run_delete(struct ctx *tx, void *arg, struct err *err) { return record_delete(tx, &deal_entity, *(int64_t *)arg, 0, err); }

START_TEST(nothing_waits_for_a_record_its_owner_no_longer_sees)
{
    int64_t d[] = { deal(&seller), deal(&seller) };
    enrol(rule(&owner, "Waits on", FLOW("do wait\ncount 1\nunit days\n")), d, 2);
    drain();
    struct ctx c = fresh(sys);
    ck_assert_msg(record_write(&c, run_delete, &d[0], &e), "%s", e.detail);
    at(A_DAY_LATER);
    ck_assert_int_eq(counted(&rule_run_entity, "state = failed and problem is not empty"), 1);
    ck_assert_int_eq(counted(&rule_run_entity, "state = waiting and step = 2"), 1);
}
END_TEST

/* Whoever waits longer costs the round nothing. */
START_TEST(who_is_due_is_found_by_an_index)
{
    struct ctx c = fresh(sys);
    str plan;
    ck_assert(db_explain(c.c, &a, "SELECT id FROM rule_run WHERE state = 'waiting' AND due_at <= $1 AND deleted_at IS NULL"
                                  " ORDER BY due_at, id LIMIT $2", &plan, &e));
    if (!place_is_postgres())                   /* with no rows there it looks at the table */
        ck_assert_msg(str_find(plan, S("rule_run_waits")) >= 0 && str_find(plan, S("TEMP B-TREE")) < 0, "%.*s", STR_ARG(plan));
}
END_TEST

SUITE("rule_batch", 120, open_all, firm_close,
      more_runs_than_one_write_takes_all_go_on_and_are_told_once,
      a_run_that_fails_fails_alone,
      the_same_question_of_two_owners_is_two_questions,
      a_question_is_asked_of_the_record_as_the_run_before_left_it,
      a_run_stopped_by_one_before_it_in_the_same_write_does_not_go_on,
      nothing_waits_for_a_record_its_owner_no_longer_sees,
      who_is_due_is_found_by_an_index)
