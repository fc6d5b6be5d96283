/* rule_sign.c - a rule that concerns both teams is in force as both heads have signed it. */
#include "flow/rule_inside.h"
#include "core/agreed.h"
#include "msg/rule.h"

bool rule_version_of(struct ctx *c, int64_t rule, int64_t number, struct record **out, struct err *e)
{
    bool found;
    int64_t id;
    *out = NULL;
    if (!db_get_int(c->c, "SELECT id FROM rule_version WHERE rule = $1 AND number = $2 AND deleted_at IS NULL ORDER BY id DESC LIMIT 1",
                    DB_ARGS(V(rule), V(number)), &found, &id, e))
        return false;
    return !found || record_get(c, &rule_version_entity, id, out, e);
}

/* From now on this version; what an older one waited for by the clock is forgotten. */
static bool put_in_force(struct ctx *sys, int64_t rule, int64_t number, struct err *e)
{
    struct record *r = record_new(sys->a, &rule_entity);
    r->id = rule;
    record_set(r, "in_force", val_int(number));
    return record_update(sys, r, 0, NULL, e) && db_exec(sys->c, "DELETE FROM rule_hand WHERE rule = $1", DB_ARGS(V(rule)), NULL, e);
}

bool rule_sign(struct ctx *tx, int64_t rule, int64_t number, enum side side, struct err *e)
{
    struct ctx sys = ctx_as_system(tx);
    struct record *now, *version, *r = record_new(tx->a, &rule_version_entity);
    if (!record_get(tx, &rule_entity, rule, &now, e) || !agreed_check(tx, side, e) || !rule_version_of(tx, rule, number, &version, e))
        return false;
    bool is_open = version && record_int(now, "is_joint") && number == record_int(now, "number") && number != record_int(now, "in_force");
    if (!is_open)
        return fail(e, ERR_CONFLICT, MSG_rule_sign_old, "rule %lld, version %lld", (long long)rule, (long long)number);
    if (agreed_has(version, side))
        return true;
    r->id = version->id;
    bool is_both = agreed_put(r, version, side, tx->who->user_id, tx->now);
    struct event ev = { .kind = is_both ? "rule.signed" : "rule.half_signed", .en = &rule_entity, .record_id = rule };
    return record_update(&sys, r, 0, NULL, e) && (!is_both || put_in_force(&sys, rule, number, e)) && event_add(&sys, &ev, e);
}
