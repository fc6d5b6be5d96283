/* import.c - one run: rows in slices, each row in a savepoint of its own.
 *
 * A slice is one act (one write, one undo, one fsync); between slices people's own
 * writes go first. A dry run does all of it and rolls each slice back, so it finds
 * what the run would find. Memory is bounded: a slice's arena is forgotten after
 * it; what stays are notes, answers about references and, in a dry run, eight
 * bytes a row.
 */
#include "record/import.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"
#include "msg/import.h"
#include "record/import_run.h"
#include "record/store.h"
#include "record/type.h"

/* ── what is told ────────────────────────────────────────────────────────── */

static void put_report(struct import_state *s, struct arena scratch, const str cells[6])
{
    struct buf b = buf_new(&scratch, 64 * 1024);
    if (!s->report)
        return;
    csv_put_row(&b, cells, 6);
    fwrite(b.p, 1, b.n, s->report);
}

void report_refused(struct import_state *s, struct arena scratch, int64_t line, const struct err *why, str value)
{
    str text = err_text(&scratch, s->c->loc, why), number = arena_fmt(&scratch, "%lld", (long long)line);
    str cells[6] = { number, S("refused"), str_of(why->field), value, S("1"), text };

    s->n.refused++;
    put_report(s, scratch, cells);
    if (s->nrefusals++ < IMPORT_REFUSALS_SHOWN)
        buf_fmt(&s->refusals, "%.*s: %.*s\n", STR_ARG(number), STR_ARG(text));
}

void row_note(struct import_state *s, enum import_note_kind kind, str column, str value, str used)
{
    struct pending *p = arena_new(s->slice, struct pending, 1);
    *p = (struct pending){ { kind, column, value, used, 1 }, s->pending };
    s->pending = p;
}

/* ── cells ───────────────────────────────────────────────────────────────── */

static str cell_of(const struct csv_row *row, int at)
{
    return at >= 0 && (size_t)at < row->n ? str_trim(csv_unguard(row->cell[at])) : (str){ 0 };
}

static int header_index(const struct import_state *s, str name)
{
    for (size_t i = 0; i < s->nheader; i++)
        if (str_eq(s->header[i], name))
            return (int)i;
    return -1;
}

/* What a template leaves behind where a column is empty: "– Acme", "GTX –". */
static str without_edges(str s)
{
    static const char *const edge[] = { " ", "-", "–", "—", ",", "/", "|", ":" };
    for (bool again = true; again && s.n;) {
        again = false;
        for (size_t i = 0; i < countof(edge); i++) {
            str k = str_of(edge[i]);
            if (str_starts(s, k))
                s = str_from(s, k.n), again = true;
            if (str_ends(s, k))
                s = str_head(s, s.n - k.n), again = true;
        }
    }
    return s;
}

/* "{product} – {account}" with the row's cells. */
static str fill_template(const struct import_state *s, struct arena *a, str t, const struct csv_row *row)
{
    struct buf b = buf_new(a, CSV_CELL_MAX);
    while (t.n) {
        ptrdiff_t open = str_find_char(t, '{'), close = str_find_char(t, '}');
        if (open < 0 || close < open)
            break;
        buf_put(&b, str_head(t, (size_t)open));
        buf_put(&b, cell_of(row, header_index(s, (str){ t.p + open + 1, (size_t)(close - open - 1) })));
        t = str_from(t, (size_t)close + 1);
    }
    buf_put(&b, t);
    return without_edges(buf_str(&b));
}

static bool words_say(const struct import_column *c, str cell, str *out)
{
    for (size_t i = 0; i < c->nwords; i++)
        if (str_eq(c->words[i].from, cell)) {
            *out = c->words[i].to;
            return true;
        }
    return false;
}

/* "1100.04" times 1,000,000, exactly, as text. */
static bool multiplied(struct arena *a, str text, int64_t times, str *out, struct err *e)
{
    enum { SCALE = 6, ONE = 1000000 };
    int64_t scaled, product;

    if (!parse_decimal(text, SCALE, &scaled, e))
        return false;
    if (__builtin_mul_overflow(scaled, times, &product))
        return fail(e, ERR_INVALID, MSG_import_too_big, "%.*s * %lld", STR_ARG(text), (long long)times);
    bool is_negative = product < 0;
    uint64_t abs = is_negative ? -(uint64_t)product : (uint64_t)product;
    str whole = arena_fmt(a, "%s%llu", is_negative ? "-" : "", (unsigned long long)(abs / ONE));
    str part = arena_fmt(a, "%06llu", (unsigned long long)(abs % ONE));
    while (part.n && part.p[part.n - 1] == '0')
        part.n--;
    *out = part.n ? arena_fmt(a, "%.*s.%.*s", STR_ARG(whole), STR_ARG(part)) : whole;
    return true;
}

static bool ends_in_digit(str s)
{
    unsigned char last = s.n ? (unsigned char)s.p[s.n - 1] : 0;
    return last >= 0x80 || (last >= '0' && last <= '9');
}

/* The cell as type_parse() reads it; empty stays empty. */
static bool text_of(struct import_state *s, struct ctx *tx, size_t column, const struct csv_row *row, str *out, struct err *e)
{
    const struct import_column *c = &s->m->column[column];
    str cell = c->is_template ? fill_template(s, tx->a, c->header, row) : cell_of(row, s->at[column]), to;

    if (words_say(c, cell, &to)) {
        if (cell.n && c->field->type == FIELD_REF)
            row_note(s, NOTE_WORD, c->header, cell, to);
        cell = to;
    }
    if (cell.n && c->times && !multiplied(tx->a, cell, c->times, &cell, e))
        return err_field(e, c->field->name);
    if (cell.n && c->field->type == FIELD_MONEY && s->m->currency[0] && ends_in_digit(cell))
        cell = arena_fmt(tx->a, "%.*s %s", STR_ARG(cell), s->m->currency);
    *out = cell;
    return true;
}

/* ISO first: 2016-10-20 is a Gregorian day whatever the reader's calendar; 1403-05-12 is not. */
static bool parse_value(struct ctx *tx, const struct field *f, str text, struct val *out, struct err *e)
{
    enum { OLDEST = -25567 };                   /* 1900-01-01 */
    struct err ignored = { 0 };
    bool is_day = f->type == FIELD_DATE || f->type == FIELD_INSTANT;

    if (is_day && type_from_canon(tx, f, text, out, &ignored)
        && (tx->loc->calendar == CALENDAR_GREGORIAN || out->i >= (f->type == FIELD_DATE ? OLDEST : OLDEST * DAY_US)))
        return true;
    return type_parse(tx, f, text, out, e);
}

/* ── one row ─────────────────────────────────────────────────────────────── */

struct row_job { struct import_state *s; struct ctx tx; const struct csv_row *row; str value; struct later *later; };

static void look_again(struct row_job *j, const struct import_column *c, str text)
{
    struct later *l = arena_new(&j->s->keep, struct later, 1);
    *l = (struct later){ .next = j->later, .line = j->row->line, .column = c, .text = arena_str(&j->s->keep, text) };
    j->later = l;
}

static bool read_cell(struct row_job *j, size_t column, struct record *r, struct err *e)
{
    struct import_state *s = j->s;
    const struct import_column *c = &s->m->column[column];
    struct val v;
    str text;

    if (!text_of(s, &j->tx, column, j->row, &text, e))
        return false;
    j->value = text;
    if (text.n == 0) {
        if (!c->is_template)
            row_note(s, NOTE_EMPTY, c->header, (str){ 0 }, (str){ 0 });
        return true;
    }
    if (c->field->type != FIELD_REF) {
        if (!parse_value(&j->tx, c->field, text, &v, e))
            return false;
        record_set(r, c->field->name, v);
        return true;
    }
    switch (ref_resolve(s, &j->tx, column, r, text, &v, e)) {
    case REF_FOUND:
        record_set(r, c->field->name, v);
        return true;
    case REF_LEFT:
        row_note(s, NOTE_LEFT, c->header, text, (str){ 0 });
        return true;
    case REF_LATER:
        look_again(j, c, text);
        return true;
    case REF_FAILED:
        break;
    }
    return err_field(e, c->field->name);
}

static bool check_width(const struct import_state *s, const struct csv_row *row, struct err *e)
{
    for (size_t i = s->nheader; i < row->n; i++)
        if (str_trim(row->cell[i]).n) {
            fail(e, ERR_INVALID, MSG_import_row_too_wide, "%zu cells", row->n);
            err_arg_int(e, "cells", (int64_t)row->n);
            return err_arg_int(e, "columns", (int64_t)s->nheader);
        }
    return true;
}

static bool several(struct ctx *tx, const struct field *f, const struct val *v, struct err *e)
{
    fail(e, ERR_CONFLICT, MSG_import_key_ambiguous, "several records by %s", f->name);
    err_arg(e, "field", msg_text(tx->a, tx->loc, f->label, NULL));
    err_arg(e, "value", type_canon(tx->a, f, v));
    return err_field(e, f->name);
}

/* The record a row is about: by the first key that finds one. Titles are found folded. */
static bool find_existing(struct import_state *s, struct ctx *tx, const struct record *r, struct record **out, struct err *e)
{
    *out = NULL;
    for (size_t i = 0; i < s->m->nkeys && !*out; i++) {
        const struct field *f = s->m->key[i];
        const struct val *v = &r->v[field_index(r->en, f)];
        struct record **found;
        size_t n;
        if (!v->is_set)
            continue;
        if (strcmp(f->name, r->en->title)) {
            if (!record_find(tx, r->en, f->name, *v, out, e))
                return false;
            continue;
        }
        if (!record_find_titled(tx, r->en, v->s, &found, &n, e))
            return false;
        if (n > 1)
            return several(tx, f, v, e);
        *out = n ? found[0] : NULL;
    }
    return true;
}

/* Dry run: has a row before this one the same key? Its record was rolled back. */
static bool seen_before(struct import_state *s, struct ctx *tx, const struct record *r)
{
    for (size_t i = 0; i < s->m->nkeys; i++) {
        const struct field *f = s->m->key[i];
        const struct val *v = &r->v[field_index(r->en, f)];
        if (!v->is_set)
            continue;
        uint64_t h = str_hash(fold(tx->a, type_canon(tx->a, f, v))) * 31 + i + 1, mask = s->seen_cap - 1;
        size_t at = h & mask;
        while (s->seen[at] && s->seen[at] != h)
            at = (at + 1) & mask;
        bool is_known = s->seen[at] == h;
        if (!is_known) {
            s->seen[at] = h;
            s->nseen++;
            s->fresh[s->nfresh++] = at;
        }
        return is_known;
    }
    return false;
}

/* Values for all rows are read once. */
static bool read_defaults(struct import_state *s, const struct ctx *tx, struct err *e)
{
    struct ctx kept = *tx;
    kept.a = &s->keep;
    for (; s->ninit < s->m->ninit; s->ninit++) {
        const struct import_default *d = &s->m->init[s->ninit];
        if (!type_parse(&kept, d->field, d->text, &s->init[s->ninit], e))
            return false;
    }
    return true;
}

static bool create(struct import_state *s, struct ctx *tx, struct record *r, struct err *e)
{
    for (size_t i = 0; i < s->m->ninit; i++)
        if (!r->v[field_index(r->en, s->m->init[i].field)].is_set)
            record_set(r, s->m->init[i].field->name, s->init[i]);
    return record_create(tx, r, e);
}

static bool merge(struct import_state *s, struct ctx *tx, struct record *r, const struct record *old, struct err *e)
{
    r->id = old->id;
    if (s->o->duplicates == IMPORT_DUP_SKIP) {
        s->n.skipped++;
        return true;
    }
    if (!record_update(tx, r, 0, NULL, e))
        return false;
    if (r->version == old->version)
        s->n.unchanged++;
    else
        s->n.updated++;
    return true;
}

/* Other cells are found by them (a stage by its pipeline). Not marked: an existing record keeps its own. */
static void put_defaults(const struct import_state *s, struct record *r, bool is_on)
{
    for (size_t i = 0; i < s->m->ninit; i++) {
        int at = field_index(r->en, s->m->init[i].field);
        if (!(r->has >> at & 1))
            r->v[at] = is_on ? s->init[i] : (struct val){ 0 };
    }
}

static bool write_row(struct db_conn *conn, void *arg, struct err *e)
{
    struct row_job *j = arg;
    struct import_state *s = j->s;
    struct ctx *tx = &j->tx;
    struct record *r = record_new(tx->a, s->m->en), *old;

    (void)conn;
    if (!check_width(s, j->row, e) || !read_defaults(s, tx, e))
        return false;
    put_defaults(s, r, true);
    for (size_t i = 0; i < s->norder; i++)
        if (!read_cell(j, s->order[i], r, e))
            return false;
    j->value = (str){ 0 };
    put_defaults(s, r, false);
    if (!find_existing(s, tx, r, &old, e))
        return false;
    bool is_known = s->o->is_dry && !old && seen_before(s, tx, r);
    bool ok;
    if (old && s->o->duplicates != IMPORT_DUP_CREATE) {
        ok = merge(s, tx, r, old, e);
    } else if (is_known && s->o->duplicates != IMPORT_DUP_CREATE) {
        s->o->duplicates == IMPORT_DUP_SKIP ? s->n.skipped++ : s->n.updated++;
        ok = true;
    } else {
        ok = create(s, tx, r, e);
        s->n.created += ok;
    }
    for (struct later *l = j->later; l; l = l->next)
        l->id = r->id;
    return ok;
}

/* ── a slice ─────────────────────────────────────────────────────────────── */

struct slice { struct import_state *s; struct csv_row *row; size_t n; };

/* Not the row's fault: the run ends. */
static bool is_fatal(const struct err *e)
{
    return e->code == ERR_INTERNAL || e->code == ERR_BUSY || e->code == ERR_FULL;
}

/* What rows leave behind besides the records, and how it is taken back with them. */
struct mark { struct import_counts n; struct later **later_end; struct write write; };

static struct mark set_mark(const struct import_state *s, const struct ctx *tx)
{
    return (struct mark){ s->n, s->later_end, *tx->write };
}

static void settle(struct import_state *s)
{
    for (struct pending *p = s->pending; p; p = p->next)
        note_add(&s->keep, &s->notes, p->note.kind, p->note.column, p->note.value, p->note.used, 1);
    s->pending = NULL;
    s->nfresh = 0;
    ref_settle(s);
}

static void go_back(struct import_state *s, struct ctx *tx, const struct mark *m)
{
    s->n = m->n;
    s->later_end = m->later_end;
    *s->later_end = NULL;
    *tx->write = m->write;                      /* its row of the log went too */
    s->pending = NULL;
    while (s->nfresh)                           /* last in, first out: probing stays whole */
        s->seen[s->fresh[--s->nfresh]] = 0, s->nseen--;
    ref_forget(&s->made);
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

static bool take_row(struct import_state *s, struct ctx *tx, const struct csv_row *row, struct err *e)
{
    struct row_job j = { .s = s, .tx = *tx, .row = row };
    struct mark before = set_mark(s, tx);
    struct err why = { 0 };

    if (db_try(tx->c, write_row, &j, &why)) {
        take_later(s, j.later);
        settle(s);
        return true;
    }
    go_back(s, tx, &before);
    if (is_fatal(&why))
        return *e = why, false;
    report_refused(s, *tx->a, row->line, &why, j.value);
    return true;
}

struct slice_job { const struct slice *k; struct ctx *tx; };

/* Without a savepoint a row: SQLite's journal of nested savepoints is what a row costs most. */
static bool write_rows(struct db_conn *conn, void *arg, struct err *e)
{
    const struct slice_job *w = arg;

    for (size_t i = 0; i < w->k->n; i++) {
        struct row_job j = { .s = w->k->s, .tx = *w->tx, .row = &w->k->row[i] };
        if (!write_row(conn, &j, e))
            return false;
        take_later(w->k->s, j.later);
    }
    return true;
}

/* In one go while every row is good; a slice with a bad one is taken back and done row by row. */
static bool take_slice(const struct slice *k, struct ctx *tx, struct err *e)
{
    struct slice_job w = { k, tx };
    struct mark before = set_mark(k->s, tx);
    struct err why = { 0 };

    if (db_try(tx->c, write_rows, &w, &why)) {
        settle(k->s);
        return true;
    }
    go_back(k->s, tx, &before);
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

    if (!take_slice(k, tx, e))
        return false;
    if (!k->s->o->is_dry)
        return true;
    ref_forget(&k->s->made_by_slice);
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
    struct slice k = { s, row, n };
    struct import_counts before = s->n;
    struct err why = { 0 };

    s->slice = a;
    s->is_rolled_back = false;
    if (n == 0 || record_write_bulk(&c, write_slice, &k, &why) || s->is_rolled_back) {
        s->made_by_slice = NULL;
        return true;
    }
    s->n = before;
    *e = why;
    return false;
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
            report_refused(s, *a, why.pos, &why, (str){ 0 });
        } else {
            return;
        }
    }
}

static bool run_slices(struct import_state *s, struct arena *a, struct err *e)
{
    for (;;) {
        arena_reset(a);
        struct csv_row *row = arena_new(a, struct csv_row, IMPORT_SLICE);
        int64_t before = s->n.rows;
        size_t n;
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
            note_add(&s->keep, &s->notes, NOTE_LEFT, l->column->header, l->text, (str){ 0 }, 1);
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
        if (!record_write_bulk(&c, write_later, &k, e))
            return false;
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
        if (header_index(s, name) < 0) {
            fail(e, ERR_INVALID, MSG_import_header_missing, "template column '%.*s'", STR_ARG(name));
            return err_arg(e, "name", name);
        }
        t = str_from(t, (size_t)close + 1);
    }
}

static int by_field(const struct import_map *m, size_t x, size_t y)
{
    const struct field *a = m->column[x].field, *b = m->column[y].field;
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
        if (c->is_template ? !check_template(s, c->header, e) : (s->at[i] = header_index(s, c->header)) < 0) {
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

/* ── the run's own record ────────────────────────────────────────────────── */

struct run_record { struct import_state *s; struct record *r; };

static bool save_run(struct ctx *tx, void *arg, struct err *e)
{
    struct run_record *k = arg;
    struct ctx sys = ctx_as_system(tx);         /* nobody but the program writes runs */
    if (k->s->run_id) {
        k->r->id = k->s->run_id;
        return record_update(&sys, k->r, 0, NULL, e);
    }
    if (!record_create(&sys, k->r, e))
        return false;
    k->s->run_id = k->r->id;
    return true;
}

static bool keep_run(struct import_state *s, struct record *r, struct err *e)
{
    struct run_record k = { s, r };
    struct ctx c = *s->c;
    c.write = NULL;
    return record_write(&c, save_run, &k, e);
}

static bool start_run(struct import_state *s, struct err *e)
{
    const struct entity *en = entity_find(S("import_run"));
    if (s->o->is_dry || !en)
        return true;
    struct record *r = record_new(s->c->a, en);
    record_set(r, "file_name", val_text(utf8_head(str_of(s->o->file_name), 200)));
    record_set(r, "entity", val_text(str_of(s->m->en->name)));
    record_set(r, "status", val_text(S("running")));
    str map = import_map_text(s->c->a, s->m);
    if (map.n < 20000)
        record_set(r, "mapping", val_text(map));
    record_set(r, "started_at", val_int(clock_now()));
    if (!keep_run(s, r, e))
        return false;
    s->request_id = arena_fmt(&s->keep, "import-%.*s", STR_ARG(id_text(&s->keep, s->run_id)));
    return true;
}

static bool end_run(struct import_state *s, const struct import_result *out, bool is_done, struct err *e)
{
    if (!s->run_id)
        return true;
    struct record *r = record_new(s->c->a, entity_find(S("import_run")));
    struct buf problems = buf_new(s->c->a, 100000);
    buf_put(&problems, out->first_refusals);
    for (size_t i = 0; i < out->nnotes && problems.n < 60000; i++) {
        buf_put(&problems, import_note_text(s->c->a, s->c->loc, &out->note[i]));
        buf_char(&problems, '\n');
    }
    record_set(r, "status", val_text(is_done ? S("done") : S("failed")));
    record_set(r, "created_count", val_int(s->n.created));
    record_set(r, "updated_count", val_int(s->n.updated));
    record_set(r, "refused_count", val_int(s->n.refused));
    record_set(r, "problems", val_text(buf_str(&problems)));
    record_set(r, "finished_at", val_int(clock_now()));
    return keep_run(s, r, e);
}

/* ── all of it ───────────────────────────────────────────────────────────── */

static bool note_all_unused(struct import_state *s, struct arena *a, struct err *e)
{
    struct ctx c = *s->c;
    arena_reset(a);
    c.a = a;
    for (size_t i = 0; i < s->m->ncolumns; i++)
        if (s->ref[i] && !ref_note_unused(s, &c, i, e))
            return false;
    return true;
}

static void report_notes(struct import_state *s, const struct import_result *out)
{
    static const char *const kind[NOTE_KIND_COUNT] = { "near", "word", "created", "left", "empty", "unused" };
    for (size_t i = 0; i < out->nnotes; i++) {
        struct arena scratch = *s->c->a;
        const struct import_note *n = &out->note[i];
        str rows = arena_fmt(&scratch, "%lld", (long long)n->rows);
        str cells[6] = { { 0 }, str_of(kind[n->kind]), n->column, n->value, rows, import_note_text(&scratch, s->c->loc, n) };
        put_report(s, scratch, cells);
    }
}

static bool open_report(struct import_state *s, struct err *e)
{
    static const str head[6] = { { "line", 4 }, { "kind", 4 }, { "column", 6 }, { "value", 5 }, { "rows", 4 }, { "reason", 6 } };
    if (!s->o->report)
        return true;
    s->report = fopen(s->o->report, "we");
    if (!s->report) {
        fail(e, ERR_INVALID, MSG_import_report_unwritable, "fopen: %s", strerror(errno));
        return err_arg(e, "path", str_of(s->o->report));
    }
    fputs("\xEF\xBB\xBF", s->report);           /* so that every spreadsheet reads its letters */
    put_report(s, s->keep, head);
    return true;
}

static bool close_report(struct import_state *s, struct err *e)
{
    if (!s->report)
        return true;
    bool ok = !ferror(s->report);
    ok = !fclose(s->report) && ok;
    s->report = NULL;
    if (ok)
        return true;
    fail(e, ERR_FULL, MSG_import_report_unwritable, "write: %s", strerror(errno));
    return err_arg(e, "path", str_of(s->o->report));
}

static bool run_all(struct import_state *s, struct arena *slice, struct import_result *out, struct err *e)
{
    if (!read_header(s->csv, &s->keep, &s->header, &s->nheader, e) || !check_map(s->c, s->m, e) || !bind_columns(s, e)
        || !open_report(s, e) || !start_run(s, e))
        return false;
    bool ok = run_slices(s, slice, e) && run_later(s, slice, e) && (s->o->is_dry || note_all_unused(s, slice, e));
    struct err after = { 0 };
    out->n = s->n;
    out->run_id = s->run_id;
    out->first_refusals = arena_str(s->c->a, buf_str(&s->refusals));
    out->nnotes_more = s->notes.more;
    note_list(s->c->a, &s->notes, &out->note, &out->nnotes);
    report_notes(s, out);
    bool is_kept = close_report(s, &after);
    is_kept = end_run(s, out, ok, &after) && is_kept;
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
    s->refusals = buf_new(&s->keep, 64 * 1024);
    *out = (struct import_result){ 0 };
    bool ok = csv_open_file(path, &o->csv, &s->csv, e) && run_all(s, &slice, out, e);
    csv_close(s->csv);
    if (s->report)
        fclose(s->report);
    free(s->seen);
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
