/* rule_steps.c - what this room lets rules do: a lead goes the way of the routing rules. */
#include "funnel/inside.h"
#include "flow/rule.h"
#include "msg/rule.h"

static bool do_route(struct rule_act *a, struct err *e)
{
    struct ctx sys = ctx_as_system(a->tx);
    struct record *now;
    if (!funnel_reroute(a->tx, a->record, e) || !record_get(&sys, &lead_entity, a->record, &now, e))
        return false;
    a->said = str_head(record_text(now, "route"), 400);
    a->did_en = &lead_entity;
    a->did = a->record;
    return true;
}

const struct rule_step funnel_steps[] = {
    { "route", MSG_rule_do_route, MSG_rule_do_route_label, { { 0 } }, .run = do_route, .about = "lead" },
};
const size_t funnel_nsteps = countof(funnel_steps);
