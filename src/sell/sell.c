/* sell.c - the entities of this room, in the order their tables are made. */
#include "sell/sell.h"

const struct entity *const sell_entities[] = {
    &pipeline_entity,
    &stage_entity,
    &product_entity,
    &deal_entity,
    &deal_person_entity,
    &deal_member_entity,
    &deal_line_entity,
    &sales_order_entity,
    &order_line_entity,
    &payment_entity,
    &stage_change_entity,
};
const size_t sell_nentities = countof(sell_entities);
