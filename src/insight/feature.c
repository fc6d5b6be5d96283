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
    { .section = "insights", .label = MSG_insight_nav, .icon = "chart-no-axes-column", .path = "/insights", .entity = "deal", .order = 10, .go = "y" },
    { .section = "insights", .label = MSG_insight_pipeline, .icon = "chart-bar", .path = "/insights/pipeline", .entity = "deal", .order = 11 },
    { .section = "insights", .label = MSG_insight_attribution, .icon = "split", .path = "/insights/attribution", .entity = "deal", .order = 12 },
    { .section = "insights", .label = MSG_insight_conversion, .icon = "trending-up", .path = "/insights/funnel", .entity = "person", .order = 13 },
    { .section = "insights", .label = MSG_insight_handoff, .icon = "arrow-right-left", .path = "/insights/handoff", .entity = "handoff", .order = 14 },
};

const struct feature insight_feature = {
    .name = "insight", .routes = routes, .nav = nav, .nnav = countof(nav), .panel = insight_panel,
};
