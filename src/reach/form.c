/* form.c - a form that anyone may fill in on a website; each answer makes or finds a person
 * and opens a lead.
 *
 * One form speaks one language; its siblings in other languages point to it.
 */
#include "reach/reach.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/reach.h"

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 120 },
    { .name = "slug", .label = MSG_reach_form_slug,
      .help = MSG_reach_form_slug_help, .type = FIELD_TEXT,
      .flags = F_UNIQUE | F_LIST | F_QUICK | F_INDEX, .max = 60 },
    { .name = "language", .label = MSG_core_word_language,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK, .choices = choices_lang },
    { .name = "sibling_of", .label = MSG_reach_form_sibling_of,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "form" },
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "campaign" },
    { .name = "source", .label = MSG_core_word_source,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = choices_source, .init = "web" },
    { .name = "title", .label = MSG_core_word_title,
      .type = FIELD_TEXT, .flags = F_SEARCH | F_QUICK, .max = 160 },
    { .name = "intro", .label = MSG_reach_form_intro,
      .type = FIELD_LONGTEXT, .max = 2000 },
    { .name = "fields", .label = MSG_reach_form_fields,
      .type = FIELD_LONGTEXT, .max = 20000 },
    { .name = "submit_label", .label = MSG_reach_form_submit_label,
      .type = FIELD_TEXT, .max = 60 },
    { .name = "thanks", .label = MSG_reach_form_thanks,
      .type = FIELD_LONGTEXT, .max = 2000 },
    { .name = "redirect_url", .label = MSG_reach_form_redirect_url, .type = FIELD_URL },
    { .name = "consent_text", .label = MSG_reach_form_consent_text,
      .help = MSG_reach_form_consent_text_help, .type = FIELD_LONGTEXT, .max = 2000 },
    { .name = "consent_version", .label = MSG_reach_form_consent_version,
      .type = FIELD_TEXT, .flags = F_READONLY, .max = 40 },
    { .name = "allowed_hosts", .label = MSG_reach_form_allowed_hosts,
      .help = MSG_reach_form_allowed_hosts_help, .type = FIELD_TEXT, .max = 1000 },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "user", .init = "me" },
    { .name = "notify", .label = MSG_reach_form_notify,
      .type = FIELD_REFS, .ref = "user" },
    { .name = "pool", .label = MSG_core_word_pool,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "pool" },
    { .name = "lead_title", .label = MSG_reach_form_lead_title,
      .type = FIELD_TEXT, .max = 200 },
    { .name = "makes_lead", .label = MSG_reach_form_makes_lead,
      .type = FIELD_BOOL, .init = "true" },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "true" },
    { .name = "submission_count", .label = MSG_reach_form_submission_count,
      .type = FIELD_INT, .flags = F_READONLY, .init = "0" },
};

const struct entity form_entity = {
    .name = "form",
    .path = "forms",
    .label = MSG_reach_form,
    .plural = MSG_reach_form_plural,
    .icon = "clipboard-list",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "title",
    .owner = "owner",
    .order = "name",
};
