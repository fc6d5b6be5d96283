/* sending.h - what one sending of t.js holds that may be kept; sending.c. */
#pragma once
#include "flow/hit.h"
#include "reach/reach.h"

enum { ACTS_MAX = 32 };
struct sent_act { struct page_seen seen; int64_t spent; bool is_end; };         /* is_end: they left the page `spent` us later */
struct sending { struct sent_act *act; size_t n; };                             /* of one visitor, by one browser */
#define SENDING "page"                                                          /* a kind of hit */

__attribute__((warn_unused_result))
bool sending_keep(struct ctx *tx, const struct sending *s, struct err *e);      /* inside a write */
str sending_text(struct arena *a, const struct sending *s);                     /* empty: it does not fit */
__attribute__((warn_unused_result))
bool sending_read(struct arena *a, str text, struct sending *out, struct err *e);
__attribute__((warn_unused_result))
bool sending_made(struct ctx *tx, str body, struct err *e);                     /* of the text; inside a write */
