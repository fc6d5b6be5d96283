/* import_runs.c - the table of imports that run or have ended.
 *
 * One lock guards the table and all that pages read of a run; the run itself works without it. An
 * ended one gives its place to a new one, oldest first; who looks for it then is told that it is gone.
 */
#include "web/import_runs.h"
#include "base/clock.h"
#include "base/log.h"
#include "msg/import.h"
#include "msg/web.h"
#include <pthread.h>
#include <time.h>
#include <unistd.h>

enum { PLACES = 64, RUNNING_MAX = 16, TOKEN_MAX = 40, OWN_ARENA = 8 << 20, WORK_ARENA = 256 << 20 };

struct run {
    char token[TOKEN_MAX];                      /* empty: another run of its file has taken its place */
    bool is_done, is_stopped;
    int percent;
    struct import_counts n;
    int64_t started;
    /* Given by the starter, then the thread's own until it is done. */
    struct ctx ctx; struct actor who; struct locale loc;
    struct arena a, work;
    struct import_map *map;
    struct import_options o;
    const char *path;
    str map_text;
    struct import_result result;
    struct err e;
    struct imports *all;
};

struct imports {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct run *run[PLACES];
    int nrunning;
    bool is_stopping;
};

/* ── the thread ──────────────────────────────────────────────────────────── */

static bool on_progress(void *arg, const struct import_counts *n, int64_t done, int64_t all)
{
    struct run *r = arg;
    pthread_mutex_lock(&r->all->lock);
    r->n = *n;
    r->percent = all > 0 ? (int)(100 * done / all) : 0;
    bool goes_on = !r->is_stopped && !r->all->is_stopping;
    pthread_mutex_unlock(&r->all->lock);
    return goes_on;
}

static void *run_thread(void *arg)
{
    struct run *r = arg;
    struct imports *all = r->all;
    struct db_conn *conn = NULL;
    sigjmp_buf full, *outer = arena_boundary;
    bool ok = db_reader(r->ctx.ws->db, &conn, &r->e);
    r->ctx.c = conn;
    arena_boundary = &full;
    if (ok && sigsetjmp(full, 0) == 0)
        ok = import_run(&r->ctx, r->path, &r->o, &r->result, &r->e);
    else if (ok)
        ok = fail(&r->e, ERR_BUSY, MSG_web_busy, "import: out of memory");
    arena_boundary = outer;
    if (conn)
        db_conn_close(conn);
    if (!r->o.is_dry)
        unlink(r->path);
    pthread_mutex_lock(&all->lock);
    r->is_done = true;
    if (r->result.n.rows)
        r->n = r->result.n;
    all->nrunning--;
    pthread_cond_broadcast(&all->ended);
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

/* ── places ──────────────────────────────────────────────────────────────── */

static void forget(struct run *r)
{
    if (r->o.report)
        unlink(r->o.report);
    arena_close(&r->work);
    struct arena a = r->a;
    arena_close(&a);
}

static struct run *run_of(const struct imports *all, str token, int64_t user_id)
{
    for (int i = 0; token.n && i < PLACES; i++)
        if (all->run[i] && str_eq(token, str_of(all->run[i]->token)) && all->run[i]->who.user_id == user_id)
            return all->run[i];
    return NULL;
}

/* A free place, or that of a trial another has followed, or of the oldest that has ended. */
static struct run **place_in(struct imports *all)
{
    struct run **best = NULL;
    for (int i = 0; i < PLACES; i++) {
        struct run **p = &all->run[i];
        if (!*p)
            return p;
        if (!(*p)->is_done)
            continue;
        if (!best || !(*p)->token[0] || ((*best)->token[0] && (*p)->started < (*best)->started))
            best = p;
    }
    return best;
}

/* Under the lock. NULL: too many run. */
static struct run **take_place(struct imports *all, struct run *r)
{
    struct run **place = all->nrunning < RUNNING_MAX && !all->is_stopping ? place_in(all) : NULL;
    if (!place)
        return NULL;
    if (*place)
        forget(*place);
    *place = r;
    all->nrunning++;
    return place;
}

/* ── starting ────────────────────────────────────────────────────────────── */

static struct run *new_run(struct ctx *c, const struct import_order *o, struct err *e)
{
    struct arena a = arena_open(OWN_ARENA);
    struct run *r = arena_new(&a, struct run, 1);
    snprintf(r->token, sizeof r->token, "%.*s", STR_ARG(o->token));
    r->who = *c->who;
    r->who.name = arena_str(&a, c->who->name);
    r->who.email = arena_str(&a, c->who->email);
    r->loc = *c->loc;
    r->loc.zone = arena_cstr(&a, str_of(c->loc->zone));
    r->work = arena_open(WORK_ARENA);
    r->map = arena_new(&a, struct import_map, 1);
    r->map_text = arena_str(&a, o->map);
    r->path = arena_cstr(&a, o->path);
    r->started = clock_mono();
    r->all = c->ws->imports;
    r->o = (struct import_options){ .map = r->map, .duplicates = o->duplicates, .is_dry = o->is_dry, .progress = on_progress, .arg = r,
                                    .file_name = arena_cstr(&a, o->file_name), .csv = o->csv,
                                    .report = arena_fmt(&a, "%s-%llx.csv", r->path, (unsigned long long)r->started).p };
    if (o->csv.encoding)
        r->o.csv.encoding = arena_cstr(&a, str_of(o->csv.encoding));
    r->a = a;
    r->ctx = (struct ctx){ .a = &r->work, .ws = c->ws, .loc = &r->loc, .who = &r->who, .now = c->now };
    if (import_map_read(&r->a, r->map_text, r->map, e) && r->map->en == o->en)
        return r;
    if (!e->code)
        fail(e, ERR_INVALID, MSG_import_map_bad, "the map is for another entity");
    r->o.report = NULL;
    forget(r);
    return NULL;
}

/* A trial is followed by the run, once it is done, or by another trial at once. */
static bool is_followed(const struct run *old, const struct import_order *o)
{
    return !old || (old->o.is_dry && (old->is_done || o->is_dry));
}

/* Under the lock, in the place of `old` or a new one. */
static bool start(struct imports *all, struct run *r, struct run *old)
{
    pthread_t t;
    bool is_running = old && !old->is_done;
    if (old)
        old->token[0] = '\0';
    struct run **place = take_place(all, r);
    if (!place && old)
        memcpy(old->token, r->token, sizeof old->token);
    if (!place)
        return false;
    if (is_running)
        old->is_stopped = true;
    if (pthread_create(&t, NULL, run_thread, r) == 0) {
        pthread_detach(t);
        return true;
    }
    *place = NULL;
    all->nrunning--;
    return false;
}

bool imports_start(struct ctx *c, const struct import_order *o, struct err *e)
{
    struct imports *all = c->ws->imports;
    struct run *r = new_run(c, o, e);

    if (!r)
        return false;
    pthread_mutex_lock(&all->lock);
    struct run *old = run_of(all, o->token, c->who->user_id);
    bool is_wanted = is_followed(old, o), is_started = is_wanted && start(all, r, old);
    pthread_mutex_unlock(&all->lock);
    if (is_started)
        return true;
    r->o.report = NULL;
    forget(r);
    return !is_wanted || fail(e, ERR_BUSY, MSG_web_busy, "too many imports at once");
}

/* ── looking ─────────────────────────────────────────────────────────────── */

static void copy_result(struct arena *a, const struct import_result *r, struct import_result *out)
{
    *out = *r;
    out->refusals = arena_str(a, r->refusals);
    out->note = arena_new(a, struct import_note, r->nnotes + 1);
    for (size_t i = 0; i < r->nnotes; i++) {
        const struct import_note *n = &r->note[i];
        out->note[i] = (struct import_note){ n->kind, arena_str(a, n->column), arena_str(a, n->value), arena_str(a, n->used), n->rows };
    }
}

bool imports_look(struct ctx *c, str token, struct import_state_of *out)
{
    struct imports *all = c->ws->imports;
    *out = (struct import_state_of){ 0 };
    pthread_mutex_lock(&all->lock);
    const struct run *r = run_of(all, token, c->who->user_id);
    if (r) {
        *out = (struct import_state_of){
            .en = r->map->en, .file_name = arena_str(c->a, str_of(r->o.file_name)), .map = arena_str(c->a, r->map_text),
            .csv = r->o.csv, .duplicates = r->o.duplicates, .is_dry = r->o.is_dry, .is_done = r->is_done, .percent = r->percent, .n = r->n,
        };
        if (r->o.csv.encoding)
            out->csv.encoding = arena_cstr(c->a, str_of(r->o.csv.encoding));
        if (r->is_done) {
            out->e = r->e;
            copy_result(c->a, &r->result, &out->result);
            out->report = r->n.refused ? arena_cstr(c->a, str_of(r->o.report)) : NULL;
        }
    }
    pthread_mutex_unlock(&all->lock);
    return r != NULL;
}

void imports_wait(struct ctx *c, str token, int64_t us)
{
    struct imports *all = c->ws->imports;
    struct timespec until;
    const struct run *r;

    clock_gettime(CLOCK_MONOTONIC, &until);
    int64_t ns = until.tv_nsec + us % SECOND_US * 1000;
    until.tv_sec += us / SECOND_US + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_mutex_lock(&all->lock);
    while ((r = run_of(all, token, c->who->user_id)) && !r->is_done)
        if (pthread_cond_timedwait(&all->ended, &all->lock, &until) != 0)
            break;
    pthread_mutex_unlock(&all->lock);
}

void imports_stop(struct ctx *c, str token)
{
    struct imports *all = c->ws->imports;
    pthread_mutex_lock(&all->lock);
    struct run *r = run_of(all, token, c->who->user_id);
    if (r)
        r->is_stopped = true;
    pthread_mutex_unlock(&all->lock);
}

/* ── opening and closing ─────────────────────────────────────────────────── */

struct imports *imports_open(void)
{
    struct imports *all = calloc(1, sizeof *all);
    pthread_condattr_t monotonic;
    if (!all)
        die("out of memory at start");
    pthread_mutex_init(&all->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&all->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return all;
}

void imports_close(struct imports *all)
{
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->is_stopping = true;
    while (all->nrunning)
        pthread_cond_wait(&all->ended, &all->lock);
    pthread_mutex_unlock(&all->lock);
    for (int i = 0; i < PLACES; i++)
        if (all->run[i])
            forget(all->run[i]);
    pthread_cond_destroy(&all->ended);
    pthread_mutex_destroy(&all->lock);
    free(all);
}
