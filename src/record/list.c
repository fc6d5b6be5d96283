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
    return (query_parse(c->a, s->filter, out, e) && query_check(c, s->en, *out, e)) || err_field(e, "q");
}

bool list_where(struct ctx *c, const struct list_spec *s, struct sql *q, struct err *e)
{
    struct query *filter;
    return read_filter(c, s, &filter, e) && walk_where(c, s, filter, false, q, e);
}

static struct db_val key_of(struct arena *a, const struct db_rows *rows, int col, enum db_kind kind)
{
    if (db_is_null(rows, col))
        return DB_NULL_VAL;
    if (kind == DB_INT)
        return db_val_int(db_int(rows, col));
    return (struct db_val){ kind, { .s = db_text(rows, col, a) } };
}

/* Does the order lead to what the filter finds? Else few lie along it, and another way does. */
static bool ask_near(struct ctx *c, const struct walk *w, const struct stretch *p, bool *out, struct err *e)
{
    *out = w->may_hide;
    return !*out || walk_is_near(c, w, p, out, e);
}

static bool way_sql(struct ctx *c, const struct walk *w, const struct stretch *p, bool is_near, struct sql *q, struct err *e)
{
    struct walk way = *w;
    way.sort.is_far |= w->may_hide && !is_near;
    return walk_sql(c, &way, p, is_near, q, e);
}

static bool walk_way(struct ctx *c, struct walk *w, const struct stretch *p, bool is_near, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    uint64_t needs = row_needs(w->s->en, w->want);

    if (!way_sql(c, w, p, is_near, q, e) || !sql_query(c->c, q, &rows, e))
        return false;
    while (w->limit > 0 && db_next(&rows)) {
        int col = 0;
        w->rows[w->n] = row_read(c->a, &rows, &col, w->s->en, needs);
        w->keys[w->n++] = key_of(c->a, &rows, col, w->sort.kind);
        w->limit--;
    }
    return db_done(&rows, e);
}

static bool walk_one(struct ctx *c, struct walk *w, const struct stretch *p, struct err *e)
{
    bool is_near;
    return ask_near(c, w, p, &is_near, e) && walk_way(c, w, p, is_near, e);
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
    bool is_down = walk_goes_down(&w->sort, p);
    return p->at ? p->at->key.i : is_down ? n - 1 : 0;
}

static int64_t choices_of(const struct walk *w)
{
    int64_t n = 0;
    while (w->sort.choices[n].value)
        n++;
    return n;
}

/* From choice `i` on nothing is near: all the choices that are left are sorted at once. */
static bool walk_far(struct ctx *c, struct walk *w, const struct stretch *one, int64_t i, struct err *e)
{
    struct cursor from = { .key = db_val_int(i), .id = walk_goes_down(&w->sort, one) ? INT64_MAX : 0 };
    struct stretch rest = { .is_back = one->is_back, .at = one->at ? one->at : &from };
    w->may_hide = false;
    w->sort.is_far = true;
    return walk_way(c, w, &rest, false, e);
}

static bool walk_choices(struct ctx *c, struct walk *w, const struct stretch *p, struct err *e)
{
    int64_t n = choices_of(w), step = walk_goes_down(&w->sort, p) ? -1 : 1;
    for (int64_t i = first_choice(w, p, n); i >= 0 && i < n && w->limit > 0; i += step) {
        struct stretch one = of_choice(w, p, i);
        bool is_near;
        if (!ask_near(c, w, &one, &is_near, e))
            return false;
        if (w->may_hide && !is_near)
            return walk_far(c, w, &one, i, e);
        if (!walk_way(c, w, &one, is_near, e))
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
    w->limit = walk_page_of(s);
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
    bool is_near;
    return ask_near(c, &w, &p, &is_near, e) && way_sql(c, &w, &p, is_near, q, e);
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
    sql_lit(q, "SELECT count(*) FROM (SELECT 1 FROM ");
    sql_name(q, s->en->name);
    sql_lit(q, " AS t0");
    if (!walk_where(c, s, filter, false, q, e))
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

/* ── what a list is asked for ──────────────────────────────────────────────── */

bool record_list_check(struct ctx *c, const struct list_spec *s, struct err *e)
{
    struct sort o;
    struct query *filter;
    return sort_read(c, s, &o, e) && read_filter(c, s, &filter, e);
}

bool record_may_show(const struct ctx *c, const struct entity *en, const struct field *f)
{
    return !(f->flags & (F_SECRET | F_HIDDEN)) && f->type != FIELD_LONGTEXT && access_field(c->who, en, f) != FIELD_RIGHT_HIDDEN;
}

static bool is_column(const struct list_spec *s, const struct field *f)
{
    for (int i = 0; i < s->ncols; i++)
        if (s->cols[i] == f)
            return true;
    return false;
}

void record_columns(const struct ctx *c, str names, struct list_spec *s, str *wrong)
{
    *wrong = (str){ 0 };
    while (names.n) {
        str name = str_trim(str_cut(&names, ','));
        const struct field *f = entity_field(s->en, name);
        bool may = f && record_may_show(c, s->en, f), has_room = s->ncols < LIST_COLUMNS_MAX;
        if (may && has_room && !is_column(s, f))
            s->cols[s->ncols++] = f;
        else if ((!may || !has_room) && !wrong->n)
            *wrong = name.n ? name : S(",");
    }
}
