/* limit.h - how often something may be tried: token buckets in memory.
 *
 * The table is bounded; when it is full a random bucket is forgotten. Keys are
 * hashed with a secret of the process, so nobody can aim at a bucket.
 */
#pragma once
#include "base/str.h"

enum limit_class { LIMIT_SIGN_IN_ACCOUNT, LIMIT_SIGN_IN_IP, LIMIT_FORM_IP, LIMIT_FORM_EMAIL, LIMIT_VISIT_IP, LIMIT_SEARCH, LIMIT_EXPORT, LIMIT_CLASSES };
/* True when one more try is allowed now (and counts it); else *retry_s says when. */
bool limit_take(enum limit_class class, const void *scope, str key, int *retry_s);
/* A success gives the account's tries back. */
void limit_forgive(enum limit_class class, const void *scope, str key);
