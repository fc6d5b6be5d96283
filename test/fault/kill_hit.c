/* kill_hit.c - kill -9 of the real server while 16 connections tell of pages seen, and what waited becomes records.
 *
 * A hit that was answered is there after the restart, once: as a row that waits or as the visit it became. The same
 * with answers before the commit (SETU_FAULT=early_ack) must lose something, and the same with records made in one
 * write and their rows dropped in another (hits_apart) must keep something twice: else this program sees nothing. */
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/log.h"
#include "client/look.h"
#include "flow/feed.h"
#include "late.h"
#include "reach/reach.h"
#include "strike.h"

enum { KILLS = 8, CONTROL_KILLS = 60, WRITERS = 16, ACKS_MAX = 1 << 16 };

static char (*acks)[24];                        /* paths that were answered */
static int64_t lost, doubled;
static int sent[WRITERS];
static struct arena mem[WRITERS];

static void *write_on(void *arg)
{
    int me = (int)(intptr_t)arg;
    arena_reset(&mem[me]);
    struct client c = { .a = mem[me], .port = server.port, .fd = -1, .host = "localhost", .timeout_ms = 5000 };
    while (!is_over && c.a.end - c.a.at > 1 << 20) {
        int n = sent[me]++;
        struct reply r = client_send(&c, "POST", "/t", arena_fmt(&c.a, "X-Forwarded-For: 10.%d.%d.%d\r\n", me, n / 250, n % 250).p,
                                     "application/x-www-form-urlencoded",
                                     arena_fmt(&c.a, "v=%032x&u=https%%3A%%2F%%2Fshop.example%%2Fw%d.%d", me, me, n));
        if (r.status != 204 || !r.is_whole)
            break;
        int at = nacks++;
        if (at < ACKS_MAX)
            snprintf(acks[at], sizeof acks[at], "/w%d.%d", me, n);
    }
    client_close(&c);
    return NULL;
}

/* ── looking ─────────────────────────────────────────────────────────────── */

#define KEPT "SELECT path FROM visit UNION ALL SELECT json_extract(body, '$.acts[0].path') FROM hit"

static void look(void)
{
    struct look l;
    char sql[96];
    look_open(&l, server.dir, true);
    look_run(&l, "CREATE TEMP TABLE kept AS SELECT path, COUNT(*) AS n FROM (" KEPT ") GROUP BY path");
    look_run(&l, "CREATE TEMP TABLE answered (path TEXT)");
    for (int i = 0; i < nacks && i < ACKS_MAX; i++) {
        snprintf(sql, sizeof sql, "INSERT INTO answered VALUES ('%s')", acks[i]);
        look_run(&l, sql);
    }
    lost += look_number(&l, "SELECT COUNT(*) FROM answered WHERE path NOT IN (SELECT path FROM kept)", 0);
    doubled += look_number(&l, "SELECT COUNT(*) FROM kept WHERE n > 1", 0);
    look_close(&l);
}

/* ── the house ───────────────────────────────────────────────────────────── */

static bool put_form(struct ctx *tx, void *arg, struct err *e)
{
    struct record *r = record_new(tx->a, &form_entity);
    (void)arg;
    record_set(r, "name", val_text(S("Talk")));
    record_set(r, "slug", val_text(S("talk")));
    record_set(r, "fields", val_text(S("email*")));
    record_set(r, "allowed_hosts", val_text(S("shop.example")));
    return record_create(tx, r, e);
}

static void open_house(void)
{
    struct arena a = arena_open(4 << 20);
    struct locale loc = locale_default(LANG_EN, "BD");
    struct workspace *ws;
    struct err e = { 0 };
    served_new(&server, "en");
    server.proxy = "127.0.0.1";
    if (!workspace_open(server.data, &ws, &e))
        die("%s", e.detail);
    struct ctx c = workspace_ctx(ws, &a, NULL, &loc);
    if (!record_write(&c, put_form, NULL, &e))
        die("%s", e.detail);
    workspace_close(ws);
    arena_close(&a);
    for (int i = 0; i < WRITERS; i++)
        mem[i] = arena_open(4 << 20);
    acks = calloc(ACKS_MAX, sizeof *acks);
    if (!acks)
        die("out of memory");
}

static void drain(void)
{
    struct workspace *ws;
    struct err e = { 0 };
    if (!workspace_open(server.data, &ws, &e) || !feed_drain(ws, &e))
        die("what waited: %s", e.detail);
    workspace_close(ws);
}

int main(void)
{
    int64_t n = KILLS * fault_size(), i = 0, from = clock_mono();
    struct seeded rnd = seeded_from(20261127);

    open_house();
    for (; i < n && !fault_is_late(); i++) {
        strike(&rnd, i % 2 ? NULL : "hits_wait", write_on, WRITERS, 800);
        look();
    }
    int64_t kept = nacks;
    drain();
    look();
    printf("%lld kills, %lld hits answered in %lld s  lost %lld  doubled %lld  unopened %lld\n", (long long)i, (long long)kept,
           (long long)((clock_mono() - from) / SECOND_US), (long long)lost, (long long)doubled, (long long)unopened);
    bool is_ok = lost + doubled + unopened == 0 && kept > i;

    lost = doubled = nacks = 0;
    int k = 0;
    for (; k < CONTROL_KILLS && lost == 0 && !fault_is_late(); k++) {
        strike(&rnd, "hits_wait,early_ack", write_on, WRITERS, 800);
        look();
    }
    printf("answering before the commit: %lld lost after %d kills\n", (long long)lost, k);
    bool is_caught = lost > 0;
    drain();
    doubled = nacks = 0;
    for (k = 0; k < CONTROL_KILLS && doubled == 0 && !fault_is_late(); k++) {
        strike(&rnd, "hits_wait,hits_apart", write_on, WRITERS, 800);
        look();
    }
    printf("records in one write, rows in another: %lld twice after %d kills\n", (long long)doubled, k);
    is_caught = is_caught && doubled > 0;
    served_remove(&server);
    return fault_end("kill_hit", is_ok && (is_caught || fault_is_late()), i < n || !is_caught);
}
