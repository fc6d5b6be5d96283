/* deal.c - one sale in the making, from opened to won or lost.
 *
 * status follows the stage; close_date is expected while the deal is open and the real one
 * afterwards. rank is its place in the column of the board.
 */
#include "sell/inside.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/sell.h"

static const struct choice status_choices[] = {
    { "open", MSG_sell_deal_status_open, "blue" },
    { "won",  MSG_sell_deal_status_won,  "green" },
    { "lost", MSG_sell_deal_status_lost, "red" },
    { 0 },
};

static const struct choice won_reason_choices[] = {
    { "product",      MSG_sell_deal_won_reason_product },
    { "price",        MSG_sell_deal_won_reason_price },
    { "relationship", MSG_sell_deal_won_reason_relationship },
    { "service",      MSG_sell_deal_won_reason_service },
    { "brand",        MSG_sell_deal_won_reason_brand },
    { "speed",        MSG_sell_deal_won_reason_speed },
    { "other",        MSG_sell_deal_won_reason_other },
    { 0 },
};

static const struct choice lost_reason_choices[] = {
    { "price",           MSG_sell_deal_lost_reason_price },
    { "competitor",      MSG_sell_deal_lost_reason_competitor },
    { "no_budget",       MSG_sell_deal_lost_reason_no_budget },
    { "no_decision",     MSG_sell_deal_lost_reason_no_decision },
    { "timing",          MSG_sell_deal_lost_reason_timing },
    { "no_need",         MSG_sell_deal_lost_reason_no_need },
    { "missing_feature", MSG_sell_deal_lost_reason_missing_feature },
    { "no_response",     MSG_sell_deal_lost_reason_no_response },
    { "other",           MSG_sell_deal_lost_reason_other },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 200 },
    { .name = "code", .label = MSG_sell_deal_code,
      .type = FIELD_TEXT, .flags = F_UNIQUE | F_SEARCH | F_IMMUTABLE, .max = 60 },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "company" },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_QUICK | F_INDEX, .ref = "person" },
    { .name = "pipeline", .label = MSG_core_word_pipeline,
      .type = FIELD_REF, .flags = F_QUICK | F_INDEX, .ref = "pipeline" },
    { .name = "stage", .label = MSG_core_word_stage,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "stage" },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX, .ref = "user", .init = "me" },
    { .name = "amount", .label = MSG_core_word_amount,
      .type = FIELD_MONEY, .flags = F_LIST | F_QUICK | F_INDEX },
    { .name = "product", .label = MSG_sell_deal_product,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "product" },
    { .name = "close_date", .label = MSG_core_word_close_date,
      .type = FIELD_DATE, .flags = F_LIST | F_QUICK | F_INDEX },
    { .name = "opened_at", .label = MSG_sell_deal_opened_at,
      .type = FIELD_DATE, .flags = F_INDEX, .init = "today" },
    { .name = "closed_at", .label = MSG_sell_deal_closed_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_INDEX | F_READONLY, .choices = status_choices,
      .init = "open" },
    { .name = "probability", .label = MSG_sell_deal_probability,
      .type = FIELD_PERCENT, .flags = F_READONLY },
    { .name = "forecast", .label = MSG_sell_deal_forecast,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = choices_forecast, .init = "pipeline" },
    { .name = "won_reason", .label = MSG_sell_deal_won_reason,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = won_reason_choices },
    { .name = "lost_reason", .label = MSG_sell_deal_lost_reason,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = lost_reason_choices },
    { .name = "close_note", .label = MSG_sell_deal_close_note,
      .type = FIELD_TEXT, .max = 1000 },
    { .name = "competitor", .label = MSG_sell_deal_competitor,
      .type = FIELD_TEXT, .flags = F_SEARCH | F_INDEX, .max = 120 },
    { .name = "source", .label = MSG_core_word_source,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = choices_source },
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "campaign" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "lead" },
    { .name = "next_step", .label = MSG_core_word_next_step,
      .type = FIELD_TEXT, .max = 300 },
    { .name = "next_step_at", .label = MSG_core_word_next_step_at,
      .type = FIELD_INSTANT, .flags = F_INDEX },
    { .name = "last_activity_at", .label = MSG_core_word_last_activity_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "stage_entered_at", .label = MSG_sell_deal_stage_entered_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "rank", .label = MSG_sell_deal_rank,
      .type = FIELD_TEXT, .flags = F_INDEX | F_READONLY | F_HIDDEN, .max = 40 },
    { .name = "buyer_stage", .label = MSG_sell_deal_buyer_stage,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = choices_buyer_stage },
    { .name = "tags", .label = MSG_core_word_tags, .type = FIELD_TAGS, .flags = F_INDEX },
    { .name = "description", .label = MSG_core_word_description,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH, .max = 20000 },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS deal_board ON deal (pipeline, stage, rank)",
    /* With what the queue of home asks of a deal, so that those that are in order are passed without a look at them. */
    "CREATE INDEX IF NOT EXISTS deal_queue ON deal (owner, status, next_step_at, last_activity_at, created_at, deleted_at)",
    /* All that boards and reports sum, so that they need not fetch each deal: a tenth of the time. */
    "CREATE INDEX IF NOT EXISTS deal_sums ON deal (status, close_date, pipeline, stage, owner, product, amount_base, closed_at, opened_at, deleted_at)"
    " WHERE deleted_at IS NULL",
    NULL,
};

const struct entity deal_entity = {
    .name = "deal",
    .path = "deals",
    .label = MSG_sell_deal,
    .plural = MSG_sell_deal_plural,
    .icon = "handshake",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "company",
    .owner = "owner",
    .order = "-updated_at",
    .subject = "person",
    .flags = E_PERSON_DATA,
    .schema = schema,
    .before = deal_before,
    .after = deal_after,
};
