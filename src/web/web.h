/* web.h - what every page starts from: who is behind the request, and how it ends.
 *
 *   static void deals(struct request *rq)
 *   {
 *       struct ctx *c = web_ctx(rq);
 *       struct err e = { 0 };
 *       if (!do_it(c, ..., &e))
 *           return web_fail(rq, &e);
 *       web_done(rq, S("/deals"), S("Saved"), c->write_id);
 *   }
 *
 * Pages are made with the shell (shell.h); a page never looks at cookies, never
 * chooses a status for an error and never asks twice who may do what: the record
 * engine does, with the context that web_ctx() gives.
 */
#pragma once
#include "http/http.h"
#include "record/access.h"
#include "web/shell.h"

struct visitor {
    struct ctx ctx;                     /* c, a, ws, loc, who, now, request_id of this request */
    struct actor who;                   /* nobody before sign-in: user_id 0, no roles */
    struct locale loc;
    int64_t session_id;                 /* 0: a token, or nobody */
    char csrf[65];                      /* hex; empty without a session */
    enum theme theme;
    bool is_compact, has_single_keys, is_token;
};

static inline struct visitor *web_visitor(struct request *rq) { return rq->user; }
static inline struct ctx *web_ctx(struct request *rq) { return &web_visitor(rq)->ctx; }
static inline const struct workspace *web_workspace(struct request *rq) { return rq->site; }

/* http_app.enter: session or token, locale, rights of the route, CSRF. */
bool web_enter(struct request *rq);
/* "https://crm.example.com": how this server is called where the reader sits. */
str web_origin(struct request *rq);
/* Only who it is and how they read; for the page of a request that was refused before that. */
void web_meet(struct request *rq);
/* http_app.error, and for handlers: page, fragment or problem JSON in the reader's language. */
void web_fail(struct request *rq, const struct err *e);
struct faults;
/* The same of a record; the JSON tells all its faults. */
void web_fail_all(struct request *rq, const struct err *e, const struct faults *faults);

/* The frame for this reader: user, rights, navigation, toast filled in. */
struct page web_page(struct request *rq, str title);
/* Does the navigation show this line to the reader? (feature.h) */
struct nav_line;
bool web_may_see_line(struct request *rq, const struct nav_line *l);
/* A sink for this reader's page. */
struct html web_html(struct request *rq);
/* After a write: back to `own_path` with a toast that offers the undo of `write_id` (0: none). */
void web_done(struct request *rq, str own_path, str toast, int64_t write_id);
/* The same for a fragment that htmx puts into the page: the toast rides in HX-Trigger. */
void web_toast_header(struct request *rq, str toast, int64_t write_id);
/* The toast waiting for this page view (set by web_done before the redirect), or empty. */
struct toast { str text; int64_t write_id; };
struct toast web_toast(struct request *rq);
/* An own path of a form's `back` field or of the Referer; `otherwise` when it is not ours. */
str web_back(struct request *rq, const char *otherwise);
/* id of the n-th ':' of the route; answers 404 and returns false when it is none. */
bool web_param_id(struct request *rq, int n, int64_t *id);
/* The record of `en` with that id; answers and gives NULL when there is none the reader may see. */
struct entity;
struct record;
struct record *web_load(struct request *rq, const struct entity *en, int n);

/* Start of the day's work: tables ready, sodium ready. Once per process. */
void web_open(void);
/* Told by the page of settings after its commit; app/ sets it: the workspace reads its settings anew. */
extern bool (*web_settings_changed)(struct workspace *ws, struct db_conn *c, struct err *e);
extern const struct route web_routes[];         /* sign-in, sign-out, undo, static assets */
