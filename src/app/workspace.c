/* workspace.c - opening and making a company's workspace.
 *
 * Settings are rows of `setting`; they are read once into struct workspace and
 * anew when somebody changes them. The master key stands beside the database,
 * not in it: a stolen backup signs nothing.
 */
#include "app/workspace.h"
#include "app/place.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/random.h"
#include "core/core.h"
#include "msg/app.h"
#include "msg/move.h"
#include "record/move.h"
#include "record/scan.h"
#include "web/feature.h"
#include "web/import_runs.h"
#include "web/limit.h"
#include "web/password.h"
#include "web/web.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

struct opened { struct workspace ws; struct arena a; };

void app_catalogue(void)
{
    static bool is_done;
    if (is_done)
        return;
    is_done = true;
    web_open();
    web_settings_changed = workspace_reload;
    rule_steps_add(rule_own_steps, rule_nown_steps);
    for (const struct feature *const *f = features; *f; f++) {
        catalogue_add((*f)->entities, (*f)->nentities ? *(*f)->nentities : 0);
        if ((*f)->nsteps)
            rule_steps_add((*f)->steps, (*f)->nsteps);
        feed_register((*f)->consumers, (*f)->nconsumers);
        hit_register((*f)->hits);
        job_register((*f)->jobs, (*f)->njobs);
        schedule_register((*f)->schedules, (*f)->nschedules);
    }
    catalogue_check();
}

struct ctx workspace_ctx(struct workspace *ws, struct arena *a, struct db_conn *c, const struct locale *loc)
{
    return (struct ctx){ .a = a, .c = c, .ws = ws, .loc = loc, .who = &actor_system, .now = clock_now() };
}

/* ── the master key ────────────────────────────────────────────────────────── */

static bool key_error(const char *path, const char *what, struct err *e)
{
    fail(e, ERR_INTERNAL, MSG_app_key_broken, "%s: %s: %s", path, what, strerror(errno));
    return err_arg(e, "path", str_of(path));
}

static bool key_write(const char *path, const unsigned char key[32], struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return key_error(path, "create", e);
    bool ok = write(fd, key, 32) == 32 && fsync(fd) == 0;
    close(fd);
    return ok || key_error(path, "write", e);
}

static bool key_make(const char *path, unsigned char key[32], struct err *e)
{
    random_bytes(key, 32);
    return key_write(path, key, e);
}

/* Beside an address a key is made with the workspace and never later: a second server that made
 * one of its own would undo every signature of the first. */
static bool key_read(struct arena *a, const struct place *at, bool create, unsigned char key[32], struct err *e)
{
    const char *path = at->key, *slash = strrchr(path, '/');
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && at->is_address && !create) {
        fail(e, ERR_NOT_FOUND, MSG_app_key_absent, "%s", path);
        return err_arg(e, "path", str_of(path));
    }
    if (fd < 0 && errno == ENOENT) {
        const char *folder = slash && slash > path ? arena_cstr(a, (str){ path, (size_t)(slash - path) }) : "/";
        return (!slash || place_make(a, folder, e)) && key_make(path, key, e);
    }
    if (fd < 0)
        return key_error(path, "open", e);
    bool ok = read(fd, key, 32) == 32;
    close(fd);
    return ok || key_error(path, "read", e);
}

/* ── settings ──────────────────────────────────────────────────────────────── */

static void apply(struct opened *o, str name, str value)
{
    struct workspace *ws = &o->ws;
    int64_t n;
    if (str_eq(name, S("company")) && !str_eq(ws->company, value))
        ws->company = arena_str(&o->a, value);
    else if (str_eq(name, S("language")))
        lang_from_code(value, &ws->lang);
    else if (str_eq(name, S("country")) && value.n == 2)
        memcpy(ws->country, value.p, 2);
    else if (str_eq(name, S("currency")) && value.n == 3)
        memcpy(ws->currency, value.p, 3);
    else if (str_eq(name, S("zone")) && !str_eq(str_of(ws->zone), value) && zone_valid(arena_cstr(&o->a, value)))
        ws->zone = arena_cstr(&o->a, value);
    else if (str_eq(name, S("calendar")))
        ws->calendar = str_eq(value, S("jalali")) ? CALENDAR_JALALI : CALENDAR_GREGORIAN;
    else if (str_eq(name, S("fiscal_month")) && str_to_int(value, &n) && n >= 1 && n <= 12)
        ws->fiscal_month = (int)n;
    else if (str_eq(name, S("toman")))
        ws->toman = str_eq(value, S("true"));
}

bool workspace_reload(struct workspace *ws, struct db_conn *c, struct err *e)
{
    struct opened *o = (struct opened *)ws;
    struct db_rows q;
    if (!db_query(c, &q, "SELECT name, value FROM setting WHERE deleted_at IS NULL", DB_NONE, e))
        return false;
    while (db_next(&q))
        apply(o, db_text_view(&q, 0), db_text_view(&q, 1));
    ws->generation++;
    return db_done(&q, e);
}

static void defaults(struct workspace *ws, enum lang l, const char *country)
{
    struct locale loc = locale_default(l, country);
    ws->lang = l;
    ws->zone = loc.zone;
    ws->calendar = loc.calendar;
    ws->fiscal_month = loc.fiscal_month;
    ws->toman = loc.toman;
    memcpy(ws->country, loc.country, sizeof ws->country);
    memcpy(ws->currency, loc.currency, sizeof ws->currency);
}

/* ── opening ───────────────────────────────────────────────────────────────── */

/* Of "/srv/sites/padma/" it is "padma"; what may not stand in a log or a label becomes a dash. */
static const char *name_of(struct arena *a, const char *folder)
{
    size_t n = strlen(folder), from;
    while (n > 1 && folder[n - 1] == '/')
        n--;
    for (from = n; from > 0 && folder[from - 1] != '/';)
        from--;
    char *name = arena_new(a, char, n - from + 1);
    for (size_t i = from; i < n; i++) {
        char k = folder[i];
        bool is_plain = (k >= 'a' && k <= 'z') || (k >= 'A' && k <= 'Z') || (k >= '0' && k <= '9') || strchr("._-", k);
        name[i - from] = is_plain ? k : '-';
    }
    return name;
}

/* Bare: the data as it stands, its tables neither made nor brought up to this program. */
static bool open_at(const char *data, bool create, bool is_bare, struct opened **out, struct err *e)
{
    struct opened *o = calloc(1, sizeof *o);
    if (!o)
        die("out of memory at start");
    o->a = arena_open(1 << 20);
    struct place at = place_of(&o->a, arena_cstr(&o->a, str_of(data)));
    o->ws.folder = at.folder;
    o->ws.name = name_of(&o->a, at.folder);
    o->ws.limits = limits_open();
    o->ws.imports = imports_open();
    o->ws.scans = scans_open();
    defaults(&o->ws, LANG_EN, "GB");
    struct db_options options = { .path = at.data, .create = create };
    bool has_folder = (!create && !at.is_address) || place_make(&o->a, at.folder, e);
    if (has_folder && db_open(&options, &o->ws.db, e) && key_read(&o->a, &at, create, o->ws.key, e)
        && (is_bare || record_schema(o->ws.db, e))) {
        o->ws.data = db_place(o->ws.db);
        *out = o;
        return true;
    }
    workspace_close(&o->ws);
    return false;
}

void workspace_close(struct workspace *ws)
{
    struct opened *o = (struct opened *)ws;
    if (!o)
        return;
    imports_close(ws->imports);
    db_close(ws->db);
    hits_close(ws);                             /* what the writer still did is told to it */
    limits_close(ws->limits);
    scans_close(ws->scans);
    sodium_memzero(ws->key, sizeof ws->key);
    arena_close(&o->a);
    free(o);
}

static bool settings_of(struct db_conn *tx, void *workspace, struct err *e)
{
    struct workspace *ws = workspace;
    bool is_half = false;
    if (!move_is_half(tx, &is_half, e) || !workspace_reload(ws, tx, e))
        return false;
    if (!is_half)
        return record_values(tx, ws->lang, e);
    fail(e, ERR_CONFLICT, MSG_move_half, "half a move in %s", ws->data);
    return err_arg(e, "path", str_of(ws->data));
}

/* By the writer, whose connection has read the schema already: a reader would read all of it once more, and nobody's first
 * page should wait for that. */
static bool read_settings(struct workspace *ws, struct err *e) { return db_write(ws->db, settings_of, ws, e); }

static void start_features(struct workspace *ws)
{
    for (const struct feature *const *f = features; *f; f++)
        if ((*f)->start)
            (*f)->start(ws);
}

bool workspace_is_there(const char *folder)
{
    static const char *const file[] = { "setu.db", "address" };
    char path[PATH_MAX];
    for (size_t i = 0; i < countof(file); i++) {
        int n = snprintf(path, sizeof path, "%s/%s", folder, file[i]);
        if (n > 0 && (size_t)n < sizeof path && access(path, F_OK) == 0)
            return true;
    }
    return false;
}

bool workspace_open(const char *data, struct workspace **out, struct err *e)
{
    struct opened *o;
    app_catalogue();
    if (!open_at(data, false, false, &o, e))
        return false;
    if (!read_settings(&o->ws, e) || !feed_open(&o->ws, e) || !hits_open(&o->ws, e) || !schedule_open(&o->ws, e)) {
        workspace_close(&o->ws);
        return false;
    }
    start_features(&o->ws);
    *out = &o->ws;
    return true;
}

/* ── moving ────────────────────────────────────────────────────────────────── */

bool workspace_bare(const char *data, struct workspace **out, struct err *e)
{
    struct opened *o;
    app_catalogue();
    if (!open_at(data, false, true, &o, e))
        return false;
    *out = &o->ws;
    return true;
}

/* The key of the workspace that moves: put where there is none, or found to be the same. */
static bool key_bring(struct arena *a, const char *path, const unsigned char key[32], struct err *e)
{
    unsigned char there[32];
    const char *slash = strrchr(path, '/');
    if (access(path, F_OK) != 0) {
        const char *folder = slash && slash > path ? arena_cstr(a, (str){ path, (size_t)(slash - path) }) : "/";
        return (!slash || place_make(a, folder, e)) && key_write(path, key, e);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool same = fd >= 0 && read(fd, there, 32) == 32 && sodium_memcmp(there, key, 32) == 0;
    if (fd >= 0)
        close(fd);
    if (same)
        return true;
    fail(e, ERR_CONFLICT, MSG_move_other_key, "another key in %s", path);
    return err_arg(e, "path", str_of(path));
}

bool workspace_blank(const char *data, const unsigned char key[32], struct workspace **out, struct err *e)
{
    struct opened *o;
    struct arena a = arena_open(1 << 20);
    struct place at = place_of(&a, arena_cstr(&a, str_of(data)));
    app_catalogue();
    bool ok = place_make(&a, at.folder, e) && key_bring(&a, at.key, key, e) && open_at(data, true, false, &o, e);
    arena_close(&a);
    if (ok)
        *out = &o->ws;
    return ok;
}

/* ── making ────────────────────────────────────────────────────────────────── */

static bool put_setting(struct ctx *tx, const char *name, str value, struct err *e)
{
    struct record *r = record_new(tx->a, &setting_entity);
    record_set(r, "name", val_text(str_of(name)));
    record_set(r, "value", val_text(value));
    return record_create(tx, r, e);
}

static bool put_settings(struct ctx *tx, const struct workspace *ws, struct err *e)
{
    return put_setting(tx, "company", ws->company, e)
        && put_setting(tx, "language", str_of(lang_code(ws->lang)), e)
        && put_setting(tx, "country", str_of(ws->country), e)
        && put_setting(tx, "currency", str_of(ws->currency), e)
        && put_setting(tx, "zone", str_of(ws->zone), e)
        && put_setting(tx, "calendar", ws->calendar == CALENDAR_JALALI ? S("jalali") : S("gregorian"), e)
        && put_setting(tx, "fiscal_month", arena_fmt(tx->a, "%d", ws->fiscal_month), e)
        && put_setting(tx, "toman", ws->toman ? S("true") : S("false"), e);
}

static bool put_admin(struct ctx *tx, const struct workspace_init *in, struct err *e)
{
    struct record *r = record_new(tx->a, &user_entity);
    str hash = { 0 };
    if (in->password.n && (!password_check_rules(in->password, e) || !password_hash(tx->a, in->password, &hash, e)))
        return false;
    str name = in->admin_name ? str_of(in->admin_name) : str_of(in->admin_email);
    record_set(r, "name", val_text(name));
    record_set(r, "email", val_text(str_of(in->admin_email)));
    record_set(r, "password", val_text(hash));
    record_set(r, "roles", val_text(S("owner")));
    record_set(r, "lang", val_text(str_of(lang_code(in->lang))));
    return record_create(tx, r, e);
}

struct making { struct workspace *ws; const struct workspace_init *in; };

static bool fill(struct ctx *tx, void *arg, struct err *e)
{
    struct making *m = arg;
    if (!record_values(tx->c, m->ws->lang, e) || !put_settings(tx, m->ws, e) || !put_admin(tx, m->in, e))
        return false;
    for (const struct feature *const *f = features; *f; f++)
        if ((*f)->seed && !(*f)->seed(tx, e))
            return false;
    return true;
}

static bool is_empty(struct workspace *ws, struct err *e)
{
    struct db_conn *c;
    int64_t n = 0;
    bool found = false;
    if (!db_reader(ws->db, &c, e))
        return false;
    bool ok = db_read_begin(c, 0, e) && db_get_int(c, "SELECT id FROM setting LIMIT 1", DB_NONE, &found, &n, e);
    db_read_end(c);
    db_conn_close(c);
    if (ok && found) {
        fail(e, ERR_CONFLICT, MSG_app_already_made, "%s holds a workspace", ws->data);
        return err_arg(e, "path", str_of(ws->data));
    }
    return ok;
}

static bool make(struct opened *o, const struct workspace_init *in, struct err *e)
{
    struct workspace *ws = &o->ws;
    struct arena a = arena_open(32 << 20);
    sigjmp_buf full, *outer = arena_boundary;
    bool ok = false;

    defaults(ws, in->lang, in->country);
    ws->company = arena_str(&o->a, str_of(in->company));
    if (in->currency)
        memcpy(ws->currency, in->currency, 3);
    if (in->zone)
        ws->zone = arena_cstr(&o->a, str_of(in->zone));
    arena_boundary = &full;
    if (sigsetjmp(full, 0) == 0) {
        struct locale loc = locale_default(in->lang, ws->country);
        struct ctx c = workspace_ctx(ws, &a, NULL, &loc);
        struct making m = { ws, in };
        ok = record_write(&c, fill, &m, e);
    }
    arena_boundary = outer;
    arena_close(&a);
    return ok;
}

bool workspace_create(const char *data, const struct workspace_init *in, struct workspace **out, struct err *e)
{
    struct opened *o;
    app_catalogue();
    if (!open_at(data, true, false, &o, e))
        return false;
    if (!is_empty(&o->ws, e) || !feed_open(&o->ws, e) || !hits_open(&o->ws, e) || !make(o, in, e) || !schedule_open(&o->ws, e)) {
        workspace_close(&o->ws);
        return false;
    }
    start_features(&o->ws);
    *out = &o->ws;
    return true;
}
