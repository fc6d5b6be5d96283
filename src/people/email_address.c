/* email_address.c - one of several addresses of a person; the primary one equals person.email. */
#include "people/inside.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct choice kind_choices[] = {
    { "work",  MSG_people_email_address_kind_work },
    { "home",  MSG_people_email_address_kind_home },
    { "other", MSG_people_email_address_kind_other },
    { 0 },
};

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX, .ref = "person" },
    { .name = "address", .label = MSG_core_word_address,
      .type = FIELD_EMAIL, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_INDEX | F_PERSONAL },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_LIST, .choices = kind_choices, .init = "work" },
    { .name = "is_primary", .label = MSG_core_word_is_primary,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "false" },
    { .name = "is_verified", .label = MSG_people_email_address_is_verified,
      .type = FIELD_BOOL, .flags = F_READONLY, .init = "false" },
    { .name = "bounced_at", .label = MSG_people_email_address_bounced_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
};

const struct entity email_address_entity = {
    .name = "email_address",
    .path = "email-addresses",
    .label = MSG_people_email_address,
    .plural = MSG_people_email_address_plural,
    .icon = "mail",
    .fields = fields,
    .nfields = countof(fields),
    .title = "address",
    .order = "-is_primary",
    .subject = "person",
    .more_of = "email",
    .before = email_address_before,
    .flags = E_PERSON_DATA | E_NO_PAGE,
    .after = email_address_after,
};
