/* api_token.c - a key for a program that speaks to the API as its owner, with no more rights
 * than theirs.
 *
 * Only a fingerprint is kept: the token itself is shown once.
 */
#include "core/core.h"
#include "msg/core.h"

static const struct choice scopes_choices[] = {
    { "see",    MSG_core_api_token_scopes_see },
    { "create", MSG_core_api_token_scopes_create },
    { "change", MSG_core_api_token_scopes_change },
    { "delete", MSG_core_api_token_scopes_delete },
    { "export", MSG_core_api_token_scopes_export },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .help = MSG_core_api_token_name_help, .type = FIELD_TEXT,
      .flags = F_REQUIRED | F_LIST | F_QUICK, .max = 80 },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_READONLY, .ref = "user", .init = "me" },
    { .name = "token_hash", .label = MSG_core_word_token_hash,
      .type = FIELD_TEXT, .flags = F_SECRET | F_IMMUTABLE, .max = 64 },
    { .name = "scopes", .label = MSG_core_api_token_scopes,
      .type = FIELD_CHOICES, .flags = F_LIST | F_QUICK | F_IMMUTABLE, .choices = scopes_choices,
      .init = "see" },
    { .name = "last_used_at", .label = MSG_core_api_token_last_used_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_READONLY },
    { .name = "expires_at", .label = MSG_core_word_expires_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_QUICK | F_IMMUTABLE },
    { .name = "revoked_at", .label = MSG_core_api_token_revoked_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
};

const struct entity api_token_entity = {
    .name = "api_token",
    .path = "tokens",
    .label = MSG_core_api_token,
    .plural = MSG_core_api_token_plural,
    .icon = "key-round",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .owner = "owner",
    .order = "-created_at",
    .flags = E_NO_PAGE,
};
