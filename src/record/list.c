/* list.c - pages of records: filtered, sorted, walked both ways by keys.
 *
 * A page is one statement: columns, titles of references by LEFT JOIN, the reader's
 * rights, and "after this key" instead of OFFSET, so page 20,000 costs what page 1
 * does and no row is shown twice or skipped while others write. Equal keys are told
 * apart by id. Records without a sort value come last in both directions: they are
 * walked by a second statement, so both backends use the same index and no word
 * about the order of NULL is needed.
 */
#include "record/list.h"
#include "record/cursor.h"
#include "record/query_tree.h"
#include "record/row.h"
#include "record/scan.h"
#include "msg/query.h"

enum { ALIAS = 24 };

/* ── what the list is sorted by ──────────────────────────────────────────── */

struct sort {
    const struct field *f;                      /* NULL: by id alone */
    char alias[ALIAS]; const char *column, *suffix;
    const struct choice *choices;               /* sorted as they are declared */
    bool is_desc, is_required;
    enum db_kind kind;
    uint64_t join;                              /* the reference whose title sorts */
};

static bool refuse_sort(str name, struct err *e)
{
    fail(e, ERR_INVALID, MSG_query_bad_sort, "sort \"%.*s\"", STR_ARG(name));
    err_field(e, "sort");
    return err_arg(e, "name", name);
}

static bool is_sortable(const struct field *f)
{
    switch (f->type) {
    case FIELD_LONGTEXT: case FIELD_CHOICES: case FIELD_REFS: case FIELD_TAGS:
    case FIELD_ADDRESS: case FIELD_FILE: case FIELD_COMPUTED:
        return false;
    default:
        return true;
    }
}

/* The column of text that stands for `f`, its sort key where there is one. */
static void sort_by_column(struct sort *o, const struct field *f)
{
    bool has_key = (f->flags & F_SORT) && query_leaf_kind(f) == LEAF_TEXT;
    o->column = f->name;
    o->suffix = has_key ? "_key" : f->type == FIELD_MONEY ? "_base" : NULL;
    o->kind = has_key ? DB_BLOB : query_leaf_kind(f) == LEAF_TEXT ? DB_TEXT : DB_INT;
    o->choices = f->type == FIELD_CHOICE ? f->choices : NULL;
}

static bool sort_by_title(const struct ctx *c, const struct entity *en, struct sort *o)
{
    const struct entity *target = query_target(o->f);
    const struct field *title = row_title(target);
    bool is_own = !query_system(str_of(o->f->name));

    if (!is_own || !title || !query_find(c, target, str_of(title->name)))
        return false;
    sort_by_column(o, title);
    int index = field_index(en, o->f);
    o->join = (uint64_t)1 << index;
    snprintf(o->alias, ALIAS, "r%d", index);
    return true;
}

static bool sort_read(const struct ctx *c, const struct list_spec *s, struct sort *out, struct err *e)
{
    str text = s->sort.n ? s->sort : str_of(s->en->order), name = text;
    struct sort o = { .alias = "t0", .is_desc = str_starts(text, S("-")) };

    if (o.is_desc)
        name = str_from(text, 1);
    if (name.n == 0 || str_eq(name, S("id"))) {
        *out = (struct sort){ .alias = "t0", .is_desc = o.is_desc, .is_required = true, .kind = DB_INT };
        return true;
    }
    o.f = query_find(c, s->en, name);
    if (!o.f || !is_sortable(o.f))
        return refuse_sort(name, e);
    o.is_required = query_system(name) == o.f && (o.f->flags & F_REQUIRED);
    if (o.f->type != FIELD_REF)
        sort_by_column(&o, o.f);
    else if (!sort_by_title(c, s->en, &o))
        return refuse_sort(name, e);
    *out = o;
    return true;
}

/* Does an index hold the records in this order? */
static bool is_walkable(const struct sort *o)
{
    bool is_system = o->f && query_system(str_of(o->f->name)) == o->f;
    return !o->f || (!o->join && !o->choices && (is_system || (o->f->flags & (F_INDEX | F_SORT))));
}

static void put_key(struct sql *q, const struct sort *o)
{
    if (!o->f) {
        sql_lit(q, "t0.id");
        return;
    }
    sql_lit(q, o->choices ? "CASE " : "");
    sql_column(q, o->alias, o->column, o->suffix);
    for (const struct choice *x = o->choices; x && x->value; x++) {
        sql_lit(q, " WHEN ");
        sql_bind(q, V(str_of(x->value)));
        sql_lit(q, " THEN ");
        sql_int(q, x - o->choices);
    }
    sql_lit(q, o->choices ? " END" : "");
}

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

static void put_from(struct sql *q, const struct entity *en)
{
    sql_lit(q, " FROM ");
    sql_name(q, en->name);
    sql_lit(q, " AS t0");
}

/* ── one walk: towards the end or the beginning, with values or without ──── */

struct walk {
    const struct list_spec *s;
    struct sort sort;
    const struct query *filter; bool is_hidden; /* from the indexes: the order's is walked */
    uint64_t want;                              /* fields shown */
    int limit;                                  /* rows still looked for */
    struct record **rows; struct db_val *keys; size_t n;
};

/* "After" in the order of the walk; the row values are what the index holds. */
static void put_after(struct sql *q, const struct sort *o, const struct cursor *at, bool is_down)
{
    sql_lit(q, " AND (");
    if (!at->in_empty && o->f) {
        put_key(q, o);
        sql_lit(q, ", ");
    }
    sql_lit(q, is_down ? "t0.id) < (" : "t0.id) > (");
    if (!at->in_empty && o->f) {
        sql_bind(q, at->key);
        sql_lit(q, ", ");
    }
    sql_bind(q, V(at->id));
    sql_lit(q, ")");
}

static bool walk_sql(struct ctx *c, const struct walk *w, struct sql *q, bool in_empty, bool is_back,
                     const struct cursor *at, struct err *e)
{
    const struct sort *o = &w->sort;
    bool is_down = o->is_desc != is_back;
    uint64_t needs = row_needs(w->s->en, w->want);

    sql_lit(q, "SELECT ");
    row_columns(q, w->s->en, needs, c->loc);
    sql_lit(q, ", ");
    put_key(q, o);
    put_from(q, w->s->en);
    row_joins(q, c, w->s->en, needs | o->join, "t0");
    if (!put_where(c, w->s, w->filter, w->is_hidden, q, e))
        return false;
    if (!o->is_required) {
        sql_lit(q, " AND ");
        put_key(q, o);
        sql_lit(q, in_empty ? " IS NULL" : " IS NOT NULL");
    }
    if (at)
        put_after(q, o, at, is_down);
    sql_lit(q, " ORDER BY ");
    if (!in_empty && o->f) {
        put_key(q, o);
        sql_lit(q, is_down ? " DESC, " : ", ");
    }
    sql_lit(q, is_down ? "t0.id DESC LIMIT " : "t0.id LIMIT ");
    sql_bind(q, V(w->limit));
    return true;
}

static struct db_val key_of(struct arena *a, const struct db_rows *rows, int col, enum db_kind kind)
{
    if (db_is_null(rows, col))
        return DB_NULL_VAL;
    if (kind == DB_INT)
        return db_val_int(db_int(rows, col));
    return (struct db_val){ kind, { .s = db_text(rows, col, a) } };
}

static bool walk(struct ctx *c, struct walk *w, bool in_empty, bool is_back, const struct cursor *at, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;

    if (w->limit == 0 || (in_empty && w->sort.is_required))
        return true;
    if (!walk_sql(c, w, q, in_empty, is_back, at, e) || !sql_query(c->c, q, &rows, e))
        return false;
    while (w->limit > 0 && db_next(&rows)) {
        int col = 0;
        w->rows[w->n] = row_read(c->a, &rows, &col, w->s->en, row_needs(w->s->en, w->want));
        w->keys[w->n++] = key_of(c->a, &rows, col, w->sort.kind);
        w->limit--;
    }
    return db_done(&rows, e);
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

/* Rows with a sort value come first, those without last: walking back begins with the latter. */
static bool walk_page(struct ctx *c, struct walk *w, const struct cursor *at, struct err *e)
{
    bool is_back = at && at->is_back, starts_empty = at && at->in_empty;

    w->n = 0;
    if (!walk(c, w, starts_empty, is_back, at, e))
        return false;
    bool has_second = is_back == starts_empty;  /* the other half lies in this direction */
    return !has_second || walk(c, w, !starts_empty, is_back, NULL, e);
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

/* One row more than shown tells whether the walk goes on. */
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
    if (filter && !s->search.n && is_walkable(&w->sort) && !list_is_common(c, s->en, filter, &w->is_hidden, e))
        return false;
    if (*has_cursor && !cursor_read(c->a, s->cursor, mark_of(s, &w->sort), w->sort.kind, at, e))
        return err_field(e, "cursor");
    w->want = wanted(c, s);
    w->limit = (s->limit ? s->limit : LIST_LIMIT) + 1;
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
    return walk_sql(c, &w, q, has_cursor && at.in_empty, has_cursor && at.is_back, has_cursor ? &at : NULL, e);
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
