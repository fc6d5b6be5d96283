/* core.h - what every feature stands on: who works here, how the house is set up, what belongs
 * to one person's workplace.
 *
 * Features refer to these entities by name; only the rooms that own their rules write to them.
 */
#pragma once
#include "record/entity.h"

extern const struct entity user_entity;
extern const struct entity team_entity;
extern const struct entity work_calendar_entity;
extern const struct entity holiday_entity;
extern const struct entity rate_entity;
extern const struct entity setting_entity;
extern const struct entity saved_view_entity;
extern const struct entity notification_entity;
extern const struct entity share_entity;
extern const struct entity api_token_entity;
extern const struct entity session_entity;
extern const struct entity import_run_entity;

extern const struct entity *const core_entities[];
extern const size_t core_nentities;

/* Lists of choices that several entities share. */
extern const struct choice choices_source[];      /* where someone came from */
extern const struct choice choices_channel[];     /* how a touch reached someone */
extern const struct choice choices_lifecycle[];   /* the relationship, forward only but for named steps back */
extern const struct choice choices_buyer_stage[]; /* the buyer's own decision sequence */
extern const struct choice choices_lang[];        /* languages, each by its own name */
extern const struct choice choices_buying_role[]; /* part played in a purchase */
extern const struct choice choices_consent[];     /* the state of a permission */
extern const struct choice choices_industry[];    /* what a company does */
extern const struct choice choices_forecast[];    /* what a deal counts for in the forecast */
extern const struct choice choices_axis[];        /* the two halves of a score */
