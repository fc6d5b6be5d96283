/* demo.c - the made-up company keeps the product's rules, and is the same for the same seed. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <stdlib.h>
#include <unistd.h>
#include "base/clock.h"
#include "cmd/cmds.h"
#include "demo/demo.h"
#include "record/access.h"
#include "web/password.h"
#include "place.h"

#define STORY_END INT64_C(1795500000000000)     /* 2026-11-24T06:00:00Z */

static char folder[2][64];
static struct workspace *ws;
static struct db_conn *reader;
static struct arena a;
static struct err e;

static struct workspace *story(int which, uint64_t seed)
{
    struct demo_options o = { .seed = seed, .is_small = true, .now = STORY_END };
    struct workspace *made;
    snprintf(folder[which], sizeof folder[which], "/tmp/setu-story%d-%d", which, (int)getpid());
    if (!demo_create(place_for(folder[which]), &o, &made, &e)) {       /* libcheck tells nothing outside a test */
        fprintf(stderr, "%s: %s (%s:%d)\n", msg_key(e.msg), e.detail, e.file, e.line);
        exit(EXIT_FAILURE);
    }
    return made;
}

static void open_story(void)
{
    ws = story(0, 7);
    a = arena_open(256 << 20);
    if (!db_reader(ws->db, &reader, &e) || !db_read_begin(reader, 0, &e))
        exit(EXIT_FAILURE);
}

static void close_story(void)
{
    db_read_end(reader);
    db_conn_close(reader);
    workspace_close(ws);
    arena_close(&a);
    place_remove(folder[0]);
}

/* The statement's one number. */
#define number(sql) number_of((sql), __LINE__)
static int64_t number_of(const char *sql, int line)
{
    bool found;
    int64_t n = -1;
    ck_assert_msg(db_get_int(reader, sql, DB_NONE, &found, &n, &e), "line %d: %s", line, e.detail);
    return found ? n : -1;
}
#define none(sql) ck_assert_int_eq(number("SELECT COUNT(*) FROM " sql), 0)
#define within(sql, least, most) do { int64_t n_ = number("SELECT COUNT(*) FROM " sql); \
    ck_assert_msg(n_ >= (least) && n_ <= (most), "%lld of %s", (long long)n_, sql); } while (0)

START_TEST(there_is_enough_of_everything)
{
    none("work_calendar w WHERE (SELECT COUNT(*) FROM holiday h WHERE h.work_calendar = w.id) < 20");      /* each country its own */
    within("\"user\"", 24, 30);
    within("company", 12, 25);
    within("person", 120, 160);
    within("campaign", 25, 45);
    within("form", 6, 10);
    within("lead", 80, 180);
    within("lead WHERE status = 'offered'", 1, 40);
    within("deal", 40, 160);
    within("deal WHERE status = 'open'", 5, 60);
    within("deal WHERE status = 'won'", 10, 80);
    within("task WHERE done_at IS NULL", 10, 120);
    within("visit", 150, 1500);
    within("notification WHERE read_at IS NULL", 1, 200);
}
END_TEST

START_TEST(no_reference_leads_nowhere)
{
    struct locale loc = locale_default(LANG_EN, "GB");
    struct ctx c = workspace_ctx(ws, &a, reader, &loc);
    str report;
    ck_assert(record_check_refs(&c, &report, &e));
    ck_assert_msg(!report.n, "%.*s", STR_ARG(report));
}
END_TEST

START_TEST(money_adds_up_to_the_last_minor_unit)
{
    none("sales_order o WHERE subtotal <> (SELECT SUM(total) FROM order_line l WHERE l.sales_order = o.id AND l.deleted_at IS NULL)");
    none("sales_order o WHERE COALESCE(paid, 0) <> (SELECT COALESCE(SUM(amount), 0) FROM payment p WHERE p.sales_order = o.id)");
    none("sales_order WHERE total <> subtotal + tax OR paid > total");
    none("deal d WHERE amount <> (SELECT SUM(total) FROM deal_line l WHERE l.deal = d.id AND l.deleted_at IS NULL)");
    none("campaign c WHERE spend <> (SELECT SUM(amount) FROM budget_line l WHERE l.campaign = c.id AND l.kind = 'spend')");
}
END_TEST

START_TEST(every_won_deal_has_its_order_and_no_other_has_one)
{
    none("deal d WHERE status = 'won' AND (SELECT COUNT(*) FROM sales_order o WHERE o.deal = d.id) <> 1");
    none("sales_order o JOIN deal d ON d.id = o.deal WHERE d.status <> 'won'");
    none("deal WHERE status = 'won' AND (won_reason IS NULL OR closed_at IS NULL)");
    none("deal WHERE status = 'lost' AND (lost_reason IS NULL OR closed_at IS NULL)");
}
END_TEST

START_TEST(nobody_is_further_than_their_receipts_say)
{
    none("person p WHERE lifecycle = 'customer' AND NOT EXISTS (SELECT 1 FROM deal d WHERE d.person = p.id AND d.status = 'won')");
    none("deal d JOIN person p ON p.id = d.person WHERE d.status = 'won' AND p.lifecycle NOT IN ('customer', 'advocate')");
    none("person p WHERE lifecycle <> 'lead' AND lifecycle <> 'subscriber'"
         " AND NOT EXISTS (SELECT 1 FROM lifecycle_change c WHERE c.person = p.id)");
    none("lead l WHERE status = 'converted' AND deal IS NULL");
    none("lead l WHERE status = 'returned' AND return_reason IS NULL");
}
END_TEST

START_TEST(marketing_was_there_before_the_win_of_its_leads)
{
    none("deal d JOIN lead l ON l.id = d.lead WHERE d.status = 'won' AND l.form IS NOT NULL"
         " AND NOT EXISTS (SELECT 1 FROM touch t WHERE t.person = d.person AND t.side = 'marketing' AND t.at < d.closed_at)");
}
END_TEST

START_TEST(nothing_happened_after_now_or_before_the_story)
{
    none("event WHERE at > 1795500000000000");
    none("write_log WHERE at > 1795500000000000 OR at < 1795500000000000 - 1096 * 86400000000");
    none("stage_change c JOIN deal d ON d.id = c.deal WHERE c.at < d.created_at");
    none("lead WHERE accepted_at < offered_at OR first_touch_at < offered_at");
}
END_TEST

START_TEST(sellers_accept_most_leads_and_keep_most_clocks)
{
    int64_t all = number("SELECT COUNT(*) FROM handoff WHERE status IN ('accepted', 'returned')");
    int64_t kept = number("SELECT COUNT(*) FROM handoff WHERE status = 'accepted'");
    int64_t late = number("SELECT COUNT(*) FROM handoff WHERE breached_at IS NOT NULL");
    ck_assert_int_ge(kept * 100, all * 72);
    ck_assert_int_le(kept * 100, all * 97);
    ck_assert_int_ge(late, 1);
    ck_assert_int_le(late * 100, all * 35);
}
END_TEST

START_TEST(four_languages_are_at_work)
{
    none("(SELECT 'bn' AS l UNION SELECT 'hi' UNION SELECT 'fa' UNION SELECT 'en') x WHERE l NOT IN (SELECT language FROM person)");
    none("(SELECT 'bn' AS l UNION SELECT 'hi' UNION SELECT 'fa' UNION SELECT 'en') x WHERE l NOT IN (SELECT lang FROM \"user\")");
    none("stage_definition WHERE status <> 'signed'");
    ck_assert_int_eq(number("SELECT COUNT(DISTINCT amount_currency) FROM deal"), 4);
}
END_TEST

START_TEST(the_printed_passwords_open_the_door)
{
    for (int i = 0; i < DEMO_SIGNINS; i++) {
        struct db_rows q;
        ck_assert(db_query(reader, &q, "SELECT password, lang FROM \"user\" WHERE email = $1", DB_ARGS(V(str_of(demo_signins[i].email))), &e));
        ck_assert(db_next(&q));
        ck_assert(password_matches(str_of(demo_password), db_text(&q, 0, &a)));
        ck_assert(str_eq(db_text(&q, 1, &a), str_of(lang_code(demo_signins[i].lang))));
        ck_assert(db_done(&q, &e));
    }
}
END_TEST

/* ── the same again ──────────────────────────────────────────────────────── */

static uint64_t export_of(struct workspace *of, const char *entity)
{
    const char *const words[] = { entity };
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);
    ck_assert_int_eq(cmd_run_on(of, &export_command, 1, words, "/tmp", stdin, out, stderr), EXIT_DONE);
    fclose(out);
    uint64_t hash = str_hash((str){ text, n });
    free(text);
    return hash;
}

START_TEST(the_same_seed_tells_the_same_story)
{
    static const char *const entities[] = { "person", "company", "lead", "handoff", "deal", "sales_order", "payment", "touch",
                                            "visit", "task", "call", "note", "campaign", "lifecycle_change", "stage_change" };
    struct workspace *again = story(1, 7);
    for (size_t i = 0; i < countof(entities); i++)
        ck_assert_msg(export_of(ws, entities[i]) == export_of(again, entities[i]), "%s differs", entities[i]);
    workspace_close(again);
    place_remove(folder[1]);
}
END_TEST

START_TEST(another_seed_tells_another)
{
    struct workspace *other = story(1, 8);
    ck_assert(export_of(ws, "person") != export_of(other, "person"));
    ck_assert(demo_is_there(folder[1]));
    workspace_close(other);
    place_remove(folder[1]);
    ck_assert(!demo_is_there(folder[1]));
}
END_TEST

int main(void)
{
    Suite *s = suite_create("demo");
    TCase *t = tcase_create("story");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, there_is_enough_of_everything);
    tcase_add_test(t, no_reference_leads_nowhere);
    tcase_add_test(t, money_adds_up_to_the_last_minor_unit);
    tcase_add_test(t, every_won_deal_has_its_order_and_no_other_has_one);
    tcase_add_test(t, nobody_is_further_than_their_receipts_say);
    tcase_add_test(t, marketing_was_there_before_the_win_of_its_leads);
    tcase_add_test(t, nothing_happened_after_now_or_before_the_story);
    tcase_add_test(t, sellers_accept_most_leads_and_keep_most_clocks);
    tcase_add_test(t, four_languages_are_at_work);
    tcase_add_test(t, the_printed_passwords_open_the_door);
    tcase_add_test(t, the_same_seed_tells_the_same_story);
    tcase_add_test(t, another_seed_tells_another);
    suite_add_tcase(s, t);
    open_story();
    int failed = suite_end_in(s, CK_NOFORK);    /* the workspace has threads: one process holds it */
    close_story();
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
