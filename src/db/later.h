/* later.h - a write that nobody waits for: who asked is told.
 *
 * For what comes in faster than threads should wait for it. It stands in line with bulk writes and shares their
 * commits; alone it lets `ripe_us` go by first, since a commit costs the same for more. `told` is called on the
 * writer's thread once it is on disk (why NULL) or is known not to be, and must be as short as a listener to commits.
 * Called under no lock: it may ask for the next write.
 */
#pragma once
#include "db/db.h"

typedef void db_told_fn(void *arg, const struct err *why);
/* False: not taken, the line is full or closed; nobody is told then. */
__attribute__((warn_unused_result))
bool db_write_later_at(struct db *db, db_write_fn *run, void *arg, db_told_fn *told, int64_t ripe_us, struct err *e,
                       const char *file, int line);
#define db_write_later(db, run, arg, told, ripe_us, e) \
    db_write_later_at((db), (run), (arg), (told), (ripe_us), (e), __FILE__, __LINE__)
