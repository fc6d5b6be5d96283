/* postgres.c - PostgreSQL goes away at every moment: no acknowledged write is lost, none is doubled.
 *
 * A proxy stands between the program's data layer and the server. It reads the protocol's messages
 * and cuts both lines after the N-th, of either direction, for every N a group of writes has; then
 * lets the next connections through. Each write inserts a row with a number of its own and adds to
 * a sum, so that a lost or a doubled one shows. Then the server is killed under load (immediate stop;
 * kill -9 of one of its processes). The control turns the look-up of an unanswered COMMIT off
 * (SETU_FAULT=no_commit_key): then doubles must be found.
 *
 * After that the same is done to a whole workspace: acts, segments, rules and deliveries (chain.h, chain_judge.h).
 *
 * It starts a server of its own (tools/test/postgres run), for no other test would like it.
 */
#include "chain_judge.h"
#include "line.h"
#include <libpq-fe.h>
#include <signal.h>
#include <sys/wait.h>

enum { WRITERS = 4 };

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

struct findings { int64_t lost, doubled, ghosts, disorder; };

static struct findings judge(void)
{
    PGconn *h = look();
    struct findings v = { 0 };
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

static void check(bool ok, const char *what, struct findings v)
{
    passed += ok;
    failed += !ok;
    printf("%s%s: %lld acknowledged, %lld refused, %lld unknown, %d cuts; lost %lld, doubled %lld, ghosts %lld, disorder %lld\n",
           ok ? "" : "FAILED: ", what, (long long)nacked, (long long)nrefused, (long long)nunknown, proxy.ncuts,
           (long long)v.lost, (long long)v.doubled, (long long)v.ghosts, (long long)v.disorder);
    fflush(stdout);
}

static bool is_good(struct findings v) { return !v.lost && !v.doubled && !v.ghosts && !v.disorder; }

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

/* ── the chain: acts, segments, rules, deliveries ────────────────────────── */

static bool settle_down(bool (*step)(void))     /* the first call after a cut may meet the broken line */
{
    for (int i = 0; i < 100; i++, usleep(100000))
        if (step())
            return true;
    return false;
}

static bool chain_is_open(void)
{
    struct err e = { 0 };
    return chain_open(&e);
}

/* Acts go on while the line is cut after a message of theirs, near or far. */
static void chain_cuts(int strikes)
{
    for (int i = 0; i < strikes; i++) {
        proxy.cut_at = proxy.seen + 1 + chain_roll(i % 3 == 0 ? 60 : 500);
        chain_work(3, true);
        proxy.cut_at = 0;
        if (i % 5 == 4 && settle_down(chain_follow))
            chain_judge(false);
    }
}

/* Its control: one act after another, until the answer to a COMMIT is what was cut. */
static void chain_acts_cut(void)
{
    for (int n = 60; n < 150 && !chain_bad(); n++) {
        proxy.cut_at = proxy.seen + n;
        chain_act();
        proxy.cut_at = 0;
        if (n % 5 == 4)
            chain_judge(false);
    }
}

static int harms;

static void *harm_main(void *over)
{
    for (int i = 0; i < harms; i++) {
        usleep(400000);
        kill_backend(i);
        usleep(700000);
        restart_server(i);
    }
    usleep(200000);
    *(_Atomic bool *)over = true;
    return NULL;
}

static void chain_kills(void)
{
    _Atomic bool is_over = false;
    pthread_t t;
    if (pthread_create(&t, NULL, harm_main, &is_over))
        die("no thread");
    while (!is_over)
        if (!chain_work(3, true))
            usleep(50000);
    pthread_join(t, NULL);
}

static void chain_check(const char *what, const char *struck, int64_t from)
{
    bool ok = settle_down(chain_follow) && settle_down(chain_send);
    if (ok)
        chain_judge(false);
    if (ok && chain_end())
        chain_judge(true);
    else
        chain_wrong(&chain_v.rules, true, "it comes to no end", 0, 0);
    bool is_good = chain_bad() == 0;
    passed += is_good;
    failed += !is_good;
    chain_tell(what, struck, from);
    memset(&chain_v, 0, sizeof chain_v);
}

static void chain_all(int size)
{
    char dir[] = "/tmp/setu-chain-XXXXXX", place[600], path[64], struck[60];
    int64_t from = clock_mono(), cuts = proxy.ncuts;
    if (!mkdtemp(dir))
        die("no folder");
    chain_tells = getenv("SETU_FAULT_TELL") != NULL;
    chain.dice = seeded_from(20261126);
    snprintf(schema + strlen(schema), sizeof schema - strlen(schema), "c");
    snprintf(place, sizeof place, "%.*s?schema=%s&sslmode=disable&key=%s/key&spool=%s", (int)strcspn(through, "?"), through, schema, dir, dir);
    chain_found(place);
    chain_cuts(6 * size);
    snprintf(struck, sizeof struck, "%lld acts, %lld cuts", (long long)chain.nacts, (long long)(proxy.ncuts - cuts));
    chain_check("the chain, its line cut", struck, from);
    from = clock_mono();
    harms = size;
    chain_kills();
    snprintf(struck, sizeof struck, "%d times each way", harms);
    chain_check("the chain, the server killed", struck, from);
    chain_close();
    setenv("SETU_FAULT", "no_commit_key", 1);   /* nobody reads the environment now */
    if (settle_down(chain_is_open))
        chain_acts_cut();
    check(chain_v.acts > 0, "the control: acts done twice without the commit's number are noticed", (struct findings){ 0 });
    chain_close();
    unsetenv("SETU_FAULT");
    snprintf(path, sizeof path, "%s/key", dir);
    remove(path);
    rmdir(dir);
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
    check(run_words(words) == 0, "the control: doubles without the commit's number are noticed", (struct findings){ 0 });
    chain_all(size * (getenv("SOAK") ? 20 : 1));
    proxy.is_stopped = true;
    pthread_join(proxy.thread, NULL);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
