/* attachment.c - a file kept with a person, a company, a deal, a lead or an order. */
#include "people/people.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct choice kind_choices[] = {
    { "contract", MSG_people_attachment_kind_contract },
    { "proposal", MSG_people_attachment_kind_proposal },
    { "invoice",  MSG_people_attachment_kind_invoice },
    { "photo",    MSG_people_attachment_kind_photo },
    { "other",    MSG_people_attachment_kind_other },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 255 },
    { .name = "file", .label = MSG_people_attachment_file,
      .type = FIELD_FILE, .flags = F_REQUIRED | F_LIST | F_QUICK },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK, .choices = kind_choices, .init = "other" },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "person" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "company" },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "deal" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "lead" },
    { .name = "sales_order", .label = MSG_core_word_order,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "sales_order" },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_TEXT, .max = 500 },
};

const struct entity attachment_entity = {
    .name = "attachment",
    .path = "attachments",
    .label = MSG_people_attachment,
    .plural = MSG_people_attachment_plural,
    .icon = "paperclip",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "kind",
    .order = "-created_at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_PAGE,
};
