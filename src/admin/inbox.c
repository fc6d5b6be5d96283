/* inbox.c - notices: what came, what was seen, and where each leads. */
#include "admin/inbox.h"
#include "base/id.h"
#include "core/core.h"
#include "core/notify.h"
#include "msg/admin.h"
#include "msg/web.h"
#include "record/query.h"

static const struct { const char *level, *icon; enum tone tone; } levels[] = {
    { "info", "bell", TONE_BLUE }, { "success", "circle-check", TONE_GREEN },
    { "warning", "triangle-alert", TONE_AMBER }, { "urgent", "circle-alert", TONE_RED },
};

static struct inbox_line line_of(struct ctx *c, const struct record *r)
{
    str id = id_text(c->a, r->id), level = record_text(r, "level");
    size_t k = 0;
    for (size_t i = 0; i < countof(levels); i++)
        k = str_eq(level, str_of(levels[i].level)) ? i : k;
    return (struct inbox_line){
        .title = record_title(r), .body = record_text(r, "body"), .icon = levels[k].icon, .tone = levels[k].tone,
        .time = loc_relative(c->a, c->loc, r->created_at, c->now), .iso = iso_instant(c->a, r->created_at),
        .open = url_fmt(c->a, "/notifications/%.*s/open", STR_ARG(id)),
        .read = url_fmt(c->a, "/notifications/%.*s/read", STR_ARG(id)), .is_new = !record_int(r, "read_at"),
    };
}

void inbox_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html page = web_html(rq), *h = &page;
    bool is_all = str_eq(request_query(rq, "show"), S("all"));
    struct list_spec s = {
        .en = &notification_entity, .sort = S("-created_at"), .cursor = request_query(rq, "cursor"),
        .filter = is_all ? S("recipient = me") : S("recipient = me and read_at is empty"),
    };
    struct list list;
    struct err e = { 0 };
    if (!record_list(c, &s, &list, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct inbox_line *lines = arena_new(c->a, struct inbox_line, list.n + 1);
    struct inbox_view v = {
        .lines = lines, .n = list.n,
        .tabs = { { .label = _(admin_inbox_unread), .icon = "bell", .url = url_path(S("/notifications")), .is_current = !is_all },
                  { .label = _(admin_inbox_all), .icon = "list", .url = url_path(S("/notifications?show=all")), .is_current = is_all } },
    };
    for (size_t i = 0; i < list.n; i++) {
        lines[i] = line_of(c, list.rows[i]);
        v.has_new |= lines[i].is_new;
    }
    if (list.next.n)
        v.older = url_fmt(c->a, "/notifications?show=%s&cursor=%.*s", is_all ? "all" : "new", STR_ARG(list.next));
    struct page p = web_page(rq, _(admin_inbox));
    p.is_plain = true;
    page_begin(h, &p);
    view_inbox(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}

/* A link, for a notice is opened like a letter; the mark it leaves harms nobody. */
void inbox_open(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!record_get(c, &notification_entity, id, &r, &e) || !notify_read(c, c->who->user_id, id, &e)) {
        web_fail(rq, &e);
        return;
    }
    str path = record_text(r, "path");
    bool is_own = path.n && path.p[0] == '/' && !(path.n > 1 && (path.p[1] == '/' || path.p[1] == '\\'));
    answer_redirect(rq, is_own ? path : S("/notifications"));
}

static void mark(struct request *rq, int64_t id)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (notify_read(c, c->who->user_id, id, &e))
        web_done(rq, S("/notifications"), msg_text(c->a, c->loc, MSG_admin_inbox_marked, NULL), 0);
    else
        web_fail(rq, &e);
}

void inbox_read(struct request *rq)
{
    int64_t id;
    if (web_param_id(rq, 0, &id))
        mark(rq, id);
}

void inbox_read_all(struct request *rq) { mark(rq, 0); }
