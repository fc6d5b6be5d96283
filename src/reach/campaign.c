/* campaign.c - one effort to reach people, with its goal, its money and what came of it.
 *
 * Budget and spend are sums of its budget lines, kept by the program.
 */
#include "reach/inside.h"

static const struct choice status_choices[] = {
    { "planned",   MSG_reach_campaign_status_planned,   "blue" },
    { "active",    MSG_reach_campaign_status_active,    "green" },
    { "paused",    MSG_reach_campaign_status_paused,    "amber" },
    { "done",      MSG_reach_campaign_status_done },
    { "cancelled", MSG_reach_campaign_status_cancelled },
    { 0 },
};

static const struct choice goal_choices[] = {
    { "awareness", MSG_reach_campaign_goal_awareness },
    { "leads",     MSG_reach_campaign_goal_leads },
    { "deals",     MSG_reach_campaign_goal_deals },
    { "retention", MSG_reach_campaign_goal_retention },
    { "win_back",  MSG_reach_campaign_goal_win_back },
    { "launch",    MSG_reach_campaign_goal_launch },
    { 0 },
};

static const struct field fields[] = {
    { .name = "name", .label = MSG_core_word_name,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 160 },
    { .name = "parent", .label = MSG_reach_campaign_parent,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "campaign" },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX, .choices = status_choices,
      .init = "planned" },
    { .name = "channel", .label = MSG_core_word_channel,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = choices_channel },
    { .name = "goal", .label = MSG_reach_campaign_goal,
      .type = FIELD_CHOICE, .flags = F_QUICK | F_INDEX, .choices = goal_choices },
    { .name = "owner", .label = MSG_core_word_owner,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "user", .init = "me" },
    { .name = "starts", .label = MSG_core_word_starts,
      .type = FIELD_DATE, .flags = F_LIST | F_QUICK | F_INDEX },
    { .name = "ends", .label = MSG_core_word_ends,
      .type = FIELD_DATE, .flags = F_QUICK | F_INDEX },
    { .name = "audience", .label = MSG_reach_campaign_audience,
      .type = FIELD_TEXT, .max = 500 },
    { .name = "product", .label = MSG_core_word_product,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "product" },
    { .name = "target_leads", .label = MSG_reach_campaign_target_leads,
      .type = FIELD_INT },
    { .name = "target_revenue", .label = MSG_reach_campaign_target_revenue,
      .type = FIELD_MONEY },
    { .name = "budget", .label = MSG_reach_campaign_budget,
      .type = FIELD_MONEY, .flags = F_LIST | F_READONLY },
    { .name = "spend", .label = MSG_reach_campaign_spend,
      .type = FIELD_MONEY, .flags = F_READONLY },
    { .name = "utm_campaign", .label = MSG_core_word_utm_campaign,
      .help = MSG_reach_campaign_utm_campaign_help, .type = FIELD_TEXT,
      .flags = F_UNIQUE | F_INDEX, .max = 120 },
    { .name = "tags", .label = MSG_core_word_tags, .type = FIELD_TAGS, .flags = F_INDEX },
    { .name = "description", .label = MSG_core_word_description,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH, .max = 20000 },
};

const struct entity campaign_entity = {
    .name = "campaign",
    .path = "campaigns",
    .label = MSG_reach_campaign,
    .plural = MSG_reach_campaign_plural,
    .icon = "megaphone",
    .fields = fields,
    .nfields = countof(fields),
    .title = "name",
    .subtitle = "channel",
    .owner = "owner",
    .order = "-starts",
    .before = campaign_before,
};
