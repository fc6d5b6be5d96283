/* routes.c - what belongs to every page: sign-in, undo, live events, the files of the page. */
#include "web/routes.h"
#include "base/id.h"
#include "http/asset.h"
#include "msg/web.h"
#include "web/find.h"

bool (*web_settings_changed)(struct workspace *ws, struct db_conn *c, struct err *e);

static void asset(struct request *rq)
{
    for (const struct asset *a = assets; a->path; a++)
        if (str_eq(rq->path, str_of(a->path))) {
            answer_asset(rq, a);
            return;
        }
    struct err e = { 0 };
    fail(&e, ERR_NOT_FOUND, MSG_web_not_found, "no asset %.*s", STR_ARG(rq->path));
    web_fail(rq, &e);
}

static void events(struct request *rq) { answer_events(rq, S("records")); }

/* ── undo ──────────────────────────────────────────────────────────────────── */

static bool run_undo(struct ctx *tx, void *arg, struct err *e)
{
    return record_undo(tx, *(int64_t *)arg, e);
}

static void undo_write(struct request *rq, int64_t write_id)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    if (!record_write(c, run_undo, &write_id, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, web_back(rq, "/"), msg_text(&rq->a, c->loc, MSG_web_undone, NULL), c->write_id);
}

static void undo(struct request *rq)
{
    int64_t id;
    if (web_param_id(rq, 0, &id))
        undo_write(rq, id);
}

static void undo_last(struct request *rq)
{
    int64_t id = 0;
    struct err e = { 0 };
    if (record_last_write(web_ctx(rq), &id, &e))
        undo_write(rq, id);
    else
        web_fail(rq, &e);
}

const struct route web_routes[] = {
    { GET,  "/sign-in",   web_sign_in_page, .access = ACCESS_PUBLIC, .flags = ROUTE_QUICK, .audit = "sign_in.page" },
    { POST, "/sign-in",   web_sign_in,      .access = ACCESS_PUBLIC, .body = BODY_FORM, .audit = "sign_in" },
    { POST, "/sign-out",  web_sign_out,     .access = ACCESS_USER,   .body = BODY_FORM, .audit = "sign_out" },
    { POST, "/undo/:id",  undo,             .access = ACCESS_USER,   .body = BODY_FORM, .audit = "undo" },
    { POST, "/undo",      undo_last,        .access = ACCESS_USER,   .body = BODY_FORM, .audit = "undo.last" },
    { GET,  "/palette",   find_palette,     .access = ACCESS_USER,   .flags = ROUTE_NO_SESSION_TOUCH, .audit = "palette" },
    { GET,  "/search",    find_page,        .access = ACCESS_USER,   .audit = "search" },
    { GET,  "/create",    find_create,      .access = ACCESS_USER,   .audit = "create" },
    { GET,  "/events",    events,           .access = ACCESS_USER,   .flags = ROUTE_STREAM | ROUTE_NO_SESSION_TOUCH, .audit = "events" },
    { GET,  "/a/*",       asset,            .access = ACCESS_PUBLIC, .flags = ROUTE_ALIKE, .audit = "asset" },
    { 0 },
};
