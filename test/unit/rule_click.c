/* rule_click.c - rules that begin with a click wait until it has shown that a person clicked, and no rule begins with an
 * open. Clicks come in as they do at the door (reach/tracked.h), under a clock we hold.
 */
#include "rules.h"
#include "flow/segment.h"
#include "msg/rule.h"
#include "reach/reach.h"

static const int64_t start = INT64_C(1795500000000000);
static const char one_task[] = "do task\nwho rule_owner\ntext Ring\ncount 1\nunit days\n";
static int64_t rahim;
static struct delivery mail;

static int64_t s(double seconds) { return start + HOUR_US + (int64_t)(seconds * SECOND_US); }
static int64_t tasks(void) { return counted(&task_entity, ""); }

static bool run_make(struct ctx *tx, void *d, struct err *err) { return delivery_make(tx, d, err); }
static bool run_click(struct ctx *tx, void *hit, struct err *err) { return link_clicked(tx, hit, err); }

static int64_t held(void)
{
    struct ctx c = fresh(sys);
    bool found;
    int64_t n = 0;
    ck_assert(db_get_int(c.c, "SELECT COUNT(*) FROM rule_held", DB_NONE, &found, &n, &e));
    return n;
}

/* Followed at that second, and the feed too. */
static void click(int64_t idx, double at_s)
{
    clock_set(s(at_s));
    struct ctx c = fresh(sys);
    struct link_hit hit = { .by = { .user_agent = S("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0") } };
    struct link_open *l;
    ck_assert_msg(link_find(&c, mail.id, idx, &l, &e), "%s", e.detail);
    hit.at = l;
    ck_assert_msg(record_write(&c, run_click, &hit, &e), "%s", e.detail);
    drain();
}

static void open_all(void)
{
    static const struct link_to to[] = { { .url = { "https://x.example/1", 19 } }, { .url = { "https://x.example/2", 19 } },
                                         { .url = { "https://x.example/3", 19 } }, { .url = { "https://x.example/4", 19 }, .is_trap = true } };
    rules_open("rule_click", start);
    only_own();
    rahim = make(sys, &person_entity, "name", "Rahim", "owner", id_of(seller.user_id));
    mail = (struct delivery){ .person = rahim, .channel = "email", .links = to, .n = countof(to) };
    struct ctx c = fresh(sys);
    ck_assert_msg(record_write(&c, run_make, &mail, &e), "%s", e.detail);
    drain();
}

START_TEST(a_click_begins_its_rule_after_ninety_seconds_and_once)
{
    rule(&owner, "Click", arena_fmt(&a, "when event\nabout person\nevent mail.clicked\n%s", one_task).p);
    drain();
    click(1, 0);
    ck_assert_int_eq(held(), 1);
    at(s(89.9));
    ck_assert_int_eq(tasks(), 0);
    ck_assert_int_eq(counted(&rule_run_entity, ""), 0);     /* what may be nothing is nowhere to be seen */
    at(s(90));
    ck_assert_int_eq(tasks(), 1);
    ck_assert_int_eq(held(), 0);
    at(s(1000));
    ck_assert_int_eq(tasks(), 1);
    click(1, 1100);
    click(2, 1110);
    at(s(1300));
    ck_assert_int_eq(tasks(), 3);
}
END_TEST

START_TEST(a_click_that_turns_a_programs_in_between_begins_nothing)
{
    int64_t r = rule(&owner, "Click", arena_fmt(&a, "when event\nabout person\nevent mail.clicked\n%s", one_task).p);
    ck_assert(set(&owner, &rule_entity, r, "hourly", "1"));
    drain();
    click(1, 0);
    click(2, 2);
    click(3, 4);                                /* a burst */
    at(s(200));
    ck_assert_int_eq(tasks(), 0);
    click(1, 300);
    click(4, 304);                              /* the trap */
    at(s(500));
    ck_assert_int_eq(tasks() + held(), 0);
    ck_assert_int_eq(number(&rule_entity, r, "is_on"), 1);  /* programs took nothing of what it may in an hour */
    click(1, 600);
    at(s(700));
    ck_assert_int_eq(tasks(), 1);
}
END_TEST

/* Rules on entering and leaving a segment that a click makes one a member of. */
static void on_clickers(void)
{
    int64_t seg = make(&owner, &segment_entity, "name", "Clickers", "entity", "person", "criteria", "count(mail.clicked within 30 days) >= 1");
    drain();
    at(s(-100));
    rule(&owner, "In", arena_fmt(&a, "when entered\nabout person\nsegment %s\n%s", id_of(seg), one_task).p);
    rule(&owner, "Out", arena_fmt(&a, "when left\nabout person\nsegment %s\ndo set\nfield job_title\nto out\n", id_of(seg)).p);
    drain();
}
static const char *title(void) { return text(&person_entity, rahim, "job_title"); }

START_TEST(who_enters_a_segment_by_a_click_is_waited_with)
{
    on_clickers();
    click(1, 0);
    ck_assert_int_eq(held(), 1);                /* the entering; nobody waits for the click itself */
    at(s(89.9));
    ck_assert_int_eq(tasks(), 0);
    at(s(90.1));
    ck_assert_int_eq(tasks(), 1);
    ck_assert_int_eq(held(), 0);
    at(s(31 * 86400.0));                        /* the click is too long ago: a leaving like any other */
    ck_assert_str_eq(title(), "out");
    ck_assert_int_eq(tasks(), 1);
}
END_TEST

START_TEST(who_entered_by_a_programs_click_neither_enters_nor_leaves)
{
    on_clickers();
    click(1, 0);
    click(4, 3);                                /* the trap */
    at(s(200));
    ck_assert_int_eq(tasks() + held(), 0);
    ck_assert_str_eq(title(), "");
    click(1, 300);                              /* a person's at last */
    at(s(400));
    ck_assert_int_eq(tasks(), 1);
}
END_TEST

START_TEST(who_enters_without_a_click_is_not_waited_with)
{
    int64_t seg = make(&owner, &segment_entity, "name", "Heads", "entity", "person", "criteria", "job_title = head");
    drain();
    rule(&owner, "In", arena_fmt(&a, "when entered\nabout person\nsegment %s\n%s", id_of(seg), one_task).p);
    drain();
    ck_assert(set(&owner, &person_entity, rahim, "job_title", "head"));
    drain();
    ck_assert_int_eq(held(), 0);
    ck_assert_int_eq(tasks(), 1);
}
END_TEST

START_TEST(what_nobody_waits_for_is_not_held)
{
    click(1, 0);
    ck_assert_int_eq(held(), 0);
    int64_t r = rule(&owner, "Click", arena_fmt(&a, "when event\nabout person\nevent mail.clicked\n%s", one_task).p);
    drain();
    click(1, 100);
    ck_assert_int_eq(held(), 1);
    ck_assert(set(&owner, &rule_entity, r, "is_on", "false"));
    at(s(300));
    ck_assert_int_eq(tasks() + held(), 0);
}
END_TEST

START_TEST(a_run_that_waits_for_a_click_has_it_when_it_came_in_time)
{
    static const char wait[] = "when created\nabout person\ndo await\nevent mail.clicked\ncount 10\nunit minutes\n"
                               "do yes\ndo set\nfield job_title\nto clicked\ndo else\ndo set\nfield job_title\nto silent\ndo end\n";
    static const struct { double at, turned; const char *want; } t[] = {
        { 300, 0, "clicked" }, { 599, 0, "clicked" }, { 600, 0, "clicked" }, { 601, 0, "silent" }, { 650, 0, "silent" }, { 300, 303, "silent" },
    };
    rule(&owner, "Await", wait);
    drain();
    for (size_t i = 0; i < countof(t); i++) {
        double base = 10000 * (double)(i + 1);
        clock_set(s(base));
        mail.person = make(sys, &person_entity, "name", "Somebody", "owner", id_of(seller.user_id));
        mail.id = 0;
        struct ctx c = fresh(sys);
        ck_assert_msg(record_write(&c, run_make, &mail, &e), "%s", e.detail);
        drain();
        click(1, base + t[i].at);
        if (t[i].turned)
            click(4, base + t[i].turned);
        at(s(base + 689));
        at(s(base + 900));
        ck_assert_msg(!strcmp(text(&person_entity, mail.person, "job_title"), t[i].want), "%g: %s", t[i].at, text(&person_entity, mail.person, "job_title"));
    }
}
END_TEST

START_TEST(an_open_begins_no_rule_and_may_be_waited_for)
{
    const char *open = arena_fmt(&a, "when event\nabout person\nevent mail.opened\n%s", one_task).p;
    const char *wait = arena_fmt(&a, "when created\nabout person\ndo await\nevent mail.opened\ncount 1\nunit days\ndo yes\n%sdo end\n", one_task).p;
    ck_assert(!put(&owner, &(struct job){ &rule_entity, 0, PAIRS("name", "Open", "says", open), 0 }));
    ck_assert_int_eq(e.msg, MSG_rule_bad_open_event);
    ck_assert_str_eq(e.field, "event");
    ck_assert(put(&owner, &(struct job){ &rule_entity, 0, PAIRS("name", "Wait", "says", wait), 0 }));
}
END_TEST

SUITE("rule_click", 120, open_all, firm_close,
      a_click_begins_its_rule_after_ninety_seconds_and_once,
      a_click_that_turns_a_programs_in_between_begins_nothing,
      who_enters_a_segment_by_a_click_is_waited_with,
      who_entered_by_a_programs_click_neither_enters_nor_leaves,
      who_enters_without_a_click_is_not_waited_with,
      what_nobody_waits_for_is_not_held,
      a_run_that_waits_for_a_click_has_it_when_it_came_in_time,
      an_open_begins_no_rule_and_may_be_waited_for)
