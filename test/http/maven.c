/* maven.c - a company moves in: four tables of another system by command into a fresh
 * workspace, nothing prepared, and its totals through the API and in the reports.
 */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include "client/served.h"
#include "place.h"
#include "data.h"

static struct arena a;
static struct served house;
static char token[128];
static str said;

static int setu(const char *const *words, str input) { return served_run(&a, words, input, &said); }

static void open_all(void)
{
    a = arena_open(64 << 20);
    snprintf(house.dir, sizeof house.dir, "/tmp/setu-maven-XXXXXX");
    ck_assert(mkdtemp(house.dir) != NULL);
    snprintf(house.data, sizeof house.data, "%s", place_for(house.dir));
}
static void close_all(void)
{
    ck_assert(served_stop(&house));
    served_remove(&house);
    arena_close(&a);
}

/* Among what was said: a slow machine also has log lines there. */
static bool is_told(const char *text) { return str_find(said, str_of(text)) >= 0; }

static void bring_in(const char *entity, const char *table, const char *outcome)
{
    const char *map = arena_fmt(&a, "test/maps/maven-%s.json", table).p;
    const char *file = data_path(&a, arena_fmt(&a, "maven-crm/%s.csv", table).p);
    const char *words[] = { "import", "--data", house.data, entity, file, "--map", map, NULL };
    ck_assert_msg(setu(words, (str){ 0 }) == 0, "%s: %.*s", table, STR_ARG(said));
    ck_assert_msg(is_told(outcome), "%s: %.*s", table, STR_ARG(said));
    ck_assert_msg(str_find(said, S(" 0 refused")) > 0, "%s: %.*s", table, STR_ARG(said));
}

/* ── the API ─────────────────────────────────────────────────────────────── */

static void make_token(void)
{
    const char *words[] = { "token", "create", "--data", house.data, "--user", "o@m.example", "--name", "totals", NULL };
    ck_assert_msg(setu(words, (str){ 0 }) == 0, "%.*s", STR_ARG(said));
    ptrdiff_t at = str_find(said, S("setu1_"));
    ck_assert_msg(at >= 0, "%.*s", STR_ARG(said));
    const char *key = arena_cstr(&a, str_from(said, (size_t)at));
    snprintf(token, sizeof token, "Authorization: Bearer %.*s\r\n", (int)strcspn(key, " \r\n"), key);
}

static json_t *ask(const char *path)
{
    struct client c = client_new(house.port);
    struct reply r = client_send(&c, "GET", path, token, NULL, (str){ 0 });
    ck_assert_msg(r.status == 200, "%s: %d %.*s", path, r.status, STR_ARG(r.body));
    json_t *j = json_loadb(r.body.p, r.body.n, 0, NULL);
    ck_assert(j != NULL);
    client_free(&c);
    return j;
}

struct total { const char *label; int count; const char *sum; };
#define DEALS "/api/v1/deal/summary?"
#define WON "&sum=amount&q=status%20%3D%20won"

/* Exactly those labels when `all`, else at least those; a sum of NULL is not looked at. */
static void totals(const char *path, const struct total *t, size_t n, bool all)
{
    json_t *j = ask(path), *items = json_object_get(j, "items"), *item;
    size_t found = 0, i;
    json_array_foreach(items, i, item)
        for (size_t k = 0; k < n; k++) {
            if (strcmp(json_string_value(json_object_get(item, "label")), t[k].label))
                continue;
            found++;
            ck_assert_int_eq(json_integer_value(json_object_get(item, "count")), t[k].count);
            if (t[k].sum)
                ck_assert_str_eq(json_string_value(json_object_get(item, "sum")), t[k].sum);
        }
    ck_assert_msg(found == n && (!all || json_array_size(items) == n), "%s: %zu of %zu found, %zu there", path, found, n,
                  json_array_size(items));
    json_decref(j);
}
#define TOTALS(path, all, ...) do { \
    const struct total t_[] = { __VA_ARGS__ }; \
    totals(path, t_, countof(t_), all); } while (0)

/* ── the reports ─────────────────────────────────────────────────────────── */

/* The page as a person reads it: its texts in order, one space between. */
static str words_of(str page)
{
    struct buf b = buf_new(&a, 1 << 20);
    bool is_tag = false, is_gap = false;
    for (size_t i = 0; i < page.n; i++) {
        char ch = page.p[i];
        bool is_text = !is_tag && ch != '<' && ch != ' ' && ch != '\n';
        if (is_text && is_gap)
            buf_put(&b, S(" "));
        if (is_text)
            buf_put(&b, (str){ page.p + i, 1 });
        is_gap = !is_text;
        is_tag = ch == '<' || (is_tag && ch != '>');
    }
    return buf_str(&b);
}

static void reports_say(const char *const *texts)
{
    struct client c = client_new(house.port);
    struct reply r = client_post(&c, "/sign-in", "email=o%40m.example&password=correct+horse+battery");
    ck_assert_int_eq(r.status, 303);
    r = client_get(&c, "/insights/pipeline?period=custom&from=2017-01-01&to=2017-12-31");
    ck_assert_int_eq(r.status, 200);
    str words = words_of(r.body);
    for (; *texts; texts++)
        ck_assert_msg(str_find(words, str_of(*texts)) >= 0, "no '%s' in: %.*s", *texts, STR_ARG(words));
    client_free(&c);
}

START_TEST(four_tables_of_another_system_come_in_with_their_totals)
{
    if (!data_is_here(&a, "maven-crm/sales_pipeline.csv"))
        return;
    const char *init[] = { "init", "--data", house.data, "--company", "Maven", "--country", "US", "--currency", "USD", "--language", "en",
                           "--admin-email", "o@m.example", "--password-stdin", NULL };
    ck_assert_msg(setu(init, S(SERVED_PASSWORD "\n")) == 0, "%.*s", STR_ARG(said));
    bring_in("product", "products", "7 rows: 7 created");
    bring_in("company", "accounts", "85 rows: 85 created");
    bring_in("user", "sales_teams", "35 rows: 35 created");
    bring_in("deal", "sales_pipeline", "8800 rows: 8800 created");
    ck_assert(is_told("“GTXPro” was taken for “GTX Pro” in 1,480 rows"));
    ck_assert(is_told("account: empty in 1,425 rows"));
    static const char *const idle[] = { "Carl Lin", "Carol Thompson", "Elizabeth Anderson", "Mei-Mei Johns", "Natalya Ivanova" };
    for (size_t i = 0; i < countof(idle); i++)
        ck_assert_msg(is_told(idle[i]), "%s", idle[i]);
    make_token();
    ck_assert(served_start(&house));

    TOTALS(DEALS "group=stage", true, { "Won", 4238 }, { "Lost", 2473 }, { "Engaging", 1589 }, { "Prospecting", 500 });
    TOTALS(DEALS "group=status", true, { "Won", 4238 }, { "Lost", 2473 }, { "Open", 2089 });
    TOTALS(DEALS WON, true, { "", 4238, "10005534.00" });
    TOTALS(DEALS "group=owner.team" WON, true, { "Central", 1629, "3346293.00" }, { "East", 1171, "3090594.00" },
           { "West", 1438, "3568647.00" });
    TOTALS(DEALS "group=owner.manager" WON, false, { "Melvin Marxen", 882, "2251930.00" });
    TOTALS(DEALS "group=product" WON, false, { "GTX Pro", 729, "3510578.00" });
    TOTALS(DEALS "group=close_date:quarter" WON, true, { "Q1 2017", 531, "1134672.00" }, { "Q2 2017", 1254, "3086111.00" },
           { "Q3 2017", 1257, "2982255.00" }, { "Q4 2017", 1196, "2802496.00" });
    TOTALS("/api/v1/deal/summary?q=company%20is%20empty", true, { "", 1425 });
    TOTALS("/api/v1/deal/summary?q=pipeline.name%20%3D%20%22Hardware%22", true, { "", 8800 });

    reports_say((const char *const[]){
        "Prospecting 500 ", "Engaging 1,589 ",
        "Won 4,238 $10,005,534 63.1% 51.8 d ", "Lost 2,473 $0 36.9% 41.5 d ",
        "Central 1,629 $3,346,293 ", "East 1,171 $3,090,594 ", "West 1,438 $3,568,647 ",
        "Melvin Marxen 882 $2,251,930 ", "GTX Pro 729 $3,510,578 ",
        "Q1 2017 531 $1,134,672 ", "Q2 2017 1,254 $3,086,111 ", "Q3 2017 1,257 $2,982,255 ", "Q4 2017 1,196 $2,802,496 ",
        NULL });
}
END_TEST

SUITE("maven", 280, open_all, close_all,
      four_tables_of_another_system_come_in_with_their_totals)
