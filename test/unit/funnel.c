/* funnel.c - what the two teams may rely on: no lead is lost, none moves without what it needs,
 * every clock and every point can be reckoned again by hand.
 */
#include "firm.h"
#include "flow/clock_row.h"
#include "funnel/funnel.h"
#include "funnel/route_try.h"
#include "web/feature.h"

static struct actor head, marketer, seller, other, manager;

/* Sunday 22 November 2026, 10:00 in Dhaka: a working hour of a working day. */
static int64_t start_of_test(void) { return zone_instant("Asia/Dhaka", days_from_ymd(CALENDAR_GREGORIAN, (struct ymd){ 2026, 11, 22 }), 10 * HOUR_US); }

static void open_all(void)
{
    firm_open("funnel", start_of_test());
    head = hired("Head of marketing", ROLE_MARKETING_MANAGER);
    marketer = hired("Marketer", ROLE_MARKETER);
    seller = hired("Seller", ROLE_AE);
    other = hired("Other seller", ROLE_AE);
    manager = hired("Head of sales", ROLE_SALES_MANAGER);
}

/* ── acts ────────────────────────────────────────────────────────────────── */

enum verb { OFFER, ACCEPT, RETURN, QUALIFY, RECYCLE, DISQUALIFY, CONVERT, TOUCH, SCORE, ADVANCE, BACK, SIGN_SALES,
            SIGN_MARKETING, CAPTURE, UNDO };
struct act { enum verb verb; int64_t id; const char *text; const struct capture *in; int64_t out; };

static bool run_act(struct ctx *tx, void *arg, struct err *err)
{
    struct act *x = arg;
    switch (x->verb) {
    case OFFER:          return funnel_offer(tx, x->id, err);
    case ACCEPT:         return funnel_accept(tx, x->id, err);
    case RETURN:         return funnel_return(tx, x->id, str_of(x->text), (str){ 0 }, err);
    case QUALIFY:        return funnel_qualify(tx, x->id, NULL, err);
    case RECYCLE:        return funnel_recycle(tx, x->id, str_of(x->text), 0, err);
    case DISQUALIFY:     return funnel_disqualify(tx, x->id, str_of(x->text), err);
    case CONVERT:        return x->out = 0, funnel_convert(tx, x->id, &x->out, err);
    case TOUCH:          return funnel_touched(tx, x->id, tx->now, err);
    case SCORE:          return score_person(tx, x->id, err);
    case ADVANCE:        return funnel_advance(tx, x->id, x->text, NULL, false, err);
    case BACK:           return funnel_advance(tx, x->id, x->text, "wrong segment", true, err);
    case SIGN_SALES:     return funnel_sign(tx, x->id, SIDE_SALES, err);
    case SIGN_MARKETING: return funnel_sign(tx, x->id, SIDE_MARKETING, err);
    case CAPTURE:        return funnel_capture(tx, x->in, &x->out, err);
    case UNDO:           return record_undo(tx, x->id, err);
    }
    return false;
}

static int64_t last_write;
static bool act(const struct actor *who, enum verb verb, int64_t id, const char *word)
{
    struct ctx c = fresh(who);
    struct act x = { verb, id, word, NULL, 0 };
    e = (struct err){ 0 };
    bool ok = record_write(&c, run_act, &x, &e);
    last_write = c.write_id;
    return ok;
}
#define must(...) ck_assert_msg(act(__VA_ARGS__), "%s (%s)", e.detail, e.field ? e.field : "")

static int64_t captured(const struct capture *in)
{
    struct ctx c = fresh(sys);
    struct act x = { CAPTURE, 0, NULL, in, 0 };
    ck_assert_msg(record_write(&c, run_act, &x, &e), "%s (%s)", e.detail, e.field ? e.field : "");
    return x.out;
}

static void tick(void)
{
    e = (struct err){ 0 };
    ck_assert_msg(feed_drain(ws, &e), "%s", e.detail);
    struct ctx c = fresh(sys);
    ck_assert_msg(funnel_feature.tick(&c, &e), "%s", e.detail);
    ck_assert_msg(feed_drain(ws, &e), "%s", e.detail);
}

static int64_t events(int64_t person, const char *kind)
{
    struct ctx c = fresh(sys);
    bool found;
    int64_t n;
    ck_assert(db_get_int(c.c, "SELECT COUNT(*) FROM event WHERE person_id = $1 AND kind = $2 AND is_void = 0",
                         DB_ARGS(V(person), V(str_of(kind))), &found, &n, &e));
    return n;
}

/* A person whom the seeded definition of MQL fits, with a new lead. */
static int64_t person_fit(void)
{
    static int n;
    const char *email = arena_fmt(&a, "buyer%d@hospital%d.example", n, n).p;
    n++;
    int64_t company = make(sys, &company_entity, "name", arena_fmt(&a, "Hospital %d", n).p, "employees", "200");
    return make(sys, &person_entity, "name", arena_fmt(&a, "Buyer %d", n).p, "email", email, "phone", "+8801711000000",
                "job_title", "Managing director", "company", id_of(company), "owner", "");
}

static int64_t lead_of(int64_t person) { return make(&head, &lead_entity, "person", id_of(person), "source", "event", "title", "Beds"); }

static int64_t offered_to(const struct actor *who, int64_t person)
{
    int64_t lead = lead_of(person);
    ck_assert_msg(set(&head, &lead_entity, lead, "owner", id_of(who->user_id), "status", "offered"), "%s", e.detail);
    return lead;
}

/* ── the states of a lead ────────────────────────────────────────────────── */

static const char *const states[] = { "new", "offered", "accepted", "returned", "qualified", "converted", "recycled", "disqualified" };
static const char *const moves[] = {       /* from new, offered ...: '1' may become states[column] */
    "01000011", "00110000", "00001011", "11000011", "00000111", "00000000", "11000001", "10000000",
};

START_TEST(every_move_of_a_lead_is_allowed_or_refused_as_the_table_says)
{
    int64_t person = person_fit(), deal = make(sys, &deal_entity, "name", "Beds");
    for (int from = 0; from < 8; from++)
        for (int to = 0; to < 8; to++) {
            if (from == to)
                continue;
            int64_t lead = make(sys, &lead_entity, "person", id_of(person), "source", "web", "status", states[from],
                                "owner", id_of(seller.user_id), "need", "beds", "budget", "yes", "authority", "director",
                                "timing", "now", "deal", id_of(deal));
            bool ok = set(&manager, &lead_entity, lead, "status", states[to], "return_reason", "duplicate", "recycle_reason", "timing",
                          "disqualify_reason", "spam");
            if (to == 1 && from != 1)           /* offering is the marketing heads' decision here: the score is low */
                ok = ok || set(&head, &lead_entity, lead, "status", states[to]);
            ck_assert_msg(ok == (moves[from][to] == '1'), "%s -> %s: %s %s", states[from], states[to], ok ? "passed" : "refused", e.detail);
            ck_assert(ok || e.code == ERR_CONFLICT || e.code == ERR_INVALID);
            ck_assert_str_eq(text(&lead_entity, lead, "status"), states[ok ? to : from]);
        }
}
END_TEST

START_TEST(a_refusal_names_what_is_missing)
{
    int64_t person = person_fit(), lead = offered_to(&seller, person);
    ck_assert(!act(&seller, RETURN, lead, ""));
    ck_assert_str_eq(e.field, "return_reason");
    must(&seller, ACCEPT, lead, NULL);
    ck_assert(!act(&seller, QUALIFY, lead, NULL));
    ck_assert_str_eq(e.field, "need");
    ck_assert(strstr(err_text(&a, &loc, &e).p, "Need, Budget, Who decides, When") != NULL);
    ck_assert(set(&seller, &lead_entity, lead, "need", "beds", "budget", "2 crore"));
    ck_assert(!act(&seller, QUALIFY, lead, NULL));
    ck_assert(strstr(err_text(&a, &loc, &e).p, "Who decides, When") != NULL);
    ck_assert(!act(&seller, RECYCLE, lead, ""));
    ck_assert_str_eq(e.field, "recycle_reason");
    ck_assert(!act(&seller, DISQUALIFY, lead, ""));
    ck_assert_str_eq(e.field, "disqualify_reason");
}
END_TEST

START_TEST(a_lead_without_a_way_to_reach_the_person_is_not_handed_over)
{
    int64_t person = make(sys, &person_entity, "name", "Nobody knows", "owner", ""), lead = make(&head, &lead_entity, "person", id_of(person));
    ck_assert(!act(&head, OFFER, lead, NULL));
    const char *said = arena_cstr(&a, err_text(&a, &loc, &e));
    ck_assert_msg(strstr(said, "Source") && strstr(said, "Email"), "%s", said);
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "new");
}
END_TEST

START_TEST(below_the_definition_a_lead_stays_in_marketing_unless_its_head_decides)
{
    int64_t person = make(sys, &person_entity, "name", "Cold", "email", "cold@x.example", "owner", "");
    int64_t lead = make(&marketer, &lead_entity, "person", id_of(person), "source", "import");
    ck_assert(!act(&marketer, OFFER, lead, NULL));
    ck_assert_int_eq(e.code, ERR_INVALID);
    must(&head, OFFER, lead, NULL);
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "offered");
}
END_TEST

START_TEST(a_new_lead_cannot_be_born_accepted)
{
    int64_t person = person_fit();
    struct job j = { &lead_entity, 0, PAIRS("person", id_of(person), "status", "accepted"), 0 };
    ck_assert(!put(&head, &j));
    ck_assert_str_eq(e.field, "status");
}
END_TEST

/* ── the hand-off ────────────────────────────────────────────────────────── */

START_TEST(accepting_moves_the_person_the_owner_and_the_hand_off_together)
{
    int64_t person = person_fit(), lead = offered_to(&seller, person);
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "mql");
    ck_assert_int_eq(counted(&notification_entity, "kind = \"lead.offered\""), 1);
    ck_assert(!act(&other, ACCEPT, lead, NULL));
    ck_assert_int_eq(e.code, ERR_FORBIDDEN);
    clock_set(start_of_test() + 25 * MINUTE_US);
    must(&seller, ACCEPT, lead, NULL);
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "sal");
    ck_assert_int_eq(number(&person_entity, person, "owner"), seller.user_id);
    ck_assert_int_eq(counted(&handoff_entity, "status = accepted"), 1);
    struct ctx c = fresh(sys);
    struct record *h;
    ck_assert(record_find(&c, &handoff_entity, "lead", val_ref(lead), &h, &e));
    ck_assert_int_eq(record_int(h, "work_time"), 25 * MINUTE_US);
    ck_assert_int_eq(record_int(h, "giver"), head.user_id);
    ck_assert_int_eq(events(person, "lead.accepted"), 1);
    ck_assert_int_eq(counted(&notification_entity, "kind = \"lead.accepted\""), 1);
}
END_TEST

START_TEST(a_marketer_cannot_accept_in_the_sellers_place)
{
    int64_t lead = offered_to(&seller, person_fit());
    ck_assert(!act(&head, ACCEPT, lead, NULL));
    ck_assert_int_eq(e.code, ERR_FORBIDDEN);
    must(&manager, ACCEPT, lead, NULL);
}
END_TEST

START_TEST(a_returned_lead_is_back_in_nurture_and_counts_by_its_reason)
{
    int64_t person = person_fit(), lead = offered_to(&seller, person);
    must(&seller, RETURN, lead, "outside_target");
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "lead");
    ck_assert_int_eq(counted(&lifecycle_change_entity, "is_backward = true and reason = outside_target"), 1);
    struct ctx c = fresh(sys);
    struct funnel_figures f;
    struct funnel_reason *why;
    size_t n;
    ck_assert(funnel_figures(&c, 0, INT64_MAX, 0, &f, &e));
    ck_assert_int_eq(f.offered, 1);
    ck_assert_int_eq(f.returned, 1);
    ck_assert_int_eq(f.on_time, 1);
    ck_assert(funnel_returns(&c, 0, INT64_MAX, &why, &n, &e));
    ck_assert(n == 1 && str_eq(why[0].reason, S("outside_target")) && why[0].n == 1);
    ck_assert_int_eq(counted(&notification_entity, "kind = \"lead.returned\""), 1);
}
END_TEST

START_TEST(a_customer_who_asks_again_stays_a_customer_when_the_lead_is_returned)
{
    int64_t person = person_fit();
    must(sys, ADVANCE, person, "customer");
    int64_t lead = offered_to(&seller, person);
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "customer");
    must(&seller, RETURN, lead, "duplicate");
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "customer");
}
END_TEST

START_TEST(undo_of_an_accept_puts_everything_back)
{
    int64_t person = person_fit(), lead = offered_to(&seller, person);
    must(&seller, ACCEPT, lead, NULL);
    must(&seller, UNDO, last_write, NULL);
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "offered");
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "mql");
    ck_assert_int_eq(number(&person_entity, person, "owner"), 0);
    ck_assert_int_eq(counted(&handoff_entity, "status = offered"), 1);
    ck_assert_int_eq(counted(&handoff_entity, "status = accepted"), 0);
    ck_assert_int_eq(counted(&lifecycle_change_entity, "exited_at is empty"), 1);
    ck_assert_int_eq(counted(&notification_entity, "kind = \"lead.accepted\""), 0);
    ck_assert_int_eq(events(person, "lead.accepted"), 0);
    must(&seller, ACCEPT, lead, NULL);
}
END_TEST

START_TEST(a_recycled_lead_keeps_its_history_and_comes_back_on_its_day)
{
    int64_t person = person_fit(), lead = offered_to(&seller, person);
    must(&seller, ACCEPT, lead, NULL);
    must(&seller, RECYCLE, lead, "no_budget");
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "lead");
    ck_assert_str_eq(text(&person_entity, person, "lead_status"), "bad_timing");
    tick();
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "recycled");
    clock_set(start_of_test() + 31 * DAY_US);
    tick();
    ck_assert_str_ne(text(&lead_entity, lead, "status"), "recycled");
    ck_assert_str_eq(text(&lead_entity, lead, "recycle_reason"), "no_budget");
    ck_assert_int_eq(counted(&handoff_entity, "status = accepted"), 1);
    ck_assert_int_eq(events(person, "lead.recycled"), 1);
}
END_TEST

START_TEST(a_qualified_lead_becomes_a_deal_and_nothing_is_typed_twice)
{
    int64_t person = person_fit(), lead = offered_to(&seller, person);
    must(&seller, ACCEPT, lead, NULL);
    ck_assert(set(&seller, &lead_entity, lead, "need", "forty beds", "budget", "2 crore", "authority", "the board", "timing", "March"));
    must(&seller, CONVERT, lead, NULL);
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "opportunity");
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "converted");
    int64_t deal = number(&lead_entity, lead, "deal");
    ck_assert_str_eq(text(&deal_entity, deal, "name"), "Beds");
    ck_assert_str_eq(text(&deal_entity, deal, "source"), "event");
    ck_assert_int_eq(number(&deal_entity, deal, "person"), person);
    ck_assert_int_eq(number(&deal_entity, deal, "owner"), seller.user_id);
    ck_assert(strstr(text(&deal_entity, deal, "description"), "forty beds") != NULL);
    ck_assert(strstr(text(&deal_entity, deal, "description"), "the board") != NULL);
}
END_TEST

/* ── the clock ───────────────────────────────────────────────────────────── */

START_TEST(deadlines_run_in_the_working_time_of_the_receiver)
{
    static const struct { const char *hours, *zone; struct ymd day; int from_minutes; struct ymd due_day; int due_minutes; } v[] = {
        { "Sat-Wed 08:00-17:00; Thu 08:00-13:00; Fri closed", "Asia/Tehran", { 2026, 11, 26 }, 12 * 60 + 30, { 2026, 11, 28 }, 11 * 60 + 30 },
        { "Sun-Thu 09:00-18:00; Fri,Sat closed", "Asia/Dhaka", { 2026, 11, 26 }, 17 * 60, { 2026, 11, 29 }, 12 * 60 },
        { "Mon-Sat 10:00-19:00; Sun closed", "Asia/Kolkata", { 2026, 11, 28 }, 18 * 60, { 2026, 11, 30 }, 13 * 60 },
    };
    struct ctx c = fresh(sys);
    struct record *hot;
    ck_assert(record_find(&c, &sla_policy_entity, "position", val_int(1), &hot, &e) && hot);
    ck_assert(set(sys, &sla_policy_entity, hot->id, "grade", "", "minutes", "240"));
    for (size_t i = 0; i < countof(v); i++) {
        int64_t cal = make(sys, &work_calendar_entity, "name", v[i].zone, "zone", v[i].zone, "hours", v[i].hours);
        ck_assert(set(sys, &user_entity, seller.user_id, "work_calendar", id_of(cal)));
        clock_set(zone_instant(v[i].zone, days_from_ymd(CALENDAR_GREGORIAN, v[i].day), v[i].from_minutes * MINUTE_US));
        int64_t lead = offered_to(&seller, person_fit());
        ck_assert_int_eq(number(&lead_entity, lead, "due_at"),
                         zone_instant(v[i].zone, days_from_ymd(CALENDAR_GREGORIAN, v[i].due_day), v[i].due_minutes * MINUTE_US));
    }
}
END_TEST

START_TEST(a_deadline_is_reminded_of_once_and_told_once_when_it_passes)
{
    ck_assert(set(sys, &user_entity, seller.user_id, "manager", id_of(manager.user_id), "lang", "bn"));
    int64_t lead = offered_to(&seller, person_fit()), due = number(&lead_entity, lead, "due_at");
    clock_set(due - MINUTE_US);
    for (int i = 0; i < 2; i++)
        tick();
    ck_assert_int_eq(counted(&notification_entity, "kind = \"lead.reminder\""), 1);
    ck_assert_int_eq(number(&lead_entity, lead, "breached_at"), 0);
    clock_set(due + 5 * MINUTE_US);
    for (int i = 0; i < 2; i++)
        tick();
    ck_assert_int_eq(number(&lead_entity, lead, "breached_at"), due);
    ck_assert_int_eq(counted(&notification_entity, "kind = \"lead.breached\""), 2);
    struct ctx c = fresh(sys);
    struct record *n;
    ck_assert(record_find(&c, &notification_entity, "recipient", val_ref(seller.user_id), &n, &e));
    ck_assert(strstr(arena_cstr(&a, record_text(n, "title")), "নতুন লিড") != NULL);
    struct funnel_figures f;
    ck_assert(funnel_figures(&c, 0, INT64_MAX, 0, &f, &e));
    ck_assert_int_eq(f.clocks, 1);
    ck_assert_int_eq(f.on_time, 0);
}
END_TEST

START_TEST(a_call_stops_the_clock_and_counts_as_an_attempt)
{
    int64_t person = person_fit(), lead = offered_to(&seller, person), due = number(&lead_entity, lead, "due_at");
    must(&seller, ACCEPT, lead, NULL);
    clock_set(start_of_test() + 10 * MINUTE_US);
    make(&seller, &call_entity, "person", id_of(person), "direction", "outbound", "outcome", "connected");
    tick();
    tick();
    ck_assert_int_eq(number(&lead_entity, lead, "first_touch_at"), start_of_test() + 10 * MINUTE_US);
    ck_assert_int_eq(number(&lead_entity, lead, "attempts"), 1);
    clock_set(due + DAY_US);
    tick();
    ck_assert_int_eq(number(&lead_entity, lead, "breached_at"), 0);
    struct ctx c = fresh(sys);
    struct funnel_figures f;
    ck_assert(funnel_figures(&c, 0, INT64_MAX, 0, &f, &e));
    ck_assert_int_eq(f.median_touch, 10 * MINUTE_US);
}
END_TEST

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

/* ── capture ─────────────────────────────────────────────────────────────── */

START_TEST(a_second_interest_is_told_on_the_open_lead)
{
    struct capture in = { .name = S("Rahima Khatun"), .email = S("Rahima@Padma.example"), .company = S("Padma"), .title = S("Price list") };
    int64_t lead = captured(&in), again;
    in.email = S("rahima@padma.example");
    in.title = S("Delivery");
    in.job_title = S("Buyer");
    again = captured(&in);
    ck_assert_int_eq(lead, again);
    int64_t person = number(&lead_entity, lead, "person");
    ck_assert_int_eq(counted(&person_entity, ""), 1);
    ck_assert_int_eq(counted(&company_entity, ""), 1);
    ck_assert_int_eq(events(person, "lead.captured"), 1);
    ck_assert_int_eq(events(person, "lead.recaptured"), 1);
    ck_assert_str_eq(text(&person_entity, person, "job_title"), "Buyer");
    ck_assert_str_eq(text(&person_entity, person, "first_source"), "web");
    in.job_title = S("Director");
    captured(&in);
    ck_assert_str_eq(text(&person_entity, person, "job_title"), "Buyer");
    ck_assert_str_eq(text(&lead_entity, lead, "title"), "Price list");
}
END_TEST

START_TEST(a_captured_lead_that_meets_the_definition_is_offered_at_once)
{
    struct capture in = { .name = S("Karim"), .email = S("karim@dmch.example"), .phone = S("+8801712345678"),
                          .job_title = S("Director"), .company = S("Medical College"), .title = S("ICU beds") };
    int64_t lead = captured(&in);
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "offered");
    ck_assert_str_eq(text(&lead_entity, lead, "grade"), "A2");
    ck_assert_int_gt(number(&lead_entity, lead, "owner"), 0);
    struct capture weak = { .name = S("Visitor"), .email = S("visitor@x.example") };
    ck_assert_str_eq(text(&lead_entity, captured(&weak), "status"), "new");
}
END_TEST

START_TEST(a_recycled_lead_begins_anew_when_its_person_asks_again)
{
    int64_t person = person_fit(), lead = offered_to(&seller, person);
    must(&seller, ACCEPT, lead, NULL);
    must(&seller, RECYCLE, lead, "timing");
    struct capture in = { .person = person, .title = S("Now it is time") };
    ck_assert_int_eq(captured(&in), lead);
    ck_assert_str_ne(text(&lead_entity, lead, "status"), "recycled");
}
END_TEST

START_TEST(a_capture_without_a_way_back_is_refused)
{
    struct capture in = { .name = S("Nobody") };
    struct ctx c = fresh(sys);
    struct act x = { CAPTURE, 0, NULL, &in, 0 };
    ck_assert(!record_write(&c, run_act, &x, &e));
    ck_assert_str_eq(e.field, "email");
    in.email = S("not an address");
    c = fresh(sys);
    ck_assert(!record_write(&c, run_act, &x, &e));
    ck_assert_str_eq(e.field, "email");
}
END_TEST

/* ── scores ──────────────────────────────────────────────────────────────── */

static struct score_view explained(int64_t person)
{
    struct ctx c = fresh(sys);
    struct score_view v;
    ck_assert_msg(score_explain(&c, person, &v, &e), "%s", e.detail);
    return v;
}

static bool add_event(struct ctx *tx, void *arg, struct err *err)
{
    struct event *ev = arg;
    return event_add(tx, ev, err);
}

static void happens(int64_t person, const char *kind)
{
    struct ctx c = fresh(sys);
    struct event ev = { .person_id = person, .kind = kind };
    ck_assert(record_write(&c, add_event, &ev, &e));
}

static void no_rules(void)
{
    struct ctx c = fresh(sys);
    struct list all;
    struct list_spec spec = { .en = &score_rule_entity, .limit = 200 };
    ck_assert(record_list(&c, &spec, &all, &e));
    for (size_t i = 0; i < all.n; i++)
        ck_assert(set(sys, &score_rule_entity, all.rows[i]->id, "is_active", "false"));
}

START_TEST(a_score_is_the_sum_of_its_reasons)
{
    int64_t person = person_fit();
    must(sys, SCORE, person, NULL);
    struct score_view v = explained(person);
    int64_t sum = 0;
    for (size_t i = 0; i < v.n; i++) {
        ck_assert(v.line[i].reason.n > 0);
        sum += v.line[i].worth;
    }
    ck_assert_int_eq(v.fit, 55);                        /* 20 decides + 5 e-mail + 10 phone; 10 company + 10 size */
    ck_assert_int_eq(sum, v.fit * 100);
    ck_assert(str_eq(v.line[0].reason, S("Decides or leads")));
    ck_assert(str_eq(v.grade, S("A3")));
    int64_t rows = counted(&score_point_entity, "");
    must(sys, SCORE, person, NULL);
    ck_assert_int_eq(counted(&score_point_entity, ""), rows);
}
END_TEST

START_TEST(points_fade_by_steps_as_the_clock_moves)
{
    no_rules();
    make(sys, &score_rule_entity, "name", "Demo", "axis", "engagement", "points", "40", "event", "demo.seen", "decay_days", "30", "decay_percent", "25");
    int64_t person = person_fit();
    happens(person, "demo.seen");
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 40);
    clock_set(start_of_test() + 29 * DAY_US);
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 40);
    clock_set(start_of_test() + 30 * DAY_US);
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 30);
    clock_set(start_of_test() + 75 * DAY_US);
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 23);      /* 22.5 */
    ck_assert_int_eq(explained(person).line[0].worth, 2250);
    clock_set(start_of_test() + 2000 * DAY_US);
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 0);
    ck_assert_int_eq(counted(&score_point_entity, ""), 0);
}
END_TEST

START_TEST(a_window_ends_all_at_once_and_fit_never_fades)
{
    no_rules();
    make(sys, &score_rule_entity, "name", "Visit", "axis", "engagement", "points", "10", "event", "page.viewed", "window_days", "7");
    make(sys, &score_rule_entity, "name", "Director", "axis", "fit", "points", "30", "criteria", "job_title ~ \"director\"");
    int64_t person = person_fit();
    happens(person, "page.viewed");
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 10);
    clock_set(start_of_test() + 7 * DAY_US - 1);
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 10);
    clock_set(start_of_test() + 7 * DAY_US);
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 0);
    clock_set(start_of_test() + 900 * DAY_US);
    must(sys, SCORE, person, NULL);
    ck_assert_int_eq(number(&person_entity, person, "fit"), 30);
}
END_TEST

START_TEST(rules_fade_as_their_group_unless_they_name_their_own_way)
{
    no_rules();
    int64_t steps = make(sys, &score_group_entity, "name", "Asked", "axis", "engagement", "decay_days", "30", "decay_percent", "25");
    int64_t window = make(sys, &score_group_entity, "name", "Read", "axis", "engagement", "window_days", "7");
    make(sys, &score_rule_entity, "name", "Demo", "axis", "engagement", "points", "40", "event", "demo.seen", "score_group", id_of(steps));
    make(sys, &score_rule_entity, "name", "Visit", "axis", "engagement", "points", "5", "event", "page.viewed", "score_group", id_of(window));
    make(sys, &score_rule_entity, "name", "Price", "axis", "engagement", "points", "3", "event", "price.viewed", "score_group", id_of(window),
         "window_days", "60");
    int64_t person = person_fit();
    happens(person, "demo.seen");
    happens(person, "page.viewed");
    happens(person, "price.viewed");
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 48);
    clock_set(start_of_test() + 7 * DAY_US);
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 43);
    clock_set(start_of_test() + 75 * DAY_US);
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 23);      /* 40 · 0.75² */
}
END_TEST

START_TEST(a_company_has_the_best_fit_and_the_sum_of_what_its_people_want)
{
    no_rules();
    make(sys, &score_rule_entity, "name", "Director", "axis", "fit", "points", "45", "criteria", "job_title ~ \"director\"");
    make(sys, &score_rule_entity, "name", "Visit", "axis", "engagement", "points", "15", "event", "page.viewed");
    int64_t company = make(sys, &company_entity, "name", "Padma"), next = make(sys, &company_entity, "name", "Jamuna");
    int64_t boss = make(sys, &person_entity, "name", "Boss", "job_title", "Director", "company", id_of(company));
    int64_t clerk = make(sys, &person_entity, "name", "Clerk", "company", id_of(company));
    happens(boss, "page.viewed");
    happens(clerk, "page.viewed");
    tick();
    ck_assert_int_eq(number(&company_entity, company, "fit"), 45);
    ck_assert_int_eq(number(&company_entity, company, "engagement"), 30);
    ck_assert_str_eq(text(&company_entity, company, "grade"), "A1");
    ck_assert(set(sys, &person_entity, boss, "company", id_of(next)));
    tick();
    ck_assert_int_eq(number(&company_entity, company, "fit"), 0);
    ck_assert_int_eq(number(&company_entity, company, "engagement"), 15);
    ck_assert_str_eq(text(&company_entity, company, "grade"), "C2");
    ck_assert_str_eq(text(&company_entity, next, "grade"), "A2");
    ck_assert(set(sys, &person_entity, boss, "company", ""));
    tick();
    ck_assert_str_eq(text(&company_entity, next, "grade"), "C3");
}
END_TEST

START_TEST(a_window_and_a_decay_together_are_refused)
{
    struct job both = { &score_group_entity, 0, PAIRS("name", "Both", "axis", "engagement", "window_days", "7", "decay_days", "30"), 0 };
    struct job one = { &score_group_entity, 0, PAIRS("name", "One", "axis", "engagement", "window_days", "7"), 0 };
    ck_assert(!put(sys, &both));
    ck_assert_int_eq(e.code, ERR_INVALID);
    ck_assert_str_eq(e.field, "window_days");
    ck_assert(put(sys, &one));
}
END_TEST

START_TEST(caps_hold_for_rules_groups_and_the_whole_and_points_may_be_negative)
{
    no_rules();
    int64_t group = make(sys, &score_group_entity, "name", "Small", "axis", "engagement", "cap", "15");
    make(sys, &score_rule_entity, "name", "Visit", "axis", "engagement", "points", "4", "event", "page.viewed", "cap", "10", "score_group", id_of(group));
    make(sys, &score_rule_entity, "name", "Mail", "axis", "engagement", "points", "9", "event", "mail.opened", "score_group", id_of(group));
    make(sys, &score_rule_entity, "name", "Left", "axis", "engagement", "points", "-12", "event", "mail.unsubscribed");
    int64_t person = person_fit();
    for (int i = 0; i < 5; i++)
        happens(person, "page.viewed");
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 10);
    happens(person, "mail.opened");
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 15);
    happens(person, "mail.unsubscribed");
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 3);
    happens(person, "mail.unsubscribed");
    tick();
    ck_assert_int_eq(number(&person_entity, person, "engagement"), 0);
}
END_TEST

START_TEST(grades_change_at_their_thresholds)
{
    static const struct { int64_t fit, engagement; const char *grade; } v[] = {
        { 40, 25, "A1" }, { 39, 25, "B1" }, { 20, 10, "B2" }, { 19, 24, "C2" }, { 100, 9, "A3" }, { 0, 0, "C3" },
    };
    for (size_t i = 0; i < countof(v); i++)
        ck_assert_str_eq(score_grade(v[i].fit, v[i].engagement).p, v[i].grade);
}
END_TEST

START_TEST(a_changed_rule_counts_everybody_anew)
{
    no_rules();
    int64_t rule = make(sys, &score_rule_entity, "name", "Director", "axis", "fit", "points", "30", "criteria", "job_title ~ \"director\"");
    int64_t person[120];
    for (size_t i = 0; i < countof(person); i++)
        person[i] = make(sys, &person_entity, "name", "P", "job_title", i % 2 ? "Director" : "Cook");
    tick();
    for (size_t i = 0; i < countof(person); i++)
        ck_assert_int_eq(number(&person_entity, person[i], "fit"), i % 2 ? 30 : 0);
    ck_assert(set(sys, &score_rule_entity, rule, "points", "50"));
    tick();
    for (size_t i = 0; i < countof(person); i++)
        ck_assert_int_eq(number(&person_entity, person[i], "fit"), i % 2 ? 50 : 0);
}
END_TEST

START_TEST(a_persons_company_counts_and_its_change_is_noticed)
{
    no_rules();
    make(sys, &score_rule_entity, "name", "Large", "axis", "fit", "points", "20", "criteria", "company.employees >= 500");
    int64_t person = person_fit();
    tick();
    ck_assert_int_eq(number(&person_entity, person, "fit"), 0);
    ck_assert(set(sys, &company_entity, number(&person_entity, person, "company"), "employees", "500"));
    tick();
    ck_assert_int_eq(number(&person_entity, person, "fit"), 20);
}
END_TEST

START_TEST(criteria_that_cannot_be_read_are_refused_when_saved)
{
    struct job j = { &score_rule_entity, 0, PAIRS("name", "Bad", "points", "5", "criteria", "no_such_field = 5"), 0 };
    ck_assert(!put(sys, &j));
    ck_assert_str_eq(e.field, "criteria");
    struct job p = { &score_rule_entity, 0, PAIRS("name", "Much", "points", "101"), 0 };
    ck_assert(!put(sys, &p));
    ck_assert_str_eq(e.field, "points");
}
END_TEST

START_TEST(a_nurtured_lead_is_offered_when_its_score_rises)
{
    int64_t person = person_fit(), lead = lead_of(person);
    tick();                                             /* captured: some engagement, A2 is enough */
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "offered");
    int64_t cold = make(sys, &person_entity, "name", "Cold", "email", "c@y.example", "phone", "+8801811000000", "owner", "");
    lead = lead_of(cold);
    tick();
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "new");
    ck_assert(set(sys, &person_entity, cold, "job_title", "Director"));
    tick();
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "offered");
}
END_TEST

/* ── lifecycle and definitions ───────────────────────────────────────────── */

START_TEST(a_stage_is_left_with_its_time_and_never_silently_backwards)
{
    int64_t person = person_fit(), company = number(&person_entity, person, "company");
    clock_set(start_of_test() + 2 * DAY_US);
    must(sys, ADVANCE, person, "sql");
    ck_assert_str_eq(text(&company_entity, company, "lifecycle"), "sql");
    clock_set(start_of_test() + 5 * DAY_US);
    must(sys, ADVANCE, person, "lead");                 /* lower: left alone */
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "sql");
    must(sys, BACK, person, "lead");
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "lead");
    ck_assert_str_eq(text(&company_entity, company, "lifecycle"), "lead");
    struct ctx c = fresh(sys);
    struct list found;
    struct list_spec spec = { .en = &lifecycle_change_entity, .filter = S("stage = sql"), .limit = 5 };
    ck_assert(record_list(&c, &spec, &found, &e));
    ck_assert_int_eq(found.n, 1);
    ck_assert_int_eq(record_int(found.rows[0], "time_spent"), 3 * DAY_US);
    ck_assert_int_eq(events(person, "stage.changed"), 2);
    c = fresh(sys);
    struct act back = { ADVANCE, person, "subscriber", NULL, 0 };
    ck_assert(record_write(&c, run_act, &back, &e));
    ck_assert_str_eq(text(&person_entity, person, "lifecycle"), "lead");
}
END_TEST

static bool back_without_reason(struct ctx *tx, void *arg, struct err *err)
{
    return funnel_advance(tx, *(int64_t *)arg, "lead", NULL, true, err);
}

START_TEST(a_step_back_without_a_reason_is_refused)
{
    int64_t person = person_fit();
    must(sys, ADVANCE, person, "mql");
    struct ctx c = fresh(sys);
    ck_assert(!record_write(&c, back_without_reason, &person, &e));
    ck_assert_int_eq(e.code, ERR_INVALID);
    ck_assert(!act(sys, ADVANCE, person, "no such stage"));
}
END_TEST

static int64_t definition(const char *stage)
{
    struct ctx c = fresh(sys);
    struct record *d;
    ck_assert(funnel_definition(&c, stage, &d, &e) && d);
    return d->id;
}

START_TEST(a_definition_holds_when_both_heads_have_signed_and_then_never_changes)
{
    int64_t mql = definition("mql");
    ck_assert(!act(&seller, SIGN_SALES, mql, NULL));
    ck_assert_int_eq(e.code, ERR_FORBIDDEN);
    ck_assert(!act(&manager, SIGN_MARKETING, mql, NULL));
    must(&manager, SIGN_SALES, mql, NULL);
    ck_assert_str_eq(text(&stage_definition_entity, mql, "status"), "draft");
    must(&head, SIGN_MARKETING, mql, NULL);
    ck_assert_str_eq(text(&stage_definition_entity, mql, "status"), "signed");
    ck_assert(!act(&head, SIGN_MARKETING, mql, NULL));

    ck_assert(set(&head, &stage_definition_entity, mql, "criteria", "grade = A1"));
    ck_assert_str_eq(text(&stage_definition_entity, mql, "criteria"), "grade in (A1, A2, B1, B2, C1)");
    ck_assert_int_eq(definition("mql"), mql);
    ck_assert_int_eq(counted(&stage_definition_entity, "stage = mql and status = draft and revision = 2"), 1);
    struct ctx c = fresh(sys);
    struct list drafts;
    struct list_spec spec = { .en = &stage_definition_entity, .filter = S("stage = mql and status = draft") };
    ck_assert(record_list(&c, &spec, &drafts, &e));
    int64_t next = drafts.rows[0]->id;
    must(&manager, SIGN_SALES, next, NULL);
    ck_assert(set(&head, &stage_definition_entity, next, "criteria", "grade in (A1, A2)"));
    ck_assert_int_eq(number(&stage_definition_entity, next, "signed_sales_by"), 0);      /* nobody signed these words */
    must(&manager, SIGN_SALES, next, NULL);
    must(&head, SIGN_MARKETING, next, NULL);
    ck_assert_int_eq(definition("mql"), next);
    ck_assert_str_eq(text(&stage_definition_entity, mql, "status"), "retired");
    ck_assert_str_eq(text(&stage_definition_entity, mql, "criteria"), "grade in (A1, A2, B1, B2, C1)");
}
END_TEST

START_TEST(the_signed_definition_decides_who_is_offered)
{
    int64_t mql = definition("mql");
    ck_assert(set(&head, &stage_definition_entity, mql, "criteria", "grade = A1"));
    must(&manager, SIGN_SALES, mql, NULL);
    must(&head, SIGN_MARKETING, mql, NULL);
    int64_t lead = make(&marketer, &lead_entity, "person", id_of(person_fit()), "source", "web");
    tick();
    ck_assert_str_eq(text(&lead_entity, lead, "status"), "new");
    ck_assert(!act(&marketer, OFFER, lead, NULL));
}
END_TEST

static bool seed_again(struct ctx *tx, void *arg, struct err *err)
{
    (void)arg;
    return funnel_feature.seed(tx, err);
}

START_TEST(a_new_workspace_has_its_definitions_in_four_languages_and_seeding_twice_changes_nothing)
{
    ck_assert_int_eq(counted(&stage_definition_entity, "text_bn is not empty and text_hi is not empty and text_fa is not empty"), 6);
    int64_t rules = counted(&score_rule_entity, ""), points = counted(&handoff_point_entity, "");
    struct ctx c = fresh(sys);
    ck_assert(record_write(&c, seed_again, NULL, &e));
    ck_assert_int_eq(counted(&score_rule_entity, ""), rules);
    ck_assert_int_eq(counted(&handoff_point_entity, ""), points);
    ck_assert_int_eq(counted(&sla_policy_entity, ""), 3);
}
END_TEST

/* ── the two-sided promise ───────────────────────────────────────────────── */

START_TEST(leads_needed_are_counted_back_from_the_goal_and_rounded_up)
{
    struct funnel_rates r = { .revenue = 500000, .average_deal = 10000, .win = 2500, .sql_to_opportunity = 5000,
                              .sal_to_sql = 4000, .mql_accepted = 2000 };
    struct funnel_need n;
    ck_assert(funnel_need(&r, &n, &e));
    ck_assert_int_eq(n.customers, 50);
    ck_assert_int_eq(n.opportunities, 200);
    ck_assert_int_eq(n.sqls, 400);
    ck_assert_int_eq(n.sals, 1000);
    ck_assert_int_eq(n.mqls, 5000);
    r.revenue = 500001;
    ck_assert(funnel_need(&r, &n, &e));
    ck_assert_int_eq(n.customers, 51);
    r.win = 3333;
    ck_assert(funnel_need(&r, &n, &e));
    ck_assert_int_eq(n.opportunities, 154);             /* 153.01 */
    r.win = 0;
    ck_assert(!funnel_need(&r, &n, &e));
    ck_assert_str_eq(e.field, "win_rate");
    r.win = 10001;
    ck_assert(!funnel_need(&r, &n, &e));
    r.win = 2500;
    r.average_deal = 0;
    ck_assert(!funnel_need(&r, &n, &e));
    ck_assert_str_eq(e.field, "average_deal");
}
END_TEST

static Suite *suite(void)
{
    Suite *s = suite_create("funnel");
    TCase *t = tcase_create("funnel");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, open_all, firm_close);
    tcase_add_test(t, every_move_of_a_lead_is_allowed_or_refused_as_the_table_says);
    tcase_add_test(t, a_refusal_names_what_is_missing);
    tcase_add_test(t, a_lead_without_a_way_to_reach_the_person_is_not_handed_over);
    tcase_add_test(t, below_the_definition_a_lead_stays_in_marketing_unless_its_head_decides);
    tcase_add_test(t, a_new_lead_cannot_be_born_accepted);
    tcase_add_test(t, accepting_moves_the_person_the_owner_and_the_hand_off_together);
    tcase_add_test(t, a_marketer_cannot_accept_in_the_sellers_place);
    tcase_add_test(t, a_returned_lead_is_back_in_nurture_and_counts_by_its_reason);
    tcase_add_test(t, a_customer_who_asks_again_stays_a_customer_when_the_lead_is_returned);
    tcase_add_test(t, undo_of_an_accept_puts_everything_back);
    tcase_add_test(t, a_recycled_lead_keeps_its_history_and_comes_back_on_its_day);
    tcase_add_test(t, a_qualified_lead_becomes_a_deal_and_nothing_is_typed_twice);
    tcase_add_test(t, deadlines_run_in_the_working_time_of_the_receiver);
    tcase_add_test(t, a_deadline_is_reminded_of_once_and_told_once_when_it_passes);
    tcase_add_test(t, a_call_stops_the_clock_and_counts_as_an_attempt);
    tcase_add_test(t, a_pool_gives_in_turn_and_everybody_gets_as_many);
    tcase_add_test(t, a_pool_passes_over_who_is_away_full_or_asleep_and_ends_at_its_fallback);
    tcase_add_test(t, who_knows_the_person_or_the_company_gets_the_lead_first);
    tcase_add_test(t, fewest_first_looks_at_open_leads);
    tcase_add_test(t, passing_a_lead_on_starts_a_new_hand_off);
    tcase_add_test(t, deadlines_of_conditions_start_pause_extend_and_end_by_themselves);
    tcase_add_test(t, half_the_weight_gets_half_the_leads);
    tcase_add_test(t, who_has_had_enough_today_is_passed_over_until_tomorrow);
    tcase_add_test(t, a_branch_is_read_when_it_fits_and_reading_goes_on_after_it);
    tcase_add_test(t, a_lead_passed_on_goes_to_the_next_and_never_back_to_who_let_it_wait);
    tcase_add_test(t, trying_the_routing_says_who_and_why_and_changes_nothing);
    tcase_add_test(t, a_second_interest_is_told_on_the_open_lead);
    tcase_add_test(t, a_captured_lead_that_meets_the_definition_is_offered_at_once);
    tcase_add_test(t, a_recycled_lead_begins_anew_when_its_person_asks_again);
    tcase_add_test(t, a_capture_without_a_way_back_is_refused);
    tcase_add_test(t, a_score_is_the_sum_of_its_reasons);
    tcase_add_test(t, points_fade_by_steps_as_the_clock_moves);
    tcase_add_test(t, a_window_ends_all_at_once_and_fit_never_fades);
    tcase_add_test(t, rules_fade_as_their_group_unless_they_name_their_own_way);
    tcase_add_test(t, a_window_and_a_decay_together_are_refused);
    tcase_add_test(t, a_company_has_the_best_fit_and_the_sum_of_what_its_people_want);
    tcase_add_test(t, caps_hold_for_rules_groups_and_the_whole_and_points_may_be_negative);
    tcase_add_test(t, grades_change_at_their_thresholds);
    tcase_add_test(t, a_changed_rule_counts_everybody_anew);
    tcase_add_test(t, a_persons_company_counts_and_its_change_is_noticed);
    tcase_add_test(t, criteria_that_cannot_be_read_are_refused_when_saved);
    tcase_add_test(t, a_nurtured_lead_is_offered_when_its_score_rises);
    tcase_add_test(t, a_stage_is_left_with_its_time_and_never_silently_backwards);
    tcase_add_test(t, a_step_back_without_a_reason_is_refused);
    tcase_add_test(t, a_definition_holds_when_both_heads_have_signed_and_then_never_changes);
    tcase_add_test(t, the_signed_definition_decides_who_is_offered);
    tcase_add_test(t, a_new_workspace_has_its_definitions_in_four_languages_and_seeding_twice_changes_nothing);
    tcase_add_test(t, leads_needed_are_counted_back_from_the_goal_and_rounded_up);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *r = srunner_create(suite());
    srunner_run_all(r, CK_NORMAL);
    int bad = srunner_ntests_failed(r);
    srunner_free(r);
    return bad != 0;
}
