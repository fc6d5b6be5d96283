/* search.c - the index behind the search box.
 *
 * One document a record: the folded words of its F_SEARCH fields, and a word
 * that names its entity, so that one index serves both a search in people and a
 * search over everything. What is a further value of another record (further.h) has
 * no document: its words stand in that one's. search_find.c asks it.
 */
#include "record/search_inside.h"
#include "lang/phone.h"
#include "record/further.h"
#include "record/store.h"
#include "record/type.h"

enum { DOC_MAX = 8192 };

bool search_has(const struct entity *en)
{
    if (en->more_of)
        return false;
    for (size_t i = 0; i < en->nfields; i++)
        if (en->fields[i].flags & F_SEARCH)
            return true;
    return false;
}

/* A private character and "person": every tokenizer keeps it whole, and nobody can type it (fold() leaves no such one). */
str search_word(struct arena *a, const struct entity *en)
{
    struct buf b = buf_new(a, 128);
    buf_lit(&b, "\xEE\x80\x80");              /* U+E000 */
    for (const char *p = en->name; *p; p++)
        if (*p != '_')
            buf_char(&b, *p);
    return buf_str(&b);
}

str search_document(struct arena *a, const struct record *r)
{
    struct buf b = buf_new(a, DOC_MAX);
    buf_put(&b, search_word(a, r->en));
    for (size_t i = 0; i < r->en->nfields; i++) {
        const struct field *f = &r->en->fields[i];
        if (!(f->flags & F_SEARCH) || !r->v[i].is_set)
            continue;
        buf_char(&b, ' ');
        buf_put(&b, fold(a, r->v[i].s));
    }
    return buf_str(&b);
}

str search_subtitle(struct arena *a, const struct locale *loc, const struct record *r)
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
    if (en->more_of && mask >> field_index(en, entity_field(en, str_of(en->subject))) & 1)
        return true;
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i];
        bool is_shown = f->flags & F_SEARCH || !strcmp(f->name, en->title) || (en->subtitle && !strcmp(f->name, en->subtitle));
        if (is_shown && mask >> i & 1)
            return true;
    }
    return false;
}

/* A record just made has no further values yet. */
static bool put(struct ctx *tx, const struct record *r, bool is_new, struct err *e)
{
    struct buf b = buf_new(tx->a, DOC_MAX);
    str old = { 0 };
    buf_put(&b, search_document(tx->a, r));
    if (!is_new && (!further_words(tx, r, &b, e) || !old_document(tx, r->id, &old, e)))
        return false;
    str doc = buf_str(&b), title = record_title(r), subtitle = search_subtitle(tx->a, tx->loc, r);
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

static bool put_again(struct ctx *tx, const struct entity *en, int64_t id, struct err *e)
{
    struct record *r;
    if (!store_load(tx, en, id, false, &r, e))
        return false;
    return !r || put(tx, r, false, e);
}

static bool put_subject(struct ctx *tx, const struct record *r, struct err *e)
{
    const struct entity *en = further_subject(r->en);
    return !en || put_again(tx, en, record_int(r, r->en->subject), e);
}

bool search_put(struct ctx *tx, const struct record *r, struct err *e)
{
    bool is_new = r->version <= 1 && !(tx->write && tx->write->undo_of);
    return search_has(r->en) ? put(tx, r, is_new, e) : put_subject(tx, r, e);
}

bool search_further(struct ctx *tx, struct err *e) { return further_each(tx, put_again, e); }

bool search_drop(struct ctx *tx, const struct record *r, struct err *e)
{
    str old;
    if (!search_has(r->en))
        return put_subject(tx, r, e);
    if (!old_document(tx, r->id, &old, e))
        return false;
    return old.n == 0
        || (db_fts_drop(tx->c, "search_fts", r->id, old, e)
            && db_exec(tx->c, "DELETE FROM search_doc WHERE id = $1", DB_ARGS(V(r->id)), NULL, e));
}

str search_numbers(const struct ctx *c, str folded)
{
    str begins[PHONE_BEGINNINGS];
    int n = phone_beginnings(c->a, folded, c->loc->country, begins);
    return n == 0 ? (str){ 0 } : n == 1 ? begins[0] : arena_fmt(c->a, "%.*s %.*s", STR_ARG(begins[0]), STR_ARG(begins[1]));
}

void search_matches(struct sql *q, const struct ctx *c, str kinds, str folded)
{
    const struct db *db = c->ws->db;
    struct db_words w = { .any = kinds, .all = folded, .begins = search_numbers(c, folded), .is_beginning = true };
    int words = sql_value(q, V(db_fts_words(db, c->a, &w)));
    sql_lit(q, db_fts_where(db, c->a, "search_fts", words).p);
}

void search_condition(struct sql *q, const struct ctx *c, const struct entity *en, str folded, const char *alias)
{
    sql_column(q, alias, "id", NULL);
    sql_lit(q, " IN (");
    search_matches(q, c, search_word(c->a, en), folded);
    sql_lit(q, ")");
}

/* ── the index itself ──────────────────────────────────────────────────────── */

/* Its words are kept beside it, so a new one is filled without a look at the records. */
static bool fill(struct db_conn *tx, const struct arena *a, struct err *e)
{
    enum { SLICE = 100 };
    int64_t id[SLICE], after = 0;
    str doc[SLICE];
    for (size_t n = SLICE; n == SLICE;) {
        struct arena scratch = *a;
        struct db_rows q;
        if (!db_query(tx, &q, "SELECT id, folded FROM search_doc WHERE id > $1 ORDER BY id LIMIT 100", DB_ARGS(V(after)), e))
            return false;
        for (n = 0; n < SLICE && db_next(&q); n++) {
            id[n] = after = db_int(&q, 0);
            doc[n] = db_text(&q, 1, &scratch);
        }
        if (!db_done(&q, e))
            return false;
        for (size_t i = 0; i < n; i++)
            if (!db_fts_put(tx, "search_fts", id[i], doc[i], e))
                return false;
    }
    return true;
}

bool search_schema(struct db_conn *tx, const struct arena *a, struct err *e)
{
    bool there;
    if (!db_table_exists(tx, "search_fts", &there, e))
        return false;
    return there || (db_fts_create(tx, "search_fts", e) && fill(tx, a, e));
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
