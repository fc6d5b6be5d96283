/* bulk.c - rows of numbers, so many a statement: each statement is a round of its own where the data is another server's.
 * Few lengths, so that statements are prepared once. */
#include "record/bulk.h"
#include "record/sql.h"

static bool insert(struct ctx *tx, const char *into, int ncols, const int64_t *v, size_t nrows, struct err *e)
{
    struct sql *q = sql_new(tx->a);
    sql_lit(q, into);
    sql_lit(q, " VALUES ");
    for (size_t i = 0; i < nrows; i++)
        for (int k = 0; k < ncols; k++) {
            sql_lit(q, k ? ", " : i ? ", (" : "(");
            sql_bind(q, V(v[i * (size_t)ncols + (size_t)k]));
            sql_lit(q, k == ncols - 1 ? ")" : "");
        }
    return sql_exec(tx->c, q, NULL, e);
}

bool bulk_insert(struct ctx *tx, const char *into, int ncols, const int64_t *v, size_t nrows, struct err *e)
{
    while (nrows > 0) {
        size_t some = nrows >= BULK_ROWS ? BULK_ROWS : nrows >= 8 ? 8 : 1;
        struct arena mark = *tx->a;
        bool ok = insert(tx, into, ncols, v, some, e);
        *tx->a = mark;                          /* nothing of a statement outlives it */
        if (!ok)
            return false;
        v += some * (size_t)ncols;
        nrows -= some;
    }
    return true;
}
