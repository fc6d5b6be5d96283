/* list_common.c - does a filter leave out little?
 *
 * A page of "country = India", newest first, can be found by the index of the
 * country, all of whose records are then sorted, or by the index of the order,
 * which is walked until fifty fit. SQLite knows neither how many live in India nor
 * that fifty are enough, and takes the first. So each equality that an index would
 * serve is counted, up to COMMON, and weighed against the size of the table: when none
 * of them is rare, list.c may hide the filter from the indexes and walk the order's, if a
 * page is near (list_near.c).
 *
 * Words, events and segments are left to the planner.
 */
#include <pthread.h>
#include "base/clock.h"
#include "record/list.h"
#include "record/query_tree.h"

enum {
    COMMON = 4000,                              /* so many are never sorted without a look at the order */
    PAGE = 50,
    ALL = COMMON * COMMON / PAGE,               /* in a table of so many and more COMMON alone decides */
    COUNTED = 512,
    KEPT_US = 300 * SECOND_US,
};

enum judged { NO_INDEX, FEW, MANY };

static bool is_indexed(const struct query *q)
{
    const struct field *f = query_leaf(q);
    bool is_equality = (q->kind == QUERY_COMPARE && q->op == OP_EQ) || (q->kind == QUERY_IN && !q->is_negated);
    return q->npath == 1 && is_equality && ((f->flags & (F_INDEX | F_UNIQUE)) || f->type == FIELD_REF);
}

/* ── what was counted lately ─────────────────────────────────────────────── */

/* Counting touches each record; a filter that many use is counted once in a while. A figure
 * that has grown old costs time, never a record. */
static struct counted { uint64_t key; int64_t until, n; } counted[COUNTED];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t key_of(const struct ctx *c, const struct sql *s)
{
    uint64_t h = (uint64_t)(uintptr_t)c->ws * 31 + str_hash(buf_str(&s->text));
    for (size_t i = 0; i < s->n; i++)
        h = h * 31 + (s->v[i].kind == DB_TEXT ? str_hash(s->v[i].s) : (uint64_t)s->v[i].i);
    return h | 1;
}

static bool recall(uint64_t key, int64_t *n)
{
    pthread_mutex_lock(&lock);
    struct counted k = counted[key % COUNTED];
    pthread_mutex_unlock(&lock);
    *n = k.n;
    return k.key == key && clock_mono() < k.until;
}

static void remember(uint64_t key, int64_t n)
{
    pthread_mutex_lock(&lock);
    counted[key % COUNTED] = (struct counted){ key, clock_mono() + KEPT_US, n };
    pthread_mutex_unlock(&lock);
}

static bool ask(struct ctx *c, struct sql *q, bool is_kept, int64_t *n, struct err *e)
{
    uint64_t key = key_of(c, q);
    struct db_rows rows;
    if (is_kept && recall(key, n))
        return true;
    if (!sql_query(c->c, q, &rows, e))
        return false;
    *n = db_next(&rows) ? db_int(&rows, 0) : 0;
    if (!db_done(&rows, e))
        return false;
    if (is_kept)
        remember(key, *n);
    return true;
}

bool list_reaches(struct ctx *c, struct sql *q, int64_t enough, bool is_kept, bool *out, struct err *e)
{
    int64_t n;
    if (!ask(c, q, is_kept, &n, e))
        return false;
    *out = n >= enough;
    return true;
}

/* Live records that fit `q` (NULL: all of them), at most `max`. */
static bool count(struct ctx *c, const struct entity *en, const struct query *q, int64_t max, int64_t *n, struct err *e)
{
    struct sql *s = sql_new(c->a);
    sql_lit(s, "SELECT count(*) FROM (SELECT 1 FROM ");
    sql_name(s, en->name);
    sql_lit(s, q ? " AS t0 WHERE t0.deleted_at IS NULL AND " : " AS t0 WHERE t0.deleted_at IS NULL");
    if (q && !query_sql(c, en, q, s, e))
        return false;
    sql_lit(s, " LIMIT ");
    sql_bind(s, V(max));
    sql_lit(s, ") AS x");
    return ask(c, s, true, n, e);
}

/* Of `all` records `n` fit: a page is found after some PAGE * all / n steps along the order, or by sorting n. */
static bool weigh(struct ctx *c, const struct entity *en, const struct query *q, enum judged *out, struct err *e)
{
    int64_t n, all = 0;
    if (!count(c, en, q, COMMON, &n, e))
        return false;
    if (n > PAGE && n < COMMON && !count(c, en, NULL, ALL, &all, e))
        return false;
    *out = n >= COMMON || (n > PAGE && n * n > PAGE * all) ? MANY : FEW;
    return true;
}

/* The rarest of what stands between "and". */
static bool judge(struct ctx *c, const struct entity *en, const struct query *q, enum judged *out, struct err *e)
{
    enum judged left, right;

    switch (q->kind) {
    case QUERY_AND:
        if (!judge(c, en, q->left, &left, e) || left == FEW) {
            *out = FEW;
            return e->code == ERR_NONE;
        }
        if (!judge(c, en, q->right, &right, e))
            return false;
        *out = right == FEW || left == NO_INDEX ? right : left;
        return true;
    case QUERY_COMPARE:
    case QUERY_IN:
        if (is_indexed(q))
            return weigh(c, en, q, out, e);
        *out = NO_INDEX;
        return true;
    case QUERY_EMPTY:
    case QUERY_PERIOD:
    case QUERY_OR:
    case QUERY_NOT:
        *out = NO_INDEX;
        return true;
    default:                                    /* words, events, segments lead by themselves */
        *out = FEW;
        return true;
    }
}

bool list_is_common(struct ctx *c, const struct entity *en, const struct query *filter, bool *out, struct err *e)
{
    enum judged rarest = FEW;

    *e = (struct err){ 0 };
    if (filter && !judge(c, en, filter, &rarest, e))
        return false;
    *out = filter && rarest != FEW;
    return true;
}
