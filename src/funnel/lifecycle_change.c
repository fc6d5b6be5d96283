/* lifecycle_change.c - a person's stay in a lifecycle stage, written by the program as it
 * begins and closed as it ends.
 */
#include "funnel/funnel.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "person" },
    { .name = "stage", .label = MSG_core_word_stage,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE,
      .choices = choices_lifecycle },
    { .name = "entered_at", .label = MSG_funnel_lifecycle_change_entered_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "exited_at", .label = MSG_funnel_lifecycle_change_exited_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX },
    { .name = "time_spent", .label = MSG_funnel_lifecycle_change_time_spent,
      .type = FIELD_DURATION },
    { .name = "reason", .label = MSG_core_word_reason,
      .type = FIELD_TEXT, .flags = F_LIST | F_IMMUTABLE, .max = 300 },
    { .name = "is_backward", .label = MSG_funnel_lifecycle_change_is_backward,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "false" },
    { .name = "definition", .label = MSG_funnel_lifecycle_change_definition,
      .type = FIELD_REF, .flags = F_IMMUTABLE, .ref = "stage_definition" },
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "campaign" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "lead" },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS lifecycle_change_of_person"
    " ON lifecycle_change (person, entered_at)",
    NULL,
};

const struct entity lifecycle_change_entity = {
    .name = "lifecycle_change",
    .path = "lifecycle-changes",
    .label = MSG_funnel_lifecycle_change,
    .plural = MSG_funnel_lifecycle_change_plural,
    .icon = "history",
    .fields = fields,
    .nfields = countof(fields),
    .title = "reason",
    .subtitle = "stage",
    .order = "-entered_at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
    .schema = schema,
};
