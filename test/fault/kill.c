/* kill.c - kill -9 of a process under concurrent writers, on the real file system.
 *
 * The child writes from eight threads and tells each acknowledged write through
 * a pipe; the parent kills it after some of them, opens the folder and looks. */
#include <signal.h>
#include <sys/wait.h>
#include "base/random.h"
#include "ledger.h"

enum { KILLS = 200, THREADS = 8, CHECK_EACH = 20 };
static int tell_to;

static void *write_on(void *arg)
{
    struct { struct db *db; int64_t k; } *w = arg;
    while (ledger_write(w->db, w->k, false)) {
        int64_t told[2] = { w->k, 0 };
        if (write(tell_to, told, sizeof told) != sizeof told)
            break;
    }
    return NULL;
}

static _Noreturn void child(int to)
{
    struct { struct db *db; int64_t k; } w[THREADS];
    struct db *db;
    struct err e;
    pthread_t t;

    tell_to = to;
    if (!db_open(&(struct db_options){ .path = ledger_dir, .create = true }, &db, &e)
        || !db_schema(db, ledger_schema, NULL, &e))
        _exit(1);
    for (int i = 0; i < THREADS; i++) {
        w[i].db = db, w[i].k = i;
        pthread_create(&t, NULL, write_on, &w[i]);
    }
    for (;;)
        pause();
}

static void acknowledged(int64_t k)
{
    ledger.acked[k]++;
    ledger.schema_acked = true;
}

static bool kill_once(struct seeded *rnd)
{
    int p[2], status;
    int64_t told[2];

    if (pipe(p))
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        close(p[0]);
        child(p[1]);
    }
    close(p[1]);
    /* Some are killed as they open; the others after so many writes, however long those take here. */
    int64_t goal = seeded_below(rnd, 8) ? 1 + seeded_below(rnd, 200) : 0;
    for (int64_t n = 0; n < goal && read(p[0], told, sizeof told) == sizeof told; n++)
        acknowledged(told[0]);
    usleep((unsigned)seeded_below(rnd, goal ? 2000 : 20000));
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    while (read(p[0], told, sizeof told) == sizeof told)
        acknowledged(told[0]);
    close(p[0]);
    return WIFSIGNALED(status);
}

/* What is there now is the starting point of the next round. */
static void look(struct verdict *v, bool is_whole)
{
    struct db *db = NULL;
    struct db_conn *c = NULL;
    struct err e = { 0 };

    v->states++;
    if (!db_open(&(struct db_options){ .path = ledger_dir, .create = true }, &db, &e) || !db_reader(db, &c, &e)) {
        fprintf(stderr, "kill: %s\n", e.detail);
        v->shut++;
        db_close(db);
        return;
    }
    for (int k = 0; k < KEYS; k++)
        ledger.tried[k] = ledger.acked[k] + (k < THREADS);
    if (is_whole)
        ledger_judge(c, v);
    for (int64_t k = 0; ledger.schema_acked && k < KEYS; k++) {
        int64_t now = ledger_ask(c, "SELECT v FROM k WHERE id = $1", k);
        v->lost += now < ledger.acked[k];
        v->torn += now > ledger.tried[k];
        ledger.acked[k] = now;
    }
    db_conn_close(c);
    /* the writer's thread must not live in a process that forks: closed before the next */
    db_close(db);
}

int main(void)
{
    struct verdict v = { 0 };
    struct seeded rnd = seeded_from(20260104);
    int64_t start = clock_mono(), n = KILLS * fault_size(), early = 0, acked = 0, i = 0;

    ledger_open("kill");
    for (; i < n && !fault_is_late(); i++) {
        early += !kill_once(&rnd);
        look(&v, i % CHECK_EACH == 0 || i == n - 1);
    }
    for (int k = 0; k < KEYS; k++)
        acked += ledger.acked[k];
    printf("%lld kills (%lld/min), %lld writes kept  lost %lld  torn %lld  corrupt %lld  unopened %lld  ended early %lld\n",
           (long long)v.states, (long long)(v.states * 60000000 / (clock_mono() - start)), (long long)acked,
           (long long)v.lost, (long long)v.torn, (long long)v.corrupt, (long long)v.shut, (long long)early);
    ledger_close();
    return fault_end("kill", ledger_bad(&v) == 0 && early == 0 && acked > i, i < n);
}
