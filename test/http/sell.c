/* sell.c - the board and the parts of a deal's page through a real server: what a browser would send. */
#include "../suite.h"
#include <stdlib.h>
#include <unistd.h>
#include "app/server.h"
#include "app/workspace.h"
#include "client/client.h"
#include "http/http.h"
#include "web/web.h"
#include "place.h"

static char folder[64];
static struct workspace *ws;
static struct server *server;
static struct client who;
static struct err e;
static char csrf[65], first[32], second[32];

static str between(str text, const char *head, char end)
{
    ptrdiff_t at = str_find(text, str_of(head));
    ck_assert_msg(at >= 0, "no %s in the page", head);
    str rest = str_from(text, (size_t)at + strlen(head));
    return str_cut(&rest, end);
}

static bool has(const struct reply *r, const char *words) { return str_find(r->body, str_of(words)) >= 0; }

static struct reply post(const char *path, const char *fields)
{
    return client_post(&who, path, arena_cstr(&who.a, arena_fmt(&who.a, "csrf=%s&%s", csrf, fields)));
}

static void keep(char *out, size_t size, str text) { snprintf(out, size, "%.*s", STR_ARG(text)); }

static void open_all(void)
{
    snprintf(folder, sizeof folder, "/tmp/setu-sell-http-XXXXXX");
    ck_assert(mkdtemp(folder) != NULL);
    const struct workspace_init in = { .company = "Padma", .country = "BD", .lang = LANG_EN, .admin_email = "o@padma.example",
                                       .admin_name = "Owner", .password = S("correct horse battery") };
    ck_assert_msg(workspace_create(place_for(folder), &in, &ws, &e), "%s", e.detail);
    ck_assert_msg(server_start(ws, &(struct server_options){ .listen = "127.0.0.1:0" }, &server, &e), "%s", e.detail);
    who = client_new(server_port(server));
    struct reply r = client_get(&who, "/sign-in");
    r = client_post(&who, "/sign-in", arena_cstr(&who.a, arena_fmt(&who.a,
        "email=o%%40padma.example&password=correct+horse+battery")));
    ck_assert_int_eq(r.status, 303);
    r = client_get(&who, "/deals");
    ck_assert_int_eq(r.status, 200);
    keep(csrf, sizeof csrf, between(r.body, "<meta name=\"csrf\" content=\"", '"'));
    keep(first, sizeof first, between(r.body, "data-column=\"", '"'));
    str rest = str_from(r.body, (size_t)str_find(r.body, S("data-column=\"")) + 13);
    keep(second, sizeof second, between(rest, "data-column=\"", '"'));
}

static void close_all(void)
{
    client_free(&who);
    server_stop(server);
    workspace_close(ws);
    place_remove(folder);
}

static const char *new_deal(const char *fields)
{
    struct reply r = post("/deals", fields);
    ck_assert_int_eq(r.status, 303);
    str to = reply_header(&r, "Location");
    ck_assert(str_starts(to, S("/deals/")));
    return arena_cstr(&who.a, str_from(to, 7));
}

static struct reply move(const char *id, const char *stage, int version)
{
    return post("/deals/move", arena_cstr(&who.a, arena_fmt(&who.a, "id=%s&column=%s&version=%d", id, stage, version)));
}

START_TEST(nobody_sees_the_board_without_signing_in)
{
    struct client stranger = client_new(server_port(server));
    struct reply r = client_get(&stranger, "/deals");
    ck_assert_int_eq(r.status, 303);
    r = client_post(&stranger, "/deals/move", "id=1");
    ck_assert_int_ne(r.status, 200);
    client_free(&stranger);
    r = client_post(&who, "/deals/move", "id=1&csrf=wrong");
    ck_assert_int_eq(r.status, 403);
}
END_TEST

START_TEST(a_card_moves_and_a_stale_one_is_a_conflict)
{
    struct reply p = post("/people", "name=Rahima");
    str person = str_from(reply_header(&p, "Location"), 8);
    const char *id = new_deal(arena_cstr(&who.a, arena_fmt(&who.a, "name=Ovens&amount=500&person=%.*s", STR_ARG(person))));
    struct reply r = client_get(&who, "/deals");
    ck_assert(has(&r, arena_cstr(&who.a, arena_fmt(&who.a, "id=\"card-%s\"", id))));
    r = move(id, second, 1);
    ck_assert_int_eq(r.status, 200);
    ck_assert(str_eq(reply_header(&r, "X-Version"), S("2")));
    ck_assert(str_find(reply_header(&r, "HX-Trigger"), S("/undo/")) >= 0);
    r = move(id, first, 1);
    ck_assert_int_eq(r.status, 409);
    r = move(id, "nonsense-", 2);
    ck_assert_int_eq(r.status, 422);
}
END_TEST

START_TEST(the_form_asks_for_what_a_stage_misses_and_then_moves)
{
    const char *id = new_deal("name=Bare");
    struct reply r = move(id, second, 0);
    ck_assert_int_eq(r.status, 422);
    const char *path = arena_cstr(&who.a, arena_fmt(&who.a, "/deals/%s/move", id));
    r = post(path, arena_cstr(&who.a, arena_fmt(&who.a, "stage=%s", second)));
    ck_assert_int_eq(r.status, 422);
    ck_assert(has(&r, "name=\"person\""));
    r = post("/people", "name=Karim");
    str person = str_from(reply_header(&r, "Location"), 8);
    r = post(path, arena_cstr(&who.a, arena_fmt(&who.a, "stage=%s&person=%.*s", second, STR_ARG(person))));
    ck_assert_int_eq(r.status, 303);
    r = client_get(&who, "/deals");
    ck_assert(has(&r, "is now in Discovery"));
}
END_TEST

START_TEST(a_filter_that_cannot_be_read_is_told_above_the_board)
{
    struct reply r = client_get(&who, "/deals");
    str pipeline = between(r.body, "name=\"pipeline\" value=\"", '"');
    r = client_get(&who, arena_cstr(&who.a, arena_fmt(&who.a, "/deals?pipeline=%.*s&q=amount+%%3E%%3E", STR_ARG(pipeline))));
    ck_assert_int_eq(r.status, 422);
    ck_assert(has(&r, "class=\"board\""));
    r = client_get(&who, "/deals?layout=table");
    ck_assert_int_eq(r.status, 200);
    ck_assert(!has(&r, "class=\"board\""));
}
END_TEST

START_TEST(lines_are_added_on_the_page_and_belong_to_their_deal)
{
    const char *id = new_deal("name=With+lines"), *other = new_deal("name=Other");
    struct reply r = post(arena_cstr(&who.a, arena_fmt(&who.a, "/deals/%s/lines", id)), "description=Oven&quantity=2&price=10.50");
    ck_assert_int_eq(r.status, 303);
    r = client_get(&who, arena_cstr(&who.a, arena_fmt(&who.a, "/deals/%s", id)));
    ck_assert(has(&r, "name=\"quantity\" value=\"1\"") && has(&r, "name=\"quantity\" value=\"2\"") && !has(&r, "value=\"1.000\""));
    str line = between(r.body, arena_cstr(&who.a, arena_fmt(&who.a, "/deals/%s/lines/", id)), '"');
    r = post(arena_cstr(&who.a, arena_fmt(&who.a, "/deals/%s/lines/%.*s/delete", other, STR_ARG(line))), "x=1");
    ck_assert_int_eq(r.status, 404);
    r = post(arena_cstr(&who.a, arena_fmt(&who.a, "/deals/%s/lines/%.*s/delete", id, STR_ARG(line))), "x=1");
    ck_assert_int_eq(r.status, 303);
}
END_TEST

SUITE("sell", 60, open_all, close_all,
      nobody_sees_the_board_without_signing_in,
      a_card_moves_and_a_stale_one_is_a_conflict,
      the_form_asks_for_what_a_stage_misses_and_then_moves,
      a_filter_that_cannot_be_read_is_told_above_the_board,
      lines_are_added_on_the_page_and_belong_to_their_deal)
