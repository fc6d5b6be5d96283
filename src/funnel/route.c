/* route.c - who gets a lead, and by which way that was found.
 *
 * Rules are a tree, read from the top: the first that fits and leads to somebody who can take it
 * decides; one that branches hands over to the rules under it and, when none of them finds anybody,
 * the reading goes on after it. So every way ends: at a pool's fallback, or with the head of sales.
 * The way is told in the words of the workspace's language and kept with the hand-off.
 */
#include "funnel/route.h"

void route_told(struct routing *rt, enum route_what what, str text)
{
    buf_put(&rt->path, rt->path.n ? S(" → ") : S(""));
    buf_put(&rt->path, text);
    if (rt->line && rt->nlines < ROUTE_LINES_MAX)
        rt->line[rt->nlines++] = (struct route_line){ what, rt->depth, text };
}

/* Told to who only tries: a way that was not taken is no part of the path. */
static void told_passed(struct routing *rt, str name)
{
    if (rt->line && rt->nlines < ROUTE_LINES_MAX)
        rt->line[rt->nlines++] = (struct route_line){ ROUTE_SKIPPED, rt->depth, SAY(rt->c->a, &rt->loc, funnel_route_no_fit, .name = A(name)) };
}

/* ── who does not get it again ───────────────────────────────────────────── */

/* An offer that was answered closes the round: who let an older one wait may have this one. */
bool route_without(struct routing *rt, const struct record *lead, struct err *e)
{
    struct db_rows q;
    rt->has_it = record_int(lead, "owner");
    if (!db_query(rt->c->c, &q, "SELECT DISTINCT receiver FROM handoff WHERE lead = $1 AND status = 'moved' AND deleted_at IS NULL"
                                " AND id > COALESCE((SELECT MAX(id) FROM handoff WHERE lead = $1 AND deleted_at IS NULL"
                                " AND status IN ('accepted', 'returned')), 0) LIMIT 50", DB_ARGS(V(lead->id)), e))
        return false;
    while (rt->nlet_wait < ROUTE_WAITED_MAX && db_next(&q))
        rt->let_wait[rt->nlet_wait++] = db_int(&q, 0);
    return db_done(&q, e);
}

bool route_is_out(struct routing *rt, const struct seat *s)
{
    if (s->id == rt->has_it)
        return TOLD(rt, SKIPPED, funnel_route_had_it, .name = A(s->name)), true;
    for (size_t i = 0; i < rt->nlet_wait; i++)
        if (s->id == rt->let_wait[i])
            return TOLD(rt, SKIPPED, funnel_route_let_wait, .name = A(s->name)), true;
    return false;
}

/* ── to one person ───────────────────────────────────────────────────────── */

static bool to_member(struct routing *rt, int64_t user, bool must_sell, struct route_to *out, struct err *e)
{
    struct seat *s;
    if (!seat_of(rt->c, user, &s, e))
        return false;
    if (!s || (must_sell && !s->is_seller))
        return route_told(rt, ROUTE_SKIPPED, msg_text(rt->c->a, &rt->loc, MSG_funnel_route_no_seller, NULL)), true;
    if (route_is_out(rt, s))
        return true;
    if (!seat_is_here(rt->c, s))
        return TOLD(rt, SKIPPED, funnel_route_away, .name = A(s->name)), true;
    TOLD(rt, CHOSEN, funnel_route_member, .name = A(s->name));
    *out = (struct route_to){ .owner = s->id };
    return true;
}

/* The seller who already knows them. *known false: `to` is no such way; *user 0: nobody. */
static bool known_seller(struct ctx *c, str to, const struct record *lead, bool *known, int64_t *user, struct err *e)
{
    int64_t person = record_int(lead, "person"), company = record_int(lead, "company"), campaign = record_int(lead, "campaign");
    bool found;
    *known = true;
    *user = 0;
    if (str_eq(to, S("person_owner")))
        return db_get_int(c->c, "SELECT owner FROM person WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(person)), &found, user, e);
    if (str_eq(to, S("company_owner")))
        return db_get_int(c->c, "SELECT owner FROM company WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(company)), &found, user, e);
    if (str_eq(to, S("deal_owner")))
        return db_get_int(c->c, "SELECT owner FROM deal WHERE company = $1 AND status = 'open' AND deleted_at IS NULL"
                                " ORDER BY id DESC LIMIT 1", DB_ARGS(V(company)), &found, user, e);
    if (str_eq(to, S("last_owner")))
        return db_get_int(c->c, "SELECT owner FROM lead WHERE person = $1 AND accepted_at IS NOT NULL AND deleted_at IS NULL"
                                " ORDER BY accepted_at DESC, id DESC LIMIT 1", DB_ARGS(V(person)), &found, user, e);
    if (str_eq(to, S("campaign_owner")))
        return db_get_int(c->c, "SELECT owner FROM campaign WHERE id = $1 AND deleted_at IS NULL", DB_ARGS(V(campaign)), &found, user, e);
    *known = false;
    return true;
}

/* The last resort: the head of a sales team, a sales manager, the owner of the house. */
static bool by_head(struct routing *rt, struct route_to *out, struct err *e)
{
    bool found;
    int64_t id = 0;
    struct seat *s;
    if (!db_get_int(rt->c->c, "SELECT u.id FROM \"user\" u LEFT JOIN team t ON t.head = u.id AND t.function = 'sales'"
                              " AND t.deleted_at IS NULL WHERE u.deleted_at IS NULL AND u.is_active = 1 AND (t.id IS NOT NULL"
                              " OR u.roles LIKE '%sales_manager%' OR u.roles LIKE '%cro%' OR u.roles LIKE '%owner%')"
                              " ORDER BY CASE WHEN t.id IS NULL THEN 1 ELSE 0 END,"
                              " CASE WHEN u.roles LIKE '%sales_manager%' THEN 0 ELSE 1 END, u.id LIMIT 1",
                    DB_NONE, &found, &id, e)
        || !seat_of(rt->c, id, &s, e))
        return false;
    if (s) {
        TOLD(rt, CHOSEN, funnel_route_head, .name = A(s->name));
        *out = (struct route_to){ .owner = s->id };
    }
    return true;
}

/* ── the tree of rules ───────────────────────────────────────────────────── */

struct tree { const struct record *const *rule; size_t n; const struct record *lead; };

static bool walk(struct routing *rt, const struct tree *t, int64_t under, struct route_to *out, struct err *e);

static bool by_rule(struct routing *rt, const struct tree *t, const struct record *rule, struct route_to *out, struct err *e)
{
    str to = record_text(rule, "send_to");
    int64_t user;
    bool known;
    TOLD(rt, ASKED, funnel_route_rule, .name = A(record_title(rule)));
    if (str_eq(to, S("branch")))
        return walk(rt, t, rule->id, out, e);
    if (str_eq(to, S("pool")))
        return route_pool(rt, record_int(rule, "pool"), out, e);
    if (!known_seller(rt->c, to, t->lead, &known, &user, e))
        return false;
    return to_member(rt, known ? user : record_int(rule, "member"), known, out, e);
}

static bool walk(struct routing *rt, const struct tree *t, int64_t under, struct route_to *out, struct err *e)
{
    bool fits_it;
    if (rt->depth >= ROUTE_DEPTH_MAX)
        return true;
    for (size_t i = 0; i < t->n && !out->owner; i++) {
        const struct record *rule = t->rule[i];
        if (record_int(rule, "under") != under)
            continue;
        if (!fits(rt->c, &lead_entity, record_text(rule, "criteria"), t->lead->id, &fits_it, e))
            return false;
        if (!fits_it) {
            told_passed(rt, record_title(rule));
            continue;
        }
        rt->depth++;
        bool ok = by_rule(rt, t, rule, out, e);
        rt->depth--;
        if (!ok)
            return false;
    }
    return true;
}

bool route_walk(struct routing *rt, const struct record *lead, struct route_to *out, struct err *e)
{
    struct ctx sys = ctx_as_system(rt->c);
    struct list_spec spec = { .en = &assignment_rule_entity, .filter = S("is_active = true"), .sort = S("position"), .limit = ROUTE_RULES_MAX };
    struct list rules;
    int64_t pool = record_int(lead, "pool");
    *out = (struct route_to){ 0 };
    if (pool && !route_pool(rt, pool, out, e))          /* the form named its own pool */
        return false;
    if (!out->owner) {
        if (!record_list(&sys, &spec, &rules, e))
            return false;
        struct tree t = { (const struct record *const *)rules.rows, rules.n, lead };
        if (!walk(rt, &t, 0, out, e))
            return false;
    }
    if (!out->owner && !by_head(rt, out, e))
        return false;
    return out->owner || fail(e, ERR_CONFLICT, MSG_funnel_nobody, "no rule, no pool, no head of sales");
}

bool route_find(struct ctx *c, const struct record *lead, bool is_waiting, struct route_to *out, struct err *e)
{
    enum { PATH_MAX_BYTES = 6000, PATH_MAX_SHOWN = 900 };
    struct routing rt = { .c = c, .path = buf_new(c->a, PATH_MAX_BYTES),
                          .loc = locale_default(c->ws->lang, c->ws->country) };
    if ((is_waiting && !route_without(&rt, lead, e)) || !route_walk(&rt, lead, out, e))
        return false;
    size_t n = rt.path.n;
    while (n > PATH_MAX_SHOWN || (n < rt.path.n && ((unsigned char)rt.path.p[n] & 0xc0) == 0x80))
        n--;
    out->path = str_head(buf_str(&rt.path), n);
    return true;
}

bool funnel_reroute(struct ctx *tx, int64_t lead, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *now, *r = record_new(tx->a, &lead_entity);
    struct route_to to;
    if (!record_get(tx, &lead_entity, lead, &now, e))
        return false;
    if (!access_record(tx, now, ACTION_CHANGE))
        return fail(e, ERR_FORBIDDEN, MSG_funnel_not_receiver, "reroute");
    if (!str_eq(record_text(now, "status"), S("offered")))
        return funnel_offer(tx, lead, e);
    if (!route_find(&sys, now, true, &to, e))
        return false;
    r->id = lead;
    record_set(r, "owner", val_ref(to.owner));
    record_set(r, "pool", val_ref(to.pool));
    record_set(r, "route", val_text(to.path));
    return record_update(&sys, r, 0, NULL, e);
}

/* ── what may be written ─────────────────────────────────────────────────── */

/* Under a rule that branches, and never under itself. */
static bool under_before(struct ctx *tx, const struct record *now, struct err *e)
{
    int64_t at = record_int(now, "under");
    for (int depth = 0; at; depth++) {
        struct ctx sys = ctx_as_system(tx);
        struct record *up;
        if (!record_get(&sys, &assignment_rule_entity, at, &up, e))
            return err_field(e, "under");
        if (at == now->id || depth >= ROUTE_DEPTH_MAX - 1 || !str_eq(record_text(up, "send_to"), S("branch"))) {
            fail(e, ERR_INVALID, MSG_funnel_rule_under, "rule under %lld", (long long)at);
            return err_field(e, "under");
        }
        at = record_int(up, "under");
    }
    return true;
}

bool assignment_rule_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    static const struct { const char *to, *field; } needs[] = { { "pool", "pool" }, { "member", "member" } };
    (void)old;
    for (size_t i = 0; i < countof(needs); i++)
        if (str_eq(record_text(now, "send_to"), str_of(needs[i].to)) && !record_int(now, needs[i].field)) {
            fail(e, ERR_INVALID, i ? MSG_funnel_rule_needs_member : MSG_funnel_rule_needs_pool, "%s", needs[i].to);
            return err_field(e, needs[i].field);
        }
    return under_before(tx, now, e) && fits_check(tx, &lead_entity, now, "criteria", e);
}
