/* lead.c - one interest of one person at one time, handed from marketing to sales under a
 * clock.
 *
 * The score and grade are those of the moment of the offer. due_at is the first touch's deadline
 * in business time; breached_at stays once set, and the clock goes on, so that the real time to
 * act is known.
 */
#include "funnel/inside.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct choice status_choices[] = {
    { "new",          MSG_funnel_lead_status_new,          "blue" },
    { "offered",      MSG_funnel_lead_status_offered,      "amber" },
    { "accepted",     MSG_funnel_lead_status_accepted,     "teal" },
    { "returned",     MSG_funnel_lead_status_returned,     "red" },
    { "qualified",    MSG_funnel_lead_status_qualified,    "teal" },
    { "converted",    MSG_funnel_lead_status_converted,    "green" },
    { "recycled",     MSG_funnel_lead_status_recycled },
    { "disqualified", MSG_funnel_lead_status_disqualified },
    { 0 },
};

static const struct choice return_reason_choices[] = {
    { "misrouted",           MSG_funnel_lead_return_reason_misrouted },
    { "duplicate",           MSG_funnel_lead_return_reason_duplicate },
    { "incomplete",          MSG_funnel_lead_return_reason_incomplete },
    { "wrong_data",          MSG_funnel_lead_return_reason_wrong_data },
    { "outside_target",      MSG_funnel_lead_return_reason_outside_target },
    { "not_enough_activity", MSG_funnel_lead_return_reason_not_enough_activity },
    { "wrong_level",         MSG_funnel_lead_return_reason_wrong_level },
    { 0 },
};

static const struct choice recycle_reason_choices[] = {
    { "no_budget",    MSG_funnel_lead_recycle_reason_no_budget },
    { "no_need_now",  MSG_funnel_lead_recycle_reason_no_need_now },
    { "no_authority", MSG_funnel_lead_recycle_reason_no_authority },
    { "timing",       MSG_funnel_lead_recycle_reason_timing },
    { "competitor",   MSG_funnel_lead_recycle_reason_competitor },
    { "unresponsive", MSG_funnel_lead_recycle_reason_unresponsive },
    { 0 },
};

static const struct choice disqualify_reason_choices[] = {
    { "not_a_buyer",    MSG_funnel_lead_disqualify_reason_not_a_buyer },
    { "wrong_contact",  MSG_funnel_lead_disqualify_reason_wrong_contact },
    { "outside_target", MSG_funnel_lead_disqualify_reason_outside_target },
    { "competitor",     MSG_funnel_lead_disqualify_reason_competitor },
    { "job_seeker",     MSG_funnel_lead_disqualify_reason_job_seeker },
    { "spam",           MSG_funnel_lead_disqualify_reason_spam },
    { 0 },
};

static const struct field fields[] = {
    { .name = "title", .label = MSG_funnel_lead_title,
      .help = MSG_funnel_lead_title_help, .type = FIELD_TEXT,
      .flags = F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 200 },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_REQUIRED | F_LIST | F_QUICK | F_INDEX, .ref = "person" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_QUICK | F_INDEX, .ref = "company" },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX, .choices = status_choices, .init = "new" },
    { .name = "source", .label = MSG_core_word_source,
      .type = FIELD_CHOICE, .flags = F_QUICK | F_INDEX, .choices = choices_source },
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_QUICK | F_INDEX, .ref = "campaign" },
    { .name = "form", .label = MSG_core_word_form,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "form" },
    { .name = "content", .label = MSG_funnel_lead_content,
      .type = FIELD_TEXT, .max = 300 },
    { .name = "product", .label = MSG_core_word_product,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "product" },
    { .name = "owner", .label = MSG_funnel_lead_owner,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "user" },
    { .name = "pool", .label = MSG_core_word_pool,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "pool" },
    { .name = "route", .label = MSG_funnel_handoff_route,
      .type = FIELD_TEXT, .flags = F_READONLY | F_HIDDEN, .max = 1000 },
    { .name = "score", .label = MSG_funnel_lead_score,
      .type = FIELD_INT, .flags = F_READONLY },
    { .name = "grade", .label = MSG_core_word_grade,
      .type = FIELD_TEXT, .flags = F_LIST | F_INDEX | F_READONLY, .max = 2 },
    { .name = "offered_at", .label = MSG_funnel_lead_offered_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "offered_by", .label = MSG_funnel_lead_offered_by,
      .type = FIELD_REF, .flags = F_READONLY, .ref = "user" },
    { .name = "due_at", .label = MSG_funnel_lead_due_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_READONLY },
    { .name = "paused_at", .label = MSG_funnel_lead_paused_at,
      .type = FIELD_INSTANT, .flags = F_READONLY },
    { .name = "accepted_at", .label = MSG_funnel_lead_accepted_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "first_touch_at", .label = MSG_funnel_lead_first_touch_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "attempts", .label = MSG_funnel_lead_attempts,
      .type = FIELD_INT, .flags = F_READONLY, .init = "0" },
    { .name = "breached_at", .label = MSG_funnel_lead_breached_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "return_reason", .label = MSG_funnel_lead_return_reason,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = return_reason_choices },
    { .name = "return_note", .label = MSG_funnel_lead_return_note,
      .type = FIELD_TEXT, .max = 1000 },
    { .name = "recycle_reason", .label = MSG_funnel_lead_recycle_reason,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = recycle_reason_choices },
    { .name = "recycle_at", .label = MSG_funnel_lead_recycle_at,
      .type = FIELD_DATE, .flags = F_INDEX },
    { .name = "disqualify_reason", .label = MSG_funnel_lead_disqualify_reason,
      .type = FIELD_CHOICE, .flags = F_INDEX, .choices = disqualify_reason_choices },
    { .name = "need", .label = MSG_funnel_lead_need, .type = FIELD_TEXT, .max = 1000 },
    { .name = "budget", .label = MSG_funnel_lead_budget, .type = FIELD_TEXT, .max = 300 },
    { .name = "authority", .label = MSG_funnel_lead_authority,
      .type = FIELD_TEXT, .max = 300 },
    { .name = "timing", .label = MSG_funnel_lead_timing, .type = FIELD_TEXT, .max = 300 },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_INDEX | F_READONLY, .ref = "deal" },
    { .name = "next_step", .label = MSG_core_word_next_step,
      .type = FIELD_TEXT, .max = 300 },
    { .name = "next_step_at", .label = MSG_core_word_next_step_at,
      .type = FIELD_INSTANT, .flags = F_INDEX },
    { .name = "last_activity_at", .label = MSG_core_word_last_activity_at,
      .type = FIELD_INSTANT, .flags = F_INDEX | F_READONLY },
    { .name = "tags", .label = MSG_core_word_tags, .type = FIELD_TAGS, .flags = F_INDEX },
    { .name = "note", .label = MSG_core_word_note,
      .type = FIELD_LONGTEXT, .flags = F_SEARCH | F_PERSONAL, .max = 10000 },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS lead_queue ON lead (owner, status, due_at)",
    NULL,
};

const struct entity lead_entity = {
    .name = "lead",
    .path = "leads",
    .label = MSG_funnel_lead,
    .plural = MSG_funnel_lead_plural,
    .icon = "user-round-plus",
    .fields = fields,
    .nfields = countof(fields),
    .title = "title",
    .subtitle = "person",
    .owner = "owner",
    .order = "-created_at",
    .subject = "person",
    .flags = E_PERSON_DATA,
    .before = lead_before,
    .after = lead_after,
    .schema = schema,
};
