/* session.h - who is behind a request.
 *
 * A session is a random 256-bit token held in a cookie; the database keeps only
 * its SHA-256, so a stolen backup opens no account. It ends after 8 idle hours
 * or 7 days. session_find() pushes the expiry forward at most once a minute: a
 * busy page must not write on every hit.
 */
#pragma once
#include "record/access.h"

enum { SESSION_TOKEN_LEN = 64, SESSION_IDLE_HOURS = 8, SESSION_DAYS = 7 };

/* Who it is and how they read, as they have set it; of a token the scopes stand in `who`. */
struct session {
    int64_t id; bool needs_touch;               /* 0: a token's */
    struct actor who;
    str digits, calendar, zone, theme, density; bool has_single_keys;
};

bool session_start(struct ctx *c, int64_t user_id, str agent, str ip, str *token, struct err *e);
/* False with ERR_NONE in *e: no such session, it has ended, or its user is no more. */
bool session_find(struct arena *a, struct db_conn *c, str token, int64_t now, struct session *out, struct err *e);
bool session_touch(struct ctx *c, int64_t session_id, struct err *e);
bool session_end(struct ctx *c, int64_t session_id, struct err *e);
/* All of a user but `except` (0: all): after a change of password, role, or when disabled. */
bool session_end_all(struct ctx *c, int64_t user_id, int64_t except, struct err *e);
/* An API token: SHA-256 of "setu1_...". False with ERR_NONE: unknown, ended, revoked, or its owner is no more. */
bool token_find(struct arena *a, struct db_conn *c, str token, int64_t now, struct session *out, struct err *e);
/* A new key: "setu1_" and 43 characters of base64url. */
str token_mint(struct arena *a);
str token_hash(struct arena *a, str token);             /* hex SHA-256 */
