/* pool_seat.c - what one member of a pool takes: their weight, their limit, and the leads counted
 * as if they had had them (after leave, or for who joined in the middle of a month).
 *
 * A member without such a row has a weight of 100.
 */
#include "funnel/inside.h"

static const struct field fields[] = {
    { .name = "pool", .label = MSG_funnel_pool,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE, .ref = "pool" },
    { .name = "member", .label = MSG_funnel_pool_seat_member,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE, .ref = "user" },
    { .name = "weight", .label = MSG_funnel_pool_seat_weight, .help = MSG_funnel_pool_seat_weight_help,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK, .init = "100" },
    { .name = "cap", .label = MSG_funnel_pool_period_cap, .type = FIELD_INT, .flags = F_LIST | F_QUICK },
    { .name = "credit", .label = MSG_funnel_pool_seat_credit, .help = MSG_funnel_pool_seat_credit_help,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK, .init = "0" },
};

const struct entity pool_seat_entity = {
    .name = "pool_seat",
    .path = "pool-seats",
    .label = MSG_funnel_pool_seat,
    .plural = MSG_funnel_pool_seat_plural,
    .icon = "scale",
    .fields = fields,
    .nfields = countof(fields),
    .title = "member",
    .subtitle = "pool",
    .order = "pool",
    .flags = E_SETTINGS,
    .before = pool_seat_before,
};
