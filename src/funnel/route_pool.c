/* route_pool.c - which member of a pool is next.
 *
 * Passed over is who is away, full, at the limit of the period, or (when hours are respected) not
 * at work; nobody left means the fallback. Counted is from hand-offs and leads each time, so that
 * undone offers, new members and changed weights need no repair.
 */
#include "funnel/route.h"

static bool is_seller(str roles)
{
    enum role r;
    while (roles.n)
        if (role_find(str_cut(&roles, ','), &r) && SELLERS >> r & 1)
            return true;
    return false;
}

static void read_seat(struct ctx *c, struct db_rows *q, struct seat *s)
{
    *s = (struct seat){ .id = db_int(q, 0), .name = db_text(q, 1, c->a), .is_active = db_int(q, 2) != 0,
                        .is_seller = is_seller(db_text_view(q, 3)), .capacity = db_int(q, 4),
                        .away_until = db_int(q, 5), .open = db_int(q, 6), .weight = 100 };
}

bool seat_of(struct ctx *c, int64_t user, struct seat **out, struct err *e)
{
    struct db_rows q;
    *out = NULL;
    if (!user)
        return true;
    if (!db_query(c->c, &q, "SELECT u.id, u.name, u.is_active, u.roles, u.capacity, u.away_until,"
                            " (SELECT COUNT(*) FROM lead l WHERE l.owner = u.id AND l.deleted_at IS NULL"
                            " AND l.status IN ('offered', 'accepted', 'qualified'))"
                            " FROM \"user\" u WHERE u.id = $1 AND u.deleted_at IS NULL", DB_ARGS(V(user)), e))
        return false;
    if (db_next(&q)) {
        *out = arena_new(c->a, struct seat, 1);
        read_seat(c, &q, *out);
    }
    return db_done(&q, e);
}

bool seat_is_here(struct ctx *c, const struct seat *s)
{
    return s && s->is_active && s->away_until <= zone_days(c->ws->zone, c->now);
}

/* ── the pool and its members ────────────────────────────────────────────── */

enum turn { IN_TURN, FEWEST, BY_WEIGHT };
struct pool { int64_t id, cap, fallback, period_cap; enum turn method; enum period period; bool respects_hours; str name; };

static enum turn method_of(str s)
{
    return str_eq(s, S("fewest")) ? FEWEST : str_eq(s, S("weight")) ? BY_WEIGHT : IN_TURN;
}

static enum period period_of(str s)
{
    return str_eq(s, S("week")) ? PERIOD_WEEK : str_eq(s, S("month")) ? PERIOD_MONTH : PERIOD_DAY;
}

static bool pool_load(struct ctx *c, int64_t id, struct pool *out, bool *found, struct err *e)
{
    struct db_rows q;
    *found = false;
    if (!db_query(c->c, &q, "SELECT id, cap, fallback, method, respects_hours, name, period_cap, cap_period FROM pool"
                            " WHERE id = $1 AND is_active = 1 AND deleted_at IS NULL", DB_ARGS(V(id)), e))
        return false;
    if (db_next(&q)) {
        *found = true;
        *out = (struct pool){ .id = db_int(&q, 0), .cap = db_int(&q, 1), .fallback = db_int(&q, 2),
                              .method = method_of(db_text_view(&q, 3)), .respects_hours = db_int(&q, 4) != 0,
                              .name = db_text(&q, 5, c->a), .period_cap = db_int(&q, 6), .period = period_of(db_text_view(&q, 7)) };
    }
    return db_done(&q, e);
}

/* The start of the period that holds now, in the workspace's calendar and zone. */
static int64_t since(struct ctx *c, enum period p)
{
    struct locale loc = locale_default(c->ws->lang, c->ws->country);
    int64_t from, to;
    loc.calendar = c->ws->calendar;
    period_range(&loc, p, zone_days(c->ws->zone, c->now), 0, &from, &to);
    return zone_instant(c->ws->zone, from, 0);
}

static bool pool_seats(struct ctx *c, const struct pool *p, struct seat **out, struct err *e)
{
    struct db_rows q;
    struct seat *head = NULL, **tail = &head;
    if (!db_query(c->c, &q, "SELECT u.id, u.name, u.is_active, u.roles, u.capacity, u.away_until,"
                            " (SELECT COUNT(*) FROM lead l WHERE l.owner = u.id AND l.deleted_at IS NULL"
                            " AND l.status IN ('offered', 'accepted', 'qualified')),"
                            " (SELECT MAX(h.id) FROM handoff h JOIN lead l ON l.id = h.lead WHERE h.receiver = u.id"
                            " AND l.pool = $1 AND h.deleted_at IS NULL),"
                            " COALESCE(s.weight, 100), COALESCE(s.credit, 0), COALESCE(s.cap, 0),"
                            " (SELECT COUNT(*) FROM handoff h JOIN lead l ON l.id = h.lead WHERE h.receiver = u.id"
                            " AND l.pool = $1 AND h.deleted_at IS NULL AND h.offered_at >= $2),"
                            " (SELECT COUNT(*) FROM handoff h JOIN lead l ON l.id = h.lead WHERE h.receiver = u.id"
                            " AND l.pool = $1 AND h.deleted_at IS NULL AND h.offered_at >= $3)"
                            " FROM pool_members m JOIN \"user\" u ON u.id = m.target_id"
                            " LEFT JOIN pool_seat s ON s.pool = $1 AND s.member = u.id AND s.deleted_at IS NULL"
                            " WHERE m.owner_id = $1 AND u.deleted_at IS NULL ORDER BY m.position, u.id",
                  DB_ARGS(V(p->id), V(since(c, p->period)), V(since(c, PERIOD_MONTH))), e))
        return false;
    while (db_next(&q)) {
        struct seat *s = *tail = arena_new(c->a, struct seat, 1);
        read_seat(c, &q, s);
        s->last = db_int(&q, 7);
        s->weight = db_int(&q, 8);
        s->credit = db_int(&q, 9);
        s->cap = db_int(&q, 10);
        s->in_period = db_int(&q, 11);
        s->in_month = db_int(&q, 12);
        tail = &s->next;
    }
    *out = head;
    return db_done(&q, e);
}

/* ── whose turn ──────────────────────────────────────────────────────────── */

static bool is_open_now(struct ctx *c, int64_t user, bool *out, struct err *e)
{
    struct bizcal cal;
    if (!calendar_of(c, user, &cal, e))
        return false;
    *out = bizcal_open_at(&cal, c->now);
    return true;
}

static bool may_take(struct routing *rt, const struct pool *p, const struct seat *s, bool *out, struct err *e)
{
    int64_t cap = p->cap ? p->cap : s->capacity, in_period = s->cap ? s->cap : p->period_cap;
    bool open = true;
    *out = false;
    if (route_is_out(rt, s))
        return true;
    if (!seat_is_here(rt->c, s))
        return TOLD(rt, SKIPPED, funnel_route_away, .name = A(s->name)), true;
    if (cap > 0 && s->open >= cap)
        return TOLD(rt, SKIPPED, funnel_route_full, .name = A(s->name)), true;
    if (in_period > 0 && s->in_period >= in_period)
        return TOLD(rt, SKIPPED, funnel_route_period_full, .name = A(s->name), .count = A(s->in_period)), true;
    if (p->respects_hours && !is_open_now(rt->c, s->id, &open, e))
        return false;
    if (!open)
        return TOLD(rt, SKIPPED, funnel_route_not_at_work, .name = A(s->name)), true;
    *out = true;
    return true;
}

/* In turn: whose last offer is the oldest. Fewest: who has the least open. By weight: who has the
 * least of this month for their weight (half the weight, half the leads). Then in turn. */
static bool is_before(const struct pool *p, const struct seat *x, const struct seat *y)
{
    int64_t of_x = (x->in_month + x->credit) * y->weight, of_y = (y->in_month + y->credit) * x->weight;
    if (p->method == FEWEST && x->open != y->open)
        return x->open < y->open;
    if (p->method == BY_WEIGHT && of_x != of_y)
        return of_x < of_y;
    return x->last < y->last;
}

static void told_turn(struct routing *rt, const struct pool *p, const struct seat *s)
{
    if (p->method == BY_WEIGHT)
        TOLD(rt, CHOSEN, funnel_route_by_weight, .name = A(s->name), .count = A(s->in_month + s->credit), .weight = A(s->weight));
    else if (p->method == FEWEST)
        TOLD(rt, CHOSEN, funnel_route_fewest, .name = A(s->name), .count = A(s->open));
    else
        TOLD(rt, CHOSEN, funnel_route_turn, .name = A(s->name));
}

bool route_pool(struct routing *rt, int64_t pool, struct route_to *out, struct err *e)
{
    struct pool p;
    struct seat *seats, *best = NULL, *fallback;
    bool found, may;
    if (!pool_load(rt->c, pool, &p, &found, e))
        return false;
    if (!found)
        return true;
    TOLD(rt, ASKED, funnel_route_pool, .name = A(p.name));
    if (!pool_seats(rt->c, &p, &seats, e) || !seat_of(rt->c, p.fallback, &fallback, e))
        return false;
    for (struct seat *s = seats; s; s = s->next) {
        if (!may_take(rt, &p, s, &may, e))
            return false;
        if (may && (!best || is_before(&p, s, best)))
            best = s;
    }
    if (best) {
        told_turn(rt, &p, best);
    } else if (fallback && fallback->is_active) {
        TOLD(rt, CHOSEN, funnel_route_fallback, .name = A(fallback->name));
        best = fallback;
    }
    if (best)
        *out = (struct route_to){ .owner = best->id, .pool = p.id };
    return true;
}

/* ── what may be written ─────────────────────────────────────────────────── */

bool pool_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    (void)tx;
    (void)old;
    if (record_int(now, "fallback"))
        return true;
    fail(e, ERR_INVALID, MSG_funnel_pool_needs_fallback, "pool without fallback");
    return err_field(e, "fallback");
}

/* One row a member of a pool: two weights would be two truths. */
bool pool_seat_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    enum { WEIGHT_MAX = 1000 };
    bool found;
    int64_t other, weight = record_int(now, "weight");
    if (weight < 1 || weight > WEIGHT_MAX) {
        fail(e, ERR_INVALID, MSG_funnel_weight_range, "%lld", (long long)weight);
        err_arg_int(e, "max", WEIGHT_MAX);
        return err_field(e, "weight");
    }
    if (!db_get_int(tx->c, "SELECT id FROM pool_seat WHERE pool = $1 AND member = $2 AND id <> $3 AND deleted_at IS NULL",
                    DB_ARGS(V(record_int(now, "pool")), V(record_int(now, "member")), V(old ? old->id : 0)), &found, &other, e))
        return false;
    if (!found)
        return true;
    fail(e, ERR_CONFLICT, MSG_funnel_seat_twice, "pool %lld", (long long)record_int(now, "pool"));
    return err_field(e, "member");
}
