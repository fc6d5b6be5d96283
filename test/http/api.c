/* api.c - what REST promises, asked of the real program.
 *
 * One server for all tests; each test makes the records it looks at. Answers are
 * read with jansson, so that an answer which is no JSON fails by itself. */
#include "api/api.h"
#include "app/workspace.h"
#include "base/clock.h"
#include "client/served.h"
#include "data.h"
#include "../suite.h"
#include <dirent.h>
#include <jansson.h>
#include <unistd.h>
#include <pthread.h>

static struct served server;
static struct served_user owner, seller, stranger;
static struct client c;

#define API(...) served_api(&c, owner.token, __VA_ARGS__)
#define NEW_PERSON(json) API("POST", "/api/v1/person", NULL, json)
#define MSG(...) arena_fmt(&c.a, __VA_ARGS__).p
#define SHOWS(r, code) ck_assert_msg((r).status == (code), "%d, not %d: %.*s", (r).status, (code), STR_ARG((r).body))

/* What jansson makes lives in the client's arena and goes with it. */
static void *keep(size_t n) { return arena_alloc(&c.a, n ? n : 1, 16, 1); }
static void leave(void *p) { (void)p; }

static void begin(void)
{
    c = served_client(&server);
    json_set_alloc_funcs(keep, leave);
}

static void end(void) { client_free(&c); }

/* ── reading answers ─────────────────────────────────────────────────────── */

static json_t *json_of(struct reply r)
{
    json_error_t at;
    json_t *j = json_loadb(r.body.p, r.body.n, JSON_DECODE_ANY, &at);
    ck_assert_msg(j != NULL, "%s in: %.*s", at.text, STR_ARG(r.body));
    return j;
}

static const char *text_at(const json_t *j, const char *name)
{
    const char *s = json_string_value(json_object_get(j, name));
    return s ? s : "";
}

static const char *id_of(struct reply r) { return text_at(json_of(r), "id"); }
static int64_t version_of(struct reply r) { return json_integer_value(json_object_get(json_of(r), "version")); }

/* RFC 9457: its type, a title for people, the status again, and who to ask about. */
static void is_problem(struct reply r, int status)
{
    SHOWS(r, status);
    ck_assert_msg(str_starts(reply_header(&r, "Content-Type"), S("application/problem+json")), "%.*s",
                  STR_ARG(reply_header(&r, "Content-Type")));
    json_t *j = json_of(r);
    ck_assert_msg(*text_at(j, "title") != '\0', "a problem without a title");
    ck_assert_int_eq(json_integer_value(json_object_get(j, "status")), status);
    ck_assert_msg(!strncmp(text_at(j, "instance"), "urn:request:", 12), "%.*s", STR_ARG(r.body));
}

static struct reply person(const char *name)
{
    struct reply r = NEW_PERSON(MSG("{\"name\":\"%s\"}", name));
    SHOWS(r, 201);
    return r;
}

static const char *path_of(struct reply r) { return MSG("/api/v1/person/%s", id_of(r)); }

static size_t count_of(const char *q)
{
    json_t *j = json_of(API("GET", MSG("/api/v1/person?limit=200&q=%s", q), NULL, NULL));
    return json_array_size(json_object_get(j, "items"));
}

/* ── one record ──────────────────────────────────────────────────────────── */

/* Without what follows by itself a moment later: the score, and when the record was last touched. */
static json_t *by_people(json_t *j)
{
    static const char *const follows[] = { "fit", "engagement", "grade", "lifecycle", "last_activity_at", "updated_at" };
    for (size_t i = 0; i < countof(follows); i++)
        json_object_del(j, follows[i]);
    return j;
}

/* The record once its score has been counted; after five seconds as it is. */
static struct reply scored(struct reply r)
{
    const char *path = path_of(r);
    for (int i = 0; i < 100; i++) {
        r = API("GET", path, NULL, NULL);
        SHOWS(r, 200);
        if (json_is_integer(json_object_get(json_of(r), "fit")))
            break;
        usleep(50 * 1000);
    }
    return r;
}

START_TEST(name_and_email_are_enough_for_a_person)
{
    struct reply r = NEW_PERSON("{\"name\":\"Rahima Khatun\",\"email\":\"rahima@example.org\"}");
    SHOWS(r, 201);
    json_t *j = json_of(r);
    ck_assert_str_eq(text_at(j, "name"), "Rahima Khatun");
    ck_assert_str_eq(text_at(j, "email"), "rahima@example.org");
    ck_assert_int_eq(json_integer_value(json_object_get(j, "version")), 1);
    ck_assert_str_eq(arena_cstr(&c.a, reply_header(&r, "Location")), path_of(r));
    struct reply again = API("GET", path_of(r), NULL, NULL);
    SHOWS(again, 200);
    ck_assert_msg(json_equal(by_people(json_of(again)), by_people(j)), "what was created reads otherwise: %.*s", STR_ARG(again.body));
}
END_TEST

START_TEST(a_local_number_is_of_the_persons_country)
{
    struct reply r = NEW_PERSON("{\"name\":\"Anil\",\"phone\":\"98765 43210\",\"country\":\"India\"}");
    SHOWS(r, 201);
    ck_assert_str_eq(text_at(json_of(r), "country"), "IN");
    ck_assert_str_eq(text_at(json_of(r), "phone"), "+919876543210");
    struct reply p = API("PATCH", path_of(r), NULL, "{\"phone\":\"98765 43211\"}");
    SHOWS(p, 200);
    ck_assert_str_eq(text_at(json_of(p), "phone"), "+919876543211");
    p = API("PATCH", path_of(r), NULL, "{\"phone\":\"0912 345 6789\",\"country\":\"IR\"}");
    SHOWS(p, 200);
    ck_assert_str_eq(text_at(json_of(p), "phone"), "+989123456789");
    p = API("POST", "/api/v1/phone_number", NULL, MSG("{\"number\":\"0912 345 6780\",\"person\":\"%s\"}", text_at(json_of(r), "id")));
    SHOWS(p, 201);
    ck_assert_str_eq(text_at(json_of(p), "number"), "+989123456780");
}
END_TEST

START_TEST(what_is_read_can_be_sent_back)
{
    struct reply r = scored(person("Round Trip")), back = API("PATCH", path_of(r), NULL, arena_cstr(&c.a, r.body));
    SHOWS(back, 200);
    ck_assert_int_eq(version_of(back), 1);      /* nothing changed, so no version was spent */
}
END_TEST

START_TEST(a_change_with_the_right_version_is_kept)
{
    struct reply r = person("Before"), p = API("PATCH", path_of(r), NULL, "{\"version\":1,\"name\":\"After\"}");
    SHOWS(p, 200);
    ck_assert_int_eq(version_of(p), 2);
    ck_assert_str_eq(text_at(json_of(API("GET", path_of(r), NULL, NULL)), "name"), "After");
}
END_TEST

START_TEST(a_stale_change_is_refused_with_what_is_stored)
{
    struct reply r = person("First");
    SHOWS(API("PATCH", path_of(r), NULL, "{\"version\":1,\"name\":\"Second\"}"), 200);
    struct reply p = API("PATCH", path_of(r), NULL, "{\"version\":1,\"name\":\"Third\"}");
    is_problem(p, 409);
    json_t *now = json_object_get(json_of(p), "current");
    ck_assert_str_eq(text_at(now, "name"), "Second");
    ck_assert_int_eq(json_integer_value(json_object_get(now, "version")), 2);
    struct reply tag = API("PATCH", path_of(r), "If-Match: \"1\"\r\n", "{\"name\":\"Fourth\"}");
    is_problem(tag, 409);
    SHOWS(API("PATCH", path_of(r), "If-Match: \"2\"\r\n", "{\"name\":\"Fifth\"}"), 200);
}
END_TEST

START_TEST(a_version_that_is_none_is_refused_not_ignored)
{
    struct reply r = person("Strict");
    is_problem(API("PATCH", path_of(r), NULL, "{\"version\":\"1\",\"name\":\"X\"}"), 422);
    is_problem(API("PATCH", path_of(r), NULL, "{\"version\":-4,\"name\":\"X\"}"), 422);
    is_problem(API("PATCH", path_of(r), "If-Match: 1\r\n", "{\"name\":\"X\"}"), 422);
    ck_assert_str_eq(text_at(json_of(API("GET", path_of(r), NULL, NULL)), "name"), "Strict");
}
END_TEST

START_TEST(delete_answers_204_and_then_it_is_gone)
{
    struct reply r = person("Gone"), d = API("DELETE", path_of(r), NULL, NULL);
    SHOWS(d, 204);
    ck_assert_uint_eq(d.body.n, 0);
    is_problem(API("GET", path_of(r), NULL, NULL), 404);
    is_problem(API("DELETE", path_of(r), NULL, NULL), 404);
    is_problem(API("PATCH", path_of(r), NULL, "{\"name\":\"X\"}"), 404);
}
END_TEST

START_TEST(a_write_is_undone_by_its_id_once)
{
    struct reply r = person("Back Again"), d = API("DELETE", path_of(r), NULL, NULL);
    SHOWS(d, 204);
    const char *write = arena_cstr(&c.a, reply_header(&d, "X-Write")), *undo = MSG("/api/v1/undo/%s", write);
    ck_assert(*write);
    is_problem(served_api(&c, "setu1_delete", "POST", undo, NULL, NULL), 403);     /* bringing back is making */
    is_problem(API("GET", path_of(r), NULL, NULL), 404);
    struct reply u = API("POST", undo, NULL, NULL);
    SHOWS(u, 200);
    ck_assert_str_eq(text_at(json_of(u), "undone"), write);
    ck_assert(str_eq(reply_header(&u, "X-Write"), str_of(text_at(json_of(u), "write"))));
    SHOWS(API("GET", path_of(r), NULL, NULL), 200);
    is_problem(API("POST", undo, NULL, NULL), 409);
    is_problem(API("POST", "/api/v1/undo/zzzzzzzzzzzzz", NULL, NULL), 404);
    SHOWS(API("POST", MSG("/api/v1/undo/%s", text_at(json_of(u), "write")), NULL, NULL), 200);     /* and the undo too */
    is_problem(API("GET", path_of(r), NULL, NULL), 404);
}
END_TEST

START_TEST(a_stale_delete_is_refused)
{
    struct reply r = person("Kept");
    SHOWS(API("PATCH", path_of(r), NULL, "{\"name\":\"Kept still\"}"), 200);
    is_problem(API("DELETE", path_of(r), "If-Match: \"1\"\r\n", NULL), 409);
    SHOWS(API("DELETE", path_of(r), "If-Match: \"2\"\r\n", NULL), 204);
}
END_TEST

START_TEST(every_name_of_an_entity_leads_to_it)
{
    struct reply r = person("Both ways");
    SHOWS(API("GET", MSG("/api/v1/people/%s", id_of(r)), NULL, NULL), 200);
    is_problem(API("GET", "/api/v1/nothing", NULL, NULL), 404);
    is_problem(API("GET", "/api/v1/person/!!", NULL, NULL), 404);
    is_problem(API("GET", "/api/v1/person/zzzzzzzzzzzzz", NULL, NULL), 404);
}
END_TEST

/* ── many ────────────────────────────────────────────────────────────────── */

START_TEST(bulk_happens_whole_or_not_at_all)
{
    struct reply r = API("POST", "/api/v1/person/bulk", NULL,
                         "{\"items\":[{\"name\":\"Bulkone\"},{\"name\":\"Bulktwo\"},{\"name\":\"\"}]}");
    is_problem(r, 422);
    ck_assert_int_eq(json_integer_value(json_object_get(json_of(r), "position")), 3);
    ck_assert_uint_eq(count_of("Bulkone"), 0);
    r = API("POST", "/api/v1/person/bulk", NULL, "{\"items\":[{\"name\":\"Bulkone\"},{\"name\":\"Bulktwo\"}]}");
    SHOWS(r, 200);
    ck_assert_uint_eq(json_array_size(json_object_get(json_of(r), "ids")), 2);
    ck_assert_uint_eq(count_of("Bulkone"), 1);
    const char *one = json_string_value(json_array_get(json_object_get(json_of(r), "ids"), 0));
    const char *two = json_string_value(json_array_get(json_object_get(json_of(r), "ids"), 1));
    /* a stale item takes the others with it */
    is_problem(API("POST", "/api/v1/person/bulk", NULL,
                   MSG("{\"items\":[{\"id\":\"%s\",\"name\":\"Bulkthree\"},{\"id\":\"%s\",\"version\":9,\"name\":\"X\"}]}", one, two)), 409);
    ck_assert_uint_eq(count_of("Bulkthree"), 0);
    is_problem(API("POST", "/api/v1/person/bulk", NULL, MSG("{\"delete\":[\"%s\",\"zzzzzz\"]}", one)), 404);
    ck_assert_uint_eq(count_of("Bulkone"), 1);
    SHOWS(API("POST", "/api/v1/person/bulk", NULL, MSG("{\"delete\":[\"%s\",\"%s\"]}", one, two)), 200);
    ck_assert_uint_eq(count_of("Bulkone"), 0);
}
END_TEST

static const char *bulk_of(size_t n, const char *name)
{
    struct buf b = buf_new(&c.a, 1 << 20);
    buf_lit(&b, "{\"items\":[");
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s{\"name\":\"%s %zu\"}", i ? "," : "", name, i);
    buf_lit(&b, "]}");
    return arena_cstr(&c.a, buf_str(&b));
}

START_TEST(bulk_takes_500_and_not_501)
{
    SHOWS(API("POST", "/api/v1/person/bulk", NULL, bulk_of(500, "Five")), 200);
    is_problem(API("POST", "/api/v1/person/bulk", NULL, bulk_of(501, "Six")), 413);
    ck_assert_uint_eq(count_of("Six"), 0);
}
END_TEST

START_TEST(a_bulk_of_the_wrong_shape_is_refused)
{
    static const char *const bad[] = {
        "{\"items\":{\"name\":\"x\"}}", "{\"items\":\"x\"}", "{\"items\":[1]}", "{\"items\":[null]}", "{\"items\":[{\"id\":7}]}",
        "{\"delete\":\"x\"}", "{\"delete\":[7]}", "{\"delete\":[{}]}", "{\"item\":[]}", "[]",
    };
    for (size_t i = 0; i < countof(bad); i++) {
        struct reply r = API("POST", "/api/v1/person/bulk", NULL, bad[i]);
        ck_assert_msg(r.status == 422, "%s: %d %.*s", bad[i], r.status, STR_ARG(r.body));
        is_problem(r, 422);
    }
}
END_TEST

/* "field: detail" of each, in their order. */
static str faults_of_reply(struct reply r)
{
    struct buf b = buf_new(&c.a, 4096);
    json_t *v = json_object_get(json_of(r), "errors"), *one;
    size_t i;
    json_array_foreach(v, i, one) {
        ck_assert_msg(*text_at(one, "detail"), "a fault without words");
        buf_fmt(&b, "%s%s", i ? " " : "", text_at(one, "field"));
    }
    return buf_str(&b);
}
#define FAULTS(r, names) ck_assert_msg(str_eq(faults_of_reply(r), S(names)), "%.*s", STR_ARG((r).body))

START_TEST(a_problem_tells_every_field_to_mend)
{
    struct reply r = API("POST", "/api/v1/person", NULL, "{\"name\":\"\",\"email\":\"nomail\",\"birthday\":\"soon\",\"city\":\"Khulna\"}");
    is_problem(r, 422);
    ck_assert_str_eq(text_at(json_of(r), "field"), "email");       /* the first read, as before */
    FAULTS(r, "email birthday name");
    r = API("POST", "/api/v1/person", NULL, "{\"city\":\"Khulna\"}");
    is_problem(r, 422);
    FAULTS(r, "name");
    r = API("POST", "/api/v1/deal", NULL, "{\"name\":\"\",\"company\":\"zzzzzzzzzzzzz\"}");
    is_problem(r, 422);
    struct reply made = API("POST", "/api/v1/person", NULL, "{\"name\":\"Faultless\"}");
    r = API("PATCH", MSG("/api/v1/person/%s", id_of(made)), NULL, "{\"name\":null,\"email\":\"nomail\"}");
    is_problem(r, 422);
    FAULTS(r, "email name");
    r = API("GET", "/api/v1/person/summary?q=city%20%3D%20Khulna", NULL, NULL);
    ck_assert_msg(!reply_has(&r, "\"count\":1"), "what was only looked at was kept");
}
END_TEST

/* Hours and zones are asked for where they are written, not where a clock runs by them. */
START_TEST(hours_and_zones_are_checked_at_the_gate)
{
    static const struct { const char *hours, *zone, *field, *says; } cases[] = {
        { "mon 9-25\\nxyz", "Asia/Dhaka", "hours", "9-25" }, { "Mon 09:00-17:00\\nxyz", "Asia/Dhaka", "hours", "Line 2" },
        { "Mon 18:00-09:00", "Asia/Dhaka", "hours", "18:00-09:00" }, { "Mon closed", "Asia/Dhaka", "hours", "at least one day" },
        { "Mon 09:00-17:00", "Mars/Phobos", "zone", "Mars/Phobos" },
    };
    for (size_t i = 0; i < countof(cases); i++) {
        struct reply r = API("POST", "/api/v1/work_calendar", NULL,
                             MSG("{\"name\":\"Gate %zu\",\"hours\":\"%s\",\"zone\":\"%s\"}", i, cases[i].hours, cases[i].zone));
        is_problem(r, 422);
        ck_assert_msg(str_eq(faults_of_reply(r), str_of(cases[i].field)), "%.*s", STR_ARG(r.body));
        ck_assert_msg(reply_has(&r, cases[i].says), "no '%s' in %.*s", cases[i].says, STR_ARG(r.body));
    }
    struct reply r = API("POST", "/api/v1/work_calendar", NULL,
                         "{\"name\":\"Gate\",\"hours\":\"Mon-Fri 09:00-17:00\\nSat 09:00-12:00\",\"zone\":\"Asia/Dhaka\"}");
    SHOWS(r, 201);
    r = API("PATCH", MSG("/api/v1/work_calendar/%s", id_of(r)), NULL, "{\"zone\":\"Mars/Phobos\"}");
    is_problem(r, 422);
    r = API("POST", "/api/v1/user", NULL, "{\"name\":\"Martian\",\"email\":\"mars@house.example\",\"zone\":\"Mars/Phobos\"}");
    is_problem(r, 422);
    FAULTS(r, "zone");
}
END_TEST

START_TEST(lists_have_items_and_next)
{
    json_t *j = json_of(API("GET", "/api/v1/person?limit=1", NULL, NULL));
    ck_assert_uint_eq(json_array_size(json_object_get(j, "items")), 1);
    ck_assert(json_is_string(json_object_get(j, "next")));
    j = json_of(API("GET", "/api/v1/person?q=nobodyhasthisname", NULL, NULL));
    ck_assert_uint_eq(json_array_size(json_object_get(j, "items")), 0);
    ck_assert(json_is_null(json_object_get(j, "next")));
    ck_assert_uint_eq(json_object_size(j), 2);
}
END_TEST

/* Pages of 50 over 500 people while others come in before, between and behind: none of the 500
 * is missed and none comes twice. */
START_TEST(pages_follow_each_other_while_records_come_in)
{
    enum { ALL = 500 };
    char seen[ALL] = "";
    size_t n = 0, pages = 0;
    SHOWS(API("POST", "/api/v1/person/bulk", NULL, bulk_of(ALL, "Walker")), 200);
    const char *path = "/api/v1/person?q=name%20%7E%20Walker&sort=name&limit=50";
    for (const char *next = ""; next; pages++) {
        struct reply r = API("GET", *next ? MSG("%s&cursor=%s", path, next) : path, NULL, NULL);
        SHOWS(r, 200);
        json_t *j = json_of(r), *items = json_object_get(j, "items");
        for (size_t i = 0; i < json_array_size(items); i++) {
            const char *name = text_at(json_array_get(items, i), "name");
            long k = !strncmp(name, "Walker ", 7) ? strtol(name + 7, NULL, 10) : -1;
            if (k < 0 || k >= ALL || strstr(name, "new"))
                continue;
            ck_assert_msg(!seen[k], "%s came twice", name);
            seen[k] = 1, n++;
        }
        next = json_string_value(json_object_get(j, "next"));
        person(MSG("Walker 0new%zu", pages)), person(MSG("Walker 9new%zu", pages)), person(MSG("Walker new %zu", pages));
        ck_assert_msg(pages < 30, "the pages do not end");
    }
    ck_assert_uint_eq(n, ALL);
}
END_TEST

START_TEST(limit_is_told_on_both_sides)
{
    SHOWS(API("GET", "/api/v1/person?limit=1", NULL, NULL), 200);
    SHOWS(API("GET", "/api/v1/person?limit=200", NULL, NULL), 200);
    is_problem(API("GET", "/api/v1/person?limit=0", NULL, NULL), 422);
    is_problem(API("GET", "/api/v1/person?limit=201", NULL, NULL), 422);
    is_problem(API("GET", "/api/v1/person?limit=x", NULL, NULL), 422);
    is_problem(API("GET", "/api/v1/person?cursor=nonsense", NULL, NULL), 422);
}
END_TEST

START_TEST(fields_choose_what_is_told)
{
    struct reply made = NEW_PERSON("{\"name\":\"Fieldly\",\"email\":\"fieldly@example.org\"}");
    SHOWS(made, 201);
    json_t *j = json_of(API("GET", "/api/v1/person?q=Fieldly&fields=name,email", NULL, NULL));
    json_t *one = json_array_get(json_object_get(j, "items"), 0);
    ck_assert_str_eq(text_at(one, "email"), "fieldly@example.org");
    ck_assert(json_object_get(one, "phone") == NULL);
    ck_assert(json_object_get(one, "id") != NULL);
    is_problem(API("GET", "/api/v1/person?fields=name,nosuch", NULL, NULL), 422);
    is_problem(API("GET", "/api/v1/user?fields=password", NULL, NULL), 422);
}
END_TEST

START_TEST(sort_goes_both_ways_and_knows_its_fields)
{
    person("Sortable Anwar"), person("Sortable Zeba");
    json_t *up = json_of(API("GET", "/api/v1/person?q=Sortable&sort=name", NULL, NULL));
    json_t *down = json_of(API("GET", "/api/v1/person?q=Sortable&sort=-name", NULL, NULL));
    ck_assert_str_eq(text_at(json_array_get(json_object_get(up, "items"), 0), "name"), "Sortable Anwar");
    ck_assert_str_eq(text_at(json_array_get(json_object_get(down, "items"), 0), "name"), "Sortable Zeba");
    is_problem(API("GET", "/api/v1/person?sort=nosuch", NULL, NULL), 422);
    is_problem(API("GET", "/api/v1/user?sort=password", NULL, NULL), 422);
}
END_TEST

START_TEST(a_wrong_query_tells_where)
{
    struct reply r = API("GET", "/api/v1/person?q=name%20%3D%20%28", NULL, NULL);
    is_problem(r, 422);
    ck_assert_int_gt(json_integer_value(json_object_get(json_of(r), "position")), 0);
    ck_assert_str_eq(json_string_value(json_object_get(json_of(r), "field")), "q");
    is_problem(API("GET", "/api/v1/person?q=nosuch%20%3D%201", NULL, NULL), 422);
    is_problem(API("GET", "/api/v1/user?q=password%20%7E%20a", NULL, NULL), 422);
}
END_TEST

START_TEST(totals_count_and_add)
{
    struct reply r = API("GET", "/api/v1/person/summary?q=Walker&group=owner", NULL, NULL);
    SHOWS(r, 200);
    ck_assert(json_is_array(json_object_get(json_of(r), "items")));
    r = API("GET", "/api/v1/deal/summary?sum=amount", NULL, NULL);
    SHOWS(r, 200);
    ck_assert_str_eq(text_at(json_of(r), "currency"), "BDT");
    is_problem(API("GET", "/api/v1/deal/summary?sum=nosuch", NULL, NULL), 422);
    is_problem(API("GET", "/api/v1/deal/summary?group=nosuch", NULL, NULL), 422);
}
END_TEST

/* ── the same request again ──────────────────────────────────────────────── */

START_TEST(a_repeated_key_gives_the_same_answer_once_done)
{
    const char *key = "Idempotency-Key: once-and-only\r\n", *body = "{\"name\":\"Idemone\"}";
    struct reply a = API("POST", "/api/v1/person", key, body), b = API("POST", "/api/v1/person", key, body);
    SHOWS(a, 201);
    SHOWS(b, 201);
    ck_assert_msg(str_eq(a.body, b.body), "%.*s | %.*s", STR_ARG(a.body), STR_ARG(b.body));
    ck_assert_msg(str_eq(reply_header(&a, "Location"), reply_header(&b, "Location")), "another Location");
    ck_assert_uint_eq(count_of("Idemone"), 1);
    is_problem(API("POST", "/api/v1/person", key, "{\"name\":\"Idemtwo\"}"), 409);
    ck_assert_uint_eq(count_of("Idemtwo"), 0);
    /* a key is its owner's: another user may have the same */
    SHOWS(served_api(&c, seller.token, "POST", "/api/v1/person", key, "{\"name\":\"Idemthree\"}"), 201);
}
END_TEST

START_TEST(a_refused_request_does_not_use_its_key_up)
{
    const char *key = "Idempotency-Key: refused-first\r\n";
    is_problem(API("POST", "/api/v1/person", key, "{\"name\":\"\"}"), 422);
    SHOWS(API("POST", "/api/v1/person", key, "{\"name\":\"Idemfour\"}"), 201);
}
END_TEST

START_TEST(a_key_has_200_characters_and_not_201)
{
    char key[260];
    snprintf(key, sizeof key, "Idempotency-Key: %0200d\r\n", 7);
    SHOWS(API("POST", "/api/v1/person", key, "{\"name\":\"Keylong\"}"), 201);
    snprintf(key, sizeof key, "Idempotency-Key: %0201d\r\n", 7);
    is_problem(API("POST", "/api/v1/person", key, "{\"name\":\"Keylonger\"}"), 422);
}
END_TEST

static void *post_idem(void *status)
{
    struct client mine = served_client(&server);
    struct reply r = served_api(&mine, owner.token, "POST", "/api/v1/person", "Idempotency-Key: parallel\r\n",
                                "{\"name\":\"Idemparallel\"}");
    *(int *)status = r.status;
    client_free(&mine);
    return NULL;
}

START_TEST(twenty_at_once_with_one_key_make_one_record)
{
    enum { AT_ONCE = 20 };
    pthread_t t[AT_ONCE];
    int status[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++)
        pthread_create(&t[i], NULL, post_idem, &status[i]);
    for (int i = 0; i < AT_ONCE; i++) {
        pthread_join(t[i], NULL);
        ck_assert_int_eq(status[i], 201);
    }
    ck_assert_uint_eq(count_of("Idemparallel"), 1);
}
END_TEST

/* ── tokens ──────────────────────────────────────────────────────────────── */

START_TEST(a_token_does_what_its_scopes_say)
{
    struct reply r = person("Scoped");
    const char *path = path_of(r), *see = "setu1_see", *make = "setu1_create", *change = "setu1_change", *gone = "setu1_delete";
    SHOWS(served_api(&c, see, "GET", path, NULL, NULL), 200);
    is_problem(served_api(&c, see, "POST", "/api/v1/person", NULL, "{\"name\":\"Scopeone\"}"), 403);
    is_problem(served_api(&c, see, "PATCH", path, NULL, "{\"name\":\"X\"}"), 403);
    is_problem(served_api(&c, see, "DELETE", path, NULL, NULL), 403);
    is_problem(served_api(&c, make, "GET", path, NULL, NULL), 404);
    is_problem(served_api(&c, change, "DELETE", path, NULL, NULL), 403);
    SHOWS(served_api(&c, change, "PATCH", path, NULL, "{\"name\":\"Scoped still\"}"), 200);
    SHOWS(served_api(&c, gone, "DELETE", path, NULL, NULL), 204);
    ck_assert_uint_eq(count_of("Scopeone"), 0);
}
END_TEST

START_TEST(a_token_that_ended_opens_nothing)
{
    static const char *const bad[] = { "setu1_expired", "setu1_revoked", "setu1_unknown", "setu1_disabled", "setu2_see", "x", "" };
    for (size_t i = 0; i < countof(bad); i++) {
        struct reply r = served_api(&c, bad[i], "GET", "/api/v1/person", NULL, NULL);
        ck_assert_msg(r.status == 401, "%s: %d", bad[i], r.status);
        is_problem(r, 401);
    }
    is_problem(served_api(&c, NULL, "GET", "/api/v1/person", NULL, NULL), 401);
    is_problem(served_api(&c, NULL, "POST", "/api/v1/person", NULL, "{\"name\":\"x\"}"), 401);
}
END_TEST

START_TEST(a_token_is_no_session_and_opens_no_page)
{
    ck_assert_int_eq(served_api(&c, owner.token, "GET", "/people", NULL, NULL).status, 403);
}
END_TEST

START_TEST(a_role_is_a_limit_for_its_token_too)
{
    struct reply r = person("Foreign");
    is_problem(served_api(&c, seller.token, "DELETE", path_of(r), NULL, NULL), 403);
    is_problem(served_api(&c, seller.token, "POST", "/api/v1/user", NULL, "{\"name\":\"x\",\"email\":\"x@y.example\"}"), 403);
    is_problem(served_api(&c, stranger.token, "GET", path_of(r), NULL, NULL), 404);
    SHOWS(API("GET", path_of(r), NULL, NULL), 200);
}
END_TEST

START_TEST(nobody_makes_a_token_for_somebody_else)
{
    const char *body = MSG("{\"name\":\"trojan\",\"scopes\":[\"see\"],\"owner\":{\"id\":\"%s\"}}",
                           text_at(json_array_get(json_object_get(json_of(API("GET", "/api/v1/user?q=" SERVED_ADMIN, NULL, NULL)), "items"), 0), "id"));
    struct reply r = served_api(&c, seller.token, "POST", "/api/v1/api_token", NULL, body);
    ck_assert_msg(r.status >= 400 && r.status < 500, "%d %.*s", r.status, STR_ARG(r.body));
}
END_TEST

/* ── what is wrong, in words ─────────────────────────────────────────────── */

START_TEST(an_unknown_member_is_named)
{
    struct reply r = NEW_PERSON("{\"name\":\"Unknowing\",\"nosuch\":1}");
    is_problem(r, 422);
    ck_assert(reply_has(&r, "nosuch"));
    is_problem(API("POST", "/api/v1/user", NULL, "{\"name\":\"U\",\"email\":\"u@u.example\",\"password\":\"x\"}"), 422);
    ck_assert_uint_eq(count_of("Unknowing"), 0);
}
END_TEST

START_TEST(a_value_of_another_kind_names_its_field)
{
    static const struct { const char *path, *body, *field; } bad[] = {
        { "person", "{\"name\":{}}", "name" },                  { "person", "{\"name\":[[1]]}", "name" },
        { "person", "{\"name\":true}", "name" },                { "person", "{\"name\":7}", "name" },
        { "person", "{\"name\":[\"a\",\"b\"]}", "name" },       { "person", "{\"name\":null}", "name" },
        { "person", "{\"name\":\"A\",\"email\":\"not-an-address\"}", "email" },
        { "person", "{\"name\":\"A\",\"birthday\":\"31-31-2020\"}", "birthday" },
        { "person", "{\"name\":\"A\",\"birthday\":7}", "birthday" },
        { "person", "{\"name\":\"A\",\"owner\":\"nobody at all\"}", "owner" },
        { "deal", "{\"name\":\"D\",\"amount\":{\"amount\":\"x\",\"currency\":\"BDT\"}}", "amount" },
        { "deal", "{\"name\":\"D\",\"amount\":{\"currency\":\"BDT\"}}", "amount" },
        { "deal", "{\"name\":\"D\",\"amount\":{\"amount\":\"1\",\"currency\":7}}", "amount" },
        { "deal", "{\"name\":\"D\",\"amount\":{\"amount\":\"1\",\"currency\":\"XQZ\"}}", "amount" },
    };
    for (size_t i = 0; i < countof(bad); i++) {
        struct reply r = API("POST", MSG("/api/v1/%s", bad[i].path), NULL, bad[i].body);
        ck_assert_msg(r.status == 422, "%s: %d %.*s", bad[i].body, r.status, STR_ARG(r.body));
        is_problem(r, 422);
        ck_assert_msg(!strcmp(text_at(json_of(r), "field"), bad[i].field), "%s: %.*s", bad[i].body, STR_ARG(r.body));
    }
}
END_TEST

START_TEST(what_the_program_writes_nobody_else_does)
{
    is_problem(API("POST", "/api/v1/touch", NULL, "{}"), 403);
    is_problem(API("POST", "/api/v1/person", NULL, "{\"name\":\"R\",\"first_touch_at\":\"2020-01-01T00:00:00Z\",\"nosuch\":1}"), 422);
}
END_TEST

START_TEST(words_are_the_users)
{
    struct reply r = served_api(&c, "setu1_persian", "POST", "/api/v1/person", NULL, "{\"name\":\"A\",\"email\":\"x\"}");
    is_problem(r, 422);
    str title = str_of(text_at(json_of(r), "title"));
    bool is_arabic = false;
    for (size_t i = 0; i < title.n; i++)
        is_arabic |= (unsigned char)title.p[i] >= 0xd8 && (unsigned char)title.p[i] <= 0xdb;
    ck_assert_msg(is_arabic, "%.*s", STR_ARG(title));
}
END_TEST

START_TEST(wrong_ways_in_are_refused_with_a_problem)
{
    is_problem(client_send(&c, "POST", "/api/v1/person", "Authorization: Bearer setu1_o\r\nAccept: application/json\r\n",
                           "text/plain", S("{\"name\":\"x\"}")), 415);
    is_problem(API("PUT", "/api/v1/person", "Accept: application/json\r\n", "{}"), 405);
    is_problem(API("GET", "/api/v2/person", NULL, NULL), 404);
}
END_TEST

/* The body is exactly `n` bytes. */
static struct reply post_bytes(size_t n)
{
    char *p = arena_new(&c.a, char, n + 1);
    int head = snprintf(p, n, "{\"name\":\"Large\"");
    memset(p + head, ' ', n - (size_t)head);
    p[n - 1] = '}';
    return client_send(&c, "POST", "/api/v1/company", MSG("Authorization: Bearer %s\r\n", owner.token), "application/json", (str){ p, n });
}

START_TEST(a_body_has_one_mebibyte_and_not_a_byte_more)
{
    SHOWS(post_bytes(1 << 20), 201);
    struct reply r = post_bytes((1 << 20) + 1);
    is_problem(r, 413);
}
END_TEST

/* ── JSONTestSuite ───────────────────────────────────────────────────────── */

struct tally { int yes, no, either; };

static bool parses(str text)
{
    json_error_t at;
    json_t *j = api_json(text, JSON_DECODE_ANY, &at);
    json_decref(j);
    return j != NULL;
}

/* A name twice, or the character NUL in a text: valid JSON that we refuse with open eyes. */
static bool is_refused_by_choice(const char *name) { return strstr(name, "duplicated_key") || strstr(name, "null_escape") || strstr(name, "escaped_null"); }

/* The parser itself, and the same text as the value of a member through the whole server: what is
 * not JSON is told as that, what is JSON as a value that does not fit or as a person made. */
static void try_file(const char *dir, const char *name, struct tally *t)
{
    str text = data_read(&c.a, MSG("%s/%s", dir, name));
    bool ok = parses(text);
    if (name[0] == 'y')
        t->yes += ok || is_refused_by_choice(name);
    else if (name[0] == 'n')
        t->no += !ok;
    else
        t->either++;
    ck_assert_msg(name[0] != 'y' || ok || is_refused_by_choice(name), "%s is refused", name);
    ck_assert_msg(name[0] != 'n' || !ok, "%s is accepted", name);

    struct buf b = buf_new(&c.a, 1 << 20);
    buf_lit(&b, "{\"name\":\"Suite\",\"tags\":");
    buf_put(&b, text);
    buf_lit(&b, "}");
    struct reply r = client_send(&c, "POST", "/api/v1/person", MSG("Authorization: Bearer %s\r\n", owner.token),
                                 "application/json", buf_str(&b));
    ck_assert_msg(r.status == 201 || r.status == 400 || r.status == 422, "%s: %d %.*s", name, r.status, STR_ARG(r.body));
    ck_assert_msg(name[0] != 'n' || r.status >= 400, "%s made a record", name);
    if (r.status >= 400)
        is_problem(r, r.status);
}

START_TEST(json_is_read_as_the_suite_demands)
{
    const char *dir = "json/JSONTestSuite/test_parsing";
    struct tally t = { 0 };
    if (!data_is_here(&c.a, dir))
        return;
    DIR *d = opendir(data_path(&c.a, dir));
    for (struct dirent *f; (f = readdir(d));)
        if (strstr(f->d_name, ".json"))
            try_file(dir, f->d_name, &t);
    closedir(d);
    ck_assert_int_eq(t.yes, 95);
    ck_assert_int_eq(t.no, 188);
    SHOWS(person("Still here"), 201);
}
END_TEST

START_TEST(the_description_names_every_entity)
{
    struct reply r = client_get(&c, "/api/v1/openapi.json");
    SHOWS(r, 200);
    json_t *schemas = json_object_get(json_object_get(json_of(r), "components"), "schemas");
    for (size_t i = 0; i < catalogue_count(); i++)
        ck_assert_msg(json_object_get(schemas, catalogue_at(i)->name), "no %s", catalogue_at(i)->name);
    ck_assert_msg(!reply_has(&r, "password") && !reply_has(&r, "token_hash"), "a secret is described");
}
END_TEST

/* ── setting up ──────────────────────────────────────────────────────────── */

static void people(struct workspace *ws, struct arena *a)
{
    struct served_user persian, disabled;
    served_user(ws, a, &owner, "owner@p.example", "owner", 0, "en");
    served_user(ws, a, &seller, "ae@p.example", "ae", 0, "en");
    served_user(ws, a, &stranger, "guest@p.example", "guest_agency", 0, "en");
    served_user(ws, a, &persian, "fa@p.example", "owner", 0, "fa");
    served_user(ws, a, &disabled, "gone@p.example", "owner", 0, "en");
    SERVED_SQL(ws, "UPDATE \"user\" SET is_active = 0 WHERE id = $1", V(disabled.id));
    served_token(ws, a, persian.id, "setu1_persian", "see,create", 0, false);
    served_token(ws, a, disabled.id, "setu1_disabled", "see", 0, false);
    served_token(ws, a, owner.id, "setu1_see", "see", 0, false);
    served_token(ws, a, owner.id, "setu1_create", "create", 0, false);
    served_token(ws, a, owner.id, "setu1_change", "see,change", 0, false);
    served_token(ws, a, owner.id, "setu1_delete", "see,delete", 0, false);
    served_token(ws, a, owner.id, "setu1_expired", "see", clock_now() - 1, false);
    served_token(ws, a, owner.id, "setu1_revoked", "see", 0, true);
    served_token(ws, a, owner.id, "setu1_o", "see,create", clock_now() + HOUR_US, false);
}

static Suite *suite(void)
{
    const TTest *const tests[] = {
        name_and_email_are_enough_for_a_person, a_local_number_is_of_the_persons_country, what_is_read_can_be_sent_back, a_change_with_the_right_version_is_kept,
        a_stale_change_is_refused_with_what_is_stored, a_version_that_is_none_is_refused_not_ignored,
        a_problem_tells_every_field_to_mend, delete_answers_204_and_then_it_is_gone, a_stale_delete_is_refused,
        a_write_is_undone_by_its_id_once, hours_and_zones_are_checked_at_the_gate, every_name_of_an_entity_leads_to_it,
        bulk_happens_whole_or_not_at_all, bulk_takes_500_and_not_501, a_bulk_of_the_wrong_shape_is_refused,
        lists_have_items_and_next, pages_follow_each_other_while_records_come_in, limit_is_told_on_both_sides,
        fields_choose_what_is_told, sort_goes_both_ways_and_knows_its_fields, a_wrong_query_tells_where, totals_count_and_add,
        a_repeated_key_gives_the_same_answer_once_done, a_refused_request_does_not_use_its_key_up,
        a_key_has_200_characters_and_not_201, twenty_at_once_with_one_key_make_one_record,
        a_token_does_what_its_scopes_say, a_token_that_ended_opens_nothing, a_token_is_no_session_and_opens_no_page,
        a_role_is_a_limit_for_its_token_too, nobody_makes_a_token_for_somebody_else, an_unknown_member_is_named,
        a_value_of_another_kind_names_its_field, what_the_program_writes_nobody_else_does, words_are_the_users,
        wrong_ways_in_are_refused_with_a_problem, a_body_has_one_mebibyte_and_not_a_byte_more,
        json_is_read_as_the_suite_demands, the_description_names_every_entity,
    };
    Suite *s = suite_create("api");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, begin, end);
    for (size_t i = 0; i < countof(tests); i++)
        tcase_add_test(t, tests[i]);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    struct arena a = arena_open(16 << 20);
    struct workspace *ws;
    struct err e = { 0 };
    served_new(&server, "en");
    if (!workspace_open(server.data, &ws, &e))
        return fprintf(stderr, "%s\n", e.detail), 1;
    people(ws, &a);
    workspace_close(ws);
    if (!served_start(&server))
        return fprintf(stderr, "the server does not start\n"), 1;
    int failed = suite_end(suite());
    bool ended = served_stop(&server);
    served_remove(&server);
    arena_close(&a);
    if (!ended)
        fprintf(stderr, "the server did not end well\n");
    return failed || !ended;
}
