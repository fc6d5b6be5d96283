/* scan_ask.c - a query over columns: page by page, a bit for each row.
 *
 * Every condition is true or false, as in query_sql.c: its positive form is false where there is no
 * value, and what is denied is the rest. So a set of rows is a set of bits, "and" asks on among those
 * left, cheap conditions before events.
 */
#include "base/ascii.h"
#include "base/clock.h"
#include "record/access.h"
#include "record/query_write.h"
#include "record/scan_inside.h"

enum { COST_FIELD = 1, COST_EVENTS = 16, KEPT_DAYS = 700 };
struct range { int64_t lo, hi; };               /* both in; lo > hi: none */
struct scan_node {
    enum { NODE_AND, NODE_OR, NODE_NOT, NODE_FIELD, NODE_EVENTS } kind;
    const struct scan_node *left, *right;
    int cost;
    bool is_denied, is_timed;                   /* timed: time turns it */
    const struct scan_column *column;
    const struct scan_kind *events; enum query_many many; struct range window;
    const struct range *range; int nranges;     /* the value is in one of them */
};

/* ── what a leaf compares with ───────────────────────────────────────────── */

struct planner { struct ctx *c; struct scan_table *t; bool may_add; };

static const struct range any_value = { SCAN_NONE + 1, INT64_MAX }, nothing = { 1, 0 };

static bool is_text(enum leaf kind) { return kind == LEAF_TEXT || kind == LEAF_CHOICE; }

/* As text_equals() of query_sql.c compares; -1: not by a column. */
static int form_of_text(struct planner *p, const struct query *q, const struct query_value *v)
{
    const struct field *f = query_leaf(q);
    if (query_leaf_kind(f) == LEAF_CHOICE)
        return FORM_TEXT;
    if (f->type != FIELD_TEXT)
        return -1;                              /* addresses and numbers of people: as many as rows */
    if (!query_is_folded(f))
        return FORM_LOWER;
    return fold(p->c->a, v->text).n ? FORM_FOLDED : -1;
}

static int form_of(struct planner *p, const struct query *q)
{
    const struct field *f = query_leaf(q);
    if (f->type == FIELD_REFS)
        return -1;
    if (q->kind == QUERY_EMPTY)
        return FORM_IS_SET;
    switch (query_leaf_kind(f)) {
    case LEAF_TEXT:
    case LEAF_CHOICE:
        return form_of_text(p, q, q->kind == QUERY_IN ? &q->list[0] : &q->value);
    case LEAF_SET:
        return -1;
    default:
        return f->type == FIELD_MONEY ? FORM_BASE : FORM_NUMBER;
    }
}

static struct range of_word(struct planner *p, const struct scan_column *k, str text)
{
    str as_kept = k->form == FORM_FOLDED ? fold(p->c->a, text) : k->form == FORM_LOWER ? ascii_lower(p->c->a, text) : text;
    int64_t n = scan_word(k, as_kept);
    return n < 0 ? nothing : (struct range){ n, n };
}

static bool add_equal(struct planner *p, const struct query *q, const struct scan_column *k, const struct query_value *v,
                      struct range *out, int *n)
{
    const struct actor *who = p->c->who;
    enum leaf kind = query_leaf_kind(query_leaf(q));
    struct bound b;
    struct err e;
    if (!query_bound(p->c, q, v, &b, &e) || b.is_title)
        return false;
    if (b.is_my_team) {
        out[(*n)++] = (struct range){ who->team_id, who->team_id };
        for (int i = 0; i < who->nteams; i++)
            out[(*n)++] = (struct range){ who->teams[i], who->teams[i] };
        return true;
    }
    out[(*n)++] = is_text(kind) ? of_word(p, k, b.text)
                : kind == LEAF_BOOL ? (struct range){ 1, 1 }
                : kind == LEAF_DATE || kind == LEAF_INSTANT ? (struct range){ b.from, b.to - 1 }
                                                            : (struct range){ b.from, b.from };
    return true;
}

static bool add_order(struct planner *p, const struct query *q, struct range *out, int *n)
{
    enum leaf kind = query_leaf_kind(query_leaf(q));
    bool is_range = kind == LEAF_DATE || kind == LEAF_INSTANT;
    struct bound b;
    struct err e;
    struct range r = any_value;
    if (is_text(kind) || !query_bound(p->c, q, &q->value, &b, &e))
        return false;
    int64_t last = is_range ? b.to - 1 : b.from;        /* of what counts as equal */
    switch (q->op) {
    case OP_LT: r.hi = b.from > INT64_MIN ? b.from - 1 : b.from; break;
    case OP_GE: r.lo = b.from; break;
    case OP_LE: r.hi = last; break;
    default:    r = last < INT64_MAX ? (struct range){ last + 1, INT64_MAX } : nothing;
    }
    out[(*n)++] = r;
    return true;
}

static bool add_ranges(struct planner *p, const struct query *q, const struct scan_column *k, struct range *r, int *n)
{
    struct err e;
    int64_t to;
    switch (q->kind) {
    case QUERY_EMPTY:
        r[(*n)++] = any_value;
        return true;
    case QUERY_PERIOD:
        if (!query_period_range(p->c, q, &r->lo, &to, &e))
            return false;
        r[(*n)++].hi = to - 1;
        return true;
    case QUERY_IN:
        for (int i = 0; i < q->nlist; i++)
            if (query_leaf_kind(query_leaf(q)) == LEAF_BOOL || !add_equal(p, q, k, &q->list[i], r, n))
                return false;
        return true;
    case QUERY_COMPARE:
        if (q->op == OP_EQ || q->op == OP_NE)
            return add_equal(p, q, k, &q->value, r, n);
        return q->op != OP_MATCH && q->op != OP_NOT_MATCH && add_order(p, q, r, n);
    default:
        return false;
    }
}

/* The positive form of a test, as ranges; no value lies in none. `k` may be NULL: of what events give. */
static bool add_test(struct planner *p, const struct query *q, const struct scan_column *k, struct scan_node *node)
{
    int most = q->kind == QUERY_IN ? q->nlist * (ACTOR_TEAMS_MAX + 1) : ACTOR_TEAMS_MAX + 1;
    struct range *r = arena_new(p->c->a, struct range, most);
    node->range = r;
    if (!add_ranges(p, q, k, r, &node->nranges))
        return false;
    for (int i = 0; i < node->nranges; i++)
        r[i].lo = r[i].lo > SCAN_NONE ? r[i].lo : SCAN_NONE + 1;
    return true;
}

/* ── the plan ────────────────────────────────────────────────────────────── */

static struct scan_node *plan_field(struct planner *p, const struct query *q)
{
    struct scan_node *node = arena_new(p->c->a, struct scan_node, 1);
    if (q->npath != 1 || query_is_events(q->entity[0]))
        return NULL;
    int form = form_of(p, q);
    const struct scan_column *k = form < 0 ? NULL : scan_column(p->t, query_leaf(q), (enum scan_form)form, p->may_add);
    if (!k || !add_test(p, q, k, node))
        return NULL;
    node->kind = NODE_FIELD;
    node->is_timed = query_mentions_time(q);
    node->column = k;
    node->is_denied = write_is_denied(q);
    node->cost = COST_FIELD;
    return node;
}

/* What goes after two years (flow/keep.c) is asked of the tables beyond that. */
static bool is_kept(const struct planner *p, const struct query_source *s, int64_t from)
{
    const struct event_kind *k = event_kind_find(s->name);
    return !k || !(k->flags & KIND_READING) || (s->has_window && from > p->c->now - KEPT_DAYS * DAY_US);
}

static struct scan_node *plan_events(struct planner *p, const struct query *q)
{
    const struct query_source *s = q->source;
    struct scan_node *node = arena_new(p->c->a, struct scan_node, 1);
    struct query test = *q, window;
    struct err e;
    str prefix;
    test.kind = q->test;
    *node = (struct scan_node){ .kind = NODE_EVENTS, .cost = COST_EVENTS, .many = s->many, .window = any_value,
                                .is_timed = query_mentions_time(q) };
    if (s->link || s->where || s->many == MANY_SUM || (!s->is_quoted && query_is_prefix(s->name, &prefix))
        || !query_sees_events(p->c, p->t->en, s))
        return NULL;
    if (s->has_window) {
        window = query_window(s);
        if (!query_period_range(p->c, &window, &node->window.lo, &node->window.hi, &e))
            return NULL;
        node->window.hi--;
    }
    if (!is_kept(p, s, node->window.lo) || !(node->events = scan_kind(p->t, s->name, p->may_add)))
        return NULL;
    if (s->many == MANY_HAPPENED) {
        static const struct range once = { 1, INT64_MAX };
        node->range = &once;
        node->nranges = 1;
        return node;
    }
    node->is_denied = write_is_denied(&test);
    return add_test(p, &test, NULL, node) ? node : NULL;
}

static struct scan_node *plan(struct planner *p, const struct query *q);

static struct scan_node *plan_pair(struct planner *p, const struct query *q)
{
    struct scan_node *l = plan(p, q->left), *r = l ? plan(p, q->right) : NULL;
    struct scan_node *node = arena_new(p->c->a, struct scan_node, 1);
    if (!r)
        return NULL;
    bool is_dear = l->cost > r->cost;
    *node = (struct scan_node){ .kind = q->kind == QUERY_AND ? NODE_AND : NODE_OR, .cost = l->cost + r->cost,
                                .left = is_dear ? r : l, .right = is_dear ? l : r };
    return node;
}

static struct scan_node *plan(struct planner *p, const struct query *q)
{
    struct scan_node *node;
    switch (q->kind) {
    case QUERY_AND:
    case QUERY_OR:
        return plan_pair(p, q);
    case QUERY_NOT:
        node = arena_new(p->c->a, struct scan_node, 1);
        *node = (struct scan_node){ .kind = NODE_NOT, .left = plan(p, q->left) };
        node->cost = node->left ? node->left->cost : 0;
        return node->left ? node : NULL;
    case QUERY_MANY:
        return plan_events(p, q);
    case QUERY_TEXT:
    case QUERY_SEGMENT:
        return NULL;
    default:
        return plan_field(p, q);
    }
}

struct scan_node *scan_plan(struct ctx *c, struct scan_table *t, const struct query *q, bool may_add)
{
    struct planner p = { c, t, may_add };
    return plan(&p, q);
}

/* ── asking ──────────────────────────────────────────────────────────────── */

static bool holds(const struct scan_node *q, int64_t v)
{
    for (int i = 0; i < q->nranges; i++)
        if (v >= q->range[i].lo && v <= q->range[i].hi)
            return true;
    return false;
}

/* Walks over columns are compiled twice, for processors that compare four numbers at once and for the rest. */
#if defined __x86_64__ && !defined __SANITIZE_ADDRESS__
#define OVER_COLUMNS __attribute__((target_clones("avx2", "default")))
#else
#define OVER_COLUMNS
#endif
typedef uint64_t lanes __attribute__((vector_size(32)));
typedef int64_t signed_lanes __attribute__((vector_size(32)));

/* A whole word of rows without a branch. Moved so that `lo` is the smallest number there is, what is in lies below one bound. */
static inline __attribute__((always_inline)) uint64_t in_range(const int64_t *v, struct range r)
{
    uint64_t move = (uint64_t)r.lo ^ (uint64_t)INT64_MIN, most = (uint64_t)r.hi - move;
    const lanes from = (lanes){ 0 } + move, to = (lanes){ 0 } + most;
    lanes out = { 0 }, bit = { 1, 2, 4, 8 };
    if (r.lo > r.hi)
        return 0;
    for (int i = 0; i < 64; i += 4, bit <<= 4) {
        lanes x;
        memcpy(&x, v + i, sizeof x);
        out |= (lanes)((signed_lanes)(x - from) > (signed_lanes)to) & bit;
    }
    return ~(out[0] | out[1] | out[2] | out[3]);
}

OVER_COLUMNS
static void ask_field(const struct scan_node *q, const int64_t *v, const uint64_t *in, uint64_t *out)
{
    for (size_t w = 0; w < PAGE_WORDS; w++, v += 64) {
        uint64_t found = 0;
        for (int i = 0; i < q->nranges && in[w]; i++)
            found |= in_range(v, q->range[i]);
        out[w] = in[w] & (q->is_denied ? ~found : found);
    }
}

/* How many of them lie before `at`. */
static uint32_t before(const struct span *s, int64_t at)
{
    uint32_t lo = 0, hi = s->n;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (s->at[mid] < at)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

int64_t scan_of_span(const struct span *s, enum query_many many, int64_t lo, int64_t hi)
{
    uint32_t from = before(s, lo), to = hi == INT64_MAX ? s->n : before(s, hi + 1);
    switch (many) {
    case MANY_FIRST: return from < to ? s->at[from] : SCAN_NONE;
    case MANY_LAST:  return from < to ? s->at[to - 1] : SCAN_NONE;
    default:         return to > from ? (int64_t)to - from : 0;
    }
}

static bool is_any_enough(const struct scan_node *q)
{
    return (q->many == MANY_HAPPENED || q->many == MANY_COUNT) && q->nranges == 1 && q->range[0].lo == 1 && q->range[0].hi == INT64_MAX;
}

/* The newest instant alone tells of most rows: of those before the window, and where one is enough, of those within. */
OVER_COLUMNS
static void ask_events(const struct scan_node *q, size_t p, const uint64_t *in, uint64_t *out)
{
    const struct span *s = q->events->page[p];
    const int64_t *last = q->events->last[p];
    int64_t none = q->many == MANY_FIRST || q->many == MANY_LAST ? SCAN_NONE : 0;
    bool holds_none = holds(q, none), is_enough = is_any_enough(q);
    struct range past = q->window.lo > INT64_MIN ? (struct range){ INT64_MIN, q->window.lo - 1 } : nothing;
    for (size_t w = 0; w < PAGE_WORDS; w++, last += 64) {
        uint64_t old = in[w] ? in_range(last, past) : 0, enough = in[w] && is_enough ? in_range(last, q->window) : 0;
        uint64_t found = enough | (holds_none ? old : 0);
        for (uint64_t bits = in[w] & ~(old | enough); bits; bits &= bits - 1) {
            size_t i = (size_t)__builtin_ctzll(bits);
            bool is_it = holds(q, scan_of_span(&s[w * 64 + i], q->many, q->window.lo, q->window.hi));
            found |= (uint64_t)is_it << i;
        }
        out[w] = in[w] & (q->is_denied ? ~found : found);
    }
}

/* What is denied is the rest: it is sure of those of whom the opposite is not even likely. */
static enum scan_ask denied(enum scan_ask how) { return how == SCAN_SURE ? SCAN_MAYBE : how == SCAN_MAYBE ? SCAN_SURE : how; }

void scan_page_ask(const struct scan_table *t, size_t p, const struct scan_node *q, enum scan_ask how, const uint64_t *in, uint64_t *out)
{
    uint64_t half[PAGE_WORDS];
    if (!q || (q->is_timed && how == SCAN_MAYBE)) {
        memcpy(out, in, sizeof half);
        return;
    }
    if (q->is_timed && how == SCAN_SURE) {
        memset(out, 0, sizeof half);
        return;
    }
    switch (q->kind) {
    case NODE_AND:
        scan_page_ask(t, p, q->left, how, in, half);
        scan_page_ask(t, p, q->right, how, half, out);
        return;
    case NODE_OR: {
        uint64_t rest[PAGE_WORDS];
        scan_page_ask(t, p, q->left, how, in, half);
        for (size_t w = 0; w < PAGE_WORDS; w++)
            rest[w] = in[w] & ~half[w];
        scan_page_ask(t, p, q->right, how, rest, out);
        for (size_t w = 0; w < PAGE_WORDS; w++)
            out[w] |= half[w];
        return;
    }
    case NODE_NOT:
        scan_page_ask(t, p, q->left, denied(how), in, half);
        for (size_t w = 0; w < PAGE_WORDS; w++)
            out[w] = in[w] & ~half[w];
        return;
    case NODE_FIELD:
        ask_field(q, q->column->page[p], in, out);
        return;
    case NODE_EVENTS:
        ask_events(q, p, in, out);
        return;
    }
}
