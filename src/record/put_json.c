/* put_json.c - a record as JSON, by the rights of its reader.
 *
 * Numbers that must be exact (money, decimals, percents) travel as strings; a reference is
 * written with its title.
 */
#include "record/put_json.h"
#include "base/id.h"
#include "record/access.h"
#include "record/type.h"

static void put_ref(struct json *j, struct arena *a, int64_t id, str title)
{
    json_open(j, '{');
    json_key(j, S("id"));
    json_str(j, id_text(a, id));
    json_key(j, S("title"));
    json_str(j, title);
    json_close(j, '}');
}

static void put_money(struct json *j, struct arena *a, const struct field *f, const struct val *v)
{
    str text = type_canon(a, f, v), amount = str_cut(&text, ' ');
    json_open(j, '{');
    json_key(j, S("amount"));
    json_str(j, amount);
    json_key(j, S("currency"));
    json_str(j, v->s);
    json_close(j, '}');
}

static void put_words(struct json *j, str list)
{
    json_open(j, '[');
    while (list.n)
        json_str(j, str_cut(&list, ','));
    json_close(j, ']');
}

static void put_refs(struct json *j, struct arena *a, const struct val *v)
{
    json_open(j, '[');
    for (size_t i = 0; i < v->n; i++)
        json_str(j, id_text(a, v->ids[i]));
    json_close(j, ']');
}

static void put_value(struct json *j, struct arena *a, const struct field *f, const struct val *v)
{
    enum field_type t = f->type == FIELD_COMPUTED ? f->shown_as : f->type;
    if (t == FIELD_TAGS || t == FIELD_CHOICES)
        put_words(j, v->s);
    else if (t == FIELD_REFS)
        put_refs(j, a, v);
    else if (!v->is_set)
        json_unset(j);
    else if (t == FIELD_REF)
        put_ref(j, a, v->i, v->s);
    else if (t == FIELD_MONEY)
        put_money(j, a, f, v);
    else if (t == FIELD_INT || t == FIELD_DURATION)
        json_int(j, v->i);
    else if (t == FIELD_BOOL)
        json_bool(j, v->i != 0);
    else
        json_str(j, type_canon(a, f, v));
}

static bool is_wanted(const struct field *f, const struct field *const *cols, int ncols)
{
    for (int i = 0; i < ncols; i++)
        if (cols[i] == f)
            return true;
    return ncols == 0;
}

static void put_instant(struct json *j, struct arena *a, const char *name, int64_t at)
{
    json_key(j, str_of(name));
    json_str(j, iso_instant(a, at));
}

void record_put_json(struct json *j, struct ctx *c, const struct record *r, const struct field *const *cols, int ncols)
{
    json_open(j, '{');
    json_key(j, S("id"));
    json_str(j, id_text(c->a, r->id));
    json_key(j, S("version"));
    json_int(j, r->version);
    put_instant(j, c->a, "created_at", r->created_at);
    put_instant(j, c->a, "updated_at", r->updated_at);
    for (size_t i = 0; i < r->en->nfields; i++) {
        const struct field *f = &r->en->fields[i];
        if (!is_wanted(f, cols, ncols) || access_field(c->who, r->en, f) == FIELD_RIGHT_HIDDEN)
            continue;
        json_key(j, str_of(f->name));
        put_value(j, c->a, f, &r->v[i]);
    }
    json_close(j, '}');
}
