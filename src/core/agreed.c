/* agreed.c - see agreed.h. */
#include "core/agreed.h"
#include "msg/core.h"
#include "record/access.h"

#define BIT(x) (1u << ROLE_##x)
static const struct { const char *by, *at; unsigned heads; msg_id refused; } sides[SIDE_COUNT] = {
    [SIDE_SALES]     = { "signed_sales_by", "signed_sales_at", BIT(SALES_MANAGER) | BIT(CRO) | BIT(OWNER), MSG_core_sign_sales },
    [SIDE_MARKETING] = { "signed_marketing_by", "signed_marketing_at", BIT(MARKETING_MANAGER) | BIT(CRO) | BIT(OWNER), MSG_core_sign_marketing },
};

bool agreed_may_sign(const struct ctx *c, enum side side)
{
    return c->who->is_system || c->who->roles & sides[side].heads;
}

bool agreed_check(const struct ctx *c, enum side side, struct err *e)
{
    return agreed_may_sign(c, side) || fail(e, ERR_FORBIDDEN, sides[side].refused, "side %d", (int)side);
}

struct val agreed_by(const struct record *r, enum side side) { return record_val(r, sides[side].by); }
int64_t agreed_at(const struct record *r, enum side side) { return record_int(r, sides[side].at); }
bool agreed_has(const struct record *r, enum side side) { return record_int(r, sides[side].by) != 0; }

bool agreed_put(struct record *r, const struct record *now, enum side side, int64_t by, int64_t at)
{
    record_set(r, sides[side].by, val_ref(by));
    record_set(r, sides[side].at, val_int(at));
    return agreed_has(now, side == SIDE_SALES ? SIDE_MARKETING : SIDE_SALES);
}

void agreed_clear(struct record *r)
{
    for (int i = 0; i < SIDE_COUNT; i++) {
        record_set(r, sides[i].by, (struct val){ 0 });
        record_set(r, sides[i].at, (struct val){ 0 });
    }
}
