/* task.c - something to be done, by someone, by a time; open until done_at is set. */
#include "people/inside.h"
#include "msg/core.h"
#include "msg/people.h"

static const struct choice kind_choices[] = {
    { "todo",    MSG_people_task_kind_todo },
    { "call",    MSG_people_task_kind_call },
    { "email",   MSG_people_task_kind_email },
    { "meeting", MSG_people_task_kind_meeting },
    { "message", MSG_people_task_kind_message },
    { 0 },
};

static const struct choice priority_choices[] = {
    { "low",    MSG_people_task_priority_low },
    { "normal", MSG_people_task_priority_normal, "blue" },
    { "high",   MSG_people_task_priority_high,   "red" },
    { 0 },
};

static const struct field fields[] = {
    { .name = "title", .label = MSG_core_word_title,
      .type = FIELD_TEXT, .flags = F_REQUIRED | F_LIST | F_SEARCH | F_SORT | F_QUICK, .max = 200 },
    { .name = "kind", .label = MSG_core_word_kind,
      .type = FIELD_CHOICE, .flags = F_LIST | F_QUICK | F_INDEX, .choices = kind_choices,
      .init = "todo" },
    { .name = "due_at", .label = MSG_people_task_due_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_QUICK | F_INDEX },
    { .name = "owner", .label = MSG_people_task_owner,
      .type = FIELD_REF, .flags = F_LIST | F_QUICK | F_INDEX, .ref = "user", .init = "me" },
    { .name = "priority", .label = MSG_people_task_priority,
      .type = FIELD_CHOICE, .flags = F_LIST | F_INDEX, .choices = priority_choices,
      .init = "normal" },
    { .name = "done_at", .label = MSG_people_task_done_at,
      .type = FIELD_INSTANT, .flags = F_LIST | F_INDEX },
    { .name = "person", .label = MSG_core_word_person,
      .type = FIELD_REF, .flags = F_QUICK | F_INDEX, .ref = "person" },
    { .name = "company", .label = MSG_core_word_company,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "company" },
    { .name = "deal", .label = MSG_core_word_deal,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "deal" },
    { .name = "lead", .label = MSG_core_word_lead,
      .type = FIELD_REF, .flags = F_INDEX, .ref = "lead" },
    { .name = "reason", .label = MSG_core_word_reason,
      .help = MSG_people_task_reason_help, .type = FIELD_TEXT, .flags = F_READONLY, .max = 200 },
    { .name = "note", .label = MSG_core_word_note, .type = FIELD_LONGTEXT, .max = 5000 },
};

static const char *const schema[] = {
    "CREATE INDEX IF NOT EXISTS task_open ON task (owner, done_at, due_at)",
    NULL,
};

const struct entity task_entity = {
    .name = "task",
    .path = "tasks",
    .label = MSG_people_task,
    .plural = MSG_people_task_plural,
    .icon = "square-check-big",
    .fields = fields,
    .nfields = countof(fields),
    .title = "title",
    .subtitle = "kind",
    .owner = "owner",
    .order = "due_at",
    .subject = "person",
    .flags = E_PERSON_DATA,
    .schema = schema,
    .after = task_after,
};
