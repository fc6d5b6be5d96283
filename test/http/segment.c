/* segment.c - segments asked of the real program: made, filled by themselves, explained, never more shown than may be seen. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <unistd.h>
#include "app/workspace.h"
#include "base/id.h"
#include "client/served.h"

static struct served server;
static struct served_user owner, seller, guest;
static struct client c;
static const struct served_user *me;

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

static void become(const struct served_user *u)
{
    me = u;
    c.ncookies = 0;
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
static const char *made(struct reply r)
{
    SHOWS(r, 303);
    return arena_cstr(&c.a, reply_header(&r, "Location"));
}
static const char *id_in(const char *path) { return strrchr(path, '/') + 1; }

static struct reply api(const char *path)
{
    c.ncookies = 0;
    struct reply r = client_send(&c, "GET", path, MSG("Authorization: Bearer %s\r\n", me->token), NULL, S(""));
    become(me);
    return r;
}

/* The feed follows a commit: what is asked for comes within a moment. */
static void comes(const char *path, const char *text)
{
    struct reply r = get(path);
    for (int i = 0; i < 200 && !reply_has(&r, text); i++) {
        usleep(50000);
        r = get(path);
    }
    HAS(r, text);
}

START_TEST(members_come_and_go_by_themselves_and_it_is_told)
{
    const char *who = made(post("/people", "name=Nasrin+Akter&city=Dhaka"));
    const char *seg = made(post("/segments", "name=Of+Khulna&entity=person&kind=live&criteria=city+%3D+Khulna"));
    HAS(get("/segments"), "Of Khulna");
    HAS_NOT(get(seg), "Nasrin Akter");
    SHOWS(post(MSG("%s/field/city", who), "city=Khulna"), 303);
    SHOWS(get("/me"), 200);                     /* the toast names her too: it is shown here */
    comes(seg, "Nasrin Akter");
    HAS(get(MSG("%s/moves", seg)), "Nasrin Akter");
    HAS(get(who), "Entered the segment");
    HAS(get(MSG("%s/why?segment=%s", who, id_in(seg))), "Nasrin Akter\u2069 is in \u2068Of Khulna");
    HAS(get("/people?q=in+segment+%22Of+Khulna%22"), "Nasrin Akter");
    HAS(get("/people?q=not+in+segment+%22Of+Khulnaa%22"), "Of Khulna");        /* did you mean */
    SHOWS(post(MSG("%s/delete", who), "sure=1"), 303);
    SHOWS(get("/me"), 200);
    HAS_NOT(get(seg), "Nasrin Akter");
}
END_TEST

START_TEST(the_form_counts_shows_five_and_points_at_mistakes)
{
    for (int i = 0; i < 7; i++)
        made(post("/people", MSG("name=Preview+%d&city=Sylhet", i)));
    struct reply r = post("/segments/preview", "entity=person&criteria=city+%3D+Sylhet");
    SHOWS(r, 200);
    HAS(r, "7 meet this now");
    HAS(post("/segments/preview", "entity=person&criteria=citty+%3D+Sylhet"), "Did you mean");
    HAS(post("/segments", "name=X&entity=person&kind=live&criteria=city+%3D"), "Something is missing");
    HAS(post("/segments", "name=X&entity=person&kind=live&criteria="), "Say who belongs to it");
    r = post("/segments", "name=X&entity=person&kind=live&criteria=city+%3D+Sylhet&step=event&source=page.viewed&how=%3E%3D&times=2&window=within+7+days");
    SHOWS(r, 200);
    HAS(r, "(city = Sylhet) and count(page.viewed within 7 days) &gt;= 2");
    HAS(client_follow(&c, get("/people?f=birthday&op=%3E%3D&v=24+Nov+1990&step=field")), "birthday &gt;= 1990-11-24");     /* a day as people write it */
    HAS(client_follow(&c, get("/people?f=last_activity_at&op=%3C%3D&v=today+-+30+days&step=field")), "last_activity_at &lt;= today - 30 days");
    HAS(client_follow(&c, get("/people?q=city+%3D+Sylhet&f=name&step=event&source=mail.opened&how=not&window=")),
        "(city = Sylhet) and not happened(mail.opened)");
    struct reply l = client_follow(&c, get("/people?q=&f=city&op=%3D&v=Sylhet"));
    HAS(l, "Preview 3");
}
END_TEST

START_TEST(a_field_is_compared_as_it_can_be_with_its_own_values)
{
    struct reply r = get("/people/condition?f=lifecycle");
    SHOWS(r, 200);
    HAS(r, "<option value=\"mql\">");
    HAS_NOT(r, "<option value=\"~\">");
    HAS(get("/people/condition?f=country"), "<option value=\"IR\">Iran</option>");
    r = get("/people/condition?f=owner");
    HAS(r, "<option value=\"me\">me</option>");
    r = get("/people/condition?f=name");
    HAS(r, "<option value=\"~\">");
    HAS_NOT(r, "<option value=\"&gt;=\">");
    r = get("/people/condition?f=birthday");
    HAS(r, "<option value=\"&gt;=\">on or after</option>");
    HAS(get("/people/condition?f=fit"), "inputmode=\"decimal\"");
    SHOWS(get("/people/condition?f=nothing"), 404);
    SHOWS(get("/people/condition"), 404);
    SHOWS(get("/users/condition?f=password"), 404);
    r = client_follow(&c, get("/people?f=owner&op=%3D&v=me&step=field"));
    HAS(r, "owner = me");
    HAS_NOT(r, "owner = &quot;me&quot;");
}
END_TEST

START_TEST(why_names_each_condition_and_the_rows_behind_it)
{
    const char *who = made(post("/people", "name=Rafiq+Uddin&city=Bogura"));
    made(post("/notes", MSG("body=Called+back&person=%s", id_in(who))));
    const char *q = "city+%3D+Bogura+and+happened%28note.added+within+7+days%29+and+not+happened%28mail.opened%29+and+count%28tasks%29+%3E+3";
    struct reply r = get(MSG("%s/why?q=%s", who, q));
    SHOWS(r, 200);
    HAS(r, "Rafiq Uddin\u2069 is not in this list");
    HAS(r, "All of these");
    HAS(r, "Note added");
    HAS(r, "Its value: Bogura");
    r = api(MSG("/api/v1/person/%s/explain?q=%s", id_in(who), q));
    SHOWS(r, 200);
    HAS(r, "\"holds\":false,\"why\":{\"holds\":false,\"all\":[");
    HAS(r, "\"kind\":\"Note added\"");
    HAS(get("/people/why?q=city+%3D+Bogura&who=Rafiq"), "/why?q=");
    SHOWS(get(MSG("%s/why?q=citi+%%3D+x", who)), 422);
    SHOWS(get("/people/1h2k3m4n5p/why?q=city+%3D+x"), 404);
    SHOWS(get(MSG("%s/why?segment=nonsense&q=city+%%3D+x", who)), 404);
}
END_TEST

START_TEST(a_frozen_list_is_kept_by_hand_and_from_a_list)
{
    const char *a = made(post("/people", "name=Guest+One")), *b = made(post("/people", "name=Guest+Two"));
    const char *seg = made(post("/segments", "name=Gala&entity=person&kind=frozen&criteria="));
    HAS(get("/people"), "Gala");                /* the bulk bar offers it */
    SHOWS(post("/segments/put", MSG("segment=%s&id=%s&id=%s", id_in(seg), id_in(a), id_in(b))), 303);
    HAS(get(seg), "Guest One");
    SHOWS(post(MSG("%s/members", seg), MSG("step=out&id=%s", id_in(a))), 303);
    HAS_NOT(get(seg), "Guest One");
    SHOWS(post(MSG("%s/members", seg), "step=in&who=Guest+One"), 303);
    HAS(get(seg), "Guest One");
    SHOWS(post(MSG("%s/members", seg), "step=in&who=Nobody+At+All"), 422);
    become(&seller);
    SHOWS(get(MSG("%s/edit", seg)), 403);
    SHOWS(post("/segments/put", MSG("segment=%s&id=%s", id_in(seg), id_in(a))), 403);
    SHOWS(post(MSG("%s/delete", seg), "sure=1"), 403);
}
END_TEST

START_TEST(a_guest_is_shown_no_member_no_value_no_segment)
{
    const char *who = made(post("/people", "name=Hidden+Person&city=Rajshahi&phone=%2B8801711000009"));
    const char *seg = made(post("/segments", "name=Secret+circle&entity=person&kind=live&criteria=city+%3D+Rajshahi"));
    HAS(get(seg), "Hidden Person");
    become(&guest);
    HAS_NOT(get("/segments"), "Secret circle");
    SHOWS(get(seg), 404);
    SHOWS(get(MSG("%s/moves", seg)), 404);
    SHOWS(get(MSG("%s/why?q=city+%%3D+Rajshahi", who)), 404);
    SHOWS(get(MSG("%s/why?segment=%s", who, id_in(seg))), 404);
    SHOWS(api(MSG("/api/v1/person/%s/explain?q=city+%%3D+Rajshahi", id_in(who))), 404);
    HAS_NOT(get("/people?q=in+segment+%22Secret+circle%22"), "Hidden Person");
    HAS_NOT(get("/people?q=in+segment+%22Secret+circlee%22"), "Secret circle&");    /* no name is suggested */
    SHOWS(get("/segments/new"), 200);
    SHOWS(post("/segments", "name=Mine&entity=person&kind=live&criteria=city+%3D+Rajshahi"), 403);
}
END_TEST

START_TEST(used_segments_are_neither_renamed_nor_deleted)
{
    const char *base = made(post("/segments", "name=Base&entity=person&kind=live&criteria=city+%3D+Pabna"));
    const char *top = made(post("/segments", "name=Top&entity=person&kind=live&criteria=in+segment+Base"));
    HAS(get(base), "Top");
    struct reply r = post(MSG("%s/delete", base), "sure=1");
    ck_assert_int_eq(r.status, 409);
    HAS(r, "uses this segment");
    HAS(post(base, "name=Base&kind=live&criteria=in+segment+Top"), "ask itself");
    SHOWS(post(MSG("%s/freeze", top), ""), 303);
    HAS(get(top), "Frozen");
}
END_TEST

int main(void)
{
    struct arena a = arena_open(16 << 20);
    struct workspace *ws;
    struct err e = { 0 };
    served_new(&server, "en");
    if (!workspace_open(server.data, &ws, &e))
        return fprintf(stderr, "%s\n", e.detail), 1;
    served_user(ws, &a, &owner, "owner@p.example", "owner", 0, "en");
    served_user(ws, &a, &seller, "seller@p.example", "ae", 0, "en");
    served_user(ws, &a, &guest, "guest@p.example", "guest_agency", 0, "en");
    workspace_close(ws);
    arena_close(&a);
    if (!served_start(&server))
        return fprintf(stderr, "the server does not start\n"), 1;
    int failed = suite_run("segment pages", 120, begin, end, TESTS(
        members_come_and_go_by_themselves_and_it_is_told,
        the_form_counts_shows_five_and_points_at_mistakes, a_field_is_compared_as_it_can_be_with_its_own_values,
        why_names_each_condition_and_the_rows_behind_it,
        a_frozen_list_is_kept_by_hand_and_from_a_list,
        a_guest_is_shown_no_member_no_value_no_segment,
        used_segments_are_neither_renamed_nor_deleted));
    bool is_clean = served_stop(&server);
    served_remove(&server);
    return failed != 0 || !is_clean;
}
