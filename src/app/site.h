/* site.h - one workspace as a running server has it: its hosts, its data, its minute's round.
 *
 * A server of one has one site, of a workspace that was opened elsewhere and answers
 * to any host. A server of a folder has one for each folder in it. A site that does
 * not open is down: its hosts get 503, the others never notice, and it is tried
 * again each minute.
 */
#pragma once
#include <pthread.h>
#include <stdatomic.h>
#include "app/workspace.h"
#include "flow/feed.h"
#include "flow/job.h"
#include "flow/outbox.h"

/* What a command hangs on each workspace that is served (its control socket). */
struct site_guest {
    bool (*enter)(struct workspace *ws, void **kept, struct err *e);
    void (*leave)(void *kept);
};

struct site {
    struct site *next;
    const char *name, *folder;
    struct workspace *opened;
    _Atomic(struct workspace *) ws;             /* the same once it is served; NULL: down */
    bool is_own;                                /* opened here: closed here */
    int64_t hosts_at;                           /* when its file of hosts was written; -1: there is none */
    const struct site_guest *guest; void *kept;
    _Atomic(struct feed_runner *) feed;
    _Atomic(struct job_pool *) jobs;
    struct outbox *outbox;                      /* NULL: nothing leaves the house */
    bool has_round;
    pthread_t round;
    int stop;                                   /* eventfd: ends the round */
};

/* Opens the folder (unless s->opened stands already) and lets the guest in. */
bool site_open(struct site *s, struct err *e);
void site_serve(struct site *s);                /* requests find it */
/* What follows by itself: outbox (egress NULL: none), feed, jobs and the round. */
bool site_follow(struct site *s, struct egress *egress, struct err *e);
void site_stop(struct site *s);                 /* the round ends, the guest leaves */
void site_settle(struct site *s);               /* after the last request: feed and outbox take nothing new */
void site_close(struct site *s);                /* after the process outside: the data, when it is its own */

/* ── the sites of a server ───────────────────────────────────────────────── */

struct sites;
struct sites *sites_new(const struct site_guest *guest);
/* From now on everything follows by itself, in the sites that are there and in those that come. */
bool sites_follow(struct sites *all, struct egress *egress, struct err *e);
/* One workspace, already open; hosts NULL or empty: whatever the request names. */
bool sites_add_open(struct sites *all, struct workspace *ws, const char *const *hosts, struct err *e);
/* Every folder of `folder` that holds a workspace, those that are new and those that are down.
 * False only when the folder cannot be read. */
bool sites_scan(struct sites *all, const char *folder, struct err *e);
/* Any thread, no lock. NULL: nobody's host, or (*is_down) one whose data is not open. */
struct workspace *sites_find(struct sites *all, str host, bool *is_down);
struct site *sites_first(struct sites *all);    /* a list that only grows */
void sites_stop(struct sites *all);             /* these three accept NULL */
void sites_settle(struct sites *all);
void sites_close(struct sites *all);            /* frees everything */
