/* faults.c - what is wrong with a record, field by field.
 *
 * Looking needs a write that never ends well: the entity's `before` fills in what a caller may leave
 * out, and only the writer may run it. A refused form is rare, and its place in the queue is short.
 */
#include "record/faults.h"
#include "record/store.h"

const struct err *faults_of(const struct faults *f, const char *field)
{
    for (size_t i = 0; i < f->n; i++)
        if (!strcmp(f->v[i].field, field))
            return &f->v[i];
    return NULL;
}

void faults_add(struct arena *a, struct faults *f, const struct err *e)
{
    if (!e->field || e->code != ERR_INVALID || faults_of(f, e->field))
        return;
    struct err *v = arena_new(a, struct err, f->n + 1);
    if (f->n)
        memcpy(v, f->v, f->n * sizeof *v);
    v[f->n++] = *e;
    f->v = v;
}

void record_faults(const struct ctx *tx, struct faults *f)
{
    const struct faults *found = &tx->write->faults;
    for (size_t i = 0; i < found->n; i++)
        faults_add(tx->a, f, &found->v[i]);
}

struct look { const struct record *r; struct faults *f; };

static bool run_look(struct ctx *tx, void *arg, struct err *e)
{
    struct look *l = arg;
    struct record *r = record_new(tx->a, l->r->en);
    struct val *v = r->v;
    *r = *l->r;
    r->v = v;
    memcpy(v, l->r->v, r->en->nfields * sizeof *v);
    tx->write->is_look = true;
    bool ok = r->id ? record_update(tx, r, 0, NULL, e) : record_create(tx, r, e);
    record_faults(tx, l->f);
    return ok ? fail(e, ERR_INVALID, 0, "only looked at") : false;
}

void record_look(struct ctx *c, const struct record *r, struct faults *f)
{
    struct look l = { r, f };
    struct err ignored = { 0 };                 /* the caller has its own to tell */
    (void)!record_write(c, run_look, &l, &ignored);
}
