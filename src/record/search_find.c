/* search_find.c - what the search box answers.
 *
 * Of each kind the newest records with words that begin so. All kinds that the reader sees the whole of are asked
 * in one question; when it brings all it may, the kinds that have enough are done, and the rest is asked again. The first
 * does not even name them: each name is a list to open in every part of the index. A kind seen in part is asked for
 * itself, with its rights. What is shown gives each kind its share before any gets more, and
 * titles that begin with what was typed come first.
 */
#include "record/search_inside.h"
#include "record/access.h"
#include "record/type.h"

enum { HITS_MAX = 50, TOGETHER = 100, NEWEST = 500, SETTINGS_PART = 5 };

struct kind { const struct entity *en; struct hit *hit; size_t n, titled, shown; bool is_whole, is_done; };
struct finding { struct ctx *c; str folded; size_t limit; struct kind *kind; size_t n, nrecords; };     /* then settings */

static bool is_reference(const struct entity *en, const char *name)
{
    const struct field *f = name ? entity_field(en, str_of(name)) : NULL;
    return f && f->type == FIELD_REF;
}

/* ── kinds seen whole ──────────────────────────────────────────────────────── */

static str open_kinds(const struct finding *f)
{
    struct buf b = buf_new(f->c->a, 4096);
    for (struct kind *k = f->kind; k < f->kind + f->n; k++)
        if (!k->is_done) {
            k->n = 0;
            buf_put(&b, b.n ? S(" ") : (str){ 0 });
            buf_put(&b, search_word(f->c->a, k->en));
        }
    return buf_str(&b);
}

static void take(struct finding *f, struct db_rows *q)
{
    str name = db_text_view(q, 1);
    for (struct kind *k = f->kind; k < f->kind + f->n; k++)
        if (!k->is_done && k->n < f->limit && str_eq(name, str_of(k->en->name)))
            k->hit[k->n++] = (struct hit){ k->en, db_int(q, 0), db_text(q, 2, f->c->a), db_text(q, 3, f->c->a) };
}

/* Everything is found, or the newest are: then who has enough is done; of named kinds, one that has most at least. */
static void close_kinds(struct finding *f, size_t found, bool is_narrow)
{
    struct kind *most = NULL;
    for (struct kind *k = f->kind; k < f->kind + f->n; k++) {
        if (k->is_done)
            continue;
        most = !most || k->n > most->n ? k : most;
        k->is_done = found < TOGETHER || k->n == f->limit;
    }
    if (most && is_narrow)
        most->is_done = true;
}

static bool ask_together(struct finding *f, struct err *e)
{
    bool is_narrow = f->n == 1;
    for (str words; (words = open_kinds(f)).n > 0; is_narrow = true) {
        struct sql *q = sql_new(f->c->a);
        struct db_rows rows;
        size_t found = 0;
        sql_lit(q, "SELECT d.id, d.entity, d.title, d.subtitle FROM search_doc d WHERE d.id IN (");
        search_matches(q, f->c, is_narrow ? words : (str){ 0 }, f->folded);
        sql_lit(q, " ORDER BY id DESC LIMIT ");
        sql_bind(q, V((int64_t)TOGETHER));
        sql_lit(q, ") ORDER BY d.id DESC");
        if (!sql_query(f->c->c, q, &rows, e))
            return false;
        for (; db_next(&rows); found++)
            take(f, &rows);
        if (!db_done(&rows, e))
            return false;
        close_kinds(f, found, is_narrow);
    }
    return true;
}

/* ── kinds seen in part ────────────────────────────────────────────────────── */

static bool ask_part(struct finding *f, struct kind *k, struct err *e)
{
    struct sql *q = sql_new(f->c->a);
    struct db_rows rows;
    sql_lit(q, "SELECT d.id, d.title, d.subtitle FROM search_doc d JOIN ");
    sql_name(q, k->en->name);
    sql_lit(q, " t0 ON t0.id = d.id WHERE d.id IN (");
    search_matches(q, f->c, search_word(f->c->a, k->en), f->folded);
    sql_lit(q, " ORDER BY id DESC LIMIT ");
    sql_bind(q, V((int64_t)NEWEST));            /* rights are asked of the newest matches only */
    sql_lit(q, ") AND ");
    access_predicate(q, f->c, k->en, ACTION_SEE, "t0");
    sql_lit(q, " ORDER BY d.id DESC LIMIT ");
    sql_bind(q, V((int64_t)f->limit));
    if (!sql_query(f->c->c, q, &rows, e))
        return false;
    for (; k->n < f->limit && db_next(&rows); k->n++)
        k->hit[k->n] = (struct hit){ k->en, db_int(&rows, 0), db_text(&rows, 1, f->c->a), db_text(&rows, 2, f->c->a) };
    return db_done(&rows, e);
}

static bool ask(struct finding *f, struct err *e)
{
    if (!ask_together(f, e))
        return false;
    for (struct kind *k = f->kind; k < f->kind + f->n; k++)
        if (!k->is_whole && !ask_part(f, k, e))
            return false;
    return true;
}

/* ── fields the reader may not read must not be found either ───────────────── */

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
static bool is_readable(struct finding *f, const struct hit *h)
{
    struct record *r;
    struct err gone = { 0 };
    if (!record_get(f->c, h->en, h->id, &r, &gone))
        return false;
    str doc = search_document(f->c->a, r);
    for (str numbers = search_numbers(f->c, f->folded); numbers.n;)
        if (begins_a_word(doc, str_cut(&numbers, ' ')))
            return true;
    for (str words = f->folded; words.n;)
        if (!begins_a_word(doc, str_cut(&words, ' ')))
            return false;
    return true;
}

static void drop_hidden(struct finding *f, struct kind *k)
{
    size_t kept = 0;
    if (!has_hidden(f->c, k->en))
        return;
    for (size_t i = 0; i < k->n; i++)
        if (is_readable(f, &k->hit[i]))
            k->hit[kept++] = k->hit[i];
    k->n = kept;
}

/* A word stands in the index in the language of whoever wrote it; the reader gets their own. */
static str own_word(struct ctx *c, const struct field *f, str written)
{
    struct val v;
    struct err ignored;
    return type_parse(c, f, written, &v, &ignored) && v.is_set ? type_show(c->a, c->loc, f, &v) : written;
}

/* A title that is another record's stands in the index as it was written: the reader gets
 * what they may see of it, and as it is called now. */
static void name_anew(struct ctx *c, struct hit *h)
{
    struct record *r;
    struct err gone = { 0 };
    const struct field *sub = h->en->subtitle ? entity_field(h->en, str_of(h->en->subtitle)) : NULL;
    bool is_amount = sub && (sub->type == FIELD_MONEY || sub->type == FIELD_DATE || sub->type == FIELD_INSTANT);
    if (sub && type_of(sub)->is_word)
        h->subtitle = own_word(c, sub, h->subtitle);
    if (!is_reference(h->en, h->en->title) && !is_reference(h->en, h->en->subtitle) && !is_amount)
        return;
    bool found = record_get(c, h->en, h->id, &r, &gone);
    h->title = found ? record_title(r) : (str){ 0 };
    h->subtitle = found ? search_subtitle(c->a, c->loc, r) : (str){ 0 };
}

/* ── what is shown ─────────────────────────────────────────────────────────── */

/* A title of another record is not looked at: its reader may not know it. */
static bool is_titled(const struct hit *h, str folded, struct arena scratch)
{
    return !is_reference(h->en, h->en->title) && str_starts(fold(&scratch, h->title), folded);
}

/* Titles that begin with the words first, else as found. */
static void rank(const struct finding *f, struct kind *k)
{
    struct hit *rest = arena_new(f->c->a, struct hit, k->n + 1);
    size_t n = 0;
    for (size_t i = 0; i < k->n; i++) {
        struct hit h = k->hit[i];
        if (is_titled(&h, f->folded, *f->c->a))
            k->hit[k->titled++] = h;
        else
            rest[n++] = h;
    }
    memcpy(k->hit + k->titled, rest, n * sizeof *rest);
}

/* Half of the places in equal parts, at least one each; then titles that begin so, then the rest, in the order of kinds.
 * Gives the places that were taken. */
static size_t share(struct kind *k, size_t n, size_t places)
{
    size_t kinds = 0, left = places;
    for (size_t i = 0; i < n; i++)
        kinds += k[i].n > 0;
    size_t part = kinds ? (places + 2 * kinds - 1) / (2 * kinds) : 0;
    for (int pass = 0; pass < 3; pass++)
        for (size_t i = 0; i < n; i++) {
            size_t want = pass == 0 ? part : pass == 1 ? k[i].titled : k[i].n;
            want = want < k[i].n ? want : k[i].n;
            size_t more = want > k[i].shown ? want - k[i].shown : 0;
            more = more < left ? more : left;
            k[i].shown += more;
            left -= more;
        }
    return places - left;
}

/* Settings have a fifth of the places, and what records leave. */
static void share_out(struct finding *f)
{
    size_t settings = 0, kept = f->limit / SETTINGS_PART;
    for (size_t i = f->nrecords; i < f->n; i++)
        settings += f->kind[i].n;
    kept = settings < kept ? settings : kept;
    size_t used = share(f->kind, f->nrecords, f->limit - kept);
    share(f->kind + f->nrecords, f->n - f->nrecords, f->limit - used);
}

static size_t show(struct finding *f, struct hit *out)
{
    size_t n = 0;
    share_out(f);
    for (int pass = 0; pass < 2; pass++)
        for (const struct kind *k = f->kind; k < f->kind + f->n; k++) {
            size_t cut = k->titled < k->shown ? k->titled : k->shown;
            for (size_t i = pass ? cut : 0; i < (pass ? k->shown : cut); i++)
                out[n++] = k->hit[i];
        }
    for (size_t i = 0; i < n; i++)
        name_anew(f->c, &out[i]);
    return n;
}

/* ── asking ────────────────────────────────────────────────────────────────── */

/* Everything: what has a page to go to. */
static void add_kinds(struct finding *f, const struct entity *only, unsigned is_settings)
{
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        enum scope scope = access_scope(f->c->who, en, ACTION_SEE);
        if ((en->flags & E_SETTINGS) != is_settings || !search_has(en) || scope == SCOPE_NONE
            || (only ? en != only : en->flags & E_NO_PAGE))
            continue;
        f->kind[f->n++] = (struct kind){ .en = en, .hit = arena_new(f->c->a, struct hit, f->limit + 1),
                                         .is_whole = scope == SCOPE_ALL, .is_done = scope != SCOPE_ALL };
    }
}

bool search_run(struct ctx *c, str words, const struct entity *en, int limit,
                struct hit **out, size_t *n, struct err *e)
{
    struct finding f = { .c = c, .folded = fold(c->a, words), .limit = limit > 0 && limit < HITS_MAX ? (size_t)limit : HITS_MAX };
    f.kind = arena_new(c->a, struct kind, catalogue_count() + 1);
    *out = arena_new(c->a, struct hit, f.limit + 1);
    *n = 0;
    if (f.folded.n == 0)
        return true;
    add_kinds(&f, en, 0);
    f.nrecords = f.n;
    add_kinds(&f, en, E_SETTINGS);
    if (!ask(&f, e))
        return false;
    for (struct kind *k = f.kind; k < f.kind + f.n; k++) {
        drop_hidden(&f, k);
        rank(&f, k);
    }
    *n = show(&f, *out);
    return true;
}
