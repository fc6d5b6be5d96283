/* json.h - writing JSON into a buf. (Reading is jansson's work.)
 *
 * The writer puts the commas: json_key()/values in sequence give a valid text
 * as long as every open has its close.
 */
#pragma once
#include "base/buf.h"

struct json { struct buf *b; bool comma; };

void json_open(struct json *j, char bracket);           /* '{' or '[' */
void json_close(struct json *j, char bracket);          /* '}' or ']' */
void json_key(struct json *j, str name);
void json_str(struct json *j, str s);                   /* escaped; invalid UTF-8 becomes U+FFFD */
void json_int(struct json *j, int64_t i);
void json_num(struct json *j, double d);                /* shortest that reads back; not finite: null */
void json_bool(struct json *j, bool is_true);
void json_unset(struct json *j);                       /* null (jansson has json_null) */
void json_raw(struct json *j, str json);                /* a value that is JSON already */
