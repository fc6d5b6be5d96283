/* house.h - a real workspace for tests: folder, tables of the whole catalogue, a reader, people who ask.
 *
 * The clock stands at 2026-11-24 12:00 in Dhaka. Rows are put in by SQL where a test is about
 * reading, so that thousands of them cost milliseconds.
 */
#pragma once
#include "suite.h"
#include <unistd.h>
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "content/content.h"
#include "core/core.h"
#include "funnel/funnel.h"
#include "people/people.h"
#include "reach/reach.h"
#include "record/access.h"
#include "record/query.h"
#include "record/search.h"
#include "sell/sell.h"
#include "tables.h"
#include "web/limit.h"

#define HOUSE_NOW INT64_C(1795500000000000)      /* 2026-11-24T06:00:00Z */

static char house_dir[64];
static const char *house_place;                  /* the folder, or a schema: what db_open takes */
static struct arena house_arena;
static struct workspace house_ws;
static struct locale house_loc;
static struct ctx ctx;
static struct err e;

#define ok(call) ck_assert_msg((call), "%s: %s (%s:%d)", #call, e.detail, e.file, e.line)

static bool house_run(struct db_conn *tx, void *sql, struct err *err)
{
    return db_exec(tx, sql, DB_NONE, NULL, err);
}

/* Runs one statement on the writer; bytes have another name on PostgreSQL. */
static inline void house_sql(const char *sql)
{
    if (place_is_postgres() && strstr(sql, " AS BLOB)")) {
        struct buf b = buf_new(&house_arena, 1 << 20);
        for (const char *at; (at = strstr(sql, " AS BLOB)")); sql = at + 9) {
            buf_put(&b, (str){ sql, (size_t)(at - sql) });
            buf_lit(&b, " AS BYTEA)");
        }
        sql = arena_fmt(&house_arena, "%.*s%s", STR_ARG(buf_str(&b)), sql).p;
    }
    ok(db_write(house_ws.db, house_run, (void *)(uintptr_t)sql, &e));
}

static bool house_rebuild(struct ctx *tx, void *en, struct err *err)
{
    return search_rebuild(tx, en, err);
}

/* Rows put in by SQL have no words in the search index until this. */
static inline void house_index(const struct entity *en)
{
    struct ctx as_system = ctx;
    as_system.who = &actor_system;
    ok(record_write(&as_system, house_rebuild, (void *)(uintptr_t)en, &e));
}

static inline void house_open(void)
{
    static bool is_filled;
    if (!is_filled) {
        catalogue_add(core_entities, core_nentities);
        catalogue_add(people_entities, people_nentities);
        catalogue_add(funnel_entities, funnel_nentities);
        catalogue_add(sell_entities, sell_nentities);
        catalogue_add(reach_entities, reach_nentities);
        catalogue_add(content_entities, content_nentities);
        is_filled = true;
    }
    snprintf(house_dir, sizeof house_dir, "/tmp/setu-house-XXXXXX");
    ck_assert(mkdtemp(house_dir));
    clock_set(HOUSE_NOW);
    house_arena = arena_open(512 << 20);
    house_loc = locale_default(LANG_EN, "BD");
    house_loc.fiscal_month = 1;
    house_ws = (struct workspace){ .company = S("Test"), .country = "BD", .currency = "BDT", .zone = "Asia/Dhaka",
                                   .fiscal_month = 1, .folder = house_dir, .name = "test", .limits = limits_open() };
    house_place = place_for(house_dir);
    tables_copy(house_dir);
    ok(db_open(&(struct db_options){ .path = house_place, .create = true }, &house_ws.db, &e));
    ok(record_schema(house_ws.db, &e));
    ctx = (struct ctx){ .a = &house_arena, .ws = &house_ws, .loc = &house_loc, .who = &actor_system, .now = HOUSE_NOW };
    ok(db_reader(house_ws.db, &ctx.c, &e));
}

static inline void house_close(void)
{
    db_conn_close(ctx.c);
    db_close(house_ws.db);
    limits_close(house_ws.limits);
    arena_close(&house_arena);
    place_remove(house_dir);
}
