/* link_panel.c - personal links beside a person and on the page of material: made, copied, withdrawn, both numbers. */
#include "reach/link_panel.h"
#include "base/id.h"
#include "msg/link.h"
#include "reach/inside.h"
#include "record/query.h"
#include "web/records.h"

enum { SHOWN = 10, CHOICES_MAX = 50 };           /* SHOWN: at most LINKS_COUNTED */

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }
#define SAY(c, key, ...) msg_text((c)->a, (c)->loc, MSG_##key, (const struct msg_arg *)(const void *)&(struct msg_##key##_args){ __VA_ARGS__ })

/* ── what there is ───────────────────────────────────────────────────────── */

static str day_of(struct ctx *c, int64_t at) { return loc_date(c->a, c->loc, zone_days(c->loc->zone, at), DATE_MEDIUM); }

static str name_of(struct record *const *users, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (users[i]->id == id)
            return record_title(users[i]);
    return S("Setu");
}

static struct url page_of(struct ctx *c, const struct record *r, const char *field, const struct entity *en)
{
    int64_t id = record_int(r, field);
    return id && record_val(r, field).s.n ? record_url(c->a, en, id) : (struct url){ { 0 } };
}

/* A name of another direction than the sentence's keeps to itself: U+2068, U+2069. */
static str apart(struct ctx *c, str name) { return arena_fmt(c->a, "\u2068%.*s\u2069", STR_ARG(name)); }

static struct link_line line_of(struct request *rq, const struct record *r, const struct link_count *n, str who, bool is_persons)
{
    struct ctx *c = web_ctx(rq);
    str id = id_text(c->a, r->id), origin = web_origin(rq), path = record_text(r, "address"), whom = record_val(r, "person").s;
    struct link_line l = {
        .title = is_persons || !whom.n ? record_title(r) : whom, .address = arena_fmt(c->a, "%.*s%.*s", STR_ARG(origin), STR_ARG(path)),
        .id = arena_fmt(c->a, "link-%.*s", STR_ARG(id)), .made = SAY(c, link_made_by, .who = A(apart(c, who)), .when = A(day_of(c, r->created_at))),
        .counts = n->people ? SAY(c, link_opened, .n = A(n->people), .when = A(day_of(c, n->last_at))) : say(c, MSG_link_not_opened),
        .url = is_persons ? page_of(c, r, "material", entity_find(S("material"))) : page_of(c, r, "person", &person_entity),
    };
    if (n->programs)
        l.robots = SAY(c, link_by_robots, .n = A(n->programs));
    if (access_record(c, r, ACTION_DELETE))
        l.withdraw = url_fmt(c->a, "/links/%.*s/withdraw", STR_ARG(id));
    return l;
}

static bool fill_lines(struct request *rq, const struct record *page, struct link_panel_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct list_spec s = { .en = &link_entity, .sort = S("-created_at"), .limit = SHOWN,
                           .filter = arena_fmt(c->a, "%s = %.*s and channel = link", page->en->name, STR_ARG(id_text(c->a, page->id))) };
    struct link_count counts[SHOWN];
    struct record **users;
    int64_t makers[SHOWN];
    struct list list;
    size_t nusers;
    if (!record_list(c, &s, &list, e) || !links_count(c, list.rows, list.n, counts, e))
        return false;
    for (size_t i = 0; i < list.n; i++)
        makers[i] = list.rows[i]->created_by;
    if (!record_get_many(c, &user_entity, makers, list.n, &users, &nusers, e))
        return false;
    struct link_line *lines = arena_new(c->a, struct link_line, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        lines[i] = line_of(rq, list.rows[i], &counts[i], name_of(users, nusers, makers[i]), page->en == &person_entity);
    v->lines = lines;
    v->n = list.n;
    return true;
}

/* ── what may be made ────────────────────────────────────────────────────── */

/* None of them, or one; *n is 0 for who may see none. */
static bool choices(struct ctx *c, const char *entity, str filter, msg_id none, const struct ui_option **out, size_t *n, struct err *e)
{
    struct list_spec s = { .en = entity_find(str_of(entity)), .filter = filter, .limit = CHOICES_MAX };
    struct list list;
    if (!s.en || access_scope(c->who, s.en, ACTION_SEE) == SCOPE_NONE)
        return true;
    s.cols[s.ncols++] = entity_field(s.en, str_of(s.en->title));
    if (!record_list(c, &s, &list, e))
        return false;
    struct ui_option *o = arena_new(c->a, struct ui_option, list.n + 1);
    o[0] = (struct ui_option){ .label = say(c, none), .is_selected = true };
    for (size_t i = 0; i < list.n; i++)
        o[i + 1] = (struct ui_option){ id_text(c->a, list.rows[i]->id), record_title(list.rows[i]), false };
    *out = o;
    *n = list.n + 1;
    return true;
}

/* The newest pieces that are released and have an address; the person's open deals. */
static bool fill_choices(struct ctx *c, int64_t person, struct link_panel_view *v, struct err *e)
{
    str open = arena_fmt(c->a, "person = %.*s and status = open", STR_ARG(id_text(c->a, person)));
    return choices(c, "material", S("status = released and url is not empty"), MSG_link_choose_none, &v->pieces, &v->npieces, e)
        && choices(c, "deal", open, MSG_link_no_deal, &v->deals, &v->ndeals, e);
}

static void fill_whom(struct request *rq, struct link_panel_view *v)
{
    struct record_form form = { .en = &link_entity, .r = record_new(&rq->a, &link_entity), .is_new = true };
    v->whom = record_form_row(rq, &form, entity_field(&link_entity, S("person")));
}

void link_panel(struct request *rq, const struct record *r, struct html *out)
{
    struct ctx *c = web_ctx(rq);
    bool is_person = r->en == &person_entity;
    str here = record_url(c->a, r->en, r->id).s;
    struct link_panel_view v = { .action = url_path(S("/links")), .back = arena_fmt(c->a, "%.*s#links", STR_ARG(here)),
                                 .may = access_scope(c->who, &link_entity, ACTION_CREATE) != SCOPE_NONE };
    struct err e = { 0 };
    if (access_scope(c->who, &link_entity, ACTION_SEE) == SCOPE_NONE || !fill_lines(rq, r, &v, &e))
        return;
    if (is_person) {
        v.person = id_text(c->a, r->id);
        v.is_not_followed = str_eq(record_text(r, "consent_tracking"), S("withdrawn"));
        if (v.may && !fill_choices(c, r->id, &v, &e))
            return;
    } else {
        v.material = id_text(c->a, r->id);
        v.may = v.may && str_eq(record_text(r, "status"), S("released")) && link_url_ok(record_text(r, "url"));
        if (v.may)
            fill_whom(rq, &v);
    }
    if (v.may || v.n)
        view_link_panel(out, &v);
}

/* ── posts ───────────────────────────────────────────────────────────────── */

void link_make(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct save s = { .r = record_new(&rq->a, &link_entity) };
    struct err e = { 0 };
    if (!record_form_read(rq, s.r, &e) || !record_save(c, &s, &e))
        web_fail(rq, &e);
    else
        web_done(rq, web_back(rq, "/people"), say(c, MSG_link_made_ready), c->write_id);
}

static bool run_withdraw(struct ctx *tx, void *id, struct err *e) { return record_delete(tx, &link_entity, *(int64_t *)id, 0, e); }

void link_withdraw(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!record_write(c, run_withdraw, &id, &e))
        web_fail(rq, &e);
    else
        web_done(rq, web_back(rq, "/people"), say(c, MSG_link_withdrawn), c->write_id);
}
