/* feature.c - what the room brings: entities, lines of the navigation. */
#include "people/people.h"
#include "msg/people.h"

static const struct nav_line nav[] = {
    { .section = NULL, .label = MSG_people_task_plural, .icon = "square-check-big", .path = "/tasks",
      .entity = "task", .order = 20, .go = "t" },
    { .section = "sell", .label = MSG_people_company_plural, .icon = "building-2", .path = "/companies",
      .entity = "company", .order = 30, .go = "a" },
    { .section = "sell", .label = MSG_people_person_plural, .icon = "users-round", .path = "/people",
      .entity = "person", .order = 40 },
};

const struct feature people_feature = {
    .name = "people", .entities = people_entities, .nentities = &people_nentities, .nav = nav, .nnav = countof(nav),
};
