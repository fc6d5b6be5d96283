/* route.c - who gets a lead, and by which way that was found.
 *
 * Rules are read in order; the first that fits and leads to somebody who can take it decides.
 * A pool passes over who is away, full or not at work, and ends at its fallback; without any
 * rule left the head of sales gets it. The way is told in the words of the workspace's language
 * and kept with the hand-off.
 */
#include "funnel/inside.h"

/* ── one candidate ───────────────────────────────────────────────────────── */

struct seat {                                   /* a member as the pool sees them */
    int64_t id, open, last, capacity, away_until;
    bool is_active, is_seller;
    str name;
    struct seat *next;
};

struct routing { struct ctx *c; struct locale loc; struct buf path; };

#define TOLD(rt, key, ...) told((rt), SAY((rt)->c->a, &(rt)->loc, key, __VA_ARGS__))

static void told(struct routing *rt, str what)
{
    buf_put(&rt->path, rt->path.n ? S(" → ") : S(""));
    buf_put(&rt->path, what);
}

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
                        .away_until = db_int(q, 5), .open = db_int(q, 6), .last = db_int(q, 7) };
}

/* The member alone, by user id. *out NULL: nobody of that id works here. */
static bool seat_of(struct ctx *c, int64_t user, struct seat **out, struct err *e)
{
    struct db_rows q;
    *out = NULL;
    if (!user)
        return true;
    if (!db_query(c->c, &q, "SELECT u.id, u.name, u.is_active, u.roles, u.capacity, u.away_until,"
                            " (SELECT COUNT(*) FROM lead l WHERE l.owner = u.id AND l.deleted_at IS NULL"
                            " AND l.status IN ('offered', 'accepted', 'qualified')), 0"
                            " FROM \"user\" u WHERE u.id = $1 AND u.deleted_at IS NULL", DB_ARGS(V(user)), e))
        return false;
    if (db_next(&q)) {
        *out = arena_new(c->a, struct seat, 1);
        read_seat(c, &q, *out);
    }
    return db_done(&q, e);
}

/* Away until a day means back on that day. */
static bool is_here(struct ctx *c, const struct seat *s)
{
    return s && s->is_active && s->away_until <= zone_days(c->ws->zone, c->now);
}

/* ── a pool ──────────────────────────────────────────────────────────────── */

struct pool { int64_t id, cap, fallback; bool by_fewest, respects_hours; str name; };

static bool pool_load(struct ctx *c, int64_t id, struct pool *out, bool *found, struct err *e)
{
    struct db_rows q;
    *found = false;
    if (!db_query(c->c, &q, "SELECT id, cap, fallback, method, respects_hours, name FROM pool WHERE id = $1"
                            " AND is_active = 1 AND deleted_at IS NULL", DB_ARGS(V(id)), e))
        return false;
    if (db_next(&q)) {
        *found = true;
        *out = (struct pool){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), str_eq(db_text_view(&q, 3), S("fewest")),
                              db_int(&q, 4) != 0, db_text(&q, 5, c->a) };
    }
    return db_done(&q, e);
}

static bool pool_seats(struct ctx *c, const struct pool *p, struct seat **out, struct err *e)
{
    struct db_rows q;
    struct seat *head = NULL, **tail = &head;
    if (!db_query(c->c, &q, "SELECT u.id, u.name, u.is_active, u.roles, u.capacity, u.away_until,"
                            " (SELECT COUNT(*) FROM lead l WHERE l.owner = u.id AND l.deleted_at IS NULL"
                            " AND l.status IN ('offered', 'accepted', 'qualified')),"
                            " (SELECT MAX(h.id) FROM handoff h JOIN lead l ON l.id = h.lead WHERE h.receiver = u.id"
                            " AND l.pool = $1 AND h.deleted_at IS NULL)"
                            " FROM pool_members m JOIN \"user\" u ON u.id = m.target_id"
                            " WHERE m.owner_id = $1 AND u.deleted_at IS NULL ORDER BY m.position, u.id", DB_ARGS(V(p->id)), e))
        return false;
    while (db_next(&q)) {
        *tail = arena_new(c->a, struct seat, 1);
        read_seat(c, &q, *tail);
        tail = &(*tail)->next;
    }
    *out = head;
    return db_done(&q, e);
}

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
    int64_t cap = p->cap ? p->cap : s->capacity;
    bool open = true;
    *out = false;
    if (!is_here(rt->c, s))
        return TOLD(rt, funnel_route_away, .name = A(s->name)), true;
    if (cap > 0 && s->open >= cap)
        return TOLD(rt, funnel_route_full, .name = A(s->name)), true;
    if (p->respects_hours && !is_open_now(rt->c, s->id, &open, e))
        return false;
    if (!open)
        return TOLD(rt, funnel_route_not_at_work, .name = A(s->name)), true;
    *out = true;
    return true;
}

/* In turn: whose last offer is the oldest. Fewest: who has the least open; then in turn. */
static bool is_before(const struct pool *p, const struct seat *x, const struct seat *y)
{
    if (p->by_fewest && x->open != y->open)
        return x->open < y->open;
    return x->last < y->last;
}

static bool from_pool(struct routing *rt, int64_t pool, struct route_to *out, struct err *e)
{
    struct pool p;
    struct seat *seats, *best = NULL, *fallback;
    bool found, may;
    if (!pool_load(rt->c, pool, &p, &found, e))
        return false;
    if (!found)
        return true;
    TOLD(rt, funnel_route_pool, .name = A(p.name));
    if (!pool_seats(rt->c, &p, &seats, e) || !seat_of(rt->c, p.fallback, &fallback, e))
        return false;
    for (struct seat *s = seats; s; s = s->next) {
        if (!may_take(rt, &p, s, &may, e))
            return false;
        if (may && (!best || is_before(&p, s, best)))
            best = s;
    }
    if (best)
        TOLD(rt, funnel_route_turn, .name = A(best->name));
    else if (fallback && fallback->is_active)
        TOLD(rt, funnel_route_fallback, .name = A(fallback->name));
    best = best ? best : fallback && fallback->is_active ? fallback : NULL;
    if (best)
        *out = (struct route_to){ .owner = best->id, .pool = p.id };
    return true;
}

/* ── the rules ───────────────────────────────────────────────────────────── */

static bool to_member(struct routing *rt, int64_t user, bool must_sell, struct route_to *out, struct err *e)
{
    struct seat *s;
    if (!seat_of(rt->c, user, &s, e))
        return false;
    if (!s || (must_sell && !s->is_seller))
        return true;
    if (is_here(rt->c, s)) {
        TOLD(rt, funnel_route_member, .name = A(s->name));
        *out = (struct route_to){ .owner = s->id };
    } else {
        TOLD(rt, funnel_route_away, .name = A(s->name));
    }
    return true;
}

static bool owner_of(struct ctx *c, const struct entity *en, int64_t id, int64_t *out, struct err *e)
{
    struct ctx sys = ctx_as_system(c);
    struct record *r;
    *out = 0;
    if (!id)
        return true;
    if (!record_get(&sys, en, id, &r, e))
        return false;
    *out = record_int(r, "owner");
    return true;
}

static bool by_rule(struct routing *rt, const struct record *rule, const struct record *lead, struct route_to *out, struct err *e)
{
    str to = record_text(rule, "send_to");
    int64_t user = record_int(rule, "member");

    TOLD(rt, funnel_route_rule, .name = A(record_title(rule)));
    if (str_eq(to, S("pool")))
        return from_pool(rt, record_int(rule, "pool"), out, e);
    bool by_person = str_eq(to, S("person_owner")), by_company = str_eq(to, S("company_owner"));
    if (by_person && !owner_of(rt->c, &person_entity, record_int(lead, "person"), &user, e))
        return false;
    if (by_company && !owner_of(rt->c, &company_entity, record_int(lead, "company"), &user, e))
        return false;
    return to_member(rt, user, by_person || by_company, out, e);
}

/* The last resort: the head of a sales team, a sales manager, the owner of the house. */
static bool by_head(struct routing *rt, struct route_to *out, struct err *e)
{
    bool found;
    int64_t id = 0;
    if (!db_get_int(rt->c->c, "SELECT u.id FROM \"user\" u LEFT JOIN team t ON t.head = u.id AND t.function = 'sales'"
                              " AND t.deleted_at IS NULL WHERE u.deleted_at IS NULL AND u.is_active = 1 AND (t.id IS NOT NULL"
                              " OR u.roles LIKE '%sales_manager%' OR u.roles LIKE '%cro%' OR u.roles LIKE '%owner%')"
                              " ORDER BY t.id IS NULL, u.roles LIKE '%sales_manager%' DESC, u.id LIMIT 1",
                    DB_NONE, &found, &id, e))
        return false;
    struct seat *s;
    if (!seat_of(rt->c, id, &s, e))
        return false;
    if (s) {
        TOLD(rt, funnel_route_head, .name = A(s->name));
        *out = (struct route_to){ .owner = s->id };
    }
    return true;
}

static bool by_rules(struct routing *rt, const struct record *lead, struct route_to *out, struct err *e)
{
    struct ctx sys = ctx_as_system(rt->c);
    struct list_spec spec = { .en = &assignment_rule_entity, .filter = S("is_active = true"), .sort = S("position"), .limit = 100 };
    struct list rules;
    bool fits_it;
    if (!record_list(&sys, &spec, &rules, e))
        return false;
    for (size_t i = 0; i < rules.n && !out->owner; i++) {
        if (!fits(rt->c, &lead_entity, record_text(rules.rows[i], "criteria"), lead->id, &fits_it, e))
            return false;
        if (fits_it && !by_rule(rt, rules.rows[i], lead, out, e))
            return false;
    }
    return true;
}

static void of_workspace(struct routing *rt)
{
    rt->loc = locale_default(rt->c->ws->lang, rt->c->ws->country);
}

bool route_find(struct ctx *c, const struct record *lead, struct route_to *out, struct err *e)
{
    enum { PATH_MAX_BYTES = 3000, PATH_MAX_SHOWN = 900 };
    struct routing rt = { .c = c, .path = buf_new(c->a, PATH_MAX_BYTES) };
    struct route_to to = { 0 };
    int64_t pool = record_int(lead, "pool");

    of_workspace(&rt);
    if (pool && !from_pool(&rt, pool, &to, e))         /* the form named its own pool */
        return false;
    if (!to.owner && !by_rules(&rt, lead, &to, e))
        return false;
    if (!to.owner && !by_head(&rt, &to, e))
        return false;
    if (!to.owner)
        return fail(e, ERR_CONFLICT, MSG_funnel_nobody, "no rule, no pool, no head of sales");
    size_t n = rt.path.n;
    while (n > PATH_MAX_SHOWN || (n < rt.path.n && ((unsigned char)rt.path.p[n] & 0xc0) == 0x80))
        n--;
    to.path = str_head(buf_str(&rt.path), n);
    *out = to;
    return true;
}

/* ── hooks ───────────────────────────────────────────────────────────────── */

bool assignment_rule_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    static const struct { const char *to, *field; } needs[] = { { "pool", "pool" }, { "member", "member" } };
    (void)old;
    for (size_t i = 0; i < countof(needs); i++)
        if (str_eq(record_text(now, "send_to"), str_of(needs[i].to)) && !record_int(now, needs[i].field)) {
            fail(e, ERR_INVALID, i ? MSG_funnel_rule_needs_member : MSG_funnel_rule_needs_pool, "%s", needs[i].to);
            return err_field(e, needs[i].field);
        }
    return fits_check(tx, &lead_entity, now, "criteria", e);
}

bool pool_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    (void)tx;
    (void)old;
    if (record_int(now, "fallback"))
        return true;
    fail(e, ERR_INVALID, MSG_funnel_pool_needs_fallback, "pool without fallback");
    return err_field(e, "fallback");
}
