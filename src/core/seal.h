/* seal.h - secrets that the program must be able to read again, shut with the workspace's key.
 *
 * The key stands in its own file, outside the data and its backups. A sealed text names its place
 * (table, column, id), so that one moved elsewhere does not open.
 */
#pragma once
#include "record/record.h"

enum { SEAL_TEXT_MAX = 512 };
str seal_shut(struct arena *a, const struct workspace *ws, const char *place, int64_t id, str plain);  /* "s1:" and base64 */
/* Empty when it is none, or another's. */
str seal_open(struct arena *a, const struct workspace *ws, const char *place, int64_t id, str sealed);
