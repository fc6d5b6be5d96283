/* since.c - see since.h.
 *
 * Every version must be met in the rows: what was written before rows told their version, or past the log, makes
 * the answer "not known", and then nobody's value is taken for unchanged.
 */
#include "record/since.h"
#include "record/store.h"
#include "record/type.h"

static bool go_back(struct ctx *c, struct since *s, const struct entity *en, struct db_rows *q, struct err *e)
{
    str name = db_text_view(q, 0);
    const struct field *f = name.n ? entity_field(en, name) : NULL;
    if (!f)
        return true;
    int i = field_index(en, f);
    if (!s->last[i].at)
        s->last[i] = (struct change){ .en = en, .field = f, .at = db_int(q, 3), .actor = db_text(q, 4, c->a) };
    s->changed |= (uint64_t)1 << i;
    return type_from_canon(c, f, db_text(q, 1, c->a), &s->then[i], e);
}

bool record_since(struct ctx *c, const struct record *now, int64_t version, struct since *out, struct err *e)
{
    struct since s = { .then = arena_new(c->a, struct val, now->en->nfields), .last = arena_new(c->a, struct change, now->en->nfields) };
    struct err unread = { 0 };
    struct db_rows q;
    int64_t nversions = 0, met = 0;
    memcpy(s.then, now->v, now->en->nfields * sizeof *s.then);
    if (!db_query(c->c, &q, "SELECT ch.field, ch.old_text, ch.version, w.at, u.name FROM change ch"
                            " JOIN write_log w ON w.id = ch.write_id LEFT JOIN \"user\" u ON u.id = w.actor_id"
                            " WHERE ch.record_id = $1 AND ch.version > $2 ORDER BY ch.version DESC, ch.id DESC",
                  DB_ARGS(V(now->id), V(version)), e))
        return false;
    bool ok = true;
    while (ok && db_next(&q)) {
        nversions += db_int(&q, 2) != met;
        met = db_int(&q, 2);
        ok = go_back(c, &s, now->en, &q, &unread);
    }
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < now->en->nfields; i++)
        if (s.changed >> i & 1 && type_equal(&now->en->fields[i], &s.then[i], &now->v[i]))
            s.changed &= ~((uint64_t)1 << i);
    s.is_known = ok && nversions == now->version - version;
    *out = s;
    return true;
}

/* What is asked for is held against what is stored, since nobody knows what it was. */
static void unknown(struct stale *s, const struct record *mine)
{
    for (size_t i = 0; i < mine->en->nfields; i++)
        if (mine->has >> i & 1 && !type_equal(&mine->en->fields[i], &mine->v[i], &s->stored->v[i]))
            s->both |= (uint64_t)1 << i;
}

static void known(struct stale *s, const struct record *mine)
{
    for (size_t i = 0; i < mine->en->nfields; i++) {
        const struct field *f = &mine->en->fields[i];
        uint64_t bit = (uint64_t)1 << i;
        if (!(mine->has & bit) || type_equal(f, &mine->v[i], &s->stored->v[i]))
            continue;
        if (type_equal(f, &mine->v[i], &s->since.then[i]))
            s->merged->has &= ~bit;
        else if (s->since.changed & bit)
            s->both |= bit;
    }
    s->others = s->since.changed & ~s->both;
}

bool record_stale(struct ctx *c, const struct record *mine, const struct record *stored, int64_t version,
                  struct stale **out, struct err *e)
{
    struct stale *s = arena_new(c->a, struct stale, 1);
    *s = (struct stale){ .stored = stored, .merged = record_new(c->a, mine->en) };
    if (!record_since(c, stored, version, &s->since, e))
        return false;
    struct val *v = s->merged->v;
    *s->merged = *stored;
    s->merged->v = v;
    s->merged->has = mine->has;
    if (s->since.is_known)
        known(s, mine);
    else
        unknown(s, mine);
    for (size_t i = 0; i < mine->en->nfields; i++)
        v[i] = s->merged->has >> i & 1 ? mine->v[i] : stored->v[i];
    *out = s;
    return true;
}
