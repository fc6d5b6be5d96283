/* egress.c - where a webhook may go: URLs taken apart, addresses judged, and no connection made
 * to any other place. connect() is ours in this program, so that each attempt is seen. */
#include "egress/egress.h"
#include "base/clock.h"
#include "egress/fetch.h"
#include <arpa/inet.h>
#include "../suite.h"
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Atomic int nconnects;
int connect(int fd, const struct sockaddr *at, socklen_t n);
int connect(int fd, const struct sockaddr *at, socklen_t n)
{
    if (at->sa_family == AF_INET || at->sa_family == AF_INET6)
        nconnects++;
    return (int)syscall(SYS_connect, fd, at, n);
}

static struct arena mem;
static void open_arena(void)
{
    mem = arena_open(64 << 20);
    fetch_open((str){ 0 });
}
static void close_arena(void) { arena_close(&mem); }

static const struct egress_policy http_too = { .allow_http = true };

/* ── the places nobody may be sent to ──────────────────────────────────────── */

static const char *const inside[] = {
    /* loopback, in the spellings that resolvers and browsers take */
    "http://127.0.0.1/", "http://127.0.0.1:80/", "https://127.0.0.1:8443/", "http://127.1/", "http://127.0.1/", "http://127.255.255.254/",
    "http://2130706433/", "http://0x7f000001/", "http://0x7F.0.0.1/", "http://0x7f.1/", "http://0177.0.0.1/", "http://0177.1/",
    "http://017700000001/", "http://0x7f.0x0.0x0.0x1/", "http://0177.0x0.0.1/", "http://00177.0.0.1/", "http://127.0.0.1./",
    "http://0x0000007f.0.0.01/", "http://127.00.00.01/", "http://127.0.0.0x1/", "http://127.65535/", "http://0x7fffffff/",
    "http://１２７.０.０.１/", "http://127。0。0。1/", "http://127．0．0．1/", "http://127｡0｡0｡1/", "http://①②⑦.0.0.1/", "http://0x⁷f.1/",
    "http://𝟭𝟮𝟳.𝟬.𝟬.𝟭/", "http://１２７.1/",
    /* this network, nobody, everybody */
    "http://0.0.0.0/", "http://0/", "http://0x0/", "http://00/", "http://0.0.0.1/", "http://255.255.255.255/", "http://4294967295/",
    "http://0xffffffff/", "http://224.0.0.1/", "http://239.255.255.250/", "http://240.0.0.1/", "http://250.1.2.3/",
    /* private networks */
    "http://10.0.0.1/", "http://10.255.255.255/", "http://10.1/", "http://167772161/", "http://0xa.0.0.1/", "http://012.0.0.1/",
    "http://172.16.0.1/", "http://172.31.255.255/", "http://0xac.0x10.0.1/", "http://192.168.0.1/", "http://192.168.1/", "http://3232235521/",
    "http://0xc0a80001/", "http://0300.0250.0.1/", "http://100.64.0.1/", "http://100.127.255.255/", "http://169.254.169.254/",
    "http://169.254.169.254/latest/meta-data/", "http://2852039166/", "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://169.254.43518/",
    "http://0xA9.0xFE.0xA9.0xFE/", "http://169.254.0.1/", "http://192.0.0.1/", "http://192.0.0.192/", "http://192.0.2.1/", "http://198.18.0.1/",
    "http://198.19.255.255/", "http://198.51.100.7/", "http://203.0.113.9/", "http://192.88.99.1/", "http://100.100.100.200/",
    /* not numbers at all, though they look so */
    "http://256.0.0.1/", "http://127.0.0.256/", "http://1.2.3.4.5/", "http://127.0.0.1.1/", "http://4294967296/", "http://0x100000000/",
    "http://127..0.1/", "http://.127.0.0.1/", "http://127.0.0.09/", "http://08.0.0.1/", "http://0x7g.0.0.1/", "http://99999999999999999999/",
    /* version 6 */
    "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[0000::0001]/", "http://[::]/", "http://[::127.0.0.1]/", "http://[::7f00:1]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::ffff:10.0.0.1]/", "http://[0:0:0:0:0:ffff:a9fe:a9fe]/", "http://[::FFFF:c0a8:1]/",
    "http://[::ffff:0:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::10.0.0.1]/", "http://[64:ff9b:1::1]/", "http://[fc00::1]/",
    "http://[fd00:ec2::254]/", "http://[fd12:3456:789a::1]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[febf::1]/",
    "http://[fec0::1]/", "http://[ff02::1]/", "http://[ff05::2]/", "http://[100::1]/", "http://[2001::1]/", "http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/",
    "http://[2001:db8::1]/", "http://[2001:10::1]/", "http://[2001:20::1]/", "http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::1]/", "http://[2002:c0a8:101::1]/",
    "http://[3fff::1]/", "http://[4000::1]/", "http://[5f00::1]/", "http://[e000::1]/", "http://[::1", "http://::1/", "http://[::1]x/", "http://[::1]:/x",
    "http://[127.0.0.1]/", "http://[]/", "http://[::1]:99999/", "http://[1:2:3]/", "http://[[::1]]/", "http://[::1]]/",
    /* names of the inside */
    "http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://localhost:80/", "http://a.localhost/", "http://localhost.localdomain.local/",
    "http://metadata.google.internal/", "http://printer.local/", "http://router.lan/", "http://intranet/", "http://db.corp/", "http://nas.home/",
    "http://ip6-localhost/", "http://host.docker.internal/", "http://kubernetes.default.svc.cluster.local/", "http://ｌｏｃａｌｈｏｓｔ/", "http://ⓛocalhost/",
    "http://1.0.0.127.in-addr.arpa/",
    /* names that answer with an inside address, alone or beside a good one (see the resolver below) */
    "http://loop.test/", "http://private.test/", "http://mixed.test/", "http://mixed6.test/", "http://mapped.test/", "http://metadata.test/", "http://LOOP.test/",
    "http://loop.test./", "https://loop.test/", "http://nat64.test/", "http://zero.test/", "http://sixtofour.test/", "http://none.test/", "http://many.test/",
    /* two readers, two hosts */
    "http://93.184.216.34@127.0.0.1/", "http://user:pass@93.184.216.34/", "http://127.0.0.1\\@93.184.216.34/", "http://93.184.216.34\\@127.0.0.1/",
    "http:\\\\127.0.0.1/", "http://127.0.0.1%2f@93.184.216.34/", "http://127.0.0.1%00.example.com/", "http://exa mple.com/",
    "http://127.0.0.1\t/", "http://127.0.0.1\n/", " http://127.0.0.1/", "http://example.com\r\nHost: x/", "http://%31%32%37.0.0.1/", "http://127%2e0%2e0%2e1/",
    "http://@127.0.0.1/", "http://:80/", "http:///127.0.0.1", "http:/127.0.0.1/", "http:127.0.0.1", "//127.0.0.1/", "http://", "https://", "http://?x", "http://#x",
    "http://..", "http://a..b.test/", "http://-a.test/", "http://a_b.test/x", "http://xn--/", "http://xn--a.test/", "http://a\xc2\xad.test/", "http://\xff.test/",
    "http://example.com<127.0.0.1>/", "http://exam`ple.com/",
    /* other schemes, other ports */
    "", "x", "file:///etc/passwd", "ftp://93.184.216.34/", "gopher://127.0.0.1:6379/_FLUSHALL", "dict://127.0.0.1:11211/", "javascript:alert(1)", "data:,x",
    "ldap://127.0.0.1/", "unix:///run/x.sock", "http+unix://x/", "ws://93.184.216.34/", "smtp://127.0.0.1/", "httpx://93.184.216.34/", "jar:http://127.0.0.1!/",
    "http://93.184.216.34:22/", "http://93.184.216.34:25/", "http://93.184.216.34:6379/", "http://93.184.216.34:0/", "http://93.184.216.34:65536/",
    "http://93.184.216.34:080x/", "http://93.184.216.34:-1/", "http://93.184.216.34:80:80/", "http://93.184.216.34:+80/", "https://93.184.216.34:80/", "http://93.184.216.34: 80/",
};

#define DNS "loop.test=127.0.0.1;private.test=10.1.2.3;mixed.test=93.184.216.34,127.0.0.1;mixed6.test=93.184.216.34,::1;" \
            "mapped.test=::ffff:10.0.0.1;metadata.test=169.254.169.254;nat64.test=64:ff9b::7f00:1;zero.test=0.0.0.0;" \
            "sixtofour.test=2002:7f00:1::;none.test=;many.test=10.0.0.1,10.0.0.2,10.0.0.3"

START_TEST(test_no_connection_is_made_to_an_inside_place)
{
    int refused = 0;
    setenv("SETU_TEST_DNS", DNS, 1);
    ck_assert_int_ge((int)countof(inside), 150);
    for (size_t i = 0; i < countof(inside); i++) {
        struct wire_request r = { .tag = 1, .url = str_of(inside[i]), .body = S("{}") };
        struct egress_result out;
        fetch_post(&mem, &http_too, &r, &out);
        if (out.outcome != EGRESS_REFUSED && out.outcome != EGRESS_NO_NAME)
            ck_abort_msg("%s: outcome %d", inside[i], out.outcome);
        refused++;
        arena_reset(&mem);
    }
    printf("%d URLs refused, %d connections\n", refused, nconnects);
    ck_assert_int_eq(nconnects, 0);
}
END_TEST

/* The test above must be able to fail. */
START_TEST(test_without_the_check_a_connection_is_seen)
{
    struct wire_request r = { .tag = 1, .url = S("http://loop.test/"), .body = S("{}") };
    struct egress_result out;
    setenv("SETU_TEST_DNS", DNS, 1);
    setenv("SETU_FAULT", "open_egress", 1);
    fetch_post(&mem, &http_too, &r, &out);
    ck_assert_int_gt(nconnects, 0);
}
END_TEST

/* The second answer is the inside: it is never asked for. */
START_TEST(test_a_name_is_resolved_once_and_pinned)
{
    struct wire_request r = { .tag = 1, .url = S("http://rebind.test/"), .body = S("{}") };
    struct egress_result out;
    setenv("SETU_TEST_DNS", "rebind.test=127.0.0.1|127.0.0.2", 1);
    setenv("SETU_FAULT", "open_egress", 1);     /* so that the pinned address may be this machine's */
    fetch_post(&mem, &http_too, &r, &out);
    ck_assert_int_eq(nconnects, 1);             /* nothing listens there, and 127.0.0.2 was not tried */
    unsetenv("SETU_FAULT");
    setenv("SETU_TEST_DNS", "again.test=10.0.0.1|127.0.0.1", 1);
    r.url = S("http://again.test/");
    fetch_post(&mem, &http_too, &r, &out);
    ck_assert_int_eq(out.outcome, EGRESS_REFUSED);
    ck_assert_int_eq(nconnects, 1);
}
END_TEST

/* ── the places one may ────────────────────────────────────────────────────── */

static const struct { const char *url, *is; } good[] = {
    { "https://example.com", "https://example.com/" }, { "HTTPS://Example.COM:443/A?b=C", "https://example.com/A?b=C" },
    { "https://example.com:8443/x#part", "https://example.com:8443/x" }, { "https://example.com?x=1", "https://example.com/?x=1" },
    { "https://example.com./a", "https://example.com/a" }, { "http://example.com/", "http://example.com/" },
    { "https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC" }, { "https://উদাহরণ.বাংলা/", "https://xn--d5b6ci4b4b3a.xn--54b7fta0cc/" },
    { "https://ＥＸＡＭＰＬＥ.com/", "https://example.com/" }, { "https://93.184.216.34/", "https://93.184.216.34/" },
    { "https://0x5db8d822/", "https://93.184.216.34/" }, { "https://[2606:2800:220:1:248:1893:25C8:1946]/", "https://[2606:2800:220:1:248:1893:25c8:1946]/" },
    { "https://example.com/@x:y", "https://example.com/@x:y" }, { "https://1e100.net/", "https://1e100.net/" }, { "https://8.8.8.8.example/", "https://8.8.8.8.example/" },
};

START_TEST(test_good_urls_come_to_one_spelling)
{
    for (size_t i = 0; i < countof(good); i++) {
        struct target t;
        enum target_fault f = target_parse(&mem, str_of(good[i].url), &http_too, &t);
        if (f != TARGET_GOOD)
            ck_abort_msg("%s: fault %d", good[i].url, f);
        str url = target_url(&mem, &t);
        if (!str_eq(url, str_of(good[i].is)))
            ck_abort_msg("%s: %.*s", good[i].url, STR_ARG(url));
        ck_assert_int_eq(target_parse(&mem, url, &http_too, &t), TARGET_GOOD);
        ck_assert(str_eq(target_url(&mem, &t), url));
    }
}
END_TEST

START_TEST(test_limits_hold_on_both_sides)
{
    static const struct egress_policy strict;
    struct target t;
    char url[TARGET_URL_MAX + 2] = "https://example.com/";
    memset(url + 20, 'a', sizeof url - 20);
    ck_assert_int_eq(target_parse(&mem, (str){ url, TARGET_URL_MAX }, &strict, &t), TARGET_GOOD);
    ck_assert_int_eq(target_parse(&mem, (str){ url, TARGET_URL_MAX + 1 }, &strict, &t), TARGET_LONG);
    ck_assert_int_eq(target_parse(&mem, S("http://example.com/"), &strict, &t), TARGET_NO_TLS);
    ck_assert_int_eq(target_parse(&mem, S("http://example.com:65535/"), &http_too, &t), TARGET_PORT);
}
END_TEST

START_TEST(test_an_allowed_place_is_that_place_only)
{
    struct egress_policy p = { 0 };
    struct target t;
    ck_assert(policy_add_local(&p, S("127.0.0.1:9000,hooks.lan:8080")));
    ck_assert_int_eq(target_parse(&mem, S("http://127.0.0.1:9000/x"), &p, &t), TARGET_GOOD);
    ck_assert(t.is_local);
    ck_assert_int_eq(target_parse(&mem, S("http://127.1:9000/x"), &p, &t), TARGET_GOOD);
    ck_assert_int_eq(target_parse(&mem, S("http://hooks.lan:8080/x"), &p, &t), TARGET_GOOD);
    ck_assert_int_ne(target_parse(&mem, S("http://127.0.0.1:9001/x"), &p, &t), TARGET_GOOD);
    ck_assert_int_ne(target_parse(&mem, S("http://127.0.0.2:9000/x"), &p, &t), TARGET_GOOD);
    ck_assert_int_ne(target_parse(&mem, S("http://a.hooks.lan:8080/x"), &p, &t), TARGET_GOOD);
    const char *const bad[] = { "x", ":1", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "a:b" };
    for (size_t i = 0; i < countof(bad); i++)
        ck_assert(!policy_add_local(&p, str_of(bad[i])));
}
END_TEST

/* ── frames ────────────────────────────────────────────────────────────────── */

START_TEST(test_frames_read_back_and_cut_ones_do_not)
{
    struct wire_request r = { .tag = 7, .url = S("https://x"), .headers = S("a: b\n"), .body = S("{}") }, back;
    struct egress_result o = { .tag = -3, .outcome = EGRESS_ANSWERED, .status = 429, .retry_after_s = -1, .ms = 12, .note = S("slow") }, got;
    str f = str_from(wire_put_request(&mem, &r), 4), g = str_from(wire_put_result(&mem, &o), 4);
    ck_assert(wire_read_request(f, &back) && back.tag == 7 && str_eq(back.body, r.body) && str_eq(back.headers, r.headers));
    ck_assert(wire_read_result(g, &got) && got.tag == -3 && got.status == 429 && got.retry_after_s == -1 && str_eq(got.note, o.note));
    for (size_t n = 0; n < f.n; n++)
        ck_assert(!wire_read_request(str_head(f, n), &back));
    for (size_t n = 0; n < g.n; n++)
        ck_assert(!wire_read_result(str_head(g, n), &got));
}
END_TEST

/* ── the process ───────────────────────────────────────────────────────────── */

static struct { pthread_mutex_t lock; pthread_cond_t wake; int n; struct egress_result last; } heard = {
    .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static void hear(void *arg, const struct egress_result *r)
{
    (void)arg;
    pthread_mutex_lock(&heard.lock);
    heard.last = *r;
    heard.last.note = (str){ 0 };
    heard.n++;
    pthread_cond_signal(&heard.wake);
    pthread_mutex_unlock(&heard.lock);
}

static bool wait_for(int n)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 30;
    pthread_mutex_lock(&heard.lock);
    while (heard.n < n && pthread_cond_timedwait(&heard.wake, &heard.lock, &until) == 0)
        ;
    bool ok = heard.n >= n;
    pthread_mutex_unlock(&heard.lock);
    return ok;
}

/* A place that takes the connection and says nothing. */
static int silent_place(int *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert(bind(fd, (struct sockaddr *)&at, n) == 0 && listen(fd, 50) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static bool post(struct egress *g, const char *url)
{
    for (int i = 0; i < 400; i++, usleep(10000))        /* while it starts anew nothing is taken */
        if (egress_post(g, &(struct wire_request){ .url = str_of(url), .body = S("{}") }, hear, NULL))
            return true;
    return false;
}

START_TEST(test_a_killed_process_is_told_and_started_anew)
{
    struct egress_policy p = { .allow_http = true };
    const char *bin = getenv("SETU_BIN");
    struct egress *g;
    struct err e = { 0 };
    int port, fd = silent_place(&port);
    str at = arena_fmt(&mem, "127.0.0.1:%d", port), url = arena_fmt(&mem, "http://127.0.0.1:%d/x", port);
    ck_assert(policy_add_local(&p, at));
    ck_assert_msg(egress_open(&(struct egress_options){ .policy = &p, .program = bin ? bin : "build/san/setu" }, &g, &e), "%s", e.detail);
    ck_assert(post(g, "http://10.0.0.1/"));
    ck_assert(wait_for(1));
    ck_assert_int_eq(heard.last.outcome, EGRESS_REFUSED);
    ck_assert_int_eq(heard.last.status, TARGET_INSIDE);
    ck_assert(post(g, url.p));
    int one = accept(fd, NULL, NULL), pid = egress_pid(g);
    ck_assert_int_ge(one, 0);
    kill(pid, SIGKILL);
    ck_assert(wait_for(2));
    ck_assert_int_eq(heard.last.outcome, EGRESS_LOST);
    ck_assert(post(g, "http://127.0.0.1:1/"));
    ck_assert(wait_for(3));
    ck_assert_int_eq(heard.last.outcome, EGRESS_REFUSED);
    ck_assert_int_ne(egress_pid(g), pid);
    ck_assert(post(g, url.p));
    egress_close(g);
    ck_assert_int_eq(heard.n, 4);
    ck_assert_int_eq(heard.last.outcome, EGRESS_LOST);
}
END_TEST

SUITE("egress", 120, open_arena, close_arena,
      test_no_connection_is_made_to_an_inside_place,
      test_without_the_check_a_connection_is_seen,
      test_a_name_is_resolved_once_and_pinned,
      test_good_urls_come_to_one_spelling,
      test_limits_hold_on_both_sides,
      test_an_allowed_place_is_that_place_only,
      test_frames_read_back_and_cut_ones_do_not,
      test_a_killed_process_is_told_and_started_anew)
