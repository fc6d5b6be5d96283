/* pipeline.c - one way of selling, with stages of its own. */
#include "sell/sell.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct choice kind_choices[] = {
    { "new",     MSG_sell_pipeline_kind_new },
    { "renewal", MSG_sell_pipeline_kind_renewal },
    { "partner", MSG_sell_pipeline_kind_partner },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_LIST | F_SEARCH | F_SORT | F_QUICK,
      .max = 80 },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK, .choices = kind_choices, .init = "new" },
    { .name = "team", .label = MSG_core_word_team,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK, .ref = "team" },
    { .name = "is_default", .label = MSG_core_word_is_default,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "false" },
    { .name = "is_active", .label = MSG_core_word_is_active,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "true" },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .init = "0" },
};

const struct entity pipeline_entity = {
    .name = "pipeline",
    .path = "pipelines",
    .label = MSG_sell_pipeline,
    .plural = MSG_sell_pipeline_plural,
    .icon = "square-kanban",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "kind",
    .order = "position",
    .flags = E_SETTINGS,
};
