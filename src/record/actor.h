/* actor.h - an actor out of a row that says more than who it is.
 *
 * Each request begins with the question who asks: on PostgreSQL a round trip, so what
 * leads to the user (a session, a token) is asked together with the user.
 */
#pragma once
#include "record/access.h"

/* Of "user", from column `at` on: name, email, roles, team, lang. Active, not deleted: the statement sees to it. */
struct actor actor_of_row(struct arena *a, struct db_rows *q, int at, int64_t user_id);
/* What stands in other rows, once that of the user is read to its end. */
bool actor_complete(struct db_conn *c, struct actor *who, struct err *e);
