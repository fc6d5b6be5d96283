/* live_ask.c - for some records: does the query hold now, and when will time alone turn the answer?
 *
 * One statement tells whether it holds, and whether that hangs on time at all: the same condition with what
 * time turns left unknown. Of those where it does a second asks, for each condition about
 * time, the smallest value not yet passed by each end of its range. Both ends only move
 * forward, and when one passes a value live_time.c tells. The earliest of these is when to
 * ask again: no sooner can time change the answer. Where it hangs on nothing but what is written, a change asks again.
 */
#include "record/live_inside.h"
#include "record/store.h"

/* ── the smallest value not passed ───────────────────────────────────────── */

static void past(struct writer *w, const char *alias, const struct atom *t, int64_t bound)
{
    const struct field *f = query_leaf(&t->q);
    sql_lit(w->out, "CASE WHEN ");
    if (t->aggregate)
        write_aggregate(w, alias);
    else
        sql_column(w->out, alias, f->name, NULL);
    sql_lit(w->out, " >= ");
    sql_bind(w->out, V(bound));
    sql_lit(w->out, " THEN ");
    if (t->aggregate)
        write_aggregate(w, alias);
    else
        sql_column(w->out, alias, f->name, NULL);
    sql_lit(w->out, " END");
}

/* Along the path of a condition; rights are left out: this tells nobody anything. */
static void along(struct writer *w, const char *alias, const struct atom *t, int step, int64_t bound)
{
    const struct query *q = &t->q;
    char next[WRITE_ALIAS], link[WRITE_ALIAS];
    if (step == q->npath - 1) {
        past(w, alias, t, bound);
        return;
    }
    const struct field *f = query_step(q, step);
    bool is_list = f->type == FIELD_REFS;
    write_alias(w, next);
    write_alias(w, link);
    sql_lit(w->out, "(SELECT MIN(");
    along(w, next, t, step + 1, bound);
    sql_lit(w->out, ") FROM ");
    sql_name(w->out, q->entity[step + 1]->name);
    sql_lit(w->out, " AS ");
    sql_alias(w->out, next);
    if (is_list) {
        sql_lit(w->out, " JOIN ");
        sql_table_of(w->out, q->entity[step]->name, f->name);
        sql_lit(w->out, " AS ");
        sql_alias(w->out, link);
        sql_lit(w->out, " ON ");
        sql_column(w->out, link, "target_id", NULL);
        sql_lit(w->out, " = ");
        sql_column(w->out, next, "id", NULL);
    }
    sql_lit(w->out, " WHERE ");
    sql_column(w->out, is_list ? link : next, is_list ? "owner_id" : "id", NULL);
    sql_lit(w->out, " = ");
    sql_column(w->out, alias, is_list ? "id" : q->path[step], NULL);
    sql_lit(w->out, ")");
}

static bool of_all(struct writer *w, const char *alias, const struct atom *t, int64_t bound)
{
    char in[WRITE_ALIAS];
    write_alias(w, in);
    sql_lit(w->out, "(SELECT ");
    w->aggregate = t->aggregate;
    past(w, in, t, bound);
    w->aggregate = NULL;
    bool ok = write_source(w, t->en, alias, in, t->aggregate);
    sql_lit(w->out, ")");
    return ok;
}

/* What was passed long ago counts for nothing; said here too, an index by time does not read it. */
static void not_before(struct writer *w, const char *alias, const struct atom *t, int64_t bound)
{
    if (t->q.npath != 1 || t->aggregate)
        return;
    sql_lit(w->out, " AND ");
    sql_column(w->out, alias, query_leaf(&t->q)->name, NULL);
    sql_lit(w->out, " >= ");
    sql_bind(w->out, V(bound));
}

static bool into(struct writer *w, const char *alias, const struct atom *t, int level, int64_t bound)
{
    char in[WRITE_ALIAS];
    if (level == t->nway && t->aggregate)
        return of_all(w, alias, t, bound);
    if (level == t->nway) {
        along(w, alias, t, 0, bound);
        return true;
    }
    struct query_source all = *t->way[level].s;
    bool is_own = t->is_window && level == t->nway - 1;
    all.has_window = false;
    all.where = is_own && !query_mentions_time(all.where) ? all.where : NULL;
    write_alias(w, in);
    sql_lit(w->out, "(SELECT MIN(");
    bool ok = into(w, in, t, level + 1, bound);
    sql_lit(w->out, ")");
    ok = ok && write_source(w, t->way[level].en, alias, in, &all);
    if (level == t->nway - 1)
        not_before(w, in, t, bound);
    sql_lit(w->out, ")");
    return ok;
}

/* ── when the earliest passes ────────────────────────────────────────────── */

static int64_t due_of(const struct atoms *l, const struct db_rows *rows, int col)
{
    int64_t due = 0;
    for (int i = 0; i < l->n; i++)
        for (int end = 0; end < 2; end++, col++) {
            if (db_is_null(rows, col))
                continue;
            int64_t at = live_flip(l, &l->v[i], end, db_int(rows, col));
            due = !due || at < due ? at : due;
        }
    return due;
}

/* ── the statements ──────────────────────────────────────────────────────── */

enum { TWICE_MAX = 60 };                        /* values of a condition that is written twice */

static int values_of(const struct query *q)
{
    if (!q)
        return 0;
    int where = q->source ? values_of(q->source->where) + 2 : 0;
    return 1 + q->nlist + where + values_of(q->left) + values_of(q->right);
}

static bool put_condition(struct writer *w, const struct entity *en, const struct query *q)
{
    if (q)
        return write_tree(w, "t0", en, q, false);
    sql_lit(w->out, "1=1");
    return true;
}

/* id, is it in, does time turn it. */
static bool select_answers(struct ctx *c, const struct entity *en, const struct query *q, const struct atoms *l, struct sql *out,
                           struct err *e)
{
    struct writer w = { .c = c, .out = out, .e = e };
    bool is_twice = l->n > 0 && values_of(q) <= TWICE_MAX;
    sql_lit(out, "SELECT t0.id, CASE WHEN ");
    if (!put_condition(&w, en, q))
        return false;
    sql_lit(out, is_twice ? " THEN 1 ELSE 0 END, CASE WHEN (" : " THEN 1 ELSE 0 END, ");
    w.hides_time = true;
    if (is_twice && !put_condition(&w, en, q))
        return false;
    sql_lit(out, is_twice ? ") IS NULL THEN 1 ELSE 0 END FROM " : l->n ? "1 FROM " : "0 FROM ");
    sql_name(out, en->name);
    sql_lit(out, " AS t0 WHERE t0.deleted_at IS NULL AND (");
    access_predicate(out, c, en, ACTION_SEE, "t0");
    sql_lit(out, ")");
    return true;
}

/* due: 1 where time turns it, for now. */
static bool read_answers(struct ctx *c, struct sql *q, size_t max, struct live_answer *out, size_t *n, struct err *e)
{
    struct db_rows rows;
    size_t got = 0;
    if (!sql_query(c->c, q, &rows, e))
        return false;
    while (got < max && db_next(&rows))
        out[got++] = (struct live_answer){ .id = db_int(&rows, 0), .is_in = db_int(&rows, 1) != 0, .due = db_int(&rows, 2) };
    *n = got;
    return db_done(&rows, e);
}

_Static_assert(LIVE_ASK_MAX <= (int)SQL_IDS_MAX, "asked in one list");

static bool ask_dues(struct ctx *c, const struct entity *en, struct atoms *l, const int64_t *ids, size_t n, struct live_answer *out,
                     size_t nout, struct err *e)
{
    struct sql *s = sql_new(c->a);
    struct writer w = { .c = c, .out = s, .e = e };
    struct db_rows rows;
    sql_lit(s, "SELECT t0.id");
    for (int i = 0; i < l->n; i++)
        for (int end = 0; end < 2; end++) {
            sql_lit(s, ", ");
            if (!into(&w, "t0", &l->v[i], 0, end ? l->v[i].to : l->v[i].from))
                return false;
        }
    sql_lit(s, " FROM ");
    sql_name(s, en->name);
    sql_lit(s, " AS t0 WHERE t0.id");
    sql_in_ids(s, ids, n);
    if (!sql_query(c->c, s, &rows, e))
        return false;
    while (db_next(&rows)) {
        int64_t id = db_int(&rows, 0), due = due_of(l, &rows, 1);
        for (size_t i = 0; i < nout; i++)
            if (out[i].id == id)
                out[i].due = due;
    }
    return db_done(&rows, e);
}

static bool add_dues(struct ctx *c, const struct entity *en, struct atoms *l, struct live_answer *out, size_t n, struct err *e)
{
    for (size_t from = 0; from < n; ) {
        int64_t ids[LIVE_ASK_MAX];
        size_t first = from, many = 0;
        for (; from < n && many < LIVE_ASK_MAX; from++)
            if (out[from].due)
                ids[many++] = out[from].id;
        if (many && !ask_dues(c, en, l, ids, many, out + first, from - first, e))
            return false;
    }
    return true;
}

bool live_ask(struct ctx *c, const struct entity *en, const struct query *q, const int64_t *ids, size_t n,
              struct live_answer *out, size_t *nout, struct err *e)
{
    struct sql *s = sql_new(c->a);
    struct atoms l;
    *nout = 0;
    if (n == 0)
        return true;
    if (!live_atoms(c, en, q, &l, e) || !select_answers(c, en, q, &l, s, e))
        return false;
    sql_lit(s, " AND t0.id");
    sql_in_ids(s, ids, n);
    return read_answers(c, s, n, out, nout, e) && add_dues(c, en, &l, out, *nout, e);
}

bool live_walk(struct ctx *c, const struct entity *en, const struct query *q, int64_t after, int limit,
               struct live_answer *out, size_t *nout, struct err *e)
{
    struct sql *s = sql_new(c->a);
    struct atoms l;
    if (!live_atoms(c, en, q, &l, e) || !select_answers(c, en, q, &l, s, e))
        return false;
    sql_lit(s, " AND t0.id > ");
    sql_bind(s, V(after));
    sql_lit(s, " ORDER BY t0.id LIMIT ");
    sql_bind(s, V((int64_t)limit));
    return read_answers(c, s, (size_t)limit, out, nout, e) && add_dues(c, en, &l, out, *nout, e);
}
