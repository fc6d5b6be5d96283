/* worker.c - where a request begins and ends: one arena, one snapshot, one way out.
 *
 * Workers are started when they are needed and called last-in-first-out, one at a
 * time, so a quiet server keeps few warm stacks and arenas and a burst is not paid
 * with as many wake-ups as it has requests. Only some of them run at a time: more
 * would only push each other's pages out of the processor's caches. Who waits
 * for a write to reach the disk gives the place away (base/wait.h) and comes back
 * without asking, so what has begun ends first. A full arena jumps back to
 * serve(), which runs the cleanups and answers 503. After MHD_resume_connection
 * the exchange belongs to the connection's thread again: it is not touched.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "http/form.h"
#include "http/server.h"
#include "msg/base.h"
#include "msg/http.h"
#include <assert.h>

enum { ARENA_BYTES = 64 << 20, PIECE_BYTES = 8 << 20, READERS_MAX = 16 };

struct worker {
    struct worker_pool *pool;
    struct worker *idle_next;                   /* or the next of those who have no thread of their own */
    pthread_t thread;
    pthread_cond_t wake;
    bool is_called, is_busy;
    bool is_here;                               /* works on a connection's thread: nothing is suspended, no data */
    struct arena arena, pieces;
    struct reader { struct db *db; struct db_conn *conn; } reader[READERS_MAX];     /* the last used first */
    size_t nreaders;
    struct request rq;
    struct exchange *x;
    struct stream *stream;
    sigjmp_buf boundary;
};
struct worker_pool {
    struct http_server *s;
    pthread_mutex_t lock;
    struct exchange *first, **last;
    struct worker *idle, *all, *here;
    int queued, running, busy;
    int places;                                 /* taken: by who works and does not wait, and by who is called */
    bool is_one_coming;                         /* called, and not yet here */
    bool is_stopping;
};

_Thread_local void (*wait_told)(bool is_waiting);
static _Thread_local struct worker_pool *pool_here;
static _Thread_local struct worker *worker_here;        /* of a connection's thread; the pool frees it */

/* ── one request ─────────────────────────────────────────────────────────── */

static bool find_reader(struct worker *w, struct db *db, struct db_conn **out, struct err *e)
{
    struct reader found = { db, NULL };
    size_t at = 0;
    while (at < w->nreaders && w->reader[at].db != db)
        at++;
    if (at < w->nreaders) {
        found = w->reader[at];
    } else {
        if (at == READERS_MAX)
            db_conn_close(w->reader[--at].conn);    /* first: so many and never one more */
        w->nreaders = at;
        if (!db_reader(db, &found.conn, e))
            return false;
        w->nreaders++;
    }
    memmove(&w->reader[1], &w->reader[0], at * sizeof found);
    w->reader[0] = found;
    *out = found.conn;
    return true;
}

static bool open_snapshot(struct worker *w, struct err *e)
{
    struct http_server *s = w->pool->s;
    struct db *db = s->app.site_db && w->x->site ? s->app.site_db(w->x->site) : NULL;
    struct db_conn *conn;
    if (!db || w->is_here)
        return true;
    if (!find_reader(w, db, &conn, e) || !db_read_begin(conn, s->o.read_deadline_ms, e))
        return false;
    w->rq.db = conn;
    return true;
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
    struct http_server *s = w->pool->s;
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
    struct http_server *s = w->pool->s;
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
    if (w->rq.status == 0) {
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
    if (w->rq.db)
        db_read_end(w->rq.db);
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
    struct MHD_Connection *c = w->x->c;
    w->x = NULL;
    if (!w->is_here)
        MHD_resume_connection(c);
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
    w->x->refusal = (struct refusal){ 503, ERR_BUSY, MSG_http_too_heavy, "arena full", true };
    respond_plain(w->x);
    resume(w);
}

static void serve(struct worker *w, struct exchange *x)
{
    struct http_app *app = &w->pool->s->app;
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

/* ── the pool ────────────────────────────────────────────────────────────── */

static void *work(void *worker);

static struct worker *start_one(struct worker_pool *p)
{
    struct worker *w = &p->all[p->running];
    if (p->running == p->s->o.workers)
        return NULL;
    w->pool = p;
    pthread_cond_init(&w->wake, NULL);
    bool ok = pthread_create(&w->thread, NULL, work, w) == 0;
    p->running += ok;
    return ok ? w : NULL;
}

/* Somebody for what waits, with a place taken for him. One on the way is enough: who arrives and finds
 * more calls the next, so a burst wakes as many as it has work for and not as many as it has requests. */
static struct worker *call_one(struct worker_pool *p)
{
    struct worker *w = p->idle;
    if (!p->first || p->is_one_coming || p->places >= p->s->o.at_once)
        return NULL;
    if (w)
        p->idle = w->idle_next;
    else if (!(w = start_one(p)))
        return NULL;
    p->is_one_coming = w->is_called = true;
    p->places++;
    return w;
}

/* Who is woken under the lock would run into it. */
static void unlock_and_wake(struct worker_pool *p, struct worker *w)
{
    pthread_mutex_unlock(&p->lock);
    if (w)
        pthread_cond_signal(&w->wake);
}

static void rest(struct worker *w)
{
    struct worker_pool *p = w->pool;
    p->places--;
    w->idle_next = p->idle;
    p->idle = w;
    while (!w->is_called)
        pthread_cond_wait(&w->wake, &p->lock);
}

static struct exchange *take(struct worker *w)
{
    struct worker_pool *p = w->pool;
    struct exchange *x = p->first;
    p->first = x->next;
    if (!p->first)
        p->last = &p->first;
    p->queued--;
    p->busy++;
    w->is_busy = true;
    return x;
}

/* Whoever asks has a place, and keeps it from one request to the next; NULL: the end. */
static struct exchange *next_job(struct worker *w)
{
    struct worker_pool *p = w->pool;
    struct exchange *x = NULL;
    pthread_mutex_lock(&p->lock);
    p->busy -= w->is_busy;
    w->is_busy = false;
    for (;;) {
        if (w->is_called)
            w->is_called = p->is_one_coming = false;
        if (p->is_stopping || (p->first && p->places <= p->s->o.at_once))
            break;
        rest(w);
    }
    if (p->first)
        x = take(w);
    unlock_and_wake(p, call_one(p));
    return x;
}

static void give_place(bool is_waiting)
{
    struct worker_pool *p = pool_here;
    pthread_mutex_lock(&p->lock);
    p->places += is_waiting ? -1 : 1;
    unlock_and_wake(p, call_one(p));
}

static void *work(void *worker)
{
    struct worker *w = worker;
    struct exchange *x;
    pool_here = w->pool;
    wait_told = give_place;
    w->arena = arena_open(ARENA_BYTES);
    while ((x = next_job(w)))
        serve(w, x);
    for (size_t i = 0; i < w->nreaders; i++)
        db_conn_close(w->reader[i].conn);
    arena_close(&w->arena);
    arena_close(&w->pieces);
    return NULL;
}

struct worker_pool *workers_start(struct http_server *s)
{
    struct worker_pool *p = calloc(1, sizeof *p);
    if (!p)
        abort();
    p->s = s;
    p->last = &p->first;
    p->all = calloc((size_t)s->o.workers, sizeof *p->all);
    if (!p->all)
        abort();
    pthread_mutex_init(&p->lock, NULL);
    return p;
}

bool workers_push(struct worker_pool *p, struct exchange *x)
{
    pthread_mutex_lock(&p->lock);
    bool ok = p->queued < p->s->o.queue_max && !p->is_stopping;
    if (ok) {
        x->next = NULL;
        *p->last = x;
        p->last = &x->next;
        p->queued++;
    }
    unlock_and_wake(p, call_one(p));
    return ok;
}

static struct worker *worker_without_thread(struct worker_pool *p)
{
    struct worker *w = calloc(1, sizeof *w);
    if (!w)
        abort();
    w->pool = p;
    w->is_here = true;
    w->arena = arena_open(ARENA_BYTES);
    pthread_mutex_lock(&p->lock);
    w->idle_next = p->here;
    p->here = w;
    pthread_mutex_unlock(&p->lock);
    return w;
}

void workers_answer_here(struct worker_pool *p, struct exchange *x)
{
    if (!worker_here)
        worker_here = worker_without_thread(p);
    serve(worker_here, x);
    log_workspace(NULL);
}

void workers_close(struct worker_pool *p)
{
    pthread_mutex_lock(&p->lock);
    p->is_stopping = true;
    for (struct worker *w = p->idle; w; w = w->idle_next) {
        w->is_called = true;
        p->places++;
        pthread_cond_signal(&w->wake);
    }
    p->idle = NULL;
    pthread_mutex_unlock(&p->lock);
}

void workers_stop(struct worker_pool *p)
{
    if (!p)
        return;
    workers_close(p);
    for (int i = 0; i < p->running; i++) {
        pthread_join(p->all[i].thread, NULL);
        pthread_cond_destroy(&p->all[i].wake);
    }
    for (struct worker *w = p->here, *next; w; w = next) {
        next = w->idle_next;
        arena_close(&w->arena);
        free(w);
    }
    pthread_mutex_destroy(&p->lock);
    free(p->all);
    free(p);
}

struct worker_stats workers_stats(struct worker_pool *p)
{
    pthread_mutex_lock(&p->lock);
    struct worker_stats s = { p->running, p->busy, p->queued };
    pthread_mutex_unlock(&p->lock);
    return s;
}
