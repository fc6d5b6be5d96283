/* capture.c - public forms and visits against the program itself: a workspace with four forms, one
 * served by build/san/setu (or $SETU_BIN) as a child, its file read beside it.
 *
 * Tokens are made with the workspace's key as if the page had been opened ten seconds ago, so no
 * test needs to wait; one goes through the page itself. Each test has an address of its own.
 */
#include "../suite.h"
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/log.h"
#include "client/client.h"
#include "data.h"
#include "public/inside.h"
#include "reach/reach.h"
#include "client/look.h"
#include "place.h"

static char folder[64];
static struct arena a;
static struct workspace *ws, copy;
static struct err e;
static pid_t server;
static int port;
static struct look file;
static const char *place;

#define BROWSER "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
#define ok(call) ck_assert_msg((call), "%s: %s", #call, e.detail)

/* ── the house ───────────────────────────────────────────────────────────── */

static const struct { const char *slug, *lang, *fields, *country; } forms[] = {
    { "talk-en", "en", "name*\nemail\nphone\ncompany\ninterest:choice(Rice|Oil)\nmessage" },
    { "talk-bn", "bn", "name*\nemail*\nphone\nmessage" },
    { "talk-hi", "hi", "name*\nemail*\nphone\nmessage" },
    { "talk-fa", "fa", "name*\nemail*\nphone\nmessage" },
    { "only-mail", "en", "email*\ncolour:choices(red|blue)" },
    { "talk-iran", "en", "name*\nphone*\ncountry\ndelivery:country", "IR" },
};

static bool put_forms(struct ctx *tx, void *arg, struct err *err)
{
    int64_t admin;
    bool found;
    (void)arg;
    if (!db_get_int(tx->c, "SELECT id FROM \"user\" LIMIT 1", DB_NONE, &found, &admin, err))
        return false;
    for (size_t i = 0; i < countof(forms); i++) {
        struct record *r = record_new(tx->a, &form_entity);
        record_set(r, "name", val_text(str_of(forms[i].slug)));
        record_set(r, "slug", val_text(str_of(forms[i].slug)));
        record_set(r, "language", val_text(str_of(forms[i].lang)));
        record_set(r, "fields", val_text(str_of(forms[i].fields)));
        record_set(r, "country", val_text(str_of(forms[i].country ? forms[i].country : "")));
        record_set(r, "consent_text", val_text(S("You may write to me.")));
        record_set(r, "allowed_hosts", val_text(S("shop.example, *.padma.example")));
        record_set(r, "notify", (struct val){ .is_set = true, .ids = &admin, .n = 1 });
        if (!strcmp(forms[i].slug, "only-mail"))
            record_set(r, "redirect_url", val_text(S("https://shop.example/thanks?a=1")));
        if (!record_create(tx, r, err))
            return false;
    }
    return true;
}

static void make_workspace(void)
{
    struct workspace_init in = { .company = "Padma", .country = "BD", .lang = LANG_EN, .admin_email = "o@padma.example",
                                 .admin_name = "Owner", .password = S("correct horse battery") };
    struct locale loc = locale_default(LANG_EN, "BD");
    struct db_conn *c;
    ok(workspace_create(place, &in, &ws, &e));
    ok(db_reader(ws->db, &c, &e));
    struct ctx ctx = workspace_ctx(ws, &a, c, &loc);
    ok(record_write(&ctx, put_forms, NULL, &e));
    copy = *ws;
    db_conn_close(c);
    workspace_close(ws);
}

static void start_server(void)
{
    int out[2];
    char line[200] = "";
    ck_assert_int_eq(pipe(out), 0);
    server = fork();
    if (server == 0) {
        int null = open("/dev/null", O_WRONLY);
        dup2(out[1], 1);
        dup2(null, 2);
        const char *bin = getenv("SETU_BIN");
        execl(bin ? bin : "build/san/setu", "setu", "serve", "--data", place, "--listen", "127.0.0.1:0", "--proxy", "127.0.0.1", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    FILE *in = fdopen(out[0], "r");
    ck_assert_msg(fgets(line, sizeof line, in) != NULL, "build/san/setu does not start");
    ck_assert_msg(sscanf(line, "Setu is at http://127.0.0.1:%d/", &port) == 1, "%s", line);
    fclose(in);
}

static void open_all(void)
{
    snprintf(folder, sizeof folder, "/tmp/setu-capture-XXXXXX");
    ck_assert(mkdtemp(folder) != NULL);
    a = arena_open(256 << 20);
    place = place_for(folder);
    make_workspace();
    start_server();
    look_open(&file, folder, false);
}

static void close_all(void)
{
    int status;
    look_close(&file);
    kill(server, SIGTERM);
    waitpid(server, &status, 0);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the server ended with %d", status);
    arena_close(&a);
    place_remove(folder);
}

/* ── asking and looking ──────────────────────────────────────────────────── */

static int64_t number(const char *sql) { return look_number(&file, sql, 0); }

static const char *text(const char *sql) { return look_text(&file, &a, sql, 0); }

/* The query for what the first submission says under this name. */
static const char *sent(const char *name)
{
    return arena_fmt(&a, place_is_postgres() ? "SELECT CAST(data AS JSON) ->> '%s' FROM submission ORDER BY id LIMIT 1"
                                             : "SELECT json_extract(data, '$.%s') FROM submission ORDER BY id LIMIT 1", name).p;
}

static str encoded(str s)
{
    struct buf b = buf_new(&a, s.n * 3 + 1);
    for (size_t i = 0; i < s.n; i++)
        buf_fmt(&b, "%%%02X", (unsigned char)s.p[i]);
    return buf_str(&b);
}

static str token(const char *slug, int age_s)
{
    return form_token_make(&a, &copy, str_of(slug), clock_now() - age_s * (int64_t)SECOND_US);
}

static struct reply post_as(struct client *c, const char *slug, str body, int ip, const char *more)
{
    const char *headers = arena_fmt(&a, BROWSER "X-Forwarded-For: 203.0.%d.%d\r\n%s", ip / 250, ip % 250 + 1, more ? more : "").p;
    return client_send(c, "POST", arena_fmt(&a, "/f/%s", slug).p, headers, "application/x-www-form-urlencoded", body);
}

struct field_in { const char *name, *value; };
static str body_of(str tok, const struct field_in *v)
{
    struct buf b = buf_new(&a, 1 << 20);
    buf_fmt(&b, "token=%.*s", STR_ARG(tok));
    for (; v->name; v++) {
        str value = encoded(str_of(v->value));
        buf_fmt(&b, "&%s=%.*s", v->name, STR_ARG(value));
    }
    return buf_str(&b);
}
#define FIELDS(...) (const struct field_in[]){ __VA_ARGS__, { NULL, NULL } }

static struct reply send_once(const char *slug, str tok, const struct field_in *v, int ip)
{
    struct client c = client_new(port);
    struct reply r = post_as(&c, slug, body_of(tok, v), ip, NULL);
    r.body = arena_str(&a, r.body);
    for (size_t i = 0; i < r.nheaders; i++)
        r.header[i] = (struct client_pair){ arena_str(&a, r.header[i].name), arena_str(&a, r.header[i].value) };
    client_free(&c);
    return r;
}

static struct reply page(const char *path, const char *more)
{
    struct client c = client_new(port);
    struct reply r = client_send(&c, "GET", path, arena_fmt(&a, BROWSER "%s", more ? more : "").p, NULL, (str){ 0 });
    r.body = arena_str(&a, r.body);
    for (size_t i = 0; i < r.nheaders; i++)
        r.header[i] = (struct client_pair){ arena_str(&a, r.header[i].name), arena_str(&a, r.header[i].value) };
    client_free(&c);
    return r;
}

/* ── capture ─────────────────────────────────────────────────────────────── */

START_TEST(each_language_has_its_page_and_its_answers_become_people)
{
    static const struct { const char *slug, *mark, *name, *email; } in[] = {
        { "talk-en", "lang=\"en\" dir=\"ltr\"", "Rahim Uddin", "rahim@acme.example" },
        { "talk-bn", "lang=\"bn\" dir=\"ltr\"", "রহিমা খাতুন", "rahima@acme.example" },
        { "talk-hi", "lang=\"hi\" dir=\"ltr\"", "अनिता शर्मा", "anita@acme.example" },
        { "talk-fa", "lang=\"fa\" dir=\"rtl\"", "زهرا کریمی", "zahra@acme.example" },
    };
    for (size_t i = 0; i < countof(in); i++) {
        struct reply r = page(arena_fmt(&a, "/f/%s", in[i].slug).p, NULL);
        ck_assert_int_eq(r.status, 200);
        ck_assert_msg(reply_has(&r, in[i].mark), "%s", in[i].slug);
        r = send_once(in[i].slug, token(in[i].slug, 10),
                      FIELDS({ "name", in[i].name }, { "email", in[i].email }, { "message", "?" }), 10 + (int)i);
        ck_assert_msg(r.status == 303, "%s: %d %.*s", in[i].slug, r.status, STR_ARG(r.body));
    }
    ck_assert_int_eq(number("SELECT count(*) FROM person"), 4);
    ck_assert_int_eq(number("SELECT count(*) FROM lead l JOIN person p ON p.id = l.person JOIN form f ON f.id = l.form"
                            " WHERE p.language = f.language"), 4);
    ck_assert_int_eq(number("SELECT count(*) FROM submission WHERE person IS NOT NULL AND lead IS NOT NULL AND is_spam = 0"), 4);
    ck_assert_int_eq(number("SELECT count(*) FROM touch WHERE kind = 'form' AND lead IS NOT NULL"), 4);
    ck_assert_int_eq(number("SELECT count(*) FROM event WHERE kind = 'form.sent'"), 4);
    ck_assert_int_eq(number("SELECT count(*) FROM notification WHERE kind = 'form.sent'"), 4);
    ck_assert_int_eq(number("SELECT count(*) FROM person WHERE first_source = 'web' AND consent_email = 'unknown'"), 4);
    ck_assert_str_eq(text("SELECT name FROM person WHERE language = 'fa'"), "زهرا کریمی");
}
END_TEST

START_TEST(the_page_itself_can_be_sent_after_two_seconds)
{
    struct reply r = page("/f/talk-en?utm_campaign=WebSite&utm_source=x", "Referer: https://www.google.com/\r\n");
    ptrdiff_t at = str_find(r.body, S("name=\"token\" value=\""));
    ck_assert(at > 0 && reply_has(&r, "value=\"https://www.google.com/\"") && reply_has(&r, "value=\"WebSite\""));
    str tok = str_from(r.body, (size_t)at + 20);
    tok = str_head(tok, (size_t)str_find_char(tok, '"'));
    const struct field_in *v = FIELDS({ "name", "Rahim" }, { "email", "r@x.example" }, { "utm_campaign", "WebSite" },
                                      { "referrer", "https://www.google.com/" }, { "consent", "1" });
    r = send_once("talk-en", tok, v, 20);
    ck_assert_int_eq(r.status, 422);
    ck_assert(reply_has(&r, "That was very quick") && reply_has(&r, "r@x.example"));
    ck_assert_int_eq(number("SELECT count(*) FROM submission"), 0);
    usleep(2200000);
    r = send_once("talk-en", tok, v, 20);
    ck_assert_int_eq(r.status, 303);
    ck_assert(str_eq(reply_header(&r, "Location"), S("/f/talk-en/thanks")));
    ck_assert_int_eq(number("SELECT count(*) FROM person p JOIN campaign c ON c.id = p.first_campaign WHERE c.utm_campaign = 'website'"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM touch WHERE channel = 'search'"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM consent c JOIN person p ON p.id = c.person JOIN form f ON f.slug = 'talk-en'"
                            " WHERE c.state = 'given' AND c.channel = 'email' AND c.text_version = f.consent_version"
                            " AND c.wording = f.consent_text AND p.consent_email = 'given'"), 1);
    ck_assert_str_eq(text("SELECT ip FROM submission"), "203.0.0.0");
}
END_TEST

START_TEST(a_double_click_is_one_answer)
{
    str tok = token("talk-en", 10);
    const struct field_in *v = FIELDS({ "name", "Rahim" }, { "email", "r@x.example" });
    for (int i = 0; i < 3; i++) {
        struct reply r = send_once("talk-en", tok, v, 30);
        ck_assert_int_eq(r.status, 303);
        ck_assert(str_eq(reply_header(&r, "Location"), S("/f/talk-en/thanks")));
    }
    ck_assert_int_eq(number("SELECT count(*) FROM submission"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM lead"), 1);
    struct reply r = send_once("talk-en", token("talk-en", 10), v, 30);       /* another day: another answer, the same person */
    ck_assert_int_eq(r.status, 303);
    ck_assert_int_eq(number("SELECT count(*) FROM submission"), 2);
    ck_assert_int_eq(number("SELECT count(*) FROM person"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM lead"), 1);
}
END_TEST

struct twin { str body; int status; };
static void *send_twin(void *arg)
{
    struct twin *t = arg;
    struct client c = client_new(port);
    c.timeout_ms = 30000;
    t->status = client_send(&c, "POST", "/f/talk-en", BROWSER "X-Forwarded-For: 203.0.9.9\r\n",
                            "application/x-www-form-urlencoded", t->body).status;
    client_free(&c);
    return NULL;
}

START_TEST(twenty_at_once_are_one_answer)
{
    enum { TWINS = 20 };
    pthread_t thread[TWINS];
    struct twin twin[TWINS];
    str body = body_of(token("talk-en", 10), FIELDS({ "name", "Rahim" }, { "email", "r@x.example" }));
    for (int i = 0; i < TWINS; i++) {
        twin[i].body = body;
        ck_assert_int_eq(pthread_create(&thread[i], NULL, send_twin, &twin[i]), 0);
    }
    for (int i = 0; i < TWINS; i++) {
        pthread_join(thread[i], NULL);
        ck_assert_int_eq(twin[i].status, 303);
    }
    ck_assert_int_eq(number("SELECT count(*) FROM submission"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM person"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM touch"), 1);
}
END_TEST

START_TEST(a_person_we_know_is_found_and_never_overwritten)
{
    send_once("talk-en", token("talk-en", 10), FIELDS({ "name", "Rahim Uddin" }, { "email", "rahim@x.example" }, { "phone", "01711000000" }), 40);
    struct reply r = send_once("talk-bn", token("talk-bn", 10),
        FIELDS({ "name", "Somebody Else" }, { "email", "RAHIM@X.example" }, { "phone", "০১৭১১০০০০০১" }), 41);
    ck_assert_int_eq(r.status, 303);
    r = send_once("talk-en", token("talk-en", 10), FIELDS({ "name", "R" }, { "phone", "+880 1711-000000" }), 42);
    ck_assert_int_eq(r.status, 303);
    ck_assert_int_eq(number("SELECT count(*) FROM person"), 1);
    ck_assert_str_eq(text("SELECT name || ' ' || phone || ' ' || language FROM person"), "Rahim Uddin +8801711000000 en");
    ck_assert_int_eq(number("SELECT count(*) FROM submission WHERE person = (SELECT id FROM person)"), 3);
}
END_TEST

/* ── what is refused ─────────────────────────────────────────────────────── */

START_TEST(a_local_number_is_of_the_country_answered_else_of_the_forms)
{
    struct reply r = page("/f/talk-iran", NULL);
    const char *iran = strstr(r.body.p, "<option value=\"IR\""), *albania = strstr(r.body.p, "<option value=\"AL\"");
    ck_assert(iran && albania && iran < albania);               /* its own country first, then by name */
    r = send_once("talk-iran", token("talk-iran", 10), FIELDS({ "name", "Sara" }, { "phone", "۰۹۱۲ ۳۴۵ ۶۷۸۹" }, { "country", "" }), 43);
    ck_assert_int_eq(r.status, 303);
    r = send_once("talk-iran", token("talk-iran", 10), FIELDS({ "name", "Anil" }, { "phone", "98765 43210" }, { "country", "IN" }, { "delivery", "GB" }), 44);
    ck_assert_int_eq(r.status, 303);
    r = send_once("talk-iran", token("talk-iran", 10), FIELDS({ "name", "Who" }, { "phone", "12" }, { "country", "" }), 45);
    ck_assert_int_eq(r.status, 422);
    ck_assert(reply_has(&r, "value=\"12\""));
    ck_assert_str_eq(text("SELECT phone FROM person WHERE name = 'Sara'"), "+989123456789");
    ck_assert_str_eq(text("SELECT phone || ' ' || country FROM person WHERE name = 'Anil'"), "+919876543210 IN");
    ck_assert_int_eq(number("SELECT count(*) FROM person"), 2);
    ck_assert_str_eq(text("SELECT note FROM lead WHERE note IS NOT NULL AND note <> ''"), "Delivery: United Kingdom");   /* read, not coded */
}
END_TEST

START_TEST(robots_are_kept_apart_and_learn_nothing)
{
    struct reply r = send_once("talk-en", token("talk-en", 10),
                               FIELDS({ "name", "Bot" }, { "email", "b@x.example" }, { "homepage", "http://spam.example" }), 50);
    ck_assert_int_eq(r.status, 303);
    ck_assert_int_eq(number("SELECT count(*) FROM submission WHERE is_spam = 1 AND person IS NULL AND lead IS NULL"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM person"), 0);
    ck_assert_int_eq(number("SELECT count(*) FROM touch"), 0);

    /* A partner's script that fills the form as a person would is heard. */
    struct client c = client_new(port);
    r = client_send(&c, "POST", "/f/talk-en", "User-Agent: python-requests/2.31\r\nX-Forwarded-For: 203.0.2.2\r\n",
                    "application/x-www-form-urlencoded",
                    body_of(token("talk-en", 10), FIELDS({ "name", "Partner" }, { "email", "c@x.example" })));
    ck_assert_int_eq(r.status, 303);
    client_free(&c);
    ck_assert_int_eq(number("SELECT count(*) FROM person"), 1);
}
END_TEST

START_TEST(a_wrong_or_old_page_is_told_and_what_was_typed_stays)
{
    const struct field_in *v = FIELDS({ "name", "রহিমা" }, { "email", "r@x.example" }, { "message", "দাম কত?" });
    struct reply r = send_once("talk-bn", token("talk-en", 10), v, 60);
    ck_assert_int_eq(r.status, 422);
    ck_assert(reply_has(&r, "পাতাটি চেনা যায়নি") && reply_has(&r, "দাম কত?") && reply_has(&r, "value=\"রহিমা\""));
    r = send_once("talk-bn", S("1.2.3"), v, 60);
    ck_assert_int_eq(r.status, 422);
    r = send_once("talk-bn", token("talk-bn", 86401 + 5), v, 60);
    ck_assert_int_eq(r.status, 422);
    ck_assert(reply_has(&r, "এক দিনের বেশি"));
    ck_assert_int_eq(number("SELECT count(*) FROM submission"), 0);
    r = send_once("talk-bn", token("talk-bn", 86400 - 60), v, 60);
    ck_assert_int_eq(r.status, 303);
}
END_TEST

START_TEST(mistakes_are_told_at_their_place_in_the_forms_language)
{
    struct reply r = send_once("talk-fa", token("talk-fa", 10), FIELDS({ "name", "زهرا" }, { "email", "زهرا۱۲@" }), 70);
    ck_assert_int_eq(r.status, 422);
    ck_assert(reply_has(&r, "aria-invalid=\"true\"") && reply_has(&r, "زهرا۱۲@") && reply_has(&r, "جاهای نشان‌دار"));
    ck_assert(!reply_has(&r, "یک راه تماس"));
    r = send_once("talk-en", token("talk-en", 10), FIELDS({ "name", "R" }), 71);
    ck_assert_int_eq(r.status, 422);
    ck_assert(reply_has(&r, "one way to reach you"));
    r = send_once("talk-en", token("talk-en", 10), FIELDS({ "name", "R" }, { "email", "r@x.example" }, { "interest", "Gold" }), 72);
    ck_assert_int_eq(r.status, 422);
    ck_assert_int_eq(number("SELECT count(*) FROM submission"), 0);
}
END_TEST

START_TEST(an_address_may_send_ten_a_minute_and_an_email_three_an_hour)
{
    for (int i = 0; i < 11; i++) {
        struct reply r = send_once("talk-en", token("talk-en", 10),
                                   FIELDS({ "name", "R" }, { "email", arena_fmt(&a, "r%d@x.example", i).p }), 80);
        ck_assert_msg(r.status == (i < 10 ? 303 : 429), "%d: %d", i, r.status);
        if (i == 10)
            ck_assert(reply_header(&r, "Retry-After").n > 0 && reply_has(&r, "r10@x.example"));
    }
    for (int i = 0; i < 4; i++) {
        struct reply r = send_once("talk-en", token("talk-en", 10), FIELDS({ "name", "R" }, { "email", "same@x.example" }), 90 + i);
        ck_assert_msg(r.status == (i < 3 ? 303 : 429), "%d: %d", i, r.status);
    }
    ck_assert_int_eq(number("SELECT count(*) FROM submission"), 13);
}
END_TEST

START_TEST(ten_megabytes_are_refused_with_words)
{
    enum { MUCH = 10 << 20 };
    char *p = arena_new(&a, char, MUCH);
    memset(p, 'x', MUCH);
    memcpy(p, "message=", 8);
    struct client c = client_new(port);
    struct reply r = post_as(&c, "talk-en", (str){ p, MUCH }, 100, NULL);
    ck_assert_int_eq(r.status, 413);
    ck_assert_int_gt(r.body.n, 20);
    client_free(&c);
    ck_assert_int_eq(number("SELECT count(*) FROM submission"), 0);
}
END_TEST

START_TEST(nasty_texts_are_shown_as_text)
{
    static const char *const nasty[] = {
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE person;--", "{{7*7}}", "%s%n%x",
        "Ω≈ç√∫˜µ≤≥÷", "田中さん", "ﷺ", "👩‍👩‍👧‍👦", "\xE2\x80\xAEtest", "=cmd|' /C calc'!A0", "null", "</textarea><b>",
    };
    for (size_t i = 0; i < countof(nasty); i++) {
        struct reply r = send_once("talk-bn", token("talk-bn", 10),
                                   FIELDS({ "name", nasty[i] }, { "email", "no" }, { "message", nasty[i] }), 110 + (int)i);
        ck_assert_int_eq(r.status, 422);
        ck_assert_msg(!reply_has(&r, "<script>alert") && !reply_has(&r, "<img src=x") && !reply_has(&r, "</textarea><b>"), "%s", nasty[i]);
        r = send_once("talk-bn", token("talk-bn", 10),
                      FIELDS({ "name", nasty[i] }, { "email", arena_fmt(&a, "n%zu@x.example", i).p }, { "message", nasty[i] }), 130 + (int)i);
        ck_assert_msg(r.status == 303, "%s: %d", nasty[i], r.status);
    }
    ck_assert_int_eq(number(place_is_postgres() ? "SELECT count(CAST(data AS JSON)) FROM submission"
                                                : "SELECT count(*) FROM submission WHERE json_valid(data)"), countof(nasty));
    ck_assert_str_eq(text(sent("name")), nasty[0]);
    struct reply r = send_once("talk-bn", token("talk-bn", 10), FIELDS({ "name", "a\x01" "b" }, { "email", "z@x.example" }), 150);
    ck_assert_int_eq(r.status, 422);
}
END_TEST

START_TEST(only_named_websites_may_frame_the_form)
{
    struct reply r = page("/f/talk-en?embed=1", NULL);
    str csp = reply_header(&r, "Content-Security-Policy");
    ck_assert(str_find(csp, S("frame-ancestors 'self' shop.example *.padma.example;")) > 0);
    ck_assert(str_find(csp, S("script-src 'self'")) > 0 && !reply_has(&r, "<header"));
    r = page("/f/talk-en/embed.js", NULL);
    ck_assert_int_eq(r.status, 200);
    ck_assert(str_eq(reply_header(&r, "Cross-Origin-Resource-Policy"), S("cross-origin")));
    ck_assert_int_eq(page("/f/nothing-here", NULL).status, 404);
    ck_assert_int_eq(page("/f/nothing-here/embed.js", NULL).status, 404);
    r = send_once("only-mail", token("only-mail", 10), FIELDS({ "email", "r@x.example" }, { "colour", "red" }, { "colour", "blue" }), 160);
    ck_assert_int_eq(r.status, 303);
    ck_assert(str_eq(reply_header(&r, "Location"), S("https://shop.example/thanks?a=1")));
    r = send_once("only-mail", token("only-mail", 10), FIELDS({ "email", "q@x.example" }, { "embed", "1" }), 161);
    ck_assert(str_eq(reply_header(&r, "Location"), S("/f/only-mail/thanks?embed=1")));
    ck_assert_str_eq(text(sent("colour")), "red\nblue");
}
END_TEST

/* ── visits ──────────────────────────────────────────────────────────────── */

#define VISITOR "0123456789abcdef0123456789abcdef"
static int seen(const char *url, const char *visitor, const char *headers)
{
    struct client c = client_new(port);
    str u = encoded(str_of(url));
    str body = arena_fmt(&a, "v=%s&r=https%%3A%%2F%%2Fwww.google.com%%2F&u=%.*s", visitor, STR_ARG(u));
    int status = client_send(&c, "POST", "/t", headers, "application/x-www-form-urlencoded;charset=UTF-8", body).status;
    client_free(&c);
    return status;
}

START_TEST(visits_of_people_count_and_become_theirs)
{
    const char *url = "https://shop.example/pricing?utm_campaign=website&secret=1";
    ck_assert_int_eq(seen(url, VISITOR, BROWSER "Origin: https://shop.example\r\n"), 204);
    ck_assert_int_eq(seen("https://www.padma.example/", VISITOR, BROWSER), 204);
    ck_assert_int_eq(number("SELECT count(*) FROM visit"), 2);
    ck_assert_str_eq(text("SELECT path FROM visit ORDER BY id LIMIT 1"), "/pricing");
    ck_assert_int_eq(number("SELECT count(*) FROM visit v JOIN campaign c ON c.id = v.campaign WHERE v.path = '/pricing'"), 1);
    struct reply r = send_once("talk-en", token("talk-en", 10),
                               FIELDS({ "name", "R" }, { "email", "r@x.example" }, { "visitor", VISITOR }), 170);
    ck_assert_int_eq(r.status, 303);
    ck_assert_int_eq(number("SELECT count(*) FROM visit WHERE person = (SELECT id FROM person)"), 2);
    ck_assert_int_eq(number("SELECT count(*) FROM event WHERE kind = 'page.viewed'"), 2);
    ck_assert_int_eq(number("SELECT count(*) FROM touch WHERE kind = 'page'"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM person WHERE consent_tracking = 'given'"), 1);
    ck_assert_int_eq(seen("https://shop.example/again", VISITOR, BROWSER), 204);
    ck_assert_int_eq(number("SELECT count(*) FROM visit WHERE person = (SELECT id FROM person)"), 3);
    ck_assert_int_eq(number("SELECT count(*) FROM touch WHERE kind = 'page'"), 1);
}
END_TEST

/* One sending of t.js: several acts, each after its "k". */
static int told(const char *acts, const char *headers)
{
    struct client c = client_new(port);
    int status = client_send(&c, "POST", "/t", headers, "application/x-www-form-urlencoded;charset=UTF-8",
                             arena_fmt(&a, "v=%s%s", VISITOR, acts)).status;
    client_free(&c);
    return status;
}
#define PAGE "u=https%3A%2F%2Fshop.example%2Fprices"

START_TEST(one_sending_tells_of_pages_clicks_files_and_the_time_spent)
{
    ck_assert_int_eq(told("&k=view&" PAGE "&r=", BROWSER), 204);
    ck_assert_int_eq(told("&k=click&" PAGE "&to=https%3A%2F%2Fother.example%2Fa%3Fsecret%3D1&k=read&" PAGE "&to=https%3A%2F%2Fshop.example%2Fcase.pdf"
                          "&k=click&" PAGE "&to=javascript%3Aalert(1)&k=nonsense&" PAGE "&k=end&" PAGE "&t=61000", BROWSER), 204);
    ck_assert_int_eq(number("SELECT count(*) FROM visit"), 3);
    ck_assert_str_eq(text("SELECT path FROM visit WHERE act = 'clicked'"), "https://other.example/a");
    ck_assert_str_eq(text("SELECT path FROM visit WHERE act = 'read'"), "https://shop.example/case.pdf");
    ck_assert_int_eq(number("SELECT time_spent FROM visit WHERE act = 'seen'"), 61000000);
    struct reply r = send_once("talk-en", token("talk-en", 10),
                               FIELDS({ "name", "R" }, { "email", "r@x.example" }, { "visitor", VISITOR }), 171);
    ck_assert_int_eq(r.status, 303);
    ck_assert_int_eq(number("SELECT count(*) FROM event WHERE kind IN ('page.viewed', 'link.clicked', 'content.read')"), 3);
    ck_assert_int_eq(number("SELECT count(*) FROM touch WHERE kind = 'page'"), 1);
}
END_TEST

START_TEST(a_sending_has_thirty_two_acts_at_most)
{
    struct buf b = buf_new(&a, 8000);
    for (int i = 0; i < 40; i++)
        buf_fmt(&b, "&k=view&%s%d", PAGE, i);
    ck_assert_int_eq(told(arena_cstr(&a, buf_str(&b)), BROWSER), 204);
    ck_assert_int_eq(number("SELECT count(*) FROM visit"), 32);
}
END_TEST

START_TEST(visits_of_robots_are_kept_apart)
{
    ck_assert_int_eq(seen("https://shop.example/", VISITOR, "User-Agent: Mozilla/5.0 (compatible; Googlebot/2.1)\r\n"), 204);
    ck_assert_int_eq(number("SELECT count(*) FROM visit WHERE is_robot = 1 AND robot_why = 'name'"), 1);
    struct reply r = send_once("talk-en", token("talk-en", 10),
                               FIELDS({ "name", "R" }, { "email", "r@x.example" }, { "visitor", VISITOR }), 172);
    ck_assert_int_eq(r.status, 303);
    ck_assert_int_eq(number("SELECT count(*) FROM event WHERE kind = 'page.viewed' AND is_robot = 1"), 1);
    ck_assert_int_eq(number("SELECT count(*) FROM event WHERE kind = 'page.viewed' AND is_robot = 0"), 0);
    ck_assert_int_eq(number("SELECT count(*) FROM touch WHERE kind = 'page'"), 0);
}
END_TEST

START_TEST(refusals_and_strange_sites_are_not_kept)
{
    ck_assert_int_eq(seen("https://shop.example/", VISITOR, BROWSER "DNT: 1\r\n"), 204);
    ck_assert_int_eq(seen("https://shop.example/", VISITOR, BROWSER "Sec-GPC: 1\r\n"), 204);
    ck_assert_int_eq(seen("https://shop.example/", VISITOR, BROWSER "Sec-Purpose: prefetch\r\n"), 204);
    ck_assert_int_eq(seen("https://elsewhere.example/", VISITOR, BROWSER), 204);
    ck_assert_int_eq(seen("https://shop.example/", VISITOR, BROWSER "Origin: https://elsewhere.example\r\n"), 204);
    ck_assert_int_eq(seen("https://shop.example/", "short", BROWSER), 204);
    ck_assert_int_eq(number("SELECT count(*) FROM visit"), 0);
    ck_assert_int_eq(seen("https://shop.example/", VISITOR, BROWSER), 204);
    ck_assert_int_eq(number("SELECT count(*) FROM visit"), 1);
}
END_TEST

START_TEST(the_counting_script_is_small_and_speaks_the_asked_language)
{
    struct reply r = page("/t.js?lang=fa", NULL);
    ck_assert_int_eq(r.status, 200);
    ck_assert(reply_has(&r, "اجازه می‌دهم") && reply_has(&r, "\"rtl\""));
    r = page("/t.js?lang=en", NULL);
    ck_assert_msg(r.body.n <= 2560, "%zu bytes", r.body.n);
}
END_TEST

SUITE("capture", 120, open_all, close_all,
      each_language_has_its_page_and_its_answers_become_people,
      the_page_itself_can_be_sent_after_two_seconds,
      a_double_click_is_one_answer,
      twenty_at_once_are_one_answer,
      a_person_we_know_is_found_and_never_overwritten,
      a_local_number_is_of_the_country_answered_else_of_the_forms,
      robots_are_kept_apart_and_learn_nothing,
      a_wrong_or_old_page_is_told_and_what_was_typed_stays,
      mistakes_are_told_at_their_place_in_the_forms_language,
      an_address_may_send_ten_a_minute_and_an_email_three_an_hour,
      ten_megabytes_are_refused_with_words,
      nasty_texts_are_shown_as_text,
      only_named_websites_may_frame_the_form,
      visits_of_people_count_and_become_theirs,
      one_sending_tells_of_pages_clicks_files_and_the_time_spent,
      a_sending_has_thirty_two_acts_at_most,
      visits_of_robots_are_kept_apart,
      refusals_and_strange_sites_are_not_kept,
      the_counting_script_is_small_and_speaks_the_asked_language)
