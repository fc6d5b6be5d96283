/* company_member.c - a colleague in the team around a company: sellers and marketers of a key
 * account side by side.
 */
#include "people/people.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct choice duty_choices[] = {
    { "account_manager", MSG_people_company_member_duty_account_manager, "blue" },
    { "seller",          MSG_people_company_member_duty_seller,          "blue" },
    { "marketer",        MSG_people_company_member_duty_marketer,        "teal" },
    { "specialist",      MSG_people_company_member_duty_specialist },
    { "success",         MSG_people_company_member_duty_success,         "green" },
    { "sponsor",         MSG_people_company_member_duty_sponsor },
    { 0 },
};

static const struct field fields[] = {
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX, .ref = "company" },
    { .name = "member", .label = MSG_people_company_member_member,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "user" },
    { .name = "duty", .label = MSG_people_company_member_duty,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = duty_choices },
};

const struct entity company_member_entity = {
    .name = "company_member",
    .path = "company-members",
    .label = MSG_people_company_member,
    .plural = MSG_people_company_member_plural,
    .icon = "users-round",
    .fields = fields,
    .nfields = countof(fields),
    .title = "member",
    .subtitle = "duty",
    .owner = "member",
    .order = "created_at",
    .flags = E_NO_PAGE,
};
