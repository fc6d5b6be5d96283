/* feed.c - events told by other programs, asked of the real one: whole lists with their limits, each kept once,
 * people told from programs, and who may tell. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <jansson.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/log.h"
#include "client/served.h"
#include "flow/intake.h"
#include "access_model.h"

static struct served server;
static struct served_user owner, other, of_role[MODEL_ROLES];
static char see_only[80], create_only[80], tracker[80];
static struct client c;
static const char *token;

#define MSG(...) arena_fmt(&c.a, __VA_ARGS__).p

static void *keep(size_t n) { return arena_alloc(&c.a, n ? n : 1, 16, 1); }
static void leave(void *p) { (void)p; }

static void begin(void)
{
    c = served_client(&server);
    c.timeout_ms = 30000;
    json_set_alloc_funcs(keep, leave);
    token = owner.token;
}

static void end(void) { client_free(&c); }

/* ── asking ──────────────────────────────────────────────────────────────── */

static json_t *json_of(struct reply r)
{
    json_error_t at;
    json_t *j = json_loadb(r.body.p, r.body.n, 0, &at);
    ck_assert_msg(j != NULL, "%d, %s in: %.*s", r.status, at.text, STR_ARG(r.body));
    return j;
}

static const char *text_at(const json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));
    return s ? s : "";
}

static struct reply send_body(const char *json) { return served_api(&c, token, "POST", "/api/v1/events", NULL, json); }
static struct reply send_list(const char *list) { return send_body(MSG("{\"events\":[%s]}", list)); }

/* The answer to a list that must end so. */
static json_t *told(const char *list, int status)
{
    struct reply r = send_list(list);
    ck_assert_msg(r.status == status, "%d, not %d: %.*s", r.status, status, (int)(r.body.n < 2000 ? r.body.n : 2000), r.body.p);
    return json_of(r);
}

static int64_t number_at(const json_t *j, const char *name) { return json_integer_value(json_object_get(j, name)); }
static const json_t *item_at(const json_t *answer, size_t i) { return json_array_get(json_object_get(answer, "items"), i); }
static const char *state_at(const json_t *answer, size_t i) { return text_at(item_at(answer, i), "state"); }
static bool is_robot(const json_t *answer, size_t i) { return json_is_true(json_object_get(item_at(answer, i), "is_robot")); }

/* The one event is refused for this member. */
static void refused(const char *event, const char *field)
{
    const json_t *why = json_object_get(item_at(told(event, 422), 0), "problem");
    ck_assert_msg(*text_at(why, "title") && number_at(why, "status") >= 400, "%s: no problem", event);
    ck_assert_msg(!strcmp(text_at(why, "field"), field), "%s: '%s', not '%s'", event, text_at(why, "field"), field);
}

static const char *person(const char *name)
{
    struct reply r = served_api(&c, owner.token, "POST", "/api/v1/person", NULL, MSG("{\"name\":\"%s\",\"email\":\"%s@x.example\"}", name, name));
    ck_assert_msg(r.status == 201, "%d: %.*s", r.status, STR_ARG(r.body));
    return text_at(json_of(r), "id");
}

/* How many people a question finds. */
static size_t found(const char *q)
{
    struct buf b = buf_new(&c.a, 4000);
    for (const char *p = q; *p; p++)
        if ((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '.' || *p == '_')
            buf_char(&b, *p);
        else
            buf_fmt(&b, "%%%02X", (unsigned char)*p);
    struct reply r = served_api(&c, owner.token, "GET", MSG("/api/v1/person?q=%.*s", STR_ARG(buf_str(&b))), NULL, NULL);
    ck_assert_msg(r.status == 200, "%s: %.*s", q, STR_ARG(r.body));
    return json_array_size(json_object_get(json_of(r), "items"));
}

static const char *ago(int seconds) { return MSG("%.*s", STR_ARG(iso_instant(&c.a, clock_now() - seconds * SECOND_US))); }
static const char *long_text(int n) { return MSG("%0*d", n, 0); }

/* ── a list ──────────────────────────────────────────────────────────────── */

START_TEST(a_list_is_kept_and_answered_in_its_order)
{
    const char *id = person("anwar");
    ck_assert_int_eq(served_api(&c, owner.token, "POST", "/api/v1/campaign", NULL, "{\"name\":\"Spring sale\"}").status, 201);
    const json_t *a = told(MSG("{\"kind\":\"page.viewed\",\"person\":\"%s\",\"at\":\"%s\",\"channel\":\"web\",\"source\":\"web\",\"campaign\":\"Spring sale\","
                               "\"url\":\"https://shop.example/pricing\",\"title\":\"Pricing\",\"data\":{\"seconds\":12,\"is_new\":true}},"
                               "{\"kind\":\"call.held\",\"person\":\"ANWAR@x.example\"},"
                               "{\"kind\":\"webinar.joined\",\"person\":\"anwar@x.example\",\"key\":\"a-1\"}", id, ago(60)), 200);
    ck_assert_int_eq(number_at(a, "kept"), 3);
    ck_assert_int_eq(number_at(a, "refused") + number_at(a, "duplicates"), 0);
    for (size_t i = 0; i < 3; i++)
        ck_assert(!strcmp(state_at(a, i), "kept") && *text_at(item_at(a, i), "id") && number_at(item_at(a, i), "item") == (int64_t)i);
    ck_assert_uint_eq(found("happened(page.viewed) and happened(call.held) and happened(\"webinar.joined\")"), 1);
    ck_assert_uint_eq(found("happened(page.viewed where campaign = \"Spring sale\" and data ~ \"pricing\" within 1 days)"), 1);
    ck_assert_uint_eq(found("happened(page.viewed where data ~ seconds and channel = web)"), 1);
}
END_TEST

START_TEST(what_is_wrong_with_one_keeps_no_other_out)
{
    const char *id = person("bina");
    const json_t *a = told(MSG("{\"kind\":\"content.read\",\"person\":\"%s\"},{\"kind\":\"content.read\",\"person\":\"nobody@x.example\"},"
                               "{\"kind\":\"deal.stage\",\"person\":\"%s\"},17,{\"kind\":\"content.read\",\"person\":\"%s\",\"campain\":\"x\"}",
                               id, id, id), 207);
    ck_assert_int_eq(number_at(a, "kept"), 1);
    ck_assert_int_eq(number_at(a, "refused"), 4);
    ck_assert_str_eq(state_at(a, 0), "kept");
    ck_assert_int_eq(number_at(json_object_get(item_at(a, 1), "problem"), "status"), 404);
    ck_assert_str_eq(text_at(json_object_get(item_at(a, 2), "problem"), "field"), "kind");
    ck_assert_msg(strstr(text_at(json_object_get(item_at(a, 4), "problem"), "title"), "campain") != NULL, "the member is not named");
    ck_assert_uint_eq(found("count(content.read) = 1"), 1);
}
END_TEST

START_TEST(each_member_has_its_mistakes)
{
    const char *id = person("chitra"), *bare = MSG("\"kind\":\"page.viewed\",\"person\":\"%s\"", id);
    static const struct { const char *member, *field; } is[] = {
        { "\"at\":\"yesterday\"", "at" },          { "\"at\":\"1999-12-31T23:59:59Z\"", "at" }, { "\"at\":17", "at" },
        { "\"channel\":\"pigeon\"", "channel" },   { "\"source\":\"rumour\"", "source" },     { "\"campaign\":\"Nothing\"", "campaign" },
        { "\"url\":\"javascript:alert(1)\"", "url" }, { "\"data\":[1]", "data" },             { "\"data\":{\"a\":{\"b\":1}}", "data" },
        { "\"data\":{\"url\":\"x\"}", "data" },    { "\"is_robot\":\"yes\"", "is_robot" },    { "\"key\":5", "key" },
        { "\"ip\":\"203.0.113\"", "ip" },       { "\"ip\":\"localhost\"", "ip" },
    };
    for (size_t i = 0; i < countof(is); i++)
        refused(MSG("{%s,%s}", bare, is[i].member), is[i].field);
    refused(MSG("{\"person\":\"%s\"}", id), "kind");
    refused("{\"kind\":\"page.viewed\"}", "person");
    static const char *const forged[] = { "deal.stage", "deal.won", "rule.signed", "lead.captured", "segment.entered", "stage.changed", "person.merged",
                                          "note.added", "task.done", "Page.Viewed", "page", ".x", "x.", "a b.c" };
    for (size_t i = 0; i < countof(forged); i++)
        refused(MSG("{\"kind\":\"%s\",\"person\":\"%s\"}", forged[i], id), "kind");
    ck_assert_uint_eq(found("count(page.viewed) > 0 and name = chitra"), 0);
}
END_TEST

START_TEST(what_one_looks_at_is_kept_of_nobody_who_took_consent_back)
{
    const char *id = person("esha");
    ck_assert_int_eq(served_api(&c, owner.token, "PATCH", MSG("/api/v1/person/%s", id), NULL, "{\"consent_tracking\":\"withdrawn\"}").status, 200);
    static const char *const looked[] = { "page.viewed", "link.clicked", "content.read", "mail.opened", "mail.clicked" };
    for (size_t i = 0; i < countof(looked); i++)
        refused(MSG("{\"kind\":\"%s\",\"person\":\"esha@x.example\"}", looked[i]), "person");
    const json_t *a = told(MSG("{\"kind\":\"call.held\",\"person\":\"%s\"},{\"kind\":\"mail.replied\",\"person\":\"%s\"}", id, id), 200);
    ck_assert_int_eq(number_at(a, "kept"), 2);
    ck_assert_uint_eq(found("name = esha and happened(page.viewed)"), 0);
    ck_assert_int_eq(served_api(&c, owner.token, "PATCH", MSG("/api/v1/person/%s", id), NULL, "{\"consent_tracking\":\"given\"}").status, 200);
    ck_assert_int_eq(number_at(told(MSG("{\"kind\":\"page.viewed\",\"person\":\"%s\"}", id), 200), "kept"), 1);
}
END_TEST

START_TEST(limits_hold_on_both_sides)
{
    const char *id = person("dipa"), *bare = MSG("\"kind\":\"page.viewed\",\"person\":\"%s\"", id);
    struct buf b = buf_new(&c.a, 200000);
    for (int i = 0; i < INTAKE_MAX; i++)
        buf_fmt(&b, "%s{%s,\"key\":\"d%d\"}", i ? "," : "", bare, i);
    ck_assert_int_eq(number_at(told(arena_cstr(&c.a, buf_str(&b)), 200), "kept"), INTAKE_MAX);
    struct reply r = send_list(MSG("%.*s,{%s}", STR_ARG(buf_str(&b)), bare));
    ck_assert_int_eq(r.status, 413);
    ck_assert(str_starts(reply_header(&r, "Content-Type"), S("application/problem+json")));
    ck_assert_uint_eq(found(MSG("count(page.viewed) = %d", INTAKE_MAX)), 1);

    static const struct { const char *name; int max; } texts[] = { { "key", INTAKE_KEY_MAX }, { "title", INTAKE_TITLE_MAX }, { "user_agent", 1000 } };
    for (size_t i = 0; i < countof(texts); i++) {
        told(MSG("{%s,\"%s\":\"%s\"}", bare, texts[i].name, long_text(texts[i].max)), 200);
        refused(MSG("{%s,\"%s\":\"%s\"}", bare, texts[i].name, long_text(texts[i].max + 1)), texts[i].name);
    }
    told(MSG("{%s,\"url\":\"https://a%s\"}", bare, long_text(INTAKE_URL_MAX - 9)), 200);
    refused(MSG("{%s,\"url\":\"https://a%s\"}", bare, long_text(INTAKE_URL_MAX - 8)), "url");
    told(MSG("{%s,\"data\":{\"a\":\"%s\"}}", bare, long_text(INTAKE_VALUE_MAX)), 200);
    refused(MSG("{%s,\"data\":{\"a\":\"%s\"}}", bare, long_text(INTAKE_VALUE_MAX + 1)), "data");
    b.n = 0;
    for (int i = 0; i < INTAKE_DATA_MAX; i++)
        buf_fmt(&b, "%s\"m%d\":%d", i ? "," : "", i, i);
    told(MSG("{%s,\"data\":{%.*s}}", bare, STR_ARG(buf_str(&b))), 200);
    refused(MSG("{%s,\"data\":{%.*s,\"more\":1}}", bare, STR_ARG(buf_str(&b))), "data");
    told(MSG("{%s,\"at\":\"%s\"}", bare, ago(-INTAKE_AHEAD_S + 20)), 200);
    refused(MSG("{%s,\"at\":\"%s\"}", bare, ago(-INTAKE_AHEAD_S - 20)), "at");
    r = send_body(MSG("{\"events\":[{%s,\"title\":\"%s\"}]}", bare, long_text((1 << 20) + 1)));
    ck_assert_int_eq(r.status, 413);
}
END_TEST

START_TEST(a_body_of_another_form_is_refused_whole)
{
    static const char *const bad[] = { "", "[]", "{}", "{\"events\":{}}", "{\"events\":[]}", "{\"events\":[{}],\"more\":1}", "{\"events\":[" };
    for (size_t i = 0; i < countof(bad); i++) {
        struct reply r = send_body(bad[i]);
        ck_assert_msg(r.status == 422 && str_starts(reply_header(&r, "Content-Type"), S("application/problem+json")), "%s: %d", bad[i], r.status);
    }
}
END_TEST

/* ── once ────────────────────────────────────────────────────────────────── */

START_TEST(an_event_with_its_key_is_kept_once)
{
    const char *id = person("esha"), *one = MSG("{\"kind\":\"mail.opened\",\"person\":\"%s\",\"key\":\"e-1\"}", id);
    const json_t *a = told(one, 200), *b = told(MSG("%s,%s", one, one), 200);
    ck_assert_str_eq(state_at(b, 0), "duplicate");
    ck_assert_int_eq(number_at(b, "duplicates"), 2);
    ck_assert_str_eq(text_at(item_at(b, 1), "id"), text_at(item_at(a, 0), "id"));
    const char *two = MSG("{\"kind\":\"mail.opened\",\"person\":\"%s\",\"key\":\"e-2\"}", id);
    b = told(MSG("%s,%s", two, two), 200);
    ck_assert_str_eq(state_at(b, 0), "kept");
    ck_assert_str_eq(state_at(b, 1), "duplicate");
    ck_assert_uint_eq(found("count(mail.opened) = 2"), 1);
    token = other.token;                        /* another sender has keys of its own */
    ck_assert_str_eq(state_at(told(one, 200), 0), "kept");
    ck_assert_uint_eq(found("count(mail.opened) = 3"), 1);
}
END_TEST

/* ── people and programs ─────────────────────────────────────────────────── */

#define CHROME "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36"

START_TEST(what_programs_do_is_kept_and_counts_for_nothing)
{
    const char *id = person("farah"), *open = MSG("\"kind\":\"mail.opened\",\"person\":\"%s\"", id);
    const json_t *a = told(MSG("{%s,\"user_agent\":\"" CHROME "\"},{%s,\"user_agent\":\"Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com"
                               " GoogleImageProxy)\"},{%s,\"user_agent\":\"curl/8.5.0\"},{%s,\"user_agent\":\"Mozilla/5.0\"},{%s,\"is_robot\":true},{%s}",
                               open, open, open, open, open, open), 200);
    static const bool robots[] = { false, true, true, true, true, false };
    for (size_t i = 0; i < countof(robots); i++)
        ck_assert_msg(is_robot(a, i) == robots[i], "event %zu", i);
    ck_assert_uint_eq(found("name = farah and count(mail.opened) = 2"), 1);
    /* From where a guard of mailboxes asks, no name of a browser helps; without a name the address alone tells. */
    a = told(MSG("{%s,\"user_agent\":\"" CHROME "\",\"ip\":\"209.222.87.1\"},{%s,\"ip\":\"209.222.87.2\"},{%s,\"ip\":\"209.222.88.1\"},{%s,\"ip\":\"2001:db8::1\"}",
                 open, open, open, open), 200);
    for (size_t i = 0; i < 4; i++)
        ck_assert_msg(is_robot(a, i) == (i < 2), "address %zu", i);
    ck_assert_uint_eq(found("name = farah and count(mail.opened) = 4"), 1);
    /* A call is nobody's guard of a mailbox, whatever program tells of it. */
    a = told(MSG("{\"kind\":\"call.held\",\"person\":\"%s\",\"user_agent\":\"curl/8.5.0\"}", id), 200);
    ck_assert(!is_robot(a, 0));
}
END_TEST

START_TEST(a_click_sooner_than_anybody_reads_is_a_programs)
{
    const char *id = person("gita");
    told(MSG("{\"kind\":\"mail.delivered\",\"person\":\"%s\",\"at\":\"%s\"}", id, ago(100)), 200);
    const json_t *a = told(MSG("{\"kind\":\"mail.clicked\",\"person\":\"%s\",\"at\":\"%s\",\"url\":\"https://a.example/1\"},"
                               "{\"kind\":\"mail.clicked\",\"person\":\"%s\",\"at\":\"%s\",\"url\":\"https://a.example/1\"}", id, ago(92), id, ago(60)), 200);
    ck_assert(is_robot(a, 0) && !is_robot(a, 1));
    ck_assert_uint_eq(found("name = gita and count(mail.clicked) = 1"), 1);
}
END_TEST

START_TEST(of_a_burst_the_earlier_clicks_are_a_programs_too)
{
    const char *id = person("hena");
    struct buf b = buf_new(&c.a, 4000);
    for (int i = 0; i < 2; i++)                 /* two links at once: somebody is quick with both buttons */
        buf_fmt(&b, "%s{\"kind\":\"mail.clicked\",\"person\":\"%s\",\"at\":\"%s\",\"url\":\"https://a.example/%d\"}", i ? "," : "", id, ago(50), i);
    const json_t *a = told(arena_cstr(&c.a, buf_str(&b)), 200);
    ck_assert(!is_robot(a, 0) && !is_robot(a, 1));
    ck_assert_uint_eq(found("name = hena and count(mail.clicked) = 2"), 1);
    a = told(MSG("{\"kind\":\"mail.clicked\",\"person\":\"%s\",\"at\":\"%s\",\"url\":\"https://a.example/3\"}", id, ago(49)), 200);
    ck_assert(is_robot(a, 0));
    ck_assert_uint_eq(found("name = hena and count(mail.clicked) = 0"), 1);
}
END_TEST

/* The score is the seed's: 5 points for a click in a mail, none for a program's. */
START_TEST(scores_and_segments_follow_people_only)
{
    const char *man = person("iqbal"), *machine = person("javed");
    struct reply r = served_api(&c, owner.token, "POST", "/api/v1/segment", NULL,
                                "{\"name\":\"Clickers\",\"entity\":\"person\",\"kind\":\"live\",\"criteria\":\"count(mail.clicked) >= 2\"}");
    ck_assert_msg(r.status == 201, "%.*s", STR_ARG(r.body));
    for (int i = 0; i < 2; i++)
        told(MSG("{\"kind\":\"mail.clicked\",\"person\":\"%s\",\"at\":\"%s\",\"user_agent\":\"" CHROME "\"},"
                 "{\"kind\":\"mail.clicked\",\"person\":\"%s\",\"at\":\"%s\",\"user_agent\":\"curl/8.5.0\"}", man, ago(60 * i), machine, ago(60 * i)), 200);
    int64_t points = 0;
    for (int i = 0; i < 200 && !points; i++) {
        usleep(50000);
        points = number_at(json_of(served_api(&c, owner.token, "GET", MSG("/api/v1/person/%s", man), NULL, NULL)), "engagement");
    }
    ck_assert_int_gt(points, 0);
    for (int i = 0; i < 200 && !found("in segment Clickers"); i++)
        usleep(50000);
    ck_assert_uint_eq(found("in segment Clickers"), 1);
    ck_assert_uint_eq(found("in segment Clickers and name = javed"), 0);
    ck_assert_int_eq(number_at(json_of(served_api(&c, owner.token, "GET", MSG("/api/v1/person/%s", machine), NULL, NULL)), "engagement"), 0);
}
END_TEST

/* ── who may ─────────────────────────────────────────────────────────────── */

START_TEST(sales_and_marketing_may_tell_others_may_not)
{
    static const char *const may[] = { "owner", "cro", "sales_manager", "ae", "sdr", "customer_success", "marketing_manager", "marketer" };
    const char *id = person("kamal"), *event = MSG("{\"kind\":\"page.viewed\",\"person\":\"%s\"}", id);
    for (int i = 0; i < MODEL_ROLES; i++) {
        int status = 403;
        for (size_t k = 0; k < countof(may); k++)
            status = strcmp(model_role[i], may[k]) ? status : 200;
        token = of_role[i].token;
        struct reply r = send_list(event);
        ck_assert_msg(r.status == status, "%s: %d: %.*s", model_role[i], r.status, STR_ARG(r.body));
    }
    token = "setu1_nothing";
    ck_assert_int_eq(send_list(event).status, 401);
    ck_assert_uint_eq(found(MSG("name = kamal and count(page.viewed) = %zu", countof(may))), 1);
}
END_TEST

START_TEST(a_key_needs_see_and_create_and_no_more)
{
    const char *event = MSG("{\"kind\":\"page.viewed\",\"person\":\"%s\"}", person("lata"));
    token = see_only;
    ck_assert_int_eq(send_list(event).status, 403);
    token = create_only;
    ck_assert_int_eq(send_list(event).status, 403);
    token = tracker;
    ck_assert_int_eq(send_list(event).status, 200);
}
END_TEST

START_TEST(the_description_tells_of_it)
{
    const json_t *doc = json_of(served_api(&c, owner.token, "GET", "/api/v1/openapi.json", NULL, NULL));
    const json_t *post = json_object_get(json_object_get(json_object_get(doc, "paths"), "/events"), "post");
    ck_assert_str_eq(text_at(post, "operationId"), "tell_events");
    const json_t *event = json_object_get(json_object_get(json_object_get(doc, "components"), "schemas"), "Event");
    static const char *const members[] = { "kind", "person", "at", "channel", "source", "campaign", "url", "title", "data", "key", "user_agent", "ip", "is_robot" };
    for (size_t i = 0; i < countof(members); i++)
        ck_assert_msg(json_object_get(json_object_get(event, "properties"), members[i]), "%s is not told of", members[i]);
}
END_TEST

/* ── work in the background ──────────────────────────────────────────────── */

/* As the owner's browser asks. */
static struct reply browse(const char *path)
{
    c.ncookies = 0;
    c.cookie[c.ncookies++] = (struct client_pair){ S("sid"), str_of(owner.session) };
    struct reply r = client_get(&c, path);
    for (int i = 0; i < 200 && reply_has(&r, "Learning"); i++) {
        usleep(50000);
        r = client_get(&c, path);
    }
    return r;
}

START_TEST(learning_leaves_the_request_and_its_end_is_told)
{
    struct reply r = browse("/scores");
    ck_assert_int_eq(r.status, 200);
    ck_assert(reply_has(&r, "id=\"chance\"") && reply_has(&r, "/scores/fit"));
    ck_assert_int_eq(client_post(&c, "/scores/fit", MSG("csrf=%s", owner.csrf)).status, 303);
    r = browse("/scores?part=model");           /* nothing to learn from in this house, and it says so */
    ck_assert_msg(reply_has(&r, "too little history") && !reply_has(&r, "<html") && reply_has(&r, "/scores/fit"), "%.*s", STR_ARG(r.body));
    r = client_get(&c, "/metrics");
    ck_assert(reply_has(&r, "# TYPE setu_jobs gauge\n") && reply_has(&r, "state=\"queued\"} "));
    ck_assert(reply_has(&r, "setu_jobs_oldest_seconds{") && reply_has(&r, "setu_feed_lag{"));
}
END_TEST

/* The timeline tells what came from outside, and what robots did only where it is asked for. */
START_TEST(the_timeline_keeps_robots_apart)
{
    const char *id = person("mina");
    told(MSG("{\"kind\":\"webinar.joined\",\"person\":\"%s\",\"title\":\"Packing rice\"},"
             "{\"kind\":\"mail.opened\",\"person\":\"%s\",\"title\":\"Fetched ahead\",\"user_agent\":\"Mozilla/5.0\"}", id, id), 200);
    struct reply r = browse(MSG("/people/%s", id));
    ck_assert(reply_has(&r, "webinar.joined") && reply_has(&r, "Packing rice") && !reply_has(&r, "Fetched ahead"));
    ck_assert(reply_has(&r, "show=robots"));
    r = browse(MSG("/people/%s?show=robots", id));
    ck_assert(reply_has(&r, "Fetched ahead") && reply_has(&r, "not yet by its reader") && !reply_has(&r, "Packing rice"));
    r = browse(MSG("/people/%s", person("nadia")));
    ck_assert(!reply_has(&r, "show=robots"));
}
END_TEST

/* What came beside the title stands below it, as text and nothing else, each in its own direction. */
START_TEST(the_timeline_tells_what_an_event_brought)
{
    const char *id = person("facts");
    told(MSG("{\"kind\":\"webinar.joined\",\"person\":\"%s\",\"title\":\"Packing tea\",\"url\":\"https://p.example/tea?a=1&b=2\",\"channel\":\"email\","
             "\"data\":{\"value\":1200,\"content\":\"<b>bold\",\"<i>odd\":\"\\u202eright\",\"kept\":true,\"none\":null,\"long\":\"%s\"}}",
             id, long_text(INTAKE_VALUE_MAX)), 200);
    struct reply r = browse(MSG("/people/%s", id));
    ck_assert(reply_has(&r, "Packing tea"));
    ck_assert(reply_has(&r, "<bdi>Value</bdi>: <bdi>1,200</bdi>"));
    ck_assert(reply_has(&r, "<bdi>Content</bdi>: <bdi>&lt;b&gt;bold</bdi>") && !reply_has(&r, "<b>bold"));
    ck_assert(reply_has(&r, "<bdi>&lt;i&gt;odd</bdi>: <bdi>\u202eright</bdi>"));
    ck_assert(reply_has(&r, "<bdi>kept</bdi>: <bdi>true</bdi>") && !reply_has(&r, "<bdi>none</bdi>"));
    ck_assert(reply_has(&r, "https://p.example/tea?a=1&amp;b=2</bdi>") && reply_has(&r, "<bdi>Channel</bdi>: "));
    ck_assert(reply_has(&r, "\u2026</bdi>") && !reply_has(&r, long_text(INTAKE_VALUE_MAX)));
    id = person("bare");
    told(MSG("{\"kind\":\"webinar.joined\",\"person\":\"%s\",\"title\":\"Bare one\"}", id), 200);
    r = browse(MSG("/people/%s", id));
    ck_assert(reply_has(&r, "Bare one") && !reply_has(&r, "told\""));
}
END_TEST

/* ── the house ───────────────────────────────────────────────────────────── */

static void open_house(void)
{
    struct arena a = arena_open(8 << 20);
    struct workspace *ws;
    struct err e = { 0 };
    served_new(&server, "en");
    if (!workspace_open(server.data, &ws, &e))
        die("%s", e.detail);
    served_user(ws, &a, &owner, "boss@p.example", "owner", 0, "en");
    served_user(ws, &a, &other, "other@p.example", "owner", 0, "en");
    for (int i = 0; i < MODEL_ROLES; i++)
        served_user(ws, &a, &of_role[i], arena_fmt(&a, "%s@p.example", model_role[i]).p, model_role[i], 0, "en");
    snprintf(see_only, sizeof see_only, "setu1_%032d", 1);
    snprintf(create_only, sizeof create_only, "setu1_%032d", 2);
    snprintf(tracker, sizeof tracker, "setu1_%032d", 3);
    served_token(ws, &a, owner.id, see_only, "see", 0, false);
    served_token(ws, &a, owner.id, create_only, "create", 0, false);
    served_token(ws, &a, owner.id, tracker, "see,create", 0, false);
    workspace_close(ws);
    arena_close(&a);
    if (!served_start(&server))
        die("the server does not start");
}

int main(void)
{
    open_house();
    int failed = suite_run("feed", 120, begin, end, TESTS(
        a_list_is_kept_and_answered_in_its_order,
        what_is_wrong_with_one_keeps_no_other_out,
        each_member_has_its_mistakes, what_one_looks_at_is_kept_of_nobody_who_took_consent_back,
        limits_hold_on_both_sides,
        a_body_of_another_form_is_refused_whole,
        an_event_with_its_key_is_kept_once,
        what_programs_do_is_kept_and_counts_for_nothing,
        a_click_sooner_than_anybody_reads_is_a_programs,
        of_a_burst_the_earlier_clicks_are_a_programs_too,
        scores_and_segments_follow_people_only,
        sales_and_marketing_may_tell_others_may_not,
        a_key_needs_see_and_create_and_no_more,
        the_description_tells_of_it,
        learning_leaves_the_request_and_its_end_is_told,
        the_timeline_keeps_robots_apart,
        the_timeline_tells_what_an_event_brought));
    served_stop(&server);
    failed += server.is_broken;
    served_remove(&server);
    return failed != 0;
}
