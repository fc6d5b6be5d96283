/* sql.h - text of statements compiled from the catalogue, with their bound values.
 * Only record/ includes this; names come from the catalogue, values are always bound. */
#pragma once
#include "base/buf.h"
#include "db/db.h"
#include "record/entity.h"

enum { SQL_VALUES_MAX = 640 };                        /* a page of ids and the rights around them */
struct sql { struct buf text; struct db_val *v; size_t n, cap; bool is_full; };

struct sql *sql_new(struct arena *a);
void sql_lit(struct sql *q, const char *literal);       /* a literal of the program */
void sql_name(struct sql *q, const char *identifier);   /* catalogue identifier, [a-z_][a-z0-9_]* or dies */
void sql_column(struct sql *q, const char *alias, const char *column, const char *suffix);  /* t0."name_key"; suffix may be NULL */
void sql_alias(struct sql *q, const char *alias);       /* r12: without quotes */
void sql_table_of(struct sql *q, const char *entity, const char *field);                    /* table of a FIELD_REFS */
void sql_int(struct sql *q, int64_t n);                 /* a number of the program, never of a person */
void sql_bind(struct sql *q, struct db_val v);          /* appends $N */
/* " IN ($N, ...)" of at most SQL_IDS_MAX ids, in few lengths, so that statements are prepared once; n > 0. */
enum { SQL_IDS_MAX = 64 };
void sql_in_ids(struct sql *q, const int64_t *ids, size_t n);
int sql_value(struct sql *q, struct db_val v);          /* keeps the value without writing $N; gives N */
/* Runs it; ERR_INVALID when it grew past the limits. */
bool sql_query(struct db_conn *c, struct sql *q, struct db_rows *rows, struct err *e);
bool sql_exec(struct db_conn *c, struct sql *q, int64_t *changed, struct err *e);
const char *sql_text(struct sql *q);                    /* with a NUL */
