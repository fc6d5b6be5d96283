/* feature.c - the room's routes and lines of the navigation. */
#include "admin/admin.h"
#include "admin/home.h"
#include "admin/inbox.h"
#include "msg/admin.h"

static const struct route routes[] = {
    { GET,  "/", home_page, .access = ACCESS_USER, .audit = "home" },
    { GET,  "/notifications",          inbox_page,     .access = ACCESS_USER, .audit = "inbox" },
    { GET,  "/notifications/:id/open", inbox_open,     .access = ACCESS_USER, .audit = "inbox.open" },
    { POST, "/notifications/:id/read", inbox_read,     .access = ACCESS_USER, .body = BODY_FORM, .audit = "inbox.read" },
    { POST, "/notifications/read",     inbox_read_all, .access = ACCESS_USER, .body = BODY_FORM, .audit = "inbox.read_all" },
    { 0 },
};

static const struct nav_line nav[] = {
    { .label = MSG_admin_home,  .icon = "house", .path = "/", .order = 0, .go = "h" },
    { .label = MSG_admin_inbox, .icon = "inbox", .path = "/notifications", .order = 10, .go = "i" },
};

const struct feature admin_feature = {
    .name = "admin", .routes = routes, .nav = nav, .nnav = countof(nav),
};
