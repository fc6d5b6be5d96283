/* chance_model.c - what was learnt from the leads of the past, kept with how good it was. */
#include "funnel/chance.h"
#include "msg/score.h"

static const struct field fields[] = {
    { .name = "fitted_at", .label = MSG_score_model_fitted_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_READONLY },
    { .name = "leads", .label = MSG_score_model_leads,
      .help = MSG_score_model_leads_help, .type = FIELD_INT, .flags = F_LIST | F_READONLY },
    { .name = "deals", .label = MSG_score_model_deals, .type = FIELD_INT, .flags = F_LIST | F_READONLY },
    { .name = "auc", .label = MSG_score_model_auc, .help = MSG_score_model_auc_help,
      .type = FIELD_DECIMAL, .scale = 3, .flags = F_LIST | F_READONLY },
    { .name = "brier", .label = MSG_score_model_brier, .help = MSG_score_model_brier_help,
      .type = FIELD_DECIMAL, .scale = 3, .flags = F_LIST | F_READONLY },
    { .name = "lift", .label = MSG_score_model_lift, .help = MSG_score_model_lift_help,
      .type = FIELD_DECIMAL, .scale = 2, .flags = F_LIST | F_READONLY },
    { .name = "data", .label = MSG_score_model_data,
      .type = FIELD_LONGTEXT, .flags = F_HIDDEN | F_READONLY, .max = 400000 },
};

const struct entity chance_model_entity = {
    .name = "chance_model",
    .path = "chance-models",
    .label = MSG_score_model,
    .plural = MSG_score_model_plural,
    .icon = "gauge",
    .fields = fields,
    .nfields = countof(fields),
    .title = "fitted_at",
    .subtitle = "auc",
    .order = "-fitted_at",
    .flags = E_SETTINGS | E_NO_CREATE | E_NO_PAGE,
};
