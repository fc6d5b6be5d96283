/* rule_steps.c - what this room lets rules do: a colleague joins a deal in a duty, once. */
#include "base/buf.h"
#include "core/addressee.h"
#include "record/access.h"
#include "flow/rule.h"
#include "msg/rule.h"
#include "sell/inside.h"

static bool is_there(struct ctx *tx, int64_t deal, int64_t member, str duty, bool *out, struct err *e)
{
    int64_t id;
    return db_get_int(tx->c, "SELECT id FROM deal_member WHERE deal = $1 AND member = $2 AND duty = $3 AND deleted_at IS NULL",
                      DB_ARGS(V(deal), V(member), V(duty)), out, &id, e);
}

/* Who may change the deal may say who works on it; the row itself is the program's. */
static bool join(struct rule_act *a, int64_t member, str duty, struct err *e)
{
    struct ctx sys = ctx_as_system(a->tx);
    struct record *deal, *r = record_new(a->tx->a, &deal_member_entity);
    if (!record_get(a->tx, &deal_entity, a->record, &deal, e))
        return false;
    if (!access_record(a->tx, deal, ACTION_CHANGE))
        return fail(e, ERR_FORBIDDEN, MSG_rule_may_not_change, "deal %lld", (long long)a->record);
    record_set(r, "deal", val_ref(a->record));
    record_set(r, "member", val_ref(member));
    record_set(r, "duty", val_text(duty));
    record_set(r, "reason", val_text(str_head(a->tx->why, 200)));
    if (!record_create(&sys, r, e))
        return false;
    a->did_en = &deal_member_entity;
    a->did = r->id;
    return true;
}

static bool do_involve(struct rule_act *a, struct err *e)
{
    struct addressee who;
    str duty = rule_arg(a->line, "duty");
    int64_t member;
    bool there;
    if (!rule_who(a, rule_arg(a->line, "who"), &member, e))
        return false;
    if (!member)
        return fail(e, ERR_NOT_FOUND, MSG_rule_nobody, "nobody to involve");
    if (!is_there(a->tx, a->record, member, duty, &there, e) || !addressee_of(a->tx, member, &who, e))
        return false;
    a->said = who.name;
    return there || join(a, member, duty, e);
}

const struct rule_step sell_steps[] = {
    { "involve", MSG_rule_do_involve, MSG_rule_do_involve_label,
      { { .name = "who", .kind = ARG_WHO, .init = "head_marketing" },
        { .name = "duty", .kind = ARG_CHOICE, .choices = deal_duties, .init = "brand_manager" } }, .run = do_involve, .about = "deal" },
};
const size_t sell_nsteps = countof(sell_steps);
