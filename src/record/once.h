/* once.h - the same request again gives the same result, not a second record.
 *
 * A key is random, made with the form (or sent as Idempotency-Key); the answer
 * is kept beside the effect, in the same transaction, for two days.
 */
#pragma once
#include "record/record.h"

enum { ONCE_HOURS = 48, ONCE_KEY_MAX = 200 };

str once_new(struct arena *a);                          /* a fresh key: 32 hex digits */
/* *answer is empty when the key is new (or empty). */
__attribute__((warn_unused_result))
bool once_find(struct ctx *tx, str key, str *answer, struct err *e);
__attribute__((warn_unused_result))
bool once_keep(struct ctx *tx, str key, str answer, struct err *e);
/* The same for requests whose body must not differ: ERR_CONFLICT when `hash` is another. */
__attribute__((warn_unused_result))
bool once_find_request(struct ctx *tx, str key, str hash, int *status, str *answer, struct err *e);
__attribute__((warn_unused_result))
bool once_keep_request(struct ctx *tx, str key, str hash, int status, str answer, struct err *e);
