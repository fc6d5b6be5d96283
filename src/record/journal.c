/* journal.c - rows of account: the store's statements without what is told about a write. */
#include "record/journal.h"
#include "base/id.h"
#include "base/log.h"
#include "record/store.h"
#include "record/type.h"

static void only_own(const struct ctx *tx, const struct entity *en)
{
    if (!tx->write || !tx->who->is_system || !(en->flags & E_NO_CREATE))
        die("journal: %s is no account of the program's", en->name);
}

bool journal_get(struct ctx *tx, const struct entity *en, int64_t id, struct record **out, struct err *e)
{
    only_own(tx, en);
    return store_load(tx, en, id, false, out, e);
}

bool journal_add(struct ctx *tx, struct record *r, struct err *e)
{
    only_own(tx, r->en);
    r->id = r->id ? r->id : id_mint();
    r->version = 1;
    r->created_at = r->updated_at = tx->now;
    r->created_by = r->updated_by = tx->by;
    if (!store_insert(tx, r, e))
        return false;
    change_touch(tx, r->en, r->id);
    return true;
}

bool journal_set(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    uint64_t changed = 0;
    only_own(tx, now->en);
    for (size_t i = 0; i < now->en->nfields; i++)
        if (now->has >> i & 1 && !type_equal(&now->en->fields[i], &old->v[i], &now->v[i]))
            changed |= (uint64_t)1 << i;
    now->id = old->id;
    now->version = old->version;
    now->updated_at = tx->now;
    now->updated_by = tx->by;
    if (!store_change(tx, now, changed, e))
        return false;
    change_touch(tx, now->en, now->id);
    return true;
}
