/* postgres_listen.c - the other servers of the workspace: hearing them, and who of all leads.
 *
 * One connection and one thread of their own. When the connection is lost, words
 * may be lost with it: after each reconnect the listener is told so (an empty
 * channel), and looks at everything.
 *
 * NOTIFY makes the commits of a whole cluster of databases wait for each other, so
 * a server that is alone tells nobody. It says hello when it begins to listen; who
 * hears that, and who is answered, tells from then on. Programs that write
 * without listening (commands) always tell.
 *
 * To lead is to hold an advisory lock by this connection: PostgreSQL gives it
 * back when the process ends. It ends itself a connection that asks nothing for
 * LEASE_MS, so that a process that is stopped, or off the net, leads no longer;
 * each beat that was answered is good for as long from when it was asked, by the
 * clock of this machine. Who is woken later finds that over before it begins
 * anything; what it was in the midst of writing is refused by the cursor or the
 * lease that it names.
 */
#include "db/postgres.h"
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"

enum { PAUSE_MS = 1000, LEAD_MS = 2000, LEASE_MS = 8000 };

static bool say(struct pg_conn *c, const char *word)
{
    struct err e;
    pg_quietf(c, "SELECT pg_notify('setu_%s', '%s')", c->pg->schema, word);
    return pg_flush(c, true, &e);
}

/* ── who leads ───────────────────────────────────────────────────────────── */

bool pg_leads(const struct db *base)
{
    const struct pg_db *db = (const struct pg_db *)base;
    return !db->listen.is_on || (db->listen.is_leading && clock_mono() < db->listen.leads_until);
}

/* Asks for the lock, or only shows that we are there. */
static void beat(struct pg_conn *c)
{
    struct err e;
    int64_t is_ours = 0, now = clock_mono();
    bool was = c->pg->listen.is_leading;

    c->pg->listen.next_try = now + LEAD_MS * (int64_t)1000;
    if (!(was ? pg_get_int(&c->base, "SELECT 1", DB_NONE, NULL, &is_ours, &e)
              : pg_get_int(&c->base, "SELECT pg_try_advisory_lock($1)", DB_ARGS(V(c->pg->lock + 1)), NULL, &is_ours, &e)) || !is_ours)
        return;
    c->pg->listen.leads_until = now + LEASE_MS * (int64_t)1000;
    if (was)
        return;
    c->pg->listen.is_leading = true;
    log_event(LOG_INFO, "leading");
    writer_tell(&c->pg->base);                  /* what rested begins now */
}

/* ── hearing ─────────────────────────────────────────────────────────────── */

/* A session that listens, or NULL; only once it does is its word missed by nobody. */
static struct pg_conn *open_session(struct pg_db *db)
{
    struct pg_conn *c;
    struct err e;

    if (!pg_connection(db, false, &c, &e))
        return NULL;
    c->is_session = true;
    pg_quietf(c, "LISTEN setu_%s", db->schema);
    pg_quietf(c, "SELECT set_config(name, '%d', false) FROM pg_settings WHERE name = 'idle_session_timeout'", LEASE_MS);
    if (say(c, ".hello")) {
        beat(c);
        return c;
    }
    pg_conn_close(&c->base);
    return NULL;
}

/* "channel\ntext"; what this server itself told it knows already. */
static void hand_over(struct pg_conn *c, const PGnotify *n)
{
    struct pg_db *db = c->pg;
    str text = str_of(n->extra), channel = str_cut(&text, '\n');

    if (n->be_pid == db->writer_pid || n->be_pid == c->pid || fault_is_on("deaf"))
        return;
    if (str_eq(channel, S(".commit"))) {
        writer_tell(&db->base);
    } else if (str_eq(channel, S(".hello"))) {
        db->has_others = true;
        say(c, ".here");
    } else if (str_eq(channel, S(".here"))) {
        db->has_others = true;
    } else if (channel.n) {
        db->listen.fn(db->listen.arg, channel, text);
    }
}

static int rest_ms(const struct pg_db *db)
{
    int64_t left = (db->listen.next_try - clock_mono()) / 1000;
    return left > 0 ? (int)left + 1 : 0;
}

/* False: the connection is lost. Returns true when it is time to stop. */
static bool hear(struct pg_conn *c, bool *stop)
{
    struct pg_db *db = c->pg;
    struct pollfd p[2] = { { PQsocket(c->h), POLLIN, 0 }, { db->listen.stop, POLLIN, 0 } };
    PGnotify *n;

    while (c->h && (n = PQnotifies(c->h))) {
        hand_over(c, n);
        PQfreemem(n);
    }
    if (!c->h || poll(p, 2, rest_ms(db)) < 0)
        return c->h;
    *stop = p[1].revents != 0;
    if (p[0].revents && !PQconsumeInput(c->h))
        return false;
    if (clock_mono() >= db->listen.next_try)
        beat(c);
    return c->h && PQstatus(c->h) == CONNECTION_OK;
}

static bool pause_is_stop(struct pg_db *db)
{
    struct pollfd p = { db->listen.stop, POLLIN, 0 };
    return poll(&p, 1, PAUSE_MS) > 0;
}

static void *listen_main(void *arg)
{
    struct pg_db *db = arg;
    struct pg_conn *c = db->listen.first;
    bool stop = false;

    for (; !stop; c = stop ? NULL : open_session(db)) {
        if (c) {
            db->listen.fn(db->listen.arg, (str){ 0 }, (str){ 0 });
            while (!stop && hear(c, &stop))
                ;
            db->listen.is_leading = false;
            pg_conn_close(&c->base);
        }
        stop = stop || pause_is_stop(db);
    }
    return NULL;
}

/* The first session here and now, so that who starts knows whether it leads. */
void pg_listen(struct db *base, db_listen_fn *fn, void *arg)
{
    struct pg_db *db = pg_db(base);
    sigset_t all, before;

    db->listen.fn = fn;
    db->listen.arg = arg;
    db->listen.stop = eventfd(0, EFD_CLOEXEC);
    db->listen.is_on = true;
    db->has_others = false;
    db->listen.first = open_session(db);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (db->listen.stop < 0 || pthread_create(&db->listen.thread, NULL, listen_main, db) != 0)
        die("no thread to listen to the database");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void pg_listen_stop(struct pg_db *db)
{
    uint64_t one = 1;

    if (!db->listen.is_on)
        return;
    if (write(db->listen.stop, &one, sizeof one) == sizeof one)
        pthread_join(db->listen.thread, NULL);
    close(db->listen.stop);
}
