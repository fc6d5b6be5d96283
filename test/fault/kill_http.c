/* kill_http.c - kill -9 of the real server while 32 connections write through the API.
 *
 * What was answered 200 or 201 is there after the restart; what is there is whole: a record has
 * its change rows, its version is the number of its writes by people, its write is in the ledger and its words in the
 * index. The page cache survives a kill -9, so a missing fsync cannot be seen here (power.c does
 * that). What can be seen is an answer before the commit: with SETU_FAULT=early_ack the same
 * test must lose something. */
#include <sqlite3.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "late.h"
#include "strike.h"

enum { KILLS = 40, CONTROL_KILLS = 200, CONTROL_LEAST = 20, WRITERS = 32, CHECK_EACH = 15, ACKS_MAX = 1 << 17 };

static struct served_user user;
static struct ack { int64_t id, version; } acks[ACKS_MAX];
static int64_t lost, torn, unsound;

static void acknowledged(str id, int64_t version)
{
    int64_t n;
    int at = nacks++;
    if (at < ACKS_MAX && id_parse(id, &n))
        acks[at] = (struct ack){ n, version };
}

/* {"id":"...","version":N,...} */
static bool read_answer(const struct reply *r, str *id, int64_t *version)
{
    str rest = str_from(r->body, strlen("{\"id\":\""));
    *id = str_cut(&rest, '"');
    rest = str_from(rest, strlen(",\"version\":"));
    return (r->status == 200 || r->status == 201) && r->is_whole && str_to_int(str_cut(&rest, ','), version);
}

/* Makes a person or a lead, changes it three times, and so on until the server is gone. */
static void *write_on(void *arg)
{
    static struct arena mem[WRITERS];
    int me = (int)(intptr_t)arg;
    if (!mem[me].base)
        mem[me] = arena_open(8 << 20);
    arena_reset(&mem[me]);
    struct client c = { .a = mem[me], .port = server.port, .fd = -1, .host = "localhost", .timeout_ms = 5000 };
    for (int n = 0; !is_over && c.a.end - c.a.at > 2 << 20; n++) {
        str id;
        int64_t version;
        const char *path = n % 3 ? "/api/v1/person" : "/api/v1/company";
        struct reply r = served_api(&c, user.token, "POST", path, NULL,
                                    arena_fmt(&c.a, "{\"name\":\"Writer %d makes %d\"}", me, n).p);
        if (!read_answer(&r, &id, &version))
            break;
        acknowledged(id, version);
        path = arena_fmt(&c.a, "%s/%.*s", path, STR_ARG(id)).p;
        for (int i = 0; i < 3; i++) {
            r = served_api(&c, user.token, "PATCH", path, NULL, arena_fmt(&c.a, "{\"name\":\"Writer %d changes %d.%d\"}", me, n, i).p);
            if (!read_answer(&r, &id, &version))
                break;
            acknowledged(id, version);
        }
    }
    client_close(&c);
    return NULL;
}

/* ── looking ─────────────────────────────────────────────────────────────── */

static int64_t number(sqlite3 *db, const char *sql, int64_t id)
{
    sqlite3_stmt *st;
    int64_t n = -1;
    if (sqlite3_prepare_v2(db, sql, -1, &st, NULL) != SQLITE_OK)
        die("%s: %s", sqlite3_errmsg(db), sql);
    if (id)
        sqlite3_bind_int64(st, 1, id);
    if (sqlite3_step(st) == SQLITE_ROW)
        n = sqlite3_column_int64(st, 0);
    sqlite3_finalize(st);
    return n;
}

static const char *const torn_rows[] = {
    /* a record without the row that tells of its making */
    "SELECT count(*) FROM (SELECT id FROM person UNION ALL SELECT id FROM company) r WHERE id NOT IN"
    " (SELECT record_id FROM change WHERE action = 0)",
    /* a version for each write that changed what people may write; what follows by itself spends none */
    "SELECT count(*) FROM (SELECT id, version FROM person UNION ALL SELECT id, version FROM company) r WHERE version <>"
    " (SELECT count(DISTINCT write_id) FROM change WHERE record_id = r.id AND coalesce(field, '') NOT IN"
    " ('fit', 'engagement', 'grade', 'lifecycle', 'last_activity_at', 'first_source', 'first_campaign'))",
    "SELECT count(*) FROM change WHERE write_id NOT IN (SELECT id FROM write_log)",
    "SELECT count(*) FROM change WHERE entity IN ('person', 'company') AND record_id NOT IN"
    " (SELECT id FROM person UNION ALL SELECT id FROM company)",
    "SELECT count(*) FROM (SELECT id FROM person UNION ALL SELECT id FROM company) r WHERE id NOT IN (SELECT id FROM search_doc)",
    NULL,
};

/* Straight after the kill, as the next start will find it. */
static int64_t look(void)
{
    char path[96];
    sqlite3 *db;
    int64_t before = lost;
    snprintf(path, sizeof path, "%s/setu.db", server.dir);
    if (sqlite3_open(path, &db) != SQLITE_OK)
        die("no database at %s", path);
    int n = nacks < ACKS_MAX ? nacks : ACKS_MAX;
    for (int i = 0; i < n; i++)
        lost += number(db, "SELECT coalesce((SELECT version FROM person WHERE id = ?1),"
                           " (SELECT version FROM company WHERE id = ?1), 0)", acks[i].id) < acks[i].version;
    for (const char *const *sql = torn_rows; *sql; sql++)
        torn += number(db, *sql, 0) != 0;
    sqlite3_close(db);
    nacks = 0;
    return lost - before;
}

static void check_sound(void)
{
    struct arena a = arena_open(2 << 20);
    str said;
    const char *words[] = { "check", "--data", server.data, NULL };
    if (served_run(&a, words, (str){ 0 }, &said) != 0) {
        unsound++;
        fprintf(stderr, "check: %.*s\n", STR_ARG(said));
    }
    arena_close(&a);
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
}

int main(void)
{
    int64_t n = KILLS * fault_size(), kept = 0, caught = 0, i = 0, k = 0, from = clock_mono();
    struct seeded rnd = seeded_from(20261124);

    open_house();
    for (; i < n && !fault_is_late(); i++) {
        server.bin = "build/setu";              /* the release is killed; faults are in the other */
        strike(&rnd, NULL, write_on, WRITERS, 400);
        kept += nacks;
        look();
        if (i % CHECK_EACH == 0 || i == n - 1)
            check_sound();
    }
    printf("%lld kills, %lld answers kept in %lld s  lost %lld  torn %lld  unsound %lld  unopened %lld\n", (long long)i,
           (long long)kept, (long long)((clock_mono() - from) / SECOND_US), (long long)lost, (long long)torn, (long long)unsound,
           (long long)unopened);
    bool is_ok = lost + torn + unsound + unopened == 0 && kept > i;

    for (; k < CONTROL_KILLS && caught == 0 && !fault_is_late(); k++) {
        server.bin = NULL;
        strike(&rnd, "early_ack", write_on, WRITERS, 400);
        caught += look();
    }
    printf("answering before the commit: %lld lost\n", (long long)caught);
    served_remove(&server);
    return fault_end("kill_http", is_ok && (caught > 0 || (fault_is_late() && k < CONTROL_LEAST)), i < n || caught == 0);
}
