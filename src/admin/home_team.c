/* home_team.c - the figures of home: mine, the team's, the house's, marketing's.
 *
 * Every figure is a total over a list that can be opened: the filter of the total
 * is the filter of the link, so the two can never tell different things.
 */
#include "admin/home.h"
#include "msg/admin.h"
#include "msg/core.h"
#include "record/query.h"
#include "web/records.h"
#include <stdlib.h>

struct url home_list(struct ctx *c, const char *path, str filter)
{
    struct html u = html_new(c->a, c->loc, 4096);
    html_url_part(&u, filter);
    return url_fmt(c->a, "/%s?q=%.*s", path, STR_ARG(buf_str(&u.out)));
}

/* A sum of money in the currency of the workspace, or a count when `sum` is empty. */
static bool stat(struct home *m, msg_id label, const char *entity, str filter, const char *sum, struct err *e)
{
    struct html *h = m->h;
    struct list_spec s = { .en = entity_find(str_of(entity)), .filter = filter };
    struct summary_row *row;
    size_t n;
    if (access_scope(m->c->who, s.en, ACTION_SEE) == SCOPE_NONE || m->v->nstats == HOME_STATS)
        return true;
    if (!record_summary(m->c, &s, (str){ 0 }, str_of(sum), &row, &n, e))
        return false;
    int64_t count = n ? row[0].n : 0, total = n ? row[0].sum : 0;
    struct html sub = html_part(h);
    if (*sum)
        html_text(&sub, _(admin_n_deals, .n = A(count)));
    m->v->stats[m->v->nstats++] = (struct ui_stat_view){
        .label = _msg(label), .sub = html_done(&sub), .url = home_list(m->c, s.en->path, filter),
        .value = *sum ? loc_money_compact(h->a, h->loc, total, m->c->ws->currency) : loc_int(h->a, h->loc, count),
    };
    return true;
}

bool home_mine(struct home *m, struct err *e)
{
    return stat(m, MSG_admin_stat_open_mine, "deal", S("owner = me and status = open"), "amount", e)
        && stat(m, MSG_admin_stat_won_month_mine, "deal", S("owner = me and status = won and close_date in this month"), "amount", e)
        && stat(m, MSG_admin_stat_won_quarter_mine, "deal", S("owner = me and status = won and close_date in this quarter"), "amount", e);
}

/* ── the team ──────────────────────────────────────────────────────────────── */

static struct home_box *box(struct home *m, msg_id title, str none)
{
    struct html *h = m->h;
    struct home_box *b = &m->v->boxes[m->v->nboxes++];
    b->title = _msg(title);
    b->none = none;
    return b;
}

static str money(struct home *m, int64_t minor) { return loc_money_compact(m->c->a, m->c->loc, minor, m->c->ws->currency); }

static int by_sum(const void *x, const void *y)
{
    const struct summary_row *a = x, *b = y;
    return (a->sum < b->sum) - (a->sum > b->sum);
}

static bool won_by_colleague(struct home *m, str filter, struct err *e)
{
    enum { SHOWN = 8 };
    struct html *h = m->h;
    struct list_spec s = { .en = entity_find(S("deal")), .filter = filter };
    struct summary_row *row;
    size_t n;
    int64_t most = 1;
    if (!record_summary(m->c, &s, S("owner"), S("amount"), &row, &n, e))
        return false;
    qsort(row, n, sizeof *row, by_sum);
    n = n < SHOWN ? n : SHOWN;
    struct home_bar *bars = arena_new(m->c->a, struct home_bar, n + 1);
    for (size_t i = 0; i < n; i++)
        most = row[i].sum > most ? row[i].sum : most;
    for (size_t i = 0; i < n; i++)
        bars[i] = (struct home_bar){
            row[i].label.n ? row[i].label : S("\u2014"), money(m, row[i].sum), row[i].sum, most,
            home_list(m->c, "deals", arena_fmt(m->c->a, row[i].key.n ? "%.*s and owner = %.*s" : "%.*s and owner is empty%.*s",
                                               STR_ARG(filter), STR_ARG(row[i].key))) };
    struct home_box *b = box(m, MSG_admin_team_won, _(admin_team_won_none));
    b->bars = bars;
    b->nbars = n;
    b->all = home_list(m->c, "deals", filter);
    return true;
}

static bool lines_in(struct home *m, msg_id title, const char *entity, str filter, const char *sort, const char *icon,
                     str (*say)(struct home *m, const struct record *r), str none, struct err *e)
{
    enum { SHOWN = 5 };
    struct list_spec s = { .en = entity_find(str_of(entity)), .filter = filter, .sort = str_of(sort), .limit = SHOWN };
    struct list list;
    if (access_scope(m->c->who, s.en, ACTION_SEE) == SCOPE_NONE)
        return true;
    if (!record_list(m->c, &s, &list, e))
        return false;
    struct home_line *v = arena_new(m->c->a, struct home_line, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        v[i] = (struct home_line){ .icon = icon, .title = record_title(list.rows[i]), .sub = say(m, list.rows[i]),
                                   .url = record_url(m->c->a, s.en, list.rows[i]->id), .tone = TONE_AMBER };
    struct home_box *b = box(m, title, none);
    b->lines = v;
    b->nlines = list.n;
    b->all = home_list(m->c, s.en->path, filter);
    return true;
}

static str owner_of(struct home *m, const struct record *r)
{
    struct val owner = record_val(r, "owner"), amount = record_val(r, "amount");
    str sum = amount.is_set ? loc_money_compact(m->c->a, m->c->loc, amount.i, arena_cstr(m->c->a, amount.s)) : (str){ 0 };
    return sum.n ? arena_fmt(m->c->a, "%.*s · %.*s", STR_ARG(owner.s), STR_ARG(sum)) : owner.s;
}

#define STUCK "status = open and (next_step_at is empty or next_step_at < now)" \
              " and created_at < now - 14 days and (last_activity_at is empty or last_activity_at < now - 14 days)"

/* A manager without a team looks after everybody. */
bool home_team(struct home *m, struct err *e)
{
    struct html *h = m->h;
    bool has_team = m->c->who->nteams > 0;
    str open = has_team ? S("owner.team = my team and status = open") : S("status = open");
    str won = has_team ? S("owner.team = my team and status = won and close_date in this month")
                       : S("status = won and close_date in this month");
    str stuck = has_team ? S("owner.team = my team and " STUCK) : S(STUCK);
    return stat(m, MSG_admin_stat_open_team, "deal", open, "amount", e)
        && stat(m, MSG_admin_stat_won_team, "deal", won, "amount", e)
        && won_by_colleague(m, won, e)
        && lines_in(m, MSG_admin_stuck, "deal", stuck, "last_activity_at", "handshake", owner_of, _(admin_queue_done), e);
}

/* ── the house ─────────────────────────────────────────────────────────────── */

bool home_pulse(struct home *m, struct err *e)
{
    return stat(m, MSG_admin_stat_won_month, "deal", S("status = won and close_date in this month"), "amount", e)
        && stat(m, MSG_admin_stat_won_quarter, "deal", S("status = won and close_date in this quarter"), "amount", e)
        && stat(m, MSG_admin_stat_open_all, "deal", S("status = open"), "amount", e)
        && stat(m, MSG_admin_stat_closing, "deal", S("status = open and close_date in this month"), "amount", e)
        && won_by_colleague(m, S("status = won and close_date in this month"), e);
}

/* ── marketing ─────────────────────────────────────────────────────────────── */

static str until(struct home *m, const struct record *r)
{
    struct html *h = m->h;
    struct val ends = record_val(r, "ends");
    return ends.is_set ? _(admin_running_until, .day = A(loc_date(h->a, h->loc, ends.i, DATE_MEDIUM))) : (str){ 0 };
}

static str person_of(struct home *m, const struct record *r)
{
    (void)m;
    return record_text(r, "person");
}

bool home_marketing(struct home *m, struct err *e)
{
    struct html *h = m->h;
    return stat(m, MSG_admin_stat_forms, "submission", S("created_at in this week"), "", e)
        && stat(m, MSG_admin_stat_leads, "lead", S("created_at in this week"), "", e)
        && stat(m, MSG_admin_stat_campaigns, "campaign", S("status = active"), "", e)
        && lines_in(m, MSG_admin_form_leads, "lead", S("form is not empty and status in (new, offered)"), "-created_at",
                    "user-round-plus", person_of, _(admin_queue_done), e)
        && lines_in(m, MSG_admin_running, "campaign", S("status = active"), "ends", "megaphone", until, _(admin_queue_done), e);
}
