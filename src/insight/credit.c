/* credit.c - reads the touches of won deals and shares their revenue by every model.
 *
 * A deal's touches are those of its people until the moment it was won; one that
 * belongs to another deal is left out. A deal nobody was seen to touch thanks its
 * own campaign and source, as one touch. The moment of winning is closed_at, or
 * the end of close_date where that is another day (deals brought in later).
 */
#include "insight/credit.h"
#include "base/clock.h"
#include "core/core.h"
#include "record/query.h"
#include "sell/sell.h"

enum side { SIDE_MARKETING, SIDE_SALES };
struct won { int64_t id, amount, until, campaign, source, person; };
struct wons { struct ctx *c; struct won *v; size_t n, cap; };
struct seen { int64_t at, key[CREDIT_BY]; };
struct path { struct seen *v; int64_t *at, *weight, *share; size_t n, cap; bool is_cut; };

/* ── the deals ───────────────────────────────────────────────────────────── */

static int64_t won_until(const struct ctx *c, int64_t close_date, int64_t closed_at)
{
    const char *zone = c->ws->zone;
    bool same_day = closed_at != FACT_NONE && (close_date == FACT_NONE || zone_days(zone, closed_at) == close_date);
    if (same_day)
        return closed_at;
    return close_date == FACT_NONE ? c->now : zone_instant(zone, close_date + 1, 0) - 1;
}

static bool keep_won(void *arg, const int64_t *v, struct err *e)
{
    enum { ID, AMOUNT, CLOSE_DATE, CLOSED_AT, CAMPAIGN, SOURCE, PERSON };
    struct wons *w = arg;
    (void)e;
    if (w->n == w->cap) {
        size_t cap = w->cap ? w->cap * 2 : 1024;
        struct won *more = arena_new(w->c->a, struct won, cap);
        if (w->n)
            memcpy(more, w->v, w->n * sizeof *more);
        w->v = more;
        w->cap = cap;
    }
    w->v[w->n++] = (struct won){
        .id = v[ID], .amount = v[AMOUNT] == FACT_NONE ? 0 : v[AMOUNT], .until = won_until(w->c, v[CLOSE_DATE], v[CLOSED_AT]),
        .campaign = v[CAMPAIGN] == FACT_NONE ? CREDIT_NONE : v[CAMPAIGN], .source = v[SOURCE] == FACT_NONE ? CREDIT_NONE : v[SOURCE],
        .person = v[PERSON] == FACT_NONE ? 0 : v[PERSON],
    };
    return true;
}

static int by_age(const void *a, const void *b)
{
    const struct won *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The oldest first: rows of the report stand in the order in which their deals came. */
static bool read_wons(struct ctx *c, str filter, struct wons *w, struct err *e)
{
    static const char *const fields[] = { "amount", "close_date", "closed_at", "campaign", "source", "person" };
    struct list_spec s = { .en = &deal_entity, .filter = filter };
    if (!record_each(c, &s, fields, countof(fields), keep_won, w, e))
        return false;
    if (w->n)
        qsort(w->v, w->n, sizeof *w->v, by_age);
    return true;
}

/* ── their touches ───────────────────────────────────────────────────────── */

static int64_t place_of(const struct choice *choices, str value)
{
    for (int i = 0; choices[i].value; i++)
        if (str_eq(value, str_of(choices[i].value)))
            return i;
    return CREDIT_NONE;
}

/* Where nobody said which side it was, a conversation is sales and the rest marketing. */
static int64_t side_of(str side, str kind)
{
    if (side.n)
        return str_eq(side, S("sales")) ? SIDE_SALES : SIDE_MARKETING;
    bool is_talk = str_eq(kind, S("call")) || str_eq(kind, S("meeting")) || str_eq(kind, S("message")) || str_eq(kind, S("email_reply"));
    return is_talk ? SIDE_SALES : SIDE_MARKETING;
}

/* Past the limit the last place is taken by whoever comes later: first and last stay right. */
static void path_put(struct arena *a, struct path *p, struct seen s)
{
    if (p->n == TOUCHES_MAX) {
        p->v[p->n - 1] = s;
        p->is_cut = true;
        return;
    }
    if (p->n == p->cap) {
        size_t cap = p->cap ? p->cap * 2 : 256;
        struct seen *more = arena_new(a, struct seen, cap);
        if (p->n)
            memcpy(more, p->v, p->n * sizeof *more);
        *p = (struct path){ more, arena_new(a, int64_t, cap), arena_new(a, int64_t, cap), arena_new(a, int64_t, cap),
                            p->n, cap, p->is_cut };
    }
    p->v[p->n++] = s;
}

/* Most deals have one person, whose touches lie in an index as they are read; of several they are put together. */
static bool ask_path(struct ctx *c, const struct won *w, struct db_rows *q, struct err *e)
{
    bool has_others;
    int64_t one;
    if (!db_get_int(c->c, "SELECT 1 FROM deal_person WHERE deal = $1 AND deleted_at IS NULL LIMIT 1", DB_ARGS(V(w->id)), &has_others, &one, e))
        return false;
    if (!has_others)
        return db_query(c->c, q, "SELECT t.at, t.campaign, t.source, t.channel, t.side, t.kind FROM touch t"
                                 " WHERE t.person = $2 AND t.at <= $3 AND t.deleted_at IS NULL AND (t.deal IS NULL OR t.deal = $1)"
                                 " ORDER BY t.at, t.id", DB_ARGS(V(w->id), V(w->person), V(w->until)), e);
    return db_query(c->c, q, "SELECT t.at, t.campaign, t.source, t.channel, t.side, t.kind FROM touch t"
                             " WHERE t.person IN (SELECT CAST($2 AS BIGINT) UNION"
                             "  SELECT x.person FROM deal_person x WHERE x.deal = $1 AND x.deleted_at IS NULL)"
                             " AND t.at <= $3 AND t.deleted_at IS NULL AND (t.deal IS NULL OR t.deal = $1)"
                             " ORDER BY t.at, t.id", DB_ARGS(V(w->id), V(w->person), V(w->until)), e);
}

static bool read_path(struct ctx *c, const struct won *w, struct path *p, struct err *e)
{
    struct db_rows q;
    p->n = 0;
    p->is_cut = false;
    if (!ask_path(c, w, &q, e))
        return false;
    while (db_next(&q))
        path_put(c->a, p, (struct seen){ db_int(&q, 0), {
            [CREDIT_CAMPAIGN] = db_is_null(&q, 1) ? CREDIT_NONE : db_int(&q, 1),
            [CREDIT_SOURCE] = place_of(choices_source, db_text_view(&q, 2)),
            [CREDIT_CHANNEL] = place_of(choices_channel, db_text_view(&q, 3)),
            [CREDIT_SIDE] = side_of(db_text_view(&q, 4), db_text_view(&q, 5)) } });
    return db_done(&q, e);
}

static struct seen own_touch(const struct won *w)
{
    static const char *const sales[] = { "cold_call", "phone", "referral", "partner" };
    int64_t side = w->campaign != CREDIT_NONE ? SIDE_MARKETING : CREDIT_NONE;
    if (side == CREDIT_NONE && w->source != CREDIT_NONE) {
        side = SIDE_MARKETING;
        for (size_t i = 0; i < countof(sales); i++)
            if (!strcmp(choices_source[w->source].value, sales[i]))
                side = SIDE_SALES;
    }
    return (struct seen){ w->until, { [CREDIT_CAMPAIGN] = w->campaign, [CREDIT_SOURCE] = w->source,
                                      [CREDIT_CHANNEL] = CREDIT_NONE, [CREDIT_SIDE] = side } };
}

/* ── the sums ────────────────────────────────────────────────────────────── */

static struct credit_row *row_of(struct arena *a, struct credit *x, enum credit_by by, int64_t key)
{
    for (size_t i = x->n[by]; i-- > 0; )
        if (x->row[by][i].key == key)
            return &x->row[by][i];
    if (x->n[by] == x->cap[by]) {
        size_t cap = x->cap[by] ? x->cap[by] * 2 : 32;
        struct credit_row *more = arena_new(a, struct credit_row, cap);
        if (x->n[by])
            memcpy(more, x->row[by], x->n[by] * sizeof *more);
        x->row[by] = more;
        x->cap[by] = cap;
    }
    struct credit_row *r = &x->row[by][x->n[by]++];
    *r = (struct credit_row){ .key = key, .seen = -1 };
    return r;
}

/* A deal counts once for each campaign it was touched by: `seen` is the number of the last one. */
static void count_deal(struct arena *a, struct credit *x, const struct path *p)
{
    for (int by = 0; by < CREDIT_BY; by++)
        for (size_t i = 0; i < p->n; i++) {
            struct credit_row *r = row_of(a, x, (enum credit_by)by, p->v[i].key[by]);
            r->deals += r->seen != x->deals;
            r->seen = x->deals;
        }
}

static void thank(struct arena *a, struct credit *x, int64_t amount, const struct path *p)
{
    struct attribution_path path = { p->at, p->n, -1, -1 };
    for (size_t i = 0; i < p->n; i++)
        p->at[i] = p->v[i].at;
    for (int m = 0; m < ATTRIBUTE_SHOWN; m++) {
        attribution_weigh(&attribution_models[m], &path, p->weight);
        attribution_share(*a, amount, p->weight, p->n, p->share);
        for (int by = 0; by < CREDIT_BY; by++)
            for (size_t i = 0; i < p->n; i++)
                if (p->share[i])
                    row_of(a, x, (enum credit_by)by, p->v[i].key[by])->by[m] += p->share[i];
    }
}

bool credit_read(struct ctx *c, str filter, struct credit *out, struct err *e)
{
    struct credit x = { 0 };
    struct wons w = { .c = c };
    struct path p = { 0 };
    if (!read_wons(c, filter, &w, e))
        return false;
    for (size_t i = 0; i < w.n; i++) {
        if (!read_path(c, &w.v[i], &p, e))
            return false;
        x.touched += p.n > 0;
        x.cut += p.is_cut;
        if (p.n == 0)
            path_put(c->a, &p, own_touch(&w.v[i]));
        x.deals++;
        x.won += w.v[i].amount;
        count_deal(c->a, &x, &p);
        thank(c->a, &x, w.v[i].amount, &p);
    }
    *out = x;
    return true;
}

/* The deals that thank `key`. */
bool credit_deals(const struct ask *k, int by, int64_t key, struct behind *out, struct err *e)
{
    struct wons w = { .c = k->c };
    struct path p = { 0 };
    if (!read_wons(k->c, ask_won(k), &w, e))
        return false;
    for (size_t i = 0; i < w.n && !out->is_cut; i++) {
        if (!read_path(k->c, &w.v[i], &p, e))
            return false;
        if (p.n == 0)
            path_put(k->c->a, &p, own_touch(&w.v[i]));
        for (size_t t = 0; t < p.n; t++)
            if (p.v[t].key[by] == key) {
                behind_put(out, w.v[i].id);
                break;
            }
    }
    return true;
}
