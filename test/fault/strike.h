/* strike.h - a server that is killed while many write to it: what the suites of kill -9 share. */
#pragma once
#include <pthread.h>
#include <unistd.h>
#include "base/random.h"
#include "client/served.h"

enum { STRIKE_WRITERS_MAX = 64, STRIKE_PATIENCE_MS = 20000 };

static struct served server;
static _Atomic int nacks;                       /* writes that were answered: write_on's to count */
static _Atomic bool is_over;                    /* write_on ends then */
static int64_t unopened;                        /* starts that failed */

/* `writers` threads write, each told its number; after some answers, at most `most` more, the server is killed. */
static inline bool strike(struct seeded *rnd, const char *faults, void *(*write_on)(void *number), int writers, int most)
{
    pthread_t t[STRIKE_WRITERS_MAX];
    server.faults = faults;
    if (!served_start(&server)) {
        unopened++;
        return false;
    }
    is_over = false;
    for (int i = 0; i < writers; i++)
        pthread_create(&t[i], NULL, write_on, (void *)(intptr_t)i);
    int goal = nacks + 1 + (int)seeded_below(rnd, most);
    for (int ms = 0; nacks < goal && ms < STRIKE_PATIENCE_MS; ms++)
        usleep(1000);
    usleep((unsigned)seeded_below(rnd, 5000));
    served_kill(&server);
    is_over = true;
    for (int i = 0; i < writers; i++)
        pthread_join(t[i], NULL);
    return true;
}
