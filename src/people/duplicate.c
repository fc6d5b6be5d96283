/* duplicate.c - what looks the same: beside a record, before one is made, in a list.
 *
 * At entry only exact keys are asked (every address and number, domain, folded name): a few
 * index look-ups. The list compares whole, but only so many of the records that
 * changed last; a house with more merges in rounds.
 */
#include "people/duplicate.h"
#include <stdlib.h>
#include "base/id.h"
#include "msg/people.h"
#include "people/inside.h"
#include "people/not_same.h"
#include "record/match.h"
#include "web/records.h"

enum { ALIKE_MAX = 5, KEYED_MAX = 25, COMPARED = 4000, PAIRS_SHOWN = 100, TOLD_SHOWN = 100 };

static bool is_ours(const struct entity *en) { return en == &person_entity || en == &company_entity; }

/* ── exact keys ────────────────────────────────────────────────────────────── */

static bool people_by_key(struct ctx *c, const struct record *r, int64_t *ids, size_t *n, struct err *e)
{
    struct ways_in in = { record_text(r, "email"), { record_text(r, "phone"), record_text(r, "mobile"), record_text(r, "whatsapp") }, r->id };
    struct known_people k;
    if (!person_known(c, &in, &k, e))
        return false;
    for (*n = 0; *n < k.n && *n < KEYED_MAX; (*n)++)
        ids[*n] = k.id[*n];
    return true;
}

/* A SELECT for each key: joined by "or" they would be looked for in every record. */
static bool ids_by_key(struct ctx *c, const struct record *r, int64_t *ids, size_t *n, struct err *e)
{
    struct db_rows q;
    if (r->en == &person_entity)
        return people_by_key(c, r, ids, n, e);
    if (!db_query(c->c, &q, "SELECT id FROM company WHERE deleted_at IS NULL AND id <> $1 AND domain = $2 AND $2 <> ''"
                            " UNION SELECT id FROM company WHERE deleted_at IS NULL AND id <> $1 AND phone = $3 AND $3 <> ''"
                            " LIMIT 25", DB_ARGS(V(r->id), V(record_text(r, "domain")), V(record_text(r, "phone"))), e))
        return false;
    while (*n < KEYED_MAX && db_next(&q))
        ids[(*n)++] = db_int(&q, 0);
    return db_done(&q, e);
}

static str sub_of(const struct record *r)
{
    str email = record_text(r, r->en == &person_entity ? "email" : "domain"), company = (str){ 0 };
    if (r->en == &person_entity)
        company = record_text(r, "company");
    return company.n ? company : email;
}

static struct alike_line line_of(struct ctx *c, const struct record *r, int64_t keep)
{
    str id = id_text(c->a, r->id);
    return (struct alike_line){
        .title = record_title(r), .sub = sub_of(r), .id = r->id, .url = record_url(c->a, r->en, r->id),
        .merge = keep ? url_fmt(c->a, "/%s/%.*s/merge/%.*s", r->en->path, STR_ARG(id_text(c->a, keep)), STR_ARG(id))
                      : (struct url){ { 0 } },
        .apart = keep ? url_fmt(c->a, "/%s/%.*s/not-same/%.*s", r->en->path, STR_ARG(id_text(c->a, keep)), STR_ARG(id))
                      : (struct url){ { 0 } },
    };
}

static bool is_among(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static bool find_alike(struct ctx *c, const struct record *r, struct alike_line *out, size_t *n, struct err *e)
{
    struct record **got, **titled;
    int64_t ids[KEYED_MAX], *told;
    size_t nids = 0, ngot = 0, ntitled = 0, ntold;
    if (!ids_by_key(c, r, ids, &nids, e) || !not_same_of(c, r->en, r->id, &told, &ntold, e)
        || !record_get_many(c, r->en, ids, nids, &got, &ngot, e)
        || (record_title(r).n && !record_find_titled(c, r->en, record_title(r), &titled, &ntitled, e)))
        return false;
    for (size_t i = 0; i < ngot && *n < ALIKE_MAX; i++)
        if (!is_among(told, ntold, got[i]->id))
            out[(*n)++] = line_of(c, got[i], r->id);
    for (size_t i = 0; i < ntitled && *n < ALIKE_MAX; i++) {
        bool is_new = titled[i]->id != r->id && !is_among(told, ntold, titled[i]->id);
        for (size_t k = 0; k < *n; k++)
            is_new &= out[k].id != titled[i]->id;
        if (is_new)
            out[(*n)++] = line_of(c, titled[i], r->id);
    }
    return true;
}

void duplicate_panel(struct request *rq, const struct record *r, struct html *side)
{
    struct ctx *c = web_ctx(rq);
    struct alike_line lines[ALIKE_MAX];
    struct alike_view v = { .lines = lines, .is_company = r->en == &company_entity, .here = record_url(c->a, r->en, r->id) };
    struct err e = { 0 };
    if (is_ours(r->en) && access_record(c, r, ACTION_CHANGE) && find_alike(c, r, lines, &v.n, &e) && v.n)
        view_alike(side, &v);
}

void duplicate_warn(struct request *rq, const struct record *r, struct html *out)
{
    struct alike_line lines[ALIKE_MAX];
    struct alike_view v = { .lines = lines, .is_company = r->en == &company_entity, .is_asking = true };
    struct err e = { 0 };
    if (is_ours(r->en) && find_alike(web_ctx(rq), r, lines, &v.n, &e) && v.n)
        view_alike(out, &v);
}

/* ── the list of pairs ─────────────────────────────────────────────────────── */

static bool read_items(struct ctx *c, bool is_company, struct match_item *v, size_t *n, struct err *e)
{
    struct db_rows q;
    bool ok = is_company
        ? db_query(c->c, &q, "SELECT id, name, '', phone, city, domain, '' FROM company WHERE deleted_at IS NULL"
                             " ORDER BY updated_at DESC, id DESC LIMIT 4000", DB_NONE, e)
        : db_query(c->c, &q, "SELECT p.id, p.name, p.email, p.phone, p.city, '', o.name FROM person p"
                             " LEFT JOIN company o ON o.id = p.company WHERE p.deleted_at IS NULL"
                             " ORDER BY p.updated_at DESC, p.id DESC LIMIT 4000", DB_NONE, e);
    if (!ok)
        return false;
    for (; *n < COMPARED && db_next(&q); (*n)++)
        v[*n] = (struct match_item){
            .id = db_int(&q, 0), .name = db_text(&q, 1, c->a), .email = db_text(&q, 2, c->a), .phone = db_text(&q, 3, c->a),
            .city = db_text(&q, 4, c->a), .domain = db_text(&q, 5, c->a), .company = db_text(&q, 6, c->a) };
    return db_done(&q, e);
}

static void best_first(struct match_pair *v, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && v[k].likeness > v[k - 1].likeness; k--) {
            struct match_pair x = v[k];
            v[k] = v[k - 1];
            v[k - 1] = x;
        }
}

static struct record *one(struct record **v, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (v[i]->id == id)
            return v[i];
    return NULL;
}

/* Those of the pairs that the reader may see; `act`: the last part of the address beside the merge's. */
static bool lines_of(struct html *h, struct ctx *c, const struct entity *en, const struct match_pair *p, size_t n, const char *act,
                     const struct pair_line **out, size_t *nout, struct err *e)
{
    struct pair_line *lines = arena_new(c->a, struct pair_line, n + 1);
    int64_t *ids = arena_new(c->a, int64_t, 2 * n + 1);
    struct record **got;
    size_t ngot, k = 0;
    for (size_t i = 0; i < n; i++) {
        ids[2 * i] = p[i].a;
        ids[2 * i + 1] = p[i].b;
    }
    if (!record_get_many(c, en, ids, 2 * n, &got, &ngot, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct record *a = one(got, ngot, p[i].a), *b = one(got, ngot, p[i].b);
        if (!a || !b)
            continue;
        str percent = loc_percent(h->a, h->loc, p[i].likeness, 0), x = id_text(h->a, a->id), y = id_text(h->a, b->id);
        bool may = access_record(c, a, ACTION_CHANGE) && access_record(c, b, ACTION_CHANGE);
        lines[k++] = (struct pair_line){ .a = line_of(c, a, 0), .b = line_of(c, b, 0), .likeness = _(people_likeness, .percent = A(percent)),
            .merge = url_fmt(h->a, "/%s/%.*s/merge/%.*s", en->path, STR_ARG(x), STR_ARG(y)),
            .apart = may ? url_fmt(h->a, "/%s/%.*s/%s/%.*s", en->path, STR_ARG(x), act, STR_ARG(y)) : (struct url){ { 0 } } };
    }
    *out = lines;
    *nout = k;
    return true;
}

/* Without those that somebody has said are two. */
static size_t left_of(struct match_pair *p, size_t n, const struct apart *told, size_t ntold)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!not_same_has(told, ntold, p[i].a, p[i].b))
            p[kept++] = p[i];
    return kept;
}

static int newest_first(const void *x, const void *y)
{
    const struct apart *a = x, *b = y;
    return a->id > b->id ? -1 : a->id < b->id;
}

/* Said newest first; two that say the same, as merges leave them, stand beside each other and are shown once. */
static bool show_told(struct html *h, struct ctx *c, const struct entity *en, struct apart *told, size_t n, struct duplicates_view *v, struct err *e)
{
    struct match_pair *p = arena_new(c->a, struct match_pair, TOLD_SHOWN);
    size_t k = 0, kept = 0;
    for (size_t i = 0; i < n; i++)
        if (!i || told[i].one != told[kept - 1].one || told[i].other != told[kept - 1].other)
            told[kept++] = told[i];
    qsort(told, kept, sizeof *told, newest_first);
    for (; k < kept && k < TOLD_SHOWN; k++)
        p[k] = (struct match_pair){ .a = told[k].one, .b = told[k].other };
    return lines_of(h, c, en, p, k, "perhaps-same", &v->told, &v->ntold, e);
}

static bool fill_pairs(struct html *h, struct ctx *c, const struct entity *en, struct duplicates_view *v, struct err *e)
{
    struct match_item *items = arena_new(c->a, struct match_item, COMPARED);
    struct match_pair *pairs;
    struct apart *told;
    size_t n = 0, npairs = 0, ntold;
    if (access_scope(c->who, en, ACTION_SEE) != SCOPE_ALL)
        return fail(e, ERR_FORBIDDEN, MSG_people_duplicates_forbidden, "scope");
    if (!read_items(c, v->is_company, items, &n, e) || !not_same_all(c, en, &told, &ntold, e)
        || !match_all(c->a, items, n, v->is_company, MATCH_LIKELY / 100.0, &pairs, &npairs, e))
        return false;
    npairs = left_of(pairs, npairs, told, ntold);
    npairs = npairs < 5000 ? npairs : 5000;
    best_first(pairs, npairs);
    if (n == COMPARED)
        v->bound = _(people_duplicates_bound, .n = A(n));
    return lines_of(h, c, en, pairs, npairs < PAIRS_SHOWN ? npairs : PAIRS_SHOWN, "not-same", &v->pairs, &v->n, e)
        && show_told(h, c, en, told, ntold, v, e);
}

void duplicates_page(struct request *rq)
{
    struct html page = web_html(rq), *h = &page;
    bool is_company = str_starts(rq->path, S("/companies"));
    struct duplicates_view v = { .is_company = is_company, .tabs = {
        { .label = _(people_duplicates_people), .icon = "user-round", .url = url_path(S("/people/duplicates")), .is_current = !is_company },
        { .label = _(people_duplicates_companies), .icon = "building-2", .url = url_path(S("/companies/duplicates")), .is_current = is_company } },
        .here = url_path(is_company ? S("/companies/duplicates") : S("/people/duplicates")) };
    struct err e = { 0 };
    if (!fill_pairs(h, web_ctx(rq), is_company ? &company_entity : &person_entity, &v, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct page p = web_page(rq, _(people_duplicates));
    p.is_plain = true;
    page_begin(h, &p);
    view_duplicates(h, &v);
    page_end(h, &p);
    answer_html(rq, 200, h);
}

/* ── saying that two are two ───────────────────────────────────────────────── */

struct telling { const struct entity *en; int64_t a, b; bool is_back; };

static bool run_telling(struct ctx *tx, void *arg, struct err *e)
{
    struct telling *t = arg;
    return t->is_back ? not_same_drop(tx, t->en, t->a, t->b, e) : not_same_put(tx, t->en, t->a, t->b, e);
}

static void tell(struct request *rq, bool is_back)
{
    struct ctx *c = web_ctx(rq);
    struct telling t = { .en = str_starts(rq->path, S("/companies")) ? &company_entity : &person_entity, .is_back = is_back };
    struct record *a, *b;
    struct err e = { 0 };
    if (!web_param_id(rq, 0, &t.a) || !web_param_id(rq, 1, &t.b))
        return;
    if (!record_get(c, t.en, t.a, &a, &e) || !record_get(c, t.en, t.b, &b, &e) || !record_write(c, run_telling, &t, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, web_back(rq, t.en == &company_entity ? "/companies/duplicates" : "/people/duplicates"),
             msg_text(c->a, c->loc, is_back ? MSG_people_not_same_unsaid : MSG_people_not_same_said, (const struct msg_arg *)(const void *)
                      &(struct msg_people_not_same_said_args){ .a = A(record_title(a)), .b = A(record_title(b)) }), c->write_id);
}

void not_same_say(struct request *rq) { tell(rq, false); }
void not_same_unsay(struct request *rq) { tell(rq, true); }
