/* bulk.h - many rows of whole numbers in few statements: what an engine keeps beside the records in the thousands. */
#pragma once
#include "record/record.h"

enum { BULK_ROWS = 64 };
/* v: ncols numbers a row. `into` is a literal of the program: "INSERT INTO t (a, b)". Inside a write. */
__attribute__((warn_unused_result))
bool bulk_insert(struct ctx *tx, const char *into, int ncols, const int64_t *v, size_t nrows, struct err *e);
