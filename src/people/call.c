/* call.c - a telephone call that was held or tried; the first real attempt stops a lead's
 * clock.
 */
#include "people/inside.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct choice direction_choices[] = {
    { "outbound", MSG_people_call_direction_outbound },
    { "inbound",  MSG_people_call_direction_inbound },
    { 0 },
};

static const struct choice outcome_choices[] = {
    { "connected",    MSG_people_call_outcome_connected,    "green" },
    { "left_message", MSG_people_call_outcome_left_message, "blue" },
    { "no_answer",    MSG_people_call_outcome_no_answer,    "amber" },
    { "busy",         MSG_people_call_outcome_busy,         "amber" },
    { "wrong_number", MSG_people_call_outcome_wrong_number, "red" },
    { "callback",     MSG_people_call_outcome_callback,     "blue" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "person" },
    { .name = "at", .label = MSG_core_word_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_QUICK | F_INDEX, .init = "now" },
    { .name = "direction", .label = MSG_people_call_direction,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = direction_choices,
      .init = "outbound" },
    { .name = "outcome", .label = MSG_core_word_outcome,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = outcome_choices },
    { .name = "duration", .label = MSG_core_word_duration,
      .type = FIELD_DURATION, .flags = F_LIST },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "company" },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "deal" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "lead" },
    { .name = "number", .label = MSG_people_call_number,
      .type = FIELD_PHONE, .flags = F_PERSONAL },
    { .name = "notes", .label = MSG_core_word_notes,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH | F_QUICK | F_PERSONAL, .max = 10000 },
};

const struct entity call_entity = {
    .name = "call",
    .path = "calls",
    .label = MSG_people_call,
    .plural = MSG_people_call_plural,
    .icon = "phone-call",
    .fields = fields,
    .nfields = countof(fields),
    .title = "notes",
    .subtitle = "outcome",
    .owner = "owner",
    .order = "-at",
    .subject = "person",
    .flags = E_PERSON_DATA,
    .after = call_after,
};
