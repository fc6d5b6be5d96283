/* rule_users.c - which rules name a row: as what they wait for, what they start or send, or in a condition.
 *
 * A plan is text, so nothing in the tables leads from a segment to the rules it begins. They are few, and
 * they are read whole when a row that rules may name is about to go or to be called otherwise.
 */
#include "flow/rule_inside.h"
#include "msg/rule.h"
#include "record/list.h"

static bool args_name(const struct rule_arg *slot, const str *arg, enum rule_arg_kind kind, str id)
{
    for (int i = 0; i < RULE_ARGS_MAX && slot[i].name; i++)
        if (slot[i].kind == kind && str_eq(arg[i], id))
            return true;
    return false;
}

static bool criteria_name(struct ctx *c, const struct rule_plan *p, const struct rule_arg *slot, const str *arg, rule_names names, const struct record *row)
{
    for (int i = 0; names && i < RULE_ARGS_MAX && slot[i].name; i++)
        if (slot[i].kind == ARG_CRITERIA && names(c, rule_criteria(c, p, arg[i], 0), row))
            return true;
    return false;
}

static bool plan_names(struct ctx *c, const struct rule_plan *p, enum rule_arg_kind kind, rule_names names, const struct record *row)
{
    str id = id_text(c->a, row->id);
    const struct rule_when_kind *when = rule_when_kind(p->when);
    if (args_name(when->arg, p->arg, kind, id) || (names && names(c, rule_criteria(c, p, p->criteria, 0), row)))
        return true;
    for (size_t i = 0; i < p->n; i++)
        if (args_name(p->line[i].step->arg, p->line[i].arg, kind, id)
            || criteria_name(c, p, p->line[i].step->arg, p->line[i].arg, names, row))
            return true;
    return false;
}

bool rule_users(struct ctx *c, enum rule_arg_kind kind, const struct record *row, rule_names names,
                struct record **out, size_t max, size_t *n, struct err *e)
{
    struct rule_plan *p = arena_new(c->a, struct rule_plan, 1);
    struct list_spec s = { .en = &rule_entity, .sort = S("id"), .limit = LIST_LIMIT_MAX };
    struct list list;
    *n = 0;
    do {
        if (!record_list(c, &s, &list, e))
            return false;
        for (size_t i = 0; i < list.n && *n < max; i++) {
            struct err broken = { 0 };
            const struct record *r = list.rows[i];
            if (r->id != row->id && rule_plan_read(c->a, record_text(r, "says"), p, &broken) && plan_names(c, p, kind, names, row))
                out[(*n)++] = list.rows[i];
        }
        s.cursor = list.next;
    } while (list.next.n && *n < max);
    return true;
}

bool rule_refuse_used(struct ctx *tx, enum rule_arg_kind kind, const struct record *row, struct err *e)
{
    struct record *user[RULE_USERS_MAX];
    struct ctx all = ctx_as_system(tx);         /* a colleague's rule counts too */
    size_t n;
    if (!rule_users(&all, kind, row, NULL, user, RULE_USERS_MAX, &n, e))
        return false;
    if (n == 0)
        return true;
    fail(e, ERR_CONFLICT, MSG_rule_names_it, "%s %lld is named by %zu rules", row->en->name, (long long)row->id, n);
    err_arg(e, "rule", record_title(user[0]));
    return err_arg_int(e, "n", (int64_t)n);
}
