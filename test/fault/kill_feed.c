/* kill_feed.c - kill -9 of the real server while 16 connections tell events, and everybody who follows them works.
 *
 * An event whose list was answered is there after the restart, once, however often its sender sent it: without an
 * answer a sender sends the same list again, with the same keys. What follows is whole: members of a segment are those
 * its question finds, each move has its event, and each person has the score their events give. The same with answers
 * before the commit (SETU_FAULT=early_ack) must lose something, and the same without keys must keep something twice:
 * else this program sees nothing. */
#include <sqlite3.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/log.h"
#include "flow/feed.h"
#include "late.h"
#include "strike.h"

enum { KILLS = 8, CONTROL_KILLS = 60, WRITERS = 16, PEOPLE = 24, LIST = 6, ACKS_MAX = 1 << 16 };

static struct served_user user;
static char email[PEOPLE][32];
static _Atomic int nresent;
static char (*acks)[24];                        /* keys of events that were answered */
static _Atomic bool has_keys;
static int64_t lost, doubled, torn;

/* A list a writer was not answered for is sent again after the restart. */
struct writer { int me, n; bool is_open; struct arena a; };
static struct writer writers[WRITERS];

static str list_of(struct arena *a, const struct writer *w)
{
    struct buf b = buf_new(a, 8000);
    buf_lit(&b, "{\"events\":[");
    for (int i = 0; i < LIST; i++) {
        const char *key = arena_fmt(a, "w%d.%d.%d", w->me, w->n, i).p;
        buf_fmt(&b, "%s{\"kind\":\"mail.opened\",\"person\":\"%s\",\"title\":\"%s\"", i ? "," : "", email[(w->me * 7 + w->n + i) % PEOPLE], key);
        if (has_keys)
            buf_fmt(&b, ",\"key\":\"%s\"", key);
        buf_lit(&b, "}");
    }
    buf_lit(&b, "]}");
    return buf_str(&b);
}

static void *write_on(void *arg)
{
    struct writer *w = &writers[(intptr_t)arg];
    arena_reset(&w->a);
    struct client c = { .a = w->a, .port = server.port, .fd = -1, .host = "localhost", .timeout_ms = 5000 };
    while (!is_over && c.a.end - c.a.at > 1 << 20) {
        nresent += w->is_open;
        w->n += !w->is_open;
        w->is_open = true;
        struct reply r = served_api(&c, user.token, "POST", "/api/v1/events", NULL, arena_cstr(&c.a, list_of(&c.a, w)));
        if (r.status != 200 || !r.is_whole)
            break;
        w->is_open = false;
        int at = nacks;
        for (int i = 0; i < LIST && (at = nacks++) < ACKS_MAX; i++)
            snprintf(acks[at], sizeof acks[at], "w%d.%d.%d", w->me, w->n, i);
    }
    client_close(&c);
    return NULL;
}

/* ── looking ─────────────────────────────────────────────────────────────── */

static int64_t number(sqlite3 *db, const char *sql, const char *text)
{
    sqlite3_stmt *st;
    int64_t n = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        die("%s: %s", sqlite3_errmsg(db), sql);
    if (text)
        sqlite3_bind_text(st, 1, text, -1, SQLITE_STATIC);
    if (sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

static sqlite3 *open_data(void)
{
    char path[96];
    sqlite3 *db;
    snprintf(path, sizeof path, "%s/setu.db", server.dir);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        die("no database at %s", path);
    return db;
}

#define TWICE "SELECT count(*) - count(DISTINCT data) FROM event WHERE kind = 'mail.opened'"

/* What must hold at any moment, also straight after the kill. */
static const char *const torn_rows[] = {
    "SELECT count(*) FROM event_key WHERE event_id NOT IN (SELECT id FROM event)",
    "SELECT count(*) FROM (SELECT seq FROM event UNION ALL SELECT seq FROM change) s GROUP BY seq HAVING count(*) > 1",
    "SELECT count(*) FROM feed_cursor WHERE seq > (SELECT last FROM setu_seq)",
    /* a member has come in once more often than it went out, another as often */
    "SELECT count(*) FROM (SELECT person_id, SUM(CASE kind WHEN 'segment.entered' THEN 1 ELSE -1 END) AS n FROM event"
    " WHERE kind LIKE 'segment.%' GROUP BY person_id) m WHERE n <> (SELECT count(*) FROM segment_member WHERE record = m.person_id)",
    NULL,
};

static void look(void)
{
    sqlite3 *db = open_data();
    int n = nacks < ACKS_MAX ? nacks : ACKS_MAX;
    for (int i = 0; i < n; i++)
        lost += has_keys && number(db, "SELECT count(*) FROM event_key WHERE key = ?1", acks[i]) != 1;
    doubled += number(db, TWICE, NULL);
    for (const char *const *sql = torn_rows; *sql; sql++)
        torn += number(db, *sql, NULL) > 0;
    sqlite3_close(db);
    nacks = 0;
}

/* Once everybody has followed to the end: does what they keep agree with the events? */
static const char *const behind[] = {
    "SELECT count(*) FROM (SELECT person_id FROM event WHERE kind = 'mail.opened' AND is_robot = 0 GROUP BY person_id HAVING count(*) >= 40"
    " EXCEPT SELECT record FROM segment_member)",
    "SELECT count(*) FROM (SELECT record FROM segment_member EXCEPT SELECT person_id FROM event WHERE kind = 'mail.opened'"
    " AND is_robot = 0 GROUP BY person_id HAVING count(*) >= 40)",
    "SELECT count(*) FROM person WHERE id IN (SELECT person_id FROM event WHERE kind = 'mail.opened') AND COALESCE(engagement, 0) = 0",
    "SELECT count(*) FROM feed_stuck",
    NULL,
};

static int64_t left_behind(void)
{
    struct workspace *ws;
    struct err e = { 0 };
    int64_t bad = 0;
    if (!workspace_open(server.data, &ws, &e) || !feed_drain(ws, &e))
        die("followers: %s", e.detail);
    workspace_close(ws);
    sqlite3 *db = open_data();
    for (const char *const *sql = behind; *sql; sql++) {
        int64_t n = number(db, *sql, NULL);
        if (n)
            printf("behind: %lld of %s\n", (long long)n, *sql);
        bad += n != 0;
    }
    sqlite3_close(db);
    return bad;
}

/* ── the house ───────────────────────────────────────────────────────────── */

static void ask(struct client *c, const char *path, const char *json)
{
    struct reply r = served_api(c, user.token, "POST", path, NULL, json);
    if (r.status != 201)
        die("%s: %d %.*s", path, r.status, STR_ARG(r.body));
}

static void open_house(void)
{
    struct arena a = arena_open(4 << 20);
    struct workspace *ws;
    struct err e = { 0 };
    served_new(&server, "en");
    if (!workspace_open(server.data, &ws, &e))
        die("%s", e.detail);
    served_user(ws, &a, &user, "owner@p.example", "owner", 0, "en");
    workspace_close(ws);
    arena_close(&a);
    if (!served_start(&server))
        die("the server does not start");
    struct client c = served_client(&server);
    for (int i = 0; i < PEOPLE; i++) {
        snprintf(email[i], sizeof email[i], "p%d@x.example", i);
        ask(&c, "/api/v1/person", arena_fmt(&c.a, "{\"name\":\"P%d\",\"email\":\"%s\"}", i, email[i]).p);
    }
    ask(&c, "/api/v1/segment", "{\"name\":\"Readers\",\"entity\":\"person\",\"kind\":\"live\",\"criteria\":\"count(mail.opened) >= 40\"}");
    client_free(&c);
    served_stop(&server);
    for (int i = 0; i < WRITERS; i++)
        writers[i] = (struct writer){ .me = i, .a = arena_open(4 << 20) };
    acks = calloc(ACKS_MAX, sizeof *acks);
    if (!acks)
        die("out of memory");
}

int main(void)
{
    int64_t n = KILLS * fault_size(), kept = 0, i = 0, from = clock_mono();
    struct seeded rnd = seeded_from(20261126);

    open_house();
    has_keys = true;
    for (; i < n && !fault_is_late(); i++) {
        strike(&rnd, NULL, write_on, WRITERS, 600);
        kept += nacks;
        look();
    }
    int64_t bad = left_behind();
    printf("%lld kills, %lld events answered, %d lists sent again in %lld s  lost %lld  doubled %lld  torn %lld  unopened %lld  behind %lld\n",
           (long long)i, (long long)kept, nresent, (long long)((clock_mono() - from) / SECOND_US), (long long)lost, (long long)doubled,
           (long long)torn, (long long)unopened, (long long)bad);
    bool is_ok = lost + doubled + torn + unopened + bad == 0 && kept > i;

    lost = doubled = 0;
    int k = 0;
    for (; k < CONTROL_KILLS && lost == 0 && !fault_is_late(); k++) {
        strike(&rnd, "early_ack", write_on, WRITERS, 600);
        look();
    }
    printf("answering before the commit: %lld lost after %d kills\n", (long long)lost, k);
    bool is_caught = lost > 0;
    has_keys = false;
    for (k = 0; k < CONTROL_KILLS && doubled == 0 && !fault_is_late(); k++) {
        strike(&rnd, NULL, write_on, WRITERS, 600);
        look();
    }
    printf("without keys: %lld twice after %d kills\n", (long long)doubled, k);
    is_caught = is_caught && doubled > 0;
    served_remove(&server);
    return fault_end("kill_feed", is_ok && (is_caught || fault_is_late()), i < n || !is_caught);
}
