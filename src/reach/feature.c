/* feature.c - what this room brings into the program. */
#include "reach/inside.h"
#include "web/feature.h"

static const struct nav_line nav[] = {
    { "market", MSG_reach_nav_campaigns, "megaphone",      "/campaigns", "campaign", 10, "m" },
    { "market", MSG_reach_nav_forms,     "clipboard-list", "/forms",     "form",     30, NULL },
};

static const struct route routes[] = {
    { POST, "/campaigns/:id/lines", campaign_add_line, .access = ACCESS_USER, .body = BODY_FORM, .audit = "campaign.line" },
    { POST, "/links", link_make, .access = ACCESS_USER, .body = BODY_FORM, .audit = "link.make" },
    { POST, "/links/:id/withdraw", link_withdraw, .access = ACCESS_USER, .body = BODY_FORM, .audit = "link.withdraw" },
    { 0 },
};

static const struct hit_kind hits[] = {
    { VISITOR_JOINED, visits_join_behind }, { LINK_CLICKED, link_clicked_then }, { DELIVERY_OPENED, delivery_opened_then }, { 0 },
};

const struct feature reach_feature = {
    .name = "reach",
    .entities = reach_entities, .nentities = &reach_nentities,
    .routes = routes,
    .nav = nav, .nnav = countof(nav),
    .seed = reach_seed,
    .panel = reach_panel,
    .watched = "form", .rewritten = reach_hosts_changed,
    .hits = hits,
};
