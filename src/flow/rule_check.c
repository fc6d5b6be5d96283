/* rule_check.c - does a rule say something that can be done? Asked when it is saved, and again of
 * a rule that was saved before a field went away: then its runs fail with the same words.
 */
#include "flow/rule_inside.h"
#include "flow/segment.h"
#include "flow/webhook.h"
#include "base/buf.h"
#include "lang/date.h"
#include "msg/rule.h"
#include "record/query.h"
#include "record/type.h"

/* What rules may be about: records with pages of their own. */
bool rule_may_be_about(const struct entity *en)
{
    static const char *const also[] = { "approval" };
    for (size_t i = 0; i < countof(also); i++)
        if (!strcmp(en->name, also[i]))
            return true;
    return !(en->flags & (E_SETTINGS | E_NO_PAGE));
}

/* May a rule write it, as the person it acts for? */
bool rule_may_set(const struct field *f)
{
    static const unsigned never = F_READONLY | F_SECRET | F_HIDDEN | F_IMMUTABLE;
    return !(f->flags & never) && f->type != FIELD_COMPUTED && f->type != FIELD_FILE && f->type != FIELD_REFS;
}

static bool refuse(const char *slot, int msg, str word, struct err *e)
{
    fail(e, ERR_INVALID, msg, "%s: %.*s", slot, STR_ARG(word));
    err_arg(e, "word", word);
    return err_field(e, slot);
}

/* {limit} is the rule's own amount, told in the base currency. */
str rule_criteria(struct ctx *c, const struct rule_plan *p, str criteria, int64_t limit)
{
    (void)p;
    static const str mark = { "{limit}", 7 };
    ptrdiff_t at = str_find(criteria, mark);
    int digits = currency_digits(c->ws->currency);
    int64_t unit = 1;
    if (at < 0)
        return criteria;
    for (int i = 0; i < digits; i++)
        unit *= 10;
    str rest = rule_criteria(c, p, str_from(criteria, (size_t)at + mark.n), limit);
    return digits > 0
        ? arena_fmt(c->a, "%.*s%lld.%0*lld%.*s", (int)at, criteria.p, (long long)(limit / unit), digits, (long long)(limit % unit), STR_ARG(rest))
        : arena_fmt(c->a, "%.*s%lld%.*s", (int)at, criteria.p, (long long)limit, STR_ARG(rest));
}

static bool check_criteria(struct ctx *c, const struct rule_plan *p, str criteria, const char *slot, struct err *e)
{
    struct query *q;
    str text = rule_criteria(c, p, criteria, 0);
    return (query_parse(c->a, text, &q, e) && (!q || query_check(c, p->en, q, e))) || err_field(e, slot);
}

bool rule_clock_of(str s, int64_t *us)
{
    str m = s, h = str_cut(&m, ':');
    int64_t hour, minute;
    if (!str_to_int(h, &hour) || !str_to_int(m, &minute) || hour < 0 || hour > 23 || minute < 0 || minute > 59 || m.n != 2)
        return false;
    *us = hour * HOUR_US + minute * MINUTE_US;
    return true;
}

static bool check_number(const struct rule_arg *slot, str v, int64_t most, struct err *e)
{
    int64_t n;
    if (str_to_int(v, &n) && n >= (slot->kind == ARG_SHARE ? 1 : 0) && n <= most)
        return true;
    refuse(slot->name, MSG_rule_bad_number, v, e);
    return err_arg_int(e, "max", most);
}

static bool check_choice(const struct rule_arg *slot, str v, struct err *e)
{
    for (const struct choice *o = slot->choices; o && o->value; o++)
        if (str_eq(v, str_of(o->value)))
            return true;
    return refuse(slot->name, MSG_rule_bad_choice, v, e);
}

static bool check_who(struct ctx *c, const struct rule_arg *slot, str v, struct err *e)
{
    int64_t id;
    bool found;
    if (rule_is_role(v))
        return true;
    if (!id_parse(v, &id))
        return refuse(slot->name, MSG_rule_bad_who, v, e);
    return db_get_int(c->c, "SELECT id FROM \"user\" WHERE id = $1 AND is_active = 1 AND deleted_at IS NULL", DB_ARGS(V(id)), &found, &id, e)
        && (found || refuse(slot->name, MSG_rule_bad_who, v, e));
}

/* There, and theirs to see: a cause that one must not know of would tell it. */
static bool check_row(struct ctx *c, const struct rule_arg *slot, str v, struct err *e)
{
    const struct entity *en = slot->kind == ARG_SEGMENT ? &segment_entity : slot->kind == ARG_RULE ? &rule_entity : &webhook_entity;
    struct record *row;
    struct err none = { 0 };
    int64_t id;
    if (!id_parse(v, &id))
        return refuse(slot->name, MSG_rule_bad_choice, v, e);
    if (record_get(c, en, id, &row, &none))
        return true;
    return none.code == ERR_NOT_FOUND || none.code == ERR_FORBIDDEN ? refuse(slot->name, MSG_rule_bad_choice, v, e) : (*e = none, false);
}

static bool check_field(struct ctx *c, const struct rule_plan *p, const struct rule_arg *slot, str v, bool must_set, struct err *e)
{
    const struct field *f = entity_field(p->en, v);
    bool fits = f && !(f->flags & F_SECRET) && f->type != FIELD_COMPUTED && access_field(c->who, p->en, f) != FIELD_RIGHT_HIDDEN;
    if (slot->kind == ARG_A_DATE)
        fits = fits && (f->type == FIELD_DATE || f->type == FIELD_INSTANT);
    return (fits && (!must_set || rule_may_set(f))) || refuse(slot->name, MSG_rule_bad_field, v, e);
}

/* The value of the field named in the slot before it. */
static bool check_value(struct ctx *c, const struct rule_plan *p, const struct rule_arg *slot, str field, str v, struct err *e)
{
    const struct field *f = entity_field(p->en, field);
    struct val out;
    return !f || !v.n || rule_value(c, f, v, &out, e) || err_field(e, slot->name);
}

/* Mail services load pictures by themselves: an open is no sign that anybody read. To wait for one does no harm. */
static bool check_kind(const struct rule_arg *slot, str v, bool is_step, struct err *e)
{
    const struct event_kind *k = event_kind_find(v);
    return is_step || !k || !(k->flags & KIND_OPEN) || refuse(slot->name, MSG_rule_bad_open_event, v, e);
}

static bool check_arg(struct ctx *c, const struct rule_plan *p, const struct rule_arg *slot, const str *all, int i, bool is_step, struct err *e)
{
    enum { MANY = 100000, WHOLE = 99 };
    str v = all[i];
    int64_t us;
    if (!v.n)
        return slot->is_optional || refuse(slot->name, MSG_rule_bad_empty, str_of(slot->name), e);
    switch (slot->kind) {
    case ARG_ABOUT:    return rule_may_be_about(p->en) || refuse(slot->name, MSG_rule_bad_about, v, e);
    case ARG_A_FIELD:
    case ARG_A_DATE:   return check_field(c, p, slot, v, is_step, e);
    case ARG_VALUE:    return check_value(c, p, slot, all[0].n && !is_step ? all[1] : all[0], v, e);
    case ARG_COUNT:    return check_number(slot, v, MANY, e);
    case ARG_SHARE:    return check_number(slot, v, WHOLE, e);
    case ARG_UNIT:
    case ARG_CHOICE:   return check_choice(slot, v, e);
    case ARG_KIND:     return check_kind(slot, v, is_step, e);
    case ARG_WHO:      return check_who(c, slot, v, e);
    case ARG_CRITERIA: return check_criteria(c, p, v, slot->name, e);
    case ARG_SEGMENT:
    case ARG_WEBHOOK:
    case ARG_RULE:     return check_row(c, slot, v, e);
    case ARG_CLOCK:    return rule_clock_of(v, &us) || refuse(slot->name, MSG_rule_bad_clock, v, e);
    default:           return true;
    }
}

static bool check_args(struct ctx *c, const struct rule_plan *p, const struct rule_arg *slot, const str *arg, bool is_step, struct err *e)
{
    for (int i = 0; i < RULE_ARGS_MAX && slot[i].name; i++)
        if (!check_arg(c, p, &slot[i], arg, i, is_step, e))
            return false;
    return true;
}

bool rule_may_watch(struct ctx *own, const struct rule_plan *p, struct err *e)
{
    return check_args(own, p, rule_when_kind(p->when)->arg, p->arg, false, e);
}

bool rule_plan_check(struct ctx *c, const struct rule_plan *p, struct err *e)
{
    if (!rule_may_be_about(p->en))
        return refuse("about", MSG_rule_bad_about, str_of(p->en->name), e);
    if (!check_args(c, p, rule_when_kind(p->when)->arg, p->arg, false, e) || !check_criteria(c, p, p->criteria, "if", e))
        return false;
    if (!p->n)
        return refuse("steps", MSG_rule_bad_no_steps, S(""), e);
    for (size_t i = 0; i < p->n; i++) {
        const struct rule_step *s = p->line[i].step;
        bool fits = !s->about || !strcmp(s->about, p->en->name);
        bool ok = fits ? check_args(c, p, s->arg, p->line[i].arg, true, e) : refuse("do", MSG_rule_bad_step_about, str_of(s->name), e);
        if (!ok) {
            e->pos = (int64_t)i + 1;            /* which step, for the form */
            return false;
        }
    }
    return true;
}
