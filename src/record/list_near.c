/* list_near.c - does walking along the order find a page soon?
 *
 * That a filter leaves out little says nothing of where: the names of one country may all stand at the end of the alphabet, and
 * who walks there passes everybody else. So the first NEAR records of a stretch are looked at: when they hold a page, the
 * order is walked. A stretch that is no longer than that is walked in any case.
 */
#include "record/list_walk.h"
#include "record/query_tree.h"

enum { NEAR = 5000 };

/* "close_date in this month", by close_date: the stretch is the condition's, and the order's index begins there. */
bool walk_is_bounded(const struct query *q, const struct field *by)
{
    if (!q || !by)
        return false;
    if (q->kind == QUERY_AND)
        return walk_is_bounded(q->left, by) || walk_is_bounded(q->right, by);
    bool is_range = q->kind == QUERY_PERIOD || (q->kind == QUERY_COMPARE && q->op != OP_NE && q->op != OP_MATCH && q->op != OP_NOT_MATCH);
    return is_range && q->npath == 1 && query_leaf(q) == by;
}

/* Whether a record fits is told where it is met: of a table within another every column is read, asked for or not. */
static bool probe(struct ctx *c, const struct walk *w, const struct stretch *p, const struct query *filter, int64_t enough, bool *out,
                  struct err *e)
{
    struct sql *q = sql_new(c->a);
    sql_lit(q, "SELECT count(*) FROM (SELECT 1 FROM (SELECT CASE WHEN ");
    if (!query_sql(c, w->s->en, filter, q, e))
        return false;
    sql_lit(q, " THEN 1 ELSE 0 END AS fits");
    if (!walk_from(c, w, p, 0, NULL, true, q, e))
        return false;
    sql_bind(q, V((int64_t)NEAR));
    sql_lit(q, ") AS x WHERE fits = 1 LIMIT ");
    sql_bind(q, V(enough));
    sql_lit(q, ") AS y");
    return list_reaches(c, q, enough, !p->at, out, e);
}

bool walk_is_near(struct ctx *c, const struct walk *w, const struct stretch *p, bool *out, struct err *e)
{
    bool is_long;
    if (!probe(c, w, p, w->filter, w->limit, out, e) || *out)
        return e->code == ERR_NONE;
    if (!probe(c, w, p, NULL, NEAR, &is_long, e))
        return false;
    *out = !is_long;
    return true;
}
