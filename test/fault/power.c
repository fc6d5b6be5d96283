/* power.c - the power fails at the operations of every workload.
 *
 * For each workload and every second of its I/O operations (each, with SETU_FAULT_SIZE) the disk forgets what was not
 * synced, a quarter of the time again during the recovery; then nothing that was
 * acknowledged may be missing, nothing half there, nothing damaged. The same with
 * syncs that do nothing, and with synchronous=NORMAL, must be caught: else this
 * program proves nothing. */
#include "disk.h"
#include "ledger.h"

enum { CONTROL_ROUNDS = 20 };

static int64_t count_ops(const struct workload *w)
{
    disk_clean();
    ledger_forget();
    disk_set_fault(FAULT_NONE, 0, false);
    ledger_work(w);
    return disk.nops;
}

static void one_cut(const struct workload *w, int64_t at, struct verdict *v)
{
    disk_clean();
    ledger_forget();
    disk_set_fault(FAULT_POWER, at, false);
    ledger_work(w);
    disk_restart(true);
    if (chance(4) == 0) {                       /* and again while it recovers */
        struct db *db = NULL;
        struct err e = { 0 };
        disk_set_fault(FAULT_POWER, 1 + chance(12), false);
        if (db_open(&(struct db_options){ .path = ledger_dir, .create = true }, &db, &e))
            db_close(db);
        disk_restart(true);
    }
    ledger_verify(v);
}

struct run { struct verdict v; int64_t us; bool is_cut_short; };

/* Every step-th operation of every workload, so many times over. */
static struct run cuts(int64_t rounds, int64_t step, bool until_bad)
{
    struct run r = { 0 };
    int64_t start = clock_mono();

    for (int64_t round = 0; round < rounds && !(until_bad && ledger_bad(&r.v)) && !r.is_cut_short; round++)
        for (size_t i = 0; i < countof(workload); i++) {
            int64_t n = count_ops(&workload[i]);
            for (int64_t at = 1 + chance(step); at <= n && !(until_bad && ledger_bad(&r.v)) && !r.is_cut_short; at += step) {
                one_cut(&workload[i], at, &r.v);
                r.is_cut_short = fault_is_late();
            }
        }
    r.us = clock_mono() - start;
    return r;
}

static bool tell(const char *what, const struct run *r)
{
    const struct verdict *v = &r->v;
    printf("%-28s %7lld states (%lld/s)  lost %lld  torn %lld  corrupt %lld  unopened %lld\n", what,
           (long long)v->states, (long long)(v->states * SECOND_US / (r->us + 1)), (long long)v->lost,
           (long long)v->torn, (long long)v->corrupt, (long long)v->shut);
    return ledger_bad(v) > 0;
}

int main(void)
{
    disk.rnd = seeded_from(20260101);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    disk_install();
    ledger_open("power");
    for (size_t i = 0; i < countof(workload); i++)
        printf("  %-22s %lld operations\n", workload[i].name, (long long)count_ops(&workload[i]));
    struct run whole = cuts(fault_size(), fault_size() > 1 ? 1 : 2, false);
    bool is_ok = !tell("power cut", &whole);
    disk.drops_syncs = true;
    struct run drop = cuts(CONTROL_ROUNDS, 3, true);
    bool is_caught = tell("control: syncs do nothing", &drop);
    disk.drops_syncs = false;
    db_fault_sync_normal = true;
    struct run normal = cuts(CONTROL_ROUNDS, 3, true);
    is_caught = tell("control: synchronous=NORMAL", &normal) && is_caught;
    disk_clean();
    ledger_close();
    bool is_cut_short = normal.is_cut_short;    /* the clock does not go back: the last has all of it */
    return fault_end("power", is_ok && (is_caught || is_cut_short), is_cut_short);
}
