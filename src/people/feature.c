/* feature.c - what the room brings: entities, lines of the navigation. */
#include "people/inside.h"
#include "msg/people.h"
#include "people/duplicate.h"
#include "people/tasks.h"

static const struct route routes[] = {
    { GET,  "/tasks",                      tasks_page,      .access = ACCESS_USER, .audit = "tasks" },
    { POST, "/tasks/:id/done",             tasks_done,      .access = ACCESS_USER, .body = BODY_FORM, .audit = "task.done" },
    { GET,  "/people/duplicates",          duplicates_page, .access = ACCESS_USER, .audit = "people.duplicates" },
    { GET,  "/companies/duplicates",       duplicates_page, .access = ACCESS_USER, .audit = "companies.duplicates" },
    { GET,  "/people/:id/merge/:other",    merge_page,      .access = ACCESS_USER, .audit = "person.merge.page" },
    { POST, "/people/:id/merge/:other",    merge_save,      .access = ACCESS_USER, .body = BODY_FORM, .audit = "person.merge" },
    { GET,  "/companies/:id/merge/:other", merge_page,      .access = ACCESS_USER, .audit = "company.merge.page" },
    { POST, "/companies/:id/merge/:other", merge_save,      .access = ACCESS_USER, .body = BODY_FORM, .audit = "company.merge" },
    { POST, "/people/:id/not-same/:other", not_same_say,    .access = ACCESS_USER, .body = BODY_FORM, .audit = "person.not_same" },
    { POST, "/companies/:id/not-same/:other", not_same_say, .access = ACCESS_USER, .body = BODY_FORM, .audit = "company.not_same" },
    { POST, "/people/:id/perhaps-same/:other", not_same_unsay, .access = ACCESS_USER, .body = BODY_FORM, .audit = "person.perhaps_same" },
    { POST, "/companies/:id/perhaps-same/:other", not_same_unsay, .access = ACCESS_USER, .body = BODY_FORM, .audit = "company.perhaps_same" },
    { 0 },
};

static const struct nav_line nav[] = {
    { .section = NULL, .label = MSG_people_task_plural, .icon = "square-check-big", .path = "/tasks",
      .entity = "task", .order = 20, .go = "t" },
    { .section = "sell", .label = MSG_people_company_plural, .icon = "building-2", .path = "/companies",
      .entity = "company", .order = 30, .go = "a" },
    { .section = "sell", .label = MSG_people_person_plural, .icon = "users-round", .path = "/people",
      .entity = "person", .order = 40 },
};

static const struct part parts[] = {
    { .whole = "person", .entity = "email_address", .field = "person", .name = "address", .said = "kind bounced_at",
      .asked = "address kind is_primary", .is_fact = true },
    { .whole = "person", .entity = "phone_number", .field = "person", .name = "number", .said = "kind",
      .asked = "number kind is_primary", .is_fact = true },
    { .whole = "person", .entity = "relation", .field = "person", .name = "company", .said = "job_title buying_role since until",
      .asked = "company job_title buying_role since until" },
    { .whole = "company", .entity = "relation", .field = "company", .name = "person", .said = "job_title buying_role since until",
      .asked = "person job_title buying_role since until" },
    { .whole = "company", .entity = "company_member", .field = "company", .name = "member", .said = "duty", .asked = "member duty" },
    { 0 },
};

const struct feature people_feature = {
    .name = "people", .entities = people_entities, .nentities = &people_nentities, .nav = nav, .nnav = countof(nav),
    .routes = routes, .panel = timeline_panel, .warn = duplicate_warn, .parts = parts,
};
