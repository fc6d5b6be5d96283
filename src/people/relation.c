/* relation.c - that a person works, or worked, at a company.
 *
 * One of them is primary and equals person.company; old ones stay, with their end.
 */
#include "people/people.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "person" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "company" },
    { .name = "job_title", .label = MSG_people_relation_job_title,
      .type = FIELD_TEXT, .flags = F_LIST | F_SEARCH | F_QUICK | F_PERSONAL, .max = 120 },
    { .name = "buying_role", .label = MSG_people_relation_buying_role,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = choices_buying_role },
    { .name = "is_primary", .label = MSG_core_word_is_primary,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "false" },
    { .name = "since", .label = MSG_people_relation_since, .type = FIELD_DATE },
    { .name = "until", .label = MSG_people_relation_until, .type = FIELD_DATE },
};

const struct entity relation_entity = {
    .name = "relation",
    .path = "relations",
    .label = MSG_people_relation,
    .plural = MSG_people_relation_plural,
    .icon = "link",
    .fields = fields,
    .nfields = countof(fields),
    .title = "job_title",
    .subtitle = "company",
    .order = "-is_primary",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_PAGE,
};
