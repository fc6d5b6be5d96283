/* desk.c - the desk of each person, asked of the real program with real sessions.
 *
 * One server for all tests; each makes what it looks at. The sign-in limit is tried
 * last, with an address of its own. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include "app/workspace.h"
#include "base/id.h"
#include "base/clock.h"
#include "client/served.h"

static struct served server;
static struct served_user owner, seller, writer, other, analyst;
static struct client c;

#define MSG(...) arena_fmt(&c.a, __VA_ARGS__).p
#define SHOWS(r, code) do { struct reply r_ = (r); ck_assert_msg(r_.status == (code), "%d, not %d: %.*s", \
        r_.status, (code), STR_ARG(main_of(r_))); } while (0)
#define HAS(r, text) do { struct reply r_ = (r); ck_assert_msg(reply_has(&r_, (text)), "no '%s' in %d: %.*s", \
        (text), r_.status, STR_ARG(main_of(r_))); } while (0)
#define HAS_NOT(r, text) do { struct reply r_ = (r); ck_assert_msg(!reply_has(&r_, (text)), "'%s' in %d: %.*s", \
        (text), r_.status, STR_ARG(main_of(r_))); } while (0)

static str main_of(struct reply r)
{
    ptrdiff_t at = str_find(r.body, S("<main"));
    return str_head(str_from(r.body, at > 0 ? (size_t)at : 0), 4000);
}

static const struct served_user *me;

static void become(const struct served_user *u)
{
    me = u;
    c.ncookies = 0;
    if (u)
        c.cookie[c.ncookies++] = (struct client_pair){ S("sid"), str_of(u->session) };
}

static void begin(void)
{
    c = served_client(&server);
    become(&owner);
}

static void end(void) { client_free(&c); }

static struct reply get(const char *path) { return client_get(&c, path); }
static struct reply post(const char *path, const char *form) { return client_post(&c, path, MSG("%s&csrf=%s", form, me->csrf)); }
static struct reply fragment(const char *path) { return client_send(&c, "GET", path, "HX-Request: true\r\n", NULL, S("")); }

/* The path of the record that a form made. */
static const char *made(struct reply r)
{
    SHOWS(r, 303);
    return arena_cstr(&c.a, reply_header(&r, "Location"));
}
static const char *id_in(const char *path) { return strrchr(path, '/') + 1; }

/* What stands between two texts of the page. */
static const char *between(struct reply r, const char *head, const char *tail)
{
    ptrdiff_t at = str_find(r.body, str_of(head));
    ck_assert_msg(at >= 0, "no '%s' in: %.*s", head, STR_ARG(r.body));
    str rest = str_from(r.body, (size_t)at + strlen(head));
    ptrdiff_t to = str_find(rest, str_of(tail));
    ck_assert(to >= 0);
    return arena_cstr(&c.a, str_head(rest, (size_t)to));
}

/* ── coming in ───────────────────────────────────────────────────────────── */

START_TEST(a_new_owner_is_led_through_the_first_steps_until_there_are_people)
{
    struct reply r = get("/");
    if (r.status == 303)
        ck_assert_msg(str_eq(reply_header(&r, "Location"), S("/welcome")), "%.*s", STR_ARG(reply_header(&r, "Location")));
    SHOWS(get("/welcome"), 200);
    r = post("/welcome", "step=2&do=skip");
    ck_assert(str_eq(reply_header(&r, "Location"), S("/welcome?step=3")));
    r = get("/welcome");
    HAS(r, "name=\"password\"");                /* remembered: the third step */
    SHOWS(post("/welcome", "step=5&do=next"), 303);
    SHOWS(get("/"), 200);
}
END_TEST

START_TEST(the_right_password_opens_and_the_session_ends_with_sign_out)
{
    become(NULL);
    struct reply r = client_post(&c, "/sign-in", "email=O%40P.example&password=correct+horse+battery&next=/me");
    SHOWS(r, 303);
    ck_assert(str_eq(reply_header(&r, "Location"), S("/me")));
    r = get("/me");
    SHOWS(r, 200);
    const char *csrf = between(r, "name=\"csrf\" content=\"", "\"");
    SHOWS(client_post(&c, "/sign-out", MSG("csrf=%s", csrf)), 303);
    SHOWS(get("/me"), 303);
}
END_TEST

START_TEST(a_wrong_password_and_an_unknown_address_answer_alike)
{
    become(NULL);
    struct reply a = client_post(&c, "/sign-in", "email=q1%40p.example&password=wrong"), b;
    become(NULL);
    b = client_post(&c, "/sign-in", "email=s1%40p.example&password=wrong");     /* s1 is a user */
    SHOWS(a, 422);
    SHOWS(b, 422);
    ck_assert_str_eq(between(a, "<div class=\"notice", "</div>"), between(b, "<div class=\"notice", "</div>"));
    ck_assert_int_eq(a.body.n, b.body.n);
}
END_TEST

START_TEST(the_sixth_try_of_an_account_waits)
{
    for (int i = 0; i < 5; i++) {
        become(NULL);
        SHOWS(client_post(&c, "/sign-in", "email=limited%40p.example&password=wrong"), 422);
    }
    become(NULL);
    struct reply r = client_post(&c, "/sign-in", "email=limited%40p.example&password=wrong");
    SHOWS(r, 429);
    ck_assert(reply_header(&r, "Retry-After").n > 0);
}
END_TEST

/* Thirty an hour from one address is for who guesses; a whole office may stand behind one. */
START_TEST(an_office_signs_in_behind_one_address)
{
    for (int i = 0; i < 32; i++) {
        become(NULL);
        struct reply r = client_post(&c, "/sign-in", "email=o%40p.example&password=correct+horse+battery");
        ck_assert_msg(r.status == 303, "%d: %d", i, r.status);
    }
}
END_TEST

START_TEST(a_form_without_its_token_is_refused)
{
    SHOWS(client_post(&c, "/me", "name=Somebody"), 403);
    SHOWS(client_post(&c, "/notes", "body=x"), 403);
}
END_TEST

/* ── rights ──────────────────────────────────────────────────────────────── */

START_TEST(settings_are_not_there_for_a_seller)
{
    static const char *const paths[] = { "/settings", "/settings/roles", "/settings/health", "/welcome" };
    for (size_t i = 0; i < countof(paths); i++) {
        become(&owner);
        SHOWS(get(paths[i]), 200);
        become(&seller);
        SHOWS(get(paths[i]), 404);
    }
    SHOWS(post("/settings", "company=Mine"), 404);
    SHOWS(post(MSG("/users/%s/password", id_text(&c.a, owner.id).p), "new=another+horse+battery"), 404);
    struct reply r = get("/");
    SHOWS(r, 200);
    HAS_NOT(r, "href=\"/settings\"");
}
END_TEST

START_TEST(nobody_gives_themselves_a_role)
{
    become(&seller);
    SHOWS(post("/me", "name=Seller&roles=owner&is_active=false"), 303);
    SHOWS(get("/settings"), 404);
    SHOWS(get("/me"), 200);
}
END_TEST

/* ── settings ────────────────────────────────────────────────────────────── */

static struct reply company(const char *name, const char *currency, const char *zone, int month)
{
    return post("/settings", MSG("company=%s&language=en&country=bd&currency=%s&calendar=gregorian&zone=%s&fiscal_month=%d",
                                 name, currency, zone, month));
}

START_TEST(settings_are_checked_and_hold_at_once)
{
    SHOWS(company("Padma+Tiles", "BDT", "Asia/Dhaka", 7), 303);
    HAS(get("/settings"), "Padma Tiles");
    SHOWS(company("Padma+Tiles", "XXQ", "Asia/Dhaka", 7), 422);
    SHOWS(company("Padma+Tiles", "BDT", "Asia/Atlantis", 7), 422);
    SHOWS(company("", "BDT", "Asia/Dhaka", 7), 422);
    SHOWS(company("X", "BDT", "Asia/Dhaka", 13), 422);
    SHOWS(company("X", "BDT", "Asia/Dhaka", 0), 422);
    HAS(get("/settings"), "Padma Tiles");
}
END_TEST

START_TEST(the_check_of_health_finds_sound_data)
{
    struct reply r = post("/settings/health", "x=1");
    SHOWS(r, 200);
    HAS(r, "The data is sound.");
    HAS_NOT(r, "--to");                         /* the command told is one that there is */
    HAS(r, strstr(server.data, "://") ? "pg_dump --schema=" : MSG("setu backup --data %s /srv/backup/", server.data));
}
END_TEST

/* ── one's own settings ──────────────────────────────────────────────────── */

START_TEST(the_language_of_one_reader_turns_the_page_and_no_other)
{
    become(&seller);
    SHOWS(post("/me", "name=Seller&lang=fa"), 303);
    HAS(get("/"), "<html lang=\"fa\" dir=\"rtl\"");
    SHOWS(post("/me", "name=Seller&lang=bn"), 303);
    HAS(get("/"), "<html lang=\"bn\" dir=\"ltr\"");
    become(&owner);
    HAS(get("/"), "<html lang=\"en\"");
    become(&seller);
    SHOWS(post("/me", "name=Seller&lang=en"), 303);
    SHOWS(post("/me", "name=Seller&zone=Asia/Nowhere"), 422);
}
END_TEST

START_TEST(a_new_password_asks_the_old_one_and_ends_other_sessions)
{
    become(NULL);
    SHOWS(client_post(&c, "/sign-in", "email=o%40p.example&password=correct+horse+battery"), 303);
    struct client_pair second = c.cookie[0];
    become(NULL);
    SHOWS(client_post(&c, "/sign-in", "email=o%40p.example&password=correct+horse+battery"), 303);
    const char *csrf = between(get("/me"), "name=\"csrf\" content=\"", "\"");
    SHOWS(client_post(&c, "/me/password", MSG("old=wrong&new=another+horse+battery&csrf=%s", csrf)), 422);
    SHOWS(client_post(&c, "/me/password", MSG("old=correct+horse+battery&new=short&csrf=%s", csrf)), 422);
    SHOWS(client_post(&c, "/me/password", MSG("old=correct+horse+battery&new=correct+horse+battery+2&csrf=%s", csrf)), 303);
    SHOWS(get("/me"), 200);                     /* this one stays */
    c.ncookies = 0;
    c.cookie[c.ncookies++] = second;
    SHOWS(get("/me"), 303);                     /* the other does not */
    become(NULL);
    SHOWS(client_post(&c, "/sign-in", "email=o%40p.example&password=correct+horse+battery+2"), 303);
}
END_TEST

START_TEST(a_key_is_shown_once_and_works_until_it_is_revoked)
{
    become(&writer);
    struct reply r = post("/me/tokens", "name=Sheet&scopes=see&days=30");
    SHOWS(r, 200);
    const char *token = between(r, "<code id=\"token\">", "</code>");
    ck_assert_int_eq(strncmp(token, "setu1_", 6), 0);
    r = get("/me/tokens");
    HAS_NOT(r, token);
    HAS(r, "Sheet");
    const char *revoke = between(r, "action=\"/me/tokens/", "\"");
    SHOWS(served_api(&c, token, "GET", "/api/v1/person", NULL, NULL), 200);
    become(&owner);
    SHOWS(post(MSG("/me/tokens/%s", revoke), "x=1"), 404);      /* another's key is not there */
    become(&writer);
    SHOWS(post(MSG("/me/tokens/%s", revoke), "x=1"), 303);
    SHOWS(served_api(&c, token, "GET", "/api/v1/person", NULL, NULL), 401);
    SHOWS(post("/me/tokens", "name=Sheet&scopes=see&days=0"), 422);
    SHOWS(post("/me/tokens", "name=Sheet&scopes=see&days=3651"), 422);
    SHOWS(post("/me/tokens", "name=Sheet&scopes=everything"), 422);
}
END_TEST

/* ── finding ─────────────────────────────────────────────────────────────── */

START_TEST(the_palette_finds_in_four_scripts)
{
    static const char *const names[] = { "Jonas Meyer", "নাসরিন হক", "अनिल शर्मा", "لیلا حدادی" };
    static const char *const typed[] = { "jon", "নাসরিন", "अनिल", "ليلا" };     /* the last with an Arabic yeh */
    for (size_t i = 0; i < countof(names); i++)
        made(post("/people", MSG("name=%s&sure=1", names[i])));
    for (size_t i = 0; i < countof(names); i++)
        HAS(fragment(MSG("/palette?q=%s", typed[i])), names[i]);
}
END_TEST

START_TEST(the_first_letter_narrows_what_the_palette_gives)
{
    made(post("/people", "name=Dealer+Karim&sure=1"));
    made(post("/companies", "name=Dealer+House&sure=1"));
    struct reply r = fragment("/palette?q=dealer");
    HAS(r, "Dealer Karim");
    HAS(r, "Dealer House");
    r = fragment("/palette?q=%40dealer");
    HAS(r, "Dealer Karim");
    HAS_NOT(r, "Dealer House");
    r = fragment("/palette?q=%3Edeal");
    HAS(r, "New deal");
    HAS_NOT(r, "Dealer Karim");
    r = fragment("/palette?q=%2Fcompan");
    HAS(r, "href=\"/companies\"");
    HAS_NOT(r, "Dealer House");
    HAS(fragment("/palette?q=zzzzqq"), "Nothing found");
    HAS(get("/search?q=dealer"), "Dealer House");
    HAS(fragment("/create"), "href=\"/deals/new\"");
}
END_TEST

START_TEST(words_of_the_navigation_are_found_in_the_readers_language)
{
    become(&seller);
    SHOWS(post("/me", "name=Seller&lang=fa"), 303);
    HAS(fragment("/palette?q=شرکت"), "href=\"/companies\"");
    HAS(fragment("/palette?q=compan"), "href=\"/companies\"");
    SHOWS(post("/me", "name=Seller&lang=en"), 303);
}
END_TEST

/* ── people ──────────────────────────────────────────────────────────────── */

START_TEST(a_note_stands_on_the_timelines_of_its_person_and_their_company)
{
    const char *firm = made(post("/companies", "name=Meghna&sure=1"));
    const char *p = made(post("/people", MSG("name=Rafiq+Islam&company=%s&sure=1", id_in(firm))));
    struct reply r = post("/notes", MSG("person=%s&body=Wants+the+annex&back=%s", id_in(p), p));
    ck_assert_str_eq(made(r), p);
    r = get(p);
    HAS(r, "Wants the annex");
    HAS(r, "wrote a note");
    HAS(r, "id=\"timeline\"");
    HAS(get(firm), "Wants the annex");
    HAS_NOT(get(MSG("%s?show=tasks", p)), "wrote a note");
    r = client_follow(&c, post("/undo", "x=1"));
    HAS_NOT(get(p), "wrote a note");
}
END_TEST

START_TEST(an_address_that_is_known_is_told_before_a_second_person_is_made)
{
    made(post("/people", "name=Kamal&email=kamal%40twice.example&sure=1"));
    struct reply r = post("/people", "name=Kamal+Uddin&email=kamal%40twice.example");
    SHOWS(r, 200);
    HAS(r, "Looks like somebody you have");
    HAS(r, "name=\"sure\"");
    SHOWS(post("/people", "name=Kamal+Uddin&email=kamal%40twice.example&sure=1"), 303);
    r = get("/people/duplicates");
    SHOWS(r, 200);
    HAS(r, "Kamal Uddin");
}
END_TEST

/* Said to be two: gone from the list and the panels, until it is taken back; a merge carries it along. */
START_TEST(two_that_look_alike_may_be_two)
{
    const char *a = made(post("/people", "name=Shirin+Akhter&email=shirin%40apart.example&sure=1"));
    const char *b = made(post("/people", "name=Shirin+Akhter&email=shirin%40apart.example&city=Bogura&sure=1"));
    HAS(get(a), MSG("%s/not-same/%s", a, id_in(b)));
    HAS(get("/people/duplicates"), "Shirin Akhter");
    struct reply r = post(MSG("%s/not-same/%s", a, id_in(b)), MSG("back=%s", a));
    ck_assert_str_eq(made(r), a);
    HAS_NOT(get(a), "/not-same/");
    HAS_NOT(get(b), "/not-same/");
    r = get("/people/duplicates");
    HAS_NOT(r, MSG("/merge/%s", id_in(b)));
    HAS_NOT(r, MSG("/merge/%s", id_in(a)));
    HAS(r, "1 pair that is said not to be the same");
    SHOWS(post(MSG("%s/not-same/%s", b, id_in(a)), "back=/people"), 303);                  /* the other way round it is said already */
    HAS(get("/people/duplicates"), "1 pair that is said not to be the same");
    const char *third = made(post("/people", "name=Shirin+Akhter+Banu&city=Natore&sure=1"));
    r = post(MSG("%s/merge/%s", third, id_in(a)), "name=mine&email=theirs");
    ck_assert_str_eq(made(r), third);
    HAS_NOT(get(third), MSG("/not-same/%s", id_in(b)));                                     /* what was said of the one is said of both */
    HAS_NOT(get(b), MSG("/not-same/%s", id_in(third)));
    r = post(MSG("%s/perhaps-same/%s", b, id_in(third)), MSG("back=%s", b));
    ck_assert_str_eq(made(r), b);
    r = get(b);
    HAS(r, MSG("%s/not-same/%s", b, id_in(third)));
    HAS(r, "may be shown as duplicates again");
    const char *undo = between(r, "action=\"/undo/", "\"");
    SHOWS(post(MSG("/undo/%s", undo), "back=/people"), 303);
    HAS_NOT(get(b), MSG("/not-same/%s", id_in(third)));
    SHOWS(post(MSG("%s/not-same/%s", b, id_in(b)), "back=/people"), 422);
    become(&analyst);                                                                       /* who may not change them may not say it */
    SHOWS(post(MSG("%s/not-same/%s", b, id_in(third)), "back=/people"), 403);
    SHOWS(post(MSG("%s/perhaps-same/%s", b, id_in(third)), "back=/people"), 403);
}
END_TEST

START_TEST(a_list_of_what_no_form_makes_leads_to_where_it_is_made)
{
    struct reply r = get("/imports");
    SHOWS(r, 200);
    HAS(r, "with the way to take it back");
    HAS(r, "href=\"/import\"");
}
END_TEST

START_TEST(two_become_one_and_undo_brings_both_back)
{
    const char *a = made(post("/people", "name=Rina+Das&email=rina%40one.example&sure=1"));
    const char *b = made(post("/people", "name=Rina+D.&city=Sylhet&sure=1"));
    const char *merge = MSG("%s/merge/%s", a, id_in(b));
    made(post("/notes", MSG("person=%s&body=Said+on+the+other&back=/", id_in(b))));
    struct reply r = get(merge);
    SHOWS(r, 200);
    HAS(r, "Sylhet");
    r = post(merge, "city=theirs&name=mine");
    ck_assert_str_eq(made(r), a);
    r = get(a);
    HAS(r, "Sylhet");
    HAS(r, "Said on the other");
    ck_assert_str_eq(made(get(b)), a);          /* its address leads to the one that stayed */
    const char *undo = between(r, "action=\"/undo/", "\"");
    SHOWS(post(MSG("/undo/%s", undo), "back=/people"), 303);
    SHOWS(get(b), 200);
    HAS(get(b), "Said on the other");
    HAS_NOT(get(a), "Said on the other");
}
END_TEST

START_TEST(what_was_deleted_tells_so_and_comes_back_from_the_bin)
{
    const char *a = made(post("/people", "name=Binu+Sarkar&sure=1"));
    SHOWS(post(MSG("%s/delete", a), ""), 303);
    struct reply r = get(a);
    SHOWS(r, 404);
    HAS(r, "Binu Sarkar");
    HAS(r, "Deleted by");
    HAS(r, "Created the record");               /* its history */
    HAS(get(MSG("%s/history", a)), "Deleted by");
    HAS(get("/deleted"), "/people/deleted");
    HAS(get("/people"), "/people/deleted");
    r = get("/people/deleted");
    SHOWS(r, 200);
    HAS(r, "Binu Sarkar");
    const char *undo = between(r, "action=\"/undo/", "\"");
    SHOWS(post(MSG("/undo/%s", undo), "back=/people"), 303);
    SHOWS(get(a), 200);
    HAS_NOT(get("/people/deleted"), "Binu Sarkar");
}
END_TEST

START_TEST(the_last_write_is_undone_without_its_toast)
{
    const char *a = made(post("/people", "name=Lasta+Roy&sure=1"));
    SHOWS(post(MSG("%s/delete", a), ""), 303);
    HAS(get("/undo"), "deleting");
    SHOWS(post("/undo", "back=/people"), 303);
    SHOWS(get(a), 200);
}
END_TEST

/* The form of a week: days in the reader's words, times in any digits; what is wrong names its day and keeps what was typed. */
START_TEST(the_week_is_a_form_and_its_mistakes_name_the_day)
{
    struct reply r = get("/work-calendars/new");
    HAS(r, "name=\"hours_0_from1\"");
    HAS(r, "Sunday");
    const char *base = "name=Week+form&zone=Asia%2FDhaka&country=BD&hours_form=1&hours=&hours_0=1&hours_0_from1=";
    r = post("/work-calendars", MSG("%s9-25&hours_0_to1=18", base));
    SHOWS(r, 422);
    HAS(r, "Sunday: ");
    HAS(r, "9-25");
    r = post("/work-calendars", MSG("%s18&hours_0_to1=9", base));
    SHOWS(r, 422);
    HAS(r, "must begin before it ends");
    r = post("/work-calendars", "name=Week+form&zone=Asia%2FDhaka&hours_form=1&hours=&hours_0=1");
    SHOWS(r, 422);
    HAS(r, "no times are given");
    const char *at = made(post("/work-calendars", MSG("%s%%E0%%A7%%AF&hours_0_to1=%%DB%%B1%%DB%%B3:30&hours_0_from2=14&hours_0_to2=18.15&hours_6=1"
                                                      "&hours_6_from1=9&hours_6_to1=12&hours_6_off=2&hours_6_off=4", base)));
    HAS(get(at), "09:00\u201313:30, 14:00\u201318:15");
    r = get(MSG("%s/edit", at));
    HAS(r, "value=\"18:15\"");
    HAS(r, "value=\"4\" checked");
    HAS(get(at), "public holidays");            /* Bangladesh's are offered */
    SHOWS(post(MSG("%s/holidays", at), ""), 303);
    r = get(at);
    HAS_NOT(r, "public holidays of");
    HAS(get(MSG("/holidays?q=work_calendar+%%3D+%s+and+day+%%3D+2026-12-16", id_in(at))), "Victory Day");
}
END_TEST

START_TEST(a_task_moves_from_late_to_done_and_back)
{
    become(&seller);
    made(post("/tasks", "title=Ring+the+mill&due_at=2020-01-02+10:00&back=/tasks"));
    struct reply r = get("/tasks?show=late");
    HAS(r, "Ring the mill");
    const char *id = between(r, "action=\"/tasks/", "/done\"");
    HAS(get("/"), "Ring the mill");
    SHOWS(post(MSG("/tasks/%s/done", id), "back=/tasks"), 303);
    HAS_NOT(get("/tasks?show=late"), "Ring the mill</b");
    HAS(get("/tasks?show=done"), "Ring the mill");
    SHOWS(post("/undo", "x=1"), 303);
    HAS(get("/tasks?show=late"), "Ring the mill");
}
END_TEST

START_TEST(a_notice_is_seen_by_its_reader_only_and_read_once)
{
    become(&writer);
    struct reply r = get("/notifications");
    HAS(r, "A lead waits");
    const char *id = between(r, "href=\"/notifications/", "/open\"");
    become(&seller);
    HAS_NOT(get("/notifications"), "A lead waits");
    SHOWS(get(MSG("/notifications/%s/open", id)), 404);
    become(&writer);
    r = get(MSG("/notifications/%s/open", id));
    SHOWS(r, 303);
    ck_assert(str_eq(reply_header(&r, "Location"), S("/leads")));
    HAS_NOT(get("/notifications"), "A lead waits");
    HAS(get("/notifications?show=all"), "A lead waits");
}
END_TEST

/* ── home ────────────────────────────────────────────────────────────────── */

START_TEST(every_figure_of_home_opens_its_records)
{
    struct served_user *const all[] = { &owner, &seller, &writer };
    SHOWS(post("/welcome", "step=5&do=next"), 303);
    for (size_t i = 0; i < countof(all); i++) {
        become(all[i]);
        struct reply home = get("/");
        SHOWS(home, 200);
        str rest = home.body;
        for (ptrdiff_t at; (at = str_find(rest, S("<dd class=\"num\"><a href=\""))) >= 0;) {
            rest = str_from(rest, (size_t)at + 25);
            struct reply list = get(arena_cstr(&c.a, str_head(rest, (size_t)str_find_char(rest, '"'))));
            SHOWS(list, 200);
            HAS_NOT(list, "class=\"notice red\"");      /* a condition that the list cannot read */
        }
    }
}
END_TEST

/* A won deal of that amount and day. */
static void won(int amount, const char *day)
{
    struct reply r = served_api(&c, owner.token, "GET", "/api/v1/stage?q=is_won%20%3D%20true&fields=name", NULL, NULL);
    str rest = str_from(r.body, (size_t)str_find(r.body, S("\"id\":\"")) + 6), stage = str_cut(&rest, '"');
    r = served_api(&c, owner.token, "POST", "/api/v1/deal", NULL,
                   MSG("{\"name\":\"Won %d\",\"amount\":\"%d BDT\",\"won_reason\":\"price\",\"stage\":\"%.*s\",\"close_date\":\"%s\"}",
                       amount, amount, STR_ARG(stage), day));
    SHOWS(r, 201);
}

START_TEST(home_counts_what_was_won_by_its_day_and_not_by_when_it_was_entered)
{
    SHOWS(post("/welcome", "step=5&do=next"), 303);
    won(777, "2024-02-29");
    struct reply home = get("/");
    SHOWS(home, 200);
    HAS_NOT(home, "৳777");
    won(888, arena_cstr(&c.a, iso_date(&c.a, zone_days("Asia/Dhaka", clock_now()))));
    home = get("/");
    HAS(home, "৳888");
    HAS_NOT(home, "৳1,665");                     /* both */
    HAS(get(between(home, "<dd class=\"num\"><a href=\"", "\"")), "Won 888");   /* a won deal stands on no board */
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        a_new_owner_is_led_through_the_first_steps_until_there_are_people, the_right_password_opens_and_the_session_ends_with_sign_out,
        an_office_signs_in_behind_one_address,
        a_wrong_password_and_an_unknown_address_answer_alike, a_form_without_its_token_is_refused,
        settings_are_not_there_for_a_seller, nobody_gives_themselves_a_role, settings_are_checked_and_hold_at_once,
        the_check_of_health_finds_sound_data, the_language_of_one_reader_turns_the_page_and_no_other,
        a_key_is_shown_once_and_works_until_it_is_revoked, the_palette_finds_in_four_scripts,
        the_first_letter_narrows_what_the_palette_gives, words_of_the_navigation_are_found_in_the_readers_language,
        a_note_stands_on_the_timelines_of_its_person_and_their_company,
        an_address_that_is_known_is_told_before_a_second_person_is_made, a_list_of_what_no_form_makes_leads_to_where_it_is_made, two_become_one_and_undo_brings_both_back, two_that_look_alike_may_be_two,
        what_was_deleted_tells_so_and_comes_back_from_the_bin, the_last_write_is_undone_without_its_toast,
        the_week_is_a_form_and_its_mistakes_name_the_day, a_task_moves_from_late_to_done_and_back, a_notice_is_seen_by_its_reader_only_and_read_once,
        every_figure_of_home_opens_its_records, home_counts_what_was_won_by_its_day_and_not_by_when_it_was_entered, a_new_password_asks_the_old_one_and_ends_other_sessions,
        the_sixth_try_of_an_account_waits,
    };
    Suite *s = suite_create("desk");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 120);
    tcase_add_checked_fixture(t, begin, end);
    for (size_t i = 0; i < countof(tests); i++)
        tcase_add_test(t, tests[i]);
    suite_add_tcase(s, t);
    return s;
}

static void people(struct workspace *ws, struct arena *a)
{
    served_user(ws, a, &owner, "boss@p.example", "owner", 0, "en");
    served_user(ws, a, &seller, "s1@p.example", "ae", 0, "en");
    served_user(ws, a, &writer, "m1@p.example", "marketer", 0, "en");
    served_user(ws, a, &other, "limited@p.example", "ae", 0, "en");
    served_user(ws, a, &analyst, "looks@p.example", "analyst", 0, "en");
    SERVED_SQL(ws, "INSERT INTO notification (id, version, created_at, created_by, updated_at, updated_by, recipient, kind, level, title, path)"
                   " VALUES ($1, 1, 1, 0, 1, 0, $2, 'lead.offered', 'info', 'A lead waits', '/leads')", V(id_mint()), V(writer.id));
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
