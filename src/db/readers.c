/* readers.c - who reads has a name; a connection is lent to it while it does.
 *
 * What db_reader() gives is a name for whichever connection reads. One is lent with
 * the first snapshot or question and taken back when the snapshot ends, and while the
 * thread waits for a write of its own: so a burst of changes needs as many connections
 * as work at once, not as many as wait. A connection knows the schema, its statements
 * and pages, and has taken milliseconds to make; the one that came back last is lent
 * next, and stays warm. Those that nobody needed for a while are closed.
 *
 * A write ends the snapshot of the thread that waits for it, unless rows are being read:
 * what is read next sees what was written.
 */
#include "db/backend.h"
#include <stdlib.h>
#include "msg/db.h"

static _Thread_local LIST_HEAD(, reader) here = LIST_HEAD_INITIALIZER(here);     /* this thread's, between their first question and their end */

static struct reader *reader_of(struct db_conn *c) { return (struct reader *)c; }

/* ── those that nobody reads with ────────────────────────────────────────── */

static struct db_conn *take(struct db *db)
{
    struct readers *p = &db->readers;
    pthread_mutex_lock(&p->lock);
    struct db_conn *c = p->n > 0 ? p->spare[--p->n] : NULL;
    if (p->n < p->least)
        p->least = p->n;
    pthread_mutex_unlock(&p->lock);
    return c;
}

static void give(struct db_conn *c)
{
    struct readers *p = &c->db->readers;
    pthread_mutex_lock(&p->lock);
    bool is_kept = p->n < SPARE_MAX;
    if (is_kept)
        p->spare[p->n++] = c;
    pthread_mutex_unlock(&p->lock);
    if (!is_kept)
        c->b->conn_close(c);
}

/* Of those that nobody took since the last look, all but `keep`. They stand below the others. */
static void drop(struct readers *p, int keep)
{
    struct db_conn *old[SPARE_MAX];
    pthread_mutex_lock(&p->lock);
    int n = p->n - keep < p->least ? p->n - keep : p->least;
    n = n > 0 ? n : 0;
    memcpy(old, p->spare, (size_t)n * sizeof *old);
    p->n -= n;
    memmove(p->spare, p->spare + n, (size_t)p->n * sizeof *old);
    p->least = p->n;
    pthread_mutex_unlock(&p->lock);
    for (int i = 0; i < n; i++)
        old[i]->b->conn_close(old[i]);
}

void readers_trim(struct db *db) { drop(&db->readers, 1); }
void readers_open(struct db *db) { pthread_mutex_init(&db->readers.lock, NULL); }

void readers_close(struct db *db)
{
    db->readers.least = db->readers.n;
    drop(&db->readers, 0);
    pthread_mutex_destroy(&db->readers.lock);
}

/* ── lending ─────────────────────────────────────────────────────────────── */

static void enter(struct reader *r)
{
    if (!r->is_here)
        LIST_INSERT_HEAD(&here, r, here);
    r->is_here = true;
}

static void leave(struct reader *r)
{
    if (r->is_here)
        LIST_REMOVE(r, here);
    r->is_here = r->is_reading = false;
}

static void take_back(struct reader *r)
{
    struct db_conn *c = r->lent;
    if (!c)
        return;
    r->lent = NULL;
    c->b->read_end(c);
    give(c);
}

static bool lend(struct reader *r, struct err *e)
{
    struct db *db = r->base.db;
    if (!(r->lent = take(db)) && !db->b->reader(db, &r->lent, e))
        return false;
    enter(r);
    if (!r->is_reading || r->lent->b->read_begin(r->lent, r->deadline_ms, e))
        return true;
    take_back(r);
    return false;
}

struct db_conn *conn_of(struct db_conn *c, struct err *e)
{
    struct reader *r = reader_of(c);
    if (c->b)
        return c;
    if (r->is_waiting) {
        fail(e, ERR_INTERNAL, 0, "a reader was asked within the write that its thread waits for");
        return NULL;
    }
    return r->lent || lend(r, e) ? r->lent : NULL;
}

void readers_wait(const struct db *db)
{
    struct reader *r;
    LIST_FOREACH(r, &here, here) {
        if (r->base.db != db || (r->lent && r->lent->b->mark(r->lent)))
            continue;
        take_back(r);
        r->is_waiting = true;
    }
}

void readers_go_on(void)
{
    struct reader *r;
    LIST_FOREACH(r, &here, here)
        r->is_waiting = false;
}

/* ── for the other rooms ─────────────────────────────────────────────────── */

bool db_reader(struct db *db, struct db_conn **out, struct err *e)
{
    struct reader *r = calloc(1, sizeof *r);
    if (!r)
        return fail(e, ERR_BUSY, MSG_db_busy, "no memory for a reader");
    r->base.db = db;
    db->nreaders++;
    *out = &r->base;
    return true;
}

void db_conn_close(struct db_conn *c)
{
    if (!c)
        return;
    db_read_end(c);
    c->db->nreaders--;
    free(reader_of(c));
}

bool db_read_begin(struct db_conn *c, int deadline_ms, struct err *e)
{
    struct reader *r = reader_of(c);
    r->is_reading = true;
    r->deadline_ms = deadline_ms;
    if (r->lent ? r->lent->b->read_begin(r->lent, deadline_ms, e) : lend(r, e))
        return true;
    db_read_end(c);
    return false;
}

void db_read_end(struct db_conn *c)
{
    take_back(reader_of(c));
    leave(reader_of(c));
}
