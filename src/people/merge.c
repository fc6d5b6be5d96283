/* merge.c - two records become one: field by field what stays is chosen. */
#include "base/id.h"
#include "msg/people.h"
#include "people/duplicate.h"
#include "people/inside.h"
#include "record/type.h"
#include "web/records.h"

struct merging { const struct entity *en; struct record *keep, *drop, *chosen; };

static bool load(struct request *rq, struct merging *m)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t keep, drop;
    m->en = str_starts(rq->path, S("/companies")) ? &company_entity : &person_entity;
    if (!web_param_id(rq, 0, &keep) || !web_param_id(rq, 1, &drop))
        return false;
    if (record_get(c, m->en, keep, &m->keep, &e) && record_get(c, m->en, drop, &m->drop, &e))
        return true;
    web_fail(rq, &e);
    return false;
}

static bool is_choice(const struct ctx *c, const struct merging *m, const struct field *f)
{
    size_t i = (size_t)field_index(m->en, f);
    return record_field_is_asked(c, m->en, f, false) && !type_equal(f, &m->keep->v[i], &m->drop->v[i])
        && m->drop->v[i].is_set;
}

static str shown(struct html *h, const struct field *f, const struct val *v)
{
    str s = v->is_set ? type_show(h->a, h->loc, f, v) : (str){ 0 };
    return s.n ? s : S("\u2014");
}

void merge_page(struct request *rq)
{
    struct html page = web_html(rq), *h = &page;
    struct ctx *c = web_ctx(rq);
    struct merging m;
    if (!load(rq, &m))
        return;
    struct merge_row *rows = arena_new(h->a, struct merge_row, m.en->nfields);
    str keep = id_text(h->a, m.keep->id), drop = id_text(h->a, m.drop->id);
    struct merge_view v = {
        .rows = rows, .keep = record_title(m.keep), .drop = record_title(m.drop),
        .action = url_fmt(h->a, "/%s/%.*s/merge/%.*s", m.en->path, STR_ARG(keep), STR_ARG(drop)),
        .swap = url_fmt(h->a, "/%s/%.*s/merge/%.*s", m.en->path, STR_ARG(drop), STR_ARG(keep)),
        .cancel = record_url(h->a, m.en, m.keep->id), .other = record_url(h->a, m.en, m.drop->id),
    };
    for (size_t i = 0; i < m.en->nfields; i++) {
        const struct field *f = &m.en->fields[i];
        if (is_choice(c, &m, f))
            rows[v.n++] = (struct merge_row){ str_of(f->name), _msg(f->label), shown(h, f, &m.keep->v[i]),
                                              shown(h, f, &m.drop->v[i]), !m.keep->v[i].is_set };
    }
    struct page p = web_page(rq, _(people_merge_title, .a = A(v.keep), .b = A(v.drop)));
    p.is_plain = true;
    page_begin(h, &p);
    view_merge(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}

static bool run_merge(struct ctx *tx, void *arg, struct err *e)
{
    struct merging *m = arg;
    return record_merge(tx, m->en, m->keep->id, m->drop->id, m->chosen, e);
}

void merge_save(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct merging m;
    struct err e = { 0 };
    if (!load(rq, &m))
        return;
    struct record *chosen = record_new(c->a, m.en);
    for (size_t i = 0; i < m.en->nfields; i++) {
        const struct field *f = &m.en->fields[i];
        if (is_choice(c, &m, f) && str_eq(request_form(rq, f->name), S("theirs")))
            record_set(chosen, f->name, m.drop->v[i]);
    }
    m.chosen = chosen->has ? chosen : NULL;
    if (!record_write(c, run_merge, &m, &e)) {
        web_fail(rq, &e);
        return;
    }
    str title = record_title(chosen).n ? record_title(chosen) : record_title(m.keep);
    web_done(rq, record_url(c->a, m.en, m.keep->id).s, msg_text(c->a, c->loc, MSG_people_merge_done,
             (const struct msg_arg *)(const void *)&(struct msg_people_merge_done_args){ .title = A(title) }), c->write_id);
}
