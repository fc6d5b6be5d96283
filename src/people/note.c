/* note.c - what someone wants remembered about a person, a company, a deal or a lead. */
#include "people/inside.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct field fields[] = {
    { .name = "body", .label = MSG_people_note_body,
      .type = FIELD_LONGTEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_QUICK | F_PERSONAL,
      .max = 20000 },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "person" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "company" },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "deal" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "lead" },
    { .name = "author", .label = MSG_people_note_author,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "is_pinned", .label = MSG_people_note_is_pinned,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "false" },
};

const struct entity note_entity = {
    .name = "note",
    .path = "notes",
    .label = MSG_people_note,
    .plural = MSG_people_note_plural,
    .icon = "sticky-note",
    .fields = fields,
    .nfields = countof(fields),
    .title = "body",
    .owner = "author",
    .order = "-created_at",
    .subject = "person",
    .flags = E_PERSON_DATA,
    .after = note_after,
};
