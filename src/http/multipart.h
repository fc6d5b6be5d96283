/* multipart.h - reading multipart/form-data as it arrives (RFC 7578).
 *
 * Fed in pieces of any size on the connection's thread; small fields are kept in
 * memory, files go straight to the spool (O_EXCL, 0600), so a large upload costs
 * no memory. Every count and size has a ceiling. Whatever the reader made is
 * gone after multipart_close(), spool files included.
 */
#pragma once
#include "base/err.h"
#include "http/http.h"

enum { PART_HEAD_MAX = 2048, PART_NAME_MAX = 256, UPLOADS_MAX = 32, FIELDS_BYTES_MAX = 1024 * 1024 };

struct multipart;
/* `spool` NULL refuses files. Never NULL; close with multipart_close (accepts NULL). */
struct multipart *multipart_open(str boundary, const char *spool, int64_t max_bytes);
/* False: *e says why; further pieces are swallowed. */
bool multipart_feed(struct multipart *m, str piece, struct err *e);
/* After the last piece; lists live in `a`, paths until the close. */
bool multipart_done(struct multipart *m, struct arena *a, struct pair **form, size_t *nform,
                    struct upload **upload, size_t *nupload, struct err *e);
void multipart_close(struct multipart *m);
