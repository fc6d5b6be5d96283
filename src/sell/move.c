/* move.c - a card that goes to another column, or to another place in its own.
 *
 * The stage is changed as the person (their rights, what the stage asks for, the version they
 * saw); the place in the column is the program's. A move within a column is nobody's conflict:
 * two who sort the same column both succeed.
 */
#include "record/access.h"
#include "sell/inside.h"

static bool change_stage(struct ctx *tx, const struct sell_move *m, struct record **out, struct err *e)
{
    struct record *r = record_new(tx->a, &deal_entity);
    if (m->also) {
        memcpy(r->v, m->also->v, deal_entity.nfields * sizeof *r->v);
        r->has = m->also->has;
    }
    r->id = m->deal;
    if (m->stage)
        record_set(r, "stage", val_ref(m->stage));
    if (!record_update(tx, r, m->version, NULL, e))
        return false;
    *out = r;
    return true;
}

static bool stage_of(struct ctx *tx, int64_t deal, int64_t *out, struct err *e)
{
    bool found;
    *out = 0;
    return db_get_int(tx->c, "SELECT stage FROM deal WHERE id = $1", DB_ARGS(V(deal)), &found, out, e);
}

static bool change_place(struct ctx *tx, const struct sell_move *m, struct record **deal, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &deal_entity);
    str rank;
    if (!rank_place(tx, *deal, m->after, m->before, &rank, e))
        return false;
    r->id = m->deal;
    record_set(r, "rank", val_text(rank));
    if (!record_update(&sys, r, 0, NULL, e))
        return false;
    *deal = r;
    return true;
}

bool sell_move(struct ctx *tx, struct sell_move *m, struct err *e)
{
    struct record *deal;
    int64_t was;
    if (!stage_of(tx, m->deal, &was, e) || !change_stage(tx, m, &deal, e))
        return false;
    bool is_on_top = was != record_int(deal, "stage");      /* whoever arrives does */
    if ((m->after || m->before || !is_on_top) && !change_place(tx, m, &deal, e))
        return false;
    m->new_version = deal->version;
    return true;
}
