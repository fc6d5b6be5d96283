/* bad.c - what goes wrong in front of a person: told in their language, nothing lost.
 *
 * The same in Bengali, Hindi, Persian and English; what the person typed stands in the page again.
 * The expected words are the catalogue's own, so a page in another language fails. */
#include "app/workspace.h"
#include "client/served.h"
#include "place.h"
#include "msg/http.h"
#include "msg/record.h"
#include "people/people.h"
#include "record/type.h"
#include "../suite.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const langs[] = { "en", "bn", "hi", "fa" };
static struct served server;
static struct served_user user[countof(langs)];
static struct client c;

static void begin(void) { c = served_client(&server); }
static void end(void) { client_free(&c); }

static struct reply send_as(size_t l, const char *method, const char *path, str body)
{
    const char *head = arena_fmt(&c.a, "Cookie: sid=%s\r\nX-CSRF-Token: %s\r\n", user[l].session, user[l].csrf).p;
    c.ncookies = 0;
    return client_send(&c, method, path, head, strcmp(method, "GET") ? "application/x-www-form-urlencoded" : NULL, body);
}
#define POST_AS(l, path, ...) send_as((l), "POST", (path), arena_fmt(&c.a, __VA_ARGS__))
#define GET_AS(l, path) send_as((l), "GET", (path), (str){ 0 })

static struct locale locale_of(size_t l)
{
    enum lang lang = LANG_EN;
    lang_from_code(str_of(langs[l]), &lang);
    return locale_default(lang, "BD");
}

/* The page is in the reader's language and says these words. */
static void tells(size_t l, struct reply r, int status, str words)
{
    ck_assert_msg(r.status == status, "%s: %d, not %d: %.400s", langs[l], r.status, status, r.body.n ? r.body.p : "");
    ck_assert_msg(reply_has(&r, arena_fmt(&c.a, "lang=\"%s\"", langs[l]).p), "not a page in %s", langs[l]);
    ck_assert_msg(!strcmp(langs[l], "fa") == reply_has(&r, "dir=\"rtl\""), "%s: the page runs the wrong way", langs[l]);
    ck_assert_msg(str_find(r.body, words) >= 0, "%s does not say: %.*s", langs[l], STR_ARG(words));
}

/* What the type says of this text, in the reader's words. */
static str words_of(size_t l, const struct entity *en, const char *field, const char *text)
{
    struct locale loc = locale_of(l);
    struct workspace ws = { .country = "BD", .currency = "BDT", .zone = "Asia/Dhaka", .fiscal_month = 1 };
    struct ctx x = { .a = &c.a, .ws = &ws, .loc = &loc, .who = &actor_system, .now = INT64_C(1795500000000000) };
    struct val v;
    struct err e = { 0 };
    ck_assert(!type_parse(&x, entity_field(en, str_of(field)), str_of(text), &v, &e));
    return err_text(&c.a, &loc, &e);
}

static const char *made_path(struct reply r)
{
    ck_assert_msg(r.status == 303, "%d %.300s", r.status, r.body.n ? r.body.p : "");
    return arena_cstr(&c.a, reply_header(&r, "Location"));
}

/* ── forms ───────────────────────────────────────────────────────────────── */

START_TEST(a_malformed_address_is_told_and_kept)
{
    for (size_t l = 0; l < countof(langs); l++) {
        struct reply r = POST_AS(l, "/people", "name=Rahima+%zu&email=rahima.at.example", l);
        tells(l, r, 422, words_of(l, &person_entity, "email", "rahima.at.example"));
        ck_assert_msg(reply_has(&r, "rahima.at.example"), "%s: what was typed is gone", langs[l]);
        ck_assert_msg(reply_has(&r, arena_fmt(&c.a, "Rahima %zu", l).p), "%s: the other fields are gone", langs[l]);
        struct reply list = GET_AS(l, arena_fmt(&c.a, "/people?q=%%22Rahima+%zu%%22", l).p);
        ck_assert(!reply_has(&list, "rahima.at.example"));
    }
}
END_TEST

static bool tells_field(struct reply *r, const char *field)
{
    return reply_has(r, arena_fmt(&c.a, "id=\"f-%s-e\"", field).p) && reply_has(r, arena_fmt(&c.a, "aria-describedby=\"f-%s-e\"", field).p);
}

/* All at once, each beside its field and each in the summary; what was right stands as it was typed. */
START_TEST(everything_wrong_in_a_form_is_told_together)
{
    for (size_t l = 0; l < countof(langs); l++) {
        struct reply r = POST_AS(l, "/people", "name=&email=no.mail&birthday=13-13-13&city=Chattogram");
        tells(l, r, 422, words_of(l, &person_entity, "email", "no.mail"));
        tells(l, r, 422, words_of(l, &person_entity, "birthday", "13-13-13"));
        ck_assert_msg(tells_field(&r, "name") && tells_field(&r, "email") && tells_field(&r, "birthday"), "%s: a field is not told", langs[l]);
        ck_assert_msg(!reply_has(&r, "id=\"f-city-e\"") && reply_has(&r, "Chattogram"), "%s: what was right was taken for wrong", langs[l]);
        ck_assert_msg(reply_has(&r, "href=\"#f-name\"") && reply_has(&r, "href=\"#f-birthday\""), "%s: no way to the fields", langs[l]);
    }
    /* the same of a record that is there, and nothing of it is written */
    const char *path = made_path(POST_AS(0, "/people", "name=Several+Once&city=Bogura"));
    struct reply r = POST_AS(0, path, "version=1&name=&email=no.mail&city=Pabna");
    ck_assert_int_eq(r.status, 422);
    ck_assert(tells_field(&r, "name") && tells_field(&r, "email") && reply_has(&r, "Pabna"));
    r = GET_AS(0, path);
    ck_assert(reply_has(&r, "Bogura") && !reply_has(&r, "Pabna"));
}
END_TEST

/* 1403/13/45, in the digits of Iran: no such month. */
START_TEST(a_wrong_date_in_persian_digits_is_told_and_kept)
{
    static const char date[] = "\xdb\xb1\xdb\xb4\xdb\xb0\xdb\xb3/\xdb\xb1\xdb\xb3/\xdb\xb4\xdb\xb5";
    for (size_t l = 0; l < countof(langs); l++) {
        struct reply r = POST_AS(l, "/people", "name=Date&birthday=%s", date);
        tells(l, r, 422, words_of(l, &person_entity, "birthday", date));
        ck_assert_msg(reply_has(&r, date), "%s: what was typed is gone", langs[l]);
    }
}
END_TEST

START_TEST(a_right_date_in_persian_digits_is_read)
{
    static const char date[] = "\xdb\xb1\xdb\xb3\xdb\xb7\xdb\xb0/\xdb\xb0\xdb\xb6/\xdb\xb0\xdb\xb1";       /* 1370/06/01 */
    const char *path = made_path(POST_AS(3, "/people", "name=Dated&birthday=%s", date));
    struct reply r = GET_AS(3, arena_fmt(&c.a, "%s/edit", path).p);
    ck_assert_msg(reply_has(&r, "1991-08-23") || reply_has(&r, date) || reply_has(&r, "\xdb\xb1\xdb\xb3\xdb\xb7\xdb\xb0"), "the date is not there");
}
END_TEST

START_TEST(a_stale_save_shows_both_values)
{
    for (size_t l = 0; l < countof(langs); l++) {
        struct locale loc = locale_of(l);
        struct err e = { .code = ERR_CONFLICT, .msg = MSG_record_stale };
        static const char *const unlike[] = { "Zubair", "Meherunnesa", "Tapan+Ghosh", "Kiyanoush" };
        const char *path = made_path(POST_AS(l, "/people", "name=%s&city=Dhaka", unlike[l]));
        ck_assert_int_eq(POST_AS(l, path, "version=1&city=Sylhet").status, 303);
        struct reply r = POST_AS(l, path, "version=1&city=Khulna");
        tells(l, r, 409, err_text(&c.a, &loc, &e));
        ck_assert_msg(reply_has(&r, "Khulna") && reply_has(&r, "Sylhet"), "%s: one of the two is missing", langs[l]);
        r = GET_AS(l, path);
        ck_assert_msg(reply_has(&r, "Sylhet") && !reply_has(&r, "Khulna"), "the stale value was written");
        /* the form that came back carries the version of now: sent again, it is kept */
        ck_assert_int_eq(POST_AS(l, path, "version=2&city=Khulna").status, 303);
    }
}
END_TEST

/* Two people and one form each, begun with the same version: what only one of them changed is nobody's question. */
START_TEST(a_stale_save_is_put_together_field_by_field)
{
    const char *path = made_path(POST_AS(0, "/people", "name=Zahirul+Parallel&city=Dhaka&job_title=Buyer"));
    #define FORM "version=1&name=Zahirul+Parallel&city=%s&job_title=%s&note=%s"
    ck_assert_int_eq(POST_AS(1, path, FORM, "Sylhet", "Buyer", "").status, 303);
    struct reply r = POST_AS(2, path, FORM, "Dhaka", "Buyer", "Met+in+Pune");       /* sees Dhaka, says nothing of it */
    ck_assert_int_eq(r.status, 303);
    struct locale loc = locale_of(2);
    str city = msg_text(&c.a, &loc, entity_field(&person_entity, S("city"))->label, NULL);
    char hex[128] = "";
    for (size_t i = 0; i < city.n && i < 60; i++)
        snprintf(hex + 2 * i, 3, "%02x", (unsigned char)city.p[i]);
    ck_assert_msg(strstr(reply_header(&r, "Set-Cookie").p, hex), "the toast does not tell that the city is another's");
    r = GET_AS(2, path);
    ck_assert_msg(reply_has(&r, "Sylhet") && reply_has(&r, "Met in Pune"), "one of the two is lost");
    r = POST_AS(3, path, FORM, "Khulna", "Head+of+buying", "");
    ck_assert_int_eq(r.status, 409);
    ck_assert_msg(reply_has(&r, "name=\"city_stays\"") && reply_has(&r, "Sylhet") && reply_has(&r, "Khulna"), "what both changed is no choice");
    ck_assert_msg(!reply_has(&r, "job_title_stays") && reply_has(&r, "Head of buying"), "one's own field is asked about");
    ck_assert_msg(!reply_has(&r, "note_stays") && reply_has(&r, "Met in Pune"), "what the other alone changed is not there");
    ck_assert_msg(reply_has(&r, "name=\"version\" value=\"3\""), "the form keeps its old version");
    ck_assert_msg(!reply_has(&(struct reply){ .body = GET_AS(3, path).body }, "Head of buying"), "half of it was saved");
    r = POST_AS(3, path, "version=3&city=Khulna&city_stays=stored&job_title=Head+of+buying");
    ck_assert_int_eq(r.status, 303);
    r = GET_AS(3, path);
    ck_assert_msg(reply_has(&r, "Sylhet") && !reply_has(&r, "Khulna") && reply_has(&r, "Head of buying"), "the choice was not taken");
}
END_TEST

/* A field in its place is a form of one field. */
START_TEST(a_stale_field_is_refused_only_for_its_own_sake)
{
    const char *path = made_path(POST_AS(0, "/people", "name=Rokeya+Inline&city=Dhaka"));
    ck_assert_int_eq(POST_AS(1, path, "version=1&city=Sylhet").status, 303);
    ck_assert_int_eq(POST_AS(2, arena_fmt(&c.a, "%s/field/job_title", path).p, "version=1&job_title=Buyer").status, 303);
    struct reply r = POST_AS(2, arena_fmt(&c.a, "%s/field/city", path).p, "version=1&city=Khulna");
    ck_assert_msg(r.status == 409 && reply_has(&r, "Sylhet") && reply_has(&r, "Khulna") && reply_has(&r, "city_stays"), "%d", r.status);
    ck_assert_int_eq(POST_AS(2, arena_fmt(&c.a, "%s/field/city", path).p, "version=1&city=Dhaka").status, 303);
    r = GET_AS(2, path);
    ck_assert_msg(reply_has(&r, "Sylhet") && reply_has(&r, "Buyer"), "a field that was left as it was took the other's away");
}
END_TEST

/* A form with something wrong in it comes back as old as it was: sent again it must not overwrite. */
START_TEST(a_stale_form_with_a_fault_stays_stale)
{
    const char *path = made_path(POST_AS(0, "/people", "name=Faulty+Stale&city=Dhaka"));
    ck_assert_int_eq(POST_AS(1, path, "version=1&city=Sylhet").status, 303);
    struct reply r = POST_AS(0, path, "version=1&name=Faulty+Stale&city=Dhaka&email=no.mail");
    ck_assert_int_eq(r.status, 422);
    ck_assert_msg(reply_has(&r, "name=\"version\" value=\"1\""), "the form became new, with the old values in it");
    ck_assert_int_eq(POST_AS(0, path, "version=1&name=Faulty+Stale&city=Dhaka&email=faulty.stale@example.com").status, 303);
    r = GET_AS(0, path);
    ck_assert_msg(reply_has(&r, "Sylhet") && reply_has(&r, "faulty.stale@example.com"), "one of the two is lost");
}
END_TEST

/* A number of Bangladesh at a person in Britain: the form that shows it gives the same back. */
START_TEST(a_number_of_another_country_stays_as_it_is_shown)
{
    const char *path = made_path(POST_AS(0, "/people", "name=Abroad+Number&country=GB&phone=%%2B8801711000107"));
    struct reply r = GET_AS(0, arena_fmt(&c.a, "%s/edit", path).p);
    ptrdiff_t at = str_find(r.body, S("name=\"phone\""));
    ck_assert_msg(at >= 0, "no field");
    str rest = str_from(r.body, (size_t)at);
    ptrdiff_t value = str_find(rest, S("value=\""));
    ck_assert_msg(value >= 0 && str_starts(str_from(rest, (size_t)value + 7), S("+880")), "%.*s", 80, rest.p);
}
END_TEST

START_TEST(a_form_sent_twice_makes_one_record)
{
    struct reply form = GET_AS(0, "/people/new");
    ptrdiff_t at = str_find(form.body, S("name=\"once\" value=\""));
    ck_assert_msg(at >= 0, "the form has no key of its own");
    str rest = str_from(form.body, (size_t)at + strlen("name=\"once\" value=\"")), once = str_cut(&rest, '"');
    const char *a = made_path(POST_AS(0, "/people", "name=Twiceonly&once=%.*s", STR_ARG(once)));
    const char *b = made_path(POST_AS(0, "/people", "name=Twiceonly&once=%.*s", STR_ARG(once)));
    ck_assert_str_eq(a, b);
    struct reply list = served_api(&c, user[0].token, "GET", "/api/v1/person/summary?q=Twiceonly", NULL, NULL);
    ck_assert_msg(reply_has(&list, "\"count\":1"), "%.*s", STR_ARG(list.body));
}
END_TEST

START_TEST(ten_megabytes_are_refused_in_words)
{
    enum { MUCH = 10 << 20 };
    for (size_t l = 0; l < countof(langs); l++) {
        struct locale loc = locale_of(l);
        char *p = arena_new(&c.a, char, MUCH);
        memset(p, 'x', MUCH);
        memcpy(p, "name=", 5);
        struct reply r = send_as(l, "POST", "/people", (str){ p, MUCH });
        ck_assert_msg(r.status == 413, "%s: %d", langs[l], r.status);
        struct err e = { .code = ERR_TOO_LARGE, .msg = MSG_http_body_too_large };
        str words = err_text(&c.a, &loc, &e);
        ck_assert_msg(str_find(r.body, words) >= 0, "%s does not say %.*s but %.200s", langs[l], STR_ARG(words), r.body.p);
        client_close(&c);
        client_free(&c);
        begin();
    }
    ck_assert_int_eq(GET_AS(0, "/people").status, 200);
}
END_TEST

START_TEST(one_field_too_long_is_told_with_its_limit)
{
    for (size_t l = 0; l < countof(langs); l++) {
        char *p = arena_new(&c.a, char, 100001);
        memset(p, 'y', 100000);
        struct reply r = POST_AS(l, "/people", "name=%s", p);
        ck_assert_msg(r.status == 422, "%s: %d", langs[l], r.status);
        ck_assert_msg(reply_has(&r, arena_fmt(&c.a, "lang=\"%s\"", langs[l]).p), "not a page in %s", langs[l]);
    }
}
END_TEST

START_TEST(nothing_at_an_address_is_told_in_the_readers_words)
{
    for (size_t l = 0; l < countof(langs); l++) {
        struct reply r = GET_AS(l, "/people/zzzzzzzzzzz");
        ck_assert_int_eq(r.status, 404);
        ck_assert_msg(reply_has(&r, arena_fmt(&c.a, "lang=\"%s\"", langs[l]).p), "not a page in %s", langs[l]);
        r = client_send(&c, "GET", "/sign-in", arena_fmt(&c.a, "Accept-Language: %s\r\n", langs[l]).p, NULL, (str){ 0 });
        ck_assert_msg(reply_has(&r, arena_fmt(&c.a, "lang=\"%s\"", langs[l]).p), "the door is not in %s", langs[l]);
    }
}
END_TEST

/* ── the folder ──────────────────────────────────────────────────────────── */

START_TEST(a_second_server_is_sent_away_and_the_first_lives)
{
    str said;
    const char *words[] = { "serve", "--data", server.data, "--listen", "127.0.0.1:0", NULL };
    ck_assert_int_eq(served_run(&c.a, words, (str){ 0 }, &said), 1);
    ck_assert_msg(said.n > 20 && str_find(said, str_of(server.dir)) >= 0, "it says: %.*s", STR_ARG(said));
    ck_assert_int_eq(GET_AS(0, "/people").status, 200);
}
END_TEST

static void spoil(const char *path, off_t at, const char *with, size_t n)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert(fd >= 0 && pwrite(fd, with, n, at) == (ssize_t)n);
    close(fd);
}

START_TEST(a_damaged_file_is_refused_in_words_and_left_as_it_is)
{
    struct served hurt;
    struct stat before, after;
    str said;
    served_new(&hurt, "en");
    const char *path = arena_fmt(&c.a, "%s/setu.db", hurt.dir).p;
    spoil(path, 0, "this is no database, not at all!", 32);
    ck_assert(stat(path, &before) == 0);
    const char *words[] = { "serve", "--data", hurt.dir, "--listen", "127.0.0.1:0", NULL };
    int code = served_run(&c.a, words, (str){ 0 }, &said);
    ck_assert_msg(code == 1, "%d %.*s", code, STR_ARG(said));
    ck_assert_msg(str_find(said, str_of(hurt.dir)) >= 0, "it does not say which folder: %.*s", STR_ARG(said));
    ck_assert(stat(path, &after) == 0);
    ck_assert_msg(before.st_size == after.st_size && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec, "the file was written to");
    served_remove(&hurt);
}
END_TEST

START_TEST(a_folder_that_is_none_is_told)
{
    str said;
    const char *words[] = { "serve", "--data", "/nonexistent/setu", "--listen", "127.0.0.1:0", NULL };
    ck_assert_int_eq(served_run(&c.a, words, (str){ 0 }, &said), 1);
    ck_assert_msg(str_find(said, S("/nonexistent/setu")) >= 0, "%.*s", STR_ARG(said));
}
END_TEST

/* A file system of its own, filled to the last block by a second file. */
START_TEST(a_full_disk_refuses_writes_in_words_and_keeps_what_was_there)
{
    struct served full;
    struct served_user u;
    struct workspace *ws;
    struct err e = { 0 };
    served_new(&full, "en");
    const char *from = arena_fmt(&c.a, "%s/setu.db", full.dir).p;
    if (mount("setu", full.dir, "tmpfs", 0, "size=24m,mode=0700") != 0) {
        printf("skipped: no file system of its own can be made here (%s)\n", strerror(errno));
        served_remove(&full);
        return;
    }
    const char *words[] = { "init", "--data", full.dir, "--company", "Full", "--admin-email", SERVED_ADMIN, NULL };
    ck_assert_int_eq(served_run(&c.a, words, (str){ 0 }, NULL), 0);
    ck_assert(workspace_open(full.dir, &ws, &e));
    served_user(ws, &c.a, &u, "fa@p.example", "owner", 0, "fa");
    workspace_close(ws);
    ck_assert(served_start(&full));
    struct client mine = served_client(&full);
    struct reply r = served_api(&mine, u.token, "POST", "/api/v1/person", NULL, "{\"name\":\"Before\"}");
    ck_assert_int_eq(r.status, 201);

    const char *ballast = arena_fmt(&c.a, "%s/ballast", full.dir).p;
    int fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    char block[4096] = "";
    while (write(fd, block, sizeof block) > 0)
        ;
    close(fd);
    int refusals = 0;
    for (int i = 0; i < 400 && refusals == 0; i++) {
        r = served_api(&mine, u.token, "POST", "/api/v1/person", NULL, arena_fmt(&mine.a, "{\"name\":\"Full %d\"}", i).p);
        ck_assert_msg(r.status == 201 || r.status == 507, "%d %.*s", r.status, STR_ARG(r.body));
        refusals += r.status == 507;
    }
    ck_assert_msg(refusals == 1, "the disk does not fill");
    ck_assert_msg(str_find(r.body, S("\xd8")) >= 0 || str_find(r.body, S("\xd9")) >= 0, "not in Persian: %.*s", STR_ARG(r.body));
    r = served_api(&mine, u.token, "GET", "/api/v1/person?q=Before", NULL, NULL);
    ck_assert_msg(r.status == 200 && reply_has(&r, "\"Before\""), "%d %.*s", r.status, STR_ARG(r.body));
    unlink(ballast);
    r = served_api(&mine, u.token, "POST", "/api/v1/person", NULL, "{\"name\":\"After\"}");
    ck_assert_msg(r.status == 201, "room again, and still refused: %d %.*s", r.status, STR_ARG(r.body));
    client_free(&mine);
    bool ended = served_stop(&full);
    const char *check[] = { "check", "--data", full.dir, NULL };
    int code = served_run(&c.a, check, (str){ 0 }, NULL);
    umount(full.dir);
    unlink(from);
    served_remove(&full);
    ck_assert(ended);
    ck_assert_int_eq(code, 0);
}
END_TEST

static Suite *suite(void)
{
    const TTest *const tests[] = {
        a_malformed_address_is_told_and_kept, everything_wrong_in_a_form_is_told_together, a_wrong_date_in_persian_digits_is_told_and_kept,
        a_right_date_in_persian_digits_is_read, a_stale_save_shows_both_values, a_stale_save_is_put_together_field_by_field,
        a_stale_field_is_refused_only_for_its_own_sake, a_stale_form_with_a_fault_stays_stale,
        a_number_of_another_country_stays_as_it_is_shown, a_form_sent_twice_makes_one_record,
        ten_megabytes_are_refused_in_words, one_field_too_long_is_told_with_its_limit,
        nothing_at_an_address_is_told_in_the_readers_words, a_folder_that_is_none_is_told,
    };
    const TTest *const of_files[] = {
        a_second_server_is_sent_away_and_the_first_lives, a_damaged_file_is_refused_in_words_and_left_as_it_is,
        a_full_disk_refuses_writes_in_words_and_keeps_what_was_there,
    };
    Suite *s = suite_create("bad");
    TCase *t = tcase_create("all");
    tcase_set_timeout(t, 90);
    tcase_add_checked_fixture(t, begin, end);
    for (size_t i = 0; i < countof(tests); i++)
        tcase_add_test(t, tests[i]);
    for (size_t i = 0; i < countof(of_files) && !place_is_postgres(); i++)
        tcase_add_test(t, of_files[i]);
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
    for (size_t l = 0; l < countof(langs); l++)
        served_user(ws, &a, &user[l], arena_fmt(&a, "%s@p.example", langs[l]).p, "owner", 0, langs[l]);
    workspace_close(ws);
    if (!served_start(&server))
        return fprintf(stderr, "the server does not start\n"), 1;
    int failed = suite_end(suite());
    bool ended = served_stop(&server);
    served_remove(&server);
    arena_close(&a);
    return failed || !ended;
}
