/* tasks.c - the page of one's own tasks: late, today, upcoming, done.
 *
 * With a condition in its address it is the list that every entity has.
 */
#include "people/tasks.h"
#include "base/id.h"
#include "msg/people.h"
#include "people/inside.h"
#include "web/records.h"

static const struct tab { const char *name; msg_id label; const char *icon, *filter, *sort; } tabs[] = {
    { "today", MSG_people_tasks_today, "calendar", "owner = me and done_at is empty and due_at = today", "due_at" },
    { "late", MSG_people_tasks_late, "clock", "owner = me and done_at is empty and due_at < now", "due_at" },
    { "upcoming", MSG_people_tasks_upcoming, "calendar-clock",
      "owner = me and done_at is empty and (due_at > today or due_at is empty)", "due_at" },
    { "done", MSG_people_tasks_done, "check", "owner = me and done_at in last 30 days", "-done_at" },
};

static bool is_list(struct request *rq)
{
    static const char *const names[] = { "q", "sort", "view", "cols", "f", "count" };
    for (size_t i = 0; i < rq->nquery; i++)
        for (size_t k = 0; k < countof(names); k++)
            if (str_eq(rq->query[i].name, str_of(names[k])))
                return true;
    return false;
}

static bool fill_tabs(struct html *h, struct ctx *c, const struct tab *now, struct tasks_view *v, struct err *e)
{
    enum { CAP = 99 };
    for (size_t i = 0; i < countof(tabs); i++) {
        struct list_spec s = { .en = &task_entity, .filter = str_of(tabs[i].filter) };
        bool is_capped = false, is_counted = strcmp(tabs[i].name, "done") != 0;
        int64_t n = 0;
        if (is_counted && !record_count(c, &s, CAP, &n, &is_capped, e))
            return false;
        str label = _msg(tabs[i].label), count = loc_int(h->a, h->loc, n);
        v->tabs[v->ntabs++] = (struct ui_item){
            .label = n ? arena_fmt(h->a, "%.*s · %.*s%s", STR_ARG(label), STR_ARG(count), is_capped ? "+" : "") : label,
            .icon = tabs[i].icon, .url = url_fmt(h->a, "/tasks?show=%s", tabs[i].name), .is_current = now == &tabs[i] };
    }
    return true;
}

static struct task_line line_of(struct html *h, struct ctx *c, const struct record *r)
{
    int64_t due = record_int(r, "due_at");
    str person = record_text(r, "person"), deal = record_text(r, "deal"), company = record_text(r, "company");
    bool is_done = record_int(r, "done_at") != 0, is_late = due && due < c->now;
    return (struct task_line){
        .title = record_title(r), .sub = person.n ? person : company.n ? company : deal, .is_done = is_done,
        .when = due ? loc_instant(h->a, h->loc, due, DATE_DAY_MONTH) : (str){ 0 },
        .tone = is_done ? TONE_NONE : is_late ? TONE_RED : TONE_BLUE, .url = record_url(h->a, r->en, r->id),
        .done = is_done ? (struct url){ { 0 } } : url_fmt(h->a, "/tasks/%.*s/done", STR_ARG(id_text(h->a, r->id))),
    };
}

void tasks_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html page = web_html(rq), *h = &page;
    const struct tab *t = &tabs[0];
    struct list list;
    struct err e = { 0 };
    if (is_list(rq)) {
        rq->param[0] = S("tasks");
        records_list(rq);
        return;
    }
    for (size_t i = 0; i < countof(tabs); i++)
        t = str_eq(request_query(rq, "show"), str_of(tabs[i].name)) ? &tabs[i] : t;
    struct list_spec s = { .en = &task_entity, .filter = str_of(t->filter), .sort = str_of(t->sort), .cursor = request_query(rq, "cursor") };
    struct tasks_view v = { .may_add = access_scope(c->who, &task_entity, ACTION_CREATE) != SCOPE_NONE,
                            .back = arena_fmt(h->a, "/tasks?show=%s", t->name) };
    if (!fill_tabs(h, c, t, &v, &e) || !record_list(c, &s, &list, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct task_line *lines = arena_new(h->a, struct task_line, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        lines[i] = line_of(h, c, list.rows[i]);
    v.lines = lines;
    v.n = list.n;
    if (list.next.n)
        v.older = url_fmt(h->a, "/tasks?show=%s&cursor=%.*s", t->name, STR_ARG(list.next));
    struct page p = web_page(rq, _msg(task_entity.plural));
    p.is_plain = true;
    page_begin(h, &p);
    view_tasks(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}

static bool run_done(struct ctx *tx, void *arg, struct err *e)
{
    struct record *r = record_new(tx->a, &task_entity);
    r->id = *(int64_t *)arg;
    record_set(r, "done_at", val_int(tx->now));
    return record_update(tx, r, 0, NULL, e);
}

void tasks_done(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!record_get(c, &task_entity, id, &r, &e) || !record_write(c, run_done, &id, &e)) {
        web_fail(rq, &e);
        return;
    }
    str title = record_title(r);
    web_done(rq, web_back(rq, "/tasks"), msg_text(c->a, c->loc, MSG_people_tasks_finished, (const struct msg_arg *)(const void *)
             &(struct msg_people_tasks_finished_args){ .title = A(title) }), c->write_id);
}
