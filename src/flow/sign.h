/* sign.h - Standard Webhooks: the headers webhook-id, webhook-timestamp, webhook-signature.
 *
 *   v1,BASE64(HMAC-SHA256(secret, id "." timestamp "." body))
 *
 * Several signatures stand in one header, with spaces, while a secret changes. Receivers compare
 * in constant time and refuse times too far away.
 */
#pragma once
#include "base/arena.h"

enum { SIGN_TOLERANCE_S = 300, SIGN_SECRET_MIN = 24, SIGN_SECRET_MAX = 64 };

struct sign_secret { unsigned char b[SIGN_SECRET_MAX]; size_t n; };
bool sign_secret_parse(str text, struct sign_secret *out);             /* "whsec_" and base64 */
str sign_make(struct arena *a, const struct sign_secret *s, str id, int64_t timestamp_s, str body);     /* "v1,..." */

enum sign_verdict { SIGN_GOOD, SIGN_MISSING, SIGN_TOO_OLD, SIGN_TOO_NEW, SIGN_WRONG };
enum sign_verdict sign_check(const struct sign_secret *secrets, int n, str id, str timestamp, str signatures, str body, int64_t now_s);
/* "sha256=HEX" of the body alone, as GitHub signs: X-Hub-Signature-256. Its secret is plain text. */
enum sign_verdict sign_check_hub(str secret, str signature, str body);
