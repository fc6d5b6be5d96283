/* type.c - the table of field types and what callers use of it.
 *
 * A value that is not set has no text: canon and show give the empty text, and
 * the empty text reads as unset. So the rows below meet set values only.
 */
#include "record/type_rows.h"
#include "base/log.h"
#include "msg/record.h"

static const struct type *const types[FIELD_TYPE_COUNT] = {
    [FIELD_TEXT] = &type_text,       [FIELD_LONGTEXT] = &type_longtext, [FIELD_EMAIL] = &type_email,
    [FIELD_PHONE] = &type_phone,     [FIELD_URL] = &type_url,           [FIELD_INT] = &type_int,
    [FIELD_DECIMAL] = &type_decimal, [FIELD_MONEY] = &type_money,       [FIELD_PERCENT] = &type_percent,
    [FIELD_DATE] = &type_date,       [FIELD_INSTANT] = &type_instant,   [FIELD_DURATION] = &type_duration,
    [FIELD_BOOL] = &type_bool,       [FIELD_CHOICE] = &type_choice,     [FIELD_CHOICES] = &type_choices,
    [FIELD_COUNTRY] = &type_country, [FIELD_ENTITY] = &type_entity,
    [FIELD_REF] = &type_ref,         [FIELD_REFS] = &type_refs,         [FIELD_TAGS] = &type_tags,
    [FIELD_ADDRESS] = &type_address, [FIELD_FILE] = &type_file,
};

const struct type *type_of(const struct field *f)
{
    enum field_type t = f->type == FIELD_COMPUTED ? f->shown_as : f->type;
    if (t >= FIELD_TYPE_COUNT || !types[t])
        die("type: field %s has no type", f->name);
    return types[t];
}

int type_max(const struct field *f) { return f->max ? f->max : type_of(f)->max; }

bool type_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    text = str_trim(text);
    if (text.n == 0) {
        *out = (struct val){ 0 };
        return true;
    }
    return type_of(f)->parse(c, f, text, out, e) || err_field(e, f->name);
}

bool type_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    if (text.n == 0) {
        *out = (struct val){ 0 };
        return true;
    }
    return type_of(f)->from_canon(c, f, text, out, e) || err_field(e, f->name);
}

str type_canon(struct arena *a, const struct field *f, const struct val *v)
{
    return v->is_set ? type_of(f)->canon(a, f, v) : (str){ 0 };
}

str type_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    return v->is_set ? type_of(f)->show(a, loc, f, v) : (str){ 0 };
}

str type_show_text(struct ctx *c, const struct field *f, str canon)
{
    struct val v;
    struct err e = { 0 };
    return type_from_canon(c, f, canon, &v, &e) ? type_show(c->a, c->loc, f, &v) : canon;
}

static bool same_ids(const struct val *x, const struct val *y)
{
    return x->n == y->n && (x->n == 0 || !memcmp(x->ids, y->ids, x->n * sizeof *x->ids));
}

bool type_equal(const struct field *f, const struct val *x, const struct val *y)
{
    if (x->is_set != y->is_set || !x->is_set)
        return x->is_set == y->is_set;
    const struct type *t = type_of(f);
    if (f->type == FIELD_REFS)
        return same_ids(x, y);
    if (t->is_text)
        return str_eq(x->s, y->s);
    return x->i == y->i && (f->type != FIELD_MONEY || str_eq(x->s, y->s));
}
