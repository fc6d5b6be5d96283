/* consent.c - one statement of a person about one purpose and channel, with its proof.
 *
 * Rows are added, never changed: the newest one of a purpose and channel holds, and
 * person.consent_* repeats it.
 */
#include "people/people.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct choice purpose_choices[] = {
    { "marketing",  MSG_people_consent_purpose_marketing },
    { "newsletter", MSG_people_consent_purpose_newsletter },
    { "service",    MSG_people_consent_purpose_service },
    { "survey",     MSG_people_consent_purpose_survey },
    { "profiling",  MSG_people_consent_purpose_profiling },
    { 0 },
};

static const struct choice channel_choices[] = {
    { "email",    MSG_people_consent_channel_email },
    { "sms",      MSG_people_consent_channel_sms },
    { "phone",    MSG_people_consent_channel_phone },
    { "whatsapp", MSG_people_consent_channel_whatsapp },
    { "tracking", MSG_people_consent_channel_tracking },
    { 0 },
};

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "person" },
    { .name = "purpose", .label = MSG_people_consent_purpose,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE,
      .choices = purpose_choices, .init = "marketing" },
    { .name = "channel", .label = MSG_core_word_channel,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE,
      .choices = channel_choices },
    { .name = "state", .label = MSG_people_consent_state,
      .type = FIELD_CHOICE, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX | F_IMMUTABLE,
      .choices = choices_consent },
    { .name = "at", .label = MSG_core_word_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "text_version", .label = MSG_people_consent_text_version,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 40 },
    { .name = "wording", .label = MSG_people_consent_wording,
      .type = FIELD_LONGTEXT, .flags = F_IMMUTABLE, .max = 5000 },
    { .name = "source_url", .label = MSG_people_consent_source_url,
      .type = FIELD_URL, .flags = F_IMMUTABLE },
    { .name = "evidence", .label = MSG_people_consent_evidence,
      .type = FIELD_LONGTEXT, .flags = F_IMMUTABLE | F_PERSONAL, .max = 2000 },
};

const struct entity consent_entity = {
    .name = "consent",
    .path = "consents",
    .label = MSG_people_consent,
    .plural = MSG_people_consent_plural,
    .icon = "shield-check",
    .fields = fields,
    .nfields = countof(fields),
    .title = "purpose",
    .subtitle = "channel",
    .order = "-at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_DELETE | E_NO_PAGE,
};
