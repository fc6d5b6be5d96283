/* record_list.c - the list of any entity: filter, sort, columns, views, export. */
#include "base/id.h"
#include "msg/web.h"
#include "record/csv.h"
#include "record/type.h"
#include "web/limit.h"
#include "web/list_inside.h"

enum { PAGE_ROOM = 40 * 1024, ROW_ROOM = 1200 };        /* bytes of a page without rows, and of a row: about */

static struct html_safe nothing;

const struct entity *records_entity(struct request *rq)
{
    const struct entity *en = entity_by_path(rq->param[0]);
    if (en && !(en->flags & E_NO_PAGE) && access_scope(web_ctx(rq)->who, en, ACTION_SEE) != SCOPE_NONE)
        return en;
    struct err e = { 0 };
    fail(&e, ERR_NOT_FOUND, MSG_web_not_found, "no entity at /%.*s", STR_ARG(rq->param[0]));
    web_fail(rq, &e);
    return NULL;
}

struct record *records_load(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    return en ? web_load(rq, en, 1) : NULL;
}

struct url record_url(struct arena *a, const struct entity *en, int64_t id)
{
    struct buf b = buf_new(a, 256);
    buf_char(&b, '/');
    buf_put(&b, str_of(en->path));
    buf_char(&b, '/');
    buf_put(&b, id_text(a, id));
    buf_char(&b, '\0');                         /* behind it, as url_fmt() leaves one: it is also passed on as a C string */
    return url_path((str){ b.p, b.n - 1 });
}

/* ── the address ───────────────────────────────────────────────────────────── */

/* A part of the address, or of a form that carries it. */
static str part_of(struct request *rq, bool is_posted, const char *name)
{
    return is_posted ? request_form(rq, name) : request_query(rq, name);
}

static bool has_query(const struct request *rq, const char *name)
{
    for (size_t i = 0; i < rq->nquery; i++)
        if (str_eq(rq->query[i].name, str_of(name)))
            return true;
    return false;
}

static bool read_view(struct request *rq, const struct entity *en, str text, struct list_asked *out, struct err *e)
{
    int64_t id;
    struct record *view;
    if (!text.n)
        return true;
    if (!id_parse(text, &id))
        return fail(e, ERR_NOT_FOUND, MSG_web_not_found, "view \"%.*s\"", STR_ARG(text));
    if (!record_get(web_ctx(rq), entity_find(S("saved_view")), id, &view, e))
        return false;
    if (!str_eq(record_text(view, "entity"), str_of(en->name)))
        return fail(e, ERR_NOT_FOUND, MSG_web_not_found, "a view of another list");
    *out = (struct list_asked){ .q = record_text(view, "criteria"), .sort = record_text(view, "sort"),
                                .cols = record_text(view, "columns"), .view = view };
    return true;
}

static str joined(struct request *rq, const char *name)
{
    struct buf b = buf_new(&rq->a, 2000);
    for (size_t i = 0; i < rq->nquery; i++) {
        if (!str_eq(rq->query[i].name, str_of(name)) || !rq->query[i].value.n)
            continue;
        if (b.n)
            buf_char(&b, ',');
        buf_put(&b, rq->query[i].value);
    }
    return buf_str(&b);
}

bool list_asked_read(struct request *rq, const struct entity *en, bool is_posted, struct list_asked *out, struct err *e)
{
    struct list_asked a = { 0 };
    if (!read_view(rq, en, part_of(rq, is_posted, "view"), &a, e))
        return false;
    if (is_posted || has_query(rq, "q"))
        a.q = str_trim(part_of(rq, is_posted, "q"));
    if (is_posted || has_query(rq, "sort"))
        a.sort = part_of(rq, is_posted, "sort");
    if (is_posted || has_query(rq, "cols"))
        a.cols = is_posted ? request_form(rq, "cols") : joined(rq, "cols");
    *out = a;
    return true;
}

static bool read_address(struct request *rq, const struct entity *en, struct list_asked *out, struct err *e)
{
    if (!list_asked_read(rq, en, false, out, e))
        return false;
    out->q = condition_added(rq, en, out->q, request_query);
    out->cursor = request_query(rq, "cursor");
    out->wants_count = has_query(rq, "count");
    return true;
}

/* What stands in the view that is open needs no word; what was taken out of it does. */
static bool is_said(const struct record *view, const char *field, str value)
{
    return view ? !str_eq(value, record_text(view, field)) : value.n > 0;
}

struct url list_url(struct request *rq, const struct entity *en, const struct list_asked *a, str sort, str cursor, bool count)
{
    struct html h = web_html(rq);
    const struct { const char *name; str value; bool is_said; } part[] = {
        { "view", a->view ? id_text(&rq->a, a->view->id) : (str){ 0 }, a->view != NULL },
        { "q", a->q, is_said(a->view, "criteria", a->q) }, { "sort", sort, is_said(a->view, "sort", sort) },
        { "cols", a->cols, is_said(a->view, "columns", a->cols) }, { "cursor", cursor, cursor.n > 0 }, { "count", S("1"), count },
    };
    char sep = '?';
    struct buf b = buf_new(&rq->a, 16384);
    buf_fmt(&b, "/%s", en->path);
    for (size_t i = 0; i < countof(part); i++) {
        if (!part[i].is_said)
            continue;
        struct html v = html_part(&h);
        html_url_part(&v, part[i].value);
        str value = html_done(&v).s;
        buf_fmt(&b, "%c%s=%.*s", sep, part[i].name, STR_ARG(value));
        sep = '&';
    }
    return url_path(buf_str(&b));
}

/* Why somebody is in this list, or not. */
static struct url why_url(struct request *rq, const struct entity *en, str q)
{
    struct html h = web_html(rq), v = html_part(&h);
    html_url_part(&v, q);
    str value = html_done(&v).s;
    return url_fmt(&rq->a, "/%s/why?q=%.*s", en->path, STR_ARG(value));
}

/* ── columns ───────────────────────────────────────────────────────────────── */

static void choose_columns(const struct ctx *c, const struct entity *en, str cols, struct list_spec *s)
{
    str wrong;
    record_columns(c, cols, s, &wrong);         /* of somebody else's view some may be hidden here: the others are shown */
    if (s->ncols)
        return;
    s->cols[s->ncols++] = entity_field(en, str_of(en->title));
    for (size_t i = 0; i < en->nfields; i++)
        if (en->fields[i].flags & F_LIST && strcmp(en->fields[i].name, en->title) && record_may_show(c, en, &en->fields[i]))
            s->cols[s->ncols++] = &en->fields[i];
}

static bool is_number(const struct field *f)
{
    enum field_type t = f->type == FIELD_COMPUTED ? f->shown_as : f->type;
    return t == FIELD_INT || t == FIELD_DECIMAL || t == FIELD_MONEY || t == FIELD_PERCENT || t == FIELD_DURATION;
}

static bool is_sortable(const struct field *f)
{
    return f->type != FIELD_COMPUTED && f->type != FIELD_REFS && f->type != FIELD_LONGTEXT && f->type != FIELD_FILE;
}

static struct list_column column_of(struct request *rq, const struct entity *en, const struct list_asked *a, const struct field *f,
                                    int at)
{
    struct ctx *c = web_ctx(rq);
    str name = str_of(f->name), key = a->sort.n ? a->sort : str_of(en->order);
    bool is_down = key.n && key.p[0] == '-';
    int direction = str_eq(is_down ? str_from(key, 1) : key, name) ? (is_down ? -1 : 1) : 0;
    str next = direction > 0 ? arena_fmt(c->a, "-%s", f->name) : name;
    bool is_title = !strcmp(f->name, en->title), may_edit = !is_title && record_field_is_asked(c, en, f, false);
    struct html open = web_html(rq);
    view_list_cell(&open, &(struct list_cell_view){ .is_number = is_number(f), .is_title = is_title, .is_meta = at < 4,
                                                    .edit = may_edit ? name : (str){ 0 } });
    return (struct list_column){
        .f = f, .is_title = is_title, .open = html_done(&open),
        .label = msg_text(c->a, c->loc, f->label, NULL), .direction = direction, .is_number = is_number(f),
        .sort = is_sortable(f) ? list_url(rq, en, a, next, (str){ 0 }, false) : (struct url){ { 0 } },
    };
}

/* ── rows ──────────────────────────────────────────────────────────────────── */

/* Written where it stands; only what the row is called is plain text, for it stands in the row's own link. */
void list_value(struct html *h, const struct record *r, const struct list_column *c)
{
    const struct val *v = &r->v[field_index(r->en, c->f)];
    if (c->is_title)
        html_text(h, record_title(r).n ? type_show(h->a, h->loc, c->f, v) : id_text(h->a, r->id));
    else if (v->is_set)
        type_of(c->f)->cell(h, c->f, v);
}

static struct list_row *rows_of(struct request *rq, const struct list_spec *s, const struct list *list)
{
    struct list_row *rows = arena_new(&rq->a, struct list_row, list->n);
    for (size_t i = 0; i < list->n; i++) {
        const struct record *r = list->rows[i];
        rows[i] = (struct list_row){ .id = id_text(&rq->a, r->id), .url = record_url(&rq->a, s->en, r->id), .r = r };
    }
    return rows;
}

/* ── tools above the list ──────────────────────────────────────────────────── */

static struct ui_option *field_options(struct request *rq, const struct entity *en,
                                       bool (*fits)(const struct ctx *, const struct entity *, const struct field *), size_t *n)
{
    struct ctx *c = web_ctx(rq);
    struct ui_option *o = arena_new(&rq->a, struct ui_option, en->nfields);
    size_t k = 0;
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i];
        if (fits(c, en, f))
            o[k++] = (struct ui_option){ str_of(f->name), msg_text(c->a, c->loc, f->label, NULL), false };
    }
    *n = k;
    return o;
}

static bool may_bulk(const struct ctx *c, const struct entity *en, const struct field *f)
{
    return record_field_is_asked(c, en, f, false) && !(f->flags & F_UNIQUE) && f->type != FIELD_LONGTEXT;
}

static struct list_carried carried_of(struct request *rq, const struct list_asked *a)
{
    return (struct list_carried){ a->q, a->sort, a->cols, a->view ? id_text(&rq->a, a->view->id) : (str){ 0 } };
}

static struct html_safe builder_of(struct request *rq, const struct list_asked *a, const struct entity *en,
                                   const struct list *segments)
{
    struct html h = web_html(rq);
    struct list_builder_view v = { .carried = carried_of(rq, a), .action = url_fmt(&rq->a, "/%s", en->path) };
    v.choices = condition_choices_of(rq, en, segments);
    view_list_builder(&h, &v);
    return html_done(&h);
}

/* ── the picker of columns ─────────────────────────────────────────────────── */

/* Without scripts its buttons ask here: `cols` as they stood, and the one to move. */
static const char *moved_by(const struct request *rq)
{
    return request_query(rq, "up").n ? "up" : request_query(rq, "down").n ? "down" : NULL;
}

static str moved(struct request *rq, str cols, const char *by)
{
    str name[LIST_COLUMNS_MAX], which = request_query(rq, by);
    size_t n = 0;
    while (cols.n && n < LIST_COLUMNS_MAX)
        name[n++] = str_cut(&cols, ',');
    for (size_t i = 0; i < n; i++) {
        size_t to = *by == 'u' ? i - 1 : i + 1;
        if (!str_eq(name[i], which))
            continue;
        if (to < n) {                           /* of the first, and up: past every number */
            str was = name[to];
            name[to] = name[i];
            name[i] = was;
        }
        break;
    }
    struct buf b = buf_new(&rq->a, 4000);
    for (size_t i = 0; i < n; i++)
        buf_fmt(&b, "%s%.*s", i ? "," : "", STR_ARG(name[i]));
    return buf_str(&b);
}

/* Back to the list with the picker open, at the button that was pressed. */
static void answer_moved(struct request *rq, const struct entity *en, struct list_asked *a, const char *by)
{
    a->cols = moved(rq, a->cols, by);
    str to = list_url(rq, en, a, a->sort, (str){ 0 }, false).s, which = request_query(rq, by);
    struct html h = web_html(rq), v = html_part(&h);
    html_url_part(&v, which);
    answer_redirect(rq, arena_fmt(&rq->a, "%.*s%cpick=%s.%.*s", STR_ARG(to), str_find(to, S("?")) < 0 ? '?' : '&', by, STR_ARG(html_done(&v).s)));
}

static struct list_pick pick_of(struct request *rq, const struct field *f, bool is_shown)
{
    struct ctx *c = web_ctx(rq);
    str held = request_query(rq, "pick"), by = str_cut(&held, '.');
    return (struct list_pick){ str_of(f->name), msg_text(c->a, c->loc, f->label, NULL), is_shown,
                               !str_eq(held, str_of(f->name)) ? NULL : str_eq(by, S("up")) ? "up" : "down" };
}

static struct html_safe columns_of(struct request *rq, const struct list_asked *a, const struct list_spec *s)
{
    struct html h = web_html(rq);
    struct list_pick *picks = arena_new(&rq->a, struct list_pick, s->en->nfields);
    struct list_columns_view v = { .carried = carried_of(rq, a), .action = url_fmt(&rq->a, "/%s", s->en->path), .fields = picks,
                                   .is_open = request_query(rq, "pick").n > 0 };
    uint64_t shown = 0;
    for (int i = 0; i < s->ncols; i++) {
        shown |= (uint64_t)1 << field_index(s->en, s->cols[i]);
        picks[v.nfields++] = pick_of(rq, s->cols[i], true);
    }
    for (size_t i = 0; i < s->en->nfields; i++)
        if (!(shown >> i & 1) && record_may_show(web_ctx(rq), s->en, &s->en->fields[i]))
            picks[v.nfields++] = pick_of(rq, &s->en->fields[i], false);
    view_list_columns(&h, &v);
    return html_done(&h);
}

/* Frozen lists of this kind of record that the reader may change: among the segments already read, when those are all. */
static struct ui_option *lists_of(struct request *rq, const struct entity *en, const struct list *segments, size_t *n)
{
    enum { LISTS_MAX = 30 };
    struct ctx *c = web_ctx(rq);
    struct list list = *segments;
    struct err e = { 0 };
    struct list_spec s = { .en = entity_find(S("segment")), .sort = S("name"), .limit = LISTS_MAX,
                           .filter = arena_fmt(c->a, "kind = frozen and entity = %s", en->name) };
    *n = 0;
    if (segments->next.n && !record_list(c, &s, &list, &e))
        return NULL;
    struct ui_option *o = arena_new(c->a, struct ui_option, list.n + 1);
    for (size_t i = 0; i < list.n && *n < LISTS_MAX; i++)
        if (str_eq(record_text(list.rows[i], "kind"), S("frozen")) && access_record(c, list.rows[i], ACTION_CHANGE))
            o[(*n)++] = (struct ui_option){ id_text(c->a, list.rows[i]->id), record_title(list.rows[i]), false };
    return o;
}

static struct html_safe bulk_of(struct request *rq, const struct entity *en, const struct list *segments)
{
    struct html h = web_html(rq);
    struct list_bulk_view v = { .action = url_fmt(&rq->a, "/%s/bulk", en->path) };
    v.fields = field_options(rq, en, may_bulk, &v.nfields);
    v.lists = lists_of(rq, en, segments, &v.nlists);
    if (!v.nfields)
        return nothing;
    view_list_bulk(&h, &v);
    return html_done(&h);
}

static str count_of(struct request *rq, const struct list_spec *s)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t n;
    bool is_capped;
    if (!record_count(c, s, COUNT_CAP, &n, &is_capped, &e))
        return (str){ 0 };
    return is_capped ? msg_text(c->a, c->loc, MSG_web_more_than, (const struct msg_arg *)(const void *)
                                &(struct msg_web_more_than_args){ .n = A(n) })
                     : msg_text(c->a, c->loc, MSG_web_found_n, (const struct msg_arg *)(const void *)
                                &(struct msg_web_found_n_args){ .n = A(n) });
}

/* ── the page ──────────────────────────────────────────────────────────────── */

static void show_list(struct request *rq, const struct list_asked *a, struct list_spec *s, const struct list *list, str error)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    buf_reserve(&h.out, PAGE_ROOM + list->n * ROW_ROOM);        /* what comes in between would have it moved as it grows */
    str plural = msg_text(c->a, c->loc, s->en->plural, NULL);
    struct list_column *cols = arena_new(c->a, struct list_column, s->ncols);
    for (int i = 0; i < s->ncols; i++)
        cols[i] = column_of(rq, s->en, a, s->cols[i], i);
    bool may_create = access_scope(c->who, s->en, ACTION_CREATE) != SCOPE_NONE;
    bool may_change = access_scope(c->who, s->en, ACTION_CHANGE) != SCOPE_NONE;
    struct list_asked plain = { .view = a->view };
    if (a->view)
        plain = (struct list_asked){ .view = a->view, .q = record_text(a->view, "criteria"), .sort = record_text(a->view, "sort"),
                                     .cols = record_text(a->view, "columns") };
    struct list segments = condition_segments(c, s->en);
    struct record_list_view v = {
        .en = s->en, .error = error, .plural = plural, .cols = cols, .ncols = s->ncols,
        .rows = rows_of(rq, s, list), .nrows = list->n, .carried = carried_of(rq, a), .view_name = a->view ? record_title(a->view) : (str){ 0 },
        .previous = list->prev.n ? list_url(rq, s->en, a, a->sort, list->prev, false) : (struct url){ { 0 } },
        .next = list->next.n ? list_url(rq, s->en, a, a->sort, list->next, false) : (struct url){ { 0 } },
        .count = list_url(rq, s->en, a, a->sort, a->cursor, true),
        .count_text = a->wants_count && !error.n ? count_of(rq, s) : (str){ 0 },
        .clear = list_url(rq, s->en, &plain, (str){ 0 }, (str){ 0 }, false),
        .export_url = access_scope(c->who, s->en, ACTION_EXPORT) == SCOPE_NONE ? (struct url){ { 0 } } :
            url_path(arena_fmt(c->a, "/%s/export.csv%.*s", s->en->path,
                     STR_ARG(str_from(list_url(rq, s->en, a, a->sort, (str){ 0 }, false).s, strlen(s->en->path) + 1)))),
        .why = a->q.n && !error.n ? why_url(rq, s->en, a->q) : (struct url){ { 0 } },
        .bulk_url = url_fmt(c->a, "/%s/bulk", s->en->path),
        .add = url_fmt(c->a, "/%s/new", s->en->path), .may_create = may_create, .is_filtered = a->q.n > 0,
        .made_at = s->en->made_at, .import_url = url_fmt(c->a, "/import?entity=%s", s->en->name),
        .views = list_views(rq, a, s->en), .builder = builder_of(rq, a, s->en, &segments),
        .columns = columns_of(rq, a, s), .may_change = may_change, .bulk = may_change ? bulk_of(rq, s->en, &segments) : nothing,
    };
    if (request_is_fragment(rq)) {
        view_record_list(&h, &v);
    } else {
        struct page p = web_page(rq, a->view ? record_title(a->view) : plural);
        struct html actions = web_html(rq);
        if (may_create) {
            ui_button(&actions, .label = msg_text(c->a, c->loc, MSG_web_new, NULL), .icon = "plus", .kind = UI_PRIMARY,
                      .url = v.add, .key = "c");
            p.create = v.add;
        }
        const struct made_at *made = s->en->made_at;
        if (made)
            ui_button(&actions, .label = msg_text(c->a, c->loc, made->act, NULL), .icon = made->icon, .kind = UI_PRIMARY,
                      .url = url_path(str_of(made->path)), .key = "c");
        p.actions = html_done(&actions);
        page_begin(&h, &p);
        view_record_list(&h, &v);
        page_end(&h, &p);
    }
    answer_html(rq, error.n ? 422 : 200, &h);
}

void records_list(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct ctx *c = web_ctx(rq);
    struct list list = { 0 };
    struct err e = { 0 };
    if (!en)
        return;
    struct list_asked a;
    if (!read_address(rq, en, &a, &e)) {
        web_fail(rq, &e);
        return;
    }
    if (moved_by(rq)) {
        answer_moved(rq, en, &a, moved_by(rq));
        return;
    }
    if (has_query(rq, "f")) {                   /* the builder: its condition moves into the address */
        answer_redirect(rq, list_url(rq, en, &a, a.sort, (str){ 0 }, false).s);
        return;
    }
    struct list_spec s = { .en = en, .filter = a.q, .sort = a.sort, .cursor = a.cursor };
    choose_columns(c, en, a.cols, &s);
    if (record_list(c, &s, &list, &e))
        show_list(rq, &a, &s, &list, (str){ 0 });
    else if (e.code == ERR_INVALID)
        show_list(rq, &a, &s, &list, err_text(c->a, c->loc, &e));
    else
        web_fail(rq, &e);
}

/* ── export: the whole list as CSV, page by page ───────────────────────────── */

struct export_job { struct ctx ctx; struct list_spec s; bool is_begun, is_done; };

static void put_head(struct buf *b, const struct list_spec *s)
{
    str cell[LIST_COLUMNS_MAX + 1] = { S("id") };
    for (int i = 0; i < s->ncols; i++)
        cell[i + 1] = str_of(s->cols[i]->name);
    csv_put_row(b, cell, (size_t)s->ncols + 1);
}

/* References by title, everything else in canonical text: what an import reads back. */
static void put_record(struct arena *a, struct buf *b, const struct list_spec *s, const struct record *r)
{
    str cell[LIST_COLUMNS_MAX + 1] = { id_text(a, r->id) };
    for (int i = 0; i < s->ncols; i++) {
        const struct field *f = s->cols[i];
        const struct val *v = &r->v[field_index(s->en, f)];
        bool is_ref = f->type == FIELD_REF || f->type == FIELD_REFS;
        cell[i + 1] = is_ref && v->is_set && v->s.n ? v->s : type_canon(a, f, v);
    }
    csv_put_row(b, cell, (size_t)s->ncols + 1);
}

static bool next_piece(void *arg, struct arena *a, struct db_conn *db, str *piece)
{
    struct export_job *job = arg;
    struct ctx c = job->ctx;
    struct buf b = buf_new(a, 8 << 20);
    struct list list;
    struct err e = { 0 };
    if (job->is_done)
        return false;
    c.a = a;
    c.c = db;
    if (!job->is_begun)
        put_head(&b, &job->s);
    job->is_begun = true;
    if (!record_list(&c, &job->s, &list, &e))
        return false;
    for (size_t i = 0; i < list.n; i++)
        put_record(a, &b, &job->s, list.rows[i]);
    job->is_done = !list.next.n;
    job->s.cursor = arena_str(job->ctx.a, list.next);
    *piece = buf_str(&b);
    return true;
}

void records_export(struct request *rq)
{
    const struct entity *en = records_entity(rq);
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int retry = 60;
    if (!en)
        return;
    if (access_scope(c->who, en, ACTION_EXPORT) == SCOPE_NONE || !limit_take(LIMIT_EXPORT, c->ws, c->who->email, &retry)) {
        bool is_limit = access_scope(c->who, en, ACTION_EXPORT) != SCOPE_NONE;
        fail(&e, is_limit ? ERR_TOO_MANY : ERR_FORBIDDEN, 0, "export of %s", en->name);
        web_fail(rq, &e);
        return;
    }
    struct list_asked a;
    if (!read_address(rq, en, &a, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct export_job *job = arena_new(c->a, struct export_job, 1);
    *job = (struct export_job){ .ctx = *c, .s = { .en = en, .filter = a.q, .sort = S("created_at"), .limit = LIST_LIMIT_MAX } };
    for (size_t i = 0; i < en->nfields && job->s.ncols < LIST_COLUMNS_MAX; i++)
        if (!(en->fields[i].flags & F_SECRET) && access_field(c->who, en, &en->fields[i]) != FIELD_RIGHT_HIDDEN)
            job->s.cols[job->s.ncols++] = &en->fields[i];
    answer_header(rq, "Content-Disposition", arena_fmt(c->a, "attachment; filename=\"%s.csv\"", en->path));
    answer_stream(rq, "text/csv; charset=utf-8", next_piece, job);
}
