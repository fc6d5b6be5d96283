/* rule_feed.c - rules follow the feed; waiting runs and rules with an hour follow the clock.
 *
 * Causes older than RULE_LATE_DAYS begin nothing: history that is brought in is no news.
 */
#include "flow/rule_inside.h"
#include "flow/feed.h"
#include "msg/rule.h"
#include "record/query.h"

/* What rules themselves write, and what is nobody's business. */
static bool is_noise(const struct entity *en)
{
    static const char *const v[] = { "rule", "rule_version", "rule_run", "rule_log", "notification", "session", "saved_view",
                                     "api_token", "setting", "clock", "clock_pause", "score_point", "import_run" };
    for (size_t i = 0; en && i < countof(v); i++)
        if (!strcmp(en->name, v[i]))
            return true;
    return false;
}

static bool wants(const struct feed_row *r)
{
    if (r->is_event)
        return !r->is_robot && !r->is_void;
    return !is_noise(r->en) && (r->action == CHANGE_CREATE || (r->action == CHANGE_UPDATE && r->field));
}

/* ── runs that wait for an event ─────────────────────────────────────────── */

struct ids { int64_t v[64]; size_t n; };

/* Those that began to wait before it happened, and had not given up by then. */
static bool waiting_for(struct ctx *tx, const struct feed_row *r, int64_t record, struct ids *out, struct err *e)
{
    struct db_rows q;
    if (!record)
        return true;
    if (!db_query(tx->c, &q, "SELECT id FROM rule_run WHERE record = $1 AND event = $2 AND state = 'waiting'"
                             " AND updated_at < $3 AND due_at >= $4 AND deleted_at IS NULL LIMIT 20",
                  DB_ARGS(V(record), V(r->kind), V(r->at), V(r->at + rule_settles_us(r->kind))), e))
        return false;
    while (out->n < countof(out->v) && db_next(&q))
        out->v[out->n++] = db_int(&q, 0);
    return db_done(&q, e);
}

static bool all_waiting(struct ctx *tx, const struct feed_row *r, struct ids *out, struct err *e)
{
    const int64_t about[] = { r->en ? r->record_id : 0, r->person_id, r->deal_id, r->company_id };
    out->n = 0;
    for (size_t i = 0; i < countof(about); i++) {
        bool is_new = true;
        for (size_t k = 0; k < i; k++)
            is_new = is_new && about[k] != about[i];
        if (is_new && !waiting_for(tx, r, about[i], out, e))
            return false;
    }
    return true;
}

static bool came(struct rule_batch *b, const struct feed_row *r, struct err *e)
{
    struct ids found;
    if (!all_waiting(b->tx, r, &found, e))
        return false;
    for (size_t i = 0; i < found.n; i++)
        if (!rule_carry_on(b, found.v[i], S("yes"), e))
            return false;
    return true;
}

/* ── causes ──────────────────────────────────────────────────────────────── */

struct causes { struct rule_batch b; struct rule **rules; size_t n; };

static bool causes_open(struct ctx *tx, struct causes *all, struct err *e)
{
    unsigned kinds = 1u << WHEN_CREATED | 1u << WHEN_SAVED | 1u << WHEN_CHANGED | 1u << WHEN_EVENT | 1u << WHEN_ENTERED | 1u << WHEN_LEFT;
    all->b = rule_batch(tx);
    return rules_on(tx, kinds, &all->rules, &all->n, e);
}

static bool begin_all(struct causes *all, const struct feed_row *r, struct err *e)
{
    bool undone = false, is_asked = false;
    for (size_t i = 0; i < all->n; i++) {
        struct rule_cause why = { .write = r->write_id, .record = rule_match(&all->rules[i]->plan, r) };
        if (!why.record)
            continue;
        if (!is_asked && r->write_id && !rule_is_undone(all->b.tx, r->write_id, &undone, e))
            return false;
        is_asked = true;
        if (undone)
            return true;
        why.key = arena_fmt(all->b.tx->a, "c%lld", (long long)r->seq);
        if (!rule_begin(&all->b, all->rules[i], &why, e))
            return false;
    }
    return true;
}

static bool follow(struct causes *all, const struct feed_row *r, struct err *e)
{
    return (!r->is_event || came(&all->b, r, e)) && begin_all(all, r, e);
}

static bool is_listened(struct causes *all, const struct feed_row *r, bool *out, struct err *e)
{
    struct ids found = { .n = 0 };
    *out = false;
    for (size_t i = 0; i < all->n && !*out; i++)
        *out = rule_match(&all->rules[i]->plan, r) != 0;
    if (!*out && !all_waiting(all->b.tx, r, &found, e))
        return false;
    *out = *out || found.n;
    return true;
}

static bool take(struct causes *all, const struct feed_row *r, struct err *e)
{
    bool listens, waits, flickers;
    if (!r->is_event)
        return follow(all, r, e);
    if (!is_listened(all, r, &listens, e))
        return false;
    if (!listens)
        return true;
    if (!rule_waits(all->b.tx, r, &waits, e) || !rule_is_flicker(all->b.tx, r, &flickers, e))
        return false;
    return waits ? rule_hold(all->b.tx, r, e) : flickers || follow(all, r, e);
}

static bool batch(struct ctx *tx, const struct feed_row *rows, size_t nrows, struct err *e)
{
    struct causes all;
    if (!causes_open(tx, &all, e))
        return false;
    for (size_t i = 0; i < nrows; i++)
        if (rows[i].at >= tx->now - RULE_LATE_DAYS * DAY_US && !take(&all, &rows[i], e))
            return false;
    return true;
}

/* ── the clock ───────────────────────────────────────────────────────────── */

/* So many in one write, and no longer than it may make others wait: what is written by hand comes between two. */
enum { AT_ONCE = 200, RUNS_AT_ONCE = 600 };       /* of runs it is time that bounds them */
#define SLICE_US (20 * (int64_t)1000)
#define LOOK_US  (5 * (int64_t)SECOND_US)      /* between two looks at whom time brings */
#define HAND_NONE INT64_MIN                     /* no look yet */

static bool take_ids(struct db_rows *q, int64_t *v, size_t max, size_t *n, struct err *e)
{
    *n = 0;
    while (*n < max && db_next(q))
        v[(*n)++] = db_int(q, 0);
    return db_done(q, e);
}

static bool settled(struct ctx *tx, bool *more, struct err *e)
{
    struct causes all;
    struct feed_row *rows;
    size_t n;
    if (!rule_let_go(tx, &rows, &n, more, e) || (n && !causes_open(tx, &all, e)))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!follow(&all, &rows[i], e))
            return false;
    return true;
}

static bool due_runs(struct ctx *tx, bool *more, struct err *e)
{
    struct rule_batch b = rule_batch(tx);
    struct db_rows q;
    int64_t v[RUNS_AT_ONCE], until = clock_mono() + SLICE_US;
    size_t n, done = 0;
    if (!db_query(tx->c, &q, "SELECT id FROM rule_run WHERE state = 'waiting' AND due_at <= $1 AND deleted_at IS NULL"
                             " ORDER BY due_at, id LIMIT $2", DB_ARGS(V(tx->now), V((int)RUNS_AT_ONCE)), e)
        || !take_ids(&q, v, RUNS_AT_ONCE, &n, e))
        return false;
    while (done < n && (done == 0 || clock_mono() < until))
        if (!rule_carry_on(&b, v[done++], (str){ 0 }, e))
            return false;
    *more = *more || n == RUNS_AT_ONCE || done < n;
    return true;
}

static bool due_approvals(struct ctx *tx, bool *more, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct db_rows q;
    int64_t v[AT_ONCE];
    size_t n;
    if (!db_query(tx->c, &q, "SELECT id FROM approval WHERE status = 'waiting' AND until <= $1 AND deleted_at IS NULL"
                             " ORDER BY until, id LIMIT $2", DB_ARGS(V(tx->now), V((int)AT_ONCE)), e)
        || !take_ids(&q, v, AT_ONCE, &n, e))
        return false;
    *more = *more || n == AT_ONCE;
    for (size_t i = 0; i < n; i++) {
        struct record *r = record_new(tx->a, &approval_entity);
        r->id = v[i];
        record_set(r, "status", val_text(S("expired")));
        record_set(r, "answered_at", val_int(tx->now));
        if (!record_update(&sys, r, 0, NULL, e))
            return false;
    }
    return true;
}

static bool hand_of(struct ctx *tx, int64_t rule, int64_t *at, bool *found, struct err *e)
{
    return db_get_int(tx->c, "SELECT at FROM rule_hand WHERE rule = $1", DB_ARGS(V(rule)), found, at, e);
}

static bool hand_set(struct ctx *tx, int64_t rule, int64_t at, struct err *e)
{
    return db_exec(tx->c, "INSERT INTO rule_hand (rule, at) VALUES ($1, $2) ON CONFLICT (rule) DO UPDATE SET at = excluded.at",
                   DB_ARGS(V(rule), V(at)), NULL, e);
}

/* ── whom time brings: looked for beside the writes ──────────────────────── */

/* At most EVERY_MAX at one time. */
enum { EVERY_MAX = 200 };
struct timed { struct rule *rule; int64_t seen, next; str key; int64_t *id; size_t n; struct timed *after; };

/* The records an hour or a date brings, found with the program's rights: each run asks again as its owner. */
static bool find(struct ctx *c, struct timed *t, str filter, struct err *e)
{
    struct ctx sys = ctx_as_system(c);
    struct list found;
    struct list_spec s = { .en = t->rule->plan.en, .filter = filter, .sort = S("created_at"), .limit = EVERY_MAX,
                           .cols = { &t->rule->plan.en->fields[0] }, .ncols = 1 };
    struct err why = { 0 };
    if (!record_list(&sys, &s, &found, &why))   /* what cannot be asked any more is told on its page; a busy storage is asked again */
        return !err_is_storage(&why) || (*e = why, false);
    t->id = arena_new(c->a, int64_t, found.n);
    for (t->n = 0; t->n < found.n; t->n++)
        t->id[t->n] = found.rows[t->n]->id;
    return true;
}

/* What fell due since the last look; never more than a day that was slept through.
 * Each look is a list, and there is a tick after every batch: seconds later is soon enough. */
static bool look_by_time(struct ctx *c, struct timed *t, bool *is_due, struct err *e)
{
    int64_t oldest = c->now - DAY_US, from = t->seen < oldest ? oldest : t->seen;
    *is_due = c->now < t->seen || c->now - t->seen >= LOOK_US;
    t->next = c->now;
    t->key = arena_fmt(c->a, "t%lld", (long long)(c->now / MINUTE_US));
    return !*is_due || find(c, t, rule_time_filter(c, &t->rule->plan, from, c->now), e);
}

static bool look_by_hour(struct ctx *c, struct timed *t, bool *is_due, struct err *e)
{
    *is_due = t->seen <= c->now;
    if (!*is_due)
        return true;
    t->next = rule_next_every(c, &t->rule->plan, c->now);
    t->key = arena_fmt(c->a, "e%lld", (long long)(t->seen / MINUTE_US));
    return find(c, t, rule_criteria(c, &t->rule->plan, t->rule->plan.criteria, t->rule->limit), e);
}

static bool look_at(struct ctx *c, struct timed *t, bool *is_due, struct err *e)
{
    bool found, is_every = t->rule->plan.when == WHEN_EVERY;
    if (!hand_of(c, t->rule->id, &t->seen, &found, e))
        return false;
    if (found)
        return is_every ? look_by_hour(c, t, is_due, e) : look_by_time(c, t, is_due, e);
    *is_due = true;                             /* a new one begins now */
    t->seen = HAND_NONE;
    t->next = is_every ? rule_next_every(c, &t->rule->plan, c->now) : c->now;
    return true;
}

static bool look(struct ctx *c, void **seen, struct err *e)
{
    struct rule **rules;
    struct timed *head = NULL, **tail = &head;
    size_t n;
    if (!rules_on(c, 1u << WHEN_TIME | 1u << WHEN_EVERY, &rules, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct timed *t = arena_new(c->a, struct timed, 1);
        bool is_due;
        t->rule = rules[i];
        if (!look_at(c, t, &is_due, e))
            return false;
        if (!is_due)
            continue;
        *tail = t;
        tail = &t->after;
    }
    *seen = head;
    return true;
}

/* Others have written since the look: a rule that was changed or switched off is looked at again. */
static bool is_as_seen(struct ctx *tx, const struct timed *t, bool *out, struct err *e)
{
    struct rule *now;
    int64_t at, one;
    bool found, is_on;
    if (!hand_of(tx, t->rule->id, &at, &found, e)
        || !db_get_int(tx->c, "SELECT 1 FROM rule WHERE id = $1 AND is_on = 1 AND deleted_at IS NULL", DB_ARGS(V(t->rule->id)), &is_on, &one, e)
        || !rule_load(tx, t->rule->id, 0, &now, e))
        return false;
    *out = (found ? at : HAND_NONE) == t->seen && is_on && now && now->version == t->rule->version;
    return true;
}

static bool begin_timed(struct ctx *tx, const struct timed *t, struct err *e)
{
    for (; t; t = t->after) {
        struct rule_batch b = rule_batch(tx);
        bool is_same;
        if (!is_as_seen(tx, t, &is_same, e))
            return false;
        for (size_t i = 0; i < t->n && is_same; i++) {
            struct rule_cause cause = { .key = t->key, .record = t->id[i] };
            if (!rule_begin(&b, t->rule, &cause, e))
                return false;
        }
        if (is_same && !hand_set(tx, t->rule->id, t->next, e))
            return false;
    }
    return true;
}

static bool act(struct ctx *tx, void *seen, bool *more, struct err *e)
{
    *more = false;
    /* A click that came in time goes before the end of the wait for it: the last of them before any due run. */
    bool holds_more;
    if (!due_approvals(tx, more, e) || !settled(tx, &holds_more, e))
        return false;
    *more = *more || holds_more;
    return (holds_more || due_runs(tx, more, e)) && begin_timed(tx, seen, e);
}

const struct consumer rule_consumer = {
    .name = "rules", .label = MSG_rule_plural, .reads = FEED_CHANGES | FEED_EVENTS, .wants = wants,
    .batch = batch, .look = look, .act = act, .at_once = 50, .from_now = true,
};
