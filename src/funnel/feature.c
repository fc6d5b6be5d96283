/* feature.c - what this room brings into the program. */
#include "funnel/chance.h"
#include "funnel/chance_views.h"
#include "msg/score.h"
#include "web/feature.h"

static const struct route routes[] = {
    { GET,  "/leads/queue",          queue_page,       .access = ACCESS_USER, .audit = "lead.queue" },
    { POST, "/leads/:id/act/:verb",  queue_act,        .access = ACCESS_USER, .body = BODY_FORM, .audit = "lead.act" },
    { GET,  "/leads/routing",        route_page,       .access = ACCESS_USER, .audit = "lead.routing" },
    { GET,  "/funnel",               funnel_page,      .access = ACCESS_USER, .audit = "funnel.page" },
    { GET,  "/definitions",          definitions_page, .access = ACCESS_USER, .audit = "definition.list" },
    { GET,  "/scores",               scores_page,      .access = ACCESS_USER, .audit = "score.page" },
    { POST, "/scores/fit",           scores_fit,       .access = ACCESS_USER, .body = BODY_FORM, .audit = "score.fit" },
    { POST, "/definitions/:id/sign", definition_sign,  .access = ACCESS_USER, .body = BODY_FORM, .audit = "definition.sign" },
    { 0 },
};

static const struct nav_line nav[] = {
    { "sell",     MSG_funnel_queue,                   "list-checks",   "/leads/queue",  "lead",             15, "l" },
    { "sell",     MSG_funnel_lead_plural,             "user-round-plus", "/leads",      "lead",             16, NULL },
    { "sell",     MSG_funnel_try_page,                "route",         "/leads/routing", "assignment_rule", 90, NULL },
    { "insights", MSG_funnel_page,                    "filter",        "/funnel",       "person",           20, NULL },
    { "insights", MSG_funnel_stage_definition_plural, "file-check-2",  "/definitions",  "stage_definition", 25, NULL },
    { "insights", MSG_score_page,                     "gauge",         "/scores",       "score_rule",       26, NULL },
};

const struct feature funnel_feature = {
    .name = "funnel",
    .entities = funnel_entities, .nentities = &funnel_nentities,
    .routes = routes, .nav = nav, .nnav = countof(nav),
    .seed = funnel_seed,
    .panel = lead_panel,
    .tick = funnel_clocks,
    .steps = funnel_steps, .nsteps = 1,
    .consumers = funnel_consumers, .nconsumers = 2,
    .jobs = &chance_job, .njobs = 1,
    .schedules = &chance_schedule, .nschedules = 1,
};
