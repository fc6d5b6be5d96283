/* worker.c - where a request begins and ends: one arena, one snapshot, one way out.
 *
 * A full arena jumps back to worker_serve(), which runs the cleanups and answers 503.
 * After MHD_resume_connection the exchange belongs to the connection's thread again:
 * it is not touched.
 */
#include "http/worker.h"
#include "base/clock.h"
#include "base/log.h"
#include "http/form.h"
#include "msg/base.h"
#include "msg/http.h"
#include <assert.h>

enum { ARENA_BYTES = 64 << 20, PIECE_BYTES = 8 << 20 };

/* ── one request ─────────────────────────────────────────────────────────── */

static bool open_snapshot(struct worker *w, struct err *e)
{
    struct http_server *s = w->s;
    struct db *db = s->app.site_db && w->x->site ? s->app.site_db(w->x->site) : NULL;
    struct db_conn *c;
    if (!db || w->is_here)
        return true;
    if (!db_reader(db, &c, e))
        return false;
    if (db_read_begin(c, s->o.read_deadline_ms, e))
        w->rq.db = c;
    else
        db_conn_close(c);
    return w->rq.db != NULL;
}

static bool read_body(struct worker *w, struct err *e)
{
    struct request *rq = &w->rq;
    struct exchange *x = w->x;
    str body = { x->body, x->nbody };
    if (x->body_error) {
        *e = *x->body_error;
        return false;
    }
    if (!form_parse(&rq->a, x->head.query, &rq->query, &rq->nquery, e))
        return false;
    if (x->parts)
        return multipart_done(x->parts, &rq->a, &rq->form, &rq->nform, &rq->upload, &rq->nupload, e);
    if (rq->route && (rq->route->body == BODY_FORM || rq->route->body == BODY_MULTIPART))
        return form_parse(&rq->a, body, &rq->form, &rq->nform, e);
    rq->body = body;                            /* lives as long as the exchange */
    return true;
}

static void fill(struct worker *w)
{
    struct exchange *x = w->x;
    w->rq = (struct request){
        .a = w->arena, .route = x->match.route, .method = x->head.method, .path = x->path,
        .host = str_of(x->host), .ip = str_of(x->ip), .id = str_of(x->id), .is_tls = x->is_tls,
        .site = x->site, .started = x->started, .mhd = x,
    };
    memcpy(w->rq.param, x->match.param, sizeof w->rq.param);
    w->rq.header_in = arena_new(&w->rq.a, struct pair, x->nheaders);
    w->rq.nheader_in = x->nheaders;
    if (x->nheaders)
        memcpy(w->rq.header_in, x->header, x->nheaders * sizeof *x->header);
}

static void show_error(struct worker *w, const struct err *e)
{
    struct http_server *s = w->s;
    if (s->app.error)
        s->app.error(&w->rq, e);
}

static void allow_header(struct request *rq, unsigned allowed)
{
    static const char *const name[] = { "GET, HEAD", "POST", "PATCH", "PUT", "DELETE" };
    struct buf b = buf_new(&rq->a, 64);
    for (size_t i = 0; i < countof(name); i++)
        if (allowed & 1u << i)
            buf_fmt(&b, "%s%s", b.n ? ", " : "", name[i]);
    answer_header(rq, "Allow", buf_str(&b));
}

static void refuse(struct worker *w, const struct refusal *r)
{
    struct err e;
    fail(&e, r->code, r->msg, "%s", r->why);
    w->rq.refusal = r->status;
    show_error(w, &e);
    w->rq.status = r->status;                   /* the page is the application's, the status ours */
    if (r->status == 405)
        allow_header(&w->rq, w->x->match.allowed);
}

static void run(struct worker *w)
{
    struct err e = { 0 };
    struct http_server *s = w->s;
    if (!open_snapshot(w, &e)) {
        show_error(w, &e);
    } else if (w->x->refusal.status) {
        refuse(w, &w->x->refusal);
    } else if (!read_body(w, &e)) {
        w->rq.refusal = e.code == ERR_INVALID ? 400 : err_http_status(e.code);
        show_error(w, &e);
        w->rq.status = w->rq.refusal;
    } else if (!s->app.enter || s->app.enter(&w->rq)) {
        w->rq.route->run(&w->rq);
    }
    if (w->rq.status == 0 && !w->is_here) {
        fail(&e, ERR_INTERNAL, MSG_base_internal, "no answer given");
        show_error(w, &e);
    }
}

static void clean_up(struct worker *w)
{
    for (struct cleanup *c; (c = w->rq.cleanups);) {
        w->rq.cleanups = c->next;               /* off the list first: never run twice */
        c->run(c->what);
    }
    db_conn_close(w->rq.db);
    w->rq.db = NULL;
}

/* The request's copy of the arena knows how far it went. */
static void forget(struct worker *w)
{
    struct arena used = w->rq.a;
    if (used.base)
        arena_reset(&used);
}

static void resume(struct worker *w)
{
    struct exchange *x = w->x;
    w->x = NULL;
    if (w->is_here)
        return;
    if (x->go)
        exchange_go(x);
    else
        MHD_resume_connection(x->c);
}

/* The headers are on their way; the pieces follow. `x` is no longer ours. */
static void run_stream(struct worker *w)
{
    struct out *o = w->rq.out;
    str piece;
    bool more = true, ok = true;
    if (!w->pieces.base)
        w->pieces = arena_open(PIECE_BYTES);
    while (more && ok) {
        arena_reset(&w->pieces);
        piece = (str){ 0 };
        more = o->next(o->arg, &w->pieces, w->rq.db, &piece) && piece.n > 0;
        ok = !o->has_failed && (piece.n == 0 || stream_put(w->stream, piece));
    }
    struct stream *st = w->stream;
    w->stream = NULL;
    stream_end(st, ok);
    arena_reset(&w->pieces);
}

static void finish(struct worker *w)
{
    if (w->rq.status == 0 && w->is_here)
        return;                                 /* a worker's, who begins anew */
    if (w->rq.status == 0)
        w->rq.status = 500;
    if (w->rq.out && w->rq.out->kind == OUT_EVENTS && w->rq.status == 200) {
        w->x->user_id = w->rq.user_id;
        w->x->is_handed_over = events_take(&w->rq, w->x);
        if (w->x->is_handed_over)
            return;
        w->rq.out->kind = OUT_BODY;
        refuse(w, &(struct refusal){ 429, ERR_TOO_MANY, MSG_http_too_many_requests, "too many live connections", false });
        w->rq.status = 429;
    }
    respond(&w->rq, w->x, &w->stream);
}

/* A jump leads here with what the request had opened still on its lists. */
static void after_jump(struct worker *w)
{
    log_event(LOG_ERROR, "arena.full", LOG_S("id", w->rq.id), LOG_S("path", w->rq.path));
    clean_up(w);
    forget(w);
    if (w->stream) {
        stream_end(w->stream, false);
        w->stream = NULL;
    }
    if (!w->x)
        return;                                 /* the answer had begun: it is cut */
    w->x->go = NULL;
    w->x->refusal = (struct refusal){ 503, ERR_BUSY, MSG_http_too_heavy, "arena full", true };
    respond_plain(w->x);
    resume(w);
}

void worker_serve(struct worker *w, struct exchange *x)
{
    struct http_app *app = &w->s->app;
    w->x = x;
    w->stream = NULL;
    log_workspace(x->site && app->site_name ? app->site_name(x->site) : NULL);
    w->rq = (struct request){ .id = { "", 0 } };
    arena_boundary = &w->boundary;
    if (sigsetjmp(w->boundary, 0) == 0) {
        fill(w);
        run(w);
        finish(w);
        assert(!w->stream || !w->is_here);      /* a long answer is not quick */
        if (w->stream) {
            resume(w);
            run_stream(w);
        }
        clean_up(w);
        forget(w);
        if (w->x)
            resume(w);
    } else {
        after_jump(w);
    }
    arena_boundary = NULL;
}

void worker_open(struct worker *w, struct http_server *s)
{
    w->s = s;
    w->arena = arena_open(ARENA_BYTES);
}

void worker_close(struct worker *w)
{
    arena_close(&w->arena);
    arena_close(&w->pieces);
}
