/* sql.c - record/ writes SQL from catalogue names; it may. */
#include "db/db.h"
bool run(struct db_conn *c, const char *text, struct err *e) { return db_exec(c, text, DB_NONE, NULL, e); }
