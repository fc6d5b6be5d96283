/* company.c - an organisation that buys, may buy, or belongs to one that does.
 *
 * Companies nest through parent: figures of a group include its members.
 */
#include "people/inside.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/people.h"
#include "msg/score.h"

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 200 },
    { .name = "legal_name", .label = MSG_people_company_legal_name,
      .type = FIELD_TEXT, .flags = F_SEARCH, .max = 200 },
    { .name = "domain", .label = MSG_people_company_domain,
      .help = MSG_people_company_domain_help, .type = FIELD_TEXT,
      .flags = F_SEARCH | F_QUICK | F_INDEX, .max = 120 },
    { .name = "website", .label = MSG_core_word_website, .type = FIELD_URL },
    { .name = "phone", .label = MSG_core_word_phone,
      .type = FIELD_PHONE, .flags = F_SEARCH | F_QUICK | F_INDEX },
    { .name = "industry", .label = MSG_people_company_industry,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = choices_industry },
    { .name = "employees", .label = MSG_people_company_employees,
      .type = FIELD_INT, .flags = F_INDEX },
    { .name = "founded", .label = MSG_people_company_founded, .type = FIELD_INT, .flags = F_NO_GROUPS },
    { .name = "annual_revenue", .label = MSG_people_company_annual_revenue,
      .type = FIELD_MONEY, .flags = F_LIST | F_INDEX },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "parent", .label = MSG_people_company_parent,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "company" },
    { .name = "is_key", .label = MSG_people_company_is_key,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "false" },
    { .name = "lifecycle", .label = MSG_core_word_lifecycle,
      .type = FIELD_CHOICE, .flags = F_INDEX | F_READONLY, .choices = choices_lifecycle,
      .init = "lead" },
    { .name = "fit", .label = MSG_people_person_fit,
      .help = MSG_score_company_fit_help, .type = FIELD_INT, .flags = F_INDEX | F_READONLY },
    { .name = "engagement", .label = MSG_people_person_engagement,
      .help = MSG_score_company_engagement_help, .type = FIELD_INT, .flags = F_INDEX | F_READONLY },
    { .name = "grade", .label = MSG_core_word_grade,
      .help = MSG_people_person_grade_help, .type = FIELD_TEXT, .flags = F_INDEX | F_READONLY,
      .max = 2 },
    { .name = "source", .label = MSG_core_word_source,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = choices_source },
    { .name = "country", .label = MSG_core_word_country,
      .type = FIELD_COUNTRY, .flags = F_LIST | F_QUICK | F_INDEX | F_SORT },
    { .name = "city", .label = MSG_core_word_city,
      .type = FIELD_TEXT, .flags = F_INDEX, .max = 80 },
    { .name = "address", .label = MSG_core_word_address, .type = FIELD_ADDRESS },
    { .name = "tax_number", .label = MSG_people_company_tax_number,
      .help = MSG_people_company_tax_number_help, .type = FIELD_TEXT,
      .flags = F_SEARCH | F_INDEX, .max = 40 },
    { .name = "registration_number", .label = MSG_people_company_registration_number,
      .type = FIELD_TEXT, .flags = F_INDEX, .max = 40 },
    { .name = "tags", .label = MSG_core_word_tags, .type = FIELD_TAGS, .flags = F_INDEX },
    { .name = "last_activity_at", .label = MSG_core_word_last_activity_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "next_step_at", .label = MSG_core_word_next_step_at,
      .type = FIELD_INSTANT, .flags = F_INDEX },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_LONGTEXT, .max = 20000 },
};

const struct entity company_entity = {
    .name = "company",
    .path = "companies",
    .label = MSG_people_company,
    .plural = MSG_people_company_plural,
    .icon = "building-2",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "industry",
    .owner = "owner",
    .order = "name",
    .before = company_before,
};
