/* counted.c - whose pages count: the websites that active forms name, asked for every hit.
 *
 * An answer is kept until a form is written here, and for a second at most: another server of
 * the workspace may have changed one. So under load one hit of a second asks, the others know.
 */
#include "reach/inside.h"
#include "base/clock.h"
#include "reach/hosts.h"
#include <pthread.h>
#include <stdatomic.h>

enum { KEPT_MAX = 256, HOST_KEPT = 120, KEPT_US = 1000 * 1000, DEADLINE_MS = 1000 };

static struct answer {
    uint64_t place;                             /* of the workspace, never shared between two */
    unsigned turn;                              /* how often forms had changed when it was asked */
    int64_t at;                                 /* when it was true: clock_mono() */
    size_t n;
    char host[HOST_KEPT];
    bool counts;
} answers[KEPT_MAX];
static _Atomic unsigned turns[KEPT_MAX];        /* two workspaces that share one ask once more, no worse */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct answer *place_of(uint64_t place, str host) { return &answers[(place ^ str_hash(host)) % KEPT_MAX]; }

static _Atomic unsigned *turn_of(uint64_t place) { return &turns[place % KEPT_MAX]; }

static bool is_kept(uint64_t place, str host, bool *out)
{
    pthread_mutex_lock(&lock);
    const struct answer *k = place_of(place, host);
    bool is_true = k->at && k->place == place && k->turn == *turn_of(place) && clock_mono() - k->at < KEPT_US
                && str_eq((str){ k->host, k->n }, host);
    if (is_true)
        *out = k->counts;
    pthread_mutex_unlock(&lock);
    return is_true;
}

static void keep(uint64_t place, unsigned turn, int64_t at, str host, bool counts)
{
    if (host.n > HOST_KEPT)
        return;
    pthread_mutex_lock(&lock);
    struct answer *k = place_of(place, host);
    *k = (struct answer){ .place = place, .turn = turn, .at = at, .n = host.n, .counts = counts };
    memcpy(k->host, host.p, host.n);
    pthread_mutex_unlock(&lock);
}

static bool look(struct ctx *c, str host, bool *out, struct err *e)
{
    struct db_rows q;
    *out = false;
    if (!db_query(c->c, &q, "SELECT allowed_hosts FROM form WHERE is_active = 1 AND deleted_at IS NULL"
                            " AND allowed_hosts IS NOT NULL", DB_NONE, e))
        return false;
    while (!*out && db_next(&q))
        *out = hosts_have(c->a, db_text(&q, 0, c->a), host);
    return db_done(&q, e);
}

static uint64_t place_of_workspace(const struct workspace *ws) { return str_hash(str_of(ws->data)); }

/* The snapshot is renewed after the turn was read: one that is older would be kept as if it were new. */
bool reach_counts_host(struct ctx *c, str host, bool *out, struct err *e)
{
    uint64_t place = place_of_workspace(c->ws);
    unsigned turn = *turn_of(place);
    int64_t at = clock_mono();
    if (is_kept(place, host, out))
        return true;
    db_read_end(c->c);
    if (!db_read_begin(c->c, DEADLINE_MS, e) || !look(c, host, out, e))
        return false;
    keep(place, turn, at, host, *out);
    return true;
}

bool reach_host_is_known(const struct workspace *ws, str host, bool *counts) { return is_kept(place_of_workspace(ws), host, counts); }

void reach_hosts_changed(const struct workspace *ws) { ++*turn_of(place_of_workspace(ws)); }
