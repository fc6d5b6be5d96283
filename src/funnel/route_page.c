/* route_page.c - trying the routing: who would get this lead and why, and how the last ones would
 * have been spread. Nothing on this page changes anything.
 */
#include "funnel/views.h"
#include "base/id.h"
#include "funnel/route_try.h"
#include "lang/country_name.h"
#include "web/web.h"

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

/* ── what is asked ───────────────────────────────────────────────────────── */

static bool lead_options(struct ctx *c, int64_t chosen, struct route_page_view *v, struct err *e)
{
    struct list_spec spec = { .en = &lead_entity, .filter = S("status in (new, offered, returned, recycled)"), .sort = S("-created_at"), .limit = 40 };
    struct list found;
    if (!record_list(c, &spec, &found, e))
        return false;
    struct ui_option *o = arena_new(c->a, struct ui_option, found.n + 1);
    o[0] = (struct ui_option){ .label = say(c, MSG_funnel_try_described) };
    for (size_t i = 0; i < found.n; i++) {
        const struct record *r = found.rows[i];
        str company = record_val(r, "company").s, person = record_val(r, "person").s;
        o[i + 1] = (struct ui_option){ id_text(c->a, r->id), company.n ? arena_fmt(c->a, "%.*s, %.*s", STR_ARG(person), STR_ARG(company)) : person,
                                       r->id == chosen };
    }
    v->leads = o;
    v->nleads = found.n + 1;
    return true;
}

static void choice_options(struct ctx *c, const struct choice *from, str chosen, const struct ui_option **out, size_t *n)
{
    size_t all = 0;
    while (from[all].value)
        all++;
    struct ui_option *o = arena_new(c->a, struct ui_option, all + 1);
    o[0] = (struct ui_option){ .label = say(c, MSG_funnel_try_any) };
    for (size_t i = 0; i < all; i++)
        o[i + 1] = (struct ui_option){ str_of(from[i].value), say(c, from[i].label), str_eq(chosen, str_of(from[i].value)) };
    *out = o;
    *n = all + 1;
}

/* ── what is shown ───────────────────────────────────────────────────────── */

static void show_trial(struct ctx *c, const struct route_trial *t, struct route_page_view *v)
{
    struct route_step_view *s = arena_new(c->a, struct route_step_view, t->n);
    for (size_t i = 0; i < t->n; i++)
        s[i] = (struct route_step_view){ t->line[i].text, t->line[i].what == ROUTE_CHOSEN, t->line[i].what == ROUTE_SKIPPED,
                                         t->line[i].depth > 4 ? 4 : t->line[i].depth };
    v->steps = s;
    v->nsteps = t->n;
    v->receiver = t->receiver;
    v->receiver_id = t->to.owner;
}

static void show_replay(struct ctx *c, const struct route_replay *r, struct route_page_view *v)
{
    struct route_share_view *s = arena_new(c->a, struct route_share_view, r->n);
    for (size_t i = 0; i < r->n; i++)
        s[i] = (struct route_share_view){ r->row[i].name, loc_int(c->a, c->loc, r->row[i].would), loc_int(c->a, c->loc, r->row[i].did),
                                          r->row[i].user, r->row[i].would, r->row[i].did };
    for (size_t i = 0; i < r->n; i++)
        v->most = s[i].nwould > v->most ? s[i].nwould : s[i].ndid > v->most ? s[i].ndid : v->most;
    v->shares = s;
    v->nshares = r->n;
    v->replayed = SAY(c->a, c->loc, funnel_try_replayed, .count = A(r->leads), .same = A(r->same));
}

static bool fill(struct request *rq, struct route_page_view *v, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    str lead = request_query(rq, "lead"), last = request_query(rq, "last");
    struct route_guess g = { .country = str_trim(request_query(rq, "country")), .industry = request_query(rq, "industry"),
                             .source = request_query(rq, "source") };
    struct route_trial t = { 0 };
    struct route_replay r;
    int64_t n = 0;
    char country[3];
    if (country_read(c->a, g.country, country))
        g.country = arena_str(c->a, str_of(country));
    if (lead.n && !id_parse(lead, &g.lead))
        return fail(e, ERR_NOT_FOUND, 0, "no lead %.*s", STR_ARG(lead));
    if (last.n && (!str_to_int(last, &n) || n < 1 || n > REPLAY_MAX))
        return fail(e, ERR_INVALID, 0, "last %.*s", STR_ARG(last));
    v->countries = ui_countries(c->a, c->loc, g.country, &v->ncountries);
    if (request_query(rq, "try").n) {
        if (!route_try(c, &g, &t, e))
            return false;
        show_trial(c, &t, v);
    }
    if (n) {
        if (!route_replay(c, n, &r, e))
            return false;
        show_replay(c, &r, v);
    }
    choice_options(c, choices_source, g.source, &v->sources, &v->nsources);
    choice_options(c, choices_industry, g.industry, &v->industries, &v->nindustries);
    return lead_options(c, g.lead, v, e);
}

void route_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct route_page_view v = { .has_tried = request_query(rq, "try").n > 0, .has_replayed = request_query(rq, "last").n > 0 };
    struct err e = { 0 };
    if (access_scope(c->who, &assignment_rule_entity, ACTION_SEE) == SCOPE_NONE)
        fail(&e, ERR_FORBIDDEN, 0, "routing");
    if (e.code || !fill(rq, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct html h = web_html(rq);
    struct page p = web_page(rq, say(c, MSG_funnel_try_page));
    p.is_plain = true;
    page_begin(&h, &p);
    view_route_page(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}
