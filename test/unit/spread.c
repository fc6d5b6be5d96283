/* spread.c - what Citus asks of a table that lies on many nodes, held against the tables that there are.
 *
 * The extension is not among Debian's packages: two functions of the same names stand in for it, so that
 * what is called, and that it is called once, is seen. What Citus itself would say is not.
 */
#include "house.h"
#include <sqlite3.h>
#include "record/record.h"
#include "record/spread.h"

/* One number from the place itself, past the house's own connections. */
static int64_t asked(const char *sql)
{
    int64_t n = -1;
    if (place_is_postgres()) {
        char schema[60], path[100];
        place_schema(house_dir, schema, sizeof schema);
        PGconn *h = PQconnectdb(getenv("SETU_PG"));
        snprintf(path, sizeof path, "SET search_path = %s", schema);
        PQclear(PQexec(h, path));
        PGresult *r = PQexec(h, sql);
        ck_assert_msg(PQresultStatus(r) == PGRES_TUPLES_OK, "%s: %s", sql, PQerrorMessage(h));
        n = strtoll(PQgetvalue(r, 0, 0), NULL, 10);
        PQclear(r);
        PQfinish(h);
        return n;
    }
    char file[100];
    sqlite3 *db;
    sqlite3_stmt *s;
    snprintf(file, sizeof file, "%s/setu.db", house_dir);
    ck_assert_int_eq(sqlite3_open_v2(file, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, "%s: %s", sql, sqlite3_errmsg(db));
    if (sqlite3_step(s) == SQLITE_ROW)
        n = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close(db);
    return n;
}

static int64_t unique_keys(const struct db_spread *t, bool with_owner)
{
    const char *no = with_owner ? "" : "NOT";
    char sql[600];
    if (place_is_postgres())
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM pg_index x WHERE x.indrelid = '%s'::regclass AND x.indisunique AND %s EXISTS (SELECT 1"
                 " FROM pg_attribute a WHERE a.attrelid = x.indrelid AND a.attnum = ANY (x.indkey) AND a.attname = '%s')", t->table, no, t->by);
    else
        snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM pragma_index_list('%s') x WHERE x.\"unique\" = 1 AND %s EXISTS (SELECT 1"
                 " FROM pragma_index_info(x.name) i WHERE i.name = '%s')", t->table, no, t->by);
    return asked(sql);
}

START_TEST(every_unique_key_of_a_spread_table_holds_its_owner)
{
    for (const struct db_spread *t = record_spread(); t->table; t++) {
        ck_assert_msg(unique_keys(t, false) == 0, "a unique key of %s is without %s", t->table, t->by);
        ck_assert_int_gt(unique_keys(t, true), 0);
    }
    ck_assert_ptr_nonnull(record_spread()->table);
}
END_TEST

/* The rule itself is seen to bite: a key without the owner is found. */
START_TEST(a_key_without_the_owner_would_be_found)
{
    static const char *const sql[] = { "CREATE UNIQUE INDEX odd ON event (seq)", "DROP INDEX odd" };
    ok(db_schema(house_ws.db, house_run, (void *)(uintptr_t)sql[0], &e));
    ck_assert_int_eq(unique_keys(record_spread(), false), 1);
    ok(db_schema(house_ws.db, house_run, (void *)(uintptr_t)sql[1], &e));
}
END_TEST

START_TEST(no_foreign_key_leads_anywhere)
{
    ck_assert_int_eq(asked(place_is_postgres()
        ? "SELECT COUNT(*) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE k.contype = 'f' AND n.nspname = current_schema()"
        : "SELECT COUNT(*) FROM sqlite_schema s JOIN pragma_foreign_key_list(s.name) WHERE s.type = 'table'"), 0);
}
END_TEST

/* ── the owner of an event never changes: a merge writes it again ────────── */

struct act { int64_t id[2], undo; struct record *r; };

static bool make(struct ctx *tx, void *arg, struct err *err)
{
    struct act *a = arg;
    return record_create(tx, a->r, err);
}

static bool call(struct ctx *tx, void *arg, struct err *err)
{
    const struct act *a = arg;
    return event_add(tx, &(struct event){ .kind = "call.held", .person_id = a->id[0], .at = tx->now - 1000 }, err);
}

static bool merge(struct ctx *tx, void *arg, struct err *err)
{
    const struct act *a = arg;
    return record_merge(tx, &person_entity, a->id[0], a->id[1], NULL, err);
}

static bool undo(struct ctx *tx, void *arg, struct err *err) { return record_undo(tx, ((const struct act *)arg)->undo, err); }

static int64_t person(const char *name)
{
    struct act a = { .r = record_new(&house_arena, &person_entity) };
    record_set(a.r, "name", val_text(str_of(name)));
    ok(record_write(&ctx, make, &a, &e));
    return a.r->id;
}

static int64_t calls_of(int64_t id)
{
    char sql[120];
    snprintf(sql, sizeof sql, "SELECT COUNT(*) FROM event WHERE person_id = %lld AND kind = 'call.held'", (long long)id);
    return asked(sql);
}

START_TEST(events_follow_their_person_through_a_merge_and_back)
{
    struct act a = { .id = { person("Karim"), person("Karim Uddin") } };
    struct act other = { .id = { a.id[1] } };
    ok(record_write(&ctx, call, &a, &e));
    ok(record_write(&ctx, call, &other, &e));
    ok(record_write(&ctx, call, &other, &e));
    int64_t places = asked("SELECT SUM(seq) FROM event WHERE kind = 'call.held'");
    ctx.who = &actor_system;
    ok(record_write(&ctx, merge, &a, &e));
    ck_assert_int_eq(calls_of(a.id[0]), 3);
    ck_assert_int_eq(calls_of(a.id[1]), 0);
    ck_assert_int_eq(asked("SELECT SUM(seq) FROM event WHERE kind = 'call.held'"), places);
    a.undo = ctx.write_id;
    ok(record_write(&ctx, undo, &a, &e));
    ck_assert_int_eq(calls_of(a.id[0]), 1);
    ck_assert_int_eq(calls_of(a.id[1]), 2);
    ck_assert_int_eq(asked("SELECT COUNT(*) FROM event WHERE merged_from IS NOT NULL"), 0);
    ck_assert_int_eq(asked("SELECT SUM(seq) FROM event WHERE kind = 'call.held'"), places);
}
END_TEST

/* ── the command's statements ────────────────────────────────────────────── */

static struct buf told;
static void hear(void *arg, const char *sql)
{
    (void)arg;
    buf_put(&told, str_of(sql));
    buf_char(&told, '\n');
}

START_TEST(where_there_is_no_citus_nothing_is_done)
{
    bool can = true;
    told = buf_new(&house_arena, 4000);
    ok(record_spread_out(house_ws.db, &can, hear, NULL, &e));
    ck_assert(!can);
    ck_assert_int_eq(str_find(buf_str(&told), S("create_distributed_table")) >= 0, place_is_postgres());
}
END_TEST

START_TEST(each_table_is_cut_once)
{
    static const char *const stand_in[] = {
        "CREATE TABLE pg_dist_partition (logicalrelid regclass NOT NULL, by TEXT NOT NULL)",
        "CREATE FUNCTION create_distributed_table(regclass, text) RETURNS void LANGUAGE sql AS"
        " 'INSERT INTO pg_dist_partition VALUES ($1, $2)'",
    };
    static const char *const gone[] = { "DROP FUNCTION create_distributed_table(regclass, text)", "DROP TABLE pg_dist_partition" };
    bool can = false;
    if (!place_is_postgres())
        return;                                 /* a file has no nodes: the test before this one */
    for (size_t i = 0; i < countof(stand_in); i++)
        ok(db_schema(house_ws.db, house_run, (void *)(uintptr_t)stand_in[i], &e));
    told = buf_new(&house_arena, 4000);
    ok(record_spread_out(house_ws.db, &can, hear, NULL, &e));
    ck_assert(can);
    ok(record_spread_out(house_ws.db, &can, hear, NULL, &e));
    int64_t n = asked("SELECT COUNT(*) FROM pg_dist_partition"), by = asked("SELECT COUNT(*) FROM pg_dist_partition p WHERE"
                      " (p.logicalrelid, p.by) IN (('event'::regclass, 'person_id'), ('change'::regclass, 'record_id'))");
    for (size_t i = 0; i < countof(gone); i++)
        ok(db_schema(house_ws.db, house_run, (void *)(uintptr_t)gone[i], &e));
    ck_assert_int_eq(n, 2);
    ck_assert_int_eq(by, 2);
}
END_TEST

SUITE("spread", 120, house_open, house_close,
      every_unique_key_of_a_spread_table_holds_its_owner,
      a_key_without_the_owner_would_be_found,
      no_foreign_key_leads_anywhere,
      events_follow_their_person_through_a_merge_and_back,
      where_there_is_no_citus_nothing_is_done,
      each_table_is_cut_once)
