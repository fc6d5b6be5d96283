/* import_map.c - how columns are read, as a JSON file tells it (docs/import.md). A word it does not know is an error. */
#include "record/import.h"
#include <jansson.h>
#include "msg/import.h"

/* ── reading ─────────────────────────────────────────────────────────────── */

static bool bad(struct err *e, int msg, const char *what)
{
    fail(e, ERR_INVALID, msg, "mapping: %s", what);
    return err_arg(e, "what", str_of(what));
}

static str text_of(struct arena *a, const json_t *j) { return arena_str(a, str_of(json_string_value(j))); }

static bool find_field(const struct entity *en, const json_t *name, const struct field **out, struct err *e)
{
    const struct field *f = json_is_string(name) ? entity_field(en, str_of(json_string_value(name))) : NULL;
    if (!f || f->type == FIELD_COMPUTED || f->flags & F_SECRET)
        return bad(e, MSG_import_map_field_unknown, json_is_string(name) ? json_string_value(name) : "?");
    *out = f;
    return true;
}

static bool read_words(struct arena *a, json_t *words, struct import_column *c, struct err *e)
{
    const char *from;
    json_t *to;
    size_t n = json_object_size(words);

    if (!words)
        return true;
    if (!json_is_object(words))
        return bad(e, MSG_import_map_bad, "words");
    struct import_word *v = arena_new(a, struct import_word, n + c->nwords);
    if (c->nwords)
        memcpy(v, c->words, c->nwords * sizeof *v);
    json_object_foreach(words, from, to)
        v[c->nwords++] = (struct import_word){ arena_str(a, str_of(from)), text_of(a, to) };
    c->words = v;
    return true;
}

static bool read_match(struct arena *a, const json_t *j, struct import_column *c, struct err *e)
{
    const struct entity *target = c->field->ref ? entity_find(str_of(c->field->ref)) : NULL;
    if (!j)
        return true;
    if (!target || !json_is_string(j) || !entity_field(target, str_of(json_string_value(j))))
        return bad(e, MSG_import_map_bad, "match");
    if (strcmp(json_string_value(j), target->title))
        c->match = arena_cstr(a, str_of(json_string_value(j)));
    return true;
}

static bool read_missing(const json_t *j, struct import_column *c, struct err *e)
{
    static const char *const word[] = { [IMPORT_REFUSE] = "refuse", [IMPORT_LEAVE] = "leave", [IMPORT_CREATE] = "create" };
    for (size_t i = 0; j && i < countof(word); i++)
        if (json_is_string(j) && !strcmp(json_string_value(j), word[i])) {
            c->missing = (enum import_missing)i;
            return true;
        }
    return !j || bad(e, MSG_import_map_bad, "missing");
}

/* { "Won": { "is_won": true, "probability": 100 }, "*": { ... } } */
static bool read_set(struct arena *a, const struct entity *target, json_t *fields, struct import_make *m, struct err *e)
{
    const char *name;
    json_t *j;
    struct import_set *v = arena_new(a, struct import_set, json_object_size(fields) + 1);

    if (!json_is_object(fields))
        return bad(e, MSG_import_map_bad, "make");
    json_object_foreach(fields, name, j) {
        const struct field *f = entity_field(target, str_of(name));
        if (!f || f->type == FIELD_COMPUTED || f->flags & (F_SECRET | F_READONLY))
            return bad(e, MSG_import_map_field_unknown, name);
        char number[40];
        if (json_is_number(j))
            snprintf(number, sizeof number, "%.15g", json_number_value(j));
        else if (!json_is_string(j) && !json_is_boolean(j))
            return bad(e, MSG_import_map_bad, name);
        const char *text = json_is_number(j) ? number : json_is_true(j) ? "true" : json_is_false(j) ? "false" : json_string_value(j);
        v[m->n++] = (struct import_set){ f, arena_str(a, str_of(text)) };
    }
    m->set = v;
    return true;
}

static bool read_make(struct arena *a, json_t *make, struct import_column *c, struct err *e)
{
    const struct entity *target = c->field->ref ? entity_find(str_of(c->field->ref)) : NULL;
    const char *cell;
    json_t *fields;

    if (!make)
        return true;
    if (!target || !json_is_object(make) || c->missing != IMPORT_CREATE)
        return bad(e, MSG_import_map_bad, "make");
    struct import_make *v = arena_new(a, struct import_make, json_object_size(make) + 1);
    json_object_foreach(make, cell, fields) {
        struct import_make *m = &v[c->nmake++];
        m->cell = arena_str(a, str_of(cell));
        if (!read_set(a, target, fields, m, e))
            return false;
    }
    c->make = v;
    return true;
}

static bool only_known_keys(json_t *j, const char *const *known, size_t n, struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach(j, key, value) {
        bool found = false;
        for (size_t i = 0; i < n; i++)
            found |= !strcmp(key, known[i]);
        if (!found)
            return bad(e, MSG_import_map_bad, key);
    }
    return true;
}

static bool read_column(struct arena *a, const struct entity *en, json_t *j, struct import_column *c, struct err *e)
{
    static const char *const known[] = { "field", "match", "missing", "make", "words", "values", "alias", "times" };

    if (json_is_null(j))
        return true;                            /* named, and not read */
    if (json_is_string(j))
        return find_field(en, j, &c->field, e);
    if (!json_is_object(j))
        return bad(e, MSG_import_map_bad, "columns");
    json_t *times = json_object_get(j, "times");
    if (times && (!json_is_integer(times) || json_integer_value(times) < 1 || json_integer_value(times) > 1000000000))
        return bad(e, MSG_import_map_bad, "times");
    c->times = times ? json_integer_value(times) : 0;
    return only_known_keys(j, known, countof(known), e)
        && find_field(en, json_object_get(j, "field"), &c->field, e)
        && read_match(a, json_object_get(j, "match"), c, e) && read_missing(json_object_get(j, "missing"), c, e)
        && read_make(a, json_object_get(j, "make"), c, e)
        && read_words(a, json_object_get(j, "words"), c, e) && read_words(a, json_object_get(j, "values"), c, e)
        && read_words(a, json_object_get(j, "alias"), c, e);
}

static bool read_columns(struct arena *a, json_t *columns, struct import_map *m, struct err *e)
{
    const char *header;
    json_t *j;

    json_object_foreach(columns, header, j) {
        if (m->ncolumns == IMPORT_COLUMNS_MAX)
            return bad(e, MSG_import_map_bad, "too many columns");
        struct import_column *c = &m->column[m->ncolumns++];
        *c = (struct import_column){ .header = arena_str(a, str_of(header)) };
        if (!read_column(a, m->en, j, c, e))
            return false;
    }
    return true;
}

/* "compose": { "name": "{first} {last}" } */
static bool read_templates(struct arena *a, json_t *compose, struct import_map *m, struct err *e)
{
    const char *field;
    json_t *j;

    json_object_foreach(compose, field, j) {
        json_t *name = json_string(field);
        if (m->ncolumns == IMPORT_COLUMNS_MAX || !json_is_string(j)) {
            json_decref(name);
            return bad(e, MSG_import_map_bad, field);
        }
        struct import_column *c = &m->column[m->ncolumns++];
        *c = (struct import_column){ .header = text_of(a, j), .is_template = true };
        bool ok = find_field(m->en, name, &c->field, e);
        json_decref(name);
        if (!ok)
            return false;
    }
    return true;
}

/* "Hardware", or { "value": "Hardware", "missing": "create" } of a reference. */
static bool read_default(struct arena *a, const struct field *f, json_t *j, struct import_default *out, struct err *e)
{
    static const char *const known[] = { "value", "match", "missing", "make" };
    json_t *value = json_is_object(j) ? json_object_get(j, "value") : j;

    *out = (struct import_default){ .field = f };
    if (!json_is_string(value))
        return bad(e, MSG_import_map_bad, f->name);
    out->text = text_of(a, value);
    if (!json_is_object(j))
        return true;
    struct import_column *c = arena_new(a, struct import_column, 1);
    *c = (struct import_column){ .header = str_of(f->name), .field = f };
    out->as = c;
    if (f->type != FIELD_REF)
        return bad(e, MSG_import_map_bad, f->name);
    return only_known_keys(j, known, countof(known), e) && read_match(a, json_object_get(j, "match"), c, e)
        && read_missing(json_object_get(j, "missing"), c, e) && read_make(a, json_object_get(j, "make"), c, e);
}

static bool read_defaults(struct arena *a, json_t *defaults, struct import_map *m, struct err *e)
{
    const char *field;
    json_t *j;

    json_object_foreach(defaults, field, j) {
        if (!strcmp(field, "currency") && !entity_field(m->en, S("currency"))) {
            str code = json_is_string(j) ? str_of(json_string_value(j)) : (str){ 0 };
            if (code.n != 3)
                return bad(e, MSG_import_map_bad, "currency");
            memcpy(m->currency, code.p, 3);
            continue;
        }
        const struct field *f = entity_field(m->en, str_of(field));
        if (!f)
            return bad(e, MSG_import_map_field_unknown, field);
        if (m->ninit < ENTITY_FIELDS_MAX && !read_default(a, f, j, &m->init[m->ninit++], e))
            return false;
    }
    return true;
}

static bool read_keys(json_t *keys, struct import_map *m, struct err *e)
{
    size_t i;
    json_t *j;

    json_array_foreach(keys, i, j)
        if (m->nkeys == IMPORT_KEYS_MAX || !find_field(m->en, j, &m->key[m->nkeys++], e))
            return i < IMPORT_KEYS_MAX ? false : bad(e, MSG_import_map_bad, "key");
    return true;
}

static bool read_map(struct arena *a, json_t *root, struct import_map *m, struct err *e)
{
    static const char *const known[] = { "entity", "columns", "compose", "key", "defaults" };
    json_t *name = json_object_get(root, "entity"), *columns = json_object_get(root, "columns");

    if (!json_is_object(root) || !json_is_object(columns))
        return bad(e, MSG_import_map_bad, "columns");
    m->en = json_is_string(name) ? entity_find(str_of(json_string_value(name))) : NULL;
    if (!m->en)
        return bad(e, MSG_import_map_entity_unknown, json_is_string(name) ? json_string_value(name) : "?");
    return only_known_keys(root, known, countof(known), e) && read_columns(a, columns, m, e)
        && read_templates(a, json_object_get(root, "compose"), m, e)
        && read_defaults(a, json_object_get(root, "defaults"), m, e) && read_keys(json_object_get(root, "key"), m, e);
}

bool import_map_read(struct arena *a, str json, struct import_map *out, struct err *e)
{
    json_error_t where;
    struct import_map *m = arena_new(a, struct import_map, 1);

    if (json.n > IMPORT_MAP_MAX)
        return fail(e, ERR_TOO_LARGE, MSG_import_map_bad, "mapping of %zu bytes", json.n), err_arg(e, "what", S("64 KiB"));
    json_t *root = json_loadb(json.p ? json.p : "", json.n, JSON_REJECT_DUPLICATES, &where);
    if (!root) {
        bad(e, MSG_import_map_bad, where.text);
        e->pos = where.line;
        return false;
    }
    bool ok = read_map(a, root, m, e);
    json_decref(root);
    if (ok)
        *out = *m;
    return ok;
}
