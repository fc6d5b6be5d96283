/* postgres_listen.c - hearing what other servers of the workspace told.
 *
 * One connection and one thread of their own. When the connection is lost, words
 * may be lost with it: after each reconnect the listener is told so (an empty
 * channel), and looks at everything.
 */
#include "db/postgres.h"
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "base/log.h"

enum { PAUSE_MS = 1000 };

static bool start_listening(struct pg_conn *c)
{
    struct err e;
    pg_quietf(c, "LISTEN setu_%s", c->pg->schema);
    return pg_flush(c, true, &e);
}

/* "channel\ntext"; what this server's own writer told it knows already. */
static void hand_over(struct pg_db *db, const PGnotify *n)
{
    str text = str_of(n->extra), channel = str_cut(&text, '\n');
    if (n->be_pid != db->writer_pid && channel.n)
        db->listen.fn(db->listen.arg, channel, text);
}

/* False: the connection is lost. Returns true when it is time to stop. */
static bool hear(struct pg_conn *c, bool *stop)
{
    struct pollfd p[2] = { { PQsocket(c->h), POLLIN, 0 }, { c->pg->listen.stop, POLLIN, 0 } };
    PGnotify *n;

    if (poll(p, 2, -1) < 0)
        return true;
    *stop = p[1].revents != 0;
    if (p[0].revents && !PQconsumeInput(c->h))
        return false;
    while ((n = PQnotifies(c->h))) {
        hand_over(c->pg, n);
        PQfreemem(n);
    }
    return PQstatus(c->h) == CONNECTION_OK;
}

static bool pause_is_stop(struct pg_db *db)
{
    struct pollfd p = { db->listen.stop, POLLIN, 0 };
    return poll(&p, 1, PAUSE_MS) > 0;
}

static void *listen_main(void *arg)
{
    struct pg_db *db = arg;
    struct pg_conn *c;
    struct err e;

    for (bool stop = false; !stop;) {
        if (!pg_connection(db, false, &c, &e)) {
            stop = pause_is_stop(db);
            continue;
        }
        if (start_listening(c))
            db->listen.fn(db->listen.arg, (str){ 0 }, (str){ 0 });
        while (c->h && !stop && hear(c, &stop))
            ;
        pg_conn_close(&c->base);
        stop = stop || pause_is_stop(db);
    }
    return NULL;
}

void pg_listen(struct db *base, db_listen_fn *fn, void *arg)
{
    struct pg_db *db = pg_db(base);
    sigset_t all, before;

    db->listen.fn = fn;
    db->listen.arg = arg;
    db->listen.stop = eventfd(0, EFD_CLOEXEC);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (db->listen.stop < 0 || pthread_create(&db->listen.thread, NULL, listen_main, db) != 0)
        die("no thread to listen to the database");
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    db->listen.is_on = true;
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
