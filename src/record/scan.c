/* scan.c - columns in memory: one table for each entity that has events, its lock, its end.
 *
 * An asking reads on for a while if columns are missing, and says that it does not know yet. Nothing
 * in here waits long: who finds the table taken asks SQL. A table that is far behind is given back and
 * read anew; so is one that did not fit or could not be read, but not before a while has passed.
 */
#include "base/clock.h"
#include "record/access.h"
#include "record/scan_inside.h"

enum { READ_US = 300 * 1000, READ_ON_US = 100 * 1000, WAIT_US = 20 * 1000 };
enum { SCRATCH_BYTES = 8 << 20 };
#define IDLE_US   (15 * MINUTE_US)
#define REFUSE_US (10 * MINUTE_US)

static const char *const scanned[] = { "person", "company", "deal" };    /* those that events are about */
enum { TABLES = countof(scanned) };
struct scans { struct arena a; struct scan_table table[TABLES]; };

struct scans *scans_open(void)
{
    struct arena a = arena_open(sizeof(struct scans) + 4096);
    struct scans *all = arena_new(&a, struct scans, 1);
    all->a = a;
    for (int i = 0; i < TABLES; i++)
        pthread_mutex_init(&all->table[i].lock, NULL);
    return all;
}

/* All but its lock and its name, which stand before the rest. */
static void give_back(struct scan_table *t, int64_t refused_until)
{
    arena_close(&t->a);
    arena_close(&t->scratch);
    memset((char *)t + offsetof(struct scan_table, a), 0, sizeof *t - offsetof(struct scan_table, a));
    t->refused_until = refused_until;
}

void scans_close(struct scans *all)
{
    if (!all)
        return;
    for (int i = 0; i < TABLES; i++) {
        give_back(&all->table[i], 0);
        pthread_mutex_destroy(&all->table[i].lock);
    }
    struct arena a = all->a;
    arena_close(&a);
}

void scans_rest(struct scans *all)
{
    for (int i = 0; all && i < TABLES; i++) {
        struct scan_table *t = &all->table[i];
        if (pthread_mutex_trylock(&t->lock))
            continue;
        if (t->a.base && t->used_at < clock_mono() - IDLE_US)
            give_back(t, 0);
        pthread_mutex_unlock(&t->lock);
    }
}

static bool is_scanned(const struct entity *en)
{
    for (int i = 0; i < TABLES; i++)
        if (!strcmp(en->name, scanned[i]))
            return true;
    return false;
}

static bool take(struct scan_table *t)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += WAIT_US * 1000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    return pthread_mutex_timedlock(&t->lock, &until) == 0;
}

/* The entity's own, locked; NULL: it has none, or somebody is busy in it. */
static struct scan_table *table_of(struct scans *all, const struct entity *en)
{
    for (int i = 0; i < TABLES; i++)
        if (!strcmp(en->name, scanned[i])) {
            struct scan_table *t = &all->table[i];
            if (!take(t))
                return NULL;
            t->en = en;
            return t;
        }
    return NULL;
}

static int64_t collect(const struct scan_table *t, const struct scan_node *q, int64_t *ids, size_t max)
{
    int64_t found = 0;
    for (size_t p = 0; p * PAGE_ROWS < t->n; p++) {
        uint64_t out[PAGE_WORDS];
        scan_page_ask(t, p, q, SCAN_NOW, t->page[p]->there, out);
        for (size_t w = 0; w < PAGE_WORDS; w++)
            for (uint64_t bits = out[w]; bits; bits &= bits - 1, found++)
                if (!ids)
                    found += __builtin_popcountll(bits) - 1, bits = 0;
                else if ((size_t)found < max)
                    ids[found] = t->page[p]->id[w * 64 + (size_t)__builtin_ctzll(bits)];
    }
    return found;
}

/* OUTRUN: while they were read so much was written that they are behind at once, and would be again. */
enum answer { KNOWN, UNKNOWN, UNREAD, BEHIND, OUTRUN, BROKEN };

/* Under the lock, with the table's own scratch: a full arena of the caller must not leave it locked. Reads on for so long,
 * 0: asks for nothing that is not there. KNOWN: the columns are as new as what this reader sees. */
static enum answer prepare(struct ctx *c, struct scan_table *t, const struct query *q, int64_t read_us, struct scan_node **plan)
{
    bool is_whole, may_add = read_us > 0;

    if (!t->a.base && !may_add)
        return UNKNOWN;
    if (!t->a.base) {
        t->a = arena_open((size_t)SCAN_MB << 20);
        t->scratch = arena_open(SCRATCH_BYTES);
    }
    arena_reset(&t->scratch);
    c->a = &t->scratch;
    t->used_at = clock_mono();
    if (q && !scan_plan(c, t, q, may_add))
        return UNKNOWN;
    if (!scan_read(c, t, t->used_at + read_us, &is_whole))
        return BROKEN;
    if (!is_whole) {
        t->whole_at = 0;
        return UNREAD;
    }
    t->whole_at = t->whole_at ? t->whole_at : t->used_at;
    if (!scan_catch_up(c, t))
        return clock_mono() - t->whole_at < MINUTE_US ? OUTRUN : BEHIND;
    return q && !(*plan = scan_plan(c, t, q, false)) ? UNKNOWN : KNOWN;
}

/* Nothing is known by columns to who may not see all, nor within a write. */
static struct scan_table *enter(struct ctx *c, const struct entity *en)
{
    bool may = c->ws->scans && !db_is_writer(c->c) && access_scope(c->who, en, ACTION_SEE) == SCOPE_ALL;
    return may ? table_of(c->ws->scans, en) : NULL;
}

static void leave(struct scan_table *t, enum answer answer)
{
    if (answer >= BEHIND)
        give_back(t, answer == BEHIND ? 0 : clock_mono() + REFUSE_US);
    pthread_mutex_unlock(&t->lock);
}

bool scan_find(struct ctx *c, const struct entity *en, const struct query *q, int64_t *ids, size_t max, int64_t *n)
{
    struct ctx own = *c;
    struct scan_node *plan = NULL;
    struct scan_table *t = enter(c, en);
    if (!t)
        return false;
    enum answer answer = clock_mono() >= t->refused_until ? prepare(&own, t, q, READ_US, &plan) : UNKNOWN;
    if (answer == KNOWN)
        *n = collect(t, plan, ids, max);
    leave(t, answer);
    return answer == KNOWN;
}

enum scan_known scan_ask_part(struct ctx *c, const struct entity *en, const struct query *q, bool may_read, struct scan_part *out)
{
    struct ctx own = *c;
    struct scan_node *plan = NULL;
    bool may = c->ws->scans && is_scanned(en) && access_scope(c->who, en, ACTION_SEE) == SCOPE_ALL;
    struct scan_table *t = may ? enter(c, en) : NULL;
    if (!t)
        return may ? SCAN_LATER : SCAN_NEVER;
    enum answer answer = clock_mono() >= t->refused_until ? prepare(&own, t, q, may_read ? READ_ON_US : 0, &plan) : UNKNOWN;
    if (answer == KNOWN && !scan_answers(&own, t, q, plan, out))
        answer = UNKNOWN;
    leave(t, answer);
    return answer == KNOWN ? SCAN_KNOWN : answer == BEHIND || (answer == UNREAD && may_read) ? SCAN_LATER : SCAN_NEVER;
}
