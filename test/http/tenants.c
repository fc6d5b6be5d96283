/* tenants.c - two workspaces on one server know nothing of each other.
 *
 * Both are filled alike, row for row and with the same ids, so that whatever is kept by id and
 * shared by mistake shows the other's. Every text of one carries "zua", of the other "zub", with
 * a number of its own. Then every route is asked of both in turn, by every role, and neither's
 * answers, live pages, log lines or figures may carry the other's word. At the end the same is
 * asked of a server that mixes its hosts (SETU_FAULT=mixed_hosts), which must be noticed. */
#include "access_model.h"
#include "app/server.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "client/served.h"
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 2, ENTITIES_MAX = 128, WHOS = MODEL_ROLES + 1, NOBODY = MODEL_ROLES, SITES = 2, CANARIES_MAX = 20000 };
static const char *const host[SITES] = { "a.test", "b.test" };
static struct served server;
static struct served_user user[SITES][MODEL_ROLES];
static int64_t ids[ENTITIES_MAX][ROWS];
static bool seen[SITES][CANARIES_MAX];          /* canaries that their own side has shown */
static int ncanaries;
static struct client c[SITES];
static int64_t asked, failed;
static bool is_control;

#define FMT(...) arena_fmt(&c[0].a, __VA_ARGS__).p

static void wrong(const char *what)
{
    failed++;
    if (!is_control && failed <= 60)
        printf("FAILED: %s\n", what);
}

/* ── two houses that look alike ──────────────────────────────────────────── */

static const char *canary(struct arena *a, int site)
{
    if (ncanaries >= CANARIES_MAX)
        die("more canaries than there is room for");
    return arena_fmt(a, "zu%c%05dx", 'a' + site, ncanaries++).p;
}

struct columns { struct buf names, places; struct db_val v[160]; size_t n; };

static void put(struct columns *k, const char *name, const char *suffix, struct db_val v)
{
    buf_fmt(&k->names, ", \"%s%s\"", name, suffix);
    k->v[k->n++] = v;
    buf_fmt(&k->places, ", $%zu", k->n);
}

static void put_field(struct columns *k, struct arena *a, int site, const struct entity *en, const struct field *f, int row)
{
    bool is_text = f->type == FIELD_TEXT || f->type == FIELD_LONGTEXT || f->type == FIELD_ADDRESS || f->type == FIELD_EMAIL
                || f->type == FIELD_URL || f->type == FIELD_TAGS;
    const char *word = is_text ? canary(a, site) : "";
    bool is_needed = f->flags & F_REQUIRED || (en->owner && !strcmp(f->name, en->owner));
    if (f->type == FIELD_TEXT || f->type == FIELD_LONGTEXT || f->type == FIELD_ADDRESS) {
        put(k, f->name, "", V(str_of(word)));
        if (f->flags & F_SORT)
            put(k, f->name, "_key", db_val_blob(str_of(word)));
        if (f->flags & F_SORT || (f->flags & F_SEARCH && f->type == FIELD_TEXT))
            put(k, f->name, "_fold", V(str_of(word)));
    } else if (f->type == FIELD_EMAIL || f->type == FIELD_URL) {
        put(k, f->name, "", V(arena_fmt(a, f->type == FIELD_EMAIL ? "%s@x.example" : "https://%s.example/", word)));
    } else if (f->type == FIELD_TAGS) {
        put(k, f->name, "", V(str_of(word)));
    } else if (f->type == FIELD_REF) {
        bool is_user = !strcmp(f->ref, "user");
        for (size_t n = 0; n < catalogue_count(); n++)
            if (!strcmp(catalogue_at(n)->name, f->ref) && (is_needed || !is_user))
                put(k, f->name, "", V(is_user ? user[site][0].id : ids[n][row]));
    } else if (f->type == FIELD_CHOICE && f->choices) {
        put(k, f->name, "", V(str_of(f->choices[0].value)));
    } else if (f->type == FIELD_MONEY) {
        put(k, f->name, "", V(777)), put(k, f->name, "_currency", V(S("BDT"))), put(k, f->name, "_base", V(777));
    } else if (is_needed && f->type != FIELD_REFS && f->type != FIELD_COMPUTED) {
        put(k, f->name, "", V(1));
    }
}

static void put_row(struct workspace *ws, struct arena *a, int site, size_t n, int row)
{
    const struct entity *en = catalogue_at(n);
    struct columns k = { buf_new(a, 16384), buf_new(a, 8192), .n = 0 };
    int64_t now = clock_now();
    put(&k, "id", "", V(ids[n][row])), put(&k, "version", "", V(1));
    put(&k, "created_at", "", V(now)), put(&k, "created_by", "", V(user[site][0].id));
    put(&k, "updated_at", "", V(now)), put(&k, "updated_by", "", V(user[site][0].id));
    for (const struct field *f = en->fields; f < en->fields + en->nfields; f++)
        put_field(&k, a, site, en, f, row);
    str names = str_from(buf_str(&k.names), 2), places = str_from(buf_str(&k.places), 2);
    served_sql(ws, arena_fmt(a, "INSERT INTO \"%s\" (%.*s) VALUES (%.*s)", en->name, STR_ARG(names), STR_ARG(places)).p, k.v, k.n);
}

static void fill_house(int site)
{
    struct arena a = arena_open(64 << 20);
    struct workspace *ws;
    struct err e = { 0 };
    if (!workspace_open(FMT("%s/%s", server.dir, host[site]), &ws, &e))
        die("%s", e.detail);
    ncanaries = 0;
    for (int r = 0; r < MODEL_ROLES; r++)
        served_user(ws, &a, &user[site][r], arena_fmt(&a, "%s-%d@p.example", model_role[r], site).p, model_role[r], 0, "en");
    for (size_t n = 0; n < catalogue_count(); n++)
        for (int row = 0; row < ROWS; row++) {
            if (site == 0)
                ids[n][row] = id_mint();
            put_row(ws, &a, site, n, row);
        }
    served_index(ws);
    workspace_close(ws);
    arena_close(&a);
}

/* ── what an answer shows ────────────────────────────────────────────────── */

static bool shows_other(int site, str text)
{
    const char *end = text.p + text.n;
    for (const char *p = text.p; p && p + 9 <= end && (p = memchr(p, 'z', (size_t)(end - p))) && p + 9 <= end; p++) {
        int64_t n;
        if (p[1] != 'u' || (p[2] != 'a' && p[2] != 'b') || p[8] != 'x' || !str_to_int((str){ p + 3, 5 }, &n))
            continue;
        if (p[2] != 'a' + site)
            return true;
        if (n < CANARIES_MAX)
            seen[site][n] = true;
    }
    return false;
}

static struct reply ask(int site, int w, const char *method, const char *path, const char *type, str body)
{
    struct client *me = &c[site];
    const struct served_user *u = w < MODEL_ROLES ? &user[site][w] : NULL;
    bool is_api = str_starts(str_of(path), S("/api/"));
    me->host = host[site];
    me->ncookies = 0;
    const char *headers = !u ? NULL : is_api ? FMT("Authorization: Bearer %s\r\n", u->token)
                        : FMT("Cookie: sid=%s\r\nX-CSRF-Token: %s\r\n", u->session, u->csrf);
    struct reply r = client_send(me, method, path, headers, type, body);
    bool is_leak = shows_other(site, r.body);
    for (size_t i = 0; !is_leak && i < r.nheaders; i++)
        is_leak = shows_other(site, r.header[i].value);
    asked++;
    const char *name = w < MODEL_ROLES ? model_role[w] : "nobody";
    if (is_leak)
        wrong(FMT("%s of %s, %s %s: shows a word of the other workspace", name, host[site], method, path));
    if (r.status >= 500 || r.status == 0)
        wrong(FMT("%s of %s, %s %s: the server failed (%d)", name, host[site], method, path, r.status));
    return r;
}

/* Asked of both in turn: the same thread answers for one and then for the other. */
static void ask_both(int w, const char *method, const char *path, const char *type, str body)
{
    for (int site = 0; site < SITES; site++)
        ask(site, w, method, path, type, body);
}

/* ── every route ─────────────────────────────────────────────────────────── */

static const char *method_name(enum method m)
{
    return m == GET ? "GET" : m == POST ? "POST" : m == PATCH ? "PATCH" : m == PUT ? "PUT" : "DELETE";
}

static const char *path_for(const struct route *r, size_t n, int row)
{
    const struct entity *en = catalogue_at(n);
    struct buf b = buf_new(&c[0].a, 600);
    for (str rest = str_from(str_of(r->path), 1); rest.n;) {
        str part = str_cut(&rest, '/');
        buf_char(&b, '/');
        if (str_eq(part, S(":entity")))
            buf_put(&b, str_of(str_starts(str_of(r->path), S("/api")) ? en->name : en->path));
        else if (str_eq(part, S(":id")) || str_eq(part, S(":other")) || str_eq(part, S(":line")) || str_eq(part, S(":row")))
            buf_put(&b, id_text(&c[0].a, ids[n][str_eq(part, S(":id")) ? row : !row]));
        else
            buf_put(&b, part.p[0] == ':' ? str_of(en->title) : part);
    }
    if (strstr(r->path, "/search") || strstr(r->path, "/palette") || strstr(r->path, "/choose"))
        buf_lit(&b, "?q=zu");
    return b.n ? arena_cstr(&c[0].a, buf_str(&b)) : "/";
}

static const struct entity *entity_of_path(const struct route *r)
{
    str rest = str_from(str_of(r->path), 1);
    return entity_by_path(str_cut(&rest, '/'));
}

static void ask_route(int w, const struct route *r)
{
    const char *type = r->body == BODY_JSON ? "application/json" : r->body == BODY_MULTIPART ? "multipart/form-data; boundary=b"
                     : r->body == BODY_NONE ? NULL : "application/x-www-form-urlencoded";
    str body = r->body == BODY_JSON ? S("{}") : r->body == BODY_MULTIPART ? S("--b--\r\n") : r->body == BODY_NONE ? (str){ 0 } : S("x=1");
    const struct entity *own = entity_of_path(r);
    bool is_any = strstr(r->path, ":entity") != NULL;
    if (r->flags & ROUTE_STREAM || !strcmp(r->audit, "sign_out") || !strcmp(r->audit, "asset"))
        return;
    for (size_t n = 0; n < catalogue_count(); n++)
        if (is_any || (own ? catalogue_at(n) == own : n == 0))
            ask_both(w, method_name(r->method), path_for(r, n, 0), type, r->method == GET ? (str){ 0 } : body);
}

static void ask_routes(int w, bool writes)
{
    for (const struct route *const *t = server_routes(); *t; t++)
        for (const struct route *r = *t; r->path; r++) {
            if ((r->method != GET) != writes)
                continue;
            for (int site = 0; site < SITES; site++)
                c[site] = served_client(&server);
            ask_route(w, r);
            for (int site = 0; site < SITES; site++)
                client_free(&c[site]);
        }
}

/* Changed, so that there is a history to read, with the old text and the new. */
static void change_some(void)
{
    int changed = 0;
    for (size_t n = 0; n < catalogue_count(); n++)
        for (int site = 0; site < SITES; site++) {
            const struct entity *en = catalogue_at(n);
            const char *path = FMT("/api/v1/%s/%.*s", en->name, STR_ARG(id_text(&c[0].a, ids[n][0])));
            const char *json = FMT("{\"%s\":\"%s\"}", en->title, canary(&c[0].a, site));
            changed += ask(site, 0, "PATCH", path, "application/json", str_of(json)).status == 200;
        }
    if (changed < 2 * 20)
        wrong(FMT("only %d records could be changed", changed));
}

static void begin(void)
{
    for (int site = 0; site < SITES; site++)
        c[site] = served_client(&server);
}

static void end(void)
{
    for (int site = 0; site < SITES; site++)
        client_free(&c[site]);
}

/* ── keys of one house in the other's door ───────────────────────────────── */

static void refuse_foreign_keys(void)
{
    begin();
    for (int r = 0; r < MODEL_ROLES; r++)
        for (int site = 0; site < SITES; site++) {
            const struct served_user *u = &user[!site][r];
            c[site].host = host[site];
            c[site].ncookies = 0;
            struct reply page = client_send(&c[site], "GET", "/people", FMT("Cookie: sid=%s\r\n", u->session), NULL, (str){ 0 });
            struct reply list = served_api(&c[site], u->token, "GET", "/api/v1/person", NULL, NULL);
            struct reply form = client_send(&c[site], "POST", "/me", FMT("Cookie: sid=%s\r\nX-CSRF-Token: %s\r\n", user[site][r].session, u->csrf),
                                            "application/x-www-form-urlencoded", S("name=stolen"));
            asked += 3;
            if (page.status != 303 || !str_starts(reply_header(&page, "Location"), S("/sign-in")))
                wrong(FMT("a session of %s opens a page of %s (%d)", host[!site], host[site], page.status));
            if (list.status != 401)
                wrong(FMT("a token of %s reads from %s (%d)", host[!site], host[site], list.status));
            if (form.status != 403)
                wrong(FMT("%s takes the form key of %s (%d)", host[site], host[!site], form.status));
        }
    end();
}

/* Wrong passwords at one door do not close the other. */
static void limits_are_its_own(void)
{
    enum { TRIES = 6 };
    static const char form[] = "email=" "o%40p.example" "&password=wrong+wrong+wrong";
    int last = 0;
    begin();
    for (int i = 0; i < TRIES; i++) {
        c[0].host = host[0];
        last = client_post(&c[0], "/sign-in", form).status;
    }
    c[1].host = host[1];
    struct reply r = client_post(&c[1], "/sign-in", "email=o%40p.example&password=correct+horse+battery");
    asked += TRIES + 1;
    if (last != 429)
        wrong(FMT("%d wrong passwords were not enough (%d)", TRIES, last));
    if (r.status != 303)
        wrong(FMT("tries at one host count at the other (%d)", r.status));
    end();
}

/* ── live pages ──────────────────────────────────────────────────────────── */

static bool hears(struct client *k, str what, int ms)
{
    char b[4096];
    int64_t until = clock_mono() + ms * 1000LL;
    k->timeout_ms = ms;
    while (clock_mono() < until) {
        ssize_t n = recv(k->fd, b, sizeof b, MSG_DONTWAIT);
        if (n > 0 && memmem(b, (size_t)n, what.p, what.n))
            return true;
        nanosleep(&(struct timespec){ 0, 10 * 1000000 }, NULL);
    }
    return false;
}

static void live_pages_are_its_own(void)
{
    struct client live[SITES];
    begin();
    for (int site = 0; site < SITES; site++) {
        live[site] = served_client(&server);
        client_raw(&live[site], str_of(FMT("GET /events HTTP/1.1\r\nHost: %s\r\nCookie: sid=%s\r\n\r\n", host[site], user[site][0].session)));
        if (!hears(&live[site], S("event-stream"), 5000))
            wrong("a live page does not open");
    }
    for (int site = 0; site < SITES; site++) {
        struct reply r = ask(site, 0, "POST", "/api/v1/person", "application/json", S("{\"name\":\"Somebody new\"}"));
        if (r.status != 201)
            wrong(FMT("a person is not made (%d)", r.status));
        ssize_t at = str_find(r.body, S("\"id\":\""));
        str id = at < 0 ? S("?") : str_head(str_from(r.body, (size_t)at + 6), 12);
        if (!hears(&live[site], id, 5000))
            wrong(FMT("pages of %s are not told of their own change", host[site]));
        if (hears(&live[!site], id, 500))
            wrong(FMT("pages of %s are told of a change of %s", host[!site], host[site]));
    }
    for (int site = 0; site < SITES; site++)
        client_free(&live[site]);
    end();
}

/* ── errors, strange hosts, figures, the log ─────────────────────────────── */

static void strange_hosts_are_told_nothing(void)
{
    static const char *const strange[] = { "c.test", "a.test.evil.example", "127.0.0.1", "localhost", "b.tes", "*" };
    begin();
    for (size_t i = 0; i < countof(strange); i++) {
        c[0].host = strange[i];
        struct reply r = client_get(&c[0], "/sign-in");
        asked++;
        if ((r.status != 421 && r.status != 400) || shows_other(0, r.body) || shows_other(1, r.body) || reply_has(&r, ".test"))
            wrong(FMT("the host %s is answered with %d", strange[i], r.status));
    }
    c[0].host = "127.0.0.1";
    struct reply r = client_get(&c[0], "/metrics");
    if (!reply_has(&r, "setu_workspace_up{workspace=\"a.test\"} 1") || !reply_has(&r, "setu_workspace_up{workspace=\"b.test\"} 1")
        || !reply_has(&r, "setu_workspace_up{workspace=\"broken\"} 0"))
        wrong("the figures do not tell the workspaces apart");
    if (memmem(r.body.p, r.body.n, "zua", 3) || memmem(r.body.p, r.body.n, "zub", 3))
        wrong("the figures carry texts");
    c[0].host = "broken";
    r = client_get(&c[0], "/sign-in");
    if (r.status != 503)
        wrong(FMT("a workspace that does not open is answered with %d", r.status));
    end();
}

static void ask_for_errors(void)
{
    static const char *const path[] = { "/nothing", "/people/zzzz", "/people?q=((", "/people?after=x", "/api/v1/nothing",
                                        "/api/v1/person?q=((", "/api/v1/person/1", "/sign-in?to=//evil" };
    begin();
    for (int w = 0; w < WHOS; w += MODEL_ROLES)
        for (size_t i = 0; i < countof(path); i++) {
            ask_both(w, "GET", path[i], NULL, (str){ 0 });
            ask_both(w, "POST", path[i], "application/json", S("{"));
        }
    end();
}

/* A line that names a workspace carries nothing of the other; one that names none nothing of either. */
static void read_log(void)
{
    char path[80], line[16384];
    snprintf(path, sizeof path, "%s.log", server.dir);
    FILE *f = fopen(path, "re");
    int64_t named = 0;
    while (f && fgets(line, sizeof line, f)) {
        bool is_a = strstr(line, "\"workspace\":\"a.test\""), is_b = strstr(line, "\"workspace\":\"b.test\"");
        named += is_a || is_b;
        if ((!is_a && strstr(line, "zua")) || (!is_b && strstr(line, "zub")))
            wrong(arena_fmt(&(struct arena){ line + 8192, line + sizeof line, line + 8192 }, "in the log: %.200s", line).p);
    }
    if (f)
        fclose(f);
    if (named < 1000)
        wrong("the log does not name the workspaces");
}

/* ── the whole ───────────────────────────────────────────────────────────── */

static void make_broken(void)
{
    char path[160];
    snprintf(path, sizeof path, "%s/broken", server.dir);
    mkdir(path, 0700);
    snprintf(path, sizeof path, "%s/broken/setu.db", server.dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "no database\n", 12) != 12)
        die("%s", path);
    close(fd);
}

static int shown(int site)
{
    int n = 0;
    for (int i = 0; i < CANARIES_MAX; i++)
        n += seen[site][i];
    return n;
}

int main(void)
{
    int64_t from = clock_mono();
    setlinebuf(stdout);
    served_folder(&server);
    for (int site = 0; site < SITES; site++)
        served_add(&server, host[site], site ? "zub99999x Ltd" : "zua99999x Ltd");
    make_broken();
    app_catalogue();
    begin();
    for (int site = 0; site < SITES; site++)
        fill_house(site);
    end();
    if (!served_start(&server))
        die("the server does not start");
    refuse_foreign_keys();
    strange_hosts_are_told_nothing();
    begin();
    change_some();
    end();
    bool is_short = getenv("SOAK") == NULL;     /* every fourth role; `make soak` asks as all of them, which takes minutes */
    for (int w = 0; w < WHOS; w++)
        if (!is_short || w % 4 == 0 || w == NOBODY)
            ask_routes(w, false);
    ask_for_errors();
    live_pages_are_its_own();
    ask_routes(0, true);
    limits_are_its_own();
    bool ended = served_stop(&server);
    read_log();
    for (int site = 0; site < SITES; site++)
        if (2 * shown(site) < ncanaries)
            printf("FAILED: only %d of %d texts of %s were shown to anybody: too little was asked\n", shown(site), ncanaries, host[site]), failed++;
    int64_t bad = failed, n = asked;

    failed = 0;
    is_control = true;
    server.faults = "mixed_hosts";
    ended &= served_start(&server);
    ask_routes(0, false);
    ended &= served_stop(&server);
    if (failed == 0)
        puts("FAILED: a server that mixes its hosts was not noticed");
    if (!ended)
        puts("FAILED: the server did not end well");
    printf("%lld requests in %lld s, %d and %d texts seen; with mixed hosts %lld failures are seen\n", (long long)n,
           (long long)((clock_mono() - from) / SECOND_US), shown(0), shown(1), (long long)failed);
    served_remove(&server);
    bool is_ok = bad == 0 && failed > 0 && ended;
    printf("%lld passed, %lld failed\n", (long long)(n - bad > 0 ? n - bad : 0), (long long)(is_ok ? 0 : bad + !ended + (failed == 0)));
    return !is_ok;
}
