/* funnel.c - the entities of this room, in the order their tables are made. */
#include "funnel/funnel.h"
#include "funnel/chance.h"
#include "flow/clock_row.h"

const struct entity *const funnel_entities[] = {
    &stage_definition_entity,
    &lead_entity,
    &pool_entity,
    &pool_seat_entity,
    &assignment_rule_entity,
    &score_group_entity,
    &score_rule_entity,
    &score_point_entity,
    &chance_model_entity,
    &lifecycle_change_entity,
    &sla_policy_entity,
    &handoff_point_entity,
    &handoff_entity,
    &handoff_target_entity,
    &clock_entity,
    &clock_pause_entity,
};
const size_t funnel_nentities = countof(funnel_entities);
