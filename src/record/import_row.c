/* import_row.c - one row of the table: its cells, the record it is about, the writing of it. */
#include "base/ascii.h"
#include "base/clock.h"
#include "msg/import.h"
#include "record/further.h"
#include "record/import_run.h"
#include "record/sql.h"
#include "record/store.h"
#include "record/type.h"

/* ── cells ───────────────────────────────────────────────────────────────── */

static str cell_of(const struct csv_row *row, int at)
{
    return at >= 0 && (size_t)at < row->n ? str_trim(csv_unguard(row->cell[at])) : (str){ 0 };
}

int import_row_header(const struct import_state *s, str name)
{
    for (size_t i = 0; i < s->nheader; i++)
        if (str_eq(s->header[i], name))
            return (int)i;
    return -1;
}

str import_row_cell(const struct import_state *s, const struct csv_row *row, const char *field)
{
    for (size_t i = 0; field && i < s->norder; i++) {
        const struct import_column *c = &s->m->column[s->order[i]];
        if (!c->is_template && !strcmp(c->field->name, field))
            return cell_of(row, s->at[s->order[i]]);
    }
    return (str){ 0 };
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
        buf_put(&b, cell_of(row, import_row_header(s, (str){ t.p + open + 1, (size_t)(close - open - 1) })));
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
            import_log_note(s, NOTE_WORD, c->header, cell, to);
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
    if (text.n == 0) {
        if (!c->is_template)
            import_log_note(s, NOTE_EMPTY, c->header, (str){ 0 }, (str){ 0 });
        return true;
    }
    if (c->field->type != FIELD_REF) {
        if (!parse_value(&j->tx, c->field, text, &v, e))
            return false;
        record_set(r, c->field->name, v);
        return true;
    }
    switch (import_ref_resolve(s, &j->tx, c, &s->ref[column], r, text, &v, e)) {
    case REF_FOUND:
        record_set(r, c->field->name, v);
        return true;
    case REF_LEFT:
        import_log_note(s, NOTE_LEFT, c->header, text, (str){ 0 });
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

/* Most rows are new: one look into an index says so, where finding a record reads all of it with what it refers to. */
static bool is_there(struct ctx *tx, const struct entity *en, const struct field *f, const struct val *v, bool *out, struct err *e)
{
    struct sql *q = sql_new(tx->a);
    struct db_rows rows;
    sql_lit(q, "SELECT 1 FROM ");
    sql_name(q, en->name);
    bool is_lowered = field_is_lowered(f);      /* its index is of small letters; who is found is looked at again */
    sql_lit(q, is_lowered ? " WHERE deleted_at IS NULL AND lower(" : " WHERE deleted_at IS NULL AND ");
    sql_name(q, f->name);
    sql_lit(q, is_lowered ? ") = " : " = ");
    sql_bind(q, !type_of(f)->is_text ? V(v->i) : is_lowered ? V(ascii_lower(tx->a, v->s)) : V(v->s));
    sql_lit(q, " LIMIT 1");
    if (!sql_query(tx->c, q, &rows, e))
        return false;
    *out = db_next(&rows);
    return db_done(&rows, e);
}

/* By a second address or number. */
static bool find_further(struct ctx *tx, const struct entity *en, const struct field *f, const struct val *v,
                         struct record **out, struct err *e)
{
    struct record **seen;
    int64_t id;
    size_t n = 0;
    if (!type_of(f)->is_text)
        return true;
    if (!further_find(tx, en, f->name, v->s, &id, e) || (id && !record_get_many(tx, en, &id, 1, &seen, &n, e)))
        return false;
    *out = n ? seen[0] : NULL;
    return true;
}

/* The record a row is about: by the first key that finds one. Titles are found folded. */
static bool find_existing(struct import_state *s, struct ctx *tx, const struct record *r, struct record **out, struct err *e)
{
    *out = NULL;
    for (size_t i = 0; i < s->m->nkeys && !*out; i++) {
        const struct field *f = s->m->key[i];
        const struct val *v = &r->v[field_index(r->en, f)];
        struct record **titled;
        size_t n;
        if (!v->is_set)
            continue;
        if (strcmp(f->name, r->en->title)) {
            bool found;
            if (!is_there(tx, r->en, f, v, &found, e) || (found && !record_find(tx, r->en, f->name, *v, out, e))
                || (!*out && !find_further(tx, r->en, f, v, out, e)))
                return false;
            continue;
        }
        if (!record_find_titled(tx, r->en, v->s, &titled, &n, e))
            return false;
        if (n > 1)
            return several(tx, f, v, e);
        *out = n ? titled[0] : NULL;
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

/* Looked for, perhaps made, in every row: what one row made may have gone with it. */
static bool find_default(struct row_job *j, size_t i, struct record *r, struct err *e)
{
    struct import_state *s = j->s;
    const struct import_default *d = &s->m->init[i];

    s->init[i] = (struct val){ 0 };
    switch (import_ref_resolve(s, &j->tx, d->as, &s->init_ref[i], r, d->text, &s->init[i], e)) {
    case REF_FOUND:
        return true;
    case REF_LEFT:
    case REF_LATER:
        import_log_note(s, NOTE_LEFT, d->as->header, d->text, (str){ 0 });
        return true;
    case REF_FAILED:
        break;
    }
    return err_field(e, d->field->name);
}

/* Plain values are read once for all rows. */
static bool read_defaults(struct row_job *j, struct record *r, struct err *e)
{
    struct import_state *s = j->s;
    struct ctx kept = j->tx;
    bool is_first = !s->has_init;

    kept.a = &s->keep;
    for (size_t i = 0; i < s->m->ninit; i++) {
        const struct import_default *d = &s->m->init[i];
        if (d->as ? !find_default(j, i, r, e) : is_first && !type_parse(&kept, d->field, d->text, &s->init[i], e))
            return false;
    }
    s->has_init = true;
    return true;
}

/* A day the table has a column for and leaves empty is not known: it must not become today. */
static void leave_unknown_days(const struct import_state *s, struct record *r)
{
    for (size_t i = 0; i < s->norder; i++) {
        const struct field *f = s->m->column[s->order[i]].field;
        bool is_moment = f->init && (!strcmp(f->init, "today") || !strcmp(f->init, "now"));
        if (is_moment && !(f->flags & F_REQUIRED) && !r->v[field_index(r->en, f)].is_set)
            r->has |= (uint64_t)1 << field_index(r->en, f);
    }
}

static bool create(struct import_state *s, struct ctx *tx, struct record *r, struct err *e)
{
    for (size_t i = 0; i < s->m->ninit; i++)
        if (!r->v[field_index(r->en, s->m->init[i].field)].is_set)
            record_set(r, s->m->init[i].field->name, s->init[i]);
    leave_unknown_days(s, r);
    struct ctx past = *tx;                      /* a new row tells what has been: nobody can be asked for more */
    past.is_history = true;
    return record_create(&past, r, e);
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

/* All cells. Where all that is wrong is asked for, the others are read after one that could not be. */
static bool read_cells(struct row_job *j, struct record *r, struct err *e)
{
    bool ok = true;
    struct err more;

    for (size_t i = 0; i < j->s->norder; i++) {
        struct err *why = ok ? e : &more;
        *why = (struct err){ 0 };
        if (read_cell(j, j->s->order[i], r, why))
            continue;
        ok = false;
        if (!j->all || why->code != ERR_INVALID)
            break;
        faults_add(j->tx.a, j->all, why);
    }
    return ok;
}

static bool write_record(struct row_job *j, struct record *r, struct err *e)
{
    struct import_state *s = j->s;
    struct ctx *tx = &j->tx;
    struct record *old;

    if (!find_existing(s, tx, r, &old, e))
        return false;
    bool is_known = s->o->is_dry && !old && seen_before(s, tx, r);
    if (old && s->o->duplicates != IMPORT_DUP_CREATE)
        return merge(s, tx, r, old, e);
    if (is_known && s->o->duplicates != IMPORT_DUP_CREATE) {
        s->o->duplicates == IMPORT_DUP_SKIP ? s->n.skipped++ : s->n.updated++;
        return true;
    }
    bool ok = create(s, tx, r, e);
    s->n.created += ok;
    return ok;
}

bool import_row_write(struct db_conn *conn, void *arg, struct err *e)
{
    struct row_job *j = arg;
    struct import_state *s = j->s;
    struct record *r = record_new(j->tx.a, s->m->en);
    struct err besides = { 0 };

    (void)conn;
    if (!check_width(s, j->row, e) || !read_defaults(j, r, e))
        return false;
    put_defaults(s, r, true);
    j->tx.of = r;
    bool ok = read_cells(j, r, e);
    j->tx.of = NULL;
    put_defaults(s, r, false);
    if (!ok && (!j->all || e->code != ERR_INVALID))
        return false;
    /* What the gate would say of the cells that could be read is told as well; the row is taken back in any case. */
    ok = write_record(j, r, ok ? e : &besides) && ok;
    if (j->all && !ok)
        record_faults(&j->tx, j->all);
    if (besides.code && besides.code != ERR_INVALID)
        *e = besides;
    for (struct later *l = j->later; l; l = l->next)
        l->id = r->id;
    return ok;
}
