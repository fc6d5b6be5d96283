/* power.c - the power fails at every operation of every workload.
 *
 * For each workload and each of its I/O operations the disk forgets what was not
 * synced, a quarter of the time again during the recovery; then nothing that was
 * acknowledged may be missing, nothing half there, nothing damaged. The same with
 * syncs that do nothing, and with synchronous=NORMAL, must be caught: else this
 * program proves nothing. */
#include "disk.h"
#include "ledger.h"

enum { BUDGET_MS = 20000, CONTROL_MS = 2500 };

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

/* Every operation of every workload, again and again until the time is over; at least once. */
static struct verdict all_cuts(int64_t budget_ms)
{
    struct verdict v = { 0 };
    int64_t end = clock_mono() + budget_ms * 1000;

    for (int round = 0; round == 0 || clock_mono() < end; round++)
        for (size_t i = 0; i < countof(workload); i++) {
            int64_t n = count_ops(&workload[i]), step = budget_ms < CONTROL_MS + 1 ? 3 : 1;
            for (int64_t at = 1; at <= n && (round == 0 || clock_mono() < end); at += step)
                one_cut(&workload[i], at, &v);
        }
    return v;
}

static void tell(const char *what, const struct verdict *v, int64_t us)
{
    printf("%-28s %7lld states (%lld/s)  lost %lld  torn %lld  corrupt %lld  unopened %lld\n", what,
           (long long)v->states, (long long)(v->states * 1000000 / (us + 1)), (long long)v->lost,
           (long long)v->torn, (long long)v->corrupt, (long long)v->shut);
}

static int64_t run(const char *what, int64_t budget_ms)
{
    int64_t start = clock_mono();
    struct verdict v = all_cuts(budget_ms);
    tell(what, &v, clock_mono() - start);
    return ledger_bad(&v);
}

int main(void)
{
    disk.rnd = seeded_from(20260101);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    disk_install();
    ledger_open("power");
    for (size_t i = 0; i < countof(workload); i++)
        printf("  %-22s %lld operations\n", workload[i].name, (long long)count_ops(&workload[i]));
    int64_t bad = run("power cut", BUDGET_MS * fault_size());
    disk.drops_syncs = true;
    int64_t caught_drop = run("control: syncs do nothing", CONTROL_MS);
    disk.drops_syncs = false;
    db_fault_sync_normal = true;
    int64_t caught_normal = run("control: synchronous=NORMAL", CONTROL_MS);
    disk_clean();
    ledger_close();
    bool is_ok = bad == 0 && caught_drop > 0 && caught_normal > 0;
    puts(is_ok ? "power: nothing lost; both controls were caught" : "power: FAILED");
    printf("%d passed, %d failed\n", is_ok, !is_ok);
    return !is_ok;
}
