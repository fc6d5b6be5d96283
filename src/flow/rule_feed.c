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
enum { AT_ONCE = 200 };
#define SLICE_US (20 * (int64_t)1000)
#define LOOK_US  (5 * (int64_t)SECOND_US)      /* between two looks at whom time brings */

static bool take_ids(struct db_rows *q, int64_t *v, size_t *n, struct err *e)
{
    *n = 0;
    while (*n < AT_ONCE && db_next(q))
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
    int64_t v[AT_ONCE], until = clock_mono() + SLICE_US;
    size_t n, done = 0;
    if (!db_query(tx->c, &q, "SELECT id FROM rule_run WHERE state = 'waiting' AND due_at <= $1 AND deleted_at IS NULL"
                             " ORDER BY due_at, id LIMIT $2", DB_ARGS(V(tx->now), V((int)AT_ONCE)), e)
        || !take_ids(&q, v, &n, e))
        return false;
    while (done < n && (done == 0 || clock_mono() < until))
        if (!rule_carry_on(&b, v[done++], (str){ 0 }, e))
            return false;
    *more = *more || n == AT_ONCE || done < n;
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
        || !take_ids(&q, v, &n, e))
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

/* The records an hour or a date brings, found with the program's rights: each run asks again as its
 * owner. At most EVERY_MAX at one time. */
enum { EVERY_MAX = 200 };

static bool begin_found(struct ctx *tx, struct rule *r, str filter, str key, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct rule_batch b = rule_batch(tx);
    struct list found;
    struct list_spec s = { .en = r->plan.en, .filter = filter, .sort = S("created_at"), .limit = EVERY_MAX,
                           .cols = { &r->plan.en->fields[0] }, .ncols = 1 };
    struct err why = { 0 };
    if (!record_list(&sys, &s, &found, &why))   /* what cannot be asked any more is told on its page; a busy storage is asked again */
        return !err_is_storage(&why) || (*e = why, false);
    for (size_t i = 0; i < found.n; i++) {
        struct rule_cause cause = { .key = key, .record = found.rows[i]->id };
        if (!rule_begin(&b, r, &cause, e))
            return false;
    }
    return true;
}

/* What fell due since the last look; never more than a day that was slept through. */
/* Each look is a list, and there is a tick after every batch: seconds later is soon enough. */
static bool time_rule(struct ctx *tx, struct rule *r, int64_t from, struct err *e)
{
    int64_t oldest = tx->now - DAY_US;
    if (tx->now >= from && tx->now - from < LOOK_US)
        return true;
    from = from < oldest ? oldest : from;
    str key = arena_fmt(tx->a, "t%lld", (long long)(tx->now / MINUTE_US));
    return begin_found(tx, r, rule_time_filter(tx, &r->plan, from, tx->now), key, e) && hand_set(tx, r->id, tx->now, e);
}

static bool every_rule(struct ctx *tx, struct rule *r, int64_t due, struct err *e)
{
    if (due > tx->now)
        return true;
    str key = arena_fmt(tx->a, "e%lld", (long long)(due / MINUTE_US));
    str filter = rule_criteria(tx, &r->plan, r->plan.criteria, r->limit);
    return begin_found(tx, r, filter, key, e) && hand_set(tx, r->id, rule_next_every(tx, &r->plan, tx->now), e);
}

static bool timed_rules(struct ctx *tx, struct err *e)
{
    struct rule **rules;
    size_t n;
    if (!rules_on(tx, 1u << WHEN_TIME | 1u << WHEN_EVERY, &rules, &n, e))
        return false;
    for (size_t i = 0; i < n; i++) {
        struct rule *r = rules[i];
        bool found;
        int64_t at = 0;
        if (!hand_of(tx, r->id, &at, &found, e))
            return false;
        bool is_every = r->plan.when == WHEN_EVERY;
        bool ok = !found ? hand_set(tx, r->id, is_every ? rule_next_every(tx, &r->plan, tx->now) : tx->now, e)
                : is_every ? every_rule(tx, r, at, e) : time_rule(tx, r, at, e);
        if (!ok)
            return false;
    }
    return true;
}

static bool tick(struct ctx *tx, bool *more, struct err *e)
{
    *more = false;
    /* A click that came in time goes before the end of the wait for it: the last of them before any due run. */
    bool holds_more;
    if (!due_approvals(tx, more, e) || !settled(tx, &holds_more, e))
        return false;
    *more = *more || holds_more;
    return (holds_more || due_runs(tx, more, e)) && timed_rules(tx, e);
}

const struct consumer rule_consumer = {
    .name = "rules", .label = MSG_rule_plural, .reads = FEED_CHANGES | FEED_EVENTS, .wants = wants,
    .batch = batch, .tick = tick, .at_once = 50, .from_now = true,
};
