/* move.c - a workspace moves, is killed on the way again and again, and arrives whole.
 *
 * From the test's place (a folder, or with SETU_PG a schema) to a folder, and from there back to a
 * second place of the first kind. The child is killed with SIGKILL after times that grow, so that
 * it dies while copying, while comparing and in between. */
#include "app/workspace.h"
#include "base/clock.h"
#include "base/log.h"
#include "client/served.h"
#include "msg/move.h"
#include "place.h"
#include "record/move.h"
#include "../suite.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ROWS = 30000, KILLS_MAX = 60 };
static struct served old;
static struct arena a;
static char folder[160], second[PLACE_MAX];

static struct workspace *opened(const char *data)
{
    struct workspace *ws;
    struct err e = { 0 };
    if (!workspace_open(data, &ws, &e))
        die("%s: %s", data, e.detail);
    return ws;
}

static void fill(void)
{
    struct workspace *ws = opened(old.data);
    SERVED_SQL(ws, "INSERT INTO write_log (id, at, actor_id, why) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                   " WHERE i < $1) SELECT i, i * 1000, 7, CASE WHEN i % 3 = 0 THEN NULL WHEN i % 3 = 1 THEN '' ELSE 'কারণ ' END FROM n", V(ROWS));
    SERVED_SQL(ws, "INSERT INTO search_doc (id, entity, title, folded) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                   " WHERE i < $1) SELECT i, 'person', 'Somebody', 'somebody moved' FROM n", V(ROWS));
    SERVED_SQL(ws, "INSERT INTO idempotency (actor_id, key, request_hash, status, answer, expires_at) WITH RECURSIVE n (i) AS"
                   " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i % 5, 'key ' || CAST(i AS TEXT), 'h', 200, '{}', i FROM n", V(ROWS));
    SERVED_SQL(ws, "INSERT INTO rate (id, version, created_at, created_by, updated_at, updated_by, currency, day, rate)"
                   " VALUES (5, 1, 1, 1, 1, 1, 'USD', 20000, $1)", V(INT64_C(-9007199254740993)));
    SERVED_SQL(ws, "UPDATE \"user\" SET name_key = $1", db_val_blob((str){ "\0\x01\xff'", 4 }));
    workspace_close(ws);
}

static pid_t start(const char *from, const char *to)
{
    const char *bin = getenv("SETU_BIN");
    char *words[] = { (char *)(uintptr_t)(bin ? bin : "build/san/setu"), "migrate", "--from", (char *)(uintptr_t)from, "--to",
                      (char *)(uintptr_t)to, NULL };
    pid_t pid = fork();
    if (pid == 0) {
        int out = open("/dev/null", O_WRONLY);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out, 1), dup2(out, 2);
        execv(words[0], words);
        _exit(127);
    }
    return pid;
}

static int run(const char *from, const char *to, str *out)
{
    const char *words[] = { "migrate", "--from", from, "--to", to, NULL };
    return served_run(&a, words, (str){ 0 }, out);
}

/* True: it was killed; false: it had ended by itself. */
static bool kill_after(pid_t pid, int ms, int *status)
{
    int64_t until = clock_mono() + ms * 1000LL;
    int unused;
    while (clock_mono() < until) {
        if (waitpid(pid, status ? status : &unused, WNOHANG) == pid)
            return false;
        nanosleep(&(struct timespec){ 0, 5000000 }, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, status ? status : &unused, 0);
    return true;
}

/* Asked without opening it as a workspace, which would write to one that is blank yet. */
static bool stands_half(const char *to)
{
    struct workspace *ws;
    struct db_conn *c = NULL;
    struct err e = { 0 };
    bool half = false;
    if (!workspace_bare(to, &ws, &e))
        return false;
    bool ok = db_reader(ws->db, &c, &e) && db_read_begin(c, 0, &e) && move_is_half(c, &half, &e);
    if (c)
        db_read_end(c);
    db_conn_close(c);
    workspace_close(ws);
    return ok && half;
}

/* Kills, each a little later than the last, until one is too late; how many left a half behind. */
static int move_with_kills(const char *from, const char *to)
{
    int status = 0, halves = 0;
    for (int ms = 300, i = 0; i < KILLS_MAX && kill_after(start(from, to), ms, &status); ms += 100 + ms / 10, i++)
        halves += stands_half(to);
    ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "it never arrived (%d), %d halves", status, halves);
    return halves;
}

static int64_t number(struct workspace *ws, const char *sql)
{
    struct db_conn *c;
    struct err e = { 0 };
    int64_t n = 0;
    bool found;
    if (!db_reader(ws->db, &c, &e) || !db_read_begin(c, 0, &e) || !db_get_int(c, sql, DB_NONE, &found, &n, &e))
        die("%s: %s", sql, e.detail);
    db_read_end(c);
    db_conn_close(c);
    return n;
}

/* By other means than the move's own sums. */
static void is_the_same(const char *one, const char *two)
{
    static const char *const ask[] = {
        "SELECT COUNT(*) FROM write_log", "SELECT COUNT(*) FROM write_log WHERE why IS NULL", "SELECT COUNT(*) FROM write_log WHERE why = ''",
        "SELECT COUNT(*) FROM write_log WHERE why = 'কারণ '", "SELECT CAST(SUM(at) AS BIGINT) FROM write_log", "SELECT COUNT(*) FROM search_doc",
        "SELECT COUNT(*) FROM idempotency", "SELECT rate FROM rate WHERE id = 5", "SELECT COUNT(*) FROM \"user\"", "SELECT COUNT(*) FROM setting",
        "SELECT COUNT(*) FROM stage", "SELECT last FROM setu_seq", "SELECT COUNT(*) FROM change", "SELECT MAX(seq) FROM change",
    };
    struct workspace *x = opened(one);
    int64_t want[countof(ask)];
    unsigned char key[32];
    memcpy(key, x->key, sizeof key);
    for (size_t i = 0; i < countof(ask); i++)
        want[i] = number(x, ask[i]);
    ck_assert_int_gt(want[0], ROWS - 1);
    ck_assert_int_eq(want[7], -9007199254740993);
    workspace_close(x);
    x = opened(two);
    for (size_t i = 0; i < countof(ask); i++)
        ck_assert_msg(number(x, ask[i]) == want[i], "%s", ask[i]);
    const char *found = arena_fmt(&a, "SELECT COUNT(*) FROM search_doc WHERE id IN (%.*s)", STR_ARG(db_fts_where(x->db, &a, "search_fts", 1))).p;
    struct db_conn *c;
    struct err e = { 0 };
    int64_t n = 0;
    bool is_there;
    ck_assert(db_reader(x->db, &c, &e) && db_read_begin(c, 0, &e));
    ck_assert(db_get_int(c, found, DB_ARGS(V(db_fts_words(x->db, &a, &(struct db_words){ .all = S("moved") }))), &is_there, &n, &e));
    ck_assert_int_eq(n, ROWS);
    db_read_end(c);
    db_conn_close(c);
    ck_assert(!memcmp(key, x->key, sizeof key));
    workspace_close(x);
}

START_TEST(a_move_that_is_killed_again_and_again_arrives_whole)
{
    int there = move_with_kills(old.data, folder);
    is_the_same(old.data, folder);
    int back = move_with_kills(folder, second);
    is_the_same(folder, second);
    ck_assert_msg(there >= 2 && back >= 2, "only %d and %d times a half stood there", there, back);
    fprintf(stderr, "halves that went on: %d on the way there, %d on the way back\n", there, back);
}
END_TEST

START_TEST(what_is_there_already_is_not_written_over)
{
    str said;
    ck_assert_msg(run(old.data, folder, &said) == 0, "what has arrived is not known again: %.*s", STR_ARG(said));
    struct workspace *ws = opened(folder);
    SERVED_SQL(ws, "UPDATE rate SET rate = $1 WHERE id = 5", V(1));
    workspace_close(ws);
    ck_assert_int_eq(run(old.data, folder, &said), 1);
    ck_assert_msg(str_find(said, S("not empty")) >= 0, "%.*s", STR_ARG(said));
    ck_assert_int_eq(run(second, folder, &said), 1);    /* it came here by a move once: that makes it no half of one */
    ck_assert_msg(str_find(said, S("not empty")) >= 0, "%.*s", STR_ARG(said));
}
END_TEST

START_TEST(half_a_move_is_no_workspace_and_goes_on_only_with_its_own)
{
    str said;
    const char *half = arena_fmt(&a, "%s-half", folder).p;
    bool is_half = false;
    for (int ms = 400; ms < 60000 && !is_half; ms += 100 + ms / 10) {
        kill_after(start(old.data, half), ms, NULL);
        is_half = stands_half(half);
    }
    struct workspace *ws;
    struct err e = { 0 };
    ck_assert_msg(!workspace_open(half, &ws, &e) && e.msg == MSG_move_half, "half a move opens as a workspace: %s", e.detail);
    ck_assert_msg(is_half, "half a move opens as a workspace");
    ck_assert_int_eq(run(folder, half, &said), 1);
    ck_assert_msg(str_find(said, S("half of another move")) >= 0 || str_find(said, S("key of another")) >= 0, "%.*s", STR_ARG(said));
    ck_assert_msg(run(old.data, half, &said) == 0, "%.*s", STR_ARG(said));
    is_the_same(old.data, half);
}
END_TEST

START_TEST(a_workspace_that_is_served_does_not_move)
{
    str said;
    ck_assert(served_start(&old));
    ck_assert_int_eq(run(old.data, arena_fmt(&a, "%s-served", folder).p, &said), 1);
    ck_assert_msg(str_find(said, S("server is running")) >= 0, "%.*s", STR_ARG(said));
    ck_assert(served_stop(&old));
}
END_TEST

/* record_tables() reads the statements of the program; here the data itself is asked. */
START_TEST(no_table_is_forgotten)
{
    static const char *const own[] = { "setu_migration", "setu_seq", "setu_commit", "setu_move", "setu_catalogue" };
    struct move_table *t;
    struct db_rows q;
    struct db_conn *c;
    struct err e = { 0 };
    struct workspace *ws = opened(old.data);
    size_t n = record_tables(&a, &t);
    ck_assert(db_reader(ws->db, &c, &e) && db_read_begin(c, 0, &e));
    ck_assert_msg(db_query(c, &q, place_is_postgres() ? "SELECT CAST(relname AS TEXT) FROM pg_class WHERE relkind = 'r' AND relnamespace ="
                           " (SELECT oid FROM pg_namespace WHERE nspname = current_setting('search_path'))"
                           : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", DB_NONE, &e), "%s", e.detail);
    while (db_next(&q)) {
        str name = db_text(&q, 0, &a);
        bool is_known = str_starts(name, S("search_fts"));
        for (size_t i = 0; i < countof(own); i++)
            is_known |= str_eq(name, str_of(own[i]));
        for (size_t i = 0; i < n; i++)
            is_known |= str_eq(name, str_of(t[i].name));
        ck_assert_msg(is_known, "the move forgets the table %.*s", STR_ARG(name));
    }
    ck_assert(db_done(&q, &e));
    db_read_end(c);
    db_conn_close(c);
    workspace_close(ws);
}
END_TEST

int main(void)
{
    a = arena_open(64 << 20);
    served_new(&old, "bn");
    snprintf(folder, sizeof folder, "%s-moved", old.dir);
    const char *dir = arena_fmt(&a, "%s-second", old.dir).p;
    if (mkdir(dir, 0700) != 0)
        die("%s", dir);
    snprintf(second, sizeof second, "%s", place_for(dir));
    fill();
    Suite *s = suite_create("move");
    TCase *t = tcase_create("move");
    tcase_set_timeout(t, 600);
    tcase_add_test(t, a_move_that_is_killed_again_and_again_arrives_whole);
    tcase_add_test(t, what_is_there_already_is_not_written_over);
    tcase_add_test(t, half_a_move_is_no_workspace_and_goes_on_only_with_its_own);
    tcase_add_test(t, a_workspace_that_is_served_does_not_move);
    tcase_add_test(t, no_table_is_forgotten);
    suite_add_tcase(s, t);
    int failed = suite_end_in(s, CK_NOFORK);
    served_remove(&old);
    return failed != 0;
}
