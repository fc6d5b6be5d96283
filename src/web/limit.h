/* limit.h - how often something may be tried: token buckets in memory.
 *
 * Each workspace has a table of its own, so that a flood on one takes nothing from
 * another. It is bounded; when it is full a random bucket is forgotten. Keys are
 * hashed with a secret of the table, so nobody can aim at a bucket. Of several
 * servers on one database each counts for itself: N servers allow N times as much.
 */
#pragma once
#include "record/record.h"

enum limit_class { LIMIT_SIGN_IN_ACCOUNT, LIMIT_SIGN_IN_IP, LIMIT_FORM_IP, LIMIT_FORM_EMAIL, LIMIT_VISIT_IP, LIMIT_SEARCH, LIMIT_EXPORT, LIMIT_CLASSES };
/* True when one more try is allowed now (and counts it); else *retry_s says when. */
bool limit_take(enum limit_class class, const struct workspace *ws, str key, int *retry_s);
/* A success gives the account's tries back; and the address the one it took, for a whole office may stand behind it. */
void limit_forgive(enum limit_class class, const struct workspace *ws, str key);
void limit_give_back(enum limit_class class, const struct workspace *ws, str key);
struct limits *limits_open(void);       /* ws->limits: app/workspace.c */
void limits_close(struct limits *l);    /* accepts NULL */
