/* ioerr.c - an operation fails: once and from then on, EIO and no room.
 *
 * An I/O error ends the process (here: freezes the disk); a failed fsync also
 * forgets what it should have kept, as kernels do. A full disk ends nothing:
 * those writes are refused and truly absent. After each another process goes on
 * from what the kernel shows, until the power is cut under it. A recovery that
 * leaves in the log what it found there must be caught. */
#include "disk.h"
#include "ledger.h"

enum { STATES = 300, CONTROL_ROUNDS = 20 };

static bool is_at_syncs;                        /* struck there alone */

static int64_t count_ops(const struct workload *w)
{
    disk_clean();
    ledger_forget();
    disk_set_fault(FAULT_NONE, 0, false);
    disk.counts_syncs = is_at_syncs;
    ledger_work(w);
    return disk.nops;
}

static void one(const struct workload *w, enum disk_fault fault, int64_t at, bool is_sticky, struct verdict *v)
{
    disk_clean();
    ledger_forget();
    disk_set_fault(fault, at, is_sticky);
    disk.counts_syncs = is_at_syncs;
    ledger_work(w);
    disk.counts_syncs = false;
    disk_restart(false);                        /* the next process sees what the kernel shows */
    if (chance(2) == 0)
        ledger_verify(v);
    disk_set_fault(FAULT_POWER, 1 + chance(chance(2) ? 90 : 20), false);  /* often while it recovers */
    ledger_work(&workload[0]);
    disk_restart(true);
    ledger_verify(v);
}

struct run { struct verdict v; int64_t refused; bool is_cut_short; };

/* About STATES of them, spread over the workloads and their operations. */
static struct run all(enum disk_fault fault, bool is_sticky, bool until_bad)
{
    struct run r = { 0 };

    for (size_t i = 0; i < countof(workload); i++) {
        int64_t n = count_ops(&workload[i]), step = 1 + n * (int64_t)countof(workload) / (STATES * fault_size());
        for (int64_t at = 1 + chance(step); at <= n && !(until_bad && ledger_bad(&r.v)); at += step) {
            if ((r.is_cut_short = fault_is_late()))
                return r;
            one(&workload[i], fault, at, is_sticky, &r.v);
            r.refused += ledger.refused;
        }
    }
    return r;
}

static void tell(const char *what, const struct run *r)
{
    printf("%-16s %6lld states  lost %lld  torn %lld  corrupt %lld  unopened %lld  refused writes %lld\n", what,
           (long long)r->v.states, (long long)r->v.lost, (long long)r->v.torn, (long long)r->v.corrupt,
           (long long)r->v.shut, (long long)r->refused);
}

/* Rounds until it is caught; that takes one of them as a rule. Only what a failed fsync forgot can be trusted wrongly: so these
 * strike at fsyncs alone, each of them, however the threads of a workload happen to fall. */
static bool is_control_caught(bool *is_cut_short)
{
    bool is_caught = false;

    db_fault_trusts_log = is_at_syncs = true;
    for (int i = 0; i < CONTROL_ROUNDS && !is_caught && !*is_cut_short; i++) {
        struct run r = all(FAULT_EIO, true, true);
        tell("control: trusts", &r);
        is_caught = ledger_bad(&r.v) > 0;
        *is_cut_short = r.is_cut_short;
    }
    return is_caught;
}

int main(void)
{
    static const struct { const char *what; enum disk_fault fault; bool is_sticky; } kind[] = {
        { "EIO once", FAULT_EIO, false }, { "EIO for good", FAULT_EIO, true },
        { "full once", FAULT_FULL, false }, { "full for good", FAULT_FULL, true },
    };
    bool is_ok = true, is_cut_short = false;

    disk.rnd = seeded_from(20260102);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    disk_install();
    ledger_open("ioerr");
    for (size_t i = 0; i < countof(kind) && !is_cut_short; i++) {
        struct run r = all(kind[i].fault, kind[i].is_sticky, false);
        tell(kind[i].what, &r);
        is_cut_short = r.is_cut_short;
        is_ok &= ledger_bad(&r.v) == 0 && (r.refused > 0 || kind[i].fault != FAULT_FULL || is_cut_short);
    }
    is_ok = (is_control_caught(&is_cut_short) || is_cut_short) && is_ok;
    disk_clean();
    ledger_close();
    return fault_end("ioerr", is_ok, is_cut_short);
}
