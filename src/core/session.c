/* session.c - a device that is signed in.
 *
 * Only a fingerprint of the cookie is kept: a stolen backup opens no account.
 */
#include "core/core.h"
#include "msg/core.h"

static const struct field fields[] = {
    { .name = "holder", .label = MSG_core_session_holder,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "user" },
    { .name = "token_hash", .label = MSG_core_word_token_hash,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_INDEX | F_SECRET | F_IMMUTABLE, .max = 64 },
    { .name = "agent", .label = MSG_core_session_agent,
      .type = FIELD_TEXT, .flags = F_LIST | F_IMMUTABLE, .max = 300 },
    { .name = "ip", .label = MSG_core_word_ip,
      .type = FIELD_TEXT, .flags = F_LIST | F_IMMUTABLE | F_PERSONAL, .max = 64 },
    { .name = "seen_at", .label = MSG_core_session_seen_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_READONLY },
    { .name = "expires_at", .label = MSG_core_word_expires_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
};

const struct entity session_entity = {
    .name = "session",
    .path = "sessions",
    .label = MSG_core_session,
    .plural = MSG_core_session_plural,
    .icon = "monitor-smartphone",
    .fields = fields,
    .nfields = countof(fields),
    .title = "agent",
    .owner = "holder",
    .order = "-seen_at",
    .flags = E_NO_CREATE | E_NO_PAGE,
};
