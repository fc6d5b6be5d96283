/* routes.c - what belongs to every page: sign-in, undo, live events, the files of the page. */
#include "web/routes.h"
#include "base/id.h"
#include "http/asset.h"
#include "msg/web.h"
#include "web/bin.h"
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
    str what = undo_what(c, write_id);
    web_done(rq, web_back(rq, "/"), what.n ? msg_text(&rq->a, c->loc, MSG_web_undone_what, (const struct msg_arg *)(const void *)
             &(struct msg_web_undone_what_args){ .what = A(what) }) : msg_text(&rq->a, c->loc, MSG_web_undone, NULL), c->write_id);
}

static void undo(struct request *rq)
{
    int64_t id;
    if (web_param_id(rq, 0, &id))
        undo_write(rq, id);
}

static bool is_long_ago(struct ctx *c, int64_t write_id, bool *out, struct err *e)
{
    enum { MINUTES_AT_ONCE = 10 };
    int64_t at = 0;
    bool found = false;
    if (write_id && !db_get_int(c->c, "SELECT at FROM write_log WHERE id = $1", DB_ARGS(V(write_id)), &found, &at, e))
        return false;
    *out = found && at < c->now - MINUTES_AT_ONCE * INT64_C(60000000);
    return true;
}

/* Z, when no toast offers its own: what was done just now goes back at once, an older thing is asked about first. */
static void undo_last(struct request *rq)
{
    int64_t id = 0;
    struct err e = { 0 };
    bool ask = false;
    if (!record_last_write(web_ctx(rq), &id, &e) || !is_long_ago(web_ctx(rq), id, &ask, &e))
        web_fail(rq, &e);
    else if (ask)
        answer_redirect(rq, S("/undo"));
    else
        undo_write(rq, id);
}

const struct route web_routes[] = {
    { GET,  "/sign-in",   web_sign_in_page, .access = ACCESS_PUBLIC, .flags = ROUTE_QUICK, .audit = "sign_in.page" },
    { POST, "/sign-in",   web_sign_in,      .access = ACCESS_PUBLIC, .body = BODY_FORM, .audit = "sign_in" },
    { POST, "/sign-out",  web_sign_out,     .access = ACCESS_USER,   .body = BODY_FORM, .audit = "sign_out" },
    { POST, "/undo/:id",  undo,             .access = ACCESS_USER,   .body = BODY_FORM, .audit = "undo" },
    { GET,  "/undo",      undo_last_page,   .access = ACCESS_USER,   .audit = "undo.ask" },
    { GET,  "/deleted",   bin_all,          .access = ACCESS_USER,   .audit = "bin" },
    { POST, "/undo",      undo_last,        .access = ACCESS_USER,   .body = BODY_FORM, .audit = "undo.last" },
    { GET,  "/palette",   find_palette,     .access = ACCESS_USER,   .flags = ROUTE_NO_SESSION_TOUCH, .audit = "palette" },
    { GET,  "/search",    find_page,        .access = ACCESS_USER,   .audit = "search" },
    { GET,  "/create",    find_create,      .access = ACCESS_USER,   .audit = "create" },
    { GET,  "/events",    events,           .access = ACCESS_USER,   .flags = ROUTE_STREAM | ROUTE_NO_SESSION_TOUCH, .audit = "events" },
    { GET,  "/a/*",       asset,            .access = ACCESS_PUBLIC, .flags = ROUTE_ALIKE, .audit = "asset" },
    { 0 },
};
