/* catalogue.c - every entity of the program, and the check that they hold together.
 *
 * Rooms hand their tables over at start, before any thread reads them; after
 * catalogue_check() nothing changes any more. A broken table ends the program
 * at start, with a word: it is our mistake, never input.
 */
#include "record/entity.h"
#include "base/log.h"
#include "record/type.h"

enum { ENTITIES_MAX = 128, NAMES = 256 };
static const struct entity *all[ENTITIES_MAX];
static size_t nall;
static unsigned char by_name[NAMES], by_entity[NAMES];     /* open tables: 1 + the index into `all`; 0: free */

static size_t hash_of_name(str name) { return (size_t)str_hash(name); }
static size_t hash_of(const struct entity *en) { return (size_t)((uintptr_t)en >> 4) * 0x9E3779B9u >> 8; }

static void put(unsigned char *table, size_t at)
{
    while (table[at % NAMES])
        at++;
    table[at % NAMES] = (unsigned char)nall;
}

void catalogue_add(const struct entity *const *entities, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (nall == ENTITIES_MAX)
            die("catalogue: more than %d entities", ENTITIES_MAX);
        all[nall++] = entities[i];
        put(by_name, hash_of_name(str_of(entities[i]->name)));
        put(by_entity, hash_of(entities[i]));
    }
}

size_t catalogue_count(void) { return nall; }
const struct entity *catalogue_at(size_t index) { return all[index]; }

const struct entity *entity_find(str name)
{
    for (size_t at = hash_of_name(name); by_name[at % NAMES]; at++) {
        const struct entity *en = all[by_name[at % NAMES] - 1];
        if (str_eq(name, str_of(en->name)))
            return en;
    }
    return NULL;
}

const struct entity *entity_by_path(str path)
{
    for (size_t i = 0; i < nall; i++)
        if (str_eq(path, str_of(all[i]->path)))
            return all[i];
    return NULL;
}

int entity_index(const struct entity *en)
{
    for (size_t at = hash_of(en); by_entity[at % NAMES]; at++)
        if (all[by_entity[at % NAMES] - 1] == en)
            return by_entity[at % NAMES] - 1;
    die("catalogue: entity %s was not added", en->name);
}

const struct field *entity_field(const struct entity *en, str name)
{
    for (size_t i = 0; i < en->nfields; i++)
        if (str_eq(name, str_of(en->fields[i].name)))
            return &en->fields[i];
    return NULL;
}

/* ── the check ─────────────────────────────────────────────────────────────── */

static bool is_identifier(const char *s)
{
    if (!s || !(*s >= 'a' && *s <= 'z'))
        return false;
    for (; *s; s++)
        if (!((*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') || *s == '_'))
            return false;
    return true;
}

static void check_label(const struct entity *en, const char *what, msg_id label)
{
    if (!label || !msg_key(label))
        die("catalogue: %s.%s has no label", en->name, what);
}

static void check_choices(const struct entity *en, const struct field *f)
{
    if (!f->choices || !f->choices->value)
        die("catalogue: %s.%s is a choice without choices", en->name, f->name);
    for (const struct choice *c = f->choices; c->value; c++) {
        if (!is_identifier(c->value))
            die("catalogue: %s.%s has the malformed choice \"%s\"", en->name, f->name, c->value);
        check_label(en, c->value, c->label);
    }
}

static const char *const system_column[] = {
    "id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at",
};

static void check_field(const struct entity *en, const struct field *f)
{
    if (!is_identifier(f->name))
        die("catalogue: %s has the malformed field \"%s\"", en->name, f->name);
    for (size_t i = 0; i < countof(system_column); i++)
        if (!strcmp(f->name, system_column[i]))
            die("catalogue: %s.%s is a column of every record", en->name, f->name);
    if (entity_field(en, str_of(f->name)) != f)
        die("catalogue: %s.%s stands twice", en->name, f->name);
    check_label(en, f->name, f->label);
    if (f->type == FIELD_CHOICE || f->type == FIELD_CHOICES)
        check_choices(en, f);
    if ((f->type == FIELD_REF || f->type == FIELD_REFS) && (!f->ref || !entity_find(str_of(f->ref))))
        die("catalogue: %s.%s refers to the unknown %s", en->name, f->name, f->ref ? f->ref : "(none)");
    if (f->type == FIELD_COMPUTED && !f->compute)
        die("catalogue: %s.%s is computed by nothing", en->name, f->name);
    if (f->scale < 0 || f->scale > 9)
        die("catalogue: %s.%s keeps %d decimals", en->name, f->name, f->scale);
}

static void check_named(const struct entity *en, const char *what, const char *field)
{
    if (field && !entity_field(en, str_of(field)))
        die("catalogue: the %s of %s is the unknown field %s", what, en->name, field);
}

static void check_entity(const struct entity *en)
{
    if (!is_identifier(en->name) || !en->path)
        die("catalogue: an entity is called \"%s\"", en->name ? en->name : "");
    if (entity_find(str_of(en->name)) != en || entity_by_path(str_of(en->path)) != en)
        die("catalogue: %s stands twice", en->name);
    if (en->nfields > ENTITY_FIELDS_MAX)
        die("catalogue: %s has more than %d fields", en->name, ENTITY_FIELDS_MAX);
    check_label(en, "label", en->label);
    check_label(en, "plural", en->plural);
    if (!en->title)
        die("catalogue: %s has no title field", en->name);
    check_named(en, "title", en->title);
    check_named(en, "subtitle", en->subtitle);
    check_named(en, "owner", en->owner);
    check_named(en, "subject", en->subject);
    check_named(en, "opening", en->opening ? en->opening->to : NULL);
    check_named(en, "lock", en->opening ? en->opening->lock : NULL);
    for (size_t i = 0; i < en->nfields; i++)
        check_field(en, &en->fields[i]);
}

void catalogue_check(void)
{
    for (size_t i = 0; i < nall; i++)
        check_entity(all[i]);
}
