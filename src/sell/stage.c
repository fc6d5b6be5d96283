/* stage.c - one step of a pipeline: how likely a deal in it is won, and what must be known to
 * enter it.
 *
 * required_fields and exit_criteria are checked when a deal moves on; probability feeds the
 * weighted forecast.
 */
#include "sell/inside.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct choice tone_choices[] = {
    { "blue",  MSG_sell_stage_tone_blue,  "blue" },
    { "teal",  MSG_sell_stage_tone_teal,  "teal" },
    { "green", MSG_sell_stage_tone_green, "green" },
    { "amber", MSG_sell_stage_tone_amber, "amber" },
    { "red",   MSG_sell_stage_tone_red,   "red" },
    { "pink",  MSG_sell_stage_tone_pink,  "pink" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "pipeline", .label = MSG_core_word_pipeline,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "pipeline" },
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_QUICK, .max = 80 },
    { .name = "position", .label = MSG_core_word_position,
      .type = FIELD_INT, .flags = F_LIST | F_QUICK, .init = "0" },
    { .name = "probability", .label = MSG_sell_stage_probability,
      .type = FIELD_PERCENT, .flags = F_LIST | F_QUICK, .init = "0" },
    { .name = "forecast", .label = MSG_sell_stage_forecast,
      .type = FIELD_CHOICE, .flags = F_QUICK, .choices = choices_forecast, .init = "pipeline" },
    { .name = "is_won", .label = MSG_sell_stage_is_won,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "false" },
    { .name = "is_lost", .label = MSG_sell_stage_is_lost,
      .type = FIELD_BOOL, .flags = F_LIST, .init = "false" },
    { .name = "max_age_days", .label = MSG_sell_stage_max_age_days,
      .help = MSG_sell_stage_max_age_days_help, .type = FIELD_INT },
    { .name = "required_fields", .label = MSG_sell_stage_required_fields,
      .help = MSG_sell_stage_required_fields_help, .type = FIELD_TEXT, .max = 500 },
    { .name = "exit_criteria", .label = MSG_sell_stage_exit_criteria,
      .help = MSG_sell_stage_exit_criteria_help, .type = FIELD_LONGTEXT, .max = 4000 },
    { .name = "name_en", .label = MSG_sell_stage_name_en, .type = FIELD_TEXT, .max = 80 },
    { .name = "name_bn", .label = MSG_sell_stage_name_bn, .type = FIELD_TEXT, .max = 80 },
    { .name = "name_hi", .label = MSG_sell_stage_name_hi, .type = FIELD_TEXT, .max = 80 },
    { .name = "name_fa", .label = MSG_sell_stage_name_fa, .type = FIELD_TEXT, .max = 80 },
    { .name = "tone", .label = MSG_sell_stage_tone,
      .type = FIELD_CHOICE, .choices = tone_choices, .init = "blue" },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS stage_of_pipeline ON stage (pipeline, position)",
    NULL,
};

static const char *const titles[LANG_COUNT] = {
    [LANG_EN] = "name_en", [LANG_BN] = "name_bn", [LANG_HI] = "name_hi", [LANG_FA] = "name_fa",
};

const struct entity stage_entity = {
    .name = "stage",
    .path = "stages",
    .label = MSG_sell_stage,
    .plural = MSG_sell_stage_plural,
    .icon = "milestone",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .titles = titles,
    .subtitle = "pipeline",
    .order = "position",
    .flags = E_SETTINGS,
    .schema = schema,
    .before = stage_before,
};
