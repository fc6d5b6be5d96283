/* rule_list.c - all rules, each as its sentence, with how it fared lately; on and off. */
#include "automate/rule_pages.h"
#include "base/id.h"
#include "base/clock.h"
#include "msg/core.h"
#include "msg/rule.h"
#include "record/type.h"
#include "web/web.h"

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

struct rule_tabs rule_tabs(struct ctx *c, const char *now)
{
    static const struct { const char *name, *path, *icon; msg_id label; } tabs[] = {
        { "rules",     "/automation",           "workflow",    MSG_rule_plural },
        { "runs",      "/automation/runs",      "circle-play", MSG_rule_run_plural },
        { "approvals", "/automation/approvals", "stamp",       MSG_rule_approval_plural },
    };
    struct ui_item *v = arena_new(c->a, struct ui_item, countof(tabs));
    for (size_t i = 0; i < countof(tabs); i++)
        v[i] = (struct ui_item){ .label = say(c, tabs[i].label), .url = url_path(str_of(tabs[i].path)), .icon = tabs[i].icon,
                                 .is_current = !strcmp(tabs[i].name, now) };
    return (struct rule_tabs){ v, countof(tabs) };
}

enum tone rule_tone(str state)
{
    return str_eq(state, S("done")) ? TONE_GREEN : str_eq(state, S("failed")) ? TONE_RED
         : str_eq(state, S("waiting")) ? TONE_BLUE : str_eq(state, S("stopped")) ? TONE_AMBER : TONE_NONE;
}

str rule_state_label(struct ctx *c, str state)
{
    const struct choice *o = entity_field(&rule_run_entity, S("state"))->choices;
    for (; o->value; o++)
        if (str_eq(state, str_of(o->value)))
            return say(c, o->label);
    return state;
}

/* ── the list ────────────────────────────────────────────────────────────── */

struct tally { int64_t rule, runs, failed; };

/* The runs of the last week by rule: one statement for the page. */
static bool tallies(struct ctx *c, struct tally *v, size_t max, size_t *n, struct err *e)
{
    struct db_rows q;
    *n = 0;
    if (!db_query(c->c, &q, "SELECT rule, COUNT(*), SUM(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) FROM rule_run"
                            " WHERE started_at > $1 AND deleted_at IS NULL GROUP BY rule", DB_ARGS(V(c->now - 7 * DAY_US)), e))
        return false;
    while (*n < max && db_next(&q))
        v[(*n)++] = (struct tally){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2) };
    return db_done(&q, e);
}

/* The amount in its own currency, where the sentence has its name. */
static str with_limit(struct ctx *c, const struct record *r, str brief)
{
    struct val v = record_val(r, "limit_amount");
    ptrdiff_t at = str_find(brief, S("{limit}"));
    if (at < 0 || !v.is_set)
        return brief;
    str amount = type_show(c->a, c->loc, entity_field(&rule_entity, S("limit_amount")), &v), rest = str_from(brief, (size_t)at + 7);
    return arena_fmt(c->a, "%.*s%.*s%.*s", (int)at, brief.p, STR_ARG(amount), STR_ARG(rest));
}

static struct rule_row row_of(struct ctx *c, const struct record *r, const struct rule_offers *o, const struct tally *t)
{
    struct rule_plan *p = arena_new(c->a, struct rule_plan, 1);
    struct err ignored = { 0 };
    bool reads = rule_plan_read(c->a, record_text(r, "says"), p, &ignored), is_on = record_int(r, "is_on") != 0;
    str id = id_text(c->a, r->id);
    struct rule_row v = {
        .name = record_title(r), .brief = reads ? with_limit(c, r, rule_brief(c, p, o)) : say(c, MSG_rule_unreadable), .owner = record_val(r, "owner").s,
        .owner_id = record_int(r, "owner"), .url = url_fmt(c->a, "/automation/%.*s", STR_ARG(id)),
        .turn = url_fmt(c->a, "/automation/%.*s/turn", STR_ARG(id)), .runs_url = url_fmt(c->a, "/automation/runs?rule=%.*s", STR_ARG(id)),
        .is_on = is_on, .may = access_record(c, r, ACTION_CHANGE), .has_failed = t && t->failed,
        .state = say(c, is_on ? MSG_rule_on : record_val(r, "stopped_at").is_set ? MSG_rule_halted : MSG_rule_off),
        .tone = is_on ? TONE_GREEN : record_val(r, "stopped_at").is_set ? TONE_AMBER : TONE_NONE,
    };
    if (record_int(r, "is_joint")) {
        bool is_agreed = record_int(r, "in_force") == record_int(r, "number");
        v.joint = say(c, is_agreed ? MSG_rule_joint : MSG_rule_waits_signatures);
        v.joint_tone = is_agreed ? TONE_BLUE : TONE_AMBER;
    }
    int64_t runs = t ? t->runs : 0;
    v.runs = SAID(c->a, c->loc, rule_runs_week, .count = A(runs));
    return v;
}

void rule_list_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct list_spec spec = { .en = &rule_entity, .sort = S("name"), .limit = LIST_LIMIT_MAX };
    struct tally *t = arena_new(c->a, struct tally, RULES_MAX);
    struct rule_offers o;
    struct list found;
    struct err e = { 0 };
    size_t nt;
    if (!record_list(c, &spec, &found, &e) || !rule_offers(c, &o, &e) || !tallies(c, t, RULES_MAX, &nt, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct rule_row *rows = arena_new(c->a, struct rule_row, found.n);
    for (size_t i = 0; i < found.n; i++) {
        const struct tally *of = NULL;
        for (size_t k = 0; k < nt && !of; k++)
            of = t[k].rule == found.rows[i]->id ? &t[k] : NULL;
        rows[i] = row_of(c, found.rows[i], &o, of);
    }
    struct html h = web_html(rq), empty = html_part(&h), actions = html_part(&h);
    bool may = access_scope(c->who, &rule_entity, ACTION_CREATE) != SCOPE_NONE;
    if (may)
        ui_button(&actions, .label = say(c, MSG_rule_new), .icon = "plus", .kind = UI_PRIMARY, .url = url_path(S("/automation/new")), .key = "c");
    ui_empty(&empty, .kind = UI_EMPTY_FIRST, .title = say(c, MSG_rule_empty), .text = say(c, MSG_rule_empty_text));
    struct rule_list_view v = { .tabs = rule_tabs(c, "rules"), .rows = rows, .n = found.n, .empty = html_done(&empty) };
    struct page p = web_page(rq, say(c, MSG_rule_plural));
    p.actions = html_done(&actions);
    p.is_plain = true;
    page_begin(&h, &p);
    view_rule_list(&h, &v);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── on and off ──────────────────────────────────────────────────────────── */

struct turn { int64_t id; bool is_on; };

static bool run_turn(struct ctx *tx, void *arg, struct err *e)
{
    const struct turn *t = arg;
    struct record *r = record_new(tx->a, &rule_entity);
    r->id = t->id;
    record_set(r, "is_on", val_int(t->is_on));
    return record_update(tx, r, 0, NULL, e);
}

void rule_turn(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct turn t = { .is_on = str_eq(request_form(rq, "on"), S("1")) };
    struct err e = { 0 };
    if (!web_param_id(rq, 0, &t.id))
        return;
    if (!record_write(c, run_turn, &t, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, web_back(rq, "/automation"), say(c, t.is_on ? MSG_rule_turned_on : MSG_rule_turned_off), c->write_id);
}
