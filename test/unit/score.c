/* score.c - points and grades: each with its reason, fading, capped, counted anew when a rule changes.
 */
#include "funnel.h"
#include "base/random.h"
#include "flow/feed.h"
#include "funnel/inside.h"

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

/* ── what moves a score is followed, what cannot is passed over ──────────── */

enum { PEOPLE = 8, COMPANIES = 2, STEPS = 160 };
struct town { int64_t person[PEOPLE], company[COMPANIES], task; };

static const char *const asked[] = {
    "job_title ~ \"director\"", "city = \"Dhaka\" and not (company is empty)", "company.employees >= 500", "company = \"Firm 1\"",
    "count(tasks where priority != high) >= 1", "company.country in (BD, IR) or owner is empty",
};

static struct seeded dice;

static int64_t of(int64_t n) { return seeded_below(&dice, n); }

static void live_a_day(struct town *t)
{
    static const char *const titles[] = { "Director", "Cook" }, *const cities[] = { "Dhaka", "Tehran", "" }, *const countries[] = { "BD", "DE", "" },
        *const sizes[] = { "5", "900" }, *const firms[] = { "Firm 1", "Firm 2" };
    int64_t person = t->person[of(PEOPLE)], company = t->company[of(COMPANIES)];
    switch (of(10)) {
    case 0: set(sys, &person_entity, person, "job_title", titles[of(2)]); break;
    case 1: set(sys, &person_entity, person, "city", cities[of(3)]); break;
    case 2: set(sys, &person_entity, person, "company", of(3) ? id_of(company) : ""); break;
    case 3: set(sys, &company_entity, company, "employees", sizes[of(2)]); break;
    case 4: set(sys, &company_entity, company, "name", firms[of(2)]); break;
    case 5: set(sys, &company_entity, company, "country", countries[of(3)]); break;
    case 6: set(sys, &person_entity, person, "note", "Nobody asks for it"); break;
    case 7: set(sys, &person_entity, person, "owner", of(2) ? id_of(seller.user_id) : ""); break;
    case 8: happens(person, "page.viewed"); break;
    case 9: t->task = t->task && of(2) ? (set(sys, &task_entity, t->task, "priority", "high"), 0) : make(sys, &task_entity, "title", "Ask", "person", id_of(person)); break;
    }
}

static void read_scores(const struct town *t, int64_t *out)
{
    for (int i = 0; i < PEOPLE; i++)
        out[i] = number(&person_entity, t->person[i], "fit");
}

static bool anew(struct ctx *tx, void *arg, struct err *err)
{
    const struct town *t = arg;
    for (int i = 0; i < PEOPLE; i++)
        if (!score_person(tx, t->person[i], err))
            return false;
    return true;
}

START_TEST(scores_kept_are_those_counted_from_nothing)
{
    struct town t = { 0 };
    int64_t kept[PEOPLE], counted[PEOPLE], moved = 0;
    dice = seeded_from(7);
    no_rules();
    for (size_t i = 0; i < countof(asked); i++)
        make(sys, &score_rule_entity, "name", asked[i], "axis", "fit", "points", arena_fmt(&a, "%zu", i * 3 + 4).p, "criteria", asked[i]);
    for (int i = 0; i < COMPANIES; i++)
        t.company[i] = make(sys, &company_entity, "name", "Firm 2", "employees", "5");
    for (int i = 0; i < PEOPLE; i++)
        t.person[i] = make(sys, &person_entity, "name", "P", "owner", "", "company", id_of(t.company[i % COMPANIES]));
    for (int i = 0; i < STEPS; i++) {
        live_a_day(&t);
        if (of(3))
            continue;
        tick();
        read_scores(&t, kept);
        struct ctx c = fresh(sys);
        ck_assert_msg(record_write(&c, anew, &t, &e), "%s", e.detail);
        read_scores(&t, counted);
        for (int k = 0; k < PEOPLE; k++) {
            ck_assert_msg(kept[k] == counted[k], "step %d: person %d has %lld, counted anew %lld", i, k, (long long)kept[k], (long long)counted[k]);
            moved += kept[k] > 0;
        }
    }
    ck_assert_int_gt(moved, PEOPLE);
}
END_TEST

static bool is_wanted(const struct entity *en, int64_t id, const char *field)
{
    struct feed_row r = { .en = en, .record_id = id, .person_id = en == &person_entity ? id : 0, .action = CHANGE_UPDATE,
                          .field = entity_field(en, str_of(field)) };
    struct ctx c = fresh(sys);
    bool keep;
    ck_assert_ptr_nonnull(r.field);
    ck_assert_msg(funnel_wants(&c, &r, 1, &keep, &e), "%s", e.detail);
    return keep;
}

START_TEST(a_field_nobody_asks_for_counts_nobody)
{
    no_rules();
    make(sys, &score_rule_entity, "name", "Large", "axis", "fit", "points", "20", "criteria", "company.employees >= 500 and city = Dhaka");
    int64_t person = make(sys, &person_entity, "name", "Quiet"), company = make(sys, &company_entity, "name", "Firm");
    ck_assert(is_wanted(&person_entity, person, "city"));
    ck_assert(is_wanted(&person_entity, person, "company"));
    ck_assert(is_wanted(&company_entity, company, "employees"));
    ck_assert(!is_wanted(&person_entity, person, "note"));
    ck_assert(!is_wanted(&person_entity, person, "fit"));
    ck_assert(!is_wanted(&company_entity, company, "website"));
    lead_of(person);                            /* may have waited for it */
    ck_assert(is_wanted(&person_entity, person, "note"));
    ck_assert(set(sys, &person_entity, person, "company", id_of(company)));
    ck_assert(is_wanted(&company_entity, company, "website"));
}
END_TEST

static bool run_merge(struct ctx *tx, void *arg, struct err *err)
{
    const int64_t *id = arg;
    return record_merge(tx, &person_entity, id[0], id[1], NULL, err);
}

/* Points of both went to one person and were reckoned anew there; that is no change of anybody's. */
START_TEST(a_merge_is_undone_after_the_points_were_counted_anew)
{
    int64_t id[2] = { person_fit(), person_fit() };
    happens(id[1], "form.sent");
    tick();
    int64_t fit = number(&person_entity, id[1], "fit"), engagement = number(&person_entity, id[1], "engagement");
    ck_assert_int_gt(fit, 0);
    ck_assert_int_gt(engagement, 0);
    struct ctx c = fresh(sys);
    ck_assert_msg(record_write(&c, run_merge, id, &e), "%s", e.detail);
    int64_t write = c.write_id;
    tick();
    ck_assert_int_eq(number(&person_entity, id[0], "engagement"), engagement);
    must(sys, UNDO, write, NULL);
    tick();
    ck_assert_int_eq(number(&person_entity, id[0], "engagement"), 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(number(&person_entity, id[i], "fit"), fit);
        struct score_view v = explained(id[i]);
        int64_t sum = 0;
        for (size_t k = 0; k < v.n; k++)
            sum += v.line[k].worth;
        ck_assert_int_eq(sum, (v.fit + v.engagement) * 100);
    }
    ck_assert_int_eq(number(&person_entity, id[1], "engagement"), engagement);
}
END_TEST

SUITE("score", 120, funnel_open, firm_close,
      a_field_nobody_asks_for_counts_nobody,
      scores_kept_are_those_counted_from_nothing,
      a_score_is_the_sum_of_its_reasons,
      points_fade_by_steps_as_the_clock_moves,
      a_window_ends_all_at_once_and_fit_never_fades,
      rules_fade_as_their_group_unless_they_name_their_own_way,
      a_window_and_a_decay_together_are_refused,
      a_company_has_the_best_fit_and_the_sum_of_what_its_people_want,
      caps_hold_for_rules_groups_and_the_whole_and_points_may_be_negative,
      grades_change_at_their_thresholds,
      a_changed_rule_counts_everybody_anew,
      a_merge_is_undone_after_the_points_were_counted_anew,
      a_persons_company_counts_and_its_change_is_noticed,
      criteria_that_cannot_be_read_are_refused_when_saved,
      a_nurtured_lead_is_offered_when_its_score_rises)
