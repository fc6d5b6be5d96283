/* inbound.c - signed calls of other programs: checked, kept once, made into what the map says. */
#include <sodium.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "client/served.h"
#include "flow/sign.h"
#include "../suite.h"

static struct served server;
static struct served_user owner, seller;
static struct arena mem;
static struct client cl;

static void open_house(void)
{
    struct workspace *ws;
    struct err e = { 0 };
    mem = arena_open(64 << 20);
    served_new(&server, "en");
    if (!workspace_open(server.data, &ws, &e))
        die("%s", e.detail);
    served_user(ws, &mem, &owner, "owner@p.example", "owner", 0, "en");
    served_user(ws, &mem, &seller, "ae@p.example", "ae", 0, "bn");
    workspace_close(ws);
    ck_assert(served_start(&server));
    cl = served_client(&server);
}

static void close_house(void)
{
    client_free(&cl);
    ck_assert(served_stop(&server));
    served_remove(&server);
    arena_close(&mem);
}

static str member(str json, const char *name)
{
    str key = arena_fmt(&mem, "\"%s\":\"", name);
    ptrdiff_t at = str_find(json, key);
    str rest = at < 0 ? (str){ 0 } : str_from(json, (size_t)at + key.n);
    return str_cut(&rest, '"');
}

static str api(const char *method, const char *path, const char *body, int status)
{
    struct reply r = served_api(&cl, owner.token, method, path, NULL, body);
    ck_assert_msg(r.status == status, "%s %s: %d %.*s", method, path, r.status, STR_ARG(r.body));
    return r.body;
}

/* A place things come in at; its secret. */
static str door(const char *slug, const char *more, str *id)
{
    *id = member(api("POST", "/api/v1/inbound", arena_fmt(&mem, "{\"name\":\"%s\",\"slug\":\"%s\",%s}", slug, slug, more).p, 201), "id");
    return member(api("POST", arena_fmt(&mem, "/api/v1/inbound/%.*s/secret", STR_ARG(*id)).p, "{}", 200), "secret");
}

static struct reply send_at(const char *slug, str secret, const char *msg, int64_t at, const char *body, bool is_spoilt)
{
    struct sign_secret s;
    ck_assert(sign_secret_parse(secret, &s));
    str sig = sign_make(&mem, &s, str_of(msg), at, str_of(body));
    const char *h = arena_fmt(&mem, "webhook-id: %s\r\nwebhook-timestamp: %lld\r\nwebhook-signature: %.*s%s\r\n", msg, (long long)at, STR_ARG(sig),
                              is_spoilt ? "x" : "").p;
    return client_send(&cl, "POST", arena_fmt(&mem, "/in/%s", slug).p, h, "application/json", str_of(body));
}

static struct reply send_now(const char *slug, str secret, const char *msg, const char *body)
{
    return send_at(slug, secret, msg, clock_now() / SECOND_US, body, false);
}

static str timeline_count(const char *kind)
{
    struct reply r = served_api(&cl, owner.token, "GET", arena_fmt(&mem, "/api/v1/person?q=happened(%%22%s%%22)", kind).p, NULL, NULL);
    return r.body;
}

START_TEST(test_a_signed_message_becomes_an_event_once)
{
    str id, secret = door("shop", "\"makes\":\"event\",\"event_kind\":\"order.paid\",\"map\":\"email = data.customer.email\\ntotal = data.total\"", &id);
    api("POST", "/api/v1/person", "{\"name\":\"Rahim\",\"email\":\"rahim@buyer.example\"}", 201);
    const char *body = "{\"data\":{\"customer\":{\"email\":\"rahim@buyer.example\"},\"total\":12000}}";
    struct reply r = send_now("shop", secret, "m1", body);
    ck_assert_msg(r.status == 200 && str_eq(r.body, S("{}")), "%d %.*s", r.status, STR_ARG(r.body));
    r = send_now("shop", secret, "m1", body);
    ck_assert_msg(r.status == 200 && reply_has(&r, "repeat"), "%d %.*s", r.status, STR_ARG(r.body));
    str seen = timeline_count("order.paid");
    ck_assert_msg(str_find(seen, S("Rahim")) > 0, "%.*s", STR_ARG(seen));
}
END_TEST

START_TEST(test_what_is_not_signed_does_nothing_and_learns_nothing)
{
    str id, secret = door("shop", "\"makes\":\"event\",\"event_kind\":\"order.paid\",\"map\":\"email = email\"", &id);
    int64_t now = clock_now() / SECOND_US;
    struct reply bad[] = {
        send_at("shop", secret, "m1", now, "{}", true), send_at("shop", secret, "m1", now - SIGN_TOLERANCE_S - 5, "{}", false),
        send_at("shop", secret, "m1", now + SIGN_TOLERANCE_S + 5, "{}", false), send_at("none", secret, "m1", now, "{}", false),
        client_send(&cl, "POST", "/in/shop", NULL, "application/json", S("{}")), send_at("shop", secret, "", now, "{}", false),
    };
    for (size_t i = 0; i < countof(bad); i++)
        ck_assert_msg(bad[i].status == 401 && str_starts(reply_header(&bad[i], "Content-Type"), S("application/problem+json")), "case %zu: %d", i, bad[i].status);
    str old = secret, fresh = member(api("POST", arena_fmt(&mem, "/api/v1/inbound/%.*s/secret", STR_ARG(id)).p, "{}", 200), "secret");
    ck_assert_int_eq(send_now("shop", old, "m2", "{}").status, 200);            /* for a day both are good */
    ck_assert_int_eq(send_now("shop", fresh, "m3", "{}").status, 200);
    api("PATCH", arena_fmt(&mem, "/api/v1/inbound/%.*s", STR_ARG(id)).p, "{\"is_active\":false}", 200);
    ck_assert_int_eq(send_now("shop", fresh, "m4", "{}").status, 401);
    struct reply r = served_api(&cl, seller.token, "GET", "/api/v1/inbound", NULL, NULL);
    ck_assert_int_eq(r.status, 404);
    r = served_api(&cl, seller.token, "POST", arena_fmt(&mem, "/api/v1/inbound/%.*s/secret", STR_ARG(id)).p, NULL, "{}");
    ck_assert_int_eq(r.status, 404);
    r = served_api(&cl, owner.token, "GET", "/api/v1/inbound", NULL, NULL);
    ck_assert(r.status == 200 && !reply_has(&r, "secret\"") && !reply_has(&r, "whsec_"));
}
END_TEST

START_TEST(test_what_cannot_be_understood_is_kept_and_taken_in_later)
{
    str id, secret = door("crm", "\"makes\":\"event\",\"event_kind\":\"call.done\",\"map\":\"email = mail\"", &id);
    ck_assert_int_eq(send_now("crm", secret, "a", "{\"mail\":\"late@buyer.example\"}").status, 200);
    ck_assert_int_eq(send_now("crm", secret, "b", "not json").status, 200);
    client_send(&cl, "GET", "/", NULL, NULL, (str){ 0 });
    cl.ncookies = 1;
    cl.cookie[0] = (struct client_pair){ S("sid"), str_of(owner.session) };
    struct reply r = client_get(&cl, arena_fmt(&mem, "/automate/inbound/%.*s", STR_ARG(id)).p);
    ck_assert_msg(r.status == 200 && reply_has(&r, "Nobody here has this e-mail address") && reply_has(&r, "The body is not JSON"), "%.*s", STR_ARG(r.body));
    ck_assert(reply_has(&r, "/in/crm\""));       /* the whole address, to be carried away */
    str rest = r.body, path = { 0 }, one = { 0 };
    for (ptrdiff_t at; (at = str_find(rest, S("/automate/inbound/messages/"))) >= 0;) {      /* the older of the two, and the way to take it in */
        rest = str_from(rest, (size_t)at);
        one = path;
        path = str_cut(&rest, '"');
    }
    r = client_get(&cl, arena_cstr(&mem, one));
    ck_assert_msg(r.status == 200 && reply_has(&r, "late@buyer.example") && reply_has(&r, "Take in again"), "%.*s %d", STR_ARG(one), r.status);
    cl.ncookies = 0;
    api("POST", "/api/v1/person", "{\"name\":\"Late\",\"email\":\"late@buyer.example\"}", 201);
    cl.ncookies = 1;
    r = client_post(&cl, arena_cstr(&mem, path), arena_fmt(&mem, "csrf=%s", owner.csrf).p);
    ck_assert_msg(r.status == 303, "%d %.*s", r.status, STR_ARG(r.body));
    r = client_post(&cl, arena_cstr(&mem, path), arena_fmt(&mem, "csrf=%s", owner.csrf).p);
    ck_assert_int_eq(r.status, 404);            /* done: not a second time */
    cl.ncookies = 0;
    ck_assert_int_gt(str_find(timeline_count("call.done"), S("Late")), 0);
}
END_TEST

/* The page that shows a secret answers a POST: what a browser sends again makes nothing twice. */
START_TEST(test_a_secret_loaded_again_is_the_same)
{
    const char *form = arena_fmt(&mem, "csrf=%s&once=0123456789abcdef&name=Bank&slug=bank&makes=event&scheme=standard&event_kind=bank.paid&is_active=1"
                                       "&map=email+%%3D+mail&owner=%.*s", owner.csrf, STR_ARG(id_text(&mem, owner.id))).p;
    cl.ncookies = 1;
    cl.cookie[0] = (struct client_pair){ S("sid"), str_of(owner.session) };
    struct reply r[2] = { client_post(&cl, "/automate/inbound", form), client_post(&cl, "/automate/inbound", form) };
    str secret[2];
    for (int i = 0; i < 2; i++) {
        ck_assert_msg(r[i].status == 200, "%d %.*s", r[i].status, STR_ARG(r[i].body));
        str rest = str_from(r[i].body, (size_t)str_find(r[i].body, S("whsec_")));
        secret[i] = str_cut(&rest, '"');
    }
    ck_assert_msg(str_eq(secret[0], secret[1]), "%.*s", STR_ARG(secret[1]));
    str rest = str_from(r[0].body, (size_t)str_find(r[0].body, S("/automate/inbound/"))), path = { 0 };
    while (rest.n && !str_ends(path, S("/secret"))) {
        rest = str_from(rest, (size_t)str_find(rest, S("/automate/inbound/")));
        path = str_cut(&rest, '"');
    }
    const char *again = arena_fmt(&mem, "csrf=%s&once=fedcba9876543210", owner.csrf).p;
    for (int i = 0; i < 2; i++) {
        r[i] = client_post(&cl, arena_cstr(&mem, path), again);
        ck_assert_int_eq(r[i].status, 200);
        rest = str_from(r[i].body, (size_t)str_find(r[i].body, S("whsec_")));
        secret[i] = str_cut(&rest, '"');
    }
    cl.ncookies = 0;
    ck_assert(str_eq(secret[0], secret[1]));
    ck_assert_int_eq(send_now("bank", secret[0], "m1", "{}").status, 200);
}
END_TEST

START_TEST(test_its_owner_reads_in_their_language_what_was_wrong)
{
    str mine = member(api("GET", "/api/v1/user?q=email=%22ae@p.example%22&fields=name", NULL, 200), "id"), id;
    str secret = door("shop", arena_fmt(&mem, "\"makes\":\"event\",\"event_kind\":\"call.done\",\"map\":\"email = mail\",\"owner\":\"%.*s\"",
                                        STR_ARG(mine)).p, &id);
    ck_assert_int_eq(send_now("shop", secret, "a", "not json").status, 200);
    cl.ncookies = 1;
    cl.cookie[0] = (struct client_pair){ S("sid"), str_of(owner.session) };
    struct reply r = client_get(&cl, arena_fmt(&mem, "/automate/inbound/%.*s", STR_ARG(id)).p);
    cl.ncookies = 0;
    ck_assert_msg(r.status == 200 && !reply_has(&r, "The body is not JSON") && reply_has(&r, "বার্তাটি JSON"), "%.*s", STR_ARG(r.body));
}
END_TEST

START_TEST(test_it_can_answer_a_form)
{
    str form = member(api("POST", "/api/v1/form", "{\"name\":\"Shop\",\"slug\":\"shop-form\",\"fields\":\"name*\\nemail*\\nphone\"}", 201), "id"), id;
    str secret = door("answers", arena_fmt(&mem, "\"makes\":\"answer\",\"form\":\"%.*s\",\"map\":\"name = who.0.name\\nemail = who.0.email\"", STR_ARG(form)).p, &id);
    struct reply r = send_now("answers", secret, "x", "{\"who\":[{\"name\":\"Mina Das\",\"email\":\"mina@buyer.example\"}]}");
    ck_assert_int_eq(r.status, 200);
    str people = api("GET", "/api/v1/person?q=email=%22mina@buyer.example%22", NULL, 200);
    ck_assert_msg(str_find(people, S("Mina Das")) > 0, "%.*s", STR_ARG(people));
}
END_TEST

static const struct { const char *more; int status; } cases[] = {
    { "\"slug\":\"A b\",\"event_kind\":\"a.b\",\"map\":\"email = e\"", 422 }, { "\"slug\":\"ok\",\"event_kind\":\"ab\",\"map\":\"email = e\"", 422 },
    { "\"slug\":\"ok\",\"event_kind\":\"a.b\",\"map\":\"name = e\"", 422 },   { "\"slug\":\"ok\",\"event_kind\":\"a.b\",\"map\":\"email e\"", 422 },
    { "\"slug\":\"ok\",\"makes\":\"answer\",\"map\":\"email = e\"", 422 },    { "\"slug\":\"ok\",\"event_kind\":\"a.b\",\"map\":\"email = a.b.c.d.e.f.g.h.i\"", 422 },
    { "\"slug\":\"ok\",\"event_kind\":\"a.b\",\"map\":\"# who\\nemail = a.b.c.d.e.f.g.h\"", 201 },
};

START_TEST(test_what_cannot_work_is_refused_when_it_is_written)
{
    for (size_t i = 0; i < countof(cases); i++) {
        struct reply r = served_api(&cl, owner.token, "POST", "/api/v1/inbound", NULL, arena_fmt(&mem, "{\"name\":\"x\",%s}", cases[i].more).p);
        ck_assert_msg(r.status == cases[i].status, "case %zu: %d %.*s", i, r.status, STR_ARG(r.body));
    }
}
END_TEST

START_TEST(test_there_are_fifty_at_most)
{
    for (int i = 0; i <= 50; i++) {
        struct reply r = served_api(&cl, owner.token, "POST", "/api/v1/inbound", NULL,
                                    arena_fmt(&mem, "{\"name\":\"x\",\"slug\":\"s%d\",\"event_kind\":\"a.b\",\"map\":\"email = e\"}", i).p);
        ck_assert_msg(r.status == (i < 50 ? 201 : 422), "%d: %d", i, r.status);
        r = served_api(&cl, owner.token, "POST", "/api/v1/webhook", NULL,
                       arena_fmt(&mem, "{\"name\":\"%d\",\"url\":\"https://example.com/\",\"topics\":\"deal\"}", i).p);
        ck_assert_msg(r.status == (i < 50 ? 201 : 422), "webhook %d: %d", i, r.status);
    }
}
END_TEST

SUITE("inbound", 300, open_house, close_house,
      test_a_signed_message_becomes_an_event_once,
      test_what_is_not_signed_does_nothing_and_learns_nothing,
      test_what_cannot_be_understood_is_kept_and_taken_in_later,
      test_a_secret_loaded_again_is_the_same,
      test_its_owner_reads_in_their_language_what_was_wrong,
      test_it_can_answer_a_form,
      test_what_cannot_work_is_refused_when_it_is_written,
      test_there_are_fifty_at_most)
