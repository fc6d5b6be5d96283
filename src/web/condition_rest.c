/* condition_rest.c - how a field may be compared, and what with: asked for when the field is chosen. */
#include "web/condition.h"
#include "msg/query.h"
#include "msg/web.h"
#include "record/type.h"
#include "web/records.h"

/* ── which comparisons ───────────────────────────────────────────────────── */

enum { TEXT = 1, NUMBER = 2, TIME = 4, CHOSEN = 8, RECORD = 16, TAGS = 32, ANY = 64 };

static const struct { const char *op; msg_id label; unsigned kinds; } ops[] = {
    { "=",            MSG_web_op_is,        ~0u },
    { "!=",           MSG_web_op_is_not,    ~0u },
    { "~",            MSG_web_op_contains,  TEXT | RECORD | TAGS | ANY },
    { ">=",           MSG_web_op_at_least,  NUMBER | ANY },
    { "<=",           MSG_web_op_at_most,   NUMBER | ANY },
    { ">=",           MSG_web_op_from,      TIME },
    { "<=",           MSG_web_op_until,     TIME },
    { "is empty",     MSG_web_op_empty,     ~0u },
    { "is not empty", MSG_web_op_not_empty, ~0u },
};

static unsigned kind_of(const struct field *f)
{
    switch (f->type) {
    case FIELD_INT: case FIELD_DECIMAL: case FIELD_MONEY: case FIELD_PERCENT: case FIELD_DURATION:
        return NUMBER;
    case FIELD_DATE: case FIELD_INSTANT:
        return TIME;
    case FIELD_BOOL: case FIELD_CHOICE: case FIELD_CHOICES: case FIELD_COUNTRY: case FIELD_ENTITY:
        return CHOSEN;
    case FIELD_REF: case FIELD_REFS:
        return RECORD;
    case FIELD_TAGS:
        return TAGS;
    default:
        return TEXT;
    }
}

static void put_ops(struct ctx *c, unsigned kind, struct condition_rest_view *v)
{
    struct ui_option *o = arena_new(c->a, struct ui_option, countof(ops));
    for (size_t i = 0; i < countof(ops); i++)
        if (ops[i].kinds & kind)
            o[v->nops++] = (struct ui_option){ str_of(ops[i].op), msg_text(c->a, c->loc, ops[i].label, NULL), false };
    v->ops = o;
}

/* ── which values ────────────────────────────────────────────────────────── */

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

static struct ui_option *choices_of(struct ctx *c, const struct choice *from, size_t *n)
{
    size_t count = 0;
    while (from[count].value)
        count++;
    struct ui_option *o = arena_new(c->a, struct ui_option, count + 1);
    for (; *n < count; ++*n)
        o[*n] = (struct ui_option){ str_of(from[*n].value), say(c, from[*n].label), false };
    return o;
}

/* By title, as the query shows them; many, or none that the reader may see, are typed. */
static struct ui_option *records_of(struct ctx *c, const struct field *f, size_t *n)
{
    enum { FEW = 60 };
    const struct entity *en = entity_find(str_of(f->ref));
    struct list_spec s = { .en = en, .sort = str_of(en->title), .limit = FEW, .cols = { entity_field(en, str_of(en->title)) }, .ncols = 1 };
    struct ui_option *o = arena_new(c->a, struct ui_option, FEW + 1);
    struct list list;
    struct err e = { 0 };
    if (!record_list(c, &s, &list, &e) || list.next.n || !list.n)
        return NULL;
    if (!strcmp(f->ref, "user"))
        o[(*n)++] = (struct ui_option){ S("me"), say(c, MSG_web_condition_me), false };
    if (!strcmp(f->ref, "team"))
        o[(*n)++] = (struct ui_option){ S("my team"), say(c, MSG_web_condition_my_team), false };
    for (size_t i = 0; i < list.n; i++) {
        str title = record_title(list.rows[i]);
        o[(*n)++] = (struct ui_option){ title, title, false };
    }
    return o;
}

static void put_values(struct ctx *c, const struct field *f, struct condition_rest_view *v)
{
    if (f->choices) {
        v->values = choices_of(c, f->choices, &v->nvalues);
    } else if (f->type == FIELD_COUNTRY) {
        v->values = ui_countries(c->a, c->loc, (str){ 0 }, &v->nvalues) + 1;
        v->nvalues--;                           /* without "none": that is "is empty" */
    } else if (f->type == FIELD_BOOL) {
        struct ui_option *o = arena_new(c->a, struct ui_option, 2);
        o[v->nvalues++] = (struct ui_option){ S("true"), say(c, MSG_query_yes), false };
        o[v->nvalues++] = (struct ui_option){ S("false"), say(c, MSG_query_no), false };
        v->values = o;
    } else if (f->type == FIELD_REF) {
        v->values = records_of(c, f, &v->nvalues);
    }
}

struct condition_rest_view condition_rest(struct ctx *c, const struct field *f)
{
    unsigned kind = f ? kind_of(f) : ANY;
    struct condition_rest_view v = { .inputmode = kind == NUMBER ? "decimal" : "text" };
    if (f)
        put_values(c, f, &v);
    put_ops(c, v.nvalues ? CHOSEN : kind, &v);  /* what is chosen whole has no part */
    if (kind == TIME)
        v.placeholder = loc_date(c->a, c->loc, zone_days(c->loc->zone, c->now), DATE_MEDIUM);
    return v;
}

/* ── asked for ───────────────────────────────────────────────────────────── */

bool condition_has(const struct ctx *c, const struct entity *en, const struct field *f)
{
    return !(f->flags & (F_SECRET | F_HIDDEN)) && f->type != FIELD_LONGTEXT && f->type != FIELD_COMPUTED
        && f->type != FIELD_FILE && access_field(c->who, en, f) != FIELD_RIGHT_HIDDEN;
}

void records_condition(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    const struct field *f = en ? entity_field(en, request_query(rq, "f")) : NULL;
    struct err e = { 0 };
    if (!en)
        return;
    if (!f || !condition_has(web_ctx(rq), en, f)) {
        fail(&e, ERR_NOT_FOUND, MSG_web_not_found, "no field to ask for");
        web_fail(rq, &e);
        return;
    }
    struct html h = web_html(rq);
    struct condition_rest_view v = condition_rest(web_ctx(rq), f);
    view_condition_rest(&h, &v);
    answer_html(rq, 200, &h);
}
