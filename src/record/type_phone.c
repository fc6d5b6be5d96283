/* type_phone.c - telephone numbers: E.164 kept, the national form shown at home. */
#include "lang/phone.h"
#include "record/type_rows.h"

static bool phone_read(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    struct val v;
    str e164;
    if (!type_text_checked(c, f, text, &v, e))
        return false;
    if (!phone_parse(c->a, v.s, c->ws->country, &e164, e))
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

static void phone_input(struct html *h, const struct field *f, const struct val *v, const char *id, bool is_invalid)
{
    type_input_line(h, f, "tel", NULL, type_show(h->a, h->loc, f, v), id, is_invalid);
}

const struct type type_phone = {
    .name = "phone", .column = "TEXT", .max = 40, .is_text = true,
    .parse = phone_read, .from_canon = phone_read, .canon = type_plain_canon, .show = phone_text,
    .cell = phone_cell, .input = phone_input, .json_type = "string",
};
