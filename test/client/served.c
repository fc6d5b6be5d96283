/* served.c - see served.h. */
#include "client/served.h"
#include "place.h"
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "record/search.h"
#include "web/session.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { START_MS = 30000, WORDS_MAX = 32 };

static const char *program(void)
{
    const char *bin = getenv("SETU_BIN");
    return bin ? bin : "build/san/setu";
}

/* ── the child ───────────────────────────────────────────────────────────── */

static _Noreturn void become(const char *bin, const char *const *words, int in, int out, int err, const char *faults)
{
    char *argv[WORDS_MAX + 2] = { (char *)(uintptr_t)(bin ? bin : program()) };
    for (int i = 0; words[i] && i < WORDS_MAX; i++)
        argv[i + 1] = (char *)(uintptr_t)words[i];
    if (faults)
        setenv("SETU_FAULT", faults, 1);
    prctl(PR_SET_PDEATHSIG, SIGKILL);           /* a test that dies leaves no server behind */
    dup2(in, 0), dup2(out, 1), dup2(err, 2);
    execv(argv[0], argv);
    _exit(127);
}

int served_run(struct arena *a, const char *const *words, str input, str *out)
{
    int in[2], told[2], status;
    char b[4096];
    struct buf all = buf_new(a, 1 << 20);
    ssize_t n;
    if (pipe2(in, O_CLOEXEC) || pipe2(told, O_CLOEXEC))
        die("no pipe");
    pid_t pid = fork();
    if (pid == 0)
        become(NULL, words, in[0], told[1], told[1], NULL);
    close(in[0]), close(told[1]);
    if (input.n && write(in[1], input.p, input.n) != (ssize_t)input.n)
        die("the program does not read");
    close(in[1]);
    while ((n = read(told[0], b, sizeof b)) > 0)
        buf_put(&all, (str){ b, (size_t)n });
    close(told[0]);
    waitpid(pid, &status, 0);
    if (out)
        *out = buf_str(&all);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void make_folder(struct served *s)
{
    const char *tmp = getenv("TMPDIR");
    *s = (struct served){ 0 };
    snprintf(s->dir, sizeof s->dir, "%s/served-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
    if (!mkdtemp(s->dir))
        die("no folder");
}

static void make_workspace(const char *data, const char *company, const char *language)
{
    struct arena a = arena_open(4 << 20);
    str said;
    const char *words[] = { "init", "--data", data, "--company", company, "--country", "BD", "--language", language,
                            "--admin-email", SERVED_ADMIN, "--admin-name", "Nasrin", "--password-stdin", NULL };
    if (served_run(&a, words, S(SERVED_PASSWORD "\n"), &said) != 0)
        die("init: %.*s", STR_ARG(said));
    arena_close(&a);
}

void served_new(struct served *s, const char *language)
{
    make_folder(s);
    snprintf(s->data, sizeof s->data, "%s", place_for(s->dir));
    make_workspace(s->data, "Padma", language);
}

void served_folder(struct served *s)
{
    make_folder(s);
    snprintf(s->data, sizeof s->data, "%s", s->dir);
    s->is_folder = true;
}

void served_add(struct served *s, const char *name, const char *company)
{
    char dir[160];
    snprintf(dir, sizeof dir, "%s/%s", s->dir, name);
    if (place_is_postgres()) {
        char file[200];
        snprintf(file, sizeof file, "%s/address", dir);
        mkdir(dir, 0700);
        FILE *f = fopen(file, "we");
        if (!f || fprintf(f, "%s\n", place_for(dir)) < 0 || fclose(f) != 0)
            die("%s", file);
    }
    make_workspace(dir, company, "en");
}

void served_beside(struct served *s, const struct served *of)
{
    make_folder(s);
    const char *spool = strstr(of->data, "&spool=");
    if (!spool)
        die("served_beside: %s is no address", of->data);
    snprintf(s->data, sizeof s->data, "%.*s&spool=%s", (int)(spool - of->data), of->data, s->dir);
}

/* "Setu is at http://127.0.0.1:PORT/" */
static int port_told(int fd)
{
    char line[256] = "";
    size_t n = 0;
    struct pollfd p = { fd, POLLIN, 0 };
    while (n < sizeof line - 1 && !strchr(line, '\n') && poll(&p, 1, START_MS) > 0) {
        ssize_t got = read(fd, line + n, sizeof line - 1 - n);
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    const char *colon = strrchr(line, ':');
    return colon ? (int)strtol(colon + 1, NULL, 10) : 0;
}

bool served_start(struct served *s)
{
    char log[80];
    int told[2];
    snprintf(log, sizeof log, "%s.log", s->dir);
    int err = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    int none = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (err < 0 || none < 0 || pipe2(told, O_CLOEXEC))
        die("no pipe");
    const char *words[16] = { "serve", s->is_folder ? "--sites" : "--data", s->data, "--listen", "127.0.0.1:0" };
    size_t n = 5;
    if (s->allow_local)
        words[n++] = "--allow-local-webhooks", words[n++] = s->allow_local;
    if (s->webhook_ca)
        words[n++] = "--webhook-ca", words[n++] = s->webhook_ca;
    if (s->proxy)
        words[n++] = "--proxy", words[n++] = s->proxy;
    s->pid = fork();
    if (s->pid == 0)
        become(s->bin, words, none, told[1], err, s->faults);
    close(told[1]), close(err), close(none);
    s->port = port_told(told[0]);
    close(told[0]);
    return s->port > 0;
}

static void show_log(const struct served *s)
{
    char log[80], b[8192];
    ssize_t n;
    snprintf(log, sizeof log, "%s.log", s->dir);
    int fd = open(log, O_RDONLY | O_CLOEXEC);
    off_t end = lseek(fd, 0, SEEK_END);
    lseek(fd, end > 16384 ? end - 16384 : 0, SEEK_SET);
    while (fd >= 0 && (n = read(fd, b, sizeof b)) > 0)
        fwrite(b, 1, (size_t)n, stderr);
    close(fd);
}

bool served_stop(struct served *s)
{
    int status = 0;
    if (s->pid <= 0)
        return true;
    kill(s->pid, SIGTERM);
    waitpid(s->pid, &status, 0);
    s->pid = 0;
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!ok)
        show_log(s);
    return ok;
}

void served_kill(struct served *s)
{
    if (s->pid <= 0)
        return;
    kill(s->pid, SIGKILL);
    waitpid(s->pid, NULL, 0);
    s->pid = 0;
}

static void remove_all(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        char path[400];
        if (!strcmp(f->d_name, ".") || !strcmp(f->d_name, ".."))
            continue;
        snprintf(path, sizeof path, "%s/%s", dir, f->d_name);
        if (unlink(path) != 0)
            remove_all(path);
    }
    if (d)
        closedir(d);
    rmdir(dir);
}

void served_remove(struct served *s)
{
    char log[80];
    served_kill(s);
    snprintf(log, sizeof log, "%s.log", s->dir);
    remove_all(s->dir);
    unlink(log);
}

/* ── people ──────────────────────────────────────────────────────────────── */

struct statement { const char *sql; const struct db_val *v; size_t n; };

static bool run_statement(struct db_conn *tx, void *arg, struct err *e)
{
    struct statement *s = arg;
    return db_exec(tx, s->sql, s->v, s->n, NULL, e);
}

void served_sql(struct workspace *ws, const char *sql, const struct db_val *v, size_t n)
{
    struct statement s = { sql, v, n };
    struct err e = { 0 };
    if (!db_write(ws->db, run_statement, &s, &e))
        die("%s: %s", sql, e.detail);
}

static void hex_of(struct arena *a, const struct workspace *ws, int64_t session, char out[65])
{
    unsigned char mac[32];
    str text = arena_fmt(a, "csrf:%lld", (long long)session);
    crypto_generichash(mac, sizeof mac, (const unsigned char *)text.p, text.n, ws->key, sizeof ws->key);
    sodium_bin2hex(out, 65, mac, sizeof mac);
}

void served_session(struct workspace *ws, struct arena *a, struct served_user *u)
{
    static int serial;
    int64_t id = id_mint(), now = clock_now();
    snprintf(u->session, sizeof u->session, "%064d", ++serial);
    SERVED_SQL(ws, "INSERT INTO session (id, version, created_at, created_by, updated_at, updated_by, holder,"
                   " token_hash, agent, ip, seen_at, expires_at) VALUES ($1, 1, $2, $3, $2, $3, $3, $4, 'test', '::1', $2, $5)",
               V(id), V(now), V(u->id), V(token_hash(a, str_of(u->session))), V(now + DAY_US));
    hex_of(a, ws, id, u->csrf);
}

void served_token(struct workspace *ws, struct arena *a, int64_t user_id, const char *token, const char *scopes,
                  int64_t expires_at, bool is_revoked)
{
    int64_t now = clock_now();
    SERVED_SQL(ws, "INSERT INTO api_token (id, version, created_at, created_by, updated_at, updated_by, name, owner,"
                   " token_hash, scopes, expires_at, revoked_at) VALUES ($1, 1, $2, $3, $2, $3, 'test', $3, $4, $5, $6, $7)",
               V(id_mint()), V(now), V(user_id), V(token_hash(a, str_of(token))), V(str_of(scopes)),
               expires_at ? V(expires_at) : DB_NULL_VAL, is_revoked ? V(now) : DB_NULL_VAL);
}

void served_user(struct workspace *ws, struct arena *a, struct served_user *u, const char *email, const char *roles,
                 int64_t team, const char *lang)
{
    int64_t now = clock_now();
    *u = (struct served_user){ .id = id_mint() };
    snprintf(u->email, sizeof u->email, "%s", email);
    snprintf(u->token, sizeof u->token, "setu1_%s", email);
    SERVED_SQL(ws, "INSERT INTO \"user\" (id, version, created_at, created_by, updated_at, updated_by, name, email, roles,"
                   " team, lang, is_active) VALUES ($1, 1, $2, $1, $2, $1, $3, $3, $4, $5, $6, 1)",
               V(u->id), V(now), V(str_of(u->email)), V(str_of(roles)), team ? V(team) : DB_NULL_VAL, V(str_of(lang)));
    served_session(ws, a, u);
    served_token(ws, a, u->id, u->token, "see,create,change,delete,export", 0, false);
}

/* ── asking ──────────────────────────────────────────────────────────────── */

struct client served_client(const struct served *s)
{
    struct client c = client_new(s->port);
    c.timeout_ms = 20000;
    return c;
}

struct reply served_api(struct client *c, const char *token, const char *method, const char *path, const char *headers,
                        const char *json)
{
    const char *auth = arena_fmt(&c->a, "%s%s%s%s", token ? "Authorization: Bearer " : "", token ? token : "",
                                 token ? "\r\n" : "", headers ? headers : "").p;
    return client_send(c, method, path, auth, json ? "application/json" : NULL, json ? str_of(json) : (str){ 0 });
}

static bool rebuild(struct ctx *tx, void *en, struct err *e) { return search_rebuild(tx, en, e); }

void served_index(struct workspace *ws)
{
    struct arena a = arena_open(128 << 20);
    struct locale loc = locale_default(LANG_EN, "BD");
    struct err e = { 0 };
    for (size_t n = 0; n < catalogue_count(); n++) {
        struct ctx ctx = workspace_ctx(ws, &a, NULL, &loc);
        if (!record_write(&ctx, rebuild, (void *)(uintptr_t)catalogue_at(n), &e))
            die("index of %s: %s", catalogue_at(n)->name, e.detail);
        arena_reset(&a);
    }
    arena_close(&a);
}
