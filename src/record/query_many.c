/* query_many.c - finds what count( ), happened( ), sum( ), first( ), last( ) are about, and segments.
 *
 * A source is a kind of event ("mail.opened"), or records that lead to this one by a
 * reference ("deals", and "deals.amount" to add up). Records the reader may not see at
 * all, and references whose field is hidden, are unknown names like misspelt ones.
 */
#include "record/query_tree.h"
#include "base/id.h"
#include "msg/query.h"
#include "record/row.h"

static const struct field count_field = { .name = "count", .type = FIELD_INT };

static bool refuse_source(const struct query_source *s, int msg, str word, int pos, struct err *e)
{
    fail(e, ERR_INVALID, msg, "%.*s", STR_ARG(word));
    e->pos = pos ? pos : s->pos;
    return err_arg(e, "word", word);
}

/* ── records that lead here ──────────────────────────────────────────────── */

static bool leads_to(const struct ctx *c, const struct entity *from, const struct field *f, const struct entity *to)
{
    return (f->type == FIELD_REF || f->type == FIELD_REFS) && !strcmp(f->ref, to->name) && query_may_name(c, from, f);
}

/* The field called like the entity, else the first that leads to it. */
static const struct field *link_of(const struct ctx *c, const struct entity *from, const struct entity *to)
{
    const struct field *own = entity_field(from, str_of(to->name));
    if (own && leads_to(c, from, own, to))
        return own;
    for (size_t i = 0; i < from->nfields; i++)
        if (leads_to(c, from, &from->fields[i], to))
            return &from->fields[i];
    return NULL;
}

static bool is_offered(const struct ctx *c, const struct entity *from, const struct entity *to)
{
    return access_scope(c->who, from, ACTION_SEE) != SCOPE_NONE && link_of(c, from, to);
}

static const struct entity *related(const struct ctx *c, const struct entity *to, str name)
{
    const struct entity *en = entity_by_path(name);
    en = en ? en : entity_find(name);
    return en && is_offered(c, en, to) ? en : NULL;
}

/* ── "did you mean" ──────────────────────────────────────────────────────── */

static str nearest_source(struct ctx *c, const struct entity *to, str name)
{
    struct nearest near = nearest_to(name);
    str folded = fold(c->a, name);
    for (const struct event_kind *k = event_kinds; k->name && query_event_column(to); k++)
        nearest_offer(&near, str_of(k->name));
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        if (!is_offered(c, en, to))
            continue;
        if (str_eq(folded, fold(c->a, msg_text(c->a, c->loc, en->plural, NULL))))
            return str_of(en->path);            /* its label was typed */
        nearest_offer(&near, str_of(en->path));
        nearest_offer(&near, str_of(en->name));
    }
    return near.best;
}

static bool refuse_name(struct ctx *c, const struct entity *to, const struct query_source *s, str name, struct err *e)
{
    str near = nearest_source(c, to, name);
    bool has_events = query_event_column(to) != NULL;
    refuse_source(s, near.n ? MSG_query_no_source_near : has_events ? MSG_query_no_source : MSG_query_no_related, name, 0, e);
    err_arg(e, "entity", msg_text(c->a, c->loc, to->label, NULL));
    return near.n ? err_arg(e, "near", near) : false;
}

/* ── the source ──────────────────────────────────────────────────────────── */

static bool is_kind(const struct query_source *s)
{
    str prefix;
    return s->is_quoted || event_kind_find(s->name) || query_is_prefix(s->name, &prefix);
}

static bool check_events(struct ctx *c, const struct entity *to, struct query_source *s, struct err *e)
{
    const struct event_kind *k = event_kind_find(s->name);
    if (!query_event_column(to)) {
        refuse_source(s, MSG_query_no_events, s->name, 0, e);
        return err_arg(e, "entity", msg_text(c->a, c->loc, to->plural, NULL));
    }
    if (s->via.n)
        return refuse_source(s, MSG_query_unexpected, s->via, s->via_pos, e);
    s->entity = query_events(c->a, k && k->entity && entity_find(str_of(k->entity)) ? k->entity : NULL);
    s->field = query_when(s->entity);
    return true;
}

static bool check_via(struct ctx *c, const struct entity *to, struct query_source *s, struct err *e)
{
    s->link = entity_field(s->entity, s->via);
    if (s->link && leads_to(c, s->entity, s->link, to))
        return true;
    struct nearest near = nearest_to(s->via);
    for (size_t i = 0; i < s->entity->nfields; i++)
        if (leads_to(c, s->entity, &s->entity->fields[i], to))
            nearest_offer(&near, str_of(s->entity->fields[i].name));
    refuse_source(s, near.best.n ? MSG_query_no_via_near : MSG_query_no_via, s->via, s->via_pos, e);
    err_arg(e, "from", msg_text(c->a, c->loc, s->entity->plural, NULL));
    err_arg(e, "entity", msg_text(c->a, c->loc, to->label, NULL));
    return near.best.n ? err_arg(e, "near", near.best) : false;
}

static bool check_related(struct ctx *c, const struct entity *to, struct query_source *s, str *field, struct err *e)
{
    str rest = s->name, name = str_cut(&rest, '.');
    s->entity = related(c, to, name);
    if (!s->entity)
        return refuse_name(c, to, s, s->name, e);
    *field = rest;
    s->field = query_when(s->entity);
    if (s->via.n)
        return check_via(c, to, s, e);
    s->link = link_of(c, s->entity, to);
    return true;
}

static bool is_summed(const struct field *f)
{
    return f->type == FIELD_INT || f->type == FIELD_DECIMAL || f->type == FIELD_MONEY || f->type == FIELD_PERCENT
        || f->type == FIELD_DURATION;
}

/* "deals.amount": what is added up, or whose first and last is asked. */
static bool check_field(struct ctx *c, struct query_source *s, str name, struct err *e)
{
    bool is_sum = s->many == MANY_SUM, wants = is_sum || s->many == MANY_FIRST || s->many == MANY_LAST;
    if (!name.n && is_sum)
        return refuse_source(s, MSG_query_need_sum, s->name, 0, e);
    if (!name.n)
        return true;
    const struct field *f = wants ? query_find(c, s->entity, name) : NULL;
    bool fits = f && (is_sum ? is_summed(f) : f->type == FIELD_DATE || f->type == FIELD_INSTANT);
    if (!fits) {
        refuse_source(s, !wants ? MSG_query_unexpected : is_sum ? MSG_query_bad_sum : MSG_query_no_period, s->name,
                      s->pos + (int)(s->name.n - name.n), e);
        return err_arg(e, "name", name);
    }
    s->field = f;
    return true;
}

const struct field *query_when(const struct entity *en)
{
    const struct field *at = entity_field(en, S("at"));
    return at && at->type == FIELD_INSTANT ? at : query_system(S("created_at"));
}

struct query query_window(const struct query_source *s)
{
    const struct field *f = query_when(s->entity);
    return (struct query){ .kind = QUERY_PERIOD, .pos = s->pos, .npath = 1, .path = { f->name }, .field = { f },
                           .entity = { s->entity }, .period = s->window };
}

static bool check_window(struct ctx *c, const struct query_source *s, struct err *e)
{
    struct query window = query_window(s);
    return query_check_test(c, &window, e);
}

bool query_check_many(struct ctx *c, const struct entity *en, struct query *q, struct err *e)
{
    struct query_source *s = q->source;
    str field = { 0 };
    bool ok = s->many != MANY_SUM && is_kind(s) ? check_events(c, en, s, e) : check_related(c, en, s, &field, e);

    if (!ok || !check_field(c, s, field, e) || !query_check(c, s->entity, s->where, e)
        || (s->has_window && !check_window(c, s, e)))
        return false;
    if (q->test == QUERY_MANY)
        return true;
    struct query test = *q;
    test.kind = q->test;
    test.entity[0] = s->entity;
    test.field[0] = s->many == MANY_COUNT ? &count_field : s->field;
    if (!query_check_test(c, &test, e))
        return false;
    *q = test;
    q->kind = QUERY_MANY;
    return true;
}

/* ── segments ────────────────────────────────────────────────────────────── */

static bool is_of(const struct record *r, const struct entity *en)
{
    return str_eq(record_text(r, "entity"), str_of(en->name));
}

static bool refuse_segment(struct ctx *c, const struct entity *segment, const struct entity *of, const struct query *q,
                           struct err *e)
{
    struct nearest near = nearest_to(q->value.text);
    struct list_spec s = { .en = segment, .filter = arena_fmt(c->a, "entity = %s", of->name), .sort = S("name"), .limit = LIST_LIMIT_MAX };
    struct list list = { 0 };
    struct err ignored = { 0 };
    if (segment && record_list(c, &s, &list, &ignored))
        for (size_t i = 0; i < list.n; i++)
            nearest_offer(&near, record_title(list.rows[i]));
    fail(e, ERR_INVALID, near.best.n ? MSG_query_no_segment_near : MSG_query_no_segment, "segment %.*s", STR_ARG(q->value.text));
    e->pos = q->value.pos;
    err_arg(e, "word", q->value.text);
    err_arg(e, "entity", msg_text(c->a, c->loc, of->plural, NULL));
    return near.best.n ? err_arg(e, "near", near.best) : false;
}

bool query_check_segment(struct ctx *c, const struct entity *en, struct query *q, struct err *e)
{
    const struct entity *segment = entity_find(S("segment")), *of = q->npath ? query_target(query_leaf(q)) : en;
    struct record **found = NULL, *r;
    size_t n = 0;
    int64_t id;

    if (!of || query_is_events(of)) {
        fail(e, ERR_INVALID, MSG_query_no_path, "in segment");
        e->pos = q->pos;
        return err_arg(e, "name", str_of(q->npath ? q->path[q->npath - 1] : of->name));
    }
    if (segment && !record_find_titled(c, segment, q->value.text, &found, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (is_of(found[i], of)) {
            q->segment = found[i]->id;
            return true;
        }
    struct err ignored = { 0 };
    if (segment && !q->value.is_quoted && id_parse(q->value.text, &id) && record_get(c, segment, id, &r, &ignored) && is_of(r, of)) {
        q->segment = id;
        return true;
    }
    return refuse_segment(c, segment, of, q, e);
}
