/* signature.c - see signature.h. */
#include "web/signature.h"
#include "msg/core.h"

#define SIGNED(c, ...) msg_text((c)->a, (c)->loc, MSG_core_signed, \
        (const struct msg_arg *)(const void *)&(struct msg_core_signed_args){ __VA_ARGS__ })

static str say(struct ctx *c, msg_id id) { return msg_text(c->a, c->loc, id, NULL); }

void signatures_of(struct ctx *c, const struct record *r, struct url sign, struct signature_view out[SIDE_COUNT])
{
    static const struct { msg_id team; const char *value; } sides[SIDE_COUNT] = {
        [SIDE_SALES] = { MSG_core_team_function_sales, "sales" }, [SIDE_MARKETING] = { MSG_core_team_function_marketing, "marketing" },
    };
    for (int i = 0; i < SIDE_COUNT; i++) {
        struct val by = agreed_by(r, (enum side)i);
        out[i] = (struct signature_view){ .side = say(c, sides[i].team), .value = sides[i].value, .is_signed = by.is_set, .text = say(c, MSG_core_unsigned) };
        if (by.is_set) {
            str day = loc_instant(c->a, c->loc, agreed_at(r, (enum side)i), DATE_MEDIUM);
            out[i].text = SIGNED(c, .name = A(by.s), .day = A(day));
        } else if (sign.s.n && agreed_may_sign(c, (enum side)i)) {
            out[i].sign = sign;
        }
    }
}

enum side signature_asked(struct request *rq)
{
    return str_eq(request_form(rq, "side"), S("sales")) ? SIDE_SALES : SIDE_MARKETING;
}
