/* people.c - the entities of this room, in the order their tables are made. */
#include "people/people.h"

const struct entity *const people_entities[] = {
    &person_entity,
    &company_entity,
    &relation_entity,
    &email_address_entity,
    &phone_number_entity,
    &company_member_entity,
    &note_entity,
    &task_entity,
    &call_entity,
    &meeting_entity,
    &consent_entity,
    &attachment_entity,
    &not_same_entity,
};
const size_t people_nentities = countof(people_entities);
