/* core.c - the entities of this room, in the order their tables are made. */
#include "core/core.h"

const struct entity *const core_entities[] = {
    &user_entity,
    &team_entity,
    &work_calendar_entity,
    &holiday_entity,
    &rate_entity,
    &setting_entity,
    &saved_view_entity,
    &notification_entity,
    &share_entity,
    &api_token_entity,
    &session_entity,
    &import_run_entity,
};
const size_t core_nentities = countof(core_entities);
