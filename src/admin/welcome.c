/* welcome.c - the first steps of the owner: five, each may be skipped.
 *
 * How far they have come stands in the setting "welcome": the next step, or "done".
 * A workspace that has people in it needs none of this.
 */
#include "admin/settings.h"
#include "core/core.h"
#include "core/work_time.h"
#include "lang/country_name.h"
#include "msg/admin.h"
#include "record/access.h"
#include "record/type.h"
#include "web/password.h"

enum { STEPS = 5 };

bool welcome_is_due(struct ctx *c, bool *out, struct err *e)
{
    int64_t due = 0;
    bool found;
    if (!db_get_int(c->c, "SELECT NOT EXISTS (SELECT 1 FROM setting WHERE name = 'welcome' AND value = 'done' AND deleted_at IS NULL)"
                          " AND NOT EXISTS (SELECT 1 FROM person)", DB_NONE, &found, &due, e))
        return false;
    *out = due != 0;
    return true;
}

static bool step_now(struct ctx *c, int *out, struct err *e)
{
    struct record *r;
    int64_t n;
    if (!record_find(c, &setting_entity, "name", val_text(S("welcome")), &r, e))
        return false;
    *out = r && str_to_int(record_text(r, "value"), &n) && n >= 1 && n <= STEPS ? (int)n : 1;
    return true;
}

static void fill_roles(struct html *h, struct welcome_view *v)
{
    struct ui_option *o = arena_new(h->a, struct ui_option, ROLE_COUNT);
    for (int r = 0; r < ROLE_COUNT; r++)
        o[r] = (struct ui_option){ str_of(role_name((enum role)r)), _msg(role_label((enum role)r)), r == ROLE_AE };
    v->roles = o;
    v->nroles = ROLE_COUNT;
}

/* None yet: those of the country are offered, with its holidays. */
static str hours_offer(struct html *h, struct ctx *c)
{
    struct err e = { 0 };
    int64_t id;
    bool found = true;
    if (!db_get_int(c->c, "SELECT id FROM work_calendar WHERE deleted_at IS NULL LIMIT 1", DB_NONE, &found, &id, &e) || found)
        return (str){ 0 };
    return _(admin_welcome_hours_text, .country = A(country_name(c->loc->lang, str_of(c->ws->country))));
}

static void show(struct request *rq, int step, const struct err *bad)
{
    static const msg_id names[STEPS] = { MSG_admin_welcome_1, MSG_admin_welcome_2, MSG_admin_welcome_3, MSG_admin_welcome_4, MSG_admin_welcome_5 };
    struct html page = web_html(rq), *h = &page;
    bool is_own = bad && bad->field && step <= 2;
    struct welcome_view v = {
        .step = step, .name = request_form(rq, "name"), .email = request_form(rq, "email"),
        .error = bad && !is_own ? err_text(h->a, h->loc, bad) : (str){ 0 },
    };
    for (int i = 0; i < STEPS; i++)
        v.steps[i] = (struct ui_item){ .label = _msg(names[i]), .is_current = i + 1 == step,
                                       .url = url_fmt(h->a, "/welcome?step=%d", i + 1) };
    if (step <= 2)
        v.rows = settings_rows(rq, step == 1 ? SETTINGS_COMPANY : SETTINGS_CALENDAR, bad);
    if (step == 2)
        v.hours = hours_offer(h, web_ctx(rq));
    fill_roles(h, &v);
    struct page p = web_page(rq, _(admin_welcome));
    p.is_plain = true;
    page_begin(h, &p);
    view_welcome(h, &v);
    page_end(h, &p);
    answer_html(rq, bad ? err_http_status(bad->code) : 200, h);
}

void welcome_page(struct request *rq)
{
    struct err e = { 0 };
    int64_t asked;
    int step = 1;
    if (str_to_int(request_query(rq, "step"), &asked) && asked >= 1 && asked <= STEPS)
        step = (int)asked;
    else if (!step_now(web_ctx(rq), &step, &e)) {
        web_fail(rq, &e);
        return;
    }
    show(rq, step, NULL);
}

/* ── acts ──────────────────────────────────────────────────────────────────── */

static bool run_hours(struct ctx *tx, void *arg, struct err *e)
{
    int64_t id;
    return work_calendar_begin(tx, *(str *)arg, &id, e);
}

static bool run_step(struct ctx *tx, void *arg, struct err *e)
{
    int step = *(int *)arg;
    return setting_put(tx, S("welcome"), step > STEPS ? S("done") : arena_fmt(tx->a, "%d", step), e);
}

static bool run_invite(struct ctx *tx, void *arg, struct err *e) { return record_create(tx, arg, e); }

static bool invite(struct request *rq, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct record *r = record_new(&rq->a, &user_entity);
    struct val email;
    enum role role;
    str hash, name = str_trim(request_form(rq, "name")), password = request_form(rq, "password"), lang = str_of(lang_code(c->ws->lang));
    if (!name.n)
        return fail(e, ERR_INVALID, MSG_admin_bad_name, "no name");
    if (!role_find(request_form(rq, "roles"), &role))
        return fail(e, ERR_INVALID, MSG_admin_bad_choice, "no role");
    if (!type_parse(c, entity_field(&user_entity, S("email")), request_form(rq, "email"), &email, e)
        || !password_check_rules(password, e) || !password_hash(&rq->a, password, &hash, e))
        return false;
    record_set(r, "name", val_text(name));
    record_set(r, "email", email);
    record_set(r, "roles", val_text(str_of(role_name(role))));
    record_set(r, "lang", val_text(lang));
    struct ctx sys = ctx_as_system(c);          /* a password is the program's to write */
    record_set(r, "password", val_text(hash));
    return record_write(&sys, run_invite, r, e);
}

void welcome_post(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t n;
    str act = request_form(rq, "do"), name = str_trim(request_form(rq, "name"));
    int step = str_to_int(request_form(rq, "step"), &n) && n >= 1 && n <= STEPS ? (int)n : 1, next = step + 1;
    if (str_eq(act, S("invite"))) {
        if (invite(rq, &e))
            web_done(rq, S("/welcome?step=3"), msg_text(c->a, c->loc, MSG_admin_welcome_added, (const struct msg_arg *)(const void *)
                     &(struct msg_admin_welcome_added_args){ .name = A(name) }), 0);
        else
            show(rq, 3, &e);
        return;
    }
    if (str_eq(act, S("save")) && step <= 2 && !settings_save(rq, step == 1 ? SETTINGS_COMPANY : SETTINGS_CALENDAR, &e)) {
        show(rq, step, &e);
        return;
    }
    str hours = msg_text(c->a, c->loc, MSG_admin_welcome_hours_name, NULL);
    if (str_eq(act, S("save")) && step == 2 && request_form(rq, "hours").n && !record_write(c, run_hours, &hours, &e)) {
        show(rq, step, &e);
        return;
    }
    if (!record_write(c, run_step, &next, &e)) {
        web_fail(rq, &e);
        return;
    }
    answer_redirect(rq, str_eq(act, S("lead")) ? S("/leads/new") : next > STEPS ? S("/") : arena_fmt(c->a, "/welcome?step=%d", next));
}
