/* stage_definition.c - what both teams agree a lifecycle stage means, in words and as a rule,
 * with both signatures.
 *
 * A signed revision never changes: a new one is drafted, and takes its place when both have
 * signed.
 */
#include "funnel/inside.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct choice status_choices[] = {
    { "draft",   MSG_funnel_stage_definition_status_draft,   "amber" },
    { "signed",  MSG_funnel_stage_definition_status_signed,  "green" },
    { "retired", MSG_funnel_stage_definition_status_retired },
    { 0 },
};

static const struct choice owner_team_choices[] = {
    { "marketing", MSG_funnel_stage_definition_owner_team_marketing, "teal" },
    { "sales",     MSG_funnel_stage_definition_owner_team_sales,     "blue" },
    { "success",   MSG_funnel_stage_definition_owner_team_success,   "green" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "title", .label = MSG_core_word_title,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 120 },
    { .name = "stage", .label = MSG_core_word_stage,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX,
      .choices = choices_lifecycle },
    { .name = "revision", .label = MSG_funnel_stage_definition_revision,
      .type = FIELD_INT, .flags = F_LIST | F_READONLY, .init = "1" },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX | F_READONLY, .choices = status_choices,
      .init = "draft" },
    { .name = "owner_team", .label = MSG_funnel_stage_definition_owner_team,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = owner_team_choices },
    { .name = "buyer_stage", .label = MSG_funnel_stage_definition_buyer_stage,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = choices_buyer_stage },
    { .name = "text_en", .label = MSG_funnel_stage_definition_text_en,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH, .max = 4000 },
    { .name = "text_bn", .label = MSG_funnel_stage_definition_text_bn,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH, .max = 4000 },
    { .name = "text_hi", .label = MSG_funnel_stage_definition_text_hi,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH, .max = 4000 },
    { .name = "text_fa", .label = MSG_funnel_stage_definition_text_fa,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH, .max = 4000 },
    { .name = "criteria", .label = MSG_core_word_criteria,
      .help = MSG_funnel_stage_definition_criteria_help, .type = FIELD_LONGTEXT, .flags = F_QUERY, .max = 4000 },
    { .name = "evidence", .label = MSG_funnel_stage_definition_evidence,
      .help = MSG_funnel_stage_definition_evidence_help, .type = FIELD_TEXT, .max = 500 },
    { .name = "signed_sales_by", .label = MSG_core_signed_sales_by,
      .type = FIELD_REF, .flags = F_READONLY, .ref = "user" },
    { .name = "signed_sales_at", .label = MSG_core_signed_sales_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "signed_marketing_by", .label = MSG_core_signed_marketing_by,
      .type = FIELD_REF, .flags = F_READONLY, .ref = "user" },
    { .name = "signed_marketing_at", .label = MSG_core_signed_marketing_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
};

const struct entity stage_definition_entity = {
    .name = "stage_definition",
    .path = "definitions",
    .label = MSG_funnel_stage_definition,
    .plural = MSG_funnel_stage_definition_plural,
    .icon = "file-check-2",
    .fields = fields,
    .nfields = countof(fields),
    .title = "title",
    .subtitle = "stage",
    .order = "stage",
    .before = definition_before,
};
