/* meeting.c - a meeting with people outside the house, planned or held. */
#include "people/inside.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct choice outcome_choices[] = {
    { "planned",   MSG_people_meeting_outcome_planned,   "blue" },
    { "held",      MSG_people_meeting_outcome_held,      "green" },
    { "no_show",   MSG_people_meeting_outcome_no_show,   "red" },
    { "moved",     MSG_people_meeting_outcome_moved,     "amber" },
    { "cancelled", MSG_people_meeting_outcome_cancelled },
    { 0 },
};

static const struct field fields[] = {
    { .name = "title", .label = MSG_core_word_title,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 200 },
    { .name = "at", .label = MSG_people_meeting_at,
      .type = FIELD_INSTANT, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX },
    { .name = "duration", .label = MSG_core_word_duration,
      .type = FIELD_DURATION, .flags = F_LIST | F_QUICK },
    { .name = "place", .label = MSG_people_meeting_place,
      .type = FIELD_TEXT, .flags = F_LIST | F_QUICK, .max = 300 },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "person", .label = MSG_people_meeting_person,
      .type = FIELD_REF, .flags = F_QUICK | F_INDEX, .ref = "person" },
    { .name = "attendees", .label = MSG_people_meeting_attendees,
      .type = FIELD_REFS, .ref = "person" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "company" },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "deal" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "lead" },
    { .name = "outcome", .label = MSG_core_word_outcome,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX, .choices = outcome_choices,
      .init = "planned" },
    { .name = "notes", .label = MSG_core_word_notes,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH | F_PERSONAL, .max = 20000 },
};

const struct entity meeting_entity = {
    .name = "meeting",
    .path = "meetings",
    .label = MSG_people_meeting,
    .plural = MSG_people_meeting_plural,
    .icon = "calendar-days",
    .fields = fields,
    .nfields = countof(fields),
    .title = "title",
    .subtitle = "place",
    .owner = "owner",
    .order = "-at",
    .subject = "person",
    .flags = E_PERSON_DATA,
    .after = meeting_after,
};
