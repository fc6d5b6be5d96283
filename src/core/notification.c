/* notification.c - something one user should know, until they have seen it.
 *
 * Text is stored ready in the recipient's language.
 */
#include "core/core.h"
#include "msg/core.h"

static const struct choice level_choices[] = {
    { "info",    MSG_core_notification_level_info,    "blue" },
    { "success", MSG_core_notification_level_success, "green" },
    { "warning", MSG_core_notification_level_warning, "amber" },
    { "urgent",  MSG_core_notification_level_urgent,  "red" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "recipient", .label = MSG_core_notification_recipient,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "user" },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_TEXT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .max = 40 },
    { .name = "level", .label = MSG_core_notification_level,
      .type = FIELD_CHOICE, .flags = F_IMMUTABLE, .choices = level_choices, .init = "info" },
    { .name = "title", .label = MSG_core_word_title,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_IMMUTABLE, .max = 300 },
    { .name = "body", .label = MSG_core_notification_body,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 2000 },
    { .name = "path", .label = MSG_core_notification_path,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 500 },
    { .name = "entity", .label = MSG_core_notification_entity,
      .type = FIELD_ENTITY, .flags = F_IMMUTABLE },
    { .name = "record", .label = MSG_core_notification_record,
      .type = FIELD_INT, .flags = F_IMMUTABLE },
    { .name = "read_at", .label = MSG_core_notification_read_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS notification_inbox"
    " ON notification (recipient, read_at, created_at)",
    NULL,
};

const struct entity notification_entity = {
    .name = "notification",
    .path = "notifications",
    .label = MSG_core_notification,
    .plural = MSG_core_notification_plural,
    .icon = "bell",
    .fields = fields,
    .nfields = countof(fields),
    .title = "title",
    .subtitle = "body",
    .owner = "recipient",
    .order = "-created_at",
    .flags = E_NO_CREATE | E_NO_PAGE,
    .schema = schema,
};
