/* rule_batch.c - what the runs of one write ask again and again: an owner's rights, a rule as its version says it, whether a
 * record fits. Asked once in that write and kept till its end: nothing a run does changes who may do what, and a version
 * stands as it was written. Whether a record fits is asked of each record anew; only the question is kept.
 */
#include "flow/rule_inside.h"
#include "msg/rule.h"
#include "record/fits.h"

struct rule_kept_owner { struct rule_owner of; struct rule_kept_owner *next; };
struct rule_kept_rule { int64_t id, version, owner; struct rule *r; struct rule_kept_rule *next; };
struct rule_kept_question {
    int64_t owner; const struct entity *en; str criteria;
    struct fits *f;
    struct rule_kept_question *next;
};

struct rule_batch rule_batch(struct ctx *tx) { return (struct rule_batch){ .tx = tx }; }

static bool load_owner(struct ctx *tx, int64_t id, struct rule_owner *out, struct err *e)
{
    out->id = id;
    if (!actor_load(tx->a, tx->c, id, &out->who, e)) {
        if (e->code == ERR_NOT_FOUND)
            fail(e, ERR_FORBIDDEN, MSG_rule_owner_left, "owner %lld", (long long)id);
        return false;
    }
    return addressee_of(tx, id, &out->reads, e);
}

bool rule_owner_ctx(struct rule_batch *b, struct ctx *tx, int64_t owner, struct ctx *out, struct err *e)
{
    struct rule_kept_owner *k = b->owners;
    while (k && k->of.id != owner)
        k = k->next;
    if (!k) {
        k = arena_new(tx->a, struct rule_kept_owner, 1);
        if (!load_owner(tx, owner, &k->of, e))
            return false;
        k->next = b->owners;
        b->owners = k;
    }
    *out = *tx;
    out->who = &k->of.who;
    out->by = 0;
    out->loc = &k->of.reads.loc;
    return true;
}

bool rule_of_run(struct rule_batch *b, struct ctx *sys, const struct record *run, struct rule **out, struct err *e)
{
    int64_t id = record_int(run, "rule"), version = record_int(run, "edition"), owner = record_int(run, "owner");
    for (struct rule_kept_rule *k = b->rules; k; k = k->next)
        if (k->id == id && k->version == version && k->owner == owner)
            return *out = k->r, true;
    if (!rule_load(sys, id, version, out, e))
        return false;
    if (*out && owner)
        (*out)->owner = owner;
    struct rule_kept_rule *k = arena_new(sys->a, struct rule_kept_rule, 1);
    *k = (struct rule_kept_rule){ id, version, owner, *out, b->rules };
    b->rules = k;
    return true;
}

bool rule_fits(struct rule_batch *b, struct ctx *own, const struct entity *en, str criteria, int64_t record, bool *out, struct err *e)
{
    for (struct rule_kept_question *k = b->questions; k; k = k->next)
        if (k->owner == own->who->user_id && k->en == en && str_eq(k->criteria, criteria))
            return fits_ask(own, k->f, record, out, e);
    struct rule_kept_question *k = arena_new(own->a, struct rule_kept_question, 1);
    *k = (struct rule_kept_question){ own->who->user_id, en, criteria, NULL, b->questions };
    if (!fits_open(own, en, criteria, &k->f, e))
        return false;
    b->questions = k;
    return fits_ask(own, k->f, record, out, e);
}
