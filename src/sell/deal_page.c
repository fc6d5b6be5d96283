/* deal_page.c - the blocks of a deal's page: where it stands, what is next, its lines. */
#include "base/id.h"
#include "msg/core.h"
#include "msg/sell.h"
#include "record/query.h"
#include "record/type.h"
#include "sell/inside.h"
#include "sell/pages.h"
#include "sell/views.h"
#include "web/records.h"

#define SAY(key, ...) msg_text(c->a, c->loc, MSG_##key, \
        (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

enum { ROWS_MAX = 200 };

str field_shown(struct ctx *c, const struct record *r, const char *name)
{
    const struct field *f = entity_field(r->en, str_of(name));
    return type_show(c->a, c->loc, f, &r->v[field_index(r->en, f)]);
}

struct html_safe form_rows(struct request *rq, const struct record *r, bool is_new, const char *names)
{
    struct html h = web_html(rq);
    struct record_form form = { .en = r->en, .r = (struct record *)(uintptr_t)r, .is_new = is_new };
    str list = str_of(names);
    while (list.n)
        html_markup(&h, record_form_row(rq, &form, entity_field(r->en, str_cut(&list, ' '))));
    return html_done(&h);
}

/* ── where it stands ───────────────────────────────────────────────────────── */

static void put_steps(struct request *rq, const struct record *deal, struct html *middle)
{
    struct ctx *c = web_ctx(rq);
    struct stage *all;
    struct err e = { 0 };
    size_t n, k = 0;
    struct deal_steps_view v = { 0 };
    struct html h = web_html(rq);
    if (!stages_of(c, record_int(deal, "pipeline"), &all, &n, &e))
        return;
    struct ui_item *items = arena_new(c->a, struct ui_item, n);
    for (size_t i = 0; i < n; i++) {
        bool is_current = all[i].id == record_int(deal, "stage");
        if (is_current)
            v.exit = all[i].exit;
        if (is_current && all[i].is_lost)
            v.lost = SAY(sell_lost_because, .reason = A(field_shown(c, deal, "lost_reason")));
        if (!all[i].is_lost)
            items[k++] = (struct ui_item){ .label = all[i].name, .is_current = is_current,
                .url = url_fmt(c->a, "/deals/%.*s/move?stage=%.*s", STR_ARG(id_text(c->a, deal->id)), STR_ARG(id_text(c->a, all[i].id))) };
    }
    ui_steps(&h, .items = items, .n = k, .label = SAY(core_word_stage));
    v.steps = html_done(&h);
    view_deal_steps(middle, &v);
}

static void put_next(struct request *rq, const struct record *deal, bool may_change, struct html *middle)
{
    struct ctx *c = web_ctx(rq);
    struct html card = web_html(rq);
    struct next_step next = deal_next_step(c, deal);
    str step = record_text(deal, "next_step");
    ui_next(&card, .title = step.n ? step : next.text, .sub = step.n ? field_shown(c, deal, "next_step_at") : (str){ 0 },
            .icon = next.icon);
    view_deal_next(middle, &(struct deal_next_view){
        .card = html_done(&card), .rows = form_rows(rq, deal, false, "next_step next_step_at"), .version = deal->version,
        .action = url_fmt(c->a, "/deals/%.*s", STR_ARG(id_text(c->a, deal->id))), .may_change = may_change });
}

/* ── lines ─────────────────────────────────────────────────────────────────── */

struct list lines_of_parent(struct request *rq, const struct entity *en, const char *parent, int64_t id, const char *sort)
{
    struct ctx *c = web_ctx(rq);
    struct list list = { 0 };
    struct err e = { 0 };
    struct list_spec s = { .en = en, .limit = ROWS_MAX, .sort = str_of(sort),
                           .filter = arena_fmt(c->a, "%s = %.*s", parent, STR_ARG(id_text(c->a, id))) };
    (void)!record_list(c, &s, &list, &e);       /* none that may be seen */
    return list;
}

static struct html_safe input_of(struct request *rq, const struct record *line, const char *name)
{
    struct html h = web_html(rq);
    const struct field *f = entity_field(line->en, str_of(name));
    str id = arena_fmt(&rq->a, "l-%.*s-%s", STR_ARG(id_text(&rq->a, line->id)), name);
    struct html control = web_html(rq);
    type_of(f)->input(&control, f, &line->v[field_index(line->en, f)], arena_cstr(&rq->a, id), false);
    view_line_input(&h, &(struct line_input_view){ .id = id, .label = msg_text(&rq->a, h.loc, f->label, NULL),
                                                   .control = html_done(&control) });
    return html_done(&h);
}

struct line_part line_part_of(struct request *rq, const struct record *l)
{
    struct ctx *c = web_ctx(rq);
    return (struct line_part){
        .product = record_val(l, "product").s, .description = record_text(l, "description"),
        .quantity = field_shown(c, l, "quantity"), .price = field_shown(c, l, "price"),
        .discount = record_int(l, "discount") ? field_shown(c, l, "discount") : (str){ 0 },
        .total = field_shown(c, l, "total"), .version = l->version,
    };
}

static void put_lines(struct request *rq, const struct record *deal, bool may_change, struct html *middle)
{
    static const char *const edited[] = { "description", "quantity", "price", "discount" };
    struct ctx *c = web_ctx(rq);
    struct list list = lines_of_parent(rq, &deal_line_entity, "deal", deal->id, "position");
    struct line_part *v = arena_new(c->a, struct line_part, list.n);
    str id = id_text(c->a, deal->id);
    for (size_t i = 0; i < list.n; i++) {
        str line = id_text(c->a, list.rows[i]->id);
        v[i] = line_part_of(rq, list.rows[i]);
        v[i].action = url_fmt(c->a, "/deals/%.*s/lines/%.*s", STR_ARG(id), STR_ARG(line));
        v[i].remove = url_fmt(c->a, "/deals/%.*s/lines/%.*s/delete", STR_ARG(id), STR_ARG(line));
        for (size_t k = 0; may_change && k < countof(edited); k++)
            v[i].inputs[k] = input_of(rq, list.rows[i], edited[k]);
    }
    struct record *fresh = record_new(c->a, &deal_line_entity);
    fresh->v[field_index(&deal_line_entity, entity_field(&deal_line_entity, S("quantity")))] = val_int(SELL_QUANTITY_ONE);
    view_deal_lines(middle, &(struct deal_lines_view){
        .lines = v, .n = list.n, .total = field_shown(c, deal, "amount"), .may_change = may_change,
        .action = url_fmt(c->a, "/deals/%.*s/lines", STR_ARG(id)),
        .add = may_change ? form_rows(rq, fresh, true, "product description quantity price discount") : (struct html_safe){ { 0 } } });
}

/* ── closing it ────────────────────────────────────────────────────────────── */

static void put_close(struct request *rq, const struct record *deal, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    struct stage *all;
    struct err e = { 0 };
    size_t n;
    struct deal_close_view v = { 0 };
    if (!stages_of(c, record_int(deal, "pipeline"), &all, &n, &e))
        return;
    for (size_t i = 0; i < n; i++)
        if (all[i].is_won || all[i].is_lost)
            *(all[i].is_won ? &v.won : &v.lost) = url_fmt(c->a, "/deals/%.*s/move?stage=%.*s",
                STR_ARG(id_text(c->a, deal->id)), STR_ARG(id_text(c->a, all[i].id)));
    if (v.won.s.n && v.lost.s.n)
        view_deal_close(side, &v);
}

void deal_panel(struct request *rq, const struct record *deal, struct html *middle, struct html *side)
{
    bool may_change = access_record(web_ctx(rq), deal, ACTION_CHANGE);
    bool is_open = str_eq(record_text(deal, "status"), S("open"));
    put_steps(rq, deal, middle);
    if (is_open)
        put_next(rq, deal, may_change, middle);
    put_lines(rq, deal, may_change && is_open, middle);
    if (is_open && may_change)
        put_close(rq, deal, side);
}
