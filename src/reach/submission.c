/* submission.c - one answer to a form, kept as it came, with where the visitor came from.
 *
 * idempotency_key makes a form sent twice one answer.
 */
#include "reach/reach.h"
#include "msg/core.h"
#include "msg/reach.h"

static const struct field fields[] = {
    { .name = "form", .label = MSG_core_word_form,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "form" },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "person" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "lead" },
    { .name = "email", .label = MSG_core_word_email,
      .type = FIELD_TEXT, .flags = F_LIST | F_SEARCH | F_IMMUTABLE | F_PERSONAL, .max = 254 },
    { .name = "at", .label = MSG_core_word_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "data", .label = MSG_reach_submission_data,
      .type = FIELD_LONGTEXT, .flags = F_HIDDEN | F_IMMUTABLE | F_PERSONAL, .max = 100000 },
    { .name = "ip", .label = MSG_core_word_ip,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE | F_PERSONAL, .max = 64 },
    { .name = "referrer", .label = MSG_core_word_referrer,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 2000 },
    { .name = "landing_page", .label = MSG_core_word_landing_page,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 2000 },
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "campaign" },
    { .name = "utm_source", .label = MSG_core_word_utm_source,
      .type = FIELD_TEXT, .flags = F_INDEX | F_IMMUTABLE, .max = 200 },
    { .name = "utm_medium", .label = MSG_core_word_utm_medium,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 200 },
    { .name = "utm_campaign", .label = MSG_core_word_utm_campaign,
      .type = FIELD_TEXT, .flags = F_INDEX | F_IMMUTABLE, .max = 200 },
    { .name = "utm_term", .label = MSG_core_word_utm_term,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 200 },
    { .name = "utm_content", .label = MSG_core_word_utm_content,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 200 },
    { .name = "visitor", .label = MSG_reach_submission_visitor,
      .type = FIELD_TEXT, .flags = F_INDEX | F_HIDDEN | F_IMMUTABLE, .max = 64 },
    { .name = "is_spam", .label = MSG_reach_submission_is_spam,
      .type = FIELD_BOOL, .flags = F_LIST | F_INDEX, .init = "false" },
    { .name = "idempotency_key", .label = MSG_reach_submission_idempotency_key,
      .type = FIELD_TEXT, .flags = F_UNIQUE | F_HIDDEN | F_IMMUTABLE, .max = 80 },
};

const struct entity submission_entity = {
    .name = "submission",
    .path = "submissions",
    .label = MSG_reach_submission,
    .plural = MSG_reach_submission_plural,
    .icon = "inbox",
    .fields = fields,
    .nfields = countof(fields),
    .title = "email",
    .subtitle = "form",
    .order = "-at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_CREATE,
};
