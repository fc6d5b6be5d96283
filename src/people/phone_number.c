/* phone_number.c - one of several numbers of a person; the primary one equals person.phone. */
#include "people/inside.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct choice kind_choices[] = {
    { "mobile",   MSG_people_phone_number_kind_mobile },
    { "work",     MSG_people_phone_number_kind_work },
    { "home",     MSG_people_phone_number_kind_home },
    { "whatsapp", MSG_people_phone_number_kind_whatsapp },
    { "fax",      MSG_people_phone_number_kind_fax },
    { "other",    MSG_people_phone_number_kind_other },
    { 0 },
};

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX, .ref = "person" },
    { .name = "number", .label = MSG_people_phone_number_number,
      .type = FIELD_PHONE, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_INDEX | F_PERSONAL },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_LIST, .choices = kind_choices, .init = "mobile" },
    { .name = "is_primary", .label = MSG_core_word_is_primary,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "false" },
    { .name = "is_verified", .label = MSG_people_phone_number_is_verified,
      .type = FIELD_BOOL, .flags = F_READONLY, .init = "false" },
};

const struct entity phone_number_entity = {
    .name = "phone_number",
    .path = "phone-numbers",
    .label = MSG_people_phone_number,
    .plural = MSG_people_phone_number_plural,
    .icon = "phone",
    .fields = fields,
    .nfields = countof(fields),
    .title = "number",
    .order = "-is_primary",
    .subject = "person",
    .more_of = "phone",
    .before = phone_number_before,
    .flags = E_PERSON_DATA | E_NO_PAGE,
    .after = phone_number_after,
};
