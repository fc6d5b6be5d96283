/* oom.c - SQLite's n-th allocation fails, once and from then on, n by n.
 *
 * Under ASan: no crash, no leak, no partial commit; a write either was refused
 * and left nothing, or was kept; a commit whose fate is unknown ended the
 * process. Then there is memory again, and the folder opens sound. */
#include "disk.h"
#include "ledger.h"
#include "../memory.h"

enum { STATES = 200 };                          /* of each workload, each way */

static void one(const struct workload *w, int64_t at, struct verdict *v)
{
    disk_clean();
    ledger_forget();
    disk_set_fault(FAULT_NONE, 0, false);
    nallocs = 0;
    fail_at = at;
    ledger_work(w);
    fail_at = 0;
    disk_restart(false);
    ledger_verify(v);
}

static bool is_cut_short;

static int64_t run(const char *what, const struct workload *w, bool for_good)
{
    struct verdict v = { 0 };

    is_for_good = for_good;
    fail_at = 0;
    nallocs = 0;
    disk_clean();
    ledger_forget();
    ledger_work(w);
    int64_t n = nallocs, step = 1 + n / (STATES * fault_size());
    for (int64_t at = 1 + chance(step); at <= n && !(is_cut_short = fault_is_late()); at += step)
        one(w, at, &v);
    printf("%-22s %-9s %6lld of %lld allocations failed  lost %lld  torn %lld  corrupt %lld  unopened %lld\n",
           w->name, what, (long long)v.states, (long long)n, (long long)v.lost, (long long)v.torn,
           (long long)v.corrupt, (long long)v.shut);
    return ledger_bad(&v);
}

int main(void)
{
    static const int of_interest[] = { 0, 2, 3, 4 };
    int64_t bad = 0;

    disk.rnd = seeded_from(20260103);
    memory_install();
    disk_install();
    ledger_open("oom");
    for (size_t i = 0; i < countof(of_interest); i++)
        bad += run("once", &workload[of_interest[i]], false) + run("for good", &workload[of_interest[i]], true);
    disk_clean();
    ledger_close();
    return fault_end("oom", bad == 0, is_cut_short);
}
