/* type_country.c - a country: the two letters of ISO 3166-1 are kept, each reader sees its name in their language.
 *
 * A name in any of the four languages is understood. What no country is called stays as it was written, in
 * files and answers of strangers most of all: nothing is lost, and the form offers the right ones beside it.
 */
#include "lang/country_name.h"
#include "record/type_rows.h"

static bool country_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    struct val v;
    char code[3];
    if (!type_text_checked(c, f, text, &v, e))
        return false;
    *out = country_is_code(v.s) ? v : country_read(c->a, v.s, code) ? val_text(arena_str(c->a, (str){ code, 2 })) : v;
    return true;
}

static str country_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)a, (void)f;
    return country_name(loc->lang, v->s);
}

static void country_input(struct html *h, const struct field *f, const struct val *v, const char *id, bool is_invalid)
{
    size_t n;
    const str *code = country_offers(h->a, h->loc, v->s, &n);
    type_select_begin(h, f, id, is_invalid);
    type_option(h, (str){ 0 }, S("\u2014"), !v->is_set);
    for (size_t i = 0; i < n; i++)
        type_option(h, code[i], country_name(h->loc->lang, code[i]), v->is_set && str_eq(v->s, code[i]));
    type_select_end(h);
}

const struct type type_country = {
    .name = "country", .column = "TEXT", .max = 60, .is_text = true, .is_word = true,
    .parse = country_parse, .from_canon = country_parse, .canon = type_plain_canon, .show = country_show,
    .cell = type_cell_plain, .input = country_input, .json_type = "string",
};
