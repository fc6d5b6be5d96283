/* record_form.c - the form of any entity: its rows, and reading them back.
 *
 * What a person typed is never lost: a text that cannot be read stands in its
 * field again beside the reason. A reference to a short list is a select; to a
 * long one it is a text with suggestions, which works without them too.
 */
#include "base/id.h"
#include "msg/web.h"
#include "record/type.h"
#include "web/feature.h"
#include "web/record_views.h"
#include "web/ui.h"

enum { SELECT_MAX = 100 };

bool record_field_is_asked(const struct ctx *c, const struct entity *en, const struct field *f, bool is_new)
{
    bool is_kept = f->flags & (F_READONLY | F_HIDDEN | F_SECRET) || f->type == FIELD_COMPUTED
                || f->type == FIELD_FILE || (!is_new && f->flags & F_IMMUTABLE);
    return !is_kept && access_field(c->who, en, f) == FIELD_RIGHT_WRITE;
}

static const struct field_form *form_of(const struct entity *en, const struct field *f)
{
    for (const struct feature *const *own = features; own && *own; own++)
        for (size_t i = 0; i < (*own)->nforms; i++)
            if ((*own)->forms[i]->entity == en && !strcmp((*own)->forms[i]->field, f->name))
                return (*own)->forms[i];
    return NULL;
}

/* ── reading ───────────────────────────────────────────────────────────────── */

/* Boxes send several values, a hidden twin first: join what is not empty; yes/no takes the last. */
static str posted(struct request *rq, const struct field *f)
{
    size_t n;
    str *v = request_form_all(rq, f->name, &n);
    if (f->type == FIELD_BOOL || n == 1)
        return n ? v[n - 1] : (str){ 0 };
    struct buf b = buf_new(&rq->a, 65536);
    for (size_t i = 0; i < n; i++) {
        if (!v[i].n)
            continue;
        if (b.n)
            buf_char(&b, ',');
        buf_put(&b, v[i]);
    }
    return buf_str(&b);
}

/* Scripts add NAME_id when a suggestion was chosen; it wins over the text. */
static str posted_ref(struct request *rq, const struct field *f)
{
    const char *name = arena_fmt(&rq->a, "%s_id", f->name).p;
    str id = request_form(rq, name);
    return id.n ? id : posted(rq, f);
}

/* Both changed it, and the other's value is to stay. */
static bool is_given_up(struct request *rq, const struct field *f)
{
    return str_eq(request_form(rq, arena_fmt(&rq->a, "%s_stays", f->name).p), S("stored"));
}

static bool read_one(struct request *rq, struct ctx *c, struct record *r, const struct field *f, struct err *e)
{
    struct val v;
    if (!request_has_form(rq, f->name) || is_given_up(rq, f) || !record_field_is_asked(c, r->en, f, r->id == 0))
        return true;
    str text = f->type == FIELD_REF ? posted_ref(rq, f) : posted(rq, f);
    const struct field_form *own = form_of(r->en, f);
    if (own && !own->read(rq, text, &text, e))
        return false;
    if (!type_parse(c, f, text, &v, e))
        return false;
    record_set(r, f->name, v);
    return true;
}

static bool read_all(struct request *rq, struct record *r, struct faults *faults, struct err *first)
{
    struct ctx c = *web_ctx(rq);
    bool ok = true;
    c.of = r;
    for (int pass = 0; pass < FIELD_PASSES; pass++)
        for (size_t i = 0; i < r->en->nfields; i++) {
            const struct field *f = &r->en->fields[i];
            struct err e = { 0 };
            if (field_pass(f) != pass || read_one(rq, &c, r, f, &e))
                continue;
            if (ok)
                *first = e;
            ok = false;
            faults_add(c.a, faults, &e);
        }
    return ok;
}

bool record_form_read(struct request *rq, struct record *r, struct err *e)
{
    struct faults ignored = { 0 };
    return read_all(rq, r, &ignored, e);
}

bool record_form_take(struct request *rq, struct save *s, struct err *e)
{
    if (read_all(rq, s->r, &s->faults, e))
        return true;
    if (e->code == ERR_INVALID)
        record_look(web_ctx(rq), s->r, &s->faults);
    return false;
}

/* ── rows ──────────────────────────────────────────────────────────────────── */

static bool options_of(struct ctx *c, const struct field *f, const struct val *v,
                       struct ui_option **out, size_t *n)
{
    const struct entity *en = entity_find(str_of(f->ref));
    struct list_spec spec = { .en = en, .limit = SELECT_MAX, .cols = { entity_field(en, str_of(en->title)) }, .ncols = 1 };
    struct list list;
    struct err e = { 0 };
    if (!record_list(c, &spec, &list, &e) || list.next.n)
        return false;
    struct ui_option *o = arena_new(c->a, struct ui_option, list.n + 2);
    size_t k = 0;
    bool has_own = !v->is_set;
    o[k++] = (struct ui_option){ .label = S("\u2014"), .is_selected = !v->is_set };
    for (size_t i = 0; i < list.n; i++) {
        bool is_it = v->is_set && list.rows[i]->id == v->i;
        has_own |= is_it;
        o[k++] = (struct ui_option){ id_text(c->a, list.rows[i]->id), record_title(list.rows[i]), is_it };
    }
    if (!has_own)
        o[k++] = (struct ui_option){ id_text(c->a, v->i), v->s, true };
    *out = o;
    *n = k;
    return true;
}

static struct html_safe control_of(struct request *rq, const struct field *f, const struct val *v, bool is_bad)
{
    struct html h = web_html(rq);
    const char *id = ui_id(&rq->a, "f", str_of(f->name)).p;
    type_of(f)->input(&h, f, v, id, is_bad);
    return html_done(&h);
}

/* A field that others changed since the form began: who and when, and if both did, which of the two is to stay. */
static struct html_safe meanwhile(struct request *rq, const struct record_form *form, const struct field *f)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    size_t i = (size_t)field_index(form->en, f);
    const struct stale *s = form->stale;
    if (!s || !((s->both | s->others) >> i & 1))
        return html_done(&h);
    bool is_told = s->since.is_known && s->since.last[i].at;
    str now = type_show(c->a, c->loc, f, &s->stored->v[i]);
    view_record_meanwhile(&h, &(struct record_meanwhile_view){
        .name = str_of(f->name), .is_both = s->both >> i & 1, .stored = now.n ? now : S("\u2014"),
        .who = !is_told ? (str){ 0 } : s->since.last[i].actor.n ? s->since.last[i].actor : S("Setu"),
        .when = is_told ? loc_instant(c->a, c->loc, s->since.last[i].at, DATE_MEDIUM) : (str){ 0 },
    });
    return html_done(&h);
}

int64_t record_form_version(const struct record_form *form) { return form->version ? form->version : form->r->version; }

const struct err *record_form_fault(const struct record_form *form, const struct field *f)
{
    const struct err *e = form->faults ? faults_of(form->faults, f->name) : NULL;
    return e || !form->e || !form->e->field || strcmp(form->e->field, f->name) != 0 ? e : form->e;
}

struct html_safe record_form_row(struct request *rq, const struct record_form *form, const struct field *f)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct val v = form->r->v[field_index(form->en, f)];
    const struct err *bad = record_form_fault(form, f);
    const struct field_form *own = form_of(form->en, f);
    struct ui_field_view row = {
        .label = msg_text(c->a, c->loc, f->label, NULL), .name = str_of(f->name),
        .hint = f->help ? msg_text(c->a, c->loc, f->help, NULL) : (str){ 0 },
        .error = bad ? err_text(c->a, c->loc, bad) : (str){ 0 }, .below = meanwhile(rq, form, f),
        .is_required = (f->flags & F_REQUIRED) != 0, .is_wide = f->type == FIELD_LONGTEXT || f->type == FIELD_ADDRESS,
    };
    struct ui_option *options;
    size_t noptions;

    if (own) {
        own->row(&h, rq, form, f);
        return html_done(&h);
    }
    if (bad && request_has_form(rq, f->name) && f->type != FIELD_CHOICES && f->type != FIELD_CHOICE) {
        row.value = posted(rq, f);              /* as it was typed */
        row.input = f->type == FIELD_LONGTEXT ? UI_AREA : UI_TEXT;
    } else if (f->type == FIELD_REF && options_of(c, f, &v, &options, &noptions)) {
        row.input = UI_SELECT;
        row.options = options;
        row.noptions = noptions;
    } else {
        row.control = control_of(rq, f, &v, bad != NULL);
    }
    view_ui_field(&h, &row);
    return html_done(&h);
}

struct html_safe record_form_rows(struct request *rq, const struct record_form *form, bool is_quick)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    for (size_t i = 0; i < form->en->nfields; i++) {
        const struct field *f = &form->en->fields[i];
        bool quick = (f->flags & (F_QUICK | F_REQUIRED)) != 0;
        if (quick == is_quick && record_field_is_asked(c, form->en, f, form->is_new))
            html_markup(&h, record_form_row(rq, form, f));
    }
    return html_done(&h);
}
