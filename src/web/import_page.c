/* import_page.c - import in the browser.
 *
 * The uploaded file waits in DIR/spool under a random name between the steps;
 * its name is the only thing the pages carry. The run goes on a thread of its
 * own with the rights of who started it, so that the page can show progress and
 * be left; what it has done stands in the record import_run. The runs hang on
 * their workspace: a token means nothing on another's host.
 */
#include "web/import_page.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "msg/web.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_LEN = 32, FILE_MAX_BYTES = 512 << 20, RUNS_MAX = 16, NOTES_SHOWN = 50, SPOOL_HOURS = 24 };

/* ── the waiting file ──────────────────────────────────────────────────────── */

static const char *spool_path(struct arena *a, const struct workspace *ws, str token)
{
    return arena_fmt(a, "%s/spool/import-%.*s", ws->folder, STR_ARG(token)).p;
}

static bool is_token(str t)
{
    if (t.n != TOKEN_LEN)
        return false;
    for (size_t i = 0; i < t.n; i++)
        if (!((t.p[i] >= '0' && t.p[i] <= '9') || (t.p[i] >= 'a' && t.p[i] <= 'f')))
            return false;
    return true;
}

/* Files of imports that were begun and left. */
static void sweep(struct arena *a, const struct workspace *ws)
{
    const char *folder = arena_fmt(a, "%s/spool", ws->folder).p;
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        struct stat st;
        const char *path = arena_fmt(a, "%s/%s", folder, e->d_name).p;
        if (!strncmp(e->d_name, "import-", 7) && stat(path, &st) == 0
            && (int64_t)st.st_mtime * SECOND_US < clock_now() - SPOOL_HOURS * HOUR_US)
            unlink(path);
    }
    if (d)
        closedir(d);
}

static bool keep_file(struct request *rq, const struct upload *up, str *token, struct err *e)
{
    uint64_t r[2];
    const struct workspace *ws = web_workspace(rq);
    random_bytes(r, sizeof r);
    *token = arena_fmt(&rq->a, "%016llx%016llx", (unsigned long long)r[0], (unsigned long long)r[1]);
    const char *folder = arena_fmt(&rq->a, "%s/spool", ws->folder).p;
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return fail(e, ERR_FULL, MSG_web_import_no_room, "mkdir: %s", strerror(errno));
    sweep(&rq->a, ws);
    if (link(up->path, spool_path(&rq->a, ws, *token)) != 0)
        return fail(e, ERR_FULL, MSG_web_import_no_room, "link: %s", strerror(errno));
    return true;
}

/* ── start ─────────────────────────────────────────────────────────────────── */

static bool may_import(const struct ctx *c, const struct entity *en)
{
    return en && !(en->flags & (E_NO_PAGE | E_NO_CREATE)) && access_scope(c->who, en, ACTION_CREATE) != SCOPE_NONE;
}

static void show(struct request *rq, int status, const struct html *body)
{
    struct html h = web_html(rq);
    struct page p = web_page(rq, msg_text(&rq->a, web_ctx(rq)->loc, MSG_web_import_title, NULL));
    p.is_plain = true;
    page_begin(&h, &p);
    html_markup(&h, html_done(body));
    page_end(&h, &p);
    answer_html(rq, status, &h);
}

static void show_start(struct request *rq, str chosen, str error, int status)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct ui_option *o = arena_new(c->a, struct ui_option, catalogue_count());
    size_t n = 0;
    for (size_t i = 0; i < catalogue_count(); i++) {
        const struct entity *en = catalogue_at(i);
        if (may_import(c, en))
            o[n++] = (struct ui_option){ str_of(en->name), msg_text(c->a, c->loc, en->plural, NULL), str_eq(chosen, str_of(en->name)) };
    }
    view_import_start(&h, &(struct import_start_view){ .entities = o, .nentities = n, .error = error });
    show(rq, status, &h);
}

static void start_page(struct request *rq) { show_start(rq, request_query(rq, "entity"), (str){ 0 }, 200); }

static void upload(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    str name = request_form(rq, "entity"), token;
    struct err e = { 0 };
    if (!may_import(c, entity_find(name)) || rq->nupload == 0 || rq->upload[0].size == 0) {
        show_start(rq, name, msg_text(c->a, c->loc, MSG_web_import_no_file, NULL), 422);
        return;
    }
    if (!keep_file(rq, &rq->upload[0], &token, &e)) {
        web_fail(rq, &e);
        return;
    }
    struct html file = web_html(rq);
    html_url_part(&file, rq->upload[0].filename);
    answer_redirect(rq, arena_fmt(c->a, "/import/%.*s/%.*s?file=%.*s", STR_ARG(token), STR_ARG(name), STR_ARG(html_done(&file).s)));
}

/* ── columns ───────────────────────────────────────────────────────────────── */

struct waiting { str token, path, file_name; const struct entity *en; struct import_look look; };

static bool not_there(struct request *rq)
{
    struct err e = { 0 };
    fail(&e, ERR_NOT_FOUND, MSG_web_import_gone, "no waiting file");
    web_fail(rq, &e);
    return false;
}

static bool find_waiting(struct request *rq, struct waiting *w)
{
    struct err e = { 0 };
    *w = (struct waiting){ .token = rq->param[0], .en = entity_find(rq->param[1]) };
    w->file_name = rq->method == GET ? request_query(rq, "file") : request_form(rq, "file_name");
    if (!is_token(w->token) || !may_import(web_ctx(rq), w->en))
        return not_there(rq);
    w->path = str_of(spool_path(&rq->a, web_workspace(rq), w->token));
    if (access(w->path.p, R_OK) != 0)
        return not_there(rq);
    if (import_look(&rq->a, w->path.p, NULL, &w->look, &e))
        return true;
    web_fail(rq, &e);
    return false;
}

static struct ui_option *fields_for(struct ctx *c, const struct entity *en, const struct field *chosen, msg_id none, size_t *n)
{
    struct ui_option *o = arena_new(c->a, struct ui_option, en->nfields + 1);
    *n = 0;
    o[(*n)++] = (struct ui_option){ .label = msg_text(c->a, c->loc, none, NULL), .is_selected = !chosen };
    for (size_t i = 0; i < en->nfields; i++) {
        const struct field *f = &en->fields[i];
        if (access_field(c->who, en, f) == FIELD_RIGHT_WRITE)
            o[(*n)++] = (struct ui_option){ str_of(f->name), msg_text(c->a, c->loc, f->label, NULL), f == chosen };
    }
    return o;
}

static void show_map(struct request *rq, const struct waiting *w, const struct import_map *m, str error)
{
    struct ctx *c = web_ctx(rq);
    struct html h = web_html(rq);
    struct import_map_column *v = arena_new(c->a, struct import_map_column, m->ncolumns);
    for (size_t i = 0; i < m->ncolumns; i++) {
        v[i] = (struct import_map_column){ .header = m->column[i].header, .number = (int)i };
        if (w->look.nrows && i < w->look.row[0].n)
            v[i].sample = str_head(w->look.row[0].cell[i], 80);
        v[i].fields = fields_for(c, w->en, m->column[i].field, MSG_web_import_ignore, &v[i].nfields);
    }
    struct import_map_view view = {
        .action = url_fmt(c->a, "/import/%.*s/%s", STR_ARG(w->token), w->en->name), .entity = str_of(w->en->name),
        .file_name = w->file_name, .column = v, .ncolumns = m->ncolumns, .error = error,
        .about = arena_fmt(c->a, "%s", w->look.encoding),
    };
    for (size_t i = 0; i < w->en->nfields; i++)
        view.has_refs |= w->en->fields[i].type == FIELD_REF && access_field(c->who, w->en, &w->en->fields[i]) == FIELD_RIGHT_WRITE;
    view.keys = fields_for(c, w->en, m->nkeys ? m->key[0] : NULL, MSG_web_import_key_own, &view.nkeys);
    view_import_map(&h, &view);
    show(rq, error.n ? 422 : 200, &h);
}

static void map_page(struct request *rq)
{
    struct waiting w;
    struct import_map *m = arena_new(&rq->a, struct import_map, 1);
    if (!find_waiting(rq, &w))
        return;
    import_map_guess(&rq->a, w.en, w.look.header, w.look.nheader, NULL, m);
    show_map(rq, &w, m, (str){ 0 });
}

/* ── preview ───────────────────────────────────────────────────────────────── */

/* What becomes of a name that nobody bears. Settings are never made in passing. */
static enum import_missing missing_of(str how, const struct field *f)
{
    if (str_eq(how, S("leave")))
        return IMPORT_LEAVE;
    const struct entity *en = str_eq(how, S("create")) ? entity_find(str_of(f->ref)) : NULL;
    return en && !(en->flags & E_SETTINGS) ? IMPORT_CREATE : IMPORT_REFUSE;
}

static void read_columns(struct request *rq, const struct waiting *w, struct import_map *m)
{
    for (size_t i = 0; i < m->ncolumns; i++) {
        char name[24];
        snprintf(name, sizeof name, "c%zu", i);
        const struct field *f = entity_field(w->en, request_form(rq, name));
        if (f != m->column[i].field)
            m->column[i] = (struct import_column){ .header = m->column[i].header, .field = f };
        if (f && f->type == FIELD_REF)
            m->column[i].missing = missing_of(request_form(rq, "missing"), f);
    }
    const struct field *key = entity_field(w->en, request_form(rq, "key"));
    m->nkeys = key ? 1 : 0;
    m->key[0] = key;
}

static enum import_duplicates duplicates_of(str how)
{
    return str_eq(how, S("skip")) ? IMPORT_DUP_SKIP : str_eq(how, S("create")) ? IMPORT_DUP_CREATE : IMPORT_DUP_MERGE;
}

static str headline(struct ctx *c, msg_id msg, const struct import_counts *n)
{
    return msg_text(c->a, c->loc, msg, (const struct msg_arg *)(const void *)&(struct msg_web_import_counts_args){
        .created = A(n->created), .updated = A(n->updated), .refused = A(n->refused), .unchanged = A(n->unchanged + n->skipped) });
}

static const str *notes_of(struct ctx *c, const struct import_result *r, size_t *n)
{
    *n = r->nnotes < NOTES_SHOWN ? r->nnotes : NOTES_SHOWN;
    str *v = arena_new(c->a, str, *n);
    for (size_t i = 0; i < *n; i++)
        v[i] = import_note_text(c->a, c->loc, &r->note[i]);
    return v;
}

static void preview(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct waiting w;
    struct import_map *m = arena_new(&rq->a, struct import_map, 1);
    struct import_result r = { 0 };
    struct err e = { 0 };
    if (!find_waiting(rq, &w))
        return;
    import_map_guess(&rq->a, w.en, w.look.header, w.look.nheader, NULL, m);
    read_columns(rq, &w, m);
    str how = request_form(rq, "duplicates");
    struct import_options o = { .map = m, .duplicates = duplicates_of(how), .is_dry = true };
    if (!import_run(c, w.path.p, &o, &r, &e)) {
        show_map(rq, &w, m, err_text(c->a, c->loc, &e));
        return;
    }
    struct html h = web_html(rq);
    struct import_tell_view v = {
        .headline = headline(c, MSG_web_import_would, &r.n), .refusals = r.refusals, .file_name = w.file_name,
        .map = import_map_text(c->a, m), .how = how, .run = url_fmt(c->a, "/import/%.*s/%s/run", STR_ARG(w.token), w.en->name),
        .back = url_fmt(c->a, "/import/%.*s/%s", STR_ARG(w.token), w.en->name),
    };
    v.note = notes_of(c, &r, &v.nnotes);
    view_import_tell(&h, &v);
    show(rq, 200, &h);
}

/* ── the run ───────────────────────────────────────────────────────────────── */

struct run {
    char token[TOKEN_LEN + 1];
    pthread_mutex_t lock;
    struct import_counts n;
    int percent;
    bool is_done;
    /* Given by the starter, then the thread's own. */
    struct ctx ctx; struct actor who; struct locale loc;
    struct arena a, work;
    struct import_map *map;
    struct import_options o;
    const char *path;
    struct import_result result;
    struct err e;
    int64_t started;
    struct imports *all;
};

struct imports {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct run *run[RUNS_MAX];
    int nrunning;
    _Atomic bool is_stopping;
};

static bool on_progress(void *arg, const struct import_counts *n, int64_t done, int64_t all)
{
    struct run *r = arg;
    pthread_mutex_lock(&r->lock);
    r->n = *n;
    r->percent = all > 0 ? (int)(100 * done / all) : 0;
    pthread_mutex_unlock(&r->lock);
    return !atomic_load(&r->all->is_stopping);
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
    unlink(r->path);
    pthread_mutex_lock(&r->lock);
    r->is_done = true;
    r->n = r->result.n;
    pthread_mutex_unlock(&r->lock);
    pthread_mutex_lock(&all->lock);
    all->nrunning--;
    pthread_cond_broadcast(&all->ended);
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

static void forget(struct run *r)
{
    arena_close(&r->work);
    struct arena a = r->a;
    arena_close(&a);
}

/* A place in the table: a free one, or that of the oldest that has ended. */
static bool take_place(struct imports *all, struct run *r)
{
    struct run **place = NULL;
    pthread_mutex_lock(&all->lock);
    for (int i = 0; i < RUNS_MAX; i++)
        if (!all->run[i])
            place = place && !*place ? place : &all->run[i];
    for (int i = 0; i < RUNS_MAX && !place; i++)
        if (all->run[i]->is_done && all->run[i]->started < clock_mono() - HOUR_US)
            place = &all->run[i];
    if (place) {
        if (*place)
            forget(*place);
        *place = r;
        all->nrunning++;
    }
    pthread_mutex_unlock(&all->lock);
    return place != NULL;
}

static struct run *find_run(const struct workspace *ws, str token)
{
    struct imports *all = ws->imports;
    struct run *found = NULL;
    pthread_mutex_lock(&all->lock);
    for (int i = 0; i < RUNS_MAX; i++)
        if (all->run[i] && str_eq(token, str_of(all->run[i]->token)))
            found = all->run[i];
    pthread_mutex_unlock(&all->lock);
    return found;
}

/* Not started after all. */
static void leave_place(struct imports *all, struct run *r)
{
    pthread_mutex_lock(&all->lock);
    for (int i = 0; i < RUNS_MAX; i++)
        if (all->run[i] == r)
            all->run[i] = NULL;
    all->nrunning--;
    pthread_mutex_unlock(&all->lock);
}

struct imports *imports_open(void)
{
    struct imports *all = calloc(1, sizeof *all);
    if (!all)
        die("out of memory at start");
    pthread_mutex_init(&all->lock, NULL);
    pthread_cond_init(&all->ended, NULL);
    return all;
}

void imports_close(struct imports *all)
{
    if (!all)
        return;
    atomic_store(&all->is_stopping, true);
    pthread_mutex_lock(&all->lock);
    while (all->nrunning)
        pthread_cond_wait(&all->ended, &all->lock);
    pthread_mutex_unlock(&all->lock);
    for (int i = 0; i < RUNS_MAX; i++)
        if (all->run[i])
            forget(all->run[i]);
    pthread_cond_destroy(&all->ended);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

static struct run *new_run(struct request *rq, const struct waiting *w, str map, str how, struct err *e)
{
    struct arena a = arena_open(8 << 20);
    struct run *r = arena_new(&a, struct run, 1);
    struct ctx *c = web_ctx(rq);
    memcpy(r->token, w->token.p, TOKEN_LEN);
    pthread_mutex_init(&r->lock, NULL);
    r->who = *c->who;
    r->who.name = arena_str(&a, c->who->name);
    r->who.email = arena_str(&a, c->who->email);
    r->loc = *c->loc;
    r->loc.zone = arena_cstr(&a, str_of(c->loc->zone));
    r->work = arena_open((size_t)256 << 20);
    r->map = arena_new(&a, struct import_map, 1);
    r->path = arena_cstr(&a, w->path);
    r->started = clock_mono();
    r->all = c->ws->imports;
    r->a = a;
    r->ctx = (struct ctx){ .a = &r->work, .ws = c->ws, .loc = &r->loc, .who = &r->who, .now = c->now };
    r->o = (struct import_options){ .map = r->map, .duplicates = duplicates_of(how), .progress = on_progress, .arg = r,
                                    .file_name = arena_cstr(&r->a, w->file_name) };
    if (import_map_read(&r->a, arena_str(&r->a, map), r->map, e) && r->map->en == w->en)
        return r;
    forget(r);
    return NULL;
}

static void run_import(struct request *rq)
{
    struct waiting w;
    struct err e = { 0 };
    pthread_t t;
    if (!find_waiting(rq, &w))
        return;
    struct imports *all = web_workspace(rq)->imports;
    struct run *r = find_run(web_workspace(rq), w.token) ? NULL : new_run(rq, &w, request_form(rq, "map"), request_form(rq, "duplicates"), &e);
    if (e.code) {
        web_fail(rq, &e);
        return;
    }
    bool has_place = r && take_place(all, r);
    if (r && (!has_place || pthread_create(&t, NULL, run_thread, r) != 0)) {
        if (has_place)
            leave_place(all, r);
        forget(r);
        fail(&e, ERR_BUSY, MSG_web_busy, "too many imports at once");
        web_fail(rq, &e);
        return;
    }
    if (r)
        pthread_detach(t);
    answer_redirect(rq, arena_fmt(&rq->a, "/import/%.*s/%s/run", STR_ARG(w.token), w.en->name));
}

static struct import_tell_view tell_of(struct request *rq, struct run *r, const struct entity *en)
{
    struct ctx *c = web_ctx(rq);
    struct import_tell_view v = { .file_name = str_of(r->o.file_name) };
    pthread_mutex_lock(&r->lock);
    v.is_running = !r->is_done;
    v.percent = r->percent;
    v.headline = headline(c, v.is_running ? MSG_web_import_runs : MSG_web_import_counts, &r->n);
    pthread_mutex_unlock(&r->lock);
    if (v.is_running) {
        v.waits = url_fmt(c->a, "/import/%s/%s/run", r->token, en->name);
        return v;
    }
    v.records = url_fmt(c->a, "/%s", en->path);
    v.refusals = r->e.code ? err_text(c->a, c->loc, &r->e) : r->result.refusals;
    v.note = notes_of(c, &r->result, &v.nnotes);
    if (r->result.run_id)
        v.undo = url_fmt(c->a, "/import/undo/%.*s", STR_ARG(id_text(c->a, r->result.run_id)));
    return v;
}

static void run_page(struct request *rq)
{
    struct run *r = is_token(rq->param[0]) ? find_run(web_workspace(rq), rq->param[0]) : NULL;
    const struct entity *en = entity_find(rq->param[1]);
    if (!r || !en || r->who.user_id != web_ctx(rq)->who->user_id) {
        not_there(rq);
        return;
    }
    struct html h = web_html(rq);
    struct import_tell_view v = tell_of(rq, r, en);
    view_import_tell(&h, &v);
    if (request_is_fragment(rq))
        answer_html(rq, 200, &h);
    else
        show(rq, 200, &h);
}

static void undo_import(struct request *rq)
{
    struct ctx *c = web_ctx(rq);
    struct err e = { 0 };
    int64_t id, undone, kept;
    if (!web_param_id(rq, 0, &id))
        return;
    if (!import_undo(c, id, &undone, &kept, &e)) {
        web_fail(rq, &e);
        return;
    }
    web_done(rq, S("/import"), msg_text(c->a, c->loc, MSG_web_import_undone, (const struct msg_arg *)(const void *)
             &(struct msg_web_import_undone_args){ .kept = A(kept) }), 0);
}

const struct route import_routes[] = {
    { GET,  "/import",                    start_page,  .access = ACCESS_USER, .audit = "import" },
    { POST, "/import",                    upload,      .access = ACCESS_USER, .body = BODY_MULTIPART, .body_max = FILE_MAX_BYTES, .audit = "import.upload" },
    { POST, "/import/undo/:id",           undo_import, .access = ACCESS_USER, .body = BODY_FORM, .audit = "import.undo" },
    { GET,  "/import/:token/:entity",     map_page,    .access = ACCESS_USER, .audit = "import.columns" },
    { POST, "/import/:token/:entity",     preview,     .access = ACCESS_USER, .body = BODY_FORM, .audit = "import.preview" },
    { POST, "/import/:token/:entity/run", run_import,  .access = ACCESS_USER, .body = BODY_FORM, .body_max = 256 * 1024, .audit = "import.run" },
    { GET,  "/import/:token/:entity/run", run_page,    .access = ACCESS_USER, .audit = "import.progress" },
    { 0 },
};
