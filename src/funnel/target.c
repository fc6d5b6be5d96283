/* target.c - what both sides promise each other, and how it is kept.
 *
 * Backwards from the revenue wanted: every step divides by its rate and rounds up, for half a
 * customer is none. The figures are counted from the hand-offs, in working time.
 */
#include "funnel/inside.h"
#include <stdlib.h>

enum { WHOLE = 10000 };                         /* 100 % in hundredths of a percent */

static bool up(int64_t n, int64_t rate, int64_t *out, const char *field, struct err *e)
{
    if (rate <= 0 || rate > WHOLE) {
        fail(e, ERR_INVALID, MSG_funnel_rate_range, "%s: %lld", field, (long long)rate);
        return err_field(e, field);
    }
    __int128 top = (__int128)n * WHOLE + rate - 1;
    if (top / rate > INT64_MAX / WHOLE)
        return fail(e, ERR_INVALID, MSG_funnel_target_huge, "%s", field);
    *out = (int64_t)(top / rate);
    return true;
}

bool funnel_need(const struct funnel_rates *r, struct funnel_need *out, struct err *e)
{
    struct funnel_need n;
    if (r->revenue < 0 || r->average_deal <= 0) {
        fail(e, ERR_INVALID, MSG_funnel_target_amounts, "%lld / %lld", (long long)r->revenue, (long long)r->average_deal);
        return err_field(e, r->revenue < 0 ? "revenue" : "average_deal");
    }
    n.customers = r->revenue / r->average_deal + (r->revenue % r->average_deal != 0);
    if (n.customers > INT64_MAX / WHOLE)
        return fail(e, ERR_INVALID, MSG_funnel_target_huge, "customers");
    if (!up(n.customers, r->win, &n.opportunities, "win_rate", e)
        || !up(n.opportunities, r->sql_to_opportunity, &n.sqls, "sql_rate", e)
        || !up(n.sqls, r->sal_to_sql, &n.sals, "sal_rate", e)
        || !up(n.sals, r->mql_accepted, &n.mqls, "accept_rate", e))
        return false;
    *out = n;
    return true;
}

/* ── figures ─────────────────────────────────────────────────────────────── */

struct times { int64_t *v; size_t n; };

static int by_size(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return (a > b) - (a < b);
}

static int64_t median(struct times *t)
{
    if (t->n == 0)
        return -1;
    qsort(t->v, t->n, sizeof *t->v, by_size);
    return t->n % 2 ? t->v[t->n / 2] : t->v[t->n / 2 - 1] + (t->v[t->n / 2] - t->v[t->n / 2 - 1]) / 2;
}

/* A median is of one period and team: at most so many are looked at, the newest. */
enum { TIMES_MAX = 20000 };

static void take(struct times *t, const struct db_rows *q, int col)
{
    if (!db_is_null(q, col) && t->n < TIMES_MAX)
        t->v[t->n++] = db_int(q, col);
}

static void count_row(const struct db_rows *q, str status, int64_t now, struct funnel_figures *f)
{
    bool is_late = !db_is_null(q, 2), is_answered = !str_eq(status, S("offered"));
    bool has_due = !db_is_null(q, 1), is_over = has_due && db_int(q, 1) <= now;
    f->offered++;
    f->accepted += str_eq(status, S("accepted"));
    f->returned += str_eq(status, S("returned"));
    f->waiting += !is_answered;
    if (has_due && (is_answered || is_over)) {
        f->clocks++;
        f->on_time += !is_late && (is_answered || !is_over);
    }
}

/* What went by after the deadline, of hand-offs whose clock has ended. */
static bool over_times(struct ctx *c, int64_t from, int64_t to, int64_t team, struct times *t, struct err *e)
{
    struct db_rows q;
    t->n = 0;
    if (!db_query(c->c, &q, "SELECT k.over_time FROM clock k LEFT JOIN \"user\" u ON u.id = k.holder WHERE k.kind = $4"
                            " AND k.started_at >= $1 AND k.started_at < $2 AND k.over_time IS NOT NULL AND k.deleted_at IS NULL"
                            " AND k.outcome = 'met' AND ($3 = 0 OR u.team = $3) ORDER BY k.started_at DESC, k.id DESC",
                  DB_ARGS(V(from), V(to), V(team), V(str_of(handoff_clock))), e))
        return false;
    while (db_next(&q))
        take(t, &q, 0);
    return db_done(&q, e);
}

bool funnel_figures(struct ctx *c, int64_t from, int64_t to, int64_t team, struct funnel_figures *out, struct err *e)
{
    struct funnel_figures f = { 0 };
    struct arena scratch = *c->a;
    struct times answer = { arena_new(&scratch, int64_t, TIMES_MAX), 0 }, touch = { arena_new(&scratch, int64_t, TIMES_MAX), 0 };
    struct db_rows q;
    if (!db_query(c->c, &q, "SELECT h.status, h.due_at, h.breached_at, h.work_time, h.touch_time FROM handoff h"
                            " LEFT JOIN \"user\" u ON u.id = h.receiver WHERE h.offered_at >= $1 AND h.offered_at < $2"
                            " AND h.deleted_at IS NULL AND h.status <> 'moved' AND ($3 = 0 OR u.team = $3)"
                            " ORDER BY h.offered_at DESC, h.id DESC", DB_ARGS(V(from), V(to), V(team)), e))
        return false;
    while (db_next(&q)) {
        count_row(&q, db_text_view(&q, 0), c->now, &f);
        take(&answer, &q, 3);
        take(&touch, &q, 4);
    }
    if (!db_done(&q, e))
        return false;
    f.median_answer = median(&answer);
    f.median_touch = median(&touch);
    if (!over_times(c, from, to, team, &touch, e))
        return false;
    f.median_over = median(&touch);
    *out = f;
    return true;
}

bool funnel_returns(struct ctx *c, int64_t from, int64_t to, struct funnel_reason **out, size_t *n, struct err *e)
{
    enum { REASONS_MAX = 32 };
    struct funnel_reason *v = arena_new(c->a, struct funnel_reason, REASONS_MAX);
    struct db_rows q;
    size_t got = 0;
    if (!db_query(c->c, &q, "SELECT reason, COUNT(*) AS many FROM handoff WHERE status = 'returned' AND deleted_at IS NULL"
                            " AND offered_at >= $1 AND offered_at < $2 GROUP BY reason ORDER BY many DESC, reason LIMIT 32",
                  DB_ARGS(V(from), V(to)), e))
        return false;
    while (got < REASONS_MAX && db_next(&q)) {
        v[got].reason = db_text(&q, 0, c->a);
        v[got++].n = db_int(&q, 1);
    }
    if (!db_done(&q, e))
        return false;
    *out = v;
    *n = got;
    return true;
}
