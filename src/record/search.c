/* search.c - the index behind the search box.
 *
 * One document a record: the folded words of its F_SEARCH fields, and a word
 * that names its entity, so that one index serves both a search in people and a
 * search over everything. Records are found by word beginnings, newest first;
 * those whose title begins with what was typed come before the others.
 */
#include "record/search.h"
#include "base/log.h"
#include "record/sql.h"
#include "record/store.h"
#include "record/type.h"

enum { WORDS_MAX = 8, HITS_MAX = 50, DOC_MAX = 8192 };

static bool is_searched(const struct entity *en)
{
    for (size_t i = 0; i < en->nfields; i++)
        if (en->fields[i].flags & F_SEARCH)
            return true;
    return false;
}

/* "zzperson": letters only, so that every tokenizer keeps it whole. */
static str entity_word(struct arena *a, const struct entity *en)
{
    struct buf b = buf_new(a, 128);
    buf_lit(&b, "zz");
    for (const char *p = en->name; *p; p++)
        if (*p != '_')
            buf_char(&b, *p);
    return buf_str(&b);
}

static str document(struct arena *a, const struct record *r)
{
    struct buf b = buf_new(a, DOC_MAX);
    buf_put(&b, entity_word(a, r->en));
    for (size_t i = 0; i < r->en->nfields; i++) {
        const struct field *f = &r->en->fields[i];
        if (!(f->flags & F_SEARCH) || !r->v[i].is_set)
            continue;
        buf_char(&b, ' ');
        buf_put(&b, fold(a, r->v[i].s));
    }
    return buf_str(&b);
}

static str subtitle_of(struct arena *a, const struct locale *loc, const struct record *r)
{
    if (!r->en->subtitle)
        return (str){ 0 };
    const struct field *f = entity_field(r->en, str_of(r->en->subtitle));
    return type_show(a, loc, f, &r->v[field_index(r->en, f)]);
}

static bool old_document(struct ctx *tx, int64_t id, str *out, struct err *e)
{
    struct db_rows q;
    *out = (str){ 0 };
    if (!db_query(tx->c, &q, "SELECT folded FROM search_doc WHERE id = $1", DB_ARGS(V(id)), e))
        return false;
    if (db_next(&q))
        *out = db_text(&q, 0, tx->a);
    return db_done(&q, e);
}

bool search_shows(const struct entity *en, uint64_t mask)
{
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i];
        bool is_shown = f->flags & F_SEARCH || !strcmp(f->name, en->title) || (en->subtitle && !strcmp(f->name, en->subtitle));
        if (is_shown && mask >> i & 1)
            return true;
    }
    return false;
}

bool search_put(struct ctx *tx, const struct record *r, struct err *e)
{
    if (!is_searched(r->en))
        return true;
    str doc = document(tx->a, r), old = { 0 };
    if (r->version > 1 && !old_document(tx, r->id, &old, e))
        return false;
    str title = record_title(r), subtitle = subtitle_of(tx->a, tx->loc, r);
    if (!db_exec(tx->c, "INSERT INTO search_doc (id, entity, title, subtitle, folded)"
                        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO UPDATE SET"
                        " title = excluded.title, subtitle = excluded.subtitle, folded = excluded.folded",
                 DB_ARGS(V(r->id), V(str_of(r->en->name)), V(title), V(subtitle), V(doc)), NULL, e))
        return false;
    if (str_eq(old, doc))
        return true;
    return (old.n == 0 || db_fts_drop(tx->c, "search_fts", r->id, old, e))
        && db_fts_put(tx->c, "search_fts", r->id, doc, e);
}

bool search_drop(struct ctx *tx, const struct record *r, struct err *e)
{
    str old;
    if (!is_searched(r->en))
        return true;
    if (!old_document(tx, r->id, &old, e))
        return false;
    return old.n == 0
        || (db_fts_drop(tx->c, "search_fts", r->id, old, e)
            && db_exec(tx->c, "DELETE FROM search_doc WHERE id = $1", DB_ARGS(V(r->id)), NULL, e));
}

/* ── asking ────────────────────────────────────────────────────────────────── */

static bool titled(const struct hit *h, str folded, struct arena scratch)
{
    return str_starts(fold(&scratch, h->title), folded);
}

static void put_matches(struct sql *q, const struct ctx *c, const struct entity *en, str folded)
{
    const struct db *db = c->ws->db;
    str wanted = arena_fmt(c->a, "%.*s %.*s", STR_ARG(entity_word(c->a, en)), STR_ARG(folded));
    int words = sql_value(q, V(db_fts_words(db, c->a, wanted, true)));
    sql_lit(q, db_fts_where(db, c->a, "search_fts", words).p);
}

void search_condition(struct sql *q, const struct ctx *c, const struct entity *en, str folded, const char *alias)
{
    sql_column(q, alias, "id", NULL);
    sql_lit(q, " IN (");
    put_matches(q, c, en, folded);
    sql_lit(q, ")");
}

static bool search_entity(struct ctx *c, const struct entity *en, str folded, int limit,
                          struct hit *out, size_t *n, struct err *e)
{
    struct sql *q = sql_new(c->a);
    struct db_rows rows;
    bool is_whole = access_scope(c->who, en, ACTION_SEE) == SCOPE_ALL;

    sql_lit(q, "SELECT d.id, d.title, d.subtitle FROM search_doc d");
    if (!is_whole) {
        sql_lit(q, " JOIN ");
        sql_name(q, en->name);
        sql_lit(q, " t0 ON t0.id = d.id");
    }
    sql_lit(q, " WHERE d.id IN (");
    put_matches(q, c, en, folded);
    sql_lit(q, " ORDER BY id DESC LIMIT ");
    sql_bind(q, V(is_whole ? limit : 500));     /* rights are asked of the newest matches only */
    sql_lit(q, ")");
    if (!is_whole) {
        sql_lit(q, " AND ");
        access_predicate(q, c, en, ACTION_SEE, "t0");
    }
    sql_lit(q, " ORDER BY d.id DESC LIMIT ");
    sql_bind(q, V(limit));
    if (!sql_query(c->c, q, &rows, e))
        return false;
    for (; *n < HITS_MAX && db_next(&rows); (*n)++)
        out[*n] = (struct hit){ en, db_int(&rows, 0), db_text(&rows, 1, c->a), db_text(&rows, 2, c->a) };
    return db_done(&rows, e);
}

/* ── fields the reader may not read must not be found either ─────────────────── */

static bool has_hidden(const struct ctx *c, const struct entity *en)
{
    for (size_t i = 0; i < en->nfields; i++)
        if (en->fields[i].flags & F_SEARCH && access_field(c->who, en, &en->fields[i]) == FIELD_RIGHT_HIDDEN)
            return true;
    return false;
}

static bool begins_a_word(str doc, str word)
{
    while (doc.n)
        if (str_starts(str_cut(&doc, ' '), word))
            return true;
    return false;
}

/* record_get gives what may be read: the words must be found in that alone. */
static bool is_readable_hit(struct ctx *c, const struct hit *h, str folded)
{
    struct record *r;
    struct err e = { 0 };
    if (!record_get(c, h->en, h->id, &r, &e))
        return false;
    str doc = document(c->a, r);
    while (folded.n)
        if (!begins_a_word(doc, str_cut(&folded, ' ')))
            return false;
    return true;
}

static void drop_hidden(struct ctx *c, const struct entity *en, str folded, struct hit *v, size_t from, size_t *n)
{
    size_t kept = from;
    if (!has_hidden(c, en))
        return;
    for (size_t i = from; i < *n; i++)
        if (is_readable_hit(c, &v[i], folded))
            v[kept++] = v[i];
    *n = kept;
}

static bool is_reference(const struct entity *en, const char *name)
{
    const struct field *f = name ? entity_field(en, str_of(name)) : NULL;
    return f && f->type == FIELD_REF;
}

/* A title that is another record's stands in the index as it was written: the reader gets
 * what they may see of it, and as it is called now. */
static void name_anew(struct ctx *c, const struct entity *en, struct hit *v, size_t from, size_t n)
{
    if (!is_reference(en, en->title) && !is_reference(en, en->subtitle))
        return;
    for (size_t i = from; i < n; i++) {
        struct record *r;
        struct err e = { 0 };
        bool found = record_get(c, en, v[i].id, &r, &e);
        v[i].title = found ? record_title(r) : (str){ 0 };
        v[i].subtitle = found ? subtitle_of(c->a, c->loc, r) : (str){ 0 };
    }
}

/* Stable: titles that begin with the words first, else as found. */
static void rank(struct hit *v, size_t n, str folded, struct arena *a)
{
    struct hit *sorted = arena_new(a, struct hit, n);
    size_t at = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < n; i++)
            if (titled(&v[i], folded, *a) == (pass == 0))
                sorted[at++] = v[i];
    memcpy(v, sorted, n * sizeof *v);
}

bool search_run(struct ctx *c, str words, const struct entity *en, int limit,
                struct hit **out, size_t *n, struct err *e)
{
    struct hit *v = arena_new(c->a, struct hit, HITS_MAX);
    str folded = fold(c->a, words);
    size_t got = 0;

    limit = limit > 0 && limit < HITS_MAX ? limit : HITS_MAX;
    for (size_t i = 0; folded.n && i < catalogue_count(); i++) {
        const struct entity *each = catalogue_at(i);
        if ((en && each != en) || !is_searched(each) || access_scope(c->who, each, ACTION_SEE) == SCOPE_NONE)
            continue;
        size_t from = got;
        if (!search_entity(c, each, folded, limit, v, &got, e))
            return false;
        drop_hidden(c, each, folded, v, from, &got);
        name_anew(c, each, v, from, got);
    }
    rank(v, got, folded, c->a);
    *out = v;
    *n = got < (size_t)limit ? got : (size_t)limit;
    return true;
}

bool search_rebuild(struct ctx *tx, const struct entity *en, struct err *e)
{
    enum { SLICE = 500 };
    int64_t after = 0;
    for (bool more = true; more;) {
        int64_t ids[SLICE];
        size_t n = 0;
        struct db_rows rows;
        struct sql *q = sql_new(tx->a);
        sql_lit(q, "SELECT id FROM ");
        sql_name(q, en->name);
        sql_lit(q, " WHERE deleted_at IS NULL AND id > ");
        sql_bind(q, V(after));
        sql_lit(q, " ORDER BY id LIMIT ");
        sql_bind(q, V((int64_t)SLICE));
        if (!sql_query(tx->c, q, &rows, e))
            return false;
        while (db_next(&rows))
            ids[n++] = after = db_int(&rows, 0);
        if (!db_done(&rows, e))
            return false;
        for (size_t i = 0; i < n; i++) {
            struct record *r;
            if (!store_load(tx, en, ids[i], false, &r, e) || !search_put(tx, r, e))
                return false;
        }
        more = n == SLICE;
    }
    return true;
}
