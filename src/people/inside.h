/* inside.h - what the files of the room share. */
#pragma once
#include "people/people.h"
#include "record/access.h"

/* hooks.c: before and after of the entities. */
bool person_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool person_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool company_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool email_address_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool email_address_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool phone_number_before(struct ctx *tx, const struct record *old, struct record *now, struct err *e);
bool phone_number_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
/* activity.c: notes, calls, meetings and tasks become events and move last_activity_at. */
bool note_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool call_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool meeting_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);
bool task_after(struct ctx *tx, const struct record *old, const struct record *now, struct err *e);

void timeline_panel(struct request *rq, const struct record *r, struct html *middle, struct html *side);
void duplicate_panel(struct request *rq, const struct record *r, struct html *side);
/* Records with the same keys, shown before one is made. */
void duplicate_warn(struct request *rq, const struct record *r, struct html *out);
