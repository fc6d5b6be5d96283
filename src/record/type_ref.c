/* type_ref.c - references to other records, and to files.
 *
 * People give a title; programs give the id's text. A title must name exactly
 * one record that the person may see: none and several are different errors.
 */
#include "base/id.h"
#include "msg/record.h"
#include "record/query.h"
#include "record/type_rows.h"

/* Both forms; *found says whether `text` named a record. */
static bool by_id(struct ctx *c, const struct entity *en, str text, struct val *out, bool *found,
                  struct err *e)
{
    int64_t id;
    struct record *r;
    *found = false;
    if (!id_parse(text, &id))
        return true;
    if (!record_get(c, en, id, &r, e)) {
        bool is_absent = e->code == ERR_NOT_FOUND;
        if (is_absent)
            *e = (struct err){ 0 };
        return is_absent;
    }
    *found = true;
    *out = (struct val){ .is_set = true, .i = id, .s = record_title(r) };
    return true;
}

static bool by_title(struct ctx *c, const struct entity *en, str text, struct val *out, struct err *e)
{
    struct record **v;
    size_t n;
    if (!record_find_titled(c, en, text, &v, &n, e))
        return false;
    if (n == 1) {
        *out = (struct val){ .is_set = true, .i = v[0]->id, .s = record_title(v[0]) };
        return true;
    }
    fail(e, ERR_INVALID, n ? MSG_record_ref_ambiguous : MSG_record_ref_unknown,
         "%s titled '%.*s': %zu", en->name, STR_ARG(text), n);
    err_arg(e, "value", text);
    return err_arg(e, "entity", msg_text(c->a, c->loc, en->label, NULL));
}

static bool ref_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    const struct entity *en = entity_find(str_of(f->ref));
    bool found;
    if (str_eq(text, S("me")) && !strcmp(f->ref, "user") && c->who->user_id) {
        *out = (struct val){ .is_set = true, .i = c->who->user_id, .s = c->who->name };
        return true;
    }
    if (!by_id(c, en, text, out, &found, e))
        return false;
    return found || by_title(c, en, text, out, e);
}

/* Canonical text is only ever an id; what it leads to is checked when it is written. */
static bool ref_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    int64_t id;
    (void)c;
    if (!id_parse(text, &id)) {
        fail(e, ERR_INVALID, MSG_record_ref_unknown, "%s: id '%.*s'", f->name, STR_ARG(text));
        err_arg(e, "value", text);
        return err_arg(e, "entity", str_of(f->ref));
    }
    *out = val_ref(id);
    return true;
}

static str ref_canon(struct arena *a, const struct field *f, const struct val *v)
{
    (void)f;
    return id_text(a, v->i);
}

static str ref_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)loc, (void)f;
    return v->s.n ? v->s : id_text(a, v->i);
}

static void link_to(struct html *h, const struct field *f, int64_t id, str title)
{
    const struct entity *en = entity_find(str_of(f->ref));
    bool has_page = !(en->flags & E_NO_PAGE);
    if (has_page) {
        html_lit(h, "<a href=\"/");
        html_cstr(h, en->path);
        html_lit(h, "/");
        html_text(h, id_text(h->a, id));
        html_lit(h, "\">");
    }
    html_lit(h, "<bdi>");
    html_text(h, title.n ? title : id_text(h->a, id));
    html_lit(h, "</bdi>");
    if (has_page)
        html_lit(h, "</a>");
}

static void ref_cell(struct html *h, const struct field *f, const struct val *v)
{
    link_to(h, f, v->i, v->s);
}

/* Plain text with the title works without scripts; ui/js/ref.js adds suggestions. */
static void ref_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                      bool is_invalid)
{
    html_lit(h, "<span class=\"ref\" data-ref=\"");
    html_cstr(h, f->ref);
    html_lit(h, "\">");
    type_input_line(h, f, "text", NULL, v->is_set ? ref_show(h->a, h->loc, f, v) : (str){ 0 }, id, is_invalid);
    html_lit(h, "</span>");
}

const struct type type_ref = {
    .name = "reference", .column = "BIGINT", .max = 200,
    .parse = ref_parse, .from_canon = ref_from_canon, .canon = ref_canon, .show = ref_show,
    .cell = ref_cell, .input = ref_input, .json_type = "string", .json_format = "id",
};

/* ── several ───────────────────────────────────────────────────────────────── */

enum { REFS_MAX = 200 };

static bool each_ref(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e,
                     bool (*read)(struct ctx *, const struct field *, str, struct val *, struct err *))
{
    int64_t *ids = arena_new(c->a, int64_t, REFS_MAX);
    struct buf titles = buf_new(c->a, 65536);
    size_t n = 0;

    while (text.n) {
        str word = str_trim(str_cut(&text, ','));
        struct val one;
        if (word.n == 0)
            continue;
        if (n == REFS_MAX) {
            fail(e, ERR_INVALID, MSG_record_too_many_refs, "%s: more than %d", f->name, REFS_MAX);
            return err_arg_int(e, "max", REFS_MAX);
        }
        if (!read(c, f, word, &one, e))
            return false;
        bool is_new = true;
        for (size_t i = 0; i < n; i++)
            is_new &= ids[i] != one.i;
        if (!is_new)
            continue;
        ids[n++] = one.i;
        if (titles.n)
            buf_lit(&titles, ", ");
        buf_put(&titles, one.s);
    }
    *out = (struct val){ .is_set = n > 0, .ids = ids, .n = n, .s = buf_str(&titles) };
    return true;
}

static bool refs_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    return each_ref(c, f, text, out, e, ref_parse);
}

static bool refs_from_canon(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    return each_ref(c, f, text, out, e, ref_from_canon);
}

static str refs_canon(struct arena *a, const struct field *f, const struct val *v)
{
    struct buf b = buf_new(a, 16 * REFS_MAX + 16);
    (void)f;
    for (size_t i = 0; i < v->n; i++) {
        if (i)
            buf_char(&b, ',');
        buf_put(&b, id_text(a, v->ids[i]));
    }
    return buf_str(&b);
}

static str refs_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)loc;
    return v->s.n ? v->s : refs_canon(a, f, v);
}

static void refs_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                       bool is_invalid)
{
    html_lit(h, "<span class=\"ref many\" data-ref=\"");
    html_cstr(h, f->ref);
    html_lit(h, "\">");
    type_input_line(h, f, "text", NULL, v->is_set ? refs_show(h->a, h->loc, f, v) : (str){ 0 }, id, is_invalid);
    html_lit(h, "</span>");
}

const struct type type_refs = {
    .name = "references", .column = NULL, .max = REFS_MAX,
    .parse = refs_parse, .from_canon = refs_from_canon, .canon = refs_canon, .show = refs_show,
    .cell = type_cell_plain, .input = refs_input, .json_type = "array",
};

/* ── file: "sha256 size type name" of a blob kept in the data folder ───────── */

static str file_part(str s, int k)
{
    str part = { 0 };
    for (; k >= 0; k--)
        part = str_cut(&s, ' ');
    return part;
}

/* The name is the rest after three words. */
static str file_name(str s)
{
    for (int k = 0; k < 3; k++)
        str_cut(&s, ' ');
    return s;
}

static bool file_parse(struct ctx *c, const struct field *f, str text, struct val *out, struct err *e)
{
    struct val v;
    int64_t size;
    if (!type_text_checked(c, f, text, &v, e))
        return false;
    if (file_part(v.s, 0).n != 64 || !str_to_int(file_part(v.s, 1), &size) || file_name(v.s).n == 0)
        return fail(e, ERR_INVALID, MSG_record_file_malformed, "%s: '%.*s'", f->name, STR_ARG(v.s));
    *out = v;
    return true;
}

static str file_show(struct arena *a, const struct locale *loc, const struct field *f, const struct val *v)
{
    (void)a, (void)loc, (void)f;
    return file_name(v->s);
}

static void file_cell(struct html *h, const struct field *f, const struct val *v)
{
    (void)f;
    html_lit(h, "<a href=\"/files/");
    html_url_part(h, file_part(v->s, 0));
    html_lit(h, "\"><bdi>");
    html_text(h, file_name(v->s));
    html_lit(h, "</bdi></a>");
}

static void file_input(struct html *h, const struct field *f, const struct val *v, const char *id,
                       bool is_invalid)
{
    (void)v;
    type_input_line(h, f, "file", NULL, (str){ 0 }, id, is_invalid);
}

const struct type type_file = {
    .name = "file", .column = "TEXT", .max = 400, .is_text = true,
    .parse = file_parse, .from_canon = file_parse, .canon = type_plain_canon, .show = file_show,
    .cell = file_cell, .input = file_input, .json_type = "string",
};
