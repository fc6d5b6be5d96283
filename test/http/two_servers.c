/* two_servers.c - several servers on one PostgreSQL: one workspace, whichever of them answers.
 *
 * Real programs on one schema, each with a spool of its own. A and B are servers as people run them
 * (only that their leases are short), C does not hear what others tell (SETU_FAULT=deaf): what A and
 * B know by hearing, C must not know, or the test would prove nothing. The last test kills the
 * leading one.
 */
#include <poll.h>
#include <signal.h>
#include <unistd.h>
#include "app/workspace.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "client/look.h"
#include "client/served.h"
#include "flow/job.h"
#include "flow/keep.h"
#include "../suite.h"

enum { JOBS = 24, OLD_EVENTS = 1300, PEOPLE = 20, SOON_MS = 30000, STEP_MS = 50 };

static struct served a, b, deaf;
static struct served_user owner;
static struct workspace *ws;                    /* this program's own door to the data */
static struct look data;
static struct arena mem;

/* ── the parts of a test ─────────────────────────────────────────────────── */

static int64_t number(const char *sql) { return look_number(&data, sql, 0); }

/* True as soon as the query says so, within half a minute; *took in ms. */
static bool comes_to(const char *sql, int64_t wanted, int *took)
{
    int64_t start = clock_mono();
    bool is_so;
    while (!(is_so = number(sql) == wanted) && clock_mono() - start < SOON_MS * (int64_t)1000)
        usleep(STEP_MS * 1000);
    if (took)
        *took = (int)((clock_mono() - start) / 1000);
    return is_so;
}

static struct reply as_owner(const struct served *s, const char *method, const char *path, const char *form)
{
    struct client c = served_client(s);
    const char *head = arena_fmt(&mem, "Cookie: sid=%s\r\nX-CSRF-Token: %s\r\n", owner.session, owner.csrf).p;
    struct reply r = client_send(&c, method, path, head, form ? "application/x-www-form-urlencoded" : NULL, str_of(form));
    r.body = arena_str(&mem, r.body);
    client_free(&c);
    return r;
}

static str create(const struct served *s, const char *entity, const char *name)
{
    struct client c = served_client(s);
    struct reply r = served_api(&c, owner.token, "POST", arena_fmt(&mem, "/api/v1/%s", entity).p, NULL, arena_fmt(&mem, "{\"name\":\"%s\"}", name).p);
    ck_assert_msg(r.status == 201, "%d %.*s", r.status, STR_ARG(r.body));
    ptrdiff_t at = str_find(r.body, S("\"id\":\""));
    str rest = str_from(r.body, (size_t)at + 6), id = arena_str(&mem, str_cut(&rest, '"'));
    client_free(&c);
    return id;
}

static bool put_jobs(struct ctx *tx, void *arg, struct err *e)
{
    for (int i = 0; i < *(int *)arg; i++)
        if (!job_add(tx, &(struct job_spec){ .kind = &keep_job, .key = arena_fmt(tx->a, "one of many, %d", i) }, NULL, e))
            return false;
    return true;
}

static void queue_jobs(int n)
{
    struct locale loc = locale_default(LANG_EN, "BD");
    struct ctx c = workspace_ctx(ws, &mem, NULL, &loc);
    struct err e = { 0 };
    ck_assert_msg(record_write(&c, put_jobs, &n, &e), "%s", e.detail);
}

/* ── a job ───────────────────────────────────────────────────────────────── */

/* The first server takes the job and is killed with it; another was started while it held it. */
START_TEST(a_killed_servers_job_is_finished_by_another_when_its_lease_ends)
{
    struct served first;
    int took;
    served_beside(&first, &a);
    first.faults = "stuck_job,short_lease";
    ck_assert(served_start(&first));
    queue_jobs(1);
    ck_assert_msg(comes_to("SELECT COUNT(*) FROM job WHERE state = 'leased' AND key LIKE 'one%'", 1, NULL), "nobody took it");
    ck_assert(served_start(&a));
    served_kill(&first);
    ck_assert_msg(comes_to("SELECT COUNT(*) FROM job WHERE state = 'done' AND key LIKE 'one%'", 1, &took), "it was not taken over");
    ck_assert_int_gt(number("SELECT token FROM job WHERE key LIKE 'one%'"), 1);
    ck_assert_msg(took < 30000, "it took %d ms", took);
    served_remove(&first);
    ck_assert(served_start(&b) && served_start(&deaf));         /* A leads by now */
}
END_TEST

START_TEST(each_of_many_jobs_is_done_once)
{
    SERVED_SQL(ws, "UPDATE setu_seq SET last = last + $1", V(OLD_EVENTS));
    SERVED_SQL(ws, "INSERT INTO event (id, person_id, at, kind, seq) SELECT n, 1, $1, 'page.viewed', (SELECT last FROM setu_seq) - n + 1"
                   " FROM generate_series(1, $2) n", V(clock_now() - 1000 * DAY_US), V(OLD_EVENTS));
    SERVED_SQL(ws, "DELETE FROM job WHERE id > $1", V(0));
    queue_jobs(JOBS);
    ck_assert_msg(comes_to("SELECT COUNT(*) FROM job WHERE state = 'done'", JOBS, NULL), "%lld of %d: %s",
                  (long long)number("SELECT COUNT(*) FROM job WHERE state = 'done'"), JOBS,
                  look_text(&data, &mem, "SELECT state || ' ' || COALESCE(error, '') FROM job WHERE state <> 'done' LIMIT 1", 0));
    ck_assert_int_lt(number("SELECT COUNT(*) FROM job WHERE token <> 1"), 3);      /* where five seconds are too short, another goes on */
    ck_assert_int_eq(number("SELECT COUNT(*) FROM event WHERE id <= 10000"), 0);
    ck_assert_int_eq(number("SELECT SUM(n) FROM event_month WHERE kind = 'page.viewed'"), OLD_EVENTS);
}
END_TEST

/* ── sessions, settings, live pages ──────────────────────────────────────── */

START_TEST(a_sign_in_at_one_counts_at_the_other_and_so_does_the_end_of_it)
{
    struct client at_a = served_client(&a), at_b = served_client(&b);
    struct reply r = client_post(&at_a, "/sign-in", "email=o%40p.example&password=correct+horse+battery");
    ck_assert_int_eq(r.status, 303);
    memcpy(at_b.cookie, at_a.cookie, sizeof at_b.cookie);
    at_b.ncookies = at_a.ncookies;
    ck_assert_int_eq(client_get(&at_b, "/people").status, 200);
    SERVED_SQL(ws, "DELETE FROM session WHERE holder <> $1", V(owner.id));
    ck_assert_int_eq(client_get(&at_b, "/people").status, 303);
    client_free(&at_a);
    client_free(&at_b);
}
END_TEST

static struct client listener(const struct served *s)
{
    struct client c = served_client(s);
    str head = arena_fmt(&mem, "GET /events HTTP/1.1\r\nHost: localhost\r\nCookie: sid=%s\r\n\r\n", owner.session);
    ck_assert(client_raw(&c, head));
    return c;
}

/* What came until these words did, or for so long. */
static bool hears(struct client *c, str words, int ms)
{
    struct buf all = buf_new(&mem, 1 << 16);
    char piece[4096];
    for (int64_t until = clock_mono() + ms * (int64_t)1000; clock_mono() < until && str_find(buf_str(&all), words) < 0;) {
        struct pollfd p = { c->fd, POLLIN, 0 };
        ssize_t n = poll(&p, 1, STEP_MS) > 0 ? read(c->fd, piece, sizeof piece) : 0;
        if (n < 0)
            return false;
        buf_put(&all, (str){ piece, (size_t)n });
    }
    return str_find(buf_str(&all), words) >= 0;
}

START_TEST(a_page_hears_what_another_server_wrote)
{
    struct client at_b = listener(&b), at_deaf = listener(&deaf);
    ck_assert(hears(&at_b, S("text/event-stream"), SOON_MS) && hears(&at_deaf, S("text/event-stream"), SOON_MS));
    str says = arena_fmt(&mem, "data: product %.*s", STR_ARG(create(&a, "product", "Filler")));
    ck_assert_msg(hears(&at_b, says, SOON_MS), "B's page did not hear: %.*s", STR_ARG(says));
    ck_assert_msg(!hears(&at_deaf, says, 1000), "it would be heard in any case");
    client_free(&at_b);
    client_free(&at_deaf);
}
END_TEST

/* Every line between the servers and the database: what was missed is made up for, what comes is heard. */
START_TEST(when_the_lines_are_cut_pages_look_again_and_hear_again)
{
    struct client at_b = listener(&b);
    ck_assert(hears(&at_b, S("text/event-stream"), SOON_MS));
    look_run(&data, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'two_servers'");
    ck_assert_msg(hears(&at_b, S("data: * *"), SOON_MS), "B's page was not told to look again");
    str says = arena_fmt(&mem, "data: product %.*s", STR_ARG(create(&a, "product", "Sealer")));
    ck_assert_msg(hears(&at_b, says, SOON_MS), "B's page did not hear: %.*s", STR_ARG(says));
    client_free(&at_b);
}
END_TEST

static bool shows(const struct served *s, const char *words, int ms)
{
    bool is_there = false;
    for (int64_t until = clock_mono() + ms * (int64_t)1000; !is_there && clock_mono() < until; usleep(STEP_MS * 1000)) {
        struct reply r = as_owner(s, "GET", "/settings", NULL);
        ck_assert_int_eq(r.status, 200);
        is_there = reply_has(&r, words);
    }
    return is_there;
}

START_TEST(a_setting_changed_at_one_is_used_at_the_other)
{
    struct reply r = as_owner(&a, "POST", "/settings", "company=Meghna+Traders&country=BD&language=en&currency=BDT&zone=Asia%2FDhaka"
                                                       "&calendar=gregorian&fiscal_month=7&toman=false");
    ck_assert_msg(r.status == 303, "%d %.*s", r.status, STR_ARG(r.body));
    ck_assert(shows(&a, "Meghna Traders", SOON_MS));
    ck_assert_msg(shows(&b, "Meghna Traders", SOON_MS), "B still has the old name");
    ck_assert_msg(!shows(&deaf, "Meghna Traders", 1000), "it would be read in any case");
}
END_TEST

/* A page seen at `s`: was it counted? The answer is 204 either way. */
static bool counts(const struct served *s, const char *path)
{
    struct client c = served_client(s);
    struct reply r = client_send(&c, "POST", "/t", "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n",
                                 "application/x-www-form-urlencoded",
                                 arena_fmt(&mem, "v=00112233445566778899aabbccddeeff&u=https%%3A%%2F%%2Fsite.example%%2F%s", path));
    ck_assert_int_eq(r.status, 204);
    client_free(&c);
    return number(arena_fmt(&mem, "SELECT COUNT(*) FROM visit WHERE path = '/%s'", path).p) > 0;
}

/* Tells the form's id; `id` empty: a new one. */
static str website(const struct served *s, str id, const char *host)
{
    struct client c = served_client(s);
    const char *to = id.n ? arena_fmt(&mem, "/api/v1/form/%.*s", STR_ARG(id)).p : "/api/v1/form";
    struct reply r = served_api(&c, owner.token, id.n ? "PATCH" : "POST", to, NULL,
                                arena_fmt(&mem, "{\"name\":\"Site\",\"is_active\":true,\"allowed_hosts\":\"%s\"}", host).p);
    ck_assert_msg(r.status == 200 || r.status == 201, "%d %.*s", r.status, STR_ARG(r.body));
    ptrdiff_t at = str_find(r.body, S("\"id\":\""));
    str rest = str_from(r.body, (size_t)at + 6), made = arena_str(&mem, str_cut(&rest, '"'));
    client_free(&c);
    return made;
}

/* Servers keep whose pages count: until a form is written there, or for a second. */
START_TEST(a_website_named_at_one_counts_at_once_and_at_the_other_after_a_second)
{
    ck_assert(!counts(&a, "a1") && !counts(&b, "b1") && !counts(&b, "b2"));
    str id = website(&a, (str){ 0 }, "site.example");
    ck_assert(counts(&a, "a2") && counts(&a, "a3"));
    usleep(1100 * 1000);
    ck_assert(counts(&b, "b3"));
    website(&b, id, "other.example");
    ck_assert(!counts(&b, "b4"));
    usleep(1100 * 1000);
    ck_assert(!counts(&a, "a4"));
    website(&a, id, "*.shop.example, site.example:8080, site.example");
    ck_assert(counts(&a, "a5"));
}
END_TEST

static int64_t waiting_at(const struct served *s)
{
    struct client c = served_client(s);
    struct reply r = client_get(&c, "/metrics");
    ptrdiff_t at = str_find(r.body, S("\nsetu_hits_waiting{"));
    str rest = str_from(r.body, (size_t)(at > 0 ? at : 0) + 1), line = str_cut(&rest, '\n');
    int64_t n = -1;
    (void)str_cut(&line, ' ');
    ck_assert(at > 0 && str_to_int(line, &n));
    client_free(&c);
    return n;
}

START_TEST(hits_that_wait_at_one_are_recorded_by_the_leader)
{
    enum { HITS = 20 };
    struct served busy;
    served_beside(&busy, &a);
    busy.faults = "hits_wait";
    ck_assert(served_start(&busy));
    website(&busy, (str){ 0 }, "site.example");
    for (int i = 0; i < HITS; i++)
        (void)counts(&busy, arena_fmt(&mem, "burst%d", i).p);
    ck_assert_msg(comes_to("SELECT COUNT(*) FROM visit WHERE path LIKE '/burst%'", HITS, NULL), "not all were recorded");
    ck_assert_int_eq(number("SELECT COUNT(*) FROM hit"), 0);
    for (int ms = 0; waiting_at(&busy) > 0 && ms < 10000; ms += 100)
        usleep(100 * 1000);
    ck_assert_int_eq(waiting_at(&busy), 0);             /* it has seen that they are gone */
    ck_assert_int_eq(number("SELECT COUNT(DISTINCT path) FROM visit WHERE path LIKE '/burst%'"), HITS);
    ck_assert(served_stop(&busy));
    served_remove(&busy);
}
END_TEST

/* ── the feed ────────────────────────────────────────────────────────────── */

static int64_t sent_about(void) { return number("SELECT COUNT(*) FROM outbox WHERE kind = 'person.created'"); }

/* Nobody hears at the webhook's address: what was to be told lies in the outbox, a row for each cause. */
START_TEST(each_cause_has_its_effect_once_also_when_the_leader_is_killed)
{
    struct client c = served_client(&b);
    struct reply r = served_api(&c, owner.token, "POST", "/api/v1/webhook", NULL,
                                "{\"name\":\"Till\",\"url\":\"https://till.example/in\",\"topics\":\"person.created\"}");
    ck_assert_msg(r.status == 201, "%d %.*s", r.status, STR_ARG(r.body));
    client_free(&c);
    for (int i = 0; i < PEOPLE; i++) {
        create(i % 2 && i < PEOPLE / 2 ? &a : &b, "person", arena_fmt(&mem, "Number %d", i).p);
        if (i == PEOPLE / 2)
            served_kill(&a);
    }
    ck_assert_msg(comes_to("SELECT COUNT(*) FROM outbox WHERE kind = 'person.created'", PEOPLE, NULL), "%lld of %d", (long long)sent_about(), PEOPLE);
    usleep(500 * 1000);
    ck_assert_int_eq(sent_about(), PEOPLE);
    ck_assert_int_eq(number("SELECT COUNT(DISTINCT order_key) FROM outbox WHERE kind = 'person.created'"), PEOPLE);
}
END_TEST

static void signal_both(int sig)
{
    kill(b.pid, sig);
    kill(deaf.pid, sig);
}

/* Not in the midst of a write, which would hold up everybody's for twenty seconds. */
static bool both_stopped(void)
{
    for (int i = 0; i < 50; i++, usleep(200 * 1000)) {
        signal_both(SIGSTOP);
        usleep(50 * 1000);
        if (number("SELECT COUNT(*) FROM pg_locks l JOIN pg_stat_activity s ON s.pid = l.pid WHERE l.locktype = 'advisory'"
                   " AND s.application_name = 'two_servers' AND s.state LIKE 'idle in%'") == 0)
            return true;
        signal_both(SIGCONT);
    }
    return false;
}

/* B and the deaf one lead or follow, whichever; both are stopped and live. A, started last, takes over. */
START_TEST(a_leader_that_is_stopped_is_followed_and_does_nothing_twice_when_it_is_woken)
{
    enum { MORE = 6 };
    int took;
    ck_assert(served_start(&a));
    for (int i = 0; i < MORE; i++)
        create(&b, "person", arena_fmt(&mem, "Before %d", i).p);
    ck_assert(comes_to("SELECT COUNT(*) FROM outbox WHERE kind = 'person.created'", PEOPLE + MORE, NULL) && both_stopped());
    for (int i = 0; i < MORE; i++)
        create(&a, "person", arena_fmt(&mem, "While %d", i).p);
    SERVED_SQL(ws, "DELETE FROM job WHERE key LIKE $1", V(S("one of many%")));
    queue_jobs(1);
    bool is_followed = comes_to("SELECT COUNT(*) FROM outbox WHERE kind = 'person.created'", PEOPLE + 2 * MORE, &took);
    bool is_worked = comes_to("SELECT COUNT(*) FROM job WHERE state = 'done' AND key LIKE 'one%'", 1, NULL);
    signal_both(SIGCONT);
    ck_assert_msg(is_followed && is_worked, "%lld told, job %d", (long long)sent_about(), is_worked);
    ck_assert_msg(took < 20000, "it took %d ms", took);
    for (int i = 0; i < MORE; i++)
        create(i % 2 ? &b : &a, "person", arena_fmt(&mem, "After %d", i).p);
    ck_assert(comes_to("SELECT COUNT(*) FROM outbox WHERE kind = 'person.created'", PEOPLE + 3 * MORE, NULL));
    usleep(3000 * 1000);                        /* what the woken ones had in hand they have done by now */
    ck_assert_int_eq(sent_about(), PEOPLE + 3 * MORE);
    ck_assert_int_eq(number("SELECT COUNT(DISTINCT order_key) FROM outbox WHERE kind = 'person.created'"), PEOPLE + 3 * MORE);
    ck_assert_int_eq(number("SELECT COUNT(*) FROM job WHERE state = 'done' AND key LIKE 'one%'"), 1);
}
END_TEST

/* ── the house ───────────────────────────────────────────────────────────── */

static Suite *suite(void)
{
    const TTest *const tests[] = {
        a_killed_servers_job_is_finished_by_another_when_its_lease_ends, each_of_many_jobs_is_done_once,
        a_sign_in_at_one_counts_at_the_other_and_so_does_the_end_of_it, a_page_hears_what_another_server_wrote,
        when_the_lines_are_cut_pages_look_again_and_hear_again,
        a_setting_changed_at_one_is_used_at_the_other,
        a_website_named_at_one_counts_at_once_and_at_the_other_after_a_second, hits_that_wait_at_one_are_recorded_by_the_leader,
        each_cause_has_its_effect_once_also_when_the_leader_is_killed,
        a_leader_that_is_stopped_is_followed_and_does_nothing_twice_when_it_is_woken,
    };
    Suite *s = suite_create("two_servers");
    TCase *t = tcase_create("all");
    for (size_t i = 0; i < countof(tests); i++)
        tcase_add_test(t, tests[i]);
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    struct err e = { 0 };
    mem = arena_open(64 << 20);
    served_new(&a, "en");
    const char *spool = strstr(a.data, "&spool=");
    if (!spool)
        die("no address: %s", a.data);
    snprintf(a.data, sizeof a.data, "%s", arena_fmt(&mem, "%.*s&application_name=two_servers%s", (int)(spool - a.data), a.data, spool).p);
    if (!workspace_open(a.data, &ws, &e))
        die("%s", e.detail);
    served_user(ws, &mem, &owner, "owner@p.example", "owner", 0, "en");
    served_beside(&b, &a);
    served_beside(&deaf, &a);
    a.faults = b.faults = "short_lease";
    deaf.faults = "deaf,short_lease";
    look_open(&data, a.dir, false);
    int failed = suite_end_in(suite(), CK_NOFORK);      /* a test kills what another started */
    look_close(&data);
    workspace_close(ws);
    signal_both(SIGCONT);                       /* a test that failed left them so */
    bool ended = served_stop(&a) & served_stop(&b) & served_stop(&deaf);
    served_remove(&deaf);
    served_remove(&b);
    served_remove(&a);
    return failed || !ended;
}
