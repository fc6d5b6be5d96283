/* job.h - work that outlives the request that asked for it: rows with a lease, done by workers.
 *
 *   queued -> leased -> done
 *      ^         |----> failed (waits, then again) -> dead after tries_max
 *      '---------'----> cancelled
 *
 * A worker holds a job for `lease_s` and renews it with each job_progress(). When it dies the lease
 * runs out and another takes over; a worker that was merely slow may wake after that. So every
 * lease has a number, and each write of the job first asks job_fence(): whoever holds an old
 * number writes nothing. What a long job has come to is kept by job_save() in the write of its
 * effects, and given back as `saved` to whoever goes on.
 */
#pragma once
#include "record/record.h"

struct job_run {
    struct ctx *c;                              /* reads, on a snapshot that job_progress() renews; its arena is the run's */
    int64_t id, token, tries;                   /* tries: 1 the first time */
    str args, saved;                            /* saved: of the last job_save(); empty at first */
    int64_t done, all;
    const struct job_kind *kind;
    const _Atomic bool *is_stopping;            /* the server goes: job_progress() says so. May be NULL */
    int64_t told_at;                            /* clock_mono() of the last progress written */
    struct job_figures *figures;                /* private to job_run.c; may be NULL */
};

struct job_kind {
    const char *name; msg_id label;
    /* On a worker thread; long; writes through record_write(), each write with job_fence() or job_save() first. */
    bool (*run)(struct job_run *j, struct err *e);
    int lease_s, tries_max;                     /* 0: 60 and 5 */
    bool is_offered;                            /* people may put it on a schedule */
};
void job_register(const struct job_kind *list, size_t n);      /* at start */
const struct job_kind *job_kind_find(str name);
extern struct choice job_offered[];             /* those people may choose, {0}-ended; filled at start */

struct job_spec {
    const struct job_kind *kind;
    str key;                                    /* at most one unfinished job of a kind per key; asked for while it
                                                 * runs, it runs once more afterwards. Empty: none */
    str args;                                   /* small JSON, or empty */
    int64_t at;                                 /* not before; 0: at once */
};
/* Inside a write. *id (may be NULL): of the job made, or of the one there already. */
__attribute__((warn_unused_result))
bool job_add(struct ctx *tx, const struct job_spec *s, int64_t *id, struct err *e);

/* ── from within a run ───────────────────────────────────────────────────── */

/* Tells how far it is, keeps the lease, renews the snapshot of j->c; written four times a second at most. False with ERR_CONFLICT: the lease is
 * lost or somebody cancelled; ERR_BUSY: the server stops. Return at once, with that error. */
__attribute__((warn_unused_result))
bool job_progress(struct job_run *j, int64_t done, int64_t all, struct err *e);
/* Inside a write, first: is the job still ours? Keeps the lease too. */
__attribute__((warn_unused_result))
bool job_fence(struct ctx *tx, struct job_run *j, struct err *e);
/* The same, and where to go on from: kept with the effects of this write. */
__attribute__((warn_unused_result))
bool job_save(struct ctx *tx, struct job_run *j, str saved, int64_t done, int64_t all, struct err *e);
/* The same, and the job is done: for work whose whole effect is one write. */
__attribute__((warn_unused_result))
bool job_done(struct ctx *tx, struct job_run *j, struct err *e);

/* ── for people ──────────────────────────────────────────────────────────── */

/* Inside a write. A running job ends at its next progress. ERR_CONFLICT: it has ended already. */
__attribute__((warn_unused_result))
bool job_cancel(struct ctx *tx, int64_t id, struct err *e);
/* Inside a write. A dead or cancelled job once more, from where it was. */
__attribute__((warn_unused_result))
bool job_retry(struct ctx *tx, int64_t id, struct err *e);

struct job_row {
    int64_t id, at, made_at, made_by, started_at, ended_at, tries, done, all;
    str kind, key, state, error, by;            /* by: name of who asked */
    bool is_cancelling;
};
enum { JOBS_SHOWN = 50 };
/* Newest first, one state or all (empty); before 0: from the newest. */
__attribute__((warn_unused_result))
bool job_list(struct ctx *c, str state, int64_t before, struct job_row **out, size_t *n, struct err *e);
/* The unfinished job of this key, or the newest of its kind that died after `since`. */
__attribute__((warn_unused_result))
bool job_of_key(struct ctx *c, const struct job_kind *k, str key, int64_t since, struct job_row *out, bool *found, struct err *e);
__attribute__((warn_unused_result))
bool job_get(struct ctx *c, int64_t id, struct job_row *out, struct err *e);

/* ── the threads that do them ────────────────────────────────────────────── */

struct job_pool;
struct job_pool *job_start(struct workspace *ws);       /* two workers; dies when there is no thread */
void job_stop(struct job_pool *p);                      /* running jobs stop at their next progress and wait in line again */
/* Runs what is due until nothing is: tests, commands. False: one failed. */
__attribute__((warn_unused_result))
bool job_drain(struct workspace *ws, struct err *e);
/* Told of each step of a job, after its commit, on the worker's thread: the live page. Set at start. */
extern void (*job_told)(const struct workspace *ws, int64_t id);
struct buf;
/* Lines without their heads: setu_jobs by state, setu_jobs_oldest_seconds; several may follow. */
void job_states_metrics(struct job_pool *p, struct buf *out);
void job_age_metrics(struct job_pool *p, struct buf *out);
