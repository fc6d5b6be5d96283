/* list.c - pages of records: filtered, sorted, walked both ways by keys.
 *
 * A page is one statement: columns, titles of references by LEFT JOIN, the reader's
 * rights, and "after this key" instead of OFFSET, so page 20,000 costs what page 1
 * does and no row is shown twice or skipped while others write. Equal keys are told
 * apart by id. Records without a sort value come last in both directions: they are
 * walked by a second statement, so both backends use the same index and no word
 * about the order of NULL is needed.
 */
#include "record/list_walk.h"
#include "record/query_tree.h"
#include "record/row.h"
#include "record/scan.h"
#include "msg/query.h"

/* ── which records ───────────────────────────────────────────────────────── */

static bool read_filter(struct ctx *c, const struct list_spec *s, struct query **out, struct err *e)
{
    *out = NULL;
    return (query_parse(c->a, s->filter, out, e) && query_check(c, s->en, *out, e)) || err_field(e, "filter");
}

/* A hidden filter is the same condition, and no index is taken for it. */
static bool put_where(struct ctx *c, const struct list_spec *s, const struct query *filter, bool is_hidden, struct sql *q,
                      struct err *e)
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

bool list_where(struct ctx *c, const struct list_spec *s, struct sql *q, struct err *e)
{
    struct query *filter;
    return read_filter(c, s, &filter, e) && put_where(c, s, filter, false, q, e);
}

static void put_table(struct sql *q, const struct entity *en, const char *alias)
{
    sql_name(q, en->name);
    sql_lit(q, " AS ");
    sql_alias(q, alias);
}

static void put_from(struct sql *q, const struct entity *en)
{
    sql_lit(q, " FROM ");
    put_table(q, en, "t0");
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
    if (is_led) {
        sql_lit(q, " FROM ");
        put_table(q, w->sort.target, "s0");
        sql_lit(q, " CROSS JOIN ");
        put_table(q, w->s->en, "t0");
    } else {
        put_from(q, w->s->en);
    }
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
static void put_after(struct sql *q, const struct sort *o, const struct stretch *p, bool is_by_id)
{
    bool is_down = o->is_desc != p->is_back;
    if (o->is_lowered && !is_by_id) {
        put_after_lowered(q, o, p->at, is_down);
        return;
    }
    sql_lit(q, " AND (");
    if (!is_by_id) {
        sort_key(q, o);
        sql_lit(q, ", ");
    }
    sql_lit(q, is_down ? "t0.id) < (" : "t0.id) > (");
    if (!is_by_id) {
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
    bool is_down = o->is_desc != p->is_back, is_by_id = p->in_empty || p->only || !o->f;
    bool is_led = o->target && !p->in_empty && sort_is_walkable(o) && (!w->filter || is_hidden);
    put_tables(q, c, w, joins, is_led);
    if (!put_where(c, w->s, filter, is_hidden, q, e))
        return false;
    if (is_led) {
        sql_lit(q, " AND ");
        put_titles_are(q, c, o);
    }
    put_stretch(q, o, p);
    if (p->at)
        put_after(q, o, p, is_by_id);
    sql_lit(q, " ORDER BY ");
    if (!is_by_id) {
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

/* One row more than shown tells whether the walk goes on. */
static int page_of(const struct list_spec *s) { return (s->limit ? s->limit : LIST_LIMIT) + 1; }

/* What must be sorted is sorted by keys and ids alone: titles are fetched for the page, not for all that is found. */
static bool sorted_sql(struct ctx *c, const struct walk *w, const struct stretch *p, struct sql *q, struct err *e)
{
    uint64_t needs = row_needs(w->s->en, w->want);
    bool is_down = w->sort.is_desc != p->is_back, is_by_id = p->in_empty || p->only || !w->sort.f;
    sql_lit(q, "SELECT ");
    row_columns(q, w->s->en, needs, c->loc);
    sql_lit(q, ", found.k FROM (SELECT t0.id AS i, ");
    sort_key(q, &w->sort);
    sql_lit(q, " AS k");
    if (!walk_from(c, w, p, 0, w->filter, false, q, e))
        return false;
    sql_int(q, page_of(w->s));                  /* a number to plan for: PostgreSQL takes one that is bound for a tenth of all */
    sql_lit(q, ") AS found JOIN ");
    put_table(q, w->s->en, "t0");
    sql_lit(q, " ON t0.id = found.i");
    row_joins(q, c, w->s->en, needs, "t0");
    sql_lit(q, is_by_id ? " ORDER BY " : is_down ? " ORDER BY found.k DESC, " : " ORDER BY found.k, ");
    sql_lit(q, is_down ? "t0.id DESC" : "t0.id");
    return true;
}

bool walk_sql(struct ctx *c, const struct walk *w, const struct stretch *p, bool is_hidden, struct sql *q, struct err *e)
{
    bool is_sorted = !sort_is_walkable(&w->sort) || (w->filter && !is_hidden && !w->is_bounded);
    return is_sorted ? sorted_sql(c, w, p, q, e) : walked_sql(c, w, p, is_hidden, q, e);
}

static struct db_val key_of(struct arena *a, const struct db_rows *rows, int col, enum db_kind kind)
{
    if (db_is_null(rows, col))
        return DB_NULL_VAL;
    if (kind == DB_INT)
        return db_val_int(db_int(rows, col));
    return (struct db_val){ kind, { .s = db_text(rows, col, a) } };
}

/* Hidden where enough is near: else few lie along the order, and the filter's own index leads to them. */
static bool stretch_sql(struct ctx *c, const struct walk *w, const struct stretch *p, struct sql *q, struct err *e)
{
    bool is_hidden = w->may_hide;
    return (!is_hidden || walk_is_near(c, w, p, &is_hidden, e)) && walk_sql(c, w, p, is_hidden, q, e);
}

static bool walk_one(struct ctx *c, struct walk *w, const struct stretch *p, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;

    if (!stretch_sql(c, w, p, q, e) || !sql_query(c->c, q, &rows, e))
        return false;
    while (w->limit > 0 && db_next(&rows)) {
        int col = 0;
        w->rows[w->n] = row_read(c->a, &rows, &col, w->s->en, row_needs(w->s->en, w->want));
        w->keys[w->n++] = key_of(c->a, &rows, col, w->sort.kind);
        w->limit--;
    }
    return db_done(&rows, e);
}

/* Each choice lies in its index by id: one after the other, from where the place is. */
static bool is_by_choice(const struct walk *w) { return w->sort.choices && sort_is_walkable(&w->sort) && (!w->filter || w->may_hide); }

static struct stretch of_choice(const struct walk *w, const struct stretch *p, int64_t i)
{
    bool is_place = p->at && p->at->key.i == i;
    return (struct stretch){ .is_back = p->is_back, .only = &w->sort.choices[i], .at = is_place ? p->at : NULL };
}

static int64_t first_choice(const struct walk *w, const struct stretch *p, int64_t n)
{
    bool is_down = w->sort.is_desc != p->is_back;
    return p->at ? p->at->key.i : is_down ? n - 1 : 0;
}

static int64_t choices_of(const struct walk *w)
{
    int64_t n = 0;
    while (w->sort.choices[n].value)
        n++;
    return n;
}

static bool walk_choices(struct ctx *c, struct walk *w, const struct stretch *p, struct err *e)
{
    int64_t n = choices_of(w), step = w->sort.is_desc != p->is_back ? -1 : 1;
    for (int64_t i = first_choice(w, p, n); i >= 0 && i < n && w->limit > 0; i += step) {
        struct stretch one = of_choice(w, p, i);
        if (!walk_one(c, w, &one, e))
            return false;
    }
    return true;
}

static bool walk(struct ctx *c, struct walk *w, const struct stretch *p, struct err *e)
{
    if (w->limit == 0 || (p->in_empty && w->sort.is_required))
        return true;
    return is_by_choice(w) && !p->in_empty ? walk_choices(c, w, p, e) : walk_one(c, w, p, e);
}

/* ── a page ──────────────────────────────────────────────────────────────── */

static uint64_t wanted(const struct ctx *c, const struct list_spec *s)
{
    uint64_t readable = row_readable(c, s->en), want = 0;
    const struct field *title = row_title(s->en);

    if (s->ncols == 0)
        return readable;
    for (int i = 0; i < s->ncols; i++)
        want |= (uint64_t)1 << field_index(s->en, s->cols[i]);
    if (title)                                  /* what a row is called is always shown */
        want |= (uint64_t)1 << field_index(s->en, title);
    return want & readable;
}

static uint64_t mark_of(const struct list_spec *s, const struct sort *o)
{
    uint64_t h = str_hash(str_of(s->en->name)) * 31 + str_hash(str_of(o->f ? o->f->name : "id"));
    return h * 2 + o->is_desc;
}

static void reverse(struct walk *w)
{
    for (size_t i = 0, j = w->n; i + 1 < j; i++) {
        struct record *r = w->rows[--j];
        struct db_val k = w->keys[j];
        w->rows[j] = w->rows[i], w->keys[j] = w->keys[i];
        w->rows[i] = r, w->keys[i] = k;
    }
}

static str place(struct arena *a, const struct walk *w, size_t i, bool is_back)
{
    struct cursor at = {
        .is_back = is_back, .in_empty = w->keys[i].kind == DB_NULL, .key = w->keys[i], .id = w->rows[i]->id,
    };
    return cursor_text(a, &at, mark_of(w->s, &w->sort));
}

static struct stretch begins(const struct cursor *at)
{
    return (struct stretch){ .in_empty = at && at->in_empty, .is_back = at && at->is_back, .at = at };
}

/* Rows with a sort value come first, those without last: walking back begins with the latter. */
static bool walk_page(struct ctx *c, struct walk *w, const struct cursor *at, struct err *e)
{
    struct stretch first = begins(at), second = { .in_empty = !first.in_empty, .is_back = first.is_back };

    w->n = 0;
    if (!walk(c, w, &first, e))
        return false;
    bool has_second = first.is_back == first.in_empty;  /* the other half lies in this direction */
    return !has_second || walk(c, w, &second, e);
}

static bool check_spec(const struct list_spec *s, struct err *e)
{
    if (s->limit < 0 || s->limit > LIST_LIMIT_MAX) {
        fail(e, ERR_INVALID, MSG_query_bad_limit, "limit %d", s->limit);
        err_field(e, "limit");
        return err_arg_int(e, "max", LIST_LIMIT_MAX);
    }
    if (s->ncols > LIST_COLUMNS_MAX) {
        fail(e, ERR_INVALID, MSG_query_bad_columns, "%d columns", s->ncols);
        err_field(e, "columns");
        return err_arg_int(e, "max", LIST_COLUMNS_MAX);
    }
    return true;
}

static void close_page(struct ctx *c, struct walk *w, const struct cursor *at, int limit, struct list *out)
{
    bool is_back = at && at->is_back, has_more = w->n > (size_t)limit;

    w->n -= has_more;
    if (is_back)
        reverse(w);
    *out = (struct list){ .rows = w->rows, .n = w->n };
    if (w->n == 0)
        return;
    if (is_back ? has_more : at != NULL)
        out->prev = place(c->a, w, 0, true);
    if (is_back || has_more)
        out->next = place(c->a, w, w->n - 1, false);
}

/* What every page begins with: limits, order, place, columns. *has_cursor: `at` is filled. */
static bool prepare(struct ctx *c, const struct list_spec *s, struct walk *w, struct cursor *at, bool *has_cursor,
                    struct err *e)
{
    *w = (struct walk){ .s = s };
    *has_cursor = s->cursor.n > 0;
    struct query *filter;

    if (!check_spec(s, e) || !sort_read(c, s, &w->sort, e) || !read_filter(c, s, &filter, e))
        return false;
    w->filter = filter;
    w->is_bounded = s->is_served || (!w->sort.target && walk_is_bounded(filter, w->sort.f));
    if (filter && !w->is_bounded && !s->search.n && sort_is_walkable(&w->sort) && !list_is_common(c, s->en, filter, &w->may_hide, e))
        return false;
    if (*has_cursor && !cursor_read(c->a, s->cursor, mark_of(s, &w->sort), w->sort.kind, at, e))
        return err_field(e, "cursor");
    w->want = wanted(c, s);
    w->limit = page_of(s);
    w->rows = arena_new(c->a, struct record *, w->limit);
    w->keys = arena_new(c->a, struct db_val, w->limit);
    return true;
}

bool list_statement(struct ctx *c, const struct list_spec *s, struct sql *q, struct err *e)
{
    struct walk w;
    struct cursor at;
    bool has_cursor;

    if (!prepare(c, s, &w, &at, &has_cursor, e))
        return false;
    struct stretch p = begins(has_cursor ? &at : NULL);
    if (is_by_choice(&w) && !p.in_empty)
        p = of_choice(&w, &p, first_choice(&w, &p, choices_of(&w)));
    return stretch_sql(c, &w, &p, q, e);
}

bool record_list(struct ctx *c, const struct list_spec *s, struct list *out, struct err *e)
{
    struct walk w;
    struct cursor at;
    struct list page;
    bool has_cursor;

    if (!prepare(c, s, &w, &at, &has_cursor, e))
        return false;
    int limit = w.limit - 1;
    if (!walk_page(c, &w, has_cursor ? &at : NULL, e))
        return false;
    if (w.n == 0 && has_cursor) {               /* nothing is left there: the list from its beginning */
        has_cursor = false;
        w.limit = limit + 1;
        if (!walk_page(c, &w, NULL, e))
            return false;
    }
    close_page(c, &w, has_cursor ? &at : NULL, limit, &page);
    if (!row_finish(c, s->en, w.want, page.rows, page.n, e))
        return false;
    *out = page;
    return true;
}

bool record_count(struct ctx *c, const struct list_spec *s, int64_t cap, int64_t *n, bool *is_capped, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct query *filter;
    struct db_rows rows;
    int64_t found = 0;

    if (!read_filter(c, s, &filter, e))
        return false;
    *is_capped = false;
    if (cap >= COUNT_CAP && !s->search.n && scan_find(c, s->en, filter, NULL, 0, n))
        return true;
    sql_lit(q, "SELECT count(*) FROM (SELECT 1");
    put_from(q, s->en);
    if (!put_where(c, s, filter, false, q, e))
        return false;
    sql_lit(q, " LIMIT ");
    sql_bind(q, V(cap + 1));
    sql_lit(q, ") AS x");
    if (!sql_query(c->c, q, &rows, e))
        return false;
    if (db_next(&rows))
        found = db_int(&rows, 0);
    if (!db_done(&rows, e))
        return false;
    *is_capped = found > cap;
    *n = *is_capped ? cap : found;
    return true;
}
