/* hit.c - hits on their way in: judged busy or not, gathered, and put on disk many at once.
 *
 * One write at a time takes what has gathered since the last one began, so a burst is a few hundred rows a commit and
 * one place in the writer's line, whoever else wants to write. Who sent a hit is answered after that commit.
 * Nothing here looks into a body.
 */
#include "flow/hit_inside.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "db/later.h"
#include "http/later.h"

enum { KINDS_MAX = 16, AT_ONCE = 256, PLACES = 64, FEW = 40, RIPE_US = 1000 };

static const struct hit_kind *kinds[KINDS_MAX];
static size_t nkinds;

void hit_register(const struct hit_kind *list)
{
    for (const struct hit_kind *k = list; k && k->name; k++) {
        if (hit_kind_find(str_of(k->name)) || nkinds == KINDS_MAX)
            die("hits: %s is given twice, or one too many", k->name);
        kinds[nkinds++] = k;
    }
}

const struct hit_kind *hit_kind_find(str name)
{
    for (size_t i = 0; i < nkinds; i++)
        if (str_eq(str_of(kinds[i]->name), name))
            return kinds[i];
    return NULL;
}

/* ── whose ───────────────────────────────────────────────────────────────── */

static pthread_rwlock_t all_lock = PTHREAD_RWLOCK_INITIALIZER;
static struct hits *all[PLACES];                /* by the workspace's address */

static struct hits **place_of(const struct workspace *ws) { return &all[((uintptr_t)ws >> 4) % PLACES]; }

struct hits *hits_of(const struct workspace *ws)
{
    pthread_rwlock_rdlock(&all_lock);
    struct hits *h = *place_of(ws);
    while (h && h->ws != ws)
        h = h->next;
    pthread_rwlock_unlock(&all_lock);
    return h;
}

/* What was set aside is tried once more: the program may be another one. */
static bool count(struct db_conn *tx, void *arg, struct err *e)
{
    struct hits *h = arg;
    bool found;
    int64_t n = 0;
    if (!db_exec(tx, "UPDATE hit SET why = NULL WHERE why IS NOT NULL", DB_NONE, NULL, e)
        || !db_get_int(tx, "SELECT COUNT(*) FROM hit", DB_NONE, &found, &n, e))
        return false;
    h->waiting = n;
    return true;
}

/* By the writer, whose connection is there already. */
bool hits_open(struct workspace *ws, struct err *e)
{
    struct hits *h = calloc(1, sizeof *h);
    if (!h)
        die("out of memory at start");
    h->ws = ws;
    h->last = &h->first;
    h->max = fault_is_on("few_hits") ? FEW : HITS_WAITING_MAX;
    pthread_mutex_init(&h->lock, NULL);
    pthread_rwlock_wrlock(&all_lock);
    h->next = *place_of(ws);
    *place_of(ws) = h;
    pthread_rwlock_unlock(&all_lock);
    return db_write(ws->db, count, h, e);
}

void hits_close(const struct workspace *ws)
{
    pthread_rwlock_wrlock(&all_lock);
    struct hits **at = place_of(ws), *h;
    while (*at && (*at)->ws != ws)
        at = &(*at)->next;
    if ((h = *at))
        *at = h->next;
    pthread_rwlock_unlock(&all_lock);
    free(h);
}

struct hits_standing hits_standing(const struct workspace *ws)
{
    const struct hits *h = hits_of(ws);
    if (!h)
        return (struct hits_standing){ 0 };
    int64_t oldest = h->waiting > 0 ? h->oldest_at : 0;
    return (struct hits_standing){ h->waiting, oldest ? clock_now() - oldest : 0, h->refused, h->stuck };
}

/* ── which way ───────────────────────────────────────────────────────────── */

/* As long as some wait, all do: those of one visitor stay in their order. */
enum hit_way hit_way(const struct workspace *ws)
{
    struct hits *h = hits_of(ws);
    if (!h)
        return HIT_AT_ONCE;
    int64_t n = h->waiting + h->pending;
    if (n >= h->max)
        return HIT_REFUSED;
    return n || db_stats(ws->db).queue >= HITS_LINE || fault_is_on("hits_wait") ? HIT_WAITS : HIT_AT_ONCE;
}

void hit_refuse(const struct workspace *ws) { hits_of(ws)->refused++; }

/* ── onto the disk ───────────────────────────────────────────────────────── */

/* One write's share: taken when it runs, the same when it runs again. */
struct share { struct hits *of; struct hit_in *first; int64_t n; };

static bool insert(struct db_conn *tx, int64_t at, const char *kind, str body, struct err *e)
{
    int64_t seq;
    return db_seq(tx, &seq, e)
        && db_exec(tx, "INSERT INTO hit (seq, at, kind, body) VALUES ($1, $2, $3, $4)",
                   DB_ARGS(V(seq), V(at), V(str_of(kind)), V(body)), NULL, e);
}

static void take(struct share *s)
{
    struct hits *h = s->of;
    pthread_mutex_lock(&h->lock);
    struct hit_in **end = &h->first;
    while (*end && s->n < AT_ONCE) {
        end = &(*end)->next;
        s->n++;
    }
    s->first = h->first;
    h->first = *end;
    *end = NULL;
    if (!h->first)
        h->last = &h->first;
    pthread_mutex_unlock(&h->lock);
}

static bool put_share(struct db_conn *tx, void *arg, struct err *e)
{
    struct share *s = arg;
    if (!s->first)
        take(s);
    for (const struct hit_in *hit = s->first; hit; hit = hit->next)
        if (!insert(tx, hit->at, hit->kind, (str){ hit->body, hit->n }, e))
            return false;
    return true;
}

static void ask(struct hits *h);

static void answer(struct share *s, bool is_kept)
{
    for (struct hit_in *hit = s->first, *next; hit; hit = next) {
        next = hit->next;
        hit->told(hit->arg, is_kept);
        free(hit);
    }
}

/* On the writer's thread. Counted as waiting before anybody hears of it. */
static void put_told(void *arg, const struct err *why)
{
    struct share *s = arg;
    struct hits *h = s->of;
    if (why) {
        log_event(LOG_WARN, "hits_not_kept", LOG_N("hits", s->n), LOG_S("why", str_of(why->detail)));
        h->refused += s->n;
    } else {
        h->waiting += s->n;
    }
    pthread_mutex_lock(&h->lock);
    h->is_going = h->first != NULL;
    bool more = h->is_going;
    pthread_mutex_unlock(&h->lock);
    if (more)
        ask(h);                                 /* the next commit is under way while these are answered */
    h->pending -= s->n;
    answer(s, !why);
    free(s);
}

/* Nothing could be asked for (a line that is full or closed): who waits is told so. */
static void refuse_all(struct share *s, const struct err *why)
{
    while (take(s), s->first) {
        log_event(LOG_WARN, "hits_not_kept", LOG_N("hits", s->n), LOG_S("why", str_of(why->detail)));
        s->of->refused += s->n;
        s->of->pending -= s->n;
        answer(s, false);
        *s = (struct share){ .of = s->of };
    }
}

static void ask(struct hits *h)
{
    struct err e = { 0 };
    struct share *s = calloc(1, sizeof *s);
    if (!s)
        die("out of memory");
    s->of = h;
    if (db_write_later(h->ws->db, put_share, s, put_told, RIPE_US, &e))
        return;
    pthread_mutex_lock(&h->lock);
    h->is_going = false;
    pthread_mutex_unlock(&h->lock);
    refuse_all(s, &e);
    free(s);
}

static void gather(struct hits *h, struct hit_in *hit)
{
    h->pending++;
    h->last_at = clock_mono();
    pthread_mutex_lock(&h->lock);
    *h->last = hit;
    h->last = &hit->next;
    bool is_first = !h->is_going;
    h->is_going = true;
    pthread_mutex_unlock(&h->lock);
    if (is_first)
        ask(h);
}

/* ── from a request ──────────────────────────────────────────────────────── */

static void tell(void *later, bool is_kept)
{
    if (is_kept)
        later_send(later);
    else
        later_refuse(later);
}

static void send_anyhow(void *later, bool is_kept)
{
    (void)is_kept;                              /* the log has it */
    later_send(later);
}

static void go(struct later *l, void *what)
{
    struct hit_in *hit = what;
    struct hits *h = hit->arg;
    hit->arg = l;
    gather(h, hit);
}

void hit_keep(struct request *rq, const struct workspace *ws, const char *kind, str body, enum hit_need need)
{
    struct hit_in *hit = malloc(sizeof *hit + body.n);
    if (!hit)
        die("out of memory");
    *hit = (struct hit_in){ .kind = kind, .at = clock_now(), .n = body.n, .arg = hits_of(ws),
                             .told = need == HIT_MUST ? tell : send_anyhow };
    memcpy(hit->body, body.p, body.n);
    answer_later(rq, go, hit);
}

bool hit_put(struct ctx *tx, const char *kind, str body, struct err *e) { return insert(tx->c, tx->now, kind, body, e); }

bool hit_follow(struct ctx *tx, const char *kind, str body, struct err *e)
{
    bool found;
    int64_t one;
    if (!db_get_int(tx->c, "SELECT 1 FROM hit WHERE why IS NULL LIMIT 1", DB_NONE, &found, &one, e))
        return false;
    return !found || hit_put(tx, kind, body, e);
}
