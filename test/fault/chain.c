/* chain.c - the power fails, the disk errs and is full, memory is short, while segments move, rules fire and deliveries leave.
 *
 * One house, furnished once; from there the workload of chain.h again and again, each time other acts, struck at another
 * operation (or allocation of SQLite). Then another process opens what is left: chain_judge.h says what must hold, at
 * once and when all was brought to its end. Promises broken on purpose must be seen: syncs that do nothing, a cursor
 * that moves beside its effects, too early and too late, deliveries of a crash taken for arrived, a clock that
 * stands still for segments.
 *
 * With SOAK=1, SOAKED times as many; SETU_FAULT_SIZE=N: N times as many. SETU_FAULT_TELL=1: what is wrong in a control too. */
#include "disk.h"
#include "chain_judge.h"
#include "base/fault.h"
#include "flow/inside.h"
#include "late.h"
#include "../memory.h"
#include <unistd.h>

enum { ACTS = 9, SOAKED = 40, CONTROL_STATES = 200 };
enum strike { BY_NOTHING, BY_POWER, BY_EIO, BY_EIO_FOR_GOOD, BY_FULL, BY_FULL_FOR_GOOD, BY_MEMORY, BY_MEMORY_FOR_GOOD };

/* ── one state ───────────────────────────────────────────────────────────── */

static void begin(uint64_t seed)
{
    disk_begin();
    chain.dice = seeded_from(seed);
    chain.nacts = chain.nsent = chain.nflights = 0;
    chain.overtaken = chain.sent_again = 0;
    clock_set(chain.now = CHAIN_START);
}

static void strike_at(enum strike by, int64_t at)
{
    static const enum disk_fault fault[] = { [BY_POWER] = FAULT_POWER, [BY_EIO] = FAULT_EIO, [BY_EIO_FOR_GOOD] = FAULT_EIO,
                                             [BY_FULL] = FAULT_FULL, [BY_FULL_FOR_GOOD] = FAULT_FULL, [BY_MEMORY_FOR_GOOD] = FAULT_NONE };
    disk_set_fault(fault[by], at, by == BY_EIO_FOR_GOOD || by == BY_FULL_FOR_GOOD);
    nallocs = 0;
    is_for_good = by == BY_MEMORY_FOR_GOOD;
    fail_at = by >= BY_MEMORY ? at : 0;
}

/* Where it matters to a control: among the commits of a round of sending; between a cursor and its effects. */
static int64_t arms_after;

static void strike_sending(bool is_sending)
{
    enum { COMMITS = 4 };
    if (is_sending && arms_after-- == 0)
        strike_at(BY_EIO_FOR_GOOD, 1 + chance(COMMITS));
}

static void strike_between(const char *consumer)
{
    if ((!strcmp(consumer, "rules") || !strcmp(consumer, "webhook")) && arms_after-- == 0)
        disk_freeze();
}

static bool run_anew(struct db_conn *tx, void *arg, struct err *e)
{
    (void)arg;
    return db_exec(tx, "UPDATE segment_state SET walked = 0", DB_NONE, NULL, e);
}

/* Opening counts too: it recovers what the one before left. Where segments are filled in small parts all are filled anew
 * meanwhile. */
static bool work(void)
{
    struct err e = { 0 };
    if (!chain_open(&e))
        return false;
    bool ok = (!fault_is_on("small_fills") || db_write(chain.ws->db, run_anew, NULL, &e)) && chain_work(ACTS, false);
    chain_close();
    return ok;
}

static void verify(void)
{
    struct err e = { 0 };
    chain_v.states++;
    if (!chain_open(&e)) {
        chain_wrong(&chain_v.unopened, true, e.detail, 0, 0);
        return;
    }
    chain_judge(false);
    bool is_over = chain_end();
    if (!is_over)
        printf("    it comes to no end: %s\n", chain_why);
    chain_v.rules += !is_over;
    if (is_over)
        chain_judge(true);
    chain_close();
}

static int64_t measured(enum strike by)
{
    begin(1);
    arms_after = -1;
    strike_at(BY_NOTHING, 0);
    if (!work())
        die("the workload fails by itself");
    return by >= BY_MEMORY ? nallocs : disk.nops;
}

static bool run(const char *what, enum strike by, int states, bool until_bad)
{
    static uint64_t seed = 20261126;
    int64_t from = clock_mono(), n = measured(by);
    char struck[80];
    memset(&chain_v, 0, sizeof chain_v);
    for (int i = 0; i < states && !fault_is_late() && !(until_bad && chain_bad()); i++) {
        if (!until_bad)
            setenv("SETU_FAULT", i % 2 ? "small_fills" : "", 1);
        begin(seed++);
        strike_at(by, 1 + chance(n));
        arms_after = chance(ACTS / 3);
        (void)work();
        fail_at = 0;
        disk_restart(by <= BY_POWER || (by < BY_MEMORY && chance(2)));
        verify();
    }
    snprintf(struck, sizeof struck, "%lld states of %lld", (long long)chain_v.states, (long long)n);
    chain_tell(what, struck, from);
    return chain_bad() == 0;
}

/* ── promises broken on purpose ──────────────────────────────────────────── */

static bool caught(const char *fault)
{
    char what[60];
    snprintf(what, sizeof what, "control: %s", fault);
    setenv("SETU_FAULT", fault, 1);
    bool is_caught = !run(what, BY_NOTHING, CONTROL_STATES, true);
    unsetenv("SETU_FAULT");
    return is_caught;
}

static bool all_caught(void)
{
    bool ok = caught("stopped_clock") && chain_v.segments > 0;
    feed_fault_between = strike_between;
    ok &= caught("early_cursor");
    ok &= caught("late_cursor");
    feed_fault_between = NULL;
    disk.counts_syncs = true;
    chain_before = strike_sending;
    ok &= caught("forget_sending") && chain_v.outbox > 0;
    chain_before = NULL;
    disk.counts_syncs = false;
    disk.drops_syncs = true;
    ok &= !run("control: syncs do nothing", BY_POWER, CONTROL_STATES, true);
    disk.drops_syncs = false;
    return ok;
}

/* A file by the name of the data tells the real folder from an empty one; what is in it lies on our disk. */
static void found(const char *dir)
{
    char path[64];
    snprintf(path, sizeof path, "%s/setu.db", dir);
    FILE *f = fopen(path, "w");
    if (!f || fclose(f))
        die("%s", path);
    strike_at(BY_NOTHING, 0);
    chain_found(dir);
    chain_close();
    disk_keep();
}

int main(void)
{
    static const struct { const char *what; enum strike by; int states; } kind[] = {
        { "nothing", BY_NOTHING, 1 }, { "power cut", BY_POWER, 6 }, { "EIO once", BY_EIO, 2 }, { "EIO for good", BY_EIO_FOR_GOOD, 2 },
        { "full once", BY_FULL, 2 }, { "full for good", BY_FULL_FOR_GOOD, 1 }, { "no memory once", BY_MEMORY, 4 },
        { "no memory for good", BY_MEMORY_FOR_GOOD, 2 },
    };
    char dir[] = "/tmp/setu-chain-XXXXXX", path[64];
    int size = (int)fault_size() * (getenv("SOAK") ? SOAKED : 1);
    bool ok = true;
    if (!mkdtemp(dir))
        die("no folder");
    chain_tells = true;
    disk.rnd = seeded_from(20261126);
    memory_install();
    disk_install();
    found(dir);
    for (size_t i = 0; i < countof(kind); i++)
        ok &= run(kind[i].what, kind[i].by, kind[i].states * size, false);
    chain_tells = getenv("SETU_FAULT_TELL") != NULL;
    bool is_caught = all_caught();
    disk_clean();
    static const char *const left[] = { "key", "lock", "spool", "setu.db" };
    for (size_t i = 0; i < countof(left); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, left[i]);
        remove(path);
    }
    rmdir(dir);
    return fault_end("chain", ok && (is_caught || fault_is_late()), fault_is_late());
}
