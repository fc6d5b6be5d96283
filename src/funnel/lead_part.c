/* lead_part.c - a lead as people see it: its clock in working time, why it scored, what may be
 * done with it now. The queue and the record's page show the same parts.
 */
#include "funnel/views.h"
#include "base/id.h"
#include "funnel/chance_views.h"
#include "record/type.h"
#include "web/web.h"

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }
static bool is(const struct record *lead, const char *status) { return str_eq(record_text(lead, "status"), str_of(status)); }

/* ── the clock ───────────────────────────────────────────────────────────── */

static bool clock_runs(const struct record *lead)
{
    return record_val(lead, "due_at").is_set
        && (is(lead, "offered") || (is(lead, "accepted") && !record_val(lead, "first_touch_at").is_set));
}

struct lead_clock lead_clock_of(struct ctx *c, const struct record *lead)
{
    struct bizcal cal;
    struct err e = { 0 };
    int64_t due = record_int(lead, "due_at");
    if (record_val(lead, "paused_at").is_set)
        return (struct lead_clock){ say(c, MSG_funnel_clock_paused), TONE_AMBER, "timer" };
    if (!clock_runs(lead) || !calendar_of(c, record_int(lead, "owner"), &cal, &e))
        return (struct lead_clock){ 0 };
    int64_t left = bizcal_between(&cal, c->now, due);
    if (due <= c->now)
        return (struct lead_clock){ SAY(c->a, c->loc, funnel_clock_late, .time = A(loc_duration(c->a, c->loc, -left))), TONE_RED, "timer" };
    return (struct lead_clock){ SAY(c->a, c->loc, funnel_clock_left, .time = A(loc_duration(c->a, c->loc, left))),
                                left < 30 * 60 * (int64_t)1000000 ? TONE_AMBER : TONE_BLUE, "timer" };
}

/* ── acts ────────────────────────────────────────────────────────────────── */

struct acts { struct request *rq; struct ctx *c; struct html h; const struct record *lead; str back; };

static struct url act_url(struct acts *x, const char *verb)
{
    return url_fmt(x->c->a, "/leads/%.*s/act/%s", STR_ARG(id_text(x->c->a, x->lead->id)), verb);
}

static void act_do(struct acts *x, const char *verb, msg_id label, const char *icon, const char *key, bool is_main)
{
    struct lead_do_view v = { say(x->c, label), x->back, icon, key, act_url(x, verb), is_main };
    view_lead_do(&x->h, &v);
}

static struct ui_option *options_of(struct ctx *c, const char *field, size_t *n)
{
    const struct choice *o = entity_field(&lead_entity, str_of(field))->choices;
    struct ui_option *v;
    for (*n = 0; o[*n].value; (*n)++)
        ;
    v = arena_new(c->a, struct ui_option, *n);
    for (size_t i = 0; i < *n; i++)
        v[i] = (struct ui_option){ str_of(o[i].value), say(c, o[i].label), false };
    return v;
}

static void act_why(struct acts *x, const char *verb, msg_id label, const char *icon, const char *key, const char *field)
{
    size_t n;
    const struct ui_option *o = options_of(x->c, field, &n);
    struct lead_ask_view v = { .label = say(x->c, label), .back = x->back, .icon = icon, .key = key, .action = act_url(x, verb),
                               .reason_label = say(x->c, entity_field(&lead_entity, str_of(field))->label), .reasons = o, .nreasons = n };
    if (!strcmp(verb, "return"))
        v.note_label = say(x->c, MSG_funnel_lead_return_note);
    if (!strcmp(verb, "recycle"))
        v.date_label = say(x->c, MSG_funnel_lead_recycle_at);
    view_lead_ask(&x->h, &v);
}

static void act_qualify(struct acts *x)
{
    static const char *const asked[] = { "need", "budget", "authority", "timing" };
    struct lead_answer *q = arena_new(x->c->a, struct lead_answer, countof(asked));
    for (size_t i = 0; i < countof(asked); i++)
        q[i] = (struct lead_answer){ say(x->c, entity_field(&lead_entity, str_of(asked[i]))->label), str_of(asked[i]),
                                     record_text(x->lead, asked[i]) };
    struct lead_ask_view v = { .label = say(x->c, MSG_funnel_act_qualify), .back = x->back, .icon = "circle-check", .key = "q",
                               .action = act_url(x, "qualify"), .answers = q, .nanswers = countof(asked) };
    view_lead_ask(&x->h, &v);
}

struct html_safe lead_acts_of(struct request *rq, const struct record *lead, str back)
{
    struct acts x = { .rq = rq, .c = web_ctx(rq), .h = web_html(rq), .lead = lead, .back = back };
    bool may = access_record(x.c, lead, ACTION_CHANGE);
    bool may_answer = may && (has_role(x.c, SALES_HEADS) || x.c->who->user_id == record_int(lead, "owner"));
    bool is_working = is(lead, "accepted") || is(lead, "qualified"), is_ours = is(lead, "new") || is(lead, "returned") || is(lead, "recycled");

    if (is(lead, "offered") && may_answer) {
        act_do(&x, "accept", MSG_funnel_act_accept, "check", "a", true);
        act_why(&x, "return", MSG_funnel_act_return, "corner-up-left", "r", "return_reason");
    }
    if (is_ours && may)
        act_do(&x, "offer", MSG_funnel_act_offer, "send", "a", true);
    if (is(lead, "accepted") && may)
        act_qualify(&x);
    if (is(lead, "qualified") && may)
        act_do(&x, "convert", MSG_funnel_act_convert, "handshake", "s", true);
    if ((is_working || is(lead, "new") || is(lead, "returned")) && may)
        act_why(&x, "recycle", MSG_funnel_act_recycle, "rotate-cw", "n", "recycle_reason");
    if ((is_working || is_ours) && may)
        act_why(&x, "disqualify", MSG_funnel_act_disqualify, "x", "d", "disqualify_reason");
    return html_done(&x.h);
}

/* ── the score ───────────────────────────────────────────────────────────── */

static str signed_points(struct ctx *c, int64_t hundredths)
{
    int64_t tenths = (hundredths + (hundredths < 0 ? -5 : 5)) / 10;
    str n = tenths % 10 ? loc_decimal(c->a, c->loc, tenths, 1) : loc_int(c->a, c->loc, tenths / 10);
    return tenths > 0 ? arena_fmt(c->a, "+%.*s", STR_ARG(n)) : n;
}

struct reason { const struct score_line *latest; int64_t worth, times; };

/* Ten visits are one line, with what they are worth together. */
static struct reason *reasons_of(struct ctx *c, const struct score_view *s, size_t *n)
{
    struct reason *v = arena_new(c->a, struct reason, s->n + 1);
    *n = 0;
    for (size_t i = 0, at; i < s->n; i++) {
        const struct score_line *l = &s->line[i];
        for (at = 0; at < *n && !str_eq(v[at].latest->reason, l->reason); at++)
            ;
        if (at == *n)
            v[(*n)++] = (struct reason){ .latest = l };
        v[at].worth += l->worth;
        v[at].times++;
    }
    return v;
}

struct html_safe funnel_score_part(struct html *h, struct ctx *c, int64_t person)
{
    struct html part = html_part(h);
    struct score_view s;
    struct err e = { 0 };
    if (!score_explain(c, person, &s, &e))
        return (struct html_safe){ { 0 } };
    size_t n;
    const struct reason *r = reasons_of(c, &s, &n);
    struct score_part_line *v = arena_new(c->a, struct score_part_line, n + 1);
    for (size_t i = 0; i < n; i++)
        v[i] = (struct score_part_line){
            .reason = r[i].latest->reason, .points = signed_points(c, r[i].worth), .is_negative = r[i].worth < 0,
            .when = r[i].latest->expires_at ? loc_relative(c->a, c->loc, r[i].latest->at, c->now) : (str){ 0 },
            .times = r[i].times > 1 ? arena_fmt(c->a, "×%.*s", STR_ARG(loc_int(c->a, c->loc, r[i].times))) : (str){ 0 },
        };
    struct score_part_view view = { .grade = s.grade, .score = loc_int(c->a, c->loc, s.score), .fit = s.fit,
                                    .engagement = s.engagement, .is_capped = s.is_capped, .line = v, .n = n };
    view_score_part(&part, &view);
    return html_done(&part);
}

/* ── the blocks of the record pages ──────────────────────────────────────── */

static enum tone tone_of(const char *name)
{
    static const struct { const char *name; enum tone tone; } all[] = {
        { "green", TONE_GREEN }, { "amber", TONE_AMBER }, { "red", TONE_RED }, { "blue", TONE_BLUE }, { "teal", TONE_TEAL },
    };
    for (size_t i = 0; name && i < countof(all); i++)
        if (!strcmp(name, all[i].name))
            return all[i].tone;
    return TONE_NONE;
}

static const struct choice *chosen(const struct record *r, const char *field)
{
    const struct choice *o = entity_field(r->en, str_of(field))->choices;
    for (str value = record_text(r, field); o && o->value; o++)
        if (str_eq(value, str_of(o->value)))
            return o;
    return NULL;
}

static str reason_of(struct ctx *c, const struct record *handoff)
{
    const struct choice *o = entity_field(&lead_entity, S("return_reason"))->choices;
    for (str value = record_text(handoff, "reason"); o->value; o++)
        if (str_eq(value, str_of(o->value)))
            return say(c, o->label);
    return record_text(handoff, "note");
}

static void handoffs(struct ctx *c, const struct record *lead, struct html *out)
{
    struct list found;
    struct err e = { 0 };
    struct list_spec spec = { .en = &handoff_entity, .sort = S("-offered_at"), .limit = 20,
                              .filter = arena_fmt(c->a, "lead = %.*s", STR_ARG(id_text(c->a, lead->id))) };
    if (!record_list(c, &spec, &found, &e) || !found.n)
        return;
    struct lead_handoff *v = arena_new(c->a, struct lead_handoff, found.n);
    for (size_t i = 0; i < found.n; i++) {
        const struct record *r = found.rows[i];
        const struct choice *o = chosen(r, "status");
        int64_t at = record_int(r, "offered_at");
        str why = reason_of(c, r);
        v[i] = (struct lead_handoff){ .when = loc_instant(c->a, c->loc, at, DATE_MEDIUM), .iso = iso_instant(c->a, at),
            .who = record_val(r, "receiver").s, .status = o ? say(c, o->label) : (str){ 0 }, .tone = o ? tone_of(o->tone) : TONE_NONE,
            .detail = why.n ? why : record_text(r, "route") };
    }
    struct lead_handoffs_view view = { v, found.n };
    view_lead_handoffs(out, &view);
}

static void stages(struct ctx *c, const struct record *person, struct html *out)
{
    enum { SHOWN = 8, STAGES_MAX = 16 };
    struct list found;
    struct err e = { 0 };
    struct ui_item *items = arena_new(c->a, struct ui_item, STAGES_MAX);
    size_t n = 0;
    struct list_spec spec = { .en = &lifecycle_change_entity, .sort = S("-entered_at"), .limit = SHOWN,
                              .filter = arena_fmt(c->a, "person = %.*s", STR_ARG(id_text(c->a, person->id))) };
    if (!record_list(c, &spec, &found, &e))
        return;
    for (; n < STAGES_MAX && choices_lifecycle[n].value; n++)
        items[n] = (struct ui_item){ .label = say(c, choices_lifecycle[n].label),
                                     .is_current = str_eq(record_text(person, "lifecycle"), str_of(choices_lifecycle[n].value)) };
    struct stage_line *v = arena_new(c->a, struct stage_line, found.n);
    for (size_t i = 0; i < found.n; i++) {
        const struct record *r = found.rows[i];
        const struct choice *o = chosen(r, "stage");
        struct val spent = record_val(r, "time_spent");
        v[i] = (struct stage_line){ .stage = o ? say(c, o->label) : (str){ 0 }, .is_back = record_int(r, "is_backward") != 0,
            .when = loc_instant(c->a, c->loc, record_int(r, "entered_at"), DATE_SHORT),
            .spent = spent.is_set ? loc_duration(c->a, c->loc, spent.i) : (str){ 0 } };
    }
    struct stages_part_view view = { items, n, v, found.n };
    view_stages_part(out, &view);
}

static void lead_middle(struct request *rq, const struct record *lead, struct html *middle)
{
    struct ctx *c = web_ctx(rq);
    const struct choice *o = chosen(lead, "status");
    str id = id_text(c->a, lead->id);
    struct lead_next_view v = { .title = o ? say(c, o->label) : (str){ 0 }, .sub = record_text(lead, "next_step"),
                                .clock = lead_clock_of(c, lead), .acts = lead_acts_of(rq, lead, arena_fmt(c->a, "/leads/%.*s", STR_ARG(id))) };
    view_lead_next(middle, &v);
    handoffs(c, lead, middle);
}

void lead_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    if (r->en == &lead_entity) {
        lead_middle(rq, r, middle);
        html_markup(side, funnel_score_part(side, c, record_int(r, "person")));
        chance_put(side, c, r->id);
    } else if (r->en == &person_entity) {
        html_markup(side, funnel_score_part(side, c, r->id));
        stages(c, r, side);
    }
    html_markup(side, clock_part(side, c, r));
}
