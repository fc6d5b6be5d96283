/* insight.c - figures that add up: revenue shared among touches to the last minor unit, reports that
 * give the totals known of an outside company, and the lists behind them that count the same.
 */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <stdlib.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "core/core.h"
#include "data.h"
#include "funnel/funnel.h"
#include "insight/credit.h"
#include "people/people.h"
#include "reach/reach.h"
#include "record/csv.h"
#include "record/import.h"
#include "record/type.h"
#include "sell/sell.h"
#include "tables.h"

static struct arena a;
static struct err e;

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

/* ── a workspace in dollars, with an outside company's deals ─────────────── */

static struct workspace *ws;
static struct db_conn *reader;
static struct locale loc;
static char folder[64];

static struct ctx fresh(void)
{
    db_read_end(reader);
    ck_assert(db_read_begin(reader, 0, &e));
    return workspace_ctx(ws, &a, reader, &loc);
}

static void open_all(void)
{
    snprintf(folder, sizeof folder, "/tmp/setu-insight-%d", (int)getpid());
    const struct workspace_init in = { .company = "Hardware", .country = "US", .lang = LANG_EN, .currency = "USD",
                                       .admin_email = "owner@hardware.example", .admin_name = "Owner" };
    app_catalogue();
    tables_copy(folder);
    ck_assert_msg(workspace_create(place_for(folder), &in, &ws, &e), "%s", e.detail);
    a = arena_open((size_t)512 << 20);
    loc = locale_default(LANG_EN, "US");
    ck_assert(db_reader(ws->db, &reader, &e));
}

static void close_all(void)
{
    db_conn_close(reader);
    workspace_close(ws);
    arena_close(&a);
    clock_set(0);
    place_remove(folder);
}

struct job { const struct entity *en; int64_t id; const char *const *pairs; int64_t made; };

static bool run_job(struct ctx *tx, void *arg, struct err *err)
{
    struct job *j = arg;
    struct record *r = record_new(tx->a, j->en);
    for (const char *const *p = j->pairs; p[0]; p += 2) {
        struct val v;
        if (!type_from_canon(tx, entity_field(j->en, str_of(p[0])), str_of(p[1]), &v, err))
            return false;
        record_set(r, p[0], v);
    }
    if (!record_create(tx, r, err))
        return false;
    j->made = r->id;
    return true;
}

#define make(en, ...) made((en), (const char *const[]){ __VA_ARGS__, NULL }, __LINE__)

static int64_t made(const struct entity *en, const char *const *pairs, int line)
{
    struct ctx c = fresh();
    struct job j = { en, 0, pairs };
    ck_assert_msg(record_write(&c, run_job, &j, &e), "line %d: %s (%s)", line, e.detail, e.field ? e.field : "");
    return j.made;
}

static const char *id_of(int64_t id) { return arena_cstr(&a, id_text(&a, id)); }

static void bring(const char *what)
{
    struct import_map *m = arena_new(&a, struct import_map, 1);
    struct import_result r;
    FILE *f = fopen(arena_cstr(&a, arena_fmt(&a, "test/maps/maven-%s.json", what)), "rb");
    ck_assert(f != NULL);
    char *json = arena_new(&a, char, 1 << 16);
    size_t n = fread(json, 1, 1 << 16, f);
    fclose(f);
    ck_assert_msg(import_map_read(&a, (str){ json, n }, m, &e), "%s", e.detail);
    struct ctx c = fresh();
    struct import_options o = { .map = m, .report = arena_fmt(&a, "%s/report.csv", folder).p };
    const char *path = data_path(&a, arena_cstr(&a, arena_fmt(&a, "maven-crm/%s.csv", what)));
    ck_assert_msg(import_run(&c, path, &o, &r, &e), "%s: %s", what, e.detail);
}

static void bring_maven(void)
{
    static const char *const stage[] = { "Prospecting", "Engaging", "Won", "Lost" };
    static const char *const position[] = { "1", "2", "3", "4" };
    static const char *const odds[] = { "10", "40", "100", "0" };
    static const char *const table[] = { "accounts", "products", "sales_teams", "sales_pipeline" };
    const char *p = id_of(make(&pipeline_entity, "name", "Hardware"));
    for (size_t i = 0; i < countof(stage); i++)
        make(&stage_entity, "name", stage[i], "pipeline", p, "position", position[i], "probability", odds[i],
             "is_won", i == 2 ? "true" : "false", "is_lost", i == 3 ? "true" : "false");
    for (size_t i = 0; i < countof(table); i++)
        bring(table[i]);
}

static const struct cell *row_named(const struct report *r, const char *name)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->cell[i * (size_t)r->ncols].text, str_of(name)))
            return &r->cell[i * (size_t)r->ncols];
    ck_abort_msg("%s has no row \"%s\"", r->id, name);
    return NULL;
}

static struct ask asked(struct ctx *c, int from_y, int from_m, int to_y, int to_m, int to_d)
{
    struct ask k = ask_new(c, SPAN_YEAR);
    ck_assert(ask_custom(&k, days_from_ymd(CALENDAR_GREGORIAN, (struct ymd){ from_y, from_m, 1 }),
                         days_from_ymd(CALENDAR_GREGORIAN, (struct ymd){ to_y, to_m, to_d }), &e));
    return k;
}

START_TEST(reports_give_the_totals_known_of_an_outside_company)
{
    struct report *r;
    struct closed x;
    int64_t weighted;
    if (!data_is_here(&a, "maven-crm/sales_pipeline.csv"))
        return;
    bring_maven();
    struct ctx c = fresh();
    struct ask k = asked(&c, 2016, 1, 2018, 12, 31);
    ck_assert(closed_read(&c, ask_won(&k), ask_lost(&k), &x, &e));
    ck_assert_int_eq(x.won, 4238);
    ck_assert_int_eq(x.lost, 2473);
    ck_assert_int_eq(x.won_sum, 1000553400);
    ck_assert_int_eq(x.mean_won, 51782);
    ck_assert_int_eq(x.mean_lost, 41479);
    ck_assert_int_eq((x.won * 1000000 + (x.won + x.lost) / 2) / (x.won + x.lost), 631501);

    ck_assert(won_report(&k, "team", S("Team"), "owner.team", &r, &e));
    ck_assert_int_eq(row_named(r, "Central")[2].n, 334629300);
    ck_assert_int_eq(row_named(r, "East")[2].n, 309059400);
    ck_assert_int_eq(row_named(r, "West")[2].n, 356864700);
    ck_assert_int_eq(row_named(r, "Total")[2].n, 1000553400);
    ck_assert_int_eq(row_named(r, "Total")[5].n, 6315);
    ck_assert(won_report(&k, "manager", S("Manager"), "owner.manager", &r, &e));
    ck_assert_int_eq(row_named(r, "Melvin Marxen")[2].n, 225193000);
    ck_assert(won_report(&k, "product", S("Product"), "product", &r, &e));
    ck_assert_int_eq(row_named(r, "GTX Pro")[2].n, 351057800);

    static const int64_t quarter[] = { 113467200, 308611100, 298225500, 280249600 };
    k = asked(&c, 2017, 1, 2017, 12, 31);
    ck_assert(won_report(&k, "quarter", S("Quarter"), "close_date:quarter", &r, &e));
    ck_assert_int_eq(r->n, 5);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(r->cell[i * r->ncols + 2].n, quarter[i]);

    ck_assert(pipeline_report(&k, &r, &weighted, &e));
    ck_assert_int_eq(row_named(r, "Engaging")[1].n, 1589);
    ck_assert_int_eq(row_named(r, "Prospecting")[1].n, 500);

    /* every dimension of every model sums to what was won, and the list behind counts the same */
    struct credit sum;
    k = asked(&c, 2016, 1, 2018, 12, 31);
    ck_assert(credit_read(&c, ask_won(&k), &sum, &e));
    ck_assert_int_eq(sum.deals, 4238);
    for (int by = 0; by < CREDIT_BY; by++)
        for (int m = 0; m < ATTRIBUTE_SHOWN; m++) {
            int64_t all = 0;
            for (size_t i = 0; i < sum.n[by]; i++)
                all += sum.row[by][i].by[m];
            ck_assert_int_eq(all, 1000553400);
        }
    int64_t n;
    bool capped;
    struct list_spec s = { .en = &deal_entity, .filter = ask_won(&k) };
    ck_assert(record_count(&c, &s, COUNT_CAP, &n, &capped, &e));
    ck_assert_int_eq(n, 4238);
}
END_TEST

START_TEST(revenue_goes_to_the_touches_before_the_win)
{
    const char *ad = id_of(make(&campaign_entity, "name", "Fair")), *mail = id_of(make(&campaign_entity, "name", "Letter"));
    const char *person = id_of(make(&person_entity, "name", "Ada Buyer"));
    struct ctx c = fresh();
    struct credit x;
    int64_t pipeline, won;
    bool found;
    ck_assert(db_get_int(c.c, "SELECT pipeline FROM stage WHERE is_won = 1 ORDER BY id LIMIT 1", DB_NONE, &found, &pipeline, &e) && found);
    ck_assert(db_get_int(c.c, "SELECT id FROM stage WHERE is_won = 1 ORDER BY id LIMIT 1", DB_NONE, &found, &won, &e) && found);
    make(&touch_entity, "person", person, "kind", "event", "source", "event", "channel", "event", "campaign", ad, "at", "2026-03-01T10:00:00Z");
    make(&touch_entity, "person", person, "kind", "email_click", "source", "campaign", "channel", "email", "campaign", mail, "at", "2026-03-02T10:00:00Z");
    make(&touch_entity, "person", person, "kind", "call", "source", "phone", "channel", "phone", "side", "sales", "at", "2026-03-03T10:00:00Z");
    make(&touch_entity, "person", person, "kind", "form", "source", "web", "channel", "web", "campaign", ad, "at", "2026-09-01T10:00:00Z");
    make(&deal_entity, "name", "Panels", "person", person, "pipeline", id_of(pipeline), "stage", id_of(won), "amount", "100.00 USD",
         "close_date", "2026-03-05", "won_reason", "product");
    make(&deal_entity, "name", "Nobody seen", "person", id_of(make(&person_entity, "name", "Bob Quiet")), "pipeline", id_of(pipeline), "stage", id_of(won), "amount", "0.01 USD", "close_date", "2026-03-05",
         "won_reason", "product", "campaign", mail, "source", "campaign");
    c = fresh();
    struct ask k = asked(&c, 2026, 1, 2026, 12, 31);
    ck_assert_msg(credit_read(&c, ask_won(&k), &x, &e), "%s", e.detail);
    ck_assert_int_eq(x.deals, 2);
    ck_assert_int_eq(x.touched, 1);
    struct report *r = credit_report(&k, &x, CREDIT_CAMPAIGN);
    const struct cell *fair = row_named(r, "Fair"), *letter = row_named(r, "Letter"), *none = row_named(r, "Not told");
    ck_assert_int_eq(fair[2].n, 10000);                                 /* first */
    ck_assert_int_eq(none[3].n, 10000);                                 /* last: the call, which has no campaign */
    ck_assert_int_eq(fair[4].n, 3334);                                  /* a third, and the cent that is left */
    ck_assert_int_eq(letter[4].n, 3333 + 1);
    ck_assert_int_eq(none[4].n, 3333);
    ck_assert_int_eq(row_named(r, "Total")[4].n, 10001);
    struct report *side = credit_report(&k, &x, CREDIT_SIDE);
    ck_assert_int_eq(row_named(side, "Sales")[4].n, 3333);
}
END_TEST

START_TEST(the_list_behind_a_figure_of_hand_offs_holds_what_it_counts)
{
    static const char *const what[] = { "", "accepted", "returned", "waiting", NULL, "touched" };    /* by column */
    static const char *const status[] = { "accepted", "returned", "offered", "moved" };
    const char *person = id_of(make(&person_entity, "name", "Ada Buyer", "email", "ada@buyer.example"));
    const char *receiver = id_of(make(&user_entity, "name", "Ben", "email", "ben@hardware.example", "roles", "ae"));
    int64_t lead[4];
    for (int i = 0; i < 4; i++) {
        lead[i] = make(&lead_entity, "person", person, "title", status[i]);
        make(&handoff_entity, "lead", id_of(lead[i]), "person", person, "receiver", receiver, "status", status[i], "offered_at", "2026-05-04T10:00:00Z");
    }
    struct ctx c = fresh();
    struct ask k = asked(&c, 2026, 5, 2026, 5, 31);
    struct report *r, *reasons;
    ck_assert_msg(handoff_reports(&k, &r, &reasons, &e), "%s", e.detail);
    const struct cell *ben = row_named(r, "Ben");
    ck_assert_int_eq(ben[1].n, 3);
    for (size_t i = 0; i < countof(what); i++) {
        struct behind b = { 0 };
        if (!what[i])
            continue;
        ck_assert(handoff_leads(&k, "receiver", str_of(receiver), str_of(what[i]), &b, &e));
        ck_assert_int_eq((int64_t)b.n, i < 5 ? ben[i + 1].n : 0);
        ck_assert(i == 0 || i == 5 || b.id[0] == lead[i - 1]);
        ck_assert(i == 0 || str_find(ben[i + 1].url.s, str_of(what[i])) >= 0);
    }
}
END_TEST

START_TEST(a_list_that_is_shorter_than_its_figure_knows_it)
{
    struct behind b = { 0 };
    for (int64_t i = 1; i <= BEHIND_MAX; i++)
        behind_put(&b, i), behind_put(&b, 1);
    ck_assert_int_eq((int64_t)b.n, BEHIND_MAX);
    ck_assert(!b.is_cut);
    behind_put(&b, BEHIND_MAX + 1);
    ck_assert_int_eq((int64_t)b.n, BEHIND_MAX);
    ck_assert(b.is_cut);
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
    tcase_add_test(t, a_list_that_is_shorter_than_its_figure_knows_it);
    suite_add_tcase(s, t);
    t = tcase_create("reports");
    tcase_add_checked_fixture(t, open_all, close_all);
    tcase_set_timeout(t, 300);
    tcase_add_test(t, revenue_goes_to_the_touches_before_the_win);
    tcase_add_test(t, the_list_behind_a_figure_of_hand_offs_holds_what_it_counts);
    tcase_add_test(t, reports_give_the_totals_known_of_an_outside_company);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    return suite_end(suite()) != 0;
}
