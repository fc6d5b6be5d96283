/* webhook_tls.c - webhooks over TLS: to whom the certificate belongs is asked, and what is wrong with it is told.
 *
 * Four receivers, each a process of its own with time limits everywhere, so that none can hold the test up: one as it should be,
 * signed by an authority that the server is told to trust (--webhook-ca), one with another's name, one whose certificate is over,
 * one signed by an authority nobody knows. Keys and certificates are made here, for an hour.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "client/look.h"
#include "client/served.h"
#include "egress/wire.h"
#include "flow/outbox.h"
#include "../suite.h"

#define HOST "hooks.setu.example"
enum { GOOD, OTHER_NAME, EXPIRED, UNKNOWN, RECEIVERS, STEP_S = 5, LIFE_S = 600, HEARD_MAX = 16 << 10 };

static struct served server;
static struct served_user owner;
static struct arena mem;
static struct client cl;
static char ca_path[80];
static struct receiver { int port, heard; pid_t pid; } receiver[RECEIVERS];      /* heard: what it was told comes out here */

/* ── certificates ────────────────────────────────────────────────────────── */

struct identity { EVP_PKEY *key; X509 *cert; };

static void extend(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX c;
    X509V3_set_ctx(&c, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *x = X509V3_EXT_conf_nid(NULL, &c, nid, value);
    if (!x || !X509_add_ext(cert, x, -1))
        die("no extension %s", value);
    X509_EXTENSION_free(x);
}

/* by NULL: an authority that signs itself. Valid from yesterday until so many seconds from now. */
static struct identity certify(const char *name, const struct identity *by, long until)
{
    static long serial = 1;
    struct identity me = { EVP_EC_gen("P-256"), X509_new() };
    X509_NAME *subject = X509_get_subject_name(me.cert);
    X509_set_version(me.cert, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(me.cert), serial++);
    X509_gmtime_adj(X509_getm_notBefore(me.cert), -24 * 3600);
    X509_gmtime_adj(X509_getm_notAfter(me.cert), until);
    X509_set_pubkey(me.cert, me.key);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(me.cert, by ? X509_get_subject_name(by->cert) : subject);
    extend(me.cert, by ? by->cert : me.cert, NID_basic_constraints, by ? "CA:FALSE" : "critical,CA:TRUE");
    if (by)
        extend(me.cert, by->cert, NID_subject_alt_name, arena_fmt(&mem, "DNS:%s", name).p);
    if (!X509_sign(me.cert, by ? by->key : me.key, EVP_sha256()))
        die("no certificate for %s", name);
    return me;
}

static void forget(struct identity me)
{
    EVP_PKEY_free(me.key);
    X509_free(me.cert);
}

/* ── a receiver ──────────────────────────────────────────────────────────── */

static void serve_one(SSL_CTX *ctx, int fd, int heard)
{
    char b[HEARD_MAX];
    struct timeval limit = { STEP_S, 0 };
    const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    int n = 0, k;
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    SSL *s = SSL_new(ctx);
    SSL_set_fd(s, fd);
    if (SSL_accept(s) == 1) {
        while (n < HEARD_MAX - 1 && (k = SSL_read(s, b + n, HEARD_MAX - 1 - n)) > 0) {
            n += k;
            b[n] = '\0';
            const char *end = strstr(b, "\r\n\r\n"), *length = strcasestr(b, "content-length: ");
            if (end && length && b + n - (end + 4) >= strtol(length + 16, NULL, 10))
                break;
        }
        if (write(heard, b, (size_t)n) == n)
            SSL_write(s, answer, sizeof answer - 1);
        SSL_shutdown(s);
    }
    SSL_free(s);
    close(fd);
}

static _Noreturn void receive(int listener, const struct identity *me, int heard)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    signal(SIGPIPE, SIG_IGN);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < 3; i++)                 /* who waits for the test's output does not wait for us */
        dup2(nothing, i);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(LIFE_S);                              /* whatever happens to the test */
    if (!ctx || SSL_CTX_use_certificate(ctx, me->cert) != 1 || SSL_CTX_use_PrivateKey(ctx, me->key) != 1)
        _exit(1);
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0)
            serve_one(ctx, fd, heard);
    }
}

static void receiver_start(struct receiver *r, const struct identity *me)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), told[2];
    if (bind(fd, (struct sockaddr *)&at, size) || listen(fd, 32) || getsockname(fd, (struct sockaddr *)&at, &size)
        || pipe2(told, O_CLOEXEC | O_NONBLOCK))
        die("no receiver");
    r->port = ntohs(at.sin_port);
    r->heard = told[0];
    r->pid = fork();
    if (r->pid == 0)
        receive(fd, me, told[1]);
    close(fd);
    close(told[1]);
}

static void receivers_start(void)
{
    struct identity ca = certify("Our authority", NULL, 3600), nobody = certify("An authority nobody knows", NULL, 3600);
    const struct identity who[RECEIVERS] = { [GOOD] = certify(HOST, &ca, 3600), [OTHER_NAME] = certify("other.example", &ca, 3600),
                                             [EXPIRED] = certify(HOST, &ca, -3600), [UNKNOWN] = certify(HOST, &nobody, 3600) };
    snprintf(ca_path, sizeof ca_path, "%s.ca", server.dir);
    FILE *f = fopen(ca_path, "w");
    if (!f || !PEM_write_X509(f, ca.cert) || fclose(f))
        die("%s", ca_path);
    for (int i = 0; i < RECEIVERS; i++) {
        receiver_start(&receiver[i], &who[i]);
        forget(who[i]);
    }
    forget(ca), forget(nobody);
}

/* ── the house ───────────────────────────────────────────────────────────── */

static void open_house(void)
{
    struct workspace *ws;
    struct err e = { 0 };
    static char local[200];
    size_t n = 0;
    mem = arena_open(64 << 20);
    served_new(&server, "en");
    receivers_start();
    for (int i = 0; i < RECEIVERS; i++)
        n += (size_t)snprintf(local + n, sizeof local - n, "%s" HOST ":%d", i ? "," : "", receiver[i].port);
    server.allow_local = local;
    server.webhook_ca = ca_path;
    setenv("SETU_TEST_DNS", HOST "=127.0.0.1", 1);
    if (!workspace_open(server.data, &ws, &e))
        die("%s", e.detail);
    served_user(ws, &mem, &owner, "owner@p.example", "owner", 0, "fa");
    workspace_close(ws);
    ck_assert(served_start(&server));
    cl = served_client(&server);
    cl.timeout_ms = 20000;
}

static void close_house(void)
{
    client_free(&cl);
    served_remove(&server);
    for (int i = 0; i < RECEIVERS; i++) {
        kill(receiver[i].pid, SIGKILL);
        waitpid(receiver[i].pid, NULL, 0);
        close(receiver[i].heard);
    }
    unlink(ca_path);
    arena_close(&mem);
}

static str api(const char *path, const char *body, int status)
{
    struct reply r = served_api(&cl, owner.token, "POST", path, NULL, body);
    ck_assert_msg(r.status == status, "%s: %d %.*s", path, r.status, STR_ARG(r.body));
    return r.body;
}

static int64_t hook_to(int which)
{
    str made = api("/api/v1/webhook", arena_fmt(&mem, "{\"name\":\"to %d\",\"url\":\"https://" HOST ":%d/setu\",\"topics\":\"person\"}",
                                                which, receiver[which].port).p, 201);
    str rest = str_from(made, (size_t)str_find(made, S("\"id\":\"")) + 6);
    int64_t id = 0;
    ck_assert(id_parse(str_cut(&rest, '"'), &id));
    return id;
}

static int64_t number(const char *sql, int64_t hook)
{
    struct look l;
    look_open(&l, server.dir, false);
    int64_t n = look_number(&l, sql, hook);
    look_close(&l);
    return n;
}

/* Until a first attempt has its outcome; half a minute at most. */
static int64_t outcome_of(int64_t hook)
{
    int64_t end = clock_mono() + 30 * (int64_t)SECOND_US;
    while (!number("SELECT COUNT(*) FROM outbox WHERE target = $1 AND outcome IS NOT NULL", hook) && clock_mono() < end)
        usleep(50000);
    return number("SELECT COALESCE(MAX(outcome), -1) FROM outbox WHERE target = $1", hook);
}

static str heard_by(int which)
{
    char *b = arena_new(&mem, char, HEARD_MAX);
    ssize_t n = read(receiver[which].heard, b, HEARD_MAX);
    return (str){ b, n > 0 ? (size_t)n : 0 };
}

/* ── tests ───────────────────────────────────────────────────────────────── */

START_TEST(only_whom_the_certificate_names_is_told_and_the_reason_is_shown)
{
    static const struct { enum tls_fault fault; const char *shown; } wanted[RECEIVERS] = {
        [OTHER_NAME] = { TLS_NAME, "گواهی برای نام دیگری است" }, [EXPIRED] = { TLS_EXPIRED, "گواهی منقضی شده است" },
        [UNKNOWN] = { TLS_UNKNOWN, "صادرکنندهٔ گواهی ناشناخته است" },
    };
    int64_t hook[RECEIVERS];
    for (int i = 0; i < RECEIVERS; i++)
        hook[i] = hook_to(i);
    api("/api/v1/person", "{\"name\":\"Rahim\"}", 201);
    ck_assert_int_eq(outcome_of(hook[GOOD]), EGRESS_ANSWERED);
    ck_assert_int_eq(number("SELECT MIN(status) FROM outbox WHERE target = $1 AND outcome IS NOT NULL", hook[GOOD]), 200);
    str heard = heard_by(GOOD);
    ck_assert_msg(str_starts(heard, S("POST /setu HTTP/1.1\r\n")), "%.*s", STR_ARG(heard));
    static const char *const head[] = { "\r\nHost: " HOST, "\r\nwebhook-id: msg_", "\r\nwebhook-timestamp: 1", "\r\nwebhook-signature: v1,", "\"type\":\"person.created\"" };
    for (size_t i = 0; i < countof(head); i++)
        ck_assert_msg(str_find(heard, str_of(head[i])) >= 0, "%s: %.*s", head[i], STR_ARG(heard));
    for (int i = OTHER_NAME; i < RECEIVERS; i++) {
        ck_assert_int_eq(outcome_of(hook[i]), EGRESS_NO_TLS);
        ck_assert_int_eq(number("SELECT MAX(status) FROM outbox WHERE target = $1 AND outcome IS NOT NULL", hook[i]), wanted[i].fault);
        ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE target = $1 AND state = 3", hook[i]), 0);
        ck_assert_msg(heard_by(i).n == 0, "receiver %d was told something", i);
        struct reply r = client_send(&cl, "GET", arena_fmt(&mem, "/automate/webhooks/%.*s", STR_ARG(id_text(&mem, hook[i]))).p,
                                     arena_fmt(&mem, "Cookie: sid=%s\r\n", owner.session).p, NULL, (str){ 0 });
        ck_assert_msg(r.status == 200 && str_find(r.body, str_of(wanted[i].shown)) >= 0, "%d: %d %s", i, r.status, wanted[i].shown);
    }
}
END_TEST

START_TEST(a_file_without_certificates_is_refused_at_the_start)
{
    char path[90];
    str said;
    snprintf(path, sizeof path, "%s/setu.db", server.dir);
    const char *words[] = { "serve", "--data", server.data, "--listen", "127.0.0.1:0", "--webhook-ca", path, NULL };
    ck_assert_int_ne(served_run(&mem, words, (str){ 0 }, &said), 0);
}
END_TEST

SUITE("webhook_tls", 240, open_house, close_house,
      only_whom_the_certificate_names_is_told_and_the_reason_is_shown,
      a_file_without_certificates_is_refused_at_the_start)
