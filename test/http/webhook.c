/* webhook.c - webhooks of the real program: signed, in order, until they arrive; and what bad
 * receivers do to the good ones (nothing). */
#include <math.h>
#include <sodium.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "client/look.h"
#include "client/served.h"
#include "client/sink.h"
#include "flow/webhook.h"
#include "../suite.h"

static struct served server;
static struct served_user owner, author;
static struct sink sink;
static struct arena mem;
static struct client cl;

static void open_house(void)
{
    struct workspace *ws;
    struct err e = { 0 };
    static char local[40];
    mem = arena_open(64 << 20);
    memset(&sink, 0, sizeof sink);
    sink_start(&sink);
    snprintf(local, sizeof local, "127.0.0.1:%d", sink.port);
    served_new(&server, "en");
    server.allow_local = local;
    server.faults = "fast_retry";
    if (!workspace_open(server.data, &ws, &e))
        die("%s", e.detail);
    served_user(ws, &mem, &owner, "owner@p.example", "owner", 0, "en");
    served_user(ws, &mem, &author, "author@p.example", "content_author", 0, "en");
    workspace_close(ws);
    ck_assert(served_start(&server));
    cl = served_client(&server);
    cl.timeout_ms = 20000;
}

static void close_house(void)
{
    client_free(&cl);
    served_remove(&server);
    sink_stop(&sink);
    arena_close(&mem);
}

static str api(const char *method, const char *path, str body, int status)
{
    struct reply r = served_api(&cl, owner.token, method, path, NULL, body.n ? arena_cstr(&mem, body) : NULL);
    ck_assert_msg(r.status == status, "%s %s: %d %.*s", method, path, r.status, STR_ARG(r.body));
    return r.body;
}

static str member(str json, const char *name)
{
    str key = arena_fmt(&mem, "\"%s\":\"", name);
    ptrdiff_t at = str_find(json, key);
    str rest = at < 0 ? (str){ 0 } : str_from(json, (size_t)at + key.n);
    return str_cut(&rest, '"');
}

/* A webhook to this path of the sink; its id. */
static str hook(const char *path, const char *topics, const char *more)
{
    return member(api("POST", "/api/v1/webhook", arena_fmt(&mem, "{\"name\":\"to %s\",\"url\":\"http://127.0.0.1:%d%s\",\"topics\":\"%s\"%s}",
                                                           path, sink.port, path, topics, more), 201), "id");
}

static str person(const char *name)
{
    return member(api("POST", "/api/v1/person", arena_fmt(&mem, "{\"name\":\"%s\"}", name), 201), "id");
}

static void rename_person(str id, const char *name)
{
    api("PATCH", arena_fmt(&mem, "/api/v1/person/%.*s", STR_ARG(id)).p, arena_fmt(&mem, "{\"name\":\"%s\"}", name), 200);
}

static int64_t number(const char *sql, str id)
{
    struct look l;
    int64_t key = 0;
    if (id.n && !id_parse(id, &key))
        ck_abort_msg("no id: %.*s", STR_ARG(id));
    look_open(&l, server.dir, false);
    int64_t n = look_number(&l, sql, key);
    look_close(&l);
    return n;
}

/* The receiver's own reckoning, by the words of the standard. */
static bool is_signed_by(const struct sunk *s, str secret)
{
    unsigned char key[64], mac[32];
    char text[64];
    size_t nkey;
    str code = str_from(secret, 6);
    ck_assert_int_eq(sodium_base642bin(key, sizeof key, code.p, code.n, NULL, &nkey, NULL, sodium_base64_VARIANT_ORIGINAL), 0);
    str signed_text = arena_fmt(&mem, "%s.%s.%.*s", s->id, s->timestamp, (int)s->n, s->body);
    crypto_auth_hmacsha256_state st;
    crypto_auth_hmacsha256_init(&st, key, nkey);
    crypto_auth_hmacsha256_update(&st, (const unsigned char *)signed_text.p, signed_text.n);
    crypto_auth_hmacsha256_final(&st, mac);
    sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
    return strstr(s->signature, text) != NULL;
}

static str rotate(str id)
{
    return member(api("POST", arena_fmt(&mem, "/api/v1/webhook/%.*s/secret", STR_ARG(id)).p, S("{}"), 200), "secret");
}

/* ── tests ─────────────────────────────────────────────────────────────────── */

START_TEST(test_what_happens_is_told_signed_and_in_order)
{
    struct sunk s;
    str id = hook("/ok", "person", "");
    str first = rotate(id), second = rotate(id), p = person("Rahim");
    ck_assert(str_starts(first, S("whsec_")) && !str_eq(first, second));
    rename_person(p, "Karim");
    rename_person(p, "Salim");
    /* Others' acts (scores) may stand between; these stand in this order. */
    static const char *const say[] = { "\"type\":\"person.created\"", "\"name\":{\"old\":\"Rahim\",\"new\":\"Karim\"}",
                                       "\"name\":{\"old\":\"Karim\",\"new\":\"Salim\"}" };
    int at = 0;
    for (size_t i = 0; i < countof(say); at++) {
        ck_assert_msg(sink_wait(&sink, "/ok", 200, at + 1, 20000), "%d arrived, none says %s", at, say[i]);
        ck_assert(sink_at(&sink, "/ok", at, &s));
        ck_assert_msg(is_signed_by(&s, second) && is_signed_by(&s, first), "%s", s.signature);
        ck_assert(!strncmp(s.id, "msg_", 4));
        ck_assert_int_le(llabs(strtoll(s.timestamp, NULL, 10) - s.at / SECOND_US), 5);
        i += strstr(s.body, say[i]) != NULL;
    }
    api("DELETE", arena_fmt(&mem, "/api/v1/person/%.*s", STR_ARG(p)).p, (str){ 0 }, 204);
    for (bool is_told = false; !is_told; at++) {
        ck_assert(sink_wait(&sink, "/ok", 200, at + 1, 20000) && sink_at(&sink, "/ok", at, &s));
        is_told = strstr(s.body, "person.deleted") != NULL;
    }
    ck_assert_msg(!strstr(s.body, "Salim"), "%s", s.body);
}
END_TEST

START_TEST(test_a_retry_has_the_same_id_and_holds_back_what_follows)
{
    struct sunk s, t;
    hook("/flaky", "person.created, person.updated", ",\"filter\":\"name != other\"");
    str p = person("Rahim");
    rename_person(p, "Karim");
    ck_assert(sink_wait(&sink, "/flaky", 200, 2, 30000));
    for (int i = 0; i < 8; i++) {
        ck_assert(sink_at(&sink, "/flaky", i, &s) && sink_at(&sink, "/flaky", i / 4 * 4, &t));
        ck_assert_str_eq(s.id, t.id);
        ck_assert_int_eq(s.status, i % 4 < 3 ? 500 : 200);
    }
    ck_assert(sink_at(&sink, "/flaky", 0, &s) && sink_at(&sink, "/flaky", 4, &t));
    ck_assert_str_ne(s.id, t.id);
    ck_assert(strstr(s.body, "person.created") && strstr(t.body, "person.updated"));
}
END_TEST

START_TEST(test_only_what_its_owner_may_see_and_its_filter_lets_through)
{
    struct sunk s;
    hook("/ok-rich", "company", ",\"filter\":\"employees >= 100\"");
    hook("/ok-author", "person.created", arena_fmt(&mem, ",\"owner\":\"%.*s\"", STR_ARG(id_text(&mem, author.id))).p);
    api("POST", "/api/v1/company", S("{\"name\":\"Small\",\"employees\":5}"), 201);
    api("POST", "/api/v1/company", S("{\"name\":\"Large\",\"employees\":500}"), 201);
    str p = member(api("POST", "/api/v1/person", S("{\"name\":\"Rahim\",\"phone\":\"+8801712345678\"}"), 201), "id");
    rename_person(p, "Karim");
    ck_assert(sink_wait(&sink, "/ok-rich", 200, 1, 20000));
    ck_assert(sink_wait(&sink, "/ok-author", 200, 1, 20000));
    usleep(500000);
    ck_assert_int_eq(sink_count(&sink, "/ok-rich", 0), 1);
    ck_assert_int_eq(sink_count(&sink, "/ok-author", 0), 1);
    ck_assert(sink_at(&sink, "/ok-rich", 0, &s) && strstr(s.body, "Large"));
    ck_assert(sink_at(&sink, "/ok-author", 0, &s) && strstr(s.body, "person.created") && strstr(s.body, "\"name\":\""));
    ck_assert_msg(!strstr(s.body, "\"phone\"") && !strstr(s.body, "\"mobile\"") && !strstr(s.body, "1712345678"), "%s", s.body);
}
END_TEST

static const struct { const char *path; int state, outcome, status; bool is_active; } bad[] = {
    { "/silent", OUTBOX_DEFERRED, EGRESS_TIMEOUT, 0, true },   { "/drip", OUTBOX_DEFERRED, EGRESS_TIMEOUT, 0, true },
    { "/cut", OUTBOX_DEFERRED, EGRESS_GARBLED, 0, true },      { "/big", OUTBOX_SENT, EGRESS_ANSWERED, 200, true },
    { "/bomb", OUTBOX_SENT, EGRESS_ANSWERED, 200, true },      { "/away", OUTBOX_DEFERRED, EGRESS_ANSWERED, 302, true },
    { "/500", OUTBOX_DEFERRED, EGRESS_ANSWERED, 500, true },   { "/gone", OUTBOX_FAILED, EGRESS_ANSWERED, 410, false },
    { "/wait", OUTBOX_DEFERRED, EGRESS_ANSWERED, 429, true },
};

/* How long after its commit the slowest of n arrives; `from` have arrived before. */
static int64_t slowest(int from, int n)
{
    int64_t worst = 0;
    for (int i = from; i < from + n; i++) {
        struct sunk s;
        person(arena_fmt(&mem, "Person %d", i).p);
        int64_t told = clock_now();
        ck_assert(sink_wait(&sink, "/ok", 200, i + 1, 20000));
        ck_assert(sink_at(&sink, "/ok", i, &s));
        worst = s.at - told > worst ? s.at - told : worst;
        usleep(200000);
    }
    return worst;
}

START_TEST(test_bad_receivers_hold_up_nobody_else)
{
    str id[countof(bad)];
    enum { ALONE = 30, BESIDE = 60 };
    hook("/ok", "person.created", "");
    int64_t alone = slowest(0, ALONE);
    for (size_t i = 0; i < countof(bad); i++)
        id[i] = hook(bad[i].path, "person.created", "");
    int64_t beside = slowest(ALONE, BESIDE);
    printf("the slowest of %d alone: %lld ms after its commit; of %d beside %zu bad receivers: %lld ms\n", ALONE, (long long)(alone / 1000),
           BESIDE, countof(bad), (long long)(beside / 1000));
    ck_assert_int_lt(beside - alone, SECOND_US);
    ck_assert(served_stop(&server));
    for (size_t i = 0; i < countof(bad); i++) {
        const char *p = bad[i].path;
        int64_t state = number("SELECT state FROM outbox WHERE target = $1 AND attempts > 0 ORDER BY seq LIMIT 1", id[i]);
        bool is_over = state == OUTBOX_SENDING || state == OUTBOX_FAILED;      /* being tried as we stopped; all tries had */
        bool is_right = state == bad[i].state || (is_over && bad[i].state == OUTBOX_DEFERRED);
        ck_assert_msg(is_right, "%s: state %lld", p, (long long)state);
        ck_assert_msg(number("SELECT outcome FROM outbox_attempt WHERE outbox_id IN (SELECT id FROM outbox WHERE target = $1) AND outcome <> 7"
                             " ORDER BY id LIMIT 1", id[i]) == bad[i].outcome, "%s: outcome", p);
        ck_assert_msg(number("SELECT status FROM outbox_attempt WHERE outbox_id IN (SELECT id FROM outbox WHERE target = $1) AND outcome <> 7"
                             " ORDER BY id LIMIT 1", id[i]) == bad[i].status, "%s: status", p);
        ck_assert_msg(number("SELECT is_active FROM webhook WHERE id = $1", id[i]) == bad[i].is_active, "%s: active", p);
        ck_assert_int_ge(sink_count(&sink, p, 0), 1);
    }
    /* a receiver that is gone: its owner is told, what waited is cancelled */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox WHERE target = $1 AND state NOT IN (4, 6)", id[7]), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM notification WHERE kind = 'webhook.stopped'", (str){ 0 }), 1);
    /* Retry-After is kept to, for the whole receiver */
    ck_assert_int_eq(sink_count(&sink, "/wait", 0) <= 4, 1);
    ck_assert_int_gt(number("SELECT paused_until - ok_at FROM outbox_target WHERE target = $1", id[8]), 0);
    /* what came is kept as text */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox_attempt WHERE LENGTH(note) > 800", (str){ 0 }), 0);
    ck_assert_int_gt(number("SELECT COUNT(*) FROM outbox_attempt a JOIN outbox o ON o.id = a.outbox_id WHERE o.target = $1 AND a.note = '<b>না</b>'", id[6]), 0);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM outbox_attempt a JOIN outbox o ON o.id = a.outbox_id WHERE o.target = $1 AND SUBSTR(a.note, 1, 8) = 'setu\\x00'", id[3]) > 0, 1);
}
END_TEST

/* A page, as the owner's browser sees it. */
static struct reply page(const char *path, str id)      /* path: up to the id */
{
    cl.ncookies = 0;
    cl.cookie[cl.ncookies++] = (struct client_pair){ S("sid"), str_of(owner.session) };
    struct reply r = client_get(&cl, arena_fmt(&mem, "%s%.*s", path, STR_ARG(id)).p);
    cl.ncookies = 0;
    return r;
}
#define HAS(r, text) ck_assert_msg(reply_has(&(r), (text)), "no %s in %d: %.*s", (text), (r).status, STR_ARG((r).body))
#define HAS_NOT(r, text) ck_assert_msg(!reply_has(&(r), (text)), "%s in %d: %.*s", (text), (r).status, STR_ARG((r).body))

static str one_delivery(str hook_id)
{
    int64_t id = number("SELECT id FROM outbox WHERE target = $1 AND state >= 3 ORDER BY seq LIMIT 1", hook_id);
    ck_assert_int_gt(id, 0);
    return id_text(&mem, id);
}

START_TEST(test_a_delivery_is_sent_again_only_where_it_would_go)
{
    str id = hook("/ok", "person.created", "");
    person("Rahim");
    ck_assert(sink_wait(&sink, "/ok", 200, 1, 20000));
    for (int i = 0; i < 100 && number("SELECT COUNT(*) FROM outbox WHERE target = $1 AND state >= 3", id) < 1; i++)
        usleep(50000);
    str one = one_delivery(id);
    const char *again = arena_fmt(&mem, "action=\"/automate/deliveries/%.*s/again\"", STR_ARG(one)).p;
    struct reply r = page("/automate/deliveries/", one);
    HAS(r, again);
    HAS(r, "<a href=\"/automate/webhooks\" aria-current=\"page\"");       /* where the reader stands */
    r = page("/automate/inbound", (str){ 0 });
    HAS(r, "<a href=\"/automate/webhooks\" aria-current=\"page\"");
    api("PATCH", arena_fmt(&mem, "/api/v1/webhook/%.*s", STR_ARG(id)).p, S("{\"is_active\":false}"), 200);
    r = page("/automate/deliveries/", one);
    ck_assert_int_eq(r.status, 200);
    HAS_NOT(r, "/again\"");
    cl.cookie[cl.ncookies++] = (struct client_pair){ S("sid"), str_of(owner.session) };
    r = client_post(&cl, arena_fmt(&mem, "/automate/deliveries/%.*s/again", STR_ARG(one)).p, arena_fmt(&mem, "csrf=%s", owner.csrf).p);
    ck_assert_msg(r.status == 422, "%d", r.status);
    ck_assert_int_eq(sink_count(&sink, "/ok", 0), 1);
}
END_TEST

START_TEST(test_the_page_looks_again_while_something_is_on_its_way)
{
    str ok = hook("/ok", "person.created", ""), silent = hook("/silent", "person.created", "");
    person("Rahim");
    ck_assert(sink_wait(&sink, "/silent", 0, 1, 20000));        /* asked, and not answered */
    struct reply r = page("/automate/webhooks/", silent);
    HAS(r, "hx-trigger=\"every 2s\"");
    for (int i = 0; i < 100 && number("SELECT COUNT(*) FROM outbox WHERE target = $1 AND state >= 3", ok) < 1; i++)
        usleep(50000);
    r = page("/automate/webhooks/", ok);
    ck_assert_int_eq(r.status, 200);
    HAS_NOT(r, "every 2s");
}
END_TEST

SUITE("webhook", 300, open_house, close_house,
      test_what_happens_is_told_signed_and_in_order,
      test_a_retry_has_the_same_id_and_holds_back_what_follows,
      test_only_what_its_owner_may_see_and_its_filter_lets_through,
      test_a_delivery_is_sent_again_only_where_it_would_go,
      test_the_page_looks_again_while_something_is_on_its_way,
      test_bad_receivers_hold_up_nobody_else)
