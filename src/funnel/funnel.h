/* funnel.h - the one funnel of both teams: shared definitions, scores, leads and the hand-off
 * with its clock.
 *
 * A lead is one interest of one person at one time. Marketing offers it, a seller accepts or
 * returns it with a reason; nothing is ever lost: what is returned or recycled goes back to
 * nurture.
 */
#pragma once
#include "record/entity.h"

extern const struct entity stage_definition_entity;
extern const struct entity lead_entity;
extern const struct entity pool_entity;
extern const struct entity assignment_rule_entity;
extern const struct entity score_group_entity;
extern const struct entity score_rule_entity;
extern const struct entity score_point_entity;
extern const struct entity lifecycle_change_entity;
extern const struct entity sla_policy_entity;
extern const struct entity handoff_point_entity;
extern const struct entity handoff_entity;
extern const struct entity handoff_target_entity;

extern const struct entity *const funnel_entities[];
extern const size_t funnel_nentities;
