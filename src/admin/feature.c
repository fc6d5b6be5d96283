/* feature.c - the room's routes and lines of the navigation. */
#include "admin/admin.h"
#include "admin/home.h"
#include "admin/inbox.h"
#include "admin/me.h"
#include "admin/settings.h"
#include "admin/week.h"
#include "msg/admin.h"

static const struct route routes[] = {
    { GET,  "/", home_page, .access = ACCESS_USER, .audit = "home" },
    { GET,  "/notifications",          inbox_page,     .access = ACCESS_USER, .audit = "inbox" },
    { GET,  "/notifications/:id/open", inbox_open,     .access = ACCESS_USER, .audit = "inbox.open" },
    { POST, "/notifications/:id/read", inbox_read,     .access = ACCESS_USER, .body = BODY_FORM, .audit = "inbox.read" },
    { POST, "/notifications/read",     inbox_read_all, .access = ACCESS_USER, .body = BODY_FORM, .audit = "inbox.read_all" },
    { GET,  "/me",                     me_page,         .access = ACCESS_USER, .audit = "me" },
    { POST, "/me",                     me_save,         .access = ACCESS_USER, .body = BODY_FORM, .audit = "me.save" },
    { POST, "/me/password",            me_password,     .access = ACCESS_USER, .body = BODY_FORM, .audit = "me.password" },
    { POST, "/me/sessions/:id/end",    me_end_session,  .access = ACCESS_USER, .body = BODY_FORM, .audit = "me.session.end" },
    { GET,  "/me/tokens",              tokens_page,     .access = ACCESS_USER, .audit = "tokens" },
    { POST, "/me/tokens",              tokens_make,     .access = ACCESS_USER, .body = BODY_FORM, .audit = "token.make" },
    { POST, "/me/tokens/:id/revoke",   tokens_revoke,   .access = ACCESS_USER, .body = BODY_FORM, .audit = "token.revoke" },
    { GET,  "/settings",               settings_page,   .access = ACCESS_ADMIN, .audit = "settings" },
    { POST, "/settings",               settings_post,   .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "settings.save" },
    { GET,  "/settings/roles",         settings_roles,  .access = ACCESS_ADMIN, .audit = "settings.roles" },
    { GET,  "/settings/health",        settings_health, .access = ACCESS_ADMIN, .audit = "settings.health" },
    { POST, "/settings/health",        settings_health, .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "settings.check" },
    { POST, "/users/:id/password",     users_password,  .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "user.password" },
    { POST, "/users/:id/active",       users_active,    .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "user.active" },
    { POST, "/work-calendars/:id/holidays", holidays_bring, .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "holidays.add" },
    { GET,  "/welcome",                welcome_page,    .access = ACCESS_ADMIN, .audit = "welcome" },
    { POST, "/welcome",                welcome_post,    .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "welcome.save" },
    { 0 },
};

static const struct field_form *const forms[] = { &week_form };

static const struct nav_line nav[] = {
    { .label = MSG_admin_home,  .icon = "house", .path = "/", .order = 0, .go = "h" },
    { .label = MSG_admin_inbox, .icon = "inbox", .path = "/notifications", .order = 10, .go = "i" },
    { .section = "settings", .label = MSG_admin_settings, .icon = "settings", .path = "/settings", .order = 90 },
};

const struct feature admin_feature = {
    .name = "admin", .routes = routes, .nav = nav, .nnav = countof(nav), .panel = admin_panel,
    .forms = forms, .nforms = countof(forms),
    .tick = order_tick, .jobs = &order_job, .njobs = 1,
};
