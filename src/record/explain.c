/* explain.c - one record, term by term. */
#include "record/explain.h"
#include "base/id.h"
#include "record/query_write.h"
#include "record/row.h"
#include "record/type.h"

struct asking { struct ctx *c; const struct entity *en; const struct record *r; bool is_lenient; struct err *e; };

/* ── does it hold? ───────────────────────────────────────────────────────── */

static bool ask(struct asking *k, const struct query *q, bool *holds)
{
    struct sql *s = sql_new(k->c->a);
    struct writer w = { .c = k->c, .out = s, .e = k->e };
    struct db_rows rows;
    sql_lit(s, "SELECT 1 FROM ");
    sql_name(s, k->en->name);
    sql_lit(s, " AS t0 WHERE t0.id = ");
    sql_bind(s, V(k->r->id));
    sql_lit(s, " AND (");
    if (!write_tree(&w, "t0", k->en, q, false))
        return false;
    sql_lit(s, ")");
    if (!sql_query(k->c->c, s, &rows, k->e))
        return false;
    *holds = db_next(&rows);
    return db_done(&rows, k->e);
}

/* ── the value of a field ────────────────────────────────────────────────── */

static struct val system_value(const struct record *r, const struct field *f)
{
    str name = str_of(f->name);
    if (str_eq(name, S("created_at")))
        return val_int(r->created_at);
    if (str_eq(name, S("updated_at")))
        return val_int(r->updated_at);
    if (str_eq(name, S("created_by")))
        return val_ref(r->created_by);
    if (str_eq(name, S("updated_by")))
        return val_ref(r->updated_by);
    return str_eq(name, S("version")) ? val_int(r->version) : val_int(r->id);
}

static bool value_at(const struct query *q, int step, const struct record *r, struct val *out)
{
    const struct field *f = q->field[step];
    if (f && !(r->has >> field_index(r->en, f) & 1))
        return false;
    *out = f ? r->v[field_index(r->en, f)] : system_value(r, query_step(q, step));
    return out->is_set;
}

static str title_of(struct ctx *c, const struct entity *en, int64_t id)
{
    struct record *r;
    struct err e = { 0 };
    return record_get(c, en, id, &r, &e) ? record_title(r) : (str){ 0 };
}

static str shown(struct ctx *c, const struct query *q, const struct val *v)
{
    const struct field *f = query_leaf(q);
    if (query_leaf_kind(f) == LEAF_ID)
        return id_text(c->a, v->i);
    if (f->type == FIELD_REF && !v->s.n)
        return title_of(c, query_target(f), v->i);
    return type_show(c->a, c->loc, f, v);
}

/* Along single references; a list on the way has no one value. */
static str value_of(struct ctx *c, const struct query *q, const struct record *r)
{
    struct val v;
    struct err e = { 0 };
    struct record *next;
    for (int i = 0; i < q->npath; i++) {
        if (!value_at(q, i, r, &v))
            return (str){ 0 };
        if (i == q->npath - 1)
            return shown(c, q, &v);
        if (query_step(q, i)->type != FIELD_REF || !record_get(c, q->entity[i + 1], v.i, &next, &e))
            return (str){ 0 };
        r = next;
    }
    return (str){ 0 };
}

/* ── the rows behind a count ─────────────────────────────────────────────── */

static str kind_label(struct ctx *c, str kind)
{
    const struct event_kind *k = event_kind_find(kind);
    return k ? msg_text(c->a, c->loc, k->label, NULL) : kind;
}

static bool title_row(struct ctx *c, struct explained_row *row)
{
    struct record *r;
    struct err e = { 0 };
    if (!row->en || !row->id)
        return true;
    if (!record_get(c, row->en, row->id, &r, &e)) {
        row->en = NULL;                         /* not to be seen, or gone: that it happened is all */
        return e.code == ERR_NOT_FOUND;
    }
    const struct field *title = row_title(row->en);
    row->title = title ? type_show(c->a, c->loc, title, &r->v[field_index(row->en, title)]) : record_title(r);
    return true;
}

static void select_rows(struct sql *s, const struct query_source *from)
{
    const struct field *when = query_when(from->entity);
    sql_lit(s, "SELECT q0.id, q0.");
    sql_name(s, when->name);
    sql_lit(s, from->link ? "" : ", q0.kind, q0.entity, q0.record_id");
}

static void order_rows(struct sql *s, const struct query_source *from)
{
    const struct field *when = query_when(from->entity);
    sql_lit(s, " ORDER BY COALESCE(q0.");
    sql_name(s, when->name);
    sql_lit(s, ", 0) DESC, q0.id DESC LIMIT ");
    sql_bind(s, V(EXPLAINED_ROWS + 1));
}

static bool read_rows(struct asking *k, const struct query *q, struct explained *x)
{
    const struct query_source *from = q->source;
    struct sql *s = sql_new(k->c->a);
    struct writer w = { .c = k->c, .out = s, .e = k->e, .record = k->r->id };
    struct db_rows rows;
    select_rows(s, from);
    if (!write_source(&w, k->en, NULL, "q0", from))
        return false;
    order_rows(s, from);
    x->rows = arena_new(k->c->a, struct explained_row, EXPLAINED_ROWS);
    if (!sql_query(k->c->c, s, &rows, k->e))
        return false;
    for (; db_next(&rows); x->n++) {
        if (x->nrows == EXPLAINED_ROWS)
            continue;
        struct explained_row *row = &x->rows[x->nrows++];
        *row = (struct explained_row){ .at = db_int(&rows, 1), .en = from->entity, .id = db_int(&rows, 0) };
        if (from->link)
            continue;
        row->kind = kind_label(k->c, db_text(&rows, 2, k->c->a));
        row->en = entity_find(db_text_view(&rows, 3));
        row->id = db_int(&rows, 4);
    }
    if (!db_done(&rows, k->e))
        return false;
    for (size_t i = 0; i < x->nrows; i++)
        if (!title_row(k->c, &x->rows[i]))
            return false;
    return true;
}

static bool read_since(struct asking *k, const struct query *q, struct explained *x)
{
    bool found;
    int64_t since = 0;
    if (q->npath)
        return true;
    if (!db_get_int(k->c->c, "SELECT since FROM segment_member WHERE segment = $1 AND record = $2",
                    DB_ARGS(V(q->segment), V(k->r->id)), &found, &since, k->e))
        return false;
    x->since = found ? since : 0;
    return true;
}

/* ── the tree ────────────────────────────────────────────────────────────── */

static bool explain_term(struct asking *k, struct query *q, struct explained *x)
{
    struct err refused = { 0 };
    str text = query_text(k->c->a, q);          /* before names become columns */
    if (!query_check(k->c, k->en, q, &refused)) {
        x->is_hidden = k->is_lenient && refused.code == ERR_INVALID;
        *k->e = refused;
        return x->is_hidden;
    }
    x->text = text;
    if (!ask(k, q, &x->holds))
        return false;
    switch (q->kind) {
    case QUERY_TEXT:
        return true;
    case QUERY_MANY:
        return read_rows(k, q, x);
    case QUERY_SEGMENT:
        x->value = q->npath ? value_of(k->c, q, k->r) : (str){ 0 };
        return read_since(k, q, x);
    default:
        x->value = value_of(k->c, q, k->r);
        return true;
    }
}

static bool explain(struct asking *k, struct query *q, struct explained **out)
{
    struct explained *x = arena_new(k->c->a, struct explained, 1);
    *x = (struct explained){ .q = q };
    *out = x;
    switch (q->kind) {
    case QUERY_AND:
    case QUERY_OR:
        if (!explain(k, q->left, &x->left) || !explain(k, q->right, &x->right))
            return false;
        x->is_hidden = x->left->is_hidden || x->right->is_hidden;
        x->holds = q->kind == QUERY_AND ? x->left->holds && x->right->holds : x->left->holds || x->right->holds;
        return true;
    case QUERY_NOT:
        if (!explain(k, q->left, &x->left))
            return false;
        x->is_hidden = x->left->is_hidden;
        x->holds = !x->left->holds;
        return true;
    default:
        return explain_term(k, q, x);
    }
}

bool query_explain(struct ctx *c, const struct entity *en, struct query *q, int64_t id, bool is_lenient,
                   struct explained **out, struct err *e)
{
    struct record *r;
    *out = NULL;
    if (!record_get(c, en, id, &r, e))
        return false;
    struct asking k = { c, en, r, is_lenient, e };
    return !q || explain(&k, q, out);
}
