/* reach.c - the entities of this room, in the order their tables are made. */
#include "reach/reach.h"

const struct entity *const reach_entities[] = {
    &campaign_entity,
    &budget_line_entity,
    &form_entity,
    &submission_entity,
    &visit_entity,
    &touch_entity,
    &link_entity,
    &robot_network_entity,
};
const size_t reach_nentities = countof(reach_entities);
