/* inside.h - what the files of this room share. */
#pragma once
#include "msg/public.h"
#include "reach/reach.h"
#include "web/web.h"

/* ── the token of a page: token.c ────────────────────────────────────────── */

enum { FORM_AGE_MIN_S = 2, FORM_AGE_MAX_S = 24 * 3600, FORM_KEY_LEN = 32 };
enum form_token { TOKEN_GOOD, TOKEN_WRONG, TOKEN_TOO_FAST, TOKEN_TOO_OLD };
/* "seconds.key.mac": when the page was made, a key that makes two sendings one, and our mark. */
str form_token_make(struct arena *a, const struct workspace *ws, str slug, int64_t now);
/* *key is set unless the token is wrong. */
enum form_token form_token_check(const struct workspace *ws, str slug, str token, int64_t now, str *key);

void form_show(struct request *rq);
void form_send(struct request *rq);
void form_thanks(struct request *rq);
void form_embed_script(struct request *rq);
void form_frame_script(struct request *rq);
void track_script(struct request *rq);
void track_seen(struct request *rq);
void link_follow(struct request *rq);
void link_pixel(struct request *rq);

/* What a browser says of its asking: loaded ahead, and perhaps never seen; not to be followed (DNT, GPC). */
bool asks_ahead(struct request *rq);
bool asks_not_to(struct request *rq);
/* A script that pages of other hosts may load. */
void answer_script(struct request *rq, str js);
/* The reader of this form: its language and the workspace's place. */
struct locale form_locale(const struct workspace *ws, enum lang l, const char *country);
