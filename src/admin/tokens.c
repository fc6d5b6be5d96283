/* tokens.c - keys of the API: made and shown once, listed, revoked. */
#include "admin/me.h"
#include "base/clock.h"
#include "base/id.h"
#include "core/core.h"
#include "msg/admin.h"
#include "record/query.h"
#include "record/type.h"
#include "web/session.h"

static void fill_scopes(struct html *h, struct tokens_view *v)
{
    const struct field *f = entity_field(&api_token_entity, S("scopes"));
    struct ui_option *o = arena_new(h->a, struct ui_option, ACTION_COUNT);
    for (const struct choice *ch = f->choices; ch->value; ch++)
        o[v->nscopes++] = (struct ui_option){ str_of(ch->value), _msg(ch->label), v->nscopes == 0 };
    v->scopes = o;
}

static struct token_line line_of(struct html *h, struct ctx *c, const struct record *r)
{
    int64_t used = record_int(r, "last_used_at");
    struct val scopes = record_val(r, "scopes");
    str when = loc_relative(h->a, h->loc, used, c->now);
    return (struct token_line){
        .name = record_title(r), .scopes = type_show(h->a, h->loc, entity_field(r->en, S("scopes")), &scopes),
        .sub = used ? _(admin_token_used, .when = A(when)) : _(admin_token_unused),
        .revoke = url_fmt(h->a, "/me/tokens/%.*s/revoke", STR_ARG(id_text(h->a, r->id))), .is_off = record_int(r, "revoked_at") != 0,
    };
}

static void show(struct request *rq, str token, const struct err *bad)
{
    struct html page = web_html(rq), *h = &page;
    struct list_spec s = { .en = &api_token_entity, .filter = S("owner = me"), .sort = S("-created_at") };
    struct list list;
    struct err e = { 0 };
    struct tokens_view v = { .token = token, .name = bad ? request_form(rq, "name") : (str){ 0 },
                             .days = bad ? request_form(rq, "days") : (str){ 0 },
                             .error = bad ? err_text(h->a, h->loc, bad) : (str){ 0 } };
    if (!record_list(web_ctx(rq), &s, &list, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct token_line *lines = arena_new(h->a, struct token_line, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        lines[i] = line_of(h, web_ctx(rq), list.rows[i]);
    v.lines = lines;
    v.n = list.n;
    fill_scopes(h, &v);
    struct page p = web_page(rq, _(admin_tokens));
    p.is_plain = true;
    page_begin(h, &p);
    view_tokens(h, &v);
    page_end(h, &p);
    answer_header(rq, "Cache-Control", S("no-store"));
    answer_html(rq, bad ? err_http_status(bad->code) : 200, h);
}

void tokens_page(struct request *rq) { show(rq, (str){ 0 }, NULL); }

static bool run_create(struct ctx *tx, void *arg, struct err *e) { return record_create(tx, arg, e); }

static bool read_form(struct request *rq, struct record *r, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    size_t n;
    int64_t days;
    str *scopes = request_form_all(rq, "scopes", &n), name = str_trim(request_form(rq, "name"));
    str typed = str_trim(ascii_digits(c->a, request_form(rq, "days")));
    struct buf b = buf_new(c->a, 1024);
    struct val v;
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s%.*s", i ? "," : "", STR_ARG(scopes[i]));
    if (!name.n)
        return fail(e, ERR_INVALID, MSG_admin_bad_name, "no name");
    if (!n || !type_from_canon(c, entity_field(r->en, S("scopes")), buf_str(&b), &v, e))
        return fail(e, ERR_INVALID, MSG_admin_bad_choice, "scopes");
    if (typed.n && (!str_to_int(typed, &days) || days < 1 || days > 3650))
        return fail(e, ERR_INVALID, MSG_admin_bad_days, "days");
    record_set(r, "name", val_text(name));
    record_set(r, "scopes", v);
    record_set(r, "owner", val_ref(c->who->user_id));
    if (typed.n)
        record_set(r, "expires_at", val_int(c->now + days * DAY_US));
    return true;
}

/* Not a redirect: the key must be seen, and stands nowhere afterwards. */
void tokens_make(struct request *rq)
{
    struct ctx *c = web_ctx(rq), sys = ctx_as_system(c);
    struct record *r = record_new(&rq->a, &api_token_entity);
    struct err e = { 0 };
    str token = token_mint(c->a);
    record_set(r, "token_hash", val_text(token_hash(c->a, token)));
    if (!read_form(rq, r, &e) || !record_write(&sys, run_create, r, &e)) {
        show(rq, (str){ 0 }, &e);
        return;
    }
    show(rq, token, NULL);
}

static bool run_revoke(struct ctx *tx, void *arg, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *r = record_new(tx->a, &api_token_entity);
    r->id = *(int64_t *)arg;
    record_set(r, "revoked_at", val_int(tx->now));
    return record_update(&sys, r, 0, NULL, e);
}

void tokens_revoke(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!record_get(c, &api_token_entity, id, &r, &e) || !record_write(c, run_revoke, &id, &e))
        web_fail(rq, &e);
    else
        web_done(rq, S("/me/tokens"), msg_text(c->a, c->loc, MSG_admin_token_revoked, NULL), 0);
}
