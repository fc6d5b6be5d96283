/* team.c - people who share records and targets; a regional office is a team too.
 *
 * Teams nest: who may see a team's records sees those of the teams below it.
 */
#include "core/core.h"
#include "msg/core.h"

static const struct choice function_choices[] = {
    { "sales",      MSG_core_team_function_sales,      "blue" },
    { "marketing",  MSG_core_team_function_marketing,  "teal" },
    { "enablement", MSG_core_team_function_enablement },
    { "success",    MSG_core_team_function_success,    "green" },
    { "operations", MSG_core_team_function_operations },
    { "management", MSG_core_team_function_management },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK,
      .max = 120 },
    { .name = "parent", .label = MSG_core_team_parent,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "team" },
    { .name = "function", .label = MSG_core_team_function,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = function_choices },
    { .name = "country", .label = MSG_core_word_country, .type = FIELD_COUNTRY },
    { .name = "head", .label = MSG_core_team_head,
      .type = FIELD_REF, .flags = F_LIST, .ref = "user" },
};

const struct entity team_entity = {
    .name = "team",
    .path = "teams",
    .label = MSG_core_team,
    .plural = MSG_core_team_plural,
    .icon = "users-round",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "function",
    .order = "name",
    .flags = E_SETTINGS,
};
