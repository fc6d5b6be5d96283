/* rules.h - a firm (firm.h) whose people make and meet rules. */
#pragma once
#include "firm.h"
#include "flow/rule.h"

static struct actor owner, seller, other, manager, head;

static inline void rules_open(const char *test, int64_t now)
{
    firm_open(test, now);
    owner = first_user();
    manager = hired("Manager", ROLE_SALES_MANAGER);
    seller = hired_under("Seller", ROLE_AE, manager.user_id);
    other = hired_under("Other", ROLE_AE, manager.user_id);
    head = hired("Head of marketing", ROLE_MARKETING_MANAGER);
    drain();
}

/* Shipped rules are switched off, so that a test has only its own. */
static inline void only_own(void)
{
    struct ctx c = fresh(sys);
    struct list found;
    struct list_spec s = { .en = &rule_entity };
    ck_assert(record_list(&c, &s, &found, &e));
    for (size_t i = 0; i < found.n; i++)
        ck_assert(set(sys, &rule_entity, found.rows[i]->id, "is_on", "false"));
    drain();
}

static inline int64_t rule(const struct actor *who, const char *name, const char *says)
{
    return make(who, &rule_entity, "name", name, "says", says, "is_on", "true");
}
