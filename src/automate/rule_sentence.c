/* rule_sentence.c - a rule as a sentence in the reader's language: read, or with a control in each
 * slot.
 *
 * The message of a kind holds the slots by name; each language puts them where it wants them. It is
 * asked with marks in the slots and cut at the marks, so no sentence is put together from pieces.
 */
#include "automate/rule_pages.h"
#include "base/buf.h"
#include "base/id.h"
#include "flow/rule.h"
#include "msg/core.h"
#include "msg/event.h"
#include "msg/rule.h"
#include "msg/segment.h"
#include "msg/web.h"
#include "record/access.h"
#include "record/type.h"

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

/* ── what may be chosen ──────────────────────────────────────────────────── */

static const struct { const char *word; msg_id label; } people[] = {
    { "owner", MSG_rule_who_owner }, { "manager", MSG_rule_who_manager }, { "head_sales", MSG_rule_who_head_sales },
    { "head_marketing", MSG_rule_who_head_marketing }, { "rule_owner", MSG_rule_who_rule_owner },
};

static const struct { const char *kind; msg_id label; } events[] = {
    { "lead.captured",     MSG_rule_event_lead_captured },     { "lead.recaptured", MSG_rule_event_lead_recaptured },
    { "lead.offered",      MSG_rule_event_lead_offered },      { "lead.accepted",   MSG_rule_event_lead_accepted },
    { "lead.returned",     MSG_rule_event_lead_returned },     { "lead.breached",   MSG_rule_event_lead_breached },
    { "lead.qualified",    MSG_rule_event_lead_qualified },    { "lead.converted",  MSG_rule_event_lead_converted },
    { "lead.recycled",     MSG_rule_event_lead_recycled },     { "lead.disqualified", MSG_rule_event_lead_disqualified },
    { "form.sent",         MSG_rule_event_form_sent },         { "page.viewed",     MSG_rule_event_page_viewed },
    { "link.clicked",      MSG_rule_event_link_clicked },      { "mail.clicked",    MSG_rule_event_mail_clicked },
    { "deal.stage",        MSG_rule_event_deal_stage },        { "stage.changed",   MSG_rule_event_stage_changed },
    { "call.held",         MSG_rule_event_call_held },         { "meeting.held",    MSG_rule_event_meeting_held },
    { "meeting.planned",   MSG_rule_event_meeting_planned },   { "task.done",       MSG_rule_event_task_done },
    { "note.added",        MSG_rule_event_note_added },        { "clock.breached",  MSG_rule_event_clock_breached },
    { "approval.answered", MSG_rule_event_approval_answered },
};

static bool users_of(struct ctx *c, struct rule_offers *o, struct err *e)
{
    enum { USERS_MAX = 200 };
    struct ui_option *v = arena_new(c->a, struct ui_option, USERS_MAX + countof(people));
    struct db_rows q;
    size_t n = 0;
    for (; n < countof(people); n++)
        v[n] = (struct ui_option){ str_of(people[n].word), say(c, people[n].label), false };
    if (!db_query(c->c, &q, "SELECT id, name FROM \"user\" WHERE is_active = 1 AND deleted_at IS NULL ORDER BY name, id LIMIT 200", DB_NONE, e))
        return false;
    while (n < USERS_MAX + countof(people) && db_next(&q))
        v[n++] = (struct ui_option){ id_text(c->a, db_int(&q, 0)), db_text(&q, 1, c->a), false };
    o->users = v;
    o->nusers = n;
    return db_done(&q, e);
}

static bool rows_of(struct ctx *c, const char *entity, const struct ui_option **out, size_t *n, struct err *e)
{
    const struct entity *en = entity_find(str_of(entity));
    struct list found;
    struct list_spec s = { .en = en, .limit = LIST_LIMIT_MAX };
    *n = 0;
    *out = NULL;
    if (!en || access_scope(c->who, en, ACTION_SEE) == SCOPE_NONE)
        return true;
    if (!record_list(c, &s, &found, e))
        return false;
    struct ui_option *v = arena_new(c->a, struct ui_option, found.n);
    for (size_t i = 0; i < found.n; i++)
        v[i] = (struct ui_option){ id_text(c->a, found.rows[i]->id), record_title(found.rows[i]), false };
    *out = v;
    *n = found.n;
    return true;
}

bool rule_offers(struct ctx *c, struct rule_offers *o, struct err *e)
{
    *o = (struct rule_offers){ 0 };
    return users_of(c, o, e) && rows_of(c, "segment", &o->segments, &o->nsegments, e) && rows_of(c, "rule", &o->rules, &o->nrules, e)
        && rows_of(c, "webhook", &o->webhooks, &o->nwebhooks, e);
}

struct choices { struct ui_option *v; size_t n, max; };

static void offer(struct choices *k, str value, str label)
{
    if (k->n < k->max)
        k->v[k->n++] = (struct ui_option){ value, label, false };
}

static void offer_entities(struct ctx *c, struct choices *k)
{
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        bool may = !(en->flags & (E_SETTINGS | E_NO_PAGE)) && access_scope(c->who, en, ACTION_SEE) != SCOPE_NONE && strcmp(en->name, "rule") != 0;
        if (may)
            offer(k, str_of(en->name), say(c, en->label));
    }
}

static void offer_fields(struct ctx *c, struct choices *k, const struct entity *en, enum rule_arg_kind kind, bool is_step)
{
    for (const struct field *f = en->fields; f < en->fields + en->nfields; f++) {
        bool is_time = f->type == FIELD_DATE || f->type == FIELD_INSTANT;
        bool never = f->flags & (F_SECRET | F_HIDDEN) || f->type == FIELD_COMPUTED || access_field(c->who, en, f) == FIELD_RIGHT_HIDDEN;
        bool fixed = f->flags & (F_READONLY | F_IMMUTABLE) || f->type == FIELD_FILE || f->type == FIELD_REFS;
        if (!never && (kind != ARG_A_DATE || is_time) && !(is_step && fixed))
            offer(k, str_of(f->name), say(c, f->label));
    }
}

static void offer_choices(struct ctx *c, struct choices *k, const struct choice *from)
{
    for (; from && from->value; from++)
        offer(k, str_of(from->value), say(c, from->label));
}

/* Units as the number before them asks for: 1 day, 2 days. */
static void offer_units(struct ctx *c, struct choices *k, const struct choice *from, str count)
{
    int64_t n;
    if (!str_to_int(count, &n))
        n = 2;
    for (; from && from->value; from++)
        offer(k, str_of(from->value), msg_text(c->a, c->loc, from->label, (struct msg_arg[]){ A(n) }));
}

static void offer_given(struct choices *k, const struct ui_option *v, size_t n)
{
    for (size_t i = 0; i < n; i++)
        offer(k, v[i].value, v[i].label);
}

static void offer_value(struct ctx *c, struct choices *k, const struct field *f, const struct rule_offers *o)
{
    if (f->type == FIELD_CHOICE)
        offer_choices(c, k, f->choices);
    if (f->type == FIELD_BOOL) {
        offer(k, S("true"), say(c, MSG_rule_yes));
        offer(k, S("false"), say(c, MSG_rule_no));
    }
    if (f->type == FIELD_COUNTRY) {
        size_t n;
        const struct ui_option *all = ui_countries(c->a, c->loc, (str){ 0 }, &n);
        offer_given(k, all + 1, n - 1);
    }
    if (f->type == FIELD_REF && !strcmp(f->ref, "user"))
        offer_given(k, o->users + countof(people), o->nusers - countof(people));
}

/* ── one slot ────────────────────────────────────────────────────────────── */

struct sentence {
    struct html *h; struct ctx *c; const struct rule_plan *p; const struct rule_offers *o;
    const struct rule_arg *slot; const str *arg; const char *prefix; size_t line; bool is_step;
};

static const struct field *field_before(const struct sentence *s)
{
    for (int i = 0; i < RULE_ARGS_MAX && s->slot[i].name; i++)
        if (s->slot[i].kind == ARG_A_FIELD)
            return entity_field(s->p->en, s->arg[i]);
    return NULL;
}

static str count_of(const struct sentence *s)
{
    for (int i = 0; i < RULE_ARGS_MAX && s->slot[i].name; i++)
        if (s->slot[i].kind == ARG_COUNT)
            return s->arg[i];
    return (str){ 0 };
}

/* Everything that may be chosen there; none: it is typed. */
static struct choices choices_of(const struct sentence *s, const struct rule_arg *slot)
{
    enum { CHOICES_MAX = 260 };
    struct choices k = { arena_new(s->c->a, struct ui_option, CHOICES_MAX), 0, CHOICES_MAX };
    const struct field *f = slot->kind == ARG_VALUE ? field_before(s) : NULL;
    switch (slot->kind) {
    case ARG_ABOUT:   offer_entities(s->c, &k); break;
    case ARG_A_FIELD:
    case ARG_A_DATE:  offer_fields(s->c, &k, s->p->en, slot->kind, s->is_step); break;
    case ARG_VALUE:   if (f) offer_value(s->c, &k, f, s->o); break;
    case ARG_SEGMENT: offer_given(&k, s->o->segments, s->o->nsegments); break;
    case ARG_RULE:    offer_given(&k, s->o->rules, s->o->nrules); break;
    case ARG_WEBHOOK: offer_given(&k, s->o->webhooks, s->o->nwebhooks); break;
    case ARG_WHO:     offer_given(&k, s->o->users, s->o->nusers); break;
    case ARG_UNIT:    offer_units(s->c, &k, slot->choices, count_of(s)); break;
    case ARG_CHOICE:  offer_choices(s->c, &k, slot->choices); break;
    case ARG_KIND:
        for (size_t i = 0; i < countof(events); i++)
            offer(&k, str_of(events[i].kind), say(s->c, events[i].label));
        break;
    default: break;
    }
    return k;
}

/* As this reader writes it: in their digits and calendar. rule_edit.c reads it back. */
static str as_typed(const struct sentence *s, int i)
{
    const struct rule_arg *slot = &s->slot[i];
    const struct field *f = slot->kind == ARG_VALUE ? field_before(s) : NULL;
    int64_t n;
    if (slot->kind == ARG_COUNT || slot->kind == ARG_SHARE)
        return str_to_int(s->arg[i], &n) ? loc_int(s->c->a, s->c->loc, n) : s->arg[i];
    if (slot->kind == ARG_CLOCK)
        return loc_digits(s->c->a, s->c->loc, s->arg[i]);
    return f ? type_show_text(s->c, f, s->arg[i]) : s->arg[i];
}

static str shown(const struct sentence *s, int i)
{
    const struct rule_arg *slot = &s->slot[i];
    str v = s->arg[i];
    struct choices k = choices_of(s, slot);
    bool is_label = slot->kind == ARG_ABOUT || slot->kind == ARG_A_FIELD || slot->kind == ARG_A_DATE;
    for (size_t n = 0; n < k.n; n++)
        if (str_eq(k.v[n].value, v))
            return is_label ? msg_text(s->c->a, s->c->loc, MSG_rule_inside, (struct msg_arg[]){ A(k.v[n].label) }) : k.v[n].label;
    if (slot->kind == ARG_VALUE && !v.n)
        return say(s->c, s->is_step ? MSG_rule_nothing : MSG_rule_anything);
    return as_typed(s, i);
}

/* What a reader with no eyes for the sentence hears of a slot. */
static msg_id name_of(enum rule_arg_kind kind)
{
    static const msg_id names[] = {
        [ARG_ABOUT] = MSG_rule_slot_about, [ARG_A_FIELD] = MSG_web_field, [ARG_A_DATE] = MSG_web_field,
        [ARG_VALUE] = MSG_web_value, [ARG_KIND] = MSG_event_event, [ARG_SEGMENT] = MSG_segment_label,
        [ARG_WHO] = MSG_rule_slot_who, [ARG_WORDS] = MSG_rule_slot_words, [ARG_COUNT] = MSG_rule_slot_count,
        [ARG_UNIT] = MSG_rule_slot_unit, [ARG_SHARE] = MSG_rule_slot_share, [ARG_CRITERIA] = MSG_core_word_criteria,
        [ARG_RULE] = MSG_core_word_rule, [ARG_WEBHOOK] = MSG_rule_slot_webhook, [ARG_CHOICE] = MSG_rule_slot_choice,
        [ARG_CLOCK] = MSG_rule_slot_clock, [ARG_DAY] = MSG_rule_slot_day,
    };
    return names[kind];
}

static void control(const struct sentence *s, int i, struct html *out)
{
    const struct rule_arg *slot = &s->slot[i];
    struct choices k = choices_of(s, slot);
    struct rule_slot_view v = { .name = arena_fmt(s->c->a, "%s_%s", s->prefix, slot->name), .label = say(s->c, name_of(slot->kind)), .value = s->arg[i] };
    bool is_empty_ok = slot->kind == ARG_VALUE;
    struct ui_option *o = arena_new(s->c->a, struct ui_option, k.n + 2);
    size_t n = 0;
    if (k.n && (is_empty_ok || !v.value.n))
        o[n++] = (struct ui_option){ .label = is_empty_ok ? say(s->c, s->is_step ? MSG_rule_nothing : MSG_rule_anything) : S("…") };
    for (size_t m = 0; m < k.n; m++) {
        o[n] = k.v[m];
        o[n].is_selected = str_eq(k.v[m].value, v.value);
        n++;
    }
    v.options = o;
    v.n = n;
    v.value = k.n ? v.value : as_typed(s, i);
    v.input = k.n ? SLOT_SELECT : slot->kind == ARG_COUNT || slot->kind == ARG_SHARE ? SLOT_NUMBER
            : slot->kind == ARG_CRITERIA ? SLOT_AREA : slot->kind == ARG_CLOCK ? SLOT_TIME : SLOT_TEXT;
    if (slot->kind == ARG_ABOUT || slot->kind == ARG_A_FIELD || (slot->kind == ARG_KIND && !s->is_step))
        v.redraw = s->o->action;
    v.is_bad = s->o->shows_gaps && !v.value.n && !is_empty_ok && !slot->is_optional;
    view_rule_slot(out, &v);
}

/* ── the sentence ────────────────────────────────────────────────────────── */

enum { MARK = 3 };                              /* U+E000 + i, three bytes */

/* Calls back for the text between the slots and for each slot, in the language's own order. */
static void each_part(const struct sentence *s, msg_id message, void (*text)(const struct sentence *, str, void *),
                      void (*slot)(const struct sentence *, int, void *), void *arg)
{
    static const char *const marks[RULE_ARGS_MAX] = { "\xee\x80\x80", "\xee\x80\x81", "\xee\x80\x82", "\xee\x80\x83", "\xee\x80\x84" };
    struct msg_arg args[RULE_ARGS_MAX];
    for (int i = 0; i < RULE_ARGS_MAX; i++)
        args[i] = arg_cstr(marks[i]);
    str rest = msg_text(s->c->a, s->c->loc, message, args);
    for (ptrdiff_t at; (at = str_find(rest, S("\xee\x80"))) >= 0; rest = str_from(rest, (size_t)at + MARK)) {
        int i = (unsigned char)rest.p[at + 2] - 0x80;
        text(s, str_head(rest, (size_t)at), arg);
        if (i >= 0 && i < RULE_ARGS_MAX && s->slot[i].name)
            slot(s, i, arg);
    }
    text(s, rest, arg);
}

static void put_text(const struct sentence *s, str t, void *out) { (void)s; html_put((struct html *)out, t); }
static void put_name(const struct sentence *s, int i, void *out)
{
    struct rule_name_view v = { shown(s, i) };
    view_rule_name(out, &v);
}
static void put_control(const struct sentence *s, int i, void *out) { control(s, i, out); }
static void buf_text(const struct sentence *s, str t, void *out) { (void)s; buf_put(out, t); }

/* What is data keeps its own direction (U+2068, U+2069) in the sentence of another language. */
static void put_apart(struct buf *b, str text) { buf_fmt(b, "\u2068%.*s\u2069", STR_ARG(text)); }
static void buf_name(const struct sentence *s, int i, void *out)
{
    bool is_quoted = s->slot[i].kind == ARG_WORDS, is_fa = s->c->loc->lang == LANG_FA;
    buf_put(out, !is_quoted ? S("") : is_fa ? S("«") : S("“"));
    put_apart(out, shown(s, i));
    buf_put(out, !is_quoted ? S("") : is_fa ? S("»") : S("”"));
}

static struct sentence of_when(struct html *h, struct ctx *c, const struct rule_plan *p, const struct rule_offers *o)
{
    return (struct sentence){ .h = h, .c = c, .p = p, .o = o, .slot = rule_when_kind(p->when)->arg, .arg = p->arg, .prefix = "w" };
}

static struct sentence of_line(struct html *h, struct ctx *c, const struct rule_plan *p, size_t i, const struct rule_offers *o)
{
    return (struct sentence){ .h = h, .c = c, .p = p, .o = o, .slot = p->line[i].step->arg, .arg = p->line[i].arg, .is_step = true,
                              .prefix = arena_cstr(c->a, arena_fmt(c->a, "s%zu", i)), .line = i };
}

static struct html_safe written(const struct sentence *s, msg_id m, bool is_edit)
{
    struct html part = html_part(s->h);
    each_part(s, m, put_text, is_edit ? put_control : put_name, &part);
    return html_done(&part);
}

struct html_safe rule_when_read(struct html *h, struct ctx *c, const struct rule_plan *p, const struct rule_offers *o)
{
    struct sentence s = of_when(h, c, p, o);
    return written(&s, rule_when_kind(p->when)->sentence, false);
}

struct html_safe rule_when_edit(struct html *h, struct ctx *c, const struct rule_plan *p, const struct rule_offers *o)
{
    struct sentence s = of_when(h, c, p, o);
    return written(&s, rule_when_kind(p->when)->sentence, true);
}

struct html_safe rule_line_read(struct html *h, struct ctx *c, const struct rule_plan *p, size_t i, const struct rule_offers *o)
{
    struct sentence s = of_line(h, c, p, i, o);
    return written(&s, p->line[i].step->sentence, false);
}

struct html_safe rule_line_edit(struct html *h, struct ctx *c, const struct rule_plan *p, size_t i, const struct rule_offers *o)
{
    struct sentence s = of_line(h, c, p, i, o);
    return written(&s, p->line[i].step->sentence, true);
}

str rule_brief(struct ctx *c, const struct rule_plan *p, const struct rule_offers *o)
{
    enum { SHOWN = 3 };
    struct buf b = buf_new(c->a, 20000);
    struct sentence w = of_when(NULL, c, p, o);
    each_part(&w, rule_when_kind(p->when)->sentence, buf_text, buf_name, &b);
    str comma = c->loc->lang == LANG_FA ? S("، ") : S(", ");
    if (p->criteria.n) {
        buf_fmt(&b, "%.*s%.*s ", STR_ARG(comma), STR_ARG(say(c, MSG_rule_if_fits)));
        put_apart(&b, p->criteria);
    }
    buf_fmt(&b, "%.*s%.*s ", STR_ARG(comma), STR_ARG(say(c, MSG_rule_then)));
    for (size_t i = 0; i < p->n && i < SHOWN; i++) {
        struct sentence s = of_line(NULL, c, p, i, o);
        buf_put(&b, !i ? S("") : c->loc->lang == LANG_FA ? S("؛ ") : S("; "));
        each_part(&s, p->line[i].step->sentence, buf_text, buf_name, &b);
    }
    buf_put(&b, p->n > SHOWN ? S(" …") : S("."));
    return buf_str(&b);
}
