/* hit.c - hits at the real program: kept at once by a quiet house, waiting in a busy one, refused past the limit. */
#include "../suite.h"
#undef fail                             /* ours is the one of err.h */
#include <pthread.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/log.h"
#include "client/look.h"
#include "client/served.h"
#include "public/inside.h"

enum { FEW = 40, SENDERS = 16, EACH = 20, PATIENCE_MS = 30000 };
static struct served server;
static struct workspace copy;
static struct arena all;
static struct look db;

#define BROWSER "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
#define VISITOR "0123456789abcdef0123456789abcdef"

/* ── asking and looking ──────────────────────────────────────────────────── */

static struct reply hit(struct client *c, const char *path, const char *visitor)
{
    return client_send(c, "POST", "/t", arena_fmt(&c->a, BROWSER "X-Forwarded-For: 10.%d.0.1\r\n", (int)(str_hash(str_of(path)) % 200)).p,
                       "application/x-www-form-urlencoded",
                       arena_fmt(&c->a, "v=%s&u=https%%3A%%2F%%2Fshop.example%%2F%s", visitor, path));
}

static int64_t number(const char *sql) { return look_number(&db, sql, 0); }

static int64_t figure(struct client *c, const char *name)
{
    struct reply r = client_get(c, "/metrics");
    ptrdiff_t at = str_find(r.body, str_of(arena_fmt(&c->a, "\n%s{", name).p));
    str rest = str_from(r.body, (size_t)(at > 0 ? at : 0) + 1), line = str_cut(&rest, '\n');
    int64_t n = -1;
    (void)str_cut(&line, ' ');
    ck_assert_msg(at > 0 && str_to_int(line, &n), "%s", name);
    return n;
}

static bool becomes(const char *sql, int64_t n)
{
    int64_t end = clock_mono() + PATIENCE_MS * INT64_C(1000);
    while (number(sql) != n && clock_mono() < end)
        usleep(20000);
    return number(sql) == n;
}

static void start(const char *faults)
{
    server.faults = faults;
    server.proxy = "127.0.0.1";
    ck_assert(served_start(&server));
    look_open(&db, server.dir, false);
}

static void stop(void)
{
    look_close(&db);
    ck_assert(served_stop(&server));
}

/* ── the house ───────────────────────────────────────────────────────────── */

static struct delivery letter;

static bool put_letter(struct ctx *tx, struct err *e)
{
    static const struct link_to to[] = { { .url = { "https://x.example/offer", 23 } } };
    struct record *r = record_new(tx->a, entity_find(S("person")));
    record_set(r, "name", val_text(S("Reader")));
    if (!record_create(tx, r, e))
        return false;
    letter = (struct delivery){ .person = r->id, .channel = "email", .links = to, .n = 1 };
    return delivery_make(tx, &letter, e);
}

static bool put_form(struct ctx *tx, void *arg, struct err *e)
{
    struct record *r = record_new(tx->a, &form_entity);
    (void)arg;
    if (!put_letter(tx, e))
        return false;
    record_set(r, "name", val_text(S("Talk")));
    record_set(r, "slug", val_text(S("talk")));
    record_set(r, "fields", val_text(S("name*\nemail*")));
    record_set(r, "allowed_hosts", val_text(S("shop.example")));
    return record_create(tx, r, e);
}

static void open_all(void)
{
    struct workspace *ws;
    struct locale loc = locale_default(LANG_EN, "BD");
    struct err e = { 0 };
    all = arena_open(64 << 20);
    served_new(&server, "en");
    ck_assert_msg(workspace_open(server.data, &ws, &e), "%s", e.detail);
    struct ctx c = workspace_ctx(ws, &all, NULL, &loc);
    ck_assert_msg(record_write(&c, put_form, NULL, &e), "%s", e.detail);
    copy = *ws;
    workspace_close(ws);
}

static void close_all(void)
{
    served_remove(&server);
    arena_close(&all);
}

static int send_form(struct client *c)
{
    str token = form_token_make(&c->a, &copy, S("talk"), clock_now() - 10 * SECOND_US);
    const char *body = arena_fmt(&c->a, "name=R&email=r%%40x.example&visitor=" VISITOR "&token=%.*s", STR_ARG(token)).p;
    return client_send(c, "POST", "/f/talk", BROWSER, "application/x-www-form-urlencoded", str_of(body)).status;
}

/* ── what must hold ──────────────────────────────────────────────────────── */

START_TEST(a_quiet_house_keeps_a_hit_at_once)
{
    start(NULL);
    struct client c = served_client(&server);
    for (int i = 0; i < 10; i++) {
        ck_assert_int_eq(hit(&c, arena_fmt(&all, "p%d", i).p, VISITOR).status, 204);
        ck_assert_int_eq(number("SELECT COUNT(*) FROM visit"), i + 1);
    }
    ck_assert_int_eq(figure(&c, "setu_hits_waiting"), 0);
    client_free(&c);
    stop();
}
END_TEST

/* Nothing is made of them here (no_tick); the next start does. A form is answered in between. */
START_TEST(so_many_may_wait_and_one_more_is_refused)
{
    start("hits_wait,few_hits,no_tick");
    struct client c = served_client(&server);
    struct reply r;
    for (int i = 0; i < FEW - 1; i++)
        ck_assert_int_eq(hit(&c, arena_fmt(&all, "p%d", i).p, VISITOR).status, 204);
    ck_assert_int_eq(send_form(&c), 303);               /* leaves a word behind them */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM visit"), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit"), FEW);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit WHERE body LIKE '%Mozilla%' OR body LIKE '%10.%'"), 0);
    ck_assert_int_eq(hit(&c, "last", VISITOR).status, 204);
    r = hit(&c, "refused", VISITOR);
    ck_assert_int_eq(r.status, 503);
    ck_assert(str_eq(reply_header(&r, "Retry-After"), S("10")));
    ck_assert_int_eq(figure(&c, "setu_hits_waiting"), FEW);
    ck_assert_int_eq(figure(&c, "setu_hits_refused_total"), 1);
    ck_assert_int_eq(hit(&c, "strange", "nobody").status, 204);         /* nothing to keep: nothing is told */
    client_free(&c);
    stop();
    start(NULL);
    ck_assert(becomes("SELECT COUNT(*) FROM hit", 0));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM visit"), FEW);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM visit WHERE person IS NULL"), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM visit v JOIN event e ON e.record_id = v.id AND e.at = v.at"), FEW);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM touch WHERE kind = 'page'"), 1);
    stop();
}
END_TEST

static _Atomic int nkept;
static void *send_many(void *arg)
{
    int me = (int)(intptr_t)arg;
    struct client c = served_client(&server);
    intptr_t kept = 0;
    for (int i = 0; i < EACH && kept == i; nkept += kept == ++i)
        kept += hit(&c, arena_fmt(&c.a, "w%d.%d", me, i).p, arena_fmt(&c.a, "%032x", me).p).status == 204;
    client_free(&c);
    return (void *)kept;
}

START_TEST(a_burst_is_kept_whole_and_in_order)
{
    pthread_t t[SENDERS];
    void *kept;
    int64_t n = 0, refused = 0;
    start(NULL);
    for (int i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_create(&t[i], NULL, send_many, (void *)(intptr_t)i), 0);
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(t[i], &kept);
        n += (intptr_t)kept;
        refused += EACH - (intptr_t)kept;
    }
    ck_assert_int_eq(refused, 0);
    ck_assert(becomes("SELECT COUNT(*) FROM visit", n));
    ck_assert(becomes("SELECT COUNT(*) FROM hit", 0));
    ck_assert_int_eq(number("SELECT COUNT(DISTINCT path) FROM visit"), n);
    /* Each visitor's pages in the order in which they were seen. */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM visit a JOIN visit b ON b.visitor = a.visitor AND b.at > a.at AND b.id < a.id"), 0);
    stop();
}
END_TEST

static struct reply ask(struct client *c, str path)
{
    c->ncookies = 0;
    return client_send(c, "GET", arena_cstr(&all, path), BROWSER, NULL, (str){ 0 });
}

/* Who follows a link arrives, and who loads a picture gets it, whether it could be kept or not. */
START_TEST(links_and_pictures_wait_too_and_are_answered_in_any_case)
{
    start("hits_wait,few_hits,no_tick");
    struct client c = served_client(&server);
    str click = link_path(&all, &copy, letter.id, 1), picture = link_pixel_path(&all, &copy, letter.id);
    for (int i = 0; i < FEW / 2 + 2; i++) {
        struct reply r = ask(&c, click);
        ck_assert(r.status == 302 && str_eq(reply_header(&r, "Location"), S("https://x.example/offer")));
        r = ask(&c, picture);
        ck_assert(r.status == 200 && r.body.n == 43);
    }
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit"), FEW);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit WHERE body LIKE '%Mozilla%' OR body LIKE '%127.0%'"), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE kind LIKE 'mail.%'"), 0);
    ck_assert_int_eq(figure(&c, "setu_hits_refused_total"), 4);
    client_free(&c);
    stop();
    start(NULL);
    ck_assert(becomes("SELECT COUNT(*) FROM hit", 0));
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE kind = 'mail.clicked'"), FEW / 2);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE kind = 'mail.opened'"), FEW / 2);
    stop();
}
END_TEST

/* test/fault/kill_hit.c does more of this, on a file. */
START_TEST(killed_in_a_burst_it_has_all_it_answered_and_none_twice)
{
    pthread_t t[SENDERS];
    void *kept;
    int64_t n = 0;
    start("hits_wait");
    nkept = 0;
    for (int i = 0; i < SENDERS; i++)
        ck_assert_int_eq(pthread_create(&t[i], NULL, send_many, (void *)(intptr_t)i), 0);
    for (int ms = 0; nkept < SENDERS * EACH / 2 && ms < PATIENCE_MS; ms++)
        usleep(1000);
    look_close(&db);
    served_kill(&server);
    for (int i = 0; i < SENDERS; i++) {
        pthread_join(t[i], &kept);
        n += (intptr_t)kept;
    }
    start(NULL);
    ck_assert(becomes("SELECT COUNT(*) FROM hit", 0));
    int64_t visits = number("SELECT COUNT(*) FROM visit");
    ck_assert_msg(n >= SENDERS * EACH / 2 && visits >= n && visits <= n + SENDERS, "%d answered, %d kept", (int)n, (int)visits);
    ck_assert_int_eq(number("SELECT COUNT(DISTINCT path) FROM visit"), visits);
    stop();
}
END_TEST

SUITE("hit", 120, open_all, close_all,
      a_quiet_house_keeps_a_hit_at_once,
      so_many_may_wait_and_one_more_is_refused,
      a_burst_is_kept_whole_and_in_order,
      links_and_pictures_wait_too_and_are_answered_in_any_case,
      killed_in_a_burst_it_has_all_it_answered_and_none_twice)
