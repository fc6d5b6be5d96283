/* spread.h - which tables lie on many nodes where the database can do that (Citus).
 *
 * What grows with people and time is cut by its owner: events by the person, changes by
 * the record. Everything else stays whole on the first node, where joins are free. Citus asks:
 * every unique key of a spread table holds the column it is cut by, no foreign key leads
 * to or from it, and that column never changes (event_move() copies instead).
 * test/unit/spread.c holds the catalogue to that.
 */
#pragma once
#include "db/db.h"

const struct db_spread *record_spread(void);    /* ends with a NULL table */
/* Those not yet cut are; each statement is said, whether or not it could be run. *can: the place can. One write. */
bool record_spread_out(struct db *db, bool *can, void (*said)(void *arg, const char *sql), void *arg, struct err *e);
