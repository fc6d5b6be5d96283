/* list_view.c - saved views of a list: the menu, saving, changing, taking away.
 *
 * Who may use or change a view is for the engine to say (record/access.h); here is only what the page offers. What differs from
 * the view that is open stands in the address, and is saved into it, kept as another view, or dropped.
 */
#include "base/id.h"
#include "msg/core.h"
#include "msg/web.h"
#include "record/bin.h"
#include "record/type.h"
#include "web/list_inside.h"

enum { VIEWS_MAX = 100 };

static const struct entity *views(void) { return entity_find(S("saved_view")); }

static struct url view_url(struct arena *a, const struct entity *en, int64_t id)
{
    return url_fmt(a, "/%s?view=%.*s", en->path, STR_ARG(id_text(a, id)));
}

/* ── the menu ──────────────────────────────────────────────────────────────── */

static bool is_mine(const struct ctx *c, const struct record *view)
{
    return record_int(view, "owner") == c->who->user_id || view->created_by == c->who->user_id;
}

static const char *icon_of(const struct record *view)
{
    str visibility = record_text(view, "visibility");
    return record_int(view, "is_locked") ? "lock" : str_eq(visibility, S("team")) ? "users"
         : str_eq(visibility, S("everybody")) ? "globe" : "bookmark";
}

static size_t put_some(struct ctx *c, const struct entity *en, const struct list_asked *a, const struct list *list, bool mine,
                       struct ui_menu_item *items, size_t n)
{
    size_t head = n;
    items[n++] = (struct ui_menu_item){ .label = msg_text(c->a, c->loc, mine ? MSG_web_views_mine : MSG_web_views_others, NULL), .is_rule = true };
    for (size_t i = 0; i < list->n; i++)
        if (is_mine(c, list->rows[i]) == mine)
            items[n++] = (struct ui_menu_item){ .label = record_title(list->rows[i]), .icon = icon_of(list->rows[i]),
                                                .is_current = a->view && a->view->id == list->rows[i]->id,
                                                .url = view_url(c->a, en, list->rows[i]->id) };
    return n == head + 1 ? head : n;
}

static void put_menu(struct html *h, struct ctx *c, const struct entity *en, const struct list_asked *a)
{
    const struct entity *v = views();
    struct list_spec s = { .en = v, .limit = VIEWS_MAX, .sort = S("name"), .filter = arena_fmt(c->a, "entity = \"%s\"", en->name), .ncols = 4,
                           .cols = { entity_field(v, S("name")), entity_field(v, S("owner")), entity_field(v, S("visibility")),
                                     entity_field(v, S("is_locked")) } };
    struct list list = { 0 };
    struct err e = { 0 };
    (void)!record_list(c, &s, &list, &e);       /* without views the menu still leads to all */
    struct ui_menu_item *items = arena_new(c->a, struct ui_menu_item, list.n + 4);
    size_t n = 0;
    items[n++] = (struct ui_menu_item){ .label = msg_text(c->a, c->loc, MSG_web_view_all, NULL), .url = url_fmt(c->a, "/%s", en->path),
                                        .is_current = !a->view };
    n = put_some(c, en, a, &list, true, items, n);
    n = put_some(c, en, a, &list, false, items, n);
    if (bin_is_of(c, en))
        items[n++] = (struct ui_menu_item){ .label = msg_text(c->a, c->loc, MSG_web_bin, NULL), .icon = "trash-2",
                                            .url = url_fmt(c->a, "/%s/deleted", en->path) };
    ui_menu(h, .id = "views", .label = msg_text(c->a, c->loc, MSG_web_views, NULL), .items = items, .n = n);
}

/* ── what is offered ───────────────────────────────────────────────────────── */

static bool is_other(const struct list_asked *a)
{
    return a->view && (!str_eq(a->q, record_text(a->view, "criteria")) || !str_eq(a->sort, record_text(a->view, "sort"))
                       || !str_eq(a->cols, record_text(a->view, "columns")));
}

static struct ui_option *for_whom(struct ctx *c, str chosen, size_t *n)
{
    const struct choice *choices = entity_field(views(), S("visibility"))->choices;
    struct ui_option *o = arena_new(c->a, struct ui_option, 8);
    for (*n = 0; choices[*n].value; ++*n)
        o[*n] = (struct ui_option){ str_of(choices[*n].value), msg_text(c->a, c->loc, choices[*n].label, NULL),
                                    str_eq(chosen, str_of(choices[*n].value)) };
    return o;
}

struct html_safe list_views(struct request *rq, const struct list_asked *a, const struct entity *en)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    const struct record *view = a->view;
    bool may_open = access_scope(c->who, views(), ACTION_SEE) >= SCOPE_OPENED;
    struct list_view_view v = {
        .q = a->q, .sort = a->sort, .cols = a->cols, .save_as = url_fmt(c->a, "/%s/views", en->path), .has_view = view != NULL,
        .may_open = may_open,
    };
    v.fresh = for_whom(c, S("private"), &v.nfor);
    if (view) {
        bool mine = is_mine(c, view);
        v.may_change = access_record(c, view, ACTION_CHANGE);
        v.may_open_it = may_open && (mine || access_is_admin(c->who));
        v.may_delete = access_record(c, view, ACTION_DELETE);
        v.is_other = is_other(a);
        v.is_locked = record_int(view, "is_locked") != 0;
        v.name = record_title(view);
        v.by = mine ? (str){ 0 } : record_val(view, "owner").s;
        v.version = view->version;
        v.change = url_fmt(c->a, "/%s/views/%.*s", en->path, STR_ARG(id_text(c->a, view->id)));
        v.remove = url_fmt(c->a, "/%s/views/%.*s/delete", en->path, STR_ARG(id_text(c->a, view->id)));
        v.reset = view_url(c->a, en, view->id);
        v.kept = for_whom(c, record_text(view, "visibility"), &v.nfor);
    }
    put_menu(&h, c, en, a);
    view_list_view(&h, &v);
    return html_done(&h);
}

/* ── writing ───────────────────────────────────────────────────────────────── */

static void take(struct request *rq, struct record *r, const char *field, const char *from)
{
    record_set(r, field, val_text(str_trim(request_form(rq, from))));
}

static void take_list(struct request *rq, struct record *r)
{
    take(rq, r, "criteria", "q");
    take(rq, r, "sort", "sort");
    take(rq, r, "columns", "cols");
}

static void take_name(struct request *rq, struct record *r)
{
    take(rq, r, "name", "name");
    if (!request_form(rq, "visibility").n)
        return;                                 /* not asked: it stays as it is, or is its maker's */
    take(rq, r, "visibility", "visibility");
    record_set(r, "is_locked", val_int(str_eq(request_form(rq, "is_locked"), S("1"))));
}

static void answer_saved(struct request *rq, const struct entity *en, int64_t id)
{
    struct ctx *c = web_ctx(rq);
    web_done(rq, view_url(c->a, en, id).s, msg_text(c->a, c->loc, MSG_web_view_saved, NULL), c->write_id);
}

void records_view_save(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!en)
        return;
    struct save s = { .r = record_new(c->a, views()) };
    record_set(s.r, "entity", val_text(str_of(en->name)));
    take_name(rq, s.r);
    take_list(rq, s.r);
    if (!record_save(c, &s, &e))
        web_fail_all(rq, &e, &s.faults);
    else
        answer_saved(rq, en, s.r->id);
}

/* The view of /:entity/views/:id; answers when there is none of this list that the reader may use. */
static struct record *load(struct request *rq, const struct entity *en)
{
    struct record *view = en ? web_load(rq, views(), 1) : NULL;
    struct err e = { 0 };
    if (!view || str_eq(record_text(view, "entity"), str_of(en->name)))
        return view;
    fail(&e, ERR_NOT_FOUND, MSG_web_not_found, "a view of another list");
    web_fail(rq, &e);
    return NULL;
}

void records_view_change(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct record *view = load(rq, en);
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!view)
        return;
    struct save s = { .r = record_new(c->a, views()) };
    s.r->id = view->id;
    if (!str_to_int(request_form(rq, "version"), &s.version))
        s.version = 0;
    if (str_eq(request_form(rq, "step"), S("list")))
        take_list(rq, s.r);
    else
        take_name(rq, s.r);
    if (!record_save(c, &s, &e))
        web_fail_all(rq, &e, &s.faults);
    else
        answer_saved(rq, en, view->id);
}

static bool remove_view(struct ctx *tx, void *arg, struct err *e)
{
    return record_delete(tx, views(), *(int64_t *)arg, 0, e);
}

void records_view_delete(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct record *view = load(rq, en);
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!view)
        return;
    if (!record_write(c, remove_view, &view->id, &e))
        web_fail(rq, &e);
    else
        web_done(rq, url_fmt(c->a, "/%s", en->path).s, msg_text(c->a, c->loc, MSG_web_view_deleted, NULL), c->write_id);
}
