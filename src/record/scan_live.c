/* scan_live.c - who is in and when time turns it, of many records at once, over columns.
 *
 * What live_ask.c asks the tables of one record after another, and to the same end: the answer now; whether it
 * hangs on time, which is to say that the condition holds when what time turns is taken for true and not
 * when it is taken for false; and of those where it does the earliest instant when an end of a range passes
 * a value of theirs. Whom neither concerns is left out: most.
 */
#include "record/live_inside.h"
#include "record/scan_inside.h"

/* A condition about time and where its values stand. */
struct timed {
    struct atom *t;
    const struct scan_column *column;           /* a field; or */
    const struct scan_kind *kind;               /* events: the instants of a window (MANY_HAPPENED), or first, last */
    enum query_many many; int64_t lo, hi;
};
struct asking {
    const struct scan_table *t; const struct scan_node *plan;
    struct atoms atoms; struct timed timed[LIVE_ATOMS_MAX];
    struct live_answer *v; size_t n;
};

/* ── what time turns ─────────────────────────────────────────────────────── */

static bool of_events(struct ctx *c, struct scan_table *t, const struct query_source *s, struct timed *out, struct err *e)
{
    struct query window;
    out->kind = scan_kind(t, s->name, false);
    out->many = out->t->aggregate ? s->many : MANY_HAPPENED;
    out->lo = SCAN_NONE + 1;
    out->hi = INT64_MAX;
    if (out->many == MANY_HAPPENED || !s->has_window)
        return out->kind != NULL;
    window = query_window(s);
    bool ok = query_period_range(c, &window, &out->lo, &out->hi, e);
    out->hi--;
    return ok && out->kind;
}

static bool find_values(struct ctx *c, struct scan_table *t, struct atom *a, struct timed *out, struct err *e)
{
    *out = (struct timed){ .t = a };
    if (a->q.npath != 1 || a->nway > 1 || (a->nway == 1 && !a->is_window))
        return false;
    if (a->aggregate || a->nway == 1)
        return of_events(c, t, a->aggregate ? a->aggregate : a->way[0].s, out, e);
    out->column = scan_column(t, query_leaf(&a->q), FORM_NUMBER, false);
    return out->column != NULL;
}

/* Of this row the smallest value that is not below; SCAN_NONE: there is none. */
static int64_t not_below(const struct timed *w, size_t row, int64_t bound)
{
    size_t p = row / PAGE_ROWS, i = row % PAGE_ROWS;
    if (w->kind && w->many == MANY_HAPPENED)
        return w->kind->last[p][i] < bound ? SCAN_NONE : scan_of_span(&w->kind->page[p][i], MANY_FIRST, bound, INT64_MAX);
    int64_t v = w->column ? w->column->page[p][i] : scan_of_span(&w->kind->page[p][i], w->many, w->lo, w->hi);
    return v < bound ? SCAN_NONE : v;
}

static int64_t due_of(const struct asking *x, size_t row)
{
    int64_t due = 0;
    for (int i = 0; i < x->atoms.n; i++)
        for (int end = 0; end < 2; end++) {
            const struct timed *w = &x->timed[i];
            int64_t v = not_below(w, row, end ? w->t->to : w->t->from);
            if (v == SCAN_NONE)
                continue;
            int64_t at = live_flip(&x->atoms, w->t, end, v);
            due = !due || at < due ? at : due;
        }
    return due;
}

/* ── rows ────────────────────────────────────────────────────────────────── */

/* The rows of page p that are there, from `first` to before `end`. */
static void rows_of(const struct scan_table *t, size_t p, size_t first, size_t end, uint64_t *out)
{
    for (size_t w = 0; w < PAGE_WORDS; w++) {
        size_t at = p * PAGE_ROWS + w * 64;
        uint64_t some = ~(uint64_t)0;
        if (at + 64 <= first || at >= end)
            some = 0;
        else if (at < first)
            some <<= first - at;
        if (some && at + 64 > end)
            some &= ~(uint64_t)0 >> (at + 64 - end);
        out[w] = t->page[p]->there[w] & some;
    }
}

static void ask_page(struct asking *x, size_t p, size_t first, size_t end)
{
    uint64_t some[PAGE_WORDS], in[PAGE_WORDS], sure[PAGE_WORDS], maybe[PAGE_WORDS];
    bool is_timed = x->atoms.n > 0;
    rows_of(x->t, p, first, end, some);
    scan_page_ask(x->t, p, x->plan, SCAN_NOW, some, in);
    if (is_timed) {
        scan_page_ask(x->t, p, x->plan, SCAN_SURE, some, sure);
        scan_page_ask(x->t, p, x->plan, SCAN_MAYBE, some, maybe);
    }
    for (size_t w = 0; w < PAGE_WORDS; w++) {
        uint64_t hangs = is_timed ? maybe[w] & ~sure[w] : 0;
        for (uint64_t bits = in[w] | hangs; bits; bits &= bits - 1) {
            size_t i = (size_t)__builtin_ctzll(bits), row = p * PAGE_ROWS + w * 64 + i;
            struct live_answer a = { .id = scan_id(x->t, row), .is_in = in[w] >> i & 1, .due = hangs >> i & 1 ? due_of(x, row) : 0 };
            if (a.is_in || a.due)
                x->v[x->n++] = a;
        }
    }
}

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const struct live_answer *)a)->id, y = ((const struct live_answer *)b)->id;
    return (x > y) - (x < y);
}

/* Those that were born out of order stand behind the others: asked first, and put in their places at the end. */
static size_t ask_tail(struct asking *x, int64_t after, struct live_answer *out)
{
    size_t n = 0;
    for (size_t row = x->t->sorted; row < x->t->n; row = (row / PAGE_ROWS + 1) * PAGE_ROWS) {
        size_t end = (row / PAGE_ROWS + 1) * PAGE_ROWS;
        x->n = 0;
        ask_page(x, row / PAGE_ROWS, row, end < x->t->n ? end : x->t->n);
        for (size_t i = 0; i < x->n; i++)
            if (x->v[i].id > after)
                out[n++] = x->v[i];
    }
    if (n > 1)
        qsort(out, n, sizeof *out, by_id);
    x->n = 0;
    return n;
}

static size_t merge(struct live_answer *v, size_t n, const struct live_answer *tail, size_t ntail, int64_t to)
{
    while (ntail > 0 && tail[ntail - 1].id > to)
        ntail--;
    size_t all = n + ntail;
    for (size_t at = all; ntail > 0;)
        v[--at] = n > 0 && v[n - 1].id > tail[ntail - 1].id ? v[--n] : tail[--ntail];
    return all;
}

bool scan_answers(struct ctx *c, struct scan_table *t, const struct query *q, const struct scan_node *plan, struct scan_part *out)
{
    struct live_answer *tail = arena_raw(c->a, sizeof *tail, alignof(struct live_answer), SCAN_TAIL);
    struct asking x = { .t = t, .plan = plan, .v = out->v };
    struct err e;
    if (!live_atoms(c, t->en, q, &x.atoms, &e))
        return false;
    for (int i = 0; i < x.atoms.n; i++)
        if (!find_values(c, t, &x.atoms.v[i], &x.timed[i], &e))
            return false;
    size_t ntail = ask_tail(&x, out->after, tail), row = scan_lower(t, out->after + 1);
    while (row < t->sorted && x.n + ntail + PAGE_ROWS <= SCAN_PART) {
        size_t end = (row / PAGE_ROWS + 1) * PAGE_ROWS;
        end = end < t->sorted ? end : t->sorted;
        ask_page(&x, row / PAGE_ROWS, row, end);
        row = end;
    }
    out->is_last = row >= t->sorted;
    out->to = out->is_last ? INT64_MAX : scan_id(t, row - 1);
    out->n = merge(out->v, x.n, tail, ntail, out->to);
    out->seq = t->seq;
    return true;
}
