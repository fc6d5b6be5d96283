/* segment_edit.c - the form of a segment, with how many it finds and five of them; lists by hand. */
#include "automate/segment_views.h"
#include "base/id.h"
#include "flow/segment.h"
#include "msg/segment.h"
#include "record/type.h"
#include "web/records.h"

#define SAY(key, ...) msg_text(c->a, c->loc, MSG_##key, \
    (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

enum { SAMPLES = 5, SELECTED_MAX = LIST_LIMIT_MAX };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static const struct entity *entity_of(str name)
{
    static const char *const may[] = { "person", "company", "deal" };
    for (size_t i = 0; i < countof(may); i++)
        if (str_eq(name, str_of(may[i])))
            return entity_find(name);
    return entity_find(S("person"));
}

/* ── how many, and who ───────────────────────────────────────────────────── */

static struct segment_preview_view preview_of(struct request *rq, const struct entity *en, str criteria)
{
    struct ctx *c = web_ctx(rq);
    struct segment_preview_view v = { 0 };
    struct list_spec s = { .en = en, .filter = criteria, .limit = SAMPLES };
    struct list list;
    struct err e = { 0 };
    int64_t n;
    bool is_capped;
    if (!criteria.n) {
        v.text = say(c, MSG_segment_preview_empty);
        return v;
    }
    if (!record_count(c, &s, COUNT_CAP, &n, &is_capped, &e) || !record_list(c, &s, &list, &e)) {
        v.error = err_text(c->a, c->loc, &e);
        return v;
    }
    struct sample *samples = arena_new(c->a, struct sample, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct field *f = entity_field(en, str_of(en->title));
        str title = type_show(c->a, c->loc, f, &list.rows[i]->v[field_index(en, f)]);
        samples[i] = (struct sample){ title.n ? title : id_text(c->a, list.rows[i]->id), record_url(c->a, en, list.rows[i]->id) };
    }
    v.samples = samples;
    v.n = list.n;
    v.text = is_capped ? SAY(segment_preview_more, .n = A(n)) : SAY(segment_preview_n, .n = A(n));
    return v;
}

void segment_preview(struct request *rq)
{
    struct html h = web_html(rq);
    struct segment_preview_view v = preview_of(rq, entity_of(request_form(rq, "entity")), str_trim(request_form(rq, "criteria")));
    view_segment_preview(&h, &v);
    answer_html(rq, 200, &h);
}

/* ── the form ────────────────────────────────────────────────────────────── */

static const struct ui_option *entity_options(struct ctx *c, str chosen, size_t *n)
{
    const struct choice *choices = entity_field(&segment_entity, S("entity"))->choices;
    struct ui_option *o = arena_new(c->a, struct ui_option, 4);
    for (*n = 0; choices[*n].value && *n < 4; ++*n)
        o[*n] = (struct ui_option){ str_of(choices[*n].value), say(c, choices[*n].label), str_eq(chosen, str_of(choices[*n].value)) };
    return o;
}

static void show_form(struct request *rq, const struct record *r, const struct err *bad, int status)
{
    struct ctx *c = web_ctx(rq);
    const struct entity *en = entity_of(record_text(r, "entity"));
    bool is_frozen = str_eq(record_text(r, "kind"), S("frozen"));
    struct url here = r->id ? record_url(c->a, &segment_entity, r->id) : url_path(S("/segments"));
    struct segment_edit_view v = {
        .title = r->id ? record_title(r) : say(c, MSG_segment_new), .name = record_text(r, "name"), .criteria = record_text(r, "criteria"),
        .description = record_text(r, "description"), .error = bad ? err_text(c->a, c->loc, bad) : (str){ 0 },
        .error_field = bad && bad->field ? bad->field : "", .entity = str_of(en->name), .entity_label = say(c, en->plural), .is_new = !r->id,
        .is_frozen = is_frozen, .version = r->version, .action = here, .cancel = here, .preview_url = url_path(S("/segments/preview")),
        .choices = condition_choices(rq, en), .preview = preview_of(rq, en, is_frozen ? (str){ 0 } : record_text(r, "criteria")),
    };
    v.entities = entity_options(c, v.entity, &v.nentities);
    struct html h = web_html(rq);
    struct crumb crumb = { say(c, MSG_segment_plural), url_path(S("/segments")) };
    struct page p = web_page(rq, v.title);
    p.crumbs = &crumb;
    p.ncrumbs = 1;
    p.is_plain = true;
    page_begin(&h, &p);
    view_segment_edit(&h, &v);
    page_end(&h, &p);
    answer_html(rq, status, &h);
}

void segment_new(struct request *rq)
{
    struct record *r = record_new(&rq->a, &segment_entity);
    record_set(r, "entity", val_text(str_of(entity_of(request_query(rq, "entity"))->name)));
    record_set(r, "kind", val_text(str_eq(request_query(rq, "kind"), S("frozen")) ? S("frozen") : S("live")));
    record_set(r, "criteria", val_text(str_trim(request_query(rq, "q"))));
    show_form(rq, r, NULL, 200);
}

void segment_edit(struct request *rq)
{
    struct record *r = segment_load(rq);
    struct err e = { 0 };
    if (!r)
        return;
    if (access_record(web_ctx(rq), r, ACTION_CHANGE)) {
        show_form(rq, r, NULL, 200);
        return;
    }
    fail(&e, ERR_FORBIDDEN, MSG_segment_may_not, "segment %lld", (long long)r->id);
    web_fail(rq, &e);
}

static struct record *posted(struct request *rq, const struct record *stored)
{
    static const char *const fields[] = { "name", "kind", "criteria", "description" };
    struct record *r = record_new(&rq->a, &segment_entity);
    r->id = stored ? stored->id : 0;
    r->version = stored ? stored->version : 0;
    if (stored)
        r->v[field_index(&segment_entity, entity_field(&segment_entity, S("entity")))] = record_val(stored, "entity");
    else
        record_set(r, "entity", val_text(str_of(entity_of(request_form(rq, "entity"))->name)));
    for (size_t i = 0; i < countof(fields); i++)
        record_set(r, fields[i], val_text(str_trim(request_form(rq, fields[i]))));
    return r;
}

/* A button of the builder adds to the text and shows the form again; nothing is written. */
void segment_save(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    bool is_new = !rq->param[0].n;
    struct record *stored = is_new ? NULL : segment_load(rq);
    struct err e = { 0 };
    if (!is_new && !stored)
        return;
    struct record *r = posted(rq, stored);
    if (request_form(rq, "step").n) {
        record_set(r, "criteria", val_text(condition_added(rq, entity_find(record_text(r, "entity")), record_text(r, "criteria"), request_form)));
        show_form(rq, r, NULL, 200);
        return;
    }
    struct save s = { .r = r };
    (void)!str_to_int(request_form(rq, "version"), &s.version);
    if (!record_save(c, &s, &e)) {
        if (e.code == ERR_INVALID || e.code == ERR_CONFLICT)
            show_form(rq, r, &e, 422);
        else
            web_fail(rq, &e);
        return;
    }
    web_done(rq, record_url(c->a, &segment_entity, r->id).s, SAY(segment_saved, .name = A(record_title(r))), c->write_id);
}

/* ── lists by hand ───────────────────────────────────────────────────────── */

struct put { int64_t segment; const int64_t *ids; size_t n; bool is_in; int64_t changed; };

static bool run_put(struct ctx *tx, void *arg, struct err *e)
{
    struct put *p = arg;
    return segment_put(tx, p->segment, p->ids, p->n, p->is_in, &p->changed, e);
}

static void put_and_return(struct request *rq, struct put *p)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!record_write(c, run_put, p, &e)) {
        web_fail(rq, &e);
        return;
    }
    str toast = p->is_in ? SAY(segment_put_done, .n = A(p->changed)) : SAY(segment_taken_done, .n = A(p->changed));
    web_done(rq, record_url(c->a, &segment_entity, p->segment).s, toast, 0);
}

static const int64_t *posted_ids(struct request *rq, size_t *n)
{
    size_t got, k = 0;
    const str *text = request_form_all(rq, "id", &got);
    int64_t *v = arena_new(&rq->a, int64_t, got + 1);
    for (size_t i = 0; i < got && k < SELECTED_MAX; i++)
        k += id_parse(text[i], &v[k]);
    *n = k;
    return v;
}

/* From the list of a segment's own kind: the rows that were selected. */
void segment_put_selected(struct request *rq)
{
    struct put p = { .is_in = true };
    struct err e = { 0 };
    p.ids = posted_ids(rq, &p.n);
    if (!id_parse(request_form(rq, "segment"), &p.segment) || p.n == 0) {
        fail(&e, ERR_INVALID, MSG_segment_put_none, "nothing selected");
        web_fail(rq, &e);
        return;
    }
    put_and_return(rq, &p);
}

/* One by name, or out by id. */
void segment_members_post(struct request *rq)
{
    struct record *s = segment_load(rq), **found;
    struct ctx *c = web_ctx(rq);
    struct put p = { .is_in = !str_eq(request_form(rq, "step"), S("out")) };
    struct err e = { 0 };
    str who = str_trim(request_form(rq, "who"));
    if (!s)
        return;
    p.segment = s->id;
    p.ids = posted_ids(rq, &p.n);
    if (p.n == 0 && who.n) {
        size_t n;
        if (!record_find_titled(c, segment_of(s), who, &found, &n, &e)) {
            web_fail(rq, &e);
            return;
        }
        int64_t *one = arena_new(c->a, int64_t, 1);
        *one = n == 1 ? found[0]->id : 0;
        p.ids = one;
        p.n = n == 1;
    }
    if (p.n == 0) {
        fail(&e, ERR_INVALID, MSG_segment_put_nobody, "no one of that name");
        err_arg(&e, "name", who);
        web_fail(rq, &e);
        return;
    }
    put_and_return(rq, &p);
}

static bool run_freeze(struct ctx *tx, void *id, struct err *e)
{
    return segment_freeze(tx, *(const int64_t *)id, e);
}

void segment_freeze_post(struct request *rq)
{
    struct record *s = segment_load(rq);
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!s)
        return;
    if (!record_write(c, run_freeze, &s->id, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, record_url(c->a, &segment_entity, s->id).s, SAY(segment_frozen, .name = A(record_title(s))), c->write_id);
}
