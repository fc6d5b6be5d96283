/* addressee.h - one user to whom something is written: their name, and how they read. For words written to them. */
#pragma once
#include "record/record.h"

struct addressee { int64_t id, manager; str name; struct locale loc; bool is_active; };
/* Of nobody (deleted, 0): an empty name in the workspace's language. */
__attribute__((warn_unused_result))
bool addressee_of(struct ctx *c, int64_t user, struct addressee *out, struct err *e);
