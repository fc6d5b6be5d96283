/* undo_run.c - taking back what many writes of one name did, write by write, newest first.
 *
 * The name stands in write_log, so a run that was cut off can be taken back as well.
 */
#include "record/undo_run.h"

enum { AT_ONCE = 1000 };

static bool undo_one(struct ctx *tx, void *arg, struct err *e)
{
    return record_undo(tx, *(const int64_t *)arg, e);
}

/* The run's writes below `before` that are not undone yet. */
static bool list_writes(struct ctx *c, str request_id, int64_t since, int64_t before, int64_t *out, size_t *n, struct err *e)
{
    struct db_rows q;

    *n = 0;
    if (!db_query(c->c, &q, "SELECT id FROM write_log WHERE id > $1 AND id < $2 AND request_id = $3"
                            " AND undone_by IS NULL AND undo_of IS NULL ORDER BY id DESC LIMIT 1000",
                  DB_ARGS(V(since), V(before), V(request_id)), e))
        return false;
    while (*n < AT_ONCE && db_next(&q))
        out[(*n)++] = db_int(&q, 0);
    return db_done(&q, e);
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

bool record_undo_run(struct ctx *c, str request_id, int64_t since, int64_t *undone, int64_t *kept, struct err *e)
{
    int64_t write[AT_ONCE], before = INT64_MAX, done = 0, left = 0;
    size_t n;
    struct arena a = arena_open((size_t)512 << 20);
    bool ok = true;
    db_read_end(c->c);                          /* the log of writes must be emptied meanwhile */
    do {
        ok = list_writes(c, request_id, since, before, write, &n, e);
        for (size_t i = 0; ok && i < n; i++)
            ok = undo_write(c, &a, before = write[i], &done, &left, e);
    } while (ok && n == AT_ONCE);
    arena_close(&a);
    *undone = done;
    *kept = left;
    return ok;
}
