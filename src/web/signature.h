/* signature.h - the signatures of both teams under what they have agreed on (core/agreed.h). */
#pragma once
#include "core/agreed.h"
#include "web/ui.h"
#include "web/web.h"

struct signature_view { str side, text; bool is_signed; struct url sign; const char *value; };
/* Both of a record; `sign`: where the reader's own is posted as "side", when it may be given now. */
void signatures_of(struct ctx *c, const struct record *r, struct url sign, struct signature_view out[SIDE_COUNT]);
void view_signature(struct html *h, const struct signature_view *v);
enum side signature_asked(struct request *rq);          /* of a form of theirs */
