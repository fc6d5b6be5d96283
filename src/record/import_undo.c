/* import_undo.c - taking a run back (undo_run.h): its writes carry its name in write_log. */
#include "base/id.h"
#include "msg/import.h"
#include "record/import.h"
#include "record/access.h"
#include "record/undo_run.h"

static bool mark_undone(struct ctx *tx, void *arg, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, entity_find(S("import_run")));
    r->id = *(const int64_t *)arg;
    record_set(r, "status", val_text(S("undone")));
    return record_update(&sys, r, 0, NULL, e);
}

bool import_undo(struct ctx *c, int64_t run_id, int64_t *undone, int64_t *kept, struct err *e)
{
    const struct entity *en = entity_find(S("import_run"));
    struct record *run;
    int64_t done, left;

    if (!record_get(c, en, run_id, &run, e))
        return false;
    if (run->created_by != c->who->user_id && !access_is_admin(c->who))
        return fail(e, ERR_NOT_FOUND, MSG_import_undo_nothing, "run %lld of another", (long long)run_id);
    bool ok = record_undo_run(c, arena_fmt(c->a, "import-%.*s", STR_ARG(id_text(c->a, run_id))), run_id, &done, &left, e);
    if (ok && done + left == 0)
        ok = fail(e, ERR_NOT_FOUND, MSG_import_undo_nothing, "run %lld wrote nothing", (long long)run_id);
    if (!ok || (left == 0 && !record_write(c, mark_undone, &run_id, e)))
        return false;
    *undone = done;
    *kept = left;
    return true;
}
