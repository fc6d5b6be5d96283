/* handoff.c - one passing of a lead or a deal from hand to hand; a lead offered twice has two
 * of these.
 *
 * Acceptance, return by reason and speed are counted from these rows.
 */
#include "funnel/funnel.h"
#include "core/core.h"
#include "msg/core.h"
#include "msg/funnel.h"

static const struct choice status_choices[] = {
    { "offered",  MSG_funnel_handoff_status_offered,  "amber" },
    { "accepted", MSG_funnel_handoff_status_accepted, "green" },
    { "returned", MSG_funnel_handoff_status_returned, "red" },
    { "moved",    MSG_funnel_handoff_status_moved },
    { 0 },
};

static const struct field fields[] = {
    { .name = "handoff_point", .label = MSG_funnel_handoff_handoff_point,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "handoff_point" },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "person" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "lead" },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "deal" },
    { .name = "giver", .label = MSG_funnel_handoff_giver,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "user" },
    { .name = "receiver", .label = MSG_funnel_handoff_receiver,
      .type = FIELD_REF, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .ref = "user" },
    { .name = "status", .label = MSG_core_word_status,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX, .choices = status_choices,
      .init = "offered" },
    { .name = "offered_at", .label = MSG_funnel_handoff_offered_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX | F_IMMUTABLE, .init = "now" },
    { .name = "policy", .label = MSG_funnel_handoff_policy,
      .type = FIELD_REF, .flags = F_IMMUTABLE, .ref = "sla_policy" },
    { .name = "due_at", .label = MSG_funnel_handoff_due_at,
      .type = FIELD_INSTANT, .flags = F_INDEX },
    { .name = "answered_at", .label = MSG_funnel_handoff_answered_at,
      .type = FIELD_INSTANT, .flags = F_INDEX },
    { .name = "first_touch_at", .label = MSG_funnel_handoff_first_touch_at,
      .type = FIELD_INSTANT, .flags = F_INDEX },
    { .name = "breached_at", .label = MSG_funnel_handoff_breached_at,
      .type = FIELD_INSTANT, .flags = F_INDEX },
    { .name = "work_time", .label = MSG_funnel_handoff_work_time,
      .type = FIELD_DURATION },
    { .name = "touch_time", .label = MSG_funnel_handoff_touch_time,
      .type = FIELD_DURATION },
    { .name = "reason", .label = MSG_core_word_reason,
      .type = FIELD_TEXT, .flags = F_INDEX, .max = 60 },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_TEXT, .max = 1000 },
    { .name = "grade", .label = MSG_core_word_grade,
      .type = FIELD_TEXT, .flags = F_INDEX | F_IMMUTABLE, .max = 2 },
    { .name = "score", .label = MSG_core_word_score,
      .type = FIELD_INT, .flags = F_IMMUTABLE },
    { .name = "campaign", .label = MSG_core_word_campaign,
      .type = FIELD_REF, .flags = F_INDEX | F_IMMUTABLE, .ref = "campaign" },
    { .name = "source", .label = MSG_core_word_source,
      .type = FIELD_CHOICE, .flags = F_INDEX | F_IMMUTABLE, .choices = choices_source },
    { .name = "route", .label = MSG_funnel_handoff_route,
      .type = FIELD_TEXT, .flags = F_IMMUTABLE, .max = 1000 },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS handoff_turn ON handoff (receiver, offered_at)",
    NULL,
};

const struct entity handoff_entity = {
    .name = "handoff",
    .path = "handoffs",
    .label = MSG_funnel_handoff,
    .plural = MSG_funnel_handoff_plural,
    .icon = "arrow-right-left",
    .fields = fields,
    .nfields = countof(fields),
    .title = "person",
    .subtitle = "status",
    .owner = "receiver",
    .order = "-offered_at",
    .subject = "person",
    .flags = E_PERSON_DATA | E_NO_CREATE | E_NO_DELETE | E_NO_PAGE,
    .schema = schema,
};
