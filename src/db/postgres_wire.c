/* postgres_wire.c - rounds to the server: what is sent together, waiting, errors told apart.
 *
 * Every round ends with a Sync, so an error stops what stands behind it in the
 * same round and no more. Waiting is ours (poll), never libpq's: a request has a
 * deadline even when the server has gone without a word.
 *
 * A lost connection is closed here at once and everything the server knew of it
 * is forgotten; who may go on, and how, is decided by the callers.
 */
#include "db/postgres.h"
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include "base/clock.h"
#include "base/log.h"
#include "base/wait.h"
#include "msg/db.h"

enum { GRACE_MS = 2000 };                       /* past a deadline the server itself should have answered */

/* ── errors ──────────────────────────────────────────────────────────────── */

static bool is_fatal(const PGresult *r)
{
    const char *s = PQresultErrorField(r, PG_DIAG_SEVERITY_NONLOCALIZED);
    return s && (!strcmp(s, "FATAL") || !strcmp(s, "PANIC"));
}

/* The transaction had to yield to another, or lost its place: run anew it goes through. */
static bool is_yielding(const char *state)
{
    return !strcmp(state, "40001") || !strcmp(state, "40P01") || !strcmp(state, "55P03");
}

struct meaning { const char *state; enum err_code code; int msg; };
static const struct meaning meanings[] = {
    { "23505", ERR_CONFLICT,  MSG_db_exists },
    { "23503", ERR_CONFLICT,  MSG_db_in_use },
    { "40001", ERR_BUSY,      MSG_db_busy },
    { "40P01", ERR_BUSY,      MSG_db_busy },
    { "55P03", ERR_BUSY,      MSG_db_busy },
    { "53100", ERR_FULL,      MSG_db_full },
    { "53",    ERR_BUSY,      MSG_db_busy },            /* memory, connections */
    { "57014", ERR_BUSY,      MSG_db_too_slow },
    { "54",    ERR_TOO_LARGE, MSG_db_too_large },
    { "22021", ERR_INVALID,   MSG_db_bad_text },
    { "22P05", ERR_INVALID,   MSG_db_bad_text },
    { "22003", ERR_INVALID,   MSG_db_bad_number },
};

static bool explain(struct pg_conn *c, const PGresult *r, const char *state, const char *why, const char *sql, struct err *e)
{
    if (!state)
        return fail(e, ERR_INTERNAL, 0, "%s: %s", PQresultErrorMessage(r), sql);
    if (c->base.in_group && is_yielding(state))
        c->lost = FATE_AGAIN;
    for (const struct meaning *m = meanings; m < meanings + countof(meanings); m++)
        if (!strncmp(state, m->state, strlen(m->state)))
            return fail(e, m->code, m->msg, "%s %s: %s", state, why, sql);
    return fail(e, ERR_INTERNAL, 0, "%s %s: %s", state, why, sql);
}

bool pg_fail(struct pg_conn *c, const PGresult *r, const char *sql, struct err *e)
{
    const char *state = PQresultErrorField(r, PG_DIAG_SQLSTATE), *why = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);

    bool is_first = (c->is_begun || c->base.in_group) && !c->is_aborted;
    c->is_aborted |= is_first;
    c->base.is_vague |= c->base.is_bold;
    explain(c, r, state, why, sql, e);
    if (is_first)
        c->aborted_by = *e;
    return false;
}

/* Always false: the connection is no more. */
static bool lose(struct pg_conn *c, const char *why, struct err *e)
{
    char text[160];

    snprintf(text, sizeof text, "%s", why);     /* it may live in the connection */
    text[strcspn(text, "\n")] = '\0';
    log_event(LOG_WARN, "database_lost", LOG_S("why", str_of(text)), LOG_N("is_writer", c->base.is_writer));
    if (c->base.in_group)
        c->lost = FATE_AGAIN;
    pg_disconnect(c);
    return pg_away(c->pg, text, e);
}

/* ── sending ─────────────────────────────────────────────────────────────── */

void pg_quiet(struct pg_conn *c, const char *sql)
{
    struct err later;

    if (c->nquiet == QUIET_MAX)
        (void)pg_flush(c, true, &later);        /* kept in aborted_by: told by the next statement */
    char *copy = strdup(sql);
    if (!copy)
        die("out of memory");
    c->quiet[c->nquiet++] = copy;
}

void pg_quietf(struct pg_conn *c, const char *fmt, ...)
{
    char text[512];
    va_list args;

    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        die("a statement of our own is too long: %s", text);
    pg_quiet(c, text);
}

/* By its name when a reader's connection knows it (postgres_open.c). */
static void send_text(struct pg_conn *c, const char *sql)
{
    const char *name = c->base.is_writer ? NULL : !strcmp(sql, PG_SNAPSHOT) ? "snapshot" : !strcmp(sql, PG_END) ? "end" : NULL;

    if (name)
        PQsendQueryPrepared(c->h, name, 0, NULL, NULL, NULL, 0);
    else
        PQsendQueryParams(c->h, sql, 0, NULL, NULL, NULL, NULL, 0);
}

/* How many answers will come of it and of what was sent ahead; what fails to be sent is seen by who reads. */
static int send_quiet(struct pg_conn *c)
{
    int n = c->nquiet + c->nahead;

    for (int i = 0; i < c->nquiet; i++) {
        send_text(c, c->quiet[i]);
        free(c->quiet[i]);
    }
    c->nquiet = c->nahead = 0;
    return n;
}

/* ── waiting ─────────────────────────────────────────────────────────────── */

static int wait_ms(const struct pg_conn *c)
{
    if (!c->deadline)
        return -1;                              /* the keepalives of TCP find a server that has gone */
    int64_t left = (c->deadline - clock_mono()) / 1000 + GRACE_MS;
    return left > 0 ? (int)left : 0;
}

static bool wait_answer(struct pg_conn *c, const char **why)
{
    while (PQisBusy(c->h)) {
        int unsent = PQflush(c->h);
        wait_elsewhere();
        struct pollfd p = { PQsocket(c->h), (short)(POLLIN | (unsent > 0 ? POLLOUT : 0)), 0 };
        int n = poll(&p, 1, wait_ms(c));
        if (n == 0) {
            *why = "no answer";
            return false;
        }
        if (n < 0 && errno != EINTR) {
            *why = strerror(errno);
            return false;
        }
        if (n > 0 && !PQconsumeInput(c->h)) {
            *why = PQerrorMessage(c->h);
            return false;
        }
    }
    return true;
}

/* One command's answer; NULL: the connection is lost. */
static PGresult *answer(struct pg_conn *c, const char **why)
{
    if (!wait_answer(c, why))
        return NULL;
    PGresult *r = PQgetResult(c->h);
    bool is_lost = !r || is_fatal(r) || PQstatus(c->h) == CONNECTION_BAD;
    if (is_lost) {
        *why = PQstatus(c->h) == CONNECTION_BAD || !r ? PQerrorMessage(c->h) : "the server ended the connection";
        PQclear(r);
        return NULL;
    }
    if (PQresultStatus(r) == PGRES_PIPELINE_SYNC)
        return r;
    if (!wait_answer(c, why)) {                 /* each command's answers end with a NULL */
        PQclear(r);
        return NULL;
    }
    PQclear(PQgetResult(c->h));
    return r;
}

static bool is_error(const PGresult *r)
{
    return PQresultStatus(r) == PGRES_FATAL_ERROR || PQresultStatus(r) == PGRES_BAD_RESPONSE;
}

/* Reads n answers; the first error is kept in *bad, the last that is a result in *last. */
static bool answers(struct pg_conn *c, int n, PGresult **bad, PGresult **last, const char **why)
{
    for (int i = 0; i < n; i++) {
        PGresult *r = answer(c, why);
        if (!r)
            return false;
        if (bad && !*bad && is_error(r)) {
            *bad = r;
        } else if (last) {
            PQclear(*last);
            *last = r;
        } else {
            PQclear(r);
        }
    }
    return true;
}

/* Those of rounds nobody waited for: a COMMIT of what was only read. */
static bool settle(struct pg_conn *c, const char **why)
{
    int n = c->nowed;
    c->nowed = 0;
    return answers(c, n, NULL, NULL, why);
}

bool pg_flush(struct pg_conn *c, bool is_waited, struct err *e)
{
    const char *why = "";
    PGresult *bad = NULL;

    if (!c->h)
        return pg_away(c->pg, "not connected", e);
    int n = send_quiet(c);
    if (!PQpipelineSync(c->h))
        return lose(c, PQerrorMessage(c->h), e);
    if (!is_waited) {
        PQflush(c->h);
        c->nowed += n + 1;
        return true;
    }
    bool ok = settle(c, &why) && answers(c, n + 1, &bad, NULL, &why);
    if (!ok)
        lose(c, why, e);
    else if (bad)
        ok = pg_fail(c, bad, "a statement of the room's own", e);
    PQclear(bad);
    return ok;
}

/* The last round of a transaction. False with c->h still there: the server refused it. */
bool pg_end(struct pg_conn *c, const char *how, struct err *e)
{
    const char *why = "";
    PGresult *bad = NULL, *last = NULL;

    pg_quiet(c, how);
    if (!c->h)
        return pg_away(c->pg, "not connected", e);
    int n = send_quiet(c);
    bool ok = PQpipelineSync(c->h);
    if (!ok)
        why = PQerrorMessage(c->h);
    ok = ok && settle(c, &why) && answers(c, n, &bad, &last, &why) && answers(c, 1, NULL, NULL, &why);
    if (!ok)
        lose(c, why, e);
    else if (bad)
        ok = pg_fail(c, bad, how, e);
    else if (strcmp(PQcmdStatus(last), how) != 0)       /* COMMIT of a failed transaction rolls it back, politely */
        ok = fail(e, ERR_INTERNAL, 0, "%s became %s", how, PQcmdStatus(last));
    PQclear(bad);
    PQclear(last);
    return ok;
}

static void learn_types(struct pg_stmt *st, const PGresult *described)
{
    for (int i = 0; i < st->nargs && i < PQnparams(described); i++)
        st->type[i] = PQparamtype(described, i);
}

/* Of a round: quiet answers, those of preparing, the statement's own, the Sync's. */
static PGresult *read_round(struct pg_conn *c, struct pg_stmt *st, int quiet, bool is_new, struct err *e)
{
    const char *why = "";
    PGresult *bad = NULL, *described = NULL, *result = NULL;
    bool ok = settle(c, &why) && answers(c, quiet, &bad, NULL, &why)
           && (!is_new || answers(c, 2, &bad, &described, &why)) && answers(c, 1, &bad, &result, &why)
           && answers(c, 1, NULL, NULL, &why);

    if (!ok)
        lose(c, why, e);
    else if (bad)
        ok = pg_fail(c, bad, st->sql, e);
    else if (is_new)
        learn_types(st, described);
    PQclear(bad);
    PQclear(described);
    if (ok)
        return result;
    PQclear(result);
    return NULL;
}

PGresult *pg_round(struct pg_conn *c, struct pg_stmt *st, bool is_new, const char *const *value, const int *length,
                   const int *format, struct err *e)
{
    if (!c->h) {
        pg_away(c->pg, "not connected", e);
        return NULL;
    }
    int quiet = send_quiet(c);
    bool ok = !is_new || (PQsendPrepare(c->h, st->name, st->sql, st->nargs, st->type)
                          && PQsendDescribePrepared(c->h, st->name));
    ok = ok && PQsendQueryPrepared(c->h, st->name, st->nargs, value, length, format, 0) && PQpipelineSync(c->h);
    if (ok)
        return read_round(c, st, quiet, is_new, e);
    lose(c, PQerrorMessage(c->h), e);
    return NULL;
}

bool pg_ahead(struct pg_conn *c, struct pg_stmt *st, const char *const *value, const int *length, const int *format,
              struct err *e)
{
    if (!c->h)
        return pg_away(c->pg, "not connected", e);
    int before = send_quiet(c);
    if (!PQsendQueryPrepared(c->h, st->name, st->nargs, value, length, format, 0))
        return lose(c, PQerrorMessage(c->h), e);
    c->nahead = before + 1;
    return c->nahead < AHEAD_MAX || pg_flush(c, true, e);
}
