/* visit.c - one page seen by one visitor, a link they clicked there, a file they read.
 *
 * The visitor is a random word until they tell who they are and allow it; then their earlier
 * visits join the person.
 */
#include "reach/reach.h"
#include "msg/core.h"
#include "msg/reach.h"

static const struct choice act_choices[] = {
    { "seen",    MSG_reach_visit_act_seen },
    { "clicked", MSG_reach_visit_act_clicked },
    { "read",    MSG_reach_visit_act_read },
    { 0 },
};

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "person" },
    { .name = "visitor", .label = MSG_reach_visit_visitor,
      .type = FIELD_TEXT, .flags = F_HIDDEN | F_IMMUTABLE | F_PERSONAL, .max = 64 },
    { .name = "at", .label = MSG_core_word_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "act", .label = MSG_reach_visit_act,
      .type = FIELD_CHOICE, .flags = F_LIST | F_IMMUTABLE, .choices = act_choices, .init = "seen" },
    { .name = "path", .label = MSG_reach_visit_path,
      .type = FIELD_TEXT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .max = 2000 },
    { .name = "referrer", .label = MSG_core_word_referrer,
      .type = FIELD_TEXT, .flags = F_LIST | F_IMMUTABLE, .max = 2000 },
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "campaign" },
    { .name = "utm_source", .label = MSG_core_word_utm_source,
      .type = FIELD_TEXT, .flags = F_INDEX | F_IMMUTABLE, .max = 200 },
    { .name = "utm_medium", .label = MSG_core_word_utm_medium,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 200 },
    { .name = "utm_campaign", .label = MSG_core_word_utm_campaign,
      .type = FIELD_TEXT, .flags = F_INDEX | F_IMMUTABLE, .max = 200 },
    { .name = "utm_term", .label = MSG_core_word_utm_term,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 200 },
    { .name = "utm_content", .label = MSG_core_word_utm_content,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 200 },
    { .name = "time_spent", .label = MSG_reach_visit_time_spent, .type = FIELD_DURATION },
    { .name = "country", .label = MSG_core_word_country, .type = FIELD_COUNTRY, .flags = F_IMMUTABLE },
    { .name = "is_robot", .label = MSG_reach_visit_is_robot, .help = MSG_reach_visit_is_robot_help,
      .type = FIELD_BOOL, .flags = F_LIST | F_IMMUTABLE, .init = "false" },
    { .name = "robot_why", .label = MSG_reach_visit_robot_why,
      .type = FIELD_TEXT, .flags = F_HIDDEN | F_IMMUTABLE, .max = 20 },
    { .name = "device", .label = MSG_reach_visit_device,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 20 },
};

/* Each hit pays for each index: of the two that began alike, one is enough. */
static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS visit_of_visitor ON visit (visitor, at)",
    "DROP INDEX IF EXISTS visit_of_person",
    "DROP INDEX IF EXISTS ix_visit_visitor",
    NULL,
};

const struct entity visit_entity = {
    .name = "visit",
    .path = "visits",
    .label = MSG_reach_visit,
    .plural = MSG_reach_visit_plural,
    .icon = "mouse-pointer-click",
    .fields = fields,
    .nfields = countof(fields),
    .title = "path",
    .subtitle = "person",
    .order = "-at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
    .schema = schema,
};
