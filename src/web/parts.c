/* parts.c - addresses, relations, a team: on the page of what they belong to. */
#include "web/parts.h"
#include "base/id.h"
#include "msg/web.h"
#include "record/once.h"
#include "record/query.h"
#include "record/type.h"
#include "web/feature.h"
#include "web/record_views.h"

enum { LINES_MAX = 50 };

static str said(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static const struct part *part_at(const struct feature *f, const struct entity *whole, size_t *i)
{
    for (; f->parts && f->parts[*i].whole; (*i)++)
        if (!strcmp(f->parts[*i].whole, whole->name))
            return &f->parts[(*i)++];
    return NULL;
}

/* ── the panel ─────────────────────────────────────────────────────────────── */

static struct html_safe cell_of(struct request *rq, const struct record *r, const char *name)
{
    struct html h = web_html(rq);
    const struct field *f = entity_field(r->en, str_of(name));
    const struct val *v = &r->v[field_index(r->en, f)];
    if (v->is_set)
        type_of(f)->cell(&h, f, v);
    return html_done(&h);
}

/* "Work, bounced": what is known of it beside its name. */
static str beside(struct ctx *c, const struct record *r, const struct part *p)
{
    struct buf b = buf_new(c->a, 2000);
    for (str rest = str_of(p->said); rest.n;) {
        const struct field *f = entity_field(r->en, str_cut(&rest, ' '));
        str text = access_field(c->who, r->en, f) == FIELD_RIGHT_HIDDEN ? (str){ 0 } : type_show(c->a, c->loc, f, &r->v[field_index(r->en, f)]);
        if (text.n && b.n)
            buf_lit(&b, " · ");
        buf_put(&b, text);
    }
    return buf_str(&b);
}

static struct url at_part(struct arena *a, const struct record *whole, const struct entity *en, str tail)
{
    return url_fmt(a, "/%s/%.*s/part/%s%.*s", whole->en->path, STR_ARG(id_text(a, whole->id)), en->path, STR_ARG(tail));
}

static struct part_line line_of(struct request *rq, const struct record *whole, const struct part *p, const struct record *r, bool may_change)
{
    struct ctx *c = web_ctx(rq);
    str id = arena_fmt(c->a, "/%.*s", STR_ARG(id_text(c->a, r->id)));
    const struct field *f = entity_field(r->en, str_of(p->name));
    bool may = may_change && access_record(c, r, ACTION_CHANGE), may_drop = may_change && access_record(c, r, ACTION_DELETE);
    return (struct part_line){
        .cell = cell_of(rq, r, p->name), .name = type_show(c->a, c->loc, f, &r->v[field_index(r->en, f)]), .said = beside(c, r, p),
        .is_main = r->en->more_of && str_eq(record_text(whole, r->en->more_of), record_title(r)),
        .edit = may ? at_part(c->a, whole, r->en, id) : (struct url){ { 0 } },
        .drop = may_drop ? at_part(c->a, whole, r->en, arena_fmt(c->a, "%.*s/delete", STR_ARG(id))) : (struct url){ { 0 } },
    };
}

static void put_part(struct request *rq, const struct record *whole, const struct part *p, bool may_change, struct html *out)
{
    struct ctx *c = web_ctx(rq);
    const struct entity *en = entity_find(str_of(p->entity));
    struct list list;
    struct err e = { 0 };
    struct list_spec s = { .en = en, .limit = LINES_MAX,
                           .filter = arena_fmt(c->a, "%s = %.*s", p->field, STR_ARG(id_text(c->a, whole->id))) };
    bool is_hidden = access_field(c->who, en, entity_field(en, str_of(p->name))) == FIELD_RIGHT_HIDDEN;
    if (is_hidden || access_scope(c->who, en, ACTION_SEE) == SCOPE_NONE || !record_list(c, &s, &list, &e))
        return;
    struct parts_view v = {
        .title = said(c, p->title ? p->title : en->plural), .none = said(c, p->none ? p->none : MSG_web_none_yet),
        .id = str_of(en->path), .n = list.n, .is_fact = p->is_fact, .lines = arena_new(c->a, struct part_line, list.n + 1),
        .new_title = msg_text(c->a, c->loc, MSG_web_new_of, (const struct msg_arg *)(const void *)
                              &(struct msg_web_new_of_args){ .entity = A(said(c, en->label)) }),
        .add = may_change && access_scope(c->who, en, ACTION_CREATE) != SCOPE_NONE ? at_part(c->a, whole, en, S("/new")) : (struct url){ { 0 } },
    };
    if (p->is_fact && !v.n && !v.add.s.n)
        return;
    for (size_t i = 0; i < list.n; i++)
        v.lines[i] = line_of(rq, whole, p, list.rows[i], may_change);
    view_parts(out, &v);
}

void parts_panel(struct request *rq, const struct record *whole, struct html *facts, struct html *rail)
{
    const struct part *p;
    bool may_change = access_record(web_ctx(rq), whole, ACTION_CHANGE);
    for (const struct feature *const *f = features; *f; f++)
        for (size_t i = 0; (p = part_at(*f, whole->en, &i));)
            put_part(rq, whole, p, may_change, p->is_fact ? facts : rail);
}

/* ── what is asked for ─────────────────────────────────────────────────────── */

struct asked { struct record *whole, *row; const struct part *part; const struct entity *en; };

static bool no_part(struct request *rq)
{
    struct err e = { 0 };
    fail(&e, ERR_NOT_FOUND, MSG_web_not_found, "part %.*s", STR_ARG(rq->param[2]));
    web_fail(rq, &e);
    return false;
}

static const struct part *part_named(const struct entity *whole, const struct entity *en)
{
    const struct part *p;
    for (const struct feature *const *f = features; en && *f; f++)
        for (size_t i = 0; (p = part_at(*f, whole, &i));)
            if (!strcmp(p->entity, en->name))
                return p;
    return NULL;
}

/* The whole, which part of it, and the row when `has_row`; answers and gives false when something is not there or not to be changed. */
static bool read_address(struct request *rq, bool has_row, struct asked *out)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    *out = (struct asked){ .whole = records_load(rq), .en = entity_by_path(rq->param[2]) };
    if (!out->whole)
        return false;
    out->part = part_named(out->whole->en, out->en);
    if (!out->part || access_scope(c->who, out->en, ACTION_SEE) == SCOPE_NONE)
        return no_part(rq);
    if (!access_record(c, out->whole, ACTION_CHANGE)) {
        (void)!access_denied(c, out->whole->en, &e);
        web_fail(rq, &e);
        return false;
    }
    if (!has_row)
        return true;
    out->row = web_load(rq, out->en, 3);
    return out->row && (record_int(out->row, out->part->field) == out->whole->id || no_part(rq));
}

static void show_form(struct request *rq, const struct asked *at, const struct record_form *f, int status)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq), rows = web_html(rq);
    str label = said(c, at->en->label), tail = f->is_new ? (str){ 0 } : arena_fmt(c->a, "/%.*s", STR_ARG(id_text(c->a, f->r->id)));
    for (str rest = str_of(at->part->asked); rest.n;) {
        const struct field *field = entity_field(at->en, str_cut(&rest, ' '));
        if (record_field_is_asked(c, at->en, field, f->is_new))
            html_markup(&rows, record_form_row(rq, f, field));
    }
    struct record_form_view v = {
        .en = at->en, .r = f->r, .is_new = f->is_new, .quick = html_done(&rows),
        .title = f->is_new ? msg_text(c->a, c->loc, MSG_web_new_of, (const struct msg_arg *)(const void *)
                                      &(struct msg_web_new_of_args){ .entity = A(label) }) : label,
        .error = f->e ? err_text(c->a, c->loc, f->e) : (str){ 0 },
        .action = at_part(c->a, at->whole, at->en, tail), .cancel = record_url(c->a, at->whole->en, at->whole->id),
        .version = record_form_version(f),
        .once = request_form(rq, "once").n ? request_form(rq, "once") : once_new(c->a),
    };
    if (request_is_fragment(rq)) {
        view_record_form(&h, &v);
    } else {
        struct page p = web_page(rq, v.title);
        p.is_plain = true;
        page_begin(&h, &p);
        view_record_form(&h, &v);
        page_end(&h, &p);
    }
    answer_html(rq, status, &h);
}

static void part_new(struct request *rq)
{
    struct asked at;
    struct err e = { 0 };
    if (!read_address(rq, false, &at))
        return;
    if (access_scope(web_ctx(rq)->who, at.en, ACTION_CREATE) == SCOPE_NONE) {
        (void)!access_denied(web_ctx(rq), at.en, &e);
        web_fail(rq, &e);
        return;
    }
    struct record *r = record_new(&rq->a, at.en);
    record_defaults_shown(web_ctx(rq), r);
    show_form(rq, &at, &(struct record_form){ .en = at.en, .r = r, .is_new = true }, 200);
}

static void part_edit(struct request *rq)
{
    struct asked at;
    struct err e = { 0 };
    if (!read_address(rq, true, &at))
        return;
    if (access_record(web_ctx(rq), at.row, ACTION_CHANGE))
        show_form(rq, &at, &(struct record_form){ .en = at.en, .r = at.row }, 200);
    else if (!access_denied(web_ctx(rq), at.en, &e))
        web_fail(rq, &e);
}

/* Saved: the page of the whole again. Refused: the form with what was typed. */
static void finish(struct request *rq, const struct asked *at, struct save *s, bool is_read, msg_id toast, struct err *e)
{
    bool is_new = s->r->id == 0;
    if (is_read && record_save(web_ctx(rq), s, e))
        web_done(rq, record_url(&rq->a, at->whole->en, at->whole->id).s, record_toast(rq, toast, s->r), web_ctx(rq)->write_id);
    else if (e->code == ERR_INVALID || e->code == ERR_CONFLICT)
        show_form(rq, at, &(struct record_form){ .en = at->en, .r = s->r, .e = e, .faults = &s->faults, .stale = s->stale,
                                                  .version = s->version, .is_new = is_new },
                  err_http_status(e->code));
    else
        web_fail(rq, e);
}

static void part_add(struct request *rq)
{
    struct asked at;
    struct err e = { 0 };
    if (!read_address(rq, false, &at))
        return;
    struct save s = { .r = record_new(&rq->a, at.en), .once = request_form(rq, "once") };
    bool is_read = record_form_take(rq, &s, &e);
    record_set(s.r, at.part->field, val_ref(at.whole->id));
    finish(rq, &at, &s, is_read, MSG_web_created, &e);
}

static void part_change(struct request *rq)
{
    struct asked at;
    struct err e = { 0 };
    if (!read_address(rq, true, &at))
        return;
    struct save s = { .r = record_new(&rq->a, at.en) };
    if (!str_to_int(request_form(rq, "version"), &s.version))
        s.version = 0;
    bool is_read = record_form_over(rq, at.row, &s, &e);
    record_set(s.r, at.part->field, val_ref(at.whole->id));
    finish(rq, &at, &s, is_read, MSG_web_saved, &e);
}

static bool run_drop(struct ctx *tx, void *arg, struct err *e)
{
    const struct record *r = arg;
    return record_delete(tx, r->en, r->id, 0, e);
}

static void part_drop(struct request *rq)
{
    struct asked at;
    struct err e = { 0 };
    if (!read_address(rq, true, &at))
        return;
    if (record_write(web_ctx(rq), run_drop, at.row, &e))
        web_done(rq, record_url(&rq->a, at.whole->en, at.whole->id).s, record_toast(rq, MSG_web_deleted, at.row), web_ctx(rq)->write_id);
    else
        web_fail(rq, &e);
}

const struct route part_routes[] = {
    { GET,  "/:entity/:id/part/:part/new",         part_new,    .access = ACCESS_USER, .audit = "parts.new" },
    { POST, "/:entity/:id/part/:part",             part_add,    .access = ACCESS_USER, .body = BODY_FORM, .audit = "parts.add" },
    { GET,  "/:entity/:id/part/:part/:row",        part_edit,   .access = ACCESS_USER, .audit = "parts.edit" },
    { POST, "/:entity/:id/part/:part/:row",        part_change, .access = ACCESS_USER, .body = BODY_FORM, .audit = "parts.change" },
    { POST, "/:entity/:id/part/:part/:row/delete", part_drop,   .access = ACCESS_USER, .body = BODY_FORM, .audit = "parts.remove" },
    { 0 },
};
