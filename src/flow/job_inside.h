/* job_inside.h - the steps of a job's life, each inside a write: job_run.c and the simulation call them. */
#pragma once
#include "flow/inside.h"
#include "flow/job.h"

/* The next due job becomes ours. *found false: there is none. Texts of *out live in tx->a. */
bool job_claim(struct ctx *tx, str owner, struct job_run *out, bool *found, struct err *e);
/* How a run ended: NULL done, else why it failed. A job that is not ours any more is left as it is. */
bool job_end(struct ctx *tx, struct job_run *j, const struct err *why, struct err *e);
/* Back into the line, as if it had not been tried: the server stops. */
bool job_release(struct ctx *tx, struct job_run *j, struct err *e);
/* Leases that ran out: the jobs wait for another try, or are dead. *n: how many. */
bool job_reap(struct ctx *tx, size_t *n, struct err *e);
/* On a reading connection: is there something to claim or reap? *next: when else, also should
 * a lease run out that another server holds. INT64_MAX: never. */
bool job_is_due(struct ctx *c, bool *due, bool *is_lost, int64_t *next, struct err *e);
int64_t job_wait_after(int64_t id, int64_t tries);     /* us until the next try: doubling, up to an hour, jittered */
