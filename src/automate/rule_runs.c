/* rule_runs.c - what rules did: the log of runs, one run step by step, flows under way; what waits for
 * an approval; and on a record's page the flows it is in.
 */
#include "automate/rule_pages.h"
#include "base/id.h"
#include "msg/core.h"
#include "msg/record.h"
#include "msg/rule.h"
#include "web/web.h"

enum { SHOWN = 40 };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

/* ── one run as a row ────────────────────────────────────────────────────── */

/* The record a run or a question is about, if this reader may see it. */
static void about(struct ctx *c, const struct record *of, str *title, struct url *url)
{
    const struct entity *en = entity_find(record_text(of, "entity"));
    int64_t id = record_int(of, "record");
    struct record **found;
    struct err ignored = { 0 };
    size_t n = 0;
    if (en && id && record_get_many(c, en, &id, 1, &found, &n, &ignored) && n) {
        *title = record_title(found[0]);
        if (!(en->flags & E_NO_PAGE))
            *url = record_url(c->a, en, id);
    } else if (en) {
        *title = say(c, en->label);
    }
}

static struct rule_run_row row_of(struct ctx *c, const struct record *r)
{
    str state = record_text(r, "state"), id = id_text(c->a, r->id);
    struct rule_run_row v = {
        .rule = record_val(r, "rule").s, .state = rule_state_label(c, state), .tone = rule_tone(state),
        .when = loc_instant(c->a, c->loc, record_int(r, "started_at"), DATE_SHORT), .problem = record_text(r, "problem"),
        .url = url_fmt(c->a, "/automation/runs/%.*s", STR_ARG(id)), .stop = url_fmt(c->a, "/automation/runs/%.*s/stop", STR_ARG(id)),
    };
    int64_t due = record_int(r, "due_at");
    if (due)
        v.due = SAID(c->a, c->loc, rule_goes_on, .when = A(loc_relative(c->a, c->loc, due, c->now)));
    about(c, r, &v.about, &v.record);
    return v;
}

static struct ui_item *state_items(struct ctx *c, str now, str rule, size_t *n)
{
    const struct choice *o = entity_field(&rule_run_entity, S("state"))->choices;
    struct ui_item *v = arena_new(c->a, struct ui_item, 8);
    v[0] = (struct ui_item){ .label = say(c, MSG_rule_all), .url = url_fmt(c->a, "/automation/runs?rule=%.*s", STR_ARG(rule)), .is_current = !now.n };
    for (*n = 1; o->value; o++, (*n)++)
        v[*n] = (struct ui_item){ .label = say(c, o->label), .is_current = str_eq(now, str_of(o->value)),
                                  .url = url_fmt(c->a, "/automation/runs?rule=%.*s&state=%s", STR_ARG(rule), o->value) };
    return v;
}

/* Only what the two filters may hold: an id and a state. */
static str filter_of(struct request *rq, str *rule, str *state)
{
    struct ctx *c = web_ctx(rq);
    int64_t id = 0;
    const struct choice *o = entity_field(&rule_run_entity, S("state"))->choices;
    *rule = id_parse(request_query(rq, "rule"), &id) ? id_text(c->a, id) : (str){ 0 };
    *state = (str){ 0 };
    for (; o->value; o++)
        if (str_eq(request_query(rq, "state"), str_of(o->value)))
            *state = str_of(o->value);
    str of_rule = rule->n ? arena_fmt(c->a, "rule = %.*s", STR_ARG(*rule)) : (str){ 0 };
    str of_state = state->n ? arena_fmt(c->a, "state = %.*s", STR_ARG(*state)) : (str){ 0 };
    return arena_fmt(c->a, "%.*s%s%.*s", STR_ARG(of_rule), of_rule.n && of_state.n ? " and " : "", STR_ARG(of_state));
}

void rule_runs_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    str rule, state;
    struct list_spec s = { .en = &rule_run_entity, .filter = filter_of(rq, &rule, &state), .sort = S("-started_at"), .limit = SHOWN,
                           .cursor = request_query(rq, "cursor") };
    struct list found;
    struct err e = { 0 };
    if (!record_list(c, &s, &found, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct rule_run_row *rows = arena_new(c->a, struct rule_run_row, found.n);
    for (size_t i = 0; i < found.n; i++)
        rows[i] = row_of(c, found.rows[i]);
    struct html h = web_html(rq), empty = html_part(&h), act = html_part(&h);
    ui_button(&act, .label = say(c, MSG_rule_plural), .icon = "workflow", .url = url_path(S("/automation")));
    ui_empty(&empty, .kind = UI_EMPTY_NONE_FOUND, .title = say(c, MSG_rule_no_runs), .text = say(c, MSG_rule_no_runs_text), .actions = html_done(&act));
    struct rule_runs_view v = { .tabs = rule_tabs(c, "runs"), .rows = rows, .n = found.n, .empty = html_done(&empty) };
    v.states = state_items(c, state, rule, &v.nstates);
    if (found.prev.n)
        v.previous = url_fmt(c->a, "/automation/runs?rule=%.*s&state=%.*s&cursor=%.*s", STR_ARG(rule), STR_ARG(state), STR_ARG(found.prev));
    if (found.next.n)
        v.next = url_fmt(c->a, "/automation/runs?rule=%.*s&state=%.*s&cursor=%.*s", STR_ARG(rule), STR_ARG(state), STR_ARG(found.next));
    struct page p = web_page(rq, say(c, MSG_rule_run_plural));
    p.is_plain = true;
    page_begin(&h, &p);
    view_rule_runs(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── one run ─────────────────────────────────────────────────────────────── */

static struct rule_log_view log_of(struct ctx *c, const struct record *r)
{
    const struct rule_step *s = rule_step_find(record_text(r, "name"));
    str result = record_text(r, "result");
    const struct choice *o = entity_field(&rule_log_entity, S("result"))->choices;
    struct rule_log_view v = { .step = s ? say(c, s->label) : record_text(r, "name"), .said = record_text(r, "said") };
    for (; o->value; o++)
        if (str_eq(result, str_of(o->value))) {
            v.result = say(c, o->label);
            v.tone = str_eq(result, S("done")) ? TONE_GREEN : str_eq(result, S("failed")) ? TONE_RED : str_eq(result, S("waits")) ? TONE_BLUE : TONE_NONE;
        }
    const struct entity *en = entity_find(record_text(r, "entity"));
    if (en && !(en->flags & E_NO_PAGE) && record_int(r, "record"))
        v.url = record_url(c->a, en, record_int(r, "record"));
    return v;
}

void rule_run_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct record *run;
    struct list log;
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    struct list_spec s = { .en = &rule_log_entity, .filter = arena_fmt(c->a, "run = %.*s", STR_ARG(id_text(c->a, id))),
                           .sort = S("created_at"), .limit = LIST_LIMIT_MAX };
    if (!record_get(c, &rule_run_entity, id, &run, &e) || !record_list(c, &s, &log, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct rule_log_view *v = arena_new(c->a, struct rule_log_view, log.n);
    for (size_t i = 0; i < log.n; i++)
        v[i] = log_of(c, log.rows[i]);
    bool may = access_scope(c->who, &rule_entity, ACTION_CHANGE) != SCOPE_NONE;
    struct rule_run_view view = { .run = row_of(c, run), .log = v, .n = log.n, .version = loc_int(c->a, c->loc, record_int(run, "number")),
                                  .may_stop = may && str_eq(record_text(run, "state"), S("waiting")) };
    struct html h = web_html(rq);
    struct page p = web_page(rq, view.run.rule);
    struct crumb up = { say(c, MSG_rule_run_plural), url_path(S("/automation/runs")) };
    p.crumbs = &up;
    p.ncrumbs = 1;
    p.is_plain = true;
    page_begin(&h, &p);
    view_rule_run(&h, &view);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* Whoever may change the rule may stop what it does. */
static bool run_stop(struct ctx *tx, void *arg, struct err *e)
{
    int64_t id = *(const int64_t *)arg;
    struct record *run, *rule;
    if (!record_get(tx, &rule_run_entity, id, &run, e) || !record_get(tx, &rule_entity, record_int(run, "rule"), &rule, e))
        return false;
    if (!access_record(tx, rule, ACTION_CHANGE))
        return fail(e, ERR_FORBIDDEN, MSG_rule_not_yours, "run %lld", (long long)id);
    return rule_stop(tx, id, e);
}

void rule_run_stop(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t id;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!record_write(c, run_stop, &id, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, web_back(rq, "/automation/runs"), say(c, MSG_rule_stopped), c->write_id);
}

/* ── by hand ─────────────────────────────────────────────────────────────── */

struct hand { int64_t rule, record, run; const struct entity *en; };

/* Who starts a flow on a record must be able to change it themselves. */
static bool run_hand(struct ctx *tx, void *arg, struct err *e)
{
    struct hand *x = arg;
    struct record *r;
    if (!record_get(tx, x->en, x->record, &r, e))
        return false;
    if (!access_record(tx, r, ACTION_CHANGE))
        return fail(e, ERR_FORBIDDEN, MSG_rule_not_yours, "record %lld", (long long)x->record);
    return rule_start(tx, x->rule, x->en, x->record, 0, 0, &x->run, e);
}

void rule_begin_by_hand(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct hand x = { .en = entity_find(request_form(rq, "entity")) };
    struct err e = { 0 };
    bool ok = x.en && id_parse(request_form(rq, "rule"), &x.rule) && id_parse(request_form(rq, "record"), &x.record);
    if (!ok)
        fail(&e, ERR_INVALID, 0, "start");
    if (!ok || !record_write(c, run_hand, &x, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, web_back(rq, "/automation/runs"), say(c, MSG_rule_begun), c->write_id);
}

/* What waits on this record, and what may be started on it. */
void rule_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    enum { RUNS = 5 };
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    str id = id_text(c->a, r->id);
    struct list runs, rules;
    struct list_spec s = { .en = &rule_run_entity, .sort = S("-started_at"), .limit = RUNS,
                           .filter = arena_fmt(c->a, "record = %lld and state = waiting", (long long)r->id) };
    struct list_spec hand = { .en = &rule_entity, .sort = S("name"), .limit = 30,
                              .filter = arena_fmt(c->a, "is_on = true and begins = hand and about = %s", r->en->name) };
    (void)middle;
    if (access_scope(c->who, &rule_entity, ACTION_SEE) != SCOPE_ALL || !record_list(c, &s, &runs, &e) || !record_list(c, &hand, &rules, &e))
        return;
    if (!access_record(c, r, ACTION_CHANGE))
        rules.n = 0;
    if (!runs.n && !rules.n)
        return;
    struct rule_run_row *rows = arena_new(c->a, struct rule_run_row, runs.n);
    struct ui_option *o = arena_new(c->a, struct ui_option, rules.n);
    for (size_t i = 0; i < runs.n; i++)
        rows[i] = row_of(c, runs.rows[i]);
    for (size_t i = 0; i < rules.n; i++)
        o[i] = (struct ui_option){ id_text(c->a, rules.rows[i]->id), record_title(rules.rows[i]), false };
    struct rule_part_view v = { rows, runs.n, o, rules.n, url_path(S("/automation/start")), str_of(r->en->name), id,
                                record_url(c->a, r->en, r->id).s };
    view_rule_part(side, &v);
}

/* ── approvals ───────────────────────────────────────────────────────────── */

static struct approval_row approval_of(struct ctx *c, const struct record *r)
{
    str status = record_text(r, "status"), id = id_text(c->a, r->id);
    const struct choice *o = entity_field(&approval_entity, S("status"))->choices;
    bool is_waiting = str_eq(status, S("waiting"));
    struct approval_row v = { .id = id, .title = record_title(r), .from = record_val(r, "asked_by").s, .note = record_text(r, "note"),
                              .may = is_waiting && record_int(r, "decider") == c->who->user_id,
                              .action = url_fmt(c->a, "/automation/approvals/%.*s", STR_ARG(id)),
                              .tone = is_waiting ? TONE_BLUE : str_eq(status, S("approved")) ? TONE_GREEN
                                    : str_eq(status, S("declined")) ? TONE_RED : TONE_AMBER };
    for (; o->value; o++)
        if (str_eq(status, str_of(o->value)))
            v.status = say(c, o->label);
    if (is_waiting)
        v.until = SAID(c->a, c->loc, rule_answer_until, .when = A(loc_relative(c->a, c->loc, record_int(r, "until"), c->now)));
    about(c, r, &v.about, &v.record);
    return v;
}

void approvals_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct list_spec s = { .en = &approval_entity, .filter = S("decider = me or asked_by = me"), .sort = S("-created_at"), .limit = SHOWN };
    struct list found;
    struct err e = { 0 };
    if (!record_list(c, &s, &found, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct approval_row *rows = arena_new(c->a, struct approval_row, found.n);
    size_t n = 0;
    for (int waiting = 1; waiting >= 0; waiting--)      /* what one can answer stands first */
        for (size_t i = 0; i < found.n; i++) {
            struct approval_row row = approval_of(c, found.rows[i]);
            if (row.may == (waiting == 1))
                rows[n++] = row;
        }
    struct html h = web_html(rq), empty = html_part(&h);
    ui_empty(&empty, .kind = UI_EMPTY_ALL_DONE, .title = say(c, MSG_rule_no_approvals), .text = say(c, MSG_rule_no_approvals_text));
    struct approvals_view v = { .tabs = rule_tabs(c, "approvals"), .rows = rows, .n = n, .empty = html_done(&empty) };
    struct page p = web_page(rq, say(c, MSG_rule_approval_plural));
    p.is_plain = true;
    page_begin(&h, &p);
    view_approvals(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

struct answer { int64_t id; bool is_yes; str note; };

static bool run_answer(struct ctx *tx, void *arg, struct err *e)
{
    const struct answer *x = arg;
    return approval_answer(tx, x->id, x->is_yes, x->note, e);
}

void approval_act(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    str answer = request_form(rq, "answer");
    struct answer x = { .is_yes = str_eq(answer, S("yes")), .note = str_trim(request_form(rq, "note")) };
    struct err e = { 0 };
    if (!web_param_id(rq, 0, &x.id))
        return;
    bool is_said = x.is_yes || str_eq(answer, S("no"));         /* silence is no answer */
    if (!is_said) {
        fail(&e, ERR_INVALID, MSG_record_not_a_choice, "neither yes nor no");
        err_arg(&e, "value", answer);
    }
    if (!is_said || !record_write(c, run_answer, &x, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, web_back(rq, "/automation/approvals"), say(c, x.is_yes ? MSG_rule_said_yes : MSG_rule_said_no), c->write_id);
}
