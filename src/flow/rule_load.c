/* rule_load.c - rules from their rows. One that cannot be read any more (a step whose room is gone)
 * is left out of the feed and told on its page.
 */
#include "flow/rule_inside.h"

static enum rule_once once_of(str s)
{
    return str_eq(s, S("record")) ? ONCE_RECORD : str_eq(s, S("idle")) ? ONCE_IDLE : ONCE_EACH;
}

/* As the amount counts today: a limit in another currency must not move when its rate does. */
static void read_limit(struct ctx *c, struct rule *r, int64_t minor, str currency)
{
    struct val v = val_money(minor, currency);
    struct err none = { 0 };
    if (currency.n && money_to_base(c, &v, &none))
        r->limit = v.base;                      /* else as it was when it was written: its rate is gone */
}

/* Of a version that both teams signed the owner is who wrote it: whose rights they agreed to. */
static struct rule *from_row(struct ctx *c, struct db_rows *q)
{
    struct rule *r = arena_new(c->a, struct rule, 1);
    struct err ignored = { 0 };
    *r = (struct rule){ .id = db_int(q, 0), .owner = db_int(q, 1), .name = db_text(q, 2, c->a), .limit = db_int(q, 3),
                        .once = once_of(db_text_view(q, 4)), .hourly = db_int(q, 5), .number = (int)db_int(q, 6),
                        .version = db_int(q, 7), .begun = -1 };
    read_limit(c, r, db_int(q, 9), db_text(q, 10, c->a));
    return rule_plan_read(c->a, db_text(q, 8, c->a), &r->plan, &ignored) ? r : NULL;
}

/* A rule from before there were signatures says nothing of what is in force: its newest version is. */
bool rule_load(struct ctx *c, int64_t id, int64_t version, struct rule **out, struct err *e)
{
    struct db_rows q;
    *out = NULL;
    if (!db_query(c->c, &q, "SELECT r.id, CASE WHEN r.is_joint = 1 THEN v.owner ELSE r.owner END, r.name, v.limit_amount_base,"
                            " COALESCE(v.once, r.once), r.hourly, v.number, v.id, v.says, v.limit_amount, v.limit_amount_currency"
                            " FROM rule r JOIN rule_version v ON v.rule = r.id AND (v.id = $2 OR ($2 = 0 AND v.number ="
                            " COALESCE(r.in_force, CASE WHEN COALESCE(r.is_joint, 0) = 0 THEN r.number END)))"
                            " WHERE r.id = $1 AND r.deleted_at IS NULL AND v.deleted_at IS NULL ORDER BY v.id DESC LIMIT 1",
                  DB_ARGS(V(id), V(version)), e))
        return false;
    if (db_next(&q))
        *out = from_row(c, &q);
    return db_done(&q, e);
}

bool rules_on(struct ctx *c, unsigned kinds, struct rule ***out, size_t *n, struct err *e)
{
    struct rule **v = arena_new(c->a, struct rule *, RULES_MAX);
    struct db_rows q;
    *n = 0;
    *out = v;
    if (!db_query(c->c, &q, "SELECT r.id, CASE WHEN r.is_joint = 1 THEN v.owner ELSE r.owner END, r.name, v.limit_amount_base,"
                            " COALESCE(v.once, r.once), r.hourly, v.number, v.id, v.says, v.limit_amount, v.limit_amount_currency"
                            " FROM rule r JOIN rule_version v ON v.rule = r.id AND v.deleted_at IS NULL AND v.number ="
                            " COALESCE(r.in_force, CASE WHEN COALESCE(r.is_joint, 0) = 0 THEN r.number END)"
                            " WHERE r.is_on = 1 AND r.deleted_at IS NULL ORDER BY r.id LIMIT $1", DB_ARGS(V((int)RULES_MAX)), e))
        return false;
    while (*n < RULES_MAX && db_next(&q)) {
        struct rule *r = from_row(c, &q);
        if (r && kinds >> r->plan.when & 1)
            v[(*n)++] = r;
    }
    return db_done(&q, e);
}
