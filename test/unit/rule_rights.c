/* rule_rights.c - what rules, their trial on history, webhooks and segments tell is never more than the
 * gate shows: asked for people of several roles, before and after they lose a right.
 */
#include "firm.h"
#include "flow/rule.h"
#include "flow/segment.h"
#include "flow/webhook.h"

static struct actor owner, manager, seller, author, guest;

static void open_all(void)
{
    firm_open("rule_rights", INT64_C(1795500000000000));
    owner = first_user();
    manager = hired("Manager", ROLE_SALES_MANAGER);
    seller = hired_under("Seller", ROLE_AE, manager.user_id);
    author = hired_under("Author", ROLE_CONTENT_AUTHOR, manager.user_id);
    guest = hired("Agency", ROLE_GUEST_AGENCY);
    drain();
}

static bool may_write(const struct actor *who, const char *says, int n)
{
    struct job j = { &rule_entity, 0, PAIRS("name", arena_fmt(&a, "Rule %d of %s", n, id_of(who->user_id)).p, "says", says, "is_on", "true"), 0 };
    return put(who, &j);
}

static bool tried(const struct actor *who, const char *says, struct rule_dry *out)
{
    struct rule_plan *p = arena_new(&a, struct rule_plan, 1);
    struct ctx c = fresh(who);
    e = (struct err){ 0 };
    return rule_plan_read(&a, str_of(says), p, &e) && rule_dry(&c, p, 0, 30, false, out, &e);
}

static size_t shown(const struct actor *who, const struct entity *en)
{
    struct ctx c = fresh(who);
    struct list found;
    struct list_spec s = { .en = en, .limit = LIST_LIMIT_MAX };
    e = (struct err){ 0 };
    if (!record_list(&c, &s, &found, &e)) {
        ck_assert_msg(e.code == ERR_FORBIDDEN || e.code == ERR_NOT_FOUND, "%s", e.detail);
        return 0;
    }
    return found.n;
}

/* ── a field that is hidden from its writer ──────────────────────────────── */

static const char *const of_hidden[] = {
    "when changed\nabout person\nfield phone\ndo task\nwho rule_owner\ntext x\ncount 1\nunit days\n",
    "when changed\nabout person\nfield phone\nto +8801711000001\ndo task\nwho rule_owner\ntext x\ncount 1\nunit days\n",
    "when saved\nabout person\nfield phone\ndo task\nwho rule_owner\ntext x\ncount 1\nunit days\n",
    "when created\nabout person\nif phone ~ \"8801\"\ndo task\nwho rule_owner\ntext x\ncount 1\nunit days\n",
    "when created\nabout person\ndo if\ncriteria phone ~ \"8801\"\ndo task\nwho rule_owner\ntext x\ncount 1\nunit days\ndo end\n",
    "when time\ncount 1\nunit days\nside before\ndate birthday\nabout person\ndo task\nwho rule_owner\ntext x\ncount 1\nunit days\n",
    "when hand\nabout person\ndo set\nfield phone\nto +8801711000009\n",
};

START_TEST(neither_a_rule_nor_its_trial_may_name_what_is_hidden_from_who_writes_it)
{
    struct rule_dry d;
    make(&seller, &person_entity, "name", "Rahima", "phone", "+8801711000001");
    for (size_t i = 0; i < countof(of_hidden); i++) {
        ck_assert_msg(!may_write(&author, of_hidden[i], (int)i) && (e.code == ERR_INVALID || e.code == ERR_FORBIDDEN), "%zu: %s", i, of_hidden[i]);
        ck_assert_msg(!tried(&author, of_hidden[i], &d), "%zu is tried", i);
        ck_assert_msg(may_write(&seller, of_hidden[i], (int)i), "%zu: %s", i, e.detail);
    }
}
END_TEST

START_TEST(a_rule_whose_owner_may_no_longer_see_its_cause_is_switched_off_and_says_why)
{
    ck_assert_msg(may_write(&seller, of_hidden[0], 0), "%s", e.detail);
    int64_t p = make(&manager, &person_entity, "name", "Rahima", "phone", "+8801711000001");
    drain();
    int64_t before = counted(&task_entity, "");
    ck_assert(set(sys, &user_entity, seller.user_id, "roles", "content_author"));
    ck_assert(set(&manager, &person_entity, p, "phone", "+8801711000002"));
    drain();
    ck_assert_int_eq(counted(&task_entity, ""), before);
    struct ctx c = fresh(sys);
    struct record *r;
    ck_assert(record_find(&c, &rule_entity, "owner", val_ref(seller.user_id), &r, &e) && r);
    ck_assert_int_eq(record_int(r, "is_on"), 0);
    ck_assert_int_eq(counted(&rule_run_entity, "state = failed and problem is not empty"), 1);
    ck_assert_int_eq(counted(&notification_entity, "kind = \"rule.failed\" and title ~ \"switched off\""), 1);
    ck_assert(set(&manager, &person_entity, p, "phone", "+8801711000003"));     /* and tells of no further change */
    drain();
    ck_assert_int_eq(counted(&rule_run_entity, "state = failed"), 1);
}
END_TEST

START_TEST(a_rule_of_somebody_who_left_stops_with_a_word_to_their_manager_and_goes_on_when_taken_over)
{
    static const char says[] = "when created\nabout person\ndo task\nwho rule_owner\ntext Call {record}\ncount 1\nunit days\n";
    ck_assert(may_write(&seller, says, 0));
    drain();
    ck_assert(set(sys, &user_entity, seller.user_id, "is_active", "false"));
    for (int i = 0; i < 3; i++)
        make(&manager, &person_entity, "name", arena_fmt(&a, "Person %d", i).p);
    drain();
    struct ctx c = fresh(sys);
    struct record *r;
    ck_assert(record_find(&c, &rule_entity, "owner", val_ref(seller.user_id), &r, &e) && r);
    int64_t id = r->id;
    ck_assert_int_eq(record_int(r, "is_on"), 0);
    ck_assert_int_eq(counted(&task_entity, "title ~ \"Call Person\""), 0);
    ck_assert_int_eq(counted(&notification_entity, arena_fmt(&a, "kind = \"rule.failed\" and recipient = %s", id_of(manager.user_id)).p), 1);
    ck_assert_msg(set(&manager, &rule_entity, id, "says", arena_fmt(&a, "%sdo halt\n", says).p, "is_on", "true"), "%s", e.detail);
    make(&manager, &person_entity, "name", "Person 4");
    drain();
    ck_assert_int_eq(counted(&task_entity, arena_fmt(&a, "title ~ \"Call Person\" and owner = %s", id_of(manager.user_id)).p), 1);
}
END_TEST

/* ── who sees only what is shared with them ──────────────────────────────── */

START_TEST(a_guest_learns_nothing_of_rules_runs_segments_webhooks_or_history)
{
    struct rule_dry d;
    static const char says[] = "when created\nabout person\ndo task\nwho rule_owner\ntext Call {record}\ncount 1\nunit days\n";
    const struct entity *const hidden[] = { &rule_entity, &rule_version_entity, &rule_run_entity, &rule_log_entity, &approval_entity, &segment_entity,
                                            &webhook_entity };
    ck_assert(may_write(&seller, says, 0));
    make(&owner, &segment_entity, "name", "All", "entity", "person", "criteria", "name is not empty");
    make(&owner, &webhook_entity, "name", "Shop", "url", "https://shop.example/in", "topics", "person", "owner", id_of(owner.user_id));
    make(&seller, &person_entity, "name", "Rahima");
    drain();
    ck_assert_int_gt(counted(&rule_log_entity, ""), 0);
    for (size_t i = 0; i < countof(hidden); i++)
        ck_assert_msg(shown(&guest, hidden[i]) == 0, "a guest sees %s", hidden[i]->name);
    ck_assert(!may_write(&guest, says, 1));
    if (tried(&guest, says, &d))
        ck_assert_int_eq(d.fired + (int64_t)d.n, 0);
    /* the webhook is nobody's but the owner's; runs are everybody's who works here */
    ck_assert_uint_eq(shown(&seller, &webhook_entity), 0);
    ck_assert_uint_eq(shown(&manager, &webhook_entity), 0);
    ck_assert_uint_eq(shown(&owner, &webhook_entity), 1);
    ck_assert_int_gt((int64_t)shown(&author, &rule_run_entity), 0);
}
END_TEST

/* ── webhooks tell what their owner may see when it is told ──────────────── */

static bool told_with(const char *words)
{
    struct ctx c = fresh(sys);
    struct db_rows q;
    bool has = false;
    ck_assert(db_query(c.c, &q, "SELECT body FROM outbox ORDER BY seq DESC LIMIT 1", DB_NONE, &e));
    if (db_next(&q))
        has = str_find(db_text_view(&q, 0), str_of(words)) >= 0;
    ck_assert(db_done(&q, &e));
    return has;
}

static int64_t deliveries(void)
{
    struct ctx c = fresh(sys);
    bool found;
    int64_t n = -1;
    ck_assert(db_get_int(c.c, "SELECT COUNT(*) FROM outbox", DB_NONE, &found, &n, &e));
    return n;
}

START_TEST(a_webhook_tells_less_as_soon_as_its_owner_may_see_less_and_nothing_when_they_have_left)
{
    make(&owner, &webhook_entity, "name", "Shop", "url", "https://shop.example/in", "topics", "person.created", "owner", id_of(seller.user_id));
    drain();
    make(&manager, &person_entity, "name", "Rahima", "phone", "+8801711000001");
    drain();
    ck_assert(told_with("8801711000001"));
    ck_assert(set(sys, &user_entity, seller.user_id, "roles", "content_author"));
    make(&manager, &person_entity, "name", "Karima", "phone", "+8801711000002");
    drain();
    ck_assert(told_with("Karima") && !told_with("8801711000002"));
    int64_t n = deliveries();
    ck_assert(set(sys, &user_entity, seller.user_id, "is_active", "false"));
    make(&manager, &person_entity, "name", "Salima");
    drain();
    ck_assert_int_eq(deliveries(), n);
}
END_TEST

SUITE("rule_rights", 300, open_all, firm_close,
      neither_a_rule_nor_its_trial_may_name_what_is_hidden_from_who_writes_it,
      a_rule_whose_owner_may_no_longer_see_its_cause_is_switched_off_and_says_why,
      a_rule_of_somebody_who_left_stops_with_a_word_to_their_manager_and_goes_on_when_taken_over,
      a_guest_learns_nothing_of_rules_runs_segments_webhooks_or_history,
      a_webhook_tells_less_as_soon_as_its_owner_may_see_less_and_nothing_when_they_have_left)
