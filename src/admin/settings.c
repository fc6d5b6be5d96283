/* settings.c - the settings of the company, one table for the form, the check and the write.
 *
 * Rows of `setting` are the truth; the workspace keeps them in memory and is told
 * after the commit. Amounts already stored keep their currency.
 */
#include "admin/settings.h"
#include "core/core.h"
#include "core/work_time.h"
#include "lang/country_name.h"
#include "msg/admin.h"
#include "msg/job.h"
#include "record/query.h"
#include "web/feature.h"
#include "web/records.h"

enum kind { KIND_COMPANY, KIND_COUNTRY, KIND_LANGUAGE, KIND_CURRENCY, KIND_CALENDAR, KIND_ZONE, KIND_MONTH, KIND_TOMAN };
static const struct line { const char *name; msg_id label, hint; enum kind kind; unsigned which; } lines[] = {
    { "company",      MSG_admin_set_company,      0,                           KIND_COMPANY,  SETTINGS_COMPANY },
    { "language",     MSG_admin_set_language,     MSG_admin_set_language_hint, KIND_LANGUAGE, SETTINGS_COMPANY },
    { "country",      MSG_admin_set_country,      MSG_admin_set_country_hint,  KIND_COUNTRY,  SETTINGS_COMPANY },
    { "currency",     MSG_admin_set_currency,     MSG_admin_set_currency_hint, KIND_CURRENCY, SETTINGS_CALENDAR },
    { "calendar",     MSG_admin_set_calendar,     0,                           KIND_CALENDAR, SETTINGS_CALENDAR },
    { "zone",         MSG_admin_set_zone,         MSG_admin_set_zone_hint,     KIND_ZONE,     SETTINGS_CALENDAR },
    { "fiscal_month", MSG_admin_set_fiscal_month, 0,                           KIND_MONTH,    SETTINGS_CALENDAR },
    { "toman",        MSG_admin_set_toman,        0,                           KIND_TOMAN,    SETTINGS_CALENDAR },
};

static str value_of(struct arena *a, const struct workspace *ws, enum kind k)
{
    switch (k) {
    case KIND_COMPANY:  return ws->company;
    case KIND_COUNTRY:  return str_of(ws->country);
    case KIND_LANGUAGE: return str_of(lang_code(ws->lang));
    case KIND_CURRENCY: return str_of(ws->currency);
    case KIND_CALENDAR: return ws->calendar == CALENDAR_JALALI ? S("jalali") : S("gregorian");
    case KIND_ZONE:     return str_of(ws->zone);
    case KIND_MONTH:    return arena_fmt(a, "%d", ws->fiscal_month);
    case KIND_TOMAN:    return ws->toman ? S("true") : S("false");
    }
    return (str){ 0 };
}

/* ── the form ──────────────────────────────────────────────────────────────── */

/* Months are those of the workspace's calendar, whatever the reader's is. */
static struct ui_option *options_of(struct html *h, const struct workspace *ws, enum kind k, str value, size_t *count)
{
    enum { MONTHS = 12 };
    struct ui_option *o = arena_new(h->a, struct ui_option, MONTHS);
    struct locale theirs = *h->loc;
    size_t n = 0;
    if (k == KIND_COUNTRY)
        return ui_countries(h->a, h->loc, value, count);
    theirs.calendar = ws->calendar;
    if (k == KIND_LANGUAGE)
        for (enum lang l = 0; l < LANG_COUNT; l++)
            o[n++] = (struct ui_option){ .value = str_of(lang_code(l)), .label = str_of(lang_name(l)) };
    if (k == KIND_CALENDAR) {
        o[n++] = (struct ui_option){ .value = S("gregorian"), .label = _(admin_gregorian) };
        o[n++] = (struct ui_option){ .value = S("jalali"), .label = _(admin_jalali) };
    }
    for (int m = 1; k == KIND_MONTH && m <= MONTHS; m++)
        o[n++] = (struct ui_option){ .value = arena_fmt(h->a, "%d", m), .label = loc_month_name(h->a, &theirs, m) };
    for (size_t i = 0; i < n; i++)
        o[i].is_selected = str_eq(o[i].value, value);
    *count = n;
    return o;
}

struct html_safe settings_rows(struct request *rq, unsigned which, const struct err *bad)
{
    struct html out = web_html(rq), *h = &out;
    const struct workspace *ws = web_workspace(rq);
    for (size_t i = 0; i < countof(lines); i++) {
        const struct line *l = &lines[i];
        bool is_bad = bad && bad->field && !strcmp(bad->field, l->name);
        str value = bad && request_has_form(rq, l->name) ? request_form(rq, l->name) : value_of(h->a, ws, l->kind);
        if (!(l->which & which))
            continue;
        struct ui_field_view f = {
            .label = _msg(l->label), .name = str_of(l->name), .value = value, .hint = l->hint ? _msg(l->hint) : (str){ 0 },
            .error = is_bad ? err_text(h->a, h->loc, bad) : (str){ 0 },
            .is_required = l->kind == KIND_COMPANY, .is_ltr = l->kind == KIND_CURRENCY || l->kind == KIND_ZONE,
        };
        f.options = options_of(h, ws, l->kind, value, &f.noptions);
        f.input = f.noptions ? UI_SELECT : l->kind == KIND_TOMAN ? UI_CHECK : UI_TEXT;
        f.is_checked = l->kind == KIND_TOMAN && str_eq(value, S("true"));
        f.value = l->kind == KIND_TOMAN ? S("true") : value;
        view_ui_field(h, &f);
    }
    return html_done(h);
}

/* ── checking ──────────────────────────────────────────────────────────────── */

static str upper(struct arena *a, str s)
{
    char *p = arena_new(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'a' && s.p[i] <= 'z' ? (char)(s.p[i] - 32) : s.p[i];
    return (str){ p, s.n };
}

static bool is_letters(str s, size_t n)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    return s.n == n;
}

static bool check(struct arena *a, const struct line *l, str typed, str *out, struct err *e)
{
    enum lang lang;
    int64_t month;
    str s = str_trim(typed), big = upper(a, s);
    msg_id msg = 0;
    switch (l->kind) {
    case KIND_COMPANY:  msg = s.n && s.n <= 480 ? 0 : MSG_admin_bad_company; break;
    case KIND_COUNTRY:  msg = country_is_code(s = big) ? 0 : MSG_admin_bad_country; break;
    case KIND_LANGUAGE: msg = lang_from_code(s, &lang) ? 0 : MSG_admin_bad_choice; break;
    case KIND_CURRENCY: msg = is_letters(s = big, 3) && currency_digits(arena_cstr(a, s)) >= 0 ? 0 : MSG_admin_bad_currency; break;
    case KIND_CALENDAR: msg = str_eq(s, S("jalali")) || str_eq(s, S("gregorian")) ? 0 : MSG_admin_bad_choice; break;
    case KIND_ZONE:     msg = s.n && s.n < 64 && zone_valid(arena_cstr(a, s)) ? 0 : MSG_admin_bad_zone; break;
    case KIND_MONTH:    msg = str_to_int(s, &month) && month >= 1 && month <= 12 ? 0 : MSG_admin_bad_choice; break;
    case KIND_TOMAN:    s = str_eq(s, S("true")) ? s : S("false"); break;
    }
    if (msg) {
        fail(e, ERR_INVALID, msg, "%s '%.*s'", l->name, STR_ARG(str_head(typed, 60)));
        return err_field(e, l->name);
    }
    *out = s;
    return true;
}

/* ── writing ───────────────────────────────────────────────────────────────── */

bool setting_put(struct ctx *tx, str name, str value, struct err *e)
{
    struct record *old, *r = record_new(tx->a, &setting_entity);
    if (!record_find(tx, &setting_entity, "name", val_text(name), &old, e))
        return false;
    if (old && str_eq(record_text(old, "value"), value))
        return true;
    record_set(r, "value", val_text(value));
    if (old) {
        r->id = old->id;
        return record_update(tx, r, 0, NULL, e);
    }
    record_set(r, "name", val_text(name));
    return record_create(tx, r, e);
}

struct changes { unsigned which; str value[countof(lines)]; };

static bool run_save(struct ctx *tx, void *arg, struct err *e)
{
    struct changes *ch = arg;
    for (size_t i = 0; i < countof(lines); i++)
        if (lines[i].which & ch->which && !setting_put(tx, str_of(lines[i].name), ch->value[i], e))
            return false;
    return true;
}

static bool tell_workspace(struct request *rq, struct err *e)
{
    return !web_settings_changed || web_settings_changed(rq->site, rq->db, e);
}

bool settings_save(struct request *rq, unsigned which, struct err *e)
{
    struct changes ch = { .which = which };
    for (size_t i = 0; i < countof(lines); i++)
        if (lines[i].which & which && !check(&rq->a, &lines[i], request_form(rq, lines[i].name), &ch.value[i], e))
            return false;
    return record_write(web_ctx(rq), run_save, &ch, e) && tell_workspace(rq, e);
}

/* ── the page ──────────────────────────────────────────────────────────────── */

static struct ui_item link_to(struct html *h, msg_id label, const char *icon, const char *path)
{
    return (struct ui_item){ .label = _msg(label), .icon = icon, .url = url_fmt(h->a, "%s", path) };
}

/* Whatever is configuration and has pages, but for what stands elsewhere already. */
static size_t configuration(struct html *h, struct ui_item *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < catalogue_count() && n < max; i++) {
        const struct entity *en = catalogue_at(i);
        if (en->flags & E_SETTINGS && !(en->flags & E_NO_PAGE) && en != &user_entity && en != &team_entity)
            out[n++] = (struct ui_item){ .label = _msg(en->plural), .icon = en->icon, .url = url_fmt(h->a, "/%s", en->path) };
    }
    return n;
}

/* Calendars saved before their hours were checked: told wherever the owner looks after the house. */
struct html_safe broken_hours(struct request *rq)
{
    struct html page = web_html(rq), *h = &page;
    struct calendar_fault *f;
    struct err e = { 0 };
    struct broken_hours_view v = { 0 };
    if (!calendar_faults(web_ctx(rq), &f, &v.n, &e))
        return (struct html_safe){ { 0 } };
    struct broken_line *rows = arena_new(h->a, struct broken_line, v.n);
    for (size_t i = 0; i < v.n; i++)
        rows[i] = (struct broken_line){ f[i].name, err_text(h->a, h->loc, &f[i].why),
                                         url_fmt(h->a, "%.*s/edit", STR_ARG(record_url(h->a, &work_calendar_entity, f[i].id).s)) };
    v.v = rows;
    view_broken_hours(h, &v);
    return html_done(h);
}

static void show(struct request *rq, const struct err *bad)
{
    enum { CONFIG_MAX = 40 };
    struct html page = web_html(rq), *h = &page;
    struct ui_item people[] = {
        link_to(h, user_entity.plural, user_entity.icon, "/users"), link_to(h, team_entity.plural, team_entity.icon, "/teams"),
        link_to(h, MSG_admin_roles, "shield-check", "/settings/roles"),
    };
    struct ui_item house[] = {
        link_to(h, MSG_job_page, "list-checks", "/automate/jobs"),
        link_to(h, import_run_entity.plural, import_run_entity.icon, "/imports"), link_to(h, MSG_admin_tokens, "key-round", "/me/tokens"),
        link_to(h, MSG_admin_health, "heart-pulse", "/settings/health"), link_to(h, MSG_admin_welcome, "sparkles", "/welcome"),
    };
    struct ui_item *config = arena_new(h->a, struct ui_item, CONFIG_MAX);
    struct settings_group groups[] = {
        { _(admin_people_settings), people, countof(people) },
        { _(admin_more_settings), config, configuration(h, config, CONFIG_MAX) },
        { _(admin_system_settings), house, countof(house) },
    };
    struct settings_view v = {
        .rows = settings_rows(rq, SETTINGS_COMPANY | SETTINGS_CALENDAR, bad), .groups = groups, .n = countof(groups), .broken = broken_hours(rq),
        .error = bad && !bad->field ? err_text(h->a, h->loc, bad) : (str){ 0 },
    };
    struct page p = web_page(rq, _(admin_settings));
    p.is_plain = true;
    page_begin(h, &p);
    view_settings(h, &v);
    page_end(h, &p);
    answer_html(rq, bad ? err_http_status(bad->code) : 200, h);
}

void settings_page(struct request *rq) { show(rq, NULL); }

void settings_post(struct request *rq)
{
    struct err e = { 0 };
    if (settings_save(rq, SETTINGS_COMPANY | SETTINGS_CALENDAR, &e))
        web_done(rq, S("/settings"), msg_text(&rq->a, web_ctx(rq)->loc, MSG_admin_set_saved, NULL), 0);
    else
        show(rq, &e);
}

/* ── who may do what ───────────────────────────────────────────────────────── */

static str scope_text(struct html *h, enum scope s)
{
    switch (s) {
    case SCOPE_NONE:   return (str){ 0 };
    case SCOPE_SHARED: return _(admin_scope_shared);
    case SCOPE_OWN:
    case SCOPE_OPENED: return _(admin_scope_own);       /* of no entity that has a page */
    case SCOPE_TEAM:   return _(admin_scope_team);
    case SCOPE_ALL:    return _(admin_scope_all);
    }
    return (str){ 0 };
}

void settings_roles(struct request *rq)
{
    struct html page = web_html(rq), *h = &page;
    struct ui_item *tabs = arena_new(h->a, struct ui_item, ROLE_COUNT);
    struct role_row *rows = arena_new(h->a, struct role_row, catalogue_count());
    struct roles_view v = { .roles = tabs, .nroles = ROLE_COUNT, .rows = rows };
    enum role role;
    if (!role_find(request_query(rq, "role"), &role))
        role = ROLE_AE;
    for (int r = 0; r < ROLE_COUNT; r++)
        tabs[r] = (struct ui_item){ .label = _msg(role_label((enum role)r)), .is_current = r == (int)role,
                                    .url = url_fmt(h->a, "/settings/roles?role=%s", role_name((enum role)r)) };
    struct actor who = { .user_id = -1, .roles = 1u << role, .token_scopes = ~0u };
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        if (en->flags & E_NO_PAGE)
            continue;
        rows[v.nrows].label = _msg(en->plural);
        for (int a = 0; a < ACTION_COUNT; a++)
            rows[v.nrows].scope[a] = scope_text(h, access_scope(&who, en, (enum action)a));
        v.nrows++;
    }
    struct page p = web_page(rq, _(admin_roles));
    p.is_plain = true;
    page_begin(h, &p);
    view_roles(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}

/* ── health ────────────────────────────────────────────────────────────────── */

/* As the commands take it: a folder is copied by setu, a schema by PostgreSQL's own tool. */
static str backup_command(struct arena *a, str data)
{
    ptrdiff_t at = str_find(data, S("schema="));
    str schema = at < 0 ? S("setu") : str_from(data, (size_t)at + 7);
    if (str_find(data, S("://")) < 0)
        return arena_fmt(a, "setu backup --data %.*s /srv/backup/setu.db", STR_ARG(data));
    return arena_fmt(a, "pg_dump --schema=%.*s --format=custom --file=/srv/backup/setu.dump", STR_ARG(str_cut(&schema, '&')));
}

static struct ui_fact fact(struct html *h, msg_id label, str text)
{
    struct html v = html_part(h);
    html_text(&v, text);
    return (struct ui_fact){ .label = _msg(label), .value = html_done(&v) };
}

static struct ui_fact name_fact(struct html *h, msg_id label, str name)
{
    struct html v = html_part(h);
    view_health_name(&v, &(struct health_name_view){ name });
    return (struct ui_fact){ .label = _msg(label), .value = html_done(&v) };
}

void settings_health(struct request *rq)
{
    struct html page = web_html(rq), *h = &page;
    const struct workspace *ws = web_workspace(rq);
    struct db_stats s = db_stats(ws->db);
    struct err e = { 0 };
    struct health_view v = { .is_checked = rq->method == POST };
    if (v.is_checked && !db_check(rq->db, h->a, &v.report, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct ui_fact facts[] = {
        name_fact(h, MSG_admin_health_database, db_engine(ws->db, h->a)), name_fact(h, MSG_admin_health_http, str_of(http_library())),
        fact(h, MSG_admin_health_writes, loc_int(h->a, h->loc, s.writes)),
        fact(h, MSG_admin_health_queue, loc_int(h->a, h->loc, s.queue)),
        name_fact(h, MSG_admin_health_folder, str_of(db_place(ws->db))),
    };
    v.facts = facts;
    v.n = countof(facts);
    v.broken = broken_hours(rq);
    v.command = backup_command(h->a, str_of(ws->data));
    struct page p = web_page(rq, _(admin_health));
    p.is_plain = true;
    page_begin(h, &p);
    view_health(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}
