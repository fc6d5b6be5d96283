/* link.c - tracked links followed and pixels fetched at the real program: where one is led, what is kept of it, and
 * what an address that we did not make gets. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <jansson.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "client/look.h"
#include "client/served.h"
#include "people/people.h"
#include "reach/reach.h"

enum { LINKS = 5 };
/* A mail a test: what one does is no other's burst. */
enum mails { M_LED, M_FORGED, M_PROGRAMS, M_BURST, M_TRAP, M_COLLEAGUE, M_FLOOD, M_PIXEL, M_LOG, MAILS };
static struct served server;
static struct served_user owner, analyst;
static struct delivery mail[MAILS];
static struct workspace copy;
static struct arena all;
static struct look db;
static struct client c;
static int64_t rahim;

#define BROWSER "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"

static void begin(void)
{
    c = served_client(&server);
    look_open(&db, server.dir, false);
}

static void end(void)
{
    look_close(&db);
    client_free(&c);
}

/* ── asking and looking ──────────────────────────────────────────────────── */

static const char *click_path(const struct delivery *d, int64_t idx) { return arena_cstr(&all, link_path(&all, &copy, d->id, idx)); }
static const char *pixel_path(const struct delivery *d) { return arena_cstr(&all, link_pixel_path(&all, &copy, d->id)); }

static struct reply ask(const char *method, const char *path, const char *more)
{
    c.ncookies = 0;
    return client_send(&c, method, path, arena_fmt(&c.a, BROWSER "%s", more ? more : "").p, NULL, (str){ 0 });
}

static int64_t events(const struct delivery *d, const char *which)
{
    str id = id_text(&c.a, d->id);
    return look_number(&db, arena_fmt(&c.a, "SELECT COUNT(*) FROM event WHERE data LIKE '%%\"%.*s\"%%' AND %s", STR_ARG(id), which).p, 0);
}

static void is_header(const struct reply *r, const char *name, const char *value)
{
    str got = reply_header(r, name);
    ck_assert_msg(str_eq(got, str_of(value)), "%s: '%.*s', not '%s'", name, STR_ARG(got), value);
}

/* ── clicks ──────────────────────────────────────────────────────────────── */

START_TEST(a_click_is_led_there_and_kept)
{
    const struct delivery *d = &mail[M_LED];
    struct reply r = ask("GET", click_path(d, 1), NULL);
    ck_assert_int_eq(r.status, 302);
    is_header(&r, "Location", "https://shop.example/%E0%A6%A6%E0%A6%BE%E0%A6%AE?a=1");
    is_header(&r, "Referrer-Policy", "no-referrer");
    is_header(&r, "Cache-Control", "no-store");
    is_header(&r, "Set-Cookie", "");
    ck_assert_uint_eq(r.body.n, 0);
    ck_assert_int_eq(events(d, "kind = 'mail.clicked' AND is_robot = 0"), 1);       /* before the answer */
    ck_assert_int_eq(events(d, "data LIKE '%127.0.0.1%' OR data LIKE '%Firefox%'"), 0);
    ask("GET", click_path(d, 2), "DNT: 1\r\n");                 /* a click is an act */
    ck_assert_int_eq(events(d, "is_robot = 0"), 2);
    r = ask("POST", click_path(d, 1), NULL);
    ck_assert_int_eq(r.status, 405);
}
END_TEST

START_TEST(an_address_we_did_not_make_leads_nowhere)
{
    const struct delivery *d = &mail[M_FORGED];
    const char *good = click_path(d, 1), *changed = arena_fmt(&c.a, "%.*s%c", (int)strlen(good) - 1, good, str_ends(str_of(good), S("A")) ? 'B' : 'A').p;
    const char *const bad[] = {
        changed, click_path(d, LINKS + 1), "/c/1/1/x", "/c/%00/1/x",
        "/c/999999999999999999999999/1/AAAAAAAAAAAAAAAAAAAAAA", arena_fmt(&c.a, "%s?url=https://evil.example/", changed).p,
        arena_fmt(&c.a, "%s/https:%%2f%%2fevil.example", good).p, link_path(&c.a, &copy, 77, 1).p,
    };
    for (size_t i = 0; i < countof(bad); i++) {
        struct reply r = ask("GET", bad[i], NULL);
        ck_assert_msg(r.status == 404 || r.status == 400, "%s: %d", bad[i], r.status);
        is_header(&r, "Location", "");
        ck_assert_msg(!reply_has(&r, "evil.example"), "%s", bad[i]);
        ck_assert(i > 1 || reply_has(&r, "<html"));
    }
    struct reply r = ask("GET", arena_fmt(&c.a, "%s?url=https://evil.example/", good).p, NULL);
    is_header(&r, "Location", "https://shop.example/%E0%A6%A6%E0%A6%BE%E0%A6%AE?a=1");
    ck_assert_int_eq(events(d, "is_void = 0"), 1);
}
END_TEST

START_TEST(programs_are_led_too_and_counted_apart)
{
    const struct delivery *d = &mail[M_PROGRAMS];
    struct reply r = ask("HEAD", click_path(d, 1), NULL);
    ck_assert_int_eq(r.status, 302);
    ck_assert_uint_eq(r.body.n, 0);
    ck_assert_int_eq(ask("GET", click_path(d, 1), "Sec-Purpose: prefetch;prerender\r\n").status, 302);
    c.ncookies = 0;
    ck_assert_int_eq(client_send(&c, "GET", click_path(d, 1), "User-Agent: Mozilla/5.0 (compatible; bingbot/2.0)\r\n", NULL, (str){ 0 }).status, 302);
    ck_assert_int_eq(events(d, "is_robot = 1 AND robot_why = 'head'") + events(d, "robot_why = 'prefetch'") + events(d, "robot_why = 'name'"), 3);
    ck_assert_int_eq(events(d, "is_robot = 0"), 0);
}
END_TEST

START_TEST(a_burst_and_a_trap_turn_what_came_before)
{
    const struct delivery *d = &mail[M_BURST], *other = &mail[M_TRAP];
    ask("GET", click_path(d, 1), NULL);
    ask("GET", click_path(d, 2), NULL);
    ck_assert_int_eq(events(d, "is_robot = 0"), 2);
    ask("GET", click_path(d, 3), NULL);
    ck_assert_int_eq(events(d, "is_robot = 1 AND robot_why = 'burst'"), 3);
    ask("GET", click_path(other, 1), NULL);
    ask("GET", pixel_path(other), NULL);
    ck_assert_int_eq(events(other, "is_robot = 0"), 2);
    ask("GET", click_path(other, LINKS), NULL);
    ck_assert_int_eq(events(other, "is_robot = 1 AND robot_why = 'trap'"), 3);
}
END_TEST

START_TEST(the_log_does_not_tell_whose_link_an_address_followed)
{
    const char *path = click_path(&mail[M_LOG], 2), *log = arena_fmt(&c.a, "%s.log", server.dir).p;
    ask("GET", path, NULL);
    ask("GET", pixel_path(&mail[M_LOG]), NULL);
    ask("POST", path, NULL);
    ask("GET", arena_fmt(&c.a, "%s/", path).p, NULL);
    ask("GET", "/nothing-of-this-name", NULL);
    usleep(300000);                             /* a line is written after its answer has left */
    FILE *f = fopen(log, "rb");
    ck_assert_ptr_nonnull(f);
    char *text = arena_new(&c.a, char, 1 << 20);
    size_t n = fread(text, 1, (1 << 20) - 1, f);
    fclose(f);
    str all_lines = { text, n };
    ck_assert(str_find(all_lines, S("/nothing-of-this-name")) >= 0);
    ck_assert(str_find(all_lines, S("/c/:delivery/:idx/:mac")) >= 0);
    ck_assert(str_find(all_lines, id_text(&c.a, mail[M_LOG].id)) < 0);
}
END_TEST

START_TEST(a_colleague_who_tries_a_link_is_not_its_reader)
{
    const struct delivery *d = &mail[M_COLLEAGUE];
    struct reply r = ask("GET", click_path(d, 1), arena_fmt(&c.a, "Cookie: sid=%s\r\n", owner.session).p);
    ck_assert_int_eq(r.status, 302);
    ck_assert_int_eq(events(d, "is_void = 0"), 0);
    ask("GET", click_path(d, 1), "Cookie: sid=nobody\r\n");
    ck_assert_int_eq(events(d, "is_void = 0"), 1);
}
END_TEST

START_TEST(a_flood_is_led_and_not_kept)
{
    const struct delivery *d = &mail[M_FLOOD];
    for (int i = 0; i < 130; i++)
        ck_assert_int_eq(ask("GET", click_path(d, 1), NULL).status, 302);
    int64_t kept = events(d, "is_void = 0");
    ck_assert_msg(kept > 0 && kept < 130, "%lld", (long long)kept);
}
END_TEST

/* ── pixels ──────────────────────────────────────────────────────────────── */

static void is_pixel(const struct reply *r)
{
    ck_assert_int_eq(r->status, 200);
    is_header(r, "Content-Type", "image/gif");
    is_header(r, "Cache-Control", "no-store");
    is_header(r, "Cross-Origin-Resource-Policy", "cross-origin");
    is_header(r, "Set-Cookie", "");
    ck_assert(r->body.n == 43 && str_starts(r->body, S("GIF89a")));
}

START_TEST(the_pixel_is_the_same_for_everybody)
{
    const struct delivery *d = &mail[M_PIXEL];
    struct reply first = ask("GET", pixel_path(d), NULL);
    const char *const others[] = { "/o/1/x", "/o/zzzzzzzzzzzzz/AAAAAAAAAAAAAAAAAAAAAA", click_path(d, 1), pixel_path(d) };
    is_pixel(&first);
    ck_assert_int_eq(events(d, "kind = 'mail.opened' AND is_robot = 0"), 1);
    for (size_t i = 0; i < countof(others); i++) {
        struct reply r = ask("GET", others[i], NULL);
        if (i == 2)
            continue;
        is_pixel(&r);
        ck_assert(str_eq(r.body, first.body));
        ck_assert_uint_eq(r.nheaders, first.nheaders);
    }
    struct reply r = ask("GET", pixel_path(d), "DNT: 1\r\n");
    is_pixel(&r);
    r = ask("GET", pixel_path(d), "Sec-GPC: 1\r\n");
    is_pixel(&r);
    ck_assert_int_eq(events(d, "kind = 'mail.opened'"), 2);
    c.ncookies = 0;
    r = client_send(&c, "GET", pixel_path(d), "User-Agent: Mozilla/5.0\r\n", NULL, (str){ 0 });
    is_pixel(&r);
    ck_assert_int_eq(events(d, "kind = 'mail.opened' AND robot_why = 'proxy'"), 1);
}
END_TEST

/* ── the API ─────────────────────────────────────────────────────────────── */

static const char *member(struct reply r, const char *name)
{
    json_t *j = json_loadb(r.body.p, r.body.n, 0, NULL);
    const char *s = json_string_value(json_object_get(j, name));
    const char *out = s ? arena_cstr(&all, str_of(s)) : "";
    json_decref(j);
    return out;
}

START_TEST(a_link_is_made_followed_and_withdrawn_by_the_api)
{
    str who = id_text(&c.a, rahim);
    struct reply r = served_api(&c, owner.token, "POST", "/api/v1/link", NULL,
                                arena_fmt(&c.a, "{\"person\":\"%.*s\",\"url\":\"https://shop.example/a?b=c\"}", STR_ARG(who)).p);
    ck_assert_msg(r.status == 201, "%d %.*s", r.status, STR_ARG(r.body));
    const char *path = member(r, "address"), *id = member(r, "id");
    ck_assert_msg(!strncmp(path, "/c/", 3), "%s", path);
    r = ask("GET", path, NULL);
    is_header(&r, "Location", "https://shop.example/a?b=c");
    r = served_api(&c, owner.token, "PATCH", arena_fmt(&c.a, "/api/v1/link/%s", id).p, NULL, "{\"url\":\"https://evil.example\"}");
    ck_assert_msg(r.status >= 400 && r.status < 500, "%d", r.status);
    r = served_api(&c, owner.token, "POST", "/api/v1/link", NULL,
                   arena_fmt(&c.a, "{\"person\":\"%.*s\",\"url\":\"https://me:pw@shop.example/\"}", STR_ARG(who)).p);
    ck_assert_int_eq(r.status, 422);
    ck_assert_str_eq(member(r, "field"), "url");
    ck_assert_int_eq(served_api(&c, owner.token, "DELETE", arena_fmt(&c.a, "/api/v1/link/%s", id).p, NULL, NULL).status, 204);
    ck_assert_int_eq(ask("GET", path, NULL).status, 404);
}
END_TEST

/* ── the face ────────────────────────────────────────────────────────────── */

static struct reply as_person(const struct served_user *who, const char *method, const char *path, const char *form)
{
    c.ncookies = 0;
    const char *headers = arena_fmt(&c.a, BROWSER "Cookie: sid=%s\r\nX-CSRF-Token: %s\r\n", who->session, who->csrf).p;
    return client_send(&c, method, path, headers, form ? "application/x-www-form-urlencoded" : NULL, form ? str_of(form) : (str){ 0 });
}

/* The path of the newest link on the page; "" when there is none. */
static const char *shown_path(const struct reply *r)
{
    ptrdiff_t at = str_find(r->body, S("/c/"));
    str rest = at < 0 ? (str){ 0 } : str_from(r->body, (size_t)at);
    return arena_cstr(&all, str_cut(&rest, '"'));
}

START_TEST(a_link_is_made_shown_and_withdrawn_on_the_page_of_a_person)
{
    const char *who = arena_cstr(&c.a, id_text(&c.a, rahim)), *page = arena_fmt(&c.a, "/people/%s", who).p;
    struct reply r = as_person(&owner, "GET", page, NULL);
    ck_assert(reply_has(&r, "Make link") && reply_has(&r, "Personal links"));
    r = as_person(&owner, "POST", "/links", arena_fmt(&c.a, "person=%s&material=&url=https%%3A%%2F%%2Fshop.example%%2Fpricing&back=%s%%23links", who, page).p);
    ck_assert_int_eq(r.status, 303);
    is_header(&r, "Location", arena_fmt(&c.a, "%s#links", page).p);
    r = as_person(&owner, "GET", page, NULL);
    const char *path = shown_path(&r);
    ck_assert(reply_has(&r, "shop.example/pricing") && reply_has(&r, "Not opened yet") && *path);
    ask("GET", path, NULL);
    c.ncookies = 0;
    client_send(&c, "GET", path, "User-Agent: curl/8.5.0\r\n", NULL, (str){ 0 });
    r = as_person(&owner, "GET", page, NULL);
    ck_assert_msg(reply_has(&r, "by a robot") || reply_has(&r, "by robots"), "no robots");
    r = as_person(&analyst, "GET", page, NULL);
    ck_assert(reply_has(&r, "Personal links") && !reply_has(&r, "Make link") && !reply_has(&r, "/withdraw"));
    ck_assert_int_eq(as_person(&analyst, "POST", "/links", arena_fmt(&c.a, "person=%s&url=https%%3A%%2F%%2Fx.example", who).p).status, 403);
    r = as_person(&owner, "POST", "/links", arena_fmt(&c.a, "person=%s&url=javascript:alert(1)", who).p);
    ck_assert_int_eq(r.status, 422);
    str id = str_of(path + 3);
    id = str_cut(&id, '/');
    ck_assert_int_eq(as_person(&analyst, "POST", arena_fmt(&c.a, "/links/%.*s/withdraw", STR_ARG(id)).p, "x=1").status, 403);
    ck_assert_int_eq(ask("GET", path, NULL).status, 302);
    ck_assert_int_eq(as_person(&owner, "POST", arena_fmt(&c.a, "/links/%.*s/withdraw", STR_ARG(id)).p, "x=1").status, 303);
    ck_assert_int_eq(ask("GET", path, NULL).status, 404);
}
END_TEST

START_TEST(a_link_may_be_for_a_deal_of_the_person)
{
    const char *who = arena_cstr(&c.a, id_text(&c.a, rahim)), *page = arena_fmt(&c.a, "/people/%s", who).p;
    struct reply r = as_person(&owner, "GET", page, NULL);
    ck_assert(!reply_has(&r, "Deal (optional)"));
    r = served_api(&c, owner.token, "POST", "/api/v1/deal", NULL, arena_fmt(&c.a, "{\"name\":\"Cartons\",\"person\":\"%s\"}", who).p);
    ck_assert_msg(r.status == 201, "%.*s", STR_ARG(r.body));
    json_error_t at;
    json_t *deal = json_loadb(r.body.p, r.body.n, 0, &at);
    const char *id = arena_fmt(&c.a, "%s", json_string_value(json_object_get(deal, "id"))).p;
    json_decref(deal);
    r = as_person(&owner, "GET", page, NULL);
    ck_assert(reply_has(&r, "Deal (optional)") && reply_has(&r, "No deal") && reply_has(&r, arena_fmt(&c.a, "value=\"%s\"", id).p));
    r = as_person(&owner, "POST", "/links", arena_fmt(&c.a, "person=%s&material=&deal=%s&url=https%%3A%%2F%%2Fshop.example%%2Foffer", who, id).p);
    ck_assert_int_eq(r.status, 303);
    r = served_api(&c, owner.token, "GET", arena_fmt(&c.a, "/api/v1/link?q=deal%%20%%3D%%20%s", id).p, NULL, NULL);
    ck_assert_msg(reply_has(&r, "https://shop.example/offer"), "%.*s", STR_ARG(r.body));
}
END_TEST

START_TEST(who_does_not_want_to_be_followed_is_led_and_the_page_says_so)
{
    struct reply r = served_api(&c, owner.token, "POST", "/api/v1/person", NULL, "{\"name\":\"Quiet\",\"consent_tracking\":\"withdrawn\"}");
    ck_assert_int_eq(r.status, 201);
    const char *who = member(r, "id");
    r = served_api(&c, owner.token, "POST", "/api/v1/link", NULL, arena_fmt(&c.a, "{\"person\":\"%s\",\"url\":\"https://shop.example/\"}", who).p);
    ck_assert_int_eq(r.status, 201);
    const char *path = member(r, "address");
    ck_assert_int_eq(ask("GET", path, NULL).status, 302);
    r = as_person(&owner, "GET", arena_fmt(&c.a, "/people/%s", who).p, NULL);
    ck_assert(reply_has(&r, "does not want to be followed") && reply_has(&r, "Not opened yet") && reply_has(&r, "Make link"));
    int64_t id;
    ck_assert(id_parse(str_of(who), &id));
    ck_assert_int_eq(look_number(&db, "SELECT COUNT(*) FROM event WHERE person_id = $1", id), 0);
}
END_TEST

/* ── the house ───────────────────────────────────────────────────────────── */

static bool put_mails(struct ctx *tx, void *arg, struct err *e)
{
    static struct link_to to[LINKS];
    struct record *r = record_new(tx->a, &person_entity);
    (void)arg;
    record_set(r, "name", val_text(S("Rahim")));
    if (!record_create(tx, r, e))
        return false;
    rahim = r->id;
    for (int i = 0; i < LINKS; i++)
        to[i] = (struct link_to){ .url = S("https://shop.example/\u09a6\u09be\u09ae?a=1"), .is_trap = i + 1 == LINKS };
    for (int i = 0; i < MAILS; i++) {
        mail[i] = (struct delivery){ .person = rahim, .channel = "email", .links = to, .n = LINKS };
        if (!delivery_make(tx, &mail[i], e))
            return false;
    }
    return true;
}

static void open_house(void)
{
    struct workspace *ws;
    struct db_conn *conn;
    struct err e = { 0 };
    all = arena_open(64 << 20);
    served_new(&server, "en");
    if (!workspace_open(server.data, &ws, &e) || !db_reader(ws->db, &conn, &e))
        die("%s", e.detail);
    struct locale loc = locale_default(LANG_EN, "BD");
    struct ctx ctx = workspace_ctx(ws, &all, conn, &loc);
    served_user(ws, &all, &owner, "boss@p.example", "owner", 0, "en");
    served_user(ws, &all, &analyst, "sums@p.example", "analyst", 0, "en");
    if (!record_write(&ctx, put_mails, NULL, &e))
        die("%s", e.detail);
    SERVED_SQL(ws, "UPDATE link SET sent_at = sent_at - $1", V((int64_t)MINUTE_US));
    copy = *ws;
    db_conn_close(conn);
    workspace_close(ws);
    if (!served_start(&server))
        die("the server does not start");
}

int main(void)
{
    open_house();
    Suite *s = suite_create("link");
    TCase *t = tcase_create("link");
    tcase_add_checked_fixture(t, begin, end);
    tcase_set_timeout(t, 120);
    tcase_add_test(t, a_click_is_led_there_and_kept);
    tcase_add_test(t, an_address_we_did_not_make_leads_nowhere);
    tcase_add_test(t, programs_are_led_too_and_counted_apart);
    tcase_add_test(t, a_burst_and_a_trap_turn_what_came_before);
    tcase_add_test(t, the_log_does_not_tell_whose_link_an_address_followed);
    tcase_add_test(t, a_colleague_who_tries_a_link_is_not_its_reader);
    tcase_add_test(t, the_pixel_is_the_same_for_everybody);
    tcase_add_test(t, a_link_is_made_followed_and_withdrawn_by_the_api);
    tcase_add_test(t, a_link_is_made_shown_and_withdrawn_on_the_page_of_a_person);
    tcase_add_test(t, a_link_may_be_for_a_deal_of_the_person);
    tcase_add_test(t, who_does_not_want_to_be_followed_is_led_and_the_page_says_so);
    tcase_add_test(t, a_flood_is_led_and_not_kept);     /* the last: all come from one address */
    suite_add_tcase(s, t);
    int failed = suite_end(s);
    served_stop(&server);
    failed += server.is_broken;
    served_remove(&server);
    return failed != 0;
}
