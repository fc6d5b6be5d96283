/* move_page.c - moving a deal: by the board's script, and by a form that works without one.
 *
 * The form offers every stage; won and lost ask for their reason in place. When a stage asks for
 * something that is missing, the form comes back with that field, and one post fills and moves.
 */
#include "base/id.h"
#include "msg/sell.h"
#include "record/query.h"
#include "sell/inside.h"
#include "sell/pages.h"
#include "sell/views.h"
#include "web/records.h"

#define SAY(key, ...) msg_text(c->a, c->loc, MSG_##key, \
        (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

/* ── what is asked ─────────────────────────────────────────────────────────── */

static bool run_move(struct ctx *tx, void *arg, struct err *e) { return sell_move(tx, arg, e); }

static bool read_id(struct request *rq, const char *name, int64_t *out)
{
    str text = request_form(rq, name);
    *out = 0;
    return !text.n || id_parse(text, out);
}

static bool read_move(struct request *rq, struct sell_move *m, struct err *e)
{
    struct record *also = record_new(&rq->a, &deal_entity);
    bool ok = read_id(rq, request_form(rq, "stage").n ? "stage" : "column", &m->stage)
           && read_id(rq, "after", &m->after) && read_id(rq, "before", &m->before);
    if (!str_to_int(request_form(rq, "version"), &m->version))
        m->version = 0;
    if (!ok)
        return fail(e, ERR_INVALID, MSG_sell_move_unclear, "a broken id");
    also->id = m->deal;
    if (!record_form_read(rq, also, e))
        return false;
    also->has &= ~((uint64_t)1 << field_index(&deal_entity, entity_field(&deal_entity, S("stage"))));
    m->also = also;
    return true;
}

/* `deal` is as it was read, before it moved: where it stands now is what was asked. */
static str said(struct ctx *c, const struct record *deal, const struct sell_move *m)
{
    struct stage *s;
    struct err e = { 0 };
    if (!stage_load(c, m->stage ? m->stage : record_int(deal, "stage"), &s, &e) || !s)
        return (str){ 0 };
    return SAY(sell_moved, .deal = A(record_title(deal)), .stage = A(s->name));
}

/* ── by script ─────────────────────────────────────────────────────────────── */

void move_card(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct sell_move m = { 0 };
    struct err e = { 0 };
    if (!read_id(rq, "id", &m.deal) || !m.deal)
        fail(&e, ERR_INVALID, MSG_sell_move_unclear, "no id");
    if (e.code || !read_move(rq, &m, &e) || !record_write(c, run_move, &m, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct stage *s;
    str name = m.stage && stage_load(c, m.stage, &s, &e) && s ? s->name : (str){ 0 };
    struct html h = web_html(rq);
    web_toast_header(rq, SAY(sell_moved_to, .stage = A(name)), c->write_id);
    answer_header(rq, "X-Version", arena_fmt(c->a, "%lld", (long long)m.new_version));
    answer_html(rq, 200, &h);
}

/* ── by form ───────────────────────────────────────────────────────────────── */

static struct html_safe rows_of(struct request *rq, const struct record *deal, const struct err *bad, const char *names)
{
    struct html h = web_html(rq);
    struct record_form form = { .en = &deal_entity, .r = (struct record *)(uintptr_t)deal, .e = bad };
    str list = str_of(names);
    while (list.n)
        html_markup(&h, record_form_row(rq, &form, entity_field(&deal_entity, str_cut(&list, ' '))));
    return html_done(&h);
}

static bool is_row_of(const struct err *e, const char *names)
{
    str list = str_of(names);
    while (e && e->field && list.n)
        if (str_eq(str_cut(&list, ' '), str_of(e->field)))
            return true;
    return false;
}

static void fill_stages(struct ctx *c, struct move_form_view *v, const struct stage *all, size_t n, int64_t current, int64_t into)
{
    struct move_stage *out = arena_new(c->a, struct move_stage, n);
    for (size_t i = 0; i < n; i++) {
        struct move_stage *s = &out[i];
        *s = (struct move_stage){ .id = id_text(c->a, all[i].id), .name = all[i].name, .is_current = all[i].id == current,
                                  .hint = loc_percent(c->a, c->loc, (double)all[i].probability / SELL_WHOLE, 0) };
        if (all[i].id == into)
            v->into = s;
        if (all[i].is_won)
            v->won = s->is_current ? NULL : s;
        else if (all[i].is_lost)
            v->lost = s->is_current ? NULL : s;
    }
    struct move_stage *open = arena_new(c->a, struct move_stage, n);
    for (size_t i = 0; i < n; i++)
        if (!all[i].is_won && !all[i].is_lost)
            open[v->nopen++] = out[i];
    v->open = open;
}

static const char won_fields[] = "won_reason close_note", lost_fields[] = "lost_reason competitor close_note";

static void show_form(struct request *rq, const struct record *deal, int64_t into, const struct err *bad)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct err e = { 0 };
    struct stage *all;
    size_t n;
    str id = id_text(c->a, deal->id);
    if (!stages_of(c, record_int(deal, "pipeline"), &all, &n, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct move_form_view v = {
        .title = record_title(deal), .version = deal->version, .error = bad ? err_text(c->a, c->loc, bad) : (str){ 0 },
        .action = url_fmt(c->a, "/deals/%.*s/move", STR_ARG(id)), .cancel = url_fmt(c->a, "/deals/%.*s", STR_ARG(id)),
        .back = request_form(rq, "back").n ? request_form(rq, "back") : web_back(rq, "/deals"),
        .won_rows = rows_of(rq, deal, bad, won_fields), .lost_rows = rows_of(rq, deal, bad, lost_fields),
    };
    fill_stages(c, &v, all, n, record_int(deal, "stage"), into);
    bool is_asked = bad && bad->field && entity_field(&deal_entity, str_of(bad->field));
    if (is_asked && v.into && !(v.into == v.won && is_row_of(bad, won_fields)) && !(v.into == v.lost && is_row_of(bad, lost_fields)))
        v.missing = rows_of(rq, deal, bad, bad->field);
    struct page p = web_page(rq, SAY(sell_move_title, .deal = A(v.title)));
    p.is_plain = true;
    bool is_part = request_is_fragment(rq);
    if (!is_part)
        page_begin(&h, &p);
    view_move_form(&h, &v);
    if (!is_part)
        page_end(&h, &p);
    answer_html(rq, bad ? err_http_status(bad->code) : 200, &h);
}

void move_page(struct request *rq)
{
    struct record *deal = web_load(rq, &deal_entity, 0);
    int64_t into = 0;
    if (!deal)
        return;
    (void)!id_parse(request_query(rq, "stage"), &into);
    show_form(rq, deal, into, NULL);
}

void move_post(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *deal = web_load(rq, &deal_entity, 0);
    struct err e = { 0 };
    if (!deal)
        return;
    struct sell_move m = { .deal = deal->id };
    if (read_move(rq, &m, &e) && record_write(c, run_move, &m, &e)) {
        web_done(rq, web_back(rq, "/deals"), said(c, deal, &m), c->write_id);
        return;
    }
    if (e.code == ERR_INVALID || e.code == ERR_CONFLICT)
        show_form(rq, deal, m.stage, &e);
    else
        web_fail(rq, &e);
}
