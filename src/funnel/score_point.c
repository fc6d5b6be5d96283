/* score_point.c - points a person got, from which rule and why: the score is the sum of these
 * rows and nothing else.
 */
#include "funnel/funnel.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct field fields[] = {
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_INDEX | F_IMMUTABLE, .ref = "person" },
    { .name = "rule", .label = MSG_core_word_rule,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "score_rule" },
    { .name = "axis", .label = MSG_funnel_score_point_axis,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .choices = choices_axis },
    { .name = "points", .label = MSG_core_word_points,
      .type = FIELD_INT, .flags = F_REQUIRED | F_LIST | F_IMMUTABLE },
    { .name = "reason", .label = MSG_core_word_reason,
      .type = FIELD_TEXT, .flags = F_LIST | F_IMMUTABLE | F_PERSONAL, .max = 300 },
    { .name = "at", .label = MSG_core_word_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "expires_at", .label = MSG_core_word_expires_at,
      .type = FIELD_INSTANT, .flags = F_INDEX },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS score_point_of_person ON score_point (person, at)",
    /* How far a count of everybody has come, and when whose score is to be counted next. */
    "CREATE TABLE IF NOT EXISTS funnel_feed (name TEXT PRIMARY KEY, at BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS funnel_fade (person BIGINT PRIMARY KEY, at BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS funnel_fade_at ON funnel_fade (at)",
    NULL,
};

const struct entity score_point_entity = {
    .name = "score_point",
    .path = "score-points",
    .label = MSG_funnel_score_point,
    .plural = MSG_funnel_score_point_plural,
    .icon = "diff",
    .fields = fields,
    .nfields = countof(fields),
    .title = "reason",
    .subtitle = "rule",
    .order = "-at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_CREATE | E_NO_PAGE | E_DERIVED,
    .schema = schema,
};
