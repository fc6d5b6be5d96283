/* scan_read.c - fills columns from the tables: slice by slice, then by what was written since.
 *
 * The first slice notes where the feed stands. A slice may see more than that; what was written after
 * is read again when catching up, which changes nothing then. So every row is at least as new as the
 * feed's number the table stands at, and after catching up exactly as new.
 */
#include "base/clock.h"
#include "base/fault.h"
#include "record/scan_inside.h"
#include "record/sql.h"

enum { SLICE = 8192, EVENTS_SLICE = 4096, TOUCHED_MAX = 4000 };

/* ── statements ──────────────────────────────────────────────────────────── */

static void put_column(struct sql *q, const struct scan_column *k)
{
    switch (k->form) {
    case FORM_IS_SET:
        sql_lit(q, ", CASE WHEN ");
        sql_name(q, k->f->name);
        sql_lit(q, " IS NULL THEN NULL ELSE 1 END");
        return;
    case FORM_LOWER:
        sql_lit(q, ", lower(");
        sql_name(q, k->f->name);
        sql_lit(q, ")");
        return;
    default:
        sql_lit(q, ", ");
        sql_column(q, "t0", k->f->name, k->form == FORM_BASE ? "_base" : k->form == FORM_FOLDED ? "_fold" : NULL);
    }
}

/* "SELECT id, there, ... FROM entity t0 WHERE "; the columns of `set`. */
static struct sql *rows_sql(struct ctx *c, const struct scan_table *t, uint64_t set)
{
    struct sql *q = sql_new(c->a);
    sql_lit(q, "SELECT t0.id, CASE WHEN t0.deleted_at IS NULL THEN 1 ELSE 0 END");
    for (int i = 0; i < t->ncolumns; i++)
        if (set >> i & 1)
            put_column(q, &t->column[i]);
    sql_lit(q, " FROM ");
    sql_name(q, t->en->name);
    sql_lit(q, " AS t0 WHERE ");
    return q;
}

/* Rows not met before are added; *n of them all, the last one's id in *last. */
static bool take_rows(struct ctx *c, struct scan_table *t, struct sql *s, uint64_t set, size_t *n, int64_t *last)
{
    struct db_rows q;
    struct err e;
    bool ok = true;
    size_t row;
    *n = 0;
    if (!sql_query(c->c, s, &q, &e))
        return false;
    while (ok && db_next(&q)) {
        *last = db_int(&q, 0);
        ok = scan_row(t, *last, &row) || scan_append(t, *last, &row);
        if (!ok)
            break;
        scan_set_there(t, row, db_int(&q, 1) != 0);
        int col = 2;
        for (int i = 0; ok && i < t->ncolumns; i++)
            if (set >> i & 1)
                ok = scan_put(t, &t->column[i], row, &q, col++);
        ++*n;
    }
    return db_done(&q, &e) && ok;
}

/* "SELECT record, at, kind FROM event WHERE ... AND record": of these kinds, one walk for all. */
static void events_sql(struct sql *q, const struct scan_table *t, unsigned kinds)
{
    const char *column = query_event_column(t->en), *between = " IN (";
    sql_lit(q, "SELECT ");
    sql_name(q, column);
    sql_lit(q, ", at, kind FROM event WHERE kind");
    for (int i = 0; i < t->nkinds; i++)
        if (kinds >> i & 1) {
            sql_lit(q, between);
            sql_bind(q, V(t->kind[i].name));
            between = ", ";
        }
    sql_lit(q, ") AND is_void = 0 AND is_robot = 0 AND ");
    sql_name(q, column);
}

/* Rows of one record after another: an instant waits with those of its kind until the record's last has come. */
struct gathering { struct scan_table *t; int64_t id; struct instants { int64_t *at; size_t n, cap; } of[SCAN_KINDS]; };

static bool settle(struct gathering *g)
{
    size_t row;
    bool is_there = scan_row(g->t, g->id, &row);    /* or it is of a record that is not there (any more) */
    for (int i = 0; i < g->t->nkinds; i++) {
        struct instants *of = &g->of[i];
        if (of->n && is_there) {
            if (!scan_has_room(g->t, of->n * sizeof *of->at))
                return false;
            int64_t *at = arena_raw(&g->t->a, sizeof *at, alignof(int64_t), of->n);
            memcpy(at, of->at, of->n * sizeof *at);
            scan_set_span(&g->t->kind[i], row, (struct span){ at, (uint32_t)of->n });
        }
        of->n = 0;
    }
    return true;
}

static bool put_instant(struct instants *of, struct ctx *c, int64_t at)
{
    if (of->n == of->cap) {
        size_t cap = of->cap ? 2 * of->cap : 256;
        if ((size_t)(c->a->end - c->a->at) < cap * sizeof *of->at + SCAN_SLACK)
            return false;
        int64_t *more = arena_new(c->a, int64_t, cap);
        if (of->n)
            memcpy(more, of->at, of->n * sizeof *more);
        of->at = more;
        of->cap = cap;
    }
    of->at[of->n++] = at;
    return true;
}

/* `s` is ordered by record and instant. */
static bool take_events(struct ctx *c, struct scan_table *t, struct sql *s)
{
    struct gathering g = { .t = t };
    struct db_rows q;
    struct err e;
    bool ok = true;
    if (!sql_query(c->c, s, &q, &e))
        return false;
    while (ok && db_next(&q)) {
        int64_t id = db_int(&q, 0);
        str kind = db_text_view(&q, 2);
        ok = id == g.id || settle(&g);
        g.id = id;
        for (int i = 0; ok && i < t->nkinds; i++)
            if (str_eq(t->kind[i].name, kind)) {
                ok = put_instant(&g.of[i], c, db_int(&q, 1));
                break;
            }
    }
    return db_done(&q, &e) && ok && settle(&g);
}

/* ── slices ──────────────────────────────────────────────────────────────── */

/* The least that any of what is missing has walked. */
static int64_t walk_from(const struct scan_table *t)
{
    int64_t from = t->is_whole ? INT64_MAX : t->walked;
    for (int i = 0; i < t->ncolumns; i++)
        if (!t->column[i].is_whole && t->column[i].walked < from)
            from = t->column[i].walked;
    return from;
}

static bool read_slice(struct ctx *c, struct scan_table *t, int64_t from)
{
    uint64_t set = 0;
    int64_t last = from;
    size_t n;
    for (int i = 0; i < t->ncolumns; i++)
        if (!t->column[i].is_whole && t->column[i].walked == from)
            set |= (uint64_t)1 << i;
    struct sql *q = rows_sql(c, t, set);
    sql_lit(q, "t0.id > ");
    sql_bind(q, V(from));
    sql_lit(q, " ORDER BY t0.id LIMIT ");
    sql_bind(q, V(SLICE));
    if (!take_rows(c, t, q, set, &n, &last))
        return false;
    for (int i = 0; i < t->ncolumns; i++)
        if (set >> i & 1) {
            t->column[i].walked = last;
            t->column[i].is_whole = n < SLICE;
        }
    if (!t->is_whole && t->walked == from) {
        t->walked = last;
        t->is_whole = n < SLICE;
    }
    return true;
}

/* The next of the kinds that have come least far, of those whose records are all known. */
static bool read_events(struct ctx *c, struct scan_table *t, int64_t walked)
{
    size_t first = scan_lower(t, walked + 1), end = first + EVENTS_SLICE;
    struct sql *q = sql_new(c->a);
    bool is_last = end >= t->sorted;
    int64_t to = is_last ? INT64_MAX : scan_id(t, end - 1);
    unsigned kinds = 0;
    for (int i = 0; i < t->nkinds; i++)
        kinds |= (unsigned)(!t->kind[i].is_whole && t->kind[i].walked == walked) << i;
    events_sql(q, t, kinds);
    sql_lit(q, " > ");
    sql_bind(q, V(walked));
    sql_lit(q, " AND ");
    sql_name(q, query_event_column(t->en));
    sql_lit(q, " <= ");
    sql_bind(q, V(to));
    sql_lit(q, " ORDER BY 1, 2");
    if (!take_events(c, t, q))
        return false;
    for (int i = 0; i < t->nkinds; i++)
        if (kinds >> i & 1) {
            t->kind[i].walked = to;
            t->kind[i].is_whole = is_last;
        }
    return true;
}

/* The least that any of the missing kinds has walked. */
static int64_t events_from(const struct scan_table *t)
{
    int64_t from = INT64_MAX;
    for (int i = 0; i < t->nkinds; i++)
        if (!t->kind[i].is_whole && t->kind[i].walked < from)
            from = t->kind[i].walked;
    return from;
}

static bool feed_stands(struct ctx *c, int64_t *seq)
{
    struct err e;
    bool found;
    return db_get_int(c->c, "SELECT last FROM setu_seq", DB_NONE, &found, seq, &e) && found;
}

bool scan_read(struct ctx *c, struct scan_table *t, int64_t until, bool *is_whole)
{
    int64_t seq;
    if (!feed_stands(c, &seq))
        return false;
    if (seq < t->seq || (t->n == 0 && !t->is_whole))
        t->seq = seq;                           /* this reader may see less than the one before */
    for (*is_whole = false;; arena_reset(c->a)) {
        int64_t from = walk_from(t), events = events_from(t);
        *is_whole = from == INT64_MAX && events == INT64_MAX;
        if (*is_whole || clock_mono() >= until)
            return true;
        if (from < INT64_MAX ? !read_slice(c, t, from) : !read_events(c, t, events))
            return false;
    }
}

/* ── what was written since ──────────────────────────────────────────────── */

static void put_since(struct sql *q, const struct scan_table *t, int64_t to)
{
    sql_lit(q, "seq > ");
    sql_bind(q, V(t->seq));
    sql_lit(q, " AND seq <= ");
    sql_bind(q, V(to));
}

/* Changed itself; what happened to it; changed what an event of it is about (a call that was moved). */
static struct sql *touched_sql(struct ctx *c, const struct scan_table *t, int64_t to)
{
    const char *column = query_event_column(t->en);
    struct sql *q = sql_new(c->a);
    sql_lit(q, "SELECT record_id FROM change WHERE entity = ");
    sql_bind(q, V(str_of(t->en->name)));
    sql_lit(q, " AND ");
    put_since(q, t, to);
    sql_lit(q, " UNION SELECT ");
    sql_name(q, column);
    sql_lit(q, " FROM event WHERE ");
    put_since(q, t, to);
    sql_lit(q, " UNION SELECT ");
    sql_name(q, column);
    sql_lit(q, " FROM event WHERE record_id IN (SELECT record_id FROM change WHERE ");
    put_since(q, t, to);
    sql_lit(q, ") LIMIT ");
    sql_bind(q, V(TOUCHED_MAX + 1));
    return q;
}

static bool read_touched(struct ctx *c, struct scan_table *t, int64_t to, int64_t *ids, size_t *n)
{
    struct db_rows q;
    struct err e;
    *n = 0;
    if (!sql_query(c->c, touched_sql(c, t, to), &q, &e))
        return false;
    while (*n <= TOUCHED_MAX && db_next(&q))
        if (db_int(&q, 0))                      /* events of nobody */
            ids[(*n)++] = db_int(&q, 0);
    return db_done(&q, &e) && *n <= TOUCHED_MAX;
}

static bool read_again(struct ctx *c, struct scan_table *t, const int64_t *ids, size_t n)
{
    uint64_t all = ((uint64_t)1 << t->ncolumns) - 1;
    struct sql *q = rows_sql(c, t, all);
    int64_t last;
    size_t row, met;
    for (size_t i = 0; i < n; i++)
        if (scan_row(t, ids[i], &row)) {            /* until it is met again it is gone, and nothing happened to it */
            scan_set_there(t, row, false);
            for (int k = 0; k < t->nkinds; k++)
                scan_set_span(&t->kind[k], row, (struct span){ 0 });
        }
    sql_lit(q, "t0.id");
    sql_in_ids(q, ids, n);
    if (!take_rows(c, t, q, all, &met, &last))
        return false;
    if (t->nkinds == 0)
        return true;
    struct sql *events = sql_new(c->a);
    events_sql(events, t, ((unsigned)1 << t->nkinds) - 1);
    sql_in_ids(events, ids, n);
    sql_lit(events, " ORDER BY 1, 2");
    return take_events(c, t, events);
}

bool scan_catch_up(struct ctx *c, struct scan_table *t)
{
    int64_t to, *ids;
    size_t n;
    if (!feed_stands(c, &to))
        return false;
    if (to <= t->seq || fault_is_on("stale_columns"))
        return true;
    ids = arena_new(c->a, int64_t, TOUCHED_MAX + 1);
    if (!read_touched(c, t, to, ids, &n))
        return false;
    for (size_t i = 0; i < n; i += SQL_IDS_MAX)
        if (!read_again(c, t, ids + i, n - i < SQL_IDS_MAX ? n - i : SQL_IDS_MAX))
            return false;
    t->seq = to;
    return true;
}
