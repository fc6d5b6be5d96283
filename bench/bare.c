/* bare.c - the limits: what the same work costs with nothing around it.
 *
 *   bare page DB PORT            libmicrohttpd and SQLite: 50 people, filtered, sorted, as a table
 *   bare upsert FROM TO CSV      into a table of the workspace's shape with its indexes, in slices,
 *                                by e-mail; prints rows a second and CPU microseconds a row
 *   bare patch DB N              N updates of one field with an audit row, a transaction each
 *   bare flow DB N               all runs of a flow that are due go on, N a transaction: one question, one row and
 *                                two lines of the log each; prints how many, seconds and CPU seconds
 *   bare events PORT COOKIE TOKEN PATH N PID
 *                                N live connections, then one change through the API: bytes a
 *                                connection costs the server, milliseconds until all have heard
 *   bare ask PORT COOKIE FILE N  N pages, the paths in FILE in turn, one after the other on one
 *                                connection: milliseconds p50, p95, p99, and answers that were not 200
 *   bare start PORT COMMAND...   starts a server: milliseconds until its sign-in page is there, and the
 *                                private memory it then has, in KB; it is stopped again
 *   bare spend COMMAND...        seconds, CPU seconds and peak memory in MB of a command
 *
 * Not a part of the product: no rights, no validation, no history, no languages.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "bare: %s\n", what);
    exit(1);
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static sqlite3 *open_db(const char *path, int flags)
{
    sqlite3 *db;
    if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        die(path);
    sqlite3_busy_timeout(db, 5000);
    sqlite3_exec(db, "PRAGMA cache_size=-32768", NULL, NULL, NULL);
    return db;
}

static void run(sqlite3 *db, const char *sql)
{
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
        die(why ? why : sql);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) != SQLITE_OK)
        die(sqlite3_errmsg(db));
    return s;
}

/* ── page ────────────────────────────────────────────────────────────────── */

static const char *page_db;
static _Thread_local sqlite3 *page_conn;
static _Thread_local sqlite3_stmt *page_stmt;

static size_t put_escaped(char *to, const char *s)
{
    char *p = to;
    for (; s && *s; s++)
        switch (*s) {
        case '<': memcpy(p, "&lt;", 4), p += 4; break;
        case '>': memcpy(p, "&gt;", 4), p += 4; break;
        case '&': memcpy(p, "&amp;", 5), p += 5; break;
        case '"': memcpy(p, "&quot;", 6), p += 6; break;
        default: *p++ = *s;
        }
    return (size_t)(p - to);
}

static size_t put(char *to, const char *s)
{
    size_t n = strlen(s);
    memcpy(to, s, n);
    return n;
}

static size_t render(char *b)
{
    size_t n = put(b, "<!doctype html><meta charset=utf-8><title>People</title><table>");
    if (!page_conn) {
        page_conn = open_db(page_db, SQLITE_OPEN_READONLY);
        page_stmt = prepare(page_conn, "SELECT p.id, p.name, p.email, p.phone, c.name, u.name, p.lifecycle, p.last_activity_at"
            " FROM person p LEFT JOIN company c ON c.id = p.company LEFT JOIN \"user\" u ON u.id = p.owner"
            " WHERE p.deleted_at IS NULL AND +p.country = 'IN' ORDER BY p.last_activity_at DESC, p.id DESC LIMIT 50");
    }
    while (sqlite3_step(page_stmt) == SQLITE_ROW) {
        n += put(b + n, "<tr>");
        for (int i = 0; i < 8; i++) {
            n += put(b + n, "<td>");
            n += put_escaped(b + n, (const char *)sqlite3_column_text(page_stmt, i));
        }
    }
    sqlite3_reset(page_stmt);
    return n + put(b + n, "</table>");
}

static enum MHD_Result answer(void *arg, struct MHD_Connection *c, const char *url, const char *method, const char *version,
                              const char *data, size_t *size, void **state)
{
    (void)arg, (void)url, (void)method, (void)version, (void)data, (void)size, (void)state;
    char *b = malloc(256 * 1024);
    if (!b)
        return MHD_NO;
    struct MHD_Response *r = MHD_create_response_from_buffer(render(b), b, MHD_RESPMEM_MUST_FREE);
    MHD_add_response_header(r, "Content-Type", "text/html; charset=utf-8");
    enum MHD_Result ok = MHD_queue_response(c, 200, r);
    MHD_destroy_response(r);
    return ok;
}

static int page(const char *db, int port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    page_db = db;
    struct MHD_Daemon *d = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, NULL, MHD_OPTION_SOCK_ADDR, &at,
                                            MHD_OPTION_THREAD_POOL_SIZE, 2u, MHD_OPTION_CONNECTION_TIMEOUT, 60u, MHD_OPTION_END);
    if (!d)
        die("port in use");
    pause();
    return 0;
}

/* ── upsert ──────────────────────────────────────────────────────────────── */

enum { COLUMNS = 12, SLICE = 5000 };

static char *read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        die(path);
    *n = (size_t)ftell(f);
    char *p = malloc(*n + 1);
    rewind(f);
    if (!p || fread(p, 1, *n, f) != *n)
        die(path);
    p[*n] = '\0';
    fclose(f);
    return p;
}

/* One row; quotes are cut off, doubled ones are not looked for: our own file has none. */
static char *next_row(char *p, const char **cell, int *len)
{
    for (int i = 0; i < COLUMNS; i++) {
        bool quoted = *p == '"';
        cell[i] = p += quoted;
        while (quoted ? *p != '"' : *p != ',' && *p != '\n')
            p++;
        len[i] = (int)(p - cell[i]);
        p += 1 + quoted;
    }
    return p;
}

/* The table and its indexes as they stand in the workspace. */
static void copy_shape(sqlite3 *from, sqlite3 *to)
{
    sqlite3_stmt *s = prepare(from, "SELECT sql FROM sqlite_schema WHERE tbl_name = 'person' AND sql IS NOT NULL ORDER BY type DESC");
    while (sqlite3_step(s) == SQLITE_ROW)
        run(to, (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    run(to, "CREATE UNIQUE INDEX bare_email ON person (email)");
    run(to, "CREATE VIRTUAL TABLE words USING fts5(body, content='', detail=none, prefix='2 3')");
}

static int upsert(const char *from, const char *to, const char *csv)
{
    sqlite3 *src = open_db(from, SQLITE_OPEN_READONLY), *db = open_db(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    size_t n;
    char *p = read_file(csv, &n), *end = p + n;
    const char *cell[COLUMNS];
    int len[COLUMNS], rows = 0;

    run(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    copy_shape(src, db);
    sqlite3_stmt *put_row = prepare(db,
        "INSERT INTO person (id, version, created_at, updated_at, created_by, updated_by, name, email, phone, mobile, job_title, city, country, language,"
        " source, birthday, tags, note, name_key, name_fold, email_fold, phone_fold) VALUES (?13, 1, ?14, ?14, 1, 1, ?1, ?2, ?3, ?4, ?5, ?6,"
        " ?7, ?8, ?9, 1, ?11, ?12, ?1, ?1, ?2, ?3) ON CONFLICT (email) DO UPDATE SET name = excluded.name");
    sqlite3_stmt *put_words = prepare(db, "INSERT INTO words (rowid, body) VALUES (?1, ?2)");
    double start = now(), used = cpu();
    p = memchr(p, '\n', n);
    run(db, "BEGIN");
    for (p++; p < end; rows++) {
        char words[1024];
        p = next_row(p, cell, len);
        for (int i = 0; i < COLUMNS; i++)
            sqlite3_bind_text(put_row, i + 1, cell[i], len[i], SQLITE_STATIC);
        sqlite3_bind_int64(put_row, 13, 900000000000000000 + rows);
        sqlite3_bind_int64(put_row, 14, 1795496378788675 + rows);
        if (sqlite3_step(put_row) != SQLITE_DONE)
            die(sqlite3_errmsg(db));
        sqlite3_reset(put_row);
        int m = snprintf(words, sizeof words, "%.*s %.*s %.*s %.*s", len[0], cell[0], len[1], cell[1], len[2], cell[2], len[4], cell[4]);
        sqlite3_bind_int64(put_words, 1, rows + 1);
        sqlite3_bind_text(put_words, 2, words, m, SQLITE_STATIC);
        sqlite3_step(put_words);
        sqlite3_reset(put_words);
        if (rows % SLICE == SLICE - 1)
            run(db, "COMMIT; BEGIN");
    }
    run(db, "COMMIT");
    double took = now() - start;
    printf("%d %.0f %.2f\n", rows, rows / took, (cpu() - used) * 1e6 / rows);
    return 0;
}

/* ── patch ───────────────────────────────────────────────────────────────── */

static int patch(const char *path, int n)
{
    sqlite3 *db = open_db(path, SQLITE_OPEN_READWRITE);
    run(db, "PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS bare_audit (id INTEGER PRIMARY KEY, person INTEGER, new TEXT)");
    sqlite3_stmt *change = prepare(db, "UPDATE person SET city = ?1, version = version + 1 WHERE id = (SELECT max(id) FROM person)");
    sqlite3_stmt *audit = prepare(db, "INSERT INTO bare_audit (person, new) VALUES (1, ?1)");
    double start = now();
    for (int i = 0; i < n; i++) {
        char city[32];
        int len = snprintf(city, sizeof city, "City %d", i);
        run(db, "BEGIN IMMEDIATE");
        sqlite3_bind_text(change, 1, city, len, SQLITE_STATIC);
        sqlite3_bind_text(audit, 1, city, len, SQLITE_STATIC);
        if (sqlite3_step(change) != SQLITE_DONE || sqlite3_step(audit) != SQLITE_DONE)
            die(sqlite3_errmsg(db));
        sqlite3_reset(change);
        sqlite3_reset(audit);
        run(db, "COMMIT");
    }
    printf("%.0f\n", n / (now() - start));
    return 0;
}

/* ── flow ────────────────────────────────────────────────────────────────── */

static sqlite3_stmt *flow_log;

static void put_line(int64_t id, int64_t now_us, int64_t run_id, int step, const char *name, const char *result)
{
    sqlite3_bind_int64(flow_log, 1, id);
    sqlite3_bind_int64(flow_log, 2, now_us);
    sqlite3_bind_int64(flow_log, 3, run_id);
    sqlite3_bind_int(flow_log, 4, step);
    sqlite3_bind_text(flow_log, 5, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(flow_log, 6, result, -1, SQLITE_STATIC);
    if (sqlite3_step(flow_log) != SQLITE_DONE)
        die("log");
    sqlite3_reset(flow_log);
}

/* As `setu bench enrol` has made them: asks for the country, waits two days or three. The indexes are those of the workspace. */
static int flow(const char *path, int at_once)
{
    struct { int64_t id, person; } *v = calloc((size_t)at_once, sizeof *v);
    sqlite3 *db = open_db(path, SQLITE_OPEN_READWRITE);
    run(db, "PRAGMA synchronous=FULL");
    sqlite3_stmt *due = prepare(db, "SELECT id, record FROM rule_run WHERE state = 'waiting' AND due_at <= ?1 AND deleted_at IS NULL"
                                    " ORDER BY due_at, id LIMIT ?2");
    sqlite3_stmt *ask_country = prepare(db, "SELECT country = 'IN' FROM person WHERE id = ?1 AND deleted_at IS NULL");
    sqlite3_stmt *go_on = prepare(db, "UPDATE rule_run SET step = ?1, due_at = ?2, updated_at = ?3, updated_by = 0 WHERE id = ?4");
    flow_log = prepare(db, "INSERT INTO rule_log (id, version, created_at, created_by, updated_at, updated_by, run, step, name, result)"
                           " VALUES (?1, 1, ?2, 0, ?2, 0, ?3, ?4, ?5, ?6)");
    int64_t log_id = 900000000000000000 + time(NULL), all = 0, now_us = (int64_t)time(NULL) * 1000000;
    double start = now(), used = cpu();
    for (int n = at_once; v && n == at_once; all += n) {
        run(db, "BEGIN IMMEDIATE");
        sqlite3_bind_int64(due, 1, now_us);
        sqlite3_bind_int(due, 2, at_once);
        for (n = 0; sqlite3_step(due) == SQLITE_ROW; n++)
            v[n].id = sqlite3_column_int64(due, 0), v[n].person = sqlite3_column_int64(due, 1);
        sqlite3_reset(due);
        for (int i = 0; i < n; i++) {
            sqlite3_bind_int64(ask_country, 1, v[i].person);
            bool fits = sqlite3_step(ask_country) == SQLITE_ROW && sqlite3_column_int(ask_country, 0);
            sqlite3_reset(ask_country);
            put_line(log_id++, now_us, v[i].id, 1, "if", fits ? "done" : "passed");
            put_line(log_id++, now_us, v[i].id, fits ? 2 : 4, "wait", "waits");
            sqlite3_bind_int(go_on, 1, fits ? 2 : 4);
            sqlite3_bind_int64(go_on, 2, now_us + (fits ? 2 : 3) * 86400000000);
            sqlite3_bind_int64(go_on, 3, now_us);
            sqlite3_bind_int64(go_on, 4, v[i].id);
            if (sqlite3_step(go_on) != SQLITE_DONE)
                die(sqlite3_errmsg(db));
            sqlite3_reset(go_on);
        }
        run(db, "COMMIT");
    }
    printf("%lld %.3f %.3f\n", (long long)all, now() - start, cpu() - used);
    return 0;
}

/* ── events ──────────────────────────────────────────────────────────────── */

/* From 127.0.NEIGHBOUR.1: the server lets no address have more than a hundred live connections. */
static int dial_from(int port, int neighbour)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + ((uint32_t)neighbour << 8)) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) || connect(fd, (struct sockaddr *)&at, sizeof at)) {
        close(fd);
        return -1;
    }
    return fd;
}

static int dial(int port)
{
    int fd = dial_from(port, 0);
    if (fd < 0)
        die("no connection");
    return fd;
}

static long private_kb(const char *pid)
{
    char path[64], line[200];
    long kb = 0, n;
    snprintf(path, sizeof path, "/proc/%s/smaps_rollup", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "Private_Clean: %ld", &n) == 1 || sscanf(line, "Private_Dirty: %ld", &n) == 1)
            kb += n;
    if (f)
        fclose(f);
    return kb;
}

/* Reads until `want` of the connections have heard `word` again, or nothing comes for two seconds. It reads by
 * lots: a client that is woken for each message takes the server's core for its own waking. */
static int hear(int ep, int want, const char *word)
{
    enum { LOT = 512, LOT_US = 4000 };
    struct epoll_event ev[LOT];
    char b[8192];
    int heard = 0, n;
    while (heard < want && (n = epoll_wait(ep, ev, LOT, 2000)) > 0) {
        for (int i = 0; i < n; i++) {
            ssize_t got = read(ev[i].data.fd, b, sizeof b - 1);
            b[got > 0 ? got : 0] = '\0';
            heard += got > 0 && strstr(b, word) != NULL;
            if (got <= 0)
                epoll_ctl(ep, EPOLL_CTL_DEL, ev[i].data.fd, NULL);
        }
        if (heard < want && n < LOT)
            usleep(LOT_US);
    }
    return heard;
}

static int events(char **v)
{
    enum { LOT = 500 };
    int port = atoi(v[0]), n = atoi(v[4]), ep = epoll_create1(0);
    char request[1024];
    struct rlimit most;
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    long before = private_kb(v[5]);
    int len = snprintf(request, sizeof request, "GET /events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n\r\n", port, v[1]);
    int open = 0;
    for (int i = 0; i < n; i++) {               /* in lots: more at once than the server lets wait are refused */
        int fd = dial_from(port, i / 90);
        if (fd < 0)
            die("no connection");
        struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };
        epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
        if (write(fd, request, (size_t)len) != len)
            die("cannot ask");
        if ((i + 1) % LOT == 0)
            open += hear(ep, LOT, "200 OK");
    }
    open += hear(ep, n % LOT, "200 OK");
    sleep(1);
    hear(ep, 1 << 30, "\1");                    /* what else was sent */
    long after = private_kb(v[5]);
    const char *body = "{\"city\":\"Dhaka\"}";
    char city[64];
    snprintf(city, sizeof city, "{\"city\":\"Dhaka %ld\"}", (long)time(NULL));
    body = city;
    len = snprintf(request, sizeof request, "PATCH %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
                   "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", v[3], port, v[2], strlen(body), body);
    int fd = dial(port);
    double start = now();
    if (write(fd, request, (size_t)len) != len)
        die("cannot write");
    int heard = hear(ep, open, "changed");
    printf("%d %ld %d %.1f\n", open, open ? (after - before) * 1024 / open : 0, heard, (now() - start) * 1000);
    return 0;
}

/* ── ask, start, spend ───────────────────────────────────────────────────── */

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Reads one answer with a Content-Length; its status. */
static int answer_of(int fd)
{
    static char b[1 << 20];
    size_t n = 0, want = sizeof b - 1;
    while (n < want) {
        ssize_t got = read(fd, b + n, sizeof b - 1 - n);
        if (got <= 0)
            return 0;
        n += (size_t)got;
        b[n] = '\0';
        char *end = strstr(b, "\r\n\r\n"), *length = strcasestr(b, "\r\ncontent-length:");
        if (end && !length)
            return 0;
        if (end && length < end)
            want = (size_t)(end + 4 - b) + (size_t)atol(length + 17);
    }
    return atoi(b + 9);
}

static int ask(int port, const char *cookie, const char *file, int n)
{
    size_t size;
    char *paths = read_file(file, &size), *p = paths, request[4096];
    double *took = calloc((size_t)n + 1, sizeof *took);
    int fd = dial(port), bad = 0;
    for (int i = 0; took && i < n; i++) {
        if (!*p)
            p = paths;
        char *end = strchrnul(p, '\n');
        int len = snprintf(request, sizeof request, "GET %.*s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nCookie: %s\r\n\r\n",
                           (int)(end - p), p, port, cookie);
        p = *end ? end + 1 : paths;
        double start = now();
        if (write(fd, request, (size_t)len) != len)
            die("cannot ask");
        bad += answer_of(fd) != 200;
        took[i] = (now() - start) * 1000;
    }
    qsort(took, (size_t)n, sizeof *took, by_size);
    printf("%.2f %.2f %.2f %d\n", took[n / 2], took[n * 95 / 100], took[n * 99 / 100], bad);
    return 0;
}

static int start(int port, char **command)
{
    static const char request[] = "GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    double from = now();
    int status = 0;
    char pid_text[16];
    pid_t pid = fork();
    if (pid == 0) {
        dup2(2, 1);
        execv(command[0], command);
        _exit(127);
    }
    while (status != 200 && now() - from < 30) {
        int fd = dial_from(port, 0);
        if (fd >= 0 && write(fd, request, sizeof request - 1) > 0)
            status = answer_of(fd);
        if (fd >= 0)
            close(fd);
        usleep(500);
    }
    double took = now() - from;
    sleep(1);
    snprintf(pid_text, sizeof pid_text, "%d", (int)pid);
    printf("%.1f %ld\n", took * 1000, private_kb(pid_text));
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    return status != 200;
}

static int spend(char **command)
{
    struct rusage u;
    int status;
    double from = now();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(2, 1);
        execv(command[0], command);
        _exit(127);
    }
    wait4(pid, &status, 0, &u);
    printf("%.2f %.2f %ld\n", now() - from,
           (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6,
           u.ru_maxrss / 1024);
    return status != 0;
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "page") && argc == 4)
        return page(argv[2], atoi(argv[3]));
    if (!strcmp(what, "upsert") && argc == 5)
        return upsert(argv[2], argv[3], argv[4]);
    if (!strcmp(what, "patch") && argc == 4)
        return patch(argv[2], atoi(argv[3]));
    if (!strcmp(what, "flow") && argc == 4)
        return flow(argv[2], atoi(argv[3]));
    if (!strcmp(what, "events") && argc == 8)
        return events(argv + 2);
    if (!strcmp(what, "ask") && argc == 6)
        return ask(atoi(argv[2]), argv[3], argv[4], atoi(argv[5]));
    if (!strcmp(what, "start") && argc > 3)
        return start(atoi(argv[2]), argv + 3);
    if (!strcmp(what, "spend") && argc > 2)
        return spend(argv + 2);
    die("page DB PORT, upsert FROM TO CSV, patch DB N, flow DB N, events PORT COOKIE TOKEN PATH N PID, ask PORT COOKIE FILE N,"
        " start PORT COMMAND, spend COMMAND");
}
