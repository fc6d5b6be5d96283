/* parts.c - second addresses, relations and teams on the pages of records, as a browser without scripts sends them. */
#include "../suite.h"
#include <stdlib.h>
#include "app/server.h"
#include "app/workspace.h"
#include "client/client.h"
#include "http/http.h"
#include "place.h"

static char folder[64], csrf[65];
static struct workspace *ws;
static struct server *server;
static struct client who;
static struct err e;

static bool has(const struct reply *r, const char *words) { return str_find(r->body, str_of(words)) >= 0; }
static const char *text(str s) { return arena_cstr(&who.a, s); }

static str between(str body, const char *head, char end)
{
    ptrdiff_t at = str_find(body, str_of(head));
    ck_assert_msg(at >= 0, "no %s in the page", head);
    str rest = str_from(body, (size_t)at + strlen(head));
    return str_cut(&rest, end);
}

static struct reply post(const char *path, const char *fields)
{
    return client_post(&who, path, arena_fmt(&who.a, "csrf=%s&%s", csrf, fields).p);
}

static struct reply get(const char *path) { return client_get(&who, path); }

static void open_all(void)
{
    snprintf(folder, sizeof folder, "/tmp/setu-parts-http-XXXXXX");
    ck_assert(mkdtemp(folder) != NULL);
    const struct workspace_init in = { .company = "Padma", .country = "BD", .lang = LANG_EN, .admin_email = "o@padma.example",
                                       .admin_name = "Owner", .password = S("correct horse battery") };
    ck_assert_msg(workspace_create(place_for(folder), &in, &ws, &e), "%s", e.detail);
    ck_assert_msg(server_start(ws, &(struct server_options){ .listen = "127.0.0.1:0" }, &server, &e), "%s", e.detail);
    who = client_new(server_port(server));
    get("/sign-in");
    struct reply r = client_post(&who, "/sign-in", "email=o%40padma.example&password=correct+horse+battery");
    ck_assert_int_eq(r.status, 303);
    r = get("/people");
    snprintf(csrf, sizeof csrf, "%.*s", STR_ARG(between(r.body, "<meta name=\"csrf\" content=\"", '"')));
}

static void close_all(void)
{
    client_free(&who);
    server_stop(server);
    workspace_close(ws);
    place_remove(folder);
}

/* "/people/ID" */
static const char *made(const char *list, const char *fields)
{
    struct reply r = post(list, fields);
    ck_assert_msg(r.status == 303, "%s %s: %d", list, fields, r.status);
    return text(reply_header(&r, "Location"));
}

static const char *at(const char *page, const char *tail) { return arena_fmt(&who.a, "%s%s", page, tail).p; }

/* The address of the n-th line's form in a panel. */
static const char *line(const char *page, const char *part, int n)
{
    struct reply r = get(page);
    const char *head = arena_fmt(&who.a, "href=\"%s/part/%s/", page, part).p;
    str rest = r.body;
    ptrdiff_t found;
    for (int i = 0; (found = str_find(rest, str_of(head))) >= 0; rest = str_from(rest, (size_t)found + strlen(head))) {
        str tail = str_from(rest, (size_t)found + strlen(head)), id = str_cut(&tail, '"');
        if (!str_eq(id, S("new")) && i++ == n)
            return arena_fmt(&who.a, "%s/part/%s/%.*s", page, part, STR_ARG(id)).p;
    }
    ck_abort_msg("no line %d of %s", n, part);
    return NULL;
}

static void undo_last(void) { ck_assert_int_eq(post("/undo", "x=1").status, 303); }

START_TEST(a_second_address_stands_below_the_first_and_finds_the_person)
{
    const char *page = made("/people", "name=Rahima+Khatun&email=rahima%40padma.example&phone=01711000001");
    struct reply r = get(at(page, "/part/email-addresses/new"));
    ck_assert_int_eq(r.status, 200);
    ck_assert(has(&r, "name=\"address\"") && !has(&r, "name=\"person\""));
    r = post(at(page, "/part/email-addresses"), "address=rk%40home.example&kind=home");
    ck_assert_int_eq(r.status, 303);
    r = get(page);
    ck_assert(has(&r, "rk@home.example") && has(&r, "Main") && has(&r, "Undo"));
    r = get("/search?q=rk%40home");
    ck_assert_msg(has(&r, "Rahima Khatun"), "not found by a second address");
    ck_assert_int_eq(post(at(page, "/part/phone-numbers"), "number=01911000002&kind=home").status, 303);
    r = get("/search?q=%2B8801911000002");
    ck_assert_msg(has(&r, "Rahima Khatun"), "not found by a second number");
    undo_last();
    r = get("/search?q=%2B8801911000002");
    ck_assert(!has(&r, "Rahima Khatun"));
    r = post(at(page, "/part/email-addresses"), "address=rk%40home.example");
    ck_assert_int_eq(r.status, 422);
    ck_assert(has(&r, "there already") && has(&r, "rk@home.example"));
    r = post(at(page, "/part/email-addresses"), "address=nonsense");
    ck_assert_int_eq(r.status, 422);
    ck_assert(has(&r, "nonsense"));
}
END_TEST

START_TEST(the_main_one_is_corrected_replaced_and_taken_away_in_its_row)
{
    const char *page = made("/people", "name=Rahima&email=rahima%40padma.example");
    ck_assert_int_eq(post(at(page, "/part/email-addresses"), "address=b%40padma.example&kind=work").status, 303);
    /* two rows, the main one first */
    const char *main = line(page, "email-addresses", 0);
    ck_assert_int_eq(post(main, "address=rahima.k%40padma.example").status, 303);
    struct reply r = get(page);
    ck_assert(has(&r, "rahima.k@padma.example") && !has(&r, "rahima@padma.example"));
    ck_assert_int_eq(post(at(main, "/delete"), "x=1").status, 303);
    get(page);                                  /* with the toast, which names what went */
    r = get(at(page, "/edit"));
    ck_assert(has(&r, "value=\"b@padma.example\"") && !has(&r, "rahima.k@padma.example"));
    undo_last();
    r = get(at(page, "/edit"));
    ck_assert(has(&r, "value=\"rahima.k@padma.example\""));
    ck_assert_int_eq(post(line(page, "email-addresses", 1), "is_primary=true").status, 303);
    r = get(at(page, "/edit"));
    ck_assert(has(&r, "value=\"b@padma.example\""));
    r = get(page);
    ck_assert(has(&r, "rahima.k@padma.example"));
}
END_TEST

START_TEST(a_new_person_with_a_known_second_address_or_number_is_asked_about)
{
    const char *page = made("/people", "name=Rahima&email=rahima%40padma.example");
    post(at(page, "/part/email-addresses"), "address=rk%40home.example");
    post(at(page, "/part/phone-numbers"), "number=01711000009");
    struct reply r = post("/people", "name=Someone&email=rk%40home.example");
    ck_assert_int_eq(r.status, 200);
    ck_assert(has(&r, "name=\"sure\"") && has(&r, "Rahima"));
    r = post("/people", "name=Someone&mobile=01711000009");
    ck_assert_int_eq(r.status, 200);
    ck_assert(has(&r, "name=\"sure\"") && has(&r, "Rahima"));
}
END_TEST

START_TEST(relations_and_teams_stand_on_both_pages)
{
    const char *person = made("/people", "name=Rahima"), *company = made("/companies", "name=Meghna+Mills");
    const char *other = made("/companies", "name=Jamuna");
    str company_id = str_from(str_of(company), strlen("/companies/"));
    struct reply r = post(at(person, "/part/relations"), arena_fmt(&who.a, "company=%.*s&job_title=Buyer&buying_role=decision_maker", STR_ARG(company_id)).p);
    ck_assert_int_eq(r.status, 303);
    r = get(person);
    ck_assert(has(&r, "Meghna Mills") && has(&r, "Buyer"));
    r = get(company);
    ck_assert(has(&r, "Rahima") && has(&r, "Buyer"));
    const char *row = line(company, "relations", 0);
    r = get(row);
    ck_assert(r.status == 200 && has(&r, "value=\"Buyer\""));
    /* of another company there is no such row */
    ck_assert_int_eq(post(arena_fmt(&who.a, "%s/part/relations%s", other, strrchr(row, '/')).p, "job_title=X").status, 404);
    ck_assert_int_eq(post(arena_fmt(&who.a, "%s/part/relations%s/delete", other, strrchr(row, '/')).p, "x=1").status, 404);
    ck_assert_int_eq(post(row, "job_title=Head+of+purchase").status, 303);
    r = get(person);
    ck_assert(has(&r, "Head of purchase"));
    ck_assert_int_eq(post(at(company, "/part/company-members"), "member=me&duty=marketer").status, 303);
    r = get(company);
    ck_assert(has(&r, "Account team") && has(&r, "Marketer"));
    ck_assert_int_eq(post(at(row, "/delete"), "x=1").status, 303);
    get(company);                               /* with the toast, which names what went */
    r = get(person);
    ck_assert(!has(&r, "Head of purchase"));
    undo_last();
    r = get(person);
    ck_assert(has(&r, "Head of purchase"));
    ck_assert_int_eq(get(at(person, "/part/deals/new")).status, 404);
    ck_assert_int_eq(get(at(person, "/part/company-members/new")).status, 404);
}
END_TEST

SUITE("parts", 120, open_all, close_all,
      a_second_address_stands_below_the_first_and_finds_the_person,
      the_main_one_is_corrected_replaced_and_taken_away_in_its_row,
      a_new_person_with_a_known_second_address_or_number_is_asked_about,
      relations_and_teams_stand_on_both_pages)
