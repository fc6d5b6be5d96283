/* home.c - the first page: what should I do now?
 *
 * One handler; what it shows is a table of blocks, each with the roles that want
 * it. A person with several roles sees the blocks of all of them, once.
 */
#include "admin/home.h"
#include "admin/settings.h"
#include "base/clock.h"
#include "core/core.h"
#include "msg/admin.h"
#include "record/query.h"

#define R(role) (1u << ROLE_##role)
#define EVERYBODY ~0u
#define SELLERS   (R(AE) | R(SDR) | R(CUSTOMER_SUCCESS) | R(SALES_MANAGER))
#define LEADERS   (R(OWNER) | R(CRO) | R(ANALYST))
#define MARKETERS (R(MARKETING_MANAGER) | R(MARKETER) | R(CONTENT_AUTHOR))

static const struct { unsigned roles; home_block *fill; } blocks[] = {
    { LEADERS,                home_pulse },
    { R(SALES_MANAGER),       home_team },
    { R(AE) | R(SDR) | R(CUSTOMER_SUCCESS), home_mine },
    { MARKETERS,              home_marketing },
    { EVERYBODY & ~R(ANALYST), home_leads },
    { EVERYBODY,              home_tasks },
    { EVERYBODY,              home_approvals },
    { SELLERS | R(OWNER) | R(CRO), home_deals },
    { EVERYBODY,              home_notices },
    { EVERYBODY,              home_agenda },
    { R(OWNER),               home_steps },
};

static void greet(struct home *m)
{
    struct html *h = m->h;
    int64_t hour = zone_us_of_day(h->loc->zone, m->c->now) / HOUR_US;
    str name = m->c->who->name;
    m->v->greeting = hour < 12 ? _(admin_good_morning, .name = A(name))
                   : hour < 17 ? _(admin_good_day, .name = A(name)) : _(admin_good_evening, .name = A(name));
    m->v->date = loc_date(h->a, h->loc, zone_days(h->loc->zone, m->c->now), DATE_FULL);
}

/* Shown until all three are done; a statement of three index look-ups. */
bool home_steps(struct home *m, struct err *e)
{
    struct html *h = m->h;
    struct db_rows q;
    bool done[3] = { false };
    if (!db_query(m->c->c, &q, "SELECT EXISTS (SELECT 1 FROM person WHERE deleted_at IS NULL),"
                               " (SELECT COUNT(*) FROM (SELECT 1 FROM \"user\" WHERE deleted_at IS NULL LIMIT 2) u) > 1,"
                               " EXISTS (SELECT 1 FROM deal WHERE deleted_at IS NULL)", DB_NONE, e))
        return false;
    for (bool more = db_next(&q); more; more = db_next(&q))
        for (int i = 0; i < 3; i++)
            done[i] = db_int(&q, i) != 0;
    if (!db_done(&q, e) || (done[0] && done[1] && done[2]))
        return e->code == ERR_NONE;
    const struct home_step steps[] = {
        { _(admin_start_people), _(admin_start_people_text), url_path(S("/people/new")), done[0] },
        { _(admin_start_team), _(admin_start_team_text), url_path(S("/users/new")), done[1] },
        { _(admin_start_deal), _(admin_start_deal_text), url_path(S("/deals/new")), done[2] },
    };
    memcpy(m->v->steps, steps, sizeof steps);
    m->v->nsteps = countof(steps);
    return true;
}

void home_page(struct request *rq)
{
    struct html h = web_html(rq);
    struct home m = { &h, web_ctx(rq), arena_new(&rq->a, struct home_view, 1) };
    struct err e = { 0 };
    bool is_new = false;
    if (access_is_admin(m.c->who) && (!welcome_is_due(m.c, &is_new, &e) || is_new)) {
        if (is_new)
            answer_redirect(rq, S("/welcome"));
        else
            web_fail(rq, &e);
        return;
    }
    greet(&m);
    for (size_t i = 0; i < countof(blocks); i++)
        if (m.c->who->roles & blocks[i].roles && !blocks[i].fill(&m, &e)) {
            web_fail(rq, &e);
            return;
        }
    if (m.v->nlines > HOME_SHOWN)
        m.v->nlines = HOME_SHOWN;
    struct page p = web_page(rq, msg_text(&rq->a, h.loc, MSG_admin_home, NULL));
    p.is_plain = true;
    page_begin(&h, &p);
    view_home(&h, m.v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}
