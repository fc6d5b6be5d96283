/* query_check.c - finds the names of a query in the catalogue and refuses what cannot be.
 *
 * A field the reader may not read is an unknown name, with the same words as a
 * misspelt one: a query must not tell that it exists. Values of choices are put
 * into their stored form, so a label typed in one language is understood in all.
 */
#include "record/query_tree.h"
#include "record/row.h"
#include "record/type.h"
#include "msg/query.h"

/* ── the nearest name ────────────────────────────────────────────────────── */

enum { NEAR_MAX = 48, NEAR_STEPS = 3 };

static int least(int x, int y, int z)
{
    int m = x < y ? x : y;
    return m < z ? m : z;
}

/* Steps of one letter added, left out or changed. */
static int distance(str x, str y)
{
    int row[NEAR_MAX + 1];
    for (size_t j = 0; j <= y.n; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= x.n; i++) {
        int corner = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= y.n; j++) {
            int above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, corner + (x.p[i - 1] != y.p[j - 1]));
            corner = above;
        }
    }
    return row[y.n];
}

struct nearest nearest_to(str name)
{
    int allowed = name.n < 3 ? 1 : name.n < 6 ? 2 : NEAR_STEPS;
    return (struct nearest){ .to = name, .distance = allowed + 1 };
}

void nearest_offer(struct nearest *n, str name)
{
    if (n->to.n > NEAR_MAX || name.n > NEAR_MAX)
        return;
    int d = distance(n->to, name);
    if (d < n->distance) {
        n->distance = d;
        n->best = name;
    }
}

/* ── names ───────────────────────────────────────────────────────────────── */

static const struct field system_fields[] = {
    { .name = "id",         .type = FIELD_INT,     .flags = F_REQUIRED | F_UNIQUE },
    { .name = "version",    .type = FIELD_INT,     .flags = F_REQUIRED },
    { .name = "created_at", .type = FIELD_INSTANT, .flags = F_REQUIRED },
    { .name = "created_by", .type = FIELD_REF,     .ref = "user" },
    { .name = "updated_at", .type = FIELD_INSTANT, .flags = F_REQUIRED },
    { .name = "updated_by", .type = FIELD_REF,     .ref = "user" },
};

const struct field *query_system(str name)
{
    for (size_t i = 0; i < countof(system_fields); i++)
        if (str_eq(name, str_of(system_fields[i].name)))
            return &system_fields[i];
    return NULL;
}

const struct field *query_step(const struct query *q, int i)
{
    return q->field[i] ? q->field[i] : query_system(str_of(q->path[i]));
}

bool query_may_name(const struct ctx *c, const struct entity *en, const struct field *f)
{
    return !(f->flags & F_SECRET) && access_field(c->who, en, f) != FIELD_RIGHT_HIDDEN;
}

const struct field *query_find(const struct ctx *c, const struct entity *en, str name)
{
    if (query_is_events(en))
        return query_event_field(en, name);
    const struct field *f = entity_field(en, name);
    if (f)
        return query_may_name(c, en, f) ? f : NULL;
    return query_system(name);
}

const struct entity *query_target(const struct field *f)
{
    bool is_ref = f->type == FIELD_REF || f->type == FIELD_REFS;
    return is_ref ? entity_find(str_of(f->ref)) : NULL;
}

enum leaf query_leaf_kind(const struct field *f)
{
    switch (f->type) {
    case FIELD_INT:
        return f == &system_fields[0] ? LEAF_ID : LEAF_NUMBER;
    case FIELD_DECIMAL: case FIELD_MONEY: case FIELD_PERCENT: case FIELD_DURATION:
        return LEAF_NUMBER;
    case FIELD_DATE:    return LEAF_DATE;
    case FIELD_INSTANT: return LEAF_INSTANT;
    case FIELD_BOOL:    return LEAF_BOOL;
    case FIELD_CHOICE: case FIELD_COUNTRY: case FIELD_ENTITY:
        return LEAF_CHOICE;
    case FIELD_CHOICES: case FIELD_TAGS:
        return LEAF_SET;
    case FIELD_REF: case FIELD_REFS:
        return LEAF_REF;
    default:
        return LEAF_TEXT;
    }
}

static void offer_fields(struct ctx *c, const struct entity *en, struct nearest *near)
{
    for (size_t i = 0; i < en->nfields; i++)
        if (query_may_name(c, en, &en->fields[i]))
            nearest_offer(near, str_of(en->fields[i].name));
    for (size_t i = 0; i < countof(system_fields); i++)
        nearest_offer(near, str_of(system_fields[i].name));
}

/* Of an event: its own columns, and the fields of what it is about. */
static str nearest_of_event(struct ctx *c, const struct entity *en, str name)
{
    const struct entity *about = query_target(&en->fields[0]);
    struct nearest near = nearest_to(name);
    for (size_t i = 1; i < en->nfields; i++) {
        str column = str_of(en->fields[i].name);
        nearest_offer(&near, str_ends(column, S("_id")) ? str_head(column, column.n - 3) : column);
    }
    if (about)
        offer_fields(c, about, &near);
    return near.best;
}

static str nearest_field(struct ctx *c, const struct entity *en, str name)
{
    struct nearest near = nearest_to(name);
    str folded = fold(c->a, name);

    if (query_is_events(en))
        return nearest_of_event(c, en, name);
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i];
        if (!query_may_name(c, en, f))
            continue;
        if (folded.n && str_eq(folded, fold(c->a, msg_text(c->a, c->loc, f->label, NULL))))
            return str_of(f->name);             /* its label was typed */
    }
    offer_fields(c, en, &near);
    return near.best;
}

/* Put there by step_over_event(), in no text. */
static bool is_stepped_over(const struct query *q, int i)
{
    return query_is_events(q->entity[i]) && !strcmp(q->path[i], q->entity[i]->fields[0].name);
}

static bool refuse_name(struct ctx *c, const struct entity *en, const struct query *q, int step, struct err *e)
{
    str name = str_of(q->path[step]), near = nearest_field(c, en, name);
    int pos = q->pos;

    for (int i = 0; i < step; i++)
        if (!is_stepped_over(q, i))
            pos += (int)strlen(q->path[i]) + 1;
    fail(e, ERR_INVALID, near.n ? MSG_query_no_field_near : MSG_query_no_field, "%s has no %s", en->name, name.p);
    e->pos = pos;
    err_arg(e, "name", name);
    err_arg(e, "entity", msg_text(c->a, c->loc, en->label, NULL));
    return near.n ? err_arg(e, "near", near) : false;
}

static bool refuse_field(const struct query *q, int step, int msg, struct err *e)
{
    fail(e, ERR_INVALID, msg, "step %d", step);
    e->pos = q->pos;
    return err_arg(e, "name", str_of(q->path[step]));
}

/* "path" of a page view is that of the visit it is about: one step more. */
static void step_over_event(struct ctx *c, const struct entity *en, struct query *q)
{
    const struct entity *about = query_is_events(en) ? query_target(&en->fields[0]) : NULL;
    if (!about || query_find(c, en, str_of(q->path[0])) || !query_find(c, about, str_of(q->path[0]))
        || access_scope(c->who, about, ACTION_SEE) == SCOPE_NONE)
        return;
    memmove(q->path + 1, q->path, (size_t)q->npath * sizeof *q->path);
    q->path[0] = en->fields[0].name;
    q->npath++;
}

/* Fills the fields and entities of the path. */
static bool check_path(struct ctx *c, const struct entity *en, struct query *q, struct err *e)
{
    step_over_event(c, en, q);
    for (int i = 0; i < q->npath; i++) {
        const struct field *f = query_find(c, en, str_of(q->path[i]));
        if (!f)
            return refuse_name(c, en, q, i, e);
        q->entity[i] = en;
        q->field[i] = query_system(str_of(f->name)) == f ? NULL : f;
        if (i == q->npath - 1)
            break;
        en = query_target(f);
        if (!en)
            return refuse_field(q, i, MSG_query_no_path, e);
    }
    for (int i = 0; i < q->npath; i++)
        if (query_is_events(q->entity[i]))
            q->path[i] = query_step(q, i)->name;        /* the column's */
    return query_leaf(q)->type != FIELD_COMPUTED || refuse_field(q, q->npath - 1, MSG_query_computed, e);
}

/* ── comparisons ─────────────────────────────────────────────────────────── */

static const char *const op_text[] = {
    [OP_EQ] = "=", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=",
    [OP_MATCH] = "~", [OP_NOT_MATCH] = "!~",
};

static bool can_match(const struct ctx *c, const struct field *f)
{
    const struct entity *target = query_target(f);
    const struct field *title = row_title(target);
    if (target)
        return title && query_may_name(c, target, title);
    return query_leaf_kind(f) == LEAF_TEXT || f->type == FIELD_TAGS;
}

static bool can_compare(const struct ctx *c, const struct field *f, enum query_op op)
{
    enum leaf kind = query_leaf_kind(f);
    switch (op) {
    case OP_EQ: case OP_NE:
        return true;
    case OP_MATCH: case OP_NOT_MATCH:
        return can_match(c, f);
    default:
        return kind == LEAF_NUMBER || kind == LEAF_DATE || kind == LEAF_INSTANT;
    }
}

static bool check_value(struct ctx *c, const struct query *q, struct query_value *v, struct err *e)
{
    struct bound b;
    bool is_choice = query_leaf(q)->choices != NULL, is_title;

    if (!query_bound(c, q, v, &b, e))
        return false;
    if (is_choice)
        v->text = b.text;
    is_title = b.is_title && !can_match(c, query_leaf(q));
    return !is_title || refuse_field(q, q->npath - 1, MSG_query_need_record, e) || err_arg(e, "word", v->text);
}

static bool refuse_op(const struct query *q, const char *op, struct err *e)
{
    refuse_field(q, q->npath - 1, MSG_query_no_op, e);
    return err_arg(e, "op", str_of(op));
}

static bool check_compare(struct ctx *c, struct query *q, struct err *e)
{
    bool is_match = q->op == OP_MATCH || q->op == OP_NOT_MATCH;
    if (!can_compare(c, query_leaf(q), q->op))
        return refuse_op(q, op_text[q->op], e);
    return is_match || check_value(c, q, &q->value, e);
}

/* Yes and no are all there is: a list of them says nothing. */
static bool check_in(struct ctx *c, struct query *q, struct err *e)
{
    if (query_leaf_kind(query_leaf(q)) == LEAF_BOOL)
        return refuse_op(q, "in", e);
    for (int i = 0; i < q->nlist; i++)
        if (!check_value(c, q, &q->list[i], e))
            return false;
    return true;
}

static bool check_period(struct ctx *c, struct query *q, struct err *e)
{
    enum leaf kind = query_leaf_kind(query_leaf(q));
    int64_t from, to;
    if (kind != LEAF_DATE && kind != LEAF_INSTANT)
        return refuse_field(q, q->npath - 1, MSG_query_no_period, e);
    return query_period_range(c, q, &from, &to, e);
}

static bool refuse_words(const struct query *q, struct err *e)
{
    fail(e, ERR_INVALID, MSG_query_no_words, "words in events");
    e->pos = q->pos;
    return err_arg(e, "word", q->value.text);
}

bool query_check_test(struct ctx *c, struct query *q, struct err *e)
{
    switch (q->kind) {
    case QUERY_COMPARE: return check_compare(c, q, e);
    case QUERY_IN:      return check_in(c, q, e);
    case QUERY_PERIOD:  return check_period(c, q, e);
    default:            return true;
    }
}

bool query_check(struct ctx *c, const struct entity *en, struct query *q, struct err *e)
{
    if (!q)
        return true;
    switch (q->kind) {
    case QUERY_AND:
    case QUERY_OR:
        return query_check(c, en, q->left, e) && query_check(c, en, q->right, e);
    case QUERY_NOT:
        return query_check(c, en, q->left, e);
    case QUERY_TEXT:
        return !query_is_events(en) || refuse_words(q, e);
    case QUERY_MANY:
        return query_check_many(c, en, q, e);
    case QUERY_SEGMENT:
        return (q->npath == 0 || check_path(c, en, q, e)) && query_check_segment(c, en, q, e);
    default:
        return check_path(c, en, q, e) && query_check_test(c, q, e);
    }
}
