/* migrate.c - brings the data to the form this program knows, step by step.
 *
 * Each step is one write of its own, remembered in setu_migration with a
 * checksum of its text. A folder that knows a later step than the program, or
 * a step that reads otherwise than when it was applied, is refused: both mean
 * that this program would misread the data. Speaks only db.h: one body for
 * every backend.
 */
#include "db/db.h"
#include <sodium.h>
#include "base/clock.h"
#include "msg/db.h"

enum { SUM_LEN = 16 };

static int64_t checksum(const struct db_migration *m)
{
    crypto_generichash_state st;
    unsigned char out[SUM_LEN];
    int64_t sum;

    crypto_generichash_init(&st, NULL, 0, sizeof out);
    for (const char *const *s = m->sql; *s; s++)
        crypto_generichash_update(&st, (const unsigned char *)*s, strlen(*s) + 1);
    crypto_generichash_final(&st, out, sizeof out);
    memcpy(&sum, out, sizeof sum);
    return sum & INT64_MAX;
}

/* What the room itself keeps in the data: the steps applied, and db_seq()'s number. */
static bool make_ledger(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;
    return db_exec(tx, "CREATE TABLE IF NOT EXISTS setu_migration (version BIGINT PRIMARY KEY,"
                       " name TEXT NOT NULL, checksum BIGINT NOT NULL, applied_at BIGINT NOT NULL)",
                   DB_NONE, NULL, e)
        && db_exec(tx, "CREATE TABLE IF NOT EXISTS setu_seq (id BIGINT PRIMARY KEY, last BIGINT NOT NULL)",
                   DB_NONE, NULL, e)
        && db_exec(tx, "INSERT INTO setu_seq (id, last) VALUES (1, 0) ON CONFLICT (id) DO NOTHING",
                   DB_NONE, NULL, e);
}

static const struct db_migration *find(const struct db_migration *list, int64_t version)
{
    for (; list->version; list++)
        if (list->version == version)
            return list;
    return NULL;
}

static int64_t newest(const struct db_migration *list)
{
    int64_t version = 0;
    for (; list->version; list++)
        version = list->version;
    return version;
}

static bool agree(const struct db_migration *list, int64_t version, int64_t sum, struct err *e)
{
    const struct db_migration *m = find(list, version);

    if (version > newest(list)) {
        fail(e, ERR_CONFLICT, MSG_db_newer, "data at %lld, program at %lld", (long long)version,
             (long long)newest(list));
        err_arg_int(e, "data", version);
        return err_arg_int(e, "program", newest(list));
    }
    if (!m || checksum(m) != sum) {
        fail(e, ERR_CONFLICT, MSG_db_changed, "step %lld: checksum %lld in the data",
             (long long)version, (long long)sum);
        return err_arg_int(e, "step", version);
    }
    return true;
}

struct standing { const struct db_migration *list; size_t napplied; };

/* Everything already applied is known to the program, and unchanged. */
static bool compare(struct db_conn *tx, void *arg, struct err *e)
{
    struct standing *s = arg;
    struct db_rows q;
    struct err rows = { 0 };
    bool ok = true;

    s->napplied = 0;

    if (!db_query(tx, &q, "SELECT version, checksum FROM setu_migration ORDER BY version DESC",
                  DB_NONE, e))
        return false;
    for (; ok && db_next(&q); s->napplied++)
        ok = agree(s->list, db_int(&q, 0), db_int(&q, 1), e);
    if (db_done(&q, &rows))
        return ok;
    *e = rows;
    return false;
}

static bool apply(struct db_conn *tx, void *arg, struct err *e)
{
    const struct db_migration *m = arg;
    bool found;
    int64_t one;

    if (!db_get_int(tx, "SELECT 1 FROM setu_migration WHERE version = $1",
                    DB_ARGS(V(m->version)), &found, &one, e))
        return false;
    if (found)
        return true;
    for (const char *const *s = m->sql; *s; s++)
        if (!db_exec(tx, *s, DB_NONE, NULL, e))
            return false;
    return db_exec(tx, "INSERT INTO setu_migration (version, name, checksum, applied_at)"
                       " VALUES ($1, $2, $3, $4)",
                   DB_ARGS(V(m->version), V(str_of(m->name)), V(checksum(m)), V(clock_now())),
                   NULL, e);
}

static bool is_ascending(const struct db_migration *list, struct err *e)
{
    for (int before = 0; list->version; before = list++->version)
        if (list->version <= before)
            return fail(e, ERR_INTERNAL, 0, "migration %d (%s) is out of order", list->version,
                        list->name);
    return true;
}

bool db_migrate(struct db *db, const struct db_migration *list, struct err *e)
{
    struct standing s = { .list = list };
    size_t n = 0;

    if (!is_ascending(list, e) || !db_schema(db, make_ledger, NULL, e) || !db_schema(db, compare, &s, e))
        return false;
    while (list[n].version)
        n++;
    if (s.napplied == n)                        /* as at nearly every start */
        return true;
    for (; list->version; list++)
        if (!db_schema(db, apply, (void *)(uintptr_t)list, e))
            return false;
    return true;
}
