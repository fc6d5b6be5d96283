/* webhook_feature.c - webhooks, out and in: entities, pages, the door of incoming calls. */
#include "automate/automate.h"
#include "automate/inbound.h"
#include "automate/webhook_pages.h"
#include "flow/webhook.h"
#include "msg/webhook.h"
#include "web/feature.h"

static const struct entity *const entities[] = { &webhook_entity, &inbound_entity };
static const size_t nentities = countof(entities);

static const struct route routes[] = {
    { GET,  "/automate/webhooks",                   webhooks_page,    .access = ACCESS_ADMIN, .audit = "webhooks" },
    { GET,  "/automate/webhooks/new",               webhook_new,      .access = ACCESS_ADMIN, .audit = "webhook.new" },
    { POST, "/automate/webhooks",                   webhook_make,     .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "webhook.make" },
    { GET,  "/automate/webhooks/:id",               webhook_page,     .access = ACCESS_ADMIN, .audit = "webhook" },
    { GET,  "/automate/webhooks/:id/edit",          webhook_edit,     .access = ACCESS_ADMIN, .audit = "webhook.edit" },
    { POST, "/automate/webhooks/:id",               webhook_save,     .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "webhook.save" },
    { POST, "/automate/webhooks/:id/active",        webhook_active,   .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "webhook.active" },
    { POST, "/automate/webhooks/:id/test",          webhook_try,      .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "webhook.test" },
    { POST, "/automate/webhooks/:id/secret",        webhook_rotate,   .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "webhook.secret" },
    { POST, "/automate/webhooks/:id/delete",        webhook_delete,   .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "webhook.delete" },
    { GET,  "/automate/deliveries/:id",             delivery_page,    .access = ACCESS_ADMIN, .audit = "delivery" },
    { POST, "/automate/deliveries/:id/again",       delivery_again,   .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "delivery.again" },
    { POST, "/api/v1/webhook/:id/secret",           webhook_rotate_api, .access = ACCESS_TOKEN, .body = BODY_JSON, .audit = "webhook.secret" },
    { POST, "/api/v1/inbound/:id/secret", inbound_rotate_api, .access = ACCESS_TOKEN, .body = BODY_JSON, .audit = "inbound.secret" },

    { GET,  "/automate/inbound",                    inbounds_page,    .access = ACCESS_ADMIN, .audit = "inbounds" },
    { GET,  "/automate/inbound/new",                inbound_new,      .access = ACCESS_ADMIN, .audit = "inbound.new" },
    { POST, "/automate/inbound",                    inbound_make,     .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "inbound.make" },
    { GET,  "/automate/inbound/:id",                inbound_page,     .access = ACCESS_ADMIN, .audit = "inbound" },
    { GET,  "/automate/inbound/:id/edit",           inbound_edit,     .access = ACCESS_ADMIN, .audit = "inbound.edit" },
    { POST, "/automate/inbound/:id",                inbound_save,     .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "inbound.save" },
    { POST, "/automate/inbound/:id/active",         inbound_active,   .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "inbound.active" },
    { POST, "/automate/inbound/:id/secret",         inbound_rotate,   .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "inbound.secret" },
    { POST, "/automate/inbound/:id/delete",         inbound_delete,   .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "inbound.delete" },
    { GET,  "/automate/inbound/messages/:id",       inbound_message_page, .access = ACCESS_ADMIN, .audit = "inbound.message" },
    { POST, "/automate/inbound/messages/:id/again", inbound_again,    .access = ACCESS_ADMIN, .body = BODY_FORM, .audit = "inbound.again" },
    { POST, "/in/:slug",                            inbound_take,     .access = ACCESS_PUBLIC, .body = BODY_RAW, .body_max = INBOUND_BODY_MAX,
      .flags = ROUTE_NO_CSRF, .audit = "inbound.take" },
    { 0 },
};

static const struct nav_line nav[] = {
    { .section = "settings", .label = MSG_webhook_plural, .icon = "webhook", .path = "/automate/webhooks", .entity = "webhook", .order = 60,
      .also = { "/automate/deliveries", "/automate/inbound" } },
};

const struct feature webhook_feature = {
    .name = "webhook", .entities = entities, .nentities = &nentities, .routes = routes, .nav = nav, .nnav = countof(nav),
    .tick = inbound_forget, .consumers = &webhook_consumer, .nconsumers = 1,
};
