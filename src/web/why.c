/* why.c - term by term, with the rows behind it: why somebody is in, why somebody is out.
 *
 * Asked with the reader's own rights. A segment was worked out with its owner's: what the reader may
 * not ask stands there as hidden, and the verdict is the membership itself.
 */
#include "web/why.h"
#include "base/id.h"
#include "flow/segment.h"
#include "msg/why.h"
#include "record/type.h"
#include "web/records.h"

#define SAY(a, loc, key, ...) msg_text((a), (loc), MSG_##key, \
    (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

enum { LINES_MAX = 420, FOUND_MAX = 10 };

struct filling { struct ctx *c; struct why_line *v; size_t n; };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

/* ── the terms as lines ──────────────────────────────────────────────────── */

static struct why_row *rows_of(struct ctx *c, const struct explained *x)
{
    struct why_row *v = arena_new(c->a, struct why_row, x->nrows + 1);
    for (size_t i = 0; i < x->nrows; i++) {
        const struct explained_row *r = &x->rows[i];
        bool has_page = r->en && !(r->en->flags & E_NO_PAGE) && r->title.n;
        v[i] = (struct why_row){
            .label = r->kind, .title = r->title, .time = r->at ? loc_instant(c->a, c->loc, r->at, DATE_MEDIUM) : (str){ 0 },
            .iso = r->at ? iso_instant(c->a, r->at) : (str){ 0 },
            .url = has_page ? record_url(c->a, r->en, r->id) : (struct url){ { 0 } },
        };
    }
    return v;
}

static str value_of(struct ctx *c, const struct explained *x)
{
    if (x->since)
        return SAY(c->a, c->loc, why_since, .when = A(loc_instant(c->a, c->loc, x->since, DATE_MEDIUM)));
    if (x->value.n)
        return SAY(c->a, c->loc, why_value, .value = A(x->value));
    bool is_field = x->q->kind == QUERY_COMPARE || x->q->kind == QUERY_IN || x->q->kind == QUERY_PERIOD;
    if (x->q->kind == QUERY_MANY)
        return x->n > EXPLAINED_ROWS ? SAY(c->a, c->loc, why_rows_more, .n = A((int64_t)EXPLAINED_ROWS))
                                     : SAY(c->a, c->loc, why_rows, .n = A(x->n));
    return is_field ? say(c, MSG_why_no_value) : (str){ 0 };
}

static void put_term(struct filling *f, const struct explained *x, int depth, bool is_denied)
{
    if (f->n == LINES_MAX)
        return;
    f->v[f->n++] = (struct why_line){
        .depth = depth, .holds = x->holds != is_denied, .is_hidden = x->is_hidden, .n = x->nrows, .rows = rows_of(f->c, x),
        .text = x->is_hidden ? say(f->c, MSG_why_hidden) : is_denied ? arena_fmt(f->c->a, "not %.*s", STR_ARG(x->text)) : x->text,
        .value = x->is_hidden ? (str){ 0 } : value_of(f->c, x),
    };
}

static void put(struct filling *f, const struct explained *x, int depth, bool is_denied);

/* A chain of one kind is one group. */
static void put_chain(struct filling *f, const struct explained *x, enum query_kind kind, int depth)
{
    if (x->q->kind != kind) {
        put(f, x, depth, false);
        return;
    }
    put_chain(f, x->left, kind, depth);
    put_chain(f, x->right, kind, depth);
}

static void put(struct filling *f, const struct explained *x, int depth, bool is_denied)
{
    enum query_kind kind = x->q->kind;
    if (kind == QUERY_NOT) {
        put(f, x->left, depth, !is_denied);
        return;
    }
    if (kind != QUERY_AND && kind != QUERY_OR) {
        put_term(f, x, depth, is_denied);
        return;
    }
    if (f->n == LINES_MAX)
        return;
    msg_id label = is_denied ? (kind == QUERY_AND ? MSG_why_not_all : MSG_why_none) : kind == QUERY_AND ? MSG_why_all : MSG_why_any;
    f->v[f->n++] = (struct why_line){ .depth = depth, .is_group = true, .holds = x->holds != is_denied, .is_hidden = x->is_hidden,
                                      .text = say(f->c, label) };
    put_chain(f, x, kind, depth + 1);
}

/* ── the page ────────────────────────────────────────────────────────────── */

struct asked { const struct entity *en; str q; struct record *segment; };

static bool read_asked(struct request *rq, const struct entity *en, struct asked *out, struct err *e)
{
    int64_t id;
    *out = (struct asked){ .en = en, .q = str_trim(request_query(rq, "q")) };
    if (!request_query(rq, "segment").n)
        return true;
    if (!id_parse(request_query(rq, "segment"), &id))
        return fail(e, ERR_NOT_FOUND, 0, "segment %.*s", STR_ARG(request_query(rq, "segment")));
    if (!record_get(web_ctx(rq), &segment_entity, id, &out->segment, e))
        return false;
    out->q = segment_is_live(out->segment) ? record_text(out->segment, "criteria") : (str){ 0 };
    return segment_of(out->segment) == en || fail(e, ERR_NOT_FOUND, MSG_why_wrong_segment, "a segment of others");
}

static str part_of(struct request *rq, str value)
{
    struct html h = web_html(rq), v = html_part(&h);
    html_url_part(&v, value);
    return html_done(&v).s;
}

static void fill_frame(struct request *rq, const struct asked *a, struct why_view *v)
{
    struct arena *m = &rq->a;
    v->whom.q = a->segment ? (str){ 0 } : a->q;
    v->whom.segment = a->segment ? id_text(m, a->segment->id) : (str){ 0 };
    v->whom.ask = url_fmt(m, "/%s/why", a->en->path);
    v->back = a->segment ? record_url(m, &segment_entity, a->segment->id)
                         : url_fmt(m, "/%s?q=%.*s", a->en->path, STR_ARG(part_of(rq, a->q)));
    v->back_label = a->segment ? record_title(a->segment) : say(web_ctx(rq), a->en->plural);
}

static bool explain(struct request *rq, const struct asked *a, int64_t id, struct why_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct query *q;
    struct explained *x = NULL;
    struct filling f = { .c = c, .v = arena_new(c->a, struct why_line, LINES_MAX) };
    if (!query_parse(c->a, a->q, &q, e) || !query_explain(c, a->en, q, id, a->segment != NULL, &x, e))
        return false;
    if (x)
        put(&f, x, 0, false);
    v->lines = f.v;
    v->n = f.n;
    v->is_in = !x || x->holds;
    if (a->segment && !segment_has(c, a->segment->id, id, &v->is_in, e))
        return false;
    bool differs = a->segment && x && !x->is_hidden && x->holds != v->is_in;
    v->note = x && x->is_hidden ? say(c, MSG_why_hidden_note) : differs ? say(c, MSG_why_owner_note) : (str){ 0 };
    if (a->segment && !segment_is_live(a->segment))
        v->note = say(c, MSG_why_frozen_note);
    return true;
}

static str title_of(struct ctx *c, const struct record *r)
{
    const struct field *f = entity_field(r->en, str_of(r->en->title));
    str t = type_show(c->a, c->loc, f, &r->v[field_index(r->en, f)]);
    return t.n ? t : id_text(c->a, r->id);
}

static void show(struct request *rq, const struct why_view *v, str title)
{
    struct html h = web_html(rq);
    struct crumb crumb = { v->back_label, v->back };
    struct page p = web_page(rq, title);
    p.crumbs = &crumb;
    p.ncrumbs = 1;
    p.is_plain = true;
    page_begin(&h, &p);
    if (v->whom.is_asked)
        view_why_ask(&h, &v->whom);
    else
        view_why(&h, v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* A name in a sentence of the other direction keeps its own. */
static str isolated(struct arena *a, str s) { return arena_fmt(a, "\u2068%.*s\u2069", STR_ARG(s)); }

void records_why(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct ctx *c = web_ctx(rq);
    struct asked a;
    struct record *r;
    struct why_view v = { 0 };
    struct err e = { 0 };
    int64_t id;
    if (!en || !web_param_id(rq, 1, &id))
        return;
    if (!record_get(c, en, id, &r, &e) || !read_asked(rq, en, &a, &e) || !explain(rq, &a, id, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    str name = isolated(c->a, title_of(c, r)), in = a.segment ? isolated(c->a, record_title(a.segment)) : say(c, MSG_why_this_list);
    fill_frame(rq, &a, &v);
    v.record = record_url(c->a, en, id);
    v.verdict = v.is_in ? SAY(c->a, c->loc, why_is_in, .name = A(name), .list = A(in))
                        : SAY(c->a, c->loc, why_is_out, .name = A(name), .list = A(in));
    show(rq, &v, SAY(c->a, c->loc, why_title, .name = A(name)));
}

static struct url why_url(struct request *rq, const struct asked *a, int64_t id)
{
    str record = id_text(&rq->a, id);
    if (a->segment)
        return url_fmt(&rq->a, "/%s/%.*s/why?segment=%.*s", a->en->path, STR_ARG(record), STR_ARG(id_text(&rq->a, a->segment->id)));
    return url_fmt(&rq->a, "/%s/%.*s/why?q=%.*s", a->en->path, STR_ARG(record), STR_ARG(part_of(rq, a->q)));
}

void records_why_ask(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct ctx *c = web_ctx(rq);
    struct asked a;
    struct why_view v = { .whom.is_asked = true };
    struct list list = { 0 };
    struct err e = { 0 };
    if (!en)
        return;
    struct list_spec s = { .en = en, .search = str_trim(request_query(rq, "who")), .sort = S("-updated_at"), .limit = FOUND_MAX };
    if (!read_asked(rq, en, &a, &e) || (s.search.n && !record_list(c, &s, &list, &e))) {
        web_fail(rq, &e);
        return;
    }
    fill_frame(rq, &a, &v);
    struct ui_item *found = arena_new(c->a, struct ui_item, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        found[i] = (struct ui_item){ .label = title_of(c, list.rows[i]), .url = why_url(rq, &a, list.rows[i]->id) };
    v.whom.who = s.search;
    v.whom.found = found;
    v.whom.n = list.n;
    show(rq, &v, say(c, MSG_why_ask));
}
