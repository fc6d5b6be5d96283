/* list_bulk.c - many records at once: choose a field, see the effect, apply.
 *
 * Those chosen on the page are one write, kept whole or not at all. All of a view are counted when asked for, MANY_MAX at most; a
 * few of those are one write too, more are a job (flow/many.h) whose page shows how far it is and takes it back. The list one comes
 * from, its filter and its view, stands in the form and is gone back to.
 */
#include "base/id.h"
#include "flow/many.h"
#include "msg/web.h"
#include "record/type.h"
#include "web/list_inside.h"

enum { BULK_MAX = LIST_LIMIT_MAX, BULK_SHOWN = 20 };
struct bulk {
    const struct entity *en; const struct field *f; struct val v;
    struct list_asked from;
    struct record **rows; size_t n;             /* those chosen; of all: the first */
    int64_t count;
    bool is_all;
};

#define SAY(c, key, ...) msg_text((c)->a, (c)->loc, MSG_##key, \
                                  (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

/* ── which records ─────────────────────────────────────────────────────────── */

static bool chosen_rows(struct request *rq, struct bulk *b, struct err *e)
{
    size_t n;
    str *ids = request_form_all(rq, "id", &n);
    n = n < BULK_MAX ? n : BULK_MAX;
    int64_t *v = arena_new(&rq->a, int64_t, n + 1);
    size_t k = 0;
    for (size_t i = 0; i < n; i++)
        k += id_parse(ids[i], &v[k]);
    if (k == 0)
        return fail(e, ERR_INVALID, MSG_web_bulk_none, "no rows chosen");
    if (!record_get_many(web_ctx(rq), b->en, v, k, &b->rows, &b->n, e))
        return false;
    b->count = (int64_t)b->n;
    return true;
}

static bool all_rows(struct ctx *c, struct bulk *b, struct err *e)
{
    struct list list;
    bool is_capped;
    struct list_spec s = { .en = b->en, .filter = b->from.q, .sort = b->from.sort, .limit = LIST_LIMIT_MAX,
                           .cols = { entity_field(b->en, str_of(b->en->title)), b->f }, .ncols = 2 };
    if (!record_count(c, &s, MANY_MAX, &b->count, &is_capped, e) || !record_list(c, &s, &list, e))
        return false;
    if (b->count == 0)
        return fail(e, ERR_INVALID, MSG_web_bulk_none, "an empty view");
    b->rows = list.rows;
    b->n = list.n;
    if (!is_capped && b->count <= MANY_MAX)
        return true;
    fail(e, ERR_INVALID, MSG_web_bulk_too_many, "%lld records", (long long)b->count);
    return err_arg_int(e, "max", MANY_MAX);
}

/* ── the page ──────────────────────────────────────────────────────────────── */

static struct bulk_line *lines_of(struct ctx *c, const struct bulk *b, size_t n)
{
    struct bulk_line *lines = arena_new(c->a, struct bulk_line, n + 1);
    for (size_t i = 0; i < n; i++) {
        str title = record_title(b->rows[i]);
        lines[i] = (struct bulk_line){ title.n ? title : id_text(c->a, b->rows[i]->id),
            type_show(c->a, c->loc, b->f, &b->rows[i]->v[field_index(b->en, b->f)]), type_show(c->a, c->loc, b->f, &b->v) };
    }
    return lines;
}

static void show_bulk(struct request *rq, const struct bulk *b, const struct err *bad, bool is_preview)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    str label = msg_text(c->a, c->loc, b->f->label, NULL);
    struct record *r = record_new(c->a, b->en);
    struct record_form form = { .en = b->en, .r = r, .e = bad };
    r->v[field_index(b->en, b->f)] = b->v;
    size_t shown = b->is_all && b->n > BULK_SHOWN ? BULK_SHOWN : b->n, nids = b->is_all ? 0 : b->n;
    str *ids = arena_new(c->a, str, nids + 1);
    for (size_t i = 0; i < nids; i++)
        ids[i] = id_text(c->a, b->rows[i]->id);
    struct record_bulk_view v = {
        .title = label, .label = label, .field = str_of(b->f->name), .value = type_canon(c->a, b->f, &b->v),
        .action = url_fmt(c->a, "/%s/bulk", b->en->path), .cancel = list_url(rq, b->en, &b->from, b->from.sort, (str){ 0 }, false),
        .lines = lines_of(c, b, shown), .nlines = shown, .ids = ids, .nids = nids, .is_all = b->is_all,
        .carried = { b->from.q, b->from.sort, b->from.cols, b->from.view ? id_text(c->a, b->from.view->id) : (str){ 0 } },
        .rest = b->count > (int64_t)shown ? SAY(c, web_bulk_rest, .n = A(b->count - (int64_t)shown)) : (str){ 0 },
        .note = b->is_all ? SAY(c, web_bulk_all_note, .n = A(b->count)) : (str){ 0 },
        .row = is_preview ? (struct html_safe){ { 0 } } : record_form_row(rq, &form, b->f),
    };
    struct page p = web_page(rq, SAY(c, web_bulk_title, .n = A(b->count)));
    p.is_plain = true;
    page_begin(&h, &p);
    view_record_bulk(&h, &v);
    page_end(&h, &p);
    answer_html(rq, bad ? 422 : 200, &h);
}

/* ── applying ──────────────────────────────────────────────────────────────── */

static bool put_chosen(struct ctx *tx, void *arg, struct err *e)
{
    struct bulk *b = arg;
    for (size_t i = 0; i < b->n; i++) {
        struct record *r = record_new(tx->a, b->en);
        r->id = b->rows[i]->id;
        record_set(r, b->f->name, b->v);
        if (!record_update(tx, r, 0, NULL, e))
            return false;
    }
    return true;
}

struct few { const struct many *m; const int64_t *ids; size_t n; int64_t changed, kept, job; };

static bool put_few(struct ctx *tx, void *arg, struct err *e)
{
    struct few *f = arg;
    return many_put(tx, f->m, f->ids, f->n, &f->changed, &f->kept, e);
}

static bool add_job(struct ctx *tx, void *arg, struct err *e)
{
    struct few *f = arg;
    return many_add(tx, f->m, &f->job, e);
}

static str told(struct ctx *c, int64_t changed, int64_t kept)
{
    return kept ? SAY(c, web_bulk_done_some, .n = A(changed), .kept = A(kept)) : SAY(c, web_bulk_done, .n = A(changed));
}

static void apply_all(struct request *rq, struct bulk *b, str back)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    struct many m = { .en = b->en, .f = b->f, .value = type_canon(c->a, b->f, &b->v), .filter = b->from.q, .back = back, .n = b->count };
    struct few f = { .m = &m, .n = b->n };
    bool is_few = b->count <= (int64_t)b->n;
    int64_t *ids = arena_new(c->a, int64_t, b->n + 1);
    for (size_t i = 0; i < b->n; i++)
        ids[i] = b->rows[i]->id;
    f.ids = ids;
    if (!record_write(c, is_few ? put_few : add_job, &f, &e))
        web_fail(rq, &e);
    else if (is_few)
        web_done(rq, back, told(c, f.changed, f.kept), c->write_id);
    else
        answer_redirect(rq, arena_fmt(c->a, "/bulk/%.*s", STR_ARG(id_text(c->a, f.job))));
}

static void apply(struct request *rq, struct bulk *b)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    str back = list_url(rq, b->en, &b->from, b->from.sort, (str){ 0 }, false).s;
    if (!type_from_canon(c, b->f, request_form(rq, "value"), &b->v, &e))
        web_fail(rq, &e);
    else if (b->is_all)
        apply_all(rq, b, back);
    else if (!record_write(c, put_chosen, b, &e))
        web_fail(rq, &e);
    else
        web_done(rq, back, told(c, (int64_t)b->n, 0), c->write_id);
}

void records_bulk(struct request *rq)
{
    struct bulk b = { .en = records_entity(rq), .is_all = str_eq(request_form(rq, "all"), S("1")) };
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    str step = request_form(rq, "step");
    if (!b.en)
        return;
    b.f = entity_field(b.en, request_form(rq, "field"));
    if (!b.f || !record_field_is_asked(c, b.en, b.f, false))
        fail(&e, ERR_NOT_FOUND, MSG_web_not_found, "bulk field");
    if (e.code || !list_asked_read(rq, b.en, true, &b.from, &e) || !(b.is_all ? all_rows(c, &b, &e) : chosen_rows(rq, &b, &e))) {
        web_fail(rq, &e);
        return;
    }
    if (str_eq(step, S("apply"))) {
        apply(rq, &b);
        return;
    }
    struct record *typed = record_new(c->a, b.en);
    bool is_preview = str_eq(step, S("preview"));
    if (is_preview && !record_form_read(rq, typed, &e)) {
        show_bulk(rq, &b, &e, false);
        return;
    }
    b.v = typed->v[field_index(b.en, b.f)];
    show_bulk(rq, &b, NULL, is_preview);
}

/* ── the job's page ────────────────────────────────────────────────────────── */

static struct many_tell_view tell_of(struct ctx *c, const struct many_state *s)
{
    str id = id_text(c->a, s->job.id);
    struct val v;
    struct err bad = { 0 };
    str value = type_from_canon(c, s->m.f, s->m.value, &v, &bad) ? type_show(c->a, c->loc, s->m.f, &v) : s->m.value;
    int64_t all = s->job.all > s->m.n ? s->job.all : s->m.n;
    bool is_done = str_eq(s->job.state, S("done"));
    return (struct many_tell_view){
        .what = SAY(c, web_bulk_what, .field = A(msg_text(c->a, c->loc, s->m.f->label, NULL)), .value = A(value.n ? value : S("\u2014"))),
        .headline = !s->is_over ? SAY(c, web_bulk_runs, .n = A(s->job.done), .all = A(all))
                  : told(c, s->changed, all > s->changed && is_done ? all - s->changed : 0),
        .error = s->is_over && !is_done ? msg_text(c->a, c->loc, MSG_web_bulk_stopped, NULL) : (str){ 0 },
        .percent = all ? (int)(100 * s->job.done / all) : 0, .is_running = !s->is_over,
        .waits = s->is_over ? (struct url){ { 0 } } : url_fmt(c->a, "/bulk/%.*s", STR_ARG(id)),
        .stop = s->is_over ? (struct url){ { 0 } } : url_fmt(c->a, "/bulk/%.*s/stop", STR_ARG(id)),
        .undo = s->is_over && s->changed ? url_fmt(c->a, "/bulk/%.*s/undo", STR_ARG(id)) : (struct url){ { 0 } },
        .back = url_path(s->m.back.n ? s->m.back : S("/")),
    };
}

void bulk_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    struct many_state s;
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!many_look(c, id, &s, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct html h = web_html(rq);
    struct many_tell_view v = tell_of(c, &s);
    if (request_is_fragment(rq)) {
        view_many_tell(&h, &v);
    } else {
        struct page p = web_page(rq, SAY(c, web_bulk_title, .n = A(s.m.n)));
        p.is_plain = true;
        page_begin(&h, &p);
        view_many_tell(&h, &v);
        page_end(&h, &p);
    }
    answer_html(rq, 200, &h);
}

static bool stop_job(struct ctx *tx, void *arg, struct err *e) { return job_cancel(tx, *(int64_t *)arg, e); }

void bulk_stop(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    struct many_state s;
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!many_look(c, id, &s, &e) || (!s.is_over && !record_write(c, stop_job, &id, &e)))
        web_fail(rq, &e);
    else
        answer_redirect(rq, arena_fmt(c->a, "/bulk/%.*s", STR_ARG(id_text(c->a, id))));
}

void bulk_undo(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t id, undone, kept;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!many_undo(c, id, &undone, &kept, &e))
        web_fail(rq, &e);
    else
        web_done(rq, arena_fmt(c->a, "/bulk/%.*s", STR_ARG(id_text(c->a, id))), SAY(c, web_bulk_undone, .kept = A(kept)), 0);
}
