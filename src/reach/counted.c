/* counted.c - whose pages count: the websites that active forms name, asked for every hit.
 *
 * An answer is kept until anything is written here, and for a second at most: another server of
 * the workspace may have changed a form. So under load one hit of a group asks, the others know.
 */
#include "reach/inside.h"
#include "base/clock.h"
#include "reach/hosts.h"
#include <pthread.h>

enum { KEPT_MAX = 256, HOST_KEPT = 120, KEPT_US = 1000 * 1000, DEADLINE_MS = 1000 };

static struct answer {
    uint64_t place;                             /* of the workspace, never shared between two */
    int64_t commits, at;                        /* when it was true: clock_mono() */
    size_t n;
    char host[HOST_KEPT];
    bool counts;
} answers[KEPT_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct answer *place_of(uint64_t place, str host) { return &answers[(place ^ str_hash(host)) % KEPT_MAX]; }

static bool is_kept(uint64_t place, int64_t commits, str host, bool *out)
{
    pthread_mutex_lock(&lock);
    const struct answer *k = place_of(place, host);
    bool is_true = k->at && k->place == place && k->commits == commits && clock_mono() - k->at < KEPT_US
                && str_eq((str){ k->host, k->n }, host);
    if (is_true)
        *out = k->counts;
    pthread_mutex_unlock(&lock);
    return is_true;
}

static void keep(uint64_t place, int64_t commits, int64_t at, str host, bool counts)
{
    if (host.n > HOST_KEPT)
        return;
    pthread_mutex_lock(&lock);
    struct answer *k = place_of(place, host);
    *k = (struct answer){ .place = place, .commits = commits, .at = at, .n = host.n, .counts = counts };
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

/* The snapshot is renewed after the count was read: one that is older would be kept as if it were new. */
bool reach_counts_host(struct ctx *c, str host, bool *out, struct err *e)
{
    uint64_t place = str_hash(str_of(c->ws->data));
    int64_t commits = db_stats(c->ws->db).commits, at = clock_mono();
    if (is_kept(place, commits, host, out))
        return true;
    db_read_end(c->c);
    if (!db_read_begin(c->c, DEADLINE_MS, e) || !look(c, host, out, e))
        return false;
    keep(place, commits, at, host, *out);
    return true;
}
