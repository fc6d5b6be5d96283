/* share.c - one record opened to one user or team who would not see it otherwise. */
#include "core/core.h"
#include "msg/core.h"

static const struct choice permission_choices[] = {
    { "see",    MSG_core_share_permission_see },
    { "change", MSG_core_share_permission_change },
    { 0 },
};

static const struct field fields[] = {
    { .name = "entity", .label = MSG_core_share_entity,
      .type = FIELD_ENTITY, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE },
    { .name = "record", .label = MSG_core_share_record,
      .type = FIELD_INT, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE },
    { .name = "member", .label = MSG_core_share_member,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "user" },
    { .name = "team", .label = MSG_core_word_team,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "team" },
    { .name = "permission", .label = MSG_core_share_permission,
      .type = FIELD_CHOICE, .flags = F_LIST, .choices = permission_choices, .init = "see" },
    { .name = "expires_at", .label = MSG_core_word_expires_at, .type = FIELD_INSTANT },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS share_record ON share (entity, record)",
    NULL,
};

const struct entity share_entity = {
    .name = "share",
    .path = "shares",
    .label = MSG_core_share,
    .plural = MSG_core_share_plural,
    .icon = "share-2",
    .fields = fields,
    .nfields = countof(fields),
    .title = "member",
    .subtitle = "entity",
    .order = "-created_at",
    .flags = E_NO_PAGE,
    .schema = schema,
};
