/* query.c - fuzz target: any text is read without harm; what parses writes back to the same
 * words; what passes the check compiles, prepares and runs on an empty workspace. */
#include <stdlib.h>
#include <unistd.h>
#include "base/log.h"
#include "content/content.h"
#include "core/core.h"
#include "funnel/funnel.h"
#include "msg/query.h"
#include "people/people.h"
#include "reach/reach.h"
#include "record/access.h"
#include "record/query.h"
#include "record/sql.h"
#include "sell/sell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct arena all;
static struct workspace ws;
static struct locale loc;
static struct ctx ctx;
static char dir[] = "/tmp/setu-fuzz-query-XXXXXX";

static void sweep(void)
{
    db_conn_close(ctx.c);
    db_close(ws.db);
    if (fork() == 0)                            /* a child: the exit status stays this process's own */
        execl("/bin/rm", "rm", "-rf", dir, (char *)NULL);
}

static void open_house(void)
{
    struct err e = { 0 };
    catalogue_add(core_entities, core_nentities);
    catalogue_add(people_entities, people_nentities);
    catalogue_add(funnel_entities, funnel_nentities);
    catalogue_add(sell_entities, sell_nentities);
    catalogue_add(reach_entities, reach_nentities);
    catalogue_add(content_entities, content_nentities);
    all = arena_open(256 << 20);
    loc = locale_default(LANG_FA, "IR");
    ws = (struct workspace){ .country = "IR", .currency = "IRR", .zone = "Asia/Tehran", .folder = dir };
    if (!mkdtemp(dir) || !db_open(&(struct db_options){ .path = dir, .create = true }, &ws.db, &e)
        || !record_schema(ws.db, &e) || !db_reader(ws.db, &ctx.c, &e))
        die("fuzz: %s", e.detail);
    ctx.ws = &ws, ctx.loc = &loc, ctx.now = INT64_C(1795500000000000);
    atexit(sweep);
}

static void run(struct arena *a, const struct entity *en, const struct query *q)
{
    struct sql *s = sql_new(a);
    struct db_rows rows;
    struct err e = { 0 };

    sql_lit(s, "SELECT t0.id FROM ");
    sql_name(s, en->name);
    sql_lit(s, " AS t0 WHERE ");
    if (!query_sql(&ctx, en, q, s, &e))
        die("checked and not compiled: %s", e.detail);
    if (!sql_query(ctx.c, s, &rows, &e)) {
        if (e.msg != MSG_query_too_large)
            die("compiled and not prepared: %s", e.detail);
        return;
    }
    db_next(&rows);
    if (!db_done(&rows, &e))
        die("prepared and not run: %s", e.detail);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct actor guest = { .user_id = 3, .roles = 1u << ROLE_GUEST_AGENCY, .token_scopes = ~0u };
    static const struct entity *const asked[] = { &deal_entity, &person_entity, &meeting_entity, &user_entity };
    struct query *q, *again;
    struct err e;

    if (!all.base)
        open_house();
    struct arena a = all;
    ctx.a = &a;
    ctx.who = n && data[0] & 4 ? &guest : &actor_system;
    const struct entity *en = asked[n ? data[0] & 3 : 0];
    str text = n ? (str){ (const char *)data + 1, n - 1 } : (str){ 0 };
    if (!query_parse(&a, text, &q, &e))
        return 0;
    str words = query_text(&a, q);
    if (words.n <= QUERY_TEXT_MAX) {
        if (!query_parse(&a, words, &again, &e))
            die("written and not read: %.*s", STR_ARG(words));
        if (!str_eq(query_text(&a, again), words))
            die("read otherwise: %.*s", STR_ARG(words));
    }
    if (query_check(&ctx, en, q, &e))
        run(&a, en, q);
    return 0;
}
