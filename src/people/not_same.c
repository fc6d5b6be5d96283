/* not_same.c - that two people, or two companies, who look alike are two: said once, not asked again.
 *
 * A record of its own, so that it has a history, an undo and a way over the API, and so that a merge carries it along
 * like any other reference: of A and C it becomes one of B and C when A goes into B. When the two are made one after
 * all, it names one record twice and says nothing. The pair is kept smaller id first, but a merge may turn it: it is looked for both ways.
 */
#include "people/not_same.h"
#include <stdlib.h>
#include "msg/core.h"
#include "msg/people.h"
#include "people/inside.h"

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "person" },
    { .name = "other_person", .label = MSG_people_not_same_other_person,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "person" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "company" },
    { .name = "other_company", .label = MSG_people_not_same_other_company,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "company" },
};

struct names { const char *one, *other; };
static struct names names_of(const struct entity *en)
{
    return en == &company_entity ? (struct names){ "company", "other_company" } : (struct names){ "person", "other_person" };
}

/* Who may merge the two may say that they are two. */
static bool may_tell(struct ctx *tx, const struct entity *en, int64_t id, struct err *e)
{
    struct record *r;
    return record_get(tx, en, id, &r, e) && (access_record(tx, r, ACTION_CHANGE) || access_denied(tx, en, e));
}

static bool not_same_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    const struct entity *en = record_val(now, "person").is_set ? &person_entity : &company_entity;
    struct names n = names_of(en), none = names_of(en == &person_entity ? &company_entity : &person_entity);
    int64_t one = record_int(now, n.one), other = record_int(now, n.other);
    if (!one || !other || one == other || record_val(now, none.one).is_set || record_val(now, none.other).is_set) {
        fail(e, ERR_INVALID, MSG_people_not_same_two, "%lld %lld", (long long)one, (long long)other);
        return err_field(e, n.other);
    }
    if (!may_tell(tx, en, one, e) || !may_tell(tx, en, other, e))
        return false;
    if (!old && one > other) {
        record_set(now, n.one, val_ref(other));
        record_set(now, n.other, val_ref(one));
    }
    return true;
}

const struct entity not_same_entity = {
    .name = "not_same",
    .path = "not-same",
    .label = MSG_people_not_same,
    .plural = MSG_people_not_same_plural,
    .icon = "copy",
    .fields = fields,
    .nfields = countof(fields),
    .title = "person",
    .order = "-created_at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_PAGE,
    .before = not_same_before,
};

/* ── all of them, to leave pairs out ───────────────────────────────────────── */

static int by_ids(const void *x, const void *y)
{
    const struct apart *a = x, *b = y;
    if (a->one != b->one)
        return a->one < b->one ? -1 : 1;
    return a->other < b->other ? -1 : a->other > b->other;
}

bool not_same_all(struct ctx *c, const struct entity *en, struct apart **out, size_t *n, struct err *e)
{
    struct apart *v = arena_new(c->a, struct apart, NOT_SAME_MAX);
    struct db_rows q;
    size_t got = 0;
    bool ok = en == &company_entity
        ? db_query(c->c, &q, "SELECT id, company, other_company FROM not_same WHERE deleted_at IS NULL AND company <> other_company"
                             " ORDER BY id DESC LIMIT 20000", DB_NONE, e)
        : db_query(c->c, &q, "SELECT id, person, other_person FROM not_same WHERE deleted_at IS NULL AND person <> other_person"
                             " ORDER BY id DESC LIMIT 20000", DB_NONE, e);
    if (!ok)
        return false;
    while (got < NOT_SAME_MAX && db_next(&q)) {
        int64_t a = db_int(&q, 1), b = db_int(&q, 2);
        v[got++] = (struct apart){ .id = db_int(&q, 0), .one = a < b ? a : b, .other = a < b ? b : a };
    }
    if (!db_done(&q, e))
        return false;
    qsort(v, got, sizeof *v, by_ids);
    *out = v;
    *n = got;
    return true;
}

bool not_same_has(const struct apart *v, size_t n, int64_t a, int64_t b)
{
    struct apart key = { .one = a < b ? a : b, .other = a < b ? b : a };
    return n && bsearch(&key, v, n, sizeof *v, by_ids);
}

bool not_same_of(struct ctx *c, const struct entity *en, int64_t id, int64_t **out, size_t *n, struct err *e)
{
    enum { OF_ONE = 500 };
    int64_t *v = arena_new(c->a, int64_t, OF_ONE);
    struct db_rows q;
    size_t got = 0;
    bool ok = en == &company_entity
        ? db_query(c->c, &q, "SELECT other_company FROM not_same WHERE deleted_at IS NULL AND company = $1"
                             " UNION SELECT company FROM not_same WHERE deleted_at IS NULL AND other_company = $1 LIMIT 500", DB_ARGS(V(id)), e)
        : db_query(c->c, &q, "SELECT other_person FROM not_same WHERE deleted_at IS NULL AND person = $1"
                             " UNION SELECT person FROM not_same WHERE deleted_at IS NULL AND other_person = $1 LIMIT 500", DB_ARGS(V(id)), e);
    if (!ok)
        return false;
    while (got < OF_ONE && db_next(&q))
        v[got++] = db_int(&q, 0);
    *out = v;
    *n = got;
    return db_done(&q, e);
}

/* ── saying it, and taking it back ─────────────────────────────────────────── */

bool not_same_put(struct ctx *tx, const struct entity *en, int64_t a, int64_t b, struct err *e)
{
    int64_t *known;
    size_t n;
    if (!may_tell(tx, en, a, e) || !may_tell(tx, en, b, e) || !not_same_of(tx, en, a, &known, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (known[i] == b)
            return true;
    struct record *r = record_new(tx->a, &not_same_entity);
    record_set(r, names_of(en).one, val_ref(a));
    record_set(r, names_of(en).other, val_ref(b));
    return record_create(tx, r, e);
}

/* Whoever may merge them, not only who said it. Merges may have left several that say the same. */
bool not_same_drop(struct ctx *tx, const struct entity *en, int64_t a, int64_t b, struct err *e)
{
    struct apart *v;
    size_t n;
    if (!may_tell(tx, en, a, e) || !may_tell(tx, en, b, e) || !not_same_all(tx, en, &v, &n, e))
        return false;
    struct ctx sys = ctx_as_system(tx);
    for (size_t i = 0; i < n; i++)
        if (v[i].one == (a < b ? a : b) && v[i].other == (a < b ? b : a) && !record_delete(&sys, &not_same_entity, v[i].id, 0, e))
            return false;
    return true;
}
