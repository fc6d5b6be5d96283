/* list_walk.c - the statements of a walk: which tables, from which place, in which order.
 *
 * A stretch that an index holds in its order is walked there; what must be sorted is sorted by keys and ids alone, and
 * the rows of the page are fetched for what is left.
 */
#include "record/list_walk.h"
#include "record/query_tree.h"
#include "record/row.h"

/* ── which records ───────────────────────────────────────────────────────── */

bool walk_where(struct ctx *c, const struct list_spec *s, const struct query *filter, bool is_hidden, struct sql *q, struct err *e)
{
    sql_lit(q, " WHERE t0.deleted_at IS NULL AND (");
    access_predicate(q, c, s->en, ACTION_SEE, "t0");
    sql_lit(q, ")");
    if (s->search.n) {
        sql_lit(q, " AND ");
        query_words(c, s->en, s->search, q);
    }
    if (!filter)
        return true;
    sql_lit(q, is_hidden ? " AND CASE WHEN " : " AND ");
    bool ok = query_sql(c, s->en, filter, q, e);
    sql_lit(q, is_hidden ? " THEN 1 ELSE 0 END = 1" : "");
    return ok;
}

/* Is a part of the title looked for, in its folded form? */
static bool asks_title(struct ctx *c, const struct entity *en, const struct query *q)
{
    if (q->kind == QUERY_AND)
        return asks_title(c, en, q->left) || asks_title(c, en, q->right);
    bool is_part = q->kind == QUERY_COMPARE && q->op == OP_MATCH && q->npath == 1;
    return is_part && query_leaf(q) == row_title(en) && query_is_folded(query_leaf(q)) && fold(c->a, q->value.text).n > 0;
}

/* No index leads to what the filter finds, so all are looked at: not in the order of some index, each on another page, but as they
 * lie in the table; or, where the title decides, in the index of its words, a tenth of that. Both say what holds anyhow. */
static void put_lead(struct ctx *c, const struct entity *en, const struct query *filter, struct sql *q)
{
    if (!asks_title(c, en, filter)) {
        sql_lit(q, " AND t0.id > 0");
        return;
    }
    sql_lit(q, " AND ");
    sql_column(q, "t0", row_title(en)->name, "_fold");
    sql_lit(q, " >= ''");
}

/* ── the way ─────────────────────────────────────────────────────────────── */

/* All of it has one value, or none. */
static bool is_by_id(const struct sort *o, const struct stretch *p) { return p->in_empty || p->only || !o->f; }

static void put_table(struct sql *q, const struct entity *en, const char *alias)
{
    sql_name(q, en->name);
    sql_lit(q, " AS ");
    sql_alias(q, alias);
}

/* ── a stretch of the order ──────────────────────────────────────────────── */

/* "s0" is the reference whose title sorts, where the reader sees it. */
static void put_titles_are(struct sql *q, const struct ctx *c, const struct sort *o)
{
    sql_lit(q, "s0.id = ");
    sql_column(q, "t0", o->f->name, NULL);
    sql_lit(q, " AND s0.deleted_at IS NULL AND (");
    access_predicate(q, c, o->target, ACTION_SEE, "s0");
    sql_lit(q, ")");
}

/* Titles in their order, and under each who refers to it; or the records, and beside each its title. */
static void put_tables(struct sql *q, const struct ctx *c, const struct walk *w, uint64_t joins, bool is_led)
{
    sql_lit(q, " FROM ");
    if (is_led) {
        put_table(q, w->sort.target, "s0");
        sql_lit(q, " CROSS JOIN ");
    }
    put_table(q, w->s->en, "t0");
    row_joins(q, c, w->s->en, joins, "t0");
    if (w->sort.target && !is_led) {
        sql_lit(q, " LEFT JOIN ");
        put_table(q, w->sort.target, "s0");
        sql_lit(q, " ON ");
        put_titles_are(q, c, &w->sort);
    }
}

/* SQLite finds no place in an index by a row value that begins with an expression, and would read it from its beginning: by
 * the key alone, then, and past those that share it. */
static void put_after_lowered(struct sql *q, const struct sort *o, const struct cursor *at, bool is_down)
{
    sql_lit(q, " AND ");
    sort_key(q, o);
    sql_lit(q, is_down ? " <= " : " >= ");
    sql_bind(q, at->key);
    sql_lit(q, " AND (");
    sort_key(q, o);
    sql_lit(q, is_down ? " < " : " > ");
    sql_bind(q, at->key);
    sql_lit(q, is_down ? " OR t0.id < " : " OR t0.id > ");
    sql_bind(q, V(at->id));
    sql_lit(q, ")");
}

/* "After" in the order of the walk; the row values are what the index holds. */
static void put_after(struct sql *q, const struct sort *o, const struct stretch *p)
{
    bool is_down = walk_goes_down(o, p), has_key = !is_by_id(o, p);
    if (o->is_lowered && has_key) {
        put_after_lowered(q, o, p->at, is_down);
        return;
    }
    sql_lit(q, " AND (");
    if (has_key) {
        sort_key(q, o);
        sql_lit(q, ", ");
    }
    sql_lit(q, is_down ? "t0.id) < (" : "t0.id) > (");
    if (has_key) {
        sql_bind(q, p->at->key);
        sql_lit(q, ", ");
    }
    sql_bind(q, V(p->at->id));
    sql_lit(q, ")");
}

static void put_stretch(struct sql *q, const struct sort *o, const struct stretch *p)
{
    if (p->only) {
        sql_lit(q, " AND ");
        sql_column(q, o->alias, o->column, NULL);
        sql_lit(q, " = ");
        sql_bind(q, V(str_of(p->only->value)));
    } else if (!o->is_required) {
        sql_lit(q, " AND ");
        sort_key(q, o);
        sql_lit(q, p->in_empty ? " IS NULL" : " IS NOT NULL");
    }
}

bool walk_from(struct ctx *c, const struct walk *w, const struct stretch *p, uint64_t joins, const struct query *filter, bool is_hidden,
               struct sql *q, struct err *e)
{
    const struct sort *o = &w->sort;
    bool is_down = walk_goes_down(o, p);
    bool is_led = o->target && !p->in_empty && sort_is_led(o) && (!w->filter || is_hidden);
    put_tables(q, c, w, joins, is_led);
    if (!walk_where(c, w->s, filter, is_hidden, q, e))
        return false;
    if (is_led) {
        sql_lit(q, " AND ");
        put_titles_are(q, c, o);
    }
    if (o->is_far && !is_by_id(o, p))
        put_lead(c, w->s->en, w->filter, q);
    put_stretch(q, o, p);
    if (p->at)
        put_after(q, o, p);
    sql_lit(q, " ORDER BY ");
    if (!is_by_id(o, p)) {
        sort_key(q, o);
        sql_lit(q, is_down ? " DESC, " : ", ");
    }
    sql_lit(q, is_down ? "t0.id DESC LIMIT " : "t0.id LIMIT ");
    return true;
}

static bool walked_sql(struct ctx *c, const struct walk *w, const struct stretch *p, bool is_hidden, struct sql *q, struct err *e)
{
    uint64_t needs = row_needs(w->s->en, w->want);
    sql_lit(q, "SELECT ");
    row_columns(q, w->s->en, needs, c->loc);
    sql_lit(q, ", ");
    sort_key(q, &w->sort);
    if (!walk_from(c, w, p, needs, w->filter, is_hidden, q, e))
        return false;
    sql_bind(q, V(w->limit));
    return true;
}

/* What must be sorted is sorted by keys and ids alone: titles are fetched for the page, not for all that is found. */
static bool sorted_sql(struct ctx *c, const struct walk *w, const struct stretch *p, struct sql *q, struct err *e)
{
    uint64_t needs = row_needs(w->s->en, w->want);
    bool is_down = walk_goes_down(&w->sort, p);
    sql_lit(q, "SELECT ");
    row_columns(q, w->s->en, needs, c->loc);
    sql_lit(q, ", found.k FROM (SELECT t0.id AS i, ");
    sort_key(q, &w->sort);
    sql_lit(q, " AS k");
    if (!walk_from(c, w, p, 0, w->filter, false, q, e))
        return false;
    sql_int(q, walk_page_of(w->s));             /* a number to plan for: PostgreSQL takes one that is bound for a tenth of all */
    sql_lit(q, ") AS found CROSS JOIN ");       /* so that SQLite takes what is found as it comes, without a table for it */
    put_table(q, w->s->en, "t0");
    row_joins(q, c, w->s->en, needs, "t0");
    sql_lit(q, is_by_id(&w->sort, p) ? " WHERE t0.id = found.i ORDER BY "
               : is_down             ? " WHERE t0.id = found.i ORDER BY found.k DESC, "
                                     : " WHERE t0.id = found.i ORDER BY found.k, ");
    sql_lit(q, is_down ? "t0.id DESC" : "t0.id");
    return true;
}

bool walk_sql(struct ctx *c, const struct walk *w, const struct stretch *p, bool is_hidden, struct sql *q, struct err *e)
{
    bool is_sorted = !sort_is_walkable(&w->sort) || (w->filter && !is_hidden && !w->is_bounded);
    return is_sorted ? sorted_sql(c, w, p, q, e) : walked_sql(c, w, p, is_hidden, q, e);
}
