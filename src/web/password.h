/* password.h - argon2id by libsodium; at most two hashes at a time.
 *
 * Cost: 46 MiB, one pass, one lane (OWASP's row). A hash of a lower cost is
 * told by password_is_weak() and made anew at the next sign-in.
 */
#pragma once
#include "base/arena.h"
#include "base/err.h"

enum { PASSWORD_MIN = 8, PASSWORD_MAX = 256 };
bool password_check_rules(str password, struct err *e);         /* length, not a word everybody tries */
bool password_hash(struct arena *a, str password, str *out, struct err *e);
bool password_matches(str password, str hash);                  /* hash empty: the same time is spent, false */
bool password_is_weak(str hash);
