/* record.c - one record in memory: its values by name.
 *
 * A name that does not exist is our mistake, not input: it dies.
 */
#include "record/record.h"
#include "base/log.h"
#include "record/type.h"

struct record *record_new(struct arena *a, const struct entity *en)
{
    struct record *r = arena_new(a, struct record, 1);
    r->en = en;
    r->v = arena_new(a, struct val, en->nfields);
    return r;
}

static size_t index_of(const struct entity *en, const char *field)
{
    const struct field *f = entity_field(en, str_of(field));
    if (!f)
        die("record: %s has no field %s", en->name, field);
    return (size_t)(f - en->fields);
}

struct val record_val(const struct record *r, const char *field)
{
    return r->v[index_of(r->en, field)];
}

void record_set(struct record *r, const char *field, struct val v)
{
    size_t i = index_of(r->en, field);
    r->v[i] = v;
    r->has |= (uint64_t)1 << i;
}

int64_t record_int(const struct record *r, const char *field)
{
    struct val v = record_val(r, field);
    return v.is_set ? v.i : 0;
}

str record_text(const struct record *r, const char *field)
{
    struct val v = record_val(r, field);
    return v.is_set ? v.s : (str){ 0 };
}

bool record_changed(const struct record *old, const struct record *now, const char *field)
{
    size_t i = index_of(now->en, field);
    if (!(now->has >> i & 1))
        return false;
    return !old || !type_equal(&now->en->fields[i], &old->v[i], &now->v[i]);
}

str record_title(const struct record *r) { return record_text(r, r->en->title); }
