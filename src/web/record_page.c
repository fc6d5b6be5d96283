/* record_page.c - the page of one record, its history, and changes of many at once. */
#include "base/id.h"
#include "msg/web.h"
#include "record/type.h"
#include "web/bin.h"
#include "web/feature.h"
#include "web/parts.h"
#include "web/why.h"

/* ── the record ────────────────────────────────────────────────────────────── */

static bool is_fact(const struct ctx *c, const struct record *r, const struct field *f)
{
    return !(f->flags & (F_SECRET | F_HIDDEN)) && strcmp(f->name, r->en->title)
        && access_field(c->who, r->en, f) != FIELD_RIGHT_HIDDEN;
}

/* What is changed most has a key of its own. A lead has letters for its answers instead. */
static const char *key_of(const struct entity *en, const struct field *f)
{
    static const struct { const char *field, *key; } keys[] = { { "owner", "a" }, { "close_date", "d" }, { "due_at", "d" } };
    for (size_t i = 0; i < countof(keys) && strcmp(en->name, "lead") != 0; i++)
        if (!strcmp(f->name, keys[i].field))
            return keys[i].key;
    return NULL;
}

static struct ui_fact fact_of(struct request *rq, const struct record *r, const struct field *f, bool is_asked)
{
    struct ctx *c = web_ctx(rq);
    struct html cell = web_html(rq);
    const struct val *v = &r->v[field_index(r->en, f)];
    if (v->is_set)
        type_of(f)->cell(&cell, f, v);
    else
        html_text(&cell, S("\u2014"));
    return (struct ui_fact){
        .label = msg_text(c->a, c->loc, f->label, NULL), .value = html_done(&cell),
        .edit = is_asked ? url_fmt(c->a, "/%s/%.*s/field/%s?as=fact", r->en->path, STR_ARG(id_text(c->a, r->id)), f->name)
                         : (struct url){ { 0 } },
        .key = is_asked ? key_of(r->en, f) : NULL, .is_wide = f->type == FIELD_LONGTEXT && v->is_set,
    };
}

/* What is known first; what could be filled in stands folded below. */
static struct html_safe facts_of(struct request *rq, const struct record *r, bool is_known)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct ui_fact *facts = arena_new(c->a, struct ui_fact, r->en->nfields);
    bool may_change = access_record(c, r, ACTION_CHANGE);
    size_t n = 0;
    for (size_t i = 0; i < r->en->nfields; i++) {
        const struct field *f = &r->en->fields[i];
        bool is_asked = may_change && record_field_is_asked(c, r->en, f, false);
        bool is_first = r->v[i].is_set || (is_asked && f->flags & (F_QUICK | F_LIST));
        if (is_fact(c, r, f) && is_first == is_known && (is_known || is_asked))
            facts[n++] = fact_of(rq, r, f, is_asked);
    }
    if (n)
        ui_facts(&h, .facts = facts, .n = n);
    return html_done(&h);
}

/* ── what it is called ──────────────────────────────────────────────────────── */

/* Without a title it is called as its kind: an id says nothing to a person. */
static str title_of(struct ctx *c, const struct record *r)
{
    const struct field *f = entity_field(r->en, str_of(r->en->title));
    str t = type_show(c->a, c->loc, f, &r->v[field_index(r->en, f)]);
    return t.n ? t : msg_text(c->a, c->loc, r->en->label, NULL);
}

static str subtitle_of(struct ctx *c, const struct record *r)
{
    const struct field *f = r->en->subtitle ? entity_field(r->en, str_of(r->en->subtitle)) : NULL;
    return f ? type_show(c->a, c->loc, f, &r->v[field_index(r->en, f)]) : (str){ 0 };
}

/* ── what refers to it ─────────────────────────────────────────────────────── */

enum { RELATED_MAX = 12, RELATED_ROWS = 5 };

static const struct field *reference_to(const struct entity *from, const struct entity *to)
{
    for (size_t i = 0; i < from->nfields; i++)
        if (from->fields[i].type == FIELD_REF && !strcmp(from->fields[i].ref, to->name))
            return &from->fields[i];
    return NULL;
}

static bool related_list(struct request *rq, const struct record *r, const struct entity *en,
                         const struct field *f, struct related *out)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    struct list list;
    str id = id_text(c->a, r->id), filter = arena_fmt(c->a, "%s = %.*s", f->name, STR_ARG(id));
    struct list_spec s = { .en = en, .filter = filter, .limit = RELATED_ROWS, .sort = S("-created_at") };
    if (!record_list(c, &s, &list, &e))
        return false;
    bool may_add = access_scope(c->who, en, ACTION_CREATE) != SCOPE_NONE;
    if (!list.n && !may_add)
        return false;
    struct hit_line *lines = arena_new(c->a, struct hit_line, list.n);
    for (size_t i = 0; i < list.n; i++) {
        const struct record *x = list.rows[i];
        lines[i] = (struct hit_line){ title_of(c, x), subtitle_of(c, x), record_url(c->a, en, x->id) };
    }
    *out = (struct related){
        .title = msg_text(c->a, c->loc, en->plural, NULL), .lines = lines, .n = list.n, .may_add = may_add,
        .all = url_fmt(c->a, "/%s?q=%s+%%3D+%.*s", en->path, f->name, STR_ARG(id)),
        .add = url_fmt(c->a, "/%s/new?%s=%.*s", en->path, f->name, STR_ARG(id)),
    };
    return true;
}

static struct related *related_of(struct request *rq, const struct record *r, size_t *n)
{
    struct related *v = arena_new(&rq->a, struct related, RELATED_MAX);
    *n = 0;
    for (size_t i = 0; i < catalogue_count() && *n < RELATED_MAX; i++) {
        const struct entity *en = catalogue_at(i);
        const struct field *f = reference_to(en, r->en);
        bool is_shown = f && !(en->flags & (E_NO_PAGE | E_NO_CREATE | E_SETTINGS))
                     && access_scope(web_ctx(rq)->who, en, ACTION_SEE) != SCOPE_NONE;
        if (is_shown && related_list(rq, r, en, f, &v[*n]))
            (*n)++;
    }
    return v;
}

static struct html_safe actions_of(struct request *rq, const struct record *r)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct url here = record_url(c->a, r->en, r->id);
    if (access_record(c, r, ACTION_CHANGE))
        ui_button(&h, .label = msg_text(c->a, c->loc, MSG_web_edit, NULL), .icon = "pencil",
                  .url = url_fmt(c->a, "%.*s/edit", STR_ARG(here.s)), .key = "e");
    struct ui_menu_item items[] = {
        { .label = msg_text(c->a, c->loc, MSG_web_history, NULL), .icon = "history", .url = url_fmt(c->a, "%.*s/history", STR_ARG(here.s)) },
        { .label = msg_text(c->a, c->loc, MSG_web_delete, NULL), .icon = "trash-2", .is_danger = true,
          .post = url_fmt(c->a, "%.*s/delete", STR_ARG(here.s)), .name = S("sure"), .value = S("1") },
    };
    size_t n = access_record(c, r, ACTION_DELETE) ? 2 : 1;
    ui_button(&h, .label = msg_text(c->a, c->loc, MSG_web_more, NULL), .icon = "ellipsis", .icon_only = true, .menu = "record-menu");
    ui_menu(&h, .id = "record-menu", .label = msg_text(c->a, c->loc, MSG_web_more, NULL), .items = items, .n = n);
    return html_done(&h);
}

static struct crumb *crumb_to(struct request *rq, const struct entity *en)
{
    struct crumb *v = arena_new(&rq->a, struct crumb, 1);
    *v = (struct crumb){ msg_text(&rq->a, web_ctx(rq)->loc, en->plural, NULL), url_fmt(&rq->a, "/%s", en->path) };
    return v;
}

void records_page(struct request *rq)
{
    struct record *r = records_load(rq);
    struct ctx *c = web_ctx(rq);
    if (!r)
        return;
    struct html h = web_html(rq), middle = web_html(rq), side = web_html(rq), ways = web_html(rq), avatar = web_html(rq);
    for (const struct feature *const *f = features; *f; f++)
        if ((*f)->panel)
            (*f)->panel(rq, r, &middle, &side);
    parts_panel(rq, r, &ways, &side);
    ui_avatar(&avatar, .name = title_of(c, r), .id = r->id, .size = UI_LARGE, .is_square = strcmp(r->en->name, "person") != 0);
    struct record_page_view v = {
        .en = r->en, .r = r, .title = title_of(c, r), .subtitle = subtitle_of(c, r), .avatar = html_done(&avatar),
        .facts = facts_of(rq, r, true), .more = facts_of(rq, r, false), .ways = html_done(&ways), .middle = html_done(&middle), .side = html_done(&side),
    };
    v.related = related_of(rq, r, &v.nrelated);
    v.live = id_text(c->a, r->id);
    if (request_is_fragment(rq)) {
        view_record_page(&h, &v);
        answer_html(rq, 200, &h);
        return;
    }
    struct page p = web_page(rq, v.title);
    p.crumbs = crumb_to(rq, r->en);
    p.ncrumbs = 1;
    p.actions = actions_of(rq, r);
    page_begin(&h, &p);
    view_record_page(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── history ───────────────────────────────────────────────────────────────── */

/* A change keeps the id of what it refers to; people read its name, as far as they may see it. */
static str shown(struct ctx *c, const struct field *f, str canon)
{
    struct record *r;
    struct err e = { 0 };
    int64_t id;
    bool is_ref = f->type == FIELD_REF && id_parse(canon, &id);
    if (is_ref && record_get(c, entity_find(str_of(f->ref)), id, &r, &e) && record_title(r).n)
        return record_title(r);
    return type_show_text(c, f, canon);
}

static str what_of(struct ctx *c, const struct change *ch)
{
    static const msg_id said[] = {
        [CHANGE_CREATE] = MSG_web_change_created, [CHANGE_DELETE] = MSG_web_change_deleted, [CHANGE_RESTORE] = MSG_web_change_restored,
    };
    if (ch->is_merge)
        return msg_text(c->a, c->loc, MSG_web_change_merged, (const struct msg_arg *)(const void *)
                        &(struct msg_web_change_merged_args){ .title = A(ch->old_text) });
    if (!ch->field)
        return ch->action == CHANGE_UPDATE ? (str){ 0 } : msg_text(c->a, c->loc, said[ch->action], NULL);
    str field = msg_text(c->a, c->loc, ch->field->label, NULL);
    str before = shown(c, ch->field, ch->old_text), after = shown(c, ch->field, ch->new_text);
    return msg_text(c->a, c->loc, MSG_web_change_field, (const struct msg_arg *)(const void *)
                    &(struct msg_web_change_field_args){ .field = A(field), .before = A(before.n ? before : S("\u2014")),
                                                         .after = A(after.n ? after : S("\u2014")) });
}

bool record_history_lines(struct request *rq, const struct entity *en, int64_t id, int64_t before, struct record_history_view *v,
                          struct err *e)
{
    enum { SHOWN = 50 };
    struct ctx *c = web_ctx(rq);
    struct change *ch;
    size_t n;
    if (!record_history(c, en, id, before, SHOWN, &ch, &n, e))
        return false;
    struct history_line *lines = arena_new(c->a, struct history_line, n);
    for (size_t i = 0; i < n; i++) {
        bool is_first = i == 0 || ch[i].write_id != ch[i - 1].write_id;
        bool may_undo = is_first && !ch[i].is_undone && (ch[i].actor_id == c->who->user_id || access_is_admin(c->who));
        lines[i] = (struct history_line){
            .when = loc_instant(c->a, c->loc, ch[i].at, DATE_MEDIUM), .iso = iso_instant(c->a, ch[i].at),
            .who = ch[i].actor.n ? ch[i].actor : S("Setu"), .what = what_of(c, &ch[i]), .why = ch[i].why,
            .is_undone = ch[i].is_undone,
            .undo = may_undo ? url_fmt(c->a, "/undo/%.*s", STR_ARG(id_text(c->a, ch[i].write_id))) : (struct url){ { 0 } },
        };
    }
    *v = (struct record_history_view){
        .lines = lines, .n = n, .back = record_url(c->a, en, id),
        .older = n == SHOWN ? url_fmt(c->a, "%.*s/history?before=%.*s", STR_ARG(record_url(c->a, en, id).s),
                                      STR_ARG(id_text(c->a, ch[n - 1].id))) : (struct url){ { 0 } },
    };
    return true;
}

void records_history(struct request *rq)
{
    struct record *r = records_load(rq);
    struct ctx *c = web_ctx(rq);
    struct record_history_view v;
    struct err e = { 0 };
    int64_t before = 0;
    if (!r)
        return;
    (void)!id_parse(request_query(rq, "before"), &before);
    if (!record_history_lines(rq, r->en, r->id, before, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct html h = web_html(rq);
    struct page p = web_page(rq, title_of(c, r));
    p.crumbs = crumb_to(rq, r->en);
    p.ncrumbs = 1;
    p.is_plain = true;
    page_begin(&h, &p);
    view_record_history(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

const struct route record_routes[] = {
    { GET,  "/:entity",                 records_list,       .access = ACCESS_USER, .audit = "records.list" },
    { POST, "/:entity",                 records_create,     .access = ACCESS_USER, .body = BODY_FORM, .body_max = 1 << 20, .audit = "records.create" },
    { GET,  "/:entity/new",             records_new,        .access = ACCESS_USER, .audit = "records.new" },
    { GET,  "/:entity/deleted",         records_bin,        .access = ACCESS_USER, .audit = "records.bin" },
    { GET,  "/:entity/export.csv",      records_export,     .access = ACCESS_USER, .audit = "records.export" },
    { GET,  "/:entity/condition",       records_condition,  .access = ACCESS_USER, .audit = "records.condition" },
    { GET,  "/:entity/why",             records_why_ask,    .access = ACCESS_USER, .audit = "records.why" },
    { POST, "/:entity/bulk",            records_bulk,       .access = ACCESS_USER, .body = BODY_FORM, .audit = "records.bulk" },
    { GET,  "/bulk/:id",                bulk_page,          .access = ACCESS_USER, .audit = "bulk.page" },
    { POST, "/bulk/:id/stop",           bulk_stop,          .access = ACCESS_USER, .body = BODY_FORM, .audit = "bulk.stop" },
    { POST, "/bulk/:id/undo",           bulk_undo,          .access = ACCESS_USER, .body = BODY_FORM, .audit = "bulk.undo" },
    { POST, "/:entity/views",           records_view_save,  .access = ACCESS_USER, .body = BODY_FORM, .audit = "views.save" },
    { POST, "/:entity/views/:id",       records_view_change, .access = ACCESS_USER, .body = BODY_FORM, .audit = "views.change" },
    { POST, "/:entity/views/:id/delete", records_view_delete, .access = ACCESS_USER, .body = BODY_FORM, .audit = "views.delete" },
    { GET,  "/:entity/:id",             records_page,       .access = ACCESS_USER, .audit = "records.page" },
    { POST, "/:entity/:id",             records_update,     .access = ACCESS_USER, .body = BODY_FORM, .body_max = 1 << 20, .audit = "records.change" },
    { GET,  "/:entity/:id/edit",        records_edit,       .access = ACCESS_USER, .audit = "records.edit" },
    { POST, "/:entity/:id/delete",      records_delete,     .access = ACCESS_USER, .body = BODY_FORM, .audit = "records.delete" },
    { GET,  "/:entity/:id/why",         records_why,        .access = ACCESS_USER, .audit = "records.why" },
    { GET,  "/:entity/:id/history",     records_history,    .access = ACCESS_USER, .audit = "records.history" },
    { GET,  "/:entity/:id/field/:name", records_field,      .access = ACCESS_USER, .audit = "records.field" },
    { POST, "/:entity/:id/field/:name", records_field_save, .access = ACCESS_USER, .body = BODY_FORM, .body_max = 1 << 20, .audit = "records.field.change" },
    { GET,  "/choose/:entity",          records_choose,     .access = ACCESS_USER, .audit = "records.choose" },
    { 0 },
};
