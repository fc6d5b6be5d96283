/* put_json.h - a record as JSON: what the API answers and what webhooks send. */
#pragma once
#include "base/json.h"
#include "record/record.h"

/* What the reader may read of it; only `cols` when ncols > 0. */
void record_put_json(struct json *j, struct ctx *c, const struct record *r, const struct field *const *cols, int ncols);
