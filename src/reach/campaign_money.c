/* campaign_money.c - what a campaign may cost and has cost, and what keeps it sane.
 *
 * Budget and spend of a campaign are sums of its lines, counted anew at each line, so they can
 * never drift. Lines in one currency give a sum in it, exact to the last minor unit; lines in
 * several are summed in the workspace's currency by the rate of their day.
 */
#include "reach/inside.h"

enum { TREE_DEPTH_MAX = 8 };

/* ── the campaign itself ─────────────────────────────────────────────────── */

/* Walks up from the new parent: meeting itself would make a ring. */
static bool check_parent(struct ctx *tx, const struct record *now, struct err *e)
{
    int64_t at = record_int(now, "parent");
    for (int depth = 0; at; depth++) {
        bool found;
        int64_t up = 0;
        if (at == now->id || depth == TREE_DEPTH_MAX) {
            fail(e, ERR_INVALID, at == now->id ? MSG_reach_parent_ring : MSG_reach_parent_deep, "parent of campaign");
            return err_field(e, "parent");
        }
        if (!db_get_int(tx->c, "SELECT coalesce(parent, 0) FROM campaign WHERE id = $1", DB_ARGS(V(at)), &found, &up, e))
            return false;
        at = found ? up : 0;
    }
    return true;
}

static str link_word(struct arena *a, str s)
{
    char *p = arena_new(a, char, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] | 0x20) : s.p[i] == ' ' ? '-' : s.p[i];
    return (str){ p, s.n };
}

bool campaign_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    struct val starts = record_val(now, "starts"), ends = record_val(now, "ends");
    str word = record_text(now, "utm_campaign");
    (void)old;
    if (starts.is_set && ends.is_set && ends.i < starts.i) {
        fail(e, ERR_INVALID, MSG_reach_ends_first, "ends before it starts");
        return err_field(e, "ends");
    }
    if (record_val(now, "target_leads").is_set && record_int(now, "target_leads") < 0) {
        fail(e, ERR_INVALID, MSG_reach_target_negative, "target below zero");
        return err_field(e, "target_leads");
    }
    if (word.n)
        record_set(now, "utm_campaign", val_text(link_word(tx->a, word)));
    return check_parent(tx, now, e);
}

/* ── its lines ───────────────────────────────────────────────────────────── */

bool budget_line_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e)
{
    (void)tx, (void)old;
    if (record_val(now, "amount").i != 0)
        return true;
    fail(e, ERR_INVALID, MSG_reach_line_zero, "a line of nothing");
    return err_field(e, "amount");
}

struct sum { int64_t minor, base, currencies, lines; str currency; };

static bool sum_of(struct ctx *tx, int64_t campaign, const char *kind, struct sum *out, struct err *e)
{
    struct db_rows q;
    if (!db_query(tx->c, &q, "SELECT coalesce(sum(amount), 0), coalesce(sum(amount_base), 0), count(DISTINCT amount_currency),"
                             " count(*), max(amount_currency) FROM budget_line WHERE campaign = $1 AND kind = $2"
                             " AND deleted_at IS NULL", DB_ARGS(V(campaign), V(str_of(kind))), e))
        return false;
    if (db_next(&q))
        *out = (struct sum){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2), db_int(&q, 3), db_text(&q, 4, tx->a) };
    return db_done(&q, e);
}

static struct val shown(struct ctx *tx, const struct sum *s)
{
    if (!s->lines)
        return (struct val){ 0 };
    return s->currencies == 1 ? val_money(s->minor, s->currency) : val_money(s->base, str_of(tx->ws->currency));
}

bool budget_line_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct sum budget = { 0 }, spend = { 0 };
    struct record *r = record_new(tx->a, &campaign_entity);
    r->id = record_int(now ? now : old, "campaign");
    if (!sum_of(&sys, r->id, "budget", &budget, e) || !sum_of(&sys, r->id, "spend", &spend, e))
        return false;
    record_set(r, "budget", shown(&sys, &budget));
    record_set(r, "spend", shown(&sys, &spend));
    return record_update(&sys, r, 0, NULL, e);
}

/* ── with all below it ───────────────────────────────────────────────────── */

bool campaign_money(struct ctx *c, int64_t campaign, struct campaign_money *out, struct err *e)
{
    struct db_rows q;
    *out = (struct campaign_money){ 0 };
    if (!db_query(c->c, &q,
            "WITH RECURSIVE tree (id, depth) AS (SELECT id, 0 FROM campaign WHERE id = $1 AND deleted_at IS NULL"
            " UNION SELECT k.id, t.depth + 1 FROM campaign k JOIN tree t ON k.parent = t.id"
            " WHERE k.deleted_at IS NULL AND t.depth < 9)"
            " SELECT coalesce(sum(CASE WHEN l.kind = 'budget' THEN l.amount_base ELSE 0 END), 0),"
            " coalesce(sum(CASE WHEN l.kind = 'spend' THEN l.amount_base ELSE 0 END), 0),"
            " (SELECT count(DISTINCT id) FROM tree) FROM budget_line l"
            " WHERE l.campaign IN (SELECT id FROM tree) AND l.deleted_at IS NULL", DB_ARGS(V(campaign)), e))
        return false;
    if (db_next(&q))
        *out = (struct campaign_money){ db_int(&q, 0), db_int(&q, 1), db_int(&q, 2) };
    return db_done(&q, e);
}
