/* postgres_care.c - check, explain; and where backups come from.
 *
 * The server looks after its own files (checksums, pg_amcheck, pg_dump, its
 * archive of the log); what is looked at here is what only a program that knows
 * this schema can ask: are its constraints in force, its indexes usable, does
 * every searched document have its words.
 */
#include "db/postgres.h"
#include "base/buf.h"
#include "msg/db.h"

enum { REPORT_MAX = 64 * 1024, PLAN_MAX = 64 * 1024, VALUES_TEXT_MAX = 16 * 1024 };

bool pg_backup(struct db *db, const char *to_file, void (*progress)(int done, int all, void *arg), void *arg,
               struct err *e)
{
    (void)to_file, (void)progress, (void)arg;
    fail(e, ERR_INVALID, MSG_db_use_pg_dump, "a backup of %s", db->place);
    return err_arg(e, "schema", str_of(pg_db(db)->schema));
}

static bool report_names(struct db_conn *c, struct buf *b, const char *sql, const char *what, struct err *e)
{
    struct db_rows q;

    if (!db_query(c, &q, sql, DB_NONE, e))
        return false;
    while (db_next(&q)) {
        str name = db_text_view(&q, 0);
        buf_fmt(b, "%.*s: %s\n", STR_ARG(name), what);
    }
    return db_done(&q, e);
}

bool pg_check(struct db_conn *c, struct arena *a, str *report, struct err *e)
{
    struct buf b = buf_new(a, REPORT_MAX);

    if (!report_names(c, &b, "SELECT CAST(i.relname AS TEXT) FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
                             " JOIN pg_namespace n ON n.oid = i.relnamespace WHERE n.nspname = current_setting('search_path')"
                             " AND NOT (x.indisvalid AND x.indisready) ORDER BY 1", "this index is not usable", e)
        || !report_names(c, &b, "SELECT CAST(k.conname AS TEXT) FROM pg_constraint k JOIN pg_namespace n"
                                " ON n.oid = k.connamespace WHERE n.nspname = current_setting('search_path')"
                                " AND NOT k.convalidated ORDER BY 1", "this constraint was never checked", e))
        return false;
    *report = buf_str(&b);
    return true;
}

/* Tables of this schema alone: of others the server would say, one line each, that they are not ours. */
bool pg_analyze(struct db_conn *tx, struct err *e)
{
    enum { NAMES_MAX = 32 * 1024 };
    struct arena a = arena_open(4 * NAMES_MAX);
    struct buf b = buf_new(&a, NAMES_MAX);
    struct db_rows q;
    bool ok = db_query(tx, &q, "SELECT CAST(c.relname AS TEXT) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                               " WHERE n.nspname = current_schema() AND c.relkind = 'r' ORDER BY 1", DB_NONE, e);
    while (ok && db_next(&q)) {
        str name = db_text_view(&q, 0);
        buf_fmt(&b, "%s\"%.*s\"", b.n ? ", " : "ANALYZE ", STR_ARG(name));
    }
    ok = ok && db_done(&q, e);
    if (ok && b.n && !b.full) {
        pg_quiet(pg_conn(tx), arena_cstr(&a, buf_str(&b)));
        ok = pg_flush(pg_conn(tx), true, e);
    }
    arena_close(&a);
    return ok;
}

/* The plan for any values: NULLs would be planned as what can match nothing. */
static bool plan(struct pg_conn *c, struct arena *a, const char *sql, struct buf *b, struct err *e)
{
    int n = 0;
    for (const char *p = sql; (p = strchr(p, '$')); p++) {
        int i = (int)strtol(p + 1, NULL, 10);
        n = i > n ? i : n;
    }
    struct buf nulls = buf_new(a, VALUES_TEXT_MAX);
    for (int i = 0; i < n; i++)
        buf_put(&nulls, i ? S(", NULL") : S("(NULL"));
    buf_put(&nulls, n ? S(")") : S(""));
    pg_quiet(c, "SET plan_cache_mode = force_generic_plan");
    pg_quiet(c, arena_fmt(a, "PREPARE explained AS %s", sql).p);
    struct db_rows q;
    bool ok = pg_flush(c, true, e)
           && db_query(&c->base, &q, arena_fmt(a, "EXPLAIN EXECUTE explained%.*s", STR_ARG(buf_str(&nulls))).p, DB_NONE, e);
    while (ok && db_next(&q)) {
        buf_put(b, db_text_view(&q, 0));
        buf_lit(b, "\n");
    }
    ok = ok && db_done(&q, e);
    return ok;
}

bool pg_explain(struct db_conn *conn, struct arena *a, const char *sql, str *out, struct err *e)
{
    struct pg_conn *c = pg_conn(conn);
    struct buf b = buf_new(a, PLAN_MAX);
    struct err ignored;

    c->is_trusted = true;
    bool ok = plan(c, a, sql, &b, e);
    c->is_trusted = false;
    if (c->is_aborted) {
        pg_quiet(c, "ROLLBACK");
        c->is_aborted = c->is_begun = false;
    }
    pg_quiet(c, "RESET plan_cache_mode");
    pg_quiet(c, "DEALLOCATE ALL");
    (void)pg_flush(c, true, &ignored);
    pg_forget(c);
    if (ok)
        *out = buf_str(&b);
    return ok;
}

void pg_engine(const struct db *db, char *out, size_t size)
{
    int v = ((const struct pg_db *)db)->version;
    snprintf(out, size, "PostgreSQL %d.%d", v / 10000, v % 10000);
}
