/* live_time.c - the conditions of a query that time turns, and when.
 *
 * Each is a range whose ends move forward only. The instant when an end passes a value is
 * found by bisection over the reader's own calendar, months and seasons included: over days
 * where an end turns at midnight, each day's end reckoned once; else over instants, after
 * the guess that an end moves as the clock does, which two looks prove.
 */
#include "record/live_inside.h"
#include "base/clock.h"
#include "msg/query.h"

enum { AGAIN_DAYS = 400 };                      /* what turns later is looked at once on the way */

static bool is_time_word(const struct query_value *v)
{
    return v->word >= WORD_NOW && v->word <= WORD_TOMORROW;
}

static bool is_time(const struct query *q)
{
    enum leaf kind = query_leaf_kind(query_leaf(q));
    return kind == LEAF_DATE || kind == LEAF_INSTANT;
}

static bool range_of(struct ctx *c, const struct query *q, int64_t *from, int64_t *to, struct err *e)
{
    struct bound b;
    if (q->kind == QUERY_PERIOD)
        return query_period_range(c, q, from, to, e);
    if (!query_bound(c, q, &q->value, &b, e))
        return false;
    *from = b.from;
    *to = b.to;
    return true;
}

static bool put_atom(struct atoms *l, const struct entity *en, const struct query *q, const struct query_source *aggregate,
                     bool is_window)
{
    if (l->n == LIVE_ATOMS_MAX) {
        fail(l->e, ERR_INVALID, MSG_query_many_times, "more than %d conditions about time", LIVE_ATOMS_MAX);
        return err_arg_int(l->e, "max", LIVE_ATOMS_MAX);
    }
    struct atom *t = &l->v[l->n++];
    *t = (struct atom){ .q = *q, .en = en, .aggregate = aggregate, .is_window = is_window, .nway = l->nway };
    memcpy(t->way, l->way, sizeof t->way);
    return range_of(l->c, &t->q, &t->from, &t->to, l->e);
}

static bool gather(struct atoms *l, const struct entity *en, const struct query *q);

static bool gather_many(struct atoms *l, const struct entity *en, const struct query *q)
{
    const struct query_source *s = q->source;
    struct query test = *q, window;
    test.kind = q->test;
    window = s->has_window ? query_window(s) : test;
    bool is_relative = q->test == QUERY_PERIOD || (q->test == QUERY_COMPARE && is_time_word(&q->value));
    if (is_relative && is_time(&test) && !put_atom(l, en, &test, s, false))
        return false;
    l->way[l->nway++] = (struct way){ en, s };
    bool ok = (!s->has_window || put_atom(l, en, &window, NULL, true)) && gather(l, s->entity, s->where);
    l->nway--;
    return ok;
}

static bool gather_list(struct atoms *l, const struct entity *en, const struct query *q)
{
    struct query one = *q;
    one.kind = QUERY_COMPARE;
    for (int i = 0; i < q->nlist; i++) {
        one.value = q->list[i];
        if (is_time_word(&one.value) && !put_atom(l, en, &one, NULL, false))
            return false;
    }
    return true;
}

static bool gather(struct atoms *l, const struct entity *en, const struct query *q)
{
    if (!q)
        return true;
    switch (q->kind) {
    case QUERY_AND:
    case QUERY_OR:
        return gather(l, en, q->left) && gather(l, en, q->right);
    case QUERY_NOT:
        return gather(l, en, q->left);
    case QUERY_MANY:
        return gather_many(l, en, q);
    case QUERY_PERIOD:
        return put_atom(l, en, q, NULL, false);
    case QUERY_COMPARE:
        return !is_time(q) || !is_time_word(&q->value) || put_atom(l, en, q, NULL, false);
    case QUERY_IN:
        return !is_time(q) || gather_list(l, en, q);
    default:
        return true;
    }
}

/* Does time turn it? Then rows that fail it now may matter later, and it must not narrow another atom. */
bool query_mentions_time(const struct query *q)
{
    if (!q)
        return false;
    bool has_word = is_time_word(&q->value) || (q->source && (q->source->has_window || query_mentions_time(q->source->where)));
    for (int i = 0; i < q->nlist; i++)
        has_word |= is_time_word(&q->list[i]);
    return has_word || q->kind == QUERY_PERIOD || q->test == QUERY_PERIOD || query_mentions_time(q->left) || query_mentions_time(q->right);
}

/* ── when an end passes it ───────────────────────────────────────────────── */

/* Where it stands then; the least there is where the calendar has no such day. */
static int64_t end_at(const struct atoms *l, const struct atom *t, int end, int64_t now)
{
    struct ctx then = *l->c;
    int64_t from = 0, to = 0;
    struct err ignored;
    then.now = now;
    return !range_of(&then, &t->q, &from, &to, &ignored) ? INT64_MIN : end ? to : from;
}

/* Days, weeks, months only turn at midnight; hours and "now" at any instant. */
static bool is_daily(const struct query *q)
{
    if (q->kind == QUERY_PERIOD)
        return q->period.unit != UNIT_HOUR && q->period.unit != UNIT_MINUTE;
    bool is_clock = q->value.has_offset && (q->value.unit == UNIT_HOUR || q->value.unit == UNIT_MINUTE);
    return q->value.word != WORD_NOW && !is_clock;
}

static int64_t *days_new(struct arena *a)
{
    int64_t *v = arena_new(a, int64_t, AGAIN_DAYS + 1);
    for (int i = 0; i <= AGAIN_DAYS; i++)
        v[i] = INT64_MAX;
    return v;
}

static int64_t midnight(const struct atoms *l, int64_t day)
{
    int64_t *at = &l->midnight[day];
    if (*at == INT64_MAX)
        *at = zone_instant(l->c->loc->zone, l->today + day, 0);
    return *at;
}

/* At the beginning of the day so many days from today. */
static int64_t end_on(const struct atoms *l, struct atom *t, int end, int64_t day)
{
    if (!t->ends[end])
        t->ends[end] = days_new(l->c->a);
    int64_t *at = &t->ends[end][day];
    if (*at == INT64_MAX)
        *at = end_at(l, t, end, midnight(l, day));
    return *at;
}

static int64_t first_day(const struct atoms *l, struct atom *t, int end, int64_t v)
{
    int64_t lo = 0, hi = AGAIN_DAYS;
    while (hi - lo > 1) {
        int64_t mid = lo + (hi - lo) / 2;
        if (end_on(l, t, end, mid) > v)
            hi = mid;
        else
            lo = mid;
    }
    return midnight(l, hi);
}

static int64_t first_instant(const struct atoms *l, const struct atom *t, int end, int64_t v)
{
    int64_t lo = l->c->now, hi = lo + AGAIN_DAYS * DAY_US, ahead;
    bool is_near = !__builtin_sub_overflow(v, end ? t->to : t->from, &ahead) && ahead >= 0 && ahead < hi - lo - 1;
    if (is_near && end_at(l, t, end, lo + ahead + 1) > v && end_at(l, t, end, lo + ahead) <= v)
        return lo + ahead + 1;
    while (hi - lo > 1) {
        int64_t mid = lo + (hi - lo) / 2;
        if (end_at(l, t, end, mid) > v)
            hi = mid;
        else
            lo = mid;
    }
    return hi;
}

int64_t live_flip(const struct atoms *l, struct atom *t, int end, int64_t v)
{
    if (!t->is_known[end] || t->value[end] != v)
        t->flip[end] = is_daily(&t->q) ? first_day(l, t, end, v) : first_instant(l, t, end, v);
    t->is_known[end] = true;
    t->value[end] = v;
    return t->flip[end];
}

bool live_atoms(struct ctx *c, const struct entity *en, const struct query *q, struct atoms *out, struct err *e)
{
    *out = (struct atoms){ .v = arena_new(c->a, struct atom, LIVE_ATOMS_MAX), .c = c, .e = e };
    if (q && !gather(out, en, q))
        return false;
    if (out->n > 0) {
        out->today = zone_days(c->loc->zone, c->now);
        out->midnight = days_new(c->a);
    }
    return true;
}
