/* feature.c - the room's routes and lines of the navigation. */
#include "insight/desk.h"
#include "insight/insight.h"
#include "msg/insight.h"
#include "web/feature.h"

static const struct route routes[] = {
    { GET, "/insights",             insight_overview,         .access = ACCESS_USER, .audit = "insights" },
    { GET, "/insights/pipeline",    insight_pipeline_page,    .access = ACCESS_USER, .audit = "insights.pipeline" },
    { GET, "/insights/attribution", insight_attribution_page, .access = ACCESS_USER, .audit = "insights.attribution" },
    { GET, "/insights/funnel",      insight_funnel_page,      .access = ACCESS_USER, .audit = "insights.funnel" },
    { GET, "/insights/handoff",     insight_handoff_page,     .access = ACCESS_USER, .audit = "insights.handoff" },
    { GET, "/insights/behind",      insight_behind,           .access = ACCESS_USER, .audit = "insights.behind" },
    { 0 },
};

static const struct nav_line nav[] = {
    { "insights", MSG_insight_nav,         "chart-no-axes-column", "/insights",             "deal",    10, "y" },
    { "insights", MSG_insight_pipeline,    "chart-bar",            "/insights/pipeline",    "deal",    20, NULL },
    { "insights", MSG_insight_attribution, "split",                "/insights/attribution", "deal",    30, NULL },
    { "insights", MSG_insight_funnel,      "filter",               "/insights/funnel",      "person",  40, NULL },
    { "insights", MSG_insight_handoff,     "arrow-right-left",     "/insights/handoff",     "handoff", 50, NULL },
};

const struct feature insight_feature = {
    .name = "insight", .routes = routes, .nav = nav, .nnav = countof(nav), .panel = insight_panel,
};
