/* server.c - the HTTP room against raw sockets: a real server in this process, a tiny
 * application, deadlines shortened through the options. */
#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "client/client.h"
#include "http/asset.h"
#include "http/http.h"
#include "../suite.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct http_server *server;
static char spool[64];
static int a_site;
static _Atomic int cleanups;

/* ── the application ─────────────────────────────────────────────────────── */

static void say(struct request *rq, str text) { answer_text(rq, 200, "text/plain; charset=utf-8", text); }
static void hello(struct request *rq) { say(rq, S("hello")); }
static void echo(struct request *rq)
{
    say(rq, arena_fmt(&rq->a, "a=%.*s n=%zu", STR_ARG(request_form(rq, "a")), rq->nform));
}
static void show(struct request *rq) { say(rq, arena_fmt(&rq->a, "id=%.*s", STR_ARG(rq->param[0]))); }
static void json(struct request *rq) { say(rq, rq->body); }
static void move(struct request *rq) { answer_redirect(rq, S("/hello")); }
static void evil(struct request *rq) { answer_redirect(rq, S("//elsewhere.example/")); }
static void tagged(struct request *rq) { say(rq, S("tagged")); answer_etag(rq, S("v1")); }
static void count(void *n) { (*(_Atomic int *)n)++; }
static void eat(struct request *rq)
{
    request_defer(rq, count, &cleanups);
    for (;;)
        arena_new(&rq->a, char, 1 << 20);
}
static void slow(struct request *rq)
{
    usleep(400000);
    say(rq, S("slow"));
}
/* Answers when the test says so. */
static sem_t gate;
static void held(struct request *rq)
{
    while (sem_wait(&gate) != 0) {}
    say(rq, S("held"));
}
/* The same, but told to the pool, as who waits for the disk does. */
static void waiting(struct request *rq)
{
    wait_begin();
    held(rq);
    wait_end();
}
static void upload(struct request *rq)
{
    int64_t size = rq->nupload ? rq->upload[0].size : -1;
    struct stat st = { 0 };
    if (rq->nupload)
        stat(rq->upload[0].path, &st);
    say(rq, arena_fmt(&rq->a, "size=%lld mode=%o name=%.*s a=%.*s", (long long)size, st.st_mode & 0777,
                      STR_ARG(rq->nupload ? rq->upload[0].filename : S("")), STR_ARG(request_form(rq, "a"))));
}
static void file(struct request *rq)
{
    answer_file(rq, arena_cstr(&rq->a, arena_fmt(&rq->a, "%s/file", spool)), "application/pdf", S("r\xc3\xa9.pdf"));
}
static bool piece(void *n, struct arena *a, struct db_conn *db, str *out)
{
    int *left = n;
    (void)db;
    char *p = arena_new(a, char, 100000);
    memset(p, 'x', 100000);
    *out = (str){ p, 100000 };
    return (*left)-- > 0;
}
static void stream(struct request *rq)
{
    int *left = arena_new(&rq->a, int, 1);
    *left = 100;
    answer_stream(rq, "text/csv; charset=utf-8", piece, left);
}
static void broken_stream(struct request *rq)
{
    stream(rq);
    request_fail_stream(rq);
}
static void live(struct request *rq) { answer_events(rq, S("deals")); }
static void asset(struct request *rq)
{
    static const struct asset a = { "/a/x.css", "text/css; charset=utf-8", "abc", { "plain", 5 }, { "gz", 2 },
                                    { "br", 2 }, true };
    answer_asset(rq, &a);
}
static void cookie(struct request *rq)
{
    answer_cookie(rq, "sid", S("s3cret"), 60);
    say(rq, request_cookie(rq, "sid"));
}
static void embed(struct request *rq) { hello(rq); answer_csp(rq, "frame-ancestors https://a.example"); }

static const struct route routes[] = {
    { GET, "/hello", hello, ACCESS_PUBLIC }, { POST, "/echo", echo, ACCESS_PUBLIC, BODY_FORM, 4096 },
    { GET, "/people/:id", show, ACCESS_PUBLIC }, { POST, "/json", json, ACCESS_PUBLIC, BODY_JSON, 1000 },
    { POST, "/move", move, ACCESS_PUBLIC }, { POST, "/evil", evil, ACCESS_PUBLIC },
    { GET, "/tagged", tagged, ACCESS_PUBLIC }, { GET, "/eat", eat, ACCESS_PUBLIC },
    { GET, "/slow", slow, ACCESS_PUBLIC }, { GET, "/held", held, ACCESS_PUBLIC },
    { GET, "/waiting", waiting, ACCESS_PUBLIC }, { POST, "/upload", upload, ACCESS_PUBLIC, BODY_MULTIPART, 64 << 20 },
    { GET, "/file", file, ACCESS_PUBLIC }, { GET, "/stream", stream, ACCESS_PUBLIC },
    { GET, "/broken", broken_stream, ACCESS_PUBLIC }, { GET, "/live", live, ACCESS_PUBLIC },
    { GET, "/a/x.css", asset, ACCESS_PUBLIC }, { GET, "/cookie", cookie, ACCESS_PUBLIC },
    { GET, "/embed", embed, ACCESS_PUBLIC }, { GET, "/quick", hello, ACCESS_PUBLIC, .flags = ROUTE_QUICK },
    { GET, "/quick-eat", eat, ACCESS_PUBLIC, .flags = ROUTE_QUICK },
    { GET, "/alike", hello, ACCESS_PUBLIC, .flags = ROUTE_ALIKE }, { 0 },
};
static const struct route *const tables[] = { routes, NULL };

static void *find_site(void *app, str host, bool *is_down)
{
    (void)app;
    *is_down = str_eq(host, S("mending.example"));
    return str_eq(host, S("localhost")) ? &a_site : NULL;
}
static void show_error(struct request *rq, const struct err *e)
{
    answer_text(rq, err_http_status(e->code), "text/plain; charset=utf-8", S("application's error\n"));
}

static void start_with(struct http_options o)
{
    struct http_app app = { .routes = tables, .site = find_site, .error = show_error };
    struct err e;
    snprintf(spool, sizeof spool, "/tmp/setu-http-XXXXXX");
    ck_assert(mkdtemp(spool) != NULL);
    o.listen = "127.0.0.1:0";
    o.spool = spool;
    o.threads = 2;
    ck_assert_msg(http_start(&o, &app, &server, &e), "%s", e.detail);
}
static void start(void) { start_with((struct http_options){ 0 }); }
static void start_fast(void)
{
    start_with((struct http_options){ .head_ms = 500, .idle_ms = 700, .body_grace_ms = 500, .events_beat_ms = 300 });
}
static void stop(void)
{
    char path[128];
    http_stop(server);
    snprintf(path, sizeof path, "%s/file", spool);
    unlink(path);
    ck_assert_msg(rmdir(spool) == 0, "something was left in the spool");
}
static struct client connected(void) { return client_new(http_port(server)); }
static int status_of(str raw)
{
    struct client c = connected();
    client_raw(&c, raw);
    struct reply r = client_read(&c, false);
    client_free(&c);
    return r.status;
}

/* Polls /metrics until the line is there. */
static bool is_told(const char *line)
{
    struct client c = connected();
    bool is = false;
    for (int i = 0; i < 500 && !is; i++) {
        struct reply r = client_get(&c, "/metrics");
        is = reply_has(&r, line);
        if (!is)
            usleep(10000);
    }
    client_free(&c);
    return is;
}

/* ── tests ───────────────────────────────────────────────────────────────── */

START_TEST(a_page_carries_every_protecting_header)
{
    struct client c = connected();
    struct reply r = client_get(&c, "/hello");
    ck_assert_int_eq(r.status, 200);
    ck_assert(str_eq(r.body, S("hello")));
    ck_assert(str_starts(reply_header(&r, "Content-Security-Policy"), S("default-src 'none'; script-src 'self'")));
    ck_assert(str_eq(reply_header(&r, "X-Content-Type-Options"), S("nosniff")));
    ck_assert(str_eq(reply_header(&r, "Cache-Control"), S("no-store")));
    ck_assert_uint_eq(reply_header(&r, "X-Request-Id").n, 16);
    ck_assert_uint_eq(reply_header(&r, "Server").n, 0);
    r = client_get(&c, "/embed");
    ck_assert(str_eq(reply_header(&r, "Content-Security-Policy"), S("frame-ancestors https://a.example")));
    r = client_get(&c, "/people/%D8%B9%D9%84%DB%8C");
    ck_assert(reply_has(&r, "id=\xd8\xb9\xd9\x84\xdb\x8c"));
    client_free(&c);
}
END_TEST

static const struct { const char *why; int status; const char *raw; } hostile[] = {
    { "good", 200, "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "good, absolute", 200, "GET http://localhost/hello HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "good, chunked", 200, "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n3\r\na=1\r\n0\r\n\r\n" },
    { "length and encoding", 400, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" },
    { "two lengths", 400, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\na=1" },
    { "two equal lengths", 400, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\na=1" },
    { "length with sign", 400, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: +3\r\n\r\na=1" },
    { "space before colon", 400, "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" },
    { "unknown encoding", 400, "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" },
    { "two hosts", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n" },
    { "two types", 400, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: a/b\r\nContent-Type: a/b\r\nContent-Length: 0\r\n\r\n" },
    { "two authorizations", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n" },
    { "two session cookies", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nCookie: sid=a; sid=b\r\n\r\n" },
    { "bare LF", 400, "GET /hello HTTP/1.1\nHost: localhost\n\n" },
    { "one bare LF", 400, "GET /hello HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n" },
    { "bare LF at the end", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: y\n\n" },
    { "bare LF before the end", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: y\n\r\n" },
    { "bare LF for an end", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: y\r\n\n" },
    { "folded header", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\nY: z\r\n\r\n" },
    { "folded last header", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n" },
    { "control in header", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nX: a\x01\r\n\r\n" },
    { "encoded NUL", 400, "GET /hello%00 HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "encoded slash", 400, "GET /people%2f1 HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "dots", 400, "GET /a/../hello HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "encoded dots", 400, "GET /a/%2e%2e/hello HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "encoded twice", 400, "GET /hello%2541 HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "no UTF-8", 400, "GET /people/%ff HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "TRACE", 400, "TRACE /hello HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "CONNECT", 400, "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "foreign target", 400, "GET http://evil.example/hello HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "foreign host", 421, "GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n" },
    { "body on GET", 400, "GET /hello HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\na=1" },
    { "wrong type", 415, "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\na=1" },
    { "broken escape in query", 400, "GET /hello?a=%zz HTTP/1.1\r\nHost: localhost\r\n\r\n" },
    { "unknown path", 404, "GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n" },
};

/* Once on a connection of its own, once after another request: what is left in memory behind a head differs. */
START_TEST(what_is_ambiguous_is_refused)
{
    for (size_t i = 0; i < countof(hostile); i++) {
        struct client c = connected();
        int alone = status_of(str_of(hostile[i].raw));
        client_get(&c, "/people/a-name-longer-than-what-follows-it-and-so-it-is-overwritten");
        client_raw(&c, str_of(hostile[i].raw));
        int after = client_read(&c, false).status;
        ck_assert_msg(alone == hostile[i].status && after == alone, "%s: %d, %d, wanted %d", hostile[i].why, alone, after,
                      hostile[i].status);
        client_free(&c);
    }
    ck_assert_int_eq(status_of(S("GET /hel\0lo HTTP/1.1\r\nHost: localhost\r\n\r\n")), 400);
    ck_assert_int_eq(status_of(S("GET /hello HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n")), 400);
}
END_TEST

START_TEST(methods_are_those_of_the_routes)
{
    struct client c = connected();
    struct reply r = client_send(&c, "DELETE", "/hello", NULL, NULL, (str){ 0 });
    ck_assert_int_eq(r.status, 405);
    ck_assert(str_eq(reply_header(&r, "Allow"), S("GET, HEAD")));
    ck_assert(reply_has(&r, "application's error"));
    r = client_send(&c, "HEAD", "/hello", NULL, NULL, (str){ 0 });
    ck_assert_int_eq(r.status, 200);
    ck_assert(str_eq(reply_header(&r, "Content-Length"), S("5")));
    r = client_send(&c, "OPTIONS", "/hello", NULL, NULL, (str){ 0 });
    ck_assert_int_eq(r.status, 404);
    client_free(&c);
}
END_TEST

START_TEST(requests_may_follow_each_other_without_waiting)
{
    struct client c = connected();
    static const char one[] = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (int i = 0; i < 5; i++)
        client_raw(&c, str_of(one));
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(client_read(&c, false).status, 200);
    client_free(&c);
}
END_TEST

START_TEST(a_body_may_fill_its_limit_and_no_more)
{
    static char text[3 << 20];
    struct client c = connected();
    memset(text, 'x', sizeof text);
    struct reply r = client_send(&c, "POST", "/json", NULL, "application/json", (str){ text, 1000 });
    ck_assert_int_eq(r.status, 200);
    ck_assert_uint_eq(r.body.n, 1000);
    ck_assert_int_eq(client_send(&c, "POST", "/json", NULL, "application/json", (str){ text, 1001 }).status, 413);
    ck_assert_int_eq(client_send(&c, "POST", "/json", "Expect: 100-continue\r\n", "application/json",
                                 (str){ text, 1001 }).status, 413);
    client_raw(&c, S("POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\nx"));
    ck_assert_int_eq(client_read(&c, false).status, 413);       /* without reading the rest */
    client_close(&c);
    client_raw(&c, S("POST /json HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"));
    client_raw(&c, (str){ text, 1001 });
    client_raw(&c, S("\r\n0\r\n\r\n"));
    ck_assert_int_eq(client_read(&c, false).status, 413);
    client_free(&c);
}
END_TEST

START_TEST(forms_cookies_and_redirects_work)
{
    struct client c = connected();
    struct reply r = client_post(&c, "/echo", "a=%E0%A6%95+b&c=2");
    ck_assert(reply_has(&r, "a=\xe0\xa6\x95 b n=2"));
    ck_assert_int_eq(client_post(&c, "/echo", "a=%ff").status, 400);
    r = client_post(&c, "/move", "");
    ck_assert_int_eq(r.status, 303);
    r = client_follow(&c, r);
    ck_assert(str_eq(r.body, S("hello")));
    r = client_send(&c, "POST", "/move", "HX-Request: true\r\n", NULL, S(""));
    ck_assert_int_eq(r.status, 200);
    ck_assert(str_eq(reply_header(&r, "HX-Location"), S("/hello")));
    r = client_post(&c, "/evil", "");
    ck_assert(str_eq(reply_header(&r, "Location"), S("/")));
    client_get(&c, "/cookie");
    r = client_get(&c, "/cookie");
    ck_assert(str_eq(r.body, S("s3cret")));
    client_free(&c);
}
END_TEST

START_TEST(an_unchanged_page_or_asset_is_not_sent_again)
{
    struct client c = connected();
    struct reply r = client_get(&c, "/tagged");
    ck_assert(str_eq(reply_header(&r, "ETag"), S("\"v1\"")));
    r = client_send(&c, "GET", "/tagged", "If-None-Match: W/\"v0\", W/\"v1\"\r\n", NULL, (str){ 0 });
    ck_assert_int_eq(r.status, 304);
    ck_assert_int_eq(client_send(&c, "GET", "/tagged", "If-None-Match: \"v0\"\r\n", NULL, (str){ 0 }).status, 200);
    r = client_send(&c, "GET", "/a/x.css", "Accept-Encoding: gzip, br\r\n", NULL, (str){ 0 });
    ck_assert(str_eq(r.body, S("br")) && str_eq(reply_header(&r, "Content-Encoding"), S("br")));
    r = client_send(&c, "GET", "/a/x.css", "Accept-Encoding: gzip, br;q=0\r\n", NULL, (str){ 0 });
    ck_assert(str_eq(r.body, S("gz")));
    r = client_get(&c, "/a/x.css");
    ck_assert(str_eq(r.body, S("plain")) && str_find(reply_header(&r, "Cache-Control"), S("immutable")) > 0);
    client_free(&c);
}
END_TEST

START_TEST(files_are_sent_whole_and_in_ranges)
{
    static const struct { const char *range; int status; const char *body; } cases[] = {
        { "bytes=0-0", 206, "0" }, { "bytes=2-4", 206, "234" }, { "bytes=7-", 206, "789" }, { "bytes=-2", 206, "89" },
        { "bytes=8-99", 206, "89" }, { "bytes=10-", 416, "" }, { "bytes=-0", 416, "" }, { "bytes=4-2", 200, "0123456789" },
        { "bytes=0-1,3-4", 200, "0123456789" }, { "lines=1-2", 200, "0123456789" }, { "bytes=-99", 206, "0123456789" },
    };
    char path[128], header[64];
    struct client c = connected();
    snprintf(path, sizeof path, "%s/file", spool);
    FILE *f = fopen(path, "w");
    fputs("0123456789", f);
    fclose(f);
    for (size_t i = 0; i < countof(cases); i++) {
        snprintf(header, sizeof header, "Range: %s\r\n", cases[i].range);
        struct reply r = client_send(&c, "GET", "/file", header, NULL, (str){ 0 });
        ck_assert_msg(r.status == cases[i].status, "%s: %d", cases[i].range, r.status);
        ck_assert_msg(str_eq(r.body, str_of(cases[i].body)), "%s: %.*s", cases[i].range, STR_ARG(r.body));
    }
    struct reply r = client_get(&c, "/file");
    ck_assert(str_eq(reply_header(&r, "Content-Disposition"),
                     S("attachment; filename=\"r__.pdf\"; filename*=UTF-8''r%C3%A9.pdf")));
    client_free(&c);
}
END_TEST

START_TEST(a_full_arena_answers_503_and_runs_its_cleanups)
{
    struct client c = connected();
    cleanups = 0;
    struct reply r = client_get(&c, "/eat");
    ck_assert_int_eq(r.status, 503);
    ck_assert_int_eq(cleanups, 1);
    ck_assert_int_eq(client_get(&c, "/hello").status, 200);
    client_free(&c);
}
END_TEST

START_TEST(what_is_quick_is_answered_without_a_worker)
{
    struct client c = connected();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(client_get(&c, "/quick").status, 200);
    ck_assert_int_eq(client_get(&c, "/quick-eat").status, 503);
    ck_assert_int_eq(cleanups, 1);
    client_close(&c);
    struct reply r = client_send(&c, "GET", "/alike", "Cookie: sid=x\r\nAuthorization: Bearer y\r\n", NULL, (str){ 0 });
    ck_assert_int_eq(r.status, 200);
    ck_assert_int_eq(client_send(&c, "HEAD", "/quick", NULL, NULL, (str){ 0 }).status, 200);
    ck_assert_int_eq(client_get(&c, "/quick").status, 200);
    ck_assert(!client_is_closed(&c, 50));
    ck_assert(is_told("setu_http_workers 0\n"));
    r = client_send(&c, "GET", "/quick", "Cookie: a=b\r\n", NULL, (str){ 0 });        /* perhaps no stranger */
    ck_assert_int_eq(r.status, 200);
    ck_assert(is_told("setu_http_workers 1\n"));
    r = client_send(&c, "GET", "/quick", "Authorization: Bearer y\r\n", NULL, (str){ 0 });
    ck_assert(reply_has(&r, "hello"));
    client_free(&c);
}
END_TEST

START_TEST(a_long_answer_streams_whole_or_is_visibly_cut)
{
    struct client c = connected();
    struct reply r = client_get(&c, "/stream");
    ck_assert_int_eq(r.status, 200);
    ck_assert(r.is_whole);
    ck_assert_uint_eq(r.body.n, 101 * 100000);
    r = client_get(&c, "/broken");
    ck_assert(!r.is_whole);
    client_free(&c);
}
END_TEST

static long resident_kb(void)
{
    long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%*d %ld", &pages) != 1)
        pages = 0;
    if (f)
        fclose(f);
    return pages * 4;
}

START_TEST(an_upload_goes_to_the_spool_and_memory_stays_flat)
{
    enum { SIZE = 50 << 20 };
    static const char head[] = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\n"
        "Content-Disposition: form-data; name=\"f\"; filename=\"C:\\x\\list.csv\"\r\nContent-Type: text/csv\r\n\r\n";
    static const char tail[] = "\r\n--b--\r\n";
    static char block[1 << 20];
    struct client c = connected();
    client_get(&c, "/hello");
    long before = resident_kb();
    str line = arena_fmt(&c.a, "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                         "Content-Length: %zu\r\n\r\n", sizeof head - 1 + SIZE + sizeof tail - 1);
    client_raw(&c, line);
    client_raw(&c, str_of(head));
    for (int i = 0; i < SIZE >> 20; i++)
        ck_assert(client_raw(&c, (str){ block, sizeof block }));
    client_raw(&c, str_of(tail));
    struct reply r = client_read(&c, false);
    ck_assert_msg(reply_has(&r, "size=52428800 mode=600 name=list.csv a=1"), "%.*s", STR_ARG(r.body));
    ck_assert_int_lt(resident_kb() - before, 8 * 1024);
    client_free(&c);
}
END_TEST

START_TEST(live_pages_hear_every_event)
{
    enum { N = 200 };
    static struct client c[N];
    for (int i = 0; i < N; i++) {
        c[i] = connected();
        client_raw(&c[i], S("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }
    usleep(500000);
    events_send(&a_site, S("deals"), S("moved"), S("one\ntwo"));
    events_send(&a_site, S("others"), S("moved"), S("not for them"));
    usleep(600000);                             /* and a beat */
    for (int i = 0; i < N; i++) {
        char b[4096];
        ssize_t n = recv(c[i].fd, b, sizeof b, MSG_DONTWAIT);
        str s = { b, n < 0 ? 0 : (size_t)n };
        ck_assert_msg(str_starts(s, S("HTTP/1.1 200 OK\r\n")), "%d: %.*s", i, STR_ARG(s));
        ck_assert(str_find(s, S("event: moved\ndata: one\ndata: two\n\n")) > 0);
        ck_assert(str_find(s, S("not for them")) < 0);
        ck_assert(str_ends(s, S(":\n\n")));
        client_free(&c[i]);
    }
}
END_TEST

/* More at once than the hubs send one by one: what waits goes out together, whole, in its order and to its own channel. */
START_TEST(live_pages_hear_a_burst_in_order)
{
    enum { N = 9, EVENTS = 800 };
    static const size_t length[] = { 3, 40, 3000 };
    static char text[3000], b[EVENTS * 1000];
    struct client c[N];
    memset(text, 'x', sizeof text);
    for (int i = 0; i < N; i++) {
        c[i] = connected();
        client_raw(&c[i], S("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }
    usleep(300000);
    size_t total = 0;
    for (int k = 0; k < EVENTS; k++) {
        char name[16];
        size_t n = length[k % 50 == 0 ? 2 : k % 2];
        snprintf(name, sizeof name, "n%d", k);
        events_send(&a_site, S("deals"), str_of(name), (str){ text, n });
        if (k % 7 == 0)
            events_send(&a_site, S("others"), S("no"), S("not for them"));
        total += n;
    }
    for (int i = 0; i < N; i++) {
        size_t got = 0;
        struct pollfd p = { c[i].fd, POLLIN, 0 };
        str last = S("event: n799\n");
        while (poll(&p, 1, 2000) > 0 && got < sizeof b) {
            ssize_t n = recv(c[i].fd, b + got, sizeof b - got, MSG_DONTWAIT);
            ck_assert_msg(n > 0, "listener %d was dropped after %zu of %zu bytes", i, got, total);
            got += (size_t)n;
            size_t tail = got < 4096 ? got : 4096;
            if (str_find((str){ b + got - tail, tail }, last) >= 0 && str_ends((str){ b, got }, S("\n\n")))
                break;
        }
        str rest = { b, got };
        ck_assert(str_find(rest, S("not for them")) < 0);
        for (int k = 0; k < EVENTS; k++) {
            char want[32];
            int n = snprintf(want, sizeof want, "event: n%d\ndata: x", k);
            ptrdiff_t at = str_find(rest, (str){ want, (size_t)n });
            ck_assert_msg(at >= 0, "listener %d: event %d is not there or out of turn", i, k);
            rest = str_from(rest, (size_t)at + (size_t)n);
        }
        client_free(&c[i]);
    }
}
END_TEST

START_TEST(whoever_is_slow_on_purpose_is_cut)
{
    struct client head = connected(), idle = connected(), body = connected(), good = connected();
    int64_t began = clock_mono();
    client_raw(&head, S("GET /hello HTTP/1.1\r\nHo"));
    client_get(&idle, "/hello");
    client_raw(&body, S("POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\n"));
    bool head_cut = false, idle_cut = false, body_cut = false;
    while (!(head_cut && idle_cut && body_cut) && clock_mono() - began < 4 * SECOND_US) {
        client_raw(&head, S("s"));              /* a byte at a time renews nothing */
        client_raw(&body, S("s"));
        head_cut = head_cut || client_is_closed(&head, 20);
        idle_cut = idle_cut || client_is_closed(&idle, 20);
        body_cut = body_cut || client_is_closed(&body, 20);
        ck_assert_int_eq(client_get(&good, "/hello").status, 200);
    }
    ck_assert(head_cut && idle_cut && body_cut);
    ck_assert_int_gt(clock_mono() - began, 400000);
    client_free(&head), client_free(&idle), client_free(&body), client_free(&good);
}
END_TEST

START_TEST(a_stop_lets_running_requests_finish)
{
    start();
    struct client c = connected();
    client_raw(&c, S("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    usleep(100000);
    stop();
    struct reply r = client_read(&c, false);
    ck_assert_int_eq(r.status, 200);
    ck_assert(str_eq(r.body, S("slow")));
    ck_assert(!client_connect(&c));
    client_free(&c);
}
END_TEST

/* How many have something to read, or are waited for in vain. */
static int answered(const struct client *c, int n, int at_least)
{
    int found = 0;
    for (int tries = 0; found < at_least && tries < 1000; tries++) {
        found = 0;
        for (int i = 0; i < n; i++)
            found += poll(&(struct pollfd){ .fd = c[i].fd, .events = POLLIN }, 1, 0) == 1;
        if (found < at_least)
            usleep(10000);
    }
    return found;
}

START_TEST(a_full_queue_answers_503_at_once)
{
    enum { N = 8, TAKEN = 3 };                  /* one at work, two in the queue */
    struct client c[N];
    int busy = 0;
    ck_assert_int_eq(sem_init(&gate, 0, 0), 0);
    start_with((struct http_options){ .workers = 1, .queue_max = 2 });
    for (int i = 0; i < N; i++) {
        c[i] = connected();
        client_raw(&c[i], S("GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }
    ck_assert_int_ge(answered(c, N, N - TAKEN), N - TAKEN);     /* while the first is still held */
    for (int i = 0; i < N; i++)
        sem_post(&gate);
    for (int i = 0; i < N; i++) {
        struct reply r = client_read(&c[i], false);
        bool is_busy = r.status == 503 && str_eq(reply_header(&r, "Retry-After"), S("1"));
        ck_assert(is_busy || r.status == 200);
        busy += is_busy;
        client_free(&c[i]);
    }
    ck_assert_int_ge(busy, N - TAKEN);
    ck_assert_int_lt(busy, N);
    stop();
}
END_TEST

START_TEST(only_so_many_work_at_a_time_and_who_waits_makes_room)
{
    enum { N = 40 };
    static const char *const path[] = { "/held", "/waiting" };
    static const char *const told[][3] = {
        { "setu_http_queue 38\n", "setu_http_workers_busy 2\n", "setu_http_workers 2\n" },
        { "setu_http_workers_busy 40\n", "setu_http_queue 0\n", "setu_http_workers 40\n" },
    };
    struct client c[N];
    ck_assert_int_eq(sem_init(&gate, 0, 0), 0);
    start_with((struct http_options){ .at_once = 2 });
    for (size_t k = 0; k < countof(path); k++) {
        for (int i = 0; i < N; i++) {
            char request[80];
            c[i] = connected();
            int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path[k]);
            client_raw(&c[i], (str){ request, (size_t)n });
        }
        for (size_t i = 0; i < countof(told[k]); i++)
            ck_assert_msg(is_told(told[k][i]), "%s: not %s", path[k], told[k][i]);
        for (int i = 0; i < N; i++)
            sem_post(&gate);
        for (int i = 0; i < N; i++) {
            ck_assert_int_eq(client_read(&c[i], false).status, 200);
            client_free(&c[i]);
        }
    }
    ck_assert(is_told("setu_http_workers_busy 0\n"));
    stop();
}
END_TEST

/* As many as there are cores have begun and do not end: who comes then is answered all the same, one after another. */
START_TEST(whoever_is_slow_holds_nobody_up)
{
    enum { N = 5 };
    struct client c[N], other;
    ck_assert_int_eq(sem_init(&gate, 0, 0), 0);
    start_with((struct http_options){ .at_once = N + 1 });
    other = connected();
    for (int i = 0; i < N; i++) {
        c[i] = connected();
        client_raw(&c[i], S("GET /held HTTP/1.1\r\nHost: localhost\r\n\r\n"));
    }
    ck_assert(is_told("setu_http_workers_busy 5\n"));
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(client_get(&other, "/hello").status, 200);
    for (int i = 0; i < N; i++)
        sem_post(&gate);
    for (int i = 0; i < N; i++) {
        ck_assert_int_eq(client_read(&c[i], false).status, 200);
        client_free(&c[i]);
    }
    client_free(&other);
    stop();
}
END_TEST

START_TEST(health_and_metrics_answer_without_a_site)
{
    struct client c = connected();
    c.host = "10.0.0.1:8080";
    struct reply r = client_get(&c, "/healthz");
    ck_assert_int_eq(r.status, 200);
    ck_assert(!client_is_closed(&c, 50));       /* who watches may stay */
    ck_assert_int_eq(client_send(&c, "GET", "/healthz", NULL, "text/plain", S("what is this for?")).status, 200);
    c.host = "localhost";
    client_get(&c, "/hello");
    client_get(&c, "/hello");
    r = client_get(&c, "/metrics");
    ck_assert(reply_has(&r, "setu_http_requests_total{method=\"GET\",route=\"/hello\",status=\"2xx\"} 2"));
    ck_assert(reply_has(&r, "setu_http_connections 1"));
    client_free(&c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http");
    TCase *t = tcase_create("server"), *fast = tcase_create("deadlines"), *own = tcase_create("life");
    tcase_add_checked_fixture(t, start, stop);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, a_page_carries_every_protecting_header);
    tcase_add_test(t, what_is_ambiguous_is_refused);
    tcase_add_test(t, methods_are_those_of_the_routes);
    tcase_add_test(t, requests_may_follow_each_other_without_waiting);
    tcase_add_test(t, a_body_may_fill_its_limit_and_no_more);
    tcase_add_test(t, forms_cookies_and_redirects_work);
    tcase_add_test(t, an_unchanged_page_or_asset_is_not_sent_again);
    tcase_add_test(t, files_are_sent_whole_and_in_ranges);
    tcase_add_test(t, a_full_arena_answers_503_and_runs_its_cleanups);
    tcase_add_test(t, what_is_quick_is_answered_without_a_worker);
    tcase_add_test(t, a_long_answer_streams_whole_or_is_visibly_cut);
    tcase_add_test(t, an_upload_goes_to_the_spool_and_memory_stays_flat);
    tcase_add_test(t, health_and_metrics_answer_without_a_site);
    tcase_add_checked_fixture(fast, start_fast, stop);
    tcase_set_timeout(fast, 60);
    tcase_add_test(fast, live_pages_hear_every_event);
    tcase_add_test(fast, live_pages_hear_a_burst_in_order);
    tcase_add_test(fast, whoever_is_slow_on_purpose_is_cut);
    tcase_set_timeout(own, 60);
    tcase_add_test(own, a_stop_lets_running_requests_finish);
    tcase_add_test(own, a_full_queue_answers_503_at_once);
    tcase_add_test(own, whoever_is_slow_holds_nobody_up);
    tcase_add_test(own, only_so_many_work_at_a_time_and_who_waits_makes_room);
    suite_add_tcase(s, t);
    suite_add_tcase(s, fast);
    suite_add_tcase(s, own);
    return suite_end(s) != 0;
}
