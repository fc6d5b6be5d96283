/* me.c - one's own settings.
 *
 * Everybody may change how they read, whatever their role: the rights of `user` are
 * the owner's, so the write is the program's, of these few fields and of oneself only.
 */
#include "admin/me.h"
#include "base/id.h"
#include "core/core.h"
#include "msg/admin.h"
#include "record/query.h"
#include "web/limit.h"
#include "web/password.h"
#include "web/records.h"
#include "web/session.h"

static const char *const own[] = { "name", "phone", "lang", "digits", "calendar", "zone", "theme", "density", "single_keys", "away_until" };

/* ── devices ───────────────────────────────────────────────────────────────── */

/* First what others pretend to be on top of: Edge says Chrome, Chrome says Safari, Android says Linux. */
static const struct mark { const char *in, *name; } browsers[] = {
    { "Edg/", "Edge" }, { "OPR/", "Opera" }, { "SamsungBrowser/", "Samsung Internet" }, { "Firefox/", "Firefox" }, { "FxiOS/", "Firefox" },
    { "CriOS/", "Chrome" }, { "Chrome/", "Chrome" }, { "Safari/", "Safari" }, { 0 },
}, systems[] = {
    { "Android", "Android" }, { "iPhone", "iPhone" }, { "iPad", "iPad" }, { "Windows", "Windows" }, { "Mac OS X", "macOS" },
    { "CrOS", "ChromeOS" }, { "Linux", "Linux" }, { 0 },
};

static const char *named(const struct mark *m, str agent)
{
    while (m->in && str_find(agent, str_of(m->in)) < 0)
        m++;
    return m->name;
}

static str device_name(struct arena *a, str agent)
{
    const char *browser = named(browsers, agent), *os = named(systems, agent);
    return browser && os ? arena_fmt(a, "%s · %s", browser, os) : agent.n ? agent : S("?");
}

static bool fill_devices(struct html *h, struct request *rq, struct me_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct list_spec s = { .en = &session_entity, .filter = S("holder = me"), .sort = S("-seen_at") };
    struct list list;
    if (!record_list(c, &s, &list, e))
        return false;
    struct device_line *d = arena_new(h->a, struct device_line, list.n + 1);
    for (size_t i = 0; i < list.n; i++) {
        const struct record *r = list.rows[i];
        str ip = record_text(r, "ip"), when = loc_relative(h->a, h->loc, record_int(r, "seen_at"), c->now);
        d[i] = (struct device_line){
            .agent = device_name(h->a, record_text(r, "agent")), .sub = _(admin_me_seen, .ip = A(ip), .when = A(when)),
            .end = url_fmt(h->a, "/me/sessions/%.*s/end", STR_ARG(id_text(h->a, r->id))),
            .is_this = r->id == web_visitor(rq)->session_id };
    }
    v->devices = d;
    v->n = list.n;
    return true;
}

static void show(struct request *rq, struct record *typed, const struct err *bad, str password_error)
{
    struct html page = web_html(rq), *h = &page, rows = web_html(rq);
    struct ctx *c = web_ctx(rq), sys = ctx_as_system(c);
    struct err e = { 0 };
    struct record *r = typed;
    struct me_view v = { .password_error = password_error, .error = bad && !bad->field ? err_text(h->a, h->loc, bad) : (str){ 0 } };
    if ((!r && !record_get(&sys, &user_entity, c->who->user_id, &r, &e)) || !fill_devices(h, rq, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct record_form form = { .en = &user_entity, .r = r, .e = bad };
    for (size_t i = 0; i < countof(own); i++)
        html_markup(&rows, record_form_row(rq, &form, entity_field(&user_entity, str_of(own[i]))));
    v.rows = html_done(&rows);
    struct page p = web_page(rq, _(admin_me));
    p.is_plain = true;
    page_begin(h, &p);
    view_me(h, &v);
    page_end(h, &p);
    answer_html(rq, bad ? err_http_status(bad->code) : password_error.n ? 422 : 200, h);
}

void me_page(struct request *rq) { show(rq, NULL, NULL, (str){ 0 }); }

/* ── saving ────────────────────────────────────────────────────────────────── */

static bool run_save(struct ctx *tx, void *arg, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    return record_update(&sys, arg, 0, NULL, e);
}

static uint64_t own_bits(void)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < countof(own); i++)
        bits |= (uint64_t)1 << field_index(&user_entity, entity_field(&user_entity, str_of(own[i])));
    return bits;
}

static bool read_own(struct request *rq, struct record *r, struct err *e)
{
    if (!record_form_read(rq, r, e))
        return false;
    r->has &= own_bits();                       /* roles and the like are not one's own to give */
    str zone = record_text(r, "zone");
    if (zone.n && !zone_valid(arena_cstr(&rq->a, zone))) {
        fail(e, ERR_INVALID, MSG_admin_bad_zone, "zone");
        return err_field(e, "zone");
    }
    return true;
}

void me_save(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *r = record_new(&rq->a, &user_entity);
    struct err e = { 0 };
    r->id = c->who->user_id;
    if (!read_own(rq, r, &e) || !record_write(c, run_save, r, &e)) {
        show(rq, e.code == ERR_INVALID ? r : NULL, &e, (str){ 0 });
        return;
    }
    web_done(rq, S("/me"), msg_text(c->a, c->loc, MSG_admin_set_saved, NULL), c->write_id);
}

/* ── password ──────────────────────────────────────────────────────────────── */

static bool old_is_right(struct request *rq, str *error, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct db_rows q;
    str hash = { 0 };
    int wait;
    if (!limit_take(LIMIT_SIGN_IN_ACCOUNT, rq->site, c->who->email, &wait)) {
        *error = msg_text(c->a, c->loc, MSG_admin_me_password_limit, NULL);
        return true;
    }
    if (!db_query(rq->db, &q, "SELECT password FROM \"user\" WHERE id = $1", DB_ARGS(V(c->who->user_id)), e))
        return false;
    if (db_next(&q))
        hash = db_text(&q, 0, c->a);
    if (!db_done(&q, e))
        return false;
    str old = request_form(rq, "old");
    if (old.n > PASSWORD_MAX || !password_matches(old, hash))
        *error = msg_text(c->a, c->loc, MSG_admin_me_password_wrong, NULL);
    else
        limit_forgive(LIMIT_SIGN_IN_ACCOUNT, rq->site, c->who->email);
    return true;
}

/* The new hash, and nobody but `except` stays signed in. */
static bool put_password(struct ctx *c, int64_t user, str password, int64_t except, struct err *e)
{
    struct record *r = record_new(c->a, &user_entity);
    str hash;
    if (!password_check_rules(password, e) || !password_hash(c->a, password, &hash, e))
        return false;
    r->id = user;
    record_set(r, "password", val_text(hash));
    return record_write(c, run_save, r, e) && session_end_all(c, user, except, e);
}

void me_password(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    str error = { 0 };
    if (!old_is_right(rq, &error, &e)) {
        web_fail(rq, &e);
        return;
    }
    if (error.n || !put_password(c, c->who->user_id, request_form(rq, "new"), web_visitor(rq)->session_id, &e)) {
        show(rq, NULL, NULL, error.n ? error : err_text(c->a, c->loc, &e));
        return;
    }
    web_done(rq, S("/me"), msg_text(c->a, c->loc, MSG_admin_me_password_done, NULL), 0);
}

/* Only one's own can be read, so only one's own can be ended. */
void me_end_session(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *r;
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!record_get(c, &session_entity, id, &r, &e) || !session_end(c, id, &e))
        web_fail(rq, &e);
    else
        web_done(rq, S("/me"), msg_text(c->a, c->loc, MSG_admin_me_ended, NULL), 0);
}

/* ── the sign-in of others: the owner's ────────────────────────────────────── */

static void done(struct request *rq, const struct record *r, msg_id msg)
{
    struct ctx *c = web_ctx(rq);
    str name = record_title(r);
    web_done(rq, record_url(c->a, &user_entity, r->id).s, msg_text(c->a, c->loc, msg, (const struct msg_arg *)(const void *)
             &(struct msg_admin_user_password_done_args){ .name = A(name) }), 0);
}

void users_password(struct request *rq)
{
    struct record *r = web_load(rq, &user_entity, 0);
    struct err e = { 0 };
    int64_t except = r && r->id == web_ctx(rq)->who->user_id ? web_visitor(rq)->session_id : 0;
    if (!r)
        return;
    if (put_password(web_ctx(rq), r->id, request_form(rq, "new"), except, &e))
        done(rq, r, MSG_admin_user_password_done);
    else
        web_fail(rq, &e);
}

void users_active(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *r = web_load(rq, &user_entity, 0), *now = record_new(&rq->a, &user_entity);
    struct err e = { 0 };
    bool is_on = str_eq(request_form(rq, "on"), S("1"));
    if (!r)
        return;
    now->id = r->id;
    record_set(now, "is_active", val_int(is_on));
    if (r->id == c->who->user_id)
        fail(&e, ERR_INVALID, MSG_admin_user_not_self, "self");
    else if (record_write(c, run_save, now, &e) && (is_on || session_end_all(c, r->id, 0, &e))) {
        done(rq, r, is_on ? MSG_admin_user_enabled : MSG_admin_user_disabled);
        return;
    }
    web_fail(rq, &e);
}
