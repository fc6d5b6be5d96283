/* access.c - every route, for everybody, on everybody's records.
 *
 * The routes are read from the program's own tables, so a new one is asked without a line here;
 * what is expected comes from access_model.h. Every record carries a word of its own ("zq00042x"),
 * so a body or header that shows it to somebody who may not see it is caught wherever it shows up.
 * Refused means that nothing was committed (data_version, or the commits PostgreSQL keeps; seen from outside).
 *
 * At the end the same questions go to a server that does not ask for rights (SETU_FAULT=open_gate):
 * a test that does not notice is no test. */
#include "access_model.h"
#include "app/server.h"
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "client/look.h"
#include "client/served.h"
#include "http/router.h"

enum { WHO_NOBODY = MODEL_ROLES, WHO_DISABLED, WHO_BLIND, WHO_LOOKING, WHOS, ENTITIES_MAX = 96 };
/* BASE: another's too, what the rest refers to; nobody is asked to change it. */
enum own { OWN, TEAM, OTHER, SHARED, DELETED, OWNS, BASE = OWNS, ROWS };
static const char *const own_name[] = { "own", "team's", "other's", "shared", "deleted", "other's" };
enum { ACTS = ACTION_COUNT };

static struct who { const char *name; int role; struct served_user u; bool is_known, has_session; } who[WHOS];
static struct served_user mate, other;
static int64_t ids[WHOS][ENTITIES_MAX][ROWS];
static struct served server;
static struct look db;
static struct client c;
static int64_t asked, failed, refused;
static bool is_control;

static size_t entity_at(const struct entity *en)
{
    for (size_t i = 0; i < catalogue_count(); i++)
        if (catalogue_at(i) == en)
            return i;
    die("no such entity");
}

/* ── the rows ────────────────────────────────────────────────────────────── */

static void run_sql(const char *sql) { look_run(&db, sql); }

static void quote(struct buf *b, const char *name) { buf_fmt(b, ", \"%s\"", name); }

/* A value that reads well for its type; texts carry the word of their record. */
static bool fill(struct buf *cols, struct buf *vals, const struct entity *en, const struct field *f, int w, enum own o,
                 int64_t owner)
{
    char word[40];
    int serial = (int)((size_t)w * ENTITIES_MAX * ROWS + entity_at(en) * ROWS + o);
    bool is_hidden = false;
    for (int r = 0; r < MODEL_ROLES; r++)
        is_hidden |= model_is_hidden(r, en->name, f->name);
    snprintf(word, sizeof word, "%s%05dx", is_hidden ? "zh" : "zq", serial);
    bool is_owner = (en->owner && !strcmp(f->name, en->owner));
    bool is_needed = f->flags & F_REQUIRED || is_owner || !strcmp(f->name, en->title) || is_hidden;

    if (f->type == FIELD_TEXT || f->type == FIELD_LONGTEXT || f->type == FIELD_ADDRESS) {
        if (f->flags & F_SECRET && !is_needed)
            return false;
        quote(cols, f->name);
        buf_fmt(vals, ", '%s'", word);
        if (f->flags & F_SORT) {
            buf_fmt(cols, ", \"%s_key\", \"%s_fold\"", f->name, f->name);
            buf_fmt(vals, ", CAST('%s' AS %s), '%s'", word, place_is_postgres() ? "BYTEA" : "BLOB", word);
        } else if (f->flags & F_SEARCH && f->type == FIELD_TEXT) {
            buf_fmt(cols, ", \"%s_fold\"", f->name);
            buf_fmt(vals, ", '%s'", word);
        }
        return true;
    }
    if (f->type == FIELD_EMAIL) {
        quote(cols, f->name);
        buf_fmt(vals, ", '%s@x.example'", word);
        return true;
    }
    if (!is_needed)
        return false;
    quote(cols, f->name);
    if (f->type == FIELD_REF && !strcmp(f->ref, "user"))
        buf_fmt(vals, ", %lld", (long long)owner);
    else if (f->type == FIELD_REF)
        buf_fmt(vals, ", %lld", (long long)ids[w][entity_at(entity_find(str_of(f->ref)))][BASE]);
    else if (f->type == FIELD_CHOICE || f->type == FIELD_CHOICES)
        buf_fmt(vals, ", '%s'", f->choices[0].value);
    else if (f->type == FIELD_PHONE)
        buf_fmt(vals, ", '+88017%08d'", serial);
    else if (f->type == FIELD_MONEY) {
        buf_fmt(cols, ", \"%s_currency\", \"%s_base\"", f->name, f->name);
        buf_lit(vals, ", 777, 'BDT', 777");
    } else
        buf_lit(vals, ", 1");
    return true;
}

static void put_row(struct arena *a, const struct entity *en, int w, enum own o)
{
    struct buf cols = buf_new(a, 8192), vals = buf_new(a, 8192);
    int64_t me = who[w].is_known ? who[w].u.id : other.id, owner = o == OWN ? me : o == TEAM ? mate.id : other.id;
    int64_t now = clock_now();
    buf_fmt(&cols, "INSERT INTO \"%s\" (id, version, created_at, created_by, updated_at, updated_by, deleted_at", en->name);
    buf_fmt(&vals, ") VALUES (%lld, 1, %lld, %lld, %lld, %lld, %s", (long long)ids[w][entity_at(en)][o], (long long)now,
            (long long)owner, (long long)now, (long long)owner, o == DELETED ? "1" : "NULL");
    for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
        if (f->type != FIELD_COMPUTED && f->type != FIELD_REFS)
            fill(&cols, &vals, en, f, w, o, owner);
    buf_put(&cols, buf_str(&vals));
    buf_lit(&cols, ")");
    run_sql(arena_cstr(a, buf_str(&cols)));
}

static void put_rows(void)
{
    struct arena a = arena_open(256 << 20);
    for (int w = 0; w < WHOS; w++)
        for (size_t n = 0; n < catalogue_count(); n++)
            for (int o = 0; o < ROWS; o++)
                ids[w][n][o] = id_mint();
    run_sql("BEGIN");
    for (int w = 0; w < WHOS; w++)
        for (size_t n = 0; n < catalogue_count(); n++)
            for (int o = 0; o < ROWS; o++) {
                put_row(&a, catalogue_at(n), w, (enum own)o);
                if (o == SHARED && who[w].is_known)
                    run_sql(arena_cstr(&a, arena_fmt(&a, "INSERT INTO share (id, version, created_at, created_by, updated_at, updated_by,"
                        " entity, record, member, permission) VALUES (%lld, 1, 1, %lld, 1, 1, '%s', %lld, %lld, 'see')",
                        (long long)id_mint(), (long long)other.id, catalogue_at(n)->name,
                        (long long)ids[w][n][o], (long long)who[w].u.id)));
                arena_reset(&a);
            }
    run_sql("COMMIT");
    arena_close(&a);
}

/* ── the people ──────────────────────────────────────────────────────────── */

static int64_t add_team(struct workspace *ws, const char *name)
{
    int64_t id = id_mint();
    SERVED_SQL(ws, "INSERT INTO team (id, version, created_at, created_by, updated_at, updated_by, name)"
                   " VALUES ($1, 1, 1, 1, 1, 1, $2)", V(id), V(str_of(name)));
    return id;
}

static void put_people(struct workspace *ws, struct arena *a)
{
    int64_t ours = add_team(ws, "ours"), theirs = add_team(ws, "theirs");
    for (int r = 0; r < MODEL_ROLES; r++) {
        who[r] = (struct who){ .name = model_role[r], .role = r, .is_known = true, .has_session = true };
        served_user(ws, a, &who[r].u, arena_fmt(a, "%s@p.example", model_role[r]).p, model_role[r], ours, "en");
    }
    served_user(ws, a, &mate, "mate@p.example", "ae", ours, "en");
    served_user(ws, a, &other, "other@p.example", "ae", theirs, "en");
    who[WHO_NOBODY] = (struct who){ .name = "nobody", .role = -1 };
    who[WHO_DISABLED] = (struct who){ .name = "a disabled owner", .role = -1, .has_session = true };
    served_user(ws, a, &who[WHO_DISABLED].u, "disabled@p.example", "owner", ours, "en");
    SERVED_SQL(ws, "UPDATE \"user\" SET is_active = 0 WHERE id = $1", V(who[WHO_DISABLED].u.id));
    who[WHO_BLIND] = (struct who){ .name = "a token without see", .role = 0, .is_known = true };
    who[WHO_LOOKING] = (struct who){ .name = "a token with see only", .role = 0, .is_known = true };
    who[WHO_BLIND].u.id = who[WHO_LOOKING].u.id = who[0].u.id;
    snprintf(who[WHO_BLIND].u.token, sizeof who[0].u.token, "setu1_blind");
    snprintf(who[WHO_LOOKING].u.token, sizeof who[0].u.token, "setu1_looking");
    served_token(ws, a, who[0].u.id, "setu1_blind", "create,change,delete,export", 0, false);
    served_token(ws, a, who[0].u.id, "setu1_looking", "see", 0, false);
    /* seen an hour from now: a session's own minute of "seen" must not look like a change */
    SERVED_SQL(ws, "UPDATE session SET seen_at = seen_at + $1", V((int64_t)HOUR_US));
}

/* ── what is expected ────────────────────────────────────────────────────── */

static bool may(int w, const struct entity *en, int act, enum own o)
{
    const struct model_row *row = model_of(en->name);
    if (!who[w].is_known || !row || o == DELETED)
        return false;
    if ((w == WHO_BLIND && act == ACTION_SEE) || (w == WHO_LOOKING && act != ACTION_SEE))
        return false;
    if ((act == ACTION_CREATE && en->flags & E_NO_CREATE) || (act == ACTION_DELETE && en->flags & E_NO_DELETE))
        return false;
    bool is_mine = o == OWN && !(!strcmp(en->name, "user"));     /* of users only their own row is theirs */
    switch (row->right[who[w].role][act]) {
    case 'A': return true;
    case 'T': return o == TEAM || is_mine;
    case 'V':                                                    /* none is opened here; those are looked at in http/views */
    case 'O': return is_mine;
    case 'H': return o == SHARED;
    default:  return false;
    }
}

static bool may_some(int w, const struct entity *en, int act)
{
    const struct model_row *row = model_of(en->name);
    return who[w].is_known && row && row->right[who[w].role][act] != '-'
        && !(w == WHO_BLIND && act == ACTION_SEE) && !(w == WHO_LOOKING && act != ACTION_SEE)
        && !(act == ACTION_CREATE && en->flags & E_NO_CREATE);
}

/* ── asking ──────────────────────────────────────────────────────────────── */

static int64_t number(const char *sql, int64_t id) { return look_number(&db, sql, id); }

static int64_t commits(void) { return look_commits(&db); }

/* The newest act of a person. */
static int64_t acts(void) { return number("SELECT COALESCE(max(id), 0) FROM write_log WHERE actor_id IS NOT NULL AND actor_id <> 0", 0); }

static bool is_live(const struct entity *en, int64_t id)
{
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\" WHERE id = $1 AND deleted_at IS NULL", en->name);
    return number(sql, id) == 1;
}

static void say(int w, const char *method, const char *path, const struct reply *r, const char *what)
{
    failed++;
    if (!is_control && failed <= 60)
        printf("FAILED: %s, %s %s: %s (%d)\n", who[w].name, method, path, what, r->status);
}

/* Words of records in the text that this reader must not see. */
static const char *leak(struct arena *a, int w, str text)
{
    const char *end = text.p + text.n;
    for (const char *p = text.p; p && p + 8 <= end && (p = memchr(p, 'z', (size_t)(end - p))) && p + 8 <= end; p++) {
        if (p[0] != 'z' || (p[1] != 'q' && p[1] != 'h') || p[7] != 'x')
            continue;
        int64_t n;
        if (!str_to_int((str){ p + 2, 5 }, &n) || n >= (int64_t)WHOS * ENTITIES_MAX * ROWS)
            continue;
        size_t at = (size_t)n / ROWS % ENTITIES_MAX;
        int of = (int)((size_t)n / ROWS / ENTITIES_MAX);
        if (at >= catalogue_count())
            continue;
        const struct entity *en = catalogue_at(at);
        enum own o = (enum own)(n % ROWS);
        /* another's records: "own" is not mine, "shared" was not shared with me; the team's is */
        enum own mine = of == w || (who[of].u.id && who[of].u.id == who[w].u.id) ? o : o == TEAM ? TEAM : o == DELETED ? DELETED : OTHER;
        if (mine == OTHER && o == OWN && who[of].is_known && of < MODEL_ROLES)
            mine = TEAM;                        /* all roles sit in one team */
        bool is_hidden = p[1] == 'h' && who[w].role >= 0;
        if (is_hidden) {
            bool some = false;
            for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
                some |= model_is_hidden(who[w].role, en->name, f->name);
            if (some)
                return arena_fmt(a, "shows a hidden field of %s", en->name).p;
        }
        if (!may(w, en, ACTION_SEE, mine))
            return arena_fmt(a, "shows %.*s, the %s %s", 8, p, own_name[mine], en->name).p;
    }
    return NULL;
}

struct ask { int w; const char *method, *path, *headers, *type; str body; bool is_api; };

static struct reply ask(const struct ask *q)
{
    const struct who *me = &who[q->w];
    struct buf b = buf_new(&c.a, 4096);
    if (q->is_api && me->u.token[0])
        buf_fmt(&b, "Authorization: Bearer %s\r\n", me->u.token);
    if (!q->is_api && me->has_session)
        buf_fmt(&b, "Cookie: sid=%s\r\nX-CSRF-Token: %s\r\n", me->u.session, me->u.csrf);
    if (!q->is_api && !me->has_session && me->is_known)
        buf_fmt(&b, "Authorization: Bearer %s\r\n", me->u.token);
    if (q->headers)
        buf_put(&b, str_of(q->headers));
    asked++;
    c.ncookies = 0;
    struct reply r = client_send(&c, q->method, q->path, arena_cstr(&c.a, buf_str(&b)), q->type, q->body);
    const char *what = leak(&c.a, q->w, r.body);
    for (size_t i = 0; !what && i < r.nheaders; i++)
        what = leak(&c.a, q->w, r.header[i].value);
    if (what)
        say(q->w, q->method, q->path, &r, what);
    if (r.status >= 500 || r.status == 0)
        say(q->w, q->method, q->path, &r, "the server failed");
    return r;
}

static bool is_refusal(const struct reply *r)
{
    return r->status == 401 || r->status == 403 || r->status == 404 || r->status == 405
        || (r->status == 303 && str_starts(reply_header(r, "Location"), S("/sign-in")));
}

/* The log's checkpoint moves data_version too, and what the program does by itself is a commit: only an act
 * of a person, or a commit again when the same is asked again, is one. */
static bool wrote_since(const struct ask *q, int64_t before, int64_t ledger)
{
    if (commits() == before)
        return false;
    if (acts() != ledger)
        return true;
    before = commits();
    ask(q);
    return commits() != before;
}

/* Asks; what must be refused is refused and writes nothing, what may be is not refused. */
static struct reply expect(const struct ask *q, bool is_allowed)
{
    int64_t before = commits(), ledger = acts();
    struct reply r = ask(q);
    if (!is_allowed) {
        refused++;
        if (!is_refusal(&r))
            say(q->w, q->method, q->path, &r, "was not refused");
        if (wrote_since(q, before, ledger))
            say(q->w, q->method, q->path, &r, "was refused and wrote");
    } else if (is_refusal(&r)) {
        say(q->w, q->method, q->path, &r, "was refused");
    }
    return r;
}

/* What differs from answer to answer by nature: the id asked for and that of the request. */
static str without(struct arena *a, str body, str id, str request)
{
    struct buf b = buf_new(a, body.n + 64);
    for (size_t i = 0; i < body.n;) {
        str rest = str_from(body, i);
        size_t n = str_starts(rest, id) ? id.n : request.n && str_starts(rest, request) ? request.n : 0;
        if (n)
            i += n;
        else
            buf_char(&b, body.p[i++]);
    }
    return buf_str(&b);
}

static const char *with_id(const char *form, str id)
{
    str rest = str_of(form), head = str_cut(&rest, '@');
    bool has_id = strchr(form, '@') != NULL;
    return arena_fmt(&c.a, "%.*s%.*s%.*s", STR_ARG(head), has_id ? (int)id.n : 0, id.p, STR_ARG(rest)).p;
}

/* A foreign record and one that never was answer the same. */
static void same_as_missing(struct ask *q, const char *form, int64_t id, const struct reply *r)
{
    str mine = id_text(&c.a, id), none = id_text(&c.a, id_mint());
    q->path = with_id(form, none);
    struct reply m = ask(q);
    str x = without(&c.a, r->body, mine, reply_header(r, "X-Request-Id"));
    str y = without(&c.a, m.body, none, reply_header(&m, "X-Request-Id"));
    if (r->status != m.status || !str_eq(x, y))
        say(q->w, q->method, q->path, r, arena_fmt(&c.a, "differs from a missing one (%d)\n%.*s\n%.*s", m.status, STR_ARG(x), STR_ARG(y)).p);
}

/* ── the routes of records ───────────────────────────────────────────────── */

/* A text field that the program lets people write, to change it; NULL: none. */
static const struct field *changeable(const struct entity *en, int w)
{
    for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
        if ((f->type == FIELD_TEXT || f->type == FIELD_LONGTEXT)
            && !(f->flags & (F_READONLY | F_IMMUTABLE | F_SECRET | F_UNIQUE | F_HIDDEN)) && (f->max == 0 || f->max >= 20)
            && !(who[w].role >= 0 && model_is_hidden(who[w].role, en->name, f->name)))
            return f;
    return NULL;
}

struct way { const char *audit; int act; bool is_one, is_api; };
static const struct way ways[] = {
    { "records.list", ACTION_SEE, false, false },         { "records.new", ACTION_CREATE, false, false },
    { "records.export", ACTION_EXPORT, false, false },    { "records.create", ACTION_CREATE, false, false },
    { "records.page", ACTION_SEE, true, false },          { "records.edit", ACTION_CHANGE, true, false },
    { "records.history", ACTION_SEE, true, false },       { "records.field", ACTION_SEE, true, false },
    { "records.field.change", ACTION_CHANGE, true, false }, { "records.change", ACTION_CHANGE, true, false },
    { "records.delete", ACTION_DELETE, true, false },
    { "api.list", ACTION_SEE, false, true },              { "api.summary", ACTION_SEE, false, true },
    { "api.create", ACTION_CREATE, false, true },         { "api.read", ACTION_SEE, true, true },
    { "api.change", ACTION_CHANGE, true, true },          { "api.delete", ACTION_DELETE, true, true },
};

static const struct way *way_of(const struct route *r)
{
    for (size_t i = 0; i < countof(ways); i++)
        if (!strcmp(ways[i].audit, r->audit))
            return &ways[i];
    return NULL;
}

static const char *method_name(enum method m)
{
    return m == GET ? "GET" : m == POST ? "POST" : m == PATCH ? "PATCH" : m == PUT ? "PUT" : "DELETE";
}

/* A better page of a room may have taken the path of a generic one: that is asked as such. */
static bool is_reached(const struct route *r, const char *path)
{
    static struct router *router;
    struct match m = { 0 };
    struct err e = { 0 };
    if (!router && !router_open(server_routes(), &router, &e))
        die("%s", e.detail);
    return router_find(router, r->method, str_of(path), &m) && m.route == r;
}

/* "/:entity/:id/field/:name" with its parts filled in; the id stays '@'. */
static const char *path_for(const struct route *r, const struct entity *en, const struct field *f)
{
    struct buf b = buf_new(&c.a, 400);
    for (str rest = str_from(str_of(r->path), 1); rest.n;) {
        str part = str_cut(&rest, '/');
        buf_char(&b, '/');
        if (str_eq(part, S(":entity")))
            buf_put(&b, str_of(str_starts(str_of(r->path), S("/api")) ? en->name : en->path));
        else if (str_eq(part, S(":id")))
            buf_char(&b, '@');
        else if (part.p[0] == ':')
            buf_put(&b, str_of(f ? f->name : "x"));
        else
            buf_put(&b, part);
    }
    return b.n ? arena_cstr(&c.a, buf_str(&b)) : "/";
}

static void body_for(struct ask *q, const struct way *way, const struct field *f)
{
    static int serial;
    const char *text = arena_fmt(&c.a, "changed %d", ++serial).p;
    if (way->act == ACTION_SEE || way->act == ACTION_EXPORT || !strcmp(q->method, "DELETE") || !strcmp(q->method, "GET"))
        return;
    q->type = q->is_api ? "application/json" : "application/x-www-form-urlencoded";
    if (!f || way->act == ACTION_DELETE || way->act == ACTION_CREATE)
        q->body = q->is_api ? S("{}") : S("x=1");
    else
        q->body = q->is_api ? arena_fmt(&c.a, "{\"%s\":\"%s\"}", f->name, text) : arena_fmt(&c.a, "%s=%s", f->name, text);
}

static void ask_one(const struct way *way, const struct route *r, int w, const struct entity *en, enum own o)
{
    const struct field *f = changeable(en, w);
    int64_t id = ids[w][entity_at(en)][o];
    const char *form = path_for(r, en, f);
    struct ask q = { w, method_name(r->method), with_id(form, id_text(&c.a, id)), NULL, NULL, { 0 }, way->is_api };
    enum own now = is_live(en, id) ? o : DELETED;
    bool has_page = way->is_api || (!(en->flags & E_NO_PAGE) && who[w].has_session);
    bool sees = has_page && may(w, en, ACTION_SEE, now), allowed = sees && may(w, en, way->act, now);
    if ((!f && strstr(r->path, ":name")) || !is_reached(r, q.path))
        return;
    body_for(&q, way, f);
    struct reply reply = expect(&q, allowed);
    if (!sees && has_page && who[w].is_known && reply.status == 404)
        same_as_missing(&q, form, id, &reply);
    else if (!sees && has_page && who[w].is_known)
        say(w, q.method, q.path, &reply, "what may not be seen is not simply missing");
}

static void ask_all(const struct way *way, const struct route *r, int w, const struct entity *en)
{
    struct ask q = { w, method_name(r->method), path_for(r, en, NULL), NULL, NULL, { 0 }, way->is_api };
    bool has_page = way->is_api || (!(en->flags & E_NO_PAGE) && who[w].has_session);
    if (!is_reached(r, q.path))
        return;
    body_for(&q, way, NULL);
    expect(&q, has_page && may_some(w, en, ACTION_SEE) && may_some(w, en, way->act));
}

static void ask_records(int w)
{
    for (size_t n = 0; n < catalogue_count(); n++) {
        const struct entity *en = catalogue_at(n);
        if (!model_of(en->name)) {
            struct reply none = { 0 };
            say(w, "-", en->name, &none, "is not in access_model.h");
            continue;
        }
        c = served_client(&server);
        for (int o = OWNS - 1; o >= 0; o--)
            for (int pass = 0; pass < 2; pass++)            /* what deletes comes last */
                for (const struct route *const *t = server_routes(); *t; t++)
                    for (const struct route *r = *t; r->path; r++) {
                        const struct way *way = way_of(r);
                        if (!way || (way->act == ACTION_DELETE) != pass || (is_control && way->act != ACTION_SEE))
                            continue;
                        bool is_myself = o == OWN && (!strcmp(en->name, "session") || !strcmp(en->name, "user"));
                        if (!way->is_one && o == 0 && pass == 0)
                            ask_all(way, r, w, en);
                        else if (way->is_one && !(en->flags & E_NO_PAGE && !way->is_api && o != OTHER) && !(is_myself && pass))
                            ask_one(way, r, w, en, (enum own)o);
                    }
        client_free(&c);
    }
}

/* ── the other routes ────────────────────────────────────────────────────── */

/* Of a path such as /leads/:id/act/:verb: the entity its first part names. */
static const struct entity *entity_of_path(const struct route *r)
{
    str rest = str_from(str_of(r->path), 1);
    return entity_by_path(str_cut(&rest, '/'));
}

static bool is_changed(const struct entity *en, int64_t id, int64_t version)
{
    char sql[160];
    snprintf(sql, sizeof sql, "SELECT version FROM \"%s\" WHERE id = $1 AND deleted_at IS NULL", en->name);
    return number(sql, id) != version;
}

/* Routes by which somebody may touch a record that is not theirs to change, and why. */
static const char *const opens[] = {
    "lead.act",             /* taking a lead from the queue makes it one's own */
    "definition.sign",      /* the heads of both sides sign the same page */
};

/* Routes that write when they are read, and why. */
static const char *const remembers[] = {
    "inbox.open",   /* a notice that was followed is read */
};

/* Routes that write what is everybody's own, whatever their role: what they do to others' things is looked at below. */
static const char *const own_things[] = { "inbox.read", "inbox.read_all", "me.save" };

static bool is_among(const char *const *list, size_t n, const struct route *r)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(list[i], r->audit))
            return true;
    return false;
}
#define IS_AMONG(list, r) is_among((list), countof(list), (r))

/* Has this role a right to write any business record at all? */
static bool may_write_some(int w)
{
    for (size_t i = 0; i < countof(model) && who[w].is_known; i++)
        if (!model_word(model[i].entities, "saved_view") && !model_word(model[i].entities, "notification") && model[i].right[who[w].role][ACTION_CHANGE] != '-')
            return true;
    return false;
}

static void ask_other(const struct route *r, int w, enum own o)
{
    const struct entity *en = entity_of_path(r);
    bool has_id = strstr(r->path, ":id") != NULL;
    if (r->flags & ROUTE_STREAM || (!has_id && o != OTHER) || !strcmp(r->audit, "sign_out"))
        return;
    int64_t id = has_id && en ? ids[w][entity_at(en)][o] : 0;
    const char *form = path_for(r, en ? en : catalogue_at(0), NULL);
    struct ask q = { w, method_name(r->method), with_id(form, id_text(&c.a, id ? id : id_mint())), NULL, NULL, { 0 },
                     str_starts(str_of(r->path), S("/api/")) };
    if (r->method != GET) {
        q.type = r->body == BODY_JSON ? "application/json" : r->body == BODY_MULTIPART ? "multipart/form-data; boundary=b"
               : r->body == BODY_NONE ? NULL : "application/x-www-form-urlencoded";
        q.body = r->body == BODY_JSON ? S("{}") : r->body == BODY_MULTIPART ? S("--b--\r\n") : r->body == BODY_NONE ? (str){ 0 } : S("x=1");
    }
    int64_t before = commits(), version = 0, ledger = acts();
    if (id) {
        char sql[160];
        snprintf(sql, sizeof sql, "SELECT version FROM \"%s\" WHERE id = $1 AND deleted_at IS NULL", en->name);
        version = number(sql, id);
    }
    bool is_known = who[w].is_known && (q.is_api || who[w].has_session);
    struct reply reply = r->access == ACCESS_PUBLIC ? ask(&q) : is_known ? ask(&q) : expect(&q, false);
    bool must_not = r->method == GET || !may_write_some(w);
    bool wrote = must_not && wrote_since(&q, before, ledger);
    if (r->access == ACCESS_ADMIN && is_known && who[w].role != 0 && !is_refusal(&reply))
        say(w, q.method, q.path, &reply, "is for administrators");
    if (r->method == GET && wrote && !IS_AMONG(remembers, r))
        say(w, q.method, q.path, &reply, "reading wrote");
    if (wrote && r->method != GET && r->access != ACCESS_PUBLIC && !may_write_some(w) && !IS_AMONG(own_things, r))
        say(w, q.method, q.path, &reply, "somebody who may write nothing wrote");
    if (id && !may(w, en, ACTION_CHANGE, o) && !IS_AMONG(opens, r) && is_changed(en, id, version))
        say(w, q.method, q.path, &reply, "changed what is not theirs");
}

static void ask_others(int w)
{
    for (const struct route *const *t = server_routes(); *t; t++)
        for (const struct route *r = *t; r->path; r++) {
            if (way_of(r) || (r->access == ACCESS_PUBLIC && r->method != GET))
                continue;
            c = served_client(&server);
            for (int o = 0; o < OWNS; o++)
                if (!strstr(r->path, ":entity"))
                    ask_other(r, w, (enum own)o);
            client_free(&c);
        }
}

/* The box over everything, suggestions, and lists by a word only a foreign record has. */
static void ask_search(int w)
{
    static const char *const form[] = { "/choose/%s?q=zq", "/find?q=zq", "/palette?q=zq" };
    c = served_client(&server);
    for (size_t n = 0; n < catalogue_count(); n++)
        for (size_t i = 0; i < countof(form); i++)
            if (i == 0 || n == 0) {
                char path[120];
                snprintf(path, sizeof path, i ? "/%s" : "/choose/%s?q=zq", i ? form[i] + 1 : catalogue_at(n)->name);
                ask(&(struct ask){ w, "GET", path, NULL, NULL, { 0 }, false });
            }
    client_free(&c);
}

/* ── forged requests ─────────────────────────────────────────────────────── */

static void refuse_forged(const struct route *r, const char *headers, const char *type, str body, const char *how)
{
    const char *form = path_for(r, entity_find(S("person")), NULL);
    const char *path = with_id(form, id_text(&c.a, ids[0][entity_at(entity_find(S("person")))][OWN]));
    int64_t before = commits();
    c.ncookies = 0;
    asked++, refused++;
    struct reply reply = client_send(&c, method_name(r->method), path, headers, type, body);
    if (reply.status != 403 && reply.status != 415 && reply.status != 401)
        say(0, method_name(r->method), path, &reply, how);
    if (commits() == before)
        return;
    before = commits();                         /* by the program itself, or again by the same request */
    client_send(&c, method_name(r->method), path, headers, type, body);
    if (commits() != before)
        say(0, method_name(r->method), path, &reply, "a forged request wrote");
}

static void ask_forged(const struct route *r)
{
    const struct served_user *u = &who[0].u, *thief = &who[3].u;
    const char *type = r->body == BODY_JSON ? "application/json" : r->body == BODY_MULTIPART ? "multipart/form-data; boundary=b"
                     : r->body == BODY_NONE ? NULL : "application/x-www-form-urlencoded";
    str body = r->body == BODY_JSON ? S("{}") : r->body == BODY_MULTIPART ? S("--b--\r\n") : r->body == BODY_NONE ? (str){ 0 } : S("name=x");
    const char *sid = arena_fmt(&c.a, "Cookie: sid=%s\r\n", u->session).p;
    const char *right = arena_fmt(&c.a, "%sX-CSRF-Token: %s\r\n", sid, u->csrf).p;
    bool has_session = r->access != ACCESS_PUBLIC;
    if (has_session) {
        refuse_forged(r, sid, type, body, "without a token");
        refuse_forged(r, arena_fmt(&c.a, "%sX-CSRF-Token: %s\r\n", sid, thief->csrf).p, type, body, "with another session's token");
        refuse_forged(r, arena_fmt(&c.a, "%sX-CSRF-Token: %.*s%c\r\n", sid, 63, u->csrf, u->csrf[63] == '0' ? '1' : '0').p, type, body, "with a token one letter off");
    }
    refuse_forged(r, arena_fmt(&c.a, "%sOrigin: https://evil.example\r\n", right).p, type, body, "from another origin");
    refuse_forged(r, arena_fmt(&c.a, "%sOrigin: null\r\n", right).p, type, body, "from no origin");
    refuse_forged(r, arena_fmt(&c.a, "%sSec-Fetch-Site: cross-site\r\n", right).p, type, body, "across sites");
    refuse_forged(r, arena_fmt(&c.a, "%sSec-Fetch-Site: same-site\r\n", right).p, type, body, "from a sister site");
    if (r->body != BODY_NONE)
        refuse_forged(r, right, "text/plain", body, "as plain text");
}

static void ask_all_forged(void)
{
    for (const struct route *const *t = server_routes(); *t; t++)
        for (const struct route *r = *t; r->path; r++)
            if (r->method != GET && !(r->flags & ROUTE_NO_CSRF)) {
                c = served_client(&server);
                ask_forged(r);
                client_free(&c);
            }
}

/* ── the whole ───────────────────────────────────────────────────────────── */

static struct workspace *opened(void)
{
    struct workspace *ws;
    struct err e = { 0 };
    if (!workspace_open(server.data, &ws, &e))
        die("%s", e.detail);
    return ws;
}

static void open_house(void)
{
    struct arena a = arena_open(16 << 20);
    served_new(&server, "en");
    struct workspace *ws = opened();
    put_people(ws, &a);
    workspace_close(ws);
    look_open(&db, server.dir, true);
    put_rows();
    look_close(&db);
    ws = opened();
    served_index(ws);
    workspace_close(ws);
    arena_close(&a);
}

static void serve(const char *faults)
{
    server.faults = faults;
    if (!served_start(&server))
        die("the server does not start");
    look_open(&db, server.dir, false);
}

static bool unserve(void)
{
    look_close(&db);
    return served_stop(&server);
}

int main(void)
{
    int64_t from = clock_mono();
    setlinebuf(stdout);
    open_house();
    serve("no_tick");
    ask_all_forged();
    for (int w = 0; w < WHOS; w++) {
        if (place_is_postgres() && w < MODEL_ROLES && w % 4 != 2)
            continue;                           /* what a role may is the same statement there: three of them ask */
        ask_others(w);
        ask_search(w);
        ask_records(w);
    }
    bool ended = unserve();
    int64_t wrong = failed, n = asked;

    failed = 0;
    is_control = true;
    serve("no_tick,open_gate");
    ask_records(MODEL_ROLES - 1);
    ended &= unserve();
    if (failed == 0)
        puts("FAILED: a server that asks for no rights was not noticed");
    printf("%lld requests (%lld to be refused) in %lld s; without the gate %lld failures are seen\n", (long long)n,
           (long long)refused, (long long)((clock_mono() - from) / SECOND_US), (long long)failed);
    if (!ended)
        puts("FAILED: the server did not end well");
    served_remove(&server);
    bool is_ok = wrong == 0 && failed > 0 && ended;
    printf("%lld passed, %lld failed\n", (long long)(n - wrong > 0 ? n - wrong : 0), (long long)(is_ok ? 0 : wrong + !ended + (failed == 0)));
    return !is_ok;
}
