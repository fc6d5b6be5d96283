/* ioerr.c - an operation fails: once and from then on, EIO and no room.
 *
 * An I/O error ends the process (here: freezes the disk); a failed fsync also
 * forgets what it should have kept, as kernels do. A full disk ends nothing:
 * those writes are refused and truly absent. After each another process goes on
 * from what the kernel shows, until the power is cut under it. A recovery that
 * leaves in the log what it found there must be caught. */
#include "disk.h"
#include "ledger.h"

enum { BUDGET_MS = 7000 };

static int64_t count_ops(const struct workload *w)
{
    disk_clean();
    ledger_forget();
    disk_set_fault(FAULT_NONE, 0, false);
    ledger_work(w);
    return disk.nops;
}

static void one(const struct workload *w, enum disk_fault fault, int64_t at, bool is_sticky, struct verdict *v)
{
    disk_clean();
    ledger_forget();
    disk_set_fault(fault, at, is_sticky);
    ledger_work(w);
    disk_restart(false);                        /* the next process sees what the kernel shows */
    if (chance(2) == 0)
        ledger_verify(v);
    disk_set_fault(FAULT_POWER, 6 + chance(90), false);
    ledger_work(&workload[0]);
    disk_restart(true);
    ledger_verify(v);
}

static int64_t run(const char *what, enum disk_fault fault, bool is_sticky)
{
    struct verdict v = { 0 };
    int64_t refused = 0, end = clock_mono() + BUDGET_MS * 1000 * fault_size();

    for (size_t i = 0; i < countof(workload); i++) {
        int64_t n = count_ops(&workload[i]), share = end - (int64_t)(countof(workload) - 1 - i) * BUDGET_MS * 1000
                                                               * fault_size() / (int64_t)countof(workload);
        int64_t step = fault_size() > 1 ? 1 : 3;
        for (int64_t at = 1 + chance(step); at <= n && clock_mono() < share; at += step) {
            one(&workload[i], fault, at, is_sticky, &v);
            refused += ledger.refused;
        }
    }
    printf("%-16s %6lld states  lost %lld  torn %lld  corrupt %lld  unopened %lld  refused writes %lld\n", what,
           (long long)v.states, (long long)v.lost, (long long)v.torn, (long long)v.corrupt, (long long)v.shut,
           (long long)refused);
    return ledger_bad(&v) + (fault == FAULT_FULL && refused == 0);
}

int main(void)
{
    disk.rnd = seeded_from(20260102);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    disk_install();
    ledger_open("ioerr");
    int64_t bad = run("EIO once", FAULT_EIO, false) + run("EIO for good", FAULT_EIO, true)
                  + run("full once", FAULT_FULL, false) + run("full for good", FAULT_FULL, true);
    db_fault_trusts_log = true;
    bool is_caught = run("control: trusts", FAULT_EIO, true) > 0;
    bad += !is_caught;
    disk_clean();
    ledger_close();
    puts(bad == 0 ? "ioerr: nothing lost; the control was caught" : "ioerr: FAILED");
    printf("%d passed, %d failed\n", bad == 0, bad != 0);
    return bad != 0;
}
