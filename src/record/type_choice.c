/* type_choice.c - one or several of the choices that the field declares.
 *
 * People may give the value or its label in any of the four languages (imports
 * do); the value is kept. Several are kept in the order of the declaration, so
 * that equal sets are equal texts.
 */
#include "msg/record.h"
#include "record/type_rows.h"

bool type_label_is(struct ctx *c, msg_id label, str folded)
{
    struct locale loc = *c->loc;
    for (int l = 0; l < LANG_COUNT; l++) {
        loc.lang = (enum lang)l;
        if (str_eq(fold(c->a, msg_text(c->a, &loc, label, NULL)), folded))
            return true;
    }
    return false;
}

static const struct choice *choice_find(struct ctx *c, const struct field *f, str text, bool labels)
{
    for (const struct choice *ch = f->choices; ch->value; ch++)
        if (str_eq_ascii_nocase(text, str_of(ch->value)))
            return ch;
    if (!labels)
        return NULL;
    str folded = fold(c->a, text);
    for (const struct choice *ch = f->choices; ch->value; ch++)
        if (type_label_is(c, ch->label, folded))
            return ch;
    return NULL;
}

static bool not_a_choice(str text, struct err *e)
{
    fail(e, ERR_INVALID, MSG_record_not_a_choice, "choice '%.*s'", STR_ARG(text));
    return err_arg(e, "value", text);
}

static bool one(struct ctx *c, const struct field *f, str text, bool labels, struct val *out, struct err *e)
{
    const struct choice *ch = choice_find(c, f, text, labels);
    if (!ch)
        return not_a_choice(text, e);
    *out = val_text(str_of(ch->value));
    return true;
}

static bool choice_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    return one(c, f, text, true, out, e);
}

static bool choice_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    return one(c, f, text, false, out, e);
}

static const struct choice *stored(const struct field *f, str value)
{
    for (const struct choice *ch = f->choices; ch->value; ch++)
        if (str_eq(value, str_of(ch->value)))
            return ch;
    return NULL;
}

static str label_of(struct arena *a, const struct locale *loc, const struct field *f, str value)
{
    const struct choice *ch = stored(f, value);
    return ch ? msg_text(a, loc, ch->label, NULL) : value;
}

static str choice_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    return label_of(a, loc, f, v->s);
}

static void chip(struct html *h, const struct field *f, str value)
{
    const struct choice *ch = stored(f, value);
    html_lit(h, "<span class=\"chip ");
    if (ch && ch->tone)
        html_cstr(h, ch->tone);
    html_lit(h, "\">");
    html_text(h, label_of(h->a, h->loc, f, value));
    html_lit(h, "</span>");
}

static void choice_cell(struct html *h, const struct field *f, const struct val *v)
{
    chip(h, f, v->s);
}

void type_option(struct html *h, str value, str label, bool is_chosen)
{
    html_lit(h, "<option value=\"");
    html_text(h, value);
    html_lit(h, "\"");
    if (is_chosen)
        html_lit(h, " selected");
    html_lit(h, ">");
    html_text(h, label);
    html_lit(h, "</option>");
}

void type_select_begin(struct html *h, const struct field *f, const char *id, bool is_invalid)
{
    html_lit(h, "<select class=\"in\" id=\"");
    html_cstr(h, id);
    html_lit(h, "\" name=\"");
    html_cstr(h, f->name);
    html_lit(h, "\"");
    if (is_invalid) {
        html_lit(h, " aria-invalid=\"true\" aria-describedby=\"");
        html_cstr(h, id);
        html_lit(h, "-e\"");
    }
    html_lit(h, ">");
}

void type_select_end(struct html *h) { html_lit(h, "</select>"); }

static void choice_input(struct html *h, const struct field *f, const struct val *v, const char *id, bool is_invalid)
{
    type_select_begin(h, f, id, is_invalid);
    type_option(h, (str){ 0 }, S("\u2014"), !v->is_set);
    for (const struct choice *ch = f->choices; ch->value; ch++)
        type_option(h, str_of(ch->value), _msg(ch->label), v->is_set && str_eq(v->s, str_of(ch->value)));
    type_select_end(h);
}

const struct type type_choice = {
    .name = "choice", .column = "TEXT", .is_text = true, .is_word = true,
    .parse = choice_parse, .from_canon = choice_from_canon,
    .canon = type_plain_canon, .show = choice_show,
    .cell = choice_cell, .input = choice_input, .json_type = "string",
};

/* ── several ───────────────────────────────────────────────────────────────── */

enum { CHOICES_MAX = 64 };

static bool many(struct ctx *c, const struct field *f, str text, bool labels, struct val *out, struct err *e)
{
    uint64_t chosen = 0;
    while (text.n) {
        str word = str_trim(str_cut(&text, ','));
        const struct choice *ch = word.n ? choice_find(c, f, word, labels) : f->choices;
        if (!ch)
            return not_a_choice(word, e);
        if (word.n)
            chosen |= (uint64_t)1 << (ch - f->choices);
    }
    struct buf b = buf_new(c->a, 8192);
    for (size_t i = 0; i < CHOICES_MAX && f->choices[i].value; i++) {
        if (!(chosen >> i & 1))
            continue;
        if (b.n)
            buf_char(&b, ',');
        buf_put(&b, str_of(f->choices[i].value));
    }
    *out = val_text(buf_str(&b));
    return true;
}

static bool choices_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    return many(c, f, text, true, out, e);
}

static bool choices_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    return many(c, f, text, false, out, e);
}

static str choices_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    struct buf b = buf_new(a, 16384);
    for (str rest = v->s; rest.n;) {
        if (b.n)
            buf_put(&b, loc->lang == LANG_FA ? S("\u060C ") : S(", "));
        buf_put(&b, label_of(a, loc, f, str_cut(&rest, ',')));
    }
    return buf_str(&b);
}

static void choices_cell(struct html *h, const struct field *f, const struct val *v)
{
    for (str rest = v->s; rest.n;) {
        chip(h, f, str_cut(&rest, ','));
        html_lit(h, " ");
    }
}

static bool contains(str list, str value)
{
    while (list.n)
        if (str_eq(str_cut(&list, ','), value))
            return true;
    return false;
}

static void choices_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                          bool is_invalid)
{
    (void)is_invalid;
    html_lit(h, "<span class=\"checks\" id=\"");
    html_cstr(h, id);
    html_lit(h, "\"><input type=\"hidden\" value=\"\" name=\"");
    html_cstr(h, f->name);
    html_lit(h, "\">");
    for (const struct choice *ch = f->choices; ch->value; ch++) {
        html_lit(h, "<label class=\"checkline\"><input class=\"check\" type=\"checkbox\" name=\"");
        html_cstr(h, f->name);
        html_lit(h, "\" value=\"");
        html_cstr(h, ch->value);
        html_lit(h, "\"");
        if (contains(v->s, str_of(ch->value)))
            html_lit(h, " checked");
        html_lit(h, "> ");
        html_text(h, _msg(ch->label));
        html_lit(h, "</label> ");
    }
    html_lit(h, "</span>");
}

const struct type type_choices = {
    .name = "choices", .column = "TEXT", .is_text = true,
    .parse = choices_parse, .from_canon = choices_from_canon,
    .canon = type_plain_canon, .show = choices_show,
    .cell = choices_cell, .input = choices_input, .json_type = "array",
};
