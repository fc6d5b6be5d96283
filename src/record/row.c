/* row.c - from the columns of a statement to a struct record.
 *
 * The order of columns is written down once, in row_columns(), and read back in
 * the same loop by row_read(); both walk `want`, so they cannot part.
 */
#include "record/row.h"
#include <stdatomic.h>
#include <stdlib.h>

enum { ROW_IDS_MAX = 400, ROW_ALIAS = 24 };

static bool wants(uint64_t want, size_t i)
{
    return want >> i & 1;
}

bool row_is_stored(const struct field *f)
{
    return f->type != FIELD_COMPUTED && f->type != FIELD_REFS;
}

uint64_t row_readable(const struct ctx *c, const struct entity *en)
{
    uint64_t out = 0;
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i];
        if (!(f->flags & F_SECRET) && access_field(c->who, en, f) != FIELD_RIGHT_HIDDEN)
            out |= (uint64_t)1 << i;
    }
    return out;
}

uint64_t row_needs(const struct entity *en, uint64_t want)
{
    uint64_t stored = 0;
    bool has_computed = false;
    for (size_t i = 0; i < en->nfields; i++) {
        if (row_is_stored(&en->fields[i]) && !(en->fields[i].flags & F_SECRET))
            stored |= (uint64_t)1 << i;
        has_computed |= wants(want, i) && en->fields[i].type == FIELD_COMPUTED;
    }
    return has_computed ? want | stored : want;
}

const struct field *row_title(const struct entity *en)
{
    const struct field *f = en && en->title ? entity_field(en, str_of(en->title)) : NULL;
    bool is_text = f && row_is_stored(f) && f->type != FIELD_REF && f->type != FIELD_MONEY
                && !(f->flags & F_SECRET);
    return is_text ? f : NULL;
}

static const struct entity *target_of(const struct field *f)
{
    return f->type == FIELD_REF ? entity_find(str_of(f->ref)) : NULL;
}

/* ── the statement ───────────────────────────────────────────────────────── */

static const char *const system_columns[] = {
    "id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at",
};

static const char *join_alias(char out[ROW_ALIAS], size_t i)
{
    snprintf(out, ROW_ALIAS, "r%zu", i);
    return out;
}

/* What a record is called: in the reader's language, where it has a name of its own there. */
static void title_column(struct sql *q, const char *alias, const struct entity *en, const struct locale *loc)
{
    const struct field *title = row_title(en);
    const char *own = title && en->titles && loc ? en->titles[loc->lang] : NULL;
    if (!title) {
        sql_lit(q, "NULL");
        return;
    }
    if (own) {
        sql_lit(q, "COALESCE(NULLIF(");
        sql_column(q, alias, own, NULL);
        sql_lit(q, ", ''), ");
    }
    sql_column(q, alias, title->name, NULL);
    if (own)
        sql_lit(q, ")");
}

static void put_columns(struct sql *q, const struct entity *en, uint64_t want, const struct locale *loc)
{
    for (size_t i = 0; i < countof(system_columns); i++) {
        sql_lit(q, i ? ", " : "");
        sql_column(q, "t0", system_columns[i], NULL);
    }
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i];
        if (!wants(want, i) || !row_is_stored(f))
            continue;
        sql_lit(q, ", ");
        sql_column(q, "t0", f->name, NULL);
        if (f->type == FIELD_REF) {
            char join[ROW_ALIAS];
            sql_lit(q, ", ");
            title_column(q, join_alias(join, i), target_of(f), loc);
        }
        if (f->type == FIELD_MONEY) {
            sql_lit(q, ", ");
            sql_column(q, "t0", f->name, "_currency");
            sql_lit(q, ", ");
            sql_column(q, "t0", f->name, "_base");
        }
    }
}

/* The columns of an entity are the same text for everybody who may read the same fields in the same language: put together
 * once and kept, in a table that is never emptied. Whoever finds a place taken by another puts theirs together each time. */
struct columns { const struct entity *en; uint64_t want; int lang; const char *text; };
enum { COLUMNS_KEPT = 512 };
static _Atomic(struct columns *) kept[COLUMNS_KEPT];

static void keep(_Atomic(struct columns *) *at, struct columns k, str text)
{
    struct columns *made = malloc(sizeof *made + text.n + 1), *none = NULL;
    if (!made)
        return;
    char *copy = memcpy((char *)(made + 1), text.p, text.n);
    copy[text.n] = 0;
    k.text = copy;
    *made = k;
    if (!atomic_compare_exchange_strong(at, &none, made))
        free(made);
}

void row_columns(struct sql *q, const struct entity *en, uint64_t want, const struct locale *loc)
{
    struct columns k = { en, want, loc ? (int)loc->lang : -1, NULL };
    uint64_t h = ((uint64_t)(uintptr_t)en * 31 + want) * 31 + (uint64_t)k.lang;
    _Atomic(struct columns *) *at = &kept[(h * 0x9E3779B97F4A7C15u >> 32) % COLUMNS_KEPT];
    const struct columns *have = *at;
    size_t from = q->text.n;

    if (have && have->en == en && have->want == want && have->lang == k.lang) {
        sql_lit(q, have->text);
        return;
    }
    put_columns(q, en, want, loc);
    if (!have && !q->text.full)
        keep(at, k, str_from(buf_str(&q->text), from));
}

void row_joins(struct sql *q, const struct ctx *c, const struct entity *en, uint64_t want, const char *alias)
{
    for (size_t i = 0; i < en->nfields; i++) {
        const struct entity *target = wants(want, i) ? target_of(&en->fields[i]) : NULL;
        char join[ROW_ALIAS];
        if (!target || !row_title(target))
            continue;
        join_alias(join, i);
        sql_lit(q, " LEFT JOIN ");
        sql_name(q, target->name);
        sql_lit(q, " AS ");
        sql_alias(q, join);
        sql_lit(q, " ON ");
        sql_column(q, join, "id", NULL);
        sql_lit(q, " = ");
        sql_column(q, alias, en->fields[i].name, NULL);
        if (c) {
            sql_lit(q, " AND (");
            access_predicate(q, c, target, ACTION_SEE, join);
            sql_lit(q, ")");
        }
    }
}

/* ── the record ──────────────────────────────────────────────────────────── */

static bool is_text_kind(enum field_type t)
{
    switch (t) {
    case FIELD_TEXT: case FIELD_LONGTEXT: case FIELD_EMAIL: case FIELD_PHONE: case FIELD_URL:
    case FIELD_CHOICE: case FIELD_CHOICES: case FIELD_COUNTRY: case FIELD_ENTITY: case FIELD_TAGS: case FIELD_ADDRESS: case FIELD_FILE:
        return true;
    default:
        return false;
    }
}

static struct val read_value(struct arena *a, struct db_rows *rows, int *col, const struct field *f)
{
    int at = *col;
    struct val v = { .is_set = !db_is_null(rows, at) };

    if (is_text_kind(f->type))
        v.s = db_text(rows, at, a);
    else
        v.i = db_int(rows, at);
    if (f->type == FIELD_REF)
        v.s = db_text(rows, at + 1, a);
    if (f->type == FIELD_MONEY) {
        v.s = db_text(rows, at + 1, a);
        v.base = db_int(rows, at + 2);
    }
    *col += f->type == FIELD_REF ? 2 : f->type == FIELD_MONEY ? 3 : 1;
    return v.is_set ? v : (struct val){ 0 };
}

struct record *row_read(struct arena *a, struct db_rows *rows, int *col, const struct entity *en, uint64_t want)
{
    struct record *r = record_new(a, en);
    int64_t *member[] = { &r->id, &r->version, &r->created_at, &r->created_by,
                          &r->updated_at, &r->updated_by, &r->deleted_at };
    _Static_assert(countof(member) == countof(system_columns), "one member a column");

    for (size_t i = 0; i < countof(member); i++)
        *member[i] = db_int(rows, (*col)++);
    for (size_t i = 0; i < en->nfields; i++)
        if (wants(want, i) && row_is_stored(&en->fields[i]))
            r->v[i] = read_value(a, rows, col, &en->fields[i]);
    r->has = want;
    return r;
}

/* ── lists of references ─────────────────────────────────────────────────── */

static void refs_select(struct sql *q, const struct ctx *c, const struct entity *en, const struct field *f)
{
    const struct entity *target = entity_find(str_of(f->ref));

    sql_lit(q, "SELECT j.owner_id, j.target_id, ");
    title_column(q, "t", target, c->loc);
    sql_lit(q, " FROM ");
    sql_table_of(q, en->name, f->name);
    sql_lit(q, " AS j LEFT JOIN ");
    sql_name(q, target->name);
    sql_lit(q, " AS t ON t.id = j.target_id AND (");
    access_predicate(q, c, target, ACTION_SEE, "t");
    sql_lit(q, ") WHERE j.owner_id IN (");
}

struct ref_node { int64_t owner, target; str title; struct ref_node *next; };

/* The rows of one owner stand together: the statement sorts by it. */
static struct val refs_value(struct arena *a, const struct ref_node *first)
{
    struct buf titles = buf_new(a, 1 << 16);
    size_t n = 0;
    for (const struct ref_node *r = first; r && r->owner == first->owner; r = r->next)
        n++;
    int64_t *ids = arena_new(a, int64_t, n);
    for (size_t i = 0; i < n; i++, first = first->next) {
        ids[i] = first->target;
        if (first->title.n && titles.n)
            buf_lit(&titles, ", ");
        buf_put(&titles, first->title);
    }
    return (struct val){ .is_set = n > 0, .ids = ids, .n = n, .s = buf_str(&titles) };
}

static bool refs_load(struct ctx *c, const struct entity *en, const struct field *f,
                      struct record **rows, size_t n, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows got;
    struct ref_node *head = NULL, **tail = &head;

    refs_select(q, c, en, f);
    for (size_t i = 0; i < n; i++) {
        sql_lit(q, i ? ", " : "");
        sql_bind(q, V(rows[i]->id));
    }
    sql_lit(q, ") ORDER BY j.owner_id, j.position");
    if (!sql_query(c->c, q, &got, e))
        return false;
    while (db_next(&got)) {
        *tail = arena_new(c->a, struct ref_node, 1);
        **tail = (struct ref_node){ db_int(&got, 0), db_int(&got, 1), db_text(&got, 2, c->a), NULL };
        tail = &(*tail)->next;
    }
    if (!db_done(&got, e))
        return false;
    for (const struct ref_node *r = head, *before = NULL; r; before = r, r = r->next)
        for (size_t i = 0; i < n && (!before || before->owner != r->owner); i++)
            if (rows[i]->id == r->owner)
                rows[i]->v[field_index(en, f)] = refs_value(c->a, r);
    return true;
}

bool row_finish(struct ctx *c, const struct entity *en, uint64_t want, struct record **rows, size_t n, struct err *e)
{
    for (size_t i = 0; i < en->nfields; i++)
        for (size_t from = 0; wants(want, i) && en->fields[i].type == FIELD_REFS && from < n; from += ROW_IDS_MAX)
            if (!refs_load(c, en, &en->fields[i], rows + from, n - from < ROW_IDS_MAX ? n - from : ROW_IDS_MAX, e))
                return false;
    for (size_t r = 0; r < n; r++) {
        for (size_t i = 0; i < en->nfields; i++)
            if (wants(want, i) && en->fields[i].type == FIELD_COMPUTED)
                en->fields[i].compute(c, rows[r], &rows[r]->v[i]);
        for (size_t i = 0; i < en->nfields; i++)
            if (!wants(want, i))
                rows[r]->v[i] = (struct val){ 0 };
        rows[r]->has = want;
    }
    return true;
}
