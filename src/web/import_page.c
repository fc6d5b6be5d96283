/* import_page.c - import in the browser.
 *
 * The uploaded file waits in DIR/spool under a random name between the steps;
 * its name is the only thing the pages carry. The trial and the run go on beside
 * the pages (import_runs.h), so that these can show progress and be left; what a
 * run has done stands in the record import_run.
 */
#include "web/import_page.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/random.h"
#include "msg/web.h"
#include "web/import_runs.h"
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKEN_LEN = 32, FILE_MAX_BYTES = 512 << 20, NOTES_SHOWN = 50, SPOOL_HOURS = 24, WAIT_US = 700 * 1000 };

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
    view_import_start(&h, &(struct import_start_view){ .entities = o, .nentities = n, .error = error,
        .has_past = access_scope(c->who, entity_find(S("import_run")), ACTION_SEE) != SCOPE_NONE });
    show(rq, status, &h);
}

static void start_page(struct request *rq) { show_start(rq, request_query(rq, "entity"), (str){ 0 }, 200); }

static str url_part(struct request *rq, str value)
{
    struct html h = web_html(rq);
    html_url_part(&h, value);
    return html_done(&h).s;
}

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
    answer_redirect(rq, arena_fmt(c->a, "/import/%.*s/%.*s?file=%.*s", STR_ARG(token), STR_ARG(name), STR_ARG(url_part(rq, rq->upload[0].filename))));
}

/* ── columns ───────────────────────────────────────────────────────────────── */

struct waiting { str token, path, file_name; const struct entity *en; struct csv_options csv; struct import_look look; };

static bool not_there(struct request *rq)
{
    struct err e = { 0 };
    fail(&e, ERR_NOT_FOUND, MSG_web_import_gone, "no waiting file");
    web_fail(rq, &e);
    return false;
}

static str asked(struct request *rq, const char *name) { return rq->method == GET ? request_query(rq, name) : request_form(rq, name); }

static bool find_waiting(struct request *rq, struct waiting *w)
{
    struct err e = { 0 };
    *w = (struct waiting){ .token = rq->param[0], .en = entity_find(rq->param[1]) };
    w->file_name = asked(rq, rq->method == GET ? "file" : "file_name");
    str encoding = asked(rq, "encoding"), separator = asked(rq, "separator");
    w->csv = (struct csv_options){ str_eq(separator, S("tab")) ? '\t' : separator.n == 1 ? separator.p[0] : '\0',
                                   encoding.n ? arena_cstr(&rq->a, encoding) : NULL };
    if (!is_token(w->token) || !may_import(web_ctx(rq), w->en))
        return not_there(rq);
    w->path = str_of(spool_path(&rq->a, web_workspace(rq), w->token));
    if (access(w->path.p, R_OK) != 0)
        return not_there(rq);
    if (import_look(&rq->a, w->path.p, &w->csv, &w->look, &e))
        return true;
    web_fail(rq, &e);
    return false;
}

static str separator_word(struct arena *a, char c) { return c == '\t' ? S("tab") : c ? arena_fmt(a, "%c", c) : (str){ 0 }; }

/* "found: UTF-8" first: that is what counts until somebody chooses. */
static str found(struct ctx *c, str what)
{
    return msg_text(c->a, c->loc, MSG_web_import_found, (const struct msg_arg *)(const void *)&(struct msg_web_import_found_args){ .what = A(what) });
}

static const struct ui_option *encodings_for(struct ctx *c, const struct waiting *w, size_t *n)
{
    static const char *const known[] = { "UTF-8", "UTF-16LE", "UTF-16BE", "windows-1256", "windows-1252", "ISO-8859-1", "macintosh" };
    struct ui_option *o = arena_new(c->a, struct ui_option, countof(known) + 2);
    *n = 0;
    o[(*n)++] = (struct ui_option){ .label = w->csv.encoding ? msg_text(c->a, c->loc, MSG_web_import_find, NULL) : found(c, str_of(w->look.encoding)) };
    bool is_known = !w->csv.encoding;
    for (size_t i = 0; i < countof(known); i++) {
        bool is_chosen = w->csv.encoding && !strcasecmp(w->csv.encoding, known[i]);
        is_known |= is_chosen;
        o[(*n)++] = (struct ui_option){ str_of(known[i]), str_of(known[i]), is_chosen };
    }
    if (!is_known)
        o[(*n)++] = (struct ui_option){ str_of(w->csv.encoding), str_of(w->csv.encoding), true };
    return o;
}

static const struct ui_option *separators_for(struct ctx *c, const struct waiting *w, size_t *n)
{
    static const struct { char c; msg_id name; } known[] = {
        { ',', MSG_web_import_comma }, { ';', MSG_web_import_semicolon }, { '\t', MSG_web_import_tab }, { '|', MSG_web_import_bar } };
    struct ui_option *o = arena_new(c->a, struct ui_option, countof(known) + 1);
    str name = separator_word(c->a, w->look.separator);
    for (size_t i = 0; i < countof(known); i++) {
        o[i + 1] = (struct ui_option){ separator_word(c->a, known[i].c), msg_text(c->a, c->loc, known[i].name, NULL), w->csv.separator == known[i].c };
        if (known[i].c == w->look.separator)
            name = o[i + 1].label;
    }
    o[0] = (struct ui_option){ .label = w->csv.separator ? msg_text(c->a, c->loc, MSG_web_import_find, NULL) : found(c, name) };
    *n = countof(known) + 1;
    return o;
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

/* One answer for all columns, as the form asks it. */
static enum import_missing missing_in(const struct import_map *m)
{
    enum import_missing most = IMPORT_REFUSE;
    for (size_t i = 0; i < m->ncolumns; i++)
        if (m->column[i].field && m->column[i].field->type == FIELD_REF && m->column[i].missing > most)
            most = m->column[i].missing;
    return most;
}

static void show_map(struct request *rq, const struct waiting *w, const struct import_map *m, enum import_duplicates how, str error)
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
        .how = how, .missing = missing_in(m), .encoding = str_of(w->csv.encoding), .separator = separator_word(c->a, w->csv.separator),
    };
    view.encodings = encodings_for(c, w, &view.nencodings);
    view.separators = separators_for(c, w, &view.nseparators);
    for (size_t i = 0; i < w->en->nfields; i++)
        view.has_refs |= w->en->fields[i].type == FIELD_REF && access_field(c->who, w->en, &w->en->fields[i]) == FIELD_RIGHT_WRITE;
    view.keys = fields_for(c, w->en, m->nkeys ? m->key[0] : NULL, MSG_web_import_key_own, &view.nkeys);
    view_import_map(&h, &view);
    show(rq, error.n ? 422 : 200, &h);
}

/* As this person read such columns last; of this very file, as just tried. */
static bool guess_map(struct request *rq, const struct waiting *w, struct import_map *m, struct err *e)
{
    struct ctx *c = web_ctx(rq);
    struct import_map *last = arena_new(c->a, struct import_map, 1);
    bool has_last;
    if (!import_map_last(c, w->en, last, &has_last, e))
        return false;
    import_map_guess(c->a, w->en, w->look.header, w->look.nheader, has_last ? last : NULL, m);
    return true;
}

static void map_page(struct request *rq)
{
    struct waiting w;
    struct import_map *m = arena_new(&rq->a, struct import_map, 1);
    struct import_state_of tried;
    struct err e = { 0 };
    if (!find_waiting(rq, &w))
        return;
    bool is_tried = imports_look(web_ctx(rq), w.token, &tried) && tried.en == w.en && w.csv.separator == tried.csv.separator
        && str_eq(str_of(w.csv.encoding), str_of(tried.csv.encoding)) && import_map_read(&rq->a, tried.map, m, &e);
    if (is_tried && !w.file_name.n)
        w.file_name = tried.file_name;
    e = (struct err){ 0 };
    if (is_tried || guess_map(rq, &w, m, &e))
        show_map(rq, &w, m, tried.duplicates, (str){ 0 });
    else
        web_fail(rq, &e);
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

static struct url own_url(struct request *rq, str token, const struct entity *en, const char *rest)
{
    return url_fmt(&rq->a, "/import/%.*s/%s%s", STR_ARG(token), en->name, rest);
}

/* Small files are done before the next page is asked for; others show how far they are. */
static bool start(struct request *rq, const struct waiting *w, str map, str how, bool is_dry)
{
    struct err e = { 0 };
    struct import_order o = { .token = w->token, .path = w->path, .file_name = w->file_name, .map = map, .en = w->en, .csv = w->csv,
                              .duplicates = duplicates_of(how), .is_dry = is_dry };
    if (!imports_start(web_ctx(rq), &o, &e)) {
        web_fail(rq, &e);
        return false;
    }
    imports_wait(web_ctx(rq), w->token, WAIT_US);
    return true;
}

static void preview(struct request *rq)
{
    struct waiting w;
    struct import_map *m = arena_new(&rq->a, struct import_map, 1);
    struct import_state_of tried;
    struct err e = { 0 };
    if (!find_waiting(rq, &w))
        return;
    if (!guess_map(rq, &w, m, &e)) {
        web_fail(rq, &e);
        return;
    }
    read_columns(rq, &w, m);
    str how = request_form(rq, "duplicates");
    if (!start(rq, &w, import_map_text(&rq->a, m), how, true))
        return;
    if (imports_look(web_ctx(rq), w.token, &tried) && tried.is_done && tried.e.code == ERR_INVALID)
        show_map(rq, &w, m, duplicates_of(how), err_text(&rq->a, web_ctx(rq)->loc, &tried.e));
    else
        answer_redirect(rq, own_url(rq, w.token, w.en, "/run").s);
}

/* ── the run ───────────────────────────────────────────────────────────────── */

static void run_import(struct request *rq)
{
    struct waiting w;
    if (find_waiting(rq, &w) && start(rq, &w, request_form(rq, "map"), request_form(rq, "duplicates"), false))
        answer_redirect(rq, own_url(rq, w.token, w.en, "/run").s);
}

static msg_id headline_of(const struct import_state_of *s)
{
    if (s->is_dry)
        return s->is_done ? MSG_web_import_would : MSG_web_import_tries;
    return s->is_done ? MSG_web_import_counts : MSG_web_import_runs;
}

static str how_name(enum import_duplicates how)
{
    return how == IMPORT_DUP_SKIP ? S("skip") : how == IMPORT_DUP_CREATE ? S("create") : S("merge");
}

static struct import_tell_view tell_of(struct request *rq, str token, const struct import_state_of *s)
{
    struct ctx *c = web_ctx(rq);
    struct import_tell_view v = {
        .file_name = s->file_name, .headline = headline(c, headline_of(s), &s->n), .is_running = !s->is_done, .percent = s->percent,
        .error = s->e.code ? err_text(c->a, c->loc, &s->e) : (str){ 0 }, .refusals = s->result.refusals,
    };
    v.encoding = str_of(s->csv.encoding);
    v.separator = separator_word(c->a, s->csv.separator);
    if (s->is_dry)
        v.back = url_fmt(c->a, "/import/%.*s/%s?encoding=%.*s&separator=%.*s", STR_ARG(token), s->en->name,
                         STR_ARG(url_part(rq, v.encoding)), STR_ARG(url_part(rq, v.separator)));
    if (!s->is_done) {
        v.waits = own_url(rq, token, s->en, "/run");
        v.stop = own_url(rq, token, s->en, "/stop");
        return v;
    }
    if (s->report)
        v.report = own_url(rq, token, s->en, "/report");
    v.note = notes_of(c, &s->result, &v.nnotes);
    if (!s->is_dry)
        v.records = url_fmt(c->a, "/%s", s->en->path);
    else if (!s->e.code) {
        v.run = own_url(rq, token, s->en, "/run");
        v.map = s->map;
        v.how = how_name(s->duplicates);
    }
    if (s->result.run_id && s->n.created + s->n.updated)
        v.undo = url_fmt(c->a, "/import/undo/%.*s", STR_ARG(id_text(c->a, s->result.run_id)));
    return v;
}

/* The import the address names, begun by who asks. */
static bool find_state(struct request *rq, struct import_state_of *s)
{
    return (is_token(rq->param[0]) && imports_look(web_ctx(rq), rq->param[0], s) && str_eq(rq->param[1], str_of(s->en->name)))
        || not_there(rq);
}

static void run_page(struct request *rq)
{
    struct import_state_of s;
    if (!find_state(rq, &s))
        return;
    struct html h = web_html(rq);
    struct import_tell_view v = tell_of(rq, rq->param[0], &s);
    view_import_tell(&h, &v);
    if (request_is_fragment(rq))
        answer_html(rq, 200, &h);
    else
        show(rq, 200, &h);
}

static void stop_import(struct request *rq)
{
    struct import_state_of s;
    if (!find_state(rq, &s))
        return;
    imports_stop(web_ctx(rq), rq->param[0]);
    imports_wait(web_ctx(rq), rq->param[0], WAIT_US);
    answer_redirect(rq, own_url(rq, rq->param[0], s.en, "/run").s);
}

static void report(struct request *rq)
{
    struct import_state_of s;
    if (!find_state(rq, &s))
        return;
    if (s.report && access(s.report, R_OK) == 0)
        answer_file(rq, s.report, "text/csv; charset=utf-8", arena_fmt(&rq->a, "%s-refused.csv", s.en->path));
    else
        not_there(rq);
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
    { POST, "/import/:token/:entity/stop", stop_import, .access = ACCESS_USER, .body = BODY_FORM, .audit = "import.stop" },
    { GET,  "/import/:token/:entity/report", report,   .access = ACCESS_USER, .audit = "import.report" },
    { 0 },
};
