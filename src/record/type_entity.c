/* type_entity.c - which kind of record something is about: the entity's name is kept, its label read.
 *
 * Set by the program for the most part. What is no entity here, of a room that is gone, stays as it was written.
 */
#include "record/type_rows.h"

static bool entity_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    if (!type_text_checked(c, f, text, out, e))
        return false;
    str folded = entity_find(out->s) ? (str){ 0 } : fold(c->a, out->s);
    for (size_t i = 0; folded.n && i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        if (type_label_is(c, en->label, folded) || type_label_is(c, en->plural, folded)) {
            *out = val_text(str_of(en->name));
            break;
        }
    }
    return true;
}

static str entity_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    const struct entity *en = entity_find(v->s);
    (void)f;
    return en ? msg_text(a, loc, en->label, NULL) : v->s;
}

static void entity_input(struct html *h, const struct field *f, const struct val *v, const char *id, bool is_invalid)
{
    type_select_begin(h, f, id, is_invalid);
    type_option(h, (str){ 0 }, S("\u2014"), !v->is_set);
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        bool is_it = v->is_set && str_eq(v->s, str_of(en->name));
        if (is_it || !(en->flags & E_NO_PAGE))
            type_option(h, str_of(en->name), _msg(en->label), is_it);
    }
    type_select_end(h);
}

const struct type type_entity = {
    .name = "entity", .column = "TEXT", .max = 40, .is_text = true, .is_word = true,
    .parse = entity_parse, .from_canon = type_text_checked, .canon = type_plain_canon, .show = entity_show,
    .cell = type_cell_plain, .input = entity_input, .json_type = "string",
};
