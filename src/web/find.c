/* find.c - one field for go, find and do.
 *
 * The palette asks at every key, so an answer is at most a handful of index
 * look-ups: lines of the navigation and commands are compared in memory, by
 * their folded words in the reader's language and in English; records come from
 * the search index with the reader's rights. The first letter narrows:
 * ">" commands, "@" people, "#" numbers, "/" pages.
 */
#include "web/find.h"
#include "base/id.h"
#include "msg/web.h"
#include "record/search.h"
#include "record/type.h"
#include "web/feature.h"
#include "web/records.h"

enum { ROWS_MAX = 96, RECENT = 6, LINES_SHOWN = 6, COMMANDS_SHOWN = 5, HITS_SHOWN = 10, PAGE_HITS = 50, GROUPS_MAX = 32 };

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

/* ── words ─────────────────────────────────────────────────────────────────── */

static bool begins_a_word(str text, str word)
{
    while (text.n)
        if (str_starts(str_cut(&text, ' '), word))
            return true;
    return false;
}

/* Each word of the folded question begins a word of the text. */
static bool has_words(struct arena *a, str text, str folded)
{
    text = fold(a, text);
    while (folded.n)
        if (!begins_a_word(text, str_cut(&folded, ' ')))
            return false;
    return true;
}

static bool is_meant(struct ctx *c, msg_id id, const struct msg_arg *args, const struct msg_arg *english_args, str folded)
{
    struct locale english = locale_default(LANG_EN, "GB");
    return has_words(c->a, msg_text(c->a, c->loc, id, args), folded)
        || has_words(c->a, msg_text(c->a, &english, id, english_args), folded);
}

/* ── pages and commands ────────────────────────────────────────────────────── */

struct rows { struct find_row *v; size_t n, max; };

static void add(struct rows *r, struct find_row row)
{
    if (r->n < r->max)
        r->v[r->n++] = row;
}

static struct rows rows_new(struct ctx *c, size_t max)
{
    return (struct rows){ arena_new(c->a, struct find_row, max), 0, max };
}

static struct rows pages(struct request *rq, str folded, size_t max)
{
    struct ctx *c = web_ctx(rq);
    struct rows r = rows_new(c, max);
    for (const struct feature *const *f = features; *f; f++)
        for (size_t i = 0; i < (*f)->nnav; i++) {
            const struct nav_line *l = &(*f)->nav[i];
            if (web_may_see_line(rq, l) && is_meant(c, l->label, NULL, NULL, folded))
                add(&r, (struct find_row){ .title = say(c, l->label), .icon = l->icon, .url = url_path(str_of(l->path)) });
        }
    if (is_meant(c, MSG_web_bin, NULL, NULL, folded))
        add(&r, (struct find_row){ .title = say(c, MSG_web_bin), .icon = "trash-2", .url = url_path(S("/deleted")) });
    if (is_meant(c, MSG_web_my_settings, NULL, NULL, folded))
        add(&r, (struct find_row){ .title = say(c, MSG_web_my_settings), .icon = "user-round", .url = url_path(S("/me")) });
    return r;
}

static bool is_made_by_hand(const struct ctx *c, const struct entity *en)
{
    return !(en->flags & (E_NO_PAGE | E_NO_CREATE)) && access_scope(c->who, en, ACTION_CREATE) != SCOPE_NONE;
}

static str new_of(struct ctx *c, const struct locale *loc, const struct entity *en)
{
    str label = msg_text(c->a, loc, en->label, NULL);
    return msg_text(c->a, loc, MSG_web_new_of, (const struct msg_arg *)(const void *)
                    &(struct msg_web_new_of_args){ .entity = A(label) });
}

static struct rows commands(struct ctx *c, str folded, size_t max)
{
    struct locale english = locale_default(LANG_EN, "GB");
    struct rows r = rows_new(c, max);
    for (size_t i = 0; i < 2 * catalogue_count(); i++) {        /* records first, then configuration */
        const struct entity *en = catalogue_at(i % catalogue_count());
        bool is_first = i < catalogue_count();
        if (!is_made_by_hand(c, en) || is_first == ((en->flags & E_SETTINGS) != 0))
            continue;
        str title = new_of(c, c->loc, en);
        if (has_words(c->a, title, folded) || has_words(c->a, new_of(c, &english, en), folded))
            add(&r, (struct find_row){ .title = title, .icon = "plus", .url = url_fmt(c->a, "/%s/new", en->path) });
    }
    return r;
}

/* ── records ───────────────────────────────────────────────────────────────── */

static struct find_row row_of(struct ctx *c, const struct entity *en, int64_t id, str title, str sub)
{
    return (struct find_row){
        .title = title.n ? title : say(c, en->label), .sub = sub.n ? sub : say(c, en->label), .icon = en->icon, .id = id,
        .url = record_url(c->a, en, id), .is_person = !strcmp(en->name, "person") || !strcmp(en->name, "user"),
        .is_company = !strcmp(en->name, "company"),
    };
}

static bool has_page(const struct entity *en) { return en && !(en->flags & E_NO_PAGE); }

/* What one changed last, each once; the log of writes is the memory of it. */
static bool recent(struct ctx *c, struct rows *out, struct err *e)
{
    enum { WRITES = 40, ROWS = 200 };
    struct { str entity; int64_t id; } seen[ROWS];
    struct db_rows q;
    size_t n = 0;
    if (!db_query(c->c, &q, "SELECT ch.entity, ch.record_id, MAX(ch.id) FROM change ch WHERE ch.write_id IN"
                            " (SELECT id FROM write_log WHERE actor_id = $1 ORDER BY id DESC LIMIT $2)"
                            " GROUP BY ch.entity, ch.record_id ORDER BY 3 DESC LIMIT $3",
                  DB_ARGS(V(c->who->user_id), V(WRITES), V(ROWS)), e))
        return false;
    for (; n < ROWS && db_next(&q); n++) {
        seen[n].entity = db_text(&q, 0, c->a);
        seen[n].id = db_int(&q, 1);
    }
    if (!db_done(&q, e))
        return false;
    for (size_t i = 0; i < n && out->n < out->max; i++) {
        const struct entity *en = entity_find(seen[i].entity);
        struct record *r;
        struct err gone = { 0 };
        if (has_page(en) && !(en->flags & E_SETTINGS) && record_get(c, en, seen[i].id, &r, &gone))
            add(out, row_of(c, en, r->id, record_title(r), (str){ 0 }));
    }
    return true;
}

static bool records(struct ctx *c, str words, const struct entity *en, struct rows *out, struct err *e)
{
    struct hit *v;
    size_t n;
    if (!search_run(c, words, en, (int)out->max, &v, &n, e))
        return false;
    for (size_t i = 0; i < n; i++)
        if (has_page(v[i].en))
            add(out, row_of(c, v[i].en, v[i].id, v[i].title, v[i].subtitle));
    return true;
}

/* "#1h2k3m": the id in an address; else codes and numbers that the index holds. */
static bool numbered(struct ctx *c, str words, struct rows *out, struct err *e)
{
    struct db_rows q;
    str entity = { 0 };
    int64_t id;
    if (id_parse(str_trim(words), &id)) {
        if (!db_query(c->c, &q, "SELECT entity FROM search_doc WHERE id = $1", DB_ARGS(V(id)), e))
            return false;
        if (db_next(&q))
            entity = db_text(&q, 0, c->a);
        if (!db_done(&q, e))
            return false;
    }
    const struct entity *en = entity.n ? entity_find(entity) : NULL;
    struct record *r;
    struct err gone = { 0 };
    if (has_page(en) && record_get(c, en, id, &r, &gone))
        add(out, row_of(c, en, id, record_title(r), (str){ 0 }));
    return records(c, words, NULL, out, e);
}

/* ── the palette ───────────────────────────────────────────────────────────── */

struct found { struct find_group group[4]; size_t n; };

static void group(struct found *f, str title, struct rows r)
{
    if (r.n)
        f->group[f->n++] = (struct find_group){ .title = title, .rows = r.v, .n = r.n };
}

static bool fill_empty(struct request *rq, struct found *f, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct rows r = rows_new(c, RECENT);
    if (!recent(c, &r, e))
        return false;
    group(f, say(c, MSG_web_find_recent), r);
    group(f, say(c, MSG_web_find_go), pages(rq, (str){ 0 }, LINES_SHOWN));
    group(f, say(c, MSG_web_find_do), commands(c, (str){ 0 }, COMMANDS_SHOWN));
    return true;
}

static bool fill_scope(struct request *rq, char scope, str words, struct found *f, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct rows r = rows_new(c, HITS_SHOWN * 2);
    str folded = fold(c->a, words);
    if (scope == '>')
        group(f, say(c, MSG_web_find_do), commands(c, folded, ROWS_MAX));
    else if (scope == '/')
        group(f, say(c, MSG_web_find_go), pages(rq, folded, ROWS_MAX));
    else if (!(scope == '@' ? records(c, words, entity_find(S("person")), &r, e) : numbered(c, words, &r, e)))
        return false;
    group(f, say(c, MSG_web_find_records), r);
    return true;
}

static bool fill_words(struct request *rq, str words, struct found *f, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct rows r = rows_new(c, HITS_SHOWN);
    str folded = fold(c->a, words);
    if (!records(c, words, NULL, &r, e))
        return false;
    group(f, say(c, MSG_web_find_go), folded.n ? pages(rq, folded, LINES_SHOWN) : (struct rows){ 0 });
    group(f, say(c, MSG_web_find_records), r);
    group(f, say(c, MSG_web_find_do), folded.n ? commands(c, folded, COMMANDS_SHOWN) : (struct rows){ 0 });
    return true;
}

static bool is_scope(str q) { return q.n && memchr(">@#/", q.p[0], 4); }

void find_palette(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct found f = { 0 };
    struct err e = { 0 };
    str q = str_trim(str_head(request_query(rq, "q"), 200));
    bool ok = q.n == 0 ? fill_empty(rq, &f, &e)
            : is_scope(q) ? fill_scope(rq, q.p[0], str_trim(str_from(q, 1)), &f, &e) : fill_words(rq, q, &f, &e);
    if (!ok) {
        web_fail(rq, &e);
        return;
    }
    struct palette_view v = { .groups = f.group, .n = f.n };
    if (!f.n)
        v.none = msg_text(c->a, c->loc, MSG_web_find_none, (const struct msg_arg *)(const void *)
                          &(struct msg_web_find_none_args){ .q = A(q) });
    view_palette(&h, &v);
    answer_html(rq, 200, &h);
}

/* ── the page of everything found ──────────────────────────────────────────── */

static struct url all_of(struct ctx *c, const struct entity *en, str q)
{
    struct html u = html_new(c->a, c->loc, 4096);
    html_url_part(&u, q);
    return url_fmt(c->a, "/%s?q=%.*s", en->path, STR_ARG(buf_str(&u.out)));
}

/* Hits stand by kind, kinds in the order of their best hit. */
static size_t by_kind(struct ctx *c, const struct hit *v, size_t n, str q, struct find_group *out)
{
    const struct entity *kinds[GROUPS_MAX];
    size_t nkinds = 0;
    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < nkinds && kinds[k] != v[i].en)
            k++;
        if (k == nkinds && nkinds < GROUPS_MAX && has_page(v[i].en))
            kinds[nkinds++] = v[i].en;
    }
    for (size_t k = 0; k < nkinds; k++) {
        struct rows r = rows_new(c, PAGE_HITS);
        str plural = say(c, kinds[k]->plural);
        for (size_t i = 0; i < n; i++)
            if (v[i].en == kinds[k])
                add(&r, row_of(c, v[i].en, v[i].id, v[i].title, v[i].subtitle));
        out[k] = (struct find_group){
            .title = plural, .rows = r.v, .n = r.n, .all = all_of(c, kinds[k], q),
            .all_text = msg_text(c->a, c->loc, MSG_web_find_all, (const struct msg_arg *)(const void *)
                                 &(struct msg_web_find_all_args){ .plural = A(plural) }) };
    }
    return nkinds;
}

void find_page(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct err e = { 0 };
    struct hit *v = NULL;
    size_t n = 0;
    str q = str_trim(str_head(request_query(rq, "q"), 200)), words = is_scope(q) ? str_from(q, 1) : q;
    const struct entity *en = is_scope(q) && q.p[0] == '@' ? entity_find(S("person")) : NULL;
    if (words.n && !search_run(c, words, en, PAGE_HITS, &v, &n, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct find_group *groups = arena_new(c->a, struct find_group, GROUPS_MAX);
    struct search_page_view view = { .groups = groups, .n = by_kind(c, v, n, words, groups), .q = q };
    struct page p = web_page(rq, say(c, MSG_web_find_title));
    p.is_plain = true;
    page_begin(&h, &p);
    view_search_page(&h, &view);
    page_end(&h, &p);
    answer_html(rq, 200, &h);
}

/* ── what can be made ──────────────────────────────────────────────────────── */

void find_create(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct rows r = rows_new(c, ROWS_MAX);
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        if (is_made_by_hand(c, en) && !(en->flags & E_SETTINGS))
            add(&r, (struct find_row){ .title = say(c, en->label), .icon = en->icon, .url = url_fmt(c->a, "/%s/new", en->path) });
    }
    struct create_menu_view v = { .rows = r.v, .n = r.n };
    if (request_is_fragment(rq)) {
        view_create_menu(&h, &v);
    } else {
        struct page p = web_page(rq, say(c, MSG_web_create_title));
        p.is_plain = true;
        page_begin(&h, &p);
        view_create_menu(&h, &v);
        page_end(&h, &p);
    }
    answer_html(rq, 200, &h);
}
