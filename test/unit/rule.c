/* rule.c - what rules may be relied on for: each cause once whatever crashes, never more than their
 * owner may, never in a circle, and what waits goes on as it began.
 */
#include "rules.h"
#include <signal.h>
#include "content/content.h"
#include "flow/rule.h"
#include "funnel/funnel.h"

/* Tuesday 24 November 2026, 12:00 in Dhaka. */
static const int64_t start = INT64_C(1795500000000000);

static void open_all(void)
{
    rules_open("rule", start);
}

static int64_t company(void) { static int n; return make(sys, &company_entity, "name", arena_fmt(&a, "Company %d", n++).p); }
static int64_t deal(const struct actor *who, const char *amount)
{
    static int n;
    return make(who, &deal_entity, "name", arena_cstr(&a, arena_fmt(&a, "Deal %d", n++)), "company", id_of(company()), "owner", id_of(who->user_id), "amount", amount);
}

/* ── the text of a rule ──────────────────────────────────────────────────── */

START_TEST(a_rule_reads_back_as_it_was_written)
{
    static const char says[] = "when saved\nabout deal\nfield amount\nif amount > 5 and status = open\n"
        "do if\ncriteria amount > 10\ndo notify\nwho owner\ntext one\\ntwo \\\\ three\ndo else\ndo halt\ndo end\ndo wait\ncount 2\nunit days\n";
    struct rule_plan p, q;
    ck_assert_msg(rule_plan_read(&a, str_of(says), &p, &e), "%s", e.detail);
    ck_assert_uint_eq(p.n, 6);
    ck_assert_int_eq(p.line[0].jump, 3);
    ck_assert_int_eq(p.line[2].jump, 5);
    ck_assert(str_eq(rule_arg(&p.line[1], "text"), S("one\ntwo \\ three")));
    str again = rule_plan_text(&a, &p);
    ck_assert_msg(str_eq(again, str_of(says)), "%.*s", STR_ARG(again));
    ck_assert(rule_plan_read(&a, again, &q, &e));
    ck_assert(str_eq(rule_plan_text(&a, &q), again));
}
END_TEST

START_TEST(what_a_rule_cannot_mean_is_refused_with_its_line)
{
    static const struct { const char *says; int line; } v[] = {
        { "", 0 }, { "about deal\n", 1 }, { "when never\n", 1 }, { "when saved\nfield amount\n", 2 }, { "when saved\nabout nothing\n", 2 },
        { "when hand\nabout deal\ndo fly\n", 3 }, { "when hand\nabout deal\ndo else\n", 3 }, { "when hand\nabout deal\ndo end\n", 3 },
        { "when hand\nabout deal\ndo if\ncriteria a = 1\n", 4 }, { "when hand\nabout deal\ndo notify\nfield x\n", 4 },
        { "when hand\nabout deal\ndo yes\ndo else\ndo else\ndo end\n", 5 },
    };
    struct rule_plan p;
    for (size_t i = 0; i < countof(v); i++) {
        e = (struct err){ 0 };
        ck_assert_msg(!rule_plan_read(&a, str_of(v[i].says), &p, &e), "%s", v[i].says);
        ck_assert_msg(v[i].line == 0 || e.pos == v[i].line, "%s: line %d", v[i].says, (int)e.pos);
    }
    static const char *const unsound[] = {
        "when saved\nabout deal\nfield colour\ndo halt\n", "when saved\nabout deal\nfield amount\nif colour = red\ndo halt\n",
        "when hand\nabout deal\ndo set\nfield created_at\nto now\n", "when hand\nabout deal\ndo notify\nwho nobody\ntext x\n",
        "when hand\nabout deal\ndo wait\ncount many\nunit days\n", "when hand\nabout deal\ndo route\n", "when hand\nabout deal\n",
        "when every\nevery day\nat 25:00\nabout deal\ndo halt\n", "when hand\nabout session\ndo halt\n", "when hand\nabout deal\ndo split\nshare 100\ndo end\n",
    };
    for (size_t i = 0; i < countof(unsound); i++) {
        struct job j = { &rule_entity, 0, PAIRS("name", "x", "says", unsound[i]), 0 };
        ck_assert_msg(!put(&owner, &j), "%s", unsound[i]);
        ck_assert_int_eq(e.code, ERR_INVALID);
    }
}
END_TEST

/* Texts cut, doubled and stirred: what reads is written back to what reads the same. */
START_TEST(no_text_does_harm_and_what_reads_reads_again)
{
    static const char says[] = "when saved\nabout deal\nfield amount\nif amount > {limit}\ndo if\ncriteria amount > 10\ndo notify\nwho owner\n"
        "text a\\nb\ndo else\ndo split\nshare 30\ndo wait\ncount 2\nunit days\ndo end\ndo end\ndo yes\ndo halt\ndo end\n";
    unsigned seed = 5;
    struct arena own = arena_open(64 << 20);
    int read = 0;
    for (int i = 0; i < 20000; i++) {
        char b[sizeof says];
        size_t n = sizeof says - 1;
        memcpy(b, says, n);
        for (int k = 0; k < 1 + i % 3; k++) {
            seed = seed * 1103515245u + 12345u;
            size_t at = (seed >> 16) % n, to = (seed >> 4) % n, len = 1 + (seed >> 8) % 12;
            len = at + len > n ? n - at : len;
            len = to + len > n ? n - to : len;
            if (seed & 1 << 28)
                memmove(b + to, b + at, len);
            else
                b[at] = "\n \\dowhenif{}0\xe0"[(seed >> 9) % 16];
        }
        struct rule_plan p, q;
        arena_reset(&own);
        if (!rule_plan_read(&own, (str){ b, n }, &p, &e))
            continue;
        read++;
        for (size_t k = 0; k < p.n; k++)
            ck_assert(!p.line[k].jump || (p.line[k].jump > (int)k && p.line[k].jump <= (int)p.n));
        str text = rule_plan_text(&own, &p);
        ck_assert_msg(rule_plan_read(&own, text, &q, &e) && str_eq(rule_plan_text(&own, &q), text), "%.*s", STR_ARG(text));
    }
    ck_assert_int_gt(read, 100);
    arena_close(&own);
}
END_TEST

/* ── shipped ─────────────────────────────────────────────────────────────── */

START_TEST(a_large_deal_involves_the_brand_manager_once_and_the_log_names_the_rule)
{
    int64_t d = deal(&seller, "2000000 BDT");
    drain();
    ck_assert_int_eq(counted(&deal_member_entity, ""), 0);              /* exactly the limit is not above it */
    ck_assert(set(&seller, &deal_entity, d, "amount", "2100000 BDT"));
    drain();
    struct ctx c = fresh(sys);
    struct record *m;
    ck_assert(record_find(&c, &deal_member_entity, "deal", val_ref(d), &m, &e) && m);
    ck_assert_int_eq(record_int(m, "member"), head.user_id);
    ck_assert_str_eq(arena_cstr(&a, record_text(m, "duty")), "brand_manager");
    ck_assert(str_find(record_text(m, "reason"), S("brand manager")) >= 0);
    ck_assert_int_eq(counted(&notification_entity, "kind = \"rule.told\""), 1);
    ck_assert_int_eq(counted(&task_entity, arena_cstr(&a, arena_fmt(&a, "owner = %s", id_of(head.user_id)))), 1);
    ck_assert_int_eq(counted(&rule_log_entity, "result = done"), 3);
    ck_assert(set(&seller, &deal_entity, d, "amount", "3000000 BDT"));
    drain();
    ck_assert_int_eq(counted(&deal_member_entity, ""), 1);
    ck_assert_int_eq(counted(&rule_run_entity, ""), 1);
    c = fresh(sys);
    struct record *r;
    ck_assert(record_find(&c, &rule_entity, "begins", val_text(S("saved")), &r, &e) && r);
    ck_assert(set(&owner, &rule_entity, r->id, "limit_amount", "50000 BDT"));
    deal(&seller, "60000 BDT");
    drain();
    ck_assert_int_eq(counted(&deal_member_entity, ""), 2);
}
END_TEST

static bool forget_signatures(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_exec(tx, "UPDATE rule SET in_force = NULL, is_joint = NULL", DB_NONE, NULL, err);
}

START_TEST(a_rule_from_before_there_were_signatures_goes_on)
{
    ck_assert_msg(db_write(ws->db, forget_signatures, NULL, &e), "%s", e.detail);
    deal(&seller, "2100000 BDT");
    drain();
    ck_assert_int_eq(counted(&deal_member_entity, ""), 1);
}
END_TEST

static int told_tasks, told_deals;
static void hear(const struct ctx *c, const struct touched *list)
{
    (void)c;
    for (; list; list = list->next) {
        told_tasks += list->en == &task_entity;
        told_deals += list->en == &deal_entity;
    }
}

START_TEST(open_pages_are_told_of_what_a_rule_did)
{
    only_own();
    rule(&owner, "Told", "when changed\nabout deal\nfield amount\ndo task\nwho owner\ntext x\ncount 1\nunit days\n"
                         "do set\nfield competitor\nto somebody\n");
    int64_t d = deal(&seller, "1 BDT");
    drain();
    ck_assert(set(&seller, &deal_entity, d, "amount", "2 BDT"));
    told_tasks = told_deals = 0;
    record_on_write(hear);
    drain();
    record_on_write(NULL);
    ck_assert_int_eq(told_tasks, 1);
    ck_assert_int_ge(told_deals, 1);
}
END_TEST

START_TEST(a_missed_meeting_starts_the_tasks_of_booking_anew)
{
    int64_t m = make(&seller, &meeting_entity, "title", "Demo", "at", "2026-11-24T05:00:00Z", "owner", id_of(seller.user_id));
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 0);
    ck_assert(set(&seller, &meeting_entity, m, "outcome", "held"));
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 0);
    ck_assert(set(&seller, &meeting_entity, m, "outcome", "no_show"));
    drain();
    ck_assert_int_eq(counted(&task_entity, arena_cstr(&a, arena_fmt(&a, "owner = %s", id_of(seller.user_id)))), 2);
}
END_TEST

START_TEST(a_quiet_deal_asks_its_owner_for_the_next_step_once_for_each_silence)
{
    int64_t d = deal(&seller, "100 BDT");
    drain();
    for (int day = 1; day <= 20; day++)
        at(start + day * DAY_US - HOUR_US);
    ck_assert_int_eq(counted(&task_entity, ""), 1);
    ck_assert(set(&seller, &deal_entity, d, "next_step", "Call"));
    for (int day = 20; day <= 40; day++)
        at(start + day * DAY_US);
    ck_assert_int_eq(counted(&task_entity, ""), 2);
}
END_TEST

struct verdict { int64_t id; bool good; };
static bool review(struct ctx *tx, void *arg, struct err *err) { struct verdict *v = arg; return material_review(tx, v->id, v->good, S("fine"), err); }

START_TEST(material_is_not_released_before_somebody_who_sells_has_looked)
{
    struct ctx c;
    int64_t m = make(&head, &material_entity, "title", "Brochure", "url", "https://padma.example/b.pdf");
    ck_assert(!set(&head, &material_entity, m, "status", "released"));
    ck_assert_str_eq(e.field, "status");
    ck_assert(!set(&owner, &material_entity, m, "status", "released"));
    ck_assert(!set(&head, &material_entity, m, "status", "in_review"));
    ck_assert_str_eq(e.field, "reviewer");
    ck_assert(!set(&head, &material_entity, m, "verdict", "good"));     /* not by hand */
    ck_assert(set(&head, &material_entity, m, "reviewer", id_of(seller.user_id), "status", "in_review"));
    ck_assert(!set(&head, &material_entity, m, "status", "released"));
    struct verdict x = { m, true };
    c = fresh(&head);
    ck_assert(!record_write(&c, review, &x, &e));
    c = fresh(&seller);
    ck_assert_msg(record_write(&c, review, &x, &e), "%s", e.detail);
    ck_assert_msg(set(&head, &material_entity, m, "status", "released"), "%s", e.detail);
    ck_assert(set(&head, &material_entity, m, "title", "Brochure, changed"));
    ck_assert_str_eq(text(&material_entity, m, "status"), "draft");     /* what is out is what was reviewed */
    ck_assert(!set(&head, &material_entity, m, "status", "released"));
}
END_TEST

/* ── once ────────────────────────────────────────────────────────────────── */

struct replay { int64_t seq; };
static bool run_replay(struct ctx *tx, void *arg, struct err *err) { return feed_replay(tx, "rules", ((struct replay *)arg)->seq, err); }

START_TEST(a_cause_told_twice_begins_once)
{
    only_own();
    rule(&owner, "Note", "when created\nabout deal\ndo task\nwho owner\ntext Look at {record}\ncount 1\nunit days\n");
    deal(&seller, "1 BDT");
    deal(&seller, "2 BDT");
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 2);
    struct replay x = { 0 };
    struct ctx c = fresh(sys);
    ck_assert_msg(record_write(&c, run_replay, &x, &e), "%s", e.detail);
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 2);
}
END_TEST

struct undo { int64_t write; };
static bool run_undo(struct ctx *tx, void *arg, struct err *err) { return record_undo(tx, ((struct undo *)arg)->write, err); }

START_TEST(an_undone_cause_begins_nothing_nor_does_the_undoing)
{
    only_own();
    rule(&owner, "Any amount", "when changed\nabout deal\nfield amount\ndo task\nwho owner\ntext Look\ncount 1\nunit days\n");
    int64_t d = deal(&seller, "1 BDT");
    drain();
    struct job j = { &deal_entity, d, PAIRS("amount", "5 BDT"), 0 };
    ck_assert(put(&seller, &j));
    struct undo u = { j.write };
    struct ctx c = fresh(&seller);
    ck_assert_msg(record_write(&c, run_undo, &u, &e), "%s", e.detail);
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 0);
    ck_assert(set(&seller, &deal_entity, d, "amount", "6 BDT"));
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 1);
}
END_TEST

/* ── flows ───────────────────────────────────────────────────────────────── */

START_TEST(a_flow_waits_in_its_row_and_goes_on_as_the_version_it_began_with)
{
    only_own();
    int64_t r = rule(&owner, "Later", "when created\nabout deal\ndo wait\ncount 2\nunit days\ndo set\nfield next_step\nto old\n");
    int64_t d = deal(&seller, "1 BDT");
    drain();
    ck_assert_int_eq(counted(&rule_run_entity, "state = waiting"), 1);
    ck_assert(set(&owner, &rule_entity, r, "says", "when created\nabout deal\ndo set\nfield next_step\nto new\n"));
    at(start + DAY_US);
    ck_assert_str_eq(text(&deal_entity, d, "next_step"), "");
    at(start + 2 * DAY_US + MINUTE_US);
    ck_assert_str_eq(text(&deal_entity, d, "next_step"), "old");
    ck_assert_int_eq(counted(&rule_run_entity, "state = done"), 1);
    int64_t second = deal(&seller, "1 BDT");
    drain();
    ck_assert_str_eq(text(&deal_entity, second, "next_step"), "new");
    ck_assert_int_eq(counted(&rule_version_entity, arena_cstr(&a, arena_fmt(&a, "rule = %s", id_of(r)))), 2);
}
END_TEST

START_TEST(waiting_for_an_event_ends_when_it_comes_or_when_time_runs_out)
{
    only_own();
    rule(&owner, "Await", "when created\nabout deal\ndo await\nevent deal.stage\ncount 1\nunit days\n"
                          "do yes\ndo set\nfield next_step\nto moved\ndo else\ndo set\nfield next_step\nto late\ndo end\n");
    int64_t first = deal(&seller, "1 BDT"), second = deal(&seller, "1 BDT");
    drain();
    ck_assert_int_eq(counted(&rule_run_entity, "state = waiting"), 2);
    struct ctx c = fresh(sys);
    struct record *lost;
    ck_assert(record_find(&c, &stage_entity, "is_lost", val_int(1), &lost, &e) && lost);
    clock_set(start + HOUR_US);
    ck_assert_msg(set(sys, &deal_entity, first, "stage", id_of(lost->id), "lost_reason", "no_budget"), "%s", e.detail);
    drain();
    ck_assert_str_eq(text(&deal_entity, first, "next_step"), "moved");
    at(start + 25 * HOUR_US);
    ck_assert_str_eq(text(&deal_entity, second, "next_step"), "late");
}
END_TEST

struct answer { int64_t id; bool yes; };
static bool run_answer(struct ctx *tx, void *arg, struct err *err) { struct answer *x = arg; return approval_answer(tx, x->id, x->yes, S("so be it"), err); }

START_TEST(a_flow_waits_for_the_one_who_decides_and_for_nobody_else)
{
    only_own();
    rule(&owner, "Ask", "when created\nabout deal\ndo ask\nwho manager\ntext Discount for {record}\ncount 1\nunit days\n"
                        "do yes\ndo set\nfield next_step\nto agreed\ndo else\ndo set\nfield next_step\nto refused\ndo end\n");
    int64_t d[3] = { deal(&seller, "1 BDT"), deal(&seller, "1 BDT"), deal(&seller, "1 BDT") };
    drain();
    struct ctx c = fresh(sys);
    struct list asked;
    struct list_spec s = { .en = &approval_entity, .sort = S("created_at") };
    ck_assert(record_list(&c, &s, &asked, &e));
    ck_assert_uint_eq(asked.n, 3);
    ck_assert_int_eq(record_int(asked.rows[0], "decider"), manager.user_id);
    struct answer x = { asked.rows[0]->id, true }, y = { asked.rows[1]->id, false };
    c = fresh(&seller);
    ck_assert(!record_write(&c, run_answer, &x, &e));
    ck_assert_int_eq(e.code, ERR_FORBIDDEN);
    c = fresh(&manager);
    ck_assert_msg(record_write(&c, run_answer, &x, &e), "%s", e.detail);
    c = fresh(&manager);
    ck_assert_msg(record_write(&c, run_answer, &y, &e), "%s", e.detail);
    c = fresh(&manager);
    ck_assert(!record_write(&c, run_answer, &y, &e));                   /* once */
    drain();
    ck_assert_str_eq(text(&deal_entity, record_int(asked.rows[0], "record"), "next_step"), "agreed");
    ck_assert_str_eq(text(&deal_entity, record_int(asked.rows[1], "record"), "next_step"), "refused");
    at(start + 25 * HOUR_US);
    ck_assert_str_eq(text(&deal_entity, record_int(asked.rows[2], "record"), "next_step"), "refused");
    ck_assert_int_eq(counted(&approval_entity, "status = expired"), 1);
    (void)d;
}
END_TEST

START_TEST(a_split_is_even_and_the_same_whenever_it_is_asked)
{
    only_own();
    rule(&owner, "Half", "when created\nabout deal\ndo split\nshare 50\ndo set\nfield next_step\nto left\ndo else\ndo set\nfield next_step\nto right\ndo end\n");
    for (int i = 0; i < 60; i++)
        deal(&seller, "1 BDT");
    drain();
    int64_t left = counted(&deal_entity, "next_step = left"), right = counted(&deal_entity, "next_step = right");
    ck_assert_int_eq(left + right, 60);
    ck_assert_int_gt(left, 12);
    ck_assert_int_gt(right, 12);
}
END_TEST

struct hand { int64_t rule, record, run; };
static bool run_hand(struct ctx *tx, void *arg, struct err *err) { struct hand *x = arg; return rule_start(tx, x->rule, &deal_entity, x->record, 0, 0, &x->run, err); }

START_TEST(a_flow_may_be_started_and_stopped_by_another)
{
    only_own();
    int64_t slow = rule(&owner, "Slow", "when hand\nabout deal\ndo wait\ncount 5\nunit days\ndo set\nfield next_step\nto slow\n");
    rule(&owner, "Begin", arena_fmt(&a, "when created\nabout deal\ndo start\nrule %s\n", id_of(slow)).p);
    rule(&owner, "Stop", arena_fmt(&a, "when changed\nabout deal\nfield amount\ndo stop\nrule %s\n", id_of(slow)).p);
    int64_t d = deal(&seller, "1 BDT");
    drain();
    drain();
    ck_assert_int_eq(counted(&rule_run_entity, "state = waiting"), 1);
    ck_assert(set(&seller, &deal_entity, d, "amount", "2 BDT"));
    drain();
    ck_assert_int_eq(counted(&rule_run_entity, "state = stopped"), 1);
    at(start + 6 * DAY_US);
    ck_assert_str_eq(text(&deal_entity, d, "next_step"), "");
    struct hand x = { slow, d, 0 };
    struct ctx c = fresh(&seller);
    ck_assert_msg(record_write(&c, run_hand, &x, &e), "%s", e.detail);
    at(start + 12 * DAY_US);
    at(start + 18 * DAY_US);
    ck_assert_str_eq(text(&deal_entity, d, "next_step"), "slow");
}
END_TEST

/* ── rights ──────────────────────────────────────────────────────────────── */

START_TEST(a_rule_can_do_no_more_than_its_owner_and_the_manager_hears_of_it)
{
    only_own();
    int64_t mine = rule(&seller, "Mine", "when changed\nabout deal\nfield amount\ndo set\nfield next_step\nto taken\n");
    int64_t own = deal(&seller, "1 BDT"), foreign = deal(&other, "1 BDT");
    drain();
    ck_assert(set(&other, &deal_entity, foreign, "amount", "2 BDT"));
    ck_assert(set(&seller, &deal_entity, own, "amount", "2 BDT"));
    drain();
    ck_assert_str_eq(text(&deal_entity, own, "next_step"), "taken");
    ck_assert_str_eq(text(&deal_entity, foreign, "next_step"), "");
    ck_assert_int_eq(counted(&rule_run_entity, "state = failed"), 1);
    ck_assert_int_eq(counted(&notification_entity, arena_cstr(&a, arena_fmt(&a, "kind = \"rule.failed\" and recipient = %s", id_of(manager.user_id)))), 1);
    /* the history tells who: the owner, by the rule */
    struct ctx c = fresh(sys);
    struct change *h;
    size_t n;
    ck_assert(record_history(&c, &deal_entity, own, 0, 1, &h, &n, &e) && n == 1);
    ck_assert_int_eq(h[0].actor_id, seller.user_id);
    ck_assert_str_eq(arena_cstr(&a, h[0].why), "Mine");
    /* whoever writes a rule owns it: the manager cannot write what the seller's rights do, nor give one away */
    ck_assert(set(&manager, &rule_entity, mine, "says", "when changed\nabout deal\nfield amount\ndo set\nfield next_step\nto managed\n"));
    ck_assert_int_eq(record_int(seen(&rule_entity, mine), "owner"), manager.user_id);
    ck_assert(!set(&manager, &rule_entity, mine, "owner", id_of(seller.user_id)));
    ck_assert(!set(&other, &rule_entity, mine, "name", "Stolen"));
}
END_TEST

START_TEST(a_rule_of_somebody_who_left_fails_and_says_so)
{
    only_own();
    rule(&seller, "Left", "when changed\nabout deal\nfield amount\ndo set\nfield next_step\nto gone\n");
    int64_t d = deal(&seller, "1 BDT");
    drain();
    ck_assert(set(sys, &user_entity, seller.user_id, "is_active", "false"));
    ck_assert(set(sys, &deal_entity, d, "amount", "2 BDT"));
    drain();
    ck_assert_str_eq(text(&deal_entity, d, "next_step"), "");
    struct ctx c = fresh(sys);
    struct record *run;
    ck_assert(record_find(&c, &rule_run_entity, "state", val_text(S("failed")), &run, &e) && run);
    ck_assert(str_find(record_text(run, "problem"), S("does not work here")) >= 0);
    ck_assert_int_eq(counted(&notification_entity, arena_cstr(&a, arena_fmt(&a, "kind = \"rule.failed\" and recipient = %s", id_of(manager.user_id)))), 1);
}
END_TEST

START_TEST(a_failing_step_takes_back_what_the_run_did_before_it)
{
    only_own();
    rule(&seller, "Half done", "when changed\nabout deal\nfield amount\ndo task\nwho owner\ntext First\ncount 1\nunit days\ndo set\nfield next_step\nto second\n");
    int64_t d = deal(&other, "1 BDT");
    drain();
    ck_assert(set(&other, &deal_entity, d, "amount", "2 BDT"));
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 0);
    ck_assert_int_eq(counted(&rule_log_entity, "result = failed"), 1);
    ck_assert_int_eq(counted(&rule_log_entity, "result = done"), 0);
}
END_TEST

/* ── guards ──────────────────────────────────────────────────────────────── */

START_TEST(rules_that_call_each_other_stop_where_they_came_from)
{
    only_own();
    rule(&owner, "There", "when changed\nabout deal\nfield amount\ndo set\nfield competitor\nto somebody\n");
    rule(&owner, "Back", "when changed\nabout deal\nfield competitor\ndo set\nfield amount\nto 7 BDT\n");
    int64_t d = deal(&seller, "1 BDT");
    drain();
    ck_assert(set(&seller, &deal_entity, d, "amount", "2 BDT"));
    for (int i = 0; i < 6; i++)
        drain();
    ck_assert_int_eq(counted(&rule_run_entity, "state = done"), 2);
    ck_assert_int_eq(counted(&rule_run_entity, "state = stopped"), 1);
}
END_TEST

START_TEST(a_rule_that_runs_too_often_is_switched_off_and_its_owner_told)
{
    only_own();
    int64_t r = rule(&seller, "Often", "when created\nabout deal\ndo task\nwho rule_owner\ntext One more\ncount 1\nunit days\n");
    ck_assert(set(&seller, &rule_entity, r, "hourly", "3"));
    for (int i = 0; i < 5; i++)
        deal(&seller, "1 BDT");
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 3);
    ck_assert_int_eq(record_int(seen(&rule_entity, r), "is_on"), 0);
    ck_assert(record_val(seen(&rule_entity, r), "stopped_at").is_set);
    ck_assert_int_eq(counted(&notification_entity, "kind = \"rule.stopped\""), 1);
}
END_TEST

START_TEST(once_for_a_record_is_once)
{
    only_own();
    int64_t r = rule(&owner, "Once", "when saved\nabout deal\nfield amount\ndo task\nwho owner\ntext Once\ncount 1\nunit days\n");
    ck_assert(set(&owner, &rule_entity, r, "once", "record"));
    int64_t d = deal(&seller, "1 BDT");
    drain();
    for (int i = 2; i < 5; i++)
        ck_assert(set(&seller, &deal_entity, d, "amount", arena_fmt(&a, "%d BDT", i).p));
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), 1);
}
END_TEST

/* ── time ────────────────────────────────────────────────────────────────── */

START_TEST(a_rule_with_an_hour_runs_at_it_for_those_that_fit)
{
    only_own();
    rule(&owner, "Morning", "when every\nevery day\nat 09:00\nabout deal\nif amount > 5\ndo task\nwho owner\ntext Good morning\ncount 1\nunit hours\n");
    deal(&seller, "1 BDT");
    deal(&seller, "10 BDT");
    drain();
    at(start + HOUR_US);
    ck_assert_int_eq(counted(&task_entity, ""), 0);
    at(start + 21 * HOUR_US + MINUTE_US);       /* Wednesday 9:01 */
    at(start + 22 * HOUR_US);
    ck_assert_int_eq(counted(&task_entity, ""), 1);
    at(start + 45 * HOUR_US + MINUTE_US);
    ck_assert_int_eq(counted(&task_entity, ""), 2);
}
END_TEST

/* ── would have ──────────────────────────────────────────────────────────── */

START_TEST(trying_a_rule_on_history_tells_what_it_would_have_done_and_does_nothing)
{
    only_own();
    struct rule_plan p;
    struct rule_dry d;
    ck_assert(rule_plan_read(&a, S("when saved\nabout deal\nfield amount\nif amount > 5\ndo task\nwho owner\ntext x\ncount 1\nunit days\n"), &p, &e));
    deal(&seller, "1 BDT");
    int64_t big = deal(&seller, "10 BDT");
    ck_assert(set(&seller, &deal_entity, big, "amount", "20 BDT"));
    drain();
    struct ctx c = fresh(&owner);
    ck_assert_msg(rule_dry(&c, &p, 0, 30, false, &d, &e), "%s", e.detail);
    ck_assert_int_eq(d.fired, 2);
    c = fresh(&owner);
    ck_assert(rule_dry(&c, &p, 0, 30, true, &d, &e));
    ck_assert_int_eq(d.fired, 1);
    ck_assert_int_eq(d.v[0].record, big);
    ck_assert_int_eq(counted(&task_entity, "") + counted(&rule_run_entity, ""), 0);
}
END_TEST

/* ── killed at any moment ────────────────────────────────────────────────── */

enum { CAUSES = 24 };

/* Each deal exactly one task of the rule, and no run that failed. */
static bool each_once(void)
{
    struct ctx c = fresh(sys);
    struct db_rows q;
    int64_t n = 0, wrong = 0;
    ck_assert(db_query(c.c, &q, "SELECT COUNT(t.id) FROM deal d LEFT JOIN task t ON t.deal = d.id AND t.deleted_at IS NULL"
                                " WHERE d.deleted_at IS NULL GROUP BY d.id", DB_NONE, &e));
    for (; db_next(&q); n++)
        wrong += db_int(&q, 0) != 1;
    ck_assert(db_done(&q, &e));
    return n == CAUSES && wrong == 0 && counted(&rule_run_entity, "state = failed") == 0;
}

static void close_house(void)
{
    db_conn_close(reader);
    workspace_close(ws);
}

static void open_house(void)
{
    ck_assert_msg(workspace_open(place, &ws, &e), "%s", e.detail);
    ck_assert(db_reader(ws->db, &reader, &e));
}

/* A program that follows the feed at an hour of its own and is killed after some milliseconds. True: it came to
 * the end. In one and the same standing instant each program would mint the ids of the one before it. */
static bool followed_until_killed(int64_t now, int after_us)
{
    pid_t pid = fork();
    if (pid == 0) {
        clock_set(now);
        struct err err = { 0 };
        struct workspace *own;
        bool ok = workspace_open(place, &own, &err) && feed_drain(own, &err);
        _exit(ok ? 0 : 1);
    }
    usleep((useconds_t)after_us);
    kill(pid, SIGKILL);
    int status;
    waitpid(pid, &status, 0);
    ck_assert_msg(!WIFEXITED(status) || WEXITSTATUS(status) == 0, "the follower failed");
    return WIFEXITED(status);
}

static bool forget(struct db_conn *tx, void *arg, struct err *err)
{
    (void)arg;
    return db_exec(tx, "DELETE FROM rule_run", DB_NONE, NULL, err);
}

START_TEST(whenever_it_is_killed_each_cause_has_its_effect_exactly_once)
{
    only_own();
    int64_t r = rule(&owner, "Each", "when created\nabout deal\ndo task\nwho owner\ntext For {record}\ncount 1\nunit days\n");
    ck_assert(set(&owner, &rule_entity, r, "hourly", "1000"));
    drain();
    for (int i = 0; i < CAUSES; i++)
        deal(&seller, "1 BDT");
    ck_assert(!each_once());                    /* the look is able to see what is missing */
    close_house();
    unsigned seed = 11;
    int killed = 0;
    for (int i = 0; i < 12; i++) {
        seed = seed * 1103515245u + 12345u;
        killed += !followed_until_killed(start + (i + 1) * SECOND_US, 20000 + (int)(seed >> 16) % 400000);
    }
    open_house();
    at(start + MINUTE_US);
    ck_assert_int_gt(killed, 0);
    ck_assert(each_once());
    /* the control: a follower that forgets what it did and where it stood is caught */
    struct replay x = { 0 };
    struct ctx c = fresh(sys);
    ck_assert(db_write(ws->db, forget, NULL, &e));
    ck_assert(record_write(&c, run_replay, &x, &e));
    drain();
    ck_assert(!each_once());
}
END_TEST

/* ── accounts of what was done ───────────────────────────────────────────── */

static bool run_sql(struct db_conn *tx, void *sql, struct err *err) { return db_exec(tx, sql, DB_NONE, NULL, err); }

static bool has_index(const char *name)
{
    bool is_there = false;
    fresh(sys);
    ck_assert_msg(db_index_exists(reader, name, &is_there, &e), "%s", e.detail);
    return is_there;
}

static const char *ids_by(const char *sort, int limit)
{
    struct list_spec s = { .en = &rule_run_entity, .sort = str_of(sort), .limit = limit };
    struct buf b = buf_new(&a, 1000);
    do {
        struct ctx c = fresh(sys);
        struct list l;
        ck_assert_msg(record_list(&c, &s, &l, &e), "%s: %s", sort, e.detail);
        for (size_t i = 0; i < l.n; i++)
            buf_fmt(&b, "%lld ", (long long)l.rows[i]->id);
        s.cursor = l.next;
    } while (s.cursor.n);
    return arena_cstr(&a, buf_str(&b));
}

/* A step writes a row and two lines: each index of when they changed is written anew with them, and nobody asks for it. */
START_TEST(rows_of_account_keep_no_index_of_their_times_and_lose_what_they_had)
{
    static const char *const before[] = {
        "CREATE INDEX ix_rule_run_updated_at ON rule_run (updated_at, id) WHERE deleted_at IS NULL",
        "CREATE INDEX ix_rule_run_created_at ON rule_run (created_at, id) WHERE deleted_at IS NULL",
        "CREATE INDEX ix_rule_run_mine ON rule_run (owner, updated_at, id) WHERE deleted_at IS NULL",
        "CREATE INDEX ix_rule_log_updated_at ON rule_log (updated_at, id) WHERE deleted_at IS NULL",
        "CREATE INDEX ix_rule_log_created_at ON rule_log (created_at, id) WHERE deleted_at IS NULL",
        "DROP INDEX ix_rule_run_own", "DROP INDEX ix_rule_run_started_at",
        "DELETE FROM setu_catalogue WHERE id = 1",
    };
    static const char *const gone[] = { "ix_rule_run_updated_at", "ix_rule_run_created_at", "ix_rule_run_mine", "ix_rule_log_updated_at",
                                        "ix_rule_log_created_at" };
    only_own();
    rule(&owner, "Each", "when created\nabout deal\ndo wait\ncount 1\nunit days\n");
    drain();
    for (int i = 0; i < 5; i++) {
        deal(&seller, "1 BDT");
        drain();
        at(start + (i + 1) * SECOND_US);
    }
    at(start + 2 * DAY_US);
    drain();
    ck_assert_int_eq(counted(&rule_run_entity, "state = done"), 5);
    for (size_t i = 0; i < countof(before); i++)
        ck_assert_msg(db_schema(ws->db, run_sql, (void *)(uintptr_t)before[i], &e), "%s: %s", before[i], e.detail);
    const char *made = ids_by("created_at", 50), *changed = ids_by("-updated_at", 50), *begun = ids_by("-started_at", 50);
    ck_assert_msg(record_schema(ws->db, &e), "%s", e.detail);
    for (size_t i = 0; i < countof(gone); i++)
        ck_assert_msg(!has_index(gone[i]), "%s", gone[i]);
    ck_assert(has_index("ix_rule_run_own") && has_index("ix_rule_run_started_at") && has_index("ix_rule_log_run"));
    ck_assert(has_index("ix_deal_updated_at") && has_index("ix_deal_mine"));
    ck_assert_str_eq(ids_by("created_at", 2), made);        /* they are sorted all the same, page after page */
    ck_assert_str_eq(ids_by("-updated_at", 2), changed);
    ck_assert_str_eq(ids_by("-started_at", 2), begun);
}
END_TEST

SUITE("rule", 300, open_all, firm_close,
      a_rule_reads_back_as_it_was_written,
      what_a_rule_cannot_mean_is_refused_with_its_line,
      no_text_does_harm_and_what_reads_reads_again,
      a_large_deal_involves_the_brand_manager_once_and_the_log_names_the_rule,
      a_rule_from_before_there_were_signatures_goes_on,
      open_pages_are_told_of_what_a_rule_did,
      a_missed_meeting_starts_the_tasks_of_booking_anew,
      a_quiet_deal_asks_its_owner_for_the_next_step_once_for_each_silence,
      material_is_not_released_before_somebody_who_sells_has_looked,
      a_cause_told_twice_begins_once,
      an_undone_cause_begins_nothing_nor_does_the_undoing,
      a_flow_waits_in_its_row_and_goes_on_as_the_version_it_began_with,
      waiting_for_an_event_ends_when_it_comes_or_when_time_runs_out,
      a_flow_waits_for_the_one_who_decides_and_for_nobody_else,
      a_split_is_even_and_the_same_whenever_it_is_asked,
      a_flow_may_be_started_and_stopped_by_another,
      a_rule_can_do_no_more_than_its_owner_and_the_manager_hears_of_it,
      a_rule_of_somebody_who_left_fails_and_says_so,
      a_failing_step_takes_back_what_the_run_did_before_it,
      rules_that_call_each_other_stop_where_they_came_from,
      a_rule_that_runs_too_often_is_switched_off_and_its_owner_told,
      once_for_a_record_is_once,
      a_rule_with_an_hour_runs_at_it_for_those_that_fit,
      trying_a_rule_on_history_tells_what_it_would_have_done_and_does_nothing,
      whenever_it_is_killed_each_cause_has_its_effect_exactly_once,
      rows_of_account_keep_no_index_of_their_times_and_lose_what_they_had)
