/* rule_feature.c - rules, their runs and approvals: what this topic brings into the program. */
#include "automate/automate.h"
#include "automate/rule_pages.h"
#include "flow/feed.h"
#include "flow/rule.h"
#include "msg/rule.h"
#include "web/feature.h"

static const struct entity *const entities[] = { &rule_entity, &rule_version_entity, &rule_run_entity, &rule_log_entity, &approval_entity };
static const size_t nentities = countof(entities);

static const struct route routes[] = {
    { GET,  "/automation",               rule_list_page,      .access = ACCESS_USER, .audit = "rule.list" },
    { POST, "/automation",               rule_save,           .access = ACCESS_USER, .body = BODY_FORM, .audit = "rule.save" },
    { GET,  "/automation/new",           rule_edit_page,      .access = ACCESS_USER, .audit = "rule.new" },
    { GET,  "/automation/runs",          rule_runs_page,      .access = ACCESS_USER, .audit = "rule.runs" },
    { GET,  "/automation/runs/:id",      rule_run_page,       .access = ACCESS_USER, .audit = "rule.run" },
    { POST, "/automation/runs/:id/stop", rule_run_stop,       .access = ACCESS_USER, .body = BODY_FORM, .audit = "rule.stop" },
    { POST, "/automation/start",         rule_begin_by_hand,  .access = ACCESS_USER, .body = BODY_FORM, .audit = "rule.start" },
    { GET,  "/automation/approvals",     approvals_page,      .access = ACCESS_USER, .audit = "approval.list" },
    { POST, "/automation/approvals/:id", approval_act,        .access = ACCESS_USER, .body = BODY_FORM, .audit = "approval.answer" },
    { GET,  "/automation/:id",           rule_edit_page,      .access = ACCESS_USER, .audit = "rule.page" },
    { POST, "/automation/:id",           rule_save,           .access = ACCESS_USER, .body = BODY_FORM, .audit = "rule.save" },
    { POST, "/automation/:id/turn",      rule_turn,           .access = ACCESS_USER, .body = BODY_FORM, .audit = "rule.turn" },
    { POST, "/automation/:id/sign",      rule_sign_act,       .access = ACCESS_USER, .body = BODY_FORM, .audit = "rule.sign" },
    { GET,  "/rules",                    rule_list_page,      .access = ACCESS_USER, .audit = "rule.list" },
    { GET,  "/rules/:id",                rule_edit_page,      .access = ACCESS_USER, .audit = "rule.page" },
    { 0 },
};

static const struct nav_line nav[] = {
    { "automation", MSG_rule_plural,          "workflow", "/automation",           "rule",     10, "r" },
    { "automation", MSG_rule_approval_plural, "stamp",    "/automation/approvals", "approval", 12, NULL },
};

const struct feature rule_feature = {
    .name = "rule",
    .entities = entities, .nentities = &nentities,
    .routes = routes, .nav = nav, .nnav = countof(nav),
    .consumers = &rule_consumer, .nconsumers = 1,
    .panel = rule_panel, .seed = rule_seed,
};
