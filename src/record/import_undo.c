/* import_undo.c - taking a run back, write by write, newest first.
 *
 * A run's writes carry its name in write_log, so a run that was cut off can be
 * undone as well. A write whose records somebody has changed since stays whole.
 */
#include "base/id.h"
#include "msg/import.h"
#include "record/import.h"
#include "record/access.h"

enum { AT_ONCE = 1000 };

static bool undo_one(struct ctx *tx, void *arg, struct err *e)
{
    return record_undo(tx, *(const int64_t *)arg, e);
}

/* The run's writes below `before` that are not undone yet. */
static bool list_writes(struct ctx *c, str request_id, int64_t run_id, int64_t before, int64_t *out, size_t *n, struct err *e)
{
    struct db_rows q;

    *n = 0;
    if (!db_query(c->c, &q, "SELECT id FROM write_log WHERE id > $1 AND id < $2 AND request_id = $3"
                            " AND undone_by IS NULL AND undo_of IS NULL ORDER BY id DESC LIMIT 1000",
                  DB_ARGS(V(run_id), V(before), V(request_id)), e))
        return false;
    while (*n < AT_ONCE && db_next(&q))
        out[(*n)++] = db_int(&q, 0);
    return db_done(&q, e);
}

static bool mark_undone(struct ctx *tx, void *arg, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, entity_find(S("import_run")));
    r->id = *(const int64_t *)arg;
    record_set(r, "status", val_text(S("undone")));
    return record_update(&sys, r, 0, NULL, e);
}

/* One write in an arena of its own; false only when it is not the write's fault. */
static bool undo_write(struct ctx *c, struct arena *a, int64_t write_id, int64_t *undone, int64_t *kept, struct err *e)
{
    struct ctx act = *c;
    struct err why = { 0 };

    arena_reset(a);
    act.a = a;
    act.request_id = (str){ 0 };
    if (record_write_bulk(&act, undo_one, &write_id, &why)) {
        ++*undone;
        return true;
    }
    if (why.code != ERR_CONFLICT && why.code != ERR_INVALID && why.code != ERR_NOT_FOUND)
        return *e = why, false;
    ++*kept;
    return true;
}

bool import_undo(struct ctx *c, int64_t run_id, int64_t *undone, int64_t *kept, struct err *e)
{
    const struct entity *en = entity_find(S("import_run"));
    struct record *run;
    int64_t write[AT_ONCE], before = INT64_MAX, done = 0, left = 0;
    size_t n;

    if (!record_get(c, en, run_id, &run, e))
        return false;
    if (run->created_by != c->who->user_id && !access_is_admin(c->who))
        return fail(e, ERR_NOT_FOUND, MSG_import_undo_nothing, "run %lld of another", (long long)run_id);
    str request_id = arena_fmt(c->a, "import-%.*s", STR_ARG(id_text(c->a, run_id)));
    struct arena a = arena_open((size_t)512 << 20);
    bool ok = true;
    db_read_end(c->c);                          /* as in import_run(): the log of writes must be emptied meanwhile */
    do {
        ok = list_writes(c, request_id, run_id, before, write, &n, e);
        for (size_t i = 0; ok && i < n; i++)
            ok = undo_write(c, &a, before = write[i], &done, &left, e);
    } while (ok && n == AT_ONCE);
    arena_close(&a);
    if (ok && done + left == 0)
        ok = fail(e, ERR_NOT_FOUND, MSG_import_undo_nothing, "run %lld wrote nothing", (long long)run_id);
    if (!ok || (left == 0 && !record_write(c, mark_undone, &run_id, e)))
        return false;
    *undone = done;
    *kept = left;
    return true;
}
