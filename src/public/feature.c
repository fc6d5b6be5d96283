/* feature.c - the doors that stand open to visitors. */
#include "public/public.h"
#include "public/inside.h"
#include "public/sending.h"

enum { ANSWER_MAX = 128 << 10, SEEN_MAX = 32 << 10 };

static const struct route routes[] = {
    { GET,  "/f/frame.js",       form_frame_script, .access = ACCESS_PUBLIC, .flags = ROUTE_ALIKE, .audit = "form.frame" },
    { GET,  "/f/:slug",          form_show,   .access = ACCESS_PUBLIC, .audit = "form.show" },
    { POST, "/f/:slug",          form_send,   .access = ACCESS_PUBLIC, .body = BODY_FORM, .body_max = ANSWER_MAX,
      .flags = ROUTE_NO_CSRF, .audit = "form.send" },
    { GET,  "/f/:slug/thanks",   form_thanks, .access = ACCESS_PUBLIC, .audit = "form.thanks" },
    { GET,  "/f/:slug/embed.js", form_embed_script, .access = ACCESS_PUBLIC, .audit = "form.embed" },
    { GET,  "/t.js",             track_script, .access = ACCESS_PUBLIC, .flags = ROUTE_ALIKE, .audit = "visit.script" },
    { POST, "/t",                track_seen,  .access = ACCESS_PUBLIC, .body = BODY_FORM, .body_max = SEEN_MAX,
      .flags = ROUTE_NO_CSRF | ROUTE_TRY, .audit = "visit.seen" },
    { GET,  "/c/:delivery/:idx/:mac", link_follow, .access = ACCESS_PUBLIC, .flags = ROUTE_KEY, .audit = "link.follow" },
    { GET,  "/o/:delivery/:mac", link_pixel,  .access = ACCESS_PUBLIC, .flags = ROUTE_KEY, .audit = "link.pixel" },
    { 0 },
};

static const struct hit_kind hits[] = { { SENDING, sending_made }, { 0 } };

const struct feature public_feature = { .name = "public", .routes = routes, .hits = hits };
