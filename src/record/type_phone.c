/* type_phone.c - telephone numbers: E.164 kept, the national form shown at home. */
#include "lang/country_name.h"
#include "lang/phone.h"
#include "record/type_rows.h"

static str country_of(struct ctx *c, const struct record *r);

/* Of the record that a field points to; none when it is not to be seen. */
static str country_through(struct ctx *c, const struct record *r, const char *field)
{
    const struct field *f = entity_field(r->en, str_of(field));
    int64_t id = f && f->type == FIELD_REF ? record_int(r, field) : 0;
    struct record *other;
    struct err gone;
    return id && record_get(c, entity_find(str_of(f->ref)), id, &other, &gone) ? country_of(c, other) : (str){ 0 };
}

/* Its own; what is not given anew is as it is kept. Who has none is where their company is. */
static str country_of(struct ctx *c, const struct record *r)
{
    bool has_own = entity_field(r->en, S("country")) != NULL;
    struct record *kept = NULL;
    struct err gone;
    if (has_own && record_val(r, "country").is_set)
        return record_text(r, "country");
    if (r->id && !r->version && record_get(c, r->en, r->id, &kept, &gone) && has_own && record_val(kept, "country").is_set)
        return record_text(kept, "country");
    str out = country_through(c, r, has_own || !r->en->subject ? "company" : r->en->subject);
    return out.n || !kept ? out : country_of(c, kept);
}

/* Where a number without its country's code belongs. */
static const char *home_of(struct ctx *c, str number)
{
    char code[3];
    bool is_of_one = c->of && !str_starts(number, S("+")) && country_read(c->a, country_of(c, c->of), code);
    return is_of_one ? arena_cstr(c->a, str_of(code)) : c->loc->country;
}

static bool phone_read(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    struct val v;
    str e164;
    if (!type_text_checked(c, f, text, &v, e))
        return false;
    if (!phone_parse(c->a, v.s, home_of(c, v.s), &e164, e))
        return false;
    *out = val_text(e164);
    return true;
}

static str phone_text(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)f;
    return phone_show(a, v->s, loc->country);
}

static void phone_cell(struct html *h, const struct field *f, const struct val *v)
{
    html_lit(h, "<a dir=\"ltr\" href=\"tel:");
    html_text(h, v->s);
    html_lit(h, "\">");
    html_text(h, type_show(h->a, h->loc, f, v));
    html_lit(h, "</a>");
}

/* With its country's code: the form is read by the record's country, which may be another than the reader's. */
static void phone_input(struct html *h, const struct field *f, const struct val *v, const char *id, bool is_invalid)
{
    type_input_line(h, f, "tel", NULL, phone_show(h->a, v->s, ""), id, is_invalid);
}

const struct type type_phone = {
    .name = "phone", .column = "TEXT", .max = 40, .is_text = true,
    .parse = phone_read, .from_canon = phone_read, .canon = type_plain_canon, .show = phone_text,
    .cell = phone_cell, .input = phone_input, .json_type = "string",
};
