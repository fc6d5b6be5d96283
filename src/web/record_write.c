/* record_write.c - what the record pages do: create, change, delete, one field, many records. */
#include "base/id.h"
#include "base/json.h"
#include "msg/web.h"
#include "record/once.h"
#include "record/search.h"
#include "record/type.h"
#include "web/feature.h"
#include "web/record_views.h"
#include "web/ui.h"

/* Nobody's change is lost: what only one of them changed is put together, what both changed is asked. */
static bool write_stale(struct ctx *tx, struct save *s, const struct record *stored, struct err *e)
{
    struct err refused = *e;
    *e = (struct err){ 0 };
    if (!record_stale(tx, s->r, stored, s->version, &s->stale, e))
        return false;
    if (!s->stale->both)
        return record_update(tx, s->stale->merged, stored->version, NULL, e);
    *e = refused;
    return false;
}

static bool write_it(struct ctx *tx, struct save *s, struct err *e)
{
    struct record *stored = NULL;
    if (s->is_new ? record_create(tx, s->r, e) : record_update(tx, s->r, s->version, &stored, e))
        return true;
    if (stored && write_stale(tx, s, stored, e))
        return true;
    faults_add(tx->a, &s->faults, e);
    record_faults(tx, &s->faults);
    return false;
}

static bool run_save(struct ctx *tx, void *arg, struct err *e)
{
    struct save *s = arg;
    str id = { 0 };
    s->stale = NULL;                            /* a write that runs again finds what is stored then */
    if (!s->is_new)
        return write_it(tx, s, e);
    if (!once_find(tx, s->once, &id, e))
        return false;
    if (id.n)
        return id_parse(id, &s->r->id);         /* the same form again: the record it made */
    return write_it(tx, s, e) && once_keep(tx, s->once, id_text(tx->a, s->r->id), e);
}

bool record_save(struct ctx *c, struct save *s, struct err *e)
{
    int64_t id = s->r->id;
    s->is_new = id == 0;
    bool ok = record_write(c, run_save, s, e);
    if (s->stale) {
        s->r = s->stale->merged;
        s->version = s->stale->stored->version;
    }
    if (!ok)
        s->r->id = id;                          /* a refused creation has none */
    return ok;
}

static str say_title(struct ctx *c, msg_id msg, const struct record *r)
{
    str title = record_title(r).n ? record_title(r) : msg_text(c->a, c->loc, r->en->label, NULL);
    return msg_text(c->a, c->loc, msg, (const struct msg_arg *)(const void *)&(struct msg_web_saved_args){ .title = A(title) });
}

str record_toast(struct request *rq, msg_id msg, const struct record *r) { return say_title(web_ctx(rq), msg, r); }

/* The names of the fields that others changed meanwhile, of those that the form asks for. */
static str fields_of_others(struct ctx *c, const struct stale *s)
{
    const struct entity *en = s->stored->en;
    struct buf b = buf_new(c->a, 4096);
    for (size_t i = 0; i < en->nfields; i++)
        if (s->others >> i & 1 && record_field_is_asked(c, en, &en->fields[i], false))
            buf_fmt(&b, "%s%.*s", !b.n ? "" : c->loc->lang == LANG_FA ? "\u060c " : ", ", STR_ARG(msg_text(c->a, c->loc, en->fields[i].label, NULL)));
    return buf_str(&b);
}

/* Saved; and if others saved meanwhile, that theirs is kept too. */
static str saved_toast(struct request *rq, const struct save *s)
{
    struct ctx *c = web_ctx(rq);
    str fields = s->stale ? fields_of_others(c, s->stale) : (str){ 0 };
    if (!fields.n)
        return record_toast(rq, MSG_web_saved, s->r);
    return msg_text(c->a, c->loc, MSG_web_saved_beside, (const struct msg_arg *)(const void *)
                    &(struct msg_web_saved_beside_args){ .title = A(record_title(s->r)), .fields = A(fields) });
}

/* ── form pages ────────────────────────────────────────────────────────────── */

/* Several: told together, each leading to its field. One is told as it is, and stands at its field too. */
static struct html_safe faults_list(struct request *rq, const struct record_form *form)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct record_faults_view v = { .v = arena_new(c->a, struct record_fault_view, form->en->nfields) };
    for (const struct field *f = form->en->fields; f < form->en->fields + form->en->nfields; f++) {
        const struct err *bad = record_field_is_asked(c, form->en, f, form->is_new) ? record_form_fault(form, f) : NULL;
        if (bad)
            v.v[v.n++] = (struct record_fault_view){ .label = msg_text(c->a, c->loc, f->label, NULL), .text = err_text(c->a, c->loc, bad),
                                                     .at = url_fmt(c->a, "#%.*s", STR_ARG(ui_id(c->a, "f", str_of(f->name)))) };
    }
    if (v.n > 1)
        view_record_faults(&h, &v);
    return html_done(&h);
}

static void show_form(struct request *rq, const struct record_form *f, int status)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    str label = msg_text(c->a, c->loc, f->en->label, NULL);
    str title = f->is_new ? msg_text(c->a, c->loc, MSG_web_new_of, (const struct msg_arg *)(const void *)
                                     &(struct msg_web_new_of_args){ .entity = A(label) })
                          : record_title(f->stale ? f->stale->stored : f->r);
    struct record_form_view v = {
        .en = f->en, .r = f->r, .is_new = f->is_new, .title = title, .live = f->is_new ? (str){ 0 } : id_text(c->a, f->r->id),
        .quick = record_form_rows(rq, f, true), .more = record_form_rows(rq, f, false),
        .faults = faults_list(rq, f), .error = f->e ? err_text(c->a, c->loc, f->e) : (str){ 0 }, .warning = f->warning,
        .action = f->is_new ? url_fmt(c->a, "/%s", f->en->path) : record_url(c->a, f->en, f->r->id),
        .cancel = f->is_new ? url_fmt(c->a, "/%s", f->en->path) : record_url(c->a, f->en, f->r->id),
        .version = record_form_version(f), .back = rq->method == GET ? request_query(rq, "back") : request_form(rq, "back"),
        .once = request_form(rq, "once").n ? request_form(rq, "once") : once_new(c->a),
    };
    if (request_is_fragment(rq)) {
        view_record_form(&h, &v);
    } else {
        struct page p = web_page(rq, title);
        p.is_plain = true;
        page_begin(&h, &p);
        view_record_form(&h, &v);
        page_end(&h, &p);
    }
    answer_html(rq, status, &h);
}

void record_defaults_shown(struct ctx *c, struct record *r)
{
    for (size_t i = 0; i < r->en->nfields; i++) {
        const struct field *f = &r->en->fields[i];
        struct err e = { 0 };
        struct val v;
        if (f->init && record_field_is_asked(c, r->en, f, true) && type_parse(c, f, str_of(f->init), &v, &e))
            r->v[i] = v;
    }
}

/* Values that a link may give a new record: /deals/new?company=ID. */
static void prefill(struct request *rq, struct record *r)
{
    struct ctx *c = web_ctx(rq);
    record_defaults_shown(c, r);
    for (size_t i = 0; i < r->en->nfields; i++) {
        const struct field *f = &r->en->fields[i];
        struct err e = { 0 };
        struct val v;
        str text = request_query(rq, f->name);
        if (text.n && record_field_is_asked(c, r->en, f, true) && type_parse(c, f, text, &v, &e))
            r->v[i] = v;
    }
}

/* No form for who may not save it. */
static void refuse_form(struct request *rq, const struct entity *en)
{
    struct err e = { 0 };
    (void)!access_denied(web_ctx(rq), en, &e);
    web_fail(rq, &e);
}

void records_new(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    if (!en)
        return;
    if (access_scope(web_ctx(rq)->who, en, ACTION_CREATE) == SCOPE_NONE) {
        refuse_form(rq, en);
        return;
    }
    struct record *r = record_new(&rq->a, en);
    prefill(rq, r);
    show_form(rq, &(struct record_form){ .en = en, .r = r, .is_new = true }, 200);
}

static struct html_safe warnings(struct request *rq, const struct record *r)
{
    struct html out = web_html(rq);
    for (const struct feature *const *f = features; *f; f++)
        if ((*f)->warn)
            (*f)->warn(rq, r, &out);
    return html_done(&out);
}

/* Told once: what is posted again with `sure` is meant. */
static bool is_asked_again(struct request *rq, struct record *r)
{
    struct html_safe w = request_has_form(rq, "sure") ? (struct html_safe){ { 0 } } : warnings(rq, r);
    if (w.s.n)
        show_form(rq, &(struct record_form){ .en = r->en, .r = r, .warning = w, .is_new = true }, 200);
    return w.s.n > 0;
}

/* A second click on the same form: answered as the first was, not asked about the record it made. */
static bool is_posted_before(struct ctx *c, str once)
{
    struct err e = { 0 };
    str id = { 0 };
    return once.n && once_find(c, once, &id, &e) && id.n;
}

void records_create(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct err e = { 0 };
    if (!en)
        return;
    struct save s = { .r = record_new(&rq->a, en), .once = request_form(rq, "once") };
    bool is_read = record_form_take(rq, &s, &e);
    if (is_read && !is_posted_before(web_ctx(rq), s.once) && is_asked_again(rq, s.r))
        return;
    if (!is_read || !record_save(web_ctx(rq), &s, &e)) {
        if (e.code == ERR_FORBIDDEN || e.code == ERR_BUSY || e.code == ERR_INTERNAL || e.code == ERR_FULL)
            web_fail(rq, &e);
        else
            show_form(rq, &(struct record_form){ .en = en, .r = s.r, .e = &e, .faults = &s.faults, .is_new = true }, err_http_status(e.code));
        return;
    }
    str path = record_url(&rq->a, en, s.r->id).s;
    web_done(rq, request_form(rq, "back").n ? web_back(rq, "/") : path, record_toast(rq, MSG_web_created, s.r), web_ctx(rq)->write_id);
}

void records_edit(struct request *rq)
{
    struct record *r = records_load(rq);
    if (r && !access_record(web_ctx(rq), r, ACTION_CHANGE))
        refuse_form(rq, r->en);
    else if (r)
        show_form(rq, &(struct record_form){ .en = r->en, .r = r }, 200);
}

/* The stored record with the posted values over it: what the form shows again. */
bool record_form_over(struct request *rq, const struct record *stored, struct save *s, struct err *e)
{
    struct record *out = s->r;
    struct val *v = out->v;
    *out = *stored;
    out->v = v;
    memcpy(out->v, stored->v, stored->en->nfields * sizeof *v);
    out->has = 0;
    return record_form_take(rq, s, e);
}

void records_update(struct request *rq)
{
    struct record *stored = records_load(rq);
    struct err e = { 0 };
    if (!stored)
        return;
    struct save s = { .r = record_new(&rq->a, stored->en) };
    if (!str_to_int(request_form(rq, "version"), &s.version))
        s.version = 0;
    if (record_form_over(rq, stored, &s, &e) && record_save(web_ctx(rq), &s, &e)) {
        web_done(rq, request_form(rq, "back").n ? web_back(rq, "/") : record_url(&rq->a, stored->en, s.r->id).s,
                 saved_toast(rq, &s), web_ctx(rq)->write_id);
        return;
    }
    if (e.code == ERR_INVALID || e.code == ERR_CONFLICT)
        show_form(rq, &(struct record_form){ .en = stored->en, .r = s.r, .e = &e, .faults = &s.faults, .stale = s.stale, .version = s.version },
                  err_http_status(e.code));
    else
        web_fail(rq, &e);
}

struct removal { const struct entity *en; int64_t id; };

static bool run_delete(struct ctx *tx, void *arg, struct err *e)
{
    struct removal *d = arg;
    return record_delete(tx, d->en, d->id, 0, e);
}

void records_delete(struct request *rq)
{
    struct record *r = records_load(rq);
    struct err e = { 0 };
    if (!r)
        return;
    struct removal d = { r->en, r->id };
    if (!record_write(web_ctx(rq), run_delete, &d, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, url_fmt(&rq->a, "/%s", r->en->path).s, record_toast(rq, MSG_web_deleted, r), web_ctx(rq)->write_id);
}

/* ── one field in its place ────────────────────────────────────────────────── */

static const struct field *field_of(struct request *rq, const struct entity *en)
{
    const struct field *f = entity_field(en, rq->param[2]);
    if (f && record_field_is_asked(web_ctx(rq), en, f, false))
        return f;
    struct err e = { 0 };
    fail(&e, ERR_NOT_FOUND, MSG_web_not_found, "field %.*s", STR_ARG(rq->param[2]));
    web_fail(rq, &e);
    return NULL;
}

static bool has_word(struct request *rq, const char *name, const char *word)
{
    str s = rq->method == GET ? request_query(rq, name) : request_form(rq, name);
    return str_eq(s, str_of(word));
}

/* The changed value in its place again; the toast rides in a header. */
static void show_value(struct request *rq, const struct field *f, const struct save *s)
{
    const struct entity *en = s->r->en;
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq), cell = web_html(rq);
    struct record *r;
    struct err e = { 0 };
    if (!record_get(c, en, s->r->id, &r, &e)) {
        web_fail(rq, &e);
        return;
    }
    const struct val *v = &r->v[field_index(en, f)];
    if (v->is_set)
        type_of(f)->cell(&cell, f, v);
    else
        html_text(&cell, S("\u2014"));
    view_record_value(&h, &(struct record_value_view){
        .cell = html_done(&cell), .is_fact = has_word(rq, "as", "fact"),
        .edit = url_fmt(c->a, "/%s/%.*s/field/%s?as=fact", en->path, STR_ARG(id_text(c->a, r->id)), f->name) });
    web_toast_header(rq, saved_toast(rq, s), c->write_id);
    answer_html(rq, 200, &h);
}

static void show_field(struct request *rq, const struct record_form *form, const struct field *f, int status)
{
    struct html h = web_html(rq);
    struct record_field_view v = {
        .row = record_form_row(rq, form, f), .version = record_form_version(form),
        .action = url_fmt(&rq->a, "/%s/%.*s/field/%s", form->en->path, STR_ARG(rq->param[1]), f->name),
        .cancel = record_url(&rq->a, form->en, form->r->id),
        .is_fact = has_word(rq, "as", "fact"),
    };
    if (request_is_fragment(rq)) {
        view_record_field(&h, &v);
    } else {
        struct page p = web_page(rq, record_title(form->r));
        p.is_plain = true;
        page_begin(&h, &p);
        view_record_field(&h, &v);
        page_end(&h, &p);
    }
    answer_html(rq, status, &h);
}

void records_field(struct request *rq)
{
    struct record *r = records_load(rq);
    const struct field *f = r ? field_of(rq, r->en) : NULL;
    if (f)
        show_field(rq, &(struct record_form){ .en = r->en, .r = r }, f, 200);
}

void records_field_save(struct request *rq)
{
    struct record *r = records_load(rq);
    const struct field *f = r ? field_of(rq, r->en) : NULL;
    struct err e = { 0 };
    if (!f)
        return;
    struct save s = { .r = record_new(&rq->a, r->en) };
    if (!str_to_int(request_form(rq, "version"), &s.version))
        s.version = 0;
    if (!record_form_over(rq, r, &s, &e) || !record_save(web_ctx(rq), &s, &e)) {
        if (e.code == ERR_INVALID || e.code == ERR_CONFLICT)
            show_field(rq, &(struct record_form){ .en = r->en, .r = s.r, .e = &e, .faults = &s.faults, .stale = s.stale, .version = s.version }, f,
                       err_http_status(e.code));
        else
            web_fail(rq, &e);
        return;
    }
    if (request_is_fragment(rq))
        show_value(rq, f, &s);
    else
        web_done(rq, web_back(rq, record_url(&rq->a, r->en, r->id).s.p), saved_toast(rq, &s), web_ctx(rq)->write_id);
}

/* ── suggestions for a reference ───────────────────────────────────────────── */

void records_choose(struct request *rq)
{
    enum { SHOWN = 8 };
    struct ctx *c = web_ctx(rq);
    const struct entity *en = entity_find(rq->param[0]);
    struct hit *v = NULL;
    size_t n = 0;
    struct err e = { 0 };
    if (en && !search_run(c, request_query(rq, "q"), en, SHOWN, &v, &n, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct buf b = buf_new(&rq->a, 65536);
    struct json j = { &b, false };
    json_open(&j, '[');
    for (size_t i = 0; i < n; i++) {
        json_open(&j, '{');
        json_key(&j, S("id"));
        json_str(&j, id_text(c->a, v[i].id));
        json_key(&j, S("title"));
        json_str(&j, v[i].title);
        json_key(&j, S("sub"));
        json_str(&j, v[i].subtitle);
        json_close(&j, '}');
    }
    json_close(&j, ']');
    answer_text(rq, 200, "application/json; charset=utf-8", buf_str(&b));
}
