/* hook_page.c - what webhooks out and in have in common: form, secret, on and off, the end. */
#include "automate/webhook_pages.h"
#include "base/id.h"
#include "flow/webhook.h"
#include "msg/webhook.h"
#include "record/once.h"
#include "web/records.h"

static const struct ui_item *tabs_of(struct html *h, const struct hook_kind *now)
{
    struct ui_item *v = arena_new(h->a, struct ui_item, 2);
    v[0] = (struct ui_item){ .label = _(webhook_outgoing), .url = url_path(str_of(webhook_kind.base)), .is_current = now == &webhook_kind };
    v[1] = (struct ui_item){ .label = _(webhook_incoming), .url = url_path(str_of(inbound_kind.base)), .is_current = now == &inbound_kind };
    return v;
}

struct url hook_url(struct arena *a, const struct hook_kind *k, int64_t id)
{
    return url_fmt(a, "%s/%.*s", k->base, STR_ARG(id_text(a, id)));
}

struct html_safe hook_text(struct html *h, enum hook_how how, str text)
{
    struct html part = html_part(h);
    view_hook_text(&part, &(struct hook_text_view){ text, how });
    return html_done(&part);
}

/* ── pages ─────────────────────────────────────────────────────────────────── */

static void put_page(struct html *h, struct page *p, struct html_safe body)
{
    p->is_plain = true;
    page_begin(h, p);
    html_markup(h, body);
    page_end(h, p);
}

void hook_show_page(struct request *rq, struct html *h, str title, const struct crumb *crumbs, size_t n, struct html_safe body)
{
    struct page p = web_page(rq, title);
    p.crumbs = crumbs;
    p.ncrumbs = n;
    put_page(h, &p, body);
}

void hook_answer_list(struct request *rq, struct html *h, const struct hook_kind *k, struct hooks_view *v)
{
    struct html body = html_part(h), right = html_part(h);
    struct page p = web_page(rq, _(webhook_plural));
    v->tabs = tabs_of(h, k);
    v->new_label = _msg(k->new_title);
    v->new_url = url_fmt(h->a, "%s/new", k->base);
    ui_button(&right, .label = v->new_label, .icon = "plus", .kind = UI_PRIMARY, .url = v->new_url, .key = "c");
    p.actions = html_done(&right);
    view_hooks(&body, v);
    put_page(h, &p, html_done(&body));
    answer_html(rq, 200, h);
}

void hook_answer(struct request *rq, struct html *h, const struct hook_kind *k, const struct record *r, struct hook_view *v)
{
    struct html body = html_part(h), right = html_part(h);
    struct crumb up = { _msg(k->plural), url_path(str_of(k->base)) };
    struct page p = web_page(rq, record_title(r));
    v->is_active = record_int(r, "is_active");
    v->once = once_new(h->a);
    ui_button(&right, .label = _(webhook_edit), .icon = "pencil", .url = url_fmt(h->a, "%.*s/edit", STR_ARG(v->base)), .key = "e");
    p.crumbs = &up;
    p.ncrumbs = 1;
    p.actions = html_done(&right);
    view_hook(&body, v);
    put_page(h, &p, html_done(&body));
    answer_html(rq, 200, h);
}

void hook_page(struct request *rq, const struct hook_kind *k)
{
    int64_t id;
    if (web_param_id(rq, 0, &id))
        k->show(rq, id, (str){ 0 });
}

/* ── rows ──────────────────────────────────────────────────────────────────── */

int64_t hook_before(struct request *rq)
{
    int64_t before;
    return id_parse(request_query(rq, "before"), &before) ? before : INT64_MAX;
}

bool hook_read_rows(struct html *h, struct ctx *c, struct db_rows *q, hook_read_fn *read, const char *query, struct hook_view *v, struct err *e)
{
    struct hook_row *rows = arena_new(h->a, struct hook_row, HOOK_ROWS + 1);
    int64_t last = 0;
    while (v->n <= HOOK_ROWS && db_next(q)) {
        if (v->n < HOOK_ROWS)
            last = db_int(q, 0);
        rows[v->n++] = read(h, c, q);
    }
    if (!db_done(q, e))
        return false;
    if (v->n > HOOK_ROWS) {
        v->n = HOOK_ROWS;
        v->older = url_fmt(h->a, "%.*s?%sbefore=%.*s", STR_ARG(v->base), query, STR_ARG(id_text(h->a, last)));
    }
    v->rows = rows;
    return true;
}

/* ── the form ──────────────────────────────────────────────────────────────── */

static void show_form(struct request *rq, const struct hook_kind *k, struct record *r, bool is_new, const struct err *e,
                      const struct faults *faults)
{
    struct html page = web_html(rq), *h = &page, body = html_part(h);
    struct record_form f = { .en = k->en, .r = r, .e = e, .faults = faults, .is_new = is_new };
    bool is_elsewhere = e && !e->field;
    struct hook_form_view v = {
        .action = is_new ? str_of(k->base) : hook_url(h->a, k, r->id).s, .first = record_form_rows(rq, &f, true),
        .rest = record_form_rows(rq, &f, false),
        .cancel = is_new ? url_path(str_of(k->base)) : hook_url(h->a, k, r->id), .error = is_elsewhere ? err_text(h->a, h->loc, e) : (str){ 0 },
        .once = !is_new ? (str){ 0 } : request_form(rq, "once").n ? request_form(rq, "once") : once_new(h->a),
    };
    struct crumb up = { _(webhook_plural), url_path(str_of(k->base)) };
    view_hook_form(&body, &v);
    hook_show_page(rq, h, is_new ? _msg(k->new_title) : record_title(r), &up, 1, html_done(&body));
    answer_html(rq, e ? err_http_status(e->code) : 200, h);
}

void hook_new(struct request *rq, const struct hook_kind *k)
{
    struct record *r = record_new(&rq->a, k->en);
    for (const struct field *f = k->en->fields; f < k->en->fields + k->en->nfields; f++)
        if (f->init && (f->type == FIELD_CHOICE || f->type == FIELD_LONGTEXT))
            record_set(r, f->name, val_text(str_of(f->init)));
    record_set(r, "is_active", val_int(1));
    record_set(r, "owner", (struct val){ .is_set = true, .i = web_ctx(rq)->who->user_id, .s = web_ctx(rq)->who->name });
    show_form(rq, k, r, true, NULL, NULL);
}

void hook_edit(struct request *rq, const struct hook_kind *k)
{
    struct record *r;
    if ((r = web_load(rq, k->en, 0)))
        show_form(rq, k, r, false, NULL, NULL);
}

/* Not a redirect: the secret must be seen, and stands nowhere afterwards. */
static void show_secret(struct request *rq, const struct hook_kind *k, int64_t id)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    str secret[SECRETS_MAX];
    int n;
    if (!secrets_of(c, k->en, id, secret, &n, &e)) {
        web_fail(rq, &e);
        return;
    }
    answer_header(rq, "Cache-Control", S("no-store"));
    k->show(rq, id, n ? secret[0] : (str){ 0 });
}

void hook_make(struct request *rq, const struct hook_kind *k)
{
    struct record *r = record_new(&rq->a, k->en);
    struct save s = { .r = r, .once = request_form(rq, "once") };
    struct err e = { 0 };
    if (!record_form_take(rq, &s, &e) || !record_save(web_ctx(rq), &s, &e))
        show_form(rq, k, r, true, &e, &s.faults);
    else
        show_secret(rq, k, r->id);
}

void hook_save(struct request *rq, const struct hook_kind *k)
{
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct err e = { 0 };
    if (!(r = web_load(rq, k->en, 0)))
        return;
    struct save s = { .r = r };
    r->has = 0;
    if (!record_form_take(rq, &s, &e) || !record_save(c, &s, &e))
        show_form(rq, k, r, false, &e, &s.faults);
    else
        web_done(rq, hook_url(c->a, k, r->id).s, msg_text(c->a, c->loc, MSG_webhook_saved, NULL), c->write_id);
}

/* ── acts ──────────────────────────────────────────────────────────────────── */

struct act { const struct hook_kind *k; int64_t id; bool is_on; str once; };

static bool run_active(struct ctx *tx, void *arg, struct err *e)
{
    struct act *a = arg;
    struct record *r = record_new(tx->a, a->k->en);
    r->id = a->id;
    record_set(r, "is_active", val_int(a->is_on));
    return record_update(tx, r, 0, NULL, e);
}

/* The page that shows a secret is an answer to a POST: loaded again it shows the same one. */
static bool run_rotate(struct ctx *tx, void *arg, struct err *e)
{
    struct act *a = arg;
    str done = { 0 };
    if (!once_find(tx, a->once, &done, e))
        return false;
    return done.n || (secret_set(tx, a->k->en, a->id, webhook_secret_new(tx->a), e) && once_keep(tx, a->once, S("1"), e));
}

static bool run_delete(struct ctx *tx, void *arg, struct err *e)
{
    struct act *a = arg;
    return record_delete(tx, a->k->en, a->id, 0, e);
}

static bool perform(struct request *rq, const struct hook_kind *k, record_write_fn *fn, struct act *a)
{
    struct record *r;
    struct err e = { 0 };
    if (!(r = web_load(rq, k->en, 0)))
        return false;
    *a = (struct act){ k, r->id, str_eq(request_form(rq, "on"), S("1")), request_form(rq, "once") };
    if (record_write(web_ctx(rq), fn, a, &e))
        return true;
    web_fail(rq, &e);
    return false;
}

void hook_active(struct request *rq, const struct hook_kind *k)
{
    struct ctx *c = web_ctx(rq);
    struct act a;
    if (perform(rq, k, run_active, &a))
        web_done(rq, hook_url(c->a, k, a.id).s, msg_text(c->a, c->loc, a.is_on ? MSG_webhook_turned_on : MSG_webhook_turned_off, NULL), c->write_id);
}

void hook_rotate(struct request *rq, const struct hook_kind *k)
{
    struct act a;
    if (perform(rq, k, run_rotate, &a))
        show_secret(rq, k, a.id);
}

void hook_delete(struct request *rq, const struct hook_kind *k)
{
    struct ctx *c = web_ctx(rq);
    struct act a;
    if (perform(rq, k, run_delete, &a))
        web_done(rq, str_of(k->base), msg_text(c->a, c->loc, MSG_webhook_deleted, NULL), c->write_id);
}

/* The API's way to a secret: a new one, told in this answer only. */
void hook_rotate_api(struct request *rq, const struct hook_kind *k)
{
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct act a;
    struct err e = { 0 };
    str secret[SECRETS_MAX];
    int n = 0;
    if (!(r = web_load(rq, k->en, 0)))
        return;
    if (access_scope(c->who, k->en, ACTION_CHANGE) == SCOPE_NONE) {
        fail(&e, ERR_FORBIDDEN, 0, "no right to its secret");
        web_fail(rq, &e);
        return;
    }
    if (!perform(rq, k, run_rotate, &a))
        return;
    if (!secrets_of(c, k->en, a.id, secret, &n, &e)) {
        web_fail(rq, &e);
        return;
    }
    answer_header(rq, "Cache-Control", S("no-store"));
    answer_text(rq, 200, "application/json; charset=utf-8", arena_fmt(c->a, "{\"secret\":\"%.*s\"}", STR_ARG(n ? secret[0] : (str){ 0 })));
}
