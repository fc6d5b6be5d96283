/* reach.h - how people come to us: campaigns and their money, public forms, visits, and the
 * touches that revenue is traced back to.
 *
 * Visits, touches and submissions are written by the program and never edited; budget lines are
 * added, never changed, so that sums can be counted again.
 */
#pragma once
#include "record/entity.h"

extern const struct entity campaign_entity;
extern const struct entity budget_line_entity;
extern const struct entity form_entity;
extern const struct entity submission_entity;
extern const struct entity visit_entity;
extern const struct entity touch_entity;

extern const struct entity *const reach_entities[];
extern const size_t reach_nentities;
