/* rule_edit.c - writing a rule: a sentence with controls in it, then one sentence a step.
 *
 * Every button posts the whole form; "save" keeps it, the others (add a step, take one away, move it,
 * try it) only draw it anew. So it works as plain posts, and htmx draws only the form again.
 */
#include "automate/rule_pages.h"
#include "base/id.h"
#include "msg/core.h"
#include "msg/rule.h"
#include "record/type.h"
#include "web/web.h"

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

struct editing {
    struct request *rq; struct ctx *c;
    int64_t id, version, made; struct record *stored;       /* made: of the rule that was saved */
    struct rule_plan plan;
    str name, once, hourly, limit, note; bool is_joint;
    struct err e;                               /* the first thing wrong, shown at its place */
    struct rule_dry *dry;
};

/* ── the form in ─────────────────────────────────────────────────────────── */

static str field_named(struct editing *x, const char *prefix, const char *name)
{
    return str_trim(request_form(x->rq, arena_cstr(x->c->a, arena_fmt(x->c->a, "%s_%s", prefix, name))));
}

static void read_slots(struct editing *x, const char *prefix, const struct rule_arg *slot, str *arg)
{
    for (int i = 0; i < RULE_ARGS_MAX && slot[i].name; i++) {
        arg[i] = str_head(field_named(x, prefix, slot[i].name), RULE_VALUE_MAX);
        if (!arg[i].n && slot[i].init && !slot[i].is_optional)
            arg[i] = str_of(slot[i].init);
    }
}

static const struct field *field_of(const struct entity *en, const struct rule_arg *slot, const str *arg)
{
    for (int i = 0; i < RULE_ARGS_MAX && slot[i].name; i++)
        if (slot[i].kind == ARG_A_FIELD)
            return entity_field(en, arg[i]);
    return NULL;
}

static bool has_digit(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] >= '0' && s.p[i] <= '9')
            return true;
    return false;
}

/* "today", in any language, is the day on which the rule acts. */
static str kept_value(struct ctx *c, const struct field *f, str typed)
{
    struct val v;
    struct err ignored;
    bool is_day = f->type == FIELD_DATE && !has_digit(ascii_digits(c->a, typed));
    if (!type_parse(c, f, typed, &v, &ignored))
        return typed;
    return is_day && v.i == zone_days(c->loc->zone, c->now) ? S("today") : type_canon(c->a, f, &v);
}

/* From any digits and calendar to how it is kept; what cannot be read stays, and is refused at its place. */
static void keep_slots(struct editing *x, const struct rule_arg *slot, str *arg)
{
    const struct field *f = field_of(x->plan.en, slot, arg);
    for (int i = 0; i < RULE_ARGS_MAX && slot[i].name; i++) {
        enum rule_arg_kind k = slot[i].kind;
        struct err ignored;
        int64_t n;
        bool is_moving = str_eq(arg[i], S("now")) || str_eq(arg[i], S("me"));
        if ((k == ARG_COUNT || k == ARG_SHARE) && parse_int(arg[i], &n, &ignored))
            arg[i] = arena_fmt(x->c->a, "%lld", (long long)n);
        else if (k == ARG_CLOCK)
            arg[i] = ascii_digits(x->c->a, arg[i]);
        else if (k == ARG_VALUE && f && arg[i].n && !is_moving)
            arg[i] = kept_value(x->c, f, arg[i]);
    }
}

static void read_when(struct editing *x)
{
    str when = request_form(x->rq, "when"), about = field_named(x, "w", "about");
    const struct entity *en = entity_find(about.n ? about : request_form(x->rq, "about"));
    for (int w = 0; w < WHEN_COUNT; w++)
        if (str_eq(when, str_of(rule_when_kind((enum rule_when)w)->name)))
            x->plan.when = (enum rule_when)w;
    read_slots(x, "w", rule_when_kind(x->plan.when)->arg, x->plan.arg);
    x->plan.en = en ? en : entity_find(S("deal"));
    for (int i = 0; i < RULE_ARGS_MAX; i++)
        if (rule_when_kind(x->plan.when)->arg[i].kind == ARG_ABOUT)
            x->plan.arg[i] = str_of(x->plan.en->name);
    keep_slots(x, rule_when_kind(x->plan.when)->arg, x->plan.arg);
    x->plan.criteria = str_head(str_trim(request_form(x->rq, "criteria")), RULE_VALUE_MAX);
}

static void read_line(struct editing *x, int i)
{
    const char *prefix = arena_cstr(x->c->a, arena_fmt(x->c->a, "s%d", i));
    const struct rule_step *s = rule_step_find(field_named(x, prefix, "do"));
    if (!s || x->plan.n == RULE_LINES_MAX)
        return;
    struct rule_line *l = &x->plan.line[x->plan.n++];
    *l = (struct rule_line){ .step = s };
    read_slots(x, prefix, s->arg, l->arg);
    keep_slots(x, s->arg, l->arg);
}

static void read_form(struct editing *x)
{
    int64_t n = 0;
    if (!str_to_int(request_form(x->rq, "n"), &n) || n < 0 || n > RULE_LINES_MAX)
        n = 0;
    x->name = str_trim(request_form(x->rq, "name"));
    x->once = request_form(x->rq, "once");
    x->hourly = str_trim(request_form(x->rq, "hourly"));
    x->limit = str_trim(request_form(x->rq, "limit"));
    x->note = str_trim(request_form(x->rq, "note"));
    x->is_joint = str_eq(request_form(x->rq, "joint"), S("1"));
    read_when(x);
    for (int i = 0; i < (int)n; i++)
        read_line(x, i);
}

/* ── the buttons that only draw anew ─────────────────────────────────────── */

static void insert(struct rule_plan *p, size_t at, const struct rule_step *s)
{
    if (p->n == RULE_LINES_MAX)
        return;
    memmove(&p->line[at + 1], &p->line[at], (p->n++ - at) * sizeof *p->line);
    p->line[at] = (struct rule_line){ .step = s };
    for (int i = 0; i < RULE_ARGS_MAX && s->arg[i].name; i++)
        p->line[at].arg[i] = str_of(s->arg[i].init);
}

/* A block comes with its end. */
static void add_step(struct rule_plan *p, str name)
{
    const struct rule_step *s = rule_step_find(name);
    if (!s)
        return;
    insert(p, p->n, s);
    if (s->flow == FLOW_IF || s->flow == FLOW_YES || s->flow == FLOW_SPLIT)
        insert(p, p->n, rule_step_find(S("end")));
}

static void swap(struct rule_plan *p, size_t a, size_t b)
{
    struct rule_line l = p->line[a];
    p->line[a] = p->line[b];
    p->line[b] = l;
}

static void redraw(struct editing *x, str act)
{
    str at = act, verb = str_cut(&at, '_');
    int64_t i = 0;
    struct rule_plan *p = &x->plan;
    if (str_eq(verb, S("add")))
        add_step(p, request_form(x->rq, "another"));
    if (!str_to_int(at, &i) || i < 0 || (size_t)i >= p->n)
        return;
    if (str_eq(verb, S("drop"))) {
        memmove(&p->line[i], &p->line[i + 1], (p->n - (size_t)i - 1) * sizeof *p->line);
        p->n--;
    } else if (str_eq(verb, S("up")) && i > 0) {
        swap(p, (size_t)i, (size_t)i - 1);
    } else if (str_eq(verb, S("down")) && (size_t)i + 1 < p->n) {
        swap(p, (size_t)i, (size_t)i + 1);
    }
}

/* Depth is for the eye; what is not closed yet is drawn as far as it goes. */
static void indent(struct rule_plan *p)
{
    int depth = 0;
    for (size_t i = 0; i < p->n; i++) {
        enum rule_flow f = p->line[i].step->flow;
        bool opens = f == FLOW_IF || f == FLOW_YES || f == FLOW_SPLIT, closes = f == FLOW_ELSE || f == FLOW_END;
        depth -= closes && depth > 0;
        p->line[i].depth = depth > RULE_DEPTH_MAX ? RULE_DEPTH_MAX : depth;
        depth += opens || f == FLOW_ELSE;
    }
}

/* ── the page out ────────────────────────────────────────────────────────── */

static const struct ui_option *kind_options(struct editing *x)
{
    struct ui_option *o = arena_new(x->c->a, struct ui_option, WHEN_COUNT);
    for (int w = 0; w < WHEN_COUNT; w++)
        o[w] = (struct ui_option){ str_of(rule_when_kind((enum rule_when)w)->name), say(x->c, rule_when_kind((enum rule_when)w)->label),
                                   x->plan.when == (enum rule_when)w };
    return o;
}

static const struct ui_option *step_options(struct editing *x, size_t *n)
{
    struct ui_option *o = arena_new(x->c->a, struct ui_option, rule_steps());
    *n = 0;
    for (size_t i = 0; i < rule_steps(); i++) {
        const struct rule_step *s = rule_step_at(i);
        if (!s->about || !strcmp(s->about, x->plan.en->name))
            o[(*n)++] = (struct ui_option){ str_of(s->name), say(x->c, s->label), false };
    }
    return o;
}

static const struct ui_option *once_options(struct editing *x, size_t *n)
{
    const struct choice *from = entity_field(&rule_entity, S("once"))->choices;
    struct ui_option *o = arena_new(x->c->a, struct ui_option, 8);
    for (*n = 0; from[*n].value; (*n)++)
        o[*n] = (struct ui_option){ str_of(from[*n].value), say(x->c, from[*n].label), str_eq(x->once, str_of(from[*n].value)) };
    return o;
}

static void fill_lines(struct editing *x, struct html *h, const struct rule_offers *o, struct rule_edit_view *v)
{
    struct rule_step_view *s = arena_new(x->c->a, struct rule_step_view, x->plan.n);
    indent(&x->plan);
    for (size_t i = 0; i < x->plan.n; i++)
        s[i] = (struct rule_step_view){
            .sentence = v->may ? rule_line_edit(h, x->c, &x->plan, i, o) : rule_line_read(h, x->c, &x->plan, i, o),
            .number = arena_fmt(x->c->a, "%zu", i), .key = str_of(x->plan.line[i].step->name), .depth = x->plan.line[i].depth,
            .is_first = i == 0, .is_last = i + 1 == x->plan.n, .is_bad = x->e.code && x->e.pos == (int64_t)i + 1 };
    v->lines = s;
    v->n = x->plan.n;
    v->count = arena_fmt(x->c->a, "%zu", x->plan.n);
}

static void fill_dry(struct editing *x, struct rule_edit_view *v)
{
    const struct rule_dry *d = x->dry;
    if (!d)
        return;
    struct rule_would_view *w = arena_new(x->c->a, struct rule_would_view, d->n);
    for (size_t i = 0; i < d->n; i++)
        w[i] = (struct rule_would_view){ d->v[i].title, d->v[i].at ? loc_instant(x->c->a, x->c->loc, d->v[i].at, DATE_SHORT) : (str){ 0 },
                                         record_url(x->c->a, d->v[i].en, d->v[i].record) };
    v->has_dry = true;
    v->would = w;
    v->nwould = d->n;
    v->dry = SAID(x->c->a, x->c->loc, rule_would_have, .count = A(d->fired), .days = A(30));
}

static bool limit_of(struct editing *x, struct val *limit, struct err *e)
{
    const struct field *f = entity_field(&rule_entity, S("limit_amount"));
    *limit = (struct val){ 0 };
    return !x->limit.n || (type_parse(x->c, f, x->limit, limit, e) && money_to_base(x->c, limit, e)) || err_field(e, "limit_amount");
}

/* A click is held until it has shown who made it, and who enters a segment by one; else empty. */
static str settles(const struct editing *x)
{
    const struct rule_plan *p = &x->plan;
    const struct event_kind *k = p->when == WHEN_EVENT ? event_kind_find(rule_when_arg(p, "event")) : NULL;
    if (k && k->flags & KIND_CLICK)
        return msg_text(x->c->a, x->c->loc, MSG_rule_settles, NULL);
    return p->when == WHEN_ENTERED ? msg_text(x->c->a, x->c->loc, MSG_rule_settles_segment, NULL) : (str){ 0 };
}

/* Where one asks of a record why the condition holds for it or does not; the limit stands in it as a number. */
static struct url why_of(struct editing *x)
{
    struct html q = web_html(x->rq);
    struct val limit = { 0 };
    struct err e = { 0 };
    const struct rule_plan *p = &x->plan;
    bool is_asked = x->id && p->criteria.n && p->en && !(p->en->flags & E_NO_PAGE);
    if (!is_asked || !limit_of(x, &limit, &e))
        return (struct url){ { 0 } };
    html_url_part(&q, rule_criteria(x->c, p, p->criteria, limit.base));
    return url_fmt(x->c->a, "/%s/why?q=%.*s", p->en->path, STR_ARG(html_done(&q).s));
}

static void draw(struct editing *x, int status)
{
    struct ctx *c = x->c;
    struct rule_offers o;
    struct err e = { 0 };
    if (!rule_offers(c, &o, &e)) {
        web_fail(x->rq, &e);
        return;
    }
    o.shows_gaps = x->e.code != 0;
    struct html h = web_html(x->rq);
    bool is_new = !x->id;
    struct rule_edit_view v = {
        .action = is_new ? url_path(S("/automation")) : url_fmt(c->a, "/automation/%.*s", STR_ARG(id_text(c->a, x->id))),
        .name = x->name, .criteria = x->plan.criteria, .limit = x->limit, .hourly = x->hourly, .note = x->note, .is_new = is_new, .is_joint = x->is_joint,
        .may = is_new ? access_scope(c->who, &rule_entity, ACTION_CREATE) != SCOPE_NONE : access_record(c, x->stored, ACTION_CHANGE),
        .kinds = kind_options(x), .nkinds = WHEN_COUNT, .error = x->e.code ? err_text(c->a, c->loc, &x->e) : (str){ 0 },
        .bad_criteria = x->e.field && !strcmp(x->e.field, "if"), .settles = settles(x),
    };
    if (!is_new) {
        bool is_on = record_int(x->stored, "is_on") != 0;
        v.turn = url_fmt(c->a, "/automation/%.*s/turn", STR_ARG(id_text(c->a, x->id)));
        v.runs = url_fmt(c->a, "/automation/runs?rule=%.*s", STR_ARG(id_text(c->a, x->id)));
        v.is_on = is_on;
        v.state = say(c, is_on ? MSG_rule_on : record_val(x->stored, "stopped_at").is_set ? MSG_rule_halted : MSG_rule_off);
        v.tone = is_on ? TONE_GREEN : TONE_NONE;
        v.owner = record_val(x->stored, "owner").s;
        v.version = loc_int(c->a, c->loc, record_int(x->stored, "number"));
    }
    o.action = v.action;
    v.when = v.may ? rule_when_edit(&h, c, &x->plan, &o) : rule_when_read(&h, c, &x->plan, &o);
    v.why = why_of(x);
    v.choices = condition_choices(x->rq, x->plan.en);
    v.steps = step_options(x, &v.nsteps);
    v.onces = once_options(x, &v.nonces);
    fill_lines(x, &h, &o, &v);
    fill_dry(x, &v);
    if (!is_new && !rule_agreement(c, x->stored, &o, &v.agreed, &e)) {
        web_fail(x->rq, &e);
        return;
    }
    struct page p = web_page(x->rq, is_new ? say(c, MSG_rule_new) : record_title(x->stored));
    struct crumb up = { say(c, MSG_rule_plural), url_path(S("/automation")) };
    p.crumbs = &up;
    p.ncrumbs = 1;
    p.is_plain = true;
    page_begin(&h, &p);
    view_rule_edit(&h, &v);
    page_end(&h, &p);
    answer_html(x->rq, status, &h);
}

static bool load(struct editing *x, struct err *e)
{
    return !x->id || record_get(x->c, &rule_entity, x->id, &x->stored, e);
}

/* The route's ':id', or a new one. */
static bool begin(struct request *rq, struct editing *x)
{
    struct err e = { 0 };
    *x = (struct editing){ .rq = rq, .c = web_ctx(rq) };
    if (rq->param[0].n && !str_eq(rq->param[0], S("new")) && !web_param_id(rq, 0, &x->id))
        return false;
    if (load(x, &e))
        return true;
    web_fail(rq, &e);
    return false;
}

void rule_edit_page(struct request *rq)
{
    struct editing *x = arena_new(web_ctx(rq)->a, struct editing, 1);
    if (!begin(rq, x))
        return;
    if (!x->id) {
        x->plan = (struct rule_plan){ .when = WHEN_SAVED, .en = entity_find(S("deal")) };
        x->plan.arg[0] = S("deal");
        x->hourly = loc_int(x->c->a, x->c->loc, 200);
        add_step(&x->plan, S("notify"));
    } else {
        const struct field *limit = entity_field(&rule_entity, S("limit_amount"));
        struct val amount = record_val(x->stored, "limit_amount");
        x->name = record_title(x->stored);
        x->once = record_text(x->stored, "once");
        x->hourly = loc_int(x->c->a, x->c->loc, record_int(x->stored, "hourly"));
        x->limit = amount.is_set ? type_canon(x->c->a, limit, &amount) : (str){ 0 };
        x->note = record_text(x->stored, "note");
        x->is_joint = record_int(x->stored, "is_joint") != 0;
        if (!rule_plan_read(x->c->a, record_text(x->stored, "says"), &x->plan, &x->e) && !x->plan.en)
            x->plan.en = entity_find(S("deal"));
    }
    draw(x, 200);
}

/* ── saving, trying ──────────────────────────────────────────────────────── */

static bool set_text(struct ctx *c, struct record *r, const char *name, str text, struct err *e)
{
    struct val v = { 0 };
    if (text.n && !type_parse(c, entity_field(r->en, str_of(name)), text, &v, e))
        return err_field(e, name);
    record_set(r, name, v);
    return true;
}

static bool to_record(struct editing *x, struct ctx *c, struct record *r, struct err *e)
{
    record_set(r, "name", val_text(x->name));
    record_set(r, "once", val_text(x->once.n ? x->once : S("each")));
    record_set(r, "note", val_text(x->note));
    record_set(r, "is_joint", val_int(x->is_joint));
    record_set(r, "says", val_text(rule_plan_text(c->a, &x->plan)));
    return set_text(c, r, "hourly", x->hourly, e) && set_text(c, r, "limit_amount", x->limit, e);
}

static bool run_save(struct ctx *tx, void *arg, struct err *e)
{
    struct editing *x = arg;
    struct record *r = record_new(tx->a, &rule_entity);
    r->id = x->id;
    if (!to_record(x, tx, r, e))
        return false;
    bool ok = x->id ? record_update(tx, r, 0, NULL, e) : record_create(tx, r, e);
    x->made = r->id;
    return ok;
}

static bool try_it(struct editing *x, struct err *e)
{
    enum { DAYS = 30 };
    struct val limit;
    struct rule_plan *p = arena_new(x->c->a, struct rule_plan, 1);
    struct rule_dry *d = arena_new(x->c->a, struct rule_dry, 1);
    if (!limit_of(x, &limit, e) || !rule_plan_read(x->c->a, rule_plan_text(x->c->a, &x->plan), p, e)
        || !rule_dry(x->c, p, limit.base, DAYS, str_eq(x->once, S("record")), d, e))
        return false;
    x->dry = d;
    return true;
}

void rule_save(struct request *rq)
{
    struct editing *x = arena_new(web_ctx(rq)->a, struct editing, 1);
    if (!begin(rq, x))
        return;
    read_form(x);
    str act = request_form(rq, "act");
    bool is_new = !x->id;
    if (str_eq(act, S("save"))) {
        if (record_write(x->c, run_save, x, &x->e)) {
            str to = arena_fmt(x->c->a, "/automation/%.*s", STR_ARG(id_text(x->c->a, x->made)));
            web_done(rq, to, say(x->c, is_new ? MSG_rule_saved_off : MSG_rule_saved), x->c->write_id);
            return;
        }
        if (x->e.code == ERR_FORBIDDEN || x->e.code == ERR_NOT_FOUND) {
            web_fail(rq, &x->e);
            return;
        }
    } else if (str_eq(act, S("dry"))) {
        if (!try_it(x, &x->e) && x->e.code != ERR_INVALID) {
            web_fail(rq, &x->e);
            return;
        }
    } else {
        redraw(x, act);
        if (request_form(rq, "step").n)             /* a condition that was put together */
            x->plan.criteria = condition_added(rq, x->plan.en, x->plan.criteria, request_form);
    }
    draw(x, x->e.code ? err_http_status(x->e.code) : 200);
}
