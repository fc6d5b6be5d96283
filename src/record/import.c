/* import.c - one run: rows in slices, each row in a savepoint of its own.
 *
 * A slice is one act (one write, one undo, one fsync); between slices people's own
 * writes go first. A dry run does all of it and rolls each slice back, so it finds
 * what the run would find. Memory is bounded: a slice's arena is forgotten after
 * it; what stays are notes, answers about references and, in a dry run, eight
 * bytes a row.
 */
#include "record/import.h"
#include <stdlib.h>
#include <string.h>
#include "db/alone.h"
#include "msg/import.h"
#include "record/import_run.h"
#include "record/store.h"
#include "record/type.h"

enum { MANY = 5000 };                           /* rows after which the planner looks again */

/* ── a slice ─────────────────────────────────────────────────────────────── */


/* Not the row's fault: the run ends. */
static bool is_fatal(const struct err *e)
{
    return e->code == ERR_INTERNAL || err_is_storage(e);
}

/* What rows leave behind besides the records, and how it is taken back with them. */
struct mark { struct import_counts n; struct later **later_end; struct told **told_end; };

static struct mark set_mark(const struct import_state *s) { return (struct mark){ s->n, s->later_end, s->told_end }; }

struct slice { struct import_state *s; struct csv_row *row; size_t n; struct mark at; };

static void settle(struct import_state *s)
{
    for (struct pending *p = s->pending, *next; p; p = next) {
        next = p->next;
        p->next = s->settled;
        s->settled = p;
    }
    s->pending = NULL;
    s->nsettled = s->nfresh;
    import_ref_settle(s);
}

static void go_back(struct import_state *s, const struct mark *m)
{
    s->n = m->n;
    s->later_end = m->later_end;
    *s->later_end = NULL;
    s->told_end = m->told_end;
    *s->told_end = NULL;
    s->pending = NULL;
    while (s->nfresh > s->nsettled)             /* last in, first out: probing stays whole */
        s->seen[s->fresh[--s->nfresh]] = 0, s->nseen--;
    import_ref_forget(&s->learnt);
}

static void take_later(struct import_state *s, struct later *l)
{
    while (l) {
        struct later *next = l->next;
        l->next = NULL;
        *s->later_end = l;
        s->later_end = &l->next;
        l = next;
    }
}

/* One row, whatever the number of its reasons. */
static void refuse(struct import_state *s, const struct csv_row *row, const struct err *why, const struct faults *all)
{
    s->n.refused++;
    import_log_refused(s, row->line, row, why);
    for (size_t i = 0; i < all->n; i++)
        if (!why->field || strcmp(all->v[i].field, why->field) != 0)
            import_log_refused(s, row->line, row, &all->v[i]);
}

static bool take_row(struct import_state *s, struct ctx *tx, const struct csv_row *row, struct err *e)
{
    struct faults all = { 0 };
    struct row_job j = { .s = s, .tx = *tx, .row = row, .all = &all };
    struct mark before = set_mark(s);
    struct write write = *tx->write;
    struct err why = { 0 };

    if (db_try(tx->c, import_row_write, &j, &why)) {
        take_later(s, j.later);
        settle(s);
        return true;
    }
    go_back(s, &before);
    *tx->write = write;                         /* its row of the log went too */
    if (is_fatal(&why))
        return *e = why, false;
    refuse(s, row, &why, &all);
    return true;
}

struct slice_job { const struct slice *k; struct ctx *tx; };

/* Without a savepoint a row: SQLite's journal of nested savepoints is what a row costs most. */
static bool write_rows(struct db_conn *conn, void *arg, struct err *e)
{
    const struct slice_job *w = arg;

    for (size_t i = 0; i < w->k->n; i++) {
        struct row_job j = { .s = w->k->s, .tx = *w->tx, .row = &w->k->row[i] };
        if (!import_row_write(conn, &j, e))
            return false;
        take_later(w->k->s, j.later);
    }
    return true;
}

/* In one go while every row is good; a slice with a bad one is taken back and done row by row. */
static bool take_slice(const struct slice *k, struct ctx *tx, struct err *e)
{
    struct slice_job w = { k, tx };
    struct write write = *tx->write;
    struct err why = { 0 };

    if (db_try(tx->c, write_rows, &w, &why)) {
        settle(k->s);
        return true;
    }
    go_back(k->s, &k->at);
    *tx->write = write;
    if (is_fatal(&why))
        return *e = why, false;
    for (size_t i = 0; i < k->n; i++)
        if (!take_row(k->s, tx, &k->row[i], e))
            return false;
    return true;
}

static bool write_slice(struct ctx *tx, void *arg, struct err *e)
{
    struct slice *k = arg;

    k->s->nsettled = 0;
    go_back(k->s, &k->at);                      /* it may run again: when its connection was lost */
    import_ref_forget(&k->s->learnt_by_slice);
    k->s->settled = NULL;
    if (!take_slice(k, tx, e))
        return false;
    if (!k->s->o->is_dry)
        return true;
    import_ref_forget(&k->s->learnt_by_slice);
    k->s->is_rolled_back = true;
    return fail(e, ERR_CONFLICT, 0, "dry run"); /* all of it is rolled back */
}

/* The same person, a fresh arena, an act of its own. */
static struct ctx act_of(const struct import_state *s, struct arena *a)
{
    struct ctx c = *s->c;
    c.a = a;
    c.request_id = s->request_id;
    c.why = s->c->why.n ? s->c->why : str_of(s->o->file_name);
    c.write = NULL;
    c.write_id = 0;
    return c;
}

static bool run_slice(struct import_state *s, struct arena *a, struct csv_row *row, size_t n, struct err *e)
{
    struct ctx c = act_of(s, a);
    struct slice k = { s, row, n, set_mark(s) };
    struct err why = { 0 };

    s->is_rolled_back = false;
    db_alone = true;                            /* what is counted and told of rows is told once */
    bool ok = n == 0 || record_write_bulk(&c, write_slice, &k, &why);
    db_alone = false;
    bool is_kept = ok || s->is_rolled_back;
    if (!is_kept) {
        go_back(s, &k.at);
        s->settled = NULL;
        *e = why;
    }
    s->learnt_by_slice = NULL;
    import_log_tell(s);
    return is_kept;
}

static void grow_seen(struct import_state *s)
{
    size_t cap = s->seen_cap ? s->seen_cap * 2 : 4096;
    uint64_t *old = s->seen;

    if (s->seen_cap && s->nseen + IMPORT_SLICE < s->seen_cap * 3 / 4)
        return;
    s->seen = calloc(cap, sizeof *s->seen);
    for (size_t i = 0; i < s->seen_cap; i++)
        if (old[i]) {
            size_t at = old[i] & (cap - 1);
            while (s->seen[at])
                at = (at + 1) & (cap - 1);
            s->seen[at] = old[i];
        }
    s->seen_cap = cap;
    free(old);
}

static bool tell_progress(struct import_state *s, struct err *e)
{
    const struct import_options *o = s->o;
    if (!o->progress || o->progress(o->arg, &s->n, csv_bytes_done(s->csv), csv_bytes_all(s->csv)))
        return true;
    return fail(e, ERR_CONFLICT, MSG_import_stopped, "stopped by its caller");
}

/* Rows until the slice is full; *n 0 at the end. Broken rows are told here. */
static void read_slice(struct import_state *s, struct arena *a, struct csv_row *row, size_t *n)
{
    struct err why;

    *n = 0;
    while (*n < IMPORT_SLICE && a->at - a->base < IMPORT_SLICE_FULL) {
        if (csv_next(s->csv, a, &row[*n], &why)) {
            s->n.rows++;
            (*n)++;
        } else if (why.code) {
            s->n.rows++;
            s->n.refused++;
            import_log_refused(s, why.pos, NULL, &why);
        } else {
            return;
        }
    }
}

static bool run_slices(struct import_state *s, struct arena *a, struct err *e)
{
    arena_reset(a);
    struct arena empty = *a;
    for (;;) {
        *a = empty;                             /* no arena_reset(): the next slice fills the same pages at once */
        struct csv_row *row = arena_new(a, struct csv_row, IMPORT_SLICE);
        int64_t before = s->n.rows;
        size_t n;
        s->slice = a;
        s->nfresh = s->nsettled = 0;
        read_slice(s, a, row, &n);
        if (s->n.rows == before)
            return true;
        if (s->o->is_dry)
            grow_seen(s);
        if (!run_slice(s, a, row, n, e) || !tell_progress(s, e))
            return false;
    }
}

/* ── references to rows further down ─────────────────────────────────────── */

struct later_slice { struct import_state *s; struct later *from, *to; };

static bool write_later(struct ctx *tx, void *arg, struct err *e)
{
    struct later_slice *k = arg;
    struct import_state *s = k->s;

    s->pending = NULL;
    for (struct later *l = k->from; l != k->to; l = l->next) {
        struct record *r = record_new(tx->a, s->m->en), **found;
        const struct entity *en = entity_find(str_of(l->column->field->ref));
        struct err why = { 0 };
        size_t n;
        if (!record_find_titled(tx, en, l->text, &found, &n, e))
            return false;
        r->id = l->id;
        if (n == 1 && !s->o->is_dry) {
            record_set(r, l->column->field->name, val_ref(found[0]->id));
            if (!record_update(tx, r, 0, NULL, &why) && is_fatal(&why))
                return *e = why, false;
        }
        if (n != 1 || why.code)
            import_log_note(s, NOTE_LEFT, l->column->header, l->text, (str){ 0 });
    }
    return true;
}

static bool run_later(struct import_state *s, struct arena *a, struct err *e)
{
    struct later *l = s->later;

    if (s->o->is_dry)
        return true;                            /* their targets were rolled back: nothing can be said */
    while (l) {
        struct later *end = l;
        for (size_t n = 0; end && n < IMPORT_SLICE; n++)
            end = end->next;
        arena_reset(a);
        struct ctx c = act_of(s, a);
        struct later_slice k = { s, l, end };
        s->slice = a;
        db_alone = true;
        bool ok = record_write_bulk(&c, write_later, &k, e);
        db_alone = false;
        if (!ok)
            return false;
        settle(s);
        import_log_tell(s);
        l = end;
    }
    return true;
}

/* ── binding ─────────────────────────────────────────────────────────────── */

static bool check_template(const struct import_state *s, str t, struct err *e)
{
    for (;;) {
        ptrdiff_t open = str_find_char(t, '{'), close = str_find_char(t, '}');
        if (open < 0 || close < open)
            return true;
        str name = { t.p + open + 1, (size_t)(close - open - 1) };
        if (import_row_header(s, name) < 0) {
            fail(e, ERR_INVALID, MSG_import_header_missing, "template column '%.*s'", STR_ARG(name));
            return err_arg(e, "name", name);
        }
        t = str_from(t, (size_t)close + 1);
    }
}

static int by_field(const struct import_map *m, size_t x, size_t y)
{
    const struct field *a = m->column[x].field, *b = m->column[y].field;
    if (field_pass(a) != field_pass(b))
        return field_pass(a) - field_pass(b);
    return a != b ? (a > b) - (a < b) : (x > y) - (x < y);
}

static void sort_columns(struct import_state *s)
{
    for (size_t i = 1; i < s->norder; i++)
        for (size_t k = i; k > 0 && by_field(s->m, s->order[k], s->order[k - 1]) < 0; k--) {
            size_t t = s->order[k];
            s->order[k] = s->order[k - 1];
            s->order[k - 1] = t;
        }
}

static bool bind_columns(struct import_state *s, struct err *e)
{
    for (size_t i = 0; i < s->m->ncolumns; i++) {
        const struct import_column *c = &s->m->column[i];
        s->at[i] = -1;
        if (!c->field)
            continue;
        if (c->is_template ? !check_template(s, c->header, e) : (s->at[i] = import_row_header(s, c->header)) < 0) {
            if (!c->is_template) {
                fail(e, ERR_INVALID, MSG_import_header_missing, "column '%.*s'", STR_ARG(c->header));
                err_arg(e, "name", c->header);
            }
            return false;
        }
        s->order[s->norder++] = i;
    }
    sort_columns(s);
    if (s->norder == 0)
        return fail(e, ERR_INVALID, MSG_import_nothing_mapped, "no column leads to a field");
    return true;
}

static bool has_source(const struct import_map *m, const struct field *f)
{
    for (size_t i = 0; i < m->ncolumns; i++)
        if (m->column[i].field == f)
            return true;
    for (size_t i = 0; i < m->ninit; i++)
        if (m->init[i].field == f)
            return true;
    return f->init != NULL;
}

static bool check_map(struct ctx *c, const struct import_map *m, struct err *e)
{
    if (access_scope(c->who, m->en, ACTION_CREATE) == SCOPE_NONE) {
        fail(e, ERR_FORBIDDEN, MSG_import_forbidden, "create %s", m->en->name);
        return err_arg(e, "entity", msg_text(c->a, c->loc, m->en->plural, NULL));
    }
    for (size_t i = 0; i < m->en->nfields; i++)
        if (m->en->fields[i].flags & F_REQUIRED && !has_source(m, &m->en->fields[i])) {
            fail(e, ERR_INVALID, MSG_import_required, "%s has no column", m->en->fields[i].name);
            err_arg(e, "field", msg_text(c->a, c->loc, m->en->fields[i].label, NULL));
            return err_field(e, m->en->fields[i].name);
        }
    return true;
}

static bool read_header(struct csv *csv, struct arena *a, str **header, size_t *n, struct err *e)
{
    struct csv_row row;

    if (!csv_next(csv, a, &row, e))
        return e->code ? false : fail(e, ERR_INVALID, MSG_import_empty, "no rows");
    for (size_t i = 0; i < row.n; i++)
        row.cell[i] = str_trim(csv_unguard(row.cell[i]));
    *header = row.cell;
    *n = row.n;
    return true;
}

/* ── all of it ───────────────────────────────────────────────────────────── */

static bool note_all_unused(struct import_state *s, struct arena *a, struct err *e)
{
    struct ctx c = *s->c;
    arena_reset(a);
    c.a = a;
    for (size_t i = 0; i < s->m->ncolumns; i++)
        if (s->ref[i] && !import_ref_note_unused(s, &c, i, e))
            return false;
    return true;
}

static bool run_all(struct import_state *s, struct arena *slice, struct import_result *out, struct err *e)
{
    if (!read_header(s->csv, &s->keep, &s->header, &s->nheader, e) || !check_map(s->c, s->m, e) || !bind_columns(s, e)
        || !import_log_open_report(s, e) || !import_log_start(s, e))
        return false;
    bool ok = run_slices(s, slice, e) && run_later(s, slice, e) && (s->o->is_dry || note_all_unused(s, slice, e));
    struct err after = { 0 };
    out->n = s->n;
    out->run_id = s->run_id;
    out->refusals = import_refused_text(s->c->a, s->c->loc, &s->refusals);
    out->nnotes_more = s->notes.more;
    import_note_list(s->c->a, &s->notes, &out->note, &out->nnotes);
    import_log_report_notes(s, out);
    bool is_kept = import_log_close_report(s, &after);
    is_kept = import_log_end(s, out, ok, &after) && is_kept;
    if (ok && !is_kept)
        *e = after;
    return ok && is_kept;
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash && slash[1] ? slash + 1 : path;
}

bool import_run(struct ctx *c, const char *path, const struct import_options *o, struct import_result *out, struct err *e)
{
    struct import_options named = *o;
    struct arena keep = arena_open(IMPORT_KEEP), slice = arena_open(IMPORT_SLICE_MEM);
    struct import_state *s = arena_new(&keep, struct import_state, 1);

    named.file_name = o->file_name ? o->file_name : last_part(path);
    *s = (struct import_state){ .c = c, .m = o->map, .o = &named, .keep = keep };
    s->later_end = &s->later;
    s->told_end = &s->told;
    db_read_end(c->c);                          /* a snapshot open for as long would keep the log of writes from being emptied */
    *out = (struct import_result){ 0 };
    bool ok = csv_open_file(path, &o->csv, &s->csv, e) && run_all(s, &slice, out, e);
    csv_close(s->csv);
    if (s->report)
        fclose(s->report);
    free(s->seen);
    if (ok && !o->is_dry && s->n.created + s->n.updated >= MANY)
        db_analyze(c->ws->db);
    arena_close(&slice);
    arena_close(&keep);
    return ok;
}

bool import_look(struct arena *a, const char *path, const struct csv_options *o, struct import_look *out, struct err *e)
{
    struct import_look l = { 0 };
    struct csv *csv;
    struct err why = { 0 };

    if (!csv_open_file(path, o, &csv, e))
        return false;
    bool ok = read_header(csv, a, &l.header, &l.nheader, e);
    while (ok && l.nrows < IMPORT_LOOK_ROWS && (csv_next(csv, a, &l.row[l.nrows], &why) || why.code))
        l.nrows += !why.code;
    l.encoding = arena_cstr(a, str_of(csv_encoding(csv)));
    l.separator = csv_separator(csv);
    l.bytes = csv_bytes_all(csv);
    csv_close(csv);
    if (ok)
        *out = l;
    return ok;
}
