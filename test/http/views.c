/* views.c - saved views of the real program: whose they are, who may use them, who may change them. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <unistd.h>
#include "app/workspace.h"
#include "base/id.h"
#include "client/served.h"

static struct served server;
/* A tree of teams: head above ann, bob and ann in one, sub below it, far elsewhere. */
static struct served_user owner, head, ann, bob, sub, far, guest;
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
    return str_head(str_from(r.body, at > 0 ? (size_t)at : 0), 2000);
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
    become(&ann);
}

static void end(void) { client_free(&c); }
static struct reply get(const char *path) { return client_get(&c, path); }
static struct reply as(const struct served_user *u, const char *path)
{
    become(u);
    return get(path);
}
static struct reply post(const char *path, const char *form) { return client_post(&c, path, MSG("%s&csrf=%s", form, me->csrf)); }

/* Where it leads: /companies?view=ID. */
static const char *saved(const char *form)
{
    struct reply r = post("/companies/views", form);
    SHOWS(r, 303);
    return arena_cstr(&c.a, reply_header(&r, "Location"));
}
static const char *id_in(const char *path) { return strrchr(path, '=') + 1; }
static const char *at(const char *path) { return MSG("/companies/views/%s", id_in(path)); }

static struct reply api(const struct served_user *u, const char *method, const char *path, const char *json)
{
    c.ncookies = 0;
    struct reply r = served_api(&c, u->token, method, path, NULL, json);
    become(me);
    return r;
}

static void used_by(const char *view, const char *name, const struct served_user *const *who, bool may)
{
    for (; *who; who++) {
        SHOWS(as(*who, view), may ? 200 : 404);
        if (may)
            HAS(get("/companies"), name);
        else
            HAS_NOT(get("/companies"), name);
        struct reply r = api(*who, "GET", MSG("/api/v1/saved_view/%s", id_in(view)), NULL);
        ck_assert_int_eq(r.status, may ? 200 : 404);
        r = api(*who, "GET", "/api/v1/saved_view?limit=100", NULL);
        ck_assert_msg(reply_has(&r, name) == may, "%s %s", (*who)->email, name);
    }
}
#define USED_BY(view, name, may, ...) used_by((view), (name), (const struct served_user *const[]){ __VA_ARGS__, NULL }, (may))

START_TEST(a_view_is_its_makers_their_teams_or_everybodys)
{
    const char *mine = saved("name=Only+of+Ann&q=city+%3D+Dhaka&visibility=private");
    const char *ours = saved("name=Ours+of+Ann&q=city+%3D+Dhaka&visibility=team");
    const char *all = saved("name=Open+of+Ann&q=city+%3D+Dhaka&visibility=everybody");
    USED_BY(mine, "Only of Ann", true, &ann);
    USED_BY(mine, "Only of Ann", false, &owner, &head, &bob, &sub, &far, &guest);
    USED_BY(ours, "Ours of Ann", true, &ann, &bob, &head, &sub, &owner);
    USED_BY(ours, "Ours of Ann", false, &far, &guest);
    USED_BY(all, "Open of Ann", true, &ann, &owner, &head, &bob, &sub, &far);
    USED_BY(all, "Open of Ann", false, &guest);
    HAS(as(&far, all), "city = Dhaka");
    HAS(get(all), "By ");
    SHOWS(get("/companies?view=zzz"), 404);
    SHOWS(get(MSG("/people?view=%s", id_in(all))), 404);        /* of another list */
    SHOWS(get(MSG("/companies/export.csv?view=%s", id_in(mine))), 404);
    HAS_NOT(as(&far, MSG("/companies?view=%s", id_in(mine))), "Dhaka");
}
END_TEST

START_TEST(who_may_use_it_improves_it_unless_it_is_locked)
{
    const char *v = saved("name=Improved&q=city+%3D+Dhaka&visibility=team");
    become(&bob);
    SHOWS(post(at(v), "step=list&q=city+%3D+Khulna&sort=name&cols=name,city"), 303);
    HAS(get(v), "city = Khulna");
    SHOWS(post(at(v), "step=about&name=Improved+by+Bob"), 303);
    HAS(get("/companies"), "Improved by Bob");
    SHOWS(post(at(v), "step=about&name=Taken&visibility=private"), 403);
    SHOWS(post(at(v), "step=about&name=Taken&visibility=team&is_locked=1"), 403);
    SHOWS(api(&bob, "PATCH", MSG("/api/v1/saved_view/%s", id_in(v)), MSG("{\"owner\":\"%.*s\"}", STR_ARG(id_text(&c.a, bob.id)))), 403);
    SHOWS(post(MSG("%s/delete", at(v)), "x=1"), 403);
    become(&far);
    SHOWS(post(at(v), "step=list&q="), 404);
    SHOWS(post(MSG("%s/delete", at(v)), "x=1"), 404);

    become(&ann);
    SHOWS(post(at(v), "step=about&name=Locked+now&visibility=team&is_locked=1"), 303);
    become(&bob);
    HAS(get(v), "This view is locked");
    SHOWS(get(MSG("%s&sort=-name", v)), 200);
    SHOWS(post(at(v), "step=list&q=city+%3D+Dhaka"), 403);
    SHOWS(api(&bob, "PATCH", MSG("/api/v1/saved_view/%s", id_in(v)), "{\"name\":\"x\"}"), 403);
    SHOWS(api(&bob, "DELETE", MSG("/api/v1/saved_view/%s", id_in(v)), NULL), 403);
    become(&ann);
    SHOWS(post(at(v), "step=list&q=city+%3D+Sylhet"), 303);     /* a lock does not bind its maker */
    become(&owner);
    SHOWS(post(at(v), "step=about&name=The+owner+s&visibility=everybody&is_locked=1"), 303);
    HAS(as(&far, v), "city = Sylhet");
    become(&owner);
    struct reply r = post(MSG("%s/delete", at(v)), "x=1");
    SHOWS(r, 303);
    r = client_follow(&c, r);
    HAS(r, "View deleted.");
    ptrdiff_t undo = str_find(r.body, S("/undo/"));
    ck_assert(undo > 0);
    SHOWS(get(v), 404);
    str to = str_head(str_from(r.body, (size_t)undo), 19);
    while (to.n && (to.p[to.n - 1] == '"' || to.p[to.n - 1] == ' ' || to.p[to.n - 1] == '>'))
        to.n--;
    SHOWS(post(arena_cstr(&c.a, to), "x=1"), 303);
    SHOWS(get(v), 200);
}
END_TEST

START_TEST(what_is_written_is_read_as_the_list_would)
{
    static const struct { const char *form, *json, *field; } bad[] = {
        { "q=citty+%3D+Dhaka", "\"criteria\":\"citty = Dhaka\"", "criteria" },
        { "q=city+%3D", "\"criteria\":\"city =\"", "criteria" },
        { "sort=colour", "\"sort\":\"colour\"", "sort" },
        { "cols=name,colour", "\"columns\":\"name,colour\"", "columns" },
        { "cols=name,,city", "\"columns\":\"name,,city\"", "columns" },
    };
    SHOWS(post("/companies", "name=Right+Ltd&city=Dhaka"), 303);
    const char *v = saved("name=Right&q=city+%3D+Dhaka&sort=-name&cols=city,name");
    for (size_t i = 0; i < countof(bad); i++) {
        SHOWS(post("/companies/views", MSG("name=Wrong&%s", bad[i].form)), 422);
        struct reply r = api(&ann, "POST", "/api/v1/saved_view", MSG("{\"name\":\"Wrong\",\"entity\":\"company\",%s}", bad[i].json));
        SHOWS(r, 422);
        HAS(r, MSG("\"field\":\"%s\"", bad[i].field));
        r = api(&ann, "PATCH", MSG("/api/v1/saved_view/%s", id_in(v)), MSG("{%s}", bad[i].json));
        SHOWS(r, 422);
        HAS(r, MSG("\"field\":\"%s\"", bad[i].field));
    }
    SHOWS(api(&ann, "POST", "/api/v1/saved_view", "{\"name\":\"X\",\"entity\":\"company\",\"visibility\":\"world\"}"), 422);
    SHOWS(api(&guest, "POST", "/api/v1/saved_view", "{\"name\":\"X\",\"entity\":\"company\",\"visibility\":\"everybody\"}"), 403);
    SHOWS(api(&guest, "POST", "/api/v1/saved_view", "{\"name\":\"X\",\"entity\":\"company\"}"), 201);
    struct reply r = get(v);
    ptrdiff_t city = str_find(r.body, S("<thead")), name;
    ck_assert(city > 0);
    str head_row = str_from(r.body, (size_t)city);
    city = str_find(head_row, S("sort=city"));
    name = str_find(head_row, S("sort=name"));
    ck_assert_msg(city > 0 && name > city, "%td %td", city, name);
}
END_TEST

START_TEST(what_differs_from_the_view_is_kept_in_the_address_until_it_is_saved)
{
    SHOWS(post("/companies", "name=Kept+Ltd&city=Dhaka"), 303);
    const char *v = saved("name=Still+there&q=city+%3D+Dhaka&sort=-name");
    HAS_NOT(get(v), "Save changes");
    struct reply r = get(MSG("%s&q=&sort=-name", v));
    HAS(r, "Save changes");
    HAS(r, "Reset");
    HAS(r, MSG("view=%s&amp;q=&amp;sort=", id_in(v)));          /* links keep the view, and what was taken out of it */
    HAS(r, MSG("name=\"view\" value=\"%s\"", id_in(v)));
    HAS_NOT(as(&bob, "/companies"), "Still there");
}
END_TEST

/* Where the words stand in the page, each after the one before. */
static void in_order(struct reply r, const char *const *words)
{
    str rest = r.body;
    for (; *words; words++) {
        ptrdiff_t at_word = str_find(rest, str_of(*words));
        ck_assert_msg(at_word >= 0, "no '%s' there: %.*s", *words, STR_ARG(main_of(r)));
        rest = str_from(rest, (size_t)at_word);
    }
}
#define IN_ORDER(r, ...) in_order((r), (const char *const[]){ __VA_ARGS__, NULL })

START_TEST(columns_are_put_in_order_by_buttons_that_need_no_script)
{
    SHOWS(post("/companies", "name=Ordered+Ltd&city=Dhaka"), 303);
    struct reply r = get("/companies?q=&cols=name&cols=city&cols=industry&up=city");
    SHOWS(r, 303);
    HAS_NOT(r, "up=");
    const char *to = arena_cstr(&c.a, reply_header(&r, "Location"));
    ck_assert_msg(strstr(to, "cols=city%2Cname%2Cindustry") != NULL, "%s", to);
    r = get(to);
    IN_ORDER(r, "<details class=\"pop\" open", "value=\"city\" checked", "value=\"name\" checked", "value=\"industry\" checked", "value=\"country\">");
    IN_ORDER(r, "<thead", "sort=city", "sort=-name", "sort=industry", "</thead");
    HAS(r, "Move City down");
    IN_ORDER(r, "name=\"up\" value=\"city\"", "autofocus", "name=\"down\" value=\"city\"");
    const char *const ends[] = { "up=name", "down=industry", "up=nothing" };        /* at the ends nothing moves */
    for (size_t i = 0; i < countof(ends); i++) {
        r = get(MSG("/companies?cols=name&cols=city&cols=industry&%s", ends[i]));
        ck_assert_msg(strstr(arena_cstr(&c.a, reply_header(&r, "Location")), "cols=name%2Ccity%2Cindustry") != NULL, "%s", ends[i]);
    }
    const char *v = saved("name=Ordered&cols=industry,city,name");
    IN_ORDER(get(v), "<thead", "sort=industry", "sort=city", "sort=-name", "</thead");
    r = get(MSG("%s&cols=industry&cols=city&cols=name&down=industry", v));
    to = arena_cstr(&c.a, reply_header(&r, "Location"));
    ck_assert_msg(strstr(to, id_in(v)) && strstr(to, "cols=city%2Cindustry%2Cname"), "%s", to);
    HAS(get(to), "Save changes");
}
END_TEST

/* ── many at once ────────────────────────────────────────────────────────── */

/* Posted as the form would send it; gives where it leads. */
static const char *applied(const char *form)
{
    struct reply r = post("/companies/bulk", form);
    SHOWS(r, 303);
    return arena_cstr(&c.a, reply_header(&r, "Location"));
}

START_TEST(all_of_a_view_are_changed_with_preview_and_the_view_stays)
{
    become(&owner);
    for (int i = 0; i < 60; i++)
        SHOWS(post("/companies", MSG("name=Few+%d&city=Bogura", i)), 303);
    const char *v = saved("name=Of+Bogura&q=city+%3D+Bogura&sort=-name&cols=name,city");
    const char *from = MSG("view=%s&q=city+%%3D+Bogura&sort=-name&cols=name,city&field=industry&all=1", id_in(v));
    HAS(get(v), "Change all in this view");
    struct reply r = post("/companies/bulk", from);
    SHOWS(r, 200);
    HAS(r, "Change 60 records");
    HAS(r, "All 60 records of this view");
    r = post("/companies/bulk", MSG("%s&step=preview&industry=pharma", from));
    SHOWS(r, 200);
    HAS(r, "And 40 more records.");
    HAS(get("/companies?q=city+%3D+Bogura+and+industry+%3D+pharma"), "Nothing");
    const char *to = applied(MSG("%s&step=apply&value=pharma", from));
    ck_assert_str_eq(to, v);
    HAS(get(to), "60 records changed.");
    r = get("/companies?q=city+%3D+Bogura+and+industry+%3D+pharma&count=1");
    HAS(r, "60 records");
}
END_TEST

START_TEST(more_than_a_few_are_a_job_that_is_looked_at_and_taken_back)
{
    become(&ann);
    const char *from = "q=city+%3D+Rangpur&sort=&cols=&view=&field=industry&all=1";
    HAS(post("/companies/bulk", from), "Change 450 records");
    const char *to = applied(MSG("%s&step=apply&value=pharma", from));
    ck_assert_msg(str_starts(str_of(to), S("/bulk/")), "%s", to);
    struct reply r = get(to);
    for (int i = 0; i < 600 && reply_has(&r, "<progress"); i++) {
        usleep(50000);
        r = get(to);
    }
    HAS(r, "450 records changed.");
    HAS(r, "/companies?q=");
    HAS(get("/companies?q=city+%3D+Rangpur+and+industry+%3D+pharma&count=1"), "450 records");
    SHOWS(as(&bob, to), 404);
    SHOWS(post(MSG("%s/undo", to), "x=1"), 404);
    become(&ann);
    SHOWS(post(MSG("%s/undo", to), "x=1"), 303);
    HAS(get(to), "Undone.");
    HAS_NOT(get("/companies?q=city+%3D+Rangpur+and+industry+%3D+pharma"), "Rangpur 1");
    HAS(post("/companies/bulk", "q=city+%3D+Nowhere&sort=&cols=&view=&field=industry&all=1"), "Select at least one");
}
END_TEST

START_TEST(what_one_may_not_change_stays_and_keeps_no_other_from_being_changed)
{
    for (int i = 0; i < 5; i++)
        SHOWS(api(i < 2 ? &ann : &bob, "POST", "/api/v1/task", "{\"title\":\"Sweep\"}"), 201);
    struct reply r = post("/tasks/bulk", "q=title+%3D+Sweep&sort=&cols=&view=&field=priority&all=1&step=apply&value=high");
    SHOWS(r, 303);
    HAS(client_follow(&c, r), "2 records changed; 3 stayed as they were.");
    r = api(&ann, "GET", "/api/v1/task/summary?q=title+%3D+Sweep&group=priority", NULL);
    HAS(r, "high");
    HAS(r, "normal");
}
END_TEST

static void team(struct workspace *ws, int64_t id, int64_t parent)
{
    SERVED_SQL(ws, "INSERT INTO team (id, version, created_at, created_by, updated_at, updated_by, name, parent)"
                   " VALUES ($1, 1, 0, 0, 0, 0, 'T' || $2, $3)", V(id), V(id_text(&c.a, id)), parent ? V(parent) : DB_NULL_VAL);
}

int main(void)
{
    struct arena a = arena_open(16 << 20);
    struct workspace *ws;
    struct err e = { 0 };
    served_new(&server, "en");
    if (!workspace_open(server.data, &ws, &e))
        return fprintf(stderr, "%s\n", e.detail), 1;
    c.a = a;
    team(ws, 901, 0);
    team(ws, 902, 901);
    team(ws, 903, 902);
    team(ws, 904, 901);
    served_user(ws, &a, &owner, "owner@p.example", "owner", 0, "en");
    served_user(ws, &a, &head, "head@p.example", "sales_manager", 901, "en");
    served_user(ws, &a, &ann, "ann@p.example", "ae", 902, "en");
    served_user(ws, &a, &bob, "bob@p.example", "ae", 902, "en");
    served_user(ws, &a, &sub, "sub@p.example", "sdr", 903, "en");
    served_user(ws, &a, &far, "far@p.example", "ae", 904, "en");
    served_user(ws, &a, &guest, "guest@p.example", "guest_agency", 902, "en");
    served_sql(ws, arena_fmt(&a, "INSERT INTO company (id, version, created_at, created_by, updated_at, updated_by, name, name_fold,"
               " city, owner) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 450) SELECT 100000 + i, 1, 0, %lld, 0, %lld,"
               " 'Rangpur ' || i, 'rangpur ' || i, 'Rangpur', %lld FROM n",
               (long long)ann.id, (long long)ann.id, (long long)ann.id).p, NULL, 0);
    workspace_close(ws);
    arena_close(&a);
    if (!served_start(&server))
        return fprintf(stderr, "the server does not start\n"), 1;
    int failed = suite_run("saved views", 120, begin, end, TESTS(
        a_view_is_its_makers_their_teams_or_everybodys, who_may_use_it_improves_it_unless_it_is_locked,
        what_is_written_is_read_as_the_list_would, what_differs_from_the_view_is_kept_in_the_address_until_it_is_saved,
        columns_are_put_in_order_by_buttons_that_need_no_script,
        all_of_a_view_are_changed_with_preview_and_the_view_stays, more_than_a_few_are_a_job_that_is_looked_at_and_taken_back,
        what_one_may_not_change_stays_and_keeps_no_other_from_being_changed));
    bool is_clean = served_stop(&server);
    served_remove(&server);
    return failed != 0 || !is_clean;
}
