/* queue.c - the seller's next lead: most urgent first, answered with one key or one button. */
#include "funnel/views.h"
#include "base/id.h"
#include "msg/web.h"
#include "web/web.h"

enum { SHOWN = 30, REASONS = 3, COUNTED = 999 };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

/* ── which leads ─────────────────────────────────────────────────────────── */

static const struct tab { const char *name, *icon, *filter, *sort; msg_id label; } tabs[] = {
    { "mine",    "user-round", "owner = me and status in (offered, accepted, qualified)",    "due_at", MSG_funnel_queue_mine },
    { "waiting", "timer",      "status = offered",                                           "due_at", MSG_funnel_queue_waiting },
    { "nurture", "rotate-cw",  "status in (new, returned)",                             "-created_at", MSG_funnel_queue_nurture },
    { "late",    "flag",       "breached_at is not empty and status in (offered, accepted)", "due_at", MSG_funnel_queue_late },
};

static const struct tab *tab_of(struct request *rq)
{
    str name = request_query(rq, "view");
    for (size_t i = 0; i < countof(tabs); i++)
        if (str_eq(name, str_of(tabs[i].name)))
            return &tabs[i];
    return &tabs[web_ctx(rq)->who->roles & (ROLE_BIT(MARKETER) | ROLE_BIT(MARKETING_MANAGER)) ? 2 : 0];
}

static struct ui_item *tab_items(struct ctx *c, const struct tab *now)
{
    struct ui_item *v = arena_new(c->a, struct ui_item, countof(tabs));
    for (size_t i = 0; i < countof(tabs); i++) {
        struct list_spec spec = { .en = &lead_entity, .filter = str_of(tabs[i].filter) };
        struct err e = { 0 };
        int64_t n = 0;
        bool is_more;
        if (!record_count(c, &spec, COUNTED, &n, &is_more, &e))
            n = 0;
        str label = SAY(c->a, c->loc, funnel_queue_tab, .name = A(say(c, tabs[i].label)), .count = A(n));
        v[i] = (struct ui_item){ .label = label, .icon = tabs[i].icon, .is_current = &tabs[i] == now,
                                 .url = url_fmt(c->a, "/leads/queue?view=%s", tabs[i].name) };
    }
    return v;
}

/* ── one row ─────────────────────────────────────────────────────────────── */

static str choice_text(struct ctx *c, const struct record *r, const char *field, enum tone *tone)
{
    const struct choice *o = entity_field(r->en, str_of(field))->choices;
    for (str value = record_text(r, field); o && o->value; o++)
        if (str_eq(value, str_of(o->value))) {
            if (tone)
                *tone = o->tone && !strcmp(o->tone, "red") ? TONE_RED : o->tone && !strcmp(o->tone, "green") ? TONE_GREEN : TONE_BLUE;
            return say(c, o->label);
        }
    return (str){ 0 };
}

static void why(struct ctx *c, int64_t person, struct queue_row *row)
{
    struct score_view s;
    struct err e = { 0 };
    if (!score_explain(c, person, &s, &e))
        return;
    str *v = arena_new(c->a, str, REASONS);
    for (size_t i = 0; i < s.n && row->nreasons < REASONS; i++)
        if (row->nreasons == 0 || !str_eq(v[row->nreasons - 1], s.line[i].reason))
            v[row->nreasons++] = s.line[i].reason;
    row->reasons = v;
    row->grade = s.grade;
    row->score = loc_int(c->a, c->loc, s.score);
}

static struct queue_row row_of(struct request *rq, const struct record *lead, str back)
{
    struct ctx *c = web_ctx(rq);
    str person = record_val(lead, "person").s, title = record_title(lead);
    struct queue_row row = {
        .id = id_text(c->a, lead->id), .person = person, .title = str_eq(title, person) ? (str){ 0 } : title,
        .sub = record_val(lead, "company").s, .url = record_url(c->a, &lead_entity, lead->id),
        .source = choice_text(c, lead, "source", NULL), .clock = lead_clock_of(c, lead), .acts = lead_acts_of(rq, lead, back),
    };
    row.status = choice_text(c, lead, "status", &row.status_tone);
    why(c, record_int(lead, "person"), &row);
    return row;
}

/* ── the page ────────────────────────────────────────────────────────────── */

static struct url page_url(struct ctx *c, const struct tab *t, str cursor)
{
    return cursor.n ? url_fmt(c->a, "/leads/queue?view=%s&cursor=%.*s", t->name, STR_ARG(cursor)) : (struct url){ { 0 } };
}

void queue_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    const struct tab *t = tab_of(rq);
    struct list_spec spec = { .en = &lead_entity, .filter = str_of(t->filter), .sort = str_of(t->sort), .limit = SHOWN,
                              .cursor = request_query(rq, "cursor") };
    struct list found;
    struct err e = { 0 };
    if (!record_list(c, &spec, &found, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct queue_row *rows = arena_new(c->a, struct queue_row, found.n);
    str back = arena_fmt(c->a, "/leads/queue?view=%s", t->name);
    for (size_t i = 0; i < found.n; i++)
        rows[i] = row_of(rq, found.rows[i], back);
    struct html h = web_html(rq), empty = html_part(&h), act = html_part(&h);
    str lead = say(c, MSG_funnel_lead);
    if (access_scope(c->who, &lead_entity, ACTION_CREATE) != SCOPE_NONE)
        ui_button(&act, .label = msg_text(c->a, c->loc, MSG_web_new_of, (const struct msg_arg *)(const void *)
                                          &(struct msg_web_new_of_args){ .entity = A(lead) }),
                  .icon = "plus", .url = url_path(S("/leads/new")), .in_dialog = true);
    ui_empty(&empty, .kind = UI_EMPTY_ALL_DONE, .title = say(c, MSG_funnel_queue_empty), .text = say(c, MSG_funnel_queue_empty_text),
             .actions = html_done(&act));
    struct queue_view v = { .rows = rows, .n = found.n, .tabs = tab_items(c, t), .ntabs = countof(tabs), .empty = html_done(&empty),
                            .previous = page_url(c, t, found.prev), .next = page_url(c, t, found.next) };
    struct page p = web_page(rq, say(c, MSG_funnel_queue));
    page_begin(&h, &p);
    view_queue(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── the acts ────────────────────────────────────────────────────────────── */

struct posted { int64_t lead, day, deal; str reason, note; struct funnel_answers answers; };

static bool do_offer(struct ctx *tx, void *arg, struct err *e) { return funnel_offer(tx, ((struct posted *)arg)->lead, e); }
static bool do_accept(struct ctx *tx, void *arg, struct err *e) { return funnel_accept(tx, ((struct posted *)arg)->lead, e); }

static bool do_return(struct ctx *tx, void *arg, struct err *e)
{
    struct posted *p = arg;
    return funnel_return(tx, p->lead, p->reason, p->note, e);
}

static bool do_qualify(struct ctx *tx, void *arg, struct err *e)
{
    struct posted *p = arg;
    return funnel_qualify(tx, p->lead, &p->answers, e);
}

static bool do_recycle(struct ctx *tx, void *arg, struct err *e)
{
    struct posted *p = arg;
    return funnel_recycle(tx, p->lead, p->reason, p->day, e);
}

static bool do_disqualify(struct ctx *tx, void *arg, struct err *e)
{
    struct posted *p = arg;
    return funnel_disqualify(tx, p->lead, p->reason, e);
}

static bool do_convert(struct ctx *tx, void *arg, struct err *e)
{
    struct posted *p = arg;
    p->deal = 0;                                /* that of a write which is run again was rolled back */
    return funnel_convert(tx, p->lead, &p->deal, e);
}

static const struct verb { const char *name; record_write_fn *run; msg_id done; } verbs[] = {
    { "offer",      do_offer,      MSG_funnel_done_offered },
    { "accept",     do_accept,     MSG_funnel_done_accepted },
    { "return",     do_return,     MSG_funnel_done_returned },
    { "qualify",    do_qualify,    MSG_funnel_done_qualified },
    { "recycle",    do_recycle,    MSG_funnel_done_recycled },
    { "disqualify", do_disqualify, MSG_funnel_done_disqualified },
    { "convert",    do_convert,    MSG_funnel_done_converted },
};

static bool read_posted(struct request *rq, struct posted *p, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    str day = str_trim(request_form(rq, "day"));
    p->reason = request_form(rq, "reason");
    p->note = str_trim(request_form(rq, "note"));
    p->answers = (struct funnel_answers){ str_trim(request_form(rq, "need")), str_trim(request_form(rq, "budget")),
                                          str_trim(request_form(rq, "authority")), str_trim(request_form(rq, "timing")) };
    return !day.n || parse_date(c->loc, day, zone_days(c->loc->zone, c->now), &p->day, e) || err_field(e, "recycle_at");
}

static const struct verb *verb_of(str name)
{
    for (size_t i = 0; i < countof(verbs); i++)
        if (str_eq(name, str_of(verbs[i].name)))
            return &verbs[i];
    return NULL;
}

void queue_act(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    const struct verb *v = verb_of(rq->param[1]);
    struct posted p = { 0 };
    struct err e = { 0 };
    if (!web_param_id(rq, 0, &p.lead))
        return;
    if (!v)
        fail(&e, ERR_NOT_FOUND, 0, "no act %.*s", STR_ARG(rq->param[1]));
    if (!v || !read_posted(rq, &p, &e) || !record_write(c, v->run, &p, &e)) {
        web_fail(rq, &e);
        return;
    }
    str to = p.deal ? record_url(c->a, entity_find(S("deal")), p.deal).s : web_back(rq, "/leads/queue");
    web_done(rq, to, say(c, v->done), c->write_id);
}
