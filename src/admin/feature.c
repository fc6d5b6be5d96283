/* feature.c - the room's routes and lines of the navigation. */
#include "admin/admin.h"
#include "admin/home.h"
#include "msg/admin.h"

static const struct route routes[] = {
    { GET,  "/", home_page, .access = ACCESS_USER, .audit = "home" },
    { 0 },
};

static const struct nav_line nav[] = {
    { .label = MSG_admin_home,  .icon = "house", .path = "/", .order = 0, .go = "h" },
};

const struct feature admin_feature = {
    .name = "admin", .routes = routes, .nav = nav, .nnav = countof(nav),
};
