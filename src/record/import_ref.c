/* import_ref.c - which record a cell means.
 *
 * By the field the mapping names, else by title, else by id. A title that differs
 * in nothing but case, spaces and signs ("GTXPro", "GTX Pro") is taken for it and
 * noted. What must belong to something the row names too (a stage to a pipeline)
 * is looked for and made there and nowhere else; others of one title are told
 * apart by the row's references, else refused. Answers are kept: a column of
 * 8,800 rows names 85 companies. What was learnt from rows that are taken back is asked anew: whom
 * they name may be one of them.
 */
#include "base/id.h"
#include "msg/import.h"
#include "record/import_run.h"
#include "record/sql.h"
#include "record/store.h"
#include "record/type.h"

enum { NEAR_MAX = 5000, KEPT_MAX = 200000, UNUSED_SHOWN = 20, UNUSED_TARGETS = 500 };

/* ── kept answers ────────────────────────────────────────────────────────── */

static struct ref_entry **slot_of(struct ref_table *t, str key)
{
    return &t->slot[str_hash(key) % countof(t->slot)];
}

static struct ref_entry *kept(struct ref_table *t, str key)
{
    for (struct ref_entry *r = *slot_of(t, key); r; r = r->next)
        if (r->id && str_eq(r->key, key))
            return r;
    return NULL;
}

static struct ref_entry *keep(struct import_state *s, struct ref_table *t, str key, int64_t id, str title, enum import_note_kind kind)
{
    struct ref_entry *r = arena_new(&s->keep, struct ref_entry, 1);
    *r = (struct ref_entry){ arena_str(&s->keep, key), arena_str(&s->keep, title), id, kind, NULL, s->learnt };
    s->learnt = r;
    if (t->n++ < KEPT_MAX) {
        r->next = *slot_of(t, key);
        *slot_of(t, key) = r;
    }
    return r;
}

void import_ref_forget(struct ref_entry **learnt)
{
    for (; *learnt; *learnt = (*learnt)->next_learnt)
        (*learnt)->id = 0;
}

void import_ref_settle(struct import_state *s)
{
    while (s->learnt) {
        struct ref_entry *r = s->learnt;
        s->learnt = r->next_learnt;
        r->next_learnt = s->learnt_by_slice;
        s->learnt_by_slice = r;
    }
}

/* ── who is named ────────────────────────────────────────────────────────── */

static bool is_used(const struct ref_table *t, int64_t id)
{
    for (size_t k = 0; k < countof(t->slot); k++)
        for (const struct ref_entry *r = t->slot[k]; r; r = r->next)
            if (r->id == id)
                return true;
    return false;
}

/* ── where the row belongs ───────────────────────────────────────────────── */

/* The reference that records of `en` must have and the row has too: the pipeline of a stage. NULL: none. */
static const struct field *scope_of(const struct entity *en, const struct entity *row)
{
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i], *g;
        if (f->type == FIELD_REF && f->flags & F_REQUIRED && (g = entity_field(row, str_of(f->name))) && g->type == FIELD_REF
            && !strcmp(f->ref, g->ref))
            return f;
    }
    return NULL;
}

/* 0: anywhere. */
static int64_t scope_id(const struct field *scope, const struct record *row)
{
    return scope ? record_int(row, scope->name) : 0;
}

static size_t inside_scope(struct record **v, size_t n, const struct field *scope, int64_t id)
{
    size_t left = 0;
    for (size_t i = 0; i < n; i++)
        if (!id || record_int(v[i], scope->name) == id)
            v[left++] = v[i];
    return left;
}

/* ── near titles ─────────────────────────────────────────────────────────── */

static str squeezed(struct arena *a, str s)
{
    str folded = fold(a, s);
    char *p = arena_new(a, char, folded.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < folded.n; i++)
        if (folded.p[i] != ' ')
            p[n++] = folded.p[i];
    return (str){ p, n };
}

static bool query_titles(struct ctx *tx, const struct entity *en, const struct field *scope, int64_t max, struct db_rows *rows,
                         struct err *e)
{
    struct sql *q = sql_new(tx->a);
    sql_lit(q, "SELECT t0.id, t0.");
    sql_name(q, en->title);
    sql_lit(q, ", t0.");
    sql_name(q, scope ? scope->name : "id");
    sql_lit(q, " FROM ");
    sql_name(q, en->name);
    sql_lit(q, " t0 WHERE t0.deleted_at IS NULL AND ");
    access_predicate(q, tx, en, ACTION_SEE, "t0");
    sql_lit(q, " ORDER BY t0.id LIMIT ");
    sql_bind(q, V(max));
    return sql_query(tx->c, q, rows, e);
}

static bool read_near(struct import_state *s, struct ctx *tx, struct ref_table *t, const struct entity *en,
                      const struct field *scope, struct err *e)
{
    struct db_rows rows;
    if (t->near_is_read)
        return true;
    t->near_is_read = true;
    t->near = arena_new(&s->keep, struct near_title, NEAR_MAX);
    if (!query_titles(tx, en, scope, NEAR_MAX + 1, &rows, e))
        return false;
    while (db_next(&rows)) {
        if (t->nnear == NEAR_MAX) {
            t->nnear = 0;                       /* among so many a near title proves nothing */
            break;
        }
        str title = db_text(&rows, 1, &s->keep);
        t->near[t->nnear++] = (struct near_title){ squeezed(&s->keep, title), title, db_int(&rows, 0), db_int(&rows, 2) };
    }
    return db_done(&rows, e);
}

static const struct near_title *near_of(struct arena scratch, const struct ref_table *t, str text, int64_t scope)
{
    const struct near_title *found = NULL;
    str want = squeezed(&scratch, text);

    for (size_t i = 0; i < t->nnear; i++)
        if (want.n && (!scope || t->near[i].scope == scope) && str_eq(t->near[i].squeezed, want)) {
            if (found)
                return NULL;
            found = &t->near[i];
        }
    return found;
}

static bool is_there(struct ctx *tx, const struct entity *en, int64_t id)
{
    struct record *r;
    struct err gone = { 0 };
    return record_get(tx, en, id, &r, &gone);
}

/* ── looking up ──────────────────────────────────────────────────────────── */

/* Keeps the candidates whose own references agree with those of the row. */
static size_t agreeing(struct record **v, size_t n, const struct record *row)
{
    for (size_t i = 0; i < row->en->nfields && n > 1; i++) {
        const struct field *f = &row->en->fields[i], *g = entity_field(v[0]->en, str_of(f->name));
        if (f->type != FIELD_REF || !row->v[i].is_set || !g || g->type != FIELD_REF || strcmp(g->ref, f->ref))
            continue;
        size_t left = 0;
        for (size_t k = 0; k < n; k++)
            if (record_val(v[k], g->name).i == row->v[i].i)
                v[left++] = v[k];
        n = left ? left : n;
    }
    return n;
}

static bool by_match(struct ctx *tx, const struct entity *en, const char *match, str text, struct record **out, struct err *e)
{
    const struct field *f = entity_field(en, str_of(match));
    struct val v;
    struct err ignored = { 0 };

    *out = NULL;
    if (!type_parse(tx, f, text, &v, &ignored) || !v.is_set)
        return true;                            /* not even a value of that field: nobody answers */
    return record_find(tx, en, match, v, out, e);
}

static bool by_id(struct ctx *tx, const struct entity *en, str text, struct record **out, struct err *e)
{
    int64_t id;
    if (text.n < 10 || !id_parse(text, &id) || record_get(tx, en, id, out, e))
        return true;
    bool is_absent = e->code == ERR_NOT_FOUND;
    *e = (struct err){ 0 };
    return is_absent;
}

/* *out NULL: nobody. *is_kept false: the answer holds for this row only. */
static bool look_up(struct ctx *tx, const struct import_column *c, const struct field *scope, const struct record *row, str text,
                    struct record **out, bool *is_kept, struct err *e)
{
    const struct entity *en = entity_find(str_of(c->field->ref));
    struct record **v;
    size_t n, left;

    *out = NULL;
    *is_kept = true;
    if (c->match)
        return by_match(tx, en, c->match, text, out, e);
    if (!record_find_titled(tx, en, text, &v, &n, e))
        return false;
    n = inside_scope(v, n, scope, scope_id(scope, row));
    left = n > 1 ? agreeing(v, n, row) : n;
    if (left > 1) {
        fail(e, ERR_INVALID, MSG_import_ref_ambiguous, "%zu %s titled '%.*s'", left, en->name, STR_ARG(text));
        err_arg(e, "value", text);
        return err_arg(e, "entity", msg_text(tx->a, tx->loc, en->label, NULL));
    }
    *is_kept = n <= 1;
    if (left == 1)
        *out = v[0];
    return *out || by_id(tx, en, text, out, e);
}

/* What is made belongs where the row belongs: a stage to the row's pipeline. */
static void agree_with(struct record *made, const struct record *row)
{
    for (size_t i = 0; i < row->en->nfields; i++) {
        const struct field *f = &row->en->fields[i], *g = entity_field(made->en, str_of(f->name));
        if (f->type == FIELD_REF && row->v[i].is_set && g && g->type == FIELD_REF && g->flags & F_REQUIRED
            && !strcmp(g->ref, f->ref))
            record_set(made, g->name, row->v[i]);
    }
}

static bool begin_with(struct ctx *tx, const struct import_column *c, str cell, struct record *made, struct err *e)
{
    for (size_t i = 0; i < c->nmake; i++) {
        const struct import_make *m = &c->make[i];
        if (!str_eq(m->cell, S("*")) && !str_eq(m->cell, cell))
            continue;
        for (size_t k = 0; k < m->n; k++) {
            const struct field *f = m->set[k].field;
            struct err ignored = { 0 };
            struct val v;
            if (!type_from_canon(tx, f, m->set[k].text, &v, &ignored) && !type_parse(tx, f, m->set[k].text, &v, e))
                return err_field(e, f->name);
            record_set(made, f->name, v);
        }
    }
    return true;
}

static bool make_target(struct import_state *s, struct ctx *tx, struct ref_table *t, const struct import_column *c,
                        const struct record *row, str text, str key, struct val *out, struct err *e)
{
    const struct entity *en = entity_find(str_of(c->field->ref));
    const char *into = c->match ? c->match : en->title;
    struct record *r = record_new(tx->a, en);
    struct val v;

    if (!type_parse(tx, entity_field(en, str_of(into)), text, &v, e))
        return false;
    record_set(r, into, v);
    if (c->match)
        record_set(r, en->title, val_text(text));
    agree_with(r, row);
    if (!begin_with(tx, c, text, r, e) || !record_create(tx, r, e))
        return false;
    keep(s, t, key, r->id, text, NOTE_CREATED);
    import_log_note(s, NOTE_CREATED, c->header, text, text);
    *out = (struct val){ .is_set = true, .i = r->id, .s = text };
    return true;
}

static enum ref_outcome nobody(struct import_state *s, struct ctx *tx, struct ref_table *t, const struct import_column *c,
                               const struct record *row, str text, str key, struct val *out, struct err *e)
{
    const struct entity *en = entity_find(str_of(c->field->ref));

    if (c->missing == IMPORT_CREATE)
        return make_target(s, tx, t, c, row, text, key, out, e) ? REF_FOUND : REF_FAILED;
    if (en == s->m->en && !(c->field->flags & F_REQUIRED))
        return REF_LATER;                       /* perhaps a row further down */
    if (c->missing == IMPORT_LEAVE)
        return REF_LEFT;
    fail(e, ERR_INVALID, MSG_import_ref_unknown, "no %s '%.*s'", en->name, STR_ARG(text));
    err_arg(e, "value", text);
    err_arg(e, "entity", msg_text(tx->a, tx->loc, en->label, NULL));
    return REF_FAILED;
}

enum ref_outcome import_ref_resolve(struct import_state *s, struct ctx *tx, const struct import_column *c, struct ref_table **table,
                                    struct record *row, str text, struct val *out, struct err *e)
{
    const struct entity *en = entity_find(str_of(c->field->ref));
    const struct field *scope = c->match ? NULL : scope_of(en, row->en);
    int64_t inside = scope_id(scope, row);
    struct ref_table *t = *table ? *table : (*table = arena_new(&s->keep, struct ref_table, 1));
    str folded = c->match ? text : fold(tx->a, text);
    str key = inside ? arena_fmt(tx->a, "%.*s\n%lld", STR_ARG(folded), (long long)inside) : folded;
    struct ref_entry *r = kept(t, key);
    struct record *found;
    bool is_kept;

    if (!r) {
        if (!look_up(tx, c, scope, row, text, &found, &is_kept, e))
            return REF_FAILED;
        if (found && !is_kept) {
            if (!is_used(t, found->id))         /* kept under no text, as named */
                keep(s, t, (str){ 0 }, found->id, record_title(found), NOTE_KIND_COUNT);
            *out = (struct val){ .is_set = true, .i = found->id, .s = record_title(found) };
            return REF_FOUND;
        }
        if (!found && !c->match && !read_near(s, tx, t, en, scope, e))
            return REF_FAILED;
        const struct near_title *n = found || c->match ? NULL : near_of(*tx->a, t, text, inside);
        if (n && !is_there(tx, en, n->id))
            n = NULL;                           /* it was taken back since the titles were read */
        if (!found && !n)
            return nobody(s, tx, t, c, row, text, key, out, e);
        r = found ? keep(s, t, key, found->id, record_title(found), NOTE_KIND_COUNT)
                  : keep(s, t, key, n->id, n->title, NOTE_NEAR);
    }
    if (r->kind != NOTE_KIND_COUNT)
        import_log_note(s, r->kind, c->header, text, r->title);
    *out = (struct val){ .is_set = true, .i = r->id, .s = r->title };
    return REF_FOUND;
}

/* ── who was never named ─────────────────────────────────────────────────── */

/* Of few targets, most of them named: the rest is worth a word. */
bool import_ref_note_unused(struct import_state *s, struct ctx *c, size_t column, struct err *e)
{
    const struct import_column *k = &s->m->column[column];
    struct buf names = buf_new(c->a, 4096);
    struct db_rows rows;
    int64_t all = 0, unused = 0;

    if (!s->ref[column] || s->ref[column]->n == 0)
        return true;
    if (!query_titles(c, entity_find(str_of(k->field->ref)), NULL, UNUSED_TARGETS + 1, &rows, e))
        return false;
    for (; db_next(&rows); all++)
        if (!is_used(s->ref[column], db_int(&rows, 0)) && unused++ < UNUSED_SHOWN) {
            if (names.n)
                buf_lit(&names, ", ");
            buf_put(&names, db_text_view(&rows, 1));
        }
    if (!db_done(&rows, e))
        return false;
    if (unused > UNUSED_SHOWN)
        buf_lit(&names, " …");
    if (unused && all <= UNUSED_TARGETS && unused * 2 < all)
        import_note_add(&s->keep, &s->notes, NOTE_UNUSED, k->header, buf_str(&names), (str){ 0 }, unused);
    return true;
}
