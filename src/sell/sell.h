/* sell.h - deals and what follows from them: pipelines, products, orders, payments.
 *
 * A deal moves through the stages of its pipeline; each move leaves a stage_change, so that times
 * and conversions are read from rows that never change.
 */
#pragma once
#include "record/entity.h"

extern const struct entity pipeline_entity;
extern const struct entity stage_entity;
extern const struct entity product_entity;
extern const struct entity deal_entity;
extern const struct entity deal_person_entity;
extern const struct entity deal_member_entity;
extern const struct entity deal_line_entity;
extern const struct entity sales_order_entity;
extern const struct entity order_line_entity;
extern const struct entity payment_entity;
extern const struct entity stage_change_entity;

extern const struct entity *const sell_entities[];
extern const size_t sell_nentities;
