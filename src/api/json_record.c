/* json_record.c - JSON to records; the way back is record/put_json.h.
 *
 * Numbers that must be exact (money, decimals, percents) travel as strings; what
 * we write is what we read. A reference is written with its title, and read from
 * an id, a title, or the object we wrote.
 */
#include "api/api.h"
#include "base/id.h"
#include "msg/api.h"
#include "record/type.h"

/* ── in ────────────────────────────────────────────────────────────────────── */

static str text_of(const json_t *v) { return (str){ json_string_value(v), json_string_length(v) }; }

static bool wrong_kind(const struct field *f, struct err *e)
{
    fail(e, ERR_INVALID, MSG_api_wrong_kind, "%s: JSON of another kind", f->name);
    err_arg(e, "field", str_of(f->name));
    return err_field(e, f->name);
}

/* What the field is in JSON: money may be a plain number, everything may be its text. */
static bool is_of_kind(const struct field *f, const json_t *v)
{
    static const unsigned number[] = { [FIELD_INT] = 1, [FIELD_DECIMAL] = 1, [FIELD_MONEY] = 1, [FIELD_PERCENT] = 1, [FIELD_DURATION] = 1 };
    switch (json_typeof(v)) {
    case JSON_TRUE:
    case JSON_FALSE:
        return f->type == FIELD_BOOL;
    case JSON_INTEGER:
    case JSON_REAL:
        return f->type < countof(number) && number[f->type];
    case JSON_ARRAY:
        return f->type == FIELD_TAGS || f->type == FIELD_CHOICES || f->type == FIELD_REFS;
    case JSON_OBJECT:
        return f->type == FIELD_MONEY || f->type == FIELD_REF || f->type == FIELD_REFS;
    default:
        return true;
    }
}

static bool money_text(struct arena *a, const struct field *f, const json_t *v, str *out, struct err *e)
{
    const json_t *amount = json_object_get(v, "amount"), *currency = json_object_get(v, "currency");
    str text;
    if (!amount || (currency && !json_is_string(currency)) || !api_value_text(a, f, amount, &text, e))
        return wrong_kind(f, e);
    *out = currency ? arena_fmt(a, "%.*s %.*s", STR_ARG(text), STR_ARG(text_of(currency))) : text;
    return true;
}

static bool list_text(struct arena *a, const struct field *f, const json_t *v, str *out, struct err *e)
{
    struct buf b = buf_new(a, 65536);
    size_t i;
    json_t *one;
    json_array_foreach(v, i, one) {
        str text;
        if (json_is_array(one) || !api_value_text(a, f, one, &text, e))
            return wrong_kind(f, e);
        if (b.n)
            buf_char(&b, ',');
        buf_put(&b, text);
    }
    *out = buf_str(&b);
    return true;
}

bool api_value_text(struct arena *a, const struct field *f, const json_t *v, str *out, struct err *e)
{
    struct buf b = buf_new(a, 64);
    struct json j = { &b, false };
    const json_t *id;

    if (!is_of_kind(f, v))
        return wrong_kind(f, e);
    switch (json_typeof(v)) {
    case JSON_NULL:
        *out = (str){ 0 };
        return true;
    case JSON_STRING:
        *out = arena_str(a, text_of(v));
        return true;
    case JSON_TRUE:
    case JSON_FALSE:
        *out = json_is_true(v) ? S("true") : S("false");
        return true;
    case JSON_INTEGER:
        *out = arena_fmt(a, "%lld", (long long)json_integer_value(v));
        return true;
    case JSON_REAL:
        json_num(&j, json_real_value(v));
        *out = buf_str(&b);
        return true;
    case JSON_ARRAY:
        return list_text(a, f, v, out, e);
    case JSON_OBJECT:
        id = json_object_get(v, "id");
        if (id && json_is_string(id)) {
            *out = arena_str(a, text_of(id));
            return true;
        }
        return f->type == FIELD_MONEY ? money_text(a, f, v, out, e) : wrong_kind(f, e);
    }
    return wrong_kind(f, e);
}

json_t *api_json(str text, int flags, json_error_t *at)
{
    *at = (json_error_t){ .line = 1 };
    if (text.n && memchr(text.p, 0, text.n))    /* the parser would step over it */
        return NULL;
    return json_loadb(text.p ? text.p : "", text.n, (size_t)flags | JSON_REJECT_DUPLICATES, at);
}

static bool is_system_member(const char *name)
{
    static const char *const names[] = { "id", "version", "created_at", "updated_at" };
    for (size_t i = 0; i < countof(names); i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

static bool read_value(struct ctx *c, const struct field *f, const json_t *v, struct record *r, struct err *e)
{
    bool is_typed = f->type == FIELD_REF || f->type == FIELD_REFS || f->type == FIELD_PHONE;
    struct val val;
    str text;
    if (!api_value_text(c->a, f, v, &text, e))
        return false;
    if (is_typed ? !type_parse(c, f, text, &val, e) : !type_from_canon(c, f, text, &val, e))
        return err_field(e, f->name);
    record_set(r, f->name, val);
    return true;
}

static bool read_member(struct ctx *c, const char *name, const json_t *v, int pass, struct record *r, struct err *e)
{
    const struct field *f = entity_field(r->en, str_of(name));
    if (is_system_member(name))
        return true;
    if (!f || f->flags & F_SECRET || access_field(c->who, r->en, f) == FIELD_RIGHT_HIDDEN) {
        fail(e, ERR_INVALID, MSG_api_unknown_member, "%s has no %s", r->en->name, name);
        return err_arg(e, "field", str_of(name));
    }
    return field_pass(f) != pass || read_value(c, f, v, r, e);
}

bool api_read_record(struct ctx *given, const json_t *body, struct record *r, struct faults *faults, struct err *e)
{
    struct ctx c = *given;
    const char *name;
    json_t *v;
    bool ok = true;
    c.of = r;
    for (int pass = 0; pass < FIELD_PASSES; pass++)
        json_object_foreach((json_t *)(uintptr_t)body, name, v) {
            struct err one = { 0 };
            if (read_member(&c, name, v, pass, r, &one))
                continue;
            if (ok)
                *e = one;
            ok = false;
            faults_add(c.a, faults, &one);
        }
    return ok;
}
