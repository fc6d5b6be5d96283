/* summary.c - totals of a field by a field: boards, charts, reports.
 *
 * The database groups by the stored value (dates by day, instants by quarter of an
 * hour); the months, quarters and years of the reader's calendar are made of those
 * here, so a Jalali season is exact in every zone. Amounts are summed in two halves
 * that cannot overflow and put together with a check: a total is exact or refused.
 */
#include "record/list.h"
#include "base/id.h"
#include "base/clock.h"
#include "record/query_tree.h"
#include "record/row.h"
#include "record/type.h"
#include "msg/query.h"

enum { SUMMARY_ROWS_MAX = 1000, SLOTS = 4096, ALIAS = 24 };
#define QUARTER_HOUR_US (15 * MINUTE_US)
#define HALF INT64_C(1000000000)

struct group {
    const struct field *f;                      /* NULL: one row of everything */
    const struct query *path;
    enum period unit;
};

/* Rows being made: found by key, in a table twice as large as they may become. */
struct totals {
    struct ctx *c;
    const struct group *g;
    const struct field *sum;
    struct summary_row *rows; int64_t *rank; size_t n;
    int *slot;                                  /* row + 1 */
};

/* ── what is grouped and summed ──────────────────────────────────────────── */

static bool refuse(int msg, const char *field, str name, struct err *e)
{
    fail(e, ERR_INVALID, msg, "\"%.*s\"", STR_ARG(name));
    err_field(e, field);
    return err_arg(e, "name", name);
}

static bool unit_read(str text, enum period *out)
{
    static const char *const name[] = {
        [PERIOD_DAY] = "day", [PERIOD_WEEK] = "week", [PERIOD_MONTH] = "month",
        [PERIOD_QUARTER] = "quarter", [PERIOD_YEAR] = "year",
    };
    for (size_t i = 0; i < countof(name); i++)
        if (str_eq(text, str_of(name[i]))) {
            *out = (enum period)i;
            return true;
        }
    return false;
}

static bool is_time(const struct field *f)
{
    return f->type == FIELD_DATE || f->type == FIELD_INSTANT;
}

static bool can_group(const struct query *path)
{
    switch (query_leaf(path)->type) {
    case FIELD_LONGTEXT: case FIELD_MONEY: case FIELD_REFS: case FIELD_ADDRESS:
    case FIELD_FILE: case FIELD_COMPUTED:
        return false;
    default:
        break;
    }
    for (int i = 0; i < path->npath - 1; i++)   /* a list on the way would count records twice */
        if (query_step(path, i)->type != FIELD_REF)
            return false;
    return true;
}

/* "close_date:month", "company.industry": read as a condition, so names and rights are checked alike. */
static bool group_read(struct ctx *c, const struct entity *en, str text, struct group *out, struct err *e)
{
    struct group g = { .unit = PERIOD_DAY };
    str rest = text, name = str_cut(&rest, ':');
    bool has_unit = name.n < text.n;
    struct query *q = NULL;

    if (text.n == 0) {
        *out = g;
        return true;
    }
    str condition = arena_fmt(c->a, "%.*s is empty", STR_ARG(name));
    if (!query_parse(c->a, condition, &q, e) || !q || q->kind != QUERY_EMPTY)
        return refuse(MSG_query_bad_group, "group", text, e);
    if (!query_check(c, en, q, e))
        return err_field(e, "group");
    g.f = query_leaf(q);
    g.path = q;
    if (!can_group(q) || (has_unit && (!is_time(g.f) || !unit_read(rest, &g.unit))))
        return refuse(MSG_query_bad_group, "group", text, e);
    *out = g;
    return true;
}

static bool sum_read(struct ctx *c, const struct entity *en, str text, const struct field **out, struct err *e)
{
    const struct field *f = text.n ? query_find(c, en, text) : NULL;
    bool is_number = f && query_leaf_kind(f) == LEAF_NUMBER && query_system(text) != f;
    if (text.n && !is_number)
        return refuse(MSG_query_bad_sum, "sum", text, e);
    *out = f;
    return true;
}

/* ── the statement ───────────────────────────────────────────────────────── */

static void put_join(struct ctx *c, struct sql *q, const struct entity *target, const char *alias,
                     const char *from, const char *column)
{
    sql_lit(q, " LEFT JOIN ");
    sql_name(q, target->name);
    sql_lit(q, " AS ");
    sql_alias(q, alias);
    sql_lit(q, " ON ");
    sql_column(q, alias, "id", NULL);
    sql_lit(q, " = ");
    sql_column(q, from, column, NULL);
    sql_lit(q, " AND (");
    access_predicate(q, c, target, ACTION_SEE, alias);
    sql_lit(q, ")");
}

/* Joins the path, from what `own` gives for each record; a reference at its end too, for its title. */
static void put_joins(struct ctx *c, struct sql *q, const struct group *g)
{
    char from[ALIAS] = "own", to[ALIAS];

    for (int i = 0; i < g->path->npath; i++) {
        const struct field *f = query_step(g->path, i);
        if (f->type != FIELD_REF)
            break;
        snprintf(to, ALIAS, "g%d", i);
        put_join(c, q, query_target(f), to, from, i ? f->name : "k");
        memcpy(from, to, ALIAS);
    }
}

static void put_value(struct sql *q, const char *alias, const struct field *f, const char *column)
{
    sql_column(q, alias, column, NULL);
    if (f->type == FIELD_INSTANT) {
        sql_lit(q, " / ");
        sql_int(q, QUARTER_HOUR_US);
    }
}

/* What stands in the record itself: the field, or the reference the path begins with. */
static void put_key(struct sql *q, const struct group *g)
{
    const struct field *f = query_step(g->path, 0);
    put_value(q, "t0", f, f->name);
}

static bool is_path(const struct group *g) { return g->f && query_step(g->path, 0)->type == FIELD_REF; }

/* What stands at the end of a path, and of a reference its title. */
static void put_end(struct sql *q, const struct group *g)
{
    bool is_ref = g->f->type == FIELD_REF;
    const struct field *title = is_ref ? row_title(query_target(g->f)) : NULL;
    char alias[ALIAS];

    snprintf(alias, ALIAS, "g%d", g->path->npath - (is_ref ? 1 : 2));
    put_value(q, alias, g->f, is_ref ? "id" : g->f->name);
    if (title) {
        sql_lit(q, ", ");
        sql_column(q, alias, title->name, NULL);
    }
}

static void put_half(struct sql *q, const struct field *sum, const char *op, const char *name)
{
    sql_lit(q, ", CAST(sum(");
    sql_column(q, "t0", sum->name, sum->type == FIELD_MONEY ? "_base" : NULL);
    sql_lit(q, op);
    sql_int(q, HALF);
    sql_lit(q, ") AS BIGINT) AS ");
    sql_lit(q, name);
}

/* "count(*) AS n, ... AS high, ... AS low[, key AS k] FROM ... WHERE ...[ GROUP BY key]" by what stands in the records themselves. */
static bool put_own(struct ctx *c, const struct list_spec *s, const struct group *g, const struct field *sum, struct sql *q, struct err *e)
{
    sql_lit(q, "SELECT count(*) AS n");
    if (sum) {
        put_half(q, sum, " / ", "high");
        put_half(q, sum, " % ", "low");
    } else {
        sql_lit(q, ", 0 AS high, 0 AS low");
    }
    if (g->f) {
        sql_lit(q, ", ");
        put_key(q, g);
        sql_lit(q, " AS k");
    }
    sql_lit(q, " FROM ");
    sql_name(q, s->en->name);
    sql_lit(q, " AS t0");
    if (!list_where(c, s, q, e))
        return false;
    if (g->f) {
        sql_lit(q, " GROUP BY ");
        put_key(q, g);
    }
    return true;
}

/* Of a path the records are counted by the reference it begins with, which an index holds in order; only then, for each one that is
 * referred to, the path is walked. */
static bool summary_sql(struct ctx *c, const struct list_spec *s, const struct group *g, const struct field *sum, struct sql *q, struct err *e)
{
    if (!is_path(g))
        return put_own(c, s, g, sum, q, e);
    sql_lit(q, "SELECT CAST(sum(own.n) AS BIGINT), CAST(sum(own.high) AS BIGINT), CAST(sum(own.low) AS BIGINT), ");
    put_end(q, g);
    sql_lit(q, " FROM (");
    if (!put_own(c, s, g, sum, q, e))
        return false;
    sql_lit(q, ") AS own");
    put_joins(c, q, g);
    sql_lit(q, " GROUP BY ");
    put_end(q, g);
    return true;
}

/* ── rows ────────────────────────────────────────────────────────────────── */

static size_t slot_of(const struct totals *t, str key)
{
    size_t at = str_hash(key) % SLOTS;
    while (t->slot[at] && !str_eq(t->rows[t->slot[at] - 1].key, key))
        at = (at + 1) % SLOTS;
    return at;
}

static bool add(struct totals *t, str key, str label, int64_t rank, int64_t n, int64_t sum, struct err *e)
{
    size_t at = slot_of(t, key);

    if (!t->slot[at]) {
        if (t->n == SUMMARY_ROWS_MAX) {
            fail(e, ERR_TOO_MANY, MSG_query_many_groups, "more than %d groups", SUMMARY_ROWS_MAX);
            return err_arg_int(e, "max", SUMMARY_ROWS_MAX);
        }
        t->rows[t->n] = (struct summary_row){ arena_str(t->c->a, key), arena_str(t->c->a, label), 0, 0 };
        t->rank[t->n] = rank;
        t->slot[at] = (int)++t->n;
    }
    struct summary_row *r = &t->rows[t->slot[at] - 1];
    r->n += n;
    if (__builtin_add_overflow(r->sum, sum, &r->sum))
        return fail(e, ERR_INVALID, MSG_query_sum_large, "sum past 63 bits");
    return true;
}

static bool add_period(struct totals *t, int64_t value, int64_t n, int64_t sum, struct err *e)
{
    struct ctx *c = t->c;
    bool is_instant = t->g->f->type == FIELD_INSTANT;
    int64_t day = is_instant ? zone_days(c->loc->zone, value * QUARTER_HOUR_US) : value, from, to;

    period_range(c->loc, t->g->unit, day, 0, &from, &to);
    str key = iso_date(c->a, from);
    bool is_known = t->slot[slot_of(t, key)];   /* a year has 35,000 quarters of an hour, and one name */
    return add(t, key, is_known ? (str){ 0 } : loc_period(c->a, c->loc, t->g->unit, from), from, n, sum, e);
}

static bool add_choice(struct totals *t, str value, int64_t n, int64_t sum, struct err *e)
{
    const struct choice *o = t->g->f->choices;
    for (int i = 0; o && o[i].value; i++)
        if (str_eq(value, str_of(o[i].value)))
            return add(t, value, msg_text(t->c->a, t->c->loc, o[i].label, NULL), i, n, sum, e);
    const struct val v = val_text(value);
    return add(t, value, o ? value : type_show(t->c->a, t->c->loc, t->g->f, &v), INT32_MAX, n, sum, e);
}

/* A record with two tags counts under both. */
static bool add_set(struct totals *t, str values, int64_t n, int64_t sum, struct err *e)
{
    while (values.n > 0)
        if (!add_choice(t, str_cut(&values, ','), n, sum, e))
            return false;
    return true;
}

static bool add_value(struct totals *t, const struct db_rows *rows, int64_t n, int64_t sum, struct err *e)
{
    const struct field *f = t->g->f;
    struct arena *a = t->c->a;
    enum { KEY = 3, TITLE = 4 };

    if (db_is_null(rows, KEY))
        return add(t, (str){ 0 }, msg_text(a, t->c->loc, MSG_query_none, NULL), INT64_MAX, n, sum, e);
    int64_t i = db_int(rows, KEY);
    if (is_time(f))
        return add_period(t, i, n, sum, e);
    if (f->type == FIELD_REF) {
        str title = row_title(query_target(f)) ? db_text(rows, TITLE, a) : (str){ 0 };
        return add(t, id_text(a, i), title.n ? title : id_text(a, i), INT32_MAX, n, sum, e);
    }
    if (f->type == FIELD_BOOL)
        return add(t, i ? S("true") : S("false"),
                   msg_text(a, t->c->loc, i ? MSG_query_yes : MSG_query_no, NULL), !i, n, sum, e);
    if (query_leaf_kind(f) == LEAF_NUMBER) {
        struct val v = val_int(i);
        return add(t, type_canon(a, f, &v), type_show(a, t->c->loc, f, &v), i, n, sum, e);
    }
    str text = db_text(rows, KEY, a);
    return query_leaf_kind(f) == LEAF_SET ? add_set(t, text, n, sum, e) : add_choice(t, text, n, sum, e);
}

/* high * 10^9 + low, or false. */
static bool join_halves(int64_t high, int64_t low, int64_t *out)
{
    return !__builtin_mul_overflow(high, HALF, out) && !__builtin_add_overflow(*out, low, out);
}

static bool read_rows(struct totals *t, struct db_rows *rows, struct err *e)
{
    while (db_next(rows)) {
        int64_t n = db_int(rows, 0), sum = 0;
        bool ok = join_halves(db_int(rows, 1), db_int(rows, 2), &sum)
               || fail(e, ERR_INVALID, MSG_query_sum_large, "sum past 63 bits");
        if (ok)
            ok = t->g->f ? add_value(t, rows, n, sum, e) : add(t, (str){ 0 }, (str){ 0 }, 0, n, sum, e);
        if (!ok) {
            struct err ignored;
            (void)!db_done(rows, &ignored);
            return false;
        }
    }
    return db_done(rows, e);
}

/* ── order ───────────────────────────────────────────────────────────────── */

struct ranked { struct summary_row row; int64_t rank; };

/* Choices as declared, times and numbers upwards, names by how many; no value last. */
static int compare(const void *x, const void *y)
{
    const struct ranked *a = x, *b = y;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->row.n != b->row.n)
        return a->row.n > b->row.n ? -1 : 1;
    return str_cmp(a->row.label, b->row.label);
}

static struct summary_row *sorted(struct arena *a, const struct totals *t)
{
    struct ranked *v = arena_new(a, struct ranked, t->n + 1);
    for (size_t i = 0; i < t->n; i++)
        v[i] = (struct ranked){ t->rows[i], t->rank[i] };
    qsort(v, t->n, sizeof *v, compare);
    for (size_t i = 0; i < t->n; i++)
        t->rows[i] = v[i].row;
    return t->rows;
}

bool record_summary(struct ctx *c, const struct list_spec *s, str group, str sum,
                    struct summary_row **out, size_t *n, struct err *e)
{
    struct group g;
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    struct totals t = { .c = c, .g = &g };

    if (!group_read(c, s->en, group, &g, e) || !sum_read(c, s->en, sum, &t.sum, e)
        || !summary_sql(c, s, &g, t.sum, q, e) || !sql_query(c->c, q, &rows, e))
        return false;
    t.rows = arena_new(c->a, struct summary_row, SUMMARY_ROWS_MAX);
    t.rank = arena_new(c->a, int64_t, SUMMARY_ROWS_MAX);
    t.slot = arena_new(c->a, int, SLOTS);
    if (!read_rows(&t, &rows, e))
        return false;
    *out = sorted(c->a, &t);
    *n = t.n;
    return true;
}
