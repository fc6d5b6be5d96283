/* fault.h - switches that break a promise on purpose, so that a test can show it would notice.
 *
 * SETU_FAULT=name,name in the environment of a build with SETU_FAULTS (the sanitized
 * one). In the release build none of it is there.
 *   open_gate   the rights of records are not asked (record/access.c)
 *   fast_retry  the outbox tries again after 200 ms (flow/outbox.c)
 *   no_order    a later delivery does not wait for the one before (flow/outbox.c)
 *   early_cursor, late_cursor  a consumer's cursor moves in a write before its effects, or after (flow/feed_turn.c)
 *   hits_wait   no hit becomes a record at once, and few_hits: at most forty wait (flow/hit.c)
 *   hits_apart  what waited becomes records in one write and goes in another (flow/hit_move.c)
 *   forget_sending  what was under way at a crash counts as arrived (flow/outbox.c)
 *   open_egress addresses of the inside are gone to (egress/fetch.c)
 *   early_ack   a write is acknowledged before it is on disk (db/writer.c)
 *   small_fills segments of few records too are filled from columns, three rows at a time (flow/segment_fill.c)
 *   rerun       every write runs once for nothing and then again, as in a lost group (db/writer.c)
 *   no_commit_key  a COMMIT nobody answered counts as not done, without looking (db/postgres_writer.c)
 *   deaf        what other servers tell is not heard (db/postgres_listen.c)
 *   no_tick     round, feed, jobs and outbox rest, so that nothing changes by itself (app/site.c)
 *   short_lease jobs are held for five seconds, and wait one after a failure (flow/job.c)
 *   stuck_job   a worker that has a job does nothing with it (flow/job_run.c)
 *   still_clock it is 24 November 2026, 06:00, and ids come in one order: two servers answer alike (cmd/serve.c)
 *   mixed_hosts a host is answered from the workspace of the next one (app/sites.c)
 */
#pragma once
#ifdef SETU_FAULTS
#include <stdlib.h>
#include "base/str.h"

static inline bool fault_is_on(const char *name)
{
    str list = str_of(getenv("SETU_FAULT"));
    while (list.n)
        if (str_eq(str_cut(&list, ','), str_of(name)))
            return true;
    return false;
}
#else
#define fault_is_on(name) false
#endif
