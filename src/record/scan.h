/* scan.h - how many records a query finds, reckoned over columns in memory.
 *
 * The tables tell every answer, but "opened a mail in the last 30 days and saw no
 * price in the last 7" walks the events of everybody: seconds for a million people.
 * So the columns that counts ask for, and the instants of the kinds of events they
 * name, are read into memory once and walked there. Before each answer what was
 * written since is read again, by the numbers of the feed: the answer is exact.
 *
 * Only what reads all records may use it, and only part of the language: fields of
 * the record itself that are numbers, choices, dates, references, or texts with few
 * different values; events by kind and window. SQL is the meaning of a query and
 * answers everything else; a test holds the two equal. Whoever has to know of every record whether it is in asks
 * by parts.
 */
#pragma once
#include "record/live.h"

enum { SCAN_MB = 384 };                         /* of memory at most, per entity: beyond, SQL answers */

/* ws->scans; one for each opened workspace. */
struct scans *scans_open(void);
void scans_close(struct scans *all);            /* accepts NULL */
/* Gives back what nobody asked for in a quarter of an hour. Once a minute will do; `all` may be NULL. */
void scans_rest(struct scans *all);

/* The records of `en` that q (checked, or NULL: all) finds: *n of them, the first `max` in ids (may be
 * NULL), in no order. False: ask the tables - the query or the reader asks for more than columns hold,
 * they are still being read (each asking reads on for a while), or this is a write. */
__attribute__((warn_unused_result))
bool scan_find(struct ctx *c, const struct entity *en, const struct query *q, int64_t *ids, size_t max, int64_t *n);

/* The same as live_walk() tells, of those after the id `after`, in order of id: who is in, and whom time turns. */
enum { SCAN_PART = 65536 };
struct scan_part {
    int64_t after; struct live_answer *v;       /* room for SCAN_PART */
    size_t n; int64_t to; bool is_last;         /* up to this id; the last: whatever comes behind */
    int64_t seq;                                /* of the feed: as it was when so much was written */
};
/* LATER: they are being read, or somebody is busy in them. NEVER: ask the tables; and where they are not read yet, unless
 * it `may_read` them, which takes as long as asking the tables some times. */
enum scan_known { SCAN_NEVER, SCAN_LATER, SCAN_KNOWN };
__attribute__((warn_unused_result))
enum scan_known scan_ask_part(struct ctx *c, const struct entity *en, const struct query *q, bool may_read, struct scan_part *out);
