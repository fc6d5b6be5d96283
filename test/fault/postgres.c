/* postgres.c - PostgreSQL goes away at every moment: no acknowledged write is lost, none is doubled.
 *
 * A proxy stands between the program's data layer and the server. It reads the protocol's messages
 * and cuts both lines after the N-th, of either direction, for every N a group of writes has; then
 * lets the next connections through. Each write inserts a row with a number of its own and adds to
 * a sum, so that a lost or a doubled one shows. Then the server is killed under load (immediate stop;
 * kill -9 of one of its processes). The control turns the look-up of an unanswered COMMIT off
 * (SETU_FAULT=no_commit_key): then doubles must be found.
 *
 * It starts a server of its own (tools/test/postgres run), for no other test would like it.
 */
#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include <libpq-fe.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LINES_MAX = 64, PIECE = 1 << 16, WRITERS = 4 };

/* ── the proxy ───────────────────────────────────────────────────────────── */

/* Where one direction of a line stands in its messages: type (1), length (4), the rest. */
struct reader { int64_t skip; unsigned char head[5]; int nhead; bool has_started; };

static struct {
    int listener, port, server_port;
    _Atomic int64_t seen, cut_at;               /* messages until now; cut after so many, 0: never */
    _Atomic int ncuts;
    _Atomic bool is_stopped;
    pthread_t thread;
} proxy;

/* Messages that end in these bytes; the first one of a client has no type. */
static size_t up_to_cut(struct reader *r, bool from_client, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (r->skip > 0) {
            size_t take = r->skip < (int64_t)(n - i) ? (size_t)r->skip : n - i;
            r->skip -= (int64_t)take;
            i += take - 1;
        } else {
            r->head[r->nhead++] = p[i];
            int untyped = from_client && !r->has_started;
            if (r->nhead == (untyped ? 4 : 5)) {
                const unsigned char *l = r->head + (untyped ? 0 : 1);
                r->skip = ((int64_t)l[0] << 24 | l[1] << 16 | l[2] << 8 | l[3]) - 4;
                r->has_started = true;
                r->nhead = 0;
            }
        }
        bool is_end = r->skip == 0 && r->nhead == 0;
        if (is_end && ++proxy.seen == proxy.cut_at)
            return i + 1;
    }
    return n + 1;
}

static int dial_server(void)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)proxy.server_port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    close(fd);
    return -1;
}

static bool send_all(int fd, const unsigned char *p, size_t n)
{
    for (ssize_t k; n > 0; p += k, n -= (size_t)k)
        if ((k = send(fd, p, n, MSG_NOSIGNAL)) <= 0)
            return false;
    return true;
}

static void *line_main(void *arg)
{
    int client = (int)(intptr_t)arg, server = dial_server();
    struct reader r[2] = { { 0 }, { 0 } };
    unsigned char *piece = malloc(PIECE);
    struct pollfd p[2] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };

    r[1].has_started = true;
    while (server >= 0 && !proxy.is_stopped && poll(p, 2, 200) >= 0) {
        bool ok = true;
        for (int i = 0; i < 2 && ok; i++) {
            if (!p[i].revents)
                continue;
            ssize_t n = read(p[i].fd, piece, PIECE);
            size_t go = n > 0 ? up_to_cut(&r[i], i == 0, piece, (size_t)n) : 0;
            bool is_cut = n > 0 && go <= (size_t)n;
            ok = n > 0 && send_all(p[1 - i].fd, piece, is_cut ? go : (size_t)n) && !is_cut;
            proxy.ncuts += is_cut;
        }
        if (!ok)
            break;
    }
    close(client);
    if (server >= 0)
        close(server);
    free(piece);
    return NULL;
}

static void *proxy_main(void *arg)
{
    (void)arg;
    while (!proxy.is_stopped) {
        struct pollfd p = { proxy.listener, POLLIN, 0 };
        if (poll(&p, 1, 200) <= 0)
            continue;
        int fd = accept4(proxy.listener, NULL, NULL, SOCK_CLOEXEC), on = 1;
        pthread_t t;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (fd >= 0 && pthread_create(&t, NULL, line_main, (void *)(intptr_t)fd) == 0)
            pthread_detach(t);
    }
    return NULL;
}

static void proxy_start(int server_port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof at;
    proxy.server_port = server_port;
    proxy.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(proxy.listener, (struct sockaddr *)&at, n) || listen(proxy.listener, 32)
        || getsockname(proxy.listener, (struct sockaddr *)&at, &n) || pthread_create(&proxy.thread, NULL, proxy_main, NULL))
        die("no proxy");
    proxy.port = ntohs(at.sin_port);
}

/* ── the data ────────────────────────────────────────────────────────────── */

static char direct[300], through[400], schema[40];
static struct db *db;
static _Atomic int64_t next_id, nacked, nrefused, nunknown;
static unsigned char acked[1 << 20];            /* by id: 1 acknowledged, 2 told that nothing was kept, 3 told unknown */

static bool make_tables(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;
    return db_exec(tx, "CREATE TABLE IF NOT EXISTS act (id BIGINT PRIMARY KEY, seq BIGINT NOT NULL)", DB_NONE, NULL, e)
        && db_exec(tx, "CREATE TABLE IF NOT EXISTS deed (id BIGINT NOT NULL)", DB_NONE, NULL, e)
        && db_exec(tx, "CREATE TABLE IF NOT EXISTS total (id BIGINT PRIMARY KEY, n BIGINT NOT NULL)", DB_NONE, NULL, e)
        && db_exec(tx, "INSERT INTO total (id, n) VALUES (1, 0) ON CONFLICT (id) DO NOTHING", DB_NONE, NULL, e);
}

/* deed has no key: a write that was kept and run again stands in it twice. */
static bool act(struct db_conn *tx, void *arg, struct err *e)
{
    int64_t id = *(int64_t *)arg, seq;
    return db_seq(tx, &seq, e)
        && db_exec(tx, "INSERT INTO act (id, seq) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING", DB_ARGS(V(id), V(seq)), NULL, e)
        && db_exec(tx, "INSERT INTO deed (id) VALUES ($1)", DB_ARGS(V(id)), NULL, e)
        && db_exec(tx, "UPDATE total SET n = n + 1 WHERE id = 1", DB_NONE, NULL, e);
}

static bool act_once(void)
{
    struct err e = { 0 };
    int64_t id = ++next_id;
    bool ok = db_write(db, act, &id, &e);
    acked[id] = ok ? 1 : e.detail[0] && strstr(e.detail, "during COMMIT") ? 3 : 2;
    nacked += ok;
    nrefused += acked[id] == 2;
    nunknown += acked[id] == 3;
    return ok;
}

static int64_t asked(PGconn *h, const char *sql)
{
    PGresult *r = PQexec(h, sql);
    if (PQresultStatus(r) != PGRES_TUPLES_OK)
        die("%s: %s", sql, PQerrorMessage(h));
    int64_t n = PQntuples(r) ? strtoll(PQgetvalue(r, 0, 0), NULL, 10) : 0;
    PQclear(r);
    return n;
}

static PGconn *look(void)
{
    PGconn *h = NULL;
    for (int i = 0; i < 100; i++) {
        h = PQconnectdb(direct);
        if (PQstatus(h) == CONNECTION_OK)
            break;
        PQfinish(h);
        h = NULL;
        usleep(100000);
    }
    if (!h)
        die("the server is not there to be asked");
    char sql[80];
    snprintf(sql, sizeof sql, "SET search_path = %s", schema);
    PQclear(PQexec(h, sql));
    return h;
}

struct verdict { int64_t lost, doubled, ghosts, disorder; };

static struct verdict judge(void)
{
    PGconn *h = look();
    struct verdict v = { 0 };
    PGresult *r = PQexec(h, "SELECT id, count(*) FROM deed GROUP BY id");
    static unsigned char there[sizeof acked];
    memset(there, 0, sizeof there);
    for (int i = 0; i < PQntuples(r); i++) {
        int64_t id = strtoll(PQgetvalue(r, i, 0), NULL, 10), n = strtoll(PQgetvalue(r, i, 1), NULL, 10);
        there[id] = 1;
        v.doubled += n > 1;
        v.ghosts += acked[id] == 2;             /* told "nothing was saved", and it is there */
    }
    PQclear(r);
    for (int64_t id = 1; id <= next_id; id++)
        v.lost += acked[id] == 1 && !there[id];
    v.doubled += asked(h, "SELECT CASE WHEN (SELECT n FROM total) > (SELECT count(*) FROM deed) THEN 1 ELSE 0 END");
    v.disorder = asked(h, "SELECT count(*) - count(DISTINCT seq) FROM act");
    PQfinish(h);
    return v;
}

static void open_data(const char *address)
{
    static const struct db_migration none[] = { { 0 } };
    struct err e = { 0 };
    if (!db_open(&(struct db_options){ .path = address, .create = true }, &db, &e) || !db_migrate(db, none, &e)
        || !db_schema(db, make_tables, NULL, &e))
        die("%s: %s", address, e.detail);
}

/* ── checks ──────────────────────────────────────────────────────────────── */

static int passed, failed;

static void check(bool ok, const char *what, struct verdict v)
{
    passed += ok;
    failed += !ok;
    printf("%s%s: %lld acknowledged, %lld refused, %lld unknown, %d cuts; lost %lld, doubled %lld, ghosts %lld, disorder %lld\n",
           ok ? "" : "FAILED: ", what, (long long)nacked, (long long)nrefused, (long long)nunknown, proxy.ncuts,
           (long long)v.lost, (long long)v.doubled, (long long)v.ghosts, (long long)v.disorder);
    fflush(stdout);
}

static bool is_good(struct verdict v) { return !v.lost && !v.doubled && !v.ghosts && !v.disorder; }

/* One write after another, the line cut after its first, second ... message. */
static void cut_everywhere(int first, int last)
{
    for (int n = first; n <= last; n++) {
        proxy.cut_at = proxy.seen + n;
        act_once(), act_once();
        proxy.cut_at = 0;
    }
}

static void *write_on(void *stop)
{
    while (!*(_Atomic bool *)stop)
        if (!act_once())
            usleep(20000);
    return NULL;
}

static void under_load(void (*harm)(int round), int rounds, int pause_ms)
{
    _Atomic bool stop = false;
    pthread_t t[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        pthread_create(&t[i], NULL, write_on, &stop);
    for (int i = 0; i < rounds; i++) {
        usleep((useconds_t)(pause_ms + i * 7 % 50) * 1000);
        harm(i);
    }
    usleep(300000);
    stop = true;
    for (int i = 0; i < WRITERS; i++)
        pthread_join(t[i], NULL);
}

static void cut_soon(int round) { proxy.cut_at = proxy.seen + 1 + round * 37 % 120; }

/* kill -9 of a server process: the whole server restarts itself and recovers. */
static void kill_backend(int round)
{
    (void)round;
    PGconn *h = look();
    int64_t pid = asked(h, "SELECT pid FROM pg_stat_activity WHERE application_name = 'setu' AND usename = current_user"
                           " ORDER BY state_change DESC LIMIT 1");
    PQfinish(h);
    if (pid > 0)
        kill((pid_t)pid, SIGKILL);
}

static int run_words(const char *const *words)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        execv(words[0], (char *const *)(uintptr_t)words);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void restart_server(int round)
{
    (void)round;
    const char *words[] = { "tools/test/postgres", "crash", getenv("SETU_PG_DIR"), NULL };
    if (run_words(words) != 0)
        die("the server does not come back");
}

/* The negative control: in a process of its own, because the switch is read from the environment. */
static int control(void)
{
    setenv("SETU_FAULT", "no_commit_key", 1);
    open_data(through);
    cut_everywhere(60, 130);
    db_close(db);
    return judge().doubled > 0 ? 0 : 1;
}

static void set_up(void)
{
    const char *pg = getenv("SETU_PG");
    snprintf(direct, sizeof direct, "%s", pg);
    const char *at = strrchr(direct, '@'), *colon = at ? strchr(at, ':') : NULL, *slash = colon ? strchr(colon, '/') : NULL;
    if (!slash)
        die("SETU_PG is no address with a port: %s", direct);
    snprintf(schema, sizeof schema, "%sfault%d", getenv("SETU_PG_PREFIX") ? getenv("SETU_PG_PREFIX") : "t_", (int)getpid());
    proxy_start((int)strtol(colon + 1, NULL, 10));
    snprintf(through, sizeof through, "%.*s%d%s?schema=%s&sslmode=disable", (int)(colon + 1 - direct), direct, proxy.port, slash, schema);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    if (!getenv("SETU_PG")) {                   /* a server of its own: others' must not be killed */
        execl("tools/test/postgres", "postgres", "run", argv[0], (char *)NULL);
        die("tools/test/postgres cannot be run");
    }
    set_up();
    if (argc == 2 && !strcmp(argv[1], "--control"))
        return control();
    int size = getenv("SETU_FAULT_SIZE") ? (int)strtol(getenv("SETU_FAULT_SIZE"), NULL, 10) : 1;
    open_data(through);
    cut_everywhere(1, 130);
    check(is_good(judge()) && proxy.ncuts > 100 && nunknown == 0, "the line cut after each message", judge());
    under_load(cut_soon, 60 * size, 40);
    proxy.cut_at = 0;
    check(is_good(judge()) && nacked > 50, "the line cut under load", judge());
    under_load(kill_backend, 4 * size, 700);
    check(is_good(judge()), "kill -9 of a server process", judge());
    under_load(restart_server, 3 * size, 500);
    check(is_good(judge()) && act_once(), "the server stopped at once and started again", judge());
    db_close(db);
    const char *words[] = { "/proc/self/exe", "--control", NULL };
    check(run_words(words) == 0, "the control: doubles without the commit's number are noticed", (struct verdict){ 0 });
    proxy.is_stopped = true;
    pthread_join(proxy.thread, NULL);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
