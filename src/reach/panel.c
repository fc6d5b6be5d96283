/* panel.c - blocks on the pages of campaigns, forms and answers.
 *
 * Every figure leads to the records behind it and counts only what its reader may see.
 */
#include "reach/panel.h"
#include "base/clock.h"
#include "base/id.h"
#include "reach/inside.h"
#include "record/query.h"
#include "record/type.h"
#include "web/records.h"
#include <jansson.h>

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

/* How many there are, and the list of them. */
static struct figure counted(struct ctx *c, msg_id label, const struct entity *en, str filter)
{
    struct list_spec s = { .en = en, .filter = filter };
    struct figure f = { .label = say(c, label), .value = S("\u2014") };
    struct err e = { 0 };
    int64_t n;
    bool capped;
    if (access_scope(c->who, en, ACTION_SEE) == SCOPE_NONE || !record_count(c, &s, COUNT_CAP, &n, &capped, &e))
        return f;
    f.value = loc_int(c->a, c->loc, n);
    struct html u = html_new(c->a, c->loc, 4000);
    html_url_part(&u, filter);
    f.url = url_fmt(c->a, "/%s?q=%.*s", en->path, STR_ARG(buf_str(&u.out)));
    return f;
}

/* ── campaigns ───────────────────────────────────────────────────────────── */

static struct figure revenue_of(struct ctx *c, str filter)
{
    struct list_spec s = { .en = entity_find(S("deal")), .filter = filter };
    struct figure f = { .label = say(c, MSG_reach_panel_won), .value = S("\u2014") };
    struct summary_row *rows;
    struct err e = { 0 };
    size_t n;
    if (s.en && access_scope(c->who, s.en, ACTION_SEE) != SCOPE_NONE && record_summary(c, &s, (str){ 0 }, S("amount"), &rows, &n, &e))
        f.value = loc_money_compact(c->a, c->loc, n ? rows[0].sum : 0, c->ws->currency);
    return f;
}

/* Of people, and beside it what all programs together would make of it. */
static struct figure visits_of(struct ctx *c, str campaign)
{
    struct figure f = counted(c, MSG_reach_panel_visits, &visit_entity,
                              arena_fmt(c->a, "campaign = %.*s and act = seen and is_robot = false", STR_ARG(campaign)));
    struct list_spec all = { .en = &visit_entity, .filter = arena_fmt(c->a, "campaign = %.*s and act = seen", STR_ARG(campaign)) };
    struct err e = { 0 };
    int64_t n;
    bool capped;
    if (f.url.s.n && record_count(c, &all, COUNT_CAP, &n, &capped, &e) && n)
        f.sub = msg_text(c->a, c->loc, MSG_reach_panel_with_robots, (const struct msg_arg *)(const void *)
                         &(struct msg_reach_panel_with_robots_args){ .n = A(loc_int(c->a, c->loc, n)) });
    return f;
}

static size_t figures_of(struct ctx *c, const struct record *r, struct figure *out)
{
    str id = id_text(c->a, r->id), filter = arena_fmt(c->a, "campaign = %.*s", STR_ARG(id));
    const struct entity *deal = entity_find(S("deal"));
    struct val wanted = record_val(r, "target_leads");
    size_t n = 0;
    out[n++] = counted(c, MSG_reach_panel_leads, &lead_entity, filter);
    if (wanted.is_set)
        out[0].sub = msg_text(c->a, c->loc, MSG_reach_panel_of_target, (const struct msg_arg *)(const void *)
                              &(struct msg_reach_panel_of_target_args){ .n = A(wanted.i) });
    out[n++] = counted(c, MSG_reach_panel_people, &person_entity, arena_fmt(c->a, "first_campaign = %.*s", STR_ARG(id)));
    out[n++] = visits_of(c, id);
    if (deal && entity_field(deal, S("campaign"))) {
        out[n++] = counted(c, MSG_reach_panel_deals, deal, filter);
        out[n++] = revenue_of(c, arena_fmt(c->a, "campaign = %.*s and status = won", STR_ARG(id)));
    }
    return n;
}

static void fill_money(struct ctx *c, const struct record *r, struct campaign_panel_view *v)
{
    struct campaign_money m;
    struct err e = { 0 };
    if (!campaign_money(c, r->id, &m, &e))
        return;
    int64_t left = m.budget - m.spend, below = m.campaigns - 1;
    str spend = loc_money(c->a, c->loc, m.spend, c->ws->currency), budget = loc_money(c->a, c->loc, m.budget, c->ws->currency);
    str amount = loc_money(c->a, c->loc, left < 0 ? -left : left, c->ws->currency);
    v->spend = m.spend;
    v->budget = m.budget;
    v->tone = left < 0 ? TONE_RED : TONE_GREEN;
    v->money = m.budget ? msg_text(c->a, c->loc, MSG_reach_panel_money_of, (const struct msg_arg *)(const void *)
                                   &(struct msg_reach_panel_money_of_args){ .spend = A(spend), .budget = A(budget) }) : spend;
    v->left = !m.budget ? say(c, MSG_reach_panel_no_budget)
            : left < 0 ? msg_text(c->a, c->loc, MSG_reach_panel_over, (const struct msg_arg *)(const void *)
                                  &(struct msg_reach_panel_over_args){ .amount = A(amount) })
                       : msg_text(c->a, c->loc, MSG_reach_panel_left, (const struct msg_arg *)(const void *)
                                  &(struct msg_reach_panel_left_args){ .amount = A(amount) });
    if (below > 0)
        v->tree = msg_text(c->a, c->loc, MSG_reach_panel_tree, (const struct msg_arg *)(const void *)
                           &(struct msg_reach_panel_tree_args){ .n = A(below) });
}

static str shown(struct ctx *c, const struct record *r, const char *field)
{
    const struct field *f = entity_field(r->en, str_of(field));
    return type_show(c->a, c->loc, f, &r->v[field_index(r->en, f)]);
}

static void fill_lines(struct ctx *c, const struct record *r, struct campaign_panel_view *v)
{
    enum { SHOWN = 12 };
    struct list_spec s = { .en = &budget_line_entity, .sort = S("-created_at"), .limit = SHOWN,
                           .filter = arena_fmt(c->a, "campaign = %.*s", STR_ARG(id_text(c->a, r->id))) };
    struct list list;
    struct err e = { 0 };
    if (!record_list(c, &s, &list, &e))
        return;
    struct money_line *l = arena_new(c->a, struct money_line, list.n);
    for (size_t i = 0; i < list.n; i++)
        l[i] = (struct money_line){ shown(c, list.rows[i], "kind"), shown(c, list.rows[i], "amount"),
            shown(c, list.rows[i], "day"), shown(c, list.rows[i], "note"),
            str_eq(record_text(list.rows[i], "kind"), S("spend")) ? TONE_AMBER : TONE_BLUE };
    v->lines = l;
    v->nlines = list.n;
}

void campaign_panel(struct request *rq, const struct record *r, struct html *middle)
{
    struct ctx *c = web_ctx(rq);
    struct figure figures[5];
    if (access_scope(c->who, &budget_line_entity, ACTION_SEE) != SCOPE_ALL)
        return;                                 /* sums of the tree are for those who see all of it */
    struct campaign_panel_view v = {
        .figures = figures, .nfigures = figures_of(c, r, figures),
        .add = url_fmt(c->a, "/campaigns/%.*s/lines", STR_ARG(id_text(c->a, r->id))),
        .may_add = access_scope(c->who, &budget_line_entity, ACTION_CREATE) != SCOPE_NONE,
    };
    fill_money(c, r, &v);
    fill_lines(c, r, &v);
    view_campaign_panel(middle, &v);
}

struct line_job { struct record *r; };

static bool run_line(struct ctx *tx, void *arg, struct err *e)
{
    struct line_job *j = arg;
    return record_create(tx, j->r, e);
}

static bool read_line(struct request *rq, struct record *r, struct err *e)
{
    static const char *const names[] = { "kind", "amount", "note" };
    for (size_t i = 0; i < countof(names); i++) {
        struct val v;
        if (!type_parse(web_ctx(rq), entity_field(&budget_line_entity, str_of(names[i])), request_form(rq, names[i]), &v, e))
            return err_field(e, names[i]);
        record_set(r, names[i], v);
    }
    return true;
}

void campaign_add_line(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *campaign;
    struct line_job j = { record_new(&rq->a, &budget_line_entity) };
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    record_set(j.r, "campaign", val_ref(id));
    if (!record_get(c, &campaign_entity, id, &campaign, &e) || !read_line(rq, j.r, &e) || !record_write(c, run_line, &j, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, arena_fmt(&rq->a, "/campaigns/%.*s", STR_ARG(id_text(&rq->a, id))), say(c, MSG_reach_line_added), c->write_id);
}

/* ── forms ───────────────────────────────────────────────────────────────── */

/* Of the visitors who came to the pages where the form stands, how many answered. */
static struct figure conversion_of(struct ctx *c, const struct record *r)
{
    struct figure f = { .label = say(c, MSG_reach_panel_conversion), .value = S("\u2014") };
    struct db_rows q;
    struct err e = { 0 };
    int64_t seen = 0, answered = 0;
    if (access_scope(c->who, &visit_entity, ACTION_SEE) != SCOPE_ALL
        || !db_query(c->c, &q, "SELECT count(DISTINCT v.visitor), count(DISTINCT s.visitor) FROM visit v"
            " LEFT JOIN submission s ON s.visitor = v.visitor AND s.form = $1 AND s.is_spam = 0"
            " WHERE v.deleted_at IS NULL AND COALESCE(v.is_robot, 0) = 0 AND COALESCE(v.act, 'seen') = 'seen'"
            " AND v.path IN (SELECT DISTINCT b.path FROM submission a JOIN visit b"
            " ON b.visitor = a.visitor AND a.landing_page LIKE '%' || b.path WHERE a.form = $1 AND a.is_spam = 0)",
            DB_ARGS(V(r->id)), &e))
        return f;
    if (db_next(&q)) {
        seen = db_int(&q, 0);
        answered = db_int(&q, 1);
    }
    if (!db_done(&q, &e) || !seen)
        return f;
    f.value = loc_percent(c->a, c->loc, (double)answered / (double)seen, 1);
    f.sub = msg_text(c->a, c->loc, MSG_reach_panel_of_visitors, (const struct msg_arg *)(const void *)
                     &(struct msg_reach_panel_of_visitors_args){ .answered = A(answered), .visitors = A(seen) });
    return f;
}

static void fill_questions(struct ctx *c, const struct record *r, struct form_panel_view *v)
{
    struct form *f;
    struct err e = { 0 };
    if (!form_from(c, r, &f, &e)) {
        v->wrong = err_text(c->a, c->loc, &e);
        return;
    }
    struct locale loc = *c->loc;
    loc.lang = f->lang;
    static const msg_id kinds[FORM_KINDS] = {
        [FORM_TEXT] = MSG_reach_question_text, [FORM_LONGTEXT] = MSG_reach_question_longtext, [FORM_EMAIL] = MSG_reach_question_email,
        [FORM_PHONE] = MSG_reach_question_phone, [FORM_COUNTRY] = MSG_reach_question_country,
        [FORM_NUMBER] = MSG_reach_question_number, [FORM_DATE] = MSG_reach_question_date,
        [FORM_CHOICE] = MSG_reach_question_choice, [FORM_CHOICES] = MSG_reach_question_choices, [FORM_YES] = MSG_reach_question_yes,
    };
    struct question_line *q = arena_new(c->a, struct question_line, f->nfields);
    for (size_t i = 0; i < f->nfields; i++)
        q[i] = (struct question_line){ form_field_label(c->a, &loc, &f->field[i]), msg_text(c->a, c->loc, kinds[f->field[i].kind], NULL),
                                       f->field[i].is_required };
    v->questions = q;
    v->nquestions = f->nfields;
}

/* The title goes into an attribute of somebody else's page. */
static str attribute(struct arena *a, str s)
{
    struct buf b = buf_new(a, 4000);
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '"')
            buf_lit(&b, "&quot;");
        else if (s.p[i] == '&')
            buf_lit(&b, "&amp;");
        else if (s.p[i] == '<')
            buf_lit(&b, "&lt;");
        else
            buf_char(&b, s.p[i]);
    return buf_str(&b);
}

static void fill_snippets(struct request *rq, const struct record *r, struct form_panel_view *v)
{
    str origin = web_origin(rq), slug = record_text(r, "slug");
    str title = record_text(r, "title").n ? record_text(r, "title") : record_text(r, "name"), lang = record_text(r, "language");
    v->embed = arena_fmt(&rq->a, "<script src=\"%.*s/f/%.*s/embed.js\" data-title=\"%.*s\"></script>", STR_ARG(origin),
                         STR_ARG(slug), STR_ARG(attribute(&rq->a, title)));
    v->track = arena_fmt(&rq->a, "<script src=\"%.*s/t.js?lang=%.*s\" defer></script>", STR_ARG(origin),
                         STR_ARG(lang.n ? lang : S("en")));
    v->open = url_fmt(&rq->a, "/f/%.*s", STR_ARG(slug));
}

void form_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    str id = id_text(c->a, r->id);
    struct figure figures[4] = {
        counted(c, MSG_reach_panel_answers, &submission_entity, arena_fmt(c->a, "form = %.*s and is_spam = false", STR_ARG(id))),
        counted(c, MSG_reach_panel_week, &submission_entity,
                arena_fmt(c->a, "form = %.*s and is_spam = false and at in last 7 days", STR_ARG(id))),
        counted(c, MSG_reach_panel_spam, &submission_entity, arena_fmt(c->a, "form = %.*s and is_spam = true", STR_ARG(id))),
        conversion_of(c, r),
    };
    struct form_panel_view v = { .figures = figures, .nfigures = countof(figures), .is_active = record_int(r, "is_active") != 0 };
    (void)side;
    fill_questions(c, r, &v);
    fill_snippets(rq, r, &v);
    view_form_panel(middle, &v);
}

/* ── answers ─────────────────────────────────────────────────────────────── */

/* By the form as it is now; a question it no longer has is told by its key. */
static struct answer_line line_of(struct ctx *c, const struct form *f, str key, str kept)
{
    for (size_t i = 0; f && i < f->nfields; i++)
        if (str_eq(f->field[i].key, key))
            return (struct answer_line){ form_field_label(c->a, c->loc, &f->field[i]), form_answer_shown(&f->field[i], c->loc->lang, kept) };
    return (struct answer_line){ key, kept };
}

void submission_panel(struct request *rq, const struct record *r, struct html *middle)
{
    struct ctx *c = web_ctx(rq);
    str data = record_text(r, "data");
    struct record *form_record;
    struct form *form = NULL;
    struct err e = { 0 };
    const char *key;
    json_t *value, *all = json_loadb(data.p ? data.p : "", data.n, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(all)) {
        json_decref(all);
        return;
    }
    if (record_get(c, &form_entity, record_int(r, "form"), &form_record, &e) && !form_from(c, form_record, &form, &e))
        form = NULL;
    struct answer_line *lines = arena_new(c->a, struct answer_line, json_object_size(all));
    size_t n = 0;
    json_object_foreach(all, key, value)
        lines[n++] = line_of(c, form, arena_str(c->a, str_of(key)), arena_str(c->a, str_of(json_string_value(value))));
    json_decref(all);
    view_submission_panel(middle, &(struct submission_panel_view){ lines, n });
}

void reach_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    if (r->en == &campaign_entity)
        campaign_panel(rq, r, middle);
    else if (r->en == &form_entity)
        form_panel(rq, r, middle, side);
    else if (r->en == &submission_entity)
        submission_panel(rq, r, middle);
    else if (r->en == &person_entity)
        link_panel(rq, r, side);
    else if (r->en == entity_find(S("material")))
        link_panel(rq, r, middle);
}
