/* route.c - the way of a lead to whoever takes it: pools, branches, who is passed over, and trying it.
 */
#include "funnel.h"

/* ── the way of a lead ───────────────────────────────────────────────────── */

static int64_t pool_id(void)
{
    struct ctx c = fresh(sys);
    struct record *p;
    ck_assert(record_find(&c, &pool_entity, "method", val_text(S("turn")), &p, &e) && p);
    return p->id;
}

static int64_t receiver_of_next(void)
{
    int64_t lead = lead_of(person_fit());
    must(&head, OFFER, lead, NULL);
    return number(&lead_entity, lead, "owner");
}

START_TEST(a_pool_gives_in_turn_and_everybody_gets_as_many)
{
    const struct actor third = hired("Third", ROLE_SDR);
    int64_t members[] = { seller.user_id, other.user_id, third.user_id }, got[3] = { 0 };
    ck_assert(set(sys, &pool_entity, pool_id(), "members",
                  arena_fmt(&a, "%s,%s", two(members[0], members[1]), id_of(members[2])).p));
    for (int i = 0; i < 9; i++) {
        int64_t who = receiver_of_next();
        for (int k = 0; k < 3; k++)
            got[k] += who == members[k];
        if (i % 3 == 2)
            for (int k = 0; k < 3; k++)
                ck_assert_int_eq(got[k], i / 3 + 1);
    }
}
END_TEST

START_TEST(a_pool_passes_over_who_is_away_full_or_asleep_and_ends_at_its_fallback)
{
    int64_t pool = pool_id(), owner = number(&pool_entity, pool, "fallback");
    ck_assert(set(sys, &pool_entity, pool, "members", two(seller.user_id, other.user_id)));
    ck_assert(set(sys, &user_entity, seller.user_id, "away_until", "2026-11-25"));
    ck_assert_int_eq(receiver_of_next(), other.user_id);
    ck_assert(set(sys, &user_entity, other.user_id, "capacity", "1"));
    ck_assert_int_eq(receiver_of_next(), owner);
    clock_set(start_of_test() + 3 * DAY_US);
    ck_assert_int_eq(receiver_of_next(), seller.user_id);
    clock_set(start_of_test() + 3 * DAY_US + 12 * HOUR_US);
    ck_assert_int_eq(receiver_of_next(), owner);
    struct ctx c = fresh(sys);
    struct list found;
    struct list_spec spec = { .en = &lead_entity, .sort = S("-created_at"), .limit = 1 };
    ck_assert(record_list(&c, &spec, &found, &e));
    ck_assert(strstr(arena_cstr(&a, record_text(found.rows[0], "route")), "is not at work now") != NULL);
}
END_TEST

START_TEST(who_knows_the_person_or_the_company_gets_the_lead_first)
{
    int64_t person = person_fit();
    ck_assert(set(sys, &person_entity, person, "owner", id_of(marketer.user_id)));
    ck_assert(set(sys, &company_entity, number(&person_entity, person, "company"), "owner", id_of(other.user_id)));
    int64_t lead = lead_of(person);
    must(&head, OFFER, lead, NULL);                     /* the marketer sells nothing */
    ck_assert_int_eq(number(&lead_entity, lead, "owner"), other.user_id);
    must(&other, RETURN, lead, "misrouted");
    ck_assert(set(sys, &person_entity, person, "owner", id_of(seller.user_id)));
    must(&head, OFFER, lead, NULL);
    ck_assert_int_eq(number(&lead_entity, lead, "owner"), seller.user_id);
    ck_assert_int_eq(counted(&handoff_entity, ""), 2);
}
END_TEST

START_TEST(fewest_first_looks_at_open_leads)
{
    int64_t pool = pool_id();
    ck_assert(set(sys, &pool_entity, pool, "method", "fewest", "members",
                  two(seller.user_id, other.user_id)));
    for (int i = 0; i < 3; i++)
        offered_to(&seller, person_fit());
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(receiver_of_next(), other.user_id);
}
END_TEST

START_TEST(passing_a_lead_on_starts_a_new_hand_off)
{
    int64_t lead = offered_to(&seller, person_fit());
    clock_set(start_of_test() + HOUR_US);
    ck_assert(set(&manager, &lead_entity, lead, "owner", id_of(other.user_id)));
    ck_assert_int_eq(counted(&handoff_entity, "status = moved"), 1);
    ck_assert_int_eq(counted(&handoff_entity, "status = offered"), 1);
    ck_assert_int_eq(number(&lead_entity, lead, "offered_at"), start_of_test() + HOUR_US);
    must(&other, ACCEPT, lead, NULL);
}
END_TEST

static void share(struct ctx *c, int64_t pool, int64_t member, const char *weight, const char *cap)
{
    (void)c;
    make(sys, &pool_seat_entity, "pool", id_of(pool), "member", id_of(member), "weight", weight, "cap", cap);
}

START_TEST(half_the_weight_gets_half_the_leads)
{
    int64_t pool = pool_id(), got[2] = { 0 };
    ck_assert(set(sys, &pool_entity, pool, "method", "weight", "members", two(seller.user_id, other.user_id)));
    share(NULL, pool, other.user_id, "50", "");
    for (int i = 0; i < 12; i++)
        got[receiver_of_next() == other.user_id]++;
    ck_assert_int_eq(got[0], 8);
    ck_assert_int_eq(got[1], 4);
    struct job twice = { &pool_seat_entity, 0, PAIRS("pool", id_of(pool), "member", id_of(other.user_id)), 0 };
    ck_assert(!put(sys, &twice));                       /* two weights would be two truths */
    ck_assert_str_eq(e.field, "member");
}
END_TEST

START_TEST(who_has_had_enough_today_is_passed_over_until_tomorrow)
{
    int64_t pool = pool_id(), owner = number(&pool_entity, pool, "fallback");
    ck_assert(set(sys, &pool_entity, pool, "members", two(seller.user_id, other.user_id), "period_cap", "1", "cap_period", "day"));
    share(NULL, pool, other.user_id, "100", "2");       /* a limit of their own */
    int64_t got[2] = { 0 };
    for (int i = 0; i < 3; i++)
        got[receiver_of_next() == other.user_id]++;
    ck_assert_int_eq(got[0], 1);
    ck_assert_int_eq(got[1], 2);
    ck_assert_int_eq(receiver_of_next(), owner);
    clock_set(start_of_test() + DAY_US);
    ck_assert_int_ne(receiver_of_next(), owner);
}
END_TEST

static int64_t rule(const char *name, const char *criteria, const char *to, int64_t member, int64_t under, const char *position)
{
    return make(sys, &assignment_rule_entity, "name", name, "criteria", criteria, "send_to", to, "position", position,
                "member", member ? id_of(member) : "", "under", under ? id_of(under) : "");
}

START_TEST(a_branch_is_read_when_it_fits_and_reading_goes_on_after_it)
{
    int64_t branch = rule("Pharma", "company.industry = pharma", "branch", 0, 0, "-3");
    int64_t inner = rule("Pharma from the web", "source = web", "member", other.user_id, branch, "1");
    rule("Everybody else", "", "member", seller.user_id, 0, "-2");
    int64_t person = person_fit(), lead = lead_of(person);
    ck_assert(set(sys, &company_entity, number(&person_entity, person, "company"), "industry", "pharma"));
    ck_assert(set(sys, &lead_entity, lead, "source", "web"));
    must(&head, OFFER, lead, NULL);
    ck_assert_int_eq(number(&lead_entity, lead, "owner"), other.user_id);
    ck_assert(strstr(text(&lead_entity, lead, "route"), "Pharma from the web") != NULL);
    ck_assert(set(sys, &assignment_rule_entity, inner, "criteria", "source = referral"));
    lead = lead_of(person_fit());
    must(&head, OFFER, lead, NULL);                     /* the branch does not fit, the next rule does */
    ck_assert_int_eq(number(&lead_entity, lead, "owner"), seller.user_id);
    ck_assert(!set(sys, &assignment_rule_entity, branch, "under", id_of(branch)));
    ck_assert_str_eq(e.field, "under");
    ck_assert(!set(sys, &assignment_rule_entity, branch, "under", id_of(inner)));
}
END_TEST

START_TEST(deadlines_of_conditions_start_pause_extend_and_end_by_themselves)
{
    int64_t person = person_fit(), company = number(&person_entity, person, "company");
    make(sys, &sla_policy_entity, "name", "Answer the offer", "target", "criteria", "about", "deal", "minutes", "240",
         "starts_when", "status = open", "ends_when", "next_step is not empty", "pauses_when", "next_step_at is not empty",
         "extends_when", "amount > 1000", "extend_minutes", "60");
    make(sys, &sla_policy_entity, "name", "Know the budget", "target", "criteria", "about", "deal", "minutes", "60",
         "starts_when", "status = open", "ends_when", "amount is not empty");
    struct job bad = { &sla_policy_entity, 0, PAIRS("name", "Endless", "target", "criteria", "about", "deal", "minutes", "5", "starts_when", "status = open"), 0 };
    ck_assert(!put(sys, &bad));
    ck_assert_str_eq(e.field, "ends_when");
    int64_t deal = make(sys, &deal_entity, "name", "Filling line", "company", id_of(company), "owner", id_of(seller.user_id));
    tick();
    ck_assert_int_eq(counted(&clock_entity, "entity = deal and ended_at is empty"), 2);
    ck_assert(set(sys, &deal_entity, deal, "amount", "5000 BDT", "next_step_at", "2026-12-01T10:00:00Z"));
    tick();
    ck_assert_int_eq(counted(&clock_entity, "entity = deal and ended_at is empty"), 1);
    ck_assert_int_eq(counted(&clock_entity, "extended = 60 and paused_at is not empty"), 1);
    clock_set(start_of_test() + 3 * DAY_US);
    tick();
    ck_assert_int_eq(counted(&clock_entity, "breached_at is not empty"), 0);    /* it stood still */
    ck_assert(set(sys, &deal_entity, deal, "next_step_at", ""));
    tick();
    clock_set(start_of_test() + 4 * DAY_US);
    tick();
    ck_assert_int_eq(counted(&clock_entity, "breached_at is not empty"), 1);
    ck_assert_int_eq(counted(&notification_entity, "kind = \"clock.breached\""), 1);
    ck_assert(set(sys, &deal_entity, deal, "next_step", "Send the drawing"));
    tick();
    ck_assert_int_eq(counted(&clock_entity, "outcome = met and over_time is not empty"), 1);
    ck_assert_int_eq(counted(&clock_entity, "entity = deal and ended_at is empty"), 0);
}
END_TEST

struct reroute { int64_t lead; };
static bool run_reroute(struct ctx *tx, void *arg, struct err *err) { return funnel_reroute(tx, ((struct reroute *)arg)->lead, err); }

START_TEST(a_lead_passed_on_goes_to_the_next_and_never_back_to_who_let_it_wait)
{
    ck_assert(set(sys, &pool_entity, pool_id(), "members", two(seller.user_id, other.user_id)));
    struct reroute x = { lead_of(person_fit()) };
    must(&head, OFFER, x.lead, NULL);
    int64_t first = number(&lead_entity, x.lead, "owner");
    struct ctx c = fresh(&manager);
    ck_assert_msg(record_write(&c, run_reroute, &x, &e), "%s", e.detail);
    int64_t second = number(&lead_entity, x.lead, "owner");
    ck_assert(second != first && (second == seller.user_id || second == other.user_id));
    ck_assert_int_eq(counted(&handoff_entity, "status = moved"), 1);
    ck_assert(strstr(text(&lead_entity, x.lead, "route"), "has it now") != NULL);
    ck_assert_int_eq(counted(&clock_entity, "outcome = moved"), 1);
    ck_assert_int_eq(counted(&clock_entity, "ended_at is empty"), 1);
}
END_TEST

START_TEST(trying_the_routing_says_who_and_why_and_changes_nothing)
{
    struct route_trial t;
    struct route_replay r;
    rule("Pharma", "company.industry = pharma", "member", other.user_id, 0, "-3");
    int64_t lead = offered_to(&seller, person_fit()), leads = counted(&lead_entity, ""), people = counted(&person_entity, "");
    struct ctx c = fresh(&manager);
    ck_assert_msg(route_try(&c, &(struct route_guess){ .industry = S("pharma"), .country = S("BD") }, &t, &e), "%s", e.detail);
    ck_assert_int_eq(t.to.owner, other.user_id);
    ck_assert_uint_ge(t.n, 2);
    c = fresh(&manager);
    ck_assert_msg(route_try(&c, &(struct route_guess){ .lead = lead }, &t, &e), "%s", e.detail);
    ck_assert_int_ne(t.to.owner, seller.user_id);       /* who has it now does not get it again */
    c = fresh(&manager);
    ck_assert_msg(route_replay(&c, 50, &r, &e), "%s", e.detail);
    ck_assert_int_eq(r.leads, 1);
    ck_assert_int_eq(number(&lead_entity, lead, "owner"), seller.user_id);
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "offered");
    ck_assert_int_eq(counted(&lead_entity, ""), leads);
    ck_assert_int_eq(counted(&person_entity, ""), people);
    ck_assert_int_eq(counted(&handoff_entity, ""), 1);
}
END_TEST

SUITE("route", 120, funnel_open, firm_close,
      a_pool_gives_in_turn_and_everybody_gets_as_many,
      a_pool_passes_over_who_is_away_full_or_asleep_and_ends_at_its_fallback,
      who_knows_the_person_or_the_company_gets_the_lead_first,
      fewest_first_looks_at_open_leads,
      passing_a_lead_on_starts_a_new_hand_off,
      deadlines_of_conditions_start_pause_extend_and_end_by_themselves,
      half_the_weight_gets_half_the_leads,
      who_has_had_enough_today_is_passed_over_until_tomorrow,
      a_branch_is_read_when_it_fits_and_reading_goes_on_after_it,
      a_lead_passed_on_goes_to_the_next_and_never_back_to_who_let_it_wait,
      trying_the_routing_says_who_and_why_and_changes_nothing)
